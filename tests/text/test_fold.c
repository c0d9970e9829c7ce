/* SPDX-License-Identifier: MIT */
#include "text/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "text/unicode.h"
#include "text/words.h"

static struct fold plain, stripping, turkish;

static int make_folds(void **state)
{
    (void)state;
    fold_init(&plain, 0, NULL);
    fold_init(&stripping, FOLD_STRIP, NULL);
    fold_init(&turkish, FOLD_TURKISH, NULL);
    return 0;
}

static const char *folded(const struct fold *fold, const char *text)
{
    static char to[256];
    to[fold_text(fold, (const uint8_t *)text, strlen(text), to, sizeof to - 1)] = '\0';
    return to;
}

#define FOLDS(fold, text, expected) assert_string_equal(folded(&(fold), text), expected)

static void every_code_point_folds_as_nfkc_casefold_says(void **state)
{
    (void)state;
    for (uint32_t point = 1; point < 0x110000; point++) {
        if ((point >= 0xD800 && point <= 0xDFFF) || point == 0x2019 || point == 0x2BC || point == 0x149)
            continue; /* apostrophes are made one */
        char bytes[5];
        bytes[utf8_encode(point, bytes)] = '\0';
        char *expected = (char *)utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)bytes);
        assert_non_null(expected);
        if (!strchr(expected, ' ')) /* spaces out of ligatures are left out */
            FOLDS(plain, bytes, expected);
        free(expected);
    }
}

static void folding_twice_changes_nothing_more(void **state)
{
    (void)state;
    uint64_t random = random_seed();
    const struct fold *folds[] = { &plain, &stripping, &turkish };
    for (int round = 0; round < 20000; round++) {
        uint8_t text[64];
        size_t length = 0;
        for (size_t i = random_next(&random) % 6; i > 0; i--) {
            uint32_t point = (uint32_t)(random_next(&random) % (random_next(&random) % 2 ? 0x3000 : 0x20000));
            if (point >= 0xD800 && point <= 0xDFFF)
                point = 'a';
            if (!(unicode_properties(point) & (UNICODE_LETTER | UNICODE_LOWER | UNICODE_MARK)))
                continue;
            length += utf8_encode(point, (char *)text + length);
        }
        for (size_t i = 0; i < 3; i++) {
            char once[256], twice[256];
            const size_t first = fold_text(folds[i], text, length, once, sizeof once);
            const size_t second = fold_text(folds[i], (const uint8_t *)once, first, twice, sizeof twice);
            once[first < 255 ? first : 255] = '\0';
            twice[second < 255 ? second : 255] = '\0';
            if (first != second || memcmp(once, twice, first) != 0)
                fail_msg("round %d, fold %zu: '%.*s' gives '%s', then '%s'", round, i, (int)length, (char *)text, once,
                         twice);
        }
    }
}

static void marks_fold_alike_composed_and_apart(void **state)
{
    (void)state;
    FOLDS(plain, "\xC3\x89", "\xC3\xA9");
    FOLDS(plain, "E\xCC\x81", "\xC3\xA9");
    FOLDS(plain, "\xE3\x81\x8B\xE3\x82\x99", "\xE3\x81\x8C");             /* ka with a voicing mark: ga */
    FOLDS(plain, "\xEF\xBE\x8B\xEF\xBE\x9E", "\xE3\x83\x93");             /* half-width hi and mark: bi */
    FOLDS(plain, "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C"); /* three jamo: han */
}

static void forms_of_compatibility_become_the_plain_letters(void **state)
{
    (void)state;
    FOLDS(plain, "\xEF\xBC\xA6\xEF\xBC\xB5\xEF\xBC\xAC\xEF\xBC\xAC", "full");
    FOLDS(plain, "\xEF\xAC\x81ne", "fine");
    FOLDS(plain,
          "STRA\xC3\x9F"
          "E",
          "strasse");
    FOLDS(plain, "H\xE2\x82\x82O", "h2o");
    FOLDS(plain, "\xE2\x85\xA7", "viii");
}

static void ignorable_characters_are_left_out(void **state)
{
    (void)state;
    FOLDS(plain, "soft\xC2\xADhyphen", "softhyphen");
    FOLDS(plain,
          "a\xE2\x80\x8D"
          "b\xEF\xBB\xBF"
          "c\xE2\x80\x8B"
          "d",
          "abcd");
}

static void every_apostrophe_is_one(void **state)
{
    (void)state;
    FOLDS(plain, "don\xE2\x80\x99t", "don't");
    FOLDS(plain, "don\xCA\xBCt", "don't");
    FOLDS(plain, "don\xEF\xBC\x87t", "don't");
}

