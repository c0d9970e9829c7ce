/* SPDX-License-Identifier: MIT */
/* Damaged sections, without checksums in the way: whatever the bytes, no read outside the section (the sanitizers
 * see to that), no endless loop, answers or CORRUPT. */
#include "terms/oracle.h"
#include "terms/walks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect_bounded(const struct term_entry *entry, uint64_t count)
{
    if (entry->flags & TERM_LIST)
        assert_true(entry->document_frequency > 0 && entry->collection_frequency >= entry->document_frequency);
    if (entry->flags & TERM_SURFACE)
        assert_true(entry->surface_term < count);
    assert_true(entry->flags != 0);
}

static libsearch_status count_match(void *context, const struct term_match *match)
{
    ++*(uint64_t *)context;
    assert_true(match->key.length >= 2 && match->key.length <= TERM_KEY_MAX);
    return LIBSEARCH_OK;
}

static void walk_words(const struct terms_reader *reader, struct random *random)
{
    static const char *const patterns[] = { "\xFF*", "*", "?*\xFE", "*\xFC?\xFE*" };
    uint64_t matches = 0;
    struct term_walk walk = { .list = (uint16_t)(random_below(random, 2) * 127),
                              .matched = count_match,
                              .context = &matches };
    const char *pattern = patterns[random_below(random, 4)];
    (void)terms_walk_wildcard(reader, allocator_default(), &walk, pattern, strlen(pattern), NULL);
    (void)terms_walk_prefix(reader, allocator_default(), &walk, pattern, 1, NULL);
    (void)terms_walk_fuzzy(reader, allocator_default(), &walk, "\xFF\xFE\xFD\xFF", 4, (unsigned)random_below(random, 3),
                           (unsigned)random_below(random, 2), NULL);
    assert_true(matches <= 3 * terms_reader_count(reader));
}

static void use(const uint8_t *section, size_t length, const struct oracle *oracle, struct random *random)
{
    struct terms_reader *reader;
    struct terms_iterator *iterator;
    struct term_entry entry;
    libsearch_bytes key;
    uint64_t ordinal, steps = 0;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (terms_reader_open(allocator_default(), section, length, "damaged", &reader, &error) != LIBSEARCH_OK) {
        assert_int_equal(error.status, LIBSEARCH_CORRUPT);
        assert_non_null(strstr(error.message, "damaged: terms section, byte "));
        return;
    }
    const uint64_t count = terms_reader_count(reader);
    if (terms_iterator_new(reader, allocator_default(), &iterator, &error) == LIBSEARCH_OK) {
        while (terms_iterator_next(iterator, &key, &entry, &ordinal, &error) == LIBSEARCH_OK) {
            assert_int_equal(ordinal, steps);
            assert_true(++steps <= count);
            expect_bounded(&entry, count);
        }
        for (int k = 0; k < 20 && oracle->count > 0; k++) {
            const struct oracle_entry *wanted = &oracle->entries[random_below(random, oracle->count)];
            if (terms_reader_find(reader, wanted->key, wanted->length, &entry, &ordinal, &error) == LIBSEARCH_OK) {
                assert_true(ordinal < count);
                expect_bounded(&entry, count);
            }
            if (terms_iterator_seek(iterator, wanted->key, wanted->length, &error) == LIBSEARCH_OK &&
                terms_iterator_next(iterator, &key, &entry, &ordinal, &error) == LIBSEARCH_OK)
                expect_bounded(&entry, count);
            if (terms_iterator_seek_ordinal(iterator, random_below(random, count + 1), &error) == LIBSEARCH_OK)
                (void)terms_iterator_next(iterator, &key, &entry, &ordinal, &error);
        }
        terms_iterator_free(iterator);
    }
    (void)terms_reader_verify(reader, &error);
    walk_words(reader, random);
    terms_reader_close(reader);
}

static void damage(uint8_t *section, size_t length, struct random *random)
{
    for (uint64_t times = 1 + random_below(random, 4); times > 0; times--) {
        const size_t at = random_below(random, length);
        switch (random_below(random, 4)) {
        case 0: section[at] ^= (uint8_t)(1u << random_below(random, 8)); break;
        case 1: section[at] = (uint8_t)random_u64(random); break;
        case 2: section[at] = 0xFF; break;
        default:
            memset(section + at, random_below(random, 2) ? 0xFF : 0,
                   (size_t)random_below(random, length - at < 20 ? length - at : 20));
        }
    }
}

static void damaged_bytes_are_survived(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    for (int round = 0; round < 150; round++) {
        struct oracle oracle = { 0 };
        size_t length;
        oracle_fill(&oracle, &random, random_below(&random, random_below(&random, 2) ? 20 : 400));
        oracle_settle(&oracle, &random);
        uint8_t *section = oracle_section(&oracle, &length), *copy = malloc(length);
        for (int k = 0; k < 20; k++) {
            memcpy(copy, section, length);
            damage(copy, length, &random);
            use(copy, length, &oracle, &random);
        }
        free(copy);
        free(section);
        oracle_free(&oracle);
    }
}

static void a_section_cut_short_or_made_longer_is_damaged(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    struct oracle oracle = { 0 };
    size_t length;
    oracle_fill(&oracle, &random, 100);
    oracle_settle(&oracle, &random);
    uint8_t *section = oracle_section(&oracle, &length);
    for (size_t cut = 0; cut <= length + 1; cut++) {
        if (cut == length)
            continue;
        uint8_t *copy = calloc(cut + 1, 1);
        struct terms_reader *reader;
        memcpy(copy, section, cut < length ? cut : length);
        uint8_t *exact = malloc(cut);
        memcpy(exact, copy, cut);
        assert_int_equal(terms_reader_open(allocator_default(), exact, cut, "cut", &reader, NULL), LIBSEARCH_CORRUPT);
        free(exact);
        free(copy);
    }
    free(section);
    oracle_free(&oracle);
}

static void random_bytes_are_no_dictionary(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    const struct oracle oracle = { 0 };
    for (int round = 0; round < 2000; round++) {
        const size_t length = random_below(&random, 300);
        uint8_t *bytes = malloc(length);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)(random_below(&random, 3) ? 0 : random_u64(&random));
        if (length >= 8)
            memcpy(bytes, "TRM1\x20\0\0\0", 8);
        use(bytes, length, &oracle, &random);
        free(bytes);
    }
}

static void verifying_notices_damage_in_the_header_and_the_block_tables(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    struct oracle oracle = { 0 };
    size_t length;
    oracle_fill(&oracle, &random, 300);
    oracle_settle(&oracle, &random);
    uint8_t *section = oracle_section(&oracle, &length);
    const size_t block_tables = (8 + 5) * load_u32(section + 24) + 5;
    for (size_t at = 0; at < length; at++) {
        if (at >= 32 && at < length - block_tables)
            continue; /* numbers there could as well have been others */
        struct terms_reader *reader;
        const uint8_t before = section[at];
        section[at] ^= (uint8_t)(1u << random_below(&random, 8));
        if (terms_reader_open(allocator_default(), section, length, "flipped", &reader, NULL) == LIBSEARCH_OK) {
            if (terms_reader_verify(reader, NULL) != LIBSEARCH_CORRUPT)
                fail_msg("byte %zu of %zu", at, length);
            terms_reader_close(reader);
        }
        section[at] = before;
    }
    free(section);
    oracle_free(&oracle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_bytes_are_survived),
        cmocka_unit_test(a_section_cut_short_or_made_longer_is_damaged),
        cmocka_unit_test(random_bytes_are_no_dictionary),
        cmocka_unit_test(verifying_notices_damage_in_the_header_and_the_block_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
