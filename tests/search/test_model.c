/* SPDX-License-Identifier: MIT */
/* Ranking models: names, weights worked out by hand, and that scores are monotone in the least bit, since bounds stand
 * on that. */
#include "support/unit.h"

#include <math.h>
#include <string.h>

#include "search/model.h"
#include "support/random.h"

static struct model parse(const char *text)
{
    struct model model = { 0 };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (model_parse(text, &model, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", text == NULL ? "NULL" : text, error.message);
    return model;
}

static void assert_parameters(struct model model, enum model_kind kind, float k1, float b, float k3, float least)
{
    assert_int_equal(model.kind, kind);
    assert_true(model.k1 == k1 && model.b == b && model.k3 == k3 && model.min_normlen == least);
}

static void a_model_without_parameters_has_its_own(void **state)
{
    (void)state;
    assert_parameters(parse(NULL), MODEL_DEFAULT, 1.2f, 0.75f, 0, 0);
    assert_parameters(parse("default"), MODEL_DEFAULT, 1.2f, 0.75f, 0, 0);
    assert_parameters(parse("bm25"), MODEL_BM25, 1.2f, 0.75f, 0, 0);
    assert_parameters(parse("bm25-xapian"), MODEL_BM25_XAPIAN, 1, 0.5f, 1, 0.5f);
}

static void parameters_are_read_in_any_order(void **state)
{
    (void)state;
    assert_parameters(parse("bm25:k1=0.9,b=0.4"), MODEL_BM25, 0.9f, 0.4f, 0, 0);
    assert_parameters(parse("bm25:b=0,k1=0"), MODEL_BM25, 0, 0, 0, 0);
    assert_parameters(parse("bm25:b=1"), MODEL_BM25, 1.2f, 1, 0, 0);
    assert_parameters(parse("bm25-xapian:min_normlen=0.25,k3=7,b=0.1,k1=1.5"), MODEL_BM25_XAPIAN, 1.5f, 0.1f, 7, 0.25f);
}

static void what_is_no_model_is_invalid_and_named(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "BM25",
                                       "bm26",
                                       "bm25x",
                                       "bm25 ",
                                       "bm25:",
                                       "bm25:k1",
                                       "bm25:k1=",
                                       "bm25:k1=x",
                                       "bm25:k1=-1",
                                       "bm25:k1=nan",
                                       "bm25:k1=inf",
                                       "bm25:k1=1e9",
                                       "bm25:b=1.5",
                                       "bm25:b=-0.5",
                                       "bm25:k1=0.9,",
                                       "bm25:k1=0.9;b=0.4",
                                       "bm25:k1=0.9b=0.4",
                                       "bm25:k3=1",
                                       "bm25,k1=1",
                                       "bm25-xapian:q=1",
                                       "bm25-xapian:k3",
                                       "default:k1=1",
                                       "defaults" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct model model = { .k1 = 42 };
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        if (model_parse(bad[i], &model, &error) != LIBSEARCH_INVALID)
            fail_msg("'%s' is taken for a model", bad[i]);
        assert_int_equal(error.status, LIBSEARCH_INVALID);
        assert_non_null(strstr(error.message, bad[i]));
        assert_true(model.k1 == 42);
    }
}

static void assert_near(float found, double wanted)
{
    if (fabs((double)found - wanted) > 2e-6 * fabs(wanted))
        fail_msg("%.9g, should be %.9g", (double)found, wanted);
}

/* Three documents, one has the term: (3 - 1 + 0.5) / (1 + 0.5) = 5/3; ln(1 + 5/3) = 0.98082925 */
static void bm25_weighs_by_idf_times_repetitions(void **state)
{
    (void)state;
    const struct model model = parse("bm25:k1=0.9,b=0.4");
    assert_near(model_weight(&model, 3, 1, 1, 1), 0.98082925);
    assert_near(model_weight(&model, 3, 1, 7, 2), 1.96165850);
    /* All have it: 0.5 / 3.5 = 1/7; ln(8/7) = 0.13353139 */
    assert_near(model_weight(&model, 3, 3, 3, 1), 0.13353139);
}

/* 5/3 is less than 2, so it becomes 1 + 5/6; ln(11/6) = 0.60613580, times k1 + 1 = 2.
 * Of ten documents: 9.5 / 1.5 = 19/3; ln(19/3) = 1.84582669. Twice in the question, k3 = 1: 2 * 2 / 3. */
static void bm25_xapian_weighs_as_libxapian_does(void **state)
{
    (void)state;
    const struct model model = parse("bm25-xapian");
    assert_near(model_weight(&model, 3, 1, 1, 1), 1.21227160);
    assert_near(model_weight(&model, 10, 1, 1, 1), 3.69165338);
    assert_near(model_weight(&model, 10, 1, 1, 2), 3.69165338 * 4 / 3);
}

/* 2.2 * 0.98082925^1.15 * ln(1 + 2/1); 0.98082925^1.15 = exp(1.15 * -0.01935688) = 0.97798564, ln 3 = 1.09861229.
 * Sixteen times in the question: 16^0.75 = 8. */
static void the_default_weighs_by_burstiness_too(void **state)
{
    (void)state;
    const struct model model = parse("default");
    assert_near(model_weight(&model, 3, 1, 2, 1), 2.36374022);
    assert_near(model_weight(&model, 3, 1, 2, 16), 8 * 2.36374022);
}

/* At average length inverse is 1 / k1, and W f / (f + k1) comes out: 1 / 2.2 of W for f = 1. Twice the average length,
 * b = 0.75: 1 / (1.2 * 1.75). */
static void scores_saturate_and_fall_with_the_length(void **state)
{
    (void)state;
    const struct model model = parse("bm25");
    struct norms norms;
    norms_init(&norms, &model, 100);
    assert_near(norms_inverse(&norms, 100), 1 / 1.2);
    assert_near(norms_inverse(&norms, 200), 1 / (1.2 * 1.75));
    assert_near(norms_inverse(&norms, 0), 1 / (1.2 * 0.25));
    assert_near(score_of(2.2f, 1, norms_inverse(&norms, 100)), 1);
    assert_near(score_of(2.2f, 4, norms_inverse(&norms, 100)), 2.2 * 4 / 5.2);
    assert_near(score_of(2.2f, 1, norms_inverse(&norms, 200)), 2.2 / (1 + 1.2 * 1.75));
}

static void xapian_lengths_count_as_half_the_average_at_least(void **state)
{
    (void)state;
    const struct model model = parse("bm25-xapian");
    struct norms norms;
    norms_init(&norms, &model, 100);
    assert_true(norms_inverse(&norms, 1) == norms_inverse(&norms, 50));
    assert_true(norms_inverse(&norms, 50) > norms_inverse(&norms, 51));
}

static void without_k1_every_occurrence_gives_the_whole_weight(void **state)
{
    (void)state;
    const struct model model = parse("bm25:k1=0,b=1");
    struct norms norms;
    norms_init(&norms, &model, 12);
    for (uint32_t length = 0; length < 100; length++)
        assert_true(score_of(3.25f, 1, norms_inverse(&norms, length)) == 3.25f);
}

static void an_average_of_nothing_is_one(void **state)
{
    (void)state;
    const struct model model = parse("bm25");
    struct norms norms;
    norms_init(&norms, &model, 0);
    assert_true(norms.average == 1.0f);
}

static struct norms random_norms(struct test_random *random)
{
    struct model model = { .kind = (enum model_kind)random_below(random, 3), .k3 = 1 };
    struct norms norms;
    model.k1 = (float)random_below(random, 1000) / 250;
    model.b = (float)random_below(random, 101) / 100;
    if (model.kind == MODEL_BM25_XAPIAN)
        model.min_normlen = (float)random_below(random, 100) / 60;
    norms_init(&norms, &model, (double)random_size(random, 20) / 7);
    return norms;
}

static void no_step_of_a_score_falls_back(void **state)
{
    (void)state;
    struct test_random random = random_start("scores");
    for (unsigned round = 0; round < 400; round++) {
        const struct norms norms = random_norms(&random);
        const float weight = (float)random_size(&random, 24) / 999;
        for (unsigned i = 0; i < 500; i++) {
            const uint32_t length = (uint32_t)random_size(&random, 30);
            const uint32_t longer = length + (uint32_t)random_size(&random, 12);
            const float f = (float)(1 + random_size(&random, 16)) * 0.3f;
            const float more = f + (float)random_size(&random, 8) * 0.1f;
            const float shorter_inverse = norms_inverse(&norms, length), inverse = norms_inverse(&norms, longer);
            assert_true(inverse <= shorter_inverse);
            assert_true(score_of(weight, f, inverse) >= 0);
            assert_true(score_of(weight, f, inverse) <= score_of(weight, f, shorter_inverse));
            assert_true(score_of(weight, f, inverse) <= score_of(weight, more, inverse));
            assert_true(score_of(weight, more, shorter_inverse) <= weight);
        }
    }
}

static void the_inverse_of_a_code_bounds_all_its_lengths(void **state)
{
    (void)state;
    struct test_random random = random_start("codes");
    for (unsigned round = 0; round < 400; round++) {
        const struct norms norms = random_norms(&random);
        for (unsigned code = 0; code < 256; code++)
            assert_true(norms.by_code[code] == norms_inverse(&norms, rounding_least((uint8_t)code)));
        for (unsigned i = 0; i < 500; i++) {
            const uint32_t length = (uint32_t)random_size(&random, 32);
            assert_true(norms.by_code[rounding_down(length)] >= norms_inverse(&norms, length));
            assert_true(norms.by_code[rounding_down(rounding_least(rounding_down(length)))] ==
                        norms.by_code[rounding_down(length)]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_without_parameters_has_its_own),
        cmocka_unit_test(parameters_are_read_in_any_order),
        cmocka_unit_test(what_is_no_model_is_invalid_and_named),
        cmocka_unit_test(bm25_weighs_by_idf_times_repetitions),
        cmocka_unit_test(bm25_xapian_weighs_as_libxapian_does),
        cmocka_unit_test(the_default_weighs_by_burstiness_too),
        cmocka_unit_test(scores_saturate_and_fall_with_the_length),
        cmocka_unit_test(xapian_lengths_count_as_half_the_average_at_least),
        cmocka_unit_test(without_k1_every_occurrence_gives_the_whole_weight),
        cmocka_unit_test(an_average_of_nothing_is_one),
        cmocka_unit_test(no_step_of_a_score_falls_back),
        cmocka_unit_test(the_inverse_of_a_code_bounds_all_its_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
