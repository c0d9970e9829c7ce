/* SPDX-License-Identifier: MIT */
/* The words of a segment while it is built: every surface form once, numbered as they come. Looked up for every token,
 * so it is made for that: an open-addressed table of 32-byte entries that hold the first 16 bytes of the word, so that
 * most lookups touch one cache line and compare no string. What bounds it is memory: the table of a large segment fits
 * no cache, and its frequent words stand far apart. So once it is large, words that came early, which are the frequent
 * ones, stand once more in a small table before it. */
#ifndef LIBSEARCH_SEGMENT_VOCABULARY_H
#define LIBSEARCH_SEGMENT_VOCABULARY_H

#include "base/memory.h"
#include "base/status.h"
#include "text/analyzer.h"

struct vocabulary_entry {
    uint64_t start;  /* bytes 0 … 7 of the word, zeros after its end */
    uint64_t rest;   /* bytes 8 … 15; of a word longer than 16, the XXH3 of it whole */
    uint32_t number; /* + 1; 0: an empty slot */
    uint16_t list;   /* 0: the default group, 1 + field number: a field's own */
    uint16_t length;
    uint32_t stop; /* 1: a stop word */
    uint32_t unused;
};

struct vocabulary {
    const libsearch_allocator *allocator;
    struct vocabulary_entry *entries;
    size_t slots;                    /* a power of two */
    struct vocabulary_entry *common; /* copies of entries, in pairs; NULL: the table is small */
    uint32_t count;
    uint32_t *key_starts; /* by number: where its bytes begin in keys; one more at the end */
    size_t key_starts_capacity;
    char *keys;
    size_t keys_length, keys_capacity;
};

libsearch_status vocabulary_init(struct vocabulary *vocabulary, const libsearch_allocator *allocator,
                                 libsearch_error *error);
void vocabulary_free(struct vocabulary *vocabulary);
/* A word made ready to be looked up. 16 bytes from `bytes` must be readable. */
struct vocabulary_word {
    const char *bytes;
    uint64_t start, rest, hash;
    uint16_t list, length;
    uint32_t number; /* + 1 where it is known already, else 0 */
    bool stop;
};

struct vocabulary_word vocabulary_word(uint16_t list, const char *bytes, size_t length);
/* Makes the words of tokens ready. Those that are common are found at once; what looking the others up will read is
 * fetched, so that they wait for memory together. */
void vocabulary_words(const struct vocabulary *vocabulary, uint16_t list, const struct token *tokens, size_t count,
                      struct vocabulary_word *words);
/* The entry of a word, numbered anew when new (*added). NULL: no memory, or more than 4 GiB of words. The entry moves
 * with the next call. */
struct vocabulary_entry *vocabulary_at(struct vocabulary *vocabulary, const struct vocabulary_word *word, bool *added);
/* The entry of a word, or NULL. */
const struct vocabulary_entry *vocabulary_find(const struct vocabulary *vocabulary, const struct vocabulary_word *word);
size_t vocabulary_memory(const struct vocabulary *vocabulary);

static inline const char *vocabulary_key(const struct vocabulary *vocabulary, uint32_t number, size_t *length)
{
    *length = vocabulary->key_starts[number + 1] - vocabulary->key_starts[number];
    return vocabulary->keys + vocabulary->key_starts[number];
}

#endif
