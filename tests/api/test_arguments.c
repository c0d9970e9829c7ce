/* SPDX-License-Identifier: MIT */
/* What is asked for wrongly is refused with a message, and changes nothing. */
#include "api/api_support.h"
#include "support/unit.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define assert_refused(expression, expected, words)                                                                    \
    do {                                                                                                               \
        libsearch_error error = LIBSEARCH_ERROR_INIT;                                                                  \
        assert_int_equal(expression, expected);                                                                        \
        assert_int_equal(error.status, expected);                                                                      \
        if (strstr(error.message, words) == NULL)                                                                      \
            fail_msg("\"%s\" does not say \"%s\"", error.message, words);                                              \
    } while (0)

static void what_is_null_is_named(void **state)
{
    libsearch_index *index = open_reports(*state), *none = NULL;
    libsearch_writer *writer = NULL;
    libsearch_results *results = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_query *query = NULL;
    libsearch_document *document = NULL;
    char *text;
    assert_refused(libsearch_open(NULL, 0, NULL, &none, &error), LIBSEARCH_INVALID, "path");
    assert_refused(libsearch_open("x", 0, NULL, NULL, &error), LIBSEARCH_INVALID, "index");
    assert_refused(libsearch_writer_open(NULL, NULL, &writer, &error), LIBSEARCH_INVALID, "index");
    assert_refused(libsearch_search(index, text_of("a"), 1, NULL, &error), LIBSEARCH_INVALID, "results");
    assert_refused(libsearch_search(index, (libsearch_bytes){ NULL, 3 }, 1, &results, &error), LIBSEARCH_INVALID,
                   "query.data");
    assert_refused(libsearch_search_query(index, NULL, NULL, &results, &error), LIBSEARCH_INVALID, "query");
    assert_refused(libsearch_snapshot_open(index, NULL, &error), LIBSEARCH_INVALID, "snapshot");
    assert_refused(libsearch_snapshot_info(NULL, NULL, &error), LIBSEARCH_INVALID, "snapshot");
    assert_refused(libsearch_query_parse(NULL, text_of("a"), 0, &query, &error), LIBSEARCH_INVALID, "index");
    assert_refused(libsearch_query_print(NULL, &text, &error), LIBSEARCH_INVALID, "query");
    assert_refused(libsearch_get(index, text_of("x"), NULL, &error), LIBSEARCH_INVALID, "document");
    assert_refused(libsearch_get(index, text_of(""), &document, &error), LIBSEARCH_INVALID, "id is empty");
    assert_refused(libsearch_writer_put(NULL, text_of("x"), NULL, &error), LIBSEARCH_INVALID, "writer");
    assert_refused(libsearch_results_document(NULL, 0, NULL, &error), LIBSEARCH_INVALID, "results");
    assert_refused(libsearch_check(NULL, NULL, NULL, &error), LIBSEARCH_INVALID, "path");
    assert_null(libsearch_document_new(NULL));
    assert_int_equal(libsearch_document_set_text(NULL, "a", text_of("b")), LIBSEARCH_INVALID);
    assert_int_equal(libsearch_results_count(NULL), 0);
    assert_int_equal(libsearch_document_count(NULL), 0);
    assert_true(writer == NULL && results == NULL && snapshot == NULL && query == NULL && document == NULL);
    libsearch_close(index);
}

static void freeing_nothing_is_fine(void **state)
{
    (void)state;
    libsearch_close(NULL);
    libsearch_writer_close(NULL);
    libsearch_document_free(NULL);
    libsearch_results_free(NULL);
    libsearch_snapshot_free(NULL);
    libsearch_query_free(NULL);
    libsearch_cancel_free(NULL);
    libsearch_text_free(NULL);
}

static void an_open_that_cannot_be_says_why(void **state)
{
    libsearch_index *index = NULL;
    assert_refused(libsearch_open("", 0, NULL, &index, &error), LIBSEARCH_INVALID, "empty");
    assert_refused(libsearch_open(*state, 0, NULL, &index, &error), LIBSEARCH_NOT_FOUND, (const char *)*state);
    assert_refused(libsearch_open(*state, 1u << 30, NULL, &index, &error), LIBSEARCH_INVALID, "flags 0x40000000");
    assert_refused(libsearch_open(*state, LIBSEARCH_CREATE | LIBSEARCH_READ_ONLY, NULL, &index, &error),
                   LIBSEARCH_INVALID, "READ_ONLY");
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.analyzer = "klingon";
    assert_refused(libsearch_open(*state, LIBSEARCH_CREATE, &options, &index, &error), LIBSEARCH_INVALID, "klingon");
    assert_null(index);
}

