/* SPDX-License-Identifier: MIT */
/* Integers to bytes and back, 2,048 at a time, in the first-level cache. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "codec/bitpack.h"
#include "codec/pfor.h"
#include "micro.h"

enum { BLOCKS = 16, VALUES = BLOCKS * BITPACK_BLOCK, BLOCK_BYTES = PFOR_MAX_BYTES + 64 };

static uint32_t values[BLOCKS][BITPACK_BLOCK], out[BITPACK_BLOCK];
static uint8_t *packed; /* blocks one after the other */
static size_t starts[BLOCKS + 1];
static unsigned width;

static void pack(void *context)
{
    (void)context;
    for (size_t i = 0; i < BLOCKS; i++)
        bitpack_pack(values[i], BITPACK_BLOCK, width, packed + starts[i]);
}

static void unpack(void *context)
{
    (void)context;
    for (size_t i = 0; i < BLOCKS; i++)
        bitpack_unpack(packed + starts[i], BITPACK_BLOCK, width, out);
}

static void unpack_rising(void *context)
{
    (void)context;
    for (size_t i = 0; i < BLOCKS; i++)
        bitpack_unpack_rising(packed + starts[i], BITPACK_BLOCK, width, UINT32_MAX, out);
}

static void decode(void *context)
{
    (void)context;
    for (size_t i = 0; i < BLOCKS; i++)
        if (pfor_decode(packed + starts[i], packed + starts[i + 1], BITPACK_BLOCK, out) == 0)
            micro_fail("a run is damaged");
}

static void encode(void *context)
{
    struct buffer *buffer = context;
    buffer->length = 0;
    for (size_t i = 0; i < BLOCKS; i++)
        pfor_encode(values[i], BITPACK_BLOCK, buffer);
}

static void fill(unsigned bits)
{
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < BLOCKS; i++) {
        for (size_t j = 0; j < BITPACK_BLOCK; j++)
            values[i][j] = bits == 0 ? 0 : micro_chance(&state) >> (32 - bits);
        starts[i + 1] = starts[i] + bitpack_bytes(BITPACK_BLOCK, bits);
    }
}

void micro_widths(void)
{
    printf("\nPacking of 128 integers, %s, thousand million integers a second:\n\n", micro_level_name(MICRO_BASE));
    printf("| bits | pack | unpack | unpack and sum | reading the packed bytes |\n"
           "|-----:|-----:|-------:|---------------:|-------------------------:|\n");
    for (width = 1; width <= 32; width++) {
        fill(width);
        pack(NULL);
        printf("| %4u | %4.1f | %6.1f | %14.1f | %24.1f |\n", width, VALUES / micro_time(pack, NULL) / 1e9,
               VALUES / micro_time(unpack, NULL) / 1e9, VALUES / micro_time(unpack_rising, NULL) / 1e9,
               micro_reading(packed, starts[BLOCKS]) / (double)starts[BLOCKS] * VALUES / 1e9);
        fflush(stdout);
    }
}

void micro_codecs(void)
{
    const char *form = micro_level_name(MICRO_BASE); /* GCC's vectors; there is no other form */
    packed = micro_allocate(BLOCKS * BLOCK_BYTES);

    /* mostly small gaps, one in twenty large */
    fill(5);
    for (size_t i = 0; i < BLOCKS; i++)
        for (size_t j = i; j < BITPACK_BLOCK; j += 20)
            values[i][j] += 200;
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    for (size_t i = 0; i < BLOCKS; i++) {
        buffer.length = 0;
        pfor_encode(values[i], BITPACK_BLOCK, &buffer);
        memcpy(packed + starts[i], buffer.data, buffer.length);
        starts[i + 1] = starts[i] + buffer.length;
    }
    micro_row("encode patched", form, VALUES, "integers", micro_time(encode, &buffer), values, sizeof values);
    micro_row("decode patched", form, VALUES, "integers", micro_time(decode, NULL), packed, starts[BLOCKS]);
    buffer_free(&buffer);
}
