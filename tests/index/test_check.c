/* SPDX-License-Identifier: MIT */
/* Damage in every file of an index, on the real segment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "index/index_model.h"
#include "index/manifest.h"
#include "index/names.h"
#include "support/failing_allocator.h"

/* Two segments, one with deletions, and two commits. */
static struct recording *make_index(struct model *model)
{
    struct recording *recording = recording_new();
    struct index_store *store;
    struct index_writer *writer;
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    for (int i = 0; i < 40; i++) {
        char id[24], text[60];
        snprintf(id, sizeof id, "%d", i % 34); /* six of 26 are replaced: too few for a merge */
        snprintf(text, sizeof text, "document %d says something on health", i);
        assert_int_equal(put(writer, id, text, NULL), LIBSEARCH_OK);
        model_put(model, id, text);
        if (i == 25)
            assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    }
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    index_writer_close(writer);
    index_store_close(store);
    return recording;
}

struct told {
    size_t lines;
    const char *name; /* that each line is to hold; NULL: any */
};

static void tell(void *context, const char *line)
{
    struct told *told = context;
    if (told->name != NULL)
        assert_non_null(strstr(line, told->name));
    told->lines++;
}

static libsearch_status check(struct recording *recording, const char *name, size_t *lines)
{
    struct storage *storage = recording_open(recording, allocator_default());
    struct told told = { 0, name };
    const libsearch_status status = index_check(allocator_default(), storage, NULL, tell, &told, NULL);
    storage_close(storage);
    *lines = told.lines;
    return status;
}

static void a_whole_index_has_no_damage(void **state)
{
    (void)state;
    struct model model = { 0 };
    struct recording *recording = make_index(&model);
    size_t lines;
    assert_int_equal(check(recording, NULL, &lines), LIBSEARCH_OK);
    assert_int_equal(lines, 0);
    recording_free(recording);
    model_free(&model);
}

static void no_index_is_no_damaged_one(void **state)
{
    (void)state;
    struct recording *recording = recording_new();
    size_t lines;
    assert_int_equal(check(recording, NULL, &lines), LIBSEARCH_NOT_FOUND);
    recording_free(recording);
}

static void what_a_killed_writer_leaves_is_no_damage_and_the_next_writer_removes_it(void **state)
{
    (void)state;
    static const char *const leftovers[] = { "manifest.tmp", "segment-00000000000000ff",
                                             "deleted-0000000000000001-00000000000000fe", "write.lock" };
    struct model model = { 0 };
    struct recording *recording = make_index(&model);
    struct storage *storage = recording_open(recording, allocator_default());
    size_t lines;
    for (size_t i = 0; i < 4; i++) {
        struct output *output;
        if (recording_has(recording, leftovers[i]))
            continue;
        assert_int_equal(storage_create(storage, leftovers[i], &output, NULL), LIBSEARCH_OK);
        assert_int_equal(output_append(output, "half", 4, NULL), LIBSEARCH_OK);
        assert_int_equal(output_close(output, NULL), LIBSEARCH_OK);
    }
    assert_int_equal(check(recording, NULL, &lines), LIBSEARCH_OK);
    assert_int_equal(lines, 0);
    struct index_store *store;
    struct index_writer *writer;
    assert_int_equal(open_store(recording, 0, &store, NULL), LIBSEARCH_OK);
    for (size_t i = 0; i < 4; i++)
        assert_true(recording_has(recording, leftovers[i])); /* readers touch nothing */
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    for (size_t i = 0; i < 3; i++)
        assert_false(recording_has(recording, leftovers[i]));
    assert_int_equal(put(writer, "new", "segment numbers are not used again", NULL), LIBSEARCH_OK);
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    assert_true(recording_has(recording, "segment-0000000000000100"));
    index_writer_close(writer);
    index_store_close(store);
    storage_close(storage);
    recording_free(recording);
    model_free(&model);
}

#define COMMIT_BEFORE "commit-0000000000000002"

