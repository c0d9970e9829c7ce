/* SPDX-License-Identifier: MIT */
/* An index with biwords answers as the same one without: phrases of common words, long ones too, by themselves, in larger
 * queries, with deletions, in segments that have biwords beside others that have not. */
#include "support/unit.h"

#include <libsearch/extend.h>
#include <stdio.h>
#include <string.h>

#include "api_support.h"
#include "support/random.h"

enum { DOCUMENTS = 1500, WORDS = 12, RARE = 400, COUNT = 20, QUESTIONS = 600, LONGEST = 24 };

/* A word of few, and now and then of many. */
static size_t write_word(struct test_random *random, char *text)
{
    if (random_below(random, 12) == 0)
        return (size_t)sprintf(text, "rare%llu ", (unsigned long long)random_below(random, RARE));
    return (size_t)sprintf(text, "w%llu ", (unsigned long long)random_below(random, WORDS));
}

static size_t write_words(struct test_random *random, char *text, size_t words)
{
    size_t length = 0;
    for (size_t i = 0; i < words; i++)
        length += write_word(random, text + length);
    text[--length] = '\0';
    return length;
}

static void put_random(libsearch_index *index, libsearch_writer *writer, struct test_random *random, int number)
{
    static char text[16 * 700];
    char id[16];
    libsearch_document *document = libsearch_document_new(index);
    snprintf(id, sizeof id, "%d", number);
    if (random_below(random, 2) == 0)
        assert_ok(libsearch_document_set_text(
            document, "title", (libsearch_bytes){ text, write_words(random, text, 1 + random_below(random, 6)) }));
    for (int values = 1 + (int)random_below(random, 2); values > 0; values--)
        assert_ok(libsearch_document_set_text(
            document, "text", (libsearch_bytes){ text, write_words(random, text, 1 + random_size(random, 9)) }));
    /* a long phrase that some have whole */
    if (number % 50 == 0)
        assert_ok(libsearch_document_set_text(
            document, "text", text_of("w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w0 w2 w4 w6 w8 w10 w1 w3 w5 w7 w9 w11")));
    assert_ok(libsearch_writer_put(writer, text_of(id), document, NULL));
    libsearch_document_free(document);
}

