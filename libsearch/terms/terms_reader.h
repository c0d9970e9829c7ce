/* SPDX-License-Identifier: MIT */
/* What a reader holds, for the files of this folder. */
#ifndef LIBSEARCH_TERMS_TERMS_READER_H
#define LIBSEARCH_TERMS_TERMS_READER_H

#include "terms/terms_format.h"

struct terms_reader {
    const libsearch_allocator *allocator;
    char *name; /* of the file, for messages */
    const uint8_t *section;
    size_t length;
    uint64_t count, blocks_end;
    uint32_t block_count, list_count;
    const uint8_t *lists, *prefixes, *offsets;
    const uint8_t *peaks; /* of each block; NULL: not known */
};

/* The entries of one list number: blocks [block, block_end) and ordinals [first, end). */
struct terms_range {
    uint32_t number;
    uint64_t block, block_end;
    uint64_t first, end;
};

/* List number i of the section; i < list_count. */
struct terms_range terms_reader_range(const struct terms_reader *reader, uint32_t i);
/* The first of the list numbers in the section that is >= number; list_count where there is none. */
uint32_t terms_reader_range_index(const struct terms_reader *reader, uint32_t number);

/* Fills the error with file and place. */
void terms_reader_name_damage(const struct terms_reader *reader, const uint8_t *at, const char *what,
                              libsearch_error *error);

/* CORRUPT with file and place. (Whole here, so that static analysis sees that it is never OK.) */
static inline libsearch_status terms_reader_damaged(const struct terms_reader *reader, const uint8_t *at,
                                                    const char *what, libsearch_error *error)
{
    terms_reader_name_damage(reader, at, what, error);
    return LIBSEARCH_CORRUPT;
}

#endif
