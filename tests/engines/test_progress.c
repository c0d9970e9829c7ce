/* SPDX-License-Identifier: MIT */
/* The log, and how far a long call is: told, and stopped, whenever it may be. */
#include "engines/engine_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/random.h"

enum { WORKS = 6, MOST_LINES = 1000 };

struct told {
    int calls, stop_at; /* the call that stops; 0: none */
    libsearch_work stop_work;
    int of[WORKS];        /* calls of each work */
    uint64_t done[WORKS]; /* the last of each work */
    uint64_t total[WORKS];
    int began[WORKS], ended[WORKS];
    int wrong;
    char log[1 << 16];
    size_t logged;
};

static int note_progress(void *context, const libsearch_progress *progress)
{
    struct told *told = context;
    const size_t work = (size_t)progress->work;
    told->calls++;
    told->wrong += work < 1 || work >= WORKS || progress->total < 1 || progress->done > progress->total;
    if (told->of[work] > 0 && progress->done < told->done[work] && told->done[work] != told->total[work] &&
        told->stop_at == 0)
        told->wrong++; /* it went back before its end */
    told->of[work]++;
    told->done[work] = progress->done;
    told->total[work] = progress->total;
    told->began[work] += progress->done == 0;
    told->ended[work] += progress->done == progress->total;
    return told->calls == told->stop_at || progress->work == told->stop_work;
}

static void note_line(void *context, libsearch_level level, const char *line)
{
    struct told *told = context;
    assert_true(level >= LIBSEARCH_WARNING && level <= LIBSEARCH_DETAIL);
    assert_null(strchr(line, '\n'));
    const int wrote = snprintf(told->log + told->logged, sizeof told->log - told->logged, "%d %s\n", (int)level, line);
    told->logged += (size_t)wrote < sizeof told->log - told->logged ? (size_t)wrote : 0;
}

struct world {
    char *folder, path[256];
    struct told told;
    libsearch_extensions extensions;
    libsearch_open_options options;
    libsearch_index *index;
    libsearch_writer *writer;
    struct test_random random;
};

static struct world *world_make(void)
{
    struct world *world = calloc(1, sizeof *world);
    world->folder = folder_make();
    snprintf(world->path, sizeof world->path, "%s/index", world->folder);
    world->extensions = (libsearch_extensions)LIBSEARCH_EXTENSIONS_INIT;
    world->extensions.log = note_line;
    world->extensions.log_context = &world->told;
    world->extensions.progress = note_progress;
    world->extensions.progress_context = &world->told;
    world->options = (libsearch_open_options)LIBSEARCH_OPEN_OPTIONS_INIT;
    world->options.extensions = &world->extensions;
    world->random = (struct test_random){ 7 };
    assert_ok(libsearch_open(world->path, LIBSEARCH_CREATE, &world->options, &world->index, NULL));
    assert_ok(libsearch_writer_open(world->index, NULL, &world->writer, NULL));
    return world;
}

static void world_free(struct world *world)
{
    libsearch_writer_close(world->writer);
    libsearch_close(world->index);
    folder_remove(world->folder);
    free(world);
}

/* Puts documents first … first + count - 1, all with the word "bread". */
static libsearch_status put_many(struct world *world, int first, int count)
{
    libsearch_status status = LIBSEARCH_OK;
    libsearch_document *document = libsearch_document_new(world->index);
    for (int i = first; i < first + count && status == LIBSEARCH_OK; i++) {
        char id[16], text[80];
        snprintf(id, sizeof id, "%d", i);
        snprintf(text, sizeof text, "bread w%d w%d w%d", (int)random_below(&world->random, 9000),
                 (int)random_below(&world->random, 9000), (int)random_below(&world->random, 100));
        libsearch_document_clear(document);
        assert_ok(libsearch_document_set_text(document, "text", bytes(text)));
        assert_ok(libsearch_document_set_integer(document, "number", i));
        status = libsearch_writer_put(world->writer, bytes(id), document, NULL);
    }
    libsearch_document_free(document);
    return status;
}

