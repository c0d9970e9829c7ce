/* SPDX-License-Identifier: MIT */
/* The best documents that have any of several terms: MaxScore (Turtle and Flood, “Query evaluation: strategies and
 * optimizations”, 1995) over windows of documents, with bounds of blocks (Ding and Suel, SIGIR 2011), the windows taken
 * in falling order of their bounds.
 *
 * In a window the terms whose bounds together stay below the threshold are not essential: no document of theirs alone
 * can enter. The essential ones are gone through; what they find is asked for in the others, the most promising first,
 * for as long as it can still enter. */
#include <string.h>

#include "search/candidates.h"
#include "search/prune_parts.h"

enum { KEEP_AT_MOST = 2048 }; /* lists up to this many documents are decoded once */

struct window_leaf {
    struct leaf *leaf;
    float *bounds;    /* by window */
    uint32_t *starts; /* kept lists: index of the first document of each window; one more at the end */
};

struct union_search {
    struct prune *prune;
    struct window_leaf *leaves; /* in the query's order */
    size_t count;
    uint32_t windows;
    struct window_leaf **by_bound; /* of the window being searched, rising */
    float *sums;                   /* bound of the i least promising terms together; [0] is 0 */
    float *scores;                 /* WINDOW, zeros between windows */
    uint16_t *indexes;             /* room for WINDOW + 16 */
    struct candidates *candidates;
};

static void raise(float *bound, float to) { *bound = *bound > to ? *bound : to; }

/* The bound of each window from the bounds of the blocks that reach into it. */
static void bounds_from_blocks(struct union_search *search, struct window_leaf *of)
{
    const struct posting_list *list = &of->leaf->cursor.list;
    uint32_t first = 0;
    for (uint32_t b = 0; b < list->blocks; b++) {
        const uint32_t last = posting_last_document(list, b) / WINDOW;
        for (uint32_t w = first; w <= last && w < search->windows; w++)
            raise(&of->bounds[w], of->leaf->bounds[b]);
        first = (posting_last_document(list, b) + 1) / WINDOW;
    }
}

/* The bound of each window from its documents themselves. */
static void bounds_from_documents(struct union_search *search, struct window_leaf *of)
{
    const struct leaf *leaf = of->leaf;
    uint32_t window = 0;
    of->starts[0] = 0;
    for (uint32_t i = 0; i < leaf->kept_count; i++) {
        const uint32_t in = leaf->kept_documents[i] / WINDOW;
        while (window < in)
            of->starts[++window] = i;
        raise(&of->bounds[in], leaf->kept_scores[i]);
    }
    while (window < search->windows)
        of->starts[++window] = leaf->kept_count;
}

static libsearch_status open_leaf(struct union_search *search, struct leaf *leaf, struct window_leaf *of)
{
    struct prune *prune = search->prune;
    of->leaf = leaf;
    TRY(search_take(prune->context, search->windows * sizeof(float), &of->bounds));
    if (leaf->cursor.list.document_frequency <= KEEP_AT_MOST) {
        if (!leaf_keep(leaf))
            return prune_damaged(prune);
        TRY(search_take(prune->context, ((size_t)search->windows + 1) * sizeof(uint32_t), &of->starts));
        bounds_from_documents(search, of);
        return LIBSEARCH_OK;
    }
    if (!leaf_make_bounds(leaf))
        return prune_damaged(prune);
    bounds_from_blocks(search, of);
    return LIBSEARCH_OK;
}

/* Asks the terms that are not essential of what was filled in, the most promising first, and offers what is left. */
static void ask_others(struct union_search *search, size_t others)
{
    struct prune *prune = search->prune;
    struct candidates *candidates = search->candidates;
    for (size_t i = others; i-- > 0 && candidates->count > 0;)
        candidates_ask(candidates, search->by_bound[i]->leaf, search->sums[i], prune_limit(prune));
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->sums[i] >= prune_limit(prune))
            prune_offer(prune, candidates->documents[i], candidates_score(candidates, i));
}

/* A run of documents of the only essential term, with their scores. */
static void try_run(struct union_search *search, struct leaf *leaf, const uint32_t *documents, const float *scores,
                    uint32_t count, size_t others)
{
    const float rest = search->sums[others];
    for (uint32_t from = 0; from < count; from += POSTING_BLOCK) {
        const uint32_t n = count - from < POSTING_BLOCK ? count - from : POSTING_BLOCK;
        size_t found = kernel_at_least(scores + from, n, prune_limit(search->prune) - rest, search->indexes);
        found = prune_keep_live(search->prune, documents + from, 0, search->indexes, found);
        if (found == 0)
            continue;
        candidates_fill(search->candidates, leaf, documents + from, scores + from, search->indexes, found);
        ask_others(search, others);
    }
}

