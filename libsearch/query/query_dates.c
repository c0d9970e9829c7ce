/* SPDX-License-Identifier: MIT */
/* Dates of queries: ISO 8601, proleptic Gregorian, UTC where no offset is given. */
#include <stdio.h>
#include <string.h>

#include "query/query_values.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* Years that are read and written; what lies outside is told in milliseconds. */
enum { FIRST_YEAR = 0, LAST_YEAR = 9999 };

static bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static int days_of_month(int64_t year, int month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01, counted from years that begin in March, so that the leap day comes last. */
static int64_t days_of_date(int64_t year, int month, int day)
{
    const int64_t shifted = month > 2 ? year : year - 1;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    const int64_t of_era = shifted - era * 400;
    const int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t of_era = days - era * 146097;
    const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t shifted_month = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * shifted_month + 2) / 5 + 1);
    *month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Reads text front to back; a reader that fails stays failed. */
struct reader {
    const char *next, *end;
};

static bool read_number(struct reader *reader, int digits, int low, int high, int *value)
{
    if (reader->end - reader->next < digits)
        return false;
    int sum = 0;
    for (int i = 0; i < digits; i++) {
        if (reader->next[i] < '0' || reader->next[i] > '9')
            return false;
        sum = sum * 10 + reader->next[i] - '0';
    }
    if (sum < low || sum > high)
        return false;
    reader->next += digits;
    *value = sum;
    return true;
}

static bool read_char(struct reader *reader, char c)
{
    if (reader->next == reader->end || *reader->next != c)
        return false;
    reader->next++;
    return true;
}

/* Z, +hh, +hhmm, +hh:mm or nothing: milliseconds to take off. */
static bool read_offset(struct reader *reader, int64_t *offset)
{
    *offset = 0;
    if (reader->next == reader->end || read_char(reader, 'Z'))
        return true;
    const bool negative = *reader->next == '-';
    if (!read_char(reader, '+') && !read_char(reader, '-'))
        return false;
    int hours, minutes = 0;
    if (!read_number(reader, 2, 0, 23, &hours))
        return false;
    if (reader->next != reader->end) {
        read_char(reader, ':');
        if (!read_number(reader, 2, 0, 59, &minutes))
            return false;
    }
    *offset = (int64_t)hours * HOUR + (int64_t)minutes * MINUTE;
    if (negative)
        *offset = -*offset;
    return true;
}

/* The time behind the T: adds it to *from, and sets *width to what the last unit spans. */
static bool read_time(struct reader *reader, int64_t *from, int64_t *width)
{
    int hour, minute, second;
    if (!read_number(reader, 2, 0, 24, &hour))
        return false;
    *from += (int64_t)hour * HOUR;
    *width = HOUR;
    if (read_char(reader, ':')) {
        if (!read_number(reader, 2, 0, 59, &minute))
            return false;
        *from += (int64_t)minute * MINUTE;
        *width = MINUTE;
        if (read_char(reader, ':')) {
            if (!read_number(reader, 2, 0, 60, &second))
                return false;
            *from += (int64_t)second * SECOND;
            *width = SECOND;
            if (read_char(reader, '.') || read_char(reader, ',')) {
                int64_t unit = SECOND;
                int digit;
                if (!read_number(reader, 1, 0, 9, &digit))
                    return false;
                do {
                    unit /= 10;
                    *from += digit * unit;
                } while (read_number(reader, 1, 0, 9, &digit));
                *width = unit > 1 ? unit : 1;
            }
        }
    }
    int64_t offset;
    if (!read_offset(reader, &offset))
        return false;
    *from -= offset;
    return true;
}

static bool parse_iso(libsearch_bytes text, int64_t *from, int64_t *to)
{
    struct reader reader = { text.data, text.data + text.length };
    int year, month = 1, day = 1;
    if (!read_number(&reader, 4, FIRST_YEAR, LAST_YEAR, &year))
        return false;
    int64_t next = days_of_date(year + 1, 1, 1); /* the day after */
    const bool compact = text.length == 8 && memchr(text.data, '-', 8) == NULL;
    if (compact || read_char(&reader, '-')) {
        if (!read_number(&reader, 2, 1, 12, &month))
            return false;
        next = days_of_date(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1);
        if (compact || read_char(&reader, '-')) {
            if (!read_number(&reader, 2, 1, days_of_month(year, month), &day))
                return false;
            next = days_of_date(year, month, day) + 1;
            int64_t start = (next - 1) * DAY, width = DAY;
            if (read_char(&reader, 'T') || read_char(&reader, 't') || read_char(&reader, ' ')) {
                if (!read_time(&reader, &start, &width))
                    return false;
            }
            *from = start;
            *to = start + width - 1;
            return reader.next == reader.end;
        }
    }
    *from = days_of_date(year, month, day) * DAY;
    *to = next * DAY - 1;
    return reader.next == reader.end;
}

