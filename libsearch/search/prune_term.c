/* SPDX-License-Identifier: MIT */
/* The best documents of one term: blocks in falling order of their bounds, until a bound is below the threshold. */
#include "search/prune_parts.h"

/* Offers the documents of block b whose scores reach the threshold. False: damaged. */
static bool offer_block(struct prune *prune, struct leaf *leaf, uint32_t b)
{
    struct term_cursor *cursor = &leaf->cursor;
    uint16_t indexes[POSTING_BLOCK + 16];
    uint32_t documents[POSTING_BLOCK + 16];
    float frequencies[POSTING_BLOCK + 16], scores[POSTING_BLOCK + 16];
    size_t found;
    if (!leaf_load_able(leaf, b, prune->top->threshold, indexes, &found))
        return false;
    if (found > POSTING_BLOCK / 2 || cursor->term->formula != NULL || !cursor->has_frequencies) {
        if (!term_cursor_scores(cursor))
            return false;
        for (size_t i = 0; i < found; i++)
            prune_offer(prune, cursor->block.documents[indexes[i]], cursor->scores[indexes[i]]);
        return true;
    }
    for (size_t i = 0; i < found; i++) {
        documents[i] = cursor->block.documents[indexes[i]];
        frequencies[i] = cursor->frequencies[indexes[i]];
    }
    for (size_t i = found; i % 16 != 0; i++) { /* the kernel looks at whole vectors */
        documents[i] = documents[0];
        frequencies[i] = 0;
    }
    kernel_scores(documents, frequencies, found, &cursor->parts, scores);
    for (size_t i = 0; i < found; i++)
        prune_offer(prune, documents[i], scores[i]);
    return true;
}

libsearch_status prune_term(struct prune *prune)
{
    struct leaf *leaf = prune->leaves[0];
    const uint32_t blocks = leaf->cursor.list.blocks;
    if (!leaf_make_bounds(leaf))
        return prune_damaged(prune);
    struct promise *heap;
    prune_seed(prune);
    TRY(search_take_bare(prune->context, blocks * sizeof *heap, &heap));
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
        if (count > 0)
            posting_prefetch(&leaf->cursor.list, heap[0].what);
        prune_enter(prune, leaf_first_of_block(leaf, best.what), leaf_last_of_block(leaf, best.what));
        if (taken % 64 == 63)
            TRY(search_poll(prune->context));
        if (!offer_block(prune, leaf, best.what))
            return prune_damaged(prune);
    }
    return LIBSEARCH_OK;
}
