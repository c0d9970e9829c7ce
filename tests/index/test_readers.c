/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "index/index_model.h"
#include "index/names.h"

/* An index with a few commits; number N holds documents 1 … N - 1. */
static struct recording *make_commits(int commits)
{
    struct recording *recording = recording_new();
    struct index_store *store;
    struct index_writer *writer;
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    for (int i = 1; i < commits; i++) {
        char id[24];
        snprintf(id, sizeof id, "%d", i);
        assert_int_equal(put(writer, id, "text", NULL), LIBSEARCH_OK);
        assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    }
    index_writer_close(writer);
    index_store_close(store);
    return recording;
}

static void damage(struct recording *recording, const char *name)
{
    size_t length;
    uint8_t *bytes = recording_bytes(recording, name, &length);
    assert_non_null(bytes);
    bytes[length / 2] ^= 0x40;
}

static void nothing_an_empty_directory_and_one_of_others_are_told_apart(void **state)
{
    (void)state;
    struct recording *recording = recording_new();
    struct storage *storage = recording_open(recording, allocator_default());
    struct index_store *store;
    struct output *output;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_int_equal(open_store(recording, 0, &store, &error), LIBSEARCH_NOT_FOUND);
    assert_int_equal(storage_create(storage, "letter.txt", &output, NULL), LIBSEARCH_OK);
    assert_int_equal(output_close(output, NULL), LIBSEARCH_OK);
    storage_close(storage);
    assert_int_equal(open_store(recording, 0, &store, &error), LIBSEARCH_NOT_AN_INDEX);
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, &error), LIBSEARCH_NOT_AN_INDEX);
    assert_false(recording_has(recording, "commit-0000000000000001"));
    recording_free(recording);
}

static void opening_to_read_makes_nothing(void **state)
{
    (void)state;
    struct recording *recording = recording_new();
    struct index_store *store;
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE | LIBSEARCH_READ_ONLY, &store, NULL), LIBSEARCH_NOT_FOUND);
    assert_int_equal(recording_changes(recording), 0);
    recording_free(recording);
}

