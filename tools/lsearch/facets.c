/* SPDX-License-Identifier: MIT */
#include "facets.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "date.h"
#include "print.h"

/* ----- what the option says ----- */

static bool read_interval(const char *what, libsearch_interval *interval)
{
    static const char *const names[] = { "year", "month", "week", "day", "hour" };
    for (unsigned i = 0; i < 5; i++)
        if (strcmp(what, names[i]) == 0) {
            *interval = (libsearch_interval)(LIBSEARCH_EACH_YEAR + i);
            return true;
        }
    return false;
}

static bool read_count(const char *what, size_t *count)
{
    char *end;
    errno = 0;
    const unsigned long long number = strtoull(what, &end, 10);
    if (what[0] < '0' || what[0] > '9' || *end != '\0' || errno != 0 || number > LIBSEARCH_MAX_RESULTS)
        return false;
    *count = (size_t)number;
    return true;
}

static bool add(struct options *options, const char *value, size_t length)
{
    char *field = duplicate(value, length), *what = strchr(field, ':');
    libsearch_facet facet = LIBSEARCH_FACET_INIT;
    facet.field = field;
    if (what != NULL)
        *what++ = '\0';
    const bool ranges = what != NULL && strstr(what, "..") != NULL;
    if (field[0] == '\0' ||
        (what != NULL && !ranges && !read_interval(what, &facet.interval) && !read_count(what, &facet.count))) {
        free(field);
        return false;
    }
    options->facet_names = reallocate(options->facet_names, (options->facet_count + 1) * sizeof(char *));
    options->facet_ranges = reallocate(options->facet_ranges, (options->facet_count + 1) * sizeof(char *));
    options->facets = reallocate(options->facets, (options->facet_count + 1) * sizeof facet);
    options->facet_names[options->facet_count] = field;
    options->facet_ranges[options->facet_count] = ranges ? what : NULL; /* of the same memory */
    options->facets[options->facet_count++] = facet;
    return true;
}

bool facets_add(struct options *options, const char *value)
{
    while (*value != '\0') {
        const size_t length = strcspn(value, ",");
        if (!add(options, value, length))
            return false;
        value += length + (value[length] == ',');
    }
    return true;
}

void facets_free(struct options *options)
{
    for (size_t i = 0; i < options->facet_count; i++)
        free(options->facet_names[i]);
    free(options->facet_names);
    free(options->facet_ranges);
    free(options->facets);
}

/* ----- what it asks for ----- */

static bool find_type(libsearch_index *index, const char *name, libsearch_type *type)
{
    for (size_t i = 0; i < libsearch_field_count(index); i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        if (libsearch_field_at(index, i, &field, NULL) == LIBSEARCH_OK && strcmp(field.name, name) == 0) {
            *type = field.type;
            return true;
        }
    }
    return false;
}

/* A date, or a year or month that begins with one. */
static bool read_date(const char *text, size_t length, int64_t *moment)
{
    char whole[16];
    if (length == 4 || length == 7) {
        snprintf(whole, sizeof whole, "%.*s%s", (int)length, text, length == 4 ? "-01-01" : "-01");
        return date_parse_iso(whole, strlen(whole), moment);
    }
    return date_parse_iso(text, length, moment);
}

/* One end of a range; an empty one is open. */
static bool read_end(libsearch_type type, const char *text, size_t length, bool high, int64_t *integer, double *number)
{
    char copy[64], *end = copy;
    *integer = high ? INT64_MAX : INT64_MIN;
    *number = high ? HUGE_VAL : -HUGE_VAL;
    if (length == 0)
        return true;
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    errno = 0;
    if (type == LIBSEARCH_DATE)
        return read_date(text, length, integer);
    if (type == LIBSEARCH_FLOAT)
        *number = strtod(copy, &end);
    else
        *integer = strtoll(copy, &end, 10);
    return *end == '\0' && errno == 0 && !isnan(*number);
}

static bool read_ranges(libsearch_type type, const char *text, libsearch_facet_range **ranges, size_t *count)
{
    for (*count = 0; *text != '\0'; ++*count) {
        const size_t length = strcspn(text, "/");
        const char *dots = memmem(text, length, "..", 2);
        libsearch_facet_range range;
        if (dots == NULL || !read_end(type, text, (size_t)(dots - text), false, &range.low, &range.low_number) ||
            !read_end(type, dots + 2, length - (size_t)(dots - text) - 2, true, &range.high, &range.high_number))
            return false;
        *ranges = reallocate(*ranges, (*count + 1) * sizeof **ranges);
        (*ranges)[*count] = range;
        text += length + (text[length] == '/');
    }
    return true;
}

bool facets_ready(struct facets *facets, const struct options *options, libsearch_index *index,
                  const libsearch_query *filter)
{
    const size_t count = options->facet_count;
    *facets = (struct facets){ allocate((count + 1) * sizeof *facets->all),
                               allocate((count + 1) * sizeof *facets->ranges), count };
    memset(facets->ranges, 0, (count + 1) * sizeof *facets->ranges);
    for (size_t i = 0; i < count; i++) {
        libsearch_type type = LIBSEARCH_KEYWORD;
        facets->all[i] = options->facets[i];
        facets->all[i].filter = filter;
        if (options->facet_ranges[i] == NULL)
            continue;
        if (!find_type(index, options->facet_names[i], &type) ||
            !read_ranges(type, options->facet_ranges[i], &facets->ranges[i], &facets->all[i].range_count)) {
            complain("--facet %s: '%s' are no ranges of it, such as 0..10/10..100/100..", options->facet_names[i],
                     options->facet_ranges[i]);
            return false;
        }
        facets->all[i].ranges = facets->ranges[i];
    }
    return true;
}

