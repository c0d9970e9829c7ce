/* SPDX-License-Identifier: MIT */
/* However a text is walked, its tokens are the same. */
#include "text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text/unicode.h"
#include "text/word_break.h"

static const char *const analyzers[] = { "standard", "english",       "french",         "turkish",
                                         "catalan",  "plain-english", "plain-standard", "plain-turkish" };
#define ANALYZERS (sizeof analyzers / sizeof *analyzers)
#define ROUNDS 600

static void masks_and_care_cut_alike(void **state)
{
    (void)state;
    uint64_t random = random_seed();
    for (size_t which = 0; which < ANALYZERS; which++) {
        struct cutter cutter = cutter_new(analyzers[which]);
        for (int round = 0; round < ROUNDS; round++) {
            static char text[40000];
            const size_t length = random_text(&random, text, round % 50 == 0 ? sizeof text : 400);
            tokenizer_use_kernel(cutter.tokenizer, KERNEL_CAREFUL);
            struct words careful = words_of(cutter.tokenizer, text, length, 100);
            for (int kernel = KERNEL_SCALAR; kernel <= KERNEL_AVX2; kernel++) {
                if (!kernel_is_there((enum kernel)kernel))
                    continue;
                tokenizer_use_kernel(cutter.tokenizer, (enum kernel)kernel);
                struct words words = words_of(cutter.tokenizer, text, length, 100);
                char what[100];
                snprintf(what, sizeof what, "%s, round %d, kernel %d", analyzers[which], round, kernel);
                assert_same_words(&careful, &words, what);
                words_free(&words);
            }
            words_free(&careful);
        }
        cutter_free(&cutter);
    }
}

static void the_number_asked_for_at_a_time_changes_nothing(void **state)
{
    (void)state;
    uint64_t random = random_seed();
    for (size_t which = 0; which < ANALYZERS; which++) {
        struct cutter cutter = cutter_new(analyzers[which]);
        for (int round = 0; round < ROUNDS; round++) {
            char text[2000];
            const size_t length = random_text(&random, text, sizeof text);
            struct words few = words_of(cutter.tokenizer, text, length, 16 + random_next(&random) % 8);
            struct words many = words_of(cutter.tokenizer, text, length, 5000);
            assert_same_words(&few, &many, analyzers[which]);
            words_free(&few);
            words_free(&many);
        }
        cutter_free(&cutter);
    }
}

static void positions_and_places_are_as_promised(void **state)
{
    (void)state;
    uint64_t random = random_seed();
    for (size_t which = 0; which < ANALYZERS; which++) {
        struct cutter cutter = cutter_new(analyzers[which]);
        for (int round = 0; round < ROUNDS; round++) {
            char text[1000];
            size_t length = random_text(&random, text, sizeof text);
            if (round % 5 == 0)
                for (size_t i = 0; i < length; i++)
                    text[i] = (char)random_next(&random);
            struct words words = words_of(cutter.tokenizer, text, length, 16);
            assert_well_formed(&words, length);
            for (size_t i = 0; i < words.count; i++) {
                char term[LIBSEARCH_MAX_TERM];
                const struct token *token = &words.tokens[i];
                assert_in_range(tokenizer_term(cutter.tokenizer, token->surface, token->length, term), 1,
                                LIBSEARCH_MAX_TERM);
            }
            words_free(&words);
        }
        cutter_free(&cutter);
    }
}

/* The plain mode said simply: each segment of UAX #29 with something to read in it, folded. Pictures and
 * scripts without spaces have rules of their own and are left out of the texts. */
static void plain_words_are_the_segments_of_the_standard(void **state)
{
    (void)state;
    uint64_t random = random_seed();
    struct cutter cutter = cutter_new("plain-standard");
    for (int round = 0; round < 4 * ROUNDS; round++) {
        static const char *const bits[] = { "a",
                                            "B",
                                            "word",
                                            "1",
                                            "23",
                                            " ",
                                            " ",
                                            ".",
                                            ",",
                                            "'",
                                            "-",
                                            "_",
                                            ":",
                                            ";",
                                            "\"",
                                            "\xCC\x81",
                                            "\xC3\xA9",
                                            "\xE4\xB8\xAD",
                                            "\xE3\x82\xAB",
                                            "\xD7\x90",
                                            "\xC2\xAD" };
        char text[400];
        size_t length = 0;
        for (size_t i = random_next(&random) % 100; i > 0; i--) {
            const char *bit = bits[random_next(&random) % (sizeof bits / sizeof *bits)];
            memcpy(text + length, bit, strlen(bit));
            length += strlen(bit);
        }
        struct words words = words_of(cutter.tokenizer, text, length, 16);
        size_t found = 0;
        for (size_t at = 0, end; at < length; at = end) {
            end = word_break_next((const uint8_t *)text, length, at);
            bool readable = false;
            unsigned bytes;
            for (size_t i = at; i < end; i += bytes)
                readable =
                    (unicode_properties(utf8_decode((const uint8_t *)text + i, (const uint8_t *)text + end, &bytes)) &
                     (UNICODE_LETTER | UNICODE_LOWER)) ||
                    readable;
            if (!readable)
                continue;
            char folded[LIBSEARCH_MAX_TERM];
            const size_t folded_length =
                tokenizer_fold(cutter.tokenizer, (libsearch_bytes){ text + at, end - at }, folded, sizeof folded);
            assert_true(found < words.count);
            const struct token *token = &words.tokens[found++];
            assert_int_equal(token->start, at);
            assert_int_equal(token->end, end);
            assert_int_equal(token->length, folded_length);
            assert_memory_equal(token->surface, folded, folded_length);
        }
        assert_int_equal(found, words.count);
        words_free(&words);
    }
    cutter_free(&cutter);
}

/* Where nothing joins, words are runs of letters and digits. */
static void without_joiners_words_are_runs_of_letters_and_digits(void **state)
{
    (void)state;
    uint64_t random = random_seed();
    struct cutter cutter = cutter_new("standard");
    for (int round = 0; round < 4 * ROUNDS; round++) {
        static const char alphabet[] = "abcdefzABCZ0189 \n\t()[]{}!?*/<>=|~^`%$@\"\\:;";
        char text[600];
        const size_t length = random_next(&random) % sizeof text;
        for (size_t i = 0; i < length; i++)
            text[i] = alphabet[random_next(&random) % (sizeof alphabet - 1)];
        struct words words = words_of(cutter.tokenizer, text, length, 16);
        size_t found = 0;
        for (size_t at = 0; at < length;) {
            size_t end = at;
            while (end < length && byte_is_wordish((uint8_t)text[end]))
                end++;
            if (end == at) {
                at++;
                continue;
            }
            assert_true(found < words.count);
            const struct token *token = &words.tokens[found++];
            assert_int_equal(token->start, at);
            assert_int_equal(token->end, end);
            for (size_t i = 0; i < token->length; i++)
                assert_int_equal(token->surface[i],
                                 text[at + i] >= 'A' && text[at + i] <= 'Z' ? text[at + i] + 32 : text[at + i]);
            at = end;
        }
        assert_int_equal(found, words.count);
        words_free(&words);
    }
    cutter_free(&cutter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_and_care_cut_alike),
        cmocka_unit_test(the_number_asked_for_at_a_time_changes_nothing),
        cmocka_unit_test(positions_and_places_are_as_promised),
        cmocka_unit_test(plain_words_are_the_segments_of_the_standard),
        cmocka_unit_test(without_joiners_words_are_runs_of_letters_and_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
