/* SPDX-License-Identifier: MIT */
/* Multikey quicksort over windows of eight bytes (Bentley and Sedgewick, “Fast algorithms for sorting and searching
 * strings”, SODA 1997): keys are parted by the window at one depth, and only those that agree in all of it look at
 * the next. */
#include "segment/key_sort.h"

#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"

enum { WINDOW = 8, INSERTION = 12 };

static uint64_t window_at(const struct sort_key *key, size_t depth)
{
    if (depth >= key->length)
        return 0;
    const uint64_t window = __builtin_bswap64(load_u64(key->bytes + depth));
    const size_t left = key->length - depth;
    return left >= WINDOW ? window : window & ~(~UINT64_C(0) >> (8 * left));
}

/* How many bytes of the window at a depth are the key's; orders keys whose windows agree but for zeros. */
static unsigned reach(const struct sort_key *key, size_t depth)
{
    if (key->length <= depth)
        return 0;
    return key->length - depth < WINDOW ? (unsigned)(key->length - depth) : WINDOW;
}

static int compare_at(const struct sort_key *a, const struct sort_key *b, size_t depth)
{
    if (a->window != b->window)
        return a->window < b->window ? -1 : 1;
    const unsigned reach_a = reach(a, depth), reach_b = reach(b, depth);
    return reach_a < reach_b ? -1 : reach_a > reach_b;
}

/* All of the order, for short runs: windows at `depth` are loaded. */
static bool less_from(const struct sort_key *a, const struct sort_key *b, size_t depth)
{
    const int order = compare_at(a, b, depth);
    if (order != 0)
        return order < 0;
    const size_t shorter = a->length < b->length ? a->length : b->length;
    const int rest = shorter > depth ? memcmp(a->bytes + depth, b->bytes + depth, shorter - depth) : 0;
    if (rest != 0)
        return rest < 0;
    return a->length < b->length;
}

static void insertion_sort(struct sort_key *keys, size_t count, size_t depth)
{
    for (size_t i = 1; i < count; i++) {
        const struct sort_key key = keys[i];
        size_t at = i;
        for (; at > 0 && less_from(&key, &keys[at - 1], depth); at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

static const struct sort_key *median(const struct sort_key *a, const struct sort_key *b, const struct sort_key *c,
                                     size_t depth)
{
    if (compare_at(a, b, depth) < 0)
        return compare_at(b, c, depth) < 0 ? b : compare_at(a, c, depth) < 0 ? c : a;
    return compare_at(a, c, depth) < 0 ? a : compare_at(b, c, depth) < 0 ? c : b;
}

static void swap(struct sort_key *a, struct sort_key *b)
{
    const struct sort_key kept = *a;
    *a = *b;
    *b = kept;
}

/* Sorts keys that agree up to `depth`, whose windows there are loaded. The smaller parts recurse, so that the depth of
 * the recursion is at most the logarithm of the count for each window that keys share. */
static void sort_from(struct sort_key *keys, size_t count, size_t depth)
{
    while (count > INSERTION) {
        const struct sort_key pivot = *median(&keys[count / 4], &keys[count / 2], &keys[count / 4 * 3], depth);
        size_t less = 0, at = 0, greater = count;
        while (at < greater) {
            const int order = compare_at(&keys[at], &pivot, depth);
            if (order < 0)
                swap(&keys[less++], &keys[at++]);
            else if (order > 0)
                swap(&keys[at], &keys[--greater]);
            else
                at++;
        }
        sort_from(keys, less, depth);
        struct sort_key *equal = keys + less;
        const size_t equal_count = greater - less;
        if (equal_count > 1) { /* else the pivot alone */
            for (size_t i = 0; i < equal_count; i++)
                equal[i].window = window_at(&equal[i], depth + WINDOW);
            sort_from(equal, equal_count, depth + WINDOW);
        }
        keys += greater;
        count -= greater;
    }
    insertion_sort(keys, count, depth);
}

void key_sort(struct sort_key *keys, size_t count)
{
    /* Lists are few: their runs are brought together one after the other, then sorted each. */
    for (size_t start = 0; start < count;) {
        uint16_t list = UINT16_MAX;
        for (size_t i = start; i < count; i++)
            list = keys[i].list < list ? keys[i].list : list;
        size_t end = start;
        for (size_t i = start; i < count; i++)
            if (keys[i].list == list)
                swap(&keys[i], &keys[end++]);
        for (size_t i = start; i < end; i++)
            keys[i].window = window_at(&keys[i], 0);
        sort_from(keys + start, end - start, 0);
        start = end;
    }
}
