/* SPDX-License-Identifier: MIT */
/* Going through all matches, for what the k best alone do not tell: an order by columns, where a page before ended,
 * facets, and one document for each value of a column. */
#ifndef LIBSEARCH_SEARCH_GATHER_H
#define LIBSEARCH_SEARCH_GATHER_H

#include "search/evaluate.h"

/* True where the request asks for any of it. */
bool gather_wanted(const struct search_request *request);
/* Fills the answer to a plan. */
libsearch_status gather_run(struct search_context *context, const struct snapshot *snapshot, struct plan *plan,
                            struct search_answer *answer);

#endif
