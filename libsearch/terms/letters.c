/* SPDX-License-Identifier: MIT */
#include "terms/letters.h"

#include <stdlib.h>
#include <string.h>

static bool continues(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/* Bytes of the well-formed sequence at the beginning, 1 for ASCII and for a stray byte. */
static size_t sequence_length(const uint8_t *bytes, size_t length)
{
    const uint8_t first = bytes[0];
    if (first < 0xC2 || first > 0xF4 || length < 2 || !continues(bytes[1]))
        return 1;
    if (first < 0xE0)
        return 2;
    const uint8_t second = bytes[1];
    if (length < 3 || !continues(bytes[2]))
        return 1;
    if (first < 0xF0) /* neither an overlong form nor a surrogate */
        return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ? 1 : 3;
    if (length < 4 || !continues(bytes[3]) || (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
        return 1;
    return 4;
}

size_t letter_take(const uint8_t *bytes, size_t length, uint32_t *letter)
{
    const size_t taken = sequence_length(bytes, length);
    uint32_t value = 0;
    for (size_t i = 0; i < taken; i++)
        value |= (uint32_t)bytes[i] << (24 - 8 * i);
    *letter = value;
    return taken;
}

size_t letter_put(uint32_t letter, uint8_t *bytes)
{
    size_t length = 0;
    do {
        bytes[length++] = (uint8_t)(letter >> 24);
        letter <<= 8;
    } while (letter != 0);
    return length;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

libsearch_status alphabet_init(struct alphabet *alphabet, const libsearch_allocator *allocator, const uint32_t *letters,
                               size_t count, libsearch_error *error)
{
    alphabet->count = 0;
    alphabet->letters = memory_allocate_array(allocator, count, sizeof *letters);
    if (alphabet->letters == NULL)
        return error_no_memory(error);
    if (count > 0) {
        memcpy(alphabet->letters, letters, count * sizeof *letters);
        qsort(alphabet->letters, count, sizeof *letters, by_number);
    }
    for (size_t i = 0; i < count; i++)
        if (alphabet->count == 0 || alphabet->letters[alphabet->count - 1] != alphabet->letters[i])
            alphabet->letters[alphabet->count++] = alphabet->letters[i];
    alphabet->stray = false;
    for (uint32_t i = 0; i < alphabet->count; i++)
        alphabet->stray |= letter_is_stray(alphabet->letters[i]);
    for (uint32_t i = 0; i < 128; i++)
        alphabet->ascii[i] = alphabet->count;
    for (uint32_t i = 0; i < alphabet->count && alphabet->letters[i] < 0x80000000u; i++)
        alphabet->ascii[alphabet->letters[i] >> 24] = i;
    return LIBSEARCH_OK;
}

void alphabet_free(struct alphabet *alphabet, const libsearch_allocator *allocator)
{
    memory_free(allocator, alphabet->letters);
    alphabet->letters = NULL;
}

uint32_t alphabet_lower_bound(const struct alphabet *alphabet, uint32_t letter)
{
    uint32_t low = 0, high = alphabet->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (alphabet->letters[middle] < letter)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
