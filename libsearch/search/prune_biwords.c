/* SPDX-License-Identifier: MIT */
/* Phrases by biwords (segment/biwords.h). One of two common words is the list of their biword: its documents, and how
 * often it stands in each. A longer one stands only where all of its biwords do, and at most as often as the rarest. */
#include "search/candidates.h"
#include "search/phrase.h"
#include "search/phrase_biwords.h"
#include "search/prune_parts.h"

struct biword_search {
    struct prune
        prune; /* its leaves are the biwords, the rarest first; the words' lists are read only where those meet */
    const struct plan_node *node;
    struct term_cursor **cursors; /* of each word; where the matcher needs them */
    struct phrase_matcher *matcher;
    struct candidates *candidates;
};

/* Opens the biwords of the phrase. *never: two of its words do not follow each other anywhere, or one is nowhere. */
static libsearch_status open_biwords(struct biword_search *search, size_t segment_index, bool *never)
{
    struct prune *prune = &search->prune;
    struct search_context *context = prune->context;
    const struct plan_node *node = search->node;
    const struct posting_list **words;
    struct biword_term *biwords;
    struct posting_list **lists;
    size_t count;
    TRY(search_take(context, node->term_count * sizeof(struct posting_list *), &words));
    for (size_t i = 0; i < node->term_count; i++) {
        words[i] = node->terms[i].lists[segment_index];
        *never = words[i] == NULL;
        if (*never)
            return LIBSEARCH_OK;
    }
    TRY(phrase_biwords(context, node, prune->where->segment, words, &biwords, &count, never));
    if (*never)
        return LIBSEARCH_OK;
    TRY(search_take(context, (count + 1) * sizeof(struct leaf *), &prune->leaves));
    for (; prune->leaf_count < count; prune->leaf_count++) {
        struct biword_term *biword = &biwords[prune->leaf_count];
        TRY(search_take(context, (segment_index + 1) * sizeof(struct posting_list *), &lists));
        lists[segment_index] = &biword->list;
        biword->term.lists = lists;
        TRY(leaf_open(context, &biword->term, (unsigned)prune->leaf_count, prune->where, segment_index,
                      &prune->leaves[prune->leaf_count]));
    }
    return LIBSEARCH_OK;
}

/* Whether a word of the phrase is rarer than the rarest biword: then it leads better. */
static bool word_is_rarer(const struct biword_search *search, size_t segment_index)
{
    const uint32_t rarest = search->prune.leaves[0]->cursor.list.document_frequency;
    for (size_t i = 0; i < search->node->term_count; i++)
        if (search->node->terms[i].lists[segment_index]->document_frequency < rarest)
            return true;
    return false;
}

static libsearch_status open_matcher(struct biword_search *search, size_t segment_index)
{
    struct search_context *context = search->prune.context;
    const struct plan_node *node = search->node;
    TRY(search_take(context, node->term_count * sizeof(struct term_cursor *), &search->cursors));
    for (size_t i = 0; i < node->term_count; i++) {
        TRY(search_take_bare(context, sizeof *search->cursors[i], &search->cursors[i]));
        term_cursor_open(search->cursors[i], search->prune.where->segment, &node->terms[i],
                         node->terms[i].lists[segment_index], context->side_weights, context->arena);
    }
    TRY(candidates_new(context, search->prune.leaf_count, &search->candidates));
    return phrase_matcher_new(context, node, search->cursors, node->term_count, &search->matcher);
}

static libsearch_status failed(struct biword_search *search)
{
    struct search_context *context = search->prune.context;
    TRY(context->ended);
    for (size_t i = 0; i < search->node->term_count && search->cursors != NULL; i++)
        if (search->cursors[i]->no_memory)
            return error_no_memory(context->error);
    return prune_damaged(&search->prune);
}

