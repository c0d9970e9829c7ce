/* SPDX-License-Identifier: MIT */
/* For compare.c: further questions about an answer that is known. Each true, or what differs in `difference`. */
#ifndef TESTS_ORACLE_COMPARE_FURTHER_H
#define TESTS_ORACLE_COMPARE_FURTHER_H

#include "oracle/compare.h"

/* What comes behind a hit (there is one), by score, pruned or not. */
bool compare_page(const struct comparison *comparison, const libsearch_query *query, const char *model,
                  const struct oracle_answer *wanted, struct test_random *random, char *difference);
/* How many matches have each tag, all or those that a filter lets through, and sizes in a range. Of worlds with
 * everything. */
bool compare_facets(const struct comparison *comparison, const libsearch_query *query,
                    const struct oracle_answer *wanted, struct test_random *random, char *difference);
/* That the explanation of a hit's score begins with it. */
bool compare_explanation(const struct comparison *comparison, const libsearch_query *query, const char *model,
                         const struct oracle_answer *wanted, struct test_random *random, char *difference);

#endif
