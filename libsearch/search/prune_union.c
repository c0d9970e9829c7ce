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
    bool sparse;                   /* the window has so few postings that they are noted in `touched` */
    uint16_t *touched;             /* room for WINDOW; documents counted from the window's first, as they came */
    size_t touched_count;
    float rate;    /* how many postings of essential terms became candidates, lately */
    size_t looked; /* at so many, in this window; of which `tried` became candidates */
    size_t tried;
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
        search->looked += n;
        search->tried += found;
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
            if (!leaf_load(leaf, b))
                return false;
            clip(&leaf->cursor.block, base, &from, &to);
            if (!term_cursor_scores_between(&leaf->cursor, from, to))
                return false;
            try_run(search, leaf, leaf->cursor.block.documents + from, leaf->cursor.scores + from, to - from, others);
        }
        if (posting_last_document(list, b) - base >= WINDOW - 1)
            break;
    }
    return true;
}

/* Adds scores of documents of the window. */
static void add_scores(struct union_search *search, uint32_t base, const uint32_t *documents, const float *of,
                       uint32_t count)
{
    float *scores = search->scores;
    for (uint32_t i = 0; i < count; i++)
        scores[documents[i] - base] += of[i];
    if (!search->sparse)
        return;
    if (search->touched_count + count > WINDOW) {
        search->sparse = false;
        return;
    }
    uint16_t *touched = search->touched + search->touched_count;
    for (uint32_t i = 0; i < count; i++)
        touched[i] = (uint16_t)(documents[i] - base);
    search->touched_count += count;
}

