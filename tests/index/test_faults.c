/* SPDX-License-Identifier: MIT */
/* Every call to the storage fails, once and for ever, with each status that it may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "index/index_model.h"

static const libsearch_status CAUSES[] = { LIBSEARCH_IO, LIBSEARCH_FULL, LIBSEARCH_PERMISSION, LIBSEARCH_NO_MEMORY };

/* How many cases there were, said at the end. */
static size_t cases;

static void may_be(libsearch_status status, const char *what, const char *where)
{
    switch (status) {
    case LIBSEARCH_OK:
    case LIBSEARCH_IO:
    case LIBSEARCH_FULL:
    case LIBSEARCH_PERMISSION:
    case LIBSEARCH_NO_MEMORY:
    case LIBSEARCH_FINISHED: return;
    default: fail_msg("%s: status %d after a failure of %s", what, (int)status, where);
    }
}

struct run {
    struct recording *recording;
    struct model acknowledged; /* by the last commit that said OK */
    struct model in_flight;    /* what a commit that said otherwise may have made of it */
    struct model working;
    bool uncertain; /* in_flight counts */
};

/* What a call to commit or compact came to. */
static void judge_commit(struct run *run, libsearch_status status, const char *what)
{
    may_be(status, what, recording_failed_in(run->recording));
    if (status == LIBSEARCH_OK) {
        model_copy(&run->acknowledged, &run->working);
        run->uncertain = false;
    } else if (status == LIBSEARCH_FINISHED) {
        model_copy(&run->in_flight, &run->working);
        run->uncertain = true;
    }
}

/* Some of everything; goes on after failures, as a program might. Some ids come again, some go. */
static void work(struct run *run)
{
    struct index_store *store;
    struct index_writer *writer;
    const struct index_writer_options options = { .memory = 600 };
    libsearch_status status = open_store(run->recording, 0, &store, NULL);
    may_be(status, "open", recording_failed_in(run->recording));
    if (status != LIBSEARCH_OK)
        return;
    status = index_writer_open(store, &options, &writer, NULL);
    may_be(status, "writer", recording_failed_in(run->recording));
    if (status != LIBSEARCH_OK) {
        index_store_close(store);
        return;
    }
    for (int step = 0; step < 40; step++) {
        char id[24], text[40];
        snprintf(id, sizeof id, "%d", step * 7 % 25);
        snprintf(text, sizeof text, "step %d", step);
        if (step % 9 == 4) {
            status = remove_id(writer, id, NULL);
            if (status == LIBSEARCH_OK)
                model_delete(&run->working, id);
            else if (status != LIBSEARCH_NOT_FOUND)
                may_be(status, "delete", recording_failed_in(run->recording));
            if (status == LIBSEARCH_NOT_FOUND && model_has(&run->working, id))
                fail_msg("a document is missing after a failure of %s", recording_failed_in(run->recording));
        } else {
            status = put(writer, id, text, NULL);
            may_be(status, "put", recording_failed_in(run->recording));
            if (status == LIBSEARCH_OK)
                model_put(&run->working, id, text);
        }
        if (step % 10 == 9 && step < 30) {
            status = commit(writer, NULL);
            if (status != LIBSEARCH_OK && status != LIBSEARCH_FINISHED) /* tried again, as the header allows */
                status = commit(writer, NULL);
            judge_commit(run, status, "commit");
        }
        if (step == 25)
            may_be(index_writer_refresh(writer, NULL), "refresh", recording_failed_in(run->recording));
        if (step == 35)
            judge_commit(run, index_writer_compact(writer, LIBSEARCH_BIWORDS, NULL), "compact");
    }
    index_writer_close(writer);
    index_store_close(store);
}