static libsearch_index *make(const char *path, uint64_t seed, unsigned flags)
{
    struct test_random random = { seed };
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_field title = LIBSEARCH_FIELD_INIT;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    options.analyzer = "english";
    title.name = "title";
    title.type = LIBSEARCH_TEXT;
    title.weight = 2.5f;
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, &options, &index, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    assert_ok(libsearch_writer_add_field(writer, &title, NULL));
    for (int i = 0; i < DOCUMENTS; i++)
        put_random(index, writer, &random, i);
    assert_ok(libsearch_writer_compact(writer, flags, NULL));
    for (int i = 0; i < DOCUMENTS; i += 9) { /* deleted, or in a segment of their own */
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        if (i % 2 == 0)
            assert_ok(libsearch_writer_delete(writer, text_of(id), NULL));
        else
            put_random(index, writer, &random, i);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return index;
}

static void write_question(struct test_random *random, char *text)
{
    static const char *const forms[] = { "\"%s\"",          "+\"%s\" +w3",        "\"%s\" OR rare7",    "+\"%s\" -w5",
                                         "title:\"%s\" w2", "+w1 (\"%s\" rare3)", "+\"%s\" +\"w1 w2\"", "\"%s\"~1" };
    char phrase[LONGEST * 16];
    const uint64_t kind = random_below(random, 3);
    write_words(random, phrase, kind == 0 ? 2 : 2 + random_below(random, kind == 1 ? 3 : LONGEST - 2));
    if (random_below(random, 8) == 0) /* one that is sure to be somewhere */
        strcpy(phrase, "w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w0 w2 w4 w6 w8 w10 w1 w3 w5 w7 w9 w11");
    sprintf(text, forms[random_below(random, 2) == 0 ? 0 : random_below(random, sizeof forms / sizeof *forms)], phrase);
}

static libsearch_results *search(libsearch_index *index, const char *text, const libsearch_search_options *options)
{
    libsearch_results *results = NULL;
    libsearch_query *query = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_ok(libsearch_query_parse(index, text_of(text), 0, &query, NULL));
    if (libsearch_search_query(index, query, options, &results, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", text, error.message);
    libsearch_query_free(query);
    return results;
}

static void compare(const char *text, libsearch_results *a, libsearch_results *b, bool totals)
{
    if (libsearch_results_count(a) != libsearch_results_count(b))
        fail_msg("%s: %zu results, with biwords %zu", text, libsearch_results_count(a), libsearch_results_count(b));
    if (totals)
        assert_int_equal(libsearch_results_total(a, NULL), libsearch_results_total(b, NULL));
    for (size_t i = 0; i < libsearch_results_count(a); i++) {
        const libsearch_bytes one = libsearch_results_id(a, i), other = libsearch_results_id(b, i);
        assert_int_equal(one.length, other.length);
        assert_memory_equal(one.data, other.data, one.length);
        const float scores[] = { libsearch_results_score(a, i), libsearch_results_score(b, i) };
        assert_memory_equal(&scores[0], &scores[1], sizeof scores[0]);
    }
}

static void an_index_with_biwords_answers_as_one_without(void **state)
{
    struct test_random random = random_start(__func__);
    const uint64_t seed = random_u64(&random);
    char plain[300], with[300], text[LONGEST * 16 + 64];
    size_t found = 0, long_ones = 0;
    snprintf(plain, sizeof plain, "%s-plain", (char *)*state);
    snprintf(with, sizeof with, "%s-with", (char *)*state);
    libsearch_index *indexes[] = { make(plain, seed, 0), make(with, seed, LIBSEARCH_BIWORDS) };
    assert_ok(libsearch_check(with, NULL, NULL, NULL));
    for (int i = 0; i < QUESTIONS; i++) {
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        options.count = random_below(&random, 4) == 0 ? 0 : COUNT;
        options.total =
            random_below(&random, 2) == 0 || options.count == 0 ? LIBSEARCH_TOTAL_EXACT : LIBSEARCH_TOTAL_BOUND;
        write_question(&random, text);
        libsearch_results *a = search(indexes[0], text, &options), *b = search(indexes[1], text, &options);
        compare(text, a, b, options.total == LIBSEARCH_TOTAL_EXACT);
        found += libsearch_results_count(b) > 0;
        long_ones += strlen(text) > 80 && libsearch_results_count(b) > 0;
        libsearch_results_free(a);
        libsearch_results_free(b);
    }
    printf("%d questions, %zu with results, %zu of long phrases\n", QUESTIONS, found, long_ones);
    assert_true(found > QUESTIONS / 4 && long_ones > 5);
    for (int i = 0; i < 2; i++)
        libsearch_close(indexes[i]);
}

/* Compacted again: what has biwords and nothing to merge is left as it is; a merge drops them; asked for, they are back. */
static void they_are_made_when_they_are_asked_for(void **state)
{
    const char *path = *state;
    libsearch_writer *writer = NULL;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    uint64_t sizes[6];
    libsearch_index *index = make(path, 3, LIBSEARCH_BIWORDS);
    static const unsigned flags[] = { 0, LIBSEARCH_BIWORDS, LIBSEARCH_BIWORDS,
                                      0, LIBSEARCH_REORDER, LIBSEARCH_REORDER | LIBSEARCH_BIWORDS };
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (size_t i = 0; i < 6; i++) {
        assert_ok(libsearch_writer_compact(writer, flags[i], NULL));
        libsearch_snapshot *snapshot = NULL;
        assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
        assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
        assert_int_equal(info.segments, 1);
        sizes[i] = info.bytes;
        libsearch_snapshot_free(snapshot);
    }
    assert_true(sizes[1] > sizes[0] + sizes[0] / 50);
    assert_int_equal(sizes[2], sizes[1]);
    assert_int_equal(sizes[3], sizes[1]); /* nothing was to be merged */
    assert_true(sizes[4] < sizes[3]);
    assert_true(sizes[5] > sizes[4]);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

/* An analyzer whose words all stand in one place; one state, for one thread. */
static struct {
    libsearch_bytes text;
    size_t at;
} crowd;

static void crowd_start(void *state, libsearch_bytes text)
{
    (void)state;
    crowd.text = text;
    crowd.at = 0;
}

static int crowd_next(void *state, libsearch_token *token)
{
    (void)state;
    if (crowd.at + 4 > crowd.text.length)
        return 0;
    *token = (libsearch_token){ { crowd.text.data + crowd.at, 4 }, crowd.at, crowd.at + 4, LIBSEARCH_TOKEN_SAME_PLACE };
    crowd.at += 4;
    return 1;
}

static void too_many_words_in_one_place_are_refused_and_nothing_else_is(void **state)
{
    enum { CROWD = 65, MANY = 200 };
    const char *path = *state;
    char text[4 * CROWD + 1] = "", other[300];
    libsearch_analyzer analyzer = LIBSEARCH_ANALYZER_INIT;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    analyzer.name = "crowd";
    analyzer.version = "1";
    analyzer.start = crowd_start;
    analyzer.next = crowd_next;
    extensions.analyzers = &analyzer;
    extensions.analyzer_count = 1;
    options.extensions = &extensions;
    options.analyzer = "crowd";
    for (unsigned i = 0; i < CROWD; i++)
        sprintf(text + 4 * i, "w%03u", i);
    for (unsigned words = CROWD - 1; words <= CROWD; words++) {
        libsearch_index *index = NULL;
        libsearch_writer *writer = NULL;
        snprintf(other, sizeof other, "%s-%u", path, words);
        assert_ok(libsearch_open(other, LIBSEARCH_CREATE, &options, &index, NULL));
        assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
        for (int i = 0; i < MANY; i++) {
            char id[16];
            snprintf(id, sizeof id, "%d", i);
            libsearch_document *document = libsearch_document_new(index);
            assert_ok(libsearch_document_set_text(document, "text", (libsearch_bytes){ text, 4 * words }));
            assert_ok(libsearch_writer_put(writer, text_of(id), document, NULL));
            libsearch_document_free(document);
        }
        assert_ok(libsearch_writer_commit(writer, NULL));
        const libsearch_status status = libsearch_writer_compact(writer, LIBSEARCH_BIWORDS, &error);
        assert_int_equal(status, words < CROWD ? LIBSEARCH_OK : LIBSEARCH_LIMIT);
        if (status != LIBSEARCH_OK)
            assert_non_null(strstr(error.message, "in one place"));
        assert_ok(libsearch_writer_compact(writer, 0, NULL));
        libsearch_writer_close(writer);
        libsearch_close(index);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_with_biwords_answers_as_one_without),
        cmocka_unit_test(they_are_made_when_they_are_asked_for),
        cmocka_unit_test(too_many_words_in_one_place_are_refused_and_nothing_else_is),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
