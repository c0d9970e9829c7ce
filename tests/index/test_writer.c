/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "index/index_model.h"

struct fixture {
    struct recording *recording;
    struct index_store *store;
    struct index_writer *writer;
    struct model model;
};

static struct fixture open_fixture(const struct index_writer_options *options)
{
    struct fixture f = { .recording = recording_new() };
    assert_int_equal(open_store(f.recording, LIBSEARCH_CREATE, &f.store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(f.store, options, &f.writer, NULL), LIBSEARCH_OK);
    return f;
}

static void close_fixture(struct fixture *f)
{
    index_writer_close(f->writer);
    index_store_close(f->store);
    recording_free(f->recording);
    model_free(&f->model);
}

static void put_both(struct fixture *f, const char *id, const char *text)
{
    assert_int_equal(put(f->writer, id, text, NULL), LIBSEARCH_OK);
    model_put(&f->model, id, text);
}

static void delete_both(struct fixture *f, const char *id)
{
    const libsearch_status expected = model_delete(&f->model, id) ? LIBSEARCH_OK : LIBSEARCH_NOT_FOUND;
    assert_int_equal(remove_id(f->writer, id, NULL), expected);
}

static void commit_and_compare(struct fixture *f)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (commit(f->writer, &error) != LIBSEARCH_OK)
        fail_msg("commit: %s", error.message);
    const char *difference = index_difference(f->recording, &f->model);
    if (difference != NULL)
        fail_msg("%s", difference);
}

static void a_committed_document_is_there(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    put_both(&f, "a", "first");
    commit_and_compare(&f);
    close_fixture(&f);
}

static void a_document_put_again_moves_to_the_end(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    put_both(&f, "a", "1");
    put_both(&f, "b", "2");
    put_both(&f, "a", "3");
    commit_and_compare(&f);
    put_both(&f, "b", "4");
    commit_and_compare(&f);
    put_both(&f, "a", "5");
    put_both(&f, "a", "6");
    commit_and_compare(&f);
    close_fixture(&f);
}

static void a_document_put_and_deleted_leaves_nothing_of_an_older_one(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    put_both(&f, "a", "old");
    commit_and_compare(&f);
    put_both(&f, "a", "new");
    delete_both(&f, "a");
    delete_both(&f, "a");
    commit_and_compare(&f);
    assert_int_equal(f.model.count, 0);
    close_fixture(&f);
}

static void put_if_absent_sees_what_was_put_and_deleted_so_far(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    assert_int_equal(put_if_absent(f.writer, "a", "1", NULL), LIBSEARCH_OK);
    assert_int_equal(put_if_absent(f.writer, "a", "2", NULL), LIBSEARCH_EXISTS);
    assert_int_equal(commit(f.writer, NULL), LIBSEARCH_OK);
    assert_int_equal(put_if_absent(f.writer, "a", "3", NULL), LIBSEARCH_EXISTS);
    assert_int_equal(remove_id(f.writer, "a", NULL), LIBSEARCH_OK);
    assert_int_equal(put_if_absent(f.writer, "a", "4", NULL), LIBSEARCH_OK);
    assert_int_equal(put_if_absent(f.writer, "a", "5", NULL), LIBSEARCH_EXISTS);
    model_put(&f.model, "a", "4");
    /* Deleted before it is written anywhere. */
    assert_int_equal(put_if_absent(f.writer, "b", "6", NULL), LIBSEARCH_OK);
    assert_int_equal(remove_id(f.writer, "b", NULL), LIBSEARCH_OK);
    assert_int_equal(put_if_absent(f.writer, "b", "7", NULL), LIBSEARCH_OK);
    model_put(&f.model, "b", "7");
    commit_and_compare(&f);
    close_fixture(&f);
}

