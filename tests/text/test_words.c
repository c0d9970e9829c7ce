/* SPDX-License-Identifier: MIT */
/* What real text needs beyond UAX #29. A whole stands in parentheses behind the first of its parts. */
#include "text/unicode.h"
#include "text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CUTS(analyzer, text, expected) assert_string_equal(surfaces_of(analyzer, text), expected)

static void sentences_glued_by_a_lost_space_fall_apart(void **state)
{
    (void)state;
    CUTS("standard", "in 40 countries.Over the year", "in 40 countries over the year");
    CUTS("standard", "by the WHO.The report", "by the who the report");
    CUTS("standard", "since 2019.After that", "since 2019 after that");
}

static void acronyms_lose_their_dots(void **state)
{
    (void)state;
    CUTS("standard", "U.S. U.S US", "us us us");
    CUTS("standard", "e.g. D.C., J.R.R. Tolkien", "eg dc jrr tolkien");
    CUTS("standard", "the U.S.-China talks", "the us (uschina) china talks");
    CUTS("standard", "the U.S.'s view", "the us view");
    CUTS("standard", "a Ph.D. and an M.Sc.", "a ph (phd) d and an m (msc) sc");
}

static void the_last_dot_of_an_acronym_belongs_to_it(void **state)
{
    (void)state;
    struct cutter cutter = cutter_new("standard");
    struct words words = words_of(cutter.tokenizer, "U.S. law", 8, 16);
    assert_int_equal(words.tokens[0].end, 4);
    words_free(&words);
    cutter_free(&cutter);
}

static void compounds_are_found_whole_and_in_parts(void **state)
{
    (void)state;
    CUTS("standard", "China-ASEAN", "china (chinaasean) asean");
    CUTS("standard", "COVID-19 covid19", "covid (covid19) 19 covid19");
    CUTS("standard", "e-mail email", "e (email) mail email");
    CUTS("standard", "state-of-the-art", "state (stateoftheart) of the art");
    CUTS("standard", "example.com", "example (examplecom) com");
    CUTS("standard", "snake_case __init__", "snake (snakecase) case init");
    CUTS("standard", "foo-bar.txt", "foo (foobartxt) bar txt");
    CUTS("standard",
         "non\xE2\x80\x91"
         "breaking",
         "non (nonbreaking) breaking");
}

static void a_compound_takes_a_position_for_each_part(void **state)
{
    (void)state;
    struct cutter cutter = cutter_new("standard");
    struct words words = words_of(cutter.tokenizer, "a twenty-first-century b", 24, 16);
    static const uint32_t positions[] = { 0, 1, 1, 2, 3, 4 };
    assert_int_equal(words.count, 6);
    for (size_t i = 0; i < words.count; i++) {
        assert_int_equal(words.tokens[i].position, positions[i]);
        assert_int_equal(words.tokens[i].flags & TOKEN_WHOLE, i == 2 ? TOKEN_WHOLE : 0);
    }
    assert_int_equal(words.tokens[2].start, 2);
    assert_int_equal(words.tokens[2].end, 22);
    words_free(&words);
    cutter_free(&cutter);
}

static void positions_begin_where_the_caller_says(void **state)
{
    (void)state;
    struct cutter cutter = cutter_new("standard");
    struct token tokens[16];
    tokenizer_start(cutter.tokenizer, (libsearch_bytes){ "one two-x", 9 }, 1000);
    assert_int_equal(tokenizer_next(cutter.tokenizer, tokens, 16), 4);
    assert_int_equal(tokens[0].position, 1000);
    assert_int_equal(tokens[3].position, 1002);
    cutter_free(&cutter);
}

static void what_only_stands_side_by_side_makes_no_whole(void **state)
{
    (void)state;
    CUTS("standard",
         "and/or dis\xE2\x80\x94"
         "dat a--b (x)(y) one:two",
         "and or dis dat a b x y one two");
    CUTS("standard", "1990-1995", "1990 1995");
    CUTS("standard", "China***", "china");
}

