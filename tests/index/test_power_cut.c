/* SPDX-License-Identifier: MIT */
/* Power cuts, enumerated: after every change that a workload makes to its directory, in every way in which what was
 * not synced may be lost, the index opens, holds the last acknowledged commit or the one in flight, and goes on.
 *
 * LIBSEARCH_POWER_CUT_ROUNDS: random states for each cut (default 6); LIBSEARCH_SEED: their seed. */
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

enum { WORKLOADS = 24, MAX_COMMITS = 64 };

struct commitment {
    size_t changes; /* how many there were when it was acknowledged */
    bool durable;
    struct model model;
};

struct history {
    struct recording *recording;
    struct commitment commits[MAX_COMMITS];
    size_t count;
};

static void acknowledge(struct history *history, const struct model *model, bool durable)
{
    assert_true(history->count < MAX_COMMITS);
    struct commitment *commitment = &history->commits[history->count++];
    *commitment = (struct commitment){ .changes = recording_changes(history->recording), .durable = durable };
    model_copy(&commitment->model, model);
}

static void free_history(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        model_free(&history->commits[i].model);
    recording_free(history->recording);
}

/* One of many mixtures of everything that a writer does. */
static void make_workload(unsigned number, struct history *history)
{
    struct index_store *store;
    struct index_writer *writer;
    struct model model = { 0 };
    unsigned random = 977 * number + 5;
    const struct index_writer_options options = { .memory = number % 4 == 0 ? 700 : 1 << 20 };
    *history = (struct history){ .recording = recording_new() };
    assert_int_equal(open_store(history->recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    acknowledge(history, &model, true);
    assert_int_equal(index_writer_open(store, &options, &writer, NULL), LIBSEARCH_OK);
    const int steps = 20 + (int)number % 5 * 10;
    for (int step = 0; step < steps; step++) {
        char id[24], text[600];
        random = random * 1103515245 + 12345;
        const unsigned choice = random >> 16;
        snprintf(id, sizeof id, "%u", choice / 16 % (5 + number));
        /* long enough for a segment to span sectors */
        snprintf(text, sizeof text, "workload %u step %d %0*d", number, step, (int)(choice % 550), 0);
        switch (choice % 16) {
        case 0:
        case 1:
        case 2: {
            const bool durable = number % 3 != 0 || choice % 16 == 0;
            assert_int_equal(index_writer_commit(writer, durable ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS,
                                                 LIBSEARCH_STRING("bytes"), NULL),
                             LIBSEARCH_OK);
            acknowledge(history, &model, durable);
            break;
        }
        case 3: assert_int_equal(index_writer_refresh(writer, NULL), LIBSEARCH_OK); break;
        case 4:
            if (choice / 256 % 3 == 0) {
                assert_int_equal(index_writer_compact(writer, 0, NULL), LIBSEARCH_OK);
                acknowledge(history, &model, true);
            }
            break;
        case 5: /* reopened, and what was not committed is gone */
            index_writer_close(writer);
            assert_int_equal(index_writer_open(store, &options, &writer, NULL), LIBSEARCH_OK);
            model_copy(&model, &history->commits[history->count - 1].model);
            break;
        case 6:
            assert_int_equal(index_writer_prepare(writer, LIBSEARCH_DURABLE, NO_BYTES, NULL), LIBSEARCH_OK);
            if (choice & 256) {
                assert_int_equal(index_writer_finish(writer, NULL), LIBSEARCH_OK);
                acknowledge(history, &model, true);
            } else
                assert_int_equal(index_writer_cancel(writer, NULL), LIBSEARCH_OK);
            break;
        case 7:
        case 8:
            if (remove_id(writer, id, NULL) == LIBSEARCH_OK)
                assert_true(model_delete(&model, id));
            break;
        default: assert_int_equal(put(writer, id, text, NULL), LIBSEARCH_OK); model_put(&model, id, text);
        }
    }
    assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
    acknowledge(history, &model, true);
    index_writer_close(writer);
    index_store_close(store);
    model_free(&model);
}

/* The commit that the directory holds, of those that it may: the last durable one that was acknowledged before the
 * cut, what came after it, and the one in flight. */
static const struct model *find_model(const struct history *history, struct recording *after, size_t changes, char *why,
                                      size_t why_size)
{
    size_t first = 0;
    for (size_t i = 0; i < history->count && history->commits[i].changes <= changes; i++)
        if (history->commits[i].durable)
            first = i;
    for (size_t i = first; i < history->count; i++) {
        const char *difference = index_difference(after, &history->commits[i].model);
        if (difference == NULL)
            return &history->commits[i].model;
        if (i == first)
            snprintf(why, why_size, "%s", difference);
        if (history->commits[i].changes > changes)
            break; /* this one was in flight */
    }
    return NULL;
}

/* Every segment and file of deletions is one of a kept commit's, and there is no other file but the lock. */
static const char *find_orphan(struct recording *recording)
{
    struct storage *storage = recording_open(recording, allocator_default());
    const char *orphan = NULL;
    const char *name;
    struct manifest *manifests[8];
    size_t count = 0;
    uint64_t number, serial;
    for (size_t i = 0; (name = recording_name(recording, i)) != NULL; i++) {
        const enum name_kind kind = name_parse(name, &number, &serial);
        if (kind != NAME_OF_COMMIT && kind != NAME_OF_LOOSE)
            continue;
        if (count == 3 ||
            manifest_read(storage, NULL, number, kind == NAME_OF_LOOSE, &manifests[count], NULL) != LIBSEARCH_OK)
            orphan = name;
        else
            count++;
    }
    for (size_t i = 0; (name = recording_name(recording, i)) != NULL && orphan == NULL; i++) {
        const enum name_kind kind = name_parse(name, &number, &serial);
        bool named = kind == NAME_OF_COMMIT || kind == NAME_OF_LOOSE || kind == NAME_OF_LOCK;
        for (size_t j = 0; j < count && !named; j++)
            for (size_t k = 0; k < manifests[j]->count; k++) {
                const struct manifest_segment *segment = &manifests[j]->segments[k];
                named |= segment->number == number &&
                         (kind == NAME_OF_SEGMENT || (kind == NAME_OF_DELETIONS && segment->deletions == serial));
            }
        if (!named)
            orphan = name;
    }
    for (size_t j = 0; j < count; j++)
        manifest_release(manifests[j]);
    storage_close(storage);
    return orphan;
}

/* The next writer takes up the directory and commits one document more to model. */
static void recover(struct recording *recording, struct model *model, const char *where)
{
    struct index_store *store;
    struct index_writer *writer = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_status status = open_store(recording, 0, &store, &error);
    if (status == LIBSEARCH_OK)
        status = index_writer_open(store, NULL, &writer, &error);
    if (status != LIBSEARCH_OK)
        fail_msg("%s: no next writer: %s", where, error.message);
    assert_int_equal(put(writer, "next", "next", NULL), LIBSEARCH_OK);
    status = commit(writer, &error);
    if (status != LIBSEARCH_OK)
        fail_msg("%s: no next commit: %s", where, error.message);
    model_put(model, "next", "next");
    index_writer_close(writer);
    index_store_close(store);
}

/* Distinct states: a set of fingerprints. */
static uint64_t *seen;
static size_t seen_size, distinct, tried;

static bool is_new(uint64_t fingerprint)
{
    if (2 * distinct >= seen_size) {
        uint64_t *old = seen;
        const size_t old_size = seen_size;
        seen_size = seen_size == 0 ? 1 << 12 : 2 * seen_size;
        seen = calloc(seen_size, sizeof *seen);
        distinct = 0;
        for (size_t i = 0; i < old_size; i++)
            if (old[i] != 0)
                is_new(old[i]);
        free(old);
    }
    size_t i = fingerprint & (seen_size - 1);
    while (seen[i] != 0 && seen[i] != fingerprint)
        i = (i + 1) & (seen_size - 1);
    if (seen[i] == fingerprint)
        return false;
    seen[i] = fingerprint;
    distinct++;
    return true;
}

static void try_cut(const struct history *history, size_t changes, enum recording_cut kind, uint64_t seed,
                    unsigned workload, bool cut_again)
{
    struct recording *after = recording_cut_after(history->recording, changes, kind, seed);
    tried++;
    if (!is_new(recording_fingerprint(after) ^ (workload * UINT64_C(0x9E3779B97F4A7C15)))) {
        recording_free(after);
        return;
    }
    char where[300], why[600] = "";
    snprintf(where, sizeof where, "workload %u, cut %d seed %llu before change %s", workload, (int)kind,
             (unsigned long long)seed,
             changes < recording_changes(history->recording) ? recording_change_text(history->recording, changes)
                                                             : "none");
    /* Before the first commit was acknowledged there may be no index yet; then one can be made. */
    if (changes < history->commits[0].changes) {
        struct index_store *store;
        assert_int_equal(open_store(after, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
        index_store_close(store);
    }
    const struct model *held = find_model(history, after, changes, why, sizeof why);
    if (held == NULL)
        fail_msg("%s: %s", where, why);
    struct model model = { 0 };
    model_copy(&model, held);
    const size_t before = recording_changes(after);
    recover(after, &model, where);
    const char *difference = index_difference(after, &model);
    if (difference != NULL)
        fail_msg("%s, after the next commit: %s", where, difference);
    const char *orphan = find_orphan(after);
    if (orphan != NULL)
        fail_msg("%s: %s outlives the next commit", where, orphan);
    /* The power may go again while that happens. */
    for (size_t second = before; cut_again && second < recording_changes(after); second++) {
        struct recording *twice = recording_cut_after(after, second, CUT_RANDOM, seed + second);
        tried++;
        if (is_new(recording_fingerprint(twice) ^ workload) && index_difference(twice, held) != NULL &&
            index_difference(twice, &model) != NULL)
            fail_msg("%s, and a second time at change %zu: %s", where, second, index_difference(twice, held));
        recording_free(twice);
    }
    model_free(&model);
    recording_free(after);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *given = getenv(name);
    return given == NULL ? otherwise : strtoull(given, NULL, 10);
}

static void whatever_a_power_cut_leaves_the_last_durable_commit_is_there(void **state)
{
    (void)state;
    const uint64_t rounds = from_environment("LIBSEARCH_POWER_CUT_ROUNDS", 6);
    const uint64_t seed = from_environment("LIBSEARCH_SEED", 1);
    for (unsigned workload = 0; workload < WORKLOADS; workload++) {
        struct history history;
        make_workload(workload, &history);
        for (size_t changes = 0; changes <= recording_changes(history.recording); changes++) {
            try_cut(&history, changes, CUT_DROPS, 0, workload, false);
            try_cut(&history, changes, CUT_KEEPS, 0, workload, false);
            for (uint64_t round = 0; round < rounds; round++)
                try_cut(&history, changes, CUT_RANDOM, (seed * 1000003 + changes) * 1000 + round, workload,
                        (changes + round) % 16 == 0);
        }
        free_history(&history);
    }
    printf("%zu states tried, %zu distinct, seed %llu\n", tried, distinct, (unsigned long long)seed);
    free(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_a_power_cut_leaves_the_last_durable_commit_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
