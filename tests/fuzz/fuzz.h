/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. A target is one function; libFuzzer calls it with bytes of its own making, replay.c with
 * those of files. It returns 0, and ends the program where something does not hold. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program where `condition` does not hold; in every build. */
#define FUZZ_REQUIRE(condition)                                                                                        \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                             \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The input, taken bit by bit; zeros when it is used up. */
struct fuzz_bytes {
    const uint8_t *next, *end;
};

static inline struct fuzz_bytes fuzz_bytes_of(const uint8_t *data, size_t size)
{
    return (struct fuzz_bytes){ data, size == 0 ? data : data + size };
}

static inline size_t fuzz_left(const struct fuzz_bytes *bytes) { return (size_t)(bytes->end - bytes->next); }

static inline uint8_t fuzz_u8(struct fuzz_bytes *bytes) { return bytes->next == bytes->end ? 0 : *bytes->next++; }

/* A number of `width` bytes, little endian. */
static inline uint64_t fuzz_number(struct fuzz_bytes *bytes, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)fuzz_u8(bytes) << 8 * i;
    return value;
}

static inline uint64_t fuzz_below(struct fuzz_bytes *bytes, uint64_t bound)
{
    const unsigned width = bound <= 256 ? 1 : bound <= 65536 ? 2 : 8;
    return fuzz_number(bytes, width) % bound;
}

/* At most `most` bytes as memory of exactly that length, so that reading past its end is seen; free() it. */
static inline uint8_t *fuzz_take(struct fuzz_bytes *bytes, size_t most, size_t *length)
{
    *length = fuzz_left(bytes) < most ? fuzz_left(bytes) : most;
    uint8_t *copy = calloc(*length == 0 ? 1 : *length, 1);
    FUZZ_REQUIRE(copy != NULL);
    if (*length > 0)
        memcpy(copy, bytes->next, *length);
    bytes->next += *length;
    return copy;
}

static inline uint8_t *fuzz_rest(struct fuzz_bytes *bytes, size_t *length)
{
    return fuzz_take(bytes, fuzz_left(bytes), length);
}

#endif