static void possessives_drop_their_ending(void **state)
{
    (void)state;
    CUTS("english", "China\xE2\x80\x99s China's China\xEF\xBC\x87s China\xCA\xBCs", "china china china china");
    CUTS("standard", "the students' books", "the students books");
    CUTS("german", "geht's", "geht");
}

static void contractions_keep_one_kind_of_apostrophe(void **state)
{
    (void)state;
    CUTS("english", "don\xE2\x80\x99t we'll I\xCA\xBCm", "don't we'll i'm");
}

static void other_apostrophes_within_words_go(void **state)
{
    (void)state;
    CUTS("english",
         "Qur\xE2\x80\x99"
         "an rock'n'roll Hawai\xCA\xBBi",
         "quran rocknroll hawaii");
    CUTS("english",
         "O'Brien d\xE2\x80\x99"
         "Artagnan",
         "o (obrien) brien d (dartagnan) artagnan");
    CUTS("standard", "\xD7\xA6\xD7\x94\xD7\xB4\xD7\x9C", "\xD7\xA6\xD7\x94\xD7\x9C");
}

static void elided_words_stand_by_themselves(void **state)
{
    (void)state;
    CUTS("french", "l\xE2\x80\x99homme qu'il aujourd\xE2\x80\x99hui", "l homme qu il aujourdhui");
    CUTS("italian", "dell'arte un'altra", "dell arte un altra");
    CUTS("catalan", "l'home col\xC2\xB7lecci\xC3\xB3", "l home col\xC2\xB7lecci\xC3\xB3");
    CUTS("standard", "l'homme", "l (lhomme) homme");
}

static void turkish_endings_behind_an_apostrophe_go(void **state)
{
    (void)state;
    CUTS("turkish",
         "T\xC3\xBCrkiye'nin \xC4\xB0stanbul\xE2\x80\x99"
         "da",
         "t\xC3\xBCrkiye istanbul");
}

static void numbers_are_the_same_with_and_without_separators(void **state)
{
    (void)state;
    CUTS("standard", "270,000,000 270000000", "270000000 270000000");
    CUTS("standard", "1,00,00,000 1,234,567.89", "10000000 1234567.89");
    CUTS("german", "270.000.000 1.234,56 270.000", "270000000 1234.56 270000");
    CUTS("standard", "1,2,3 1,23", "1 2 3 1 23");
}

static void decimals_keep_their_point(void **state)
{
    (void)state;
    CUTS("standard", "3.14 5.5kg 0.125", "3.14 5.5kg 0.125");
    CUTS("french", "3,14 0,125 Windows 3.1", "3.14 0.125 windows 3.1");
}

static void dates_versions_and_addresses_are_wholes_with_parts(void **state)
{
    (void)state;
    CUTS("standard", "2020.05.16 00:20 GMT+8", "2020 (20200516) 05 16 00 20 gmt 8");
    CUTS("standard", "2020-05-16", "2020 (20200516) 05 16");
    CUTS("standard", "v1.2.3 192.168.0.1", "v1 (v123) 2 3 192 (19216801) 168 0 1");
}

static void names_of_languages_keep_their_signs(void **state)
{
    (void)state;
    CUTS("standard", "C++ and C#, F#; c++11", "c++ and c# f# c++ 11");
    CUTS("standard", "a+b x+ notepad++ #1", "a b x notepad 1");
}

static void marks_of_networks_are_no_part_of_a_word(void **state)
{
    (void)state;
    CUTS("standard", "#hashtag @name user@example.com", "hashtag name user example (examplecom) com");
}

static void capitals_with_an_ampersand_are_a_whole(void **state)
{
    (void)state;
    CUTS("standard", "AT&T R&D", "at (att) t r (rd) d");
    CUTS("standard", "a=1&b=2 Tom&Jerry", "a 1 b 2 tom jerry");
}

