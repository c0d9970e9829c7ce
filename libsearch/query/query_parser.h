/* SPDX-License-Identifier: MIT */
/* From text as people type it to a query tree: docs/query-language.md. */
#ifndef LIBSEARCH_QUERY_QUERY_PARSER_H
#define LIBSEARCH_QUERY_QUERY_PARSER_H

#include "query/query.h"
#include "schema/schema.h"

/* Parses text by the fields of a schema. flags: LIBSEARCH_PARSE_…. now: milliseconds since 1970, what dates like
 * now-7d count from.
 *
 * Without LIBSEARCH_PARSE_STRICT every text is a query: what is not of the language is taken for plain words and
 * told in the root's warnings (the first 64), and so is a text that is nested too deep or has too many parts.
 * With it: SYNTAX with the byte position, or LIMIT. Words in which the analyzer finds nothing to search for are
 * warnings in both. Also NO_MEMORY. */
libsearch_status query_parse(const libsearch_allocator *allocator, const struct schema *schema, libsearch_bytes text,
                             unsigned flags, int64_t now, libsearch_query **query, libsearch_error *error);

/* The clock's milliseconds since 1970. */
int64_t query_clock(void);

#endif
