/* SPDX-License-Identifier: MIT */
/* The best documents that have all of several terms, and how many there are: blocks of the rarest one in falling order of
 * what they and the others can come to. In a block the documents that have all terms are found first, and scores are
 * computed of these alone. */
#include "search/candidates.h"
#include "search/prune_parts.h"

struct intersection {
    struct prune *prune;
    struct leaf **by_rarity;
    struct candidates *candidates;
    uint16_t indexes[POSTING_BLOCK + 16];
};

/* The documents of the lead's block b that have all terms and can reach the limit, where one is set: `others` is what the
 * other lists can add. False: damaged. */
static bool find_block(struct intersection *search, uint32_t b, float others, float limit)
{
    struct prune *prune = search->prune;
    struct candidates *candidates = search->candidates;
    struct leaf *lead = search->by_rarity[0];
    size_t found;
    if (!leaf_load_able(lead, b, limit - others, search->indexes, &found))
        return false;
    found = prune_keep_live(prune, lead->cursor.block.documents, 0, search->indexes, found);
    candidates_put_block(candidates, lead, search->indexes, found);
    for (size_t i = 1; i < prune->leaf_count && candidates->count > 0; i++) {
        float rest = lead->bounds[b];
        for (size_t j = 1; j < prune->leaf_count; j++)
            rest += j == i ? 0 : search->by_rarity[j]->greatest;
        candidates_find(candidates, search->by_rarity[i], limit - rest);
    }
    return !prune_is_damaged(prune);
}

/* What is left of them, weighed and offered. False: damaged. */
static bool weigh_block(struct intersection *search)
{
    struct prune *prune = search->prune;
    struct candidates *candidates = search->candidates;
    const float limit = prune_limit(prune);
    candidates_weigh_block(candidates, search->by_rarity[0]);
    for (size_t i = 1; i < prune->leaf_count && candidates->count > 0; i++) {
        float rest = 0;
        for (size_t j = i + 1; j < prune->leaf_count; j++)
            rest += search->by_rarity[j]->greatest;
        candidates_weigh(candidates, search->by_rarity[i], limit - rest);
    }
    for (size_t i = 0; i < candidates->count; i++)
        prune_offer(prune, candidates->documents[i], candidates_score(candidates, i));
    return !prune_is_damaged(prune);
}

static float bound_of_others(const struct prune *prune, struct leaf **by_rarity, uint32_t first, uint32_t last)
{
    float sum = 0;
    for (size_t i = 1; i < prune->leaf_count; i++)
        sum += leaf_range_bound(by_rarity[i], first, last);
    return sum;
}

/* All blocks of the lead by what they promise, as a heap. */
static libsearch_status make_heap(struct intersection *search, struct promise **heap)
{
    struct prune *prune = search->prune;
    const struct leaf *lead = search->by_rarity[0];
    const uint32_t blocks = lead->cursor.list.blocks;
    TRY(search_take(prune->context, blocks * sizeof **heap, heap));
    for (uint32_t b = 0; b < blocks; b++) {
        const uint32_t first = leaf_first_of_block(lead, b), last = leaf_last_of_block(lead, b);
        const float others = bound_of_others(prune, search->by_rarity, first, last);
        (*heap)[b] = (struct promise){ prune_promise(prune, lead->bounds[b] + others, first, last), b };
    }
    promise_heapify(*heap, blocks);
    return LIBSEARCH_OK;
}

libsearch_status prune_intersection(struct prune *prune)
{
    struct intersection search = { .prune = prune };
    struct promise *heap;
    const bool count_all = prune->count != NULL;
    TRY(search_take(prune->context, prune->leaf_count * sizeof(struct leaf *), &search.by_rarity));
    TRY(candidates_new(prune->context, prune->leaf_count, &search.candidates));
    prune_order_by_rarity(prune, search.by_rarity);
    struct leaf *lead = search.by_rarity[0];
    for (size_t i = 0; i < prune->leaf_count; i++)
        if (prune_wants_bounds(lead, search.by_rarity[i]) && !leaf_make_bounds(search.by_rarity[i]))
            return prune_damaged(prune);
    TRY(make_heap(&search, &heap));
    for (size_t left = lead->cursor.list.blocks; left > 0;) {
        const struct promise best = promise_pop(heap, left--);
        const uint32_t first = leaf_first_of_block(lead, best.what), last = leaf_last_of_block(lead, best.what);
        const bool promising = best.bound >= prune_least_promise(prune, prune_limit(prune));
        if (!promising && !count_all)
            break;
        if (left > 0)
            posting_prefetch(&lead->cursor.list, heap[0].what);
        if (left % 16 == 0)
            TRY(search_poll(prune->context));
        if (promising)
            prune_enter(prune, first, last);
        const float others = prune->top->sieve == NULL ? best.bound - lead->bounds[best.what]
                                                       : bound_of_others(prune, search.by_rarity, first, last);
        if (!find_block(&search, best.what, others, count_all ? -__builtin_inff() : prune_limit(prune)))
            return prune_damaged(prune);
        if (count_all)
            *prune->count += search.candidates->count;
        if (promising && search.candidates->count > 0 && !weigh_block(&search))
            return prune_damaged(prune);
    }
    return LIBSEARCH_OK;
}
