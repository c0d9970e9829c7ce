/* SPDX-License-Identifier: MIT */
/* The loops give what plain ones give, whatever the processor has. */
#include "support/unit.h"

#include <stdlib.h>

#include "search/kernels.h"
#include "support/random.h"

enum { MOST_PLACES = 40 };

/* Places of a word, never falling, as steps. */
static uint32_t make_places(struct test_random *random, uint32_t *places, uint32_t *steps)
{
    const uint32_t n = 1 + (uint32_t)random_below(random, random_below(random, 3) == 0 ? MOST_PLACES : 6);
    uint32_t place = 0;
    for (uint32_t i = 0; i < n; i++) {
        steps[i] = (uint32_t)random_below(random, random_below(random, 4) == 0 ? 30 : 4);
        places[i] = place += steps[i];
    }
    return n;
}

static void pairs_are_counted_as_by_looking_at_all(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    unsigned met = 0;
    for (unsigned round = 0; round < 100000; round++) {
        uint32_t places[MOST_PLACES], others[MOST_PLACES], expected = 0;
        uint32_t *steps = malloc(MOST_PLACES * sizeof *steps), *other_steps = malloc(MOST_PLACES * sizeof *steps);
        const uint32_t n = make_places(&random, places, steps), m = make_places(&random, others, other_steps);
        const uint32_t shift = (uint32_t)random_below(&random, 4), other_shift = (uint32_t)random_below(&random, 4);
        for (uint32_t i = 0; i < n; i++) {
            bool found = false;
            for (uint32_t j = 0; j < m; j++)
                found = found || places[i] + shift == others[j] + other_shift;
            expected += found && (i == 0 || places[i] != places[i - 1]);
        }
        assert_int_equal(kernel_count_pairs(steps, n, shift, other_steps, m, other_shift), expected);
        met += expected > 0;
        free(steps);
        free(other_steps);
    }
    assert_true(met > 1000);
}

static void common_documents_are_found_with_their_places(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t documents[128], candidates[128];
        uint8_t hits[128], places[128];
        const uint32_t count = 1 + (uint32_t)random_below(&random, 128), n = (uint32_t)random_below(&random, 129);
        const uint64_t gap = 1 + random_size(&random, 6);
        uint32_t last = 0;
        for (uint32_t i = 0; i < 128; i++)
            documents[i] = last += 1 + (uint32_t)random_below(&random, gap);
        last = 0;
        for (uint32_t i = 0; i < n; i++)
            candidates[i] = last += 1 + (uint32_t)random_below(&random, gap);
        size_t expected = 0;
        const size_t found = kernel_intersect(candidates, n, documents, count, hits, places);
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < count; j++)
                if (candidates[i] == documents[j]) {
                    assert_true(expected < found);
                    assert_int_equal(hits[expected], i);
                    assert_int_equal(places[expected++], j);
                }
        assert_int_equal(found, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_counted_as_by_looking_at_all),
        cmocka_unit_test(common_documents_are_found_with_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
