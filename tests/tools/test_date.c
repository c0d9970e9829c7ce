/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "date.h"
#include "support/random.h"

/* What a text's first date is, printed; "none" when there is none. */
static const char *first(const char *text)
{
    static char printed[DATE_TEXT];
    int64_t date;
    return date_find(text, strlen(text), strlen(text), &date) ? date_print(date, printed) : "none";
}

static const char *iso(const char *text)
{
    static char printed[DATE_TEXT];
    int64_t date;
    return date_parse_iso(text, strlen(text), &date) ? date_print(date, printed) : "none";
}

static void iso_dates_and_moments_are_read(void **state)
{
    (void)state;
    assert_string_equal(iso("2024-10-01"), "2024-10-01");
    assert_string_equal(iso("2024-10-01T01:03"), "2024-10-01T01:03:00Z");
    assert_string_equal(iso("2024-10-01 01:03:04"), "2024-10-01T01:03:04Z");
    assert_string_equal(iso("2024-10-01T01:03:04.25Z"), "2024-10-01T01:03:04.250Z");
    assert_string_equal(iso("2024-10-01T01:03:00+08:00"), "2024-09-30T17:03:00Z");
    assert_string_equal(iso("2024-12-31T23:30:00-0130"), "2025-01-01T01:00:00Z");
    assert_string_equal(iso("0001-01-01"), "0001-01-01");
    assert_string_equal(iso("9999-12-31"), "9999-12-31");
}

static void what_is_no_iso_date_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = { "",           "2024",           "2024-10",     "2024-13-01",
                                         "2024-02-30", "2023-02-29",     "2024.10.01",  "2024-10-01x",
                                         "24-10-01",   "2024-10-01T",    "2024-10-011", "2024-10-01T25:00",
                                         "1 Oct 2024", "2024-10-01T1:3", "2024-00-10",  "0000-01-01",
                                         " 2024-10-01" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_string_equal(iso(texts[i]), "none");
}

static void dates_as_news_pages_write_them_are_found(void **state)
{
    (void)state;
    assert_string_equal(first("date 2024-10-01 (MENAFN) Chinese"), "2024-10-01");
    assert_string_equal(first("2020.05.16 00:20 GMT+8"), "2020-05-15T16:20:00Z");
    assert_string_equal(first("By Thomson Reuters Oct 1, 2024 | 1:03 AM"), "2024-10-01T01:03:00Z");
    assert_string_equal(first("Oct. 1, 2024, 12:30 p.m."), "2024-10-01T12:30:00Z");
    assert_string_equal(first("October 1 2024 at 12:05 AM"), "2024-10-01T00:05:00Z");
    assert_string_equal(first("Tue, 01 Oct 2024 01:03:00 GMT"), "2024-10-01T01:03:00Z");
    assert_string_equal(first("published 1st September 2024"), "2024-09-01");
    assert_string_equal(first("Sept 2, 2024"), "2024-09-02");
    assert_string_equal(first("26-FEB-1987 15:01:01.79"), "1987-02-26T15:01:01.790Z");
    assert_string_equal(first("2024/10/01"), "2024-10-01");
    assert_string_equal(first("发布于 2024年10月1日"), "2024-10-01");
}

static void what_only_resembles_a_date_is_none(void **state)
{
    (void)state;
    assert_string_equal(first("on January 18."), "none");
    assert_string_equal(first("since 2017, 10 countries"), "none");
    assert_string_equal(first("version 1.2.3"), "none");
    assert_string_equal(first("270,000,000"), "none");
    assert_string_equal(first("Marching 12 2024"), "none");
    assert_string_equal(first("id x2024-10-01"), "none");
}

/* The calendar against libc's, over random moments of 4000 years. */
static void every_moment_is_printed_as_libc_has_it_and_read_back(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int i = 0; i < 20000; i++) {
        const int64_t seconds = (int64_t)random_below(&random, 4000 * UINT64_C(31556952)) - 62135596800LL;
        const time_t moment = (time_t)seconds;
        struct tm tm;
        char expected[DATE_TEXT], printed[DATE_TEXT];
        int64_t back;
        assert_non_null(gmtime_r(&moment, &tm));
        size_t length =
            (size_t)snprintf(expected, sizeof expected, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
        if (tm.tm_hour != 0 || tm.tm_min != 0 || tm.tm_sec != 0)
            snprintf(expected + length, sizeof expected - length, "T%02d:%02d:%02dZ", tm.tm_hour, tm.tm_min, tm.tm_sec);
        assert_string_equal(date_print(seconds * 1000, printed), expected);
        assert_true(date_parse_iso(printed, strlen(printed), &back));
        assert_true(back == seconds * 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_dates_and_moments_are_read),
        cmocka_unit_test(what_is_no_iso_date_is_none),
        cmocka_unit_test(dates_as_news_pages_write_them_are_found),
        cmocka_unit_test(what_only_resembles_a_date_is_none),
        cmocka_unit_test(every_moment_is_printed_as_libc_has_it_and_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
