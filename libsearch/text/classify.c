/* SPDX-License-Identifier: MIT */
#include "text/classify.h"

#include <string.h>

#include "base/cpu.h"

#if LIBSEARCH_X86
#include <immintrin.h>
#endif

enum { CLASS_WORD = 1, CLASS_WIDE = 2, CLASS_JOINER = 4, CLASS_TAIL = 8 };

static unsigned class_of(enum classify_mode mode, uint8_t byte)
{
    if (byte >= 0x80)
        return CLASS_WIDE;
    if (byte_is_wordish(byte))
        return CLASS_WORD;
    switch (byte) {
    case '.':
    case '\'':
    case ',': return CLASS_JOINER;
    case '-':
    case '&': return mode == CLASSIFY_SPLIT ? CLASS_JOINER : 0;
    case ':':
    case ';': return mode == CLASSIFY_PLAIN ? CLASS_JOINER : 0;
    case '+':
    case '#': return mode == CLASSIFY_SPLIT ? CLASS_TAIL : 0;
    case '_': return mode == CLASSIFY_SPLIT ? CLASS_JOINER : CLASS_TAIL;
    default: return 0;
    }
}

void classify_scalar(enum classify_mode mode, const uint8_t *bytes, struct block_classes *classes, char *lower)
{
    *classes = (struct block_classes){ 0, 0, 0, 0 };
    for (unsigned i = 0; i < CLASSIFY_BLOCK; i++) {
        const unsigned class = class_of(mode, bytes[i]);
        classes->word |= (uint64_t)(class & CLASS_WORD) << i;
        classes->wide |= (uint64_t)(class >> 1 & 1) << i;
        classes->joiner |= (uint64_t)(class >> 2 & 1) << i;
        classes->tail |= (uint64_t)(class >> 3 & 1) << i;
        lower[i] = (char)(bytes[i] >= 'A' && bytes[i] <= 'Z' ? bytes[i] | 0x20 : bytes[i]);
    }
}

#if LIBSEARCH_X86

/* first <= byte <= first + span, for unsigned bytes */
static inline __m128i in_range(__m128i bytes, char first, char span)
{
    const __m128i distance = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(distance, _mm_set1_epi8(span)), distance);
}

static inline __m128i equals(__m128i bytes, char byte) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte)); }

static inline uint64_t bits_of(__m128i mask) { return (uint64_t)(uint32_t)_mm_movemask_epi8(mask); }

void classify_sse2(enum classify_mode mode, const uint8_t *bytes, struct block_classes *classes, char *lower)
{
    *classes = (struct block_classes){ 0, 0, 0, 0 };
    for (unsigned i = 0; i < CLASSIFY_BLOCK; i += 16) {
        const __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes + i));
        const __m128i small = _mm_or_si128(block, _mm_set1_epi8(0x20));
        const __m128i word = _mm_or_si128(in_range(block, '0', 9), in_range(small, 'a', 25));
        const __m128i capital = in_range(block, 'A', 25);
        __m128i joiner = _mm_or_si128(_mm_or_si128(equals(block, '.'), equals(block, '\'')), equals(block, ','));
        __m128i tail;
        if (mode == CLASSIFY_SPLIT) {
            joiner = _mm_or_si128(joiner, _mm_or_si128(_mm_or_si128(equals(block, '-'), equals(block, '&')),
                                                       equals(block, '_')));
            tail = _mm_or_si128(equals(block, '+'), equals(block, '#'));
        } else {
            joiner = _mm_or_si128(joiner, in_range(block, ':', 1));
            tail = equals(block, '_');
        }
        _mm_storeu_si128((__m128i *)(void *)(lower + i),
                         _mm_or_si128(block, _mm_and_si128(capital, _mm_set1_epi8(0x20))));
        classes->word |= bits_of(word) << i;
        classes->wide |= bits_of(block) << i;
        classes->joiner |= bits_of(joiner) << i;
        classes->tail |= bits_of(tail) << i;
    }
}

/* By nibbles: a byte's kinds are those that both its halves allow. Bits: 1 joiners 0x2_; 2 joiner _;
 * 4 digits; 8 letters @A–O; 16 letters P–Z; 32 tails 0x2_; 64 tail _; 128 joiners : ; */
enum { WORD_BITS = 4 | 8 | 16, JOINER_BITS = 1 | 2 | 128, TAIL_BITS = 32 | 64 };

