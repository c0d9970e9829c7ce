/* SPDX-License-Identifier: MIT */
#include "search/leaf.h"

#include <string.h>

#include "postings/score_bounds.h"

bool leaf_can_be_pruned(const struct plan_term *term)
{
    return term->list == 0 && term->field == SCHEMA_NO_FIELD && !term->constant_length &&
           (term->formula == NULL || formula_is_monotone(term->formula));
}

libsearch_status leaf_open(struct search_context *context, const struct plan_term *term, unsigned order,
                           const struct snapshot_segment *where, size_t segment_index, struct leaf **leaf)
{
    *leaf = NULL;
    if (term->lists[segment_index] == NULL)
        return LIBSEARCH_OK;
    TRY(search_take_bare(context, sizeof **leaf, leaf));
    struct leaf *opened = *leaf;
    term_cursor_open(&opened->cursor, where->segment, term, term->lists[segment_index], context->side_weights,
                     context->arena);
    opened->order = order;
    opened->bounds = NULL;
    opened->greatest = term->formula != NULL ? __builtin_inff() : term->weight;
    opened->kept_count = opened->kept_from = opened->kept_to = 0;
    return LIBSEARCH_OK;
}

static bool no_memory(struct leaf *leaf)
{
    leaf->cursor.damaged = leaf->cursor.no_memory = true;
    return false;
}

/* What makes a peak of the segment a bound of frequency * inverse length under this search's model. */
static float peak_scale(const struct leaf *leaf, unsigned profile)
{
    const struct segment *segment = leaf->cursor.segment;
    const struct norms *norms = leaf->cursor.term->norms;
    const uint64_t total = profile == 1 ? segment->weighted_total : segment->plain_total;
    const float average = (float)total / (float)segment->count; /* as list_output.c took it */
    if (!(norms->k1 > 0) || !(average > 0))
        return __builtin_inff();
    return peak_factor(average, norms->b, norms->average) / norms->k1;
}

/* The bounds of a formula: the most that a pair of frequency and length comes to. */
static void formula_bounds(struct leaf *leaf)
{
    const struct posting_list *list = &leaf->cursor.list;
    const uint8_t *pairs = list->bounds[0];
    const size_t n = list->blocks;
    for (size_t b = 0; b < n; b++) {
        leaf->bounds[b] = 0;
        for (size_t p = 0; p < POSTING_PAIRS; p++) {
            const uint8_t frequency = pairs[2 * p * n + b];
            const float bound = formula_bound(leaf->cursor.term->formula,
                                              frequency == 255 ? __builtin_inff() : (float)rounding_least(frequency),
                                              rounding_least(pairs[(2 * p + 1) * n + b]));
            leaf->bounds[b] = bound > leaf->bounds[b] ? bound : leaf->bounds[b];
        }
    }
}

bool leaf_make_bounds(struct leaf *leaf)
{
    const struct posting_list *list = &leaf->cursor.list;
    if (leaf->bounds != NULL)
        return true;
    leaf->bounds = arena_allocate(leaf->cursor.arena, (size_t)list->blocks * sizeof *leaf->bounds);
    if (leaf->bounds == NULL)
        return no_memory(leaf);
    if (list->profiles == 0) { /* a short list: its scores are its bounds */
        if (!leaf_load_scores(leaf, 0))
            return false;
        leaf->greatest = 0;
        for (uint32_t i = 0; i < leaf->cursor.block.count; i++)
            leaf->greatest = leaf->cursor.scores[i] > leaf->greatest ? leaf->cursor.scores[i] : leaf->greatest;
        leaf->bounds[0] = leaf->greatest;
        return true;
    }
    const unsigned profile = leaf->cursor.side_weights != NULL && list->profiles == 2 ? 1 : 0;
    if (leaf->cursor.term->formula != NULL)
        formula_bounds(leaf);
    else
        kernel_block_bounds(list->bounds[profile], POSTING_PAIRS, list->peaks[profile], peak_scale(leaf, profile),
                            list->blocks, &leaf->cursor.parts, leaf->bounds);
    leaf->greatest = 0;
    for (uint32_t b = 0; b < list->blocks; b++)
        leaf->greatest = leaf->bounds[b] > leaf->greatest ? leaf->bounds[b] : leaf->greatest;
    return true;
}

bool leaf_load(struct leaf *leaf, uint32_t b)
{
    return (leaf->cursor.loaded && leaf->cursor.block_number == b) || term_cursor_load(&leaf->cursor, b);
}

bool leaf_load_scores(struct leaf *leaf, uint32_t b) { return leaf_load(leaf, b) && term_cursor_scores(&leaf->cursor); }

