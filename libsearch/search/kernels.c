/* SPDX-License-Identifier: MIT */
#include "search/kernels.h"

#include "base/cpu.h"
#include "codec/rounding.h"
#include "postings/score_bounds.h"

#if LIBSEARCH_X86
#include <immintrin.h>
#endif

/* The least value of each rounding code; infinity for the last, which stands for all above. */
#define CODES15(shift)                                                                                                 \
    (float)(UINT64_C(16) << (shift)), (float)(UINT64_C(17) << (shift)), (float)(UINT64_C(18) << (shift)),              \
        (float)(UINT64_C(19) << (shift)), (float)(UINT64_C(20) << (shift)), (float)(UINT64_C(21) << (shift)),          \
        (float)(UINT64_C(22) << (shift)), (float)(UINT64_C(23) << (shift)), (float)(UINT64_C(24) << (shift)),          \
        (float)(UINT64_C(25) << (shift)), (float)(UINT64_C(26) << (shift)), (float)(UINT64_C(27) << (shift)),          \
        (float)(UINT64_C(28) << (shift)), (float)(UINT64_C(29) << (shift)), (float)(UINT64_C(30) << (shift))
static const float LEAST[256] = { 0,           1,
                                  2,           3,
                                  4,           5,
                                  6,           7,
                                  8,           9,
                                  10,          11,
                                  12,          13,
                                  14,          15,
                                  CODES15(0),  31,
                                  CODES15(1),  31 << 1,
                                  CODES15(2),  31 << 2,
                                  CODES15(3),  31 << 3,
                                  CODES15(4),  31 << 4,
                                  CODES15(5),  31 << 5,
                                  CODES15(6),  31 << 6,
                                  CODES15(7),  31 << 7,
                                  CODES15(8),  31 << 8,
                                  CODES15(9),  31 << 9,
                                  CODES15(10), 31 << 10,
                                  CODES15(11), 31 << 11,
                                  CODES15(12), 31 << 12,
                                  CODES15(13), 31 << 13,
                                  CODES15(14), __builtin_inff() };

/* score_of(weight, f, inverse(length)) >= least where f >= (one_minus_b + b * max(length, floor)) * scale: what is
 * computed here is a little less than that, so that no rounding leaves a document out. */
struct need {
    float constant, slope, floor;
    bool any; /* false: no score is that high */
};

static struct need need_of(const struct score_parts *parts, float least)
{
    const struct norms *norms = parts->norms;
    const float lower = least - parts->weight * 1e-6f;
    if (!(lower < parts->weight))
        return (struct need){ .any = false };
    const float product = lower > 0 ? lower / (parts->weight - lower) * norms->k1 * 0.99999f : 0;
    return (struct need){ .constant = product * norms->one_minus_b,
                          .slope = product * norms->b / norms->average,
                          .floor = norms->least_ratio * norms->average,
                          .any = true };
}

static float bound_of(const uint8_t *pairs, unsigned pair_count, const uint8_t *peaks, float scale, size_t n, size_t b,
                      const struct score_parts *parts)
{
    float most = 0;
    for (unsigned p = 0; p < pair_count; p++) {
        const float product = LEAST[pairs[(2 * p) * n + b]] * parts->norms->by_code[pairs[(2 * p + 1) * n + b]];
        most = product > most ? product : most;
    }
    const float peak = peak_value(load_u16(peaks + 2 * b)) * scale;
    most = peak < most ? peak : most;
    return parts->weight - parts->weight / (1.0f + most);
}

#if LIBSEARCH_X86

#define AVX2 __attribute__((target("avx2,bmi2,popcnt")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi2,bmi2,popcnt")))