static void ids_have_their_limits(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    char *id = malloc(LIBSEARCH_MAX_ID + 2);
    memset(id, 'x', LIBSEARCH_MAX_ID + 1);
    id[LIBSEARCH_MAX_ID + 1] = 0;
    assert_int_equal(put(f.writer, "", "1", NULL), LIBSEARCH_INVALID);
    assert_int_equal(put(f.writer, id, "1", NULL), LIBSEARCH_LIMIT);
    assert_int_equal(put(f.writer, id + 1, "1", NULL), LIBSEARCH_OK);
    assert_int_equal(put(f.writer, id + 2, "1", NULL), LIBSEARCH_OK);
    assert_int_equal(commit(f.writer, NULL), LIBSEARCH_OK);
    assert_int_equal(remove_id(f.writer, id + 1, NULL), LIBSEARCH_OK);
    free(id);
    close_fixture(&f);
}

static void any_sequence_of_calls_leaves_what_a_list_would_hold(void **state)
{
    (void)state;
    const char *given = getenv("LIBSEARCH_SEED");
    const unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : 20261123;
    printf("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 12; round++) {
        const struct index_writer_options options = { .memory = round % 3 == 0 ? 1 : 4000,
                                                      .threads = (unsigned)round % 4 };
        struct fixture f = open_fixture(&options);
        struct model committed = { 0 };
        for (int step = 0; step < 400; step++) {
            char id[24], text[40];
            snprintf(id, sizeof id, "id-%d", rand() % 60);
            snprintf(text, sizeof text, "round %d step %d", round, step);
            switch (rand() % 20) {
            case 0:
                commit_and_compare(&f);
                model_copy(&committed, &f.model);
                break;
            case 1:
                if (rand() % 4 == 0) {
                    assert_int_equal(index_writer_rollback(f.writer, NULL), LIBSEARCH_OK);
                    model_copy(&f.model, &committed);
                }
                break;
            case 2:
                assert_int_equal(index_writer_refresh(f.writer, NULL), LIBSEARCH_OK);
                struct snapshot *snapshot;
                assert_int_equal(index_store_snapshot(f.store, &snapshot, NULL), LIBSEARCH_OK);
                assert_null(model_difference(&f.model, snapshot));
                snapshot_release(snapshot);
                break;
            case 3:
                if (rand() % 8 == 0) {
                    assert_int_equal(index_writer_compact(f.writer, 0, NULL), LIBSEARCH_OK);
                    model_copy(&committed, &f.model);
                    assert_null(index_difference(f.recording, &f.model));
                }
                break;
            case 4:
            case 5:
            case 6: delete_both(&f, id); break;
            case 7: {
                const libsearch_status expected = model_has(&f.model, id) ? LIBSEARCH_EXISTS : LIBSEARCH_OK;
                assert_int_equal(put_if_absent(f.writer, id, text, NULL), expected);
                if (expected == LIBSEARCH_OK)
                    model_put(&f.model, id, text);
                break;
            }
            case 8:
                if (rand() % 8 == 0) { /* dropped without a commit, and taken up again */
                    index_writer_close(f.writer);
                    assert_int_equal(index_writer_open(f.store, &options, &f.writer, NULL), LIBSEARCH_OK);
                    model_copy(&f.model, &committed);
                }
                break;
            default: put_both(&f, id, text);
            }
        }
        commit_and_compare(&f);
        model_free(&committed);
        close_fixture(&f);
    }
}

static void a_compacted_index_is_one_segment_without_deletions(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    for (int i = 0; i < 7; i++) {
        char id[24];
        for (int j = 0; j < 3; j++) {
            snprintf(id, sizeof id, "%d", (5 * i + j) % 13);
            put_both(&f, id, "text");
        }
        commit_and_compare(&f);
    }
    assert_int_equal(index_writer_compact(f.writer, 0, NULL), LIBSEARCH_OK);
    assert_null(index_difference(f.recording, &f.model));
    struct snapshot *snapshot, *again;
    assert_int_equal(index_store_snapshot(f.store, &snapshot, NULL), LIBSEARCH_OK);
    assert_int_equal(snapshot->segment_count, 1);
    assert_int_equal(snapshot->deleted, 0);
    /* and a second time there is nothing to do */
    assert_int_equal(index_writer_compact(f.writer, 0, NULL), LIBSEARCH_OK);
    assert_int_equal(index_store_snapshot(f.store, &again, NULL), LIBSEARCH_OK);
    assert_int_equal(again->commit, snapshot->commit);
    snapshot_release(snapshot);
    snapshot_release(again);
    close_fixture(&f);
}

