/* SPDX-License-Identifier: MIT */
/* On disk, every system call fails, once and for ever, by every cause; short reads and writes, and interrupted calls,
 * are taken up where they stopped. LIBSEARCH_LONG: each cause once and for ever, files mapped and read, and a longer
 * life of the index. */
#include "support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/index_model.h"
#include "support/system_calls.h"

static const struct {
    int cause;
    const char *name;
} CAUSES[] = { { EIO, "EIO" },       { ENOSPC, "ENOSPC" }, { EINTR, "EINTR" }, { SYSTEM_SHORT, "short" },
               { EMFILE, "EMFILE" }, { EACCES, "EACCES" }, { EROFS, "EROFS" }, { ENOMEM, "ENOMEM" } };

static char folder[64];

/* Where thousands of small files cost little. */
static const char *place(void) { return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; }

static libsearch_status open_disk(unsigned flags, struct index_store **store, libsearch_error *error)
{
    struct storage *storage;
    const libsearch_status status = storage_open_posix(allocator_default(), folder, flags & LIBSEARCH_CREATE,
                                                       flags & LIBSEARCH_READ_ONLY, &storage, error);
    return status != LIBSEARCH_OK ? status : index_store_open(allocator_default(), storage, flags, NULL, store, error);
}

struct life {
    struct model acknowledged, in_flight, working;
    bool uncertain, /* in_flight may be there */
        all_well;   /* every call said OK */
};

static bool is_well(struct life *life, libsearch_status status, const libsearch_error *error, const char *what)
{
    if (status == LIBSEARCH_OK)
        return true;
    life->all_well = false;
    switch (status) {
    case LIBSEARCH_IO:
    case LIBSEARCH_FULL:
    case LIBSEARCH_PERMISSION:
    case LIBSEARCH_NO_MEMORY:
    case LIBSEARCH_FINISHED:
        if (error->message[0] == 0)
            fail_msg("%s: no message after %s", what, system_calls_failed());
        return false;
    default:
        fail_msg("%s: status %d (%s) after %s", what, (int)status, error->message, system_calls_failed());
        return false;
    }
}

static void commit_one(struct life *life, struct index_writer *writer, bool compact)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status =
        compact ? index_writer_compact(writer, LIBSEARCH_BIWORDS, &error) : commit(writer, &error);
    if (is_well(life, status, &error, "commit")) {
        model_copy(&life->acknowledged, &life->working);
        life->uncertain = false;
        return;
    }
    if (status == LIBSEARCH_FINISHED) {
        model_copy(&life->in_flight, &life->working);
        life->uncertain = true;
    }
    /* Finished: it says so, whatever is asked of it. */
    if (status == LIBSEARCH_FINISHED &&
        (commit(writer, NULL) != LIBSEARCH_FINISHED || put(writer, "never", "never", NULL) != LIBSEARCH_FINISHED))
        fail_msg("the writer goes on after %s", system_calls_failed());
}

/* Opens, puts, deletes, commits and compacts, as far as it gets. */
static void live(struct life *life, unsigned flags)
{
    struct index_store *store;
    struct index_writer *writer;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const int steps = getenv("LIBSEARCH_LONG") == NULL ? 8 : 24;
    life->all_well = true;
    if (!is_well(life, open_disk(flags, &store, &error), &error, "open"))
        return;
    const struct index_writer_options options = { .memory = 600 };
    if (is_well(life, index_writer_open(store, &options, &writer, &error), &error, "writer")) {
        for (int step = 0; step < steps; step++) {
            char id[24];
            snprintf(id, sizeof id, "%d", step % 5);
            if (step % 4 == 2) {
                const libsearch_status status = remove_id(writer, id, &error);
                if (status == LIBSEARCH_OK)
                    model_delete(&life->working, id);
                else if (status != LIBSEARCH_NOT_FOUND)
                    is_well(life, status, &error, "delete");
            } else if (is_well(life, put(writer, id, "second", &error), &error, "put"))
                model_put(&life->working, id, "second");
            if (step % 4 == 3)
                commit_one(life, writer, step == 7);
        }
        index_writer_close(writer);
    }
    index_store_close(store);
}

