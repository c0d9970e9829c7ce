/* SPDX-License-Identifier: MIT */
/* Power cuts, enumerated, and a second one while the index is taken up.
 *
 * LIBSEARCH_POWER_CUTS="FIRST WORKLOADS ROUNDS EVERY": which workloads, how many random states for each cut, and that
 * one state in so many is cut again; LIBSEARCH_SEED: their seed. Built twice: over tests/support/fake_segment.c, and
 * over the real segments (fewer workloads). */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/power_cut.h"

#ifndef POWER_CUTS
#ifdef __SANITIZE_ADDRESS__
#define POWER_CUTS "0 24 3 72" /* the optimised build has more states, this one watches closer */
#else
#define POWER_CUTS "0 24 8 24"
#endif
#endif

static void whatever_a_power_cut_leaves_the_last_durable_commit_is_there(void **state)
{
    (void)state;
    const char *given = getenv("LIBSEARCH_POWER_CUTS");
    const char *seed = getenv("LIBSEARCH_SEED");
    struct power_cuts cuts = { .seed = seed == NULL ? 1 : strtoull(seed, NULL, 0), .again_rounds = 1 };
    unsigned first, workloads;
    unsigned long long rounds, every;
    assert_int_equal(sscanf(given == NULL ? POWER_CUTS : given, "%u %u %llu %llu", &first, &workloads, &rounds, &every),
                     4);
    cuts.rounds = rounds;
    cuts.again_every = every;
    for (unsigned workload = first; workload < first + workloads; workload++) {
        struct history history;
        workload_make(workload, &history);
        if (!power_cuts_try(&cuts, &history, workload))
            fail_msg("%s", cuts.why);
        history_free(&history);
        power_cuts_forget(&cuts);
    }
    printf("%u workloads: %zu states tried, %zu distinct; cut a second time: %zu tried, %zu distinct; seed %llu\n",
           workloads, cuts.tried, cuts.distinct, cuts.again_tried, cuts.again_distinct, (unsigned long long)cuts.seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_a_power_cut_leaves_the_last_durable_commit_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
