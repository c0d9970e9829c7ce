/* SPDX-License-Identifier: MIT */
/* The words that say most about texts and documents: as counting in an array says, by the formula of search/expand.h. */
#include "support/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/expand.h"
#include "search/one_segment.h"
#include "support/random.h"

enum { WORDS = 6000, DOCUMENTS = 2500, LENGTH = 40, MOST_SOURCES = 5, LONGEST = 20000 };

static struct fixture {
    unsigned documents[DOCUMENTS][LENGTH], lengths[DOCUMENTS];
    unsigned frequency[WORDS]; /* documents that have a word */
    double average;
    struct one_segment one;
} fixture;

/* Low numbers are frequent. */
static unsigned draw_word(struct test_random *random)
{
    return (unsigned)random_below(random, 1 + random_below(random, WORDS));
}

static size_t write_words(const unsigned *words, size_t count, char *text)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += (size_t)sprintf(text + length, "w%u ", words[i]);
    return length;
}

static int make_fixture(void **state)
{
    static bool there[WORDS];
    struct test_random random = random_start("expand");
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    double tokens = 0;
    (void)state;
    field.name = "text";
    one_segment_begin(&fixture.one, &field, 1);
    for (unsigned d = 0; d < DOCUMENTS; d++) {
        char text[LENGTH * 7 + 1];
        unsigned *words = fixture.documents[d];
        memset(there, 0, sizeof there);
        fixture.lengths[d] = 1 + (unsigned)random_below(&random, LENGTH);
        tokens += fixture.lengths[d];
        for (unsigned i = 0; i < fixture.lengths[d]; i++) {
            words[i] = draw_word(&random);
            fixture.frequency[words[i]] += !there[words[i]];
            there[words[i]] = true;
        }
        write_words(words, fixture.lengths[d], text);
        one_segment_add(&fixture.one, d, text);
    }
    fixture.average = tokens / DOCUMENTS;
    one_segment_finish(&fixture.one);
    return 0;
}

static int free_fixture(void **state)
{
    (void)state;
    one_segment_free(&fixture.one);
    return 0;
}

struct expected {
    unsigned word;
    double impact, worth;
};

static int worth_more(const void *a, const void *b)
{
    const struct expected *one = a, *other = b;
    return one->worth > other->worth ? -1 : one->worth < other->worth;
}

/* What sources of `lengths` words are to give. is_document: NULL, or which of them are documents. */
static size_t expect(const unsigned *const *sources, const size_t *lengths, const bool *is_document,
                     const float *weights, size_t count, bool others, struct expected *expected)
{
    static double here[WORDS], sum[WORDS];
    static unsigned having[WORDS];
    double total = 0;
    size_t found = 0;
    memset(sum, 0, sizeof sum);
    memset(having, 0, sizeof having);
    for (size_t s = 0; s < count; s++) {
        memset(here, 0, sizeof here);
        for (size_t i = 0; i < lengths[s]; i++)
            here[sources[s][i]]++;
        total += (double)weights[s];
        for (unsigned w = 0; w < WORDS; w++) {
            const double x = here[w] / (0.25 + 0.75 * (double)lengths[s] / fixture.average);
            sum[w] += (double)weights[s] * (x / (x + 1.2));
            having[w] += here[w] > 0 && is_document[s];
        }
    }
    for (unsigned w = 0; w < WORDS; w++) {
        const double n = fixture.frequency[w];
        if (sum[w] > 0 && fixture.frequency[w] > (others ? having[w] : 0))
            expected[found++] =
                (struct expected){ w, sum[w] / total, sum[w] / total * log(1 + (DOCUMENTS - n + 0.5) / (n + 0.5)) };
    }
    qsort(expected, found, sizeof *expected, worth_more);
    return found;
}

static bool is_near(double value, double wanted) { return fabs(value - wanted) <= 1e-5 * wanted; }

static void compare(struct test_random *random, size_t longest)
{
    static unsigned texts[MOST_SOURCES][LONGEST];
    static char written[MOST_SOURCES][LONGEST * 7];
    static struct expected expected[WORDS];
    static bool seen[WORDS];
    const unsigned *words_of[MOST_SOURCES];
    struct search_source sources[MOST_SOURCES] = { { 0 } };
    size_t lengths[MOST_SOURCES];
    bool is_document[MOST_SOURCES];
    float weights[MOST_SOURCES];
    const size_t count = 1 + random_below(random, MOST_SOURCES);
    for (size_t s = 0; s < count; s++) {
        is_document[s] = random_below(random, 2) == 0;
        weights[s] = sources[s].weight = (float)(1 + random_below(random, 8)) / 4;
        if (is_document[s]) {
            sources[s].number = random_below(random, DOCUMENTS);
            words_of[s] = fixture.documents[sources[s].number];
            lengths[s] = fixture.lengths[sources[s].number];
        } else {
            lengths[s] = random_below(random, longest + 1);
            for (size_t i = 0; i < lengths[s]; i++)
                texts[s][i] = draw_word(random);
            words_of[s] = texts[s];
            sources[s].text = (libsearch_bytes){ written[s], write_words(texts[s], lengths[s], written[s]) };
        }
    }
    const struct search_expand_request request = { .sources = sources,
                                                   .source_count = count,
                                                   .words =
                                                       random_below(random, 2) ? WORDS : 1 + random_below(random, 30),
                                                   .bytes = SIZE_MAX,
                                                   .others = random_below(random, 2) == 0,
                                                   .memory = SIZE_MAX };
    const size_t wanted = expect(words_of, lengths, is_document, weights, count, request.others, expected);
    struct search_word *words = NULL;
    struct arena arena;
    size_t found = 0;
    arena_init(&arena, allocator_default());
    assert_ok(search_expand(&fixture.one.snapshot, &request, &arena, &words, &found, NULL));
    assert_int_equal(found, wanted < request.words ? wanted : request.words);
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < found; i++) {
        char text[16] = "";
        memcpy(text, words[i].term.data, words[i].term.length);
        const unsigned word = (unsigned)atoi(text + 1);
        size_t e = 0;
        while (e < wanted && expected[e].word != word)
            e++;
        assert_true(text[0] == 'w' && e < wanted && !seen[word]);
        seen[word] = true;
        assert_int_equal(words[i].surface.length, words[i].term.length);
        assert_memory_equal(words[i].surface.data, text, words[i].term.length);
        assert_true(is_near((double)words[i].impact, expected[e].impact));
        assert_true(is_near((double)words[i].worth, expected[e].worth));
        assert_true(is_near((double)words[i].worth, expected[i].worth)); /* in this order, but for ties */
    }
    arena_free(&arena);
}

static void words_are_weighed_as_by_counting_them(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 400; round++)
        compare(&random, round % 2 == 0 ? 100 : 1500);
}

/* More words than there is room for at first, twice. */
static void texts_may_have_thousands_of_words(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 10; round++)
        compare(&random, LONGEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_weighed_as_by_counting_them),
        cmocka_unit_test(texts_may_have_thousands_of_words),
    };
    return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}
