/* SPDX-License-Identifier: MIT */
#include "search/candidates.h"

#include <string.h>

libsearch_status candidates_new(struct search_context *context, size_t width, struct candidates **candidates)
{
    TRY(search_take(context, sizeof **candidates, candidates));
    (*candidates)->width = width;
    return search_take(context, POSTING_BLOCK * width * sizeof(float), &(*candidates)->scores);
}

void candidates_fill(struct candidates *candidates, const struct leaf *leaf, const uint32_t *documents,
                     const float *scores, const uint16_t *indexes, size_t count)
{
    candidates->count = count;
    for (size_t i = 0; i < count; i++) {
        candidates->documents[i] = documents[indexes[i]];
        candidates->sums[i] = scores[indexes[i]];
    }
    for (size_t i = 0; i < count * candidates->width; i++)
        candidates->scores[i] = -1.0f;
    for (size_t i = 0; i < count; i++)
        candidates->scores[i * candidates->width + leaf->order] = candidates->sums[i];
}

/* Moves a candidate to a place further in front. */
static void move(struct candidates *candidates, size_t to, size_t from)
{
    if (to == from)
        return;
    candidates->documents[to] = candidates->documents[from];
    candidates->sums[to] = candidates->sums[from];
    memcpy(candidates->scores + to * candidates->width, candidates->scores + from * candidates->width,
           candidates->width * sizeof(float));
}

/* The candidates that lie in one run of documents, and the best that the list can add to them. */
struct stretch {
    size_t from, to; /* candidates */
    float bound;
};

/* Candidates from `from` on that lie in the same block; where there is none the bound is negative. */
static struct stretch next_stretch(const struct candidates *candidates, const struct leaf *leaf, size_t from,
                                   uint32_t *block)
{
    const struct posting_list *list = &leaf->cursor.list;
    struct stretch stretch = { from, candidates->count, -1.0f };
    *block = term_cursor_block_of(&leaf->cursor, candidates->documents[from]);
    if (*block >= list->blocks)
        return stretch;
    stretch.bound = leaf->bounds[*block];
    if (list->last_documents == NULL)
        return stretch;
    const uint32_t last = posting_last_document(list, *block);
    stretch.to = from + 1;
    while (stretch.to < candidates->count && candidates->documents[stretch.to] <= last)
        stretch.to++;
    return stretch;
}

/* Adds what the list gives to candidates [from, to), whose places in the loaded block are known. Returns where the next
 * ones go. */
static size_t add_scores(struct candidates *candidates, struct leaf *leaf, bool required, size_t from, size_t to,
                         const uint8_t *hits, const uint8_t *places, size_t hit_count, size_t kept)
{
    enum { MANY = 8 };
    if (hit_count > 0 &&
        !(hit_count >= MANY ? term_cursor_scores(&leaf->cursor) : term_cursor_frequencies(&leaf->cursor)))
        return kept;
    size_t next = 0;
    for (size_t i = from; i < to; i++) {
        const bool hit = next < hit_count && from + hits[next] == i;
        if (!hit && required)
            continue;
        move(candidates, kept, i);
        if (hit) {
            const uint8_t place = places[next++];
            const float score =
                leaf->cursor.has_scores ? leaf->cursor.scores[place] : term_cursor_score(&leaf->cursor, place);
            candidates->scores[kept * candidates->width + leaf->order] = score;
            candidates->sums[kept] += score;
        }
        kept++;
    }
    return kept;
}

/* The same for a list that was decoded whole. */
static void ask_kept(struct candidates *candidates, const struct leaf *leaf, bool required, float limit)
{
    size_t kept = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        if (candidates->sums[i] + leaf->greatest < limit)
            continue;
        const float score = leaf_kept_score(leaf, candidates->documents[i]);
        if (score < 0 && required)
            continue;
        move(candidates, kept, i);
        if (score >= 0) {
            candidates->scores[kept * candidates->width + leaf->order] = score;
            candidates->sums[kept] += score;
        }
        kept++;
    }
    candidates->count = kept;
}

/* Where candidates lie far apart, each block is a wait for memory: they are all asked for at once. */
static void prefetch_blocks(const struct candidates *candidates, const struct leaf *leaf, float limit)
{
    const struct posting_list *list = &leaf->cursor.list;
    if (list->last_documents == NULL)
        return;
    uint32_t b = term_cursor_block_of(&leaf->cursor, candidates->documents[0]);
    for (size_t i = 0; i < candidates->count && b < list->blocks;) {
        const uint32_t last = posting_last_document(list, b);
        bool wanted = false;
        for (; i < candidates->count && candidates->documents[i] <= last; i++)
            wanted = wanted || candidates->sums[i] + leaf->bounds[b] >= limit;
        if (wanted)
            posting_prefetch(list, b);
        if (i < candidates->count)
            b = posting_seek_block(list, b + 1, candidates->documents[i]);
    }
}

void candidates_ask(struct candidates *candidates, struct leaf *leaf, bool required, float rest, float limit)
{
    uint8_t hits[POSTING_BLOCK + 16], places[POSTING_BLOCK + 16];
    size_t kept = 0;
    if (leaf->kept_count > 0) {
        ask_kept(candidates, leaf, required, limit - rest);
        return;
    }
    prefetch_blocks(candidates, leaf, limit - rest);
    for (size_t i = 0; i < candidates->count;) {
        uint32_t block;
        const struct stretch stretch = next_stretch(candidates, leaf, i, &block);
        const float reach = (stretch.bound > 0 ? stretch.bound : 0) + rest;
        size_t to = i; /* those that can still reach the limit, moved together */
        for (; i < stretch.to; i++)
            if (candidates->sums[i] + reach >= limit)
                move(candidates, to++, i);
        const size_t from = stretch.from, count = to - from;
        size_t hit_count = 0;
        if (count > 0 && stretch.bound >= 0) {
            if (!leaf_load(leaf, block))
                break;
            hit_count = kernel_intersect(candidates->documents + from, count, leaf->cursor.block.documents,
                                         leaf->cursor.block.count, hits, places);
        }
        kept = add_scores(candidates, leaf, required, from, to, hits, places, hit_count, kept);
    }
    candidates->count = kept;
}
