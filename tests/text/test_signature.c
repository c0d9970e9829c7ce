/* SPDX-License-Identifier: MIT */
/* Signatures estimate the similarity of sets of shingles, which is computed here one by one. */
#include "support/unit.h"

#include <math.h>
#include <stdio.h>

#include "support/random.h"
#include "text/signature.h"

enum { WORDS = 400 };

static bool sign(const uint16_t *words, size_t count, uint64_t *signature)
{
    static struct signature_maker maker;
    signature_init(&maker);
    signature_start(&maker);
    for (size_t i = 0; i < count; i++) {
        char word[16];
        signature_add(&maker, word, (size_t)sprintf(word, "w%u", words[i]));
    }
    return signature_finish(&maker, signature);
}

/* Whether shingle i of a text is among the shingles [0, count) of another. */
static bool has(const uint16_t *text, size_t i, const uint16_t *other, size_t count)
{
    for (size_t j = 0; j < count; j++) {
        size_t same = 0;
        while (same < SIGNATURE_SHINGLE && text[i + same] == other[j + same])
            same++;
        if (same == SIGNATURE_SHINGLE)
            return true;
    }
    return false;
}

static double jaccard(const uint16_t *one, const uint16_t *other)
{
    const size_t count = WORDS - SIGNATURE_SHINGLE + 1;
    size_t both = 0, all = 0;
    for (size_t i = 0; i < count; i++)
        if (!has(one, i, one, i)) {
            all++;
            both += has(one, i, other, count);
        }
    for (size_t i = 0; i < count; i++)
        all += !has(other, i, other, i) && !has(other, i, one, count);
    return (double)both / (double)all;
}

static void a_signature_estimates_the_similarity_of_shingles(void **state)
{
    (void)state;
    struct test_random random = random_start("signature");
    double squares = 0;
    enum { PAIRS = 120 };
    for (unsigned pair = 0; pair < PAIRS; pair++) {
        uint16_t one[WORDS], other[WORDS];
        uint64_t first[SIGNATURE_WORDS], second[SIGNATURE_WORDS];
        for (size_t i = 0; i < WORDS; i++) {
            one[i] = (uint16_t)random_below(&random, 300);
            other[i] = random_below(&random, 100) < pair % 100 ? (uint16_t)random_below(&random, 300) : one[i];
        }
        assert_true(sign(one, WORDS, first));
        assert_true(sign(other, WORDS, second));
        const double known = jaccard(one, other);
        const double error = signature_similarity(signature_distance(first, second)) - known;
        assert_true(fabs(error) < 0.3); /* six standard errors */
        squares += error * error;
    }
    assert_true(sqrt(squares / PAIRS) < 0.06);
}

static void equal_texts_have_equal_signatures_and_empty_ones_none(void **state)
{
    (void)state;
    const uint16_t words[] = { 1, 2, 3 };
    uint64_t one[SIGNATURE_WORDS], other[SIGNATURE_WORDS];
    for (size_t count = 1; count <= 3; count++) {
        assert_true(sign(words, count, one));
        assert_true(sign(words, count, other));
        assert_int_equal(signature_distance(one, other), 0);
        for (size_t w = 0; w < SIGNATURE_WORDS; w++)
            assert_int_equal(one[w] >> SIGNATURE_WORD_BITS, w);
    }
    assert_false(sign(words, 0, one));
    assert_true(signature_similarity(0) >= 1);
    assert_true(signature_similarity(SIGNATURE_BITS) <= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_estimates_the_similarity_of_shingles),
        cmocka_unit_test(equal_texts_have_equal_signatures_and_empty_ones_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