AVX2 static size_t block_bounds_avx2(const uint8_t *pairs, unsigned pair_count, const uint8_t *peaks, float scale,
                                     size_t n, const struct score_parts *parts, float *bounds)
{
    const __m256 scales = _mm256_set1_ps(scale);
    const __m256 weight = _mm256_set1_ps(parts->weight), one = _mm256_set1_ps(1.0f);
    size_t b = 0;
    for (; b + 8 <= n; b += 8) {
        __m256 most = _mm256_setzero_ps();
        for (unsigned p = 0; p < pair_count; p++) {
            const __m128i *frequency = (const __m128i *)(const void *)(pairs + (2 * (size_t)p) * n + b);
            const __m128i *length = (const __m128i *)(const void *)(pairs + (2 * (size_t)p + 1) * n + b);
            const __m256i f = _mm256_cvtepu8_epi32(_mm_loadl_epi64(frequency));
            const __m256i l = _mm256_cvtepu8_epi32(_mm_loadl_epi64(length));
            const __m256 product =
                _mm256_mul_ps(_mm256_i32gather_ps(LEAST, f, 4), _mm256_i32gather_ps(parts->norms->by_code, l, 4));
            most = _mm256_max_ps(most, product);
        }
        const __m256i kept = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)(peaks + 2 * b)));
        /* A peak that is not known (0, times infinity) is no number, and the second operand is the answer then. */
        most = _mm256_min_ps(_mm256_mul_ps(_mm256_castsi256_ps(_mm256_slli_epi32(kept, 16)), scales), most);
        _mm256_storeu_ps(bounds + b, _mm256_sub_ps(weight, _mm256_div_ps(weight, _mm256_add_ps(one, most))));
    }
    return b;
}

enum { CHUNK = 128 }; /* documents whose lengths are fetched at a time */

/* Lengths of n documents, and of those up to the next multiple of 16, one by one: quicker than a gather, which has to do
 * the same and more. */
static inline void fetch_lengths(const struct numbers *lengths, const uint32_t *documents, size_t n, uint32_t *to)
{
    n = (n + 15) & ~(size_t)15;
    switch (lengths->width) {
    case 1:
        for (size_t i = 0; i < n; i++)
            to[i] = lengths->data[documents[i]];
        break;
    case 2:
        for (size_t i = 0; i < n; i++)
            to[i] = load_u16(lengths->data + 2 * (size_t)documents[i]);
        break;
    default:
        for (size_t i = 0; i < n; i++)
            to[i] = load_u32(lengths->data + 4 * (size_t)documents[i]);
    }
}

/* The steps of norms_inverse and score_of, each rounded as there. */
AVX2 static void scores_avx2(const uint32_t *lengths, const float *frequencies, size_t n,
                             const struct score_parts *parts, float *scores)
{
    const __m256 weight = _mm256_set1_ps(parts->weight), one = _mm256_set1_ps(1.0f);
    const __m256 k1 = _mm256_set1_ps(parts->norms->k1), b = _mm256_set1_ps(parts->norms->b);
    const __m256 one_minus_b = _mm256_set1_ps(parts->norms->one_minus_b);
    const __m256 average = _mm256_set1_ps(parts->norms->average), least = _mm256_set1_ps(parts->norms->least_ratio);
    for (size_t i = 0; i < n; i += 8) {
        const __m256 length = _mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(const void *)(lengths + i)));
        const __m256 ratio = _mm256_max_ps(_mm256_div_ps(length, average), least);
        const __m256 inverse =
            _mm256_div_ps(one, _mm256_mul_ps(k1, _mm256_add_ps(one_minus_b, _mm256_mul_ps(b, ratio))));
        const __m256 product = _mm256_mul_ps(_mm256_loadu_ps(frequencies + i), inverse);
        _mm256_storeu_ps(scores + i, _mm256_sub_ps(weight, _mm256_div_ps(weight, _mm256_add_ps(one, product))));
    }
}

