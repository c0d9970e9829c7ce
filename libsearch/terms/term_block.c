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
    uint64_t words, postings_steps, positions_steps;
    bool bad = false;
    new.first = range->first + (block - range->block) * TERMS_BLOCK;
    new.count = range->end - new.first < TERMS_BLOCK ? (unsigned)(range->end - new.first) : (unsigned)TERMS_BLOCK;
    new.width = *at++;
    new.singles = *at++;
    at = take_any_varint(at, &words, &bad);
    at = take_any_varint(at, &postings_steps, &bad);
    at = take_any_varint(at, &positions_steps, &bad);
    at = take_any_varint(at, &new.postings, &bad);
    at = take_any_varint(at, &new.positions, &bad);
    const uint64_t documents = ((uint64_t) new.singles *new.width + 7) / 8;
    const uint64_t length = end - begin; /* at most, of any part */
    if (bad || new.width > 32 || at > new.end || words > length || postings_steps > length ||
        positions_steps > length ||
        (uint64_t)(new.end - at) < 2 * (uint64_t) new.count + words + documents + postings_steps + positions_steps)
        return terms_reader_damaged(reader, reader->section + begin, "damaged block header", error);
    new.shapes = at;
    new.words = at + new.count;
    new.words_end = new.words + words;
    new.documents = new.words_end;
    new.kinds = new.documents + documents;
    new.postings_steps = new.kinds + new.count;
    new.positions_steps = new.postings_steps_end = new.postings_steps + postings_steps;
    new.others = new.positions_steps_end = new.positions_steps + positions_steps;
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

/* The first of `count` prefixes that is >= wanted, `count` where there is none; from: a place to begin at. */
static uint64_t locate_prefix(const uint8_t *prefixes, uint64_t count, uint64_t from, uint64_t wanted)
{
    uint64_t low = 0, left = count;
    if (from > 0 && load_u64(prefixes + from * TERMS_PREFIX_BYTES) < wanted) {
        uint64_t high = from + 1, step = 1;
        low = high;
        while (high < count && load_u64(prefixes + high * TERMS_PREFIX_BYTES) < wanted) {
            low = high + 1;
            high = count - high > step ? high + step : count;
            step *= 2;
        }
        left = high - low;
    }
    while (left > 0) {
        const uint64_t half = left - left / 2;
        low += load_u64(prefixes + (low + half - 1) * TERMS_PREFIX_BYTES) < wanted ? half : 0;
        left /= 2;
    }
    return low;
}

libsearch_status term_block_locate(const struct terms_reader *reader, const struct terms_range *range, uint64_t from,
                                   const uint8_t *word, size_t length, uint64_t *block, libsearch_error *error)
{
    const uint8_t *prefixes = reader->prefixes + range->block * TERMS_PREFIX_BYTES;
    const uint64_t wanted = word_prefix(word, length);
    const uint64_t count = range->block_end - range->block; /* > 0 */
    /* Blocks before `low` begin before the word, by their prefixes alone. */
    uint64_t low = locate_prefix(prefixes, count, from - range->block, wanted);
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

/* What a kind adds to the numbers of things before the next entry: five sums in one, twelve bits each. */
enum { SUM_BITS = 12, SUM_MASK = (1 << SUM_BITS) - 1 };
_Static_assert(TERMS_BLOCK * 5 <= SUM_MASK, "no sum over a block runs over");

#define SUM(singles, postings, positions, positions_small, others)                                                     \
    ((uint64_t)(singles) | (uint64_t)(postings) << SUM_BITS | (uint64_t)(positions) << 2 * SUM_BITS |                  \
     (uint64_t)(positions_small) << 3 * SUM_BITS | (uint64_t)(others) << 4 * SUM_BITS)
#define LIST_SUM(kind)                                                                                                 \
    SUM(!((kind)&8), ((kind) >> 6) & 1, ((kind) >> 4 & 3) == 3, ((kind) >> 4 & 3) == 3 ? 0 : (kind) >> 4 & 3,          \
        ((kind) >> 3 & 1) + ((kind) >> 2 & 1) + (((kind)&3) == 3 ? 3 : ((kind)&3) == 2))
#define SURFACE_SUM(kind) SUM(0, 0, 0, 0, (((kind) >> 4 & 7) == 0) + (((kind) >> 2 & 3) == 3) + (((kind)&3) == 0))
#define SUM_OF(kind) ((kind)&0x80 ? SURFACE_SUM(kind) : LIST_SUM(kind))
#define SUM_4(kind) SUM_OF(kind), SUM_OF((kind) + 1), SUM_OF((kind) + 2), SUM_OF((kind) + 3)
#define SUM_16(kind) SUM_4(kind), SUM_4((kind) + 4), SUM_4((kind) + 8), SUM_4((kind) + 12)
#define SUM_64(kind) SUM_16(kind), SUM_16((kind) + 16), SUM_16((kind) + 32), SUM_16((kind) + 48)
static const uint64_t kind_sums[256] = { SUM_64(0), SUM_64(64), SUM_64(128), SUM_64(192) };

/* Takes `count` varints, adds them up in *sum. NULL: damaged. */
static const uint8_t *add_varints(const uint8_t *at, const uint8_t *end, unsigned count, uint64_t *sum)
{
    bool bad = false;
    for (unsigned i = 0; i < count && !bad; i++) {
        uint64_t number;
        at = take_any_varint(at, &number, &bad);
        bad |= at > end || __builtin_add_overflow(*sum, number, sum);
    }
    return bad ? NULL : at;
}

/* Passes over `count` varints. NULL: damaged. */
static const uint8_t *skip_varints(const uint8_t *at, const uint8_t *end, unsigned count)
{
    while (count >= 8 && at < end) {
        const uint64_t last = ~load_u64(at) & 0x8080808080808080;
        count -= (unsigned)((last >> 7) * 0x0101010101010101 >> 56);
        at += 8;
    }
    for (; count > 0 && at < end; at++)
        count -= *at < 0x80;
    return count > 0 || at > end ? NULL : at;
}

bool term_block_skip(struct term_block *block, unsigned entries)
{
    uint64_t sums = 0;
    for (unsigned i = 0; i < entries; i++)
        sums += kind_sums[block->kinds[i]];
    const unsigned postings = sums >> SUM_BITS & SUM_MASK, positions = sums >> 2 * SUM_BITS & SUM_MASK;
    block->taken = entries;
    block->singles_taken = sums & SUM_MASK;
    block->postings_steps = add_varints(block->postings_steps, block->postings_steps_end, postings, &block->postings);
    block->positions_steps =
        add_varints(block->positions_steps, block->positions_steps_end, positions, &block->positions);
    block->others = skip_varints(block->others, block->end, (unsigned)(sums >> 4 * SUM_BITS));
    /* What the steps count from: 1 a postings step, 3 a positions step, and the steps that stand in the kinds. */
    const uint64_t in_kinds = 3 * (uint64_t)positions + (sums >> 3 * SUM_BITS & SUM_MASK);
    const bool bad = __builtin_add_overflow(block->postings, postings, &block->postings) ||
                     __builtin_add_overflow(block->positions, in_kinds, &block->positions);
    return !bad && block->postings_steps != NULL && block->positions_steps != NULL && block->others != NULL &&
           block->singles_taken <= block->singles;
}
