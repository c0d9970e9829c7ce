/* SPDX-License-Identifier: MIT */
/* Any bytes as a term dictionary: opened, walked, asked; no read outside, no endless loop. */
#include "fuzz.h"
#include "terms/terms.h"
#include "terms/walks.h"

static void expect_entry(const struct term_entry *entry, uint64_t count)
{
    FUZZ_REQUIRE(entry->flags != 0);
    FUZZ_REQUIRE(!(entry->flags & TERM_LIST) ||
                 (entry->document_frequency > 0 && entry->collection_frequency >= entry->document_frequency));
    FUZZ_REQUIRE(!(entry->flags & TERM_SURFACE) || entry->surface_term < count);
}

static libsearch_status count_match(void *context, const struct term_match *match)
{
    ++*(uint64_t *)context;
    FUZZ_REQUIRE(match->key.length >= 2 && match->key.length <= TERM_KEY_MAX);
    return LIBSEARCH_OK;
}

static void walk(const struct terms_reader *reader, const char *word, size_t length)
{
    uint64_t matches = 0;
    const struct term_walk walk = { .list = 0, .matched = count_match, .context = &matches };
    (void)terms_walk_prefix(reader, allocator_default(), &walk, word, length > 2 ? 2 : length, NULL);
    (void)terms_walk_wildcard(reader, allocator_default(), &walk, word, length, NULL);
    (void)terms_walk_fuzzy(reader, allocator_default(), &walk, word, length, 2, 1, NULL);
    FUZZ_REQUIRE(matches <= 3 * terms_reader_count(reader));
}

static void iterate(const struct terms_reader *reader, const char *word, size_t length)
{
    struct terms_iterator *iterator;
    struct term_entry entry;
    libsearch_bytes key;
    uint64_t ordinal, steps = 0;
    const uint64_t count = terms_reader_count(reader);
    if (terms_iterator_new(reader, allocator_default(), &iterator, NULL) != LIBSEARCH_OK)
        return;
    while (terms_iterator_next(iterator, &key, &entry, &ordinal, NULL) == LIBSEARCH_OK) {
        FUZZ_REQUIRE(ordinal == steps && ++steps <= count);
        expect_entry(&entry, count);
        char copy[64];
        const size_t kept = key.length < sizeof copy ? key.length : sizeof copy;
        memcpy(copy, key.data, kept);
        if (terms_reader_find(reader, copy, kept, &entry, &ordinal, NULL) == LIBSEARCH_OK) {
            FUZZ_REQUIRE(ordinal < count);
            expect_entry(&entry, count);
        }
        if (steps > 2000)
            break;
    }
    if (terms_iterator_seek(iterator, word, length, NULL) == LIBSEARCH_OK)
        (void)terms_iterator_next(iterator, &key, &entry, &ordinal, NULL);
    if (terms_iterator_seek_ordinal(iterator, count / 2, NULL) == LIBSEARCH_OK)
        (void)terms_iterator_next(iterator, &key, &entry, &ordinal, NULL);
    terms_iterator_free(iterator);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    size_t word_length, length;
    char *word = (char *)fuzz_take(&bytes, fuzz_below(&bytes, 12), &word_length);
    uint8_t *section = fuzz_rest(&bytes, &length);
    struct terms_reader *reader;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = terms_reader_open(allocator_default(), section, length, "terms", &reader, &error);
    if (status == LIBSEARCH_OK) {
        iterate(reader, word, word_length);
        (void)terms_reader_verify(reader, NULL);
        walk(reader, word, word_length);
        terms_reader_close(reader);
    } else {
        FUZZ_REQUIRE(status == LIBSEARCH_CORRUPT && strstr(error.message, "byte ") != NULL);
    }
    free(word);
    free(section);
    return 0;
}