static void a_commit_without_changes_is_none_unless_its_bytes_differ(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    struct snapshot *snapshot;
    put_both(&f, "a", "1");
    commit_and_compare(&f);
    assert_int_equal(index_store_snapshot(f.store, &snapshot, NULL), LIBSEARCH_OK);
    const uint64_t number = snapshot->commit;
    snapshot_release(snapshot);
    commit_and_compare(&f);
    assert_int_equal(index_writer_commit(f.writer, LIBSEARCH_DURABLE, LIBSEARCH_STRING("mine"), NULL), LIBSEARCH_OK);
    assert_int_equal(index_store_snapshot(f.store, &snapshot, NULL), LIBSEARCH_OK);
    assert_int_equal(snapshot->commit, number + 1);
    assert_int_equal(snapshot->commit_bytes.length, 4);
    assert_memory_equal(snapshot->commit_bytes.data, "mine", 4);
    snapshot_release(snapshot);
    close_fixture(&f);
}

static void a_programs_bytes_have_their_limit(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    char *bytes = calloc(1, LIBSEARCH_MAX_COMMIT_BYTES + 1);
    const libsearch_bytes most = { bytes, LIBSEARCH_MAX_COMMIT_BYTES };
    const libsearch_bytes more = { bytes, LIBSEARCH_MAX_COMMIT_BYTES + 1 };
    assert_int_equal(index_writer_commit(f.writer, LIBSEARCH_DURABLE, more, NULL), LIBSEARCH_LIMIT);
    assert_int_equal(index_writer_commit(f.writer, LIBSEARCH_DURABLE, most, NULL), LIBSEARCH_OK);
    assert_null(index_difference(f.recording, &f.model));
    free(bytes);
    close_fixture(&f);
}

static void a_prepared_commit_is_not_seen_until_it_is_finished(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    struct model before = { 0 };
    put_both(&f, "a", "1");
    commit_and_compare(&f);
    model_copy(&before, &f.model);
    put_both(&f, "b", "2");
    assert_int_equal(index_writer_prepare(f.writer, LIBSEARCH_DURABLE, NO_BYTES, NULL), LIBSEARCH_OK);
    assert_null(index_difference(f.recording, &before));
    assert_int_equal(put(f.writer, "c", "3", NULL), LIBSEARCH_INVALID);
    assert_int_equal(index_writer_prepare(f.writer, LIBSEARCH_DURABLE, NO_BYTES, NULL), LIBSEARCH_INVALID);
    assert_int_equal(index_writer_finish(f.writer, NULL), LIBSEARCH_OK);
    assert_null(index_difference(f.recording, &f.model));
    assert_int_equal(index_writer_finish(f.writer, NULL), LIBSEARCH_INVALID);
    model_free(&before);
    close_fixture(&f);
}

static void a_cancelled_commit_keeps_what_was_put_for_the_next(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    put_both(&f, "a", "1");
    commit_and_compare(&f);
    put_both(&f, "a", "2");
    put_both(&f, "b", "2");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(index_writer_prepare(f.writer, LIBSEARCH_DURABLE, NO_BYTES, NULL), LIBSEARCH_OK);
        assert_true(recording_has(f.recording, "manifest.tmp"));
        assert_int_equal(index_writer_cancel(f.writer, NULL), LIBSEARCH_OK);
        assert_false(recording_has(f.recording, "manifest.tmp"));
    }
    put_both(&f, "c", "3");
    commit_and_compare(&f);
    close_fixture(&f);
}

