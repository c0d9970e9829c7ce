/* SPDX-License-Identifier: MIT */
/* A snapshot written as an index of its own, where calls fail on the way. */
#include "index/backup.h"
#include "index/index_model.h"
#include "index/names.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

struct fixture {
    struct recording *recording;
    struct index_store *store;
    struct index_writer *writer;
    struct model model;
};

/* Three segments, of which nothing lives in the second any more. */
static struct snapshot *open_fixture(struct fixture *f)
{
    struct snapshot *snapshot;
    *f = (struct fixture){ .recording = recording_new() };
    assert_ok(open_store(f->recording, LIBSEARCH_CREATE, &f->store, NULL));
    assert_ok(index_writer_open(f->store, NULL, &f->writer, NULL));
    for (int i = 0; i < 3; i++) {
        char id[24];
        snprintf(id, sizeof id, "%d", i);
        assert_ok(put(f->writer, id, "text", NULL));
        if (i != 1)
            model_put(&f->model, id, "text");
        assert_ok(index_writer_refresh(f->writer, NULL));
    }
    assert_ok(remove_id(f->writer, "1", NULL));
    assert_ok(index_writer_refresh(f->writer, NULL));
    assert_ok(index_store_snapshot(f->store, &snapshot, NULL));
    return snapshot;
}

static void close_fixture(struct fixture *f)
{
    index_writer_close(f->writer);
    index_store_close(f->store);
    recording_free(f->recording);
    model_free(&f->model);
}

static void a_backup_has_what_lives_in_the_snapshot(void **state)
{
    (void)state;
    struct fixture f;
    struct snapshot *snapshot = open_fixture(&f);
    struct recording *copy = recording_new();
    struct storage *storage = recording_open(copy, allocator_default());
    assert_int_equal(snapshot->segment_count, 2);
    assert_ok(snapshot_backup(snapshot, storage, NULL, NULL));
    assert_status(snapshot_backup(snapshot, storage, NULL, NULL), LIBSEARCH_EXISTS);
    storage_close(storage);
    const char *difference = index_difference(copy, &f.model);
    if (difference != NULL)
        fail_msg("%s", difference);
    snapshot_release(snapshot);
    recording_free(copy);
    close_fixture(&f);
}

static void a_backup_leaves_out_what_was_deleted_however_little(void **state)
{
    (void)state;
    for (int deleted = 1; deleted <= 2; deleted++) {
        struct fixture f = { .recording = recording_new() };
        struct recording *copy = recording_new();
        struct storage *storage = recording_open(copy, allocator_default());
        struct snapshot *snapshot;
        assert_ok(open_store(f.recording, LIBSEARCH_CREATE, &f.store, NULL));
        assert_ok(index_writer_open(f.store, NULL, &f.writer, NULL));
        for (int i = 0; i < 4; i++) {
            char id[24];
            snprintf(id, sizeof id, "%d", i);
            assert_ok(put(f.writer, id, "text", NULL));
            if (i >= deleted)
                model_put(&f.model, id, "text");
        }
        assert_ok(commit(f.writer, NULL));
        assert_ok(remove_id(f.writer, "0", NULL));
        if (deleted == 2)
            assert_ok(remove_id(f.writer, "1", NULL));
        assert_ok(commit(f.writer, NULL));
        assert_ok(index_store_snapshot(f.store, &snapshot, NULL));
        assert_ok(snapshot_backup(snapshot, storage, NULL, NULL));
        storage_close(storage);
        const char *difference = index_difference(copy, &f.model);
        if (difference != NULL)
            fail_msg("%d deleted: %s", deleted, difference);
        snapshot_release(snapshot);
        recording_free(copy);
        close_fixture(&f);
    }
}

struct told {
    uint64_t times, first, last, total;
};

static int note(void *context, const libsearch_progress *progress)
{
    struct told *told = context;
    assert_int_equal(progress->work, LIBSEARCH_WORK_BACKUP);
    assert_true(told->times == 0 || (progress->done >= told->last && progress->total == told->total));
    if (told->times++ == 0)
        told->first = progress->done;
    told->last = progress->done;
    told->total = progress->total;
    return 0;
}

static void a_backup_tells_from_nothing_to_all_of_it(void **state)
{
    (void)state;
    struct fixture f;
    struct told told = { 0 };
    struct snapshot *snapshot = open_fixture(&f);
    struct recording *copy = recording_new();
    struct storage *storage = recording_open(copy, allocator_default());
    const struct watch watch = { .progress = note, .progress_context = &told };
    assert_ok(snapshot_backup(snapshot, storage, &watch, NULL));
    assert_int_equal(told.times, 2 + snapshot->segment_count);
    assert_int_equal(told.first, 0);
    assert_int_equal(told.last, told.total);
    storage_close(storage);
    snapshot_release(snapshot);
    recording_free(copy);
    close_fixture(&f);
}

