/* SPDX-License-Identifier: MIT */
#include "codec/bitmap.h"

#include "base/buffer.h"
#include "base/cpu.h"

#if LIBSEARCH_X86
#include <immintrin.h>
#endif

/* Word w of a bitmap of which bits [low, high) count. */
static inline uint64_t word_between(const uint8_t *bitmap, uint32_t w, uint32_t low, uint32_t high)
{
    uint64_t word = load_u64(bitmap + 8 * (size_t)w);
    if (w == low / 64)
        word &= UINT64_MAX << low % 64;
    if (w == (high - 1) / 64)
        word &= UINT64_MAX >> (63 - (high - 1) % 64);
    return word;
}

static inline size_t decode_word(uint64_t word, uint32_t first, size_t found, uint32_t *values)
{
    for (; word != 0; word &= word - 1)
        values[found++] = first + (unsigned)__builtin_ctzll(word);
    return found;
}

/* Each number's count is that of the one before and of what lies between. */
static inline __attribute__((always_inline)) void places_of(const uint8_t *bitmap, uint32_t low,
                                                            const uint32_t *numbers, size_t n, uint8_t *places)
{
    uint32_t word = low / 64, count = 0;
    uint64_t bits = load_u64(bitmap + 8 * (size_t)word) & (UINT64_MAX << low % 64);
    for (size_t i = 0; i < n; i++) {
        const uint32_t last = numbers[i] / 64;
        while (word < last) {
            count += (unsigned)__builtin_popcountll(bits);
            bits = load_u64(bitmap + 8 * (size_t)++word);
        }
        const uint32_t place = count + (unsigned)__builtin_popcountll(bits & ((UINT64_C(1) << numbers[i] % 64) - 1));
        places[i] = (uint8_t)(place < 255 ? place : 255);
    }
}

#if LIBSEARCH_X86

__attribute__((target("popcnt"))) static void places_popcnt(const uint8_t *bitmap, uint32_t low,
                                                            const uint32_t *numbers, size_t n, uint8_t *places)
{
    places_of(bitmap, low, numbers, n, places);
}

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,popcnt")))

/* The numbers of the set bits as bytes, compressed together, then sixteen at a time widened. */
AVX512 static inline size_t decode_word_avx512(uint64_t word, uint32_t first, size_t found, uint32_t *values)
{
    const __m512i numbers =
        _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
                        39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                        15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i set = _mm512_maskz_compress_epi8(word, numbers);
    const __m512i base = _mm512_set1_epi32((int)first);
    const unsigned count = (unsigned)__builtin_popcountll(word);
    uint32_t *to = values + found;
    _mm512_storeu_si512(to, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(set))));
    if (count > 16)
        _mm512_storeu_si512(to + 16, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(set, 1))));
    if (count > 32) {
        _mm512_storeu_si512(to + 32, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(set, 2))));
        _mm512_storeu_si512(to + 48, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(set, 3))));
    }
    return found + count;
}

AVX512 static size_t decode_avx512(const uint8_t *from, size_t n, uint32_t first, size_t most, uint32_t *values)
{
    size_t found = 0;
    for (size_t w = 0; w < n && found <= most; w++)
        found = decode_word_avx512(load_u64(from + 8 * w), first + (uint32_t)w * 64, found, values);
    return found;
}

AVX512 static size_t decode_range_avx512(const uint8_t *bitmap, uint32_t low, uint32_t high, size_t most,
                                         uint32_t *values)
{
    size_t found = decode_word_avx512(word_between(bitmap, low / 64, low, high), low / 64 * 64, 0, values);
    const uint32_t last = (high - 1) / 64;
    if (last == low / 64)
        return found;
    for (uint32_t w = low / 64 + 1; w < last && found <= most; w++)
        found = decode_word_avx512(load_u64(bitmap + 8 * (size_t)w), w * 64, found, values);
    if (found <= most)
        found = decode_word_avx512(word_between(bitmap, last, low, high), last * 64, found, values);
    return found;
}

__attribute__((target("popcnt"))) static uint32_t count_range_popcnt(const uint8_t *bitmap, uint32_t low, uint32_t high)
{
    const uint32_t last = (high - 1) / 64;
    uint32_t count = (unsigned)__builtin_popcountll(word_between(bitmap, low / 64, low, high));
    for (uint32_t w = low / 64 + 1; w < last; w++)
        count += (unsigned)__builtin_popcountll(load_u64(bitmap + 8 * (size_t)w));
    if (last > low / 64)
        count += (unsigned)__builtin_popcountll(word_between(bitmap, last, low, high));
    return count;
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
        found = decode_word(load_u64(from + 8 * w), first + (uint32_t)w * 64, found, values);
    return found;
}

size_t bitmap_decode_range(const uint8_t *bitmap, uint32_t low, uint32_t high, size_t most, uint32_t *values)
{
    if (low >= high)
        return 0;
#if LIBSEARCH_X86
    if (cpu_has_avx512())
        return decode_range_avx512(bitmap, low, high, most, values);
#endif
    size_t found = 0;
    for (uint32_t w = low / 64; w <= (high - 1) / 64 && found <= most; w++)
        found = decode_word(word_between(bitmap, w, low, high), w * 64, found, values);
    return found;
}

void bitmap_places(const uint8_t *bitmap, uint32_t low, const uint32_t *numbers, size_t n, uint8_t *places)
{
#if LIBSEARCH_X86
    if (cpu_has_avx2()) {
        places_popcnt(bitmap, low, numbers, n, places);
        return;
    }
#endif
    places_of(bitmap, low, numbers, n, places);
}

uint32_t bitmap_count_range(const uint8_t *bitmap, uint32_t low, uint32_t high)
{
    if (low >= high)
        return 0;
#if LIBSEARCH_X86
    if (cpu_has_avx2())
        return count_range_popcnt(bitmap, low, high);
#endif
    uint32_t count = 0;
    for (uint32_t w = low / 64; w <= (high - 1) / 64; w++)
        count += (unsigned)__builtin_popcountll(word_between(bitmap, w, low, high));
    return count;
}