#define HIGH_NIBBLES 0, 0, 1 | 32, 4 | (char)128, 8, 2 | 16 | 64, 8, 16, 0, 0, 0, 0, 0, 0, 0, 0
#define SPLIT_NIBBLES                                                                                                  \
    4 | 16, 4 | 8 | 16, 4 | 8 | 16, 4 | 8 | 16 | 32, 4 | 8 | 16, 4 | 8 | 16, 1 | 4 | 8 | 16, 1 | 4 | 8 | 16,           \
        4 | 8 | 16, 4 | 8 | 16, 8 | 16, 8 | 32, 1 | 8, 1 | 8, 1 | 8, 2 | 8
#define PLAIN_NIBBLES                                                                                                  \
    4 | 16, 4 | 8 | 16, 4 | 8 | 16, 4 | 8 | 16, 4 | 8 | 16, 4 | 8 | 16, 4 | 8 | 16, 1 | 4 | 8 | 16, 4 | 8 | 16,        \
        4 | 8 | 16, 8 | 16 | (char)128, 8 | (char)128, 1 | 8, 8, 1 | 8, 8 | 64

__attribute__((target("avx2"))) static inline uint64_t bits_with(__m256i kinds, char wanted)
{
    const __m256i without =
        _mm256_cmpeq_epi8(_mm256_and_si256(kinds, _mm256_set1_epi8(wanted)), _mm256_setzero_si256());
    return (uint32_t) ~(uint32_t)_mm256_movemask_epi8(without);
}

__attribute__((target("avx2"))) void classify_avx2(enum classify_mode mode, const uint8_t *bytes,
                                                   struct block_classes *classes, char *lower)
{
    const __m256i high_table = _mm256_setr_epi8(HIGH_NIBBLES, HIGH_NIBBLES);
    const __m256i low_table = mode == CLASSIFY_SPLIT ? _mm256_setr_epi8(SPLIT_NIBBLES, SPLIT_NIBBLES)
                                                     : _mm256_setr_epi8(PLAIN_NIBBLES, PLAIN_NIBBLES);
    const __m256i nibble = _mm256_set1_epi8(15);
    struct block_classes found = { 0, 0, 0, 0 };
    for (unsigned i = 0; i < CLASSIFY_BLOCK; i += 32) {
        const __m256i block = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + i));
        const __m256i high = _mm256_and_si256(_mm256_srli_epi16(block, 4), nibble);
        const __m256i kinds = _mm256_and_si256(_mm256_shuffle_epi8(high_table, high),
                                               _mm256_shuffle_epi8(low_table, _mm256_and_si256(block, nibble)));
        const __m256i distance = _mm256_sub_epi8(block, _mm256_set1_epi8('A'));
        const __m256i capital = _mm256_cmpeq_epi8(_mm256_min_epu8(distance, _mm256_set1_epi8(25)), distance);
        _mm256_storeu_si256((__m256i *)(void *)(lower + i),
                            _mm256_or_si256(block, _mm256_and_si256(capital, _mm256_set1_epi8(0x20))));
        found.word |= bits_with(kinds, WORD_BITS) << i;
        found.wide |= (uint64_t)(uint32_t)_mm256_movemask_epi8(block) << i;
        found.joiner |= bits_with(kinds, (char)JOINER_BITS) << i;
        found.tail |= bits_with(kinds, TAIL_BITS) << i;
    }
    *classes = found;
}

#else

void classify_sse2(enum classify_mode mode, const uint8_t *bytes, struct block_classes *classes, char *lower)
{
    classify_scalar(mode, bytes, classes, lower);
}

void classify_avx2(enum classify_mode mode, const uint8_t *bytes, struct block_classes *classes, char *lower)
{
    classify_scalar(mode, bytes, classes, lower);
}

#endif

bool kernel_is_there(enum kernel kernel)
{
    return kernel <= KERNEL_SCALAR || (kernel == KERNEL_SSE2 && LIBSEARCH_X86) ||
           (kernel == KERNEL_AVX2 && cpu_has_avx2());
}

enum kernel kernel_best(void)
{
    return kernel_is_there(KERNEL_AVX2) ? KERNEL_AVX2 : LIBSEARCH_X86 ? KERNEL_SSE2 : KERNEL_SCALAR;
}
