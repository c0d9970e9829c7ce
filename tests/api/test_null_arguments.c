/* SPDX-License-Identifier: MIT */
/* Every pointer that must not be NULL, of every function that can say so, is refused by its function's and its own name;
 * nothing is given out, and what only looks gives nothing. */
#include "api/api_support.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

static struct {
    libsearch_index *index;
    libsearch_writer *writer;
    libsearch_snapshot *snapshot;
    libsearch_document *document;
    libsearch_query *query;
    libsearch_results *results;
    libsearch_synonyms *synonyms;
    libsearch_watch *watch;
    libsearch_watcher *watcher;
    size_t cases;
} all;

static const libsearch_bytes NO_DATA = { NULL, 3 };

static int open_all(void **state)
{
    assert_int_equal(make_folder(state), 0);
    memset(&all, 0, sizeof all);
    all.index = open_reports(*state);
    assert_ok(libsearch_writer_open(all.index, NULL, &all.writer, NULL));
    assert_ok(libsearch_snapshot_open(all.index, &all.snapshot, NULL));
    all.document = libsearch_document_new(all.index);
    all.query = libsearch_query_text(NULL, text_of("officials"));
    assert_ok(libsearch_search(all.index, text_of("officials"), 10, &all.results, NULL));
    assert_ok(libsearch_synonyms_new(&all.synonyms, NULL));
    assert_ok(libsearch_watch_new(NULL, &all.watch, NULL));
    assert_ok(libsearch_watcher_open(all.watch, NULL, &all.watcher, NULL));
    return 0;
}

static int close_all(void **state)
{
    libsearch_watcher_close(all.watcher);
    libsearch_watch_free(all.watch);
    libsearch_synonyms_free(all.synonyms);
    libsearch_results_free(all.results);
    libsearch_query_free(all.query);
    libsearch_document_free(all.document);
    libsearch_snapshot_free(all.snapshot);
    libsearch_writer_close(all.writer);
    libsearch_close(all.index);
    return remove_folder(state);
}

/* The call refuses and says `words`, which is the name of an argument, and the function's name. With no error to say it
 * in, it refuses all the same. */
