/* SPDX-License-Identifier: MIT */
/* Bit packing: runs of u32 of one width.
 *
 * A full block has BITPACK_BLOCK values in the vertical layout of SIMD-BP128 (Lemire and Boytsov, “Decoding
 * billions of integers per second through vectorization”, 2015, arXiv 1209.2137): value i lies in lane i % 4, and
 * each lane is a bit stream of 32-bit words, the words of the four lanes interleaved; width * 16 bytes. A short run
 * (a list's tail) is one horizontal bit stream, low bits first; ceil(n * width / 8) bytes. */
#ifndef LIBSEARCH_CODEC_BITPACK_H
#define LIBSEARCH_CODEC_BITPACK_H

#include "base/buffer.h"

enum {
    BITPACK_BLOCK = 128,
    BITPACK_SLACK = 8 /* bytes that unpacking a short run may read past its end */
};

/* Bits that the largest of n values needs, 0 … 32. */
unsigned bitpack_width(const uint32_t *values, size_t n);

static inline size_t bitpack_bytes(size_t n, unsigned width)
{
    return n == BITPACK_BLOCK ? (size_t)width * 16 : (n * width + 7) / 8;
}

/* Packs n <= BITPACK_BLOCK values, each below 2^width, into bitpack_bytes(n, width) bytes. */
void bitpack_pack(const uint32_t *values, size_t n, unsigned width, uint8_t *to);
/* Unpacks; width <= 32. `from` must have bitpack_bytes, and BITPACK_SLACK more that may be read. values has room
 * for BITPACK_BLOCK. */
void bitpack_unpack(const uint8_t *from, size_t n, unsigned width, uint32_t *values);
/* Value i < n alone, without the others; width 1 … 32. */
static inline uint32_t bitpack_at(const uint8_t *from, size_t n, unsigned width, size_t i)
{
    const uint32_t mask = width == 32 ? UINT32_MAX : (UINT32_C(1) << width) - 1;
    if (n != BITPACK_BLOCK) {
        const size_t bit = i * width;
        return (uint32_t)(load_u64(from + bit / 8) >> bit % 8) & mask;
    }
    const size_t bit = i / 4 * width, last = bit + width - 1, lane = 4 * (i % 4);
    const uint64_t low = load_u32(from + bit / 32 * 16 + lane), high = load_u32(from + last / 32 * 16 + lane);
    return (uint32_t)((low | high << 32) >> bit % 32) &
           mask; /* where both are one word, the mask takes the second off */
}
/* Unpacks gaps and sums them up: values[i] = before + sum of (gap[j] + 1) for j <= i, modulo 2^32; so that a rising
 * run is stored as its gaps less one, and before = UINT32_MAX stands before 0. */
void bitpack_unpack_rising(const uint8_t *from, size_t n, unsigned width, uint32_t before, uint32_t *values);

#endif