void facets_release(struct facets *facets)
{
    for (size_t i = 0; i < facets->count; i++)
        free(facets->ranges[i]);
    free(facets->ranges);
    free(facets->all);
}

/* ----- how its counts are shown ----- */

/* Dates in ISO 8601, cut to the day where they begin one. */
static void print_value(const libsearch_facet_counts *facet, const libsearch_facet_value *value)
{
    char text[DATE_TEXT];
    if (facet->type == LIBSEARCH_INTEGER)
        printf("%" PRId64, value->integer);
    else if (facet->type == LIBSEARCH_BOOLEAN)
        fputs(value->integer != 0 ? "true" : "false", stdout);
    else if (facet->type == LIBSEARCH_FLOAT)
        printf("%.17g", value->number);
    else if (facet->type == LIBSEARCH_DATE)
        fputs(date_print(value->integer, text), stdout);
    else
        print_line(stdout, value->keyword);
}

static void print_json_value(const libsearch_facet_counts *facet, const libsearch_facet_value *value)
{
    if (facet->type == LIBSEARCH_KEYWORD) {
        print_json_bytes(stdout, value->keyword);
    } else if (facet->type == LIBSEARCH_FLOAT && !isfinite(value->number)) {
        fputs("null", stdout); /* JSON has no infinities */
    } else {
        fputs(facet->type == LIBSEARCH_DATE ? "\"" : "", stdout);
        print_value(facet, value);
        fputs(facet->type == LIBSEARCH_DATE ? "\"" : "", stdout);
    }
}

/* Range i of a facet as it was asked for; its length. */
static size_t range_text(const char *ranges, size_t i, const char **text)
{
    for (; i > 0; i--)
        ranges += strcspn(ranges, "/") + 1;
    *text = ranges;
    return strcspn(ranges, "/");
}

static bool has_statistics(const libsearch_facet_counts *facet)
{
    return facet->values > 0 && facet->type != LIBSEARCH_KEYWORD;
}

static bool has_sum(const libsearch_facet_counts *facet)
{
    return has_statistics(facet) && facet->type != LIBSEARCH_DATE && isfinite(facet->sum);
}

static void print_json_facet(const libsearch_facet_counts *facet, const char *ranges)
{
    const char *text;
    print_json_string(stdout, facet->field, strlen(facet->field));
    fputs(": {\"values\": [", stdout);
    for (size_t i = 0; i < facet->count; i++) {
        fputs(i > 0 ? ", {\"value\": " : "{\"value\": ", stdout);
        if (ranges != NULL) {
            const size_t length = range_text(ranges, i, &text);
            print_json_string(stdout, text, length);
        } else {
            print_json_value(facet, &facet->list[i]);
        }
        printf(", \"count\": %" PRIu64 "}", facet->list[i].count);
    }
    printf("], \"distinct\": %" PRIu64 ", \"missing\": %" PRIu64, facet->distinct, facet->missing);
    if (has_statistics(facet)) {
        fputs(", \"least\": ", stdout);
        print_json_value(facet, &facet->least);
        fputs(", \"greatest\": ", stdout);
        print_json_value(facet, &facet->greatest);
    }
    if (has_sum(facet))
        printf(", \"sum\": %.17g, \"mean\": %.17g", facet->sum, facet->sum / (double)facet->values);
    putchar('}');
}

void facets_print_json(const struct options *options, const libsearch_results *results)
{
    for (size_t i = 0; i < options->facet_count; i++) {
        fputs(i > 0 ? ", " : "", stdout);
        print_json_facet(libsearch_results_facet(results, i), options->facet_ranges[i]);
    }
}

static void print_statistics(const libsearch_facet_counts *facet)
{
    fputs("\tfrom ", stdout);
    print_value(facet, &facet->least);
    fputs(" to ", stdout);
    print_value(facet, &facet->greatest);
    if (has_sum(facet))
        printf(", mean %.6g, sum %.6g", facet->sum / (double)facet->values, facet->sum);
    if (facet->missing > 0)
        printf("; %" PRIu64 " without", facet->missing);
    putchar('\n');
}

void facets_print(const struct options *options, const libsearch_results *results)
{
    for (size_t i = 0; i < options->facet_count; i++) {
        const libsearch_facet_counts *facet = libsearch_results_facet(results, i);
        printf("%s\n", facet->field);
        for (size_t v = 0; v < facet->count; v++) {
            const char *text;
            printf("\t%" PRIu64 "\t", facet->list[v].count);
            if (options->facet_ranges[i] != NULL) {
                const size_t length = range_text(options->facet_ranges[i], v, &text);
                print_line(stdout, bytes_of(text, length));
            } else {
                print_value(facet, &facet->list[v]);
            }
            putchar('\n');
        }
        if (has_statistics(facet))
            print_statistics(facet);
    }
}
