/* SPDX-License-Identifier: MIT */
/* Many threads search one index while one writes. Every document of a commit says how many there are, so that a reader
 * can tell half a commit from a whole one. */
#include "api/api_support.h"
#include "support/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READERS = 8, COMMITS = 40, DOCUMENTS = 6 };

struct shared {
    libsearch_index *index;
    atomic_bool done;
    atomic_int wrong, searches;
};

/* Each commit replaces all documents by ones that hold its own word: "commitN" answers with all of them or none. *seen:
 * the newest commit that this thread saw; none before it comes again. */
static void look(struct shared *shared, libsearch_index *index, long *seen)
{
    libsearch_snapshot *snapshot = NULL;
    libsearch_results *results = NULL;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_query *all = libsearch_query_text(NULL, text_of("common"));
    options.total = LIBSEARCH_TOTAL_EXACT;
    bool right = libsearch_snapshot_open(index, &snapshot, NULL) == LIBSEARCH_OK &&
                 libsearch_snapshot_search(snapshot, all, &options, &results, NULL) == LIBSEARCH_OK;
    const size_t count = right ? libsearch_results_count(results) : 0;
    right = right && (count == 0 || count == DOCUMENTS);
    libsearch_bytes first = { NULL, 0 };
    for (size_t i = 0; i < count && right; i++) {
        const libsearch_document *document = NULL;
        right = libsearch_results_document(results, i, &document, NULL) == LIBSEARCH_OK;
        const libsearch_bytes title = right ? libsearch_document_bytes(document, "title") : first;
        right =
            right && (i == 0 || (title.length == first.length && memcmp(title.data, first.data, first.length) == 0));
        first = title;
    }
    if (right && first.length > 6) {
        char number[16] = "";
        memcpy(number, first.data + 6, first.length - 6 < 15 ? first.length - 6 : 15);
        right = atol(number) >= *seen;
        *seen = atol(number);
    }
    libsearch_results_free(results);
    libsearch_snapshot_free(snapshot);
    libsearch_query_free(all);
    atomic_fetch_add(&shared->searches, 1);
    if (!right)
        atomic_fetch_add(&shared->wrong, 1);
}

static void *read_on(void *context)
{
    struct shared *shared = context;
    long seen = 0;
    while (!atomic_load(&shared->done)) {
        look(shared, shared->index, &seen);
        if (libsearch_field_count(shared->index) > 2)
            atomic_fetch_add(&shared->wrong, 1);
    }
    return NULL;
}

static void every_reader_sees_whole_commits_while_one_writes(void **state)
{
    struct shared shared = { .index = NULL };
    libsearch_writer *writer = NULL;
    pthread_t threads[READERS];
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, NULL, &shared.index, NULL));
    assert_ok(libsearch_writer_open(shared.index, NULL, &writer, NULL));
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &shared), 0);
    for (int commit = 0; commit < COMMITS; commit++) {
        for (int i = 0; i < DOCUMENTS; i++) {
            char id[16], title[32];
            snprintf(id, sizeof id, "d%d", i);
            snprintf(title, sizeof title, "commit%d", commit);
            put(shared.index, writer, id, title, "A common text.");
        }
        if (commit % 3 == 1)
            assert_ok(libsearch_writer_prepare(writer, LIBSEARCH_PROCESS, text_of(""), NULL));
        assert_ok(commit % 3 == 1   ? libsearch_writer_finish(writer, NULL)
                  : commit % 3 == 2 ? libsearch_writer_refresh(writer, NULL)
                                    : libsearch_writer_commit(writer, NULL));
        if (commit % 10 == 9)
            assert_ok(libsearch_writer_compact(writer, 0, NULL));
    }
    atomic_store(&shared.done, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(shared.wrong, 0);
    assert_true(shared.searches >= READERS);
    printf("%d readers, %d searches beside %d commits\n", READERS, shared.searches, COMMITS);
    libsearch_writer_close(writer);
    libsearch_close(shared.index);
}

struct searcher {
    libsearch_snapshot *snapshot;
    const libsearch_query *query;
    char ids[1000];
};

static void *search_often(void *context)
{
    struct searcher *searcher = context;
    for (int i = 0; i < 200; i++)
        ask_snapshot(searcher->snapshot, searcher->query, searcher->ids);
    return NULL;
}

static void a_snapshot_and_a_query_are_shared_by_threads(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_snapshot *snapshot = NULL;
    libsearch_query *query = NULL;
    struct searcher searchers[READERS];
    pthread_t threads[READERS];
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_query_parse(index, text_of("officials \"medical teams\" harb*"), 0, &query, NULL));
    libsearch_close(index);
    for (int i = 0; i < READERS; i++) {
        searchers[i] = (struct searcher){ snapshot, query, "" };
        assert_int_equal(pthread_create(&threads[i], NULL, search_often, &searchers[i]), 0);
    }
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 1; i < READERS; i++)
        assert_string_equal(searchers[i].ids, searchers[0].ids);
    assert_true(strlen(searchers[0].ids) > 10);
    libsearch_query_free(query);
    libsearch_snapshot_free(snapshot);
}

#define with_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_folder(every_reader_sees_whole_commits_while_one_writes),
        with_folder(a_snapshot_and_a_query_are_shared_by_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
