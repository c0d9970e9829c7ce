/* SPDX-License-Identifier: MIT */
#include "search/candidates.h"

#include <string.h>

libsearch_status candidates_new(struct search_context *context, size_t width, struct candidates **candidates)
{
    TRY(search_take(context, sizeof **candidates, candidates));
    (*candidates)->width = width;
    return search_take(context, POSTING_BLOCK * width * sizeof(float), &(*candidates)->scores);
}

void candidates_put(struct candidates *candidates, const uint32_t *documents, const float *sums, size_t count)
{
    candidates->count = count;
    memcpy(candidates->documents, documents, count * sizeof *documents);
    memcpy(candidates->sums, sums, count * sizeof *sums);
    for (size_t i = 0; i < count; i++)
        candidates->origins[i] = (uint8_t)i;
}

void candidates_fill(struct candidates *candidates, const struct leaf *leaf, const uint32_t *documents,
                     const float *scores, const uint16_t *indexes, size_t count)
{
    float *parts = candidates->scores + leaf->order * POSTING_BLOCK;
    candidates->count = count;
    for (size_t i = 0; i < count; i++) {
        candidates->documents[i] = documents[indexes[i]];
        candidates->sums[i] = parts[i] = scores[indexes[i]];
        candidates->origins[i] = (uint8_t)i;
    }
}

/* Moves a candidate to a place further in front, or to its own. */
static inline void move(struct candidates *candidates, size_t to, size_t from)
{
    candidates->documents[to] = candidates->documents[from];
    candidates->sums[to] = candidates->sums[from];
    candidates->origins[to] = candidates->origins[from];
}

/* Brings those of candidates [from, end) that reach `least` together from `to` on; returns their end. Nothing here
 * branches on what no one can foretell. */
static size_t keep_at_least(struct candidates *candidates, size_t from, size_t end, float least, size_t to)
{
    for (size_t i = from; i < end; i++) {
        const bool reaches = candidates->sums[i] >= least;
        move(candidates, to, i);
        to += reaches;
    }
    return to;
}

void candidates_drop_below(struct candidates *candidates, float least)
{
    candidates->count = keep_at_least(candidates, 0, candidates->count, least, 0);
}

/* Candidates that a leaf's block was found to have: hits are their numbers from `from` on, places the places in the
 * block. */
struct found {
    size_t from, count;
    const uint8_t *hits, *places;
};

/* What the loaded (or bare) block gives them, added to their sums. False: damaged. */
static bool add_scores(struct candidates *candidates, struct leaf *leaf, const struct found *found)
{
    struct term_cursor *cursor = &leaf->cursor;
    uint32_t documents[POSTING_BLOCK];
    float frequencies[POSTING_BLOCK], scores[POSTING_BLOCK];
    const size_t count = found->count;
    if (count == 0)
        return true;
    if (!term_cursor_frequencies(cursor))
        return false;
    for (size_t h = 0; h < count; h++) {
        documents[h] = candidates->documents[found->from + found->hits[h]];
        frequencies[h] = cursor->frequencies[found->places[h]];
    }
    if (cursor->term->formula != NULL) {
        for (size_t h = 0; h < count; h++)
            scores[h] = term_cursor_score(cursor, found->places[h], documents[h]);
    } else {
        for (size_t h = count; h % 16 != 0; h++) { /* the kernel looks at whole vectors */
            documents[h] = documents[0];
            frequencies[h] = 0;
        }
        kernel_scores(documents, frequencies, count, &cursor->parts, scores);
    }
    for (size_t h = 0; h < count; h++) {
        const size_t i = found->from + found->hits[h];
        candidates->sums[i] += scores[h];
        *candidates_part(candidates, leaf, i) = scores[h];
    }
    return true;
}

/* Brings the candidates that were found together from `kept` on (all of them up to `to`, where the leaf is not
 * required); returns their end. */
static size_t keep_found(struct candidates *candidates, bool required, const struct found *found, size_t to,
                         size_t kept)
{
    if (required) {
        for (size_t h = 0; h < found->count; h++)
            move(candidates, kept++, found->from + found->hits[h]);
        return kept;
    }
    if (kept == found->from)
        return to;
    for (size_t i = found->from; i < to; i++)
        move(candidates, kept++, i);
    return kept;
}

