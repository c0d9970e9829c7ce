/* SPDX-License-Identifier: MIT */
/* Strings numbered in the order of adding, found again by their bytes: what ids and keywords are gathered in.
 *
 * Slots hold the low half of the hash beside the number: most wrong slots are passed over without a look at the
 * string, and doubling the table needs no string at all. The search for a string begins at slot (XXH3 mod slots) and
 * goes on slot by slot, round the end, to an empty one; whenever entries would pass 3/4 of the slots, these are
 * doubled and the old ones entered anew in their order. So the table depends on the sequence of strings alone. */
#ifndef LIBSEARCH_DOCUMENTS_STRING_TABLE_H
#define LIBSEARCH_DOCUMENTS_STRING_TABLE_H

#include "base/memory.h"

#include <stdint.h>

enum { STRING_TABLE_FIRST_SLOTS = 16 };

struct string_slot {
    uint32_t hash;
    uint32_t number_plus_1; /* 0: empty */
};

struct string_table {
    const libsearch_allocator *allocator;
    uint8_t *bytes;
    size_t bytes_length, bytes_capacity;
    uint64_t *ends; /* of string i within bytes */
    size_t count, ends_capacity;
    struct string_slot *slots;
    size_t slot_count; /* a power of two */
    size_t entries;    /* slots in use */
};

/* False: no memory, and nothing to free. */
bool string_table_init(struct string_table *table, const libsearch_allocator *allocator);
void string_table_free(struct string_table *table);
/* Bytes taken by what the table points to. */
size_t string_table_memory(const struct string_table *table);

libsearch_bytes string_table_at(const struct string_table *table, size_t number);
/* The newest number under which the string was added; false: it was not. */
bool string_table_find(const struct string_table *table, libsearch_bytes string, uint32_t *number);
/* Adds the string under the number `count`, also when it is there already: then this number stands for it. At most
 * UINT32_MAX strings. False: no memory, and the table is as it was. */
bool string_table_add(struct string_table *table, libsearch_bytes string);
/* Its number, under which it is added when it is not there yet. False as string_table_add. */
bool string_table_intern(struct string_table *table, libsearch_bytes string, uint32_t *number);

/* Sorts numbers of strings by the strings' bytes; a prefix comes first. Equal ones in no order. */
void string_table_sort(const struct string_table *table, uint32_t *numbers, size_t count);

#endif
