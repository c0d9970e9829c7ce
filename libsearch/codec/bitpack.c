/* SPDX-License-Identifier: MIT */
#include "codec/bitpack.h"

#include "base/buffer.h"
#include "base/cpu.h"

unsigned bitpack_width(const uint32_t *values, size_t n)
{
    uint32_t all = 0;
    for (size_t i = 0; i < n; i++)
        all |= values[i];
    return all == 0 ? 0 : 32 - (unsigned)__builtin_clz(all);
}

static uint32_t width_mask(unsigned width) { return width == 32 ? UINT32_MAX : (UINT32_C(1) << width) - 1; }

#if LIBSEARCH_X86

/* Four lanes at once by GCC's vectors (SSE2, which every x86-64 has). The width is a constant in each instance, so
 * that the 32 rows unroll into straight code. */
typedef uint32_t lanes __attribute__((vector_size(16), aligned(1), may_alias));

#define ALWAYS static inline __attribute__((always_inline))

ALWAYS void unpack_rows(const uint8_t *from, const unsigned width, uint32_t *values)
{
    const lanes *words = (const lanes *)(const void *)from;
    const uint32_t mask_value = width == 32 ? UINT32_MAX : (UINT32_C(1) << (width & 31)) - 1;
    const lanes mask = { mask_value, mask_value, mask_value, mask_value };
    lanes *to = (lanes *)(void *)values;
#pragma GCC unroll 32
    for (unsigned row = 0; row < 32; row++) {
        const unsigned bit = row * width, word = bit / 32, shift = bit % 32;
        lanes value = width == 0 ? mask : words[word] >> shift;
        if (width > 0 && shift + width > 32)
            value |= words[word + 1] << (32 - shift);
        to[row] = value & mask;
    }
}

ALWAYS void unpack_rising_rows(const uint8_t *from, const unsigned width, uint32_t before, uint32_t *values)
{
    const lanes *words = (const lanes *)(const void *)from;
    const uint32_t mask_value = width == 32 ? UINT32_MAX : (UINT32_C(1) << (width & 31)) - 1;
    const lanes mask = { mask_value, mask_value, mask_value, mask_value };
    const lanes zero = { 0, 0, 0, 0 };
    const lanes steps = { 1, 2, 3, 4 };
    lanes sum = { before, before, before, before };
    lanes *to = (lanes *)(void *)values;
#pragma GCC unroll 32
    for (unsigned row = 0; row < 32; row++) {
        const unsigned bit = row * width, word = bit / 32, shift = bit % 32;
        lanes gap = width == 0 ? zero : words[word] >> shift;
        if (width > 0 && shift + width > 32)
            gap |= words[word + 1] << (32 - shift);
        gap &= mask;
        gap += __builtin_shufflevector(gap, zero, 4, 0, 1, 2);
        gap += __builtin_shufflevector(gap, zero, 4, 5, 0, 1);
        sum += gap + steps;
        to[row] = sum;
        sum = __builtin_shufflevector(sum, sum, 3, 3, 3, 3);
    }
}

ALWAYS void pack_rows(const uint32_t *values, const unsigned width, uint8_t *to)
{
    const lanes *from = (const lanes *)(const void *)values;
    lanes *words = (lanes *)(void *)to;
    lanes gathered = { 0, 0, 0, 0 };
#pragma GCC unroll 32
    for (unsigned row = 0; row < 32; row++) {
        const unsigned bit = row * width, shift = bit % 32;
        gathered |= from[row] << shift;
        if (width > 0 && shift + width >= 32) {
            words[bit / 32] = gathered;
            gathered = shift + width > 32 ? from[row] >> (32 - shift) : (lanes){ 0, 0, 0, 0 };
        }
    }
}

/* One instance per width. */
/* clang-format off */
#define EACH_WIDTH(DO) \
    DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14) DO(15) DO(16) \
    DO(17) DO(18) DO(19) DO(20) DO(21) DO(22) DO(23) DO(24) DO(25) DO(26) DO(27) DO(28) DO(29) DO(30) DO(31) DO(32)
