/* SPDX-License-Identifier: MIT */
/* A dictionary as a sorted array, to compare with, and random ones. */
#ifndef TESTS_TERMS_ORACLE_H
#define TESTS_TERMS_ORACLE_H

#include "terms/terms.h"

struct oracle_entry {
    uint8_t *key;
    size_t length;
    struct term_entry entry;
};

struct oracle {
    struct oracle_entry *entries;
    size_t count, capacity;
};

/* A random number generator (splitmix64), so that a seed tells the whole run. */
struct random {
    uint64_t state;
};
uint64_t random_u64(struct random *random);
uint64_t random_below(struct random *random, uint64_t bound);
/* From LIBSEARCH_SEED, else from the clock; printed. */
uint64_t random_seed(const char *what);

void oracle_add(struct oracle *oracle, const void *key, size_t length, struct term_entry entry);
/* Adds a word of a list number, an entry as of the rarest word. */
void oracle_add_word(struct oracle *oracle, unsigned list, const char *word);
/* Sorts, drops double keys, and gives every entry offsets that rise and a term that is a list. */
void oracle_settle(struct oracle *oracle, struct random *random);
void oracle_free(struct oracle *oracle);
/* count keys (before doubles are dropped) in a few list numbers, from a small or the whole alphabet. */
void oracle_fill(struct oracle *oracle, struct random *random, size_t count);
/* The first entry with a key >= the given one. */
size_t oracle_lower_bound(const struct oracle *oracle, const void *key, size_t length);
int oracle_compare(const void *a, size_t a_length, const void *b, size_t b_length);

/* The section of the oracle's entries, in memory of its own of exactly its length; free() it. */
uint8_t *oracle_section(const struct oracle *oracle, size_t *length);
/* And its peaks likewise (peaks NULL: not wanted). */
uint8_t *oracle_sections(const struct oracle *oracle, size_t *length, uint8_t **peaks, size_t *peaks_length);

bool entries_equal(const struct term_entry *a, const struct term_entry *b);

#endif
