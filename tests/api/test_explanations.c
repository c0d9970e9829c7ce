/* SPDX-License-Identifier: MIT */
/* What an explanation says, line by line, of indexes so small that all numbers are known. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include <libsearch/query.h>

#include "api_support.h"

#define TAG "a\tb\037c d~"

static libsearch_index *make_index(const char *path, const char *const *texts, size_t count)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    options.analyzer = "standard";
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, &options, &index, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (size_t i = 0; i < count; i++) {
        char id[8];
        libsearch_document *document = libsearch_document_new(index);
        snprintf(id, sizeof id, "%zu", i);
        assert_ok(libsearch_document_set_text(document, "text", text_of(texts[i])));
        assert_ok(libsearch_document_set_keyword(document, "tag", text_of(TAG)));
        assert_ok(libsearch_writer_put(writer, text_of(id), document, NULL));
        libsearch_document_free(document);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return index;
}

/* The lines of the best result, one below the other, each behind as many stars as it is deep. */
static const char *explain(libsearch_index *index, libsearch_query *query, const char *model, char *text, size_t room)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    const libsearch_explanation *lines = NULL;
    libsearch_results *results = NULL;
    size_t count = 0;
    int length = 0;
    options.model = model;
    assert_non_null(query);
    assert_ok(libsearch_search_query(index, query, &options, &results, NULL));
    assert_ok(libsearch_results_explain(results, 0, &lines, &count, NULL));
    text[0] = '\0';
    for (size_t l = 0; l < count; l++)
        length += snprintf(text + length, room - (size_t)length, "%.*s%.4f %s\n", (int)lines[l].depth, "*****",
                           (double)lines[l].value, lines[l].text);
    libsearch_results_free(results);
    libsearch_query_free(query);
    return text;
}

/* One document has each word once, in three words: W = ln(1 + 0.5 / 1.5), and i = 1 / k1 at the average length. */
static void of_one_document_the_average_is_its_length(void **state)
{
    static const char *const texts[] = { "three words here" };
    libsearch_index *index = make_index(*state, texts, 1);
    char text[2000];
    assert_string_equal(explain(index, libsearch_query_text("text", text_of("words")), "bm25:k1=2,b=0.5", text,
                                sizeof text),
                        "0.0959 \"words\": W - W / (1 + f * i)\n"
                        "*0.2877 W, weight: 1 documents have it, it stands there 1 times\n"
                        "*1.0000 f, how often it stands here\n"
                        "*0.5000 i, for a length of 3 where the average is 3\n");
    /* ln 2 (2.2 / 2.2 + 1) */
    assert_string_equal(explain(index, libsearch_query_text("text", text_of("words")), "bm25+", text, sizeof text),
                        "1.3863 \"words\": by the model's formula (docs/ranking.md)\n"
                        "*1.0000 boost times how often it is asked for: 1 documents have it, it stands there 1 times\n"
                        "*1.0000 f, how often it stands here\n"
                        "*3.0000 l, its length, where the average is 3\n");
    /* (2 / 3)^2 / 2 log2(2 pi 2 / 3) / 2 for each */
    assert_string_equal(explain(index, libsearch_query_text(NULL, text_of("words here")), "dph", text, sizeof text),
                        "0.4592 the sum of what counts below, in this order\n"
                        "*0.2296 \"words\": by the model's formula (docs/ranking.md)\n"
                        "**1.0000 boost times how often it is asked for: 1 documents have it, it stands there 1 times\n"
                        "**1.0000 f, how often it stands here\n"
                        "**3.0000 l, its length, where the average is 3\n"
                        "*0.2296 \"here\": by the model's formula (docs/ranking.md)\n"
                        "**1.0000 boost times how often it is asked for: 1 documents have it, it stands there 1 times\n"
                        "**1.0000 f, how often it stands here\n"
                        "**3.0000 l, its length, where the average is 3\n");
    libsearch_close(index);
}

/* What would break the line is shown as a blank. */
static void a_keyword_is_shown_in_one_line(void **state)
{
    static const char *const texts[] = { "", "" };
    libsearch_index *index = make_index(*state, texts, 2);
    char text[2000];
    assert_string_equal(explain(index, libsearch_query_keyword("tag", text_of(TAG)), "bm25:k1=2,b=0.5", text,
                                sizeof text),
                        "0.0608 \"a b c d~\": W - W / (1 + f * i)\n"
                        "*0.1823 W, weight: 2 documents have it, it stands there 2 times\n"
                        "*1.0000 f, how often it stands here\n"
                        "*0.5000 i, for a length of 1 where the average is 1\n");
    libsearch_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(of_one_document_the_average_is_its_length, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_keyword_is_shown_in_one_line, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
