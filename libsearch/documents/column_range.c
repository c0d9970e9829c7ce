/* SPDX-License-Identifier: MIT */
#include "documents/column_reader.h"

/* The bits of the 64 (or, with `count`, fewer) values from `values` on that lie within [low, low + span]. Inlined with
 * a constant width, each is a loop that the compiler turns into vector instructions. */
static inline uint64_t match_word(const uint8_t *values, uint32_t width, uint32_t count, uint64_t low, uint64_t span)
{
    uint64_t word = 0;
    for (uint32_t i = 0; i < count; i++)
        word |= (uint64_t)(column_stored(values, width, i) - low <= span) << i;
    return word;
}

static uint64_t match_single(const struct column *column, uint64_t first, uint32_t count, uint64_t low, uint64_t span)
{
    if (first > column->count || count > column->count - first)
        return 0;
    const uint8_t *values = column->values + first * column->width;
    switch (column->width) {
    case 0: return match_word(values, 0, count, low, span);
    case 1: return match_word(values, 1, count, low, span);
    case 2: return match_word(values, 2, count, low, span);
    case 4: return match_word(values, 4, count, low, span);
    default: return match_word(values, 8, count, low, span);
    }
}

/* Whether one of the ascending values [start, end) lies within. */
static bool match_several(const struct column *column, uint64_t start, uint64_t end, uint64_t low, uint64_t span)
{
    const uint64_t last = end;
    while (start < end) { /* to the first that is not less than low */
        const uint64_t middle = start + (end - start) / 2;
        if (column_stored(column->values, column->width, middle) < low)
            start = middle + 1;
        else
            end = middle;
    }
    return start < last && column_stored(column->values, column->width, start) - low <= span;
}

/* The documents of a word that have a value. */
static uint64_t present_in(const struct column *column, size_t word)
{
    const uint64_t mask = column_word_mask(column, word);
    return column->presence == NULL ? mask : load_u64(column->presence + 8 * word) & mask;
}

static uint64_t match_documents(const struct column *column, size_t word, uint64_t low, uint64_t span)
{
    uint64_t present = present_in(column, word), matching = 0;
    const uint64_t first = column->presence == NULL ? 64 * (uint64_t)word : column_rank(column, word, 0);
    if (column->starts.data == NULL) {
        const uint64_t dense = match_single(column, first, (uint32_t)__builtin_popcountll(present), low, span);
        if (present == UINT64_MAX)
            return dense;
        for (uint64_t values = dense; present != 0; present &= present - 1, values >>= 1) /* each to its document */
            matching |= present & (0 - present) & (0 - (values & 1));
        return matching;
    }
    for (uint64_t place = first; present != 0; present &= present - 1, place++) {
        uint64_t start, end;
        column_values_at(column, place, &start, &end);
        if (match_several(column, start, end, low, span))
            matching |= present & (0 - present);
    }
    return matching;
}

void column_range(const struct column *column, uint64_t low, uint64_t high, uint32_t from, uint32_t to, uint64_t *bits)
{
    if (to > column->documents)
        to = column->documents;
    if (low > high || high < column->least || from >= to)
        return;
    /* Into the stored form: up from low, down from high. */
    const uint64_t above = low <= column->least ? 0 : low - column->least;
    const uint64_t first = above / column->divisor + (above % column->divisor != 0);
    const uint64_t last = (high - column->least) / column->divisor;
    if (first > last)
        return;
    const size_t end = column_words(to);
    for (size_t word = from / 64; word < end;) {
        const uint32_t block = (uint32_t)(word / (COLUMN_BLOCK / 64));
        size_t block_end = ((size_t)block + 1) * (COLUMN_BLOCK / 64);
        block_end = block_end < end ? block_end : end;
        uint64_t least, greatest;
        if (!column_stored_bounds(column, block, &least, &greatest) || greatest < first || least > last) {
            word = block_end;
            continue;
        }
        const bool inside = least >= first && greatest <= last;
        for (; word < block_end; word++)
            bits[word - from / 64] |=
                inside ? present_in(column, word) : match_documents(column, word, first, last - first);
    }
}