/* Whether the file is of a commit: the newest, or the one before, which is checked where it is there. */
static bool counts(const char *name)
{
    uint64_t number, serial;
    return name_parse(name, &number, &serial) != NAME_OF_LOCK;
}

static void every_flipped_bit_of_every_file_is_found_and_its_file_named(void **state)
{
    (void)state;
    struct model model = { 0 };
    struct recording *recording = make_index(&model);
    size_t cases = 0, files = 0;
    const char *name;
    for (size_t i = 0; (name = recording_name(recording, i)) != NULL; i++) {
        size_t length, lines;
        uint8_t *bytes = recording_bytes(recording, name, &length);
        if (!counts(name))
            continue;
        files++;
        for (size_t bit = 0; bit < 8 * length; bit += 1 + 8 * length / 700) {
            struct index_store *store;
            libsearch_error error = LIBSEARCH_ERROR_INIT;
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (check(recording, name, &lines) != LIBSEARCH_CORRUPT || lines == 0)
                fail_msg("%s: bit %zu of byte %zu is not found", name, bit % 8, bit / 8);
            const libsearch_status opened = open_store(recording, LIBSEARCH_VERIFY, &store, &error);
            if (strcmp(name, COMMIT_BEFORE) == 0) { /* not asked for */
                assert_int_equal(opened, LIBSEARCH_OK);
                index_store_close(store);
            } else {
                assert_int_equal(opened, LIBSEARCH_CORRUPT);
                assert_non_null(strstr(error.message, name));
            }
            /* Unverified, it opens or does not, and can be read. */
            if (open_store(recording, 0, &store, NULL) == LIBSEARCH_OK) {
                struct snapshot *snapshot;
                assert_int_equal(index_store_snapshot(store, &snapshot, NULL), LIBSEARCH_OK);
                model_difference(&model, snapshot);
                snapshot_release(snapshot);
                index_store_close(store);
            }
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            cases++;
        }
    }
    printf("%zu bits of %zu files\n", cases, files);
    assert_int_equal(files, 5); /* two manifests, two segments, one file of deletions */
    recording_free(recording);
    model_free(&model);
}

static void every_missing_file_is_found(void **state)
{
    (void)state;
    struct model model = { 0 };
    struct recording *first = make_index(&model);
    const char *name;
    for (size_t i = 0; (name = recording_name(first, i)) != NULL; i++) {
        struct recording *recording = recording_cut_after(first, recording_changes(first), CUT_KEEPS, 0);
        struct storage *storage = recording_open(recording, allocator_default());
        struct index_store *store;
        size_t lines;
        assert_int_equal(storage_remove(storage, name, NULL), LIBSEARCH_OK);
        storage_close(storage);
        if (!counts(name) || strcmp(name, COMMIT_BEFORE) == 0) { /* copies may do without the commit before */
            assert_int_equal(check(recording, NULL, &lines), LIBSEARCH_OK);
        } else if (strncmp(name, "commit-", 7) != 0) { /* without the newest commit, the one before is the newest */
            assert_int_equal(check(recording, name, &lines), LIBSEARCH_CORRUPT);
            assert_int_equal(open_store(recording, 0, &store, NULL), LIBSEARCH_CORRUPT);
        }
        recording_free(recording);
    }
    recording_free(first);
    model_free(&model);
}

static void a_directory_of_other_files_is_no_index(void **state)
{
    (void)state;
    struct recording *recording = recording_new();
    struct storage *storage = recording_open(recording, allocator_default());
    struct output *output;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_int_equal(storage_create(storage, "letter.txt", &output, NULL), LIBSEARCH_OK);
    assert_int_equal(output_close(output, NULL), LIBSEARCH_OK);
    assert_int_equal(index_check(allocator_default(), storage, NULL, NULL, NULL, &error), LIBSEARCH_NOT_AN_INDEX);
    assert_non_null(strstr(error.message, "holds other files"));
    storage_close(storage);
    struct index_store *store;
    assert_int_equal(open_store(recording, LIBSEARCH_PREVIOUS, &store, &error), LIBSEARCH_NOT_AN_INDEX);
    recording_free(recording);
    recording = recording_new();
    assert_int_equal(open_store(recording, LIBSEARCH_PREVIOUS, &store, &error), LIBSEARCH_NOT_FOUND);
    recording_free(recording);
}

