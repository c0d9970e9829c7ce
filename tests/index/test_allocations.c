/* SPDX-License-Identifier: MIT */
/* Every allocation fails, once and for ever: a clean status, no leak, the last commit stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "index/index_model.h"

struct counting {
    _Atomic uint64_t calls;
    uint64_t fail_at;
    _Atomic int64_t alive;
    bool for_ever;
    atomic_bool failed;
};

static bool fails(struct counting *counting)
{
    const uint64_t call = counting->calls++;
    const bool now = call == counting->fail_at || (call > counting->fail_at && counting->for_ever);
    if (now)
        counting->failed = true;
    return now;
}

static void *count_allocate(void *context, size_t size)
{
    struct counting *counting = context;
    if (fails(counting))
        return NULL;
    counting->alive++;
    return malloc(size);
}

static void *count_reallocate(void *context, void *memory, size_t size)
{
    return fails(context) ? NULL : realloc(memory, size);
}

static void count_release(void *context, void *memory)
{
    ((struct counting *)context)->alive--;
    free(memory);
}

static void is_clean(libsearch_status status)
{
    if (status != LIBSEARCH_OK && status != LIBSEARCH_NO_MEMORY && status != LIBSEARCH_FINISHED &&
        status != LIBSEARCH_NOT_FOUND)
        fail_msg("status %d after an allocation failed", (int)status);
}

/* As a program would: what fails is given up, the rest goes on. True: the last commit was acknowledged. */
static bool work(struct recording *recording, const libsearch_allocator *allocator, unsigned threads)
{
    struct storage *storage = recording_open(recording, allocator_default());
    struct index_store *store;
    struct index_writer *writer;
    struct snapshot *snapshot;
    bool committed = false;
    storage->allocator = allocator;
    libsearch_status status = index_store_open(allocator, storage, 0, NULL, &store, NULL);
    is_clean(status);
    if (status != LIBSEARCH_OK)
        return false;
    status =
        index_writer_open(store, &(struct index_writer_options){ .memory = 500, .threads = threads }, &writer, NULL);
    is_clean(status);
    if (status == LIBSEARCH_OK) {
        bool all = true;
        /* What is rolled back leaves nothing, whatever failed; a rollback that failed can be tried again. */
        is_clean(put(writer, "rolled back", "never", NULL));
        for (int tries = 0; tries < 2; tries++) {
            status = index_writer_rollback(writer, NULL);
            is_clean(status);
            if (status == LIBSEARCH_OK)
                break;
        }
        all &= status == LIBSEARCH_OK;
        for (int i = 0; i < 12; i++) {
            char id[24];
            snprintf(id, sizeof id, "%d", i);
            status = put(writer, id, "second", NULL);
            is_clean(status);
            all &= status == LIBSEARCH_OK;
        }
        status = remove_id(writer, "20", NULL);
        is_clean(status);
        all &= status == LIBSEARCH_OK;
        /* In memory alone: one that goes again, and one put a second time. */
        status = put(writer, "gone", "third", NULL);
        is_clean(status);
        if (status == LIBSEARCH_OK)
            is_clean(status = remove_id(writer, "gone", NULL));
        all &= status == LIBSEARCH_OK;
        for (int i = 0; i < 2; i++) {
            status = put(writer, "0", "second", NULL);
            is_clean(status);
            all &= status == LIBSEARCH_OK;
        }
        is_clean(index_writer_refresh(writer, NULL));
        status = commit(writer, NULL);
        is_clean(status);
        if (status == LIBSEARCH_NO_MEMORY)
            is_clean(status = commit(writer, NULL));
        committed = all && status == LIBSEARCH_OK;
        if (!all && status == LIBSEARCH_OK)
            committed = false;
        index_writer_close(writer);
    }
    status = index_store_snapshot(store, &snapshot, NULL);
    is_clean(status);
    if (status == LIBSEARCH_OK)
        snapshot_release(snapshot);
    index_store_close(store);
    return committed;
}

static void after_any_failed_allocation_nothing_leaks_and_the_index_is_whole(void **state)
{
    (void)state;
    struct recording *start = recording_new();
    struct model before = { 0 }, after = { 0 };
    struct index_store *store;
    struct index_writer *writer;
    assert_int_equal(open_store(start, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    for (int i = 8; i < 24; i++) {
        char id[24];
        snprintf(id, sizeof id, "%d", i);
        assert_int_equal(put(writer, id, "first", NULL), LIBSEARCH_OK);
        model_put(&before, id, "first");
    }
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    index_writer_close(writer);
    index_store_close(store);
    model_copy(&after, &before);
    for (int i = 0; i < 12; i++) {
        char id[24];
        snprintf(id, sizeof id, "%d", i);
        model_put(&after, id, "second");
    }
    model_delete(&after, "20");
    model_put(&after, "0", "second");
    size_t cases = 0;
    /* With threads the order of the allocations is another each time; there are as many. */
    struct recording *empty = recording_new();
    struct model nothing = { 0 };
    assert_int_equal(open_store(empty, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    index_store_close(store);
    for (int way = 0; way < 5; way++) {
        const bool for_ever = way % 2, from_nothing = way == 4;
        const unsigned threads = way < 2 || from_nothing ? 1 : 2;
        bool failed = true;
        for (uint64_t nth = 0; failed; nth++) {
            struct recording *recording =
                recording_cut_after(from_nothing ? empty : start, recording_changes(from_nothing ? empty : start),
                                    CUT_KEEPS, 0);
            struct counting counting = { .fail_at = nth, .for_ever = for_ever };
            const libsearch_allocator allocator = { &counting, count_allocate, count_reallocate, count_release };
            /* The storage's struct itself comes from malloc, but is freed by the allocator. */
            counting.alive = 1;
            const bool committed = work(recording, &allocator, threads);
            failed = counting.failed;
            if (counting.alive != 0)
                fail_msg("allocation %llu (%s): %lld leaked", (unsigned long long)nth, for_ever ? "for ever" : "once",
                         (long long)counting.alive);
            const char *difference = index_difference(recording, committed      ? &after
                                                                 : from_nothing ? &nothing
                                                                                : &before);
            struct storage *storage = recording_open(recording, allocator_default());
            if (index_check(allocator_default(), storage, NULL, NULL, NULL, NULL) != LIBSEARCH_OK)
                fail_msg("allocation %llu: the index is damaged", (unsigned long long)nth);
            storage_close(storage);
            /* A put that failed alone leaves the others to be committed. */
            if (difference != NULL && committed)
                fail_msg("allocation %llu: %s", (unsigned long long)nth, difference);
            recording_free(recording);
            cases++;
        }
    }
    printf("%zu cases\n", cases);
    recording_free(start);
    recording_free(empty);
    model_free(&before);
    model_free(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_any_failed_allocation_nothing_leaks_and_the_index_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
