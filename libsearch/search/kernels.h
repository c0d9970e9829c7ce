/* SPDX-License-Identifier: MIT */
/* The loops that scoring spends its time in, each in a plain form and in forms for wider processors; all give the same
 * bits. */
#ifndef LIBSEARCH_SEARCH_KERNELS_H
#define LIBSEARCH_SEARCH_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* Tables by rounding code. */
struct score_tables {
    float weight;
    const float *inverses;    /* norms.by_code */
    const float *frequencies; /* what a bound's frequency code stands for at most */
};

/* Fills `frequencies` (256): the least value of each code, infinity for the last. */
void kernel_frequency_table(float *frequencies);

/* Bounds of n blocks from their pairs (pairs arrays of frequency codes and length codes in turn, n apart):
 * bounds[b] = score of the best pair. */
void kernel_block_bounds(const uint8_t *pairs, unsigned pair_count, size_t n, const struct score_tables *tables,
                         float *bounds);

/* Upper bounds of n documents' scores: from their frequencies, and the codes of their lengths (codes: by document;
 * 3 bytes after the last may be read). n <= 128; reads frequencies and documents, and writes scores, up to the next
 * multiple of 16, where documents must be valid too or repeated. */
void kernel_scores(const uint32_t *documents, const float *frequencies, const uint8_t *codes, size_t n,
                   const struct score_tables *tables, float *scores);

/* Writes the indexes i < n with scores[i] >= least, rising; returns how many. indexes has room for n + 16. */
size_t kernel_at_least(const float *scores, size_t n, float least, uint16_t *indexes);

#endif
