/* SPDX-License-Identifier: MIT */
#include "search/kernels.h"

#include "base/cpu.h"
#include "codec/rounding.h"

#if LIBSEARCH_X86
#include <immintrin.h>
#endif

void kernel_frequency_table(float *frequencies)
{
    for (unsigned code = 0; code < 255; code++)
        frequencies[code] = (float)rounding_least((uint8_t)code);
    frequencies[255] = __builtin_inff();
}

static float bound_of(const uint8_t *pairs, unsigned pair_count, size_t n, size_t b, const struct score_tables *tables)
{
    float most = 0;
    for (unsigned p = 0; p < pair_count; p++) {
        const float product =
            tables->frequencies[pairs[(2 * p) * n + b]] * tables->inverses[pairs[(2 * p + 1) * n + b]];
        most = product > most ? product : most;
    }
    return tables->weight - tables->weight / (1.0f + most);
}

#if LIBSEARCH_X86

__attribute__((target("avx2"))) static size_t block_bounds_avx2(const uint8_t *pairs, unsigned pair_count, size_t n,
                                                                const struct score_tables *tables, float *bounds)
{
    const __m256 weight = _mm256_set1_ps(tables->weight), one = _mm256_set1_ps(1.0f);
    size_t b = 0;
    for (; b + 8 <= n; b += 8) {
        __m256 most = _mm256_setzero_ps();
        for (unsigned p = 0; p < pair_count; p++) {
            const __m128i *frequency = (const __m128i *)(const void *)(pairs + (2 * (size_t)p) * n + b);
            const __m128i *length = (const __m128i *)(const void *)(pairs + (2 * (size_t)p + 1) * n + b);
            const __m256i f = _mm256_cvtepu8_epi32(_mm_loadl_epi64(frequency));
            const __m256i l = _mm256_cvtepu8_epi32(_mm_loadl_epi64(length));
            const __m256 product = _mm256_mul_ps(_mm256_i32gather_ps(tables->frequencies, f, 4),
                                                 _mm256_i32gather_ps(tables->inverses, l, 4));
            most = _mm256_max_ps(most, product);
        }
        _mm256_storeu_ps(bounds + b, _mm256_sub_ps(weight, _mm256_div_ps(weight, _mm256_add_ps(one, most))));
    }
    return b;
}

__attribute__((target("avx2"))) static size_t scores_avx2(const uint32_t *documents, const float *frequencies,
                                                          const uint8_t *codes, size_t n,
                                                          const struct score_tables *tables, float *scores)
{
    const __m256 weight = _mm256_set1_ps(tables->weight), one = _mm256_set1_ps(1.0f);
    const __m256i byte = _mm256_set1_epi32(255);
    size_t i = 0;
    for (; i < n; i += 8) {
        const __m256i d = _mm256_loadu_si256((const __m256i *)(const void *)(documents + i));
        const __m256i c = _mm256_and_si256(_mm256_i32gather_epi32((const int *)(const void *)codes, d, 1), byte);
        const __m256 product = _mm256_mul_ps(_mm256_loadu_ps(frequencies + i),
                                             _mm256_i32gather_ps(tables->inverses, c, 4));
        _mm256_storeu_ps(scores + i, _mm256_sub_ps(weight, _mm256_div_ps(weight, _mm256_add_ps(one, product))));
    }
    return i;
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) static size_t
scores_avx512(const uint32_t *documents, const float *frequencies, const uint8_t *codes, size_t n,
              const struct score_tables *tables, float *scores)
{
    const __m512 weight = _mm512_set1_ps(tables->weight), one = _mm512_set1_ps(1.0f);
    const __m512i byte = _mm512_set1_epi32(255);
    size_t i = 0;
    for (; i < n; i += 16) {
        const __m512i d = _mm512_loadu_si512(documents + i);
        const __m512i c = _mm512_and_si512(_mm512_i32gather_epi32(d, codes, 1), byte);
        const __m512 product =
            _mm512_mul_ps(_mm512_loadu_ps(frequencies + i), _mm512_i32gather_ps(c, tables->inverses, 4));
        _mm512_storeu_ps(scores + i, _mm512_sub_ps(weight, _mm512_div_ps(weight, _mm512_add_ps(one, product))));
    }
    return i;
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi2"))) static size_t
at_least_avx512(const float *scores, size_t n, float least, uint16_t *indexes)
{
    const __m512 limit = _mm512_set1_ps(least);
    const __m256i steps = _mm256_set_epi16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    size_t found = 0;
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 inside = n - i >= 16 ? 0xFFFF : (__mmask16)((1u << (n - i)) - 1);
        const __mmask16 mask =
            _mm512_mask_cmp_ps_mask(inside, _mm512_maskz_loadu_ps(inside, scores + i), limit, _CMP_GE_OQ);
        if (mask == 0)
            continue;
        const __m256i index = _mm256_add_epi16(steps, _mm256_set1_epi16((short)i));
        _mm256_mask_compressstoreu_epi16(indexes + found, mask, index);
        found += (unsigned)__builtin_popcount(mask);
    }
    return found;
}

__attribute__((target("avx2"))) static size_t at_least_avx2(const float *scores, size_t n, float least,
                                                            uint16_t *indexes)
{
    const __m256 limit = _mm256_set1_ps(least);
    size_t found = 0, i = 0;
    for (; i + 8 <= n; i += 8) {
        unsigned mask =
            (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(scores + i), limit, _CMP_GE_OQ));
        for (; mask != 0; mask &= mask - 1)
            indexes[found++] = (uint16_t)(i + (unsigned)__builtin_ctz(mask));
    }
    for (; i < n; i++)
        if (scores[i] >= least)
            indexes[found++] = (uint16_t)i;
    return found;
}

#endif

void kernel_block_bounds(const uint8_t *pairs, unsigned pair_count, size_t n, const struct score_tables *tables,
                         float *bounds)
{
    size_t b = 0;
#if LIBSEARCH_X86
    if (cpu_has_avx2())
        b = block_bounds_avx2(pairs, pair_count, n, tables, bounds);
#endif
    for (; b < n; b++)
        bounds[b] = bound_of(pairs, pair_count, n, b, tables);
}

void kernel_scores(const uint32_t *documents, const float *frequencies, const uint8_t *codes, size_t n,
                   const struct score_tables *tables, float *scores)
{
#if LIBSEARCH_X86
    if (cpu_has_avx512()) {
        scores_avx512(documents, frequencies, codes, n, tables, scores);
        return;
    }
    if (cpu_has_avx2()) {
        scores_avx2(documents, frequencies, codes, n, tables, scores);
        return;
    }
#endif
    for (size_t i = 0; i < n; i++)
        scores[i] = tables->weight -
                    tables->weight / (1.0f + frequencies[i] * tables->inverses[codes[documents[i]]]);
}

size_t kernel_at_least(const float *scores, size_t n, float least, uint16_t *indexes)
{
#if LIBSEARCH_X86
    if (cpu_has_avx512())
        return at_least_avx512(scores, n, least, indexes);
    if (cpu_has_avx2())
        return at_least_avx2(scores, n, least, indexes);
#endif
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        if (scores[i] >= least)
            indexes[found++] = (uint16_t)i;
    return found;
}
