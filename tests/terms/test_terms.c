/* SPDX-License-Identifier: MIT */
#include "terms/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct dictionary {
    uint8_t *section;
    size_t length;
    struct terms_reader *reader;
};

static struct dictionary dictionary_of(const struct oracle *oracle)
{
    struct dictionary made;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    made.section = oracle_section(oracle, &made.length);
    if (terms_reader_open(allocator_default(), made.section, made.length, "test", &made.reader, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    return made;
}

static void dictionary_free(struct dictionary *dictionary)
{
    terms_reader_close(dictionary->reader);
    free(dictionary->section);
}

static struct terms_iterator *iterator_of(const struct dictionary *dictionary)
{
    struct terms_iterator *iterator;
    assert_int_equal(terms_iterator_new(dictionary->reader, allocator_default(), &iterator, NULL), LIBSEARCH_OK);
    return iterator;
}

/* What the iterator gives next is entry i of the oracle (the end, where i is its count). */
static void expect_next(struct terms_iterator *iterator, const struct oracle *oracle, size_t i)
{
    libsearch_bytes key;
    struct term_entry entry;
    uint64_t ordinal;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = terms_iterator_next(iterator, &key, &entry, &ordinal, &error);
    if (i == oracle->count) {
        assert_int_equal(status, LIBSEARCH_NOT_FOUND);
        return;
    }
    if (status != LIBSEARCH_OK)
        fail_msg("entry %zu of %zu: status %d %s", i, oracle->count, status, error.message);
    assert_int_equal(ordinal, i);
    assert_int_equal(oracle_compare(key.data, key.length, oracle->entries[i].key, oracle->entries[i].length), 0);
    assert_true(entries_equal(&entry, &oracle->entries[i].entry));
}

static void expect_found(const struct dictionary *dictionary, const struct oracle *oracle, size_t i)
{
    struct term_entry entry;
    uint64_t ordinal;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = terms_reader_find(dictionary->reader, oracle->entries[i].key,
                                                      oracle->entries[i].length, &entry, &ordinal, &error);
    if (status != LIBSEARCH_OK)
        fail_msg("entry %zu of %zu: status %d %s", i, oracle->count, status, error.message);
    assert_int_equal(ordinal, i);
    assert_true(entries_equal(&entry, &oracle->entries[i].entry));
}

/* A key that is in the oracle, or nearly so. */
static size_t some_key(const struct oracle *oracle, struct random *random, uint8_t *key)
{
    size_t length = 0;
    if (oracle->count > 0) {
        const struct oracle_entry *entry = &oracle->entries[random_below(random, oracle->count)];
        length = entry->length;
        memcpy(key, entry->key, length);
    }
    switch (random_below(random, 5)) {
    case 0:
        if (length > 0)
            key[random_below(random, length)] += (uint8_t)(random_below(random, 3) - 1);
        break;
    case 1: length = random_below(random, length + 1); break;
    case 2: key[length++] = (uint8_t)(random_below(random, 2) * 255); break;
    default: break;
    }
    return length;
}

static void every_entry_is_found_and_walked_as_it_was_written(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    for (int round = 0; round < 300; round++) {
        struct oracle oracle = { 0 };
        oracle_fill(&oracle, &random, random_below(&random, random_below(&random, 10) == 0 ? 2000 : 100));
        oracle_settle(&oracle, &random);
        struct dictionary dictionary = dictionary_of(&oracle);
        assert_int_equal(terms_reader_count(dictionary.reader), oracle.count);
        struct terms_iterator *iterator = iterator_of(&dictionary);
        for (size_t i = 0; i <= oracle.count; i++)
            expect_next(iterator, &oracle, i);
        expect_next(iterator, &oracle, oracle.count);
        for (size_t i = 0; i < oracle.count; i++)
            expect_found(&dictionary, &oracle, i);
        terms_iterator_free(iterator);
        dictionary_free(&dictionary);
        oracle_free(&oracle);
    }
}

static void a_key_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    for (int round = 0; round < 100; round++) {
        struct oracle oracle = { 0 };
        oracle_fill(&oracle, &random, random_below(&random, 500));
        oracle_settle(&oracle, &random);
        struct dictionary dictionary = dictionary_of(&oracle);
        for (int k = 0; k < 200; k++) {
            uint8_t key[128];
            const size_t length = some_key(&oracle, &random, key);
            const size_t at = oracle_lower_bound(&oracle, key, length);
            const bool there = at < oracle.count &&
                               oracle_compare(oracle.entries[at].key, oracle.entries[at].length, key, length) == 0;
            struct term_entry entry;
            assert_int_equal(terms_reader_find(dictionary.reader, key, length, &entry, NULL, NULL),
                             there ? LIBSEARCH_OK : LIBSEARCH_NOT_FOUND);
        }
        dictionary_free(&dictionary);
        oracle_free(&oracle);
    }
}

static void seeking_goes_to_the_first_key_that_is_not_less(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    for (int round = 0; round < 200; round++) {
        struct oracle oracle = { 0 };
        oracle_fill(&oracle, &random, random_below(&random, 400));
        oracle_settle(&oracle, &random);
        struct dictionary dictionary = dictionary_of(&oracle);
        struct terms_iterator *iterator = iterator_of(&dictionary);
        for (int k = 0; k < 100; k++) {
            uint8_t key[128];
            const size_t length = some_key(&oracle, &random, key);
            size_t at = oracle_lower_bound(&oracle, key, length);
            assert_int_equal(terms_iterator_seek(iterator, key, length, NULL), LIBSEARCH_OK);
            for (uint64_t more = random_below(&random, random_below(&random, 4) == 0 ? 70 : 4); more > 0; more--) {
                expect_next(iterator, &oracle, at);
                at += at < oracle.count;
            }
        }
        terms_iterator_free(iterator);
        dictionary_free(&dictionary);
        oracle_free(&oracle);
    }
}

static void seeking_an_ordinal_goes_to_that_entry(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    for (int round = 0; round < 100; round++) {
        struct oracle oracle = { 0 };
        oracle_fill(&oracle, &random, random_below(&random, 400));
        oracle_settle(&oracle, &random);
        struct dictionary dictionary = dictionary_of(&oracle);
        struct terms_iterator *iterator = iterator_of(&dictionary);
        for (int k = 0; k < 50; k++) {
            const size_t at = random_below(&random, oracle.count + 2);
            assert_int_equal(terms_iterator_seek_ordinal(iterator, at, NULL), LIBSEARCH_OK);
            expect_next(iterator, &oracle, at < oracle.count ? at : oracle.count);
            expect_next(iterator, &oracle, at + 1 < oracle.count ? at + 1 : oracle.count);
        }
        terms_iterator_free(iterator);
        dictionary_free(&dictionary);
        oracle_free(&oracle);
    }
}

static void the_empty_dictionary_holds_nothing(void **state)
{
    (void)state;
    struct oracle oracle = { 0 };
    struct dictionary dictionary = dictionary_of(&oracle);
    struct terms_iterator *iterator = iterator_of(&dictionary);
    struct term_entry entry;
    assert_int_equal(terms_reader_count(dictionary.reader), 0);
    assert_int_equal(terms_reader_find(dictionary.reader, "\0\0a", 3, &entry, NULL, NULL), LIBSEARCH_NOT_FOUND);
    expect_next(iterator, &oracle, 0);
    assert_int_equal(terms_iterator_seek(iterator, "", 0, NULL), LIBSEARCH_OK);
    expect_next(iterator, &oracle, 0);
    assert_int_equal(terms_iterator_seek(iterator, "\0\0a", 3, NULL), LIBSEARCH_OK);
    expect_next(iterator, &oracle, 0);
    assert_int_equal(terms_reader_verify(dictionary.reader, NULL), LIBSEARCH_OK);
    terms_iterator_free(iterator);
    dictionary_free(&dictionary);
}

static void the_empty_word_is_a_word(void **state)
{
    (void)state;
    struct random random = { 1 };
    struct oracle oracle = { 0 };
    oracle_add_word(&oracle, 0, "");
    oracle_add_word(&oracle, 7, "");
    oracle_settle(&oracle, &random);
    struct dictionary dictionary = dictionary_of(&oracle);
    struct terms_iterator *iterator = iterator_of(&dictionary);
    expect_next(iterator, &oracle, 0);
    expect_next(iterator, &oracle, 1);
    expect_next(iterator, &oracle, 2);
    expect_found(&dictionary, &oracle, 0);
    expect_found(&dictionary, &oracle, 1);
    terms_iterator_free(iterator);
    dictionary_free(&dictionary);
    oracle_free(&oracle);
}

static void keys_of_the_greatest_length_and_of_extreme_bytes_come_back(void **state)
{
    (void)state;
    struct random random = { 1 };
    struct oracle oracle = { 0 };
    uint8_t *key = malloc(TERM_KEY_MAX);
    const struct term_entry entry = { .flags = TERM_LIST, .document_frequency = 1, .collection_frequency = 1 };
    for (int byte = 0; byte <= 255; byte += 255) {
        memset(key, byte, TERM_KEY_MAX);
        for (size_t length = TERM_KEY_MAX - 40; length <= TERM_KEY_MAX; length++)
            oracle_add(&oracle, key, length, entry);
        for (size_t length = 2; length < 40; length++)
            oracle_add(&oracle, key, length, entry);
        key[TERM_KEY_MAX - 1] = 0x80;
        oracle_add(&oracle, key, TERM_KEY_MAX, entry);
        memset(key + 2, 0x80, TERM_KEY_MAX - 2);
        oracle_add(&oracle, key, TERM_KEY_MAX, entry);
    }
    oracle_settle(&oracle, &random);
    struct dictionary dictionary = dictionary_of(&oracle);
    struct terms_iterator *iterator = iterator_of(&dictionary);
    for (size_t i = 0; i <= oracle.count; i++)
        expect_next(iterator, &oracle, i);
    for (size_t i = 0; i < oracle.count; i++) {
        expect_found(&dictionary, &oracle, i);
        assert_int_equal(terms_iterator_seek(iterator, oracle.entries[i].key, oracle.entries[i].length, NULL),
                         LIBSEARCH_OK);
        expect_next(iterator, &oracle, i);
    }
    assert_int_equal(terms_reader_verify(dictionary.reader, NULL), LIBSEARCH_OK);
    terms_iterator_free(iterator);
    dictionary_free(&dictionary);
    oracle_free(&oracle);
    free(key);
}

static void many_words_that_begin_alike_are_all_found(void **state)
{
    (void)state;
    struct random random = { 1 };
    struct oracle oracle = { 0 };
    for (int i = 0; i < 3000; i++) {
        char word[64];
        snprintf(word, sizeof word, "https://example.org/a/long/path/%d", i);
        oracle_add_word(&oracle, 3, word);
    }
    oracle_add_word(&oracle, 3, "https:/");
    oracle_add_word(&oracle, 3, "https://");
    oracle_add_word(&oracle, 3, "httpsz");
    oracle_settle(&oracle, &random);
    struct dictionary dictionary = dictionary_of(&oracle);
    for (size_t i = 0; i < oracle.count; i++)
        expect_found(&dictionary, &oracle, i);
    dictionary_free(&dictionary);
    oracle_free(&oracle);
}

static void the_writer_refuses_what_it_cannot_keep(void **state)
{
    (void)state;
    struct terms_writer *writer;
    libsearch_bytes section;
    uint8_t key[TERM_KEY_MAX + 1] = { 0 };
    const struct term_entry good = { .flags = TERM_LIST,
                                     .document_frequency = 2,
                                     .collection_frequency = 2,
                                     .postings_offset = 10,
                                     .positions_offset = 10 };
    assert_int_equal(terms_writer_new(allocator_default(), &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(terms_writer_add(writer, "a", 1, &good, NULL), LIBSEARCH_INVALID);
    assert_int_equal(terms_writer_add(writer, key, sizeof key, &good, NULL), LIBSEARCH_INVALID);
    assert_int_equal(terms_writer_add(writer, "aaab", 4, &good, NULL), LIBSEARCH_OK);
    assert_int_equal(terms_writer_add(writer, "aaab", 4, &good, NULL), LIBSEARCH_INVALID);
    assert_int_equal(terms_writer_add(writer, "aaa", 3, &good, NULL), LIBSEARCH_INVALID);
    assert_int_equal(terms_writer_add(writer, "aaaa", 4, &good, NULL), LIBSEARCH_INVALID);
    struct term_entry bad = good;
    bad.flags = 0;
    assert_int_equal(terms_writer_add(writer, "aab", 3, &bad, NULL), LIBSEARCH_INVALID);
    bad = good;
    bad.document_frequency = 0;
    assert_int_equal(terms_writer_add(writer, "aab", 3, &bad, NULL), LIBSEARCH_INVALID);
    bad = good;
    bad.collection_frequency = 1;
    assert_int_equal(terms_writer_add(writer, "aab", 3, &bad, NULL), LIBSEARCH_INVALID);
    bad = good;
    bad.postings_offset = 9;
    assert_int_equal(terms_writer_add(writer, "aab", 3, &bad, NULL), LIBSEARCH_INVALID);
    bad = good;
    bad.positions_offset = 9;
    assert_int_equal(terms_writer_add(writer, "aab", 3, &bad, NULL), LIBSEARCH_INVALID);
    /* In another list number they may begin anew: a keyword has no positions. */
    assert_int_equal(terms_writer_add(writer, "abb", 3, &bad, NULL), LIBSEARCH_OK);
    bad.flags = TERM_SURFACE;
    bad.surface_term = 3;
    assert_int_equal(terms_writer_add(writer, "abc", 3, &bad, NULL), LIBSEARCH_OK);
    assert_int_equal(terms_writer_finish(writer, &section, NULL), LIBSEARCH_INVALID);
    terms_writer_free(writer);
}

static void verifying_accepts_what_the_writer_wrote(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    for (int round = 0; round < 200; round++) {
        struct oracle oracle = { 0 };
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        oracle_fill(&oracle, &random, random_below(&random, 500));
        oracle_settle(&oracle, &random);
        struct dictionary dictionary = dictionary_of(&oracle);
        if (terms_reader_verify(dictionary.reader, &error) != LIBSEARCH_OK)
            fail_msg("%s", error.message);
        dictionary_free(&dictionary);
        oracle_free(&oracle);
    }
}

static void verifying_finds_a_surface_form_whose_term_is_no_list(void **state)
{
    (void)state;
    struct random random = { 1 };
    struct oracle oracle = { 0 };
    oracle_add_word(&oracle, 0, "happi");
    oracle_add_word(&oracle, 0, "happily");
    oracle_add_word(&oracle, 0, "happy");
    oracle.entries[1].entry.flags = oracle.entries[2].entry.flags = TERM_SURFACE;
    oracle_settle(&oracle, &random);
    oracle.entries[1].entry.surface_term = 2;
    struct dictionary dictionary = dictionary_of(&oracle);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_int_equal(terms_reader_verify(dictionary.reader, &error), LIBSEARCH_CORRUPT);
    assert_non_null(strstr(error.message, "test: terms section"));
    dictionary_free(&dictionary);
    oracle_free(&oracle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_is_found_and_walked_as_it_was_written),
        cmocka_unit_test(a_key_that_is_not_there_is_not_found),
        cmocka_unit_test(seeking_goes_to_the_first_key_that_is_not_less),
        cmocka_unit_test(seeking_an_ordinal_goes_to_that_entry),
        cmocka_unit_test(the_empty_dictionary_holds_nothing),
        cmocka_unit_test(the_empty_word_is_a_word),
        cmocka_unit_test(keys_of_the_greatest_length_and_of_extreme_bytes_come_back),
        cmocka_unit_test(many_words_that_begin_alike_are_all_found),
        cmocka_unit_test(the_writer_refuses_what_it_cannot_keep),
        cmocka_unit_test(verifying_accepts_what_the_writer_wrote),
        cmocka_unit_test(verifying_finds_a_surface_form_whose_term_is_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
