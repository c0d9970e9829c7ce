/* SPDX-License-Identifier: MIT */
/* What other processes write is seen, and what they leave behind stands in nobody's way: in both engines. */
#include "engines/engine_support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EACH_ENGINE(engine) for (enum engine engine = NATIVE; engine <= XAPIAN && engine_is_here(engine); engine++)

static int put_one(libsearch_index *index, libsearch_writer *writer, const char *id, const char *text)
{
    libsearch_document *document = libsearch_document_new(index);
    const int done = document != NULL && libsearch_document_set_text(document, "text", bytes(text)) == LIBSEARCH_OK &&
                     libsearch_writer_put(writer, bytes(id), document, NULL) == LIBSEARCH_OK;
    libsearch_document_free(document);
    return done;
}

enum ending { CLOSES, EXITS_AFTER_A_LOOSE_COMMIT, IS_KILLED_WITHOUT_A_COMMIT };

/* What the other process does: 0, or which step failed. */
static int write_there(enum engine engine, const char *folder, const char *id, enum ending ending)
{
    libsearch_index *index = index_make(engine, folder, "english");
    libsearch_writer *writer = NULL;
    if (index == NULL || libsearch_writer_open(index, NULL, &writer, NULL) != LIBSEARCH_OK)
        return 1;
    if (!put_one(index, writer, id, "bread"))
        return 2;
    if (ending == IS_KILLED_WITHOUT_A_COMMIT)
        raise(SIGKILL);
    if (libsearch_writer_prepare(writer, ending == CLOSES ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS, bytes("theirs"),
                                 NULL) != LIBSEARCH_OK ||
        libsearch_writer_finish(writer, NULL) != LIBSEARCH_OK)
        return 3;
    if (ending == EXITS_AFTER_A_LOOSE_COMMIT)
        _exit(0);
    libsearch_writer_close(writer);
    libsearch_close(index);
    return 0;
}

static void another_process(enum engine engine, const char *folder, const char *id, enum ending ending)
{
    fflush(NULL);
    const pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0)
        _exit(write_there(engine, folder, id, ending));
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    if (ending == IS_KILLED_WITHOUT_A_COMMIT)
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    else
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#define assert_finds(index, expected)                                                                                  \
    do {                                                                                                               \
        char *found_ = ids_set(index, libsearch_query_text(NULL, bytes("bread")));                                     \
        assert_string_equal(found_, expected);                                                                         \
        free(found_);                                                                                                  \
    } while (0)

static void what_another_process_commits_is_in_the_next_search(void **state)
{
    (void)state;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_index *index = index_make(engine, folder, "english");
        libsearch_snapshot *snapshot = NULL;
        libsearch_results *results = NULL;
        libsearch_query *query = libsearch_query_text(NULL, bytes("bread"));
        assert_finds(index, "");
        another_process(engine, folder, "1", CLOSES);
        assert_finds(index, "1");
        assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
        another_process(engine, folder, "2", EXITS_AFTER_A_LOOSE_COMMIT);
        assert_finds(index, "1 2");
        /* and a pinned snapshot is as it was */
        assert_ok(libsearch_snapshot_search(snapshot, query, NULL, &results, NULL));
        assert_int_equal(libsearch_results_count(results), 1);
        libsearch_results_free(results);
        libsearch_snapshot_free(snapshot);
        /* with the bytes that came with it, and this process writes on top */
        libsearch_info info = LIBSEARCH_INFO_INIT;
        libsearch_writer *writer = NULL;
        assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
        assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
        assert_int_equal(info.commit_bytes.length, 6);
        libsearch_snapshot_free(snapshot);
        assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
        assert_true(put_one(index, writer, "3", "bread"));
        assert_ok(libsearch_writer_commit(writer, NULL));
        libsearch_writer_close(writer);
        assert_finds(index, "1 2 3");
        libsearch_query_free(query);
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void a_writer_that_was_killed_leaves_the_last_commit_and_no_lock(void **state)
{
    (void)state;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_index *index = index_make(engine, folder, "english");
        another_process(engine, folder, "1", CLOSES);
        another_process(engine, folder, "2", IS_KILLED_WITHOUT_A_COMMIT);
        assert_finds(index, "1");
        another_process(engine, folder, "3", CLOSES);
        assert_finds(index, "1 3");
        libsearch_close(index);
        folder_remove(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_another_process_commits_is_in_the_next_search),
        cmocka_unit_test(a_writer_that_was_killed_leaves_the_last_commit_and_no_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
