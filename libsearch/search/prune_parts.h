/* SPDX-License-Identifier: MIT */
/* What the pruned ways share. */
#ifndef LIBSEARCH_SEARCH_PRUNE_PARTS_H
#define LIBSEARCH_SEARCH_PRUNE_PARTS_H

#include "search/leaf.h"
#include "search/prune.h"
#include "search/signals.h"

/* A union tells documents that have a term from others by a score above this. */
#define PRUNE_LEAST_SCORE 1e-30f

struct prune {
    struct search_context *context;
    const struct snapshot_segment *where;
    struct top_k *top;
    struct leaf **leaves; /* in the query's order */
    size_t leaf_count;
    uint64_t *count; /* NULL, or all matches are wanted, and their number here */
    float slack;     /* what rounding can make of sums in another order: bounds are held against
                               threshold * slack */
};

/* The score below which nothing can enter, taken down a little so that sums of bounds may be rounded. */
static inline float prune_limit(const struct prune *prune) { return prune->top->threshold * prune->slack; }

static inline bool prune_is_live(const struct prune *prune, uint32_t document)
{
    return prune->where->live == NULL || live_has(prune->where->live, document);
}

/* Leaves of indexes into documents (NULL: they are the documents, counted from base) those of live ones. */
size_t prune_keep_live(const struct prune *prune, const uint32_t *documents, uint32_t base, uint16_t *indexes,
                       size_t count);

/* Offers a document with its exact score. */
static inline void prune_offer(struct prune *prune, uint32_t document, float score)
{
    if (score >= prune->top->threshold && prune_is_live(prune, document))
        top_k_add(prune->top, score, prune->where->base + document);
}

/* Where the program's own knowledge is in the ranking: what documents [first, last] with scores up to `bound` promise;
 * below which promise nothing can enter (limit: where there is none of it); and what is to be known before they are
 * gone through. */
static inline float prune_promise(const struct prune *prune, float bound, uint32_t first, uint32_t last)
{
    return prune->top->sieve == NULL ? bound : sieve_reach(prune->top->sieve, bound, first, last);
}
static inline float prune_least_promise(const struct prune *prune, float limit)
{
    return prune->top->sieve == NULL ? limit : sieve_limit(prune->top->sieve);
}
static inline void prune_enter(struct prune *prune, uint32_t first, uint32_t last)
{
    if (prune->top->sieve != NULL)
        sieve_enter(prune->top, first, last);
}

/* Raises the threshold to what one list alone promises, unless documents were deleted. */
void prune_seed(struct prune *prune);

/* True where a leaf could not be read. */
static inline bool prune_is_damaged(const struct prune *prune)
{
    for (size_t i = 0; i < prune->leaf_count; i++)
        if (prune->leaves[i]->cursor.damaged)
            return true;
    return false;
}

/* A number and what it promises, to be taken in falling order of promise. */
struct promise {
    float bound;
    uint32_t what;
};
/* A heap with the greatest bound (then the lowest `what`) at its root. */
void promise_heapify(struct promise *heap, size_t count);
/* Takes the root out; count is before. */
struct promise promise_pop(struct promise *heap, size_t count);

/* Goes through blocks of the lead in falling order of what they promise, for as long as that can enter. */
typedef libsearch_status prune_try(void *search, uint32_t block, float least);
libsearch_status prune_best_blocks(struct prune *prune, const struct leaf *lead, struct promise *blocks, size_t count,
                                   prune_try *try_block, void *search);

/* What one occurrence counts at least where fields are weighed: less than 1 in a field that weighs less. */
float prune_lightest(const struct prune *prune);

libsearch_status prune_term(struct prune *prune);
libsearch_status prune_union(struct prune *prune);
libsearch_status prune_intersection(struct prune *prune);
libsearch_status prune_phrase(struct prune *prune, const struct plan_node *node);
/* All documents that have the phrase are counted, and offered where there is a top. */
libsearch_status prune_phrase_all(struct prune *prune, const struct plan_node *node);

/* A phrase by the biwords of the segment. *done false: they do not help. */
libsearch_status prune_biwords(struct search_context *context, const struct plan_node *node,
                               const struct snapshot_segment *where, size_t segment_index, struct top_k *top,
                               uint64_t *count, bool *done);

/* Whether bounds of the leaf's blocks are worth their making beside a lead that has all of the documents in question: where
 * those are fewer than the blocks, most would never be looked at. */
static inline bool prune_wants_bounds(const struct leaf *lead, const struct leaf *leaf)
{
    return leaf == lead || leaf->cursor.list.blocks / 2 < lead->cursor.list.document_frequency;
}

/* Leaves by rising document frequency: the rarest leads. */
void prune_order_by_rarity(const struct prune *prune, struct leaf **by_rarity);

/* CORRUPT (or NO_MEMORY) for the leaf that could not be read. */
libsearch_status prune_damaged(struct prune *prune);

#endif