AVX512 static void scores_avx512(const uint32_t *lengths, const float *frequencies, size_t n,
                                 const struct score_parts *parts, float *scores)
{
    const __m512 weight = _mm512_set1_ps(parts->weight), one = _mm512_set1_ps(1.0f);
    const __m512 k1 = _mm512_set1_ps(parts->norms->k1), b = _mm512_set1_ps(parts->norms->b);
    const __m512 one_minus_b = _mm512_set1_ps(parts->norms->one_minus_b);
    const __m512 average = _mm512_set1_ps(parts->norms->average), least = _mm512_set1_ps(parts->norms->least_ratio);
    for (size_t i = 0; i < n; i += 16) {
        const __m512 length = _mm512_cvtepu32_ps(_mm512_loadu_si512(lengths + i));
        const __m512 ratio = _mm512_max_ps(_mm512_div_ps(length, average), least);
        const __m512 inverse =
            _mm512_div_ps(one, _mm512_mul_ps(k1, _mm512_add_ps(one_minus_b, _mm512_mul_ps(b, ratio))));
        const __m512 product = _mm512_mul_ps(_mm512_loadu_ps(frequencies + i), inverse);
        _mm512_storeu_ps(scores + i, _mm512_sub_ps(weight, _mm512_div_ps(weight, _mm512_add_ps(one, product))));
    }
}

AVX2 static size_t able_avx2(const uint32_t *lengths, const float *frequencies, size_t n, const struct need *need,
                             uint16_t *indexes)
{
    const __m256 constant = _mm256_set1_ps(need->constant), slope = _mm256_set1_ps(need->slope);
    const __m256 least = _mm256_set1_ps(need->floor);
    size_t found = 0;
    for (size_t i = 0; i < n; i += 8) {
        const __m256i whole = _mm256_loadu_si256((const __m256i *)(const void *)(lengths + i));
        const __m256 length = _mm256_max_ps(_mm256_cvtepi32_ps(whole), least);
        const __m256 wanted = _mm256_add_ps(constant, _mm256_mul_ps(slope, length));
        unsigned able =
            (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(frequencies + i), wanted, _CMP_GE_OQ));
        if (n - i < 8)
            able &= (1u << (n - i)) - 1;
        for (; able != 0; able &= able - 1)
            indexes[found++] = (uint16_t)(i + (unsigned)__builtin_ctz(able));
    }
    return found;
}

AVX512 static size_t able_avx512(const uint32_t *lengths, const float *frequencies, size_t n, const struct need *need,
                                 uint16_t *indexes)
{
    const __m512 constant = _mm512_set1_ps(need->constant), slope = _mm512_set1_ps(need->slope);
    const __m512 least = _mm512_set1_ps(need->floor);
    const __m256i steps = _mm256_set_epi16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    size_t found = 0;
    for (size_t i = 0; i < n; i += 16) {
        const __m512 length = _mm512_max_ps(_mm512_cvtepu32_ps(_mm512_loadu_si512(lengths + i)), least);
        const __m512 wanted = _mm512_add_ps(constant, _mm512_mul_ps(slope, length));
        __mmask16 able = _mm512_cmp_ps_mask(_mm512_loadu_ps(frequencies + i), wanted, _CMP_GE_OQ);
        if (n - i < 16)
            able &= (__mmask16)((1u << (n - i)) - 1);
        if (able == 0)
            continue;
        const __m256i index = _mm256_add_epi16(steps, _mm256_set1_epi16((short)i));
        _mm256_storeu_si256((__m256i *)(void *)(indexes + found), _mm256_maskz_compress_epi16(able, index));
        found += (unsigned)__builtin_popcount(able);
    }
    return found;
}

AVX512 static size_t at_least_avx512(const float *scores, size_t n, float least, uint16_t *indexes)
{
    const __m512 limit = _mm512_set1_ps(least);
    const __m256i steps = _mm256_set_epi16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    size_t found = 0;
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 inside = (__mmask16)(n - i >= 16 ? 0xFFFFu : (1u << (n - i)) - 1);
        const __mmask16 mask =
            _mm512_mask_cmp_ps_mask(inside, _mm512_maskz_loadu_ps(inside, scores + i), limit, _CMP_GE_OQ);
        if (mask == 0)
            continue;
        const __m256i index = _mm256_add_epi16(steps, _mm256_set1_epi16((short)i));
        _mm256_storeu_si256((__m256i *)(void *)(indexes + found), _mm256_maskz_compress_epi16(mask, index));
        found += (unsigned)__builtin_popcount(mask);
    }
    return found;
}

