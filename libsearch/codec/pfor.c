/* SPDX-License-Identifier: MIT */
#include "codec/pfor.h"

enum { EXCEPTIONS_MAX = 31, WIDE = 0x80 };

/* The width that makes the run smallest: from the counts of values by their bits, every width down from the widest
 * is tried, its exceptions being the values above it. */
static unsigned best_width(const uint32_t *values, size_t n, unsigned *exceptions, bool *wide)
{
    uint8_t with_bits[33] = { 0 };
    unsigned widest = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned bits = values[i] == 0 ? 0 : 32 - (unsigned)__builtin_clz(values[i]);
        with_bits[bits]++;
        widest = bits > widest ? bits : widest;
    }
    unsigned best = widest, best_exceptions = 0, above = 0;
    size_t best_bytes = bitpack_bytes(n, widest);
    for (unsigned width = widest; width-- > 0;) {
        above += with_bits[width + 1];
        if (above > EXCEPTIONS_MAX)
            break;
        const size_t bytes = bitpack_bytes(n, width) + above * (widest - width > 8 ? 5 : 2);
        if (bytes < best_bytes) {
            best = width;
            best_bytes = bytes;
            best_exceptions = above;
        }
    }
    *exceptions = best_exceptions;
    *wide = widest - best > 8;
    return best;
}

void pfor_encode(const uint32_t *values, size_t n, struct buffer *to)
{
    if (n == 0)
        return;
    unsigned exceptions;
    bool wide;
    const unsigned width = best_width(values, n, &exceptions, &wide);
    uint8_t *at = buffer_reserve(to, PFOR_MAX_BYTES + EXCEPTIONS_MAX * 5);
    if (at == NULL)
        return;
    at[0] = (uint8_t)width;
    at[1] = (uint8_t)(exceptions | (exceptions > 0 && wide ? WIDE : 0));
    size_t length = 2;
    if (exceptions == 0) {
        bitpack_pack(values, n, width, at + length);
        to->length += length + bitpack_bytes(n, width);
        return;
    }
    uint32_t low[BITPACK_BLOCK];
    uint8_t indexes[EXCEPTIONS_MAX] = { 0 };
    const uint32_t mask = (UINT32_C(1) << width) - 1; /* width < 32 where there are exceptions */
    unsigned found = 0;
    for (size_t i = 0; i < n; i++) {
        low[i] = values[i] & mask;
        if (values[i] > mask && found < EXCEPTIONS_MAX)
            indexes[found++] = (uint8_t)i;
    }
    bitpack_pack(low, n, width, at + length);
    length += bitpack_bytes(n, width);
    memcpy(at + length, indexes, exceptions);
    length += exceptions;
    for (unsigned i = 0; i < exceptions; i++) {
        uint32_t high = values[indexes[i]] >> width;
        for (unsigned byte = 0; byte < (wide ? 4u : 1u); byte++, high >>= 8)
            at[length++] = (uint8_t)high;
    }
    to->length += length;
}

/* Reads the two header bytes; the run's bytes, or 0. */
static size_t run_bytes(const uint8_t *from, const uint8_t *end, size_t n, unsigned *exceptions, bool *wide)
{
    if (n == 0 || n > BITPACK_BLOCK || end - from < 2 || from[0] > 32)
        return 0;
    *exceptions = from[1] & 0x7F;
    *wide = (from[1] & WIDE) != 0;
    if (*exceptions > EXCEPTIONS_MAX || (*exceptions > 0 && from[0] == 32))
        return 0;
    const size_t bytes = 2 + bitpack_bytes(n, from[0]) + *exceptions * (*wide ? 5u : 2u);
    return bytes > (size_t)(end - from) ? 0 : bytes;
}

size_t pfor_skip(const uint8_t *from, const uint8_t *end, size_t n)
{
    unsigned exceptions;
    bool wide;
    return run_bytes(from, end, n, &exceptions, &wide);
}

size_t pfor_decode(const uint8_t *from, const uint8_t *end, size_t n, uint32_t *values)
{
    unsigned exceptions;
    bool wide;
    const size_t bytes = run_bytes(from, end, n, &exceptions, &wide);
    if (bytes == 0)
        return 0;
    const unsigned width = from[0];
    bitpack_unpack(from + 2, n, width, values);
    if (exceptions == 0)
        return bytes;
    const uint8_t *indexes = from + 2 + bitpack_bytes(n, width);
    const uint8_t *highs = indexes + exceptions;
    for (unsigned i = 0; i < exceptions; i++) {
        const uint32_t high = wide ? load_u32(highs + 4 * (size_t)i) : highs[i];
        if (indexes[i] >= n)
            return 0;
        values[indexes[i]] |= high << width;
    }
    return bytes;
}

bool pfor_decode_at(const uint8_t *from, const uint8_t *end, size_t n, const uint8_t *places, size_t m,
                    uint32_t *values)
{
    unsigned exceptions;
    bool wide;
    if (run_bytes(from, end, n, &exceptions, &wide) == 0)
        return false;
    const unsigned width = from[0];
    for (size_t j = 0; j < m; j++)
        values[j] = width == 0 ? 0 : bitpack_at(from + 2, n, width, places[j]);
    const uint8_t *indexes = from + 2 + bitpack_bytes(n, width);
    const uint8_t *highs = indexes + exceptions;
    for (unsigned i = 0, j = 0; i < exceptions; i++) {
        const uint32_t high = wide ? load_u32(highs + 4 * (size_t)i) : highs[i];
        if (indexes[i] >= n || (i > 0 && indexes[i] <= indexes[i - 1]))
            return false;
        while (j < m && places[j] < indexes[i])
            j++;
        if (j < m && places[j] == indexes[i])
            values[j] |= high << width;
    }
    return true;
}

bool pfor_decode_between(const uint8_t *from, const uint8_t *end, size_t n, size_t first, size_t m, uint32_t *values)
{
    unsigned exceptions;
    bool wide;
    if (run_bytes(from, end, n, &exceptions, &wide) == 0)
        return false;
    const unsigned width = from[0];
    for (size_t j = 0; j < m; j++)
        values[j] = width == 0 ? 0 : bitpack_at(from + 2, n, width, first + j);
    const uint8_t *indexes = from + 2 + bitpack_bytes(n, width);
    const uint8_t *highs = indexes + exceptions;
    for (unsigned i = 0; i < exceptions; i++)
        if (indexes[i] - first < m) /* also false where it is before the first */
            values[indexes[i] - first] |= (wide ? load_u32(highs + 4 * (size_t)i) : highs[i]) << width;
    return true;
}