#define REFUSED(function, words, ...)                                                                                  \
    do {                                                                                                               \
        libsearch_error said = LIBSEARCH_ERROR_INIT, *error = &said;                                                   \
        assert_int_equal(function(__VA_ARGS__), LIBSEARCH_INVALID);                                                    \
        if (said.status != LIBSEARCH_INVALID || strstr(said.message, words) == NULL ||                                 \
            strstr(said.message, #function) == NULL)                                                                   \
            fail_msg("%s says '%s' of %s", #function, said.message, words);                                            \
        error = NULL;                                                                                                  \
        assert_int_equal(function(__VA_ARGS__), LIBSEARCH_INVALID);                                                    \
        all.cases++;                                                                                                   \
    } while (0)

static void of_an_index_and_its_writer(void **state)
{
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_document *document = NULL;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    uint64_t count;
    (void)state;
    REFUSED(libsearch_open, "path", NULL, 0, NULL, &index, error);
    REFUSED(libsearch_open, "index", "x", 0, NULL, NULL, error);
    REFUSED(libsearch_writer_open, "index", NULL, NULL, &writer, error);
    REFUSED(libsearch_writer_open, "writer", all.index, NULL, NULL, error);
    REFUSED(libsearch_writer_add_field, "writer", NULL, &field, error);
    REFUSED(libsearch_writer_add_field, "field", all.writer, NULL, error);
    REFUSED(libsearch_writer_add_field, "field.name", all.writer, &field, error);
    REFUSED(libsearch_writer_put, "writer", NULL, text_of("a"), all.document, error);
    REFUSED(libsearch_writer_put, "document", all.writer, text_of("a"), NULL, error);
    REFUSED(libsearch_writer_put, "id", all.writer, NO_DATA, all.document, error);
    REFUSED(libsearch_writer_put_if_absent, "writer", NULL, text_of("a"), all.document, error);
    REFUSED(libsearch_writer_put_if_absent, "document", all.writer, text_of("a"), NULL, error);
    REFUSED(libsearch_writer_delete, "writer", NULL, text_of("a"), error);
    REFUSED(libsearch_writer_delete, "id", all.writer, NO_DATA, error);
    REFUSED(libsearch_writer_delete_matching, "writer", NULL, all.query, &count, error);
    REFUSED(libsearch_writer_delete_matching, "query", all.writer, NULL, &count, error);
    REFUSED(libsearch_writer_prepare, "writer", NULL, LIBSEARCH_DURABLE, text_of(""), error);
    REFUSED(libsearch_writer_prepare, "bytes", all.writer, LIBSEARCH_DURABLE, NO_DATA, error);
    REFUSED(libsearch_writer_finish, "writer", NULL, error);
    REFUSED(libsearch_writer_cancel, "writer", NULL, error);
    REFUSED(libsearch_writer_commit, "writer", NULL, error);
    REFUSED(libsearch_writer_refresh, "writer", NULL, error);
    REFUSED(libsearch_writer_rollback, "writer", NULL, error);
    REFUSED(libsearch_writer_compact, "writer", NULL, 0, error);
    REFUSED(libsearch_snapshot_open, "index", NULL, &snapshot, error);
    REFUSED(libsearch_snapshot_open, "snapshot", all.index, NULL, error);
    REFUSED(libsearch_snapshot_info, "snapshot", NULL, &info, error);
    REFUSED(libsearch_snapshot_info, "info", all.snapshot, NULL, error);
    REFUSED(libsearch_snapshot_backup, "snapshot", NULL, "x", NULL, error);
    REFUSED(libsearch_snapshot_backup, "path", all.snapshot, NULL, NULL, error);
    REFUSED(libsearch_snapshot_backup, "path", all.snapshot, "", NULL, error);
    REFUSED(libsearch_get, "index", NULL, text_of("a"), &document, error);
    REFUSED(libsearch_get, "document", all.index, text_of("a"), NULL, error);
    REFUSED(libsearch_get, "id", all.index, NO_DATA, &document, error);
    REFUSED(libsearch_check, "path", NULL, NULL, NULL, error);
    assert_true(index == NULL && writer == NULL && snapshot == NULL && document == NULL);
}

static void of_searches_and_their_results(void **state)
{
    libsearch_results *results = NULL;
    libsearch_query *query = NULL;
    libsearch_filter *filter = NULL;
    libsearch_bytes bytes;
    const libsearch_document *document = NULL;
    const libsearch_explanation *lines;
    const libsearch_fragment *fragments;
    const libsearch_fragment whole = { { 0, 1 }, NULL, 0 };
    size_t count;
    char *text = NULL;
    (void)state;
    REFUSED(libsearch_search, "index", NULL, text_of("a"), 1, &results, error);
    REFUSED(libsearch_search, "results", all.index, text_of("a"), 1, NULL, error);
    REFUSED(libsearch_search, "query.data", all.index, NO_DATA, 1, &results, error);
    REFUSED(libsearch_search_query, "index", NULL, all.query, NULL, &results, error);
    REFUSED(libsearch_snapshot_search, "snapshot", NULL, all.query, NULL, &results, error);
    REFUSED(libsearch_snapshot_search, "query", all.snapshot, NULL, NULL, &results, error);
    REFUSED(libsearch_snapshot_search, "results", all.snapshot, all.query, NULL, NULL, error);
    REFUSED(libsearch_filter_new, "snapshot", NULL, all.query, NULL, &filter, error);
    REFUSED(libsearch_filter_new, "query", all.snapshot, NULL, NULL, &filter, error);
    REFUSED(libsearch_filter_new, "filter", all.snapshot, all.query, NULL, NULL, error);
    REFUSED(libsearch_query_parse, "index", NULL, text_of("a"), 0, &query, error);
    REFUSED(libsearch_query_parse, "query", all.index, text_of("a"), 0, NULL, error);
    REFUSED(libsearch_query_parse, "text", all.index, NO_DATA, 0, &query, error);
    REFUSED(libsearch_query_print, "query", NULL, &text, error);
    REFUSED(libsearch_query_print, "text", all.query, NULL, error);
    REFUSED(libsearch_results_document, "results", NULL, 0, &document, error);
    REFUSED(libsearch_results_document, "document", all.results, 0, NULL, error);
    REFUSED(libsearch_results_snippet, "results", NULL, 0, NULL, 80, LIBSEARCH_PLAIN, &bytes, error);
    REFUSED(libsearch_results_snippet, "snippet", all.results, 0, NULL, 80, LIBSEARCH_PLAIN, NULL, error);
    REFUSED(libsearch_results_fragments, "results", NULL, 0, NULL, &bytes, &fragments, &count, error);
    REFUSED(libsearch_results_fragments, "text", all.results, 0, NULL, NULL, &fragments, &count, error);
    REFUSED(libsearch_results_fragments, "fragments", all.results, 0, NULL, &bytes, NULL, &count, error);
    REFUSED(libsearch_results_fragments, "count", all.results, 0, NULL, &bytes, &fragments, NULL, error);
    REFUSED(libsearch_fragment_write, "fragment", text_of("a"), NULL, LIBSEARCH_PLAIN, &text, error);
    REFUSED(libsearch_fragment_write, "written", text_of("a"), &whole, LIBSEARCH_PLAIN, NULL, error);
    REFUSED(libsearch_fragment_write, "text", NO_DATA, &whole, LIBSEARCH_PLAIN, &text, error);
    REFUSED(libsearch_results_cursor, "results", NULL, 0, &bytes, error);
    REFUSED(libsearch_results_cursor, "cursor", all.results, 0, NULL, error);
    REFUSED(libsearch_results_explain, "results", NULL, 0, &lines, &count, error);
    REFUSED(libsearch_results_explain, "lines", all.results, 0, NULL, &count, error);
    REFUSED(libsearch_results_explain, "count", all.results, 0, &lines, NULL, error);
    assert_true(results == NULL && query == NULL && filter == NULL && document == NULL && text == NULL);
}

static void of_what_goes_beyond_a_search(void **state)
{
    libsearch_query *query = NULL;
    libsearch_suggestions *suggestions = NULL;
    libsearch_duplicates *duplicates = NULL;
    libsearch_synonyms *synonyms = NULL;
    const libsearch_bytes one[] = { { "a", 1 } }, two[] = { { "a", 1 }, { "b", 1 } },
                          none[] = { { NULL, 1 }, { "b", 1 } };
    (void)state;
    REFUSED(libsearch_query_feedback, "snapshot", NULL, all.query, one, NULL, 1, NULL, &query, error);
    REFUSED(libsearch_query_feedback, "ids", all.snapshot, all.query, NULL, NULL, 1, NULL, &query, error);
    REFUSED(libsearch_query_feedback, "expanded", all.snapshot, all.query, one, NULL, 1, NULL, NULL, error);
    REFUSED(libsearch_query_similar, "snapshot", NULL, text_of("a"), 5, &query, error);
    REFUSED(libsearch_query_similar, "query", all.snapshot, text_of("a"), 5, NULL, error);
    REFUSED(libsearch_query_similar, "text", all.snapshot, NO_DATA, 5, &query, error);
    REFUSED(libsearch_query_expand, "index", NULL, all.query, all.synonyms, &query, error);
    REFUSED(libsearch_query_expand, "query", all.index, NULL, all.synonyms, &query, error);
    REFUSED(libsearch_query_expand, "synonyms", all.index, all.query, NULL, &query, error);
    REFUSED(libsearch_query_expand, "expanded", all.index, all.query, all.synonyms, NULL, error);
    REFUSED(libsearch_complete, "index", NULL, text_of("a"), NULL, &suggestions, error);
    REFUSED(libsearch_correct, "index", NULL, text_of("a"), NULL, &suggestions, error);
    REFUSED(libsearch_snapshot_complete, "snapshot", NULL, text_of("a"), NULL, &suggestions, error);
    REFUSED(libsearch_snapshot_complete, "suggestions", all.snapshot, text_of("a"), NULL, NULL, error);
    REFUSED(libsearch_snapshot_complete, "text", all.snapshot, NO_DATA, NULL, &suggestions, error);
    REFUSED(libsearch_snapshot_correct, "snapshot", NULL, text_of("a"), NULL, &suggestions, error);
    REFUSED(libsearch_snapshot_correct, "suggestions", all.snapshot, text_of("a"), NULL, NULL, error);
    REFUSED(libsearch_snapshot_correct, "text", all.snapshot, NO_DATA, NULL, &suggestions, error);
    REFUSED(libsearch_duplicates_of, "snapshot", NULL, text_of("a"), NULL, &duplicates, error);
    REFUSED(libsearch_duplicates_of, "duplicates", all.snapshot, text_of("a"), NULL, NULL, error);
    REFUSED(libsearch_duplicates_of, "id", all.snapshot, text_of(""), NULL, &duplicates, error);
    REFUSED(libsearch_duplicates_list, "snapshot", NULL, NULL, &duplicates, error);
    REFUSED(libsearch_duplicates_list, "duplicates", all.snapshot, NULL, NULL, error);
    REFUSED(libsearch_duplicates_fold, "results", NULL, NULL, &duplicates, error);
    REFUSED(libsearch_duplicates_fold, "duplicates", all.results, NULL, NULL, error);
    REFUSED(libsearch_synonyms_new, "synonyms", NULL, error);
    REFUSED(libsearch_synonyms_parse, "synonyms", NULL, text_of("a, b"), error);
    REFUSED(libsearch_synonyms_parse, "text", all.synonyms, NO_DATA, error);
    assert_status(libsearch_synonyms_add(NULL, two, 2, NULL, 0, NULL), LIBSEARCH_INVALID);
    assert_status(libsearch_synonyms_add(all.synonyms, NULL, 2, NULL, 0, NULL), LIBSEARCH_INVALID);
    assert_status(libsearch_synonyms_add(all.synonyms, two, 0, NULL, 0, NULL), LIBSEARCH_INVALID);
    assert_status(libsearch_synonyms_add(all.synonyms, one, 1, NULL, 0, NULL), LIBSEARCH_INVALID);
    assert_status(libsearch_synonyms_add(all.synonyms, two, 2, NULL, 1, NULL), LIBSEARCH_INVALID);
    assert_status(libsearch_synonyms_add(all.synonyms, one, 1, two, 0, NULL), LIBSEARCH_INVALID);
    assert_status(libsearch_synonyms_add(all.synonyms, none, 2, NULL, 0, NULL), LIBSEARCH_INVALID);
    assert_status(libsearch_synonyms_add(all.synonyms, one, 1, none, 1, NULL), LIBSEARCH_INVALID);
    assert_true(query == NULL && suggestions == NULL && duplicates == NULL && synonyms == NULL);
}

static void of_saved_queries(void **state)
{
    libsearch_watch *watch = NULL;
    libsearch_watcher *watcher = NULL;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    libsearch_watch_options options = LIBSEARCH_WATCH_OPTIONS_INIT;
    const libsearch_watch_word *words;
    size_t count;
    char *text = NULL;
    (void)state;
    REFUSED(libsearch_watch_new, "watch", NULL, NULL, error);
    options.field_count = 1;
    REFUSED(libsearch_watch_new, "options.fields", &options, &watch, error);
    REFUSED(libsearch_watch_add_field, "watch", NULL, &field, error);
    REFUSED(libsearch_watch_add_field, "field", all.watch, NULL, error);
    REFUSED(libsearch_watch_add, "watch", NULL, text_of("a"), all.query, error);
    REFUSED(libsearch_watch_add, "query", all.watch, text_of("a"), NULL, error);
    REFUSED(libsearch_watch_add, "id", all.watch, text_of(""), all.query, error);
    REFUSED(libsearch_watch_add_text, "watch", NULL, text_of("a"), text_of("a"), 0, NULL, NULL, error);
    REFUSED(libsearch_watch_add_text, "text", all.watch, text_of("a"), NO_DATA, 0, NULL, NULL, error);
    REFUSED(libsearch_watch_remove, "watch", NULL, text_of("a"), error);
    REFUSED(libsearch_watch_remove, "id", all.watch, text_of(""), error);
    REFUSED(libsearch_watch_get, "watch", NULL, text_of("a"), &text, error);
    REFUSED(libsearch_watch_get, "text", all.watch, text_of("a"), NULL, error);
    REFUSED(libsearch_watch_get, "id", all.watch, text_of(""), &text, error);
    REFUSED(libsearch_watch_save, "watch", NULL, "x", error);
    REFUSED(libsearch_watch_save, "path", all.watch, NULL, error);
    REFUSED(libsearch_watch_save, "names no file", all.watch, "/tmp/", error);
    REFUSED(libsearch_watch_save, "names no file", all.watch, "", error);
    REFUSED(libsearch_watch_load, "path", NULL, NULL, &watch, error);
    REFUSED(libsearch_watch_load, "watch", "x", NULL, NULL, error);
    options.field_count = 0;
    options.analyzer = "english";
    REFUSED(libsearch_watch_load, "analyzer and fields are the file's", "x", &options, &watch, error);
    options.like = all.index;
    REFUSED(libsearch_watch_new, "an index that says them", &options, &watch, error);
    REFUSED(libsearch_watcher_open, "watch", NULL, NULL, &watcher, error);
    REFUSED(libsearch_watcher_open, "watcher", all.watch, NULL, NULL, error);
    REFUSED(libsearch_watcher_match, "watcher", NULL, all.document, &count, error);
    REFUSED(libsearch_watcher_match, "document", all.watcher, NULL, &count, error);
    REFUSED(libsearch_watcher_words, "watcher", NULL, 0, &words, &count, error);
    REFUSED(libsearch_watcher_words, "words", all.watcher, 0, NULL, &count, error);
    REFUSED(libsearch_watcher_words, "count", all.watcher, 0, &words, NULL, error);
    assert_true(watch == NULL && watcher == NULL && text == NULL);
}

/* What of three is missing, the functions of an allocator cannot be. */
static void of_an_allocator(void **state)
{
    libsearch_allocator whole = { NULL, NULL, NULL, NULL };
    libsearch_watch_options options = LIBSEARCH_WATCH_OPTIONS_INIT;
    libsearch_open_options opening = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_watch *watch = NULL;
    libsearch_index *index = NULL;
    (void)state;
    options.allocator = opening.allocator = &whole;
    REFUSED(libsearch_watch_new, "allocator", &options, &watch, error);
    REFUSED(libsearch_watch_load, "allocator", "x", &options, &watch, error);
    REFUSED(libsearch_open, "allocator", "x", LIBSEARCH_CREATE, &opening, &index, error);
    assert_true(watch == NULL && index == NULL);
}

/* Queries say it by being none. */
static void queries_of_nothing_are_not_made(void **state)
{
    const libsearch_query *parts[] = { all.query, NULL };
    const libsearch_occur occurs[] = { LIBSEARCH_MUST, LIBSEARCH_MUST };
    const char *fields[] = { "title", NULL };
    const libsearch_bytes low = { "a", 1 };
    (void)state;
    assert_null(libsearch_query_text(NULL, NO_DATA));
    assert_null(libsearch_query_phrase(NULL, NO_DATA, 0));
    assert_null(libsearch_query_prefix(NULL, NO_DATA));
    assert_null(libsearch_query_keyword(NULL, low));
    assert_null(libsearch_query_keyword("tag", NO_DATA));
    assert_null(libsearch_query_exists(NULL));
    assert_null(libsearch_query_integer_range(NULL, 1, 2));
    assert_null(libsearch_query_boost(NULL, 1));
    assert_null(libsearch_query_constant(NULL, 1));
    assert_null(libsearch_query_filter(NULL));
    assert_null(libsearch_query_boolean(NULL, parts, 1, 0));
    assert_null(libsearch_query_boolean(occurs, NULL, 1, 0));
    assert_null(libsearch_query_boolean(occurs, parts, 2, 0));
    assert_null(libsearch_query_boolean(occurs, parts, LIBSEARCH_MAX_CLAUSES + 1, 0));
    assert_null(libsearch_query_near(NULL, 1, 3, 0));
    assert_null(libsearch_query_near(parts, 2, 3, 0));
    assert_null(libsearch_query_near(parts, LIBSEARCH_MAX_CLAUSES + 1, 3, 0));
    assert_null(libsearch_query_best(NULL, 1, 0));
    assert_null(libsearch_query_best(parts, 2, 0));
    assert_null(libsearch_query_best(parts, LIBSEARCH_MAX_CLAUSES + 1, 0));
    assert_null(libsearch_query_fields(NULL, NULL, 1, low, LIBSEARCH_FIELDS_BEST, 0));
    assert_null(libsearch_query_fields(fields, NULL, 2, low, LIBSEARCH_FIELDS_BEST, 0));
    assert_null(libsearch_query_fields(fields, NULL, 0, low, LIBSEARCH_FIELDS_BEST, 0));
    assert_null(libsearch_query_fields(fields, NULL, LIBSEARCH_MAX_FIELDS + 1, low, LIBSEARCH_FIELDS_BEST, 0));
    assert_null(libsearch_query_fields(fields, NULL, 1, low, (libsearch_fields_as)9, 0));
    assert_null(libsearch_query_fields(fields, NULL, 1, low, LIBSEARCH_FIELDS_BEST, 1u << 30));
    assert_null(libsearch_query_word_range(NULL, &NO_DATA, NULL, 0));
    assert_null(libsearch_query_word_range(NULL, NULL, &NO_DATA, 0));
    assert_null(libsearch_query_word_range(NULL, NULL, NULL, 0));
    assert_null(libsearch_query_word_range(NULL, &low, NULL, 1u << 30));
    assert_null(libsearch_query_fuzzy(NULL, low, LIBSEARCH_MAX_EDITS + 1));
    assert_null(libsearch_query_fuzzy_as(NULL, low, 1, 256));
    libsearch_query *widest = libsearch_query_fuzzy_as(NULL, low, 1, 255);
    assert_non_null(widest);
    libsearch_query_free(widest);
}

static void looking_at_nothing_gives_nothing(void **state)
{
    uint64_t least = 7, most = 7;
    size_t position = 7;
    int exact = 7;
    (void)state;
    assert_int_equal(libsearch_field_count(NULL), 0);
    assert_int_equal(libsearch_results_count(NULL), 0);
    assert_null(libsearch_results_id(NULL, 0).data);
    assert_null(libsearch_results_id(all.results, 99).data);
    assert_true(libsearch_results_score(NULL, 0) == 0);
    assert_true(libsearch_results_score(all.results, 99) == 0);
    assert_int_equal(libsearch_results_total(NULL, &exact), 0);
    assert_int_equal(exact, 0);
    assert_int_equal(libsearch_results_estimate(NULL, &least, &most), 0);
    assert_true(least == 0 && most == 0);
    assert_null(libsearch_results_facet(NULL, 0));
    assert_null(libsearch_results_facet(all.results, 0));
    assert_int_equal(libsearch_results_folded(NULL, 0), 0);
    assert_int_equal(libsearch_results_folded(all.results, 99), 0);
    assert_int_equal(libsearch_results_folded(all.results, 0), 0);
    assert_int_equal(libsearch_results_warning_count(NULL), 0);
    assert_string_equal(libsearch_results_warning(NULL, 0, &position), "");
    assert_string_equal(libsearch_results_warning(all.results, 99, NULL), "");
    assert_int_equal(libsearch_results_exhaustive(NULL), 0);
    assert_int_equal(libsearch_suggestions_count(NULL), 0);
    assert_null(libsearch_suggestions_text(NULL, 0).data);
    assert_int_equal(libsearch_suggestions_range(NULL, 0).end, 0);
    assert_int_equal(libsearch_suggestions_frequency(NULL, 0), 0);
    assert_int_equal(libsearch_duplicates_count(NULL), 0);
    assert_int_equal(libsearch_duplicates_size(NULL, 0), 0);
    assert_null(libsearch_duplicates_at(NULL, 0, 0).id.data);
    assert_int_equal(libsearch_filter_count(NULL), 0);
    assert_int_equal(libsearch_watch_count(NULL), 0);
    assert_null(libsearch_watch_document(NULL));
    assert_null(libsearch_watcher_id(NULL, 0).data);
    assert_null(libsearch_watcher_id(all.watcher, 0).data);
    assert_null(libsearch_document_new(NULL));
    assert_int_equal(libsearch_document_count(NULL), 0);
    assert_null(libsearch_document_bytes(NULL, "title").data);
    libsearch_filter_free(NULL);
    libsearch_suggestions_free(NULL);
    libsearch_duplicates_free(NULL);
    libsearch_synonyms_free(NULL);
    libsearch_watcher_close(NULL);
    libsearch_watch_free(NULL);
    libsearch_memory_storage_free(NULL);
    libsearch_cancel_raise(NULL);
}

#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ALL(of_an_index_and_its_writer),
        WITH_ALL(of_searches_and_their_results),
        WITH_ALL(of_what_goes_beyond_a_search),
        WITH_ALL(of_saved_queries),
        WITH_ALL(of_an_allocator),
        WITH_ALL(queries_of_nothing_are_not_made),
        WITH_ALL(looking_at_nothing_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
