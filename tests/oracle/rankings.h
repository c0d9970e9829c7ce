/* SPDX-License-Identifier: MIT */
/* Signals, scorers and documents to do without, at random, over the numbers of WORLD_EVERYTHING. */
#ifndef TESTS_ORACLE_RANKINGS_H
#define TESTS_ORACLE_RANKINGS_H

#include "index/snapshot.h"
#include "oracle/world.h"

struct random_ranking {
    libsearch_ranking ranking;
    libsearch_signal signals[4];
    libsearch_scorer scorer;
    libsearch_bytes without[40];
};

/* Made of what `made` holds, which must outlive it. */
const libsearch_ranking *ranking_random(struct random_ranking *made, const struct snapshot *snapshot,
                                        struct test_random *random);
void ranking_print(const libsearch_ranking *ranking);

/* What the oracle's answer becomes by the ranking. */
void oracle_rank(const struct oracle *oracle, const struct snapshot *snapshot, const libsearch_ranking *ranking,
                 struct oracle_answer *answer);

#endif
