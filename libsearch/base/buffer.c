/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

void buffer_init(struct buffer *buffer, const libsearch_allocator *allocator)
{
    memset(buffer, 0, sizeof *buffer);
    buffer->allocator = allocator;
}

void buffer_free(struct buffer *buffer)
{
    memory_free(buffer->allocator, buffer->data);
    buffer->data = NULL;
    buffer->length = buffer->capacity = 0;
}

uint8_t *buffer_reserve(struct buffer *buffer, size_t length)
{
    if (buffer->failed)
        return NULL;
    size_t wanted;
    if (__builtin_add_overflow(buffer->length, length, &wanted) ||
        /* at least one byte, so that room for nothing is not NULL */
        !memory_grow(buffer->allocator, &buffer->data, &buffer->capacity, wanted == 0 ? 1 : wanted, 1)) {
        buffer->failed = true;
        return NULL;
    }
    return buffer->data + buffer->length;
}

void buffer_append(struct buffer *buffer, const void *data, size_t length)
{
    uint8_t *to = buffer_reserve(buffer, length);
    if (to == NULL || length == 0)
        return;
    memcpy(to, data, length);
    buffer->length += length;
}

void buffer_append_u8(struct buffer *buffer, uint8_t value) { buffer_append(buffer, &value, 1); }

void buffer_append_u16(struct buffer *buffer, uint16_t value)
{
    const uint8_t bytes[2] = { (uint8_t)value, (uint8_t)(value >> 8) };
    buffer_append(buffer, bytes, sizeof bytes);
}

void buffer_append_u32(struct buffer *buffer, uint32_t value)
{
    uint8_t bytes[4];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    buffer_append(buffer, bytes, sizeof bytes);
}

void buffer_append_u64(struct buffer *buffer, uint64_t value)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    buffer_append(buffer, bytes, sizeof bytes);
}

void buffer_append_varint(struct buffer *buffer, uint64_t value)
{
    uint8_t *to = buffer_reserve(buffer, 10);
    if (to == NULL)
        return;
    size_t length = 0;
    for (; value >= 0x80; value >>= 7)
        to[length++] = (uint8_t)(value | 0x80);
    to[length++] = (uint8_t)value;
    buffer->length += length;
}

void buffer_append_bytes(struct buffer *buffer, const void *data, size_t length)
{
    buffer_append_varint(buffer, length);
    buffer_append(buffer, data, length);
}

void buffer_align(struct buffer *buffer, size_t alignment)
{
    const size_t padding = (alignment - buffer->length % alignment) % alignment;
    uint8_t *to = buffer_reserve(buffer, padding);
    if (to == NULL || padding == 0)
        return;
    memset(to, 0, padding);
    buffer->length += padding;
}

uint16_t cursor_u16(struct cursor *cursor)
{
    const uint8_t *from = cursor_take(cursor, 2);
    return from == NULL ? 0 : load_u16(from);
}

uint64_t cursor_u64(struct cursor *cursor)
{
    const uint8_t *from = cursor_take(cursor, 8);
    return from == NULL ? 0 : load_u64(from);
}

uint64_t cursor_varint_long(struct cursor *cursor)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t byte = cursor_u8(cursor);
        if (cursor->failed || (shift == 63 && byte > 1))
            break;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    cursor->failed = true;
    return 0;
}

uint32_t cursor_varint32(struct cursor *cursor)
{
    const uint64_t value = cursor_varint(cursor);
    if (value > UINT32_MAX)
        cursor->failed = true;
    return cursor->failed ? 0 : (uint32_t)value;
}

libsearch_bytes cursor_bytes(struct cursor *cursor)
{
    const uint64_t length = cursor_varint(cursor);
    if (length > cursor_left(cursor))
        cursor->failed = true;
    const uint8_t *data = cursor->failed ? NULL : cursor_take(cursor, (size_t)length);
    return (libsearch_bytes){ (const char *)data, data == NULL ? 0 : (size_t)length };
}
