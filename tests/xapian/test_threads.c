/* SPDX-License-Identifier: MIT */
/* A snapshot may be searched from many threads, though Xapian's handles may not. */
#include "xapian/xapian_support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, SEARCHES = 100, DOCUMENTS = 300 };

struct searcher {
    libsearch_snapshot *snapshot;
    libsearch_query *query;
    bool may_be_stale;
    size_t wrong, stale;
};

static void *search_often(void *context)
{
    struct searcher *searcher = context;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.count = 20;
    for (int i = 0; i < SEARCHES; i++) {
        libsearch_results *results = NULL;
        const libsearch_status status =
            libsearch_snapshot_search(searcher->snapshot, searcher->query, &options, &results, NULL);
        if (status == LIBSEARCH_STALE && searcher->may_be_stale) {
            searcher->stale++;
            continue;
        }
        searcher->wrong += status != LIBSEARCH_OK || libsearch_results_count(results) != 20;
        const libsearch_document *document = NULL;
        if (status == LIBSEARCH_OK && !searcher->may_be_stale)
            searcher->wrong += libsearch_results_document(results, 3, &document, NULL) != LIBSEARCH_OK ||
                               libsearch_document_bytes(document, "title").length == 0;
        libsearch_results_free(results);
    }
    return NULL;
}

static libsearch_index *make_many(const char *path)
{
    libsearch_index *index = make(path);
    libsearch_writer *writer = write_to(index);
    for (int i = 0; i < DOCUMENTS; i++) {
        char id[16], text[64];
        snprintf(id, sizeof id, "%d", i);
        snprintf(text, sizeof text, "boats and harbours number%d number%d", i % 7, i % 11);
        put_text(index, writer, id, "about", text);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return index;
}

static size_t search_from_threads(libsearch_snapshot *snapshot, bool may_be_stale, libsearch_index *write_meanwhile)
{
    pthread_t threads[THREADS];
    struct searcher searchers[THREADS];
    libsearch_query *query = libsearch_query_text(NULL, bytes("boats number3 number4"));
    size_t wrong = 0;
    for (int t = 0; t < THREADS; t++) {
        searchers[t] = (struct searcher){ snapshot, query, may_be_stale, 0, 0 };
        assert_int_equal(pthread_create(&threads[t], NULL, search_often, &searchers[t]), 0);
    }
    for (int i = 0; write_meanwhile != NULL && i < 20; i++) {
        libsearch_writer *writer = write_to(write_meanwhile);
        char id[16];
        for (int d = 0; d < 20; d++) {
            snprintf(id, sizeof id, "%d", (i * 20 + d) % DOCUMENTS);
            put_text(write_meanwhile, writer, id, "about", "boats and harbours number3 number4");
        }
        assert_ok(libsearch_writer_commit(writer, NULL));
        libsearch_writer_close(writer);
    }
    for (int t = 0; t < THREADS; t++) {
        pthread_join(threads[t], NULL);
        wrong += searchers[t].wrong;
    }
    libsearch_query_free(query);
    return wrong;
}

static void eight_threads_search_one_snapshot(void **state)
{
    libsearch_index *index = make_many(path_in(state, "db"));
    libsearch_snapshot *snapshot = NULL;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_int_equal(search_from_threads(snapshot, false, NULL), 0);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
}

static void a_snapshot_whose_commit_has_gone_moves_on_or_says_that_it_is_stale(void **state)
{
    libsearch_index *index = make_many(path_in(state, "db"));
    libsearch_snapshot *snapshot = NULL;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_int_equal(search_from_threads(snapshot, true, index), 0);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
}

static void eight_threads_search_a_server(void **state)
{
    libsearch_close(make_many(path_in(state, "db")));
    struct server server = server_start(path_in(state, "db"));
    char name[64];
    snprintf(name, sizeof name, "tcp:127.0.0.1:%u", server.port);
    libsearch_index *index = open_or_fail(name, 0);
    libsearch_snapshot *snapshot = NULL;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_int_equal(search_from_threads(snapshot, false, NULL), 0);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    server_stop(&server);
}

static void a_snapshot_outlives_a_compaction(void **state)
{
    libsearch_index *index = make_many(path_in(state, "db"));
    libsearch_snapshot *snapshot = NULL;
    libsearch_writer *writer = write_to(index);
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_writer_delete(writer, bytes("7"), NULL));
    assert_ok(libsearch_writer_compact(writer, 0, NULL));
    assert_int_equal(search_from_threads(snapshot, false, NULL), 0);
    put_text(index, writer, "new", "", "written after it");
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_string_equal(ask(index, "written"), "new");
    libsearch_writer_close(writer);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(eight_threads_search_one_snapshot),
        TEST(a_snapshot_whose_commit_has_gone_moves_on_or_says_that_it_is_stale),
        TEST(eight_threads_search_a_server),
        TEST(a_snapshot_outlives_a_compaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