static void closing_a_writer_drops_a_prepared_commit_and_its_files(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    put_both(&f, "a", "1");
    commit_and_compare(&f);
    const uint64_t before = recording_fingerprint(f.recording);
    assert_int_equal(put(f.writer, "b", "2", NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_prepare(f.writer, LIBSEARCH_DURABLE, NO_BYTES, NULL), LIBSEARCH_OK);
    index_writer_close(f.writer);
    f.writer = NULL;
    assert_true(recording_fingerprint(f.recording) == before);
    assert_null(index_difference(f.recording, &f.model));
    close_fixture(&f);
}

static void a_refresh_shows_what_is_not_committed_to_this_store_alone(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    struct model empty = { 0 };
    struct snapshot *first, *second;
    put_both(&f, "a", "1");
    assert_int_equal(index_store_snapshot(f.store, &first, NULL), LIBSEARCH_OK);
    assert_null(model_difference(&empty, first));
    assert_int_equal(index_writer_refresh(f.writer, NULL), LIBSEARCH_OK);
    assert_int_equal(index_store_snapshot(f.store, &second, NULL), LIBSEARCH_OK);
    assert_null(model_difference(&f.model, second));
    assert_true(second->generation > first->generation);
    assert_null(index_difference(f.recording, &empty));
    snapshot_release(second);
    index_writer_close(f.writer);
    f.writer = NULL;
    assert_int_equal(index_store_snapshot(f.store, &second, NULL), LIBSEARCH_OK);
    assert_null(model_difference(&empty, second));
    snapshot_release(first);
    snapshot_release(second);
    close_fixture(&f);
}

static void a_rollback_brings_back_the_last_commit(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    struct model kept = { 0 };
    put_both(&f, "a", "1");
    put_both(&f, "b", "1");
    commit_and_compare(&f);
    model_copy(&kept, &f.model);
    const uint64_t before = recording_fingerprint(f.recording);
    put_both(&f, "a", "2");
    delete_both(&f, "b");
    assert_int_equal(index_writer_refresh(f.writer, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_rollback(f.writer, NULL), LIBSEARCH_OK);
    assert_true(recording_fingerprint(f.recording) == before);
    model_copy(&f.model, &kept);
    put_both(&f, "c", "3");
    commit_and_compare(&f);
    model_free(&kept);
    close_fixture(&f);
}

static void documents_of_a_snapshot_can_be_deleted_one_by_one(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    struct snapshot *snapshot;
    put_both(&f, "a", "1");
    put_both(&f, "b", "1");
    commit_and_compare(&f);
    put_both(&f, "c", "1");
    put_both(&f, "d", "1");
    assert_int_equal(index_writer_snapshot(f.writer, &snapshot, NULL), LIBSEARCH_OK);
    for (size_t i = 0; i < snapshot->segment_count; i++)
        for (uint32_t d = 0; d < segment_count(snapshot->segments[i].segment); d += 2) {
            const libsearch_bytes id = segment_id(snapshot->segments[i].segment, d);
            char name[24];
            snprintf(name, sizeof name, "%.*s", (int)id.length, id.data);
            model_delete(&f.model, name);
            for (int twice = 0; twice < 2; twice++)
                assert_int_equal(index_writer_delete_document(f.writer, snapshot, i, d, NULL), LIBSEARCH_OK);
        }
    assert_int_equal(snapshot->documents, 4);
    assert_int_equal(f.model.count, 2);
    commit_and_compare(&f);
    assert_int_equal(index_writer_delete_document(f.writer, snapshot, 9, 0, NULL), LIBSEARCH_INVALID);
    snapshot_release(snapshot);
    close_fixture(&f);
}

static void fields_come_to_the_schema_with_documents_and_stay(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    libsearch_document *document = document_new(allocator_default());
    const struct document_value number = {
        .field = "year", .field_length = 4, .type = LIBSEARCH_INTEGER, .integer = 1984
    };
    const struct document_value word = {
        .field = "year", .field_length = 4, .type = LIBSEARCH_TEXT, .bytes = LIBSEARCH_STRING("late")
    };
    put_both(&f, "a", "1");
    commit_and_compare(&f);
    assert_int_equal(document_add(document, &number, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_put(f.writer, LIBSEARCH_STRING("b"), document, false, NULL), LIBSEARCH_OK);
    document_clear(document);
    assert_int_equal(document_add(document, &word, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_put(f.writer, LIBSEARCH_STRING("c"), document, false, NULL), LIBSEARCH_INVALID);
    assert_int_equal(commit(f.writer, NULL), LIBSEARCH_OK);
    index_writer_close(f.writer);
    index_store_close(f.store);
    assert_int_equal(open_store(f.recording, 0, &f.store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(f.store, NULL, &f.writer, NULL), LIBSEARCH_OK);
    const struct field *field = schema_find(index_writer_schema(f.writer), "year", 4);
    assert_non_null(field);
    assert_int_equal(field->type, LIBSEARCH_INTEGER);
    document_free(document);
    close_fixture(&f);
}

static void a_refused_document_brings_no_field(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    libsearch_document *document = document_new(allocator_default());
    libsearch_field year = LIBSEARCH_FIELD_INIT;
    const struct document_value month = {
        .field = "month", .field_length = 5, .type = LIBSEARCH_INTEGER, .integer = 6
    };
    const struct document_value word = {
        .field = "year", .field_length = 4, .type = LIBSEARCH_KEYWORD, .bytes = LIBSEARCH_STRING("late")
    };
    year.name = "year";
    year.type = LIBSEARCH_INTEGER;
    assert_int_equal(index_writer_add_field(f.writer, &year, NULL), LIBSEARCH_OK);
    assert_int_equal(document_add(document, &month, NULL), LIBSEARCH_OK); /* a new one, before what is wrong */
    assert_int_equal(document_add(document, &word, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_put(f.writer, LIBSEARCH_STRING("a"), document, false, NULL), LIBSEARCH_INVALID);
    assert_null(schema_find(index_writer_schema(f.writer), "month", 5));
    document_free(document);
    put_both(&f, "b", "text");
    commit_and_compare(&f);
    close_fixture(&f);
}

static void a_field_can_be_added_once_and_not_otherwise_again(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = "tag";
    field.type = LIBSEARCH_KEYWORD;
    assert_int_equal(index_writer_add_field(f.writer, &field, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_add_field(f.writer, &field, NULL), LIBSEARCH_OK);
    field.type = LIBSEARCH_TEXT;
    assert_int_equal(index_writer_add_field(f.writer, &field, NULL), LIBSEARCH_EXISTS);
    assert_int_equal(commit(f.writer, NULL), LIBSEARCH_OK);
    struct snapshot *snapshot;
    assert_int_equal(index_store_snapshot(f.store, &snapshot, NULL), LIBSEARCH_OK);
    assert_non_null(schema_find(snapshot->schema, "tag", 3));
    snapshot_release(snapshot);
    close_fixture(&f);
}

static void a_second_writer_is_locked_out_until_the_first_is_closed(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    struct index_store *other;
    struct index_writer *second;
    const struct index_writer_options waiting = { .lock_wait = 20 };
    assert_int_equal(open_store(f.recording, 0, &other, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(f.store, NULL, &second, NULL), LIBSEARCH_LOCKED);
    assert_int_equal(index_writer_open(other, &waiting, &second, NULL), LIBSEARCH_LOCKED);
    put_both(&f, "a", "1");
    commit_and_compare(&f);
    index_writer_close(f.writer);
    f.writer = NULL;
    assert_int_equal(index_writer_open(other, &waiting, &second, NULL), LIBSEARCH_OK);
    assert_int_equal(put(second, "b", "2", NULL), LIBSEARCH_OK);
    model_put(&f.model, "b", "2");
    assert_int_equal(commit(second, NULL), LIBSEARCH_OK);
    assert_null(index_difference(f.recording, &f.model));
    index_writer_close(second);
    index_store_close(other);
    close_fixture(&f);
}

static void an_index_opened_to_read_has_no_writer(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    struct index_store *reader;
    struct index_writer *writer;
    assert_int_equal(open_store(f.recording, LIBSEARCH_READ_ONLY, &reader, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(reader, NULL, &writer, NULL), LIBSEARCH_PERMISSION);
    index_store_close(reader);
    close_fixture(&f);
}

static void compact_refuses_what_it_does_not_know(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    put_both(&f, "a", "1");
    assert_int_equal(index_writer_compact(f.writer, 1u << 30, &error), LIBSEARCH_INVALID);
    assert_non_null(strstr(error.message, "unknown flags"));
    commit_and_compare(&f);
    close_fixture(&f);
}

static void a_snapshot_from_before_a_merge_deletes_nothing(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    struct snapshot *snapshot;
    put_both(&f, "a", "1");
    assert_int_equal(commit(f.writer, NULL), LIBSEARCH_OK);
    put_both(&f, "b", "2");
    assert_int_equal(index_writer_snapshot(f.writer, &snapshot, NULL), LIBSEARCH_OK);
    assert_int_equal(snapshot->segment_count, 2);
    assert_int_equal(index_writer_compact(f.writer, 0, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_delete_document(f.writer, snapshot, 1, 0, NULL), LIBSEARCH_STALE);
    assert_int_equal(index_writer_delete_document(f.writer, snapshot, 2, 0, NULL), LIBSEARCH_INVALID);
    assert_int_equal(index_writer_delete_document(f.writer, snapshot, 1, 1, NULL), LIBSEARCH_INVALID);
    snapshot_release(snapshot);
    commit_and_compare(&f);
    close_fixture(&f);
}

static void a_rollback_that_fails_can_be_tried_again(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    size_t failures = 0;
    put_both(&f, "a", "1");
    put_both(&f, "b", "2");
    commit_and_compare(&f);
    for (uint64_t nth = 0;; nth++) {
        assert_int_equal(put(f.writer, "c", "3", NULL), LIBSEARCH_OK);
        assert_int_equal(remove_id(f.writer, "a", NULL), LIBSEARCH_OK);
        recording_fail(f.recording, RECORDING_ALL, nth, LIBSEARCH_IO, false);
        const libsearch_status status = index_writer_rollback(f.writer, NULL);
        const bool failed = recording_failed_in(f.recording)[0] != 0;
        recording_mend(f.recording);
        if (status != LIBSEARCH_OK) {
            assert_int_equal(status, LIBSEARCH_IO);
            assert_int_equal(index_writer_rollback(f.writer, NULL), LIBSEARCH_OK);
            failures++;
        }
        if (!failed)
            break;
    }
    printf("%zu rollbacks failed\n", failures);
    commit_and_compare(&f);
    close_fixture(&f);
}

/* What a text of so many random letters takes cannot be gathered: it is written at once. */
static void a_put_that_cannot_be_written_loses_the_writers_documents_and_it_says_so(void **state)
{
    (void)state;
    enum { LETTERS = 400000 };
    struct fixture f = open_fixture(NULL);
    char *text = malloc(LETTERS + 1);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_status status = LIBSEARCH_OK;
    uint64_t random = 5;
    put_both(&f, "a", "1");
    commit_and_compare(&f);
    recording_fail(f.recording, RECORDING_WRITE, 0, LIBSEARCH_FULL, true);
    for (int i = 0; i < 20 && status == LIBSEARCH_OK; i++) {
        char id[24];
        for (size_t j = 0; j < LETTERS; j++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            text[j] = random >> 60 < 2 ? ' ' : (char)('!' + (random >> 33) % 90);
        }
        text[LETTERS] = 0;
        snprintf(id, sizeof id, "large %d", i);
        status = put(f.writer, id, text, &error);
    }
    assert_int_equal(status, LIBSEARCH_FULL);
    recording_mend(f.recording);
    assert_int_equal(put(f.writer, "b", "2", &error), LIBSEARCH_FINISHED);
    assert_int_equal(commit(f.writer, NULL), LIBSEARCH_FINISHED);
    assert_int_equal(index_writer_rollback(f.writer, NULL), LIBSEARCH_OK);
    put_both(&f, "c", "3");
    commit_and_compare(&f);
    free(text);
    close_fixture(&f);
}

/* A commit that its writer did not live to sync: the next writer syncs its name before it removes anything. */
static void a_writer_after_one_that_died_fails_to_open_while_the_directory_cannot_be_synced(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    size_t failures = 0;
    put_both(&f, "a", "1");
    commit_and_compare(&f);
    const size_t first = recording_changes(f.recording);
    put_both(&f, "b", "2");
    commit_and_compare(&f);
    for (size_t changes = first; changes <= recording_changes(f.recording); changes++) {
        struct recording *left = recording_cut_after(f.recording, changes, CUT_KEEPS, 0);
        struct index_store *store;
        struct index_writer *writer;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_int_equal(open_store(left, 0, &store, NULL), LIBSEARCH_OK);
        recording_fail(left, RECORDING_SYNC_DIRECTORY, 0, LIBSEARCH_FINISHED, false);
        const libsearch_status status = index_writer_open(store, NULL, &writer, &error);
        recording_mend(left);
        if (status != LIBSEARCH_OK) {
            assert_int_equal(status, LIBSEARCH_IO);
            assert_int_equal(error.status, LIBSEARCH_IO);
            failures++;
            assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
        }
        assert_int_equal(put(writer, "c", "3", NULL), LIBSEARCH_OK);
        assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
        index_writer_close(writer);
        index_store_close(store);
        recording_free(left);
    }
    assert_true(failures > 0);
    index_store_close(NULL);
    close_fixture(&f);
}

/* Each write, file and map fails once while documents come that are written and merged at once: those whose put said
 * that it succeeded are in the next commit, and no others. */
static void a_put_says_whether_the_document_is_in(void **state)
{
    (void)state;
    const struct index_writer_options options = { .memory = 500, .threads = 1 };
    size_t cases = 0, compared = 0;
    bool failed = true;
    for (uint64_t nth = 0; failed; nth++) {
        struct fixture f = open_fixture(&options);
        recording_fail(f.recording, RECORDING_CREATE | RECORDING_WRITE | RECORDING_MAP, nth, LIBSEARCH_IO, false);
        for (int i = 0; i < 14; i++) {
            char id[24];
            snprintf(id, sizeof id, "%d", i);
            if (put(f.writer, id, "text", NULL) == LIBSEARCH_OK)
                model_put(&f.model, id, "text");
        }
        failed = recording_failed_in(f.recording)[0] != '\0';
        recording_mend(f.recording);
        libsearch_status status = commit(f.writer, NULL);
        if (status != LIBSEARCH_OK && status != LIBSEARCH_FINISHED)
            status = commit(f.writer, NULL); /* what could not be merged then is told once */
        if (status == LIBSEARCH_OK) {
            const char *difference = index_difference(f.recording, &f.model);
            if (difference != NULL)
                fail_msg("call %llu failed: %s", (unsigned long long)nth, difference);
            compared++;
        }
        cases++;
        close_fixture(&f);
    }
    printf("%zu cases, %zu committed\n", cases, compared);
    assert_true(compared > 10);
}

static void a_compact_leaves_no_deleted_document(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    for (unsigned round = 0; round < 3; round++) { /* of one segment and of several */
        struct snapshot *snapshot;
        for (char id[] = "a"; id[0] <= 'z'; id[0]++)
            put_both(&f, id, "one of many, so that no merge is due when one goes");
        commit_and_compare(&f);
        delete_both(&f, "b");
        if (round == 1)
            commit_and_compare(&f);
        assert_int_equal(index_writer_compact(f.writer, 0, NULL), LIBSEARCH_OK);
        assert_int_equal(index_store_snapshot(f.store, &snapshot, NULL), LIBSEARCH_OK);
        assert_int_equal(snapshot->segment_count, 1);
        assert_null(snapshot->segments[0].live);
        assert_int_equal(segment_count(snapshot->segments[0].segment), 25);
        assert_null(model_difference(&f.model, snapshot));
        snapshot_release(snapshot);
    }
    close_fixture(&f);
}

/* As docs/format.md says: what could not be removed for a while goes in one order, old commits before the files that they
 * name, and the oldest before all; a commit that cannot be removed keeps its files. */
static void what_is_old_is_removed_in_order(void **state)
{
    (void)state;
    struct fixture f = open_fixture(NULL);
    char id[24], before[64] = "";
    size_t removed_commits = 0, removed = 0;
    recording_fail(f.recording, RECORDING_REMOVE, 0, LIBSEARCH_IO, true);
    for (int i = 0; i < 12; i++) {
        snprintf(id, sizeof id, "%d", i);
        put_both(&f, id, id);
        commit_and_compare(&f);
        assert_int_equal(index_writer_compact(f.writer, 0, NULL), LIBSEARCH_OK);
    }
    recording_fail(f.recording, RECORDING_REMOVE, 5, LIBSEARCH_IO, false);
    for (unsigned more = 0; more < 2; more++) {
        const size_t first = recording_changes(f.recording);
        put_both(&f, "last", more == 0 ? "1" : "2");
        commit_and_compare(&f);
        before[0] = '\0';
        for (size_t i = first; i < recording_changes(f.recording); i++) {
            const char *change = strchr(recording_change_text(f.recording, i), ' ') + 1; /* behind its number */
            if (strncmp(change, "remove ", 7) != 0)
                continue;
            /* "commit-…" comes before "deletions-…" and "segment-…", and numbers have leading zeros. */
            if (strncmp(before, "remove commit-", 14) == 0)
                assert_true(strcmp(change, before) > 0);
            else if (before[0] != '\0')
                assert_true(strncmp(change, "remove commit-", 14) != 0);
            assert_true(strlen(change) < sizeof before);
            memcpy(before, change, strlen(change) + 1);
            removed_commits += strncmp(change, "remove commit-", 14) == 0;
            removed++;
        }
        if (more == 0) { /* one of them could not be removed */
            assert_true(removed > 0);
            assert_int_equal(removed, removed_commits);
        }
    }
    assert_true(removed_commits > 20);
    assert_true(removed > removed_commits + 10);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_committed_document_is_there),
        cmocka_unit_test(a_document_put_again_moves_to_the_end),
        cmocka_unit_test(a_document_put_and_deleted_leaves_nothing_of_an_older_one),
        cmocka_unit_test(put_if_absent_sees_what_was_put_and_deleted_so_far),
        cmocka_unit_test(ids_have_their_limits),
        cmocka_unit_test(any_sequence_of_calls_leaves_what_a_list_would_hold),
        cmocka_unit_test(a_compacted_index_is_one_segment_without_deletions),
        cmocka_unit_test(a_commit_without_changes_is_none_unless_its_bytes_differ),
        cmocka_unit_test(a_programs_bytes_have_their_limit),
        cmocka_unit_test(a_prepared_commit_is_not_seen_until_it_is_finished),
        cmocka_unit_test(a_cancelled_commit_keeps_what_was_put_for_the_next),
        cmocka_unit_test(closing_a_writer_drops_a_prepared_commit_and_its_files),
        cmocka_unit_test(a_refresh_shows_what_is_not_committed_to_this_store_alone),
        cmocka_unit_test(a_rollback_brings_back_the_last_commit),
        cmocka_unit_test(documents_of_a_snapshot_can_be_deleted_one_by_one),
        cmocka_unit_test(fields_come_to_the_schema_with_documents_and_stay),
        cmocka_unit_test(a_refused_document_brings_no_field),
        cmocka_unit_test(a_field_can_be_added_once_and_not_otherwise_again),
        cmocka_unit_test(a_second_writer_is_locked_out_until_the_first_is_closed),
        cmocka_unit_test(an_index_opened_to_read_has_no_writer),
        cmocka_unit_test(compact_refuses_what_it_does_not_know),
        cmocka_unit_test(a_snapshot_from_before_a_merge_deletes_nothing),
        cmocka_unit_test(a_rollback_that_fails_can_be_tried_again),
        cmocka_unit_test(a_put_that_cannot_be_written_loses_the_writers_documents_and_it_says_so),
        cmocka_unit_test(a_writer_after_one_that_died_fails_to_open_while_the_directory_cannot_be_synced),
        cmocka_unit_test(a_compact_leaves_no_deleted_document),
        cmocka_unit_test(a_put_says_whether_the_document_is_in),
        cmocka_unit_test(what_is_old_is_removed_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
