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

/* Every document whose score reaches the limit is able to, and no more than one in twenty are thought so that are not. */
static void documents_that_reach_a_score_are_able_to(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    uint64_t reached = 0, thought = 0;
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t documents[128];
        float frequencies[128], scores[128];
        uint16_t indexes[128 + 16];
        static uint8_t lengths[4 * 1000 + 3];
        struct model model;
        struct norms norms;
        const char *const models[] = { "bm25:k1=1.2,b=0.75", "bm25:k1=0.4,b=0", "bm25:k1=7,b=1", "bm25-xapian",
                                       "boolean" };
        assert_int_equal(model_parse(models[random_below(&random, 5)], &model, NULL), LIBSEARCH_OK);
        norms_init(&norms, &model, 1 + (double)random_below(&random, 500));
        const struct score_parts parts = { .weight = 0.001f * (float)(1 + random_below(&random, 20000)),
                                           .norms = &norms,
                                           .lengths = { lengths, 1u << random_below(&random, 3), 1000 } };
        const uint32_t n = 1 + (uint32_t)random_below(&random, 128);
        for (size_t i = 0; i < sizeof lengths; i++)
            lengths[i] = (uint8_t)(parts.lengths.width == 4 && i % 4 > 1 ? 0 : random_u64(&random));
        uint32_t document = 0;
        for (uint32_t i = 0; i < 128; i++) {
            documents[i] = document += (uint32_t)random_below(&random, 7);
            frequencies[i] = (float)(1 + random_size(&random, 10));
        }
        kernel_scores(documents, frequencies, n, &parts, scores);
        const float least = random_below(&random, 4) == 0 ? parts.weight * (float)random_below(&random, 120) / 100.0f
                                                          : scores[random_below(&random, n)];
        const size_t able = kernel_able(documents, frequencies, n, &parts, least, indexes);
        size_t at = 0;
        for (uint32_t i = 0; i < n; i++) {
            const bool is_able = at < able && indexes[at] == i;
            at += is_able;
            assert_true(is_able || scores[i] < least);
            reached += scores[i] >= least;
        }
        assert_int_equal(at, able);
        thought += able;
    }
    assert_true(reached > 100000);
    assert_true(thought * 20 < reached * 21);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_counted_as_by_looking_at_all),
        cmocka_unit_test(common_documents_are_found_with_their_places),
        cmocka_unit_test(documents_that_reach_a_score_are_able_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