static const char *difference_on_disk(const struct model *model)
{
    struct index_store *store;
    struct snapshot *snapshot;
    static libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (open_disk(LIBSEARCH_READ_ONLY | LIBSEARCH_VERIFY, &store, &error) != LIBSEARCH_OK)
        return error.message;
    const char *difference = "no snapshot";
    if (index_store_snapshot(store, &snapshot, &error) == LIBSEARCH_OK) {
        difference = model_difference(model, snapshot);
        snapshot_release(snapshot);
    }
    index_store_close(store);
    return difference;
}

/* The files of the index before each case, so that a case begins with what they were. */
struct kept_file {
    char name[64];
    uint8_t data[4096];
    size_t length;
} kept[16];
static size_t kept_count;

static libsearch_status keep_file(void *context, const char *name, uint64_t size, libsearch_error *error)
{
    struct mapping mapping;
    struct kept_file *file = &kept[kept_count++];
    assert_true(kept_count <= 16 && size <= sizeof file->data);
    assert_ok(storage_map(context, name, true, &mapping, error));
    snprintf(file->name, sizeof file->name, "%s", name);
    file->length = mapping.length;
    if (mapping.length > 0)
        memcpy(file->data, mapping.data, mapping.length);
    mapping_release(&mapping);
    return LIBSEARCH_OK;
}

static libsearch_status remove_file(void *context, const char *name, uint64_t size, libsearch_error *error)
{
    (void)size;
    return storage_remove(context, name, error);
}

static void remove_all(void)
{
    struct storage *storage;
    assert_ok(storage_open_posix(allocator_default(), folder, false, false, &storage, NULL));
    assert_ok(storage_list(storage, remove_file, storage, NULL));
    storage_close(storage);
}

static void bring_back(void)
{
    struct storage *storage;
    remove_all();
    assert_ok(storage_open_posix(allocator_default(), folder, false, false, &storage, NULL));
    for (size_t i = 0; i < kept_count; i++) {
        struct output *output;
        assert_ok(storage_create(storage, kept[i].name, &output, NULL));
        assert_ok(output_append(output, kept[i].data, kept[i].length, NULL));
        assert_ok(output_close(output, NULL));
    }
    storage_close(storage);
}

/* EACCES of a lock means that another has it, which is waited for. */
static unsigned kinds_of(size_t cause)
{
    return CAUSES[cause].cause == EACCES ? SYSTEM_ALL & ~SYSTEM_LOCK : SYSTEM_ALL;
}

/* Calls that POSIX lets a signal interrupt, and that are simply made again. */
static bool is_retried(unsigned kind)
{
    return (kind & (SYSTEM_OPEN | SYSTEM_READ | SYSTEM_WRITE | SYSTEM_SYNC | SYSTEM_SYNC_DIRECTORY | SYSTEM_LOCK |
                    SYSTEM_CLOSE)) != 0;
}

static bool try_case(const struct model *first, size_t cause, uint64_t nth, bool for_ever, unsigned flags)
{
    struct life life = { 0 };
    struct index_store *reader;
    struct snapshot *pinned;
    model_copy(&life.acknowledged, first);
    model_copy(&life.working, first);
    bring_back();
    assert_ok(open_disk(LIBSEARCH_READ_ONLY, &reader, NULL));
    assert_ok(index_store_snapshot(reader, &pinned, NULL));
    system_calls_fail(kinds_of(cause), nth, CAUSES[cause].cause, for_ever);
    live(&life, flags);
    const bool reached = system_calls_counted() > nth;
    const bool failed = system_calls_failed()[0] != 0;
    char where[200];
    snprintf(where, sizeof where, "%s, call %llu (%s, %s)", system_calls_failed(), (unsigned long long)nth,
             CAUSES[cause].name, for_ever ? "for ever" : "once");
    const unsigned kind = system_calls_failed_kind();
    system_calls_mend();
    const int of = CAUSES[cause].cause;
    if (failed && !life.all_well && (of == SYSTEM_SHORT || (of == EINTR && !for_ever && is_retried(kind))))
        fail_msg("%s: not taken up again", where);
    /* The reader has what it had, and takes what is there now. */
    const char *difference = model_difference(first, pinned);
    if (difference != NULL)
        fail_msg("%s: a reader that was there: %s", where, difference);
    snapshot_release(pinned);
    char why[600] = "";
    bool flew = false;
    difference = difference_on_disk(&life.acknowledged);
    if (difference != NULL) {
        snprintf(why, sizeof why, "%s", difference);
        flew = life.uncertain && difference_on_disk(&life.in_flight) == NULL;
        if (!flew)
            fail_msg("%s: %s", where, why);
    }
    struct model *holds = flew ? &life.in_flight : &life.acknowledged;
    assert_ok(index_store_snapshot(reader, &pinned, NULL));
    difference = model_difference(holds, pinned);
    if (difference != NULL)
        fail_msg("%s: a reader afterwards: %s", where, difference);
    snapshot_release(pinned);
    index_store_close(reader);
    /* Once there is space again, the next writer goes on. */
    struct index_store *store;
    struct index_writer *writer;
    assert_ok(open_disk(flags, &store, NULL));
    assert_ok(index_writer_open(store, NULL, &writer, NULL));
    assert_ok(put(writer, "next", "next", NULL));
    model_put(holds, "next", "next");
    assert_ok(commit(writer, NULL));
    index_writer_close(writer);
    index_store_close(store);
    difference = difference_on_disk(holds);
    if (difference != NULL)
        fail_msg("%s, then the next writer: %s", where, difference);
    model_free(&life.acknowledged);
    model_free(&life.in_flight);
    model_free(&life.working);
    return reached;
}

