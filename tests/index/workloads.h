/* SPDX-License-Identifier: MIT */
/* Mixtures of everything that a writer does, with what an index must hold at each moment: for tests that cut the
 * power. Among them are writers that die in the middle and are followed by others, and syncs that fail. */
#ifndef TESTS_INDEX_WORKLOADS_H
#define TESTS_INDEX_WORKLOADS_H

#include "index/index_model.h"

enum { WORKLOADS = 24, MAX_COMMITS = 96 };

struct commitment {
    size_t changes; /* how many there were when it was acknowledged */
    bool durable;   /* false: it may be there from now on, but need not */
    struct model model;
};

struct history {
    struct recording *recording;
    struct commitment commits[MAX_COMMITS];
    size_t count;
};

/* Workload `number`: the first WORKLOADS are the ones that are always tried, any number is another. */
void workload_make(unsigned number, struct history *history);
/* The model is what an index holds that was committed now. */
void history_add(struct history *history, const struct model *model, bool durable);
void history_free(struct history *history);

#endif
