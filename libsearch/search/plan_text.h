/* SPDX-License-Identifier: MIT */
/* Planning of texts: words to terms. */
#ifndef LIBSEARCH_SEARCH_PLAN_TEXT_H
#define LIBSEARCH_SEARCH_PLAN_TEXT_H

#include "search/plan.h"

/* QUERY_TEXT: a union of its words, or with QUERY_FLAG_ALL an intersection. */
libsearch_status plan_text(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                           struct plan_node **node, libsearch_error *error);
/* QUERY_PHRASE. */
libsearch_status plan_phrase(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                             struct plan_node **node, libsearch_error *error);

/* A term for a word of the field (NULL: the default group); its lists and weight are not set. */
libsearch_status plan_set_term(struct plan *plan, const struct field *field, libsearch_bytes word,
                               struct plan_term *term, libsearch_error *error);
/* Where the words of a QUERY_TEXT or QUERY_PHRASE stand as a phrase; NULL: nowhere. */
libsearch_status plan_span_of_text(struct plan *plan, const libsearch_query *query, const struct field *field,
                                   float boost, struct plan_span **span, libsearch_error *error);

/* The norms of the group (NULL) or of a field; NULL: no memory. */
const struct norms *plan_norms(struct plan *plan, const struct field *field);

#endif