static void after_any_failed_system_call_the_last_commit_is_there_and_the_next_writer_goes_on(void **state)
{
    (void)state;
    struct model first = { 0 };
    struct index_store *store;
    struct index_writer *writer;
    struct storage *storage;
    size_t cases = 0;
    snprintf(folder, sizeof folder, "%s/libsearch-test-XXXXXX", place());
    assert_non_null(mkdtemp(folder));
    system_calls_skip_syncs(true);
    assert_ok(open_disk(LIBSEARCH_CREATE, &store, NULL));
    assert_ok(index_writer_open(store, NULL, &writer, NULL));
    for (int i = 0; i < 6; i++) {
        char id[24];
        snprintf(id, sizeof id, "%d", i);
        assert_ok(put(writer, id, "first", NULL));
        model_put(&first, id, "first");
        if (i % 2 == 0)
            assert_ok(commit(writer, NULL));
    }
    assert_ok(commit(writer, NULL));
    index_writer_close(writer);
    index_store_close(store);
    assert_ok(storage_open_posix(allocator_default(), folder, false, false, &storage, NULL));
    assert_ok(storage_list(storage, keep_file, storage, NULL));
    storage_close(storage);
    const bool all = getenv("LIBSEARCH_LONG") != NULL;
    for (size_t cause = 0; cause < sizeof CAUSES / sizeof *CAUSES; cause++)
        for (int for_ever = 0; for_ever < 2; for_ever++)
            for (unsigned copied = 0; copied < 2; copied++) { /* read instead of mapped */
                if (CAUSES[cause].cause == EINTR && for_ever)
                    continue; /* signals end */
                if (!all && (copied != (CAUSES[cause].cause == SYSTEM_SHORT) || for_ever != (cause % 2 == 1)))
                    continue; /* the long form has them all */
                for (uint64_t nth = 0; try_case(&first, cause, nth, for_ever, copied ? LIBSEARCH_NO_MAP : 0); nth++)
                    cases++;
            }
    printf("%zu cases\n", cases);
    remove_all();
    assert_int_equal(rmdir(folder), 0);
    system_calls_skip_syncs(false);
    model_free(&first);
}

static void an_index_that_could_not_be_made_on_disk_can_be_made_later(void **state)
{
    (void)state;
    char root[40];
    size_t cases = 0;
    snprintf(root, sizeof root, "%s/libsearch-test-XXXXXX", place());
    assert_non_null(mkdtemp(root));
    snprintf(folder, sizeof folder, "%s/a/index", root);
    system_calls_skip_syncs(true);
    for (size_t cause = 0; cause < sizeof CAUSES / sizeof *CAUSES; cause++)
        for (int for_ever = 0; for_ever < (CAUSES[cause].cause == EINTR ? 1 : 2); for_ever++) /* signals end */
            for (uint64_t nth = 0;; nth++) {
                struct index_store *store;
                struct life life = { 0 };
                libsearch_error error = LIBSEARCH_ERROR_INIT;
                system_calls_fail(kinds_of(cause), nth, CAUSES[cause].cause, for_ever);
                if (is_well(&life, open_disk(LIBSEARCH_CREATE, &store, &error), &error, "create"))
                    index_store_close(store);
                const bool reached = system_calls_counted() > nth;
                system_calls_mend();
                assert_ok(open_disk(LIBSEARCH_CREATE, &store, NULL));
                index_store_close(store);
                remove_all();
                char above[64];
                snprintf(above, sizeof above, "%s/a", root);
                assert_int_equal(rmdir(folder), 0);
                assert_int_equal(rmdir(above), 0);
                if (!reached)
                    break;
                cases++;
            }
    printf("%zu cases\n", cases);
    system_calls_skip_syncs(false);
    assert_int_equal(rmdir(root), 0);
}

