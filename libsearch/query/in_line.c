/* SPDX-License-Identifier: MIT */
/* Of all choices whose places are at or behind the lowest one there is a least one, word by word: the first places that
 * there are, the same words' one behind the other. Whatever good choice is left stands at or behind it. So where it is
 * not good, its lowest place is of no good choice, and goes. (Same words in rising order lose nothing: of two choices
 * of the same places the crossed one is never the narrower.)
 *
 * The last word, as a prefix, also fits places of others. It takes the first place that the least choice of the others
 * does not take: were that place one that a good choice leaves free for it, its owner could take it and give the last
 * word its own, further up. Only when the last word's place is itself the lowest are the others pushed off it. */
#include "query/in_line.h"

#include <string.h>

#include "base/merge_sort.h"
#include "base/status.h"

static uint32_t moved(const struct in_line_word *word, size_t at)
{
    return word->places[at * word->stride] + word->plus;
}
static uint32_t in_text(const struct in_line_word *word, size_t at) { return moved(word, at) - word->shift; }

static bool asked(struct in_line *line)
{
    line->stopped = line->stopped || !line->go_on(line->context);
    return !line->stopped;
}

static size_t *place_of(struct in_line_word *word, bool chosen) { return chosen ? &word->chosen : &word->at; }

/* Puts the words that are the same as this one, and behind it, on places behind its own. False: there are too few. */
static bool push(struct in_line *line, size_t number, bool chosen)
{
    struct in_line_word *word = &line->words[number];
    while (word->next != 0) {
        struct in_line_word *next = &line->words[word->next - 1];
        size_t *at = place_of(next, chosen);
        const uint32_t behind = in_text(word, *place_of(word, chosen));
        if (in_text(next, *at) > behind)
            return true;
        while (*at < next->count && in_text(next, *at) <= behind)
            ++*at;
        if (*at == next->count)
            return false;
        word = next;
    }
    return true;
}

static bool begin(struct in_line *line)
{
    line->begun = true;
    line->stopped = line->shared = false;
    for (size_t i = 0; i < line->count; i++) {
        line->words[i].at = 0;
        line->shared = line->shared || line->words[i].in_last;
    }
    for (size_t i = 0; i < line->count; i++)
        if (!push(line, i, false))
            return false;
    return true;
}

/* Finds the lowest place; whether the choice is narrow enough. */
static bool is_good(struct in_line *line, uint32_t *low)
{
    uint32_t high = 0;
    *low = UINT32_MAX;
    line->lowest = 0;
    for (size_t i = 0; i < line->count; i++) {
        if (i % 1024 == 1023 && !asked(line))
            return false;
        struct in_line_word *word = &line->words[i];
        const uint32_t place = moved(word, word->at);
        word->chosen = word->at;
        if (place < *low) {
            *low = place;
            line->lowest = i;
        }
        high = place > high ? place : high;
    }
    return high - *low <= line->slop;
}

/* The last word's place is the lowest: others leave it. */
static bool leave_to_last(struct in_line *line, uint32_t low)
{
    const struct in_line_word *last = &line->words[line->count - 1];
    for (size_t i = 0; i + 1 < line->count; i++) {
        struct in_line_word *word = &line->words[i];
        if (!word->in_last || in_text(word, word->chosen) != in_text(last, last->at))
            continue;
        if (++word->chosen == word->count || !push(line, i, true))
            return false;
    }
    for (size_t i = 0; i + 1 < line->count; i++)
        if (moved(&line->words[i], line->words[i].chosen) - low > line->slop)
            return false;
    return true;
}

static bool is_taken(const struct in_line *line, uint32_t place)
{
    for (size_t i = 0; i + 1 < line->count; i++)
        if (line->words[i].in_last && in_text(&line->words[i], line->words[i].chosen) == place)
            return true;
    return false;
}

static bool place_last(struct in_line *line, uint32_t low)
{
    struct in_line_word *last = &line->words[line->count - 1];
    if (!line->shared)
        return true;
    if (line->lowest + 1 == line->count)
        return leave_to_last(line, low);
    for (; last->chosen < last->count && moved(last, last->chosen) - low <= line->slop; last->chosen++) {
        if (!is_taken(line, in_text(last, last->chosen)))
            return true;
        if (!asked(line))
            return false;
    }
    return false;
}

bool in_line_next(struct in_line *line)
{
    for (bool first = !line->begun;; first = false) {
        struct in_line_word *lowest = first ? NULL : &line->words[line->lowest];
        uint32_t low;
        if (first ? !begin(line) : ++lowest->at == lowest->count || !push(line, line->lowest, false))
            return false;
        if (!asked(line))
            return false;
        if (is_good(line, &low) && place_last(line, low))
            return true;
        if (line->stopped)
            return false;
    }
}

static int compare_bytes(libsearch_bytes one, libsearch_bytes other)
{
    if (one.length != other.length)
        return one.length < other.length ? -1 : 1;
    return one.length == 0 ? 0 : memcmp(one.data, other.data, one.length);
}

static int compare_names(const void *a, const void *b)
{
    const struct in_line_name *one = *(const struct in_line_name *const *)a,
                              *other = *(const struct in_line_name *const *)b;
    int difference = compare_bytes(one->term, other->term);
    if (difference == 0)
        difference = compare_bytes(one->form, other->form);
    return difference != 0 ? difference : (one > other) - (one < other);
}

libsearch_status in_line_same(const struct in_line_name *names, size_t count, const struct in_line_name **order,
                              void *scratch, uint32_t *next, libsearch_status (*poll)(void *context),
                              void *poll_context)
{
    for (size_t i = 0; i < count; i++) {
        order[i] = &names[i];
        next[i] = 0;
    }
    if (count > 1)
        TRY(merge_sort(order, scratch, count, sizeof(const struct in_line_name *), compare_names, poll, poll_context));
    for (size_t i = 1; i < count; i++)
        if (compare_bytes(order[i - 1]->term, order[i]->term) == 0 &&
            compare_bytes(order[i - 1]->form, order[i]->form) == 0)
            next[order[i - 1] - names] = (uint32_t)(order[i] - names) + 1;
    return LIBSEARCH_OK;
}