/* Writes a commit after the newest, in which the first segment's deletions are what `change` makes of them. */
static void commit_changed(struct recording *recording, void (*change)(struct manifest_segment *segment))
{
    struct storage *storage = recording_open(recording, allocator_default());
    struct manifest *manifest;
    char name[NAME_SIZE];
    uint64_t commit = 1;
    for (name_commit(name, commit + 1, false); recording_has(recording, name); name_commit(name, commit + 1, false))
        commit++;
    assert_int_equal(manifest_read(storage, NULL, commit, false, &manifest, NULL), LIBSEARCH_OK);
    manifest->before = commit;
    manifest->commit = commit + 1;
    assert_true(manifest->segments[0].deletions != 0);
    change(&manifest->segments[0]);
    assert_int_equal(manifest_write(storage, manifest, true, NULL), LIBSEARCH_OK);
    assert_int_equal(storage_rename(storage, NAME_TEMPORARY, name, NULL), LIBSEARCH_OK);
    manifest_release(manifest);
    storage_close(storage);
}

static void forget_deletions(struct manifest_segment *segment)
{
    segment->deletions = segment->deletions_length = segment->deleted = 0;
}

static void two_live_documents_of_one_id_are_damage(void **state)
{
    (void)state;
    struct model model = { 0 };
    struct recording *recording = make_index(&model);
    size_t lines;
    commit_changed(recording, forget_deletions);
    assert_int_equal(check(recording, "is not the only live one of its id", &lines), LIBSEARCH_CORRUPT);
    assert_int_equal(lines, 6); /* those that were replaced */
    recording_free(recording);
    model_free(&model);
}

static void count_one_more(struct manifest_segment *segment) { segment->deleted++; }

static void deletions_that_are_not_as_many_as_the_commit_says_are_damage(void **state)
{
    (void)state;
    struct model model = { 0 };
    struct recording *recording = make_index(&model);
    struct index_store *store;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    size_t lines;
    commit_changed(recording, count_one_more);
    assert_int_equal(check(recording, "6 documents deleted, the commit says 7", &lines), LIBSEARCH_CORRUPT);
    assert_int_equal(open_store(recording, 0, &store, &error), LIBSEARCH_CORRUPT);
    assert_non_null(strstr(error.message, "the commit says 7"));
    recording_free(recording);
    model_free(&model);
}

