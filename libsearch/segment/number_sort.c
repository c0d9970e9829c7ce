/* SPDX-License-Identifier: MIT */
#include "segment/number_sort.h"

#include <string.h>

void number_sort(uint64_t *keys, uint64_t *spare, size_t count)
{
    enum { FEW = 64, BITS = 8, BUCKETS = 1 << BITS };
    if (count <= FEW) {
        for (size_t i = 1; i < count; i++) {
            const uint64_t key = keys[i];
            size_t at = i;
            for (; at > 0 && keys[at - 1] >> 32 > key >> 32; at--)
                keys[at] = keys[at - 1];
            keys[at] = key;
        }
        return;
    }
    uint64_t *from = keys, *to = spare;
    for (unsigned shift = 32; shift < 64; shift += BITS) {
        size_t starts[BUCKETS] = { 0 };
        for (size_t i = 0; i < count; i++)
            starts[from[i] >> shift & (BUCKETS - 1)]++;
        if (starts[from[0] >> shift & (BUCKETS - 1)] == count)
            continue; /* all have the same digit */
        size_t sum = 0;
        for (unsigned b = 0; b < BUCKETS; b++) {
            const size_t size = starts[b];
            starts[b] = sum;
            sum += size;
        }
        for (size_t i = 0; i < count; i++)
            to[starts[from[i] >> shift & (BUCKETS - 1)]++] = from[i];
        uint64_t *const sorted = to;
        to = from;
        from = sorted;
    }
    if (from != keys)
        memcpy(keys, from, count * sizeof *keys);
}
