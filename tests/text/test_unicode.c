/* SPDX-License-Identifier: MIT */
#include "text/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The code points of some bytes, in memory of just their length. */
static size_t decoded(const char *bytes, size_t length, uint32_t *points)
{
    uint8_t *copy = malloc(length);
    memcpy(copy, bytes, length);
    size_t count = 0;
    unsigned taken;
    for (size_t at = 0; at < length; at += taken) {
        points[count++] = utf8_decode(copy + at, copy + length, &taken);
        assert_in_range(taken, 1, 4);
        assert_true(at + taken <= length);
    }
    free(copy);
    return count;
}

static void every_code_point_decodes_to_itself(void **state)
{
    (void)state;
    for (uint32_t point = 0; point < 0x110000; point++) {
        if (point >= 0xD800 && point <= 0xDFFF)
            continue;
        char bytes[4];
        uint32_t points[4];
        const unsigned length = utf8_encode(point, bytes);
        assert_int_equal(decoded(bytes, length, points), 1);
        assert_int_equal(points[0], point);
    }
}

static void each_maximal_part_of_a_bad_sequence_is_one_replacement(void **state)
{
    (void)state;
    /* Unicode 15.0, tables 3-8 to 3-11, and sequences cut off by the end */
    static const struct {
        const char *bytes;
        uint32_t points[10];
    } cases[] = {
        { "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41",
          { 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 'A' } },
        { "\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41",
          { 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 'A' } },
        { "\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42",
          { 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 'A', 0xFFFD, 0xFFFD, 'B' } },
        { "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", { 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 'A' } },
        { "\xC3", { 0xFFFD } },
        { "\xE4\xB8", { 0xFFFD } },
        { "\xF0\x9F\x91", { 0xFFFD } },
        { "\xF0", { 0xFFFD } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t points[16];
        const size_t count = decoded(cases[i].bytes, strlen(cases[i].bytes), points);
        for (size_t j = 0; j < count; j++)
            assert_int_equal(points[j], cases[i].points[j]);
        assert_int_equal(cases[i].points[count], 0);
    }
}

static void a_cut_never_falls_inside_a_character(void **state)
{
    (void)state;
    const char *text = "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x91\x8D";
    static const size_t expected[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };
    for (size_t limit = 0; limit < sizeof expected / sizeof *expected; limit++)
        assert_int_equal(utf8_cut(text, strlen(text), limit), expected[limit]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_decodes_to_itself),
        cmocka_unit_test(each_maximal_part_of_a_bad_sequence_is_one_replacement),
        cmocka_unit_test(a_cut_never_falls_inside_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
