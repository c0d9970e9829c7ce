/* SPDX-License-Identifier: MIT */
/* Walks against the plain definitions, tried on every entry. */
#include "terms/oracle.h"
#include "terms/walks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LETTERS_MAX = 256 };

struct letters {
    uint32_t letters[LETTERS_MAX];
    size_t ends[LETTERS_MAX]; /* bytes up to and with each */
    size_t count;
};

/* UTF-8 by its arithmetic: what does not come back the same when encoded again is a stray byte. */
static struct letters letters_of(const uint8_t *bytes, size_t length)
{
    struct letters made = { .count = 0 };
    for (size_t at = 0; at < length;) {
        const uint8_t first = bytes[at];
        const size_t wanted = first < 0x80   ? 1
                              : first < 0xC0 ? 0
                              : first < 0xE0 ? 2
                              : first < 0xF0 ? 3
                              : first < 0xF8 ? 4
                                             : 0;
        bool good = wanted > 0 && length - at >= wanted;
        uint32_t point = wanted < 2 ? first : first & (0x7Fu >> wanted);
        for (size_t i = 1; good && i < wanted; i++) {
            good = bytes[at + i] >> 6 == 2;
            point = point << 6 | (bytes[at + i] & 0x3F);
        }
        static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
        good = good && point >= least[wanted] && point <= 0x10FFFF && !(point >= 0xD800 && point < 0xE000);
        assert_true(made.count < LETTERS_MAX);
        at += good ? wanted : 1;
        made.ends[made.count] = at;
        made.letters[made.count++] = good ? point : 0x110000u + first;
    }
    return made;
}

/* The whole table, as the definition has it. */
static unsigned alignment_distance(const struct letters *a, const struct letters *b)
{
    static unsigned d[LETTERS_MAX + 1][LETTERS_MAX + 1];
    for (size_t i = 0; i <= a->count; i++)
        for (size_t j = 0; j <= b->count; j++) {
            unsigned best = i == 0 ? (unsigned)j : j == 0 ? (unsigned)i : UINT32_MAX;
            if (i > 0 && j > 0) {
                best = d[i - 1][j - 1] + (a->letters[i - 1] != b->letters[j - 1]);
                best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
                best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
                if (i > 1 && j > 1 && a->letters[i - 1] == b->letters[j - 2] && a->letters[i - 2] == b->letters[j - 1])
                    best = d[i - 2][j - 2] + 1 < best ? d[i - 2][j - 2] + 1 : best;
            }
            d[i][j] = best;
        }
    return d[a->count][b->count];
}

/* Whether pattern letters from p on fit word letters from w on; * and ? are never literal here. */
static bool wildcard_fits(const struct letters *pattern, size_t p, const struct letters *word, size_t w)
{
    bool reached[LETTERS_MAX + 1] = { false };
    reached[w] = true;
    for (; p < pattern->count; p++) {
        bool next[LETTERS_MAX + 1] = { false }, any = false;
        for (size_t i = w; i <= word->count; i++) {
            any |= reached[i];
            if (pattern->letters[p] == '*')
                next[i] = any;
            else if (i > w && reached[i - 1])
                next[i] = pattern->letters[p] == '?' || pattern->letters[p] == word->letters[i - 1];
        }
        memcpy(reached, next, sizeof reached);
    }
    return reached[word->count];
}

struct collected {
    uint64_t ordinals[4096];
    unsigned distances[4096];
    size_t count;
    const struct oracle *oracle;
    size_t stop_after; /* 0: never */
};

static libsearch_status collect(void *context, const struct term_match *match)
{
    struct collected *collected = context;
    const struct oracle_entry *entry = &collected->oracle->entries[match->ordinal];
    assert_true(collected->count < 4096);
    assert_int_equal(oracle_compare(match->key.data, match->key.length, entry->key, entry->length), 0);
    assert_true(entries_equal(&match->entry, &entry->entry));
    collected->ordinals[collected->count] = match->ordinal;
    collected->distances[collected->count++] = match->distance;
    return collected->count == collected->stop_after ? LIBSEARCH_FINISHED : LIBSEARCH_OK;
}