static void a_backup_is_not_mixed_with_other_files(void **state)
{
    (void)state;
    struct fixture f;
    struct snapshot *snapshot = open_fixture(&f);
    struct recording *copy = recording_new();
    struct storage *storage = recording_open(copy, allocator_default());
    struct output *output;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_ok(storage_create(storage, "letter.txt", &output, NULL));
    assert_ok(output_close(output, NULL));
    assert_status(snapshot_backup(snapshot, storage, NULL, &error), LIBSEARCH_NOT_AN_INDEX);
    assert_non_null(strstr(error.message, "holds other files"));
    storage_close(storage);
    snapshot_release(snapshot);
    recording_free(copy);
    close_fixture(&f);
}

static void a_backup_keeps_out_of_a_folder_where_somebody_writes(void **state)
{
    (void)state;
    struct fixture f;
    struct snapshot *snapshot = open_fixture(&f);
    struct recording *copy = recording_new();
    struct storage *storage = recording_open(copy, allocator_default());
    struct file_lock *lock;
    assert_ok(storage_lock(storage, NAME_LOCK, 0, &lock, NULL));
    assert_status(snapshot_backup(snapshot, storage, NULL, NULL), LIBSEARCH_LOCKED);
    storage_unlock(storage, lock);
    assert_ok(snapshot_backup(snapshot, storage, NULL, NULL));
    assert_ok(storage_lock(storage, NAME_LOCK, 0, &lock, NULL)); /* it was given back */
    storage_unlock(storage, lock);
    storage_close(storage);
    snapshot_release(snapshot);
    recording_free(copy);
    close_fixture(&f);
}

static void a_backup_that_fails_leaves_no_index_and_can_be_made_again(void **state)
{
    (void)state;
    static const libsearch_status causes[] = { LIBSEARCH_IO, LIBSEARCH_FULL, LIBSEARCH_FINISHED };
    struct fixture f;
    struct snapshot *snapshot = open_fixture(&f);
    size_t cases = 0;
    for (size_t cause = 0; cause < 3; cause++) {
        const unsigned kinds = causes[cause] == LIBSEARCH_FINISHED ? RECORDING_SYNC | RECORDING_SYNC_DIRECTORY
                                                                   : RECORDING_ALL & ~RECORDING_SYNC_DIRECTORY;
        for (uint64_t nth = 0;; nth++) {
            struct recording *copy = recording_new();
            struct storage *storage = recording_open(copy, allocator_default());
            struct index_store *store;
            libsearch_error error = LIBSEARCH_ERROR_INIT;
            recording_fail(copy, kinds, nth, causes[cause], false);
            const libsearch_status status = snapshot_backup(snapshot, storage, NULL, &error);
            const bool failed = recording_failed_in(copy)[0] != 0;
            char where[200];
            snprintf(where, sizeof where, "%s", recording_failed_in(copy));
            recording_mend(copy);
            if (status != LIBSEARCH_OK) {
                if (!failed || status == LIBSEARCH_FINISHED || error.status != status || error.message[0] == 0)
                    fail_msg("%s: status %d, %s", where, (int)status, error.message);
                /* There is no index; or, where its name was not synced for sure, the whole one. */
                const libsearch_status opened = open_store(copy, 0, &store, NULL);
                if (opened == LIBSEARCH_OK)
                    index_store_close(store);
                else if (opened != LIBSEARCH_NOT_FOUND && opened != LIBSEARCH_NOT_AN_INDEX)
                    fail_msg("%s: what is left opens with status %d", where, (int)opened);
                else if (snapshot_backup(snapshot, storage, NULL, &error) != LIBSEARCH_OK)
                    fail_msg("%s: not made again: %s", where, error.message);
            }
            storage_close(storage);
            const char *difference = index_difference(copy, &f.model);
            if (difference != NULL)
                fail_msg("%s: %s", where, difference);
            recording_free(copy);
            if (!failed)
                break;
            cases++;
        }
    }
    printf("%zu cases\n", cases);
    snapshot_release(snapshot);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backup_has_what_lives_in_the_snapshot),
        cmocka_unit_test(a_backup_leaves_out_what_was_deleted_however_little),
        cmocka_unit_test(a_backup_tells_from_nothing_to_all_of_it),
        cmocka_unit_test(a_backup_is_not_mixed_with_other_files),
        cmocka_unit_test(a_backup_keeps_out_of_a_folder_where_somebody_writes),
        cmocka_unit_test(a_backup_that_fails_leaves_no_index_and_can_be_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
