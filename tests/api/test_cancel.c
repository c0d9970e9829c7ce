/* SPDX-License-Identifier: MIT */
/* Whatever may take long stops when it is cancelled, when its time is over, and when it would take too much memory: each
 * function that takes such options, on an index of some thousand documents. */
#include "api/api_support.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

enum { DOCUMENTS = 4000 };

static libsearch_index *index_;
static libsearch_snapshot *snapshot;
static libsearch_cancel *cancel;

static int open_all(void **state)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    libsearch_writer *writer;
    assert_int_equal(make_folder(state), 0);
    field.name = "text";
    field.flags = LIBSEARCH_FIELD_SIGNATURE;
    options.fields = &field;
    options.field_count = 1;
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, &options, &index_, NULL));
    assert_ok(libsearch_writer_open(index_, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index_);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        char id[16], text[200];
        snprintf(id, sizeof id, "%u", i);
        snprintf(text, sizeof text, "alpha beta w%u w%u w%u gamma a%u delta epsilon word%u", i % 97, i % 89, i % 83, i,
                 i / 4);
        libsearch_document_clear(document);
        assert_ok(libsearch_document_set_text(document, "text", text_of(text)));
        assert_ok(libsearch_document_set_integer(document, "number", (int64_t)i));
        assert_ok(libsearch_writer_put(writer, text_of(id), document, NULL));
    }
    libsearch_document_free(document);
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    assert_ok(libsearch_snapshot_open(index_, &snapshot, NULL));
    cancel = libsearch_cancel_new();
    return 0;
}

static int close_all(void **state)
{
    libsearch_cancel_free(cancel);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index_);
    return remove_folder(state);
}

/* What a call is given. */
struct limits {
    libsearch_cancel *cancel;
    int64_t timeout;
    size_t memory;
};

static libsearch_status search(const char *text, const struct limits *limits, unsigned way)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_facet facet = LIBSEARCH_FACET_INIT;
    libsearch_sort sort = { "number", 0 };
    libsearch_query *query = NULL;
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    options.cancel = limits->cancel;
    options.timeout = limits->timeout;
    options.memory = limits->memory;
    facet.field = "number";
    options.facets = &facet;
    options.facet_count = way == 1;
    options.sort = &sort;
    options.sort_count = way == 2;
    options.total = way == 3 ? LIBSEARCH_TOTAL_EXACT : LIBSEARCH_TOTAL_NONE;
    options.flags = way == 4 ? LIBSEARCH_SEARCH_EXHAUSTIVE : 0;
    assert_ok(libsearch_query_parse(index_, text_of(text), 0, &query, NULL));
    const libsearch_status status = libsearch_snapshot_search(snapshot, query, &options, &results, &error);
    assert_true(status == LIBSEARCH_OK || (results == NULL && error.message[0] != 0));
    libsearch_results_free(results);
    libsearch_query_free(query);
    return status;
}

static const char *const QUESTIONS[] = { "alpha",
                                         "alpha beta w1",
                                         "+alpha +beta",
                                         "\"alpha beta\"",
                                         "\"beta gamma\"~20",
                                         "@near(9 alpha delta)",
                                         "w1*",
                                         "wrod12~",
                                         "/w.*1/",
                                         "number:10..3000",
                                         "alpha -beta",
                                         "*",
                                         "word1?3",
                                         "text:[alpha TO beta]",
                                         "+alpha w2 w3" };
enum { COUNT = sizeof QUESTIONS / sizeof *QUESTIONS };

static void a_search_that_was_cancelled_is_not_made(void **state)
{
    (void)state;
    struct limits limits = { .cancel = cancel };
    for (unsigned way = 0; way < 5; way++)
        for (size_t i = 0; i < COUNT; i++)
            if (search(QUESTIONS[i], &limits, way) != LIBSEARCH_OK)
                fail_msg("%s: cancelled by nobody", QUESTIONS[i]);
    libsearch_cancel_raise(cancel);
    for (unsigned way = 0; way < 5; way++)
        for (size_t i = 0; i < COUNT; i++) {
            const libsearch_status status = search(QUESTIONS[i], &limits, way);
            if (status != LIBSEARCH_CANCELLED)
                fail_msg("%s, way %u: status %d", QUESTIONS[i], way, (int)status);
        }
}

