/* SPDX-License-Identifier: MIT */
#include "terms/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

uint64_t random_u64(struct random *random)
{
    uint64_t z = random->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint64_t random_below(struct random *random, uint64_t bound) { return random_u64(random) % bound; }

uint64_t random_seed(const char *what)
{
    const char *given = getenv("LIBSEARCH_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)now.tv_sec ^ (uint64_t)now.tv_nsec << 20;
    printf("%s: LIBSEARCH_SEED=%llu\n", what, (unsigned long long)seed);
    return seed;
}

int oracle_compare(const void *a, size_t a_length, const void *b, size_t b_length)
{
    const size_t least = a_length < b_length ? a_length : b_length;
    const int order = least == 0 ? 0 : memcmp(a, b, least);
    return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

void oracle_add(struct oracle *oracle, const void *key, size_t length, struct term_entry entry)
{
    if (oracle->count == oracle->capacity) {
        oracle->capacity = oracle->capacity * 2 + 16;
        oracle->entries = realloc(oracle->entries, oracle->capacity * sizeof *oracle->entries);
    }
    struct oracle_entry *added = &oracle->entries[oracle->count++];
    added->key = malloc(length + 1);
    memcpy(added->key, key, length);
    added->length = length;
    added->entry = entry;
}

void oracle_add_word(struct oracle *oracle, unsigned list, const char *word)
{
    uint8_t key[TERM_KEY_MAX];
    const size_t length = strlen(word);
    assert_true(length <= TERM_KEY_MAX - 2);
    key[0] = (uint8_t)(list >> 8);
    key[1] = (uint8_t)list;
    memcpy(key + 2, word, length);
    const struct term_entry entry = {
        .flags = TERM_LIST | TERM_SURFACE, .document_frequency = 1, .collection_frequency = 1, .surface_count = 1
    };
    oracle_add(oracle, key, length + 2, entry);
}

static int by_key(const void *a, const void *b)
{
    const struct oracle_entry *x = a, *y = b;
    return oracle_compare(x->key, x->length, y->key, y->length);
}

void oracle_settle(struct oracle *oracle, struct random *random)
{
    size_t kept = 0;
    if (oracle->count > 0)
        qsort(oracle->entries, oracle->count, sizeof *oracle->entries, by_key);
    for (size_t i = 0; i < oracle->count; i++) {
        if (kept > 0 && by_key(&oracle->entries[kept - 1], &oracle->entries[i]) == 0)
            free(oracle->entries[i].key);
        else
            oracle->entries[kept++] = oracle->entries[i];
    }
    oracle->count = kept;
    uint64_t postings = random_below(random, 3) * random_below(random, 1 << 20), positions = 0;
    for (size_t i = 0; i < kept; i++) {
        struct term_entry *entry = &oracle->entries[i].entry;
        if (i == 0)
            entry->flags |= TERM_LIST;
        if (entry->flags & TERM_LIST) {
            if (entry->document_frequency == 0)
                entry->collection_frequency = entry->document_frequency = 1;
            if (entry->document_frequency > 1)
                entry->single_document = 0;
            postings += random_below(random, 3) == 0 ? random_below(random, 300) : 0;
            positions += random_below(random, random_below(random, 8) == 0 ? 100000 : 5);
            entry->postings_offset = postings;
            entry->positions_offset = positions;
        } else {
            entry->document_frequency = entry->single_document = 0;
            entry->collection_frequency = entry->postings_offset = entry->positions_offset = 0;
        }
        if (!(entry->flags & TERM_SURFACE)) {
            entry->surface_count = entry->surface_term = 0;
            entry->surface_form = 0;
        }
    }
    for (size_t i = 0; i < kept; i++) {
        struct term_entry *entry = &oracle->entries[i].entry;
        if (!(entry->flags & TERM_SURFACE))
            continue;
        size_t term = random_below(random, 8) == 0 ? random_below(random, kept) : i;
        while (!(oracle->entries[term].entry.flags & TERM_LIST))
            term--; /* the first entry is a list */
        entry->surface_term = term;
    }
}

void oracle_free(struct oracle *oracle)
{
    for (size_t i = 0; i < oracle->count; i++)
        free(oracle->entries[i].key);
    free(oracle->entries);
    memset(oracle, 0, sizeof *oracle);
}

/* Mostly small, now and then anything. */
static uint64_t some_number(struct random *random, uint64_t most)
{
    switch (random_below(random, 6)) {
    case 0: return random_u64(random) & most;
    case 1: return most;
    case 2: return random_below(random, 100000) & most;
    default: return random_below(random, 5);
    }
}

static struct term_entry some_entry(struct random *random)
{
    struct term_entry entry = { .flags = (uint8_t)(1 + random_below(random, 3)) };
    entry.document_frequency = (uint32_t)some_number(random, UINT32_MAX);
    if (entry.document_frequency == 0 || random_below(random, 2) == 0)
        entry.document_frequency = 1;
    const uint64_t more = random_below(random, 2) ? 0 : some_number(random, UINT64_MAX);
    entry.collection_frequency = entry.document_frequency;
    if (more <= UINT64_MAX - entry.collection_frequency)
        entry.collection_frequency += more;
    entry.single_document = (uint32_t)some_number(random, random_below(random, 20) == 0 ? UINT32_MAX : 0xFFFFF);
    entry.surface_count = random_below(random, 2) ? entry.collection_frequency : some_number(random, UINT64_MAX);
    entry.surface_form = random_below(random, 2) ? 0 : (uint32_t)some_number(random, UINT32_MAX);
    return entry;
}

void oracle_fill(struct oracle *oracle, struct random *random, size_t count)
{
    const unsigned alphabet = (unsigned)(1 + random_below(random, random_below(random, 2) ? 4 : 256));
    const unsigned longest = (unsigned)(1 + random_below(random, random_below(random, 4) == 0 ? 80 : 12));
    const unsigned lists = (unsigned)(1 + random_below(random, 4));
    uint8_t key[2 + 80] = { 0 };
    for (size_t i = 0; i < count; i++) {
        const size_t length = random_below(random, longest + 1);
        const size_t kept = random_below(random, 2) ? random_below(random, length + 1) : 0;
        key[0] = (uint8_t)(random_below(random, lists) % 2);
        key[1] = (uint8_t)(random_below(random, lists) * 127);
        for (size_t k = kept; k < length; k++)
            key[2 + k] = (uint8_t)(255 - random_below(random, alphabet));
        oracle_add(oracle, key, 2 + length, some_entry(random));
    }
}

size_t oracle_lower_bound(const struct oracle *oracle, const void *key, size_t length)
{
    size_t at = 0;
    while (at < oracle->count && oracle_compare(oracle->entries[at].key, oracle->entries[at].length, key, length) < 0)
        at++;
    return at;
}

uint8_t *oracle_section(const struct oracle *oracle, size_t *length)
{
    return oracle_sections(oracle, length, NULL, NULL);
}

uint8_t *oracle_sections(const struct oracle *oracle, size_t *length, uint8_t **peaks, size_t *peaks_length)
{
    struct terms_writer *writer;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_bytes section;
    assert_int_equal(terms_writer_new(allocator_default(), &writer, &error), LIBSEARCH_OK);
    for (size_t i = 0; i < oracle->count; i++) {
        const struct oracle_entry *entry = &oracle->entries[i];
        if (terms_writer_add(writer, entry->key, entry->length, &entry->entry, &error) != LIBSEARCH_OK)
            fail_msg("entry %zu: %s", i, error.message);
    }
    assert_int_equal(terms_writer_finish(writer, &section, &error), LIBSEARCH_OK);
    uint8_t *bytes = malloc(section.length);
    memcpy(bytes, section.data, section.length);
    *length = section.length;
    if (peaks != NULL) {
        const libsearch_bytes written = terms_writer_peaks(writer);
        *peaks = malloc(written.length + 1);
        memcpy(*peaks, written.data, written.length);
        *peaks_length = written.length;
    }
    terms_writer_free(writer);
    return bytes;
}

bool entries_equal(const struct term_entry *a, const struct term_entry *b)
{
    return a->flags == b->flags && a->document_frequency == b->document_frequency &&
           a->collection_frequency == b->collection_frequency && a->postings_offset == b->postings_offset &&
           a->positions_offset == b->positions_offset && a->single_document == b->single_document &&
           a->surface_count == b->surface_count && a->surface_form == b->surface_form &&
           a->surface_term == b->surface_term;
}
