/* SPDX-License-Identifier: MIT */
/* The best documents of one term: blocks in falling order of their bounds, until a bound is below the threshold. */
#include "search/prune_parts.h"

/* Offers the documents of the loaded block whose scores reach the threshold. */
static void offer_block(struct prune *prune, struct leaf *leaf)
{
    uint16_t indexes[POSTING_BLOCK + 16];
    const size_t found = kernel_at_least(leaf->cursor.scores, leaf->cursor.block.count, prune->top->threshold, indexes);
    for (size_t i = 0; i < found; i++)
        prune_offer(prune, leaf->cursor.block.documents[indexes[i]], leaf->cursor.scores[indexes[i]]);
}

libsearch_status prune_term(struct prune *prune)
{
    struct leaf *leaf = prune->leaves[0];
    const uint32_t blocks = leaf->cursor.list.blocks;
    if (!leaf_make_bounds(leaf))
        return prune_damaged(prune);
    struct promise *heap;
    prune_seed(prune);
    TRY(search_take(prune->context, blocks * sizeof *heap, &heap));
    size_t count = 0;
    for (uint32_t b = 0; b < blocks; b++)
        if (leaf->bounds[b] >= prune->top->threshold)
            heap[count++] = (struct promise){
                prune_promise(prune, leaf->bounds[b], leaf_first_of_block(leaf, b), leaf_last_of_block(leaf, b)), b
            };
    promise_heapify(heap, count);
    for (unsigned taken = 0; count > 0; taken++) {
        const struct promise best = promise_pop(heap, count--);
        if (best.bound < prune_least_promise(prune, prune->top->threshold))
            break;
        prune_enter(prune, leaf_first_of_block(leaf, best.what), leaf_last_of_block(leaf, best.what));
        if (taken % 64 == 63)
            TRY(search_poll(prune->context));
        if (!leaf_load_scores(leaf, best.what))
            return prune_damaged(prune);
        offer_block(prune, leaf);
    }
    return LIBSEARCH_OK;
}
