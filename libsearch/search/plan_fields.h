/* SPDX-License-Identifier: MIT */
/* Planning of QUERY_FIELDS. */
#ifndef LIBSEARCH_SEARCH_PLAN_FIELDS_H
#define LIBSEARCH_SEARCH_PLAN_FIELDS_H

#include "search/plan.h"

/* A union (QUERY_FLAG_ALL in all of its texts: an intersection) of words, each over all fields whose text has it. */
libsearch_status plan_fields(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                             struct plan_node **node, libsearch_error *error);

#endif