static libsearch_status suggest(int correct, const char *text, const struct limits *limits)
{
    libsearch_suggest_options options = LIBSEARCH_SUGGEST_OPTIONS_INIT;
    libsearch_suggestions *suggestions = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    options.cancel = limits->cancel;
    options.timeout = limits->timeout;
    options.memory = limits->memory;
    const libsearch_status status =
        correct ? libsearch_snapshot_correct(snapshot, text_of(text), &options, &suggestions, &error)
                : libsearch_snapshot_complete(snapshot, text_of(text), &options, &suggestions, &error);
    assert_true(status == LIBSEARCH_OK || (suggestions == NULL && error.message[0] != 0));
    libsearch_suggestions_free(suggestions);
    return status;
}

static libsearch_status filter(const char *text, const struct limits *limits)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_query *query = NULL;
    libsearch_filter *made = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    options.cancel = limits->cancel;
    options.timeout = limits->timeout;
    options.memory = limits->memory;
    assert_ok(libsearch_query_parse(index_, text_of(text), 0, &query, NULL));
    const libsearch_status status = libsearch_filter_new(snapshot, query, &options, &made, &error);
    assert_true(status == LIBSEARCH_OK || (made == NULL && error.message[0] != 0));
    libsearch_filter_free(made);
    libsearch_query_free(query);
    return status;
}

static libsearch_status duplicates(const struct limits *limits, const char *id)
{
    libsearch_duplicates_options options = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    libsearch_duplicates *made = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    options.cancel = limits->cancel;
    options.timeout = limits->timeout;
    options.threshold = 0.5;
    const libsearch_status status = id == NULL
                                        ? libsearch_duplicates_list(snapshot, &options, &made, &error)
                                        : libsearch_duplicates_of(snapshot, text_of(id), &options, &made, &error);
    assert_true(status == LIBSEARCH_OK || (made == NULL && error.message[0] != 0));
    libsearch_duplicates_free(made);
    return status;
}

static libsearch_status watch(const struct limits *limits)
{
    libsearch_watcher_options options = LIBSEARCH_WATCHER_OPTIONS_INIT;
    libsearch_watch *set = NULL;
    libsearch_watcher *watcher = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    options.cancel = limits->cancel;
    options.timeout = limits->timeout;
    options.memory = limits->memory;
    assert_ok(libsearch_watch_new(NULL, &set, NULL));
    for (unsigned i = 0; i < 500; i++) {
        char id[16], text[40];
        snprintf(id, sizeof id, "%u", i);
        snprintf(text, sizeof text, "-w%u alpha", i);
        assert_ok(libsearch_watch_add_text(set, text_of(id), text_of(text), 0, NULL, NULL, NULL));
    }
    assert_ok(libsearch_watcher_open(set, &options, &watcher, NULL));
    libsearch_document *document = libsearch_watch_document(set);
    assert_ok(libsearch_document_set_text(document, "text", text_of("alpha beta gamma delta")));
    const libsearch_status status = libsearch_watcher_match(watcher, document, NULL, &error);
    assert_true(status == LIBSEARCH_OK || error.message[0] != 0);
    libsearch_document_free(document);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(set);
    return status;
}

static void so_is_all_else_that_takes_long(void **state)
{
    (void)state;
    const struct limits limits = { .cancel = cancel };
    for (int raised = 0; raised < 2; raised++) {
        const libsearch_status expected = raised ? LIBSEARCH_CANCELLED : LIBSEARCH_OK;
        if (raised)
            libsearch_cancel_raise(cancel);
        assert_status(suggest(0, "wor", &limits), expected);
        assert_status(suggest(1, "epsilno", &limits), expected);
        for (size_t i = 0; i < COUNT; i++)
            if (filter(QUESTIONS[i], &limits) != expected)
                fail_msg("a filter of %s", QUESTIONS[i]);
        assert_status(duplicates(&limits, NULL), expected);
        assert_status(duplicates(&limits, "7"), expected);
        assert_status(watch(&limits), expected);
    }
}

static void what_may_take_no_memory_says_so(void **state)
{
    (void)state;
    const struct limits limits = { .memory = 1 };
    for (size_t i = 0; i < COUNT; i++)
        if (search(QUESTIONS[i], &limits, 0) != LIBSEARCH_LIMIT)
            fail_msg("%s", QUESTIONS[i]);
    assert_status(suggest(0, "wor", &limits), LIBSEARCH_LIMIT);
    assert_status(suggest(1, "epsilno", &limits), LIBSEARCH_LIMIT);
    assert_status(watch(&limits), LIBSEARCH_LIMIT);
}

#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ALL(a_search_that_was_cancelled_is_not_made),
        WITH_ALL(so_is_all_else_that_takes_long),
        WITH_ALL(what_may_take_no_memory_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
