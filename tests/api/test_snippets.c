/* SPDX-License-Identifier: MIT */
/* Snippets as byte ranges: several fragments, by sentences, whatever found the words, at bounded cost. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api_support.h"

static const char story[] =
    "The harbour was empty. Nobody knew why the boats had gone, nor where they were now. "
    "Some said that the cooperation of the towns had ended that winter, when the ice came. "
    "Others remembered happily how they used to sing there on long evenings of every summer. "
    "Long ago, before all of this, the officials of both towns had agreed on a bridge <of stone>. "
    "It was never built. The harbour stayed as it was, and so did those who lived beside it.";

static libsearch_index *open_story(const char *path, const char *text, size_t length)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    options.analyzer = "english";
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, &options, &index, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index);
    assert_ok(libsearch_document_set_text(document, "text", (libsearch_bytes){ text, length }));
    assert_ok(libsearch_writer_put(writer, text_of("story"), document, NULL));
    libsearch_document_free(document);
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return index;
}

static libsearch_results *found(libsearch_index *index, const char *query)
{
    libsearch_results *results = NULL;
    assert_ok(libsearch_search(index, text_of(query), 1, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 1);
    return results;
}

/* The fragments with their marks in brackets, bars between. */
static void expect(libsearch_index *index, const char *query, size_t max_bytes, size_t count, const char *wanted)
{
    libsearch_results *results = found(index, query);
    libsearch_snippet_options options = LIBSEARCH_SNIPPET_OPTIONS_INIT;
    const libsearch_fragment *fragments = NULL;
    libsearch_bytes text;
    size_t given = 0, length = 0;
    char all[2000] = "";
    options.max_bytes = max_bytes;
    options.count = count;
    assert_ok(libsearch_results_fragments(results, 0, &options, &text, &fragments, &given, NULL));
    assert_true(given <= count);
    for (size_t i = 0; i < given; i++) {
        size_t at = fragments[i].range.start;
        length += (size_t)sprintf(all + length, "%s", i > 0 ? " | " : "");
        assert_true(i == 0 || fragments[i - 1].range.end <= at);
        for (size_t m = 0; m < fragments[i].mark_count; m++) {
            const libsearch_range mark = fragments[i].marks[m];
            assert_true(mark.start >= at && mark.end <= fragments[i].range.end);
            length += (size_t)sprintf(all + length, "%.*s[%.*s]", (int)(mark.start - at), text.data + at,
                                      (int)(mark.end - mark.start), text.data + mark.start);
            at = mark.end;
        }
        length += (size_t)sprintf(all + length, "%.*s", (int)(fragments[i].range.end - at), text.data + at);
    }
    libsearch_results_free(results);
    if (strcmp(all, wanted) != 0)
        fail_msg("%s:\n%s\nshould be\n%s", query, all, wanted);
}

static void several_fragments_are_whole_sentences_where_these_are_near(void **state)
{
    libsearch_index *index = open_story(*state, story, sizeof story - 1);
    expect(index, "bridge harbour", 100, 2,
           "The [harbour] was empty. Nobody knew why the boats had gone, nor where they were now. | "
           "had agreed on a [bridge] <of stone>. It was never built. The [harbour] stayed as it was, and so did");
    expect(index, "harbour", 90, 3,
           "The [harbour] was empty. Nobody knew why the boats had gone, nor where they were now. | "
           "The [harbour] stayed as it was, and so did those who lived beside it.");
    libsearch_close(index);
}

/* The first word that is marked. */
static void expect_mark(libsearch_index *index, const char *query, const char *wanted)
{
    libsearch_results *results = found(index, query);
    const libsearch_fragment *fragments = NULL;
    libsearch_bytes text;
    size_t count = 0;
    assert_ok(libsearch_results_fragments(results, 0, NULL, &text, &fragments, &count, NULL));
    assert_true(count > 0 && fragments[0].mark_count > 0);
    const libsearch_range mark = fragments[0].marks[0];
    if (mark.end - mark.start != strlen(wanted) || memcmp(text.data + mark.start, wanted, strlen(wanted)) != 0)
        fail_msg("%s: %.*s, should be %s", query, (int)(mark.end - mark.start), text.data + mark.start, wanted);
    libsearch_results_free(results);
}

