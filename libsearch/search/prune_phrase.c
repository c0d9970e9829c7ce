/* SPDX-License-Identifier: MIT */
/* The best documents that have a phrase, and how many have it: documents that have all of its words are found first,
 * from the rarest word's blocks, and only what can still enter is looked at place by place.
 *
 * A phrase stands in a document at most as often as the rarest of its words there, and the length is the same; so the
 * lowest frequency * inverse length of its words bounds the phrase's, in a block and in a document. A phrase counts
 * once in whatever field it stands, a word as often as the field weighs: where that is less than once, the word's
 * bound is taken up accordingly. */
#include "search/phrase.h"
#include "search/phrase_pair.h"
#include "search/prune_parts.h"

struct phrase_search {
    struct prune *prune;
    const struct plan_node *node;
    struct leaf **by_rarity;
    struct candidates *candidates;
    struct phrase_pair *pair; /* of the rarest two */
    struct score_parts parts; /* of the phrase */
    float lightest;           /* what one occurrence of a word counts at least */
};

static libsearch_status phrase_open(struct phrase_search *search, struct prune *prune, const struct plan_node *node)
{
    struct search_context *context = prune->context;
    struct term_cursor **cursors;
    *search = (struct phrase_search){ .prune = prune, .node = node, .lightest = prune_lightest(prune) };
    TRY(search_take(context, prune->leaf_count * sizeof(struct leaf *), &search->by_rarity));
    TRY(candidates_new(context, prune->leaf_count, &search->candidates));
    TRY(search_take(context, prune->leaf_count * sizeof(struct term_cursor *), &cursors));
    prune_order_by_rarity(prune, search->by_rarity);
    for (size_t i = 0; i < prune->leaf_count; i++)
        cursors[i] = &prune->leaves[i]->cursor;
    struct leaf *rarest[2] = { search->by_rarity[0], search->by_rarity[1] };
    uint32_t shifts[2];
    for (unsigned i = 0; i < 2; i++)
        shifts[i] = node->offsets[node->term_count - 1] - node->offsets[rarest[i]->order];
    struct phrase_matcher *matcher = NULL;
    if (prune->leaf_count > 2)
        TRY(phrase_matcher_new(context, node, cursors, prune->leaf_count, &matcher));
    search->parts = rarest[0]->cursor.parts;
    search->parts.weight = node->phrase_weight;
    return phrase_pair_new(context, rarest, shifts, matcher, &search->pair);
}

/* frequency * inverse length behind a score of a term. */
static float product_of(const struct leaf *leaf, float score)
{
    const float weight = leaf->cursor.parts.weight;
    return score < weight ? score / (weight - score) : __builtin_inff();
}

/* What the phrase can score in a block of the rarest word: by the least that its words can come to there. */
static float block_bound(const struct phrase_search *search, uint32_t b)
{
    const struct leaf *lead = search->by_rarity[0];
    const uint32_t first = leaf_first_of_block(lead, b), last = leaf_last_of_block(lead, b);
    float least = product_of(lead, lead->bounds[b]);
    for (size_t i = 1; i < search->prune->leaf_count; i++) {
        const struct leaf *leaf = search->by_rarity[i];
        const float product = product_of(leaf, leaf_range_bound(leaf, first, last));
        least = product < least ? product : least;
    }
    const float weight = search->node->phrase_weight;
    /* The quotient above loses digits near the weight: a little is added. */
    return weight - weight / (1.0f + least * 1.001f / search->lightest);
}

/* Live documents of the rarest word's block b that have the others too, but for those so frequent that asking for them
 * costs more than it spares: the places of the rarest two tell more. False: damaged. */
static bool common_documents(struct phrase_search *search, uint32_t b)
{
    const struct prune *prune = search->prune;
    struct candidates *candidates = search->candidates;
    struct leaf *lead = search->by_rarity[0];
    uint16_t indexes[POSTING_BLOCK + 16];
    size_t count;
    if (!leaf_load_able(lead, b, 0, indexes, &count))
        return false;
    candidates_put_block(candidates, lead, indexes,
                         prune_keep_live(prune, lead->cursor.block.documents, 0, indexes, count));
    const uint32_t frequent = segment_count(prune->where->segment) / 8;
    for (size_t i = 1; i < prune->leaf_count && candidates->count > 0; i++) {
        const struct posting_list *list = &search->by_rarity[i]->cursor.list;
        if (i == 1 || list->bitmap != NULL || list->document_frequency < frequent)
            i == 1 ? candidates_find(candidates, search->by_rarity[i], -__builtin_inff())
                   : candidates_keep(candidates, search->by_rarity[i]);
    }
    return !prune_is_damaged(prune);
}

static libsearch_status failed(struct phrase_search *search) { return prune_damaged(search->prune); }

/* The documents of the rarest word's block b that have the phrase and can score `least` (below 0: all): counted where
 * that is asked, and offered. */
static libsearch_status try_block(void *searched, uint32_t b, float least)
{
    struct phrase_search *search = searched;
    struct prune *prune = search->prune;
    const struct score_parts *parts = &search->parts;
    struct phrase_run run;
    bool no_memory = false;
    if (!common_documents(search, b) ||
        !phrase_pair_match(search->pair, search->candidates, b, parts, least, &run, &no_memory))
        return no_memory ? error_no_memory(prune->context->error) : failed(search);
    for (size_t i = 0; i < run.count; i++) {
        const uint32_t length = (uint32_t)numbers_at(&parts->lengths, run.documents[i]);
        const float score = score_of(parts->weight, (float)run.counts[i], norms_inverse(parts->norms, length));
        if (prune->count != NULL)
            ++*prune->count;
        if (prune->top != NULL)
            prune_offer(prune, run.documents[i], score);
    }
    return LIBSEARCH_OK;
}

libsearch_status prune_phrase(struct prune *prune, const struct plan_node *node)
{
    struct phrase_search search;
    struct promise *heap;
    if (prune->count != NULL)
        return prune_phrase_all(prune, node);
    TRY(phrase_open(&search, prune, node));
    const struct leaf *lead = search.by_rarity[0];
    for (size_t i = 0; i < prune->leaf_count; i++)
        if (prune_wants_bounds(lead, search.by_rarity[i]) && !leaf_make_bounds(search.by_rarity[i]))
            return failed(&search);
    const uint32_t blocks = lead->cursor.list.blocks;
    TRY(search_take(prune->context, blocks * sizeof *heap, &heap));
    for (uint32_t b = 0; b < blocks; b++)
        heap[b] = (struct promise){
            prune_promise(prune, block_bound(&search, b), leaf_first_of_block(lead, b), leaf_last_of_block(lead, b)), b
        };
    return prune_best_blocks(prune, lead, heap, blocks, try_block, &search);
}

libsearch_status prune_phrase_all(struct prune *prune, const struct plan_node *node)
{
    struct phrase_search search;
    TRY(phrase_open(&search, prune, node));
    const uint32_t blocks = search.by_rarity[0]->cursor.list.blocks;
    for (uint32_t b = 0; b < blocks; b++) {
        TRY(search_poll(prune->context));
        TRY(try_block(&search, b, -1.0f));
    }
    return LIBSEARCH_OK;
}
