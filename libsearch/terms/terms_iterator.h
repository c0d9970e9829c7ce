/* SPDX-License-Identifier: MIT */
/* The iterator, for the walks of this folder: keys without their values, and what neighbours share. */
#ifndef LIBSEARCH_TERMS_TERMS_ITERATOR_H
#define LIBSEARCH_TERMS_TERMS_ITERATOR_H

#include "terms/term_block.h"

enum { TERMS_COPY = 16 }; /* short words are copied in one piece of this size, whatever their length */
_Static_assert((int)TERMS_COPY <= (int)TERMS_SLACK, "a copy of a word's bytes stays within the section");

struct terms_iterator {
    const struct terms_reader *reader;
    const libsearch_allocator *allocator;
    uint32_t range_index;     /* list_count: at the end */
    struct terms_range range; /* of block */
    uint64_t block_number;
    struct term_block block;
    unsigned next; /* entry of the block whose word is stepped to next */
    bool open;     /* block is; else block_number is opened by the next step */
    bool held;     /* the key has been stepped to but not been given yet */
    bool follows;  /* the next block's first key must be beyond this key */
    size_t shared; /* bytes that the key has, at least, in common with the one last given */
    size_t key_length;
    uint8_t key[TERM_KEY_MAX + TERMS_COPY];
};

/* Steps to the next key (iterator->key): OK, NOT_FOUND at the end, CORRUPT. *shared: the bytes it has, at least, in
 * common with the key of the call before; exactly so many unless there was a seek between. */
libsearch_status terms_iterator_step(struct terms_iterator *iterator, size_t *shared, libsearch_error *error);
/* The entry of the key last stepped to. */
libsearch_status terms_iterator_value(struct terms_iterator *iterator, struct term_entry *entry,
                                      libsearch_error *error);
/* Its ordinal. */
static inline uint64_t terms_iterator_ordinal(const struct terms_iterator *iterator)
{
    return iterator->block.first + iterator->next - 1;
}

#endif
