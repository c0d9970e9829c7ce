/* SPDX-License-Identifier: MIT */
#include "results/passage.h"

#include <stdbool.h>
#include <string.h>

static bool is_space(char c) { return (unsigned char)c <= 0x20; }

/* True where a character may begin at `at` that does not belong to the one before: no continuation byte, no combining
 * mark of Latin text (U+0300 to U+036F), no joiner or variation selector. */
static bool is_border(libsearch_bytes text, size_t at)
{
    if (at == 0 || at >= text.length)
        return true;
    const unsigned char c = (unsigned char)text.data[at];
    if ((c & 0xC0) == 0x80)
        return false;
    const unsigned char next = at + 1 < text.length ? (unsigned char)text.data[at + 1] : 0;
    const unsigned char last = at + 2 < text.length ? (unsigned char)text.data[at + 2] : 0;
    if (c == 0xCC || (c == 0xCD && next <= 0xAF))
        return false;
    return !(c == 0xE2 && next == 0x80 && last == 0x8D) && !(c == 0xEF && next == 0xB8 && (last & 0xF0) == 0x80);
}

/* True for a full stop that ends no sentence: a small letter follows, or it stands behind a single capital (U.S., J.). */
static bool is_abbreviation(libsearch_bytes text, size_t stop, size_t next)
{
    if (text.data[next] >= 'a' && text.data[next] <= 'z')
        return true;
    if (stop == 0 || text.data[stop - 1] < 'A' || text.data[stop - 1] > 'Z')
        return false;
    return stop == 1 || is_space(text.data[stop - 2]) || text.data[stop - 2] == '.';
}

/* Sentences end behind . ! ? … with white space behind them, behind their wide forms, and at ends of lines. `at` is
 * where the next one would begin. */
static bool is_sentence_border(libsearch_bytes text, size_t at)
{
    if (at == 0 || at >= text.length)
        return true;
    const char before = text.data[at - 1];
    if (before == '\n')
        return true;
    if (is_space(before)) {
        size_t end = at;
        while (end > 0 && is_space(text.data[end - 1]))
            if (text.data[--end] == '\n')
                return true;
        while (end > 0 && strchr("\"')]", text.data[end - 1]) != NULL && text.data[end - 1] != 0)
            end--;
        if (end == 0 || is_space(text.data[at]))
            return false;
        if (text.data[end - 1] == '.')
            return !is_abbreviation(text, end - 1, at);
        return text.data[end - 1] == '!' || text.data[end - 1] == '?' ||
               (end >= 3 && memcmp(text.data + end - 3, "\xE2\x80\xA6", 3) == 0);
    }
    return at >= 3 &&
           (memcmp(text.data + at - 3, "\xE3\x80\x82", 3) == 0 || memcmp(text.data + at - 3, "\xEF\xBC\x81", 3) == 0 ||
            memcmp(text.data + at - 3, "\xEF\xBC\x9F", 3) == 0);
}

/* True between characters one of which is of a script that is written without spaces (and of others with bytes like
 * theirs). */
static bool is_wide_border(libsearch_bytes text, size_t at)
{
    if (!is_border(text, at) || at == 0 || at >= text.length)
        return false;
    return (unsigned char)text.data[at] >= 0xE2 || (at >= 3 && (unsigned char)text.data[at - 3] >= 0xE2);
}

enum { WORD_REACH = 40 };

/* The border of words nearest to `at`, going back no further than to `low`: behind white space or between wide
 * characters. In a longer word: `low` where that is near and something stands before it (from `start`), else a border of
 * characters. */
static size_t word_border_back(libsearch_bytes text, size_t at, size_t low, size_t start)
{
    const size_t limit = at - low > WORD_REACH ? at - WORD_REACH : low;
    for (size_t i = at; i > limit; i--)
        if (is_space(text.data[i - 1]) || is_wide_border(text, i))
            return i;
    if (limit == low && low > start)
        return low;
    while (at > low && !is_border(text, at))
        at--;
    return at;
}

static size_t word_border_on(libsearch_bytes text, size_t at, size_t high)
{
    const size_t limit = high - at > WORD_REACH ? at + WORD_REACH : high;
    for (size_t i = at; i < limit; i++)
        if (i == 0 || is_space(text.data[i - 1]) || is_wide_border(text, i))
            return i;
    if (limit == high)
        return high;
    while (at < high && !is_border(text, at))
        at++;
    return at;
}

static size_t find_start(libsearch_bytes text, size_t core, size_t spare, size_t low)
{
    /* The sentence's beginning may cost most of what there is to spare; in its middle, a third goes before. */
    const size_t far = core - low > spare * 3 / 4 ? core - spare * 3 / 4 : low;
    for (size_t at = core;; at--) {
        if (is_sentence_border(text, at) && is_border(text, at))
            return at;
        if (at == far)
            break;
    }
    const size_t near = core - low > spare / 3 ? core - spare / 3 : low;
    const size_t start = word_border_on(text, near, core);
    return start > core ? core : start;
}

static size_t find_end(libsearch_bytes text, size_t start, size_t core, size_t wanted, size_t high)
{
    if (wanted >= high)
        return high;
    const size_t least = core + (wanted - core) / 2;
    for (size_t at = wanted; at > least; at--)
        if (is_sentence_border(text, at) && is_border(text, at))
            return at;
    return word_border_back(text, wanted, core, start);
}

libsearch_range passage_widen(libsearch_bytes text, libsearch_range core, size_t max_bytes, size_t low, size_t high)
{
    libsearch_range range = core;
    if (core.end - core.start >= max_bytes)
        return range;
    const size_t spare = max_bytes - (core.end - core.start);
    range.start = find_start(text, core.start, spare, low);
    const size_t wanted = high - range.start > max_bytes ? range.start + max_bytes : high;
    range.end = find_end(text, range.start, core.end, wanted, high);
    /* Near the end of the text, what is not needed behind goes before. */
    if (range.end == high && range.start > low && range.end - range.start < max_bytes) {
        const size_t before = max_bytes - (range.end - range.start);
        const size_t from = range.start - low > before ? range.start - before : low;
        if (!is_sentence_border(text, range.start))
            range.start = from == low ? low : word_border_on(text, from, range.start);
    }
    return range;
}

libsearch_range passage_trim(libsearch_bytes text, libsearch_range range)
{
    while (range.start < range.end && is_space(text.data[range.start]))
        range.start++;
    while (range.end > range.start && is_space(text.data[range.end - 1]))
        range.end--;
    return range;
}