static void a_reader_sees_each_commit_of_another_process_and_keeps_what_it_pinned(void **state)
{
    (void)state;
    struct recording *recording = make_commits(1);
    struct index_store *reader, *store;
    struct index_writer *writer;
    struct snapshot *pinned[12];
    assert_int_equal(open_store(recording, LIBSEARCH_READ_ONLY, &reader, NULL), LIBSEARCH_OK);
    assert_int_equal(open_store(recording, 0, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    for (uint64_t i = 0; i < 12; i++) {
        char id[24];
        snprintf(id, sizeof id, "%d", (int)i);
        assert_int_equal(index_store_snapshot(reader, &pinned[i], NULL), LIBSEARCH_OK);
        assert_int_equal(pinned[i]->documents, i);
        assert_int_equal(put(writer, id, "text", NULL), LIBSEARCH_OK);
        const libsearch_durability durability = i % 3 == 0 ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS;
        assert_int_equal(index_writer_commit(writer, durability, NO_BYTES, NULL), LIBSEARCH_OK);
    }
    assert_int_equal(index_writer_compact(writer, 0, NULL), LIBSEARCH_OK);
    for (uint64_t i = 0; i < 12; i++) {
        assert_int_equal(pinned[i]->documents, i);
        for (size_t s = 0; s < pinned[i]->segment_count; s++)
            assert_int_equal(segment_verify(pinned[i]->segments[s].segment, NULL), LIBSEARCH_OK);
        assert_true(i == 0 || pinned[i]->generation > pinned[i - 1]->generation);
    }
    for (size_t i = 0; i < 12; i++)
        snapshot_release(pinned[i]);
    index_writer_close(writer);
    index_store_close(store);
    index_store_close(reader);
    recording_free(recording);
}

static void asking_again_costs_no_list_and_no_read(void **state)
{
    (void)state;
    struct recording *recording = make_commits(3);
    struct index_store *reader;
    struct snapshot *snapshot, *again;
    assert_int_equal(open_store(recording, 0, &reader, NULL), LIBSEARCH_OK);
    assert_int_equal(index_store_snapshot(reader, &snapshot, NULL), LIBSEARCH_OK);
    recording_fail(recording, RECORDING_ALL & ~(unsigned)RECORDING_EXISTS, 0, LIBSEARCH_IO, true);
    assert_int_equal(index_store_snapshot(reader, &again, NULL), LIBSEARCH_OK);
    assert_int_equal(recording_calls(recording), 0);
    assert_ptr_equal(snapshot, again);
    snapshot_release(snapshot);
    snapshot_release(again);
    index_store_close(reader);
    recording_free(recording);
}

static void what_did_not_change_is_not_opened_again(void **state)
{
    (void)state;
    struct recording *recording = make_commits(6);
    struct index_store *reader, *store;
    struct index_writer *writer;
    struct snapshot *before, *after;
    assert_int_equal(open_store(recording, 0, &reader, NULL), LIBSEARCH_OK);
    assert_int_equal(index_store_snapshot(reader, &before, NULL), LIBSEARCH_OK);
    assert_int_equal(open_store(recording, 0, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(put(writer, "new", "text", NULL), LIBSEARCH_OK);
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    assert_int_equal(index_store_snapshot(reader, &after, NULL), LIBSEARCH_OK);
    assert_int_equal(after->segment_count, before->segment_count + 1);
    for (size_t i = 0; i < before->segment_count; i++)
        assert_ptr_equal(after->segments[i].segment, before->segments[i].segment);
    snapshot_release(before);
    snapshot_release(after);
    index_writer_close(writer);
    index_store_close(store);
    index_store_close(reader);
    recording_free(recording);
}

static void a_damaged_newest_commit_is_named_and_the_one_before_can_be_asked_for(void **state)
{
    (void)state;
    struct recording *recording = make_commits(4);
    struct index_store *store;
    struct snapshot *snapshot;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    damage(recording, "commit-0000000000000004");
    assert_int_equal(open_store(recording, 0, &store, &error), LIBSEARCH_CORRUPT);
    assert_non_null(strstr(error.message, "commit-0000000000000004"));
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, &error), LIBSEARCH_CORRUPT);
    assert_int_equal(open_store(recording, LIBSEARCH_PREVIOUS, &store, &error), LIBSEARCH_OK);
    assert_int_equal(index_store_snapshot(store, &snapshot, NULL), LIBSEARCH_OK);
    assert_int_equal(snapshot->commit, 3);
    assert_int_equal(snapshot->documents, 2);
    snapshot_release(snapshot);
    index_store_close(store);
    recording_free(recording);
}

static void the_commit_before_can_be_opened_after_every_commit(void **state)
{
    (void)state;
    struct recording *recording = make_commits(1);
    struct index_store *store, *previous;
    struct index_writer *writer;
    struct snapshot *snapshot;
    assert_int_equal(open_store(recording, LIBSEARCH_PREVIOUS, &previous, NULL), LIBSEARCH_NOT_FOUND);
    assert_int_equal(open_store(recording, 0, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    for (uint64_t i = 0; i < 30; i++) {
        char id[24];
        snprintf(id, sizeof id, "%d", (int)i);
        assert_int_equal(put(writer, id, "text", NULL), LIBSEARCH_OK);
        if (i % 7 == 6)
            assert_int_equal(index_writer_compact(writer, 0, NULL), LIBSEARCH_OK);
        else
            assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
        assert_int_equal(open_store(recording, LIBSEARCH_PREVIOUS | LIBSEARCH_VERIFY, &previous, NULL), LIBSEARCH_OK);
        assert_int_equal(index_store_snapshot(previous, &snapshot, NULL), LIBSEARCH_OK);
        assert_int_equal(snapshot->documents, i);
        snapshot_release(snapshot);
        index_store_close(previous);
    }
    index_writer_close(writer);
    index_store_close(store);
    recording_free(recording);
}

static void a_writer_on_the_commit_before_passes_the_damaged_one(void **state)
{
    (void)state;
    struct recording *recording = make_commits(4);
    struct index_store *store;
    struct index_writer *writer;
    struct snapshot *snapshot;
    damage(recording, "commit-0000000000000004");
    assert_int_equal(open_store(recording, LIBSEARCH_PREVIOUS, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    assert_true(recording_has(recording, "commit-0000000000000004"));
    assert_int_equal(put(writer, "new", "text", NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_commit(writer, LIBSEARCH_PROCESS, NO_BYTES, NULL), LIBSEARCH_OK);
    /* In memory alone it would not stand before the damaged one after a power loss. */
    assert_true(recording_has(recording, "commit-0000000000000005"));
    index_writer_close(writer);
    assert_int_equal(index_store_snapshot(store, &snapshot, NULL), LIBSEARCH_OK);
    assert_int_equal(snapshot->commit, 5);
    assert_int_equal(snapshot->documents, 3);
    snapshot_release(snapshot);
    index_store_close(store);
    assert_false(recording_has(recording, "commit-0000000000000004"));
    assert_true(recording_has(recording, "commit-0000000000000003"));
    assert_int_equal(open_store(recording, 0, &store, NULL), LIBSEARCH_OK);
    index_store_close(store);
    recording_free(recording);
}

static void a_segment_that_is_missing_damaged_or_another_is_named(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        struct recording *recording = make_commits(4);
        struct index_store *store;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        struct storage *storage = recording_open(recording, allocator_default());
        const char *name = "segment-0000000000000002";
        size_t length, other_length;
        if (how == 0)
            assert_int_equal(storage_remove(storage, name, NULL), LIBSEARCH_OK);
        else if (how == 1)
            damage(recording, name);
        else { /* a whole segment, of the same index, and under another name */
            uint8_t *other = recording_bytes(recording, "segment-0000000000000003", &other_length);
            uint8_t *bytes = recording_bytes(recording, name, &length);
            assert_int_equal(length, other_length);
            memcpy(bytes, other, length);
        }
        storage_close(storage);
        assert_int_equal(open_store(recording, LIBSEARCH_VERIFY, &store, &error), LIBSEARCH_CORRUPT);
        assert_non_null(strstr(error.message, name));
        recording_free(recording);
    }
}

static void files_can_be_read_instead_of_mapped(void **state)
{
    (void)state;
    struct recording *recording = make_commits(4);
    struct index_store *store;
    struct index_writer *writer;
    struct snapshot *snapshot;
    assert_int_equal(open_store(recording, LIBSEARCH_NO_MAP, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(put(writer, "new", "text", NULL), LIBSEARCH_OK);
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    index_writer_close(writer);
    assert_int_equal(index_store_snapshot(store, &snapshot, NULL), LIBSEARCH_OK);
    assert_int_equal(snapshot->documents, 4);
    snapshot_release(snapshot);
    index_store_close(store);
    recording_free(recording);
}

struct race {
    struct recording *recording;
    struct index_store *shared;
    bool done;
    const char *wrong;
};

static void *read_on(void *context)
{
    struct race *race = context;
    uint64_t seen = 0, seen_shared = 0;
    for (unsigned i = 0; !__atomic_load_n(&race->done, __ATOMIC_ACQUIRE) && race->wrong == NULL; i++) {
        struct index_store *store;
        struct snapshot *snapshot;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        if (open_store(race->recording, LIBSEARCH_READ_ONLY, &store, &error) != LIBSEARCH_OK) {
            printf("%s\n", error.message);
            race->wrong = "a reader could not open";
            break;
        }
        if (index_store_snapshot(store, &snapshot, NULL) != LIBSEARCH_OK)
            race->wrong = "a reader got no snapshot";
        else {
            if (snapshot->documents < seen || snapshot->documents % 2 != 0)
                race->wrong = "a reader saw an older commit, or half of one";
            seen = snapshot->documents;
            snapshot_release(snapshot);
        }
        index_store_close(store);
        if (index_store_snapshot(race->shared, &snapshot, NULL) != LIBSEARCH_OK)
            race->wrong = "the shared store gave no snapshot";
        else {
            if (snapshot->documents < seen_shared || snapshot->documents % 2 != 0)
                race->wrong = "the shared store went back";
            seen_shared = snapshot->documents;
            snapshot_release(snapshot);
        }
    }
    return NULL;
}

static void readers_beside_a_writer_see_whole_commits_that_never_go_back(void **state)
{
    (void)state;
    enum { READERS = 4, COMMITS = 300 };
    struct race race = { .recording = make_commits(1) };
    struct index_store *store;
    struct index_writer *writer;
    pthread_t threads[READERS];
    assert_int_equal(open_store(race.recording, 0, &race.shared, NULL), LIBSEARCH_OK);
    assert_int_equal(open_store(race.recording, 0, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &race), 0);
    for (int i = 0; i < COMMITS; i++) {
        char id[24];
        for (int j = 0; j < 2; j++) {
            snprintf(id, sizeof id, "%d-%d", i, j);
            assert_int_equal(put(writer, id, "text", NULL), LIBSEARCH_OK);
        }
        const libsearch_durability durability = i % 5 < 2 ? LIBSEARCH_PROCESS : LIBSEARCH_DURABLE;
        assert_int_equal(index_writer_commit(writer, durability, NO_BYTES, NULL), LIBSEARCH_OK);
    }
    __atomic_store_n(&race.done, true, __ATOMIC_RELEASE);
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    if (race.wrong != NULL)
        fail_msg("%s", race.wrong);
    index_writer_close(writer);
    index_store_close(store);
    index_store_close(race.shared);
    recording_free(race.recording);
}

/* A file that is gone when it is opened, though it was there a moment before: a writer was quicker. */
static void a_reader_that_is_overtaken_looks_again_and_says_when_it_gives_up(void **state)
{
    (void)state;
    for (int durable = 0; durable < 2; durable++) {
        struct recording *recording = recording_new();
        struct index_store *store;
        struct index_writer *writer;
        struct model model = { 0 };
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
        assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
        assert_int_equal(put(writer, "a", "1", NULL), LIBSEARCH_OK);
        model_put(&model, "a", "1");
        const libsearch_durability durability = durable ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS;
        assert_int_equal(index_writer_commit(writer, durability, NO_BYTES, NULL), LIBSEARCH_OK);
        index_writer_close(writer);
        index_store_close(store);
        /* The first file that is mapped is the manifest. */
        recording_fail(recording, RECORDING_MAP, 0, LIBSEARCH_NOT_FOUND, false);
        const char *difference = index_difference(recording, &model);
        if (difference != NULL)
            fail_msg("%s", difference);
        recording_fail(recording, RECORDING_MAP, 0, LIBSEARCH_NOT_FOUND, true);
        assert_int_equal(open_store(recording, 0, &store, &error), LIBSEARCH_IO);
        assert_non_null(strstr(error.message, "replaced faster than they can be read"));
        recording_mend(recording);
        assert_null(index_difference(recording, &model));
        recording_free(recording);
        model_free(&model);
    }
}

/* The same for a reader that has seen a commit: what it sees next is not older, though a file was gone. */
static void a_reader_that_is_overtaken_does_not_go_back(void **state)
{
    (void)state;
    for (int durable = 0; durable < 2; durable++) {
        struct recording *recording = make_commits(1);
        struct index_store *reader, *store;
        struct index_writer *writer;
        struct snapshot *snapshot;
        const libsearch_durability durability = durable ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS;
        assert_int_equal(open_store(recording, LIBSEARCH_READ_ONLY, &reader, NULL), LIBSEARCH_OK);
        assert_int_equal(open_store(recording, 0, &store, NULL), LIBSEARCH_OK);
        assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
        const uint64_t looks = durable ? 1 : 3; /* at a manifest, for one refresh; what is mapped next are segments */
        for (uint64_t i = 1; i <= looks; i++) {
            char id[24];
            snprintf(id, sizeof id, "%d", (int)i);
            assert_int_equal(put(writer, id, "text", NULL), LIBSEARCH_OK);
            assert_int_equal(index_writer_commit(writer, durability, NO_BYTES, NULL), LIBSEARCH_OK);
            recording_fail(recording, RECORDING_MAP, i - 1, LIBSEARCH_NOT_FOUND, false);
            assert_int_equal(index_store_snapshot(reader, &snapshot, NULL), LIBSEARCH_OK);
            recording_mend(recording);
            assert_int_equal(snapshot->documents, i);
            snapshot_release(snapshot);
        }
        index_writer_close(writer);
        index_store_close(store);
        index_store_close(reader);
        recording_free(recording);
    }
}

/* A directory whose files are all replaced while it is listed may seem to hold none. */
static void nothing_must_be_seen_twice(void **state)
{
    (void)state;
    struct recording *recording = make_commits(3);
    struct index_store *reader, *store;
    struct index_writer *writer;
    struct snapshot *snapshot;
    assert_int_equal(open_store(recording, LIBSEARCH_READ_ONLY, &reader, NULL), LIBSEARCH_OK);
    assert_int_equal(open_store(recording, 0, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(put(writer, "new", "text", NULL), LIBSEARCH_OK);
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    recording_fail(recording, RECORDING_LIST, 0, LIBSEARCH_NOT_FOUND, false);
    assert_int_equal(index_store_snapshot(reader, &snapshot, NULL), LIBSEARCH_OK);
    assert_int_equal(snapshot->documents, 3);
    snapshot_release(snapshot);
    recording_mend(recording);
    index_writer_close(writer);
    index_store_close(store);
    index_store_close(reader);
    recording_free(recording);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_an_empty_directory_and_one_of_others_are_told_apart),
        cmocka_unit_test(opening_to_read_makes_nothing),
        cmocka_unit_test(a_reader_sees_each_commit_of_another_process_and_keeps_what_it_pinned),
        cmocka_unit_test(asking_again_costs_no_list_and_no_read),
        cmocka_unit_test(what_did_not_change_is_not_opened_again),
        cmocka_unit_test(a_damaged_newest_commit_is_named_and_the_one_before_can_be_asked_for),
        cmocka_unit_test(the_commit_before_can_be_opened_after_every_commit),
        cmocka_unit_test(a_writer_on_the_commit_before_passes_the_damaged_one),
        cmocka_unit_test(a_segment_that_is_missing_damaged_or_another_is_named),
        cmocka_unit_test(files_can_be_read_instead_of_mapped),
        cmocka_unit_test(a_reader_that_is_overtaken_looks_again_and_says_when_it_gives_up),
        cmocka_unit_test(a_reader_that_is_overtaken_does_not_go_back),
        cmocka_unit_test(nothing_must_be_seen_twice),
        cmocka_unit_test(readers_beside_a_writer_see_whole_commits_that_never_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
