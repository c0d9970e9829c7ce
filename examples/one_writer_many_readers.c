/* SPDX-License-Identifier: MIT */
/* Threads: one writes, several search the same index meanwhile, and none waits for another. Every answer is of
 * one commit, whole: since a batch is put between two commits, a count is always a multiple of a batch.
 *
 *     one_writer_many_readers INDEX
 */
#include <libsearch.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { BATCHES = 10, BATCH = 100, READERS = 3 };

struct shared {
    libsearch_index *index; /* any number of threads may use it */
    atomic_int finished;    /* nothing is put any more */
    atomic_int failed;
};

static void *write_batches(void *argument)
{
    struct shared *shared = argument;
    libsearch_error error = LIBSEARCH_ERROR_INIT; /* an error belongs to one thread */
    libsearch_writer *writer = NULL;
    libsearch_document *document = libsearch_document_new(shared->index);
    libsearch_status status = libsearch_writer_open(shared->index, NULL, &writer, &error);
    for (int i = 0; status == LIBSEARCH_OK && i < BATCHES * BATCH; i++) {
        char id[32];
        const libsearch_bytes bytes = { id, (size_t)snprintf(id, sizeof id, "message-%d", i) };
        libsearch_document_clear(document);
        libsearch_document_set_text(document, "text", LIBSEARCH_STRING("a message among many"));
        status = libsearch_writer_put(writer, bytes, document, &error);
        if (status == LIBSEARCH_OK && (i + 1) % BATCH == 0)
            status = libsearch_writer_commit(writer, &error);
    }
    if (status != LIBSEARCH_OK) {
        fprintf(stderr, "one_writer_many_readers: %s\n", error.message);
        shared->failed = 1;
    }
    libsearch_writer_close(writer);
    libsearch_document_free(document);
    shared->finished = 1;
    return NULL;
}

/* How many documents have a word, in one commit, twice: by the count, and by asking for all of them. */
static libsearch_status count_matches(libsearch_index *index, uint64_t *total, size_t *listed, libsearch_error *error)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_snapshot *snapshot = NULL;
    libsearch_results *counted = NULL, *all = NULL;
    libsearch_query *query = libsearch_query_text(NULL, LIBSEARCH_STRING("message"));
    /* What must fit together is asked of one snapshot. */
    libsearch_status status = libsearch_snapshot_open(index, &snapshot, error);
    options.count = 0;
    options.total = LIBSEARCH_TOTAL_EXACT;
    if (status == LIBSEARCH_OK)
        status = libsearch_snapshot_search(snapshot, query, &options, &counted, error);
    options.count = (size_t)BATCHES * BATCH;
    if (status == LIBSEARCH_OK)
        status = libsearch_snapshot_search(snapshot, query, &options, &all, error);
    if (status == LIBSEARCH_OK) {
        *total = libsearch_results_total(counted, NULL);
        *listed = libsearch_results_count(all);
    }
    libsearch_results_free(counted);
    libsearch_results_free(all);
    libsearch_query_free(query);
    libsearch_snapshot_free(snapshot);
    return status;
}

static void *search_on(void *argument)
{
    struct shared *shared = argument;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint64_t total = 0, before = 0;
    size_t listed = 0;
    int last;
    do {
        last = shared->finished; /* one more search after the last commit */
        if (count_matches(shared->index, &total, &listed, &error) != LIBSEARCH_OK) {
            fprintf(stderr, "one_writer_many_readers: %s\n", error.message);
            shared->failed = 1;
        } else if (total % BATCH != 0 || total != listed || total < before) {
            fprintf(stderr, "one_writer_many_readers: %d, %d and before %d\n", (int)total, (int)listed, (int)before);
            shared->failed = 1;
        }
        before = total;
    } while (!last && !shared->failed);
    return NULL;
}

int main(int argc, char **argv)
{
    struct shared shared = { 0 };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    pthread_t writer, readers[READERS];
    uint64_t total = 0;
    size_t listed = 0;
    if (libsearch_open(argc > 1 ? argv[1] : "messages.index", LIBSEARCH_CREATE, NULL, &shared.index, &error) !=
        LIBSEARCH_OK) {
        fprintf(stderr, "one_writer_many_readers: %s\n", error.message);
        return 1;
    }
    for (int i = 0; i < READERS; i++)
        if (pthread_create(&readers[i], NULL, search_on, &shared) != 0)
            return 1;
    if (pthread_create(&writer, NULL, write_batches, &shared) != 0)
        return 1;
    pthread_join(writer, NULL);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    if (!shared.failed && count_matches(shared.index, &total, &listed, &error) == LIBSEARCH_OK)
        printf("%d messages, and every answer was of a whole commit\n", (int)total);
    libsearch_close(shared.index);
    return shared.failed;
}
