/* SPDX-License-Identifier: MIT */
/* Making trees: the one constructor that all others go through, and comparison. */
#ifndef LIBSEARCH_QUERY_QUERY_TREE_H
#define LIBSEARCH_QUERY_QUERY_TREE_H

#include "query/query.h"

/* Makes a node after a pattern: kind, flags, field, text, position, number, factor, the range, children and
 * occurs of `like` are copied, and a reference is taken of each child; what the kind does not use must be zero
 * or is ignored. A phrase always keeps its stop words. Errors: INVALID (a child is NULL, no finite factor, a
 * kind's field is missing, …), LIMIT (LIBSEARCH_MAX_QUERY_DEPTH, _CLAUSES, _VALUE, _KEYWORD, _FIELD_NAME),
 * NO_MEMORY.
 *
 *     query_new(allocator, &(libsearch_query){ .kind = QUERY_TEXT, .text = text }, &query, error) */
libsearch_status query_new(const libsearch_allocator *allocator, const libsearch_query *like, libsearch_query **query,
                           libsearch_error *error);

/* True for what has places in a text, and so can be near something: texts, phrases, words that fit a pattern, near
 * itself, and boosts and unions of these. */
bool query_has_places(const libsearch_query *query);

/* True for what may be a part of QUERY_FIELDS: a text of a field, in no exact form, or a boost of one. */
bool query_is_field_text(const libsearch_query *query);

/* The same in everything that has a meaning: not position and warnings; an integer and a date range over the same
 * field are the same question. */
bool query_equal(const libsearch_query *one, const libsearch_query *other);

/* Adds a warning at the end of a list, which becomes a tree's own (its `warnings`) or is freed. */
libsearch_status query_warn(const libsearch_allocator *allocator, struct query_warning **warnings, size_t position,
                            const char *message, libsearch_error *error);
void query_warnings_free(const libsearch_allocator *allocator, struct query_warning *warnings);

#endif
