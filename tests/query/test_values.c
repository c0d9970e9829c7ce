/* SPDX-License-Identifier: MIT */
#include "query/query_support.h"
#include "support/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "query/query_values.h"

static libsearch_bytes bytes(const char *text) { return (libsearch_bytes){ text, strlen(text) }; }

static void whole_numbers_are_read_to_the_ends_of_their_type(void **state)
{
    (void)state;
    int64_t value;
    assert_true(value_parse_integer(bytes("-9223372036854775808"), &value) && value == INT64_MIN);
    assert_true(value_parse_integer(bytes("+9223372036854775807"), &value) && value == INT64_MAX);
    assert_false(value_parse_integer(bytes("9223372036854775808"), &value));
    assert_false(value_parse_integer(bytes("-9223372036854775809"), &value));
    static const char *const bad[] = { "", "+", "-", "1.5", "1e3", " 1", "1 ", "--1", "x" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(value_parse_integer(bytes(bad[i]), &value));
}

static void a_printed_number_is_read_as_the_same_number(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int i = 0; i < 20000; i++) {
        const uint64_t bits = random_u64(&random);
        double value, again;
        memcpy(&value, &bits, sizeof value);
        if (isnan(value))
            continue;
        struct buffer text;
        buffer_init(&text, allocator_default());
        value_print_float(&text, value);
        assert_true(value_parse_float((libsearch_bytes){ (char *)text.data, text.length }, &again));
        assert_memory_equal(&again, &value, sizeof value);
        buffer_free(&text);
    }
}

static void decimal_numbers_are_read_as_strtod_reads_them(void **state)
{
    (void)state;
    static const char *const numbers[] = { "0",    "1",    "-2.5",   "0.1",       "3.14159", "1e3",
                                           "1E-3", ".5",   "5.",     "12345.678", "1e22",    "0.30000000000000004",
                                           "inf",  "-inf", "0x1.8p3" };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        double value;
        assert_true(value_parse_float(bytes(numbers[i]), &value));
        assert_true(!(value < strtod(numbers[i], NULL)) && !(value > strtod(numbers[i], NULL)));
    }
    static const char *const bad[] = { "", ".", "-", "e3", "1e", "nan", "1.2.3", "1e999", "0x", "1,5", "infinity" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double value;
        assert_false(value_parse_float(bytes(bad[i]), &value));
    }
}

/* Milliseconds of a date as the C library counts them. */
static int64_t moment(int year, int month, int day, int hour, int minute, int second)
{
    struct tm parts = {
        .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute, .tm_sec = second
    };
    return (int64_t)timegm(&parts) * 1000;
}

static void a_date_stands_for_the_whole_of_its_last_unit(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int64_t from, behind;
    } dates[] = {
        { "2020", moment(2020, 1, 1, 0, 0, 0), moment(2021, 1, 1, 0, 0, 0) },
        { "2020-02", moment(2020, 2, 1, 0, 0, 0), moment(2020, 3, 1, 0, 0, 0) },
        { "2020-12", moment(2020, 12, 1, 0, 0, 0), moment(2021, 1, 1, 0, 0, 0) },
        { "2020-02-29", moment(2020, 2, 29, 0, 0, 0), moment(2020, 3, 1, 0, 0, 0) },
        { "20200516", moment(2020, 5, 16, 0, 0, 0), moment(2020, 5, 17, 0, 0, 0) },
        { "1969-12-31", moment(1969, 12, 31, 0, 0, 0), 0 },
        { "0000-01-01", moment(0, 1, 1, 0, 0, 0), moment(0, 1, 2, 0, 0, 0) },
        { "2020-05-16T10", moment(2020, 5, 16, 10, 0, 0), moment(2020, 5, 16, 11, 0, 0) },
        { "2020-05-16 10:30", moment(2020, 5, 16, 10, 30, 0), moment(2020, 5, 16, 10, 31, 0) },
        { "2020-05-16T10:30:05Z", moment(2020, 5, 16, 10, 30, 5), moment(2020, 5, 16, 10, 30, 6) },
        { "2020-05-16T10:30:05.25", moment(2020, 5, 16, 10, 30, 5) + 250, moment(2020, 5, 16, 10, 30, 5) + 260 },
        { "2020-05-16T00:20+08:00", moment(2020, 5, 15, 16, 20, 0), moment(2020, 5, 15, 16, 21, 0) },
        { "2020-05-16T00:20-0330", moment(2020, 5, 16, 3, 50, 0), moment(2020, 5, 16, 3, 51, 0) },
        { "now", TEST_NOW, TEST_NOW + 1 },
        { "now-7d", moment(2024, 9, 25, 12, 0, 0), moment(2024, 9, 25, 12, 0, 0) + 1 },
        { "now-8M", moment(2024, 2, 2, 12, 0, 0), moment(2024, 2, 2, 12, 0, 0) + 1 },
        { "now+1y-1h", moment(2025, 10, 2, 11, 0, 0), moment(2025, 10, 2, 11, 0, 0) + 1 },
        { "today", moment(2024, 10, 2, 0, 0, 0), moment(2024, 10, 3, 0, 0, 0) },
        { "yesterday", moment(2024, 10, 1, 0, 0, 0), moment(2024, 10, 2, 0, 0, 0) },
        { "-1", -1, 0 },
    };
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        int64_t from, to;
        if (!value_parse_date(bytes(dates[i].text), TEST_NOW, &from, &to))
            fail_msg("%s is no date", dates[i].text);
        if (from != dates[i].from || to != dates[i].behind - 1)
            fail_msg("%s: %lld to %lld", dates[i].text, (long long)from, (long long)to);
    }
}

static void what_the_calendar_does_not_have_is_no_date(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "202",
                                       "2020-",
                                       "2020-1",
                                       "2020-00",
                                       "2020-13",
                                       "2020-02-30",
                                       "2021-02-29",
                                       "2020-05-16T",
                                       "2020-05-16T25",
                                       "2020-05-16T10:60",
                                       "2020-05-16T10:30+9",
                                       "2020-05-16x",
                                       "now-",
                                       "now-d",
                                       "now-7",
                                       "now-7x",
                                       "nowhere",
                                       "+",
                                       "20201340",
                                       "now+999999999y" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t from, to;
        if (value_parse_date(bytes(bad[i]), TEST_NOW, &from, &to))
            fail_msg("%s is taken for a date", bad[i]);
    }
}

static void a_printed_date_is_read_as_the_same_moment(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int i = 0; i < 20000; i++) {
        int64_t value = (int64_t)random_u64(&random) >> random_below(&random, 64), from, to;
        if (i % 3 == 0)
            value = value / 86400000 * 86400000 - (i % 2);
        for (int last = 0; last < 2; last++) {
            struct buffer text;
            buffer_init(&text, allocator_default());
            value_print_date(&text, value, last);
            assert_true(value_parse_date((libsearch_bytes){ (char *)text.data, text.length }, 0, &from, &to));
            assert_true((last ? to : from) == value);
            buffer_free(&text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_read_to_the_ends_of_their_type),
        cmocka_unit_test(a_printed_number_is_read_as_the_same_number),
        cmocka_unit_test(decimal_numbers_are_read_as_strtod_reads_them),
        cmocka_unit_test(a_date_stands_for_the_whole_of_its_last_unit),
        cmocka_unit_test(what_the_calendar_does_not_have_is_no_date),
        cmocka_unit_test(a_printed_date_is_read_as_the_same_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