static uint64_t documents_in(struct world *world)
{
    libsearch_snapshot *snapshot = NULL;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    assert_ok(libsearch_snapshot_open(world->index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
    const uint64_t documents = info.documents;
    libsearch_snapshot_free(snapshot);
    return documents;
}

static void each_long_call_tells_its_work_from_beginning_to_end(void **state)
{
    (void)state;
    struct world *world = world_make();
    struct told *told = &world->told;
    for (int i = 0; i < 2; i++) {
        assert_ok(put_many(world, i * 3000, 3000));
        assert_ok(libsearch_writer_commit(world->writer, NULL));
    }
    assert_true(told->began[LIBSEARCH_WORK_WRITE] >= 2 && told->ended[LIBSEARCH_WORK_WRITE] >= 2);
    assert_true(told->began[LIBSEARCH_WORK_COMMIT] >= 2);
    assert_int_equal(told->ended[LIBSEARCH_WORK_COMMIT], 2);
    const int merged = told->ended[LIBSEARCH_WORK_MERGE];
    assert_ok(libsearch_writer_compact(world->writer, 0, NULL));
    assert_true(told->ended[LIBSEARCH_WORK_MERGE] > merged);
    assert_true(told->of[LIBSEARCH_WORK_MERGE] > 6);
    assert_ok(libsearch_writer_compact(world->writer, LIBSEARCH_REORDER, NULL));
    const int before = told->ended[LIBSEARCH_WORK_MERGE];
    assert_ok(libsearch_writer_compact(world->writer, LIBSEARCH_BIWORDS, NULL));
    assert_true(told->ended[LIBSEARCH_WORK_MERGE] > before);
    assert_int_equal(told->total[LIBSEARCH_WORK_MERGE], 1000);
    assert_ok(libsearch_check_with(world->path, &world->options, NULL, NULL, NULL));
    assert_true(told->began[LIBSEARCH_WORK_CHECK] >= 1 && told->ended[LIBSEARCH_WORK_CHECK] >= 1);
    assert_int_equal(told->wrong, 0);
    world_free(world);
}

static void the_log_says_what_became_of_the_index(void **state)
{
    (void)state;
    struct world *world = world_make();
    assert_ok(put_many(world, 0, 10));
    assert_ok(libsearch_writer_commit(world->writer, NULL));
    assert_ok(put_many(world, 5, 10));
    assert_ok(libsearch_writer_compact(world->writer, 0, NULL));
    const char *log = world->told.log;
    assert_non_null(strstr(log, "2 "));
    assert_non_null(strstr(log, ": a new index\n"));
    assert_non_null(strstr(log, "commit-0000000000000002: 1 segments, 10 documents\n"));
    assert_non_null(strstr(log, "segment 0000000000000001 written: 10 documents"));
    assert_non_null(strstr(log, "2 segments merged into"));
    assert_non_null(strstr(log, "commit-0000000000000003: 1 segments, 15 documents\n"));
    world_free(world);
}

/* Stops the n-th telling of a call, for every n: the call is CANCELLED, or was done; what was put is there at last. */
static void a_commit_that_is_stopped_loses_nothing_and_may_be_tried_again(void **state)
{
    (void)state;
    int stopped = 0;
    for (int at = 1; at < 40; at++) {
        struct world *world = world_make();
        for (int i = 0; i < 9; i++) {
            assert_ok(put_many(world, i * 10, 10));
            if (i < 8)
                assert_ok(libsearch_writer_commit(world->writer, NULL));
        }
        world->told.calls = 0;
        world->told.stop_at = at;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        const libsearch_status status = libsearch_writer_commit(world->writer, &error);
        world->told.stop_at = 0;
        const bool reached = world->told.calls >= at;
        if (status == LIBSEARCH_CANCELLED) {
            stopped++;
            assert_true(reached);
            assert_int_equal(documents_in(world), 80);
            assert_ok(libsearch_writer_commit(world->writer, &error));
        } else
            assert_ok(status);
        assert_int_equal(documents_in(world), 90);
        assert_ok(libsearch_check(world->path, NULL, NULL, NULL));
        world_free(world);
        if (!reached)
            break;
    }
    assert_true(stopped >= 3);
}

static void a_compaction_that_is_stopped_leaves_the_segments_as_they_were(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags <= (LIBSEARCH_REORDER | LIBSEARCH_BIWORDS); flags++) {
        struct world *world = world_make();
        int stopped = 0;
        for (int i = 0; i < 3; i++) {
            assert_ok(put_many(world, i * 3000, 3000));
            assert_ok(libsearch_writer_commit(world->writer, NULL));
        }
        for (int at = 1; at < 200; at++) {
            world->told.calls = 0;
            world->told.stop_at = at;
            const libsearch_status status = libsearch_writer_compact(world->writer, flags, NULL);
            world->told.stop_at = 0;
            assert_int_equal(documents_in(world), 9000);
            if (status == LIBSEARCH_OK)
                break;
            assert_status(status, LIBSEARCH_CANCELLED);
            stopped++;
        }
        assert_true(stopped >= 10);
        assert_ok(libsearch_check(world->path, NULL, NULL, NULL));
        world_free(world);
    }
}

static void a_check_that_is_stopped_says_so(void **state)
{
    (void)state;
    struct world *world = world_make();
    assert_ok(put_many(world, 0, 5000));
    assert_ok(libsearch_writer_commit(world->writer, NULL));
    int at = 1;
    for (; at < 100; at++) {
        world->told.calls = 0;
        world->told.stop_at = at;
        const libsearch_status status = libsearch_check_with(world->path, &world->options, NULL, NULL, NULL);
        if (status == LIBSEARCH_OK)
            break;
        assert_status(status, LIBSEARCH_CANCELLED);
    }
    assert_true(at > 4 && at < 100);
    world->told.stop_at = 0;
    world_free(world);
}

static void a_put_goes_on_without_the_merge_that_was_stopped(void **state)
{
    (void)state;
    struct world *world = world_make();
    world->told.stop_work = LIBSEARCH_WORK_MERGE;
    for (int i = 0; i < 12; i++) {
        assert_ok(put_many(world, i * 10, 10));
        const libsearch_status status = libsearch_writer_commit(world->writer, NULL);
        assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_CANCELLED);
    }
    world->told.stop_work = (libsearch_work)0;
    assert_ok(libsearch_writer_commit(world->writer, NULL));
    assert_int_equal(documents_in(world), 120);
    world_free(world);
}

