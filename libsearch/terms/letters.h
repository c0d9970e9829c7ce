/* SPDX-License-Identifier: MIT */
/* Letters of words, and the alphabet of a pattern.
 *
 * A letter is held as its UTF-8 bytes, left-aligned in 32 bits: numbers then compare as keys do. A byte that is not
 * part of well-formed UTF-8 (Unicode 15, table 3-7) is a letter of one byte; whether it is such a stray byte depends
 * on the three bytes behind it. */
#ifndef LIBSEARCH_TERMS_LETTERS_H
#define LIBSEARCH_TERMS_LETTERS_H

#include "base/memory.h"
#include "base/status.h"

enum { LETTER_BYTES = 4 }; /* of the longest, and what a stray byte depends on */

/* The letter at the beginning of length > 0 bytes; returns how many bytes it has. */
size_t letter_take(const uint8_t *bytes, size_t length, uint32_t *letter);
/* Writes its bytes, at most LETTER_BYTES; returns how many. */
size_t letter_put(uint32_t letter, uint8_t *bytes);
static inline bool letter_is_stray(uint32_t letter) { return letter >= 0x80000000u && (letter & 0xFFFFFF) == 0; }

/* The distinct letters of a pattern in order, numbered from 0. All other letters are alike to a pattern and share the
 * number `count`. */
struct alphabet {
    uint32_t *letters;
    uint32_t count;
    bool stray;          /* one of them is a stray byte */
    uint32_t ascii[128]; /* numbers of the letters below 0x80 */
};

/* letters: any, of which it takes a copy. */
libsearch_status alphabet_init(struct alphabet *alphabet, const libsearch_allocator *allocator, const uint32_t *letters,
                               size_t count, libsearch_error *error);
void alphabet_free(struct alphabet *alphabet, const libsearch_allocator *allocator);
/* The first number whose letter is >= the given one. */
uint32_t alphabet_lower_bound(const struct alphabet *alphabet, uint32_t letter);

static inline uint32_t alphabet_number(const struct alphabet *alphabet, uint32_t letter)
{
    if (letter < 0x80000000u)
        return alphabet->ascii[letter >> 24];
    const uint32_t at = alphabet_lower_bound(alphabet, letter);
    return at < alphabet->count && alphabet->letters[at] == letter ? at : alphabet->count;
}

#endif
