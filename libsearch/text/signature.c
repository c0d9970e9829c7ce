/* SPDX-License-Identifier: MIT */
#include "text/signature.h"

#include <string.h>

#include "base/hash.h"

/* The orders are x -> a x + b modulo 2^32 for an odd a; a and b come from SplitMix64 (Steele, Lea and Flood, OOPSLA
 * 2014), counted from the order's number. */
static uint64_t mix(uint64_t state)
{
    state = (state ^ state >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    state = (state ^ state >> 27) * UINT64_C(0x94D049BB133111EB);
    return state ^ state >> 31;
}

void signature_init(struct signature_maker *maker)
{
    for (size_t i = 0; i < SIGNATURE_BITS; i++) {
        const uint64_t order = mix((i + 1) * UINT64_C(0x9E3779B97F4A7C15));
        maker->multiply[i] = (uint32_t)order | 1;
        maker->add[i] = (uint32_t)(order >> 32);
    }
    maker->shingle = SIGNATURE_SHINGLE;
}

void signature_start(struct signature_maker *maker)
{
    memset(maker->least, 0xFF, sizeof maker->least);
    maker->words = 0;
}

static void add_shingle(struct signature_maker *maker, uint32_t shingle)
{
    for (size_t i = 0; i < SIGNATURE_BITS; i++) {
        const uint32_t value = shingle * maker->multiply[i] + maker->add[i];
        maker->least[i] = value < maker->least[i] ? value : maker->least[i];
    }
}

/* One number for the last `count` words, in their order. */
static uint32_t shingle_of(const struct signature_maker *maker, size_t count)
{
    uint64_t hash = count;
    for (size_t i = count; i-- > 0;)
        hash = mix(hash * UINT64_C(0x9E3779B97F4A7C15) + maker->before[i]);
    return (uint32_t)hash;
}

void signature_add(struct signature_maker *maker, const char *word, size_t length)
{
    memmove(maker->before + 1, maker->before, sizeof maker->before - sizeof maker->before[0]);
    maker->before[0] = (uint32_t)hash_bytes(word, length);
    maker->words++;
    if (maker->words >= maker->shingle)
        add_shingle(maker, shingle_of(maker, maker->shingle));
}

bool signature_finish(struct signature_maker *maker, uint64_t signature[SIGNATURE_WORDS])
{
    if (maker->words == 0)
        return false;
    if (maker->words < maker->shingle) /* a text that is shorter is one shingle */
        add_shingle(maker, shingle_of(maker, maker->words));
    for (size_t w = 0; w < SIGNATURE_WORDS; w++) {
        signature[w] = (uint64_t)w << SIGNATURE_WORD_BITS;
        for (size_t i = 0; i < SIGNATURE_WORD_BITS; i++)
            signature[w] |= mix(maker->least[w * SIGNATURE_WORD_BITS + i]) >> 63 << i;
    }
    return true;
}
