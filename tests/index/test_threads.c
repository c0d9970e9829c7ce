/* SPDX-License-Identifier: MIT */
/* Segments built by several threads, on the real segment: what comes out does not tell how many there were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "index/index_model.h"

enum { DOCUMENTS = 3000 };

/* The same puts and deletes each time, whatever the memory, the threads and the commits between. */
static struct recording *build(size_t memory, unsigned threads, int commit_every, bool distinct, struct model *model)
{
    static const char *const words[] = { "health", "officials", "agree", "on", "more", "cooperation", "vaccine", "of" };
    const struct index_writer_options options = { .memory = memory, .threads = threads };
    struct recording *recording = recording_new();
    struct index_store *store;
    struct index_writer *writer;
    unsigned random = 11;
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, &options, &writer, NULL), LIBSEARCH_OK);
    for (int i = 0; i < DOCUMENTS; i++) {
        char id[24], text[400] = "";
        random = random * 1103515245 + 12345;
        snprintf(id, sizeof id, "%u", distinct ? (unsigned)i : random >> 16 & 2047);
        for (unsigned word = 0; word < 5 + (random >> 20) % 30; word++) {
            random = random * 1103515245 + 12345;
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u ", words[random >> 16 & 7], random >> 24);
        }
        if (i % 10 == 9 && !distinct) {
            const libsearch_status status = remove_id(writer, id, NULL);
            if (model != NULL)
                assert_int_equal(status, model_delete(model, id) ? LIBSEARCH_OK : LIBSEARCH_NOT_FOUND);
        } else {
            assert_int_equal(put(writer, id, text, NULL), LIBSEARCH_OK);
            if (model != NULL)
                model_put(model, id, text);
        }
        if (commit_every > 0 && i % commit_every == 0)
            assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    }
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    index_writer_close(writer);
    index_store_close(store);
    return recording;
}

/* Stands first: the stacks of threads that ended are kept and used again. */
static void a_writer_that_gets_no_thread_says_so(void **state)
{
    (void)state;
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    skip(); /* they map what they like */
#else
    const struct index_writer_options options = { .memory = 200000, .threads = 2 };
    struct recording *recording = recording_new();
    struct index_store *store;
    struct index_writer *writer = NULL;
    struct rlimit before, now;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    unsigned long pages = 0;
    if (getrlimit(RLIMIT_STACK, &before) != 0 || before.rlim_cur < 4 << 20)
        skip(); /* stacks so small may find room */
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%lu", &pages) != 1)
        skip();
    fclose(file);
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    now = before;
    now.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE) + (1 << 20); /* no room for a stack */
    assert_int_equal(setrlimit(RLIMIT_AS, &now), 0);
    void *room = mmap(NULL, 4 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room != MAP_FAILED) { /* an emulator does not heed it */
        assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
        assert_int_equal(munmap(room, 4 << 20), 0);
        index_store_close(store);
        recording_free(recording);
        skip();
    }
    const libsearch_status status = index_writer_open(store, &options, &writer, &error);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(status, LIBSEARCH_NO_MEMORY);
    assert_non_null(strstr(error.message, "no thread could be started"));
    assert_null(writer);
    assert_int_equal(index_writer_open(store, &options, &writer, &error), LIBSEARCH_OK);
    index_writer_close(writer);
    index_store_close(store);
    recording_free(recording);
#endif
}

static void documents_are_numbered_in_the_order_of_put_whatever_the_threads(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        struct model model = { 0 };
        struct recording *recording = build(200000, threads, 0, threads == 4, &model);
        const char *difference = index_difference(recording, &model);
        if (difference != NULL)
            fail_msg("%u threads: %s", threads, difference);
        recording_free(recording);
        model_free(&model);
    }
}

static void compare_bytes_after_compact(bool distinct)
{
    static const struct {
        size_t memory;
        unsigned threads;
        int commit_every;
    } ways[] = { { 1 << 28, 1, 0 }, { 200000, 1, 0 }, { 200000, 3, 0 }, { 1 << 28, 2, 700 }, { 1 << 28, 1, 97 } };
    uint8_t *expected = NULL;
    size_t expected_length = 0;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct recording *recording = build(ways[i].memory, ways[i].threads, ways[i].commit_every, distinct, NULL);
        struct index_store *store;
        struct index_writer *writer;
        struct snapshot *snapshot;
        size_t length;
        assert_int_equal(open_store(recording, 0, &store, NULL), LIBSEARCH_OK);
        assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
        assert_int_equal(index_writer_compact(writer, 0, NULL), LIBSEARCH_OK);
        assert_int_equal(index_store_snapshot(store, &snapshot, NULL), LIBSEARCH_OK);
        assert_int_equal(snapshot->segment_count, 1);
        const uint8_t *bytes = recording_bytes(recording, segment_name(snapshot->segments[0].segment), &length);
        if (expected == NULL) {
            expected = malloc(length);
            expected_length = length;
            memcpy(expected, bytes, length);
        }
        size_t same = 0;
        while (same < length && same < expected_length && bytes[same] == expected[same])
            same++;
        if (length != expected_length || same != length)
            fail_msg("way %zu differs from way 0 at byte %zu (lengths %zu and %zu)", i, same, length, expected_length);
        snapshot_release(snapshot);
        index_writer_close(writer);
        index_store_close(store);
        recording_free(recording);
    }
    free(expected);
}