/* A commit that was not durable and is not whole was torn by a power cut, as far as anybody knows. */
static void a_loose_commit_that_is_not_whole_is_no_damage(void **state)
{
    (void)state;
    struct model model = { 0 };
    struct recording *recording = make_index(&model);
    struct index_store *store;
    struct index_writer *writer;
    const char *name;
    size_t lines, length, damaged = 0;
    char newest[64] = "";
    assert_int_equal(open_store(recording, 0, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(put(writer, "loose", "a text of its own segment", NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_commit(writer, LIBSEARCH_PROCESS, NO_BYTES, NULL), LIBSEARCH_OK);
    index_writer_close(writer);
    index_store_close(store);
    assert_int_equal(check(recording, NULL, &lines), LIBSEARCH_OK);
    for (size_t i = 0; (name = recording_name(recording, i)) != NULL; i++)
        if (strncmp(name, "segment-", 8) == 0 && strcmp(name, newest) > 0)
            snprintf(newest, sizeof newest, "%s", name);
    uint8_t *bytes = recording_bytes(recording, newest, &length);
    for (size_t at = 0; at < length; at += 1 + length / 60) {
        bytes[at] ^= 0x10;
        assert_int_equal(check(recording, NULL, &lines), LIBSEARCH_OK);
        assert_int_equal(lines, 0);
        if (open_store(recording, LIBSEARCH_VERIFY, &store, NULL) == LIBSEARCH_OK) {
            struct snapshot *snapshot;
            assert_int_equal(index_store_snapshot(store, &snapshot, NULL), LIBSEARCH_OK);
            assert_null(model_difference(&model, snapshot)); /* the commit before */
            snapshot_release(snapshot);
            index_store_close(store);
            damaged++;
        }
        bytes[at] ^= 0x10;
    }
    assert_true(damaged > 50);
    recording_free(recording);
    model_free(&model);
}

static void what_keeps_the_check_from_looking_is_said(void **state)
{
    (void)state;
    struct model model = { 0 };
    struct recording *recording = make_index(&model);
    static const libsearch_status causes[] = { LIBSEARCH_IO, LIBSEARCH_NO_MEMORY };
    size_t cases = 0;
    for (size_t cause = 0; cause < 2; cause++)
        for (uint64_t nth = 0;; nth++) {
            struct storage *storage = recording_open(recording, allocator_default());
            libsearch_error error = LIBSEARCH_ERROR_INIT;
            recording_fail(recording, RECORDING_ALL, nth, causes[cause], false);
            const libsearch_status status = index_check(allocator_default(), storage, NULL, NULL, NULL, &error);
            const bool failed = recording_failed_in(recording)[0] != 0;
            recording_mend(recording);
            storage_close(storage);
            /* Of an unreadable manifest the loose commit's is none. */
            if (!failed)
                assert_int_equal(status, LIBSEARCH_OK);
            else if (status != causes[cause] && status != LIBSEARCH_OK)
                fail_msg("call %d, status %d: %s", (int)nth, (int)status, error.message);
            if (status == causes[cause])
                assert_true(error.message[0] != 0);
            if (!failed)
                break;
            cases++;
        }
    printf("%zu cases\n", cases);
    assert_true(cases > 10);
    recording_free(recording);
    model_free(&model);
}

static void a_check_that_runs_out_of_memory_says_so_and_keeps_nothing(void **state)
{
    (void)state;
    struct model model = { 0 };
    struct recording *recording = make_index(&model);
    commit_changed(recording, forget_deletions);
    size_t cases = 0;
    int once = 0;
    for (size_t fail_at = 1; once < 2; fail_at++) {
        struct failing_allocator failing;
        struct storage *storage = recording_open(recording, allocator_default());
        struct told told = { 0, NULL };
        failing_allocator_init(&failing, fail_at);
        failing.once = once;
        storage->allocator = &failing.allocator;
        const libsearch_status status = index_check(&failing.allocator, storage, NULL, tell, &told, NULL);
        storage->allocator = allocator_default();
        storage_close(storage);
        assert_int_equal(failing.blocks, 0);
        if (failing.calls < fail_at) {
            assert_int_equal(status, LIBSEARCH_CORRUPT);
            assert_int_equal(told.lines, 6);
            fail_at = 0;
            once++;
            continue;
        }
        /* Of a loose commit's manifest that is not there, nothing need be read. */
        if (status == LIBSEARCH_CORRUPT)
            assert_int_equal(told.lines, 6);
        else {
            assert_int_equal(status, LIBSEARCH_NO_MEMORY);
            assert_int_equal(told.lines, 0);
        }
        cases++;
    }
    printf("%zu cases\n", cases);
    assert_true(cases > 10);
    recording_free(recording);
    model_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_index_has_no_damage),
        cmocka_unit_test(no_index_is_no_damaged_one),
        cmocka_unit_test(what_a_killed_writer_leaves_is_no_damage_and_the_next_writer_removes_it),
        cmocka_unit_test(every_flipped_bit_of_every_file_is_found_and_its_file_named),
        cmocka_unit_test(every_missing_file_is_found),
        cmocka_unit_test(a_directory_of_other_files_is_no_index),
        cmocka_unit_test(two_live_documents_of_one_id_are_damage),
        cmocka_unit_test(deletions_that_are_not_as_many_as_the_commit_says_are_damage),
        cmocka_unit_test(a_loose_commit_that_is_not_whole_is_no_damage),
        cmocka_unit_test(what_keeps_the_check_from_looking_is_said),
        cmocka_unit_test(a_check_that_runs_out_of_memory_says_so_and_keeps_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