/* A list that was decoded whole. */
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
            candidates->sums[kept] += score;
            *candidates_part(candidates, leaf, kept) = score;
        }
        kept++;
    }
    candidates->count = kept;
}

/* The end of the candidates from `from` on that lie in the leaf's block b. */
static size_t stretch_end(const struct candidates *candidates, const struct leaf *leaf, uint32_t b, size_t from)
{
    const struct posting_list *list = &leaf->cursor.list;
    size_t to = candidates->count;
    if (list->last_documents == NULL || candidates->documents[to - 1] <= posting_last_document(list, b))
        return to;
    const uint32_t last = posting_last_document(list, b);
    for (to = from + 1; to < candidates->count && candidates->documents[to] <= last; to++) {
    }
    return to;
}

/* Which of candidates [from, to) are in block b of a list with a bitmap. */
static bool find_dense(struct candidates *candidates, struct leaf *leaf, uint32_t b, size_t to, struct found *found,
                       uint8_t *hits, uint8_t *places)
{
    const struct posting_list *list = &leaf->cursor.list;
    const uint32_t last = posting_last_document(list, b);
    size_t count = 0;
    for (size_t i = found->from; i < to; i++) {
        hits[count] = (uint8_t)(i - found->from);
        count += posting_bitmap_has(list, last, candidates->documents[i]);
    }
    found->count = count;
    if (count == 0)
        return true;
    if (!term_cursor_bare(&leaf->cursor, b))
        return false;
    uint32_t documents[POSTING_BLOCK];
    for (size_t h = 0; h < count; h++)
        documents[h] = candidates->documents[found->from + hits[h]];
    bitmap_places(list->bitmap, b == 0 ? 0 : posting_last_document(list, b - 1) + 1, documents, count, places);
    for (size_t h = 0; h < count; h++)
        if (places[h] >= leaf->cursor.block.count) {
            leaf->cursor.damaged = true;
            return false;
        }
    return true;
}

/* The same in any block. False: damaged. */
static bool find(struct candidates *candidates, struct leaf *leaf, uint32_t b, size_t to, struct found *found,
                 uint8_t *hits, uint8_t *places)
{
    found->hits = hits;
    found->places = places;
    if (leaf->cursor.list.bitmap != NULL)
        return find_dense(candidates, leaf, b, to, found, hits, places);
    if (!leaf_load(leaf, b))
        return false;
    const struct posting_block *block = &leaf->cursor.block;
    found->count = kernel_intersect(candidates->documents + found->from, to - found->from, block->documents,
                                    block->count, hits, places);
    return true;
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
    const struct posting_list *list = &leaf->cursor.list;
    size_t kept = 0;
    if (!required)
        memset(candidates->scores + leaf->order * POSTING_BLOCK, 0, POSTING_BLOCK * sizeof *candidates->scores);
    if (leaf->kept_count > 0) {
        ask_kept(candidates, leaf, required, limit - rest);
        return;
    }
    candidates->count = keep_at_least(candidates, 0, candidates->count, limit - rest - leaf->greatest, 0);
    if (candidates->count == 0)
        return;
    prefetch_blocks(candidates, leaf, limit - rest);
    for (size_t i = 0; i < candidates->count;) {
        const uint32_t b = term_cursor_block_of(&leaf->cursor, candidates->documents[i]);
        const bool there = b < list->blocks; /* else behind the list's last document */
        const size_t end = there ? stretch_end(candidates, leaf, b, i) : candidates->count;
        const float bound = there && leaf->bounds[b] > 0 ? leaf->bounds[b] : 0;
        /* Those that can still reach the limit, moved together. */
        const size_t to = keep_at_least(candidates, i, end, limit - rest - bound, i);
        struct found found = { .from = i };
        if (to > i && there &&
            !(find(candidates, leaf, b, to, &found, hits, places) && add_scores(candidates, leaf, &found)))
            break;
        kept = keep_found(candidates, required, &found, to, kept);
        i = end;
    }
    candidates->count = kept;
}
