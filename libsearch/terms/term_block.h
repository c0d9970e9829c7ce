/* SPDX-License-Identifier: MIT */
/* A block of the dictionary being read: its words and its values, each forward only.
 *
 * Decoding looks at the end only once an entry is taken: no entry's shape (20 bytes), step or other varints are
 * longer than the TERMS_SLACK bytes that follow the last block, so nothing outside the section is touched. */
#ifndef LIBSEARCH_TERMS_TERM_BLOCK_H
#define LIBSEARCH_TERMS_TERM_BLOCK_H

#include "terms/terms_reader.h"

struct term_block {
    const uint8_t *shapes;
    const uint8_t *words, *words_end;                         /* of the entries not yet taken */
    const uint8_t *documents;                                 /* all */
    const uint8_t *kinds;                                     /* all */
    const uint8_t *postings_steps, *positions_steps, *others; /* of the entries not yet taken */
    const uint8_t *postings_steps_end, *positions_steps_end, *end;
    uint64_t first;               /* ordinal of its first entry */
    uint64_t postings, positions; /* of the last list taken; of the first before that */
    unsigned count;
    unsigned width, singles, singles_taken;
    unsigned taken; /* entries whose values are */
};

/* What the next word is made of. */
struct word_shape {
    size_t shared, following;
    const uint8_t *bytes; /* the following ones */
};

/* Opens block number `block` of a range. */
libsearch_status term_block_open(const struct terms_reader *reader, const struct terms_range *range, uint64_t block,
                                 struct term_block *opened, libsearch_error *error);

/* The block of a range that holds the last first-word <= word, the first block if there is none such. from: a block of
 * the range; what is a little behind it is found sooner. */
libsearch_status term_block_locate(const struct terms_reader *reader, const struct terms_range *range, uint64_t from,
                                   const uint8_t *word, size_t length, uint64_t *block, libsearch_error *error);

/* At most ten bytes. Sets *bad where the number does not fit 64 bits. */
static inline const uint8_t *take_varint(const uint8_t *at, uint64_t *value, bool *bad)
{
    uint64_t result = *at++;
    if (__builtin_expect(result >= 0x80, 0)) {
        uint64_t byte;
        unsigned shift = 7;
        result &= 0x7F;
        do {
            byte = *at++;
            if (shift == 63 && byte > 1) {
                *bad = true;
                break;
            }
            result |= (byte & 0x7F) << shift;
            shift += 7;
        } while (byte >= 0x80);
    }
    *value = result;
    return at;
}

/* The same without a branch for the usual lengths: where they are anything but regular. May look at 8 bytes. */
static inline const uint8_t *take_any_varint(const uint8_t *at, uint64_t *value, bool *bad)
{
    const uint64_t bytes = load_u64(at);
    const uint64_t last = ~bytes & 0x8080808080808080;
    if (__builtin_expect(last == 0, 0))
        return take_varint(at, value, bad);
    uint64_t number = bytes & (last ^ (last - 1)); /* up to the first byte that ends a number */
    number = (number & 0x007F007F007F007F) | (number & 0x7F007F007F007F00) >> 1;
    number = (number & 0x00003FFF00003FFF) | (number & 0x3FFF00003FFF0000) >> 2;
    *value = (number & 0x000000000FFFFFFF) | (number & 0x0FFFFFFF00000000) >> 4;
    return at + (unsigned)__builtin_ctzll(last) / 8 + 1;
}

/* Takes the shape of entry i; entries are taken in order. False: damaged. */
static inline bool term_block_word(struct term_block *block, unsigned i, struct word_shape *shape)
{
    const uint8_t code = block->shapes[i];
    const uint8_t *at = block->words;
    uint64_t shared = code >> 4, following = code & 15;
    if (__builtin_expect(shared == 15 || following == 15, 0)) {
        bool bad = false;
        uint64_t more;
        if (shared == 15) {
            at = take_varint(at, &more, &bad);
            bad |= more > TERMS_WORD_MAX;
            shared += more;
        }
        if (following == 15) {
            at = take_varint(at, &more, &bad);
            bad |= more > TERMS_WORD_MAX;
            following += more;
        }
        if (bad || at > block->words_end || shared + following > TERMS_WORD_MAX)
            return false;
    }
    if ((size_t)(block->words_end - at) < following)
        return false;
    shape->shared = (size_t)shared;
    shape->following = (size_t)following;
    shape->bytes = at;
    block->words = at + following;
    return true;
}