struct dictionary {
    struct oracle oracle;
    uint8_t *section;
    struct terms_reader *reader;
};

static void dictionary_open(struct dictionary *dictionary, struct random *random)
{
    size_t length;
    oracle_settle(&dictionary->oracle, random);
    dictionary->section = oracle_section(&dictionary->oracle, &length);
    assert_int_equal(terms_reader_open(allocator_default(), dictionary->section, length, "test", &dictionary->reader,
                                       NULL),
                     LIBSEARCH_OK);
}

static void dictionary_close(struct dictionary *dictionary)
{
    terms_reader_close(dictionary->reader);
    free(dictionary->section);
    oracle_free(&dictionary->oracle);
}

/* A word of few distinct letters, long and short ones; sometimes any bytes at all. */
static size_t some_word(struct random *random, unsigned alphabet, uint8_t *word)
{
    static const char *const letters[] = { "a", "b",    "c",    "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                                           "d", "\xE2", "\x82", "\xAC",     "\xF0\x9F",     "\xFF",
                                           "z" };
    size_t length = 0;
    for (uint64_t count = random_below(random, 9); count > 0; count--) {
        const char *letter = letters[random_below(random, alphabet)];
        memcpy(word + length, letter, strlen(letter));
        length += strlen(letter);
    }
    return length;
}

enum { ALPHABET_VALID = 7, ALPHABET_ALL = 13 };

static unsigned fill_words(struct dictionary *dictionary, struct random *random)
{
    static const unsigned alphabets[] = { 2, 3, ALPHABET_VALID, ALPHABET_ALL };
    const unsigned alphabet = alphabets[random_below(random, 4)];
    memset(dictionary, 0, sizeof *dictionary);
    for (uint64_t count = random_below(random, 600); count > 0; count--) {
        uint8_t key[2 + 64] = { 0 };
        struct term_entry entry = { .flags = (uint8_t)(1 + random_below(random, 3)) };
        key[1] = (uint8_t)random_below(random, 2);
        oracle_add(&dictionary->oracle, key, 2 + some_word(random, alphabet, key + 2), entry);
    }
    return alphabet;
}

static bool in_list(const struct oracle_entry *entry, const struct term_walk *walk)
{
    return entry->key[0] == walk->list >> 8 && entry->key[1] == (walk->list & 0xFF) &&
           (walk->flags == 0 || (entry->entry.flags & walk->flags));
}

static struct term_walk some_walk(struct random *random, struct collected *collected, const struct dictionary *from)
{
    collected->count = collected->stop_after = 0;
    collected->oracle = &from->oracle;
    return (struct term_walk){ .list = (uint16_t)random_below(random, 2),
                               .flags = (uint8_t)random_below(random, 4),
                               .matched = collect,
                               .context = collected };
}

static struct collected collected;

static void a_fuzzy_walk_finds_exactly_the_words_within_the_distance(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    for (int round = 0; round < 200; round++) {
        struct dictionary dictionary;
        const unsigned alphabet = fill_words(&dictionary, &random);
        dictionary_open(&dictionary, &random);
        for (int k = 0; k < 20; k++) {
            uint8_t word[64];
            const size_t length = some_word(&random, alphabet, word);
            const unsigned distance = (unsigned)random_below(&random, 3);
            const unsigned prefix = random_below(&random, 2) ? 0 : (unsigned)random_below(&random, 4);
            const struct term_walk walk = some_walk(&random, &collected, &dictionary);
            assert_int_equal(terms_walk_fuzzy(dictionary.reader, allocator_default(), &walk, word, length, distance,
                                              prefix, NULL),
                             LIBSEARCH_OK);
            const struct letters whole = letters_of(word, length);
            const size_t fixed = prefix < whole.count ? prefix : whole.count;
            const size_t same = fixed == 0 ? 0 : whole.ends[fixed - 1]; /* bytes that must be the same */
            const struct letters wanted = letters_of(word + same, length - same);
            size_t found = 0;
            for (size_t i = 0; i < dictionary.oracle.count; i++) {
                const struct oracle_entry *entry = &dictionary.oracle.entries[i];
                if (!in_list(entry, &walk) || entry->length < 2 + same || memcmp(entry->key + 2, word, same) != 0)
                    continue;
                const struct letters have = letters_of(entry->key + 2 + same, entry->length - 2 - same);
                const unsigned away = alignment_distance(&wanted, &have);
                if (away > distance)
                    continue;
                assert_true(found < collected.count);
                assert_int_equal(collected.ordinals[found], i);
                assert_int_equal(collected.distances[found], away);
                found++;
            }
            assert_int_equal(found, collected.count);
        }
        dictionary_close(&dictionary);
    }
}

