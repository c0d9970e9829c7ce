/* SPDX-License-Identifier: MIT */
/* Byte buffers: growing output with a sticky error, and input that cannot be read past its end.
 *
 * Encoders write straight through and ask once at the end: after a failed allocation every further
 * write is a no-op and `failed` stays set. Decoders likewise: past the end a cursor gives zeros and
 * `failed` stays set, so that a structure is read first and judged once. All numbers are little
 * endian. */
#ifndef LIBSEARCH_BASE_BUFFER_H
#define LIBSEARCH_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"

struct buffer {
    const libsearch_allocator *allocator;
    uint8_t *data;
    size_t length, capacity;
    bool failed;
};

void buffer_init(struct buffer *buffer, const libsearch_allocator *allocator);
void buffer_free(struct buffer *buffer);
static inline void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
}

/* Room for `length` more bytes: where to write them, or NULL. They do not count until buffer->length
 * is raised by what was written. */
uint8_t *buffer_reserve(struct buffer *buffer, size_t length);

void buffer_append(struct buffer *buffer, const void *data, size_t length);
void buffer_append_u8(struct buffer *buffer, uint8_t value);
void buffer_append_u16(struct buffer *buffer, uint16_t value);
void buffer_append_u32(struct buffer *buffer, uint32_t value);
void buffer_append_u64(struct buffer *buffer, uint64_t value);
/* LEB128: seven bits a byte, low first. */
void buffer_append_varint(struct buffer *buffer, uint64_t value);
/* A varint length, then the bytes. */
void buffer_append_bytes(struct buffer *buffer, const void *data, size_t length);
/* Zeros up to the next multiple of alignment (a power of two). */
void buffer_align(struct buffer *buffer, size_t alignment);

/* Numbers in memory, whatever their alignment. */
static inline uint32_t load_u32(const void *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

static inline uint64_t load_u64(const void *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

static inline uint16_t load_u16(const void *from)
{
    uint16_t value;
    memcpy(&value, from, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap16(value);
#endif
    return value;
}

struct cursor {
    const uint8_t *start, *next, *end;
    bool failed;
};

static inline struct cursor cursor_of(const void *data, size_t length)
{
    const uint8_t *bytes = (const uint8_t *)data; /* the xapian engine's C++ reads this header, too */
    struct cursor cursor = { bytes, bytes, length == 0 ? bytes : bytes + length, false }; /* NULL + 0 is not defined */
    return cursor;
}

static inline size_t cursor_left(const struct cursor *cursor) { return (size_t)(cursor->end - cursor->next); }
static inline size_t cursor_position(const struct cursor *cursor) { return (size_t)(cursor->next - cursor->start); }

/* length bytes where they lie, or NULL and failed. */
static inline const uint8_t *cursor_take(struct cursor *cursor, size_t length)
{
    if (cursor->failed || cursor_left(cursor) < length) {
        cursor->failed = true;
        return NULL;
    }
    const uint8_t *taken = cursor->next;
    cursor->next += length;
    return taken;
}

static inline uint8_t cursor_u8(struct cursor *cursor)
{
    const uint8_t *from = cursor_take(cursor, 1);
    return from == NULL ? (uint8_t)0 : *from;
}

uint16_t cursor_u16(struct cursor *cursor);

static inline uint32_t cursor_u32(struct cursor *cursor)
{
    const uint8_t *from = cursor_take(cursor, 4);
    return from == NULL ? 0 : load_u32(from);
}

uint64_t cursor_u64(struct cursor *cursor);
uint64_t cursor_varint_long(struct cursor *cursor);

/* Most are of one byte. */
static inline uint64_t cursor_varint(struct cursor *cursor)
{
    if (!cursor->failed && cursor->next < cursor->end && *cursor->next < 0x80)
        return *cursor->next++;
    return cursor_varint_long(cursor);
}

/* A varint that must fit 32 bits; else failed. */
uint32_t cursor_varint32(struct cursor *cursor);
/* A varint length, then that many bytes where they lie. */
libsearch_bytes cursor_bytes(struct cursor *cursor);

#endif