static void cjk_is_cut_into_overlapping_pairs(void **state)
{
    (void)state;
    CUTS("standard", "\xE4\xB8\xAD\xE5\x9B\xBD\xE4\xBA\xBA\xE6\xB0\x91",
         "\xE4\xB8\xAD\xE5\x9B\xBD \xE5\x9B\xBD\xE4\xBA\xBA \xE4\xBA\xBA\xE6\xB0\x91");
    CUTS("standard", "\xE4\xB8\xAD\xE5\x9B\xBD", "\xE4\xB8\xAD\xE5\x9B\xBD");
    CUTS("standard", "\xE4\xB8\xAD", "\xE4\xB8\xAD");
    /* a comma parts two runs: no pair lies over it */
    CUTS("standard", "\xE4\xB8\xAD\xE5\x9B\xBD\xEF\xBC\x8C\xE4\xBA\xBA\xE6\xB0\x91",
         "\xE4\xB8\xAD\xE5\x9B\xBD \xE4\xBA\xBA\xE6\xB0\x91");
}

static void kana_and_hangul_are_pairs_too(void **state)
{
    (void)state;
    CUTS("standard", "\xE3\x83\x86\xE3\x83\xAC\xE3\x83\x93", "\xE3\x83\x86\xE3\x83\xAC \xE3\x83\xAC\xE3\x83\x93");
    /* half-width, with its voicing mark apart */
    CUTS("standard", "\xEF\xBE\x83\xEF\xBE\x9A\xEF\xBE\x8B\xEF\xBE\x9E",
         "\xE3\x83\x86\xE3\x83\xAC \xE3\x83\xAC\xE3\x83\x93");
    CUTS("standard", "\xED\x95\x9C\xEA\xB5\xAD\xEC\x96\xB4", "\xED\x95\x9C\xEA\xB5\xAD \xEA\xB5\xAD\xEC\x96\xB4");
}

static void a_long_run_of_cjk_has_every_pair_once(void **state)
{
    (void)state;
    struct cutter cutter = cutter_new("standard");
    for (size_t characters = 1; characters < 400; characters++) {
        char text[1200];
        for (size_t i = 0; i < characters; i++)
            utf8_encode(0x4E00 + (uint32_t)i, text + 3 * i);
        struct words words = words_of(cutter.tokenizer, text, 3 * characters, 16);
        assert_int_equal(words.count, characters > 1 ? characters - 1 : 1);
        for (size_t i = 0; i < words.count; i++) {
            assert_int_equal(words.tokens[i].start, 3 * i);
            assert_memory_equal(words.tokens[i].surface, text + 3 * i, words.tokens[i].length);
        }
        words_free(&words);
    }
    cutter_free(&cutter);
}

static void scripts_part_where_cjk_meets_others(void **state)
{
    (void)state;
    CUTS("standard",
         "2020\xE5\xB9\xB4"
         "1\xE6\x9C\x88",
         "2020 \xE5\xB9\xB4 1 \xE6\x9C\x88");
    CUTS("standard", "iPhone\xE6\x89\x8B\xE6\x9C\xBA", "iphone \xE6\x89\x8B\xE6\x9C\xBA");
}

static void thai_is_pairs_of_whole_characters(void **state)
{
    (void)state;
    /* thi ni: each consonant keeps its vowel and tone */
    CUTS("standard", "\xE0\xB8\x97\xE0\xB8\xB5\xE0\xB9\x88\xE0\xB8\x99\xE0\xB8\xB5\xE0\xB9\x88",
         "\xE0\xB8\x97\xE0\xB8\xB5\xE0\xB9\x88\xE0\xB8\x99\xE0\xB8\xB5\xE0\xB9\x88");
}

static void emoji_are_words(void **state)
{
    (void)state;
    CUTS("standard", "good\xF0\x9F\x91\x8D!", "good \xF0\x9F\x91\x8D");
    CUTS("standard", "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD", "\xF0\x9F\x91\x8D"); /* whatever the skin */
    CUTS("standard", "\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7\xF0\x9F\x87\xAC\xF0\x9F\x87\xA7",
         "\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7 \xF0\x9F\x87\xAC\xF0\x9F\x87\xA7"); /* two flags */
    CUTS("standard", "\xC2\xA9 2020\xE2\x84\xA2", "2020");
}

