/* SPDX-License-Identifier: MIT */
/* Finding and opening a block of the dictionary. */
#include "terms/term_block.h"

static uint64_t block_offset(const struct terms_reader *reader, uint64_t block)
{
    const uint8_t *at = reader->offsets + block * TERMS_OFFSET_BYTES;
    return load_u32(at) | (uint64_t)at[4] << 32;
}

libsearch_status term_block_open(const struct terms_reader *reader, const struct terms_range *range, uint64_t block,
                                 struct term_block *opened, libsearch_error *error)
{
    const uint64_t begin = block_offset(reader, block), end = block_offset(reader, block + 1);
    if (begin < TERMS_HEADER || end < begin || end > reader->blocks_end)
        return terms_reader_damaged(reader, reader->offsets + block * TERMS_OFFSET_BYTES, "impossible block", error);
    const uint8_t *at = reader->section + begin;
    struct term_block new = { .end = reader->section + end };
    uint64_t words;
    bool bad = false;
    new.first = range->first + (block - range->block) * TERMS_BLOCK;
    new.count = range->end - new.first < TERMS_BLOCK ? (unsigned)(range->end - new.first) : (unsigned)TERMS_BLOCK;
    new.width = *at++;
    new.singles = *at++;
    at = take_varint(at, &words, &bad);
    at = take_varint(at, &new.postings, &bad);
    at = take_varint(at, &new.positions, &bad);
    const size_t documents = ((size_t)new.singles * new.width + 7) / 8;
    if (bad || new.width > 32 || at > new.end || (size_t)(new.end - at) < new.count + documents ||
        (size_t)(new.end - at) - new.count - documents < words)
        return terms_reader_damaged(reader, reader->section + begin, "damaged block header", error);
    new.shapes = at;
    new.words = at + new.count;
    new.words_end = new.words + words;
    new.documents = new.words_end;
    new.values = new.documents + documents;
    *opened = new;
    return LIBSEARCH_OK;
}

/* Whether the first word of a block is <= word. */
static libsearch_status begins_before(const struct terms_reader *reader, const struct terms_range *range,
                                      uint64_t number, const uint8_t *word, size_t length, bool *before,
                                      libsearch_error *error)
{
    struct term_block block;
    struct word_shape shape;
    TRY(term_block_open(reader, range, number, &block, error));
    if (!term_block_word(&block, 0, &shape))
        return terms_reader_damaged(reader, block.words, "a word runs over its block", error);
    *before = words_compare(shape.bytes, shape.following, word, length) <= 0;
    return LIBSEARCH_OK;
}

libsearch_status term_block_locate(const struct terms_reader *reader, const struct terms_range *range,
                                   const uint8_t *word, size_t length, uint64_t *block, libsearch_error *error)
{
    const uint8_t *prefixes = reader->prefixes + range->block * TERMS_PREFIX_BYTES;
    const uint64_t wanted = word_prefix(word, length);
    const uint64_t count = range->block_end - range->block; /* > 0 */
    /* Blocks before `low` begin before the word, by their prefixes alone. */
    uint64_t low = 0, left = count;
    while (left > 0) {
        const uint64_t half = left - left / 2;
        low += load_u64(prefixes + (low + half - 1) * TERMS_PREFIX_BYTES) < wanted ? half : 0;
        left /= 2;
    }
    if (low < count && load_u64(prefixes + low * TERMS_PREFIX_BYTES) == wanted) {
        /* Those from `low` to `high` look the same so far. */
        uint64_t high = low + 1, step = 1;
        while (high < count && load_u64(prefixes + high * TERMS_PREFIX_BYTES) == wanted) {
            high = count - high > step ? high + step : count;
            step *= 2;
        }
        /* Now a block at or behind `high` may still look the same only before the last step; the words decide. */
        while (low < high) {
            const uint64_t middle = low + (high - low) / 2;
            const uint64_t prefix = load_u64(prefixes + middle * TERMS_PREFIX_BYTES);
            bool before = prefix < wanted;
            if (prefix == wanted)
                TRY(begins_before(reader, range, range->block + middle, word, length, &before, error));
            if (before)
                low = middle + 1;
            else
                high = middle;
        }
    }
    *block = range->block + (low > 0 ? low - 1 : 0);
    return LIBSEARCH_OK;
}