/* clang-format on */

static void unpack_block(const uint8_t *from, unsigned width, uint32_t *values)
{
    switch (width) {
#define UNPACK(w)                                                                                                      \
    case w: unpack_rows(from, w, values); break;
        EACH_WIDTH(UNPACK)
    }
}

static void unpack_rising_block(const uint8_t *from, unsigned width, uint32_t before, uint32_t *values)
{
    switch (width) {
#define UNPACK_RISING(w)                                                                                               \
    case w: unpack_rising_rows(from, w, before, values); break;
        EACH_WIDTH(UNPACK_RISING)
    }
}

static void pack_block(const uint32_t *values, unsigned width, uint8_t *to)
{
    switch (width) {
#define PACK(w)                                                                                                        \
    case w: pack_rows(values, w, to); break;
        EACH_WIDTH(PACK)
    }
}

#else

static void store_u32(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static void unpack_block(const uint8_t *from, unsigned width, uint32_t *values)
{
    const uint32_t mask = width_mask(width);
    for (unsigned i = 0; i < BITPACK_BLOCK; i++) {
        const unsigned bit = i / 4 * width, word = bit / 32, shift = bit % 32, lane = i % 4;
        if (width == 0) {
            values[i] = 0;
            continue;
        }
        uint32_t value = load_u32(from + 4 * (word * 4 + lane)) >> shift;
        if (shift + width > 32)
            value |= load_u32(from + 4 * ((word + 1) * 4 + lane)) << (32 - shift);
        values[i] = value & mask;
    }
}

static void unpack_rising_block(const uint8_t *from, unsigned width, uint32_t before, uint32_t *values)
{
    unpack_block(from, width, values);
    for (unsigned i = 0; i < BITPACK_BLOCK; i++)
        values[i] = before += values[i] + 1;
}

static void pack_block(const uint32_t *values, unsigned width, uint8_t *to)
{
    for (size_t i = 0; i < (size_t)width * 4; i++)
        store_u32(to + 4 * i, 0);
    for (unsigned i = 0; i < BITPACK_BLOCK && width > 0; i++) {
        const unsigned bit = i / 4 * width, word = bit / 32, shift = bit % 32, lane = i % 4;
        uint8_t *at = to + 4 * (word * 4 + lane);
        store_u32(at, load_u32(at) | values[i] << shift);
        if (shift + width > 32)
            store_u32(at + 16, load_u32(at + 16) | values[i] >> (32 - shift));
    }
}

#endif

void bitpack_pack(const uint32_t *values, size_t n, unsigned width, uint8_t *to)
{
    if (n == BITPACK_BLOCK) {
        pack_block(values, width, to);
        return;
    }
    uint64_t gathered = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < n; i++) {
        gathered |= (uint64_t)values[i] << bits;
        for (bits += width; bits >= 8; bits -= 8) {
            *to++ = (uint8_t)gathered;
            gathered >>= 8;
        }
    }
    if (bits > 0)
        *to = (uint8_t)gathered;
}

void bitpack_unpack(const uint8_t *from, size_t n, unsigned width, uint32_t *values)
{
    if (n == BITPACK_BLOCK) {
        unpack_block(from, width, values);
        return;
    }
    const uint32_t mask = width_mask(width);
    for (size_t i = 0, bit = 0; i < n; i++, bit += width)
        values[i] = (uint32_t)(load_u64(from + bit / 8) >> bit % 8) & mask;
}

void bitpack_unpack_rising(const uint8_t *from, size_t n, unsigned width, uint32_t before, uint32_t *values)
{
    if (n == BITPACK_BLOCK) {
        unpack_rising_block(from, width, before, values);
        return;
    }
    const uint32_t mask = width_mask(width);
    for (size_t i = 0, bit = 0; i < n; i++, bit += width)
        values[i] = before += ((uint32_t)(load_u64(from + bit / 8) >> bit % 8) & mask) + 1;
}