static void invisible_characters_within_words_do_not_count(void **state)
{
    (void)state;
    CUTS("standard",
         "soft\xC2\xADhyphen zero\xE2\x80\x8Bwidth no\xE2\x81\xA0"
         "break",
         "softhyphen zerowidth nobreak");
}

static void nothing_to_read_gives_nothing(void **state)
{
    (void)state;
    CUTS("standard", "", "");
    CUTS("standard", " \t\n", "");
    CUTS("standard", "*** --- ... \xE2\x80\x94 \xE2\x80\x99 & + # _ \xC2\xAD \xCC\x81", "");
    CUTS("plain-english", "*** --- ... ___ '", "");
}

static void long_words_are_cut_at_a_character(void **state)
{
    (void)state;
    static const char *const letters[] = { "a", "\xC3\xA9", "\xE1\xB8\x80" };
    static const size_t lengths[] = { 255, 254, 255 };
    struct cutter cutter = cutter_new("plain-standard");
    for (size_t i = 0; i < 3; i++)
        for (size_t times = 100; times < 40000; times = times * 3 + 1) {
            const size_t size = strlen(letters[i]);
            char *text = malloc(size * times);
            for (size_t j = 0; j < times; j++)
                memcpy(text + size * j, letters[i], size);
            struct words words = words_of(cutter.tokenizer, text, size * times, 16);
            assert_int_equal(words.count, 1);
            assert_int_equal(words.tokens[0].length, size * times < 255 ? size * times : lengths[i]);
            assert_int_equal(words.tokens[0].end, size * times);
            words_free(&words);
            free(text);
        }
    cutter_free(&cutter);
}

static void plain_mode_cuts_by_the_standard_alone(void **state)
{
    (void)state;
    CUTS("plain-english", "China-ASEAN countries.Over U.S. China's snake_case 1,000 C++",
         "china asean countries.over u.s china's snake_case 1,000 c");
    CUTS("plain-standard", "r\xC3\xA9sum\xC3\xA9 \xE4\xB8\xAD\xE5\x9B\xBD",
         "r\xC3\xA9sum\xC3\xA9 \xE4\xB8\xAD \xE5\x9B\xBD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_glued_by_a_lost_space_fall_apart),
        cmocka_unit_test(acronyms_lose_their_dots),
        cmocka_unit_test(the_last_dot_of_an_acronym_belongs_to_it),
        cmocka_unit_test(compounds_are_found_whole_and_in_parts),
        cmocka_unit_test(a_compound_takes_a_position_for_each_part),
        cmocka_unit_test(positions_begin_where_the_caller_says),
        cmocka_unit_test(what_only_stands_side_by_side_makes_no_whole),
        cmocka_unit_test(possessives_drop_their_ending),
        cmocka_unit_test(contractions_keep_one_kind_of_apostrophe),
        cmocka_unit_test(other_apostrophes_within_words_go),
        cmocka_unit_test(elided_words_stand_by_themselves),
        cmocka_unit_test(turkish_endings_behind_an_apostrophe_go),
        cmocka_unit_test(numbers_are_the_same_with_and_without_separators),
        cmocka_unit_test(decimals_keep_their_point),
        cmocka_unit_test(dates_versions_and_addresses_are_wholes_with_parts),
        cmocka_unit_test(names_of_languages_keep_their_signs),
        cmocka_unit_test(marks_of_networks_are_no_part_of_a_word),
        cmocka_unit_test(capitals_with_an_ampersand_are_a_whole),
        cmocka_unit_test(cjk_is_cut_into_overlapping_pairs),
        cmocka_unit_test(kana_and_hangul_are_pairs_too),
        cmocka_unit_test(a_long_run_of_cjk_has_every_pair_once),
        cmocka_unit_test(scripts_part_where_cjk_meets_others),
        cmocka_unit_test(thai_is_pairs_of_whole_characters),
        cmocka_unit_test(emoji_are_words),
        cmocka_unit_test(invisible_characters_within_words_do_not_count),
        cmocka_unit_test(nothing_to_read_gives_nothing),
        cmocka_unit_test(long_words_are_cut_at_a_character),
        cmocka_unit_test(plain_mode_cuts_by_the_standard_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
