/* SPDX-License-Identifier: MIT */
/* Power cuts, enumerated over a history of changes: after each of them, in every way in which what was not synced may
 * be lost, the index opens, holds what was acknowledged last or what was in flight, is sound, goes on, and is tidy. */
#ifndef TESTS_INDEX_POWER_CUT_H
#define TESTS_INDEX_POWER_CUT_H

#include "index/workloads.h"

struct power_cuts {
    uint64_t seed;
    uint64_t rounds;       /* random states for each cut */
    uint64_t again_every;  /* one state in so many is cut a second time, while it recovers; 0: none */
    uint64_t again_rounds; /* random states for each of those second cuts */

    size_t tried, distinct;             /* states */
    size_t again_tried, again_distinct; /* of a second cut */

    struct fingerprints {
        uint64_t *slots;
        size_t size, count;
    } states, cases; /* a case: a state, and what it may hold */
    char why[1400];  /* what is wrong */
};

/* Forgets the states seen: what comes is another directory. */
void power_cuts_forget(struct power_cuts *cuts);
/* Cuts the history after each of its changes. False, with cuts->why: something is lost. `name` is said then. */
bool power_cuts_try(struct power_cuts *cuts, const struct history *history, unsigned name);

#endif