static inline uint32_t term_block_document(const struct term_block *block, unsigned i)
{
    const uint64_t bit = (uint64_t)i * block->width;
    return (uint32_t)((load_u64(block->documents + bit / 8) >> (bit % 8)) & (((uint64_t)1 << block->width) - 1));
}

static inline uint64_t unfold_sign(uint64_t folded) { return (folded >> 1) ^ (0 - (folded & 1)); }

/* Takes the values of the first `entries` entries of a block just opened, without looking at them; entries is less
 * than its count. False: damaged. */
bool term_block_skip(struct term_block *block, unsigned entries);

/* Takes the values of the next entry, which there is. count: of all entries. False: damaged. */
static inline bool term_block_value(struct term_block *block, uint64_t count, struct term_entry *entry)
{
    const uint8_t *at = block->others;
    const uint64_t ordinal = block->first + block->taken;
    const unsigned kind = block->kinds[block->taken++];
    bool bad = false;
    uint64_t number;
    memset(entry, 0, sizeof *entry);
    if (kind & KIND_SURFACE_ONLY) {
        const unsigned term = (kind >> KIND_TERM_SHIFT) & 7, form = (kind >> KIND_FORM_SHIFT) & 3, times = kind & 3;
        entry->flags = TERM_SURFACE;
        entry->surface_term = term == KIND_TERM_NEXT ? ordinal + 1 : ordinal - term;
        entry->surface_form = form;
        entry->surface_count = times;
        if (term == 0) {
            at = take_varint(at, &number, &bad);
            entry->surface_term = ordinal + unfold_sign(number);
        }
        if (form == 3) {
            at = take_varint(at, &number, &bad);
            bad |= number > UINT32_MAX - 3;
            entry->surface_form = (uint32_t)number + 3;
        }
        if (times == 0)
            at = take_varint(at, &entry->surface_count, &bad);
        bad |= entry->surface_term >= count;
    } else {
        const unsigned positions = (kind >> KIND_POSITIONS_SHIFT) & 3, frequency = (kind >> KIND_FREQUENCY_SHIFT) & 3;
        uint64_t step = positions;
        entry->flags = TERM_LIST;
        if (kind & KIND_POSTINGS) {
            block->postings_steps = take_varint(block->postings_steps, &number, &bad);
            bad |= number == UINT64_MAX || __builtin_add_overflow(block->postings, number + 1, &block->postings) ||
                   block->postings_steps > block->postings_steps_end;
        }
        if (positions == 3) {
            block->positions_steps = take_varint(block->positions_steps, &number, &bad);
            bad |= __builtin_add_overflow(number, 3, &step) || block->positions_steps > block->positions_steps_end;
        }
        bad |= __builtin_add_overflow(block->positions, step, &block->positions);
        entry->postings_offset = block->postings;
        entry->positions_offset = block->positions;
        entry->document_frequency = 1;
        if (frequency & 2) {
            at = take_varint(at, &number, &bad);
            bad |= number > UINT32_MAX - 2;
            entry->document_frequency = (uint32_t)number + 2;
        } else {
            bad |= block->singles_taken >= block->singles;
            if (!bad)
                entry->single_document = term_block_document(block, block->singles_taken++);
        }
        entry->collection_frequency = entry->document_frequency;
        if (frequency & 1) {
            at = take_varint(at, &number, &bad);
            bad |= number == UINT64_MAX ||
                   __builtin_add_overflow(entry->collection_frequency, number + 1, &entry->collection_frequency);
        }
        const unsigned surface = kind & 3;
        if (surface != 0) {
            entry->flags = TERM_LIST | TERM_SURFACE;
            entry->surface_term = ordinal;
            entry->surface_count = entry->collection_frequency;
            if (surface >= 2)
                at = take_varint(at, &entry->surface_count, &bad);
            if (surface == 3) {
                at = take_varint(at, &number, &bad);
                bad |= number > UINT32_MAX;
                entry->surface_form = (uint32_t)number;
                at = take_varint(at, &number, &bad);
                entry->surface_term = ordinal + unfold_sign(number);
                bad |= entry->surface_term >= count;
            }
        }
    }
    block->others = at;
    return !bad && at <= block->end;
}

#endif
