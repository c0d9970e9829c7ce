/* SPDX-License-Identifier: MIT */
/* Models that are formulas of their own: figures worked out by hand, and that their bounds are bounds.
 *
 * One term throughout: N = 5 documents, n = 2 have it, cf = 6 times in T = 100 words; it stands f = 3 times in a document
 * of l = 20 words where a = 10 is the average. */
#include "support/unit.h"

#include <math.h>
#include <string.h>

#include "search/formula.h"
#include "support/random.h"

static struct model parse(const char *text)
{
    struct model model = { 0 };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (model_parse(text, &model, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", text, error.message);
    return model;
}

static struct formula formula_of(const char *text, float boost, uint32_t q)
{
    static const struct term_statistics term = { 5, 2, 6, 100 };
    const struct model model = parse(text);
    struct formula formula;
    assert_true(model_is_formula(&model));
    formula_init(&formula, &model, &term, 10, boost, q);
    return formula;
}

static void assert_scores(const char *model, float f, uint32_t l, double wanted)
{
    const struct formula one = formula_of(model, 1, 1), more = formula_of(model, 1.5f, 4);
    const float score = formula_score(&one, f, l), six = formula_score(&more, f, l);
    if (!(fabs((double)score - wanted) <= 1e-6 * fabs(wanted)) ||
        !(fabs((double)six - 6 * wanted) <= 6e-6 * fabs(wanted)))
        fail_msg("%s: %.9g and six times %.9g, should be %.9g", model, (double)score, (double)six, wanted);
}

/* The length's part: 0.25 + 0.75 * 20 / 10 = 1.75, times k1: 2.1. ln(6 / 2) = 1.09861229;
 * 2.2 * 3 / (2.1 + 3) + 1 = 2.29411765. */
static void bm25_plus_lifts_every_match_by_delta(void **state)
{
    (void)state;
    assert_scores("bm25+", 3, 20, 1.09861229 * 2.29411765);
    assert_scores("bm25+:delta=0", 3, 20, 1.09861229 * 1.29411765);
    assert_scores("bm25+:k1=2,b=0,delta=0.5", 3, 20, 1.09861229 * (3.0 * 3 / 5 + 0.5));
}

/* g = 3 / 1.75 = 1.71428571; ln(6 / 2.5) = 0.87546874; 2.2 * 2.21428571 / 3.41428571 = 1.42677824. */
static void bm25l_moves_the_frequency_by_delta(void **state)
{
    (void)state;
    assert_scores("bm25l", 3, 20, 0.87546874 * 1.42677824);
    assert_scores("bm25l:delta=0,b=0", 3, 20, 0.87546874 * 2.2 * 3 / 4.2);
}

/* ln(1 + ln 3) = 0.74127631; the pivot: 0.8 + 0.2 * 2 = 1.2. */
static void tf_idf_is_pivoted_by_the_average_length(void **state)
{
    (void)state;
    assert_scores("tf-idf", 3, 20, 1.09861229 * 1.74127631 / 1.2);
    assert_scores("tf-idf:s=0", 1, 20, 1.09861229);
}

/* g = 3 log2(1.5) = 1.75488750, m = 6 / 5; g log2(g / m) = 0.96228228; (m - g) log2 e = -0.80053345;
 * log2(2 pi g) / 2 = 1.73143734; all by 2.75488750. */
static void pl2_is_poisson_with_laplace(void **state)
{
    (void)state;
    assert_scores("pl2", 3, 20, (0.96228228 - 0.80053345 + 1.73143734) / 2.75488750);
}

/* r = 3 / 20; 0.85^2 / 4 = 0.180625; 3 log2(3 * 10 / 20 * 5 / 6) = 3 log2(1.25) = 0.96578428;
 * log2(2 pi * 3 * 0.85) / 2 = 2.00099669. */
static void dph_needs_no_parameters(void **state)
{
    (void)state;
    assert_scores("dph", 3, 20, 0.180625 * (0.96578428 + 2.00099669));
}

/* p = 0.06: ln(1 + 3 / 6) + ln(100 / 120) = 0.40546511 - 0.18232156. */
static void the_dirichlet_prior_weighs_mu_words(void **state)
{
    (void)state;
    assert_scores("lm-dirichlet:mu=100", 3, 20, 0.40546511 - 0.18232156);
}

/* 0.3 * 3 / (0.7 * 20 * 0.06) = 1.07142857; ln(2.07142857). */
static void jelinek_and_mercer_mix(void **state)
{
    (void)state;
    assert_scores("lm-jm", 3, 20, 0.72823850);
    assert_scores("lm-jm:lambda=0.5", 3, 20, log(3.5));
}

/* Where a formula would give nothing, or take away: 5,000 words and one occurrence. */
static void every_match_counts_a_millionth_at_least(void **state)
{
    (void)state;
    assert_scores("lm-dirichlet:mu=1", 1, 5000, 1e-6);
    assert_scores("pl2", 1, 5000, 1e-6);
    assert_scores("dph", 4, 4, 1e-6); /* nothing but the word */
}

static void a_phrase_sums_its_words_up(void **state)
{
    (void)state;
    const struct formula one = formula_of("bm25+", 1, 1), other = formula_of("bm25+", 2, 1);
    const struct formula *list[] = { &one, &other };
    const struct formulas both = { list, 2 };
    assert_true(formulas_score(&both, 3, 20) == formula_score(&one, 3, 20) + formula_score(&other, 3, 20));
}

static void more_of_a_word_in_less_text_never_exceeds_the_bound(void **state)
{
    (void)state;
    static const char *const models[] = { "bm25+", "bm25+:k1=0,b=1",   "bm25l:b=1", "tf-idf:s=1", "lm-dirichlet:mu=3",
                                          "lm-jm", "lm-jm:lambda=0.01" };
    struct test_random random = random_start("more_of_a_word_in_less_text_never_exceeds_the_bound");
    for (size_t i = 0; i < 40000; i++) {
        const struct model model = parse(models[i % 7]);
        const double N = 1 + (double)random_size(&random, 30);
        const double n = 1 + floor((N - 1) * (double)random_below(&random, 1000) / 1000);
        const double cf = n + (double)random_size(&random, 10);
        const struct term_statistics term = { N, n, cf, cf + (double)random_size(&random, 30) };
        struct formula formula;
        formula_init(&formula, &model, &term, 1 + (double)random_size(&random, 12) / 3, 1, 1);
        assert_true(formula_is_monotone(&formula));
        const uint32_t most = 1 + (uint32_t)random_size(&random, 12), least = (uint32_t)random_size(&random, 16);
        const float f = (float)(1 + random_below(&random, most));
        const uint32_t l = least + (uint32_t)random_size(&random, 8);
        const float score = formula_score(&formula, f, l);
        assert_true(score > 0 && isfinite(score));
        assert_true(score <= formula_bound(&formula, (float)most, least));
        assert_true(score <= formula_bound(&formula, INFINITY, least));
    }
}

static void a_field_may_have_parameters_of_its_own(void **state)
{
    (void)state;
    size_t length;
    const struct model model = parse("bm25:title.k1=2,k1=0.9,title.b=0.25,meta.text.b=1");
    const struct model title = model_of_field(&model, "title"), text = model_of_field(&model, "meta.text"),
                       other = model_of_field(&model, "text");
    assert_true(model.k1 == 0.9f && model.b == 0.75f);
    assert_true(title.k1 == 2 && title.b == 0.25f);
    assert_true(text.k1 == 0.9f && text.b == 1);
    assert_true(other.k1 == 0.9f && other.b == 0.75f);
    assert_memory_equal(model_field(&model, 2, &length), "meta.text", 9);
    assert_int_equal(length, 9);
    assert_null(model_field(&model, 3, &length));
}

static void what_is_no_parameter_of_a_model_is_invalid(void **state)
{
    (void)state;
    static const char *const bad[] = { "bm25+:mu=1",     "dph:c=1",           "boolean:k1=1",    "lm-jm:lambda=0",
                                       "lm-jm:lambda=1", "lm-dirichlet:mu=0", "pl2:c=0",         "tf-idf:s=2",
                                       "tfidf",          "bm25+:title.b=1",   "bm25:title.k3=1", "bm25:.b=1",
                                       "bm25:title.b",   "bm25:title.b=2" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct model model = { 0 };
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        if (model_parse(bad[i], &model, &error) != LIBSEARCH_INVALID)
            fail_msg("'%s' is taken for a model", bad[i]);
        assert_non_null(strstr(error.message, bad[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bm25_plus_lifts_every_match_by_delta),
        cmocka_unit_test(bm25l_moves_the_frequency_by_delta),
        cmocka_unit_test(tf_idf_is_pivoted_by_the_average_length),
        cmocka_unit_test(pl2_is_poisson_with_laplace),
        cmocka_unit_test(dph_needs_no_parameters),
        cmocka_unit_test(the_dirichlet_prior_weighs_mu_words),
        cmocka_unit_test(jelinek_and_mercer_mix),
        cmocka_unit_test(every_match_counts_a_millionth_at_least),
        cmocka_unit_test(a_phrase_sums_its_words_up),
        cmocka_unit_test(more_of_a_word_in_less_text_never_exceeds_the_bound),
        cmocka_unit_test(a_field_may_have_parameters_of_its_own),
        cmocka_unit_test(what_is_no_parameter_of_a_model_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