/* The distance of the whole words is that of what follows a common beginning, which the walk relies on. */
static void a_common_beginning_does_not_change_the_distance(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    for (int round = 0; round < 5000; round++) {
        uint8_t a[130], b[130];
        const size_t common = some_word(&random, 3, a);
        memcpy(b, a, common);
        const size_t a_length = common + some_word(&random, 3, a + common);
        const size_t b_length = common + some_word(&random, 3, b + common);
        const struct letters whole_a = letters_of(a, a_length), whole_b = letters_of(b, b_length);
        const struct letters rest_a = letters_of(a + common, a_length - common);
        const struct letters rest_b = letters_of(b + common, b_length - common);
        assert_int_equal(alignment_distance(&whole_a, &whole_b), alignment_distance(&rest_a, &rest_b));
    }
}

static void a_wildcard_walk_finds_exactly_the_words_that_fit(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    for (int round = 0; round < 200; round++) {
        struct dictionary dictionary;
        const unsigned alphabet = fill_words(&dictionary, &random);
        dictionary_open(&dictionary, &random);
        for (int k = 0; k < 20; k++) {
            uint8_t pattern[64];
            size_t length = 0;
            for (uint64_t parts = random_below(&random, 5); parts > 0; parts--) {
                uint8_t word[64];
                size_t word_length = some_word(&random, alphabet, word);
                word_length = word_length > 8 ? 8 : word_length;
                memcpy(pattern + length, word, word_length);
                length += word_length;
                if (random_below(&random, 3) > 0)
                    pattern[length++] = random_below(&random, 2) ? '*' : '?';
            }
            const struct term_walk walk = some_walk(&random, &collected, &dictionary);
            assert_int_equal(terms_walk_wildcard(dictionary.reader, allocator_default(), &walk, pattern, length, NULL),
                             LIBSEARCH_OK);
            const struct letters wanted = letters_of(pattern, length);
            size_t found = 0;
            for (size_t i = 0; i < dictionary.oracle.count; i++) {
                const struct oracle_entry *entry = &dictionary.oracle.entries[i];
                const struct letters have = letters_of(entry->key + 2, entry->length - 2);
                if (!in_list(entry, &walk) || !wildcard_fits(&wanted, 0, &have, 0))
                    continue;
                assert_true(found < collected.count);
                assert_int_equal(collected.ordinals[found++], i);
            }
            assert_int_equal(found, collected.count);
        }
        dictionary_close(&dictionary);
    }
}

static void a_prefix_walk_finds_exactly_the_words_that_begin_so(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    for (int round = 0; round < 100; round++) {
        struct dictionary dictionary;
        const unsigned alphabet = fill_words(&dictionary, &random);
        dictionary_open(&dictionary, &random);
        for (int k = 0; k < 20; k++) {
            uint8_t prefix[64];
            const size_t length = some_word(&random, alphabet, prefix) / 2;
            const struct term_walk walk = some_walk(&random, &collected, &dictionary);
            assert_int_equal(terms_walk_prefix(dictionary.reader, allocator_default(), &walk, prefix, length, NULL),
                             LIBSEARCH_OK);
            size_t found = 0;
            for (size_t i = 0; i < dictionary.oracle.count; i++) {
                const struct oracle_entry *entry = &dictionary.oracle.entries[i];
                if (!in_list(entry, &walk) || entry->length < 2 + length || memcmp(entry->key + 2, prefix, length) != 0)
                    continue;
                assert_true(found < collected.count);
                assert_int_equal(collected.ordinals[found++], i);
            }
            assert_int_equal(found, collected.count);
        }
        dictionary_close(&dictionary);
    }
}

