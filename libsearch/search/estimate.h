/* SPDX-License-Identifier: MIT */
/* How many documents match, without looking: from what the lists say of themselves. */
#ifndef LIBSEARCH_SEARCH_ESTIMATE_H
#define LIBSEARCH_SEARCH_ESTIMATE_H

#include "search/plan.h"

struct estimate {
    uint64_t least, most; /* certain */
    double about;         /* as if parts knew nothing of each other; within the other two */
};

/* Over all segments of the plan's snapshot. */
struct estimate estimate_plan(const struct plan *plan);

#endif