static void diacritics_go_where_searchers_leave_them_out(void **state)
{
    (void)state;
    FOLDS(stripping, "r\xC3\xA9sum\xC3\xA9", "resume");
    FOLDS(stripping,
          "\xC5\x81\xC3\xB3"
          "d\xC5\xBA",
          "lodz");
    FOLDS(stripping, "\xC3\x98rsted \xC3\x86on", "orsted aeon");
    FOLDS(stripping, "Hawai\xCA\xBBi", "hawai\xCA\xBBi");
    FOLDS(stripping, "\xD7\xA9\xD6\xB8\xD7\x9C", "\xD7\xA9\xD7\x9C"); /* Hebrew points */
    FOLDS(stripping, "\xD9\x83\xD9\x90\xD8\xAA", "\xD9\x83\xD8\xAA"); /* Arabic vowels */
    FOLDS(stripping, "\xCE\xAC", "\xCE\xB1");                         /* Greek accent */
    FOLDS(stripping, "\xD1\x91", "\xD0\xB5");                         /* yo */
}

static void marks_that_make_another_letter_stay(void **state)
{
    (void)state;
    FOLDS(stripping, "\xD0\xB9", "\xD0\xB9");                                 /* short i */
    FOLDS(stripping, "\xD1\x97", "\xD1\x97");                                 /* yi */
    FOLDS(stripping, "\xE0\xA4\x95\xE0\xA4\xBF", "\xE0\xA4\x95\xE0\xA4\xBF"); /* Devanagari vowel sign */
    FOLDS(stripping, "\xE3\x81\x8C", "\xE3\x81\x8C");                         /* ga is not ka */
    FOLDS(stripping, "\xE0\xB8\x97\xE0\xB8\xB5", "\xE0\xB8\x97\xE0\xB8\xB5"); /* Thai vowel */
}

static void turkish_i_keeps_its_dot_or_its_lack(void **state)
{
    (void)state;
    FOLDS(turkish, "ISPARTA", "\xC4\xB1sparta");
    FOLDS(turkish, "\xC4\xB0STANBUL", "istanbul");
}

static void letters_kept_keep_their_diacritics(void **state)
{
    (void)state;
    static const uint32_t kept[] = { 0xE5, 0xF8, 0 };
    static struct fold fold;
    fold_init(&fold, FOLD_STRIP, kept);
    FOLDS(fold, "\xC3\xA5\xC3\xB8\xC3\xA9\xC3\xA4",
          "\xC3\xA5\xC3\xB8"
          "ea");
}

static void room_is_never_exceeded_nor_a_character_cut(void **state)
{
    (void)state;
    const char *text = "a\xC3\x9F\xC3\x89\xE4\xB8\xAD\xEF\xB7\xBA\xCC\x81z";
    char whole[256];
    const size_t full = fold_text(&plain, (const uint8_t *)text, strlen(text), whole, sizeof whole);
    for (size_t capacity = 0; capacity <= full; capacity++) {
        char *to = malloc(capacity + 1);
        const size_t length = fold_text(&plain, (const uint8_t *)text, strlen(text), to, capacity);
        assert_true(length <= capacity);
        assert_memory_equal(to, whole, length);
        assert_int_equal(utf8_cut(whole, full, length), length);
        free(to);
    }
}

static void thousands_of_marks_on_one_letter_end(void **state)
{
    (void)state;
    char text[20001];
    text[0] = 'a';
    for (size_t i = 1; i + 1 < sizeof text; i += 2)
        memcpy(text + i, i % 4 == 1 ? "\xCC\x81" : "\xCC\xA7", 2);
    char to[255];
    assert_true(fold_text(&plain, (const uint8_t *)text, sizeof text, to, sizeof to) <= sizeof to);
    assert_int_equal(fold_text(&stripping, (const uint8_t *)text, sizeof text, to, sizeof to), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_folds_as_nfkc_casefold_says),
        cmocka_unit_test(folding_twice_changes_nothing_more),
        cmocka_unit_test(marks_fold_alike_composed_and_apart),
        cmocka_unit_test(forms_of_compatibility_become_the_plain_letters),
        cmocka_unit_test(ignorable_characters_are_left_out),
        cmocka_unit_test(every_apostrophe_is_one),
        cmocka_unit_test(diacritics_go_where_searchers_leave_them_out),
        cmocka_unit_test(marks_that_make_another_letter_stay),
        cmocka_unit_test(turkish_i_keeps_its_dot_or_its_lack),
        cmocka_unit_test(letters_kept_keep_their_diacritics),
        cmocka_unit_test(room_is_never_exceeded_nor_a_character_cut),
        cmocka_unit_test(thousands_of_marks_on_one_letter_end),
    };
    return cmocka_run_group_tests(tests, make_folds, NULL);
}