/* Counts and offers the documents of the rarest biword's block b that have the phrase and can score `least`. */
static libsearch_status try_block(void *searched, uint32_t b, float least)
{
    struct biword_search *search = searched;
    struct prune *prune = &search->prune;
    struct candidates *candidates = search->candidates;
    struct leaf *lead = prune->leaves[0];
    const struct score_parts *parts = &lead->cursor.parts;
    uint16_t indexes[POSTING_BLOCK + 16];
    size_t count;
    if (!leaf_load_able(lead, b, least, indexes, &count))
        return failed(search);
    candidates_put_block(candidates, lead, indexes,
                         prune_keep_live(prune, lead->cursor.block.documents, 0, indexes, count));
    for (size_t i = 1; i < prune->leaf_count && candidates->count > 0; i++)
        candidates_keep(candidates, prune->leaves[i]);
    if (prune_is_damaged(prune))
        return failed(search);
    for (size_t i = 0; i < candidates->count; i++) {
        const uint32_t document = candidates->documents[i];
        uint32_t found;
        if (!phrase_matcher_count(search->matcher, document, &found))
            return failed(search);
        if (found == 0)
            continue;
        if (prune->count != NULL)
            ++*prune->count;
        if (prune->top != NULL)
            prune_offer(prune, document,
                        score_of(parts->weight, (float)found,
                                 norms_inverse(parts->norms, (uint32_t)numbers_at(&parts->lengths, document))));
    }
    return LIBSEARCH_OK;
}

static libsearch_status try_all(struct biword_search *search)
{
    struct prune *prune = &search->prune;
    for (uint32_t b = 0; b < prune->leaves[0]->cursor.list.blocks; b++) {
        TRY(search_poll(prune->context));
        TRY(try_block(search, b, -1.0f));
    }
    return LIBSEARCH_OK;
}

static libsearch_status try_best(struct biword_search *search)
{
    struct prune *prune = &search->prune;
    struct leaf *lead = prune->leaves[0];
    const uint32_t blocks = lead->cursor.list.blocks;
    struct promise *heap;
    if (!leaf_make_bounds(lead))
        return failed(search);
    TRY(search_take_bare(prune->context, blocks * sizeof *heap, &heap));
    for (uint32_t b = 0; b < blocks; b++)
        heap[b] = (struct promise){
            prune_promise(prune, lead->bounds[b], leaf_first_of_block(lead, b), leaf_last_of_block(lead, b)), b
        };
    return prune_best_blocks(prune, lead, heap, blocks, try_block, search);
}

/* How many documents of a list live. */
static libsearch_status count_live(struct biword_search *search, uint64_t *count)
{
    struct leaf *leaf = search->prune.leaves[0];
    const struct live *live = search->prune.where->live;
    if (live == NULL) {
        *count += leaf->cursor.list.document_frequency;
        return LIBSEARCH_OK;
    }
    for (uint32_t b = 0; b < leaf->cursor.list.blocks; b++) {
        TRY(search_poll(search->prune.context));
        if (!leaf_load(leaf, b))
            return failed(search);
        for (uint32_t i = 0; i < leaf->cursor.block.count; i++)
            *count += live_has(live, leaf->cursor.block.documents[i]);
    }
    return LIBSEARCH_OK;
}

libsearch_status prune_biwords(struct search_context *context, const struct plan_node *node,
                               const struct snapshot_segment *where, size_t segment_index, struct top_k *top,
                               uint64_t *count, bool *done)
{
    struct biword_search search = { .prune = { .context = context, .where = where, .top = top, .count = count },
                                    .node = node };
    bool never;
    search.prune.slack = 1.0f - 1e-5f;
    TRY(open_biwords(&search, segment_index, &never));
    *done = never;
    if (never || search.prune.leaf_count == 0 || word_is_rarer(&search, segment_index))
        return LIBSEARCH_OK;
    *done = true;
    if (node->term_count == 2) {
        if (count != NULL)
            TRY(count_live(&search, count));
        search.prune.count = NULL;
        return top == NULL ? LIBSEARCH_OK : prune_term(&search.prune);
    }
    TRY(open_matcher(&search, segment_index));
    return count != NULL ? try_all(&search) : try_best(&search);
}
