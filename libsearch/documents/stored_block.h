/* SPDX-License-Identifier: MIT */
/* What stored_writer.c and stored_reader.c agree on.
 *
 * Blocks section: zstd frames one after the other, each with its content size and without checksum. A block's content
 * is the records of its documents, one after the other, and then, where there are several, the end of each but the
 * last as u16 (the last ends where the ends begin).
 *
 * A block takes records until it holds STORED_BLOCK bytes (the ends counted); a record of STORED_BLOCK bytes or more
 * is a block of its own, and ends the one before. So blocks depend on the records alone.
 *
 * Table section: u64 blocks, then three arrays (numbers.h): the first document of each block; where each begins in the
 * blocks section, and the end of the last; the length of each one's content. */
#ifndef LIBSEARCH_DOCUMENTS_STORED_BLOCK_H
#define LIBSEARCH_DOCUMENTS_STORED_BLOCK_H

#include "documents/stored.h"

/* zstd with an allocator of one's own is in every libzstd since 1.3, but only declared on request. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

enum {
    STORED_BLOCK = 16384,
    /* What a block of several records can hold: not yet full, and one more that is smaller than a block. */
    STORED_MAX_SHARED = 2 * STORED_BLOCK,
    /* A document's bytes, and for each value a field number, a type and a length. */
    STORED_MAX_RECORD = LIBSEARCH_MAX_VALUE + 9 * DOCUMENT_MAX_VALUES
};

/* A block as its table entry describes it, checked. */
struct stored_block {
    uint64_t number;
    uint32_t first, count;
    const uint8_t *frame;
    size_t frame_length, length;
};

/* The block that begins with the document; NOT_FOUND (error untouched) where none does. */
libsearch_status stored_reader_block(const struct stored_reader *reader, uint32_t document, struct stored_block *block,
                                     libsearch_error *error);

static inline void *stored_zstd_allocate(void *allocator, size_t size) { return memory_allocate(allocator, size); }

static inline void stored_zstd_release(void *allocator, void *memory) { memory_free(allocator, memory); }

static inline ZSTD_customMem stored_zstd_memory(const libsearch_allocator *allocator)
{
    return (ZSTD_customMem){ stored_zstd_allocate, stored_zstd_release, (void *)allocator };
}

#endif