static void options_are_read_through_their_own_size(void **state)
{
    struct {
        libsearch_search_options known;
        int64_t later; /* a field of a header to come */
    } newer = { .known = LIBSEARCH_SEARCH_OPTIONS_INIT };
    libsearch_index *index = open_reports(*state);
    libsearch_query *query = libsearch_query_text(NULL, text_of("officials"));
    libsearch_results *results = NULL;
    newer.known.size = sizeof newer;
    assert_ok(libsearch_search_query(index, query, &newer.known, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 2);
    libsearch_results_free(results);
    results = NULL;
    newer.later = 1;
    assert_refused(libsearch_search_query(index, query, &newer.known, &results, &error), LIBSEARCH_INVALID,
                   "does not know");
    newer.known.size = 0;
    assert_refused(libsearch_search_query(index, query, &newer.known, &results, &error), LIBSEARCH_INVALID, "_INIT");
    /* An older header's struct ended behind count. */
    newer.known = (libsearch_search_options)LIBSEARCH_SEARCH_OPTIONS_INIT;
    newer.known.size = offsetof(libsearch_search_options, offset);
    newer.known.count = 1;
    newer.known.offset = 1000;
    assert_ok(libsearch_search_query(index, query, &newer.known, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 1);
    libsearch_results_free(results);
    libsearch_query_free(query);
    libsearch_close(index);
}

static void options_of_a_search_are_checked(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_query *query = libsearch_query_text(NULL, text_of("officials"));
    libsearch_results *results = NULL;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.count = LIBSEARCH_MAX_RESULTS;
    assert_ok(libsearch_search_query(index, query, &options, &results, NULL));
    libsearch_results_free(results);
    results = NULL;
    options.offset = 1;
    assert_refused(libsearch_search_query(index, query, &options, &results, &error), LIBSEARCH_LIMIT, "offset");
    options.offset = SIZE_MAX;
    assert_refused(libsearch_search_query(index, query, &options, &results, &error), LIBSEARCH_LIMIT, "offset");
    options = (libsearch_search_options)LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.timeout = -1;
    assert_refused(libsearch_search_query(index, query, &options, &results, &error), LIBSEARCH_INVALID, "timeout");
    options = (libsearch_search_options)LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.model = "magic";
    assert_refused(libsearch_search_query(index, query, &options, &results, &error), LIBSEARCH_INVALID, "magic");
    options = (libsearch_search_options)LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.flags = 1u << 20;
    assert_refused(libsearch_search_query(index, query, &options, &results, &error), LIBSEARCH_INVALID, "flags");
    assert_null(results);
    libsearch_query_free(query);
    libsearch_close(index);
}

static void a_writer_checks_its_options_and_ids(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_writer *writer = NULL, *second = NULL;
    libsearch_writer_options options = LIBSEARCH_WRITER_OPTIONS_INIT;
    options.memory = 1000;
    assert_refused(libsearch_writer_open(index, &options, &writer, &error), LIBSEARCH_INVALID, "memory is 1000");
    options.memory = 16 << 20;
    options.lock_wait = -1;
    assert_refused(libsearch_writer_open(index, &options, &writer, &error), LIBSEARCH_INVALID, "lock_wait");
    options.lock_wait = 0;
    assert_ok(libsearch_writer_open(index, &options, &writer, NULL));
    assert_refused(libsearch_writer_open(index, NULL, &second, &error), LIBSEARCH_LOCKED, "");
    libsearch_document *document = libsearch_document_new(index);
    char *id = calloc(1, LIBSEARCH_MAX_ID + 1);
    assert_refused(libsearch_writer_put(writer, text_of(""), document, &error), LIBSEARCH_INVALID, "id is empty");
    assert_refused(libsearch_writer_put(writer, (libsearch_bytes){ id, LIBSEARCH_MAX_ID + 1 }, document, &error),
                   LIBSEARCH_LIMIT, "65537");
    assert_ok(libsearch_writer_put(writer, (libsearch_bytes){ id, LIBSEARCH_MAX_ID }, document, NULL));
    free(id);
    assert_refused(libsearch_writer_delete(writer, text_of("nothing"), &error), LIBSEARCH_NOT_FOUND, "");
    assert_refused(libsearch_writer_prepare(writer, (libsearch_durability)7, text_of(""), &error), LIBSEARCH_INVALID,
                   "durability 7");
    assert_refused(libsearch_writer_finish(writer, &error), LIBSEARCH_INVALID, "prepare");
    assert_refused(libsearch_writer_compact(writer, 8, &error), LIBSEARCH_INVALID, "0x8");
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void a_field_of_another_type_is_refused_by_name(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_writer *writer = NULL;
    libsearch_document *document = libsearch_document_new(index);
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    assert_ok(libsearch_document_set_integer(document, "title", 3));
    assert_int_equal(libsearch_document_set_text(document, "title", text_of("three")), LIBSEARCH_INVALID);
    assert_refused(libsearch_writer_put(writer, text_of("x"), document, &error), LIBSEARCH_INVALID, "title");
    libsearch_document_clear(document);
    assert_int_equal(libsearch_document_set_text(document, "9title", text_of("a")), LIBSEARCH_INVALID);
    assert_int_equal(libsearch_document_set_text(document, "a b", text_of("a")), LIBSEARCH_INVALID);
    assert_int_equal(libsearch_document_set_float(document, "price", NAN), LIBSEARCH_INVALID);
    char *keyword = calloc(1, LIBSEARCH_MAX_KEYWORD + 1);
    assert_int_equal(libsearch_document_set_keyword(document, "k",
                                                    (libsearch_bytes){ keyword, LIBSEARCH_MAX_KEYWORD + 1 }),
                     LIBSEARCH_LIMIT);
    assert_ok(libsearch_document_set_keyword(document, "k", (libsearch_bytes){ keyword, LIBSEARCH_MAX_KEYWORD }));
    free(keyword);
    assert_int_equal(libsearch_document_count(document), 1);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void a_query_without_meaning_is_not_made(void **state)
{
    (void)state;
    libsearch_query *word = libsearch_query_text(NULL, text_of("a"));
    const libsearch_occur bad = (libsearch_occur)9;
    const libsearch_query *none = NULL;
    assert_null(libsearch_query_boost(word, -1));
    assert_null(libsearch_query_boost(word, NAN));
    assert_null(libsearch_query_boost(NULL, 1));
    assert_null(libsearch_query_constant(word, INFINITY));
    assert_null(libsearch_query_keyword(NULL, text_of("a")));
    assert_null(libsearch_query_float_range("price", NAN, 1));
    assert_null(libsearch_query_boolean(&bad, (const libsearch_query *const *)&word, 1, 0));
    assert_null(libsearch_query_boolean((const libsearch_occur[]){ LIBSEARCH_MUST }, &none, 1, 0));
    libsearch_query_free(word);
}

static void a_field_that_a_query_names_must_be_there(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_query *query = libsearch_query_text("author", text_of("smith"));
    libsearch_results *results = NULL;
    assert_refused(libsearch_search_query(index, query, NULL, &results, &error), LIBSEARCH_INVALID, "author");
    libsearch_query_free(query);
    query = libsearch_query_integer_range("title", 1, 2);
    assert_refused(libsearch_search_query(index, query, NULL, &results, &error), LIBSEARCH_INVALID, "title");
    libsearch_query_free(query);
    libsearch_close(index);
}

static void every_status_has_a_text(void **state)
{
    (void)state;
    for (int status = LIBSEARCH_OK; status <= LIBSEARCH_STALE; status++)
        assert_true(strlen(libsearch_status_text((libsearch_status)status)) > 2);
    assert_string_equal(libsearch_status_text((libsearch_status)-1), "unknown status");
    assert_string_equal(libsearch_status_text((libsearch_status)1000), "unknown status");
    assert_string_equal(libsearch_version(), "0.1.0");
}

#define with_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_folder(what_is_null_is_named),
        cmocka_unit_test(freeing_nothing_is_fine),
        with_folder(an_open_that_cannot_be_says_why),
        with_folder(options_are_read_through_their_own_size),
        with_folder(options_of_a_search_are_checked),
        with_folder(a_writer_checks_its_options_and_ids),
        with_folder(a_field_of_another_type_is_refused_by_name),
        cmocka_unit_test(a_query_without_meaning_is_not_made),
        with_folder(a_field_that_a_query_names_must_be_there),
        cmocka_unit_test(every_status_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
