/* SPDX-License-Identifier: MIT */
/* Every allocation fails once, while a program's analyzer, storage in memory, filter and backup are at work: the call says
 * NO_MEMORY, and everything is given back. */
#include "engines/engine_support.h"

#include <string.h>

#include "support/failing_allocator.h"

static void start(void *state, libsearch_bytes text) { *(libsearch_bytes *)state = text; }

static libsearch_status open_state(void *context, void **state)
{
    (void)context;
    *state = malloc(sizeof(libsearch_bytes));
    return *state == NULL ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK;
}

static void close_state(void *context, void *state)
{
    (void)context;
    free(state);
}

/* A word is a letter. */
static int next(void *state, libsearch_token *token)
{
    libsearch_bytes *left = state;
    if (left->length == 0)
        return 0;
    token->word = (libsearch_bytes){ left->data++, 1 };
    left->length--;
    return 1;
}

struct life {
    const libsearch_allocator *allocator;
    const libsearch_storage *storage, *copy;
    libsearch_index *index;
    libsearch_writer *writer;
    libsearch_snapshot *snapshot;
    libsearch_filter *filter;
    libsearch_query *query, *filtered;
    libsearch_results *results;
    libsearch_document *document;
};

static libsearch_status live(struct life *life)
{
    libsearch_analyzer analyzer = LIBSEARCH_ANALYZER_INIT;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_status status;
#define STEP(expression)                                                                                               \
    if ((status = (expression)) != LIBSEARCH_OK)                                                                       \
    return status
    analyzer.name = "letters";
    analyzer.version = "1";
    analyzer.base = "standard";
    analyzer.open = open_state;
    analyzer.close = close_state;
    analyzer.start = start;
    analyzer.next = next;
    extensions.analyzers = &analyzer;
    extensions.analyzer_count = 1;
    options.allocator = life->allocator;
    options.analyzer = "letters";
    options.extensions = &extensions;
    STEP(libsearch_memory_storage_new(life->allocator, &life->storage, NULL));
    STEP(libsearch_memory_storage_new(life->allocator, &life->copy, NULL));
    extensions.storage = life->storage;
    STEP(libsearch_open("memory", LIBSEARCH_CREATE, &options, &life->index, NULL));
    STEP(libsearch_writer_open(life->index, NULL, &life->writer, NULL));
    life->document = libsearch_document_new(life->index);
    if (life->document == NULL)
        return LIBSEARCH_NO_MEMORY;
    STEP(libsearch_document_set_text(life->document, "text", bytes("bread")));
    STEP(libsearch_writer_put(life->writer, bytes("1"), life->document, NULL));
    STEP(libsearch_writer_commit(life->writer, NULL));
    STEP(libsearch_snapshot_open(life->index, &life->snapshot, NULL));
    life->query = libsearch_query_text(NULL, bytes("d"));
    STEP(libsearch_filter_new(life->snapshot, life->query, NULL, &life->filter, NULL));
    life->filtered = libsearch_query_filter(life->filter);
    STEP(libsearch_snapshot_search(life->snapshot, life->filtered, NULL, &life->results, NULL));
    assert_int_equal(libsearch_results_count(life->results), 1);
    extensions.storage = life->copy;
    STEP(libsearch_snapshot_backup(life->snapshot, "copy", &options, NULL));
    return libsearch_check_with("copy", &options, NULL, NULL, NULL);
}

static void everything_is_given_back_whichever_allocation_fails(void **state)
{
    (void)state;
    size_t fail_at = 0;
    for (libsearch_status status = LIBSEARCH_NO_MEMORY; status != LIBSEARCH_OK;) {
        struct failing_allocator failing;
        failing_allocator_init(&failing, ++fail_at);
        struct life life = { .allocator = &failing.allocator };
        status = live(&life);
        if (status != LIBSEARCH_OK && status != LIBSEARCH_NO_MEMORY)
            print_message("allocation %zu: %s\n", fail_at, libsearch_status_text(status));
        assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
        libsearch_results_free(life.results);
        libsearch_query_free(life.filtered);
        libsearch_query_free(life.query);
        libsearch_filter_free(life.filter);
        libsearch_snapshot_free(life.snapshot);
        libsearch_document_free(life.document);
        libsearch_writer_close(life.writer);
        libsearch_close(life.index);
        libsearch_memory_storage_free(life.storage);
        libsearch_memory_storage_free(life.copy);
        assert_int_equal(failing.blocks, 0);
    }
    assert_true(fail_at > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(everything_is_given_back_whichever_allocation_fails) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
