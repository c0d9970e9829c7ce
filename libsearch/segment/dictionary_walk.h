/* SPDX-License-Identifier: MIT */
/* Walks the dictionaries of several segments as one, in key order. */
#ifndef LIBSEARCH_SEGMENT_DICTIONARY_WALK_H
#define LIBSEARCH_SEGMENT_DICTIONARY_WALK_H

#include "terms/terms.h"

/* One dictionary's part in the walk: the entry at which it stands. */
struct dictionary_cursor {
    struct terms_iterator *iterator;
    libsearch_bytes key;
    uint64_t window; /* the key's first 8 bytes, big endian, zeros after its end */
    struct term_entry entry;
    uint64_t ordinal;
};

struct dictionary_walk {
    const libsearch_allocator *allocator;
    size_t count;
    struct dictionary_cursor *cursors; /* by segment */
    uint32_t *heap;                    /* cursors that stand at an entry, least key and then least number first */
    size_t heap_count;
    uint32_t *at; /* cursors that stand at the walk's key, rising */
    size_t at_count;
};

/* readers: one a segment. Stands before the first key. */
libsearch_status dictionary_walk_init(struct dictionary_walk *walk, const libsearch_allocator *allocator,
                                      struct terms_reader *const *readers, size_t count, libsearch_error *error);
void dictionary_walk_free(struct dictionary_walk *walk);
/* The next key, with its entries in cursors[at[0 … at_count - 1]]: OK, NOT_FOUND at the end (error untouched) or
 * CORRUPT. The key stays until the next call. */
libsearch_status dictionary_walk_next(struct dictionary_walk *walk, libsearch_bytes *key, libsearch_error *error);

#endif
