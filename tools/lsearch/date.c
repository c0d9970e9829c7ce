/* SPDX-License-Identifier: MIT */
#include "date.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const int64_t day_milliseconds = 86400000;

struct reader {
    const char *next, *end;
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* A number of least to most digits with no digit after it. */
static bool read_digits(struct reader *in, int least, int most, int *number)
{
    int digits = 0, value = 0;
    while (digits < most && in->next + digits < in->end && is_digit(in->next[digits])) {
        value = value * 10 + (in->next[digits] - '0');
        digits++;
    }
    if (digits < least || (in->next + digits < in->end && is_digit(in->next[digits])))
        return false;
    in->next += digits;
    *number = value;
    return true;
}

static bool read_text(struct reader *in, const char *text)
{
    const size_t length = strlen(text);
    if ((size_t)(in->end - in->next) < length || strncasecmp(in->next, text, length) != 0)
        return false;
    in->next += length;
    return true;
}

static void skip(struct reader *in, const char *characters)
{
    while (in->next < in->end && strchr(characters, *in->next) != NULL && *in->next != '\0')
        in->next++;
}

/* Days since 1970-01-01. Counts years from March, so that the leap day is a year's last. */
static int64_t days_of(int year, int month, int day)
{
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t shifted = month > 2 ? month - 3 : month + 9;
    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * shifted + 2) / 5 + day - 1 - 719468;
}

static bool is_day(int year, int month, int day)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= lengths[month - 1] + (leap && month == 2 ? 1 : 0);
}

/* +08:00, +0800, +8 or -03:30 as minutes. */
static bool read_offset(struct reader *in, int *minutes)
{
    struct reader ahead = *in;
    int hours = 0, rest = 0;
    if (ahead.next >= ahead.end || (*ahead.next != '+' && *ahead.next != '-'))
        return false;
    const int sign = *ahead.next++ == '-' ? -1 : 1;
    struct reader compact = ahead;
    if (read_digits(&compact, 4, 4, &hours)) {
        rest = hours % 100;
        hours /= 100;
        ahead = compact;
    } else if (read_digits(&ahead, 1, 2, &hours)) {
        struct reader colon = ahead;
        if (read_text(&colon, ":") && read_digits(&colon, 2, 2, &rest))
            ahead = colon;
    } else {
        return false;
    }
    if (hours > 15 || rest > 59)
        return false;
    *minutes = sign * (hours * 60 + rest);
    *in = ahead;
    return true;
}

/* 1:03, 01:03:04, 01:03:04.5, each with AM or PM, GMT, UTC, Z or an offset after it. */
static bool read_time(struct reader *in, int64_t *milliseconds)
{
    struct reader ahead = *in;
    int hour, minute, second = 0, fraction = 0, zone = 0;
    if (!read_digits(&ahead, 1, 2, &hour) || !read_text(&ahead, ":") || !read_digits(&ahead, 2, 2, &minute))
        return false;
    struct reader more = ahead;
    if (read_text(&more, ":") && read_digits(&more, 2, 2, &second)) {
        ahead = more;
        if (ahead.end - ahead.next > 1 && (ahead.next[0] == '.' || ahead.next[0] == ',') && is_digit(ahead.next[1])) {
            int weight = 100;
            for (ahead.next++; ahead.next < ahead.end && is_digit(*ahead.next); ahead.next++, weight /= 10)
                fraction += weight * (*ahead.next - '0');
        }
    }
    more = ahead;
    skip(&more, " ");
    const bool morning = read_text(&more, "am") || read_text(&more, "a.m.");
    const bool afternoon = !morning && (read_text(&more, "pm") || read_text(&more, "p.m."));
    if (morning || afternoon) {
        if (hour < 1 || hour > 12)
            return false;
        hour = hour % 12 + (afternoon ? 12 : 0);
        ahead = more;
    }
    more = ahead;
    skip(&more, " ");
    if (read_text(&more, "gmt") || read_text(&more, "utc")) {
        read_offset(&more, &zone);
        ahead = more;
    } else if (more.next < more.end && *more.next == 'Z') {
        ahead.next = more.next + 1;
    } else if (read_offset(&more, &zone)) {
        ahead = more;
    }
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *milliseconds = (((int64_t)hour * 60 + minute - zone) * 60 + second) * 1000 + fraction;
    *in = ahead;
    return true;
}

/* 2024-10-01, 2024.10.01, 2024/10/01, 2024年10月1日. */
static bool read_numeric_day(struct reader *in, bool iso_only, int64_t *days)
{
    struct reader ahead = *in;
    int year, month, day;
    if (!read_digits(&ahead, 4, 4, &year) || ahead.next >= ahead.end)
        return false;
    const char separator = *ahead.next;
    if (!iso_only && read_text(&ahead, "年")) {
        if (!read_digits(&ahead, 1, 2, &month) || !read_text(&ahead, "月") || !read_digits(&ahead, 1, 2, &day) ||
            !read_text(&ahead, "日"))
            return false;
    } else {
        if (separator != '-' && (iso_only || (separator != '.' && separator != '/')))
            return false;
        ahead.next++;
        if (!read_digits(&ahead, 2, 2, &month) || ahead.next >= ahead.end || *ahead.next++ != separator ||
            !read_digits(&ahead, 2, 2, &day))
            return false;
    }
    if (!is_day(year, month, day))
        return false;
    *days = days_of(year, month, day);
    *in = ahead;
    return true;
}