/* The stretch of the loaded block that lies in [base, base + WINDOW). */
static void clip(const struct posting_block *block, uint32_t base, uint32_t *from, uint32_t *to)
{
    *from = 0;
    *to = block->count;
    if (block->count == 0)
        return;
    if (block->documents[0] < base)
        *from = kernel_count_below(block->documents, block->count, base);
    if (*from < *to && block->documents[*to - 1] - base >= WINDOW)
        *to = kernel_count_below(block->documents, block->count, base + WINDOW);
}

/* The window where one term is essential. */
static bool search_one(struct union_search *search, uint32_t window, size_t others)
{
    struct window_leaf *of = search->by_bound[others];
    struct leaf *leaf = of->leaf;
    const uint32_t base = window * WINDOW;
    if (leaf->kept_count > 0) {
        const uint32_t from = of->starts[window], to = of->starts[window + 1];
        try_run(search, leaf, leaf->kept_documents + from, leaf->kept_scores + from, to - from, others);
        return true;
    }
    const struct posting_list *list = &leaf->cursor.list;
    for (uint32_t b = posting_seek_block(list, 0, base); b < list->blocks; b++) {
        if (leaf->bounds[b] + search->sums[others] >= prune_limit(search->prune)) {
            uint32_t from, to;
            if (!leaf_load_scores(leaf, b))
                return false;
            clip(&leaf->cursor.block, base, &from, &to);
            try_run(search, leaf, leaf->cursor.block.documents + from, leaf->cursor.scores + from, to - from, others);
        }
        if (posting_last_document(list, b) - base >= WINDOW - 1)
            break;
    }
    return true;
}

static void add_scores(float *scores, uint32_t base, const uint32_t *documents, const float *of, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        scores[documents[i] - base] += of[i];
}

/* Adds a term's scores of the window's documents to `scores`. */
static bool add_window(struct union_search *search, struct window_leaf *of, uint32_t window)
{
    struct leaf *leaf = of->leaf;
    const uint32_t base = window * WINDOW;
    if (leaf->kept_count > 0) {
        const uint32_t from = of->starts[window], to = of->starts[window + 1];
        add_scores(search->scores, base, leaf->kept_documents + from, leaf->kept_scores + from, to - from);
        return true;
    }
    const struct posting_list *list = &leaf->cursor.list;
    for (uint32_t b = posting_seek_block(list, 0, base); b < list->blocks; b++) {
        uint32_t from, to;
        if (!leaf_load_scores(leaf, b))
            return false;
        clip(&leaf->cursor.block, base, &from, &to);
        add_scores(search->scores, base, leaf->cursor.block.documents + from, leaf->cursor.scores + from, to - from);
        if (posting_last_document(list, b) - base >= WINDOW - 1)
            break;
    }
    return true;
}

/* Documents of a window with the sums of what the essential terms give them. Where all terms are essential they were
 * added in the query's order, and the sums are the scores; else the terms are asked again. */
static void try_sums(struct union_search *search, uint32_t base, const uint16_t *indexes, size_t count, size_t others)
{
    struct prune *prune = search->prune;
    struct candidates *candidates = search->candidates;
    if (others == 0) {
        for (size_t i = 0; i < count; i++)
            prune_offer(prune, base + indexes[i], search->scores[indexes[i]]);
        return;
    }
    uint32_t documents[POSTING_BLOCK];
    float sums[POSTING_BLOCK];
    for (size_t i = 0; i < count; i++) {
        documents[i] = base + indexes[i];
        sums[i] = search->scores[indexes[i]];
    }
    candidates_put(candidates, documents, sums, count);
    for (size_t i = others; i-- > 0 && candidates->count > 0;)
        candidates_ask(candidates, search->by_bound[i]->leaf, search->sums[i], prune_limit(prune));
    candidates_drop_below(candidates, prune_limit(prune));
    for (size_t e = others; e < search->count && candidates->count > 0; e++) {
        if (search_poll_often(prune->context) != LIBSEARCH_OK)
            return; /* search_windows sees that it ended */
        candidates_ask(candidates, search->by_bound[e]->leaf, 0, -__builtin_inff());
    }
    for (size_t i = 0; i < candidates->count; i++)
        prune_offer(prune, candidates->documents[i], candidates_score(candidates, i));
}

