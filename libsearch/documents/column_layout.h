/* SPDX-License-Identifier: MIT */
/* What column_writer.c and column_reader.c agree on: the bytes of a column's section.
 *
 *     u32 kind (1 numbers, 2 keywords), u32 flags, u32 documents, u32 width (0, 1, 2, 4, 8)
 *     u64 least value, u64 divisor (not 0), u64 values, u64 keywords
 *     then, each beginning at a multiple of 8 from the start of the section, zeros between:
 *     presence      unless FULL: for each 64 documents a u64 of bits, those that have a value, and then u32 ranks: how
 *                   many bits are set before each word, and at the end how many altogether
 *     starts        where SEVERAL: an array (numbers.h), for each document that has a value the number of its first one,
 *                   and at the end the number of values
 *     values        each (value - least) / divisor in `width` bytes; width 0: all values are the least
 *     bounds        for each 1024 documents the smallest, then the greatest value, in the same form; 0 where there is
 *                   none
 *     keywords      where the kind says so: the end of each within the bytes (an array), then the bytes, ascending
 *
 * The values of a document ascend, each once. A keyword column's values are the keywords' ordinals, with least 0 and
 * divisor 1. */
#ifndef LIBSEARCH_DOCUMENTS_COLUMN_LAYOUT_H
#define LIBSEARCH_DOCUMENTS_COLUMN_LAYOUT_H

#include "documents/columns.h"
#include "documents/numbers.h"

enum {
    COLUMN_NUMBERS = 1,
    COLUMN_KEYWORDS = 2,
    COLUMN_FULL = 1 << 0,    /* every document has a value */
    COLUMN_SEVERAL = 1 << 1, /* some document has several */
    COLUMN_ALIGNMENT = 8
};

static inline size_t column_words(uint32_t documents) { return ((size_t)documents + 63) / 64; }
static inline size_t column_blocks(uint32_t documents) { return ((size_t)documents + COLUMN_BLOCK - 1) / COLUMN_BLOCK; }

#endif
