/* SPDX-License-Identifier: MIT */
/* Integers to bytes and back, in the first-level cache: packing, unpacking, unpacking with sums, for each
 * width, and the patched form on gaps as a posting list has them. Billions of integers a second, beside
 * copying the same integers.
 *
 *     codec */
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "codec/bitpack.h"
#include "codec/pfor.h"

enum { BLOCKS = 16, TURNS = 4000, REPEATS = 5, BLOCK_BYTES = PFOR_MAX_BYTES + 64 };

static uint32_t values[BLOCKS][BITPACK_BLOCK], out[BITPACK_BLOCK];
static uint8_t packed[BLOCKS][BLOCK_BYTES];
static size_t packed_size[BLOCKS];
static unsigned width;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void copy(size_t i)
{
    memcpy(out, values[i], sizeof out);
    __asm__ volatile("" ::"r"(out) : "memory");
}

static void pack(size_t i)
{
    bitpack_pack(values[i], BITPACK_BLOCK, width, packed[i]);
}

static void unpack(size_t i)
{
    bitpack_unpack(packed[i], BITPACK_BLOCK, width, out);
}

static void unpack_rising(size_t i)
{
    bitpack_unpack_rising(packed[i], BITPACK_BLOCK, width, UINT32_MAX, out);
}

static void decode(size_t i)
{
    if (pfor_decode(packed[i], packed[i] + packed_size[i], BITPACK_BLOCK, out) != packed_size[i])
        abort();
}

/* Billions of integers a second of an action on every block, the best of several runs. */
static double speed(void (*action)(size_t block))
{
    double best = 1e30;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double start = seconds();
        for (size_t turn = 0; turn < TURNS; turn++)
            for (size_t i = 0; i < BLOCKS; i++)
                action(i);
        double spent = seconds() - start;
        best = spent < best ? spent : best;
    }
    return (double)TURNS * BLOCKS * BITPACK_BLOCK / best / 1e9;
}

static void fill(unsigned bits)
{
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < BLOCKS; i++)
        for (size_t j = 0; j < BITPACK_BLOCK; j++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            values[i][j] = bits == 0 ? 0 : (uint32_t)(state >> 20) >> (32 - bits);
        }
}

/* Mostly small gaps, one in twenty large. */
static void fill_gaps(void)
{
    fill(5);
    for (size_t i = 0; i < BLOCKS; i++)
        for (size_t j = i; j < BITPACK_BLOCK; j += 20)
            values[i][j] += 200;
}

int main(void)
{
    printf("G ints/s     pack   unpack  unpack and sum     (copy: %.2f)\n", speed(copy));
    for (width = 0; width <= 32; width++) {
        fill(width);
        double packing = speed(pack), unpacking = speed(unpack), rising = speed(unpack_rising);
        printf("width %2u %8.2f %8.2f %15.2f\n", width, packing, unpacking, rising);
    }
    fill_gaps();
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    for (size_t i = 0; i < BLOCKS; i++) {
        buffer.length = 0;
        pfor_encode(values[i], BITPACK_BLOCK, &buffer);
        packed_size[i] = buffer.length;
        memcpy(packed[i], buffer.data, buffer.length);
    }
    printf("patched  %8s %8.2f\n", "", speed(decode));
    buffer_free(&buffer);
    return 0;
}