/* The window where several terms are essential: their scores are summed up, and what reaches the threshold is tried. */
static bool search_several(struct union_search *search, uint32_t window, size_t others)
{
    struct prune *prune = search->prune;
    bool sound = true;
    for (size_t i = others; i < search->count && sound; i++)
        sound = search_poll_often(prune->context) == LIBSEARCH_OK &&
                add_window(search, others == 0 ? &search->leaves[i] : search->by_bound[i], window);
    const float rest = search->sums[others];
    /* Documents of no essential term have 0: nothing below the least positive number is one. */
    const float least = prune_limit(prune) - rest;
    size_t found = sound ? kernel_at_least(search->scores, WINDOW,
                                           least > PRUNE_LEAST_SCORE ? least : PRUNE_LEAST_SCORE, search->indexes)
                         : 0;
    found = prune_keep_live(prune, NULL, window * WINDOW, search->indexes, found);
    for (size_t from = 0; from < found; from += POSTING_BLOCK)
        try_sums(search, window * WINDOW, search->indexes + from,
                 found - from < POSTING_BLOCK ? found - from : POSTING_BLOCK, others);
    memset(search->scores, 0, WINDOW * sizeof *search->scores);
    return sound;
}

/* Orders the terms by their bounds in the window; returns how many are not essential. */
static size_t part_terms(struct union_search *search, uint32_t window)
{
    for (size_t i = 0; i < search->count; i++) {
        struct window_leaf *leaf = &search->leaves[i];
        size_t at = i;
        for (; at > 0 && search->by_bound[at - 1]->bounds[window] > leaf->bounds[window]; at--)
            search->by_bound[at] = search->by_bound[at - 1];
        search->by_bound[at] = leaf;
    }
    const float limit = prune_limit(search->prune);
    size_t others = 0;
    search->sums[0] = 0;
    for (size_t i = 0; i < search->count; i++) {
        search->sums[i + 1] = search->sums[i] + search->by_bound[i]->bounds[window];
        if (search->sums[i + 1] < limit || search->by_bound[i]->bounds[window] == 0)
            others = i + 1;
    }
    return others;
}

static libsearch_status search_windows(struct union_search *search, struct promise *heap)
{
    struct prune *prune = search->prune;
    for (uint32_t w = 0; w < search->windows; w++) {
        float sum = 0;
        for (size_t i = 0; i < search->count; i++)
            sum += search->leaves[i].bounds[w];
        heap[w] = (struct promise){ prune_promise(prune, sum, w * WINDOW, w * WINDOW + WINDOW - 1), w };
    }
    promise_heapify(heap, search->windows);
    for (size_t count = search->windows; count > 0;) {
        const struct promise best = promise_pop(heap, count--);
        if (best.bound < prune_least_promise(prune, prune_limit(prune)) || best.bound == 0)
            break;
        prune_enter(prune, best.what * WINDOW, best.what * WINDOW + WINDOW - 1);
        TRY(search_poll(prune->context));
        const size_t others = part_terms(search, best.what);
        if (others == search->count)
            continue;
        const bool sound = others + 1 == search->count ? search_one(search, best.what, others)
                                                       : search_several(search, best.what, others);
        if (!sound || prune_is_damaged(prune))
            return prune_damaged(prune);
    }
    return prune->context->ended;
}

libsearch_status prune_union(struct prune *prune)
{
    struct search_context *context = prune->context;
    struct union_search search = { .prune = prune,
                                   .count = prune->leaf_count,
                                   .windows = segment_count(prune->where->segment) / WINDOW + 1 };
    struct promise *heap;
    TRY(search_take(context, search.windows * sizeof *heap, &heap));
    TRY(search_take(context, search.count * sizeof *search.leaves, &search.leaves));
    TRY(search_take(context, search.count * sizeof(struct window_leaf *), &search.by_bound));
    TRY(search_take(context, (search.count + 1) * sizeof(float), &search.sums));
    TRY(candidates_new(context, search.count, &search.candidates));
    TRY(search_take(context, WINDOW * sizeof(float), &search.scores));
    TRY(search_take(context, (WINDOW + 16) * sizeof(uint16_t), &search.indexes));
    prune_seed(prune);
    for (size_t i = 0; i < search.count; i++)
        TRY(open_leaf(&search, prune->leaves[i], &search.leaves[i]));
    return search_windows(&search, heap);
}