static void a_file_system_that_cannot_lock_is_told(void **state)
{
    (void)state;
    static const int causes[] = { ENOLCK, EINVAL, ENOTSUP, ENOSYS };
    snprintf(folder, sizeof folder, "%s/libsearch-test-XXXXXX", place());
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        struct index_store *store;
        struct index_writer *writer;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_ok(open_disk(LIBSEARCH_CREATE, &store, NULL));
        system_calls_fail(SYSTEM_LOCK, 0, causes[i], true);
        assert_status(index_writer_open(store, NULL, &writer, &error), LIBSEARCH_IO);
        system_calls_mend();
        assert_non_null(strstr(error.message, "cannot lock"));
        index_store_close(store);
    }
    remove_all();
    assert_int_equal(rmdir(folder), 0);
}

static libsearch_status count_file(void *context, const char *name, uint64_t size, libsearch_error *error)
{
    (void)name;
    (void)size;
    (void)error;
    ++*(size_t *)context;
    return LIBSEARCH_OK;
}

/* Another process removes a file between two calls. */
static void a_file_that_goes_while_it_is_listed_locked_or_read_is_told_or_looked_for_again(void **state)
{
    (void)state;
    struct storage *storage;
    struct file_lock *lock;
    struct mapping mapping;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    size_t listed;
    snprintf(folder, sizeof folder, "%s/libsearch-test-XXXXXX", place());
    assert_non_null(mkdtemp(folder));
    assert_ok(storage_open_posix(allocator_default(), folder, false, false, &storage, NULL));
    for (char name[] = "a"; name[0] <= 'c'; name[0]++) {
        struct output *output;
        assert_ok(storage_create(storage, name, &output, NULL));
        assert_ok(output_append(output, "some bytes", 10, NULL));
        assert_ok(output_close(output, NULL));
    }
    /* ".", ".." and three files: one of the three calls that matter finds nothing any more. */
    size_t fewer = 0;
    for (uint64_t nth = 0; nth < 5; nth++) {
        listed = 0;
        system_calls_fail(SYSTEM_STAT, nth, ENOENT, false);
        assert_ok(storage_list(storage, count_file, &listed, NULL));
        system_calls_mend();
        fewer += listed == 2;
        assert_true(listed == 2 || listed == 3);
    }
    assert_int_equal(fewer, 3);
    system_calls_fail(SYSTEM_STAT, 1, EIO, false);
    assert_status(storage_list(storage, count_file, &listed, &error), LIBSEARCH_IO);
    system_calls_mend();
    /* The lock counts only on the file that has the name. */
    for (uint64_t nth = 0; nth < 2; nth++) {
        system_calls_fail(SYSTEM_STAT, nth, ENOENT, false);
        assert_ok(storage_lock(storage, "write.lock", 0, &lock, NULL));
        assert_int_equal(system_calls_counted(), nth + 3); /* one round more */
        system_calls_mend();
        storage_unlock(storage, lock);
        system_calls_fail(SYSTEM_STAT, nth, EIO, false);
        assert_status(storage_lock(storage, "write.lock", 0, &lock, &error), LIBSEARCH_IO);
        system_calls_mend();
    }
    /* A file that was longer when its length was asked for. */
    system_calls_fail(SYSTEM_READ, 0, SYSTEM_END, false);
    assert_status(storage_map(storage, "a", true, &mapping, &error), LIBSEARCH_IO);
    assert_non_null(strstr(error.message, "/a: ends at byte 0 while it is read"));
    system_calls_mend();
    storage_close(storage);
    remove_all();
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_any_failed_system_call_the_last_commit_is_there_and_the_next_writer_goes_on),
        cmocka_unit_test(an_index_that_could_not_be_made_on_disk_can_be_made_later),
        cmocka_unit_test(a_file_system_that_cannot_lock_is_told),
        cmocka_unit_test(a_file_that_goes_while_it_is_listed_locked_or_read_is_told_or_looked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
