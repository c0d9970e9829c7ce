/* SPDX-License-Identifier: MIT */
#include "documents/string_table.h"

#include <string.h>

#include "base/hash.h"

bool string_table_init(struct string_table *table, const libsearch_allocator *allocator)
{
    memset(table, 0, sizeof *table);
    table->allocator = allocator;
    table->slot_count = STRING_TABLE_FIRST_SLOTS;
    table->slots = memory_allocate_array(allocator, table->slot_count, sizeof *table->slots);
    return table->slots != NULL;
}

void string_table_free(struct string_table *table)
{
    memory_free(table->allocator, table->bytes);
    memory_free(table->allocator, table->ends);
    memory_free(table->allocator, table->slots);
}

size_t string_table_memory(const struct string_table *table)
{
    return table->bytes_capacity + table->ends_capacity * sizeof *table->ends +
           table->slot_count * sizeof *table->slots;
}

libsearch_bytes string_table_at(const struct string_table *table, size_t number)
{
    const uint64_t start = number == 0 ? 0 : table->ends[number - 1];
    return (libsearch_bytes){ (const char *)table->bytes + start, (size_t)(table->ends[number] - start) };
}

static bool same_string(libsearch_bytes a, libsearch_bytes b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* The slot that holds the string, or the empty one where it would go. */
static struct string_slot *slot_of(const struct string_table *table, libsearch_bytes string, uint32_t hash)
{
    const size_t mask = table->slot_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        struct string_slot *slot = &table->slots[at];
        if (slot->number_plus_1 == 0 ||
            (slot->hash == hash && same_string(string_table_at(table, slot->number_plus_1 - 1), string)))
            return slot;
    }
}

static bool double_slots(struct string_table *table)
{
    const size_t slot_count = table->slot_count * 2, mask = slot_count - 1;
    struct string_slot *slots = memory_allocate_array(table->allocator, slot_count, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].number_plus_1 == 0)
            continue;
        size_t at = table->slots[i].hash & mask;
        while (slots[at].number_plus_1 != 0)
            at = (at + 1) & mask;
        slots[at] = table->slots[i];
    }
    memory_free(table->allocator, table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    return true;
}

static uint32_t hash_of(libsearch_bytes string) { return (uint32_t)hash_bytes(string.data, string.length); }

/* Adds the string to `slot`, which slot_of gave. */
static bool add_at(struct string_table *table, struct string_slot *slot, libsearch_bytes string, uint32_t hash)
{
    /* + 1: also an empty string lies somewhere. */
    const size_t bytes = table->bytes_length + string.length + 1;
    if (!memory_grow(table->allocator, &table->bytes, &table->bytes_capacity, bytes, 1) ||
        !memory_grow(table->allocator, &table->ends, &table->ends_capacity, table->count + 1, sizeof *table->ends))
        return false;
    if (slot->number_plus_1 == 0) {
        if ((table->entries + 1) * 4 > table->slot_count * 3) {
            if (!double_slots(table))
                return false;
            slot = slot_of(table, string, hash);
        }
        table->entries++;
    }
    if (string.length > 0)
        memcpy(table->bytes + table->bytes_length, string.data, string.length);
    table->bytes_length += string.length;
    table->ends[table->count++] = table->bytes_length;
    *slot = (struct string_slot){ hash, (uint32_t)table->count };
    return true;
}

bool string_table_find(const struct string_table *table, libsearch_bytes string, uint32_t *number)
{
    const struct string_slot *slot = slot_of(table, string, hash_of(string));
    if (slot->number_plus_1 == 0)
        return false;
    *number = slot->number_plus_1 - 1;
    return true;
}

bool string_table_add(struct string_table *table, libsearch_bytes string)
{
    const uint32_t hash = hash_of(string);
    return add_at(table, slot_of(table, string, hash), string, hash);
}

bool string_table_intern(struct string_table *table, libsearch_bytes string, uint32_t *number)
{
    const uint32_t hash = hash_of(string);
    struct string_slot *slot = slot_of(table, string, hash);
    if (slot->number_plus_1 != 0) {
        *number = slot->number_plus_1 - 1;
        return true;
    }
    if (!add_at(table, slot, string, hash))
        return false;
    *number = (uint32_t)(table->count - 1);
    return true;
}

/* The byte at `depth` plus 1, 0 behind the end. */
static inline int byte_at(const struct string_table *table, uint32_t number, size_t depth)
{
    const libsearch_bytes string = string_table_at(table, number);
    return depth < string.length ? (unsigned char)string.data[depth] + 1 : 0;
}

static inline void swap(uint32_t *a, uint32_t *b)
{
    const uint32_t kept = *a;
    *a = *b;
    *b = kept;
}

static int middle(int a, int b, int c) { return a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b); }

/* Compares behind the first `depth` bytes, which are the same. */
static bool comes_before(const struct string_table *table, uint32_t a, uint32_t b, size_t depth)
{
    const libsearch_bytes left = string_table_at(table, a), right = string_table_at(table, b);
    const size_t shorter = left.length < right.length ? left.length : right.length;
    const int order = shorter == depth ? 0 : memcmp(left.data + depth, right.data + depth, shorter - depth);
    return order != 0 ? order < 0 : left.length < right.length;
}

struct part {
    uint32_t *numbers;
    size_t count, depth;
};

/* Multikey quicksort (Bentley and Sedgewick, Fast Algorithms for Sorting and Searching Strings, SODA 1997): parts by
 * one byte into less, equal and greater; the equal ones go on with the next byte. It needs no memory and goes the
 * largest part round the loop, so that it nests at most log2(count) deep however long the strings are. */
static void sort_part(const struct string_table *table, struct part part)
{
    enum { FEW = 12 };
    while (part.count > FEW) {
        uint32_t *numbers = part.numbers;
        const size_t count = part.count, depth = part.depth;
        const int pivot = middle(byte_at(table, numbers[0], depth), byte_at(table, numbers[count / 2], depth),
                                 byte_at(table, numbers[count - 1], depth));
        size_t less = 0, greater = count;
        for (size_t i = 0; i < greater;) {
            const int byte = byte_at(table, numbers[i], depth);
            if (byte < pivot)
                swap(&numbers[less++], &numbers[i++]);
            else if (byte > pivot)
                swap(&numbers[i], &numbers[--greater]);
            else
                i++;
        }
        struct part parts[3] = { { numbers, less, depth },
                                 /* strings that all end here are equal */
                                 { numbers + less, pivot == 0 ? 0 : greater - less, depth + 1 },
                                 { numbers + greater, count - greater, depth } };
        size_t largest = 0;
        for (size_t i = 1; i < 3; i++)
            if (parts[i].count > parts[largest].count)
                largest = i;
        for (size_t i = 0; i < 3; i++)
            if (i != largest)
                sort_part(table, parts[i]);
        part = parts[largest];
    }
    for (size_t i = 1; i < part.count; i++)
        for (size_t j = i; j > 0 && comes_before(table, part.numbers[j], part.numbers[j - 1], part.depth); j--)
            swap(&part.numbers[j], &part.numbers[j - 1]);
}

void string_table_sort(const struct string_table *table, uint32_t *numbers, size_t count)
{
    sort_part(table, (struct part){ numbers, count, 0 });
}
