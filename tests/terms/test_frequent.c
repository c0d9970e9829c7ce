/* SPDX-License-Identifier: MIT */
/* The most frequent words that begin somehow, against sorting all of them. */
#include "terms/frequent.h"
#include "terms/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct dictionary {
    struct oracle oracle;
    uint8_t *section, *peaks;
    size_t peak_count;
    struct terms_reader *reader;
};

static void dictionary_open(struct dictionary *dictionary, struct random *random, bool with_peaks)
{
    size_t length;
    oracle_settle(&dictionary->oracle, random);
    dictionary->section = oracle_sections(&dictionary->oracle, &length, &dictionary->peaks, &dictionary->peak_count);
    assert_int_equal(terms_reader_open(allocator_default(), dictionary->section, length, "test", &dictionary->reader,
                                       NULL),
                     LIBSEARCH_OK);
    if (with_peaks)
        assert_int_equal(terms_reader_set_peaks(dictionary->reader, dictionary->peaks, dictionary->peak_count, NULL),
                         LIBSEARCH_OK);
}

static void dictionary_close(struct dictionary *dictionary)
{
    terms_reader_close(dictionary->reader);
    free(dictionary->section);
    free(dictionary->peaks);
    oracle_free(&dictionary->oracle);
}

static uint64_t frequency_of(const struct term_entry *entry, uint8_t flags)
{
    return (flags & entry->flags & TERM_SURFACE) ? entry->surface_count : entry->document_frequency;
}

static uint8_t wanted_flags;

static int by_frequency(const void *a, const void *b)
{
    const struct oracle_entry *one = *(const struct oracle_entry *const *)a;
    const struct oracle_entry *other = *(const struct oracle_entry *const *)b;
    const uint64_t f = frequency_of(&one->entry, wanted_flags), g = frequency_of(&other->entry, wanted_flags);
    if (f != g)
        return f > g ? -1 : 1;
    return oracle_compare(one->key, one->length, other->key, other->length);
}

static void compare(const struct dictionary *dictionary, uint16_t list, uint8_t flags, const uint8_t *prefix,
                    size_t length)
{
    const struct oracle *oracle = &dictionary->oracle;
    const struct oracle_entry **wanted = malloc((oracle->count + 1) * sizeof(struct oracle_entry *));
    size_t count = 0;
    for (size_t i = 0; i < oracle->count; i++) {
        const struct oracle_entry *entry = &oracle->entries[i];
        if ((entry->entry.flags & flags) && entry->key[0] == list >> 8 && entry->key[1] == (list & 0xFF) &&
            entry->length >= 2 + length && memcmp(entry->key + 2, prefix, length) == 0)
            wanted[count++] = entry;
    }
    wanted_flags = flags;
    qsort(wanted, count, sizeof(struct oracle_entry *), by_frequency);
    struct frequent_words *words;
    struct frequent_word word;
    assert_int_equal(frequent_words_new(dictionary->reader, allocator_default(), list, flags, prefix, length, &words,
                                        NULL),
                     LIBSEARCH_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(frequent_words_next(words, &word, NULL), LIBSEARCH_OK);
        assert_int_equal(word.frequency, frequency_of(&wanted[i]->entry, flags));
        assert_int_equal(oracle_compare(word.word.data, word.word.length, wanted[i]->key + 2, wanted[i]->length - 2),
                         0);
    }
    assert_int_equal(frequent_words_next(words, &word, NULL), LIBSEARCH_NOT_FOUND);
    assert_int_equal(frequent_words_next(words, &word, NULL), LIBSEARCH_NOT_FOUND);
    frequent_words_free(words);
    free(wanted);
}

static void words_come_in_falling_frequency(void **state)
{
    (void)state;
    struct random random = { random_seed("frequent") };
    for (unsigned round = 0; round < 300; round++) {
        struct dictionary dictionary = { .section = NULL };
        oracle_fill(&dictionary.oracle, &random, 1 + random_below(&random, round % 10 == 0 ? 3000 : 200));
        /* As in an index: a list number has words as written, or it has keywords. */
        for (size_t i = 0; i < dictionary.oracle.count; i++)
            if (dictionary.oracle.entries[i].key[1] != 0)
                dictionary.oracle.entries[i].entry.flags = TERM_LIST;
        dictionary_open(&dictionary, &random, random_below(&random, 8) > 0);
        for (unsigned asked = 0; asked < 20; asked++) {
            const struct oracle_entry *like =
                &dictionary.oracle.entries[random_below(&random, dictionary.oracle.count)];
            const size_t length = random_below(&random, like->length - 1);
            const uint16_t list = random_below(&random, 10) == 0 ? 7 : (uint16_t)(like->key[0] << 8 | like->key[1]);
            compare(&dictionary, list, (list & 0xFF) == 0 ? TERM_SURFACE : TERM_LIST, like->key + 2, length);
        }
        dictionary_close(&dictionary);
    }
}

static void a_prefix_of_the_last_bytes_ends_with_the_list(void **state)
{
    (void)state;
    struct random random = { 5 };
    struct dictionary dictionary = { .section = NULL };
    const struct term_entry entry = {
        .flags = TERM_LIST | TERM_SURFACE, .document_frequency = 1, .collection_frequency = 1, .surface_count = 1
    };
    oracle_add(&dictionary.oracle, "\0\0\xFF\xFF", 4, entry);
    oracle_add(&dictionary.oracle, "\0\0\xFF\xFF\xFF", 5, entry);
    oracle_add(&dictionary.oracle, "\0\1\xFF\xFF\xFF", 5, entry);
    dictionary_open(&dictionary, &random, true);
    compare(&dictionary, 0, TERM_SURFACE, (const uint8_t *)"\xFF\xFF", 2);
    compare(&dictionary, 1, TERM_LIST, (const uint8_t *)"\xFF", 1);
    dictionary_close(&dictionary);
}

static void peaks_that_are_not_the_dictionarys_are_damage(void **state)
{
    (void)state;
    struct random random = { 6 };
    struct dictionary dictionary = { .section = NULL };
    oracle_fill(&dictionary.oracle, &random, 400);
    dictionary_open(&dictionary, &random, true);
    assert_int_equal(terms_reader_verify(dictionary.reader, NULL), LIBSEARCH_OK);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    dictionary.peaks[1]++;
    assert_int_equal(terms_reader_verify(dictionary.reader, &error), LIBSEARCH_CORRUPT);
    assert_non_null(strstr(error.message, "the peak of block 1"));
    assert_int_equal(terms_reader_set_peaks(dictionary.reader, dictionary.peaks, 1, &error), LIBSEARCH_CORRUPT);
    dictionary_close(&dictionary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_come_in_falling_frequency),
        cmocka_unit_test(a_prefix_of_the_last_bytes_ends_with_the_list),
        cmocka_unit_test(peaks_that_are_not_the_dictionarys_are_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
