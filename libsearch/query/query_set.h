/* SPDX-License-Identifier: MIT */
/* A set of documents of one snapshot, by their numbers: what a filter that is kept is made of. Filled by one, then
 * immutable and shared; references are counted atomically. */
#ifndef LIBSEARCH_QUERY_QUERY_SET_H
#define LIBSEARCH_QUERY_QUERY_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"

struct query_set {
    const libsearch_allocator *allocator;
    unsigned references;
    const void *snapshot; /* whose documents they are; compared only */
    void *owner;          /* … and what keeps it, given back by release; NULL: nothing */
    void (*release)(void *owner);
    uint64_t *bits;
    uint64_t limit; /* numbers are less */
    uint64_t count;
};

/* An empty set for numbers below limit. */
libsearch_status query_set_new(const libsearch_allocator *allocator, const void *snapshot, uint64_t limit,
                               struct query_set **set, libsearch_error *error);
struct query_set *query_set_retain(struct query_set *set);
void query_set_release(struct query_set *set); /* accepts NULL */
/* number < limit. */
void query_set_add(struct query_set *set, uint64_t number);
/* The bits of the 64 numbers from `from` on, those beyond the limit 0. */
static inline uint64_t query_set_word(const struct query_set *set, uint64_t from)
{
    if (from >= set->limit)
        return 0;
    const unsigned shift = from % 64;
    const uint64_t low = set->bits[from / 64] >> shift;
    /* there is always one word more than needed */
    return shift == 0 ? low : low | set->bits[from / 64 + 1] << (64 - shift);
}

#endif
