/* SPDX-License-Identifier: MIT */
/* Bounds of blocks and thresholds of lists against every single posting. */
#include "postings/model.h"

#include "codec/rounding.h"
#include "postings/score_bounds.h"

static uint32_t greatest_of(uint8_t code) { return code == 255 ? UINT32_MAX : rounding_least(code); }

/* Whether a pair of the block allows this frequency at this length, for any model. */
static bool allowed(const struct posting_list *list, unsigned profile, uint32_t b, double frequency, uint8_t length)
{
    const size_t blocks = list->blocks;
    for (unsigned pair = 0; pair < POSTING_PAIRS; pair++) {
        const uint8_t most = list->bounds[profile][2 * pair * blocks + b];
        const uint8_t shortest = list->bounds[profile][(2 * pair + 1) * blocks + b];
        if (frequency <= greatest_of(most) && shortest <= length)
            return true;
    }
    return false;
}

static void each_model(const char *name, void (*check)(const struct model *model, const struct posting_list *list))
{
    struct test_random random = random_start(name);
    for (unsigned round = 0; round < 150; round++) {
        struct model_shape shape = model_any_shape(&random);
        shape.count += POSTING_THRESHOLD_MIN * (uint32_t)random_below(&random, 5);
        if (shape.count < POSTING_BLOCK)
            shape.count = POSTING_BLOCK;
        struct model model;
        struct posting_list list;
        model_make(&model, &random, &shape, 2);
        model_open(&model, &list);
        assert_int_equal(list.profiles, 2);
        check(&model, &list);
        model_free(&model);
    }
}

static void check_bounds(const struct model *model, const struct posting_list *list)
{
    for (uint32_t i = 0; i < model->shape.count; i++) {
        const struct model_posting *posting = &model->postings[i];
        const uint32_t b = i / POSTING_BLOCK;
        assert_true(allowed(list, 0, b, posting->frequency, model->plain[posting->document]));
        assert_true(allowed(list, 1, b, (double)model_weighted(model, posting), model->weighted[posting->document]));
    }
}

static void test_no_posting_is_better_than_its_blocks_bounds(void **state)
{
    (void)state;
    each_model(__func__, check_bounds);
}

static void check_peaks(const struct model *model, const struct posting_list *list)
{
    for (uint32_t i = 0; i < model->shape.count; i++) {
        const struct model_posting *posting = &model->postings[i];
        const size_t at = 2 * (size_t)(i / POSTING_BLOCK);
        const double plain = model->plain_lengths[posting->document] / (double)MODEL_PLAIN_AVERAGE;
        const double weighted = model->weighted_lengths[posting->document] / (double)MODEL_WEIGHTED_AVERAGE;
        /* A float's rounding may be lost; searches allow for it. */
        const double most[2] = { (double)peak_value(load_u16(list->peaks[0] + at)) * 1.000001,
                                 (double)peak_value(load_u16(list->peaks[1] + at)) * 1.000001 };
        assert_true(most[0] >= posting->frequency / (0.25 + 0.75 * plain));
        assert_true(most[1] >= (double)model_weighted(model, posting) / (0.25 + 0.75 * weighted));
    }
}

static void test_no_posting_is_above_its_blocks_peak(void **state)
{
    (void)state;
    each_model(__func__, check_peaks);
}

static void check_tightness(const struct model *model, const struct posting_list *list)
{
    for (uint32_t b = 0; b < list->blocks; b++) {
        uint32_t most = 0;
        uint8_t shortest = 255;
        for (uint32_t i = b * POSTING_BLOCK; i < model->shape.count && i < (b + 1) * POSTING_BLOCK; i++) {
            const struct model_posting *posting = &model->postings[i];
            most = posting->frequency > most ? posting->frequency : most;
            shortest = model->plain[posting->document] < shortest ? model->plain[posting->document] : shortest;
        }
        for (unsigned pair = 0; pair < POSTING_PAIRS; pair++) {
            assert_true(list->bounds[0][2 * pair * (size_t)list->blocks + b] <= rounding_up(most));
            assert_true(list->bounds[0][(2 * pair + 1) * (size_t)list->blocks + b] >= shortest);
        }
    }
}

static void test_bounds_are_no_better_than_the_best_frequency_and_length(void **state)
{
    (void)state;
    each_model(__func__, check_tightness);
}

static void check_thresholds(const struct model *model, const struct posting_list *list)
{
    static const uint32_t wanted[POSTING_THRESHOLD_KINDS] = { 10, 100, 1000 };
    for (unsigned profile = 0; profile < 2; profile++) {
        assert_int_equal(list->thresholds[profile] != NULL, model->shape.count >= POSTING_THRESHOLD_MIN);
        const uint8_t *pair = list->thresholds[profile];
        for (unsigned kind = 0; kind < POSTING_THRESHOLD_KINDS && pair != NULL; kind++)
            for (unsigned p = 0; p < POSTING_THRESHOLD_PAIRS; p++, pair += 2) {
                uint32_t found = 0;
                for (uint32_t i = 0; i < model->shape.count; i++) {
                    const struct model_posting *posting = &model->postings[i];
                    const uint8_t length = (profile == 0 ? model->plain : model->weighted)[posting->document];
                    const double frequency = profile == 0 ? posting->frequency : (double)model_weighted(model, posting);
                    found += frequency >= rounding_least(pair[0]) && length <= pair[1];
                }
                if (pair[0] > 0)
                    assert_true(found >= wanted[kind]);
                else if (profile == 0)
                    assert_true(model->shape.count < wanted[kind]);
            }
    }
}

static void test_as_many_documents_as_a_threshold_says_are_as_good(void **state)
{
    (void)state;
    each_model(__func__, check_thresholds);
}

static void test_weighted_frequencies_lie_between_their_whole_numbers(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 100000; round++) {
        const float weighted = (float)(random_u64(&random) >> 40) / (float)(1 + random_below(&random, 64));
        assert_true((float)weighted_frequency_below(weighted) <= weighted);
        assert_true((float)weighted_frequency_above(weighted) >= weighted);
    }
    assert_int_equal(weighted_frequency_below(-1.5f), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_posting_is_better_than_its_blocks_bounds),
        cmocka_unit_test(test_no_posting_is_above_its_blocks_peak),
        cmocka_unit_test(test_bounds_are_no_better_than_the_best_frequency_and_length),
        cmocka_unit_test(test_as_many_documents_as_a_threshold_says_are_as_good),
        cmocka_unit_test(test_weighted_frequencies_lie_between_their_whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
