/* SPDX-License-Identifier: MIT */
/* Exhaustive evaluation of any plan over one segment, a window of documents at a time: which documents match, as
 * bits, and what they score. Exact, and the way of every query that has no faster one; the pruned ways give the same
 * answers. */
#ifndef LIBSEARCH_SEARCH_EVALUATE_H
#define LIBSEARCH_SEARCH_EVALUATE_H

#include "search/plan.h"
#include "search/search.h"
#include "search/term_cursor.h"
#include "search/top_k.h"

enum { WINDOW = 4096, WINDOW_WORDS = WINDOW / 64 };

/* The first document of a window that is not before `document` and has its bit set; base + WINDOW: none. */
static inline uint32_t window_next(const uint64_t *bits, uint32_t base, uint32_t document)
{
    const uint32_t at = document - base;
    if (at >= WINDOW)
        return base + WINDOW;
    uint64_t word = bits[at / 64] & (UINT64_MAX << at % 64);
    for (uint32_t w = at / 64; w < WINDOW_WORDS; word = ++w < WINDOW_WORDS ? bits[w] : 0)
        if (word != 0)
            return base + w * 64 + (unsigned)__builtin_ctzll(word);
    return base + WINDOW;
}

/* What all of a search shares. */
struct search_context {
    const struct search_request *request;
    struct arena *arena;
    const float *side_weights; /* by field of the schema */
    unsigned polls;
    struct signals *signals; /* or NULL */
    libsearch_status ended;  /* why the search cannot go on: what search_poll said, CORRUPT, NO_MEMORY; or OK */
    libsearch_error *error;
};

/* An arena for a search that may take `memory`; budget lives as long as it. An allocation that it refuses gives
 * NO_MEMORY, which the search's end turns into LIMIT by search_over_memory. */
void search_arena_init(struct arena *arena, const libsearch_allocator *allocator, size_t memory, size_t *budget);
libsearch_status search_over_memory(libsearch_error *error);

/* OK, DEADLINE, CANCELLED: asked now and then. */
libsearch_status search_poll(struct search_context *context);

/* The same for loops whose steps take microseconds: looks at every 32nd call. */
static inline libsearch_status search_poll_often(struct search_context *context)
{
    return ++context->polls % 32 != 0 ? context->ended : search_poll(context);
}

/* The same for loops whose steps take nanoseconds: looks at every 4096th. */
static inline libsearch_status search_poll_at(struct search_context *context, size_t step)
{
    return step % 4096 != 4095 ? LIBSEARCH_OK : search_poll(context);
}

/* For what takes a poll of its own: context is the search's. */
libsearch_status search_poll_of(void *context);
/* merge_sort within a search, its scratch memory too: OK, LIMIT, NO_MEMORY, DEADLINE, CANCELLED. */
libsearch_status search_sort(struct search_context *context, void *array, size_t count, size_t size,
                             int (*compare)(const void *one, const void *other));

/* Zeroed memory of a search, within what it may take, into *memory (a pointer): OK, LIMIT, NO_MEMORY. */
libsearch_status search_take(struct search_context *context, size_t size, void *memory);

/* The same, not zeroed. */
libsearch_status search_take_bare(struct search_context *context, size_t size, void *memory);

/* A plan opened on one segment. */
struct evaluator;
libsearch_status evaluator_new(struct search_context *context, const struct plan_node *node,
                               const struct snapshot_segment *where, size_t segment_index,
                               struct evaluator **evaluator);

/* Evaluates documents [base, base + WINDOW), base a multiple of WINDOW that never falls: bits of those that match and
 * live; scores (may be NULL), valid where the bit is set. */
libsearch_status evaluator_window(struct evaluator *evaluator, uint32_t base, uint64_t *bits, float *scores);
/* The first window, from `base` on, that may have a match; NO_DOCUMENT: none, or context->ended says why. */
uint32_t evaluator_next(struct evaluator *evaluator, uint32_t base);

/* All of a segment: counts the matches and offers their scores to top (either may be NULL). */
libsearch_status evaluate_segment(struct search_context *context, const struct plan_node *node,
                                  const struct snapshot_segment *where, size_t segment_index, struct top_k *top,
                                  uint64_t *count);

#endif
