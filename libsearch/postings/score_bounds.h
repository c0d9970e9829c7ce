/* SPDX-License-Identifier: MIT */
/* What bounds the scores of a block from above, and k scores of a list from below: pairs of frequency and length
 * that hold for every model in which the score rises with the frequency and falls with the length. */
#ifndef LIBSEARCH_POSTINGS_SCORE_BOUNDS_H
#define LIBSEARCH_POSTINGS_SCORE_BOUNDS_H

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "postings/format.h"

/* A frequency weighted by field as a whole number, for bounds (from above) and for thresholds (from below): weights
 * need not be whole. */
static inline uint32_t weighted_frequency_below(float weighted)
{
    return weighted < 0 ? 0 : weighted < 1e6f ? (uint32_t)weighted : 1000000u;
}
static inline uint32_t weighted_frequency_above(float weighted)
{
    const uint32_t below = weighted_frequency_below(weighted);
    return weighted >= 1e6f ? UINT32_MAX : (float)below < weighted ? below + 1 : below;
}

/* Gathers the Pareto front of a block. average: of the lengths, for thinning (by BM25 at k1 1.2, b 0.75). */
struct block_bounds;
struct block_bounds *block_bounds_new(const libsearch_allocator *allocator, float average); /* NULL: no memory */
void block_bounds_add(struct block_bounds *bounds, uint32_t frequency, uint8_t length_code);
/* Writes POSTING_PAIRS pairs (frequency, length) and starts anew. Unused pairs repeat the first. */
void block_bounds_take(struct block_bounds *bounds, uint8_t *pairs);

/* What a posting adds to its block's peak, and the peak as it is kept: the upper half of a float, rounded up. */
static inline float peak_of(float frequency, uint32_t length, float average)
{
    return frequency / (0.25f + 0.75f * ((float)length / average));
}

static inline uint16_t peak_round_up(float peak)
{
    uint32_t bits;
    memcpy(&bits, &peak, sizeof bits);
    return (uint16_t)((bits + 0xFFFF) >> 16);
}

static inline float peak_value(uint16_t kept)
{
    const uint32_t bits = (uint32_t)kept << 16;
    float peak;
    memcpy(&peak, &bits, sizeof peak);
    return peak;
}

/* How much greater f / (1 - b + b l / average) can be than the peak of the same posting, for any length. Both are
 * fractions of a linear function of the length; their ratio is greatest at one end, length 0 or infinite. Infinity where
 * b is 0 or 1. A little is added for rounding. */
float peak_factor(float peak_average, float b, float average);

/* Gathers (frequency, length) of all documents of a list. */
struct list_thresholds;
struct list_thresholds *list_thresholds_new(const libsearch_allocator *allocator, float average);
void list_thresholds_free(struct list_thresholds *thresholds);
void list_thresholds_reset(struct list_thresholds *thresholds);
void list_thresholds_add(struct list_thresholds *thresholds, uint32_t frequency, uint8_t length_code);
/* Writes POSTING_THRESHOLD_BYTES; where fewer than k documents are there, frequency 0. */
void list_thresholds_take(struct list_thresholds *thresholds, uint8_t *to);
bool list_thresholds_failed(const struct list_thresholds *thresholds);

#endif
