/* SPDX-License-Identifier: MIT */
/* Documents on their way into segments: what was put and is not yet in a segment that can be read.
 *
 * With one thread they go straight into a segment builder. With more (crew.h) they are copied and handed to threads,
 * which read them for one segment together; segments are given out in the order of their documents, so that this order
 * is the same whatever the number of threads. */
#ifndef LIBSEARCH_INDEX_INGEST_H
#define LIBSEARCH_INDEX_INGEST_H

#include "documents/live.h"
#include "segment/segment.h"

struct ingest;

/* A segment that was built. live: NULL where all documents live; else the taker's to free. */
struct ingest_segment {
    uint64_t number;
    uint64_t length;
    uint32_t documents;
    struct live *live;
};

/* What is known of an id that was put and not taken. */
enum ingest_found {
    INGEST_ABSENT, /* nothing: older segments have the truth */
    INGEST_LIVE,
    INGEST_DELETED /* put and deleted again; older segments' documents of this id count no more */
};

struct ingest_options {
    size_t memory; /* bytes that documents may take, all threads together */
    unsigned threads;
    bool sync; /* files are synced as they are written */
};

/* *next_number is raised for every segment. */
libsearch_status ingest_new(const libsearch_allocator *allocator, struct storage *storage,
                            const struct ingest_options *options, uint64_t *next_number, struct ingest **ingest,
                            libsearch_error *error);
/* An empty one like it. */
libsearch_status ingest_again(const struct ingest *ingest, struct ingest **again, libsearch_error *error);
/* Drops what was not taken, and its files. Accepts NULL. */
void ingest_free(struct ingest *ingest);

/* Puts a document after all others, in place of one with this id among them. Its fields must be in schema. */
libsearch_status ingest_put(struct ingest *ingest, struct schema *schema, libsearch_bytes id,
                            const libsearch_document *document, libsearch_error *error);
enum ingest_found ingest_find(const struct ingest *ingest, libsearch_bytes id);
/* Deletes the document with this id; ingest_find said that it is live. */
libsearch_status ingest_delete(struct ingest *ingest, libsearch_bytes id, libsearch_error *error);
/* Whether documents were put that were not taken, deleted ones too. */
bool ingest_has_documents(const struct ingest *ingest);
/* Memory is used up, or a thread has finished a segment: ingest_take is due. */
bool ingest_is_due(struct ingest *ingest);
/* A write failed, and documents with it: all that were not taken must be dropped. */
bool ingest_is_broken(const struct ingest *ingest);

/* Gives out segments in the order of their documents: with `all`, of all documents; else of those that are due.
 * Segments without a live document are left out. The array is borrowed until the next call. On error all documents
 * that were not taken are lost. */
libsearch_status ingest_take(struct ingest *ingest, bool all, struct ingest_segment **segments, size_t *count,
                             libsearch_error *error);

#endif
