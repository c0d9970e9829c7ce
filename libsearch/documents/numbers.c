/* SPDX-License-Identifier: MIT */
#include "documents/numbers.h"

enum { NUMBERS_HEADER = 16 };

static uint32_t width_of(uint64_t greatest)
{
    return greatest <= UINT8_MAX ? 1 : greatest <= UINT16_MAX ? 2 : greatest <= UINT32_MAX ? 4 : 8;
}

/* Writes the header and makes room for the elements: where they go, or NULL. */
static uint8_t *numbers_begin(struct buffer *to, uint32_t width, size_t count)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, (size_t)width, &bytes) || bytes > SIZE_MAX - NUMBERS_HEADER) {
        to->failed = true;
        return NULL;
    }
    if (buffer_reserve(to, NUMBERS_HEADER + bytes) == NULL) /* all or nothing */
        return NULL;
    buffer_append_u32(to, width);
    buffer_append_u32(to, 0);
    buffer_append_u64(to, count);
    uint8_t *elements = to->data + to->length;
    to->length += bytes;
    return elements;
}

static inline void store(uint8_t *to, uint64_t value, uint32_t width)
{
    for (uint32_t byte = 0; byte < width; byte++)
        to[byte] = (uint8_t)(value >> (8 * byte));
}

void numbers_encode(struct buffer *to, const uint32_t *values, size_t count)
{
    uint32_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= values[i];
    const uint32_t width = width_of(all);
    uint8_t *elements = numbers_begin(to, width, count);
    if (elements == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        store(elements + i * width, values[i], width);
}

void numbers_encode_u64(struct buffer *to, const uint64_t *values, size_t count)
{
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= values[i];
    const uint32_t width = width_of(all);
    uint8_t *elements = numbers_begin(to, width, count);
    if (elements == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        store(elements + i * width, values[i], width);
}

libsearch_status numbers_take(struct cursor *from, uint64_t expected, const char *name, struct numbers *numbers,
                              libsearch_error *error)
{
    struct numbers taken;
    const int64_t position = (int64_t)cursor_position(from);
    taken.width = cursor_u32(from);
    const uint32_t zero = cursor_u32(from);
    taken.count = cursor_u64(from);
    uint64_t bytes;
    if (from->failed)
        return error_set_at(error, position, LIBSEARCH_CORRUPT, "%s: array cut short in its header", name);
    if ((taken.width != 1 && taken.width != 2 && taken.width != 4 && taken.width != 8) || zero != 0)
        return error_set_at(error, position, LIBSEARCH_CORRUPT, "%s: array of %u-byte elements (1, 2, 4 or 8 expected)",
                            name, taken.width);
    if (taken.count != expected)
        return error_set_at(error, position, LIBSEARCH_CORRUPT, "%s: array of %llu elements, %llu expected", name,
                            (unsigned long long)taken.count, (unsigned long long)expected);
    if (__builtin_mul_overflow(taken.count, (uint64_t)taken.width, &bytes) || bytes > cursor_left(from))
        return error_set_at(error, position, LIBSEARCH_CORRUPT, "%s: array of %llu elements cut short", name,
                            (unsigned long long)taken.count);
    taken.data = cursor_take(from, (size_t)bytes);
    *numbers = taken;
    return LIBSEARCH_OK;
}

libsearch_status numbers_open(const uint8_t *bytes, size_t length, uint64_t expected, const char *name,
                              struct numbers *numbers, libsearch_error *error)
{
    struct cursor from = cursor_of(bytes, length);
    struct numbers opened;
    TRY(numbers_take(&from, expected, name, &opened, error));
    if (cursor_left(&from) > 0)
        return error_set_at(error, (int64_t)cursor_position(&from), LIBSEARCH_CORRUPT,
                            "%s: %zu bytes after the end of the array", name, cursor_left(&from));
    *numbers = opened;
    return LIBSEARCH_OK;
}