static void after_a_compact_the_bytes_are_the_same_whatever_memory_threads_and_commits(void **state)
{
    (void)state;
    compare_bytes_after_compact(false);
}

static void one_flush_gives_the_bytes_that_a_merge_of_many_gives(void **state)
{
    (void)state;
    compare_bytes_after_compact(true);
}

static void a_thread_whose_write_fails_loses_documents_and_the_writer_says_so(void **state)
{
    (void)state;
    for (uint64_t nth = 0; nth < 6; nth++) {
        const struct index_writer_options options = { .memory = 200000, .threads = 2 };
        struct recording *recording = recording_new();
        struct model model = { 0 };
        struct index_store *store;
        struct index_writer *writer;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
        assert_int_equal(index_writer_open(store, &options, &writer, NULL), LIBSEARCH_OK);
        recording_fail(recording, RECORDING_WRITE | RECORDING_CREATE, nth, LIBSEARCH_FULL, true);
        libsearch_status status = LIBSEARCH_OK;
        for (int i = 0; i < 2000 && status == LIBSEARCH_OK; i++) {
            char id[24];
            snprintf(id, sizeof id, "%d", i);
            status = put(writer, id, "a text that goes nowhere, for the disk is full", &error);
        }
        if (status == LIBSEARCH_OK)
            status = commit(writer, &error);
        assert_int_equal(status, LIBSEARCH_FULL);
        assert_non_null(strstr(error.message, "made to fail"));
        assert_int_equal(put(writer, "a", "1", NULL), LIBSEARCH_FINISHED);
        recording_mend(recording);
        assert_int_equal(commit(writer, NULL), LIBSEARCH_FINISHED);
        assert_int_equal(index_writer_rollback(writer, NULL), LIBSEARCH_OK);
        assert_int_equal(put(writer, "a", "1", NULL), LIBSEARCH_OK);
        model_put(&model, "a", "1");
        assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
        assert_null(index_difference(recording, &model));
        index_writer_close(writer);
        index_store_close(store);
        recording_free(recording);
        model_free(&model);
    }
}

static void fields_that_come_while_threads_build_are_in_the_schema(void **state)
{
    (void)state;
    const struct index_writer_options options = { .memory = 100000, .threads = 3 };
    struct recording *recording = recording_new();
    struct index_store *store;
    struct index_writer *writer;
    struct snapshot *snapshot;
    libsearch_document *document = document_new(allocator_default());
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, &options, &writer, NULL), LIBSEARCH_OK);
    for (int i = 0; i < 200; i++) {
        char id[24], name[24];
        snprintf(id, sizeof id, "%d", i);
        snprintf(name, sizeof name, "field%d", i / 10);
        const struct document_value value = { .field = name,
                                              .field_length = (uint32_t)strlen(name),
                                              .type = LIBSEARCH_TEXT,
                                              .bytes = LIBSEARCH_STRING("so") };
        document_clear(document);
        assert_int_equal(document_add(document, &value, NULL), LIBSEARCH_OK);
        assert_int_equal(index_writer_put(writer, (libsearch_bytes){ id, strlen(id) }, document, false, NULL),
                         LIBSEARCH_OK);
    }
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    assert_int_equal(index_store_snapshot(store, &snapshot, NULL), LIBSEARCH_OK);
    assert_int_equal(snapshot->documents, 200);
    assert_int_equal(snapshot->schema->count, 20);
    size_t segment;
    uint32_t number;
    assert_int_equal(snapshot_find(snapshot, LIBSEARCH_STRING("155"), &segment, &number), LIBSEARCH_OK);
    document_clear(document);
    assert_int_equal(segment_fetch(snapshot->segments[segment].segment, snapshot->schema, number, document, NULL),
                     LIBSEARCH_OK);
    assert_string_equal(document->values[0].field, "field15");
    snapshot_release(snapshot);
    document_free(document);
    index_writer_close(writer);
    index_store_close(store);
    recording_free(recording);
}

static void a_forked_child_may_close_what_it_got(void **state)
{
    (void)state;
    const struct index_writer_options options = { .memory = 100000, .threads = 2 };
    struct recording *recording = recording_new();
    struct model model = { 0 };
    struct index_store *store;
    struct index_writer *writer;
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, &options, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(put(writer, "a", "1", NULL), LIBSEARCH_OK);
    model_put(&model, "a", "1");
    const pid_t child = fork();
    if (child == 0) {
        index_writer_close(writer);
        index_store_close(store);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    assert_null(index_difference(recording, &model));
    index_writer_close(writer);
    index_store_close(store);
    recording_free(recording);
    model_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_writer_that_gets_no_thread_says_so),
        cmocka_unit_test(documents_are_numbered_in_the_order_of_put_whatever_the_threads),
        cmocka_unit_test(after_a_compact_the_bytes_are_the_same_whatever_memory_threads_and_commits),
        cmocka_unit_test(one_flush_gives_the_bytes_that_a_merge_of_many_gives),
        cmocka_unit_test(a_thread_whose_write_fails_loses_documents_and_the_writer_says_so),
        cmocka_unit_test(fields_that_come_while_threads_build_are_in_the_schema),
        cmocka_unit_test(a_forked_child_may_close_what_it_got),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
