/* SPDX-License-Identifier: MIT */
#include "index/workloads.h"

#include <stdio.h>
#include <stdlib.h>

struct work {
    struct history *history;
    struct index_store *store;
    struct index_writer *writer;
    struct index_writer_options options;
    unsigned flags;
    struct model model; /* what the writer has */
};

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "workload: %s\n", what);
        abort();
    }
}

void history_add(struct history *history, const struct model *model, bool durable)
{
    must(history->count < MAX_COMMITS, "too many commits");
    struct commitment *commitment = &history->commits[history->count++];
    *commitment = (struct commitment){ .changes = recording_changes(history->recording), .durable = durable };
    model_copy(&commitment->model, model);
}

static void add_commit(struct work *work, const struct model *model, bool durable)
{
    history_add(work->history, model, durable);
}

static void open_writer(struct work *work)
{
    must(index_writer_open(work->store, &work->options, &work->writer, NULL) == LIBSEARCH_OK, "no writer");
}

static bool shows(struct work *work, const struct model *model)
{
    struct snapshot *snapshot;
    must(index_store_snapshot(work->store, &snapshot, NULL) == LIBSEARCH_OK, "no snapshot");
    const bool same = model_difference(model, snapshot) == NULL;
    snapshot_release(snapshot);
    return same;
}

/* The next writer after one that went on no more. What was in flight may be there; else it is the last commit, or the
 * last durable one. */
static void go_on(struct work *work)
{
    const struct history *history = work->history;
    open_writer(work);
    for (size_t i = history->count; i > 0; i--)
        if (shows(work, &history->commits[i - 1].model)) {
            model_copy(&work->model, &history->commits[i - 1].model);
            if (i < history->count) /* what came after it was given up */
                add_commit(work, &work->model, false);
            return;
        } else if (i == history->count && shows(work, &work->model)) {
            add_commit(work, &work->model, false);
            return;
        }
    must(false, "the next writer stands on no commit");
}

static void reopen(struct work *work)
{
    index_writer_close(work->writer);
    index_store_close(work->store);
    recording_mend(work->history->recording);
    must(open_store(work->history->recording, work->flags, &work->store, NULL) == LIBSEARCH_OK, "does not open");
    go_on(work);
    /* A commit of nothing: what is there is durable from now on. */
    if (recording_changes(work->history->recording) % 2 == 0) {
        must(commit(work->writer, NULL) == LIBSEARCH_OK, "commit of nothing");
        add_commit(work, &work->model, true);
    }
}

/* The process dies somewhere in a put and a commit, its files and names as they are in memory; another goes on. */
static void die_in_commit(struct work *work, unsigned random)
{
    struct recording *recording = work->history->recording;
    recording_kill(recording, recording_changes(recording) + random % 24);
    if (put(work->writer, "dying", "dying", NULL) == LIBSEARCH_OK)
        model_put(&work->model, "dying", "dying");
    const bool durable = random % 5 != 0;
    if (index_writer_commit(work->writer, durable ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS, NO_BYTES, NULL) ==
        LIBSEARCH_OK)
        add_commit(work, &work->model, durable);
    reopen(work);
}

/* A sync of a commit fails; the program tries once more, as careless programs do. */
static void fail_in_commit(struct work *work, unsigned random)
{
    struct recording *recording = work->history->recording;
    if (put(work->writer, "failing", "failing", NULL) == LIBSEARCH_OK)
        model_put(&work->model, "failing", "failing");
    if (random % 2 == 0 && index_writer_commit(work->writer, LIBSEARCH_PROCESS, NO_BYTES, NULL) == LIBSEARCH_OK)
        add_commit(work, &work->model, false); /* whose files are the first to be synced */
    const bool of_names = random / 2 % 3 == 0; /* the last: the commit has its name, but perhaps not on the disk */
    recording_fail(recording, of_names ? RECORDING_SYNC_DIRECTORY : RECORDING_SYNC, of_names ? 1 : random / 6 % 2,
                   LIBSEARCH_IO, false);
    libsearch_status status = commit(work->writer, NULL);
    recording_mend(recording);
    if (status != LIBSEARCH_OK)
        status = commit(work->writer, NULL);
    if (status == LIBSEARCH_OK)
        add_commit(work, &work->model, true);
    else
        reopen(work);
}

