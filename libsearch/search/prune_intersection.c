/* SPDX-License-Identifier: MIT */
/* The best documents that have all of several terms: blocks of the rarest one in falling order of what they and the
 * others can come to. */
#include <string.h>

#include "search/prune_parts.h"

/* Documents of the lead's block that are still in the run. */
struct candidates {
    uint32_t documents[POSTING_BLOCK];
    uint16_t lead_indexes[POSTING_BLOCK + 16];
    float sums[POSTING_BLOCK]; /* of what is known of each, in no stated order */
    size_t count;
    float *scores; /* by candidate, then by the query's order */
};

/* Lists by rising document frequency: the rarest leads. */
static void order_by_rarity(const struct prune *prune, struct leaf **by_rarity)
{
    for (size_t i = 0; i < prune->leaf_count; i++) {
        struct leaf *leaf = prune->leaves[i];
        size_t at = i;
        for (; at > 0 && by_rarity[at - 1]->cursor.list.document_frequency > leaf->cursor.list.document_frequency; at--)
            by_rarity[at] = by_rarity[at - 1];
        by_rarity[at] = leaf;
    }
}

static uint32_t first_of_block(const struct leaf *leaf, uint32_t b)
{
    return b == 0 || leaf->cursor.list.last_documents == NULL ? 0
                                                              : posting_last_document(&leaf->cursor.list, b - 1) + 1;
}

static uint32_t last_of_block(const struct leaf *leaf, uint32_t b)
{
    return leaf->cursor.list.last_documents == NULL ? UINT32_MAX : posting_last_document(&leaf->cursor.list, b);
}

/* Takes out the candidates that a list does not have, or that cannot enter: `others` is what the lists after this one
 * can add at most. */
static void filter_by(struct prune *prune, struct candidates *candidates, struct leaf *leaf, float others)
{
    const float limit = prune_limit(prune) - others;
    const size_t width = prune->leaf_count;
    size_t kept = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        const uint32_t document = candidates->documents[i];
        const uint32_t b = leaf_block_of(leaf, document);
        if (b >= leaf->cursor.list.blocks || candidates->sums[i] + leaf->bounds[b] < limit)
            continue;
        const float score = leaf_score(leaf, document);
        if (score < 0)
            continue;
        if (kept != i)
            memcpy(candidates->scores + kept * width, candidates->scores + i * width, width * sizeof(float));
        candidates->documents[kept] = document;
        candidates->scores[kept * width + leaf->order] = score;
        candidates->sums[kept++] = candidates->sums[i] + score;
    }
    candidates->count = kept;
}

/* One block of the lead. */
static bool search_block(struct prune *prune, struct leaf **by_rarity, struct candidates *candidates, uint32_t b,
                         float others)
{
    struct leaf *lead = by_rarity[0];
    if (!leaf_load_scores(lead, b))
        return false;
    candidates->count = kernel_at_least(lead->cursor.scores, lead->cursor.block.count, prune_limit(prune) - others,
                                        candidates->lead_indexes);
    for (size_t i = 0; i < candidates->count; i++) {
        const uint16_t index = candidates->lead_indexes[i];
        candidates->documents[i] = lead->cursor.block.documents[index];
        candidates->sums[i] = candidates->scores[i * prune->leaf_count + lead->order] = lead->cursor.scores[index];
    }
    for (size_t i = 1; i < prune->leaf_count && candidates->count > 0; i++) {
        float after = 0;
        for (size_t j = i + 1; j < prune->leaf_count; j++)
            after += by_rarity[j]->greatest;
        filter_by(prune, candidates, by_rarity[i], after);
    }
    for (size_t i = 0; i < candidates->count; i++)
        prune_offer(prune, candidates->documents[i],
                    prune_sum(candidates->scores + i * prune->leaf_count, prune->leaf_count));
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
    TRY(search_take(prune->context, sizeof *candidates, &candidates));
    TRY(search_take(prune->context, POSTING_BLOCK * prune->leaf_count * sizeof(float), &candidates->scores));
    order_by_rarity(prune, by_rarity);
    for (size_t i = 0; i < prune->leaf_count; i++)
        if (!leaf_make_bounds(by_rarity[i]))
            return prune_damaged(prune);
    struct leaf *lead = by_rarity[0];
    const uint32_t blocks = lead->cursor.list.blocks;
    TRY(search_take(prune->context, blocks * sizeof *heap, &heap));
    for (uint32_t b = 0; b < blocks; b++) {
        const float others = bound_of_others(prune, by_rarity, first_of_block(lead, b), last_of_block(lead, b));
        heap[b] = (struct promise){ lead->bounds[b] + others, b };
    }
    promise_heapify(heap, blocks);
    for (size_t count = blocks; count > 0;) {
        const struct promise best = promise_pop(heap, count--);
        if (best.bound < prune_limit(prune))
            break;
        if (count % 16 == 0)
            TRY(search_poll(prune->context));
        if (!search_block(prune, by_rarity, candidates, best.what, best.bound - lead->bounds[best.what]))
            return prune_damaged(prune);
    }
    return LIBSEARCH_OK;
}