bool leaf_load_able(struct leaf *leaf, uint32_t b, float least, uint16_t *indexes, size_t *count)
{
    struct term_cursor *cursor = &leaf->cursor;
    *count = 0;
    if (!leaf_load(leaf, b))
        return false;
    if (least > 0 && cursor->term->formula != NULL) {
        if (!term_cursor_scores(cursor))
            return false;
        *count = kernel_at_least(cursor->scores, cursor->block.count, least, indexes);
        return true;
    }
    if (least > 0) {
        if (!term_cursor_frequencies(cursor))
            return false;
        term_cursor_pad(cursor);
        *count = kernel_able(cursor->block.documents, cursor->frequencies, cursor->block.count, &cursor->parts, least,
                             indexes);
        return true;
    }
    for (uint32_t i = 0; i < cursor->block.count; i++)
        indexes[i] = (uint16_t)i;
    *count = cursor->block.count;
    return true;
}

bool leaf_keep(struct leaf *leaf)
{
    struct term_cursor *cursor = &leaf->cursor;
    const size_t count = cursor->list.document_frequency, room = count + 16;
    uint32_t *documents = arena_allocate(cursor->arena, room * sizeof *documents);
    float *scores = arena_allocate(cursor->arena, room * sizeof *scores);
    if (documents == NULL || scores == NULL)
        return no_memory(leaf);
    uint32_t kept = 0;
    leaf->greatest = 0;
    for (uint32_t b = 0; b < cursor->list.blocks; b++) {
        if (!leaf_load_scores(leaf, b))
            return false;
        const uint32_t n = cursor->block.count;
        memcpy(documents + kept, cursor->block.documents, n * sizeof *documents);
        memcpy(scores + kept, leaf->cursor.scores, n * sizeof *scores);
        kept += n;
    }
    for (uint32_t i = 0; i < kept; i++)
        leaf->greatest = scores[i] > leaf->greatest ? scores[i] : leaf->greatest;
    leaf->kept_documents = documents;
    leaf->kept_scores = scores;
    leaf->kept_count = leaf->kept_to = kept;
    leaf->kept_from = 0;
    return true;
}

float leaf_kept_score(const struct leaf *leaf, uint32_t document)
{
    uint32_t low = leaf->kept_from;
    for (uint32_t left = leaf->kept_to - low; left > 0;) {
        const uint32_t half = left / 2;
        const bool below = leaf->kept_documents[low + half] < document;
        low = below ? low + half + 1 : low;
        left = below ? left - half - 1 : half;
    }
    return low < leaf->kept_to && leaf->kept_documents[low] == document ? leaf->kept_scores[low] : -1.0f;
}

float leaf_threshold(const struct leaf *leaf, size_t k)
{
    static const size_t kinds[POSTING_THRESHOLD_KINDS] = { 10, 100, 1000 };
    const struct posting_list *list = &leaf->cursor.list;
    const struct score_parts *parts = &leaf->cursor.parts;
    const unsigned profile = leaf->cursor.side_weights != NULL && list->profiles == 2 ? 1 : 0;
    unsigned kind = 0;
    while (kind < POSTING_THRESHOLD_KINDS && kinds[kind] < k)
        kind++;
    if (kind == POSTING_THRESHOLD_KINDS || list->thresholds[profile] == NULL)
        return 0;
    const uint8_t *pair = list->thresholds[profile] + (size_t)kind * POSTING_THRESHOLD_PAIRS * 2;
    float most = 0;
    for (unsigned i = 0; i < POSTING_THRESHOLD_PAIRS; i++, pair += 2) {
        const float frequency = (float)rounding_least(pair[0]);
        const uint32_t length = rounding_greatest(pair[1]);
        /* What a formula gives is not said to be monotone in the last bit. */
        const float score = leaf->cursor.term->formula != NULL
                                ? formula_score(leaf->cursor.term->formula, frequency, length) * 0.99999f
                                : score_of(parts->weight, frequency, norms_inverse(parts->norms, length));
        most = pair[0] > 0 && score > most ? score : most;
    }
    return most;
}

float leaf_range_bound(const struct leaf *leaf, uint32_t first, uint32_t last)
{
    enum { FEW = 16 };
    const struct posting_list *list = &leaf->cursor.list;
    if (list->last_documents == NULL || leaf->bounds == NULL)
        return leaf->greatest;
    uint32_t b = posting_seek_block(list, 0, first);
    float most = 0;
    for (unsigned looked = 0; b < list->blocks; b++, looked++) {
        if (looked == FEW)
            return leaf->greatest;
        most = leaf->bounds[b] > most ? leaf->bounds[b] : most;
        if (posting_last_document(list, b) >= last)
            break;
    }
    return most;
}