static void numbered_words(struct dictionary *dictionary, unsigned count)
{
    struct random random = { 1 };
    memset(dictionary, 0, sizeof *dictionary);
    for (unsigned i = 0; i < count; i++) {
        char word[32];
        snprintf(word, sizeof word, "word%05u", i);
        oracle_add_word(&dictionary->oracle, 0, word);
    }
    dictionary_open(dictionary, &random);
}

static void one_match_more_than_the_limit_is_a_limit(void **state)
{
    (void)state;
    struct dictionary dictionary;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    numbered_words(&dictionary, 200);
    struct random random = { 1 };
    struct term_walk walk = some_walk(&random, &collected, &dictionary);
    walk.list = 0;
    walk.flags = TERM_SURFACE;
    walk.limit = 200;
    assert_int_equal(terms_walk_prefix(dictionary.reader, allocator_default(), &walk, "word", 4, &error), LIBSEARCH_OK);
    assert_int_equal(collected.count, 200);
    collected.count = 0;
    walk.limit = 199;
    assert_int_equal(terms_walk_prefix(dictionary.reader, allocator_default(), &walk, "word", 4, &error),
                     LIBSEARCH_LIMIT);
    assert_int_equal(collected.count, 199);
    assert_string_equal(error.message, "more than 199 words match");
    dictionary_close(&dictionary);
}

static void a_match_can_end_the_walk(void **state)
{
    (void)state;
    struct dictionary dictionary;
    numbered_words(&dictionary, 200);
    struct random random = { 1 };
    struct term_walk walk = some_walk(&random, &collected, &dictionary);
    walk.list = walk.flags = 0;
    collected.stop_after = 3;
    assert_int_equal(terms_walk_wildcard(dictionary.reader, allocator_default(), &walk, "*7*", 3, NULL),
                     LIBSEARCH_FINISHED);
    assert_int_equal(collected.count, 3);
    dictionary_close(&dictionary);
}

static libsearch_status cancel_at_third(void *context)
{
    return ++((struct collected *)context)->stop_after == 3 ? LIBSEARCH_CANCELLED : LIBSEARCH_OK;
}

static void a_poll_can_end_the_walk(void **state)
{
    (void)state;
    struct dictionary dictionary;
    numbered_words(&dictionary, 3000);
    struct random random = { 1 };
    struct term_walk walk = some_walk(&random, &collected, &dictionary);
    walk.list = walk.flags = 0;
    walk.poll = cancel_at_third;
    assert_int_equal(terms_walk_wildcard(dictionary.reader, allocator_default(), &walk, "*x*", 3, NULL),
                     LIBSEARCH_CANCELLED);
    assert_int_equal(collected.count, 0);
    dictionary_close(&dictionary);
}

static void a_backslash_takes_the_next_character_as_it_is(void **state)
{
    (void)state;
    struct random random = { 1 };
    struct dictionary dictionary = { .section = NULL };
    oracle_add_word(&dictionary.oracle, 0, "a*c");
    oracle_add_word(&dictionary.oracle, 0, "abc");
    oracle_add_word(&dictionary.oracle, 0, "a\\c");
    dictionary_open(&dictionary, &random);
    struct term_walk walk = some_walk(&random, &collected, &dictionary);
    walk.list = walk.flags = 0;
    assert_int_equal(terms_walk_wildcard(dictionary.reader, allocator_default(), &walk, "a\\*c", 4, NULL),
                     LIBSEARCH_OK);
    assert_int_equal(collected.count, 1);
    assert_int_equal(collected.ordinals[0], 0);
    assert_int_equal(terms_walk_wildcard(dictionary.reader, allocator_default(), &walk, "?\\\\*", 4, NULL),
                     LIBSEARCH_OK);
    assert_int_equal(collected.count, 2);
    assert_int_equal(collected.ordinals[1], 1);
    dictionary_close(&dictionary);
}

