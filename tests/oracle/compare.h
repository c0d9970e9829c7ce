/* SPDX-License-Identifier: MIT */
/* A snapshot's answers held against the oracle's, to the bit. */
#ifndef TESTS_ORACLE_COMPARE_H
#define TESTS_ORACLE_COMPARE_H

#include "index/snapshot.h"
#include "oracle/questions.h"

struct comparison {
    struct world *world;
    struct snapshot *snapshot;
    struct oracle *oracle;            /* of the documents that the snapshot has, by its numbers */
    bool patterns;                    /* see question_random */
    const libsearch_ranking *ranking; /* or NULL */
};

/* One question at random, put with several numbers of results, exhaustively and not, with every kind of total. Fails
 * the test at the first difference, after having looked for the smallest part of the question that has one. */
void compare_random(struct comparison *comparison, struct test_random *random);

/* A question with a ranking: true, or what differs in `difference` (512 bytes). */
bool compare_query(struct comparison *comparison, const libsearch_query *query, const char *model,
                   const struct oracle_model *oracle_model, struct test_random *random, char *difference);

#endif
