/* SPDX-License-Identifier: MIT */
/* Planning of what is matched by spans: near, and the parts that it is made of. */
#ifndef LIBSEARCH_SEARCH_PLAN_NEAR_H
#define LIBSEARCH_SEARCH_PLAN_NEAR_H

#include "search/plan.h"

/* QUERY_NEAR. */
libsearch_status plan_near(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                           struct plan_node **node, libsearch_error *error);

/* An empty span with room for `parts` parts. */
libsearch_status plan_span_new(struct plan *plan, enum span_kind kind, size_t parts, struct plan_span **span,
                               libsearch_error *error);
/* Any of terms that were looked up; sets their weights. NULL where no document has one. */
libsearch_status plan_span_of_words(struct plan *plan, struct plan_term *terms, size_t count, float boost,
                                    struct plan_span **span, libsearch_error *error);
/* The node of a span (NULL: PLAN_NONE) over words of the field (NULL: the default group). */
libsearch_status plan_span_node(struct plan *plan, struct plan_span *span, const struct field *field, bool scored,
                                struct plan_node **node, libsearch_error *error);
/* Makes of a PLAN_TERM node whose term has forms one that is matched by them. */
libsearch_status plan_span_of_term(struct plan *plan, struct plan_node *node, libsearch_error *error);

/* Fills in a term's forms: in each segment the number of the word as it is written. */
libsearch_status plan_forms_find(struct plan *plan, struct plan_term *term, libsearch_bytes surface,
                                 libsearch_error *error);

#endif
