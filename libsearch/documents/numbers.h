/* SPDX-License-Identifier: MIT */
/* Arrays of one number a document, to be indexed: lengths and the like. 1, 2, 4 or 8 bytes an element, as the
 * largest needs.
 *
 *     u32 element width (1, 2, 4, 8), u32 zero, u64 count, then the elements, little endian */
#ifndef LIBSEARCH_DOCUMENTS_NUMBERS_H
#define LIBSEARCH_DOCUMENTS_NUMBERS_H

#include "base/buffer.h"
#include "base/status.h"

struct numbers {
    const uint8_t *data; /* element 0 */
    uint32_t width;
    uint64_t count;
};

/* Appends the encoded array. */
void numbers_encode(struct buffer *to, const uint32_t *values, size_t count);
void numbers_encode_u64(struct buffer *to, const uint64_t *values, size_t count);
/* Checks the header against the length and the expected count. name: file and array, for messages. */
libsearch_status numbers_open(const uint8_t *bytes, size_t length, uint64_t expected, const char *name,
                              struct numbers *numbers, libsearch_error *error);

/* The same where the array stands inside a larger section: takes it from the cursor, which then stands behind it. */
libsearch_status numbers_take(struct cursor *from, uint64_t expected, const char *name, struct numbers *numbers,
                              libsearch_error *error);

/* Element i; i < count. */
static inline uint64_t numbers_at(const struct numbers *numbers, uint64_t i)
{
    switch (numbers->width) {
    case 1: return numbers->data[i];
    case 2: return load_u16(numbers->data + 2 * i);
    case 4: return load_u32(numbers->data + 4 * i);
    default: return load_u64(numbers->data + 8 * i);
    }
}

#endif