AVX2 static size_t at_least_avx2(const float *scores, size_t n, float least, uint16_t *indexes)
{
    const __m256 limit = _mm256_set1_ps(least);
    size_t found = 0, i = 0;
    for (; i + 8 <= n; i += 8) {
        unsigned mask = (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(scores + i), limit, _CMP_GE_OQ));
        for (; mask != 0; mask &= mask - 1)
            indexes[found++] = (uint16_t)(i + (unsigned)__builtin_ctz(mask));
    }
    for (; i < n; i++)
        if (scores[i] >= least)
            indexes[found++] = (uint16_t)i;
    return found;
}

AVX512 static uint32_t count_below_avx512(const uint32_t *documents, uint32_t count, uint32_t document)
{
    const __m512i limit = _mm512_set1_epi32((int)document);
    uint32_t below = 0;
    for (uint32_t i = 0; i < count; i += 32) {
        const __mmask16 low = _mm512_cmplt_epu32_mask(_mm512_loadu_si512(documents + i), limit);
        const __mmask16 high = _mm512_cmplt_epu32_mask(_mm512_loadu_si512(documents + i + 16), limit);
        const uint32_t both = (uint32_t)low | (uint32_t)high << 16;
        const uint32_t left = count - i;
        const uint32_t inside = left >= 32 ? both : both & ((1u << left) - 1);
        below += (uint32_t)__builtin_popcount(inside);
        if (inside != UINT32_MAX)
            break;
    }
    return below;
}

AVX512 static void take_marks_avx512(uint8_t *marks, size_t n, uint64_t *bits)
{
    for (size_t i = 0; i < n; i += 64) {
        bits[i / 64] = _mm512_movepi8_mask(_mm512_loadu_si512(marks + i));
        _mm512_storeu_si512(marks + i, _mm512_setzero_si512());
    }
}

static void take_marks_sse2(uint8_t *marks, size_t n, uint64_t *bits)
{
    for (size_t i = 0; i < n; i += 64) {
        uint64_t word = 0;
        for (unsigned part = 0; part < 4; part++) {
            __m128i *at = (__m128i *)(void *)(marks + i + 16 * (size_t)part);
            word |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_loadu_si128(at)) << (16 * part);
            _mm_storeu_si128(at, _mm_setzero_si128());
        }
        bits[i / 64] = word;
    }
}

__attribute__((target("popcnt"))) static uint64_t count_bits_popcnt(const uint64_t *bits, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned)__builtin_popcountll(bits[i]);
    return sum;
}

/* The last documents of the block's eight rows of sixteen tell which row a candidate would be in; it is compared with
 * that row alone. Nothing here branches on what no one can foretell. */
AVX512 static size_t intersect_avx512(const uint32_t *candidates, size_t n, const uint32_t *documents, uint32_t count,
                                      uint8_t *hits, uint8_t *places)
{
    const __m256i lasts = _mm256_set_epi32(127, 111, 95, 79, 63, 47, 31, 15);
    /* Of the rows that end within the block; the last row ends nowhere, so that there is none behind it. */
    const __mmask8 whole = (__mmask8)(((1u << count / 16) - 1) & 0x7F);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion" /* within the macro that it is where nothing is inlined */
    const __m256i ends = _mm256_mmask_i32gather_epi32(_mm256_set1_epi32(-1), whole, lasts, documents, 4);
#pragma GCC diagnostic pop
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        const __m512i candidate = _mm512_broadcastd_epi32(_mm_loadu_si32(candidates + i));
        const unsigned before = _mm256_cmplt_epu32_mask(ends, _mm512_castsi512_si256(candidate));
        const unsigned first = (unsigned)__builtin_popcount(before) * 16; /* of the row */
        const unsigned equal = _mm512_cmpeq_epi32_mask(_mm512_loadu_si512(documents + first), candidate);
        const unsigned place = first + (unsigned)__builtin_ctz(equal | 0x10000u);
        hits[found] = (uint8_t)i;
        places[found] = (uint8_t)place;
        found += (equal != 0) & (place < count);
    }
    return found;
}

