/* SPDX-License-Identifier: MIT */
/* Documents on their way into segments: what was put and is not yet in a segment that can be read. */
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

/* What is known of an id that was put since the last finish. */
enum ingest_found {
    INGEST_ABSENT,  /* nothing: older segments have the truth */
    INGEST_LIVE,
    INGEST_DELETED  /* put and deleted again; older segments' documents of this id count no more */
};

/* memory: bytes that documents may take, all threads together. *next_number is raised for every segment. sync: files
 * are synced as they are written. */
libsearch_status ingest_new(const libsearch_allocator *allocator, struct storage *storage, size_t memory,
                            unsigned threads, bool sync, uint64_t *next_number, struct ingest **ingest,
                            libsearch_error *error);
/* An empty one like it. */
libsearch_status ingest_again(const struct ingest *ingest, struct ingest **again, libsearch_error *error);
/* Drops what was not finished, and its files. Accepts NULL. */
void ingest_free(struct ingest *ingest);

/* Puts a document after all others, in place of one with this id among them. Its fields must be in schema. */
libsearch_status ingest_put(struct ingest *ingest, struct schema *schema, libsearch_bytes id,
                            const libsearch_document *document, libsearch_error *error);
enum ingest_found ingest_find(const struct ingest *ingest, libsearch_bytes id);
/* Deletes the document with this id; ingest_find said that it is live. */
libsearch_status ingest_delete(struct ingest *ingest, libsearch_bytes id, libsearch_error *error);
/* Documents since the last finish, deleted ones too. */
uint64_t ingest_count(const struct ingest *ingest);
/* Memory is used up: ingest_finish is due. */
bool ingest_is_full(const struct ingest *ingest);
/* A write failed, and documents with it: all since the last finish must be dropped. */
bool ingest_is_broken(const struct ingest *ingest);

/* Makes segments of all documents, in their order; segments without a live one are left out. The array is borrowed
 * until the next call. On error all are lost. */
libsearch_status ingest_finish(struct ingest *ingest, struct ingest_segment **segments, size_t *count,
                               libsearch_error *error);

#endif