static void patterns_and_distances_have_limits(void **state)
{
    (void)state;
    struct dictionary dictionary;
    char pattern[8 * TERM_WILDCARD_MAX + 1];
    numbered_words(&dictionary, 100);
    struct random random = { 1 };
    struct term_walk walk = some_walk(&random, &collected, &dictionary);
    walk.list = walk.flags = 0;
    memset(pattern, '?', sizeof pattern);
    pattern[0] = '*';
    assert_int_equal(terms_walk_wildcard(dictionary.reader, allocator_default(), &walk, pattern, 1 + TERM_WILDCARD_MAX,
                                         NULL),
                     LIBSEARCH_OK);
    assert_int_equal(terms_walk_wildcard(dictionary.reader, allocator_default(), &walk, pattern, 2 + TERM_WILDCARD_MAX,
                                         NULL),
                     LIBSEARCH_LIMIT);
    memset(pattern, '*', sizeof pattern);
    assert_int_equal(terms_walk_wildcard(dictionary.reader, allocator_default(), &walk, pattern, sizeof pattern, NULL),
                     LIBSEARCH_LIMIT);
    assert_int_equal(collected.count, 0);
    assert_int_equal(terms_walk_fuzzy(dictionary.reader, allocator_default(), &walk, "word", 4, 3, 0, NULL),
                     LIBSEARCH_INVALID);
    dictionary_close(&dictionary);
}

/* Patterns of many letters take more than one machine word. */
static void a_long_pattern_matches_like_a_short_one(void **state)
{
    (void)state;
    struct random random = { random_seed(__func__) };
    struct dictionary dictionary = { .section = NULL };
    for (int i = 0; i < 300; i++) {
        char word[201];
        for (int k = 0; k < 200; k++)
            word[k] = (char)('a' + (random_below(&random, 60) == 0));
        word[100 + random_below(&random, 101)] = '\0';
        oracle_add_word(&dictionary.oracle, 0, word);
    }
    dictionary_open(&dictionary, &random);
    for (int round = 0; round < 200; round++) {
        uint8_t pattern[256];
        const struct oracle_entry *entry = &dictionary.oracle.entries[random_below(&random, dictionary.oracle.count)];
        const size_t length = entry->length - 2;
        memcpy(pattern, entry->key + 2, length);
        for (int k = 0; k < 6; k++)
            pattern[random_below(&random, length)] = random_below(&random, 2) ? '?' : '*';
        struct term_walk walk = some_walk(&random, &collected, &dictionary);
        walk.list = walk.flags = 0;
        assert_int_equal(terms_walk_wildcard(dictionary.reader, allocator_default(), &walk, pattern, length, NULL),
                         LIBSEARCH_OK);
        const struct letters wanted = letters_of(pattern, length);
        size_t found = 0;
        for (size_t i = 0; i < dictionary.oracle.count; i++) {
            const struct letters have =
                letters_of(dictionary.oracle.entries[i].key + 2, dictionary.oracle.entries[i].length - 2);
            if (wildcard_fits(&wanted, 0, &have, 0))
                assert_int_equal(collected.ordinals[found++], i);
        }
        assert_int_equal(found, collected.count);
        assert_true(found > 0);
    }
    dictionary_close(&dictionary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fuzzy_walk_finds_exactly_the_words_within_the_distance),
        cmocka_unit_test(a_common_beginning_does_not_change_the_distance),
        cmocka_unit_test(a_wildcard_walk_finds_exactly_the_words_that_fit),
        cmocka_unit_test(a_prefix_walk_finds_exactly_the_words_that_begin_so),
        cmocka_unit_test(one_match_more_than_the_limit_is_a_limit),
        cmocka_unit_test(a_match_can_end_the_walk),
        cmocka_unit_test(a_poll_can_end_the_walk),
        cmocka_unit_test(a_backslash_takes_the_next_character_as_it_is),
        cmocka_unit_test(patterns_and_distances_have_limits),
        cmocka_unit_test(a_long_pattern_matches_like_a_short_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
