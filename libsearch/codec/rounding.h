/* SPDX-License-Identifier: MIT */
/* One-byte codes for lengths and frequencies where a bound is enough: five significant bits, so that 0 … 31 are
 * exact and every step after is at most 1/16. Codes keep the order of what they stand for. */
#ifndef LIBSEARCH_CODEC_ROUNDING_H
#define LIBSEARCH_CODEC_ROUNDING_H

#include <stdint.h>

/* The greatest code whose value is <= value. */
static inline uint8_t rounding_down(uint32_t value)
{
    if (value < 32)
        return (uint8_t)value;
    const unsigned exponent = 31 - (unsigned)__builtin_clz(value); /* >= 5 */
    const unsigned code = (exponent - 4) * 16 + ((value >> (exponent - 4)) & 15) + 16;
    return code > 255 ? 255 : (uint8_t)code;
}

/* The least value of a code. Code 255 stands for its value and everything above. */
static inline uint32_t rounding_least(uint8_t code)
{
    if (code < 32)
        return code;
    const unsigned exponent = (unsigned)(code - 16) / 16 + 4;
    return (UINT32_C(16) + (code - 16u) % 16) << (exponent - 4);
}

/* The least code whose value is >= value; 255 also for what is greater than all. */
static inline uint8_t rounding_up(uint32_t value)
{
    const uint8_t code = rounding_down(value);
    return code < 255 && rounding_least(code) < value ? (uint8_t)(code + 1) : code;
}

/* The greatest value that rounding_down gives this code. */
static inline uint32_t rounding_greatest(uint8_t code)
{
    return code == 255 ? UINT32_MAX : rounding_least((uint8_t)(code + 1)) - 1;
}

#endif
