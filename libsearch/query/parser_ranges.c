/* SPDX-License-Identifier: MIT */
/* Ranges: every value stands for a stretch (a number for itself alone, a date for its day or month), and an
 * operator takes the stretch, what lies before it or what lies behind it. */
#include <math.h>
#include <string.h>

#include "query/parser_state.h"
#include "query/query_values.h"

struct stretch {
    int64_t from, to;
    double number;
};

static bool read_stretch(const struct field *field, libsearch_bytes value, int64_t now, struct stretch *stretch)
{
    while (value.length > 0 && value.data[0] == ' ') {
        value.data++;
        value.length--;
    }
    while (value.length > 0 && value.data[value.length - 1] == ' ')
        value.length--;
    switch (field->type) {
    case LIBSEARCH_INTEGER:
        if (!value_parse_integer(value, &stretch->from))
            return false;
        stretch->to = stretch->from;
        return true;
    case LIBSEARCH_DATE: return value_parse_date(value, now, &stretch->from, &stretch->to);
    case LIBSEARCH_FLOAT: return value_parse_float(value, &stretch->number);
    case LIBSEARCH_BOOLEAN:
        if (!value_parse_boolean(value, &stretch->from))
            return false;
        stretch->to = stretch->from;
        return true;
    default: return false;
    }
}

/* A range that no value is in. */
static void set_nothing(libsearch_query *like)
{
    like->has_low = like->has_high = true;
    like->low_integer = INT64_MAX;
    like->high_integer = INT64_MIN;
    like->low_number = HUGE_VAL;
    like->high_number = -HUGE_VAL;
}

/* From the stretch on; open: from behind it. */
static void set_low(libsearch_query *like, const struct stretch *stretch, bool open)
{
    bool past_end = false;
    like->has_low = true;
    like->low_integer = stretch->from;
    like->low_number = stretch->number;
    if (open && like->type == LIBSEARCH_FLOAT) {
        past_end = isinf(stretch->number) && stretch->number > 0;
        like->low_number = nextafter(stretch->number, HUGE_VAL);
    } else if (open) {
        past_end = __builtin_add_overflow(stretch->to, 1, &like->low_integer);
    }
    if (past_end)
        set_nothing(like);
}

/* Up to the stretch; open: to before it. */
static void set_high(libsearch_query *like, const struct stretch *stretch, bool open)
{
    bool past_end = false;
    like->has_high = true;
    like->high_integer = stretch->to;
    like->high_number = stretch->number;
    if (open && like->type == LIBSEARCH_FLOAT) {
        past_end = isinf(stretch->number) && stretch->number < 0;
        like->high_number = nextafter(stretch->number, -HUGE_VAL);
    } else if (open) {
        past_end = __builtin_sub_overflow(stretch->from, 1, &like->high_integer);
    }
    if (past_end)
        set_nothing(like);
}

static void start_range(const struct field *field, libsearch_query *like)
{
    *like = (libsearch_query){ .kind = QUERY_RANGE, .field = field->name, .type = field->type };
}

static libsearch_bytes part_of(libsearch_bytes text, size_t from, size_t to)
{
    return (libsearch_bytes){ text.data + from, to - from };
}

bool parser_range_value(const struct field *field, libsearch_bytes value, int64_t now, libsearch_query *like)
{
    struct stretch low = { 0, 0, 0 }, high = { 0, 0, 0 };
    start_range(field, like);
    if (value.length == 0)
        return false;
    if (value.data[0] == '>' || value.data[0] == '<') {
        const bool equal = value.length > 1 && value.data[1] == '=';
        if (!read_stretch(field, part_of(value, equal ? 2 : 1, value.length), now, &low))
            return false;
        if (value.data[0] == '>')
            set_low(like, &low, !equal);
        else
            set_high(like, &low, !equal);
        return true;
    }
    const char *dots = memmem(value.data, value.length, "..", 2);
    if (dots != NULL) {
        const size_t at = (size_t)(dots - value.data);
        if (value.length == 2 || (at > 0 && !read_stretch(field, part_of(value, 0, at), now, &low)) ||
            (at + 2 < value.length && !read_stretch(field, part_of(value, at + 2, value.length), now, &high)))
            return false;
        if (at > 0)
            set_low(like, &low, false);
        if (at + 2 < value.length)
            set_high(like, &high, false);
        return true;
    }
    if (!read_stretch(field, value, now, &low))
        return false;
    set_low(like, &low, false);
    set_high(like, &low, false);
    return true;
}

static bool is_star(libsearch_bytes text)
{
    bool star = false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '*' && !star)
            star = true;
        else if (text.data[i] != ' ')
            return false;
    }
    return star;
}

bool parser_range_ends(const struct field *field, libsearch_bytes ends, bool low_open, bool high_open, int64_t now,
                       libsearch_query *like)
{
    struct stretch low = { 0, 0, 0 }, high = { 0, 0, 0 };
    const char *between = memmem(ends.data, ends.length, " TO ", 4);
    start_range(field, like);
    if (between == NULL)
        return false;
    const size_t at = (size_t)(between - ends.data);
    const libsearch_bytes first = part_of(ends, 0, at), last = part_of(ends, at + 4, ends.length);
    const bool has_low = !is_star(first), has_high = !is_star(last);
    if ((has_low && !read_stretch(field, first, now, &low)) || (has_high && !read_stretch(field, last, now, &high)))
        return false;
    if (has_low)
        set_low(like, &low, low_open);
    if (has_high && !(like->has_low && like->has_high)) /* set_nothing has set both */
        set_high(like, &high, high_open);
    return true;
}

enum { MOST_OF_AN_END = 400 };

/* One end: * or a word or a quoted text. Returns where it ends, quotation mark and all; 0: there is none. */
static size_t take_end(libsearch_bytes text, size_t at, size_t *start, size_t *end, bool *has, bool *quoted)
{
    size_t mark = at < text.length ? syntax_quote(text, at) : 0;
    *quoted = mark > 0;
    *start = at += mark;
    for (const size_t begin = at; at < text.length && at - begin < MOST_OF_AN_END;) {
        const size_t escape = syntax_escape(text, at);
        if (*quoted ? (mark = syntax_quote(text, at)) > 0
                    : syntax_space(text, at) > 0 || text.data[at] == ']' || text.data[at] == '}') {
            *end = at;
            *has = *quoted || !(at - *start == 1 && text.data[*start] == '*');
            return at > *start || *quoted ? at + (*quoted ? mark : 0) : 0;
        }
        at += escape > 0 ? escape : 1;
    }
    return 0;
}

static size_t skip_blanks(libsearch_bytes text, size_t at)
{
    while (at < text.length && text.data[at] == ' ')
        at++;
    return at;
}

bool parser_word_range(libsearch_bytes text, size_t at, struct word_range *range)
{
    if (at >= text.length || (text.data[at] != '[' && text.data[at] != '{'))
        return false;
    range->low_open = text.data[at] == '{';
    at = take_end(text, skip_blanks(text, at + 1), &range->low_start, &range->low_end, &range->has_low,
                  &range->low_quoted);
    if (at == 0 || text.length - at < 4 || memcmp(text.data + at, " TO ", 4) != 0)
        return false;
    at = take_end(text, skip_blanks(text, at + 4), &range->high_start, &range->high_end, &range->has_high,
                  &range->high_quoted);
    at = at == 0 ? 0 : skip_blanks(text, at);
    if (at == 0 || at >= text.length || (text.data[at] != ']' && text.data[at] != '}'))
        return false;
    range->high_open = text.data[at] == '}';
    range->end = at + 1;
    return range->has_low || range->has_high;
}