AVX512 static inline __m512i sums_of_steps(__m512i steps)
{
    const __m512i zero = _mm512_setzero_si512();
    steps = _mm512_add_epi32(steps, _mm512_alignr_epi32(steps, zero, 15));
    steps = _mm512_add_epi32(steps, _mm512_alignr_epi32(steps, zero, 14));
    steps = _mm512_add_epi32(steps, _mm512_alignr_epi32(steps, zero, 12));
    return _mm512_add_epi32(steps, _mm512_alignr_epi32(steps, zero, 8));
}

/* Up to sixteen places of each: every one of the fewer is compared with all of the others at once. */
AVX512 static uint32_t count_pairs_avx512(const uint32_t *steps, uint32_t n, uint32_t shift, const uint32_t *other,
                                          uint32_t other_n, uint32_t other_shift)
{
    const __mmask16 mine = (__mmask16)((1u << n) - 1), others = (__mmask16)((1u << other_n) - 1);
    const __m512i a = _mm512_maskz_loadu_epi32(mine, steps), b = _mm512_maskz_loadu_epi32(others, other);
    const __m512i places = _mm512_add_epi32(sums_of_steps(a), _mm512_set1_epi32((int)shift));
    const __m512i other_places = _mm512_add_epi32(sums_of_steps(b), _mm512_set1_epi32((int)other_shift));
    /* The first place, and those that differ from the one before them. */
    const __mmask16 distinct = _mm512_mask_test_epi32_mask(mine, a, a) | (__mmask16)1;
    if (n <= other_n) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < n; i++) {
            const __m512i place = _mm512_permutexvar_epi32(_mm512_set1_epi32((int)i), places);
            count += _mm512_mask_cmpeq_epi32_mask(others, other_places, place) != 0 && (distinct >> i & 1);
        }
        return count;
    }
    __mmask16 met = 0;
    for (uint32_t i = 0; i < other_n; i++) {
        const __m512i place = _mm512_permutexvar_epi32(_mm512_set1_epi32((int)i), other_places);
        met |= _mm512_mask_cmpeq_epi32_mask(distinct, places, place);
    }
    return (uint32_t)__builtin_popcount(met);
}

#endif

uint32_t kernel_count_pairs(const uint32_t *steps, uint32_t n, uint32_t shift, const uint32_t *other, uint32_t other_n,
                            uint32_t other_shift)
{
#if LIBSEARCH_X86
    if (n <= 16 && other_n <= 16 && cpu_has_avx512())
        return count_pairs_avx512(steps, n, shift, other, other_n, other_shift);
#endif
    uint32_t i = 0, j = 0, count = 0, place = shift + steps[0], other_place = other_shift + other[0];
    for (;;) {
        if (place == other_place)
            count++;
        if (other_place < place) {
            if (++j == other_n)
                return count;
            other_place += other[j];
            continue;
        }
        do { /* to the next different one */
            if (++i == n)
                return count;
            place += steps[i];
        } while (steps[i] == 0);
    }
}

uint64_t kernel_count_bits(const uint64_t *bits, size_t n)
{
#if LIBSEARCH_X86
    if (cpu_has_avx2())
        return count_bits_popcnt(bits, n);
#endif
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned)__builtin_popcountll(bits[i]);
    return sum;
}