/* Moves by months; a day that the month does not have becomes its last. */
static bool add_months(int64_t *moment, int64_t months)
{
    const int64_t days = floor_divide(*moment, DAY);
    int64_t year;
    int month, day;
    date_of_days(days, &year, &month, &day);
    const int64_t total = year * 12 + month - 1 + months;
    year = floor_divide(total, 12);
    month = (int)(total - year * 12) + 1;
    if (year < -100000 || year > 100000)
        return false;
    if (day > days_of_month(year, month))
        day = days_of_month(year, month);
    *moment = days_of_date(year, month, day) * DAY + (*moment - days * DAY);
    return true;
}

/* +3d and the like. */
static bool add_step(struct reader *reader, int64_t *moment)
{
    const bool negative = read_char(reader, '-');
    if (!negative && !read_char(reader, '+'))
        return false;
    int64_t amount = 0;
    int digit, digits = 0;
    for (; digits < 9 && read_number(reader, 1, 0, 9, &digit); digits++)
        amount = amount * 10 + digit;
    if (digits == 0 || reader->next == reader->end)
        return false;
    if (negative)
        amount = -amount;
    switch (*reader->next++) {
    case 's': return !__builtin_add_overflow(*moment, amount * SECOND, moment);
    case 'm': return !__builtin_add_overflow(*moment, amount * MINUTE, moment);
    case 'h': return !__builtin_add_overflow(*moment, amount * HOUR, moment);
    case 'd': return !__builtin_add_overflow(*moment, amount * DAY, moment);
    case 'w': return !__builtin_add_overflow(*moment, amount * 7 * DAY, moment);
    case 'M': return add_months(moment, amount);
    case 'y': return add_months(moment, amount * 12);
    default: return false;
    }
}

static bool parse_relative(libsearch_bytes text, int64_t now, int64_t *from, int64_t *to)
{
    struct reader reader = { text.data, text.data + text.length };
    const int64_t today = floor_divide(now, DAY) * DAY;
    int64_t start, width = DAY;
    if (text.length >= 3 && memcmp(text.data, "now", 3) == 0) {
        start = now;
        width = 1;
        reader.next += 3;
    } else if (text.length >= 5 && memcmp(text.data, "today", 5) == 0) {
        start = today;
        reader.next += 5;
    } else if (text.length >= 9 && memcmp(text.data, "yesterday", 9) == 0) {
        start = today - DAY;
        reader.next += 9;
    } else {
        return false;
    }
    /* Far from the ends of the calendar, so that no step overflows on its way. */
    if (now < -(INT64_MAX / 2) || now > INT64_MAX / 2)
        return false;
    while (reader.next != reader.end)
        if (!add_step(&reader, &start))
            return false;
    *from = start;
    return !__builtin_add_overflow(start, width - 1, to);
}

bool value_parse_date(libsearch_bytes text, int64_t now, int64_t *from, int64_t *to)
{
    if (text.length == 0)
        return false;
    if (text.data[0] == '+' || text.data[0] == '-') {
        if (!value_parse_integer(text, from))
            return false;
        *to = *from;
        return true;
    }
    return parse_iso(text, from, to) || parse_relative(text, now, from, to);
}

void value_print_date(struct buffer *to, int64_t milliseconds, bool last)
{
    char text[64];
    const int64_t days = floor_divide(milliseconds, DAY);
    const int64_t of_day = milliseconds - days * DAY;
    int64_t year = -1;
    int month = 0, day = 0;
    if (days > -1000000 && days < 4000000)
        date_of_days(days, &year, &month, &day);
    if (year < FIRST_YEAR || year > LAST_YEAR) {
        snprintf(text, sizeof text, "%+lld", (long long)milliseconds);
    } else if (of_day == (last ? DAY - 1 : 0)) {
        snprintf(text, sizeof text, "%04d-%02d-%02d", (int)year, month, day);
    } else {
        snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)year, month, day, (int)(of_day / HOUR),
                 (int)(of_day / MINUTE % 60), (int)(of_day / SECOND % 60), (int)(of_day % SECOND));
    }
    buffer_append(to, text, strlen(text));
}
