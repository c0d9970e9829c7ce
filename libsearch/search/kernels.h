/* SPDX-License-Identifier: MIT */
/* The loops that scoring spends its time in, each in a plain form and in forms for wider processors; all give the same
 * bits. */
#ifndef LIBSEARCH_SEARCH_KERNELS_H
#define LIBSEARCH_SEARCH_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "documents/numbers.h"
#include "search/model.h"

/* What the scores of a term are made of. */
struct score_parts {
    float weight;
    const struct norms *norms;
    struct numbers lengths; /* by document; width 1, 2 or 4; 3 bytes after the last may be read */
};

/* Bounds of n blocks from their pairs (arrays of frequency codes and length codes in turn, n apart) and their peaks
 * (u16 each), the lower of both. scale: what a peak is to be multiplied by to be frequency * inverse length; infinity
 * where peaks do not serve. */
void kernel_block_bounds(const uint8_t *pairs, unsigned pair_count, const uint8_t *peaks, float scale, size_t n,
                         const struct score_parts *parts, float *bounds);

/* The scores of n documents from their frequencies, as score_of gives them. Documents and frequencies may be read, and
 * scores written, up to the next multiple of 16; the documents there must be valid. */
void kernel_scores(const uint32_t *documents, const float *frequencies, size_t n, const struct score_parts *parts,
                   float *scores);

/* Writes the indexes i < n of documents whose scores may reach `least`: all that do, and few others; rising, told by the
 * frequency that a document of its length needs, which takes no division. Returns how many. Arrays as for kernel_scores;
 * indexes has room for n + 16. */
size_t kernel_able(const uint32_t *documents, const float *frequencies, size_t n, const struct score_parts *parts,
                   float least, uint16_t *indexes);

/* Writes the indexes i < n with scores[i] >= least, rising; returns how many. n <= 65536; indexes has room for
 * n + 16. */
size_t kernel_at_least(const float *scores, size_t n, float least, uint16_t *indexes);

/* Which of n rising candidates (n <= 128) are among `count` rising documents (count <= 128, may be read up to 128):
 * hits[j] is the j-th such candidate, places[j] its place among the documents. Returns how many. hits and places have
 * room for n. */
size_t kernel_intersect(const uint32_t *candidates, size_t n, const uint32_t *documents, uint32_t count, uint8_t *hits,
                        uint8_t *places);

/* Places of two words in a document, as steps (the first from 0), n and other_n of them, at least one: how many
 * different places of the first, moved up by `shift`, are among those of the other, moved up by other_shift. */
uint32_t kernel_count_pairs(const uint32_t *steps, uint32_t n, uint32_t shift, const uint32_t *other, uint32_t other_n,
                            uint32_t other_shift);

/* Turns n marks (bytes 0x00 or 0xFF; n a multiple of 64) into bits, and clears them. */
void kernel_take_marks(uint8_t *marks, size_t n, uint64_t *bits);

/* How many bits are set in n words. */
uint64_t kernel_count_bits(const uint64_t *bits, size_t n);

/* How many of `count` rising documents are below the given one. count <= 128; documents may be read up to 128. */
uint32_t kernel_count_below(const uint32_t *documents, uint32_t count, uint32_t document);

#endif
