/* SPDX-License-Identifier: MIT */
/* The best documents that have all of several terms: blocks of the rarest one in falling order of what they and the
 * others can come to. */
#include "search/candidates.h"
#include "search/prune_parts.h"

/* One block of the lead: `others` is what the other lists can add. */
static bool search_block(struct prune *prune, struct leaf **by_rarity, struct candidates *candidates, uint32_t b,
                         float others)
{
    struct leaf *lead = by_rarity[0];
    uint16_t indexes[POSTING_BLOCK + 16];
    if (!leaf_load_scores(lead, b))
        return false;
    const struct term_cursor *cursor = &lead->cursor;
    size_t found = kernel_at_least(cursor->scores, cursor->block.count, prune_limit(prune) - others, indexes);
    found = prune_keep_live(prune, cursor->block.documents, 0, indexes, found);
    candidates_fill(candidates, lead, cursor->block.documents, cursor->scores, indexes, found);
    for (size_t i = 1; i < prune->leaf_count && candidates->count > 0; i++) {
        float rest = 0;
        for (size_t j = i + 1; j < prune->leaf_count; j++)
            rest += by_rarity[j]->greatest;
        candidates_ask(candidates, by_rarity[i], true, rest, prune_limit(prune));
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

libsearch_status prune_intersection(struct prune *prune)
{
    struct leaf **by_rarity;
    struct candidates *candidates;
    struct promise *heap;
    TRY(search_take(prune->context, prune->leaf_count * sizeof(struct leaf *), &by_rarity));
    TRY(candidates_new(prune->context, prune->leaf_count, &candidates));
    prune_order_by_rarity(prune, by_rarity);
    for (size_t i = 0; i < prune->leaf_count; i++)
        if (!leaf_make_bounds(by_rarity[i]))
            return prune_damaged(prune);
    struct leaf *lead = by_rarity[0];
    const uint32_t blocks = lead->cursor.list.blocks;
    TRY(search_take(prune->context, blocks * sizeof *heap, &heap));
    for (uint32_t b = 0; b < blocks; b++) {
        const float others =
            bound_of_others(prune, by_rarity, leaf_first_of_block(lead, b), leaf_last_of_block(lead, b));
        heap[b] = (struct promise){
            prune_promise(prune, lead->bounds[b] + others, leaf_first_of_block(lead, b), leaf_last_of_block(lead, b)), b
        };
    }
    promise_heapify(heap, blocks);
    for (size_t count = blocks; count > 0;) {
        const struct promise best = promise_pop(heap, count--);
        const uint32_t first = leaf_first_of_block(lead, best.what), last = leaf_last_of_block(lead, best.what);
        if (best.bound < prune_least_promise(prune, prune_limit(prune)))
            break;
        prune_enter(prune, first, last);
        if (count % 16 == 0)
            TRY(search_poll(prune->context));
        const float others = prune->top->sieve == NULL ? best.bound - lead->bounds[best.what]
                                                       : bound_of_others(prune, by_rarity, first, last);
        if (!search_block(prune, by_rarity, candidates, best.what, others))
            return prune_damaged(prune);
    }
    return LIBSEARCH_OK;
}