void kernel_take_marks(uint8_t *marks, size_t n, uint64_t *bits)
{
#if LIBSEARCH_X86
    if (cpu_has_avx512())
        take_marks_avx512(marks, n, bits);
    else
        take_marks_sse2(marks, n, bits);
#else
    for (size_t i = 0; i < n; i += 64) {
        uint64_t word = 0;
        for (unsigned bit = 0; bit < 64; bit++) {
            word |= (uint64_t)(marks[i + bit] & 1) << bit;
            marks[i + bit] = 0;
        }
        bits[i / 64] = word;
    }
#endif
}

size_t kernel_intersect(const uint32_t *candidates, size_t n, const uint32_t *documents, uint32_t count, uint8_t *hits,
                        uint8_t *places)
{
#if LIBSEARCH_X86
    if (cpu_has_avx512())
        return intersect_avx512(candidates, n, documents, count, hits, places);
#endif
    size_t found = 0;
    uint32_t place = 0;
    for (size_t i = 0; i < n; i++) {
        while (place < count && documents[place] < candidates[i])
            place++;
        if (place == count)
            break;
        if (documents[place] != candidates[i])
            continue;
        hits[found] = (uint8_t)i;
        places[found++] = (uint8_t)place;
    }
    return found;
}

void kernel_block_bounds(const uint8_t *pairs, unsigned pair_count, const uint8_t *peaks, float scale, size_t n,
                         const struct score_parts *parts, float *bounds)
{
    size_t b = 0;
#if LIBSEARCH_X86
    if (cpu_has_avx2())
        b = block_bounds_avx2(pairs, pair_count, peaks, scale, n, parts, bounds);
#endif
    for (; b < n; b++)
        bounds[b] = bound_of(pairs, pair_count, peaks, scale, n, b, parts);
}

void kernel_scores(const uint32_t *documents, const float *frequencies, size_t n, const struct score_parts *parts,
                   float *scores)
{
#if LIBSEARCH_X86
    const bool wide = cpu_has_avx512();
    uint32_t lengths[CHUNK];
    for (size_t from = 0; from < n && (wide || cpu_has_avx2()); from += CHUNK) {
        const size_t some = n - from < CHUNK ? n - from : CHUNK;
        fetch_lengths(&parts->lengths, documents + from, some, lengths);
        if (wide)
            scores_avx512(lengths, frequencies + from, some, parts, scores + from);
        else
            scores_avx2(lengths, frequencies + from, some, parts, scores + from);
    }
    if (wide || cpu_has_avx2())
        return;
#endif
    for (size_t i = 0; i < n; i++)
        scores[i] = score_of(parts->weight, frequencies[i],
                             norms_inverse(parts->norms, (uint32_t)numbers_at(&parts->lengths, documents[i])));
}

size_t kernel_able(const uint32_t *documents, const float *frequencies, size_t n, const struct score_parts *parts,
                   float least, uint16_t *indexes)
{
    const struct need need = need_of(parts, least);
    if (!need.any)
        return 0;
#if LIBSEARCH_X86
    uint32_t lengths[CHUNK];
    if (n <= CHUNK && cpu_has_avx2()) {
        fetch_lengths(&parts->lengths, documents, n, lengths);
        return cpu_has_avx512() ? able_avx512(lengths, frequencies, n, &need, indexes)
                                : able_avx2(lengths, frequencies, n, &need, indexes);
    }
#endif
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        const float length = (float)(uint32_t)numbers_at(&parts->lengths, documents[i]);
        indexes[found] = (uint16_t)i;
        found += frequencies[i] >= need.constant + need.slope * (length < need.floor ? need.floor : length);
    }
    return found;
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

uint32_t kernel_count_below(const uint32_t *documents, uint32_t count, uint32_t document)
{
#if LIBSEARCH_X86
    if (cpu_has_avx512())
        return count_below_avx512(documents, count, document);
#endif
    uint32_t low = 0;
    while (count > 0) {
        const uint32_t half = count / 2;
        const int below = documents[low + half] < document;
        low = below ? low + half + 1 : low;
        count = below ? count - half - 1 : half;
    }
    return low;
}
