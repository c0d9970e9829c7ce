/* SPDX-License-Identifier: MIT */
/* The words of a segment while it is built: every surface form once, numbered as they come, with how often each was
 * seen. Looked up for every token, so it is made for that: an open-addressed table of 32-byte entries that hold the
 * first 16 bytes of the word, so that most lookups touch one cache line and compare no string. */
#ifndef LIBSEARCH_SEGMENT_VOCABULARY_H
#define LIBSEARCH_SEGMENT_VOCABULARY_H

#include "base/memory.h"
#include "base/status.h"

struct vocabulary_entry {
    uint64_t start;  /* bytes 0 … 7 of the word, zeros after its end */
    uint64_t rest;   /* bytes 8 … 15; of a word longer than 16, the XXH3 of it whole */
    uint32_t number; /* + 1; 0: an empty slot */
    uint32_t count;  /* how often it was seen */
    uint16_t list;   /* 0: the default group, 1 + field number: a field's own */
    uint16_t length;
    uint32_t stop; /* 1: a stop word */
};

struct vocabulary {
    const libsearch_allocator *allocator;
    struct vocabulary_entry *entries;
    size_t slots; /* a power of two */
    uint32_t count;
    uint32_t *key_starts; /* by number: where its bytes begin in keys; one more at the end */
    size_t key_starts_capacity;
    char *keys;
    size_t keys_length, keys_capacity;
};

libsearch_status vocabulary_init(struct vocabulary *vocabulary, const libsearch_allocator *allocator,
                                 libsearch_error *error);
void vocabulary_free(struct vocabulary *vocabulary);
/* The entry of a word, made with count 0 when new (*added). 16 bytes from `word` must be readable. NULL: no memory,
 * or more than 4 GiB of words. The entry moves with the next call. */
struct vocabulary_entry *vocabulary_at(struct vocabulary *vocabulary, uint16_t list, const char *word, size_t length,
                                       bool *added);
/* The entry of a word, or NULL. */
const struct vocabulary_entry *vocabulary_find(const struct vocabulary *vocabulary, uint16_t list, const char *word,
                                               size_t length);
size_t vocabulary_memory(const struct vocabulary *vocabulary);

static inline const char *vocabulary_key(const struct vocabulary *vocabulary, uint32_t number, size_t *length)
{
    *length = vocabulary->key_starts[number + 1] - vocabulary->key_starts[number];
    return vocabulary->keys + vocabulary->key_starts[number];
}

#endif