/* Adds a term's scores of the window's documents to `scores`. */
static bool add_window(struct union_search *search, struct window_leaf *of, uint32_t window)
{
    struct leaf *leaf = of->leaf;
    const uint32_t base = window * WINDOW;
    if (leaf->kept_count > 0) {
        const uint32_t from = of->starts[window], to = of->starts[window + 1];
        add_scores(search, base, leaf->kept_documents + from, leaf->kept_scores + from, to - from);
        return true;
    }
    const struct posting_list *list = &leaf->cursor.list;
    for (uint32_t b = posting_seek_block(list, 0, base); b < list->blocks; b++) {
        uint32_t from, to;
        if (!leaf_load(leaf, b))
            return false;
        clip(&leaf->cursor.block, base, &from, &to);
        if (!term_cursor_scores_between(&leaf->cursor, from, to))
            return false;
        add_scores(search, base, leaf->cursor.block.documents + from, leaf->cursor.scores + from, to - from);
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

/* The documents of the window whose sums are at least `least`, rising, into indexes: by looking at those that were noted,
 * or at all. */
static size_t select_window(struct union_search *search, float least)
{
    if (!search->sparse)
        return kernel_at_least(search->scores, WINDOW, least, search->indexes);
    uint64_t bits[WINDOW_WORDS] = { 0 };
    size_t found = 0;
    for (size_t i = 0; i < search->touched_count; i++) {
        const uint16_t index = search->touched[i];
        if (search->scores[index] >= least)
            bits[index / 64] |= UINT64_C(1) << index % 64;
    }
    for (unsigned w = 0; w < WINDOW_WORDS; w++)
        for (uint64_t word = bits[w]; word != 0; word &= word - 1)
            search->indexes[found++] = (uint16_t)(w * 64 + (unsigned)__builtin_ctzll(word));
    return found;
}

static void clear_window(struct union_search *search)
{
    if (!search->sparse) {
        memset(search->scores, 0, WINDOW * sizeof *search->scores);
        return;
    }
    for (size_t i = 0; i < search->touched_count; i++)
        search->scores[search->touched[i]] = 0;
}

/* About how many postings of a term lie in a window. */
static size_t postings_in(const struct union_search *search, const struct window_leaf *of, uint32_t window)
{
    return of->leaf->kept_count > 0 ? of->starts[window + 1] - of->starts[window]
                                    : of->leaf->cursor.list.document_frequency / search->windows;
}

/* How many of the terms, by_bound, are left to be asked of candidates: none where it would take longer than adding all of
 * their scores, judging by how many candidates there were lately. The costs are nanoseconds of one machine; only their
 * proportions matter, and only to the time. */
static size_t choose_others(struct union_search *search, uint32_t window, size_t others)
{
    enum { ASKED = 2 }; /* of so many lists most candidates are asked at all */
    float asking = 0, adding = 0;
    size_t essential = 0;
    if (others + 1 == search->count) /* a single list's documents are told by their frequencies and lengths alone */
        return others;
    for (size_t i = 0; i < others; i++) {
        const struct leaf *leaf = search->by_bound[i]->leaf;
        const float postings = (float)postings_in(search, search->by_bound[i], window);
        const bool kept = leaf->kept_count > 0;
        if (i + ASKED >= others)
            asking += kept ? 8 : leaf->cursor.list.bitmap != NULL ? 14 : 22;
        adding += kept ? 1.2f * postings : 60 + 2.2f * postings;
    }
    for (size_t i = others; i < search->count; i++)
        essential += postings_in(search, search->by_bound[i], window);
    if (search->rate * (float)essential * asking <= adding)
        return others;
    search->rate *= 0.9f; /* it is tried again before long */
    return 0;
}

/* Learns from the window that was searched. */
static void note_rate(struct union_search *search)
{
    if (search->looked > 0)
        search->rate = 0.5f * search->rate + 0.5f * (float)search->tried / (float)search->looked;
}

/* Whether so few postings of the essential terms lie in the window that noting them costs less than a look at all of its
 * documents. */
static bool is_sparse(struct union_search *search, uint32_t window, size_t others)
{
    enum { FEW = 384 };
    for (size_t i = others; i < search->count; i++)
        search->looked += postings_in(search, search->by_bound[i], window);
    return search->looked < FEW;
}

/* The window where several terms are essential: their scores are summed up, and what reaches the threshold is tried. */
static bool search_several(struct union_search *search, uint32_t window, size_t others)
{
    struct prune *prune = search->prune;
    bool sound = true;
    search->sparse = is_sparse(search, window, others);
    search->touched_count = 0;
    for (size_t i = others; i < search->count && sound; i++)
        sound = search_poll_often(prune->context) == LIBSEARCH_OK &&
                add_window(search, others == 0 ? &search->leaves[i] : search->by_bound[i], window);
    const float rest = search->sums[others];
    /* Documents of no essential term have 0: nothing below the least positive number is one. */
    const float least = prune_limit(prune) - rest;
    size_t found = sound ? select_window(search, least > PRUNE_LEAST_SCORE ? least : PRUNE_LEAST_SCORE) : 0;
    found = prune_keep_live(prune, NULL, window * WINDOW, search->indexes, found);
    search->tried = found;
    for (size_t from = 0; from < found; from += POSTING_BLOCK)
        try_sums(search, window * WINDOW, search->indexes + from,
                 found - from < POSTING_BLOCK ? found - from : POSTING_BLOCK, others);
    clear_window(search);
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
        size_t others = part_terms(search, best.what);
        if (others == search->count)
            continue;
        others = choose_others(search, best.what, others);
        search->looked = search->tried = 0;
        for (size_t i = 0; i < search->count; i++)
            if (search->leaves[i].starts != NULL) {
                search->leaves[i].leaf->kept_from = search->leaves[i].starts[best.what];
                search->leaves[i].leaf->kept_to = search->leaves[i].starts[best.what + 1];
            }
        const bool sound = others + 1 == search->count ? search_one(search, best.what, others)
                                                       : search_several(search, best.what, others);
        if (!sound || prune_is_damaged(prune))
            return prune_damaged(prune);
        if (others > 0)
            note_rate(search);
    }
    return prune->context->ended;
}

libsearch_status prune_union(struct prune *prune)
{
    struct search_context *context = prune->context;
    struct union_search search = { .prune = prune,
                                   .count = prune->leaf_count,
                                   .windows = segment_count(prune->where->segment) / WINDOW + 1,
                                   .rate = 1 };
    struct promise *heap;
    TRY(search_take(context, search.windows * sizeof *heap, &heap));
    TRY(search_take(context, search.count * sizeof *search.leaves, &search.leaves));
    TRY(search_take(context, search.count * sizeof(struct window_leaf *), &search.by_bound));
    TRY(search_take(context, (search.count + 1) * sizeof(float), &search.sums));
    TRY(candidates_new(context, search.count, &search.candidates));
    TRY(search_take(context, WINDOW * sizeof(float), &search.scores));
    TRY(search_take_bare(context, (WINDOW + 16) * sizeof(uint16_t), &search.indexes));
    TRY(search_take_bare(context, WINDOW * sizeof(uint16_t), &search.touched));
    prune_seed(prune);
    for (size_t i = 0; i < search.count; i++)
        TRY(open_leaf(&search, prune->leaves[i], &search.leaves[i]));
    return search_windows(&search, heap);
}
