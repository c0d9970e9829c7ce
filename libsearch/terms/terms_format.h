/* SPDX-License-Identifier: MIT */
/* The terms section, byte by byte. All numbers are little endian; a varint is LEB128.
 *
 *     0    u32 0x314D5254 ("TRM1")
 *     4    u32 entries of a full block: TERMS_BLOCK
 *     8    u64 entries
 *     16   u64 where the blocks end
 *     24   u32 blocks, u32 list numbers
 *     32   blocks, one behind the other
 *     …    TERMS_SLACK zeros, then zeros up to a multiple of 8
 *     …    for each list number, rising: u32 number, u32 its first block, u64 its first entry
 *     …    for each block: u64, the first 8 bytes of its first word read big endian (zeros behind a shorter one)
 *     …    for each block and once more for their end: 5 bytes, where it begins in the section
 *
 * A list number begins a new block, and so do TERMS_BLOCK entries; only the last block of a list number has fewer.
 * Blocks hold words, that is, keys without their list number. The eight-byte prefixes are all that a search for a
 * word reads until it has its block; where several blocks begin alike, the words themselves decide.
 *
 * A block of n entries, m of which are lists of a single document:
 *
 *     u8 width in bits of a document number (0 … 32), u8 m
 *     varint length of the word bytes, varint length of the postings steps, varint length of the positions steps
 *     varint postings offset, varint positions offset of its first list (0 where it has none)
 *     n bytes: bytes shared with the word before (high four bits; 0 for the first), bytes that follow (low four)
 *     word bytes: for each entry, where four bits say 15: varint of shared - 15, varint of following - 15;
 *                 then the bytes that follow
 *     m document numbers of that width, lowest bit first, in the order of their entries
 *     n kind bytes; then the varints that they ask for, those of each of three sorts together:
 *     the postings steps, the positions steps, all others in the order given here
 *
 * Kind of a list (highest bit 0); steps count from the list before it in the block:
 *
 *     bit 6      postings step: 0: none; 1: varint of step - 1
 *     bits 4-5   positions step: 0 … 2; 3: varint of step - 3
 *     bits 2-3   frequencies: 0: one document, once; 1: one document, varint of collection frequency - 2;
 *                2: varint of document frequency - 2, the collection frequency is the same;
 *                3: varint of document frequency - 2, varint of collection - document frequency - 1
 *     bits 0-1   surface: 0: none; 1: the term's own word, form 0, written collection frequency times;
 *                2: the same, but written varint times; 3: varint times, varint form, varint term
 *
 * Kind of a surface form alone (highest bit 1):
 *
 *     bits 4-6   term: 1 … 6: so many entries before; 7: the entry behind; 0: varint term
 *     bits 2-3   form: 0 … 2; 3: varint of form - 3
 *     bits 0-1   how often written: 1 … 3; 0: varint
 *
 * where a varint term is (difference << 1) ^ (difference >> 63) of term - own ordinal.
 *
 * The peaks are a section of their own, which may be left out: for each block one byte, the rounding code (rounded up,
 * codec/rounding.h) of how often its most frequent word was written (surface_count), or where no entry of it is a word
 * as written, of the greatest document frequency. By them the most frequent words that begin somehow are found without
 * looking at all of them.
 *
 * Why so: most entries are rare words (one document, once, their own surface form). One costs its shape byte, the
 * letters that are new, a kind byte and the document's bits. Word bytes stand apart from values so that a search
 * reads nothing else until it has the word; the steps stand apart from other numbers so that it can then add up what
 * lies before its entry without decoding the rest. */
#ifndef LIBSEARCH_TERMS_TERMS_FORMAT_H
#define LIBSEARCH_TERMS_TERMS_FORMAT_H

#include "codec/rounding.h"
#include "terms/terms.h"

#ifndef TERMS_BLOCK_SIZE
#define TERMS_BLOCK_SIZE 32
#endif

#define TERMS_MAGIC 0x314D5254u

enum {
    TERMS_BLOCK = TERMS_BLOCK_SIZE,
    TERMS_HEADER = 32,
    TERMS_SLACK = 72,       /* see term_block.h: what is decoded before the place is compared with the end */
    TERMS_LIST_BYTES = 16,  /* of the table of list numbers, for each */
    TERMS_PREFIX_BYTES = 8, /* of the prefixes, for each block */
    TERMS_OFFSET_BYTES = 5, /* of the offsets, for each block */
    TERMS_LIST_NUMBER = 2,  /* bytes of the list number at the beginning of a key */
    TERMS_WORD_MAX = TERM_KEY_MAX - TERMS_LIST_NUMBER,
    TERMS_STEP_MAX = 10,  /* bytes of an entry's postings step, and of its positions step */
    TERMS_OTHERS_MAX = 40 /* bytes of an entry's other varints: 5+10+10+5+10 */
};

enum {
    KIND_SURFACE_ONLY = 0x80,
    KIND_POSTINGS = 0x40, /* … follow */
    KIND_POSITIONS_SHIFT = 4,
    KIND_FREQUENCY_SHIFT = 2,
    KIND_TERM_SHIFT = 4,
    KIND_TERM_NEXT = 7,
    KIND_FORM_SHIFT = 2
};

/* What the entries of a block are summed up to for its peak. */
struct term_peak {
    uint64_t surface, list; /* greatest surface_count; greatest document_frequency of lists that are no words */
    bool has_surface;
};

static inline void term_peak_raise(struct term_peak *peak, const struct term_entry *entry)
{
    if (entry->flags & TERM_SURFACE) {
        peak->has_surface = true;
        peak->surface = entry->surface_count > peak->surface ? entry->surface_count : peak->surface;
    } else if (entry->document_frequency > peak->list) {
        peak->list = entry->document_frequency;
    }
}

static inline uint8_t term_peak_code(const struct term_peak *peak)
{
    const uint64_t greatest = peak->has_surface ? peak->surface : peak->list;
    return rounding_up(greatest > UINT32_MAX ? UINT32_MAX : (uint32_t)greatest);
}

/* The first eight bytes of a word as a number that sorts as they do. */
static inline uint64_t word_prefix(const uint8_t *word, size_t length)
{
    uint64_t prefix = 0;
    if (length >= sizeof prefix)
        return __builtin_bswap64(load_u64(word));
    for (size_t i = 0; i < length; i++)
        prefix |= (uint64_t)word[i] << (56 - 8 * i);
    return prefix;
}

/* How many bytes two words have in common at their beginning. */
static inline size_t words_shared(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length)
{
    const size_t least = a_length < b_length ? a_length : b_length;
    size_t shared = 0;
    for (; least - shared >= 8; shared += 8) {
        const uint64_t difference = load_u64(a + shared) ^ load_u64(b + shared);
        if (difference != 0)
            return shared + (size_t)__builtin_ctzll(difference) / 8;
    }
    while (shared < least && a[shared] == b[shared])
        shared++;
    return shared;
}

static inline int words_compare(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length)
{
    const size_t least = a_length < b_length ? a_length : b_length;
    const int order = least == 0 ? 0 : memcmp(a, b, least);
    return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

#endif
