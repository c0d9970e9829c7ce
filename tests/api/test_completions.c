/* SPDX-License-Identifier: MIT */
/* Completions of an index of several segments, and of one, beside a count of all words: the most frequent first, equally
 * frequent ones in the order of their bytes, and how often each was written. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libsearch/suggest.h>

#include "api_support.h"
#include "support/random.h"

enum { WORDS = 300, SEGMENTS = 5, DOCUMENTS = 120, LENGTH = 30 };

struct word {
    char text[8];
    uint64_t written;
};

static int by_frequency(const void *a, const void *b)
{
    const struct word *one = a, *other = b;
    if (one->written != other->written)
        return one->written > other->written ? -1 : 1;
    return strcmp(one->text, other->text);
}

/* Different words of three to five of three letters. */
static void draw_words(struct test_random *random, struct word *words)
{
    for (unsigned w = 0; w < WORDS; w++) {
        const unsigned length = 3 + (unsigned)random_below(random, 3);
        for (unsigned i = 0; i < length; i++)
            words[w].text[i] = (char)('a' + random_below(random, 3));
        words[w].text[length] = '\0';
        words[w].written = 0;
        for (unsigned before = 0; before < w; before++)
            if (strcmp(words[before].text, words[w].text) == 0) {
                w--; /* another one */
                break;
            }
    }
}

static void write_segment(libsearch_index *index, struct test_random *random, struct word *words, int segment)
{
    libsearch_writer *writer = NULL;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (int d = 0; d < DOCUMENTS; d++) {
        char id[16], text[LENGTH * 8] = "";
        for (int i = 0; i < LENGTH; i++) {
            const uint64_t below = 1 + random_below(random, WORDS); /* the first are more frequent */
            struct word *word = &words[random_below(random, below)];
            strcat(strcat(text, word->text), " ");
            word->written++;
        }
        libsearch_document *document = libsearch_document_new(index);
        snprintf(id, sizeof id, "%d-%d", segment, d);
        assert_ok(libsearch_document_set_text(document, "text", text_of(text)));
        assert_ok(libsearch_writer_put(writer, text_of(id), document, NULL));
        libsearch_document_free(document);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
}

/* words in falling order. */
static void compare(libsearch_index *index, const struct word *words, const char *start, size_t count)
{
    libsearch_suggest_options options = LIBSEARCH_SUGGEST_OPTIONS_INIT;
    libsearch_suggestions *found = NULL;
    size_t i = 0;
    options.count = count;
    assert_ok(libsearch_complete(index, text_of(start), &options, &found, NULL));
    for (unsigned w = 0; w < WORDS && i < count; w++) {
        if (strncmp(words[w].text, start, strlen(start)) != 0 || words[w].written == 0)
            continue;
        const libsearch_bytes text = libsearch_suggestions_text(found, i);
        assert_int_equal(text.length, strlen(words[w].text));
        assert_memory_equal(text.data, words[w].text, text.length);
        assert_int_equal(libsearch_suggestions_frequency(found, i), words[w].written);
        i++;
    }
    assert_int_equal(libsearch_suggestions_count(found), i);
    libsearch_suggestions_free(found);
}

static void compare_all(libsearch_index *index, const struct word *words)
{
    static const size_t counts[] = { 1, 2, 5, 17, WORDS };
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (char first = 'a'; first <= 'c'; first++) {
            compare(index, words, (char[]){ first, '\0' }, counts[c]);
            for (char second = 'a'; second <= 'c'; second++)
                compare(index, words, (char[]){ first, second, '\0' }, counts[c]);
        }
}

static void completions_are_the_most_frequent_words(void **state)
{
    struct test_random random = random_start("api_completions");
    static struct word words[WORDS];
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.analyzer = "standard";
    draw_words(&random, words);
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, &options, &index, NULL));
    for (int segment = 0; segment < SEGMENTS; segment++)
        write_segment(index, &random, words, segment);
    qsort(words, WORDS, sizeof *words, by_frequency);
    compare_all(index, words);
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    assert_ok(libsearch_writer_compact(writer, 0, NULL));
    libsearch_writer_close(writer);
    compare_all(index, words);
    libsearch_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completions_are_the_most_frequent_words),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
