/* SPDX-License-Identifier: MIT */
#include "segment/vocabulary.h"

#include <string.h>

#include "base/buffer.h"
#include "base/hash.h"

enum {
    FIRST_SLOTS = 4096,
    KEY_PADDING = 16,
    COMMON_PAIRS = 4096,
    COMMON_FROM = 1 << 15 /* slots: 1 MiB */
};

static struct vocabulary_entry *empty_entries(const libsearch_allocator *allocator, size_t count)
{
    struct vocabulary_entry *entries = memory_allocate_spread(allocator, count, sizeof *entries);
    if (entries != NULL)
        memset(entries, 0, count * sizeof *entries);
    return entries;
}

libsearch_status vocabulary_init(struct vocabulary *vocabulary, const libsearch_allocator *allocator,
                                 libsearch_error *error)
{
    memset(vocabulary, 0, sizeof *vocabulary);
    vocabulary->allocator = allocator;
    vocabulary->slots = FIRST_SLOTS;
    vocabulary->entries = empty_entries(allocator, FIRST_SLOTS);
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
    memory_free_spread(vocabulary->allocator, vocabulary->common);
    vocabulary->entries = NULL;
    vocabulary->common = NULL;
    vocabulary->key_starts = NULL;
    vocabulary->keys = NULL;
}

size_t vocabulary_memory(const struct vocabulary *vocabulary)
{
    return (vocabulary->slots + (vocabulary->common == NULL ? 0 : 2 * COMMON_PAIRS)) * sizeof *vocabulary->entries +
           vocabulary->key_starts_capacity * sizeof(uint32_t) + vocabulary->keys_capacity;
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
    if (slots >= COMMON_FROM && vocabulary->common == NULL) {
        vocabulary->common = empty_entries(vocabulary->allocator, 2 * COMMON_PAIRS);
        if (vocabulary->common == NULL)
            return false;
    }
    struct vocabulary_entry *entries = empty_entries(vocabulary->allocator, slots);
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

static inline __attribute__((always_inline)) struct vocabulary_word make_ready(uint16_t list, const char *bytes,
                                                                               size_t length)
{
    struct vocabulary_word word = {
        .bytes = bytes, .start = load_u64(bytes), .list = list, .length = (uint16_t)length
    };
    if (length < 8)
        word.start &= (UINT64_C(1) << (8 * length)) - 1;
    else if (length > 16)
        word.rest = hash_bytes(bytes, length);
    else if (length > 8)
        word.rest = load_u64(bytes + 8) & (~UINT64_C(0) >> (8 * (16 - length)));
    word.hash = mix(word.start, word.rest, (uint32_t)list << 16 | (uint32_t)length);
    return word;
}

struct vocabulary_word vocabulary_word(uint16_t list, const char *bytes, size_t length)
{
    return make_ready(list, bytes, length);
}

static inline bool is_word(const struct vocabulary *vocabulary, const struct vocabulary_entry *entry,
                           const struct vocabulary_word *word)
{
    return entry->start == word->start && entry->rest == word->rest && entry->length == word->length &&
           entry->list == word->list && entry->number != 0 &&
           (word->length <= 16 ||
            memcmp(vocabulary->keys + vocabulary->key_starts[entry->number - 1], word->bytes, word->length) == 0);
}

static inline struct vocabulary_entry *common_pair(const struct vocabulary *vocabulary,
                                                   const struct vocabulary_word *word)
{
    return vocabulary->common + 2 * (word->hash >> 52 & (COMMON_PAIRS - 1));
}

void vocabulary_words(const struct vocabulary *vocabulary, uint16_t list, const struct token *tokens, size_t count,
                      struct vocabulary_word *words)
{
    for (size_t i = 0; i < count; i++) {
        struct vocabulary_word *word = &words[i];
        *word = make_ready(list, tokens[i].surface, tokens[i].length);
        if (vocabulary->common != NULL) {
            const struct vocabulary_entry *pair = common_pair(vocabulary, word);
            pair += !is_word(vocabulary, pair, word);
            if (is_word(vocabulary, pair, word)) {
                word->number = pair->number;
                word->stop = pair->stop != 0;
                continue;
            }
        }
        __builtin_prefetch(&vocabulary->entries[(size_t)(word->hash >> 20) & (vocabulary->slots - 1)]);
    }
}

/* The slot of the word, or the empty one where it would stand. */
static inline size_t slot_of(const struct vocabulary *vocabulary, const struct vocabulary_word *word)
{
    size_t slot = (size_t)(word->hash >> 20) & (vocabulary->slots - 1);
    while (vocabulary->entries[slot].number != 0 && !is_word(vocabulary, &vocabulary->entries[slot], word))
        slot = (slot + 1) & (vocabulary->slots - 1);
    return slot;
}

/* Copies an entry to the common ones, if it came before one that stands there. */
static void make_common(struct vocabulary *vocabulary, const struct vocabulary_word *word,
                        const struct vocabulary_entry *entry)
{
    struct vocabulary_entry *pair = common_pair(vocabulary, word);
    if (pair[0].number != 0 && (pair[1].number == 0 || pair[1].number > pair[0].number))
        pair++;
    if (pair->number == 0 || pair->number > entry->number)
        *pair = *entry;
}

const struct vocabulary_entry *vocabulary_find(const struct vocabulary *vocabulary, const struct vocabulary_word *word)
{
    const struct vocabulary_entry *entry = &vocabulary->entries[slot_of(vocabulary, word)];
    return entry->number == 0 ? NULL : entry;
}

struct vocabulary_entry *vocabulary_at(struct vocabulary *vocabulary, const struct vocabulary_word *word, bool *added)
{
    struct vocabulary_entry *entry = &vocabulary->entries[slot_of(vocabulary, word)];
    *added = false;
    if (entry->number != 0) {
        if (vocabulary->common != NULL)
            make_common(vocabulary, word, entry);
        return entry;
    }
    if ((size_t)vocabulary->count + 1 > vocabulary->slots / 8 * 5) {
        if (!vocabulary_double(vocabulary))
            return NULL;
        entry = &vocabulary->entries[slot_of(vocabulary, word)];
    }
    *entry = (struct vocabulary_entry){ word->start, word->rest, 0, word->list, word->length, 0, 0 };
    *added = true;
    return vocabulary_add(vocabulary, entry, word->bytes, word->length);
}