static void the_xapian_engine_refuses_both_by_name(void **state)
{
    (void)state;
    if (!engine_is_here(XAPIAN))
        skip();
    libsearch_index *index = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    options.extensions = &extensions;
    options.engine = engine_of(XAPIAN);
    extensions.log = note_line;
    assert_status(libsearch_open("/tmp/not-there", LIBSEARCH_CREATE, &options, &index, &error), LIBSEARCH_UNSUPPORTED);
    assert_non_null(strstr(error.message, "a log"));
    extensions.log = NULL;
    extensions.progress = note_progress;
    assert_status(libsearch_open("/tmp/not-there", LIBSEARCH_CREATE, &options, &index, &error), LIBSEARCH_UNSUPPORTED);
    assert_non_null(strstr(error.message, "progress"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_long_call_tells_its_work_from_beginning_to_end),
        cmocka_unit_test(the_log_says_what_became_of_the_index),
        cmocka_unit_test(a_commit_that_is_stopped_loses_nothing_and_may_be_tried_again),
        cmocka_unit_test(a_compaction_that_is_stopped_leaves_the_segments_as_they_were),
        cmocka_unit_test(a_check_that_is_stopped_says_so),
        cmocka_unit_test(a_put_goes_on_without_the_merge_that_was_stopped),
        cmocka_unit_test(the_xapian_engine_refuses_both_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
