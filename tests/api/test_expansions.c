/* SPDX-License-Identifier: MIT */
/* People's prefixes that stand for more words than are looked for: the words that most documents have, of equally
 * frequent ones the first in the order of their bytes. And texts of more words than are looked for: those that fewest
 * documents have, of equally frequent ones the first of the text. Beside a count of all words. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_support.h"
#include "support/random.h"

/* More words than are gathered at once, and more than are looked for, in rarer and rarer documents. */
enum { MOST_WORDS = 20000, DOCUMENTS = 2500, MOST_TIMES = 12 };

static struct fixture {
    unsigned words;
    unsigned documents[MOST_WORDS][MOST_TIMES]; /* those that have a word, rising */
    unsigned frequency[MOST_WORDS];
    bool found[DOCUMENTS]; /* they are to be */
} fixture;

static int rising(const void *a, const void *b)
{
    const unsigned one = *(const unsigned *)a, other = *(const unsigned *)b;
    return (one > other) - (one < other);
}

static void draw(struct test_random *random, unsigned words, unsigned most_times)
{
    fixture.words = words;
    for (unsigned w = 0; w < words; w++) {
        const unsigned times = 1 + (unsigned)random_below(random, 1 + random_below(random, most_times));
        unsigned *list = fixture.documents[w], kept = 0;
        for (unsigned i = 0; i < times; i++)
            list[i] = (unsigned)random_below(random, DOCUMENTS);
        qsort(list, times, sizeof *list, rising);
        for (unsigned i = 0; i < times; i++)
            if (kept == 0 || list[kept - 1] != list[i])
                list[kept++] = list[i];
        fixture.frequency[w] = kept;
    }
}

static int most_frequent_first(const void *a, const void *b)
{
    const unsigned one = *(const unsigned *)a, other = *(const unsigned *)b;
    if (fixture.frequency[one] != fixture.frequency[other])
        return fixture.frequency[one] > fixture.frequency[other] ? -1 : 1;
    return rising(a, b);
}

/* Where a word stands in the text that is asked for. */
static unsigned places[MOST_WORDS];

static int rarest_first(const void *a, const void *b)
{
    const unsigned one = *(const unsigned *)a, other = *(const unsigned *)b;
    if (fixture.frequency[one] != fixture.frequency[other])
        return fixture.frequency[one] < fixture.frequency[other] ? -1 : 1;
    return rising(&places[one], &places[other]);
}

/* Which documents have one of the words that are looked for; how many. */
static size_t expect(int (*first)(const void *one, const void *other))
{
    static unsigned order[MOST_WORDS];
    size_t documents = 0;
    memset(fixture.found, 0, sizeof fixture.found);
    for (unsigned w = 0; w < fixture.words; w++)
        order[w] = w;
    qsort(order, fixture.words, sizeof *order, first);
    for (unsigned i = 0; i < fixture.words && i < LIBSEARCH_MAX_EXPANSION; i++)
        for (unsigned t = 0; t < fixture.frequency[order[i]]; t++)
            fixture.found[fixture.documents[order[i]][t]] = true;
    for (unsigned d = 0; d < DOCUMENTS; d++)
        documents += fixture.found[d];
    return documents;
}

static void write_index(libsearch_index *index, unsigned segments)
{
    static char texts[DOCUMENTS][2048];
    libsearch_writer *writer = NULL;
    memset(texts, 0, sizeof texts);
    for (unsigned w = 0; w < fixture.words; w++)
        for (unsigned t = 0; t < fixture.frequency[w]; t++) {
            char *text = texts[fixture.documents[w][t]];
            const size_t length = strlen(text);
            assert_true(length + 16 < sizeof texts[0]);
            snprintf(text + length, 16, "w%05u ", w);
        }
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (unsigned d = 0; d < DOCUMENTS; d++) {
        char id[16];
        libsearch_document *document = libsearch_document_new(index);
        snprintf(id, sizeof id, "%u", d);
        assert_ok(libsearch_document_set_text(document, "text", text_of(texts[d])));
        assert_ok(libsearch_writer_put(writer, text_of(id), document, NULL));
        libsearch_document_free(document);
        if (d % (DOCUMENTS / segments) == DOCUMENTS / segments - 1)
            assert_ok(libsearch_writer_commit(writer, NULL));
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
}

/* The text finds the documents that are to be found. */
static void compare_one(libsearch_index *index, const char *text, size_t wanted)
{
    libsearch_query *query = NULL;
    libsearch_results *results = NULL;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    assert_ok(libsearch_query_parse(index, text_of(text), 0, &query, NULL));
    options.count = DOCUMENTS;
    assert_ok(libsearch_search_query(index, query, &options, &results, NULL));
    assert_int_equal(libsearch_results_count(results), wanted);
    for (size_t i = 0; i < wanted; i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        unsigned number = 0;
        for (size_t c = 0; c < id.length; c++)
            number = number * 10 + (unsigned)(id.data[c] - '0');
        assert_true(fixture.found[number]);
    }
    libsearch_results_free(results);
    libsearch_query_free(query);
}

/* All words, in any order. */
static const char *text_of_all(struct test_random *random)
{
    static char text[MOST_WORDS * 8];
    static unsigned order[MOST_WORDS];
    int length = 0;
    for (unsigned w = 0; w < fixture.words; w++) {
        const unsigned other = (unsigned)random_below(random, w + 1);
        order[w] = order[other];
        order[other] = w;
    }
    for (unsigned i = 0; i < fixture.words; i++) {
        places[order[i]] = i;
        length += sprintf(text + length, "w%05u ", order[i]);
    }
    return text;
}

static void compare(const char *path, struct test_random *random, unsigned words, unsigned most_times,
                    unsigned segments)
{
    libsearch_index *index = NULL;
    char own[256];
    snprintf(own, sizeof own, "%s-%u-%u", path, words, most_times);
    draw(random, words, most_times);
    assert_ok(libsearch_open(own, LIBSEARCH_CREATE, NULL, &index, NULL));
    write_index(index, segments);
    compare_one(index, "w*", expect(most_frequent_first));
    const char *text = text_of_all(random);
    compare_one(index, text, expect(rarest_first));
    libsearch_close(index);
}

static void the_most_frequent_or_the_rarest_words_are_looked_for(void **state)
{
    struct test_random random = random_start("expansions");
    compare(*state, &random, 1500, 1, 1); /* equally frequent ones: the first */
    compare(*state, &random, 1500, 4, 1);
    compare(*state, &random, 6000, 12, 3); /* frequencies of all segments together */
    compare(*state, &random, 900, 2, 2);   /* all of them */
}

/* Where more words are gathered than are kept at a time, the rare ones of the first are left out on the way. */
static void however_many_words_there_are(void **state)
{
    struct test_random random = random_start("expansions");
    compare(*state, &random, MOST_WORDS, 12, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_most_frequent_or_the_rarest_words_are_looked_for, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(however_many_words_there_are, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
