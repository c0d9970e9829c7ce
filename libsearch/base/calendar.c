/* SPDX-License-Identifier: MIT */
#include "base/calendar.h"

static int64_t floor_to(int64_t value, int64_t unit)
{
    const int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
}

/* The calendar: H. Hinnant, “chrono-compatible low-level date algorithms” (days_from_civil and civil_from_days). */
int64_t calendar_first_moment(int64_t moment, libsearch_interval interval)
{
    const int64_t day_length = INT64_C(86400000);
    if (moment < INT64_MIN / 2 || interval == LIBSEARCH_EACH_VALUE)
        return moment;
    if (interval == LIBSEARCH_EACH_HOUR)
        return floor_to(moment, 3600000);
    const int64_t days = floor_to(moment, day_length) / day_length;
    if (interval == LIBSEARCH_EACH_DAY)
        return days * day_length;
    if (interval == LIBSEARCH_EACH_WEEK) /* from Monday; 1970-01-01 was a Thursday */
        return (floor_to(days + 3, 7) - 3) * day_length;
    const int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    const int64_t day_of_era = z - era * 146097;
    const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t shifted = (5 * day_of_year + 2) / 153; /* 0: March */
    int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2);
    if (interval == LIBSEARCH_EACH_YEAR)
        month = 1;
    year -= month <= 2;
    const int64_t first_era = (year >= 0 ? year : year - 399) / 400, of_era = year - first_era * 400;
    const int64_t first_day = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
    return (first_era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + first_day - 719468) * day_length;
}
