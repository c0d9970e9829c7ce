/* SPDX-License-Identifier: MIT */
/* Signatures: what tells whether two texts are nearly the same, in 64 bytes.
 *
 * A text is taken as the set of its shingles, SIGNATURE_SHINGLE words in a row (one: words alone; docs/benchmarks.md has
 * what pairs and triples come to) (Broder, "On the resemblance and
 * containment of documents", SEQUENCES 1997). For each of SIGNATURE_BITS random orders of all shingles, the least one of
 * the text is found (MinHash: it is the same for two texts with the probability of their sets' Jaccard similarity), and
 * one bit of it is kept (b-bit minwise hashing with b = 1: Li and König, WWW 2010). So bits of two texts differ with
 * probability (1 - J) / 2, and J is estimated as 1 - 2 d / SIGNATURE_BITS from d bits that differ, with a standard error of
 * at most 0.05, 0.03 at J = 0.8. MinHash and not SimHash, as its error for the same bytes is smaller where texts are much
 * alike (Shrivastava and Li, AISTATS 2014).
 *
 * The signature is written into files: nothing here may change without another format. */
#ifndef LIBSEARCH_TEXT_SIGNATURE_H
#define LIBSEARCH_TEXT_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SIGNATURE_SHINGLE = 1,
    SIGNATURE_WORDS = 8,      /* u64s of a signature … */
    SIGNATURE_WORD_BITS = 61, /* … and how many bits of each: the highest three are its number, so that a column, which
                                 keeps its values in order, keeps them in theirs */
    SIGNATURE_BITS = SIGNATURE_WORDS * SIGNATURE_WORD_BITS
};

struct signature_maker {
    uint32_t multiply[SIGNATURE_BITS], add[SIGNATURE_BITS]; /* the orders */
    uint32_t least[SIGNATURE_BITS];
    uint32_t before[8]; /* hashes of the last words, the newest first */
    size_t words;
    unsigned shingle; /* words of one: SIGNATURE_SHINGLE, but for measurements; at most 8 */
};

void signature_init(struct signature_maker *maker);
/* Begins on a text. */
void signature_start(struct signature_maker *maker);
/* The next word, as it is written and folded. */
void signature_add(struct signature_maker *maker, const char *word, size_t length);
/* False: there was no word, and so there is no signature. */
bool signature_finish(struct signature_maker *maker, uint64_t signature[SIGNATURE_WORDS]);

/* How many bits differ. */
static inline unsigned signature_distance(const uint64_t *one, const uint64_t *other)
{
    unsigned differ = 0;
    for (size_t i = 0; i < SIGNATURE_WORDS; i++)
        differ += (unsigned)__builtin_popcountll(one[i] ^ other[i]);
    return differ;
}
/* The similarity that so many bits stand for, 0 to 1. */
static inline double signature_similarity(unsigned distance)
{
    return 2 * distance >= SIGNATURE_BITS ? 0 : 1 - 2.0 * distance / SIGNATURE_BITS;
}

#endif
