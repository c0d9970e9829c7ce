/* SPDX-License-Identifier: MIT */
/* The loops give what plain ones give, whatever the processor has. */
#include "support/unit.h"

#include <stdlib.h>

#include "codec/rounding.h"
#include "postings/score_bounds.h"
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

/* By every code of a frequency and of a length, as the code's own header decodes it. */
static void blocks_are_bounded_by_their_pairs_and_peaks(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct model model;
    struct norms norms;
    assert_int_equal(model_parse("bm25:k1=1.2,b=0.75", &model, NULL), LIBSEARCH_OK);
    norms_init(&norms, &model, 100);
    const struct score_parts parts = { .weight = 2.5f, .norms = &norms };
    for (unsigned round = 0; round < 3000; round++) {
        uint8_t pairs[2 * 3 * 48], peaks[2 * 48 + 32];
        float bounds[48 + 16];
        const size_t n = round < 256 ? 9 : 1 + (size_t)random_below(&random, 48);
        const unsigned pair_count = round < 256 ? 1 : 1 + (unsigned)random_below(&random, 3);
        const float scale = random_below(&random, 2) == 0 ? __builtin_inff() : 0.5f;
        for (size_t i = 0; i < 2 * pair_count * n; i++)
            pairs[i] = (uint8_t)random_u64(&random);
        if (round < 256)
            pairs[0] = pairs[n - 1] = (uint8_t)round; /* one that a wide loop takes, and one behind it */
        for (size_t b = 0; b < n; b++) {
            const uint16_t peak = random_below(&random, 3) == 0 ? 0 : peak_round_up((float)random_below(&random, 3000));
            peaks[2 * b] = (uint8_t)peak;
            peaks[2 * b + 1] = (uint8_t)(peak >> 8);
        }
        for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++)
            bounds[b] = -7;
        kernel_block_bounds(pairs, pair_count, peaks, scale, n, &parts, bounds);
        for (size_t b = n; b < sizeof bounds / sizeof *bounds; b++)
            assert_true(bounds[b] < -6); /* nothing is written behind the last */
        for (size_t b = 0; b < n; b++) {
            float most = 0;
            for (size_t p = 0; p < pair_count; p++) {
                const uint8_t frequency = pairs[2 * p * n + b], length = pairs[(2 * p + 1) * n + b];
                const float least = frequency == 255 ? __builtin_inff() : (float)rounding_least(frequency);
                const float product = least * norms.by_code[length];
                most = product > most ? product : most;
            }
            const float peak = peak_value((uint16_t)(peaks[2 * b] | peaks[2 * b + 1] << 8)) * scale;
            most = peak < most ? peak : most;
            const float expected = parts.weight - parts.weight / (1.0f + most);
            if (bounds[b] < expected || bounds[b] > expected)
                fail_msg("block %zu of %zu: %.9g, not %.9g", b, n, (double)bounds[b], (double)expected);
        }
    }
}

static void bits_marks_and_documents_are_counted(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 5000; round++) {
        uint64_t bits[40], taken[10];
        uint8_t marks[640];
        uint32_t documents[128], document = 0;
        float scores[300];
        uint16_t indexes[300 + 16];
        const size_t words = (size_t)random_below(&random, 41), n = 64 * (size_t)random_below(&random, 11);
        uint64_t expected = 0;
        for (size_t i = 0; i < words; i++) {
            bits[i] = random_u64(&random) & random_u64(&random);
            for (unsigned bit = 0; bit < 64; bit++)
                expected += bits[i] >> bit & 1;
        }
        assert_int_equal(kernel_count_bits(bits, words), expected);
        bool marked[640];
        for (size_t i = 0; i < n; i++) {
            marked[i] = random_below(&random, 3) == 0;
            marks[i] = marked[i] ? 0xFF : 0;
        }
        kernel_take_marks(marks, n, taken);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(taken[i / 64] >> i % 64 & 1, marked[i]);
            assert_int_equal(marks[i], 0);
        }
        for (size_t i = 0; i < 128; i++)
            documents[i] = document += 1 + (uint32_t)random_below(&random, 4);
        const uint32_t count = 1 + (uint32_t)random_below(&random, 128);
        const uint32_t limit = (uint32_t)random_below(&random, document + 10);
        uint32_t below = 0;
        for (uint32_t i = 0; i < count; i++)
            below += documents[i] < limit;
        assert_int_equal(kernel_count_below(documents, count, limit), below);
        const size_t many = (size_t)random_below(&random, 301);
        for (size_t i = 0; i < many; i++)
            scores[i] = (float)random_below(&random, 20);
        const float least = (float)random_below(&random, 22);
        const size_t found = kernel_at_least(scores, many, least, indexes);
        size_t at = 0;
        for (size_t i = 0; i < many; i++)
            if (scores[i] >= least) {
                assert_true(at < found);
                assert_int_equal(indexes[at++], i);
            }
        assert_int_equal(at, found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_counted_as_by_looking_at_all),
        cmocka_unit_test(common_documents_are_found_with_their_places),
        cmocka_unit_test(documents_that_reach_a_score_are_able_to),
        cmocka_unit_test(blocks_are_bounded_by_their_pairs_and_peaks),
        cmocka_unit_test(bits_marks_and_documents_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