static void step(struct work *work, unsigned number, int i, unsigned choice)
{
    struct index_writer *writer = work->writer;
    char id[24], text[600];
    snprintf(id, sizeof id, "%u", choice / 16 % (5 + number % 24));
    /* long enough for a segment to span sectors */
    snprintf(text, sizeof text, "workload %u step %d %0*d", number, i, (int)(choice % 550), 0);
    switch (choice % 16) {
    case 0:
    case 1:
    case 2: {
        const bool durable = number % 3 != 0 || choice % 16 == 0;
        must(index_writer_commit(writer, durable ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS, LIBSEARCH_STRING("bytes"),
                                 NULL) == LIBSEARCH_OK,
             "commit");
        add_commit(work, &work->model, durable);
        break;
    }
    case 3: must(index_writer_refresh(writer, NULL) == LIBSEARCH_OK, "refresh"); break;
    case 4:
        if (choice / 256 % 3 == 0) {
            must(index_writer_compact(writer, choice % 32 < 16 ? 0 : LIBSEARCH_BIWORDS, NULL) == LIBSEARCH_OK,
                 "compact");
            add_commit(work, &work->model, true);
        }
        break;
    case 5: /* reopened, and what was not committed is gone */
        index_writer_close(writer);
        open_writer(work);
        model_copy(&work->model, &work->history->commits[work->history->count - 1].model);
        break;
    case 6:
        must(index_writer_prepare(writer, LIBSEARCH_DURABLE, NO_BYTES, NULL) == LIBSEARCH_OK, "prepare");
        if (choice & 256) {
            must(index_writer_finish(writer, NULL) == LIBSEARCH_OK, "finish");
            add_commit(work, &work->model, true);
        } else
            must(index_writer_cancel(writer, NULL) == LIBSEARCH_OK, "cancel");
        break;
    case 7:
    case 8:
        if (remove_id(writer, id, NULL) == LIBSEARCH_OK)
            must(model_delete(&work->model, id), "deleted what is not there");
        break;
    case 9:
        if (choice / 256 % 4 == 0) {
            die_in_commit(work, choice / 1024);
            break;
        }
        if (choice / 256 % 4 == 1) {
            fail_in_commit(work, choice / 1024);
            break;
        }
        /* fall through */
    default: must(put(writer, id, text, NULL) == LIBSEARCH_OK, "put"); model_put(&work->model, id, text);
    }
}

void workload_make(unsigned number, struct history *history)
{
    unsigned random = 977 * number + 5;
    struct work work = { .history = history,
                         .options = { .memory = number % 4 == 0 ? 700 : 1 << 20 },
                         .flags = number % 5 == 3 ? LIBSEARCH_NO_MAP : 0 };
    *history = (struct history){ .recording = number % 2 ? recording_new() : recording_new_unnamed() };
    const bool dies = number % 3 == 2;
    if (dies) { /* who began to make it dies; it may be all made, or not, by him */
        recording_kill(history->recording, number / 3 % 8);
        if (open_store(history->recording, work.flags | LIBSEARCH_CREATE, &work.store, NULL) == LIBSEARCH_OK)
            index_store_close(work.store);
        recording_mend(history->recording);
    }
    must(open_store(history->recording, work.flags | LIBSEARCH_CREATE, &work.store, NULL) == LIBSEARCH_OK, "create");
    add_commit(&work, &work.model, !dies);
    open_writer(&work);
    if (number % 2 == 0) {
        must(commit(work.writer, NULL) == LIBSEARCH_OK, "commit of nothing");
        add_commit(&work, &work.model, true);
    }
    const int steps = 20 + (int)number % 5 * 10;
    for (int i = 0; i < steps && history->count < MAX_COMMITS - 8; i++) {
        random = random * 1103515245 + 12345;
        step(&work, number, i, random >> 16);
    }
    must(commit(work.writer, NULL) == LIBSEARCH_OK, "the last commit");
    add_commit(&work, &work.model, true);
    index_writer_close(work.writer);
    index_store_close(work.store);
    model_free(&work.model);
}

void history_free(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        model_free(&history->commits[i].model);
    recording_free(history->recording);
}