static bool read_month(struct reader *in, int *month)
{
    static const char *const names[] = { "january", "february", "march",     "april",   "may",      "june",
                                         "july",    "august",   "september", "october", "november", "december" };
    size_t length = 0;
    while (in->next + length < in->end && is_letter(in->next[length]))
        length++;
    for (int m = 0; m < 12; m++) {
        const size_t whole = strlen(names[m]);
        if ((length == 3 || length == whole || (length == 4 && m == 8)) &&
            strncasecmp(in->next, names[m], length) == 0) {
            in->next += length;
            skip(in, ".");
            *month = m + 1;
            return true;
        }
    }
    return false;
}

static bool read_day_number(struct reader *in, int *day)
{
    if (!read_digits(in, 1, 2, day))
        return false;
    if (!read_text(in, "st") && !read_text(in, "nd") && !read_text(in, "rd"))
        read_text(in, "th");
    return true;
}

/* Oct 1, 2024; October 1 2024; 1 October 2024; Tue, 01 Oct 2024. */
static bool read_named_day(struct reader *in, int64_t *days)
{
    static const char *const weekdays[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    struct reader ahead = *in;
    int year, month, day;
    for (int w = 0; w < 7; w++)
        if (read_text(&ahead, weekdays[w])) {
            while (ahead.next < ahead.end && is_letter(*ahead.next))
                ahead.next++;
            skip(&ahead, ",. ");
            break;
        }
    if (read_month(&ahead, &month)) {
        skip(&ahead, " ");
        if (!read_day_number(&ahead, &day))
            return false;
    } else {
        if (!read_day_number(&ahead, &day))
            return false;
        skip(&ahead, " -");
        if (!read_month(&ahead, &month))
            return false;
    }
    skip(&ahead, ",- ");
    if (!read_digits(&ahead, 4, 4, &year) || !is_day(year, month, day))
        return false;
    *days = days_of(year, month, day);
    *in = ahead;
    return true;
}

bool date_parse_iso(const char *text, size_t length, int64_t *milliseconds)
{
    struct reader in = { text, text + length };
    int64_t days, time = 0;
    if (!read_numeric_day(&in, true, &days))
        return false;
    if (in.next < in.end) {
        if (*in.next != 'T' && *in.next != 't' && *in.next != ' ')
            return false;
        in.next++;
        if (!read_time(&in, &time) || in.next != in.end)
            return false;
    }
    *milliseconds = days * day_milliseconds + time;
    return true;
}

bool date_parse_start(const char *text, size_t length, int64_t *milliseconds, size_t *end)
{
    struct reader in = { text, text + length };
    int64_t days, time = 0;
    if (!read_numeric_day(&in, false, &days) && !read_named_day(&in, &days))
        return false;
    struct reader after = in;
    if (after.next < after.end && (*after.next == 'T' || *after.next == 't'))
        after.next++;
    else
        skip(&after, " |,-");
    if (!read_text(&after, "at "))
        read_text(&after, "\xE2\x80\x93 "); /* an en dash */
    if (read_time(&after, &time))
        in = after;
    *milliseconds = days * day_milliseconds + time;
    *end = (size_t)(in.next - text);
    return true;
}

bool date_find(const char *text, size_t length, size_t within, int64_t *milliseconds)
{
    for (size_t i = 0; i < length && i <= within; i++) {
        const bool begins = i == 0 || (!is_letter(text[i - 1]) && !is_digit(text[i - 1]));
        size_t end;
        if (begins && (is_digit(text[i]) || is_letter(text[i])) &&
            date_parse_start(text + i, length - i, milliseconds, &end))
            return true;
    }
    return false;
}

const char *date_print(int64_t milliseconds, char text[DATE_TEXT])
{
    int64_t days = milliseconds / day_milliseconds, rest = milliseconds % day_milliseconds;
    if (rest < 0) {
        rest += day_milliseconds;
        days--;
    }
    /* The way back of days_of, by eras of 400 years. */
    const int64_t shifted = days + 719468;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const int64_t of_era = shifted - era * 146097;
    const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t part = (5 * of_year + 2) / 153;
    const int64_t day = of_year - (153 * part + 2) / 5 + 1, month = part < 10 ? part + 3 : part - 9;
    const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    size_t length = (size_t)snprintf(text, DATE_TEXT, "%04" PRId64 "-%02d-%02d", year, (int)month, (int)day);
    if (rest != 0 && length < DATE_TEXT) {
        const int seconds = (int)(rest / 1000), fraction = (int)(rest % 1000);
        length += (size_t)snprintf(text + length, DATE_TEXT - length, "T%02d:%02d:%02d", seconds / 3600,
                                   seconds / 60 % 60, seconds % 60);
        if (fraction != 0 && length < DATE_TEXT)
            length += (size_t)snprintf(text + length, DATE_TEXT - length, ".%03d", fraction);
        if (length < DATE_TEXT)
            snprintf(text + length, DATE_TEXT - length, "Z");
    }
    return text;
}
