/* SPDX-License-Identifier: MIT */
#include "codec/bitmap.h"

#include "base/buffer.h"
#include "base/cpu.h"

#if LIBSEARCH_X86
#include <immintrin.h>

/* Sixteen bits at a time: the numbers of the set ones are compressed together. */
__attribute__((target("avx512f,avx512bw,avx512vl,popcnt"))) static size_t decode_avx512(const uint8_t *from, size_t n,
                                                                                        uint32_t first, size_t most,
                                                                                        uint32_t *values)
{
    const __m512i steps = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    size_t found = 0;
    for (size_t w = 0; w < n && found <= most; w++) {
        const uint64_t word = load_u64(from + 8 * w);
        __m512i numbers = _mm512_add_epi32(steps, _mm512_set1_epi32((int)(first + (uint32_t)w * 64)));
#pragma GCC unroll 4
        for (unsigned part = 0; part < 4; part++) {
            const __mmask16 mask = (__mmask16)(word >> (16 * part));
            _mm512_storeu_si512(values + found, _mm512_maskz_compress_epi32(mask, numbers));
            found += (unsigned)__builtin_popcount(mask);
            numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(16));
        }
    }
    return found;
}
#endif

size_t bitmap_decode(const uint8_t *from, size_t n, uint32_t first, size_t most, uint32_t *values)
{
#if LIBSEARCH_X86
    if (cpu_has_avx512())
        return decode_avx512(from, n, first, most, values);
#endif
    size_t found = 0;
    for (size_t w = 0; w < n && found <= most; w++)
        for (uint64_t word = load_u64(from + 8 * w); word != 0; word &= word - 1)
            values[found++] = first + (uint32_t)w * 64 + (unsigned)__builtin_ctzll(word);
    return found;
}