static void try_case(struct recording *start, const struct model *first, unsigned kinds, uint64_t nth,
                     libsearch_status cause, bool for_ever, bool *reached)
{
    struct run run = { .recording = recording_cut_after(start, recording_changes(start), CUT_KEEPS, 0) };
    model_copy(&run.acknowledged, first);
    model_copy(&run.working, first);
    recording_fail(run.recording, kinds, nth, cause, for_ever);
    work(&run);
    *reached = recording_failed_in(run.recording)[0] != 0;
    char where[200];
    snprintf(where, sizeof where, "%s (call %llu, status %d, %s)", recording_failed_in(run.recording),
             (unsigned long long)nth, (int)cause, for_ever ? "for ever" : "once");
    recording_mend(run.recording);
    /* What was acknowledged is there, or what a failed sync may have let through. */
    char why[600] = "";
    const char *difference = index_difference(run.recording, &run.acknowledged);
    if (difference != NULL)
        snprintf(why, sizeof why, "%s", difference);
    if (difference != NULL && run.uncertain)
        difference = index_difference(run.recording, &run.in_flight);
    if (difference != NULL)
        fail_msg("%s: %s", where, why);
    const bool flew = why[0] != 0;
    /* And the next writer goes on. */
    struct index_store *store;
    struct index_writer *writer;
    struct model *base = flew ? &run.in_flight : &run.acknowledged;
    assert_int_equal(open_store(run.recording, 0, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(put(writer, "next", "next", NULL), LIBSEARCH_OK);
    model_put(base, "next", "next");
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    index_writer_close(writer);
    index_store_close(store);
    difference = index_difference(run.recording, base);
    if (difference != NULL)
        fail_msg("%s, then the next writer: %s", where, difference);
    recording_free(run.recording);
    model_free(&run.acknowledged);
    model_free(&run.in_flight);
    model_free(&run.working);
    cases++;
}

static void after_any_failure_the_last_commit_opens_and_the_next_writer_goes_on(void **state)
{
    (void)state;
    struct recording *start = recording_new();
    struct model first = { 0 };
    struct index_store *store;
    struct index_writer *writer;
    assert_int_equal(open_store(start, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    for (int i = 0; i < 12; i++) {
        char id[24];
        snprintf(id, sizeof id, "%d", i);
        assert_int_equal(put(writer, id, "first", NULL), LIBSEARCH_OK);
        model_put(&first, id, "first");
        if (i % 5 == 4)
            assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    }
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    index_writer_close(writer);
    index_store_close(store);
    for (size_t cause = 0; cause < sizeof CAUSES / sizeof *CAUSES; cause++)
        for (int for_ever = 0; for_ever < 2; for_ever++) {
            bool reached = true;
            for (uint64_t nth = 0; reached; nth++)
                try_case(start, &first, RECORDING_ALL, nth, CAUSES[cause], for_ever, &reached);
        }
    recording_free(start);
    model_free(&first);
    printf("%zu cases\n", cases);
}

static void a_failed_sync_finishes_the_writer_for_good(void **state)
{
    (void)state;
    const unsigned kinds[] = { RECORDING_SYNC, RECORDING_SYNC_DIRECTORY };
    for (size_t kind = 0; kind < 2; kind++)
        for (uint64_t nth = 0; nth < 2; nth++) {
            struct recording *recording = recording_new();
            struct index_store *store;
            struct index_writer *writer;
            libsearch_error error = LIBSEARCH_ERROR_INIT;
            assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
            assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
            assert_int_equal(put(writer, "a", "1", NULL), LIBSEARCH_OK);
            recording_fail(recording, kinds[kind], nth, LIBSEARCH_IO, false);
            assert_int_equal(commit(writer, &error), LIBSEARCH_FINISHED);
            assert_non_null(strstr(error.message, "made to fail"));
            recording_mend(recording);
            assert_int_equal(commit(writer, NULL), LIBSEARCH_FINISHED);
            assert_int_equal(put(writer, "b", "1", NULL), LIBSEARCH_FINISHED);
            assert_int_equal(remove_id(writer, "a", NULL), LIBSEARCH_FINISHED);
            assert_int_equal(index_writer_refresh(writer, NULL), LIBSEARCH_FINISHED);
            assert_int_equal(index_writer_rollback(writer, NULL), LIBSEARCH_FINISHED);
            assert_int_equal(index_writer_compact(writer, 0, NULL), LIBSEARCH_FINISHED);
            assert_int_equal(index_writer_finish(writer, NULL), LIBSEARCH_FINISHED);
            assert_int_equal(index_writer_cancel(writer, &error), LIBSEARCH_FINISHED);
            assert_non_null(strstr(error.message, "made to fail"));
            index_writer_close(writer);
            index_store_close(store);
            recording_free(recording);
        }
}

static void a_full_disk_in_a_commit_loses_nothing_where_no_document_was_being_written(void **state)
{
    (void)state;
    struct recording *recording = recording_new();
    struct model model = { 0 };
    struct index_store *store;
    struct index_writer *writer;
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    model_put(&model, "a", "1");
    assert_int_equal(put(writer, "a", "1", NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_refresh(writer, NULL), LIBSEARCH_OK);
    recording_fail(recording, RECORDING_WRITE, 0, LIBSEARCH_FULL, true);
    for (int i = 0; i < 3; i++)
        assert_int_equal(commit(writer, NULL), LIBSEARCH_FULL);
    recording_mend(recording);
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    assert_null(index_difference(recording, &model));
    index_writer_close(writer);
    index_store_close(store);
    recording_free(recording);
    model_free(&model);
}

static void documents_that_a_full_disk_took_are_never_passed_over(void **state)
{
    (void)state;
    struct recording *recording = recording_new();
    struct model model = { 0 };
    struct index_store *store;
    struct index_writer *writer;
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(put(writer, "a", "1", NULL), LIBSEARCH_OK);
    recording_fail(recording, RECORDING_WRITE, 0, LIBSEARCH_FULL, false);
    assert_int_equal(commit(writer, NULL), LIBSEARCH_FULL);
    assert_int_equal(commit(writer, NULL), LIBSEARCH_FINISHED);
    assert_int_equal(put(writer, "b", "1", NULL), LIBSEARCH_FINISHED);
    assert_null(index_difference(recording, &model));
    /* Whoever knows that may go on from the last commit. */
    assert_int_equal(index_writer_rollback(writer, NULL), LIBSEARCH_OK);
    assert_int_equal(put(writer, "b", "2", NULL), LIBSEARCH_OK);
    model_put(&model, "b", "2");
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    assert_null(index_difference(recording, &model));
    index_writer_close(writer);
    index_store_close(store);
    recording_free(recording);
    model_free(&model);
}

static void an_index_that_could_not_be_made_can_be_made_later(void **state)
{
    (void)state;
    for (int for_ever = 0; for_ever < 2; for_ever++)
        for (uint64_t nth = 0;; nth++) {
            struct recording *recording = recording_new();
            struct index_store *store;
            recording_fail(recording, RECORDING_ALL, nth, LIBSEARCH_IO, for_ever);
            const libsearch_status status = open_store(recording, LIBSEARCH_CREATE, &store, NULL);
            const bool reached = recording_failed_in(recording)[0] != 0;
            may_be(status, "create", recording_failed_in(recording));
            assert_int_not_equal(status, LIBSEARCH_FINISHED);
            recording_mend(recording);
            if (status == LIBSEARCH_OK)
                index_store_close(store);
            assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
            index_store_close(store);
            recording_free(recording);
            if (!reached)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_any_failure_the_last_commit_opens_and_the_next_writer_goes_on),
        cmocka_unit_test(a_failed_sync_finishes_the_writer_for_good),
        cmocka_unit_test(a_full_disk_in_a_commit_loses_nothing_where_no_document_was_being_written),
        cmocka_unit_test(documents_that_a_full_disk_took_are_never_passed_over),
        cmocka_unit_test(an_index_that_could_not_be_made_can_be_made_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
