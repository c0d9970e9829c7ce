/* SPDX-License-Identifier: MIT */
#include "search/candidates.h"

#include <string.h>

libsearch_status candidates_new(struct search_context *context, size_t width, struct candidates **candidates)
{
    TRY(search_take_bare(context, sizeof **candidates, candidates));
    (*candidates)->width = width;
    (*candidates)->count = 0;
    TRY(search_take_bare(context, POSTING_BLOCK * width * sizeof(float), &(*candidates)->scores));
    TRY(search_take_bare(context, POSTING_BLOCK * width * sizeof(uint32_t), &(*candidates)->blocks));
    return search_take_bare(context, POSTING_BLOCK * width, &(*candidates)->places);
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

void candidates_put_block(struct candidates *candidates, const struct leaf *leaf, const uint16_t *indexes, size_t count)
{
    const struct posting_block *block = &leaf->cursor.block;
    candidates->count = count;
    for (size_t i = 0; i < count; i++) {
        candidates->documents[i] = block->documents[indexes[i]];
        candidates->origins[i] = (uint8_t)indexes[i];
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

/* Candidates [from, to) that lie in one block of a list, if it has them. */
struct stretch {
    uint32_t block;
    uint8_t from, to;
};

/* The end of the candidates from `from` on that lie before the end of the leaf's block b. */
static size_t stretch_end(const struct candidates *candidates, const struct leaf *leaf, uint32_t b, size_t from)
{
    const struct posting_list *list = &leaf->cursor.list;
    const size_t count = candidates->count;
    if (list->last_documents == NULL || candidates->documents[count - 1] <= posting_last_document(list, b))
        return count;
    const uint32_t last = posting_last_document(list, b);
    size_t to = from + 1;
    while (candidates->documents[to] <= last) /* one of them is not */
        to++;
    return to;
}

static inline float block_bound(const struct leaf *leaf, uint32_t b)
{
    const float bound = leaf->bounds == NULL ? leaf->greatest : leaf->bounds[b];
    return bound > 0 ? bound : 0;
}

/* Takes out the candidates that cannot reach `limit` with what their block can add, and says in which blocks the others
 * lie; those behind the list's last document stay where their sums suffice, and are in none. Where candidates lie far
 * apart each block is a wait for memory: all are asked for at once. */
static size_t part(struct candidates *candidates, const struct leaf *leaf, float limit, struct stretch *stretches)
{
    const struct posting_list *list = &leaf->cursor.list;
    size_t count = 0, kept = 0;
    uint32_t b = 0;
    for (size_t i = 0; i < candidates->count;) {
        if (list->last_documents != NULL)
            b = posting_seek_block(list, b, candidates->documents[i]);
        const bool there = b < list->blocks;
        const size_t end = there ? stretch_end(candidates, leaf, b, i) : candidates->count;
        const size_t to = keep_at_least(candidates, i, end, limit - (there ? block_bound(leaf, b) : 0), kept);
        if (there && to > kept) {
            stretches[count++] = (struct stretch){ b, (uint8_t)kept, (uint8_t)to };
            posting_prefetch(list, b);
        }
        kept = to;
        i = end;
    }
    candidates->count = kept;
    return count;
}

/* Candidates that a list has: their numbers, rising, and where they lie in it. */
struct located {
    size_t count;
    uint8_t indexes[POSTING_BLOCK + 16], places[POSTING_BLOCK + 16];
    uint32_t blocks[POSTING_BLOCK];
};

/* Keeps the candidates that a list with a bitmap has, without a branch that hangs on them; there are no sums yet. */
static void keep_dense(struct candidates *candidates, const struct posting_list *list)
{
    const uint32_t last = posting_last_document(list, list->blocks - 1);
    size_t kept = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        const uint32_t document = candidates->documents[i];
        const uint8_t origin = candidates->origins[i];
        candidates->documents[kept] = document;
        candidates->origins[kept] = origin;
        kept += posting_bitmap_has(list, last, document);
    }
    candidates->count = kept;
}

/* Where documents that a list with a bitmap has lie in its block b. False: damaged. */
static bool places_in_block(const struct posting_list *list, uint32_t b, const uint32_t *documents, size_t count,
                            uint8_t *places)
{
    const uint32_t from = b == 0 ? 0 : posting_last_document(list, b - 1) + 1, in_block = posting_block_count(list, b);
    if (count == 0)
        return true;
    if (documents[0] < from)
        return false;
    bitmap_places(list->bitmap, from, documents, count, places);
    for (size_t h = 0; h < count; h++)
        if (places[h] >= in_block)
            return false;
    return true;
}

/* Adds those of a stretch that a list with a bitmap has. False: damaged. */
static bool locate_dense(struct candidates *candidates, struct leaf *leaf, const struct stretch *stretch,
                         struct located *located)
{
    const struct posting_list *list = &leaf->cursor.list;
    const uint32_t last = posting_last_document(list, list->blocks - 1);
    uint8_t *indexes = located->indexes + located->count;
    uint32_t documents[POSTING_BLOCK];
    size_t count = 0;
    for (size_t i = stretch->from; i < stretch->to; i++) {
        indexes[count] = (uint8_t)i;
        documents[count] = candidates->documents[i];
        count += posting_bitmap_has(list, last, candidates->documents[i]);
    }
    for (size_t h = 0; h < count; h++)
        located->blocks[located->count + h] = stretch->block;
    located->count += count;
    return places_in_block(list, stretch->block, documents, count, located->places + located->count - count);
}

/* Adds those of a stretch that the list has. False: damaged. */
static bool locate(struct candidates *candidates, struct leaf *leaf, const struct stretch *stretch,
                   struct located *located)
{
    if (leaf->cursor.list.bitmap != NULL)
        return locate_dense(candidates, leaf, stretch, located);
    if (!leaf_load(leaf, stretch->block))
        return false;
    uint8_t *indexes = located->indexes + located->count;
    const struct posting_block *block = &leaf->cursor.block;
    const size_t found = kernel_intersect(candidates->documents + stretch->from, stretch->to - (size_t)stretch->from,
                                          block->documents, block->count, indexes, located->places + located->count);
    for (size_t h = 0; h < found; h++) {
        indexes[h] = (uint8_t)(indexes[h] + stretch->from);
        located->blocks[located->count + h] = stretch->block;
    }
    located->count += found;
    return true;
}

/* Frequencies of documents that lie in blocks (rising) at places (rising within a block). False: damaged. */
static bool frequencies_at(struct leaf *leaf, const uint32_t *blocks, const uint8_t *places, size_t count,
                           float *frequencies)
{
    for (size_t h = 0; h < count;) {
        size_t end = h + 1;
        while (end < count && blocks[end] == blocks[h])
            end++;
        if (!term_cursor_frequencies_at(&leaf->cursor, blocks[h], places + h, end - h, frequencies + h))
            return false;
        h = end;
    }
    return true;
}

/* The scores that the leaf gives to documents; both arrays are written up to the next multiple of 16. */
static void score(const struct leaf *leaf, uint32_t *documents, float *frequencies, size_t count, float *scores)
{
    const struct term_cursor *cursor = &leaf->cursor;
    if (cursor->term->formula != NULL) {
        for (size_t h = 0; h < count; h++)
            scores[h] = term_cursor_score_of(cursor, frequencies[h], documents[h]);
        return;
    }
    for (size_t h = count; h % 16 != 0; h++) { /* the kernel looks at whole vectors */
        documents[h] = documents[0];
        frequencies[h] = 0;
    }
    kernel_scores(documents, frequencies, count, &cursor->parts, scores);
}

static void damaged(struct candidates *candidates, struct leaf *leaf)
{
    leaf->cursor.damaged = true;
    candidates->count = 0;
}

/* Of a list that was decoded whole. */
static void ask_kept(struct candidates *candidates, const struct leaf *leaf, float limit)
{
    candidates_drop_below(candidates, limit - leaf->greatest);
    for (size_t i = 0; i < candidates->count; i++) {
        const float score = leaf_kept_score(leaf, candidates->documents[i]);
        const float added = score >= 0 ? score : 0;
        candidates->sums[i] += added;
        candidates->scores[leaf->order * POSTING_BLOCK + candidates->origins[i]] = added;
    }
}

void candidates_ask(struct candidates *candidates, struct leaf *leaf, float rest, float limit)
{
    struct stretch stretches[POSTING_BLOCK];
    struct located located;
    uint32_t documents[POSTING_BLOCK + 16];
    float frequencies[POSTING_BLOCK + 16], scores[POSTING_BLOCK + 16];
    float *parts = candidates->scores + leaf->order * POSTING_BLOCK;
    if (leaf->kept_count > 0) {
        ask_kept(candidates, leaf, limit - rest);
        return;
    }
    candidates_drop_below(candidates, limit - rest - leaf->greatest);
    for (size_t i = 0; i < candidates->count; i++)
        parts[candidates->origins[i]] = 0;
    const size_t count = part(candidates, leaf, limit - rest, stretches);
    located.count = 0;
    for (size_t s = 0; s < count; s++)
        if (!locate(candidates, leaf, &stretches[s], &located)) {
            damaged(candidates, leaf);
            return;
        }
    if (located.count == 0)
        return;
    for (size_t h = 0; h < located.count; h++)
        documents[h] = candidates->documents[located.indexes[h]];
    if (!frequencies_at(leaf, located.blocks, located.places, located.count, frequencies)) {
        damaged(candidates, leaf);
        return;
    }
    score(leaf, documents, frequencies, located.count, scores);
    for (size_t h = 0; h < located.count; h++) {
        candidates->sums[located.indexes[h]] += scores[h];
        parts[candidates->origins[located.indexes[h]]] = scores[h];
    }
}

/* Finds which documents of [from, to) block b of the list has; they become candidates from `kept` on. Returns their
 * end; SIZE_MAX: damaged. */
static size_t find_in_block(struct candidates *candidates, struct leaf *leaf, const struct stretch *stretch,
                            size_t kept)
{
    uint32_t *blocks = candidates->blocks + leaf->order * POSTING_BLOCK;
    uint8_t *places = candidates->places + leaf->order * POSTING_BLOCK;
    uint8_t hits[POSTING_BLOCK + 16], found[POSTING_BLOCK + 16];
    const struct posting_block *block = &leaf->cursor.block;
    if (!leaf_load(leaf, stretch->block))
        return SIZE_MAX;
    const size_t count = kernel_intersect(candidates->documents + stretch->from, stretch->to - (size_t)stretch->from,
                                          block->documents, block->count, hits, found);
    for (size_t h = 0; h < count; h++) {
        const size_t i = stretch->from + (size_t)hits[h];
        const uint8_t origin = candidates->origins[i];
        candidates->documents[kept + h] = candidates->documents[i];
        candidates->origins[kept + h] = origin;
        blocks[origin] = stretch->block;
        places[origin] = found[h];
    }
    return kept + count;
}

/* The same of a list with a bitmap, whose documents the stretch has already. */
static size_t place_in_block(struct candidates *candidates, struct leaf *leaf, const struct stretch *stretch,
                             size_t kept)
{
    uint32_t *blocks = candidates->blocks + leaf->order * POSTING_BLOCK;
    uint8_t *places = candidates->places + leaf->order * POSTING_BLOCK;
    uint8_t found[POSTING_BLOCK + 16];
    const size_t count = stretch->to - (size_t)stretch->from;
    if (!places_in_block(&leaf->cursor.list, stretch->block, candidates->documents + stretch->from, count, found))
        return SIZE_MAX;
    for (size_t h = 0; h < count; h++) {
        const size_t i = stretch->from + h;
        const uint8_t origin = candidates->origins[i];
        candidates->documents[kept + h] = candidates->documents[i];
        candidates->origins[kept + h] = origin;
        blocks[origin] = stretch->block;
        places[origin] = found[h];
    }
    return kept + count;
}

void candidates_find(struct candidates *candidates, struct leaf *leaf, float least)
{
    const struct posting_list *list = &leaf->cursor.list;
    struct stretch stretches[POSTING_BLOCK];
    size_t kept = 0, count = 0;
    uint32_t b = 0;
    if (list->bitmap != NULL)
        keep_dense(candidates, list);
    for (size_t i = 0; i < candidates->count;) {
        if (list->last_documents != NULL)
            b = posting_seek_block(list, b, candidates->documents[i]);
        if (b >= list->blocks)
            break;
        const size_t end = stretch_end(candidates, leaf, b, i);
        if (block_bound(leaf, b) >= least) {
            stretches[count++] = (struct stretch){ b, (uint8_t)i, (uint8_t)end };
            posting_prefetch(list, b);
        }
        i = end;
    }
    for (size_t s = 0; s < count; s++) {
        kept = list->bitmap != NULL ? place_in_block(candidates, leaf, &stretches[s], kept)
                                    : find_in_block(candidates, leaf, &stretches[s], kept);
        if (kept == SIZE_MAX) {
            damaged(candidates, leaf);
            return;
        }
    }
    candidates->count = kept;
}

void candidates_keep(struct candidates *candidates, struct leaf *leaf)
{
    if (leaf->cursor.list.bitmap != NULL)
        keep_dense(candidates, &leaf->cursor.list);
    else
        candidates_find(candidates, leaf, -__builtin_inff());
}

/* Adds what the leaf gives to all candidates, documents and frequencies given. */
static void add(struct candidates *candidates, struct leaf *leaf, uint32_t *documents, float *frequencies)
{
    float *parts = candidates->scores + leaf->order * POSTING_BLOCK;
    float scores[POSTING_BLOCK + 16];
    score(leaf, documents, frequencies, candidates->count, scores);
    for (size_t i = 0; i < candidates->count; i++) {
        candidates->sums[i] += scores[i];
        parts[candidates->origins[i]] = scores[i];
    }
}

void candidates_weigh_block(struct candidates *candidates, struct leaf *leaf)
{
    uint32_t documents[POSTING_BLOCK + 16];
    float frequencies[POSTING_BLOCK + 16];
    if (!term_cursor_frequencies_at(&leaf->cursor, leaf->cursor.block_number, candidates->origins, candidates->count,
                                    frequencies)) {
        damaged(candidates, leaf);
        return;
    }
    memset(candidates->sums, 0, candidates->count * sizeof *candidates->sums);
    memcpy(documents, candidates->documents, candidates->count * sizeof *documents);
    add(candidates, leaf, documents, frequencies);
}

void candidates_weigh(struct candidates *candidates, struct leaf *leaf, float limit)
{
    const uint32_t *all_blocks = candidates->blocks + leaf->order * POSTING_BLOCK;
    const uint8_t *all_places = candidates->places + leaf->order * POSTING_BLOCK;
    uint32_t documents[POSTING_BLOCK + 16], blocks[POSTING_BLOCK];
    uint8_t places[POSTING_BLOCK];
    float frequencies[POSTING_BLOCK + 16];
    size_t count = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        const uint8_t origin = candidates->origins[i];
        const bool reaches = candidates->sums[i] + block_bound(leaf, all_blocks[origin]) >= limit;
        move(candidates, count, i);
        documents[count] = candidates->documents[i];
        blocks[count] = all_blocks[origin];
        places[count] = all_places[origin];
        count += reaches;
    }
    candidates->count = count;
    if (count == 0)
        return;
    if (frequencies_at(leaf, blocks, places, count, frequencies))
        add(candidates, leaf, documents, frequencies);
    else
        damaged(candidates, leaf);
}