static void words_are_marked_however_they_were_found(void **state)
{
    libsearch_index *index = open_story(*state, story, sizeof story - 1);
    expect(index, "agreeing bridges", 70, 1, "both towns had [agreed] on a [bridge] <of stone>. It was never built.");
    expect_mark(index, "happ*", "happily");
    expect_mark(index, "coperation~", "cooperation");
    expect_mark(index, "/offic.*s/", "officials");
    expect_mark(index, "text:[bride TO bridges}", "bridge");
    libsearch_close(index);
}

static void fragments_are_written_as_html_and_for_terminals(void **state)
{
    libsearch_index *index = open_story(*state, story, sizeof story - 1);
    libsearch_results *results = found(index, "bridge stone");
    libsearch_snippet_options options = LIBSEARCH_SNIPPET_OPTIONS_INIT;
    const libsearch_fragment *fragments = NULL;
    libsearch_bytes text;
    size_t count = 0;
    char *written = NULL;
    options.max_bytes = 30;
    options.count = 1;
    assert_ok(libsearch_results_fragments(results, 0, &options, &text, &fragments, &count, NULL));
    assert_ok(libsearch_fragment_write(text, fragments, LIBSEARCH_HTML, &written, NULL));
    assert_non_null(strstr(written, "<b>bridge</b> &lt;of <b>stone</b>&gt;"));
    libsearch_text_free(written);
    assert_ok(libsearch_fragment_write(text, fragments, LIBSEARCH_TERMINAL, &written, NULL));
    assert_non_null(strstr(written, "\x1B[1mbridge\x1B[22m <of"));
    libsearch_text_free(written);
    const libsearch_range marks[] = { { 4, 6 }, { 5, 7 } };
    libsearch_fragment wrong = { { 0, 10 }, marks, 2 };
    assert_int_equal(libsearch_fragment_write(text, &wrong, LIBSEARCH_HTML, &written, NULL), LIBSEARCH_INVALID);
    wrong = (libsearch_fragment){ { 5, text.length + 1 }, NULL, 0 };
    assert_int_equal(libsearch_fragment_write(text, &wrong, LIBSEARCH_HTML, &written, NULL), LIBSEARCH_INVALID);
    options.count = LIBSEARCH_MAX_FRAGMENTS + 1;
    assert_int_equal(libsearch_results_fragments(results, 0, &options, &text, &fragments, &count, NULL),
                     LIBSEARCH_LIMIT);
    options.count = LIBSEARCH_MAX_FRAGMENTS;
    assert_ok(libsearch_results_fragments(results, 0, &options, &text, &fragments, &count, NULL));
    options.field = "nowhere";
    assert_int_equal(libsearch_results_fragments(results, 0, &options, &text, &fragments, &count, NULL),
                     LIBSEARCH_NOT_FOUND);
    libsearch_results_free(results);
    libsearch_close(index);
}

/* What is read is bounded, not timed: of a word everywhere, occurrences of the first piece alone. */
static void a_document_of_ten_megabytes_costs_no_more_than_its_first_piece(void **state)
{
    const size_t length = 10 << 20;
    char *text = malloc(length + 1);
    for (size_t at = 0; at < length; at += 16)
        memcpy(text + at, "harbour bridges ", 16);
    memcpy(text + length - 16, "cathedral towns ", 16);
    libsearch_index *index = open_story(*state, text, length);
    libsearch_results *results = found(index, "harbour bridge cathedral");
    libsearch_snippet_options options = LIBSEARCH_SNIPPET_OPTIONS_INIT;
    const libsearch_fragment *fragments = NULL;
    libsearch_bytes stored;
    size_t count = 0;
    struct timespec begin, end;
    options.count = LIBSEARCH_MAX_FRAGMENTS;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    assert_ok(libsearch_results_fragments(results, 0, &options, &stored, &fragments, &count, NULL));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    print_message("%zu fragments, %.1f ms with fetching\n", count,
                  (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6);
    assert_int_equal(count, LIBSEARCH_MAX_FRAGMENTS);
    assert_true(fragments[count - 1].range.end <= (size_t)1 << 20);
    libsearch_results_free(results);
    libsearch_close(index);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(several_fragments_are_whole_sentences_where_these_are_near, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(words_are_marked_however_they_were_found, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(fragments_are_written_as_html_and_for_terminals, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_document_of_ten_megabytes_costs_no_more_than_its_first_piece, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
