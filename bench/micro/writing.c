/* SPDX-License-Identifier: MIT */
/* Building, inverting, merging, opening: an index of the documents in memory, without a disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "index/index.h"
#include "index/writer.h"
#include "io/storage.h"
#include "micro.h"
#include "segment/segment_data.h"

enum { SEGMENTS = 8 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct index_store *new_store(struct storage **storage)
{
    libsearch_field fields[1] = { LIBSEARCH_FIELD_INIT };
    fields[0].name = "text";
    fields[0].weight = 1;
    const struct index_options options = { .analyzer = "plain-english", .fields = fields, .field_count = 1 };
    struct index_store *store;
    micro_check(storage_open_memory(allocator_default(), storage, &micro_error));
    micro_check(index_store_open(allocator_default(), *storage, LIBSEARCH_CREATE, &options, &store, &micro_error));
    return store;
}

static struct index_writer *new_writer(struct index_store *store)
{
    const struct index_writer_options options = { .memory = (size_t)2 << 30 };
    struct index_writer *writer;
    micro_check(index_writer_open(store, &options, &writer, &micro_error));
    return writer;
}

static void commit(struct index_writer *writer)
{
    micro_check(index_writer_commit(writer, LIBSEARCH_PROCESS, (libsearch_bytes){ NULL, 0 }, &micro_error));
}

/* Puts documents [from, to). */
static void put(struct index_writer *writer, size_t from, size_t to)
{
    libsearch_document *document = document_new(allocator_default());
    for (size_t i = from; i < to; i++) {
        char id[32];
        const libsearch_bytes name = { id, (size_t)snprintf(id, sizeof id, "%zu", i) };
        const struct document_value value = {
            .field = "text", .field_length = 4, .type = LIBSEARCH_TEXT, .bytes = micro_documents[i]
        };
        document_clear(document);
        micro_check(document_add(document, &value, &micro_error));
        micro_check(index_writer_put(writer, name, document, false, &micro_error));
    }
    document_free(document);
}

static uint64_t tokens_of(const struct snapshot *snapshot)
{
    uint64_t tokens = 0;
    for (size_t i = 0; i < snapshot->segment_count; i++)
        tokens += snapshot->segments[i].segment->plain_total;
    return tokens;
}

static void measure_merge(void)
{
    struct storage *storage;
    struct index_store *store = new_store(&storage);
    struct index_writer *writer = new_writer(store);
    struct snapshot *snapshot;
    for (size_t s = 0; s < SEGMENTS; s++) {
        put(writer, micro_document_count * s / SEGMENTS, micro_document_count * (s + 1) / SEGMENTS);
        commit(writer);
    }
    micro_check(index_store_snapshot(store, &snapshot, &micro_error));
    const uint64_t bytes = snapshot->bytes;
    const double start = seconds();
    micro_check(index_writer_compact(writer, 0, &micro_error));
    micro_row("merge of eight segments", "-", (double)tokens_of(snapshot), "tokens", seconds() - start, NULL, bytes);
    snapshot_release(snapshot);
    index_writer_close(writer);
    index_store_close(store);
}

void micro_writing(struct snapshot **snapshot)
{
    struct storage *storage;
    struct index_store *store = new_store(&storage);
    struct index_writer *writer = new_writer(store);
    double start = seconds();
    put(writer, 0, micro_document_count);
    const double putting = seconds() - start;
    start = seconds();
    commit(writer);
    const double inverting = seconds() - start;
    micro_check(index_store_snapshot(store, snapshot, &micro_error));
    const double tokens = (double)tokens_of(*snapshot);
    micro_row("put: tokens, words, stored text", "-", tokens, "tokens", putting, micro_text, micro_text_size);
    micro_row("inversion and writing", "-", tokens, "tokens", inverting, NULL, (size_t)tokens * 4);
    index_writer_close(writer);
    index_store_close(store);
    measure_merge();
}
