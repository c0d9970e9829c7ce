/* SPDX-License-Identifier: MIT */
#include "search/list_walk.h"

#include <string.h>

#include "search/kernels.h"

void list_walk_open(struct list_walk *walk, const struct posting_list *list)
{
    walk->list = list;
    walk->number = list->blocks;
    walk->from = 0;
}

bool list_walk_load(struct list_walk *walk, uint32_t b)
{
    if (walk->number == b)
        return true;
    walk->number = posting_block_documents(walk->list, b, &walk->block) ? b : walk->list->blocks;
    return walk->number == b;
}

uint32_t list_walk_seek(struct list_walk *walk, uint32_t document)
{
    if (walk->list->last_documents == NULL)
        return 0;
    if (walk->from > 0 && posting_last_document(walk->list, walk->from - 1) >= document)
        walk->from = 0;
    walk->from = posting_seek_block(walk->list, walk->from, document);
    return walk->from;
}

/* Asks for the blocks of all documents at once, so that their waits for memory are one. */
static void prefetch_blocks(struct list_walk *walk, const uint32_t *documents, size_t n)
{
    const struct posting_list *list = walk->list;
    if (list->last_documents == NULL || n == 0)
        return;
    for (size_t i = 0; i < n;) {
        const uint32_t b =
            i == 0 ? list_walk_seek(walk, documents[0]) : posting_seek_block(list, walk->from, documents[i]);
        if (b >= list->blocks)
            break;
        posting_prefetch(list, b);
        const uint32_t last = posting_last_document(list, b);
        while (i < n && documents[i] <= last)
            i++;
    }
}

/* Keeps of n documents those that a list's bitmap has, without a branch that hangs on them. */
static size_t keep_dense(const struct posting_list *list, uint32_t *documents, size_t n)
{
    const uint32_t last = posting_last_document(list, list->blocks - 1);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t document = documents[i], inside = document < last ? document : last;
        documents[kept] = document;
        kept += (document <= last) & (size_t)(load_u64(list->bitmap + 8 * (size_t)(inside / 64)) >> inside % 64 & 1);
    }
    return kept;
}

/* Keeps of documents [i, end) those in the bitmap, likewise without a branch that hangs on them. */
static size_t keep_bits(const struct posting_bitmap *bitmap, uint32_t *documents, size_t i, size_t end, size_t kept)
{
    for (; i < end; i++) {
        const uint32_t document = documents[i], bit = document - bitmap->first;
        const bool inside = document >= bitmap->first && bit / 64 < bitmap->count;
        const uint64_t word = load_u64(bitmap->words + (inside ? 8 * (size_t)(bit / 64) : 0));
        documents[kept] = document;
        kept += inside & (size_t)(word >> bit % 64 & 1);
    }
    return kept;
}

bool list_walk_keep(struct list_walk *walk, uint32_t *documents, size_t *n)
{
    const struct posting_list *list = walk->list;
    uint8_t hits[POSTING_BLOCK], places[POSTING_BLOCK];
    size_t kept = 0;
    if (list->bitmap != NULL) {
        *n = keep_dense(list, documents, *n);
        return true;
    }
    prefetch_blocks(walk, documents, *n);
    for (size_t i = 0; i < *n;) {
        const uint32_t b = list_walk_seek(walk, documents[i]);
        if (b >= list->blocks)
            break;
        const uint32_t last = list->last_documents == NULL ? UINT32_MAX : posting_last_document(list, b);
        size_t end = *n;
        if (documents[end - 1] > last)
            for (end = i + 1; end < *n && documents[end] <= last; end++) {
            }
        struct posting_bitmap bitmap;
        if (walk->number != b && posting_block_bitmap(list, b, &bitmap)) {
            kept = bitmap.count == 0 ? kept : keep_bits(&bitmap, documents, i, end, kept);
            i = end;
            continue;
        }
        if (!list_walk_load(walk, b))
            return false;
        const size_t found =
            kernel_intersect(documents + i, end - i, walk->block.documents, walk->block.count, hits, places);
        for (size_t h = 0; h < found; h++)
            documents[kept++] = documents[i + hits[h]];
        i = end;
    }
    *n = kept;
    return true;
}

bool list_walk_drop(struct list_walk *walk, uint32_t *documents, size_t *n)
{
    uint32_t found[POSTING_BLOCK];
    size_t found_count = *n, kept = 0;
    memcpy(found, documents, *n * sizeof *found);
    if (!list_walk_keep(walk, found, &found_count))
        return false;
    for (size_t i = 0, f = 0; i < *n; i++) {
        const bool has = f < found_count && found[f] == documents[i];
        documents[kept] = documents[i];
        kept += !has;
        f += has;
    }
    *n = kept;
    return true;
}
