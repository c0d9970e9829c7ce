/* SPDX-License-Identifier: MIT */
#include "segment/dictionary_walk.h"

#include <string.h>

static uint64_t window_of(libsearch_bytes key)
{
    uint8_t bytes[8] = { 0 };
    memcpy(bytes, key.data, key.length < sizeof bytes ? key.length : sizeof bytes);
    uint64_t window = 0;
    for (unsigned i = 0; i < sizeof bytes; i++)
        window = window << 8 | bytes[i];
    return window;
}

static int compare_keys(const struct dictionary_cursor *a, const struct dictionary_cursor *b)
{
    if (a->window != b->window)
        return a->window < b->window ? -1 : 1;
    const size_t shorter = a->key.length < b->key.length ? a->key.length : b->key.length;
    const int order = memcmp(a->key.data, b->key.data, shorter);
    if (order != 0)
        return order;
    return a->key.length < b->key.length ? -1 : a->key.length > b->key.length;
}

static bool stands_before(const struct dictionary_walk *walk, uint32_t a, uint32_t b)
{
    const int order = compare_keys(&walk->cursors[a], &walk->cursors[b]);
    return order < 0 || (order == 0 && a < b);
}

static void sift_up(struct dictionary_walk *walk, size_t at)
{
    uint32_t *heap = walk->heap;
    const uint32_t moved = heap[at];
    for (; at > 0 && stands_before(walk, moved, heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = moved;
}

static void sift_down(struct dictionary_walk *walk)
{
    uint32_t *heap = walk->heap;
    const uint32_t moved = heap[0];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < walk->heap_count; at = child) {
        if (child + 1 < walk->heap_count && stands_before(walk, heap[child + 1], heap[child]))
            child++;
        if (!stands_before(walk, heap[child], moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* Moves a cursor on and puts it back into the heap, unless it is at its end. */
static libsearch_status advance(struct dictionary_walk *walk, uint32_t number, libsearch_error *error)
{
    struct dictionary_cursor *cursor = &walk->cursors[number];
    const libsearch_status status =
        terms_iterator_next(cursor->iterator, &cursor->key, &cursor->entry, &cursor->ordinal, error);
    if (status != LIBSEARCH_OK)
        return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
    cursor->window = window_of(cursor->key);
    walk->heap[walk->heap_count] = number;
    sift_up(walk, walk->heap_count++);
    return LIBSEARCH_OK;
}

libsearch_status dictionary_walk_init(struct dictionary_walk *walk, const libsearch_allocator *allocator,
                                      struct terms_reader *const *readers, size_t count, libsearch_error *error)
{
    memset(walk, 0, sizeof *walk);
    walk->allocator = allocator;
    walk->count = count;
    walk->cursors = memory_allocate_array(allocator, count, sizeof *walk->cursors);
    walk->heap = memory_allocate_array(allocator, count, sizeof *walk->heap);
    walk->at = memory_allocate_array(allocator, count, sizeof *walk->at);
    if (walk->cursors == NULL || walk->heap == NULL || walk->at == NULL) {
        dictionary_walk_free(walk);
        return error_no_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        const libsearch_status status = terms_iterator_new(readers[i], allocator, &walk->cursors[i].iterator, error);
        if (status != LIBSEARCH_OK) {
            dictionary_walk_free(walk);
            return status;
        }
        walk->at[walk->at_count++] = (uint32_t)i; /* all are moved on by the first call */
    }
    return LIBSEARCH_OK;
}

void dictionary_walk_free(struct dictionary_walk *walk)
{
    for (size_t i = 0; i < walk->count && walk->cursors != NULL; i++)
        terms_iterator_free(walk->cursors[i].iterator);
    memory_free(walk->allocator, walk->cursors);
    memory_free(walk->allocator, walk->heap);
    memory_free(walk->allocator, walk->at);
}

libsearch_status dictionary_walk_next(struct dictionary_walk *walk, libsearch_bytes *key, libsearch_error *error)
{
    const size_t before = walk->at_count;
    walk->at_count = 0;
    for (size_t i = 0; i < before; i++)
        TRY(advance(walk, walk->at[i], error));
    if (walk->heap_count == 0)
        return LIBSEARCH_NOT_FOUND;
    const struct dictionary_cursor *first = &walk->cursors[walk->heap[0]];
    do {
        walk->at[walk->at_count++] = walk->heap[0];
        walk->heap[0] = walk->heap[--walk->heap_count];
        if (walk->heap_count > 1)
            sift_down(walk);
    } while (walk->heap_count > 0 && compare_keys(&walk->cursors[walk->heap[0]], first) == 0);
    *key = first->key;
    return LIBSEARCH_OK;
}
