/* SPDX-License-Identifier: MIT */
/* Patched frame of reference: most values of a run at a narrow width, the few that do not fit patched in
 * (Zukowski and others, “Super-scalar RAM-CPU cache compression”, ICDE 2006).
 *
 *     u8  width of the packed low bits, 0 … 32
 *     u8  exceptions: count (0 … 31) in the low bits; 0x80: their high parts take 4 bytes each, not 1
 *     packed low bits (bitpack), then the exceptions' indexes (u8 each), then their high parts */
#ifndef LIBSEARCH_CODEC_PFOR_H
#define LIBSEARCH_CODEC_PFOR_H

#include "base/buffer.h"
#include "codec/bitpack.h"

/* The most bytes that a run of n <= BITPACK_BLOCK values takes. */
enum { PFOR_MAX_BYTES = 2 + 16 * 32 };

/* Appends the run in its smallest form. n <= BITPACK_BLOCK; n == 0 appends nothing. */
void pfor_encode(const uint32_t *values, size_t n, struct buffer *to);
/* Decodes n values. Returns the bytes used, or 0 where they are damaged or reach past `end`; BITPACK_SLACK bytes
 * after `end` may be read. values has room for BITPACK_BLOCK. n == 0 uses nothing: returns 0, and is no damage. */
size_t pfor_decode(const uint8_t *from, const uint8_t *end, size_t n, uint32_t *values);
/* Decodes only the values at m rising places below n: values[j] is the one at places[j]. False: damaged. */
bool pfor_decode_at(const uint8_t *from, const uint8_t *end, size_t n, const uint8_t *places, size_t m,
                    uint32_t *values);
/* Decodes only values [first, first + m), first + m <= n. False: damaged. */
bool pfor_decode_between(const uint8_t *from, const uint8_t *end, size_t n, size_t first, size_t m, uint32_t *values);
/* The bytes that pfor_decode would use, without decoding; 0 as there. */
size_t pfor_skip(const uint8_t *from, const uint8_t *end, size_t n);

#endif
