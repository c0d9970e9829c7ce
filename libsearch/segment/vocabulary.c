/* SPDX-License-Identifier: MIT */
#include "segment/vocabulary.h"

#include <string.h>

#include "base/buffer.h"
#include "base/hash.h"

enum { FIRST_SLOTS = 4096, KEY_PADDING = 16 };

libsearch_status vocabulary_init(struct vocabulary *vocabulary, const libsearch_allocator *allocator,
                                 libsearch_error *error)
{
    memset(vocabulary, 0, sizeof *vocabulary);
    vocabulary->allocator = allocator;
    vocabulary->slots = FIRST_SLOTS;
    vocabulary->entries = memory_allocate_spread(allocator, FIRST_SLOTS, sizeof *vocabulary->entries);
    if (vocabulary->entries == NULL ||
        !memory_grow(allocator, &vocabulary->key_starts, &vocabulary->key_starts_capacity, 1, sizeof(uint32_t))) {
        vocabulary_free(vocabulary);
        return error_no_memory(error);
    }
    vocabulary->key_starts[0] = 0;
    return LIBSEARCH_OK;
}

void vocabulary_free(struct vocabulary *vocabulary)
{
    memory_free_spread(vocabulary->allocator, vocabulary->entries);
    memory_free(vocabulary->allocator, vocabulary->key_starts);
    memory_free(vocabulary->allocator, vocabulary->keys);
    vocabulary->entries = NULL;
    vocabulary->key_starts = NULL;
    vocabulary->keys = NULL;
}

size_t vocabulary_memory(const struct vocabulary *vocabulary)
{
    return vocabulary->slots * sizeof *vocabulary->entries + vocabulary->key_starts_capacity * sizeof(uint32_t) +
           vocabulary->keys_capacity;
}

/* The words of an entry's key mixed by multiplication (Fibonacci hashing, Knuth, TAOCP 3, 6.4); the high bits are
 * the good ones. */
static inline uint64_t mix(uint64_t start, uint64_t rest, uint32_t list_and_length)
{
    uint64_t hash = start * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 32;
    hash += rest ^ list_and_length;
    hash *= UINT64_C(0xC2B2AE3D27D4EB4F);
    hash ^= hash >> 29;
    return hash * UINT64_C(0x9E3779B97F4A7C15);
}

static bool vocabulary_double(struct vocabulary *vocabulary)
{
    const size_t slots = vocabulary->slots * 2;
    struct vocabulary_entry *entries = memory_allocate_spread(vocabulary->allocator, slots, sizeof *entries);
    if (entries == NULL)
        return false;
    for (size_t i = 0; i < vocabulary->slots; i++) {
        const struct vocabulary_entry *entry = &vocabulary->entries[i];
        if (entry->number == 0)
            continue;
        const uint64_t hash = mix(entry->start, entry->rest, (uint32_t)entry->list << 16 | entry->length);
        size_t slot = (size_t)(hash >> 20) & (slots - 1);
        while (entries[slot].number != 0)
            slot = (slot + 1) & (slots - 1);
        entries[slot] = *entry;
    }
    memory_free_spread(vocabulary->allocator, vocabulary->entries);
    vocabulary->entries = entries;
    vocabulary->slots = slots;
    return true;
}

/* Adds the word's bytes and its number; NULL when that fails. */
static struct vocabulary_entry *vocabulary_add(struct vocabulary *vocabulary, struct vocabulary_entry *entry,
                                               const char *word, size_t length)
{
    const size_t end = vocabulary->keys_length + length;
    if (end > UINT32_MAX - KEY_PADDING || vocabulary->count >= INT32_MAX - 1 ||
        !memory_grow(vocabulary->allocator, &vocabulary->keys, &vocabulary->keys_capacity, end + KEY_PADDING, 1) ||
        !memory_grow(vocabulary->allocator, &vocabulary->key_starts, &vocabulary->key_starts_capacity,
                     (size_t)vocabulary->count + 2, sizeof(uint32_t)))
        return NULL;
    memcpy(vocabulary->keys + vocabulary->keys_length, word, length);
    memset(vocabulary->keys + end, 0, KEY_PADDING); /* every key may be read 16 bytes wide */
    vocabulary->keys_length = end;
    vocabulary->key_starts[++vocabulary->count] = (uint32_t)end;
    entry->number = vocabulary->count;
    return entry;
}

/* A word made ready to be looked up. */
struct wanted {
    uint64_t start, rest, hash;
    const char *bytes;
    size_t length;
    uint16_t list;
};

static inline struct wanted make_ready(uint16_t list, const char *word, size_t length)
{
    struct wanted wanted = { load_u64(word), 0, 0, word, length, list };
    if (length < 8)
        wanted.start &= (UINT64_C(1) << (8 * length)) - 1;
    else if (length > 16)
        wanted.rest = hash_bytes(word, length);
    else if (length > 8)
        wanted.rest = load_u64(word + 8) & (~UINT64_C(0) >> (8 * (16 - length)));
    wanted.hash = mix(wanted.start, wanted.rest, (uint32_t)list << 16 | (uint32_t)length);
    return wanted;
}

/* The slot of the word, or the empty one where it would stand. */
static inline size_t slot_of(const struct vocabulary *vocabulary, const struct wanted *wanted)
{
    size_t slot = (size_t)(wanted->hash >> 20) & (vocabulary->slots - 1);
    for (;; slot = (slot + 1) & (vocabulary->slots - 1)) {
        const struct vocabulary_entry *entry = &vocabulary->entries[slot];
        if (entry->number == 0 || (entry->start == wanted->start && entry->rest == wanted->rest &&
                                   entry->length == wanted->length && entry->list == wanted->list &&
                                   (wanted->length <= 16 ||
                                    memcmp(vocabulary->keys + vocabulary->key_starts[entry->number - 1], wanted->bytes,
                                           wanted->length) == 0)))
            return slot;
    }
}

const struct vocabulary_entry *vocabulary_find(const struct vocabulary *vocabulary, uint16_t list, const char *word,
                                               size_t length)
{
    const struct wanted wanted = make_ready(list, word, length);
    const struct vocabulary_entry *entry = &vocabulary->entries[slot_of(vocabulary, &wanted)];
    return entry->number == 0 ? NULL : entry;
}

struct vocabulary_entry *vocabulary_at(struct vocabulary *vocabulary, uint16_t list, const char *word, size_t length,
                                       bool *added)
{
    const struct wanted wanted = make_ready(list, word, length);
    struct vocabulary_entry *entry = &vocabulary->entries[slot_of(vocabulary, &wanted)];
    *added = false;
    if (entry->number != 0)
        return entry;
    if ((size_t)vocabulary->count + 1 > vocabulary->slots / 8 * 5) {
        if (!vocabulary_double(vocabulary))
            return NULL;
        entry = &vocabulary->entries[slot_of(vocabulary, &wanted)];
    }
    *entry = (struct vocabulary_entry){ wanted.start, wanted.rest, 0, 0, list, (uint16_t)length, 0 };
    *added = true;
    return vocabulary_add(vocabulary, entry, word, length);
}
