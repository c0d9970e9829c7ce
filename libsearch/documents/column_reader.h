/* SPDX-License-Identifier: MIT */
/* An open column from inside: for column_reader.c and column_range.c. */
#ifndef LIBSEARCH_DOCUMENTS_COLUMN_READER_H
#define LIBSEARCH_DOCUMENTS_COLUMN_READER_H

#include "documents/column_layout.h"

struct column {
    const libsearch_allocator *allocator;
    char *name;
    bool keyword;
    uint32_t documents, width, keywords;
    uint64_t least, divisor, count;
    const uint8_t *presence, *ranks; /* NULL: every document has a value */
    struct numbers starts;           /* data NULL: one value each */
    const uint8_t *values, *least_bounds, *greatest_bounds;
    struct numbers keyword_ends;
    const uint8_t *keyword_bytes;
    size_t keyword_length;
};

static inline uint64_t column_stored(const uint8_t *values, uint32_t width, uint64_t i)
{
    switch (width) {
    case 0: return 0;
    case 1: return values[i];
    case 2: return load_u16(values + 2 * i);
    case 4: return load_u32(values + 4 * i);
    default: return load_u64(values + 8 * i);
    }
}

/* How many documents have a value before those of `below`, bits of the word. */
static inline uint64_t column_rank(const struct column *column, size_t word, uint64_t below)
{
    return load_u32(column->ranks + 4 * word) + (uint64_t)__builtin_popcountll(below);
}

/* The values of the document at `place` among those that have one; none where damaged bytes lead outside. */
static inline void column_values_at(const struct column *column, uint64_t place, uint64_t *start, uint64_t *end)
{
    uint64_t from = place, to = place + 1;
    *start = *end = 0;
    if (column->starts.data != NULL) {
        if (to >= column->starts.count)
            return;
        from = numbers_at(&column->starts, place);
        to = numbers_at(&column->starts, place + 1);
    }
    if (from <= to && to <= column->count) {
        *start = from;
        *end = to;
    }
}

/* Bits of a word of documents that are documents. */
static inline uint64_t column_word_mask(const struct column *column, size_t word)
{
    const uint64_t left = column->documents - 64 * (uint64_t)word;
    return left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1;
}

/* Bounds of a block in the stored form; false when no document of it has a value. */
static inline bool column_stored_bounds(const struct column *column, uint32_t block, uint64_t *least,
                                        uint64_t *greatest)
{
    if (column->presence != NULL) {
        const size_t words = column_words(column->documents);
        const size_t first = (size_t)block * (COLUMN_BLOCK / 64), end = first + COLUMN_BLOCK / 64;
        if (load_u32(column->ranks + 4 * first) == load_u32(column->ranks + 4 * (end < words ? end : words)))
            return false;
    }
    *least = column_stored(column->least_bounds, column->width, block);
    *greatest = column_stored(column->greatest_bounds, column->width, block);
    return true;
}

#endif
