/* SPDX-License-Identifier: MIT */
/* Patterns and likenesses, compiled and walked over a dictionary of words, find just the words that fit by the book; and
 * so does the matcher that marks words in texts. */
#include "fuzz.h"
#include "oracle/oracle.h"
#include "results/matcher.h"
#include "terms/walks.h"

enum { WORDS = 24, LETTERS = 10, ROOM = 256 };

struct word {
    uint8_t key[2 + ROOM];
    size_t length; /* of the word, without the list number */
};

/* A string of few letters, of one to four bytes each; pattern: with * and ?. */
static size_t take_word(struct fuzz_bytes *bytes, bool pattern, char *to)
{
    static const char *const letters[] = { "a", "b", "c", "ab", "\xC3\xA9", "\xE6\x97\xA5", "\xF0\x9F\x98\x80",
                                           "*", "?", "*" };
    size_t length = 0;
    for (size_t left = fuzz_below(bytes, 10); left > 0; left--) {
        const char *letter = letters[fuzz_u8(bytes) % (pattern ? LETTERS : LETTERS - 3)];
        memcpy(to + length, letter, strlen(letter));
        length += strlen(letter);
    }
    return length;
}

static int by_key(const void *a, const void *b)
{
    const struct word *one = a, *other = b;
    const size_t shorter = one->length < other->length ? one->length : other->length;
    const int order = memcmp(one->key, other->key, 2 + shorter);
    return order != 0 ? order : (one->length > other->length) - (one->length < other->length);
}

static size_t take_words(struct fuzz_bytes *bytes, struct word *words)
{
    size_t count = 0, kept = 0;
    while (count < WORDS && fuzz_left(bytes) > 0) {
        memset(words[count].key, 0, sizeof words[count].key);
        words[count].length = take_word(bytes, false, (char *)words[count].key + 2);
        count += words[count].length > 0;
    }
    qsort(words, count, sizeof *words, by_key);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || by_key(&words[kept - 1], &words[i]) != 0)
            words[kept++] = words[i];
    return kept;
}

struct found {
    const struct word *words;
    bool is[WORDS];
    uint64_t last;
};

static libsearch_status note(void *context, const struct term_match *match)
{
    struct found *found = context;
    FUZZ_REQUIRE(match->ordinal < WORDS && !found->is[match->ordinal]);
    const struct word *word = &found->words[match->ordinal];
    FUZZ_REQUIRE(match->key.length == 2 + word->length && memcmp(match->key.data, word->key, match->key.length) == 0);
    found->is[match->ordinal] = true;
    return LIBSEARCH_OK;
}

enum way { PREFIX, WILDCARD, FUZZY_0, FUZZY_1, FUZZY_2 };

static void walk(const struct terms_reader *reader, const struct word *words, size_t count, const char *pattern,
                 size_t length, enum way way)
{
    struct found found = { .words = words };
    const struct term_walk walk = { .matched = note, .context = &found };
    const unsigned distance = way >= FUZZY_0 ? (unsigned)(way - FUZZY_0) : 0;
    const libsearch_status status =
        way == PREFIX     ? terms_walk_prefix(reader, allocator_default(), &walk, pattern, length, NULL)
        : way == WILDCARD ? terms_walk_wildcard(reader, allocator_default(), &walk, pattern, length, NULL)
                          : terms_walk_fuzzy(reader, allocator_default(), &walk, pattern, length, distance, 1, NULL);
    FUZZ_REQUIRE(status == LIBSEARCH_OK);
    for (size_t i = 0; i < count; i++) {
        const char *word = (const char *)words[i].key + 2;
        const size_t word_length = words[i].length;
        const bool fits = way == PREFIX     ? oracle_fits_prefix(word, word_length, pattern, length)
                          : way == WILDCARD ? oracle_fits_wildcard(word, word_length, pattern, length)
                                            : oracle_fits_fuzzy(word, word_length, pattern, length, distance, 1);
        if (found.is[i] != fits) {
            fprintf(stderr, "way %d, pattern %.*s, word %.*s: %d\n", (int)way, (int)length, pattern, (int)word_length,
                    word, found.is[i]);
            abort();
        }
        if (way == WILDCARD)
            FUZZ_REQUIRE(pattern_fits(pattern, length, word, word_length) == fits);
        else if (way >= FUZZY_0 && length > 0)
            FUZZ_REQUIRE(fuzzy_fits(pattern, length, word, word_length, distance, 1) == fits);
    }
}

static struct terms_reader *dictionary(const struct word *words, size_t count, uint8_t **section)
{
    struct terms_writer *writer;
    struct terms_reader *reader;
    libsearch_bytes bytes;
    FUZZ_REQUIRE(terms_writer_new(allocator_default(), &writer, NULL) == LIBSEARCH_OK);
    for (size_t i = 0; i < count; i++) {
        const struct term_entry entry = { .flags = TERM_LIST | TERM_SURFACE,
                                          .document_frequency = 1,
                                          .collection_frequency = 1,
                                          .surface_count = 1,
                                          .surface_term = i };
        FUZZ_REQUIRE(terms_writer_add(writer, words[i].key, 2 + words[i].length, &entry, NULL) == LIBSEARCH_OK);
    }
    FUZZ_REQUIRE(terms_writer_finish(writer, &bytes, NULL) == LIBSEARCH_OK);
    *section = malloc(bytes.length);
    memcpy(*section, bytes.data, bytes.length);
    FUZZ_REQUIRE(terms_reader_open(allocator_default(), *section, bytes.length, "terms", &reader, NULL) ==
                 LIBSEARCH_OK);
    FUZZ_REQUIRE(terms_reader_verify(reader, NULL) == LIBSEARCH_OK);
    terms_writer_free(writer);
    return reader;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    static struct word words[WORDS];
    char pattern[ROOM], raw[ROOM];
    uint8_t *section;
    const size_t length = take_word(&bytes, true, pattern);
    const size_t wanted = fuzz_below(&bytes, 20); /* takes bytes: before what is left is asked */
    const size_t raw_length = wanted % (fuzz_left(&bytes) + 1);
    memcpy(raw, bytes.next, raw_length);
    const size_t count = take_words(&bytes, words);
    struct terms_reader *reader = dictionary(words, count, &section);
    for (enum way way = PREFIX; way <= FUZZY_2; way++)
        walk(reader, words, count, pattern, length, way);
    /* Any bytes as a pattern, too. */
    struct found found = { .words = words };
    const struct term_walk any = { .matched = note, .context = &found };
    (void)terms_walk_wildcard(reader, allocator_default(), &any, raw, raw_length, NULL);
    memset(&found.is, 0, sizeof found.is);
    (void)terms_walk_fuzzy(reader, allocator_default(), &any, raw, raw_length, 2, 0, NULL);
    terms_reader_close(reader);
    free(section);
    return 0;
}
