/* SPDX-License-Identifier: MIT */
/* The one that changes an index: puts, deletes, commits. One thread at a time; at most one is open on a directory,
 * in any process.
 *
 * What fails, and what then stands:
 *   - a put or delete that fails changed nothing, and the writer goes on;
 *   - a write that fails in the middle of a segment loses what was put since the last commit: it is told once with its
 *     cause, then every call but index_writer_rollback says FINISHED;
 *   - any other write that fails in a commit (FULL, IO, …) loses nothing: the commit before stands, and it may be tried
 *     again;
 *   - a sync that fails finishes the writer for good: FINISHED from then on. */
#ifndef LIBSEARCH_INDEX_WRITER_H
#define LIBSEARCH_INDEX_WRITER_H

#include "index/index.h"
#include "schema/document.h"

struct index_writer;

struct index_writer_options {
    size_t memory;     /* bytes that documents may take before they are written out; 0: 256 MiB */
    unsigned threads;  /* that build segments; 0 and 1: none but the caller's */
    int64_t lock_wait; /* milliseconds */
};

/* options may be NULL. Errors: LOCKED, PERMISSION, IO, CORRUPT, NO_MEMORY. */
libsearch_status index_writer_open(struct index_store *store, const struct index_writer_options *options,
                                   struct index_writer **writer, libsearch_error *error);
/* Drops what was not committed. Accepts NULL. */
void index_writer_close(struct index_writer *writer);

/* Borrowed until the next call. */
struct schema *index_writer_schema(const struct index_writer *writer);
libsearch_status index_writer_add_field(struct index_writer *writer, const libsearch_field *field,
                                        libsearch_error *error);
/* Puts a document; fields that the schema does not have are added to it as their values ask. EXISTS with if_absent
 * when there is a live document of the id. */
libsearch_status index_writer_put(struct index_writer *writer, libsearch_bytes id, const libsearch_document *document,
                                  bool if_absent, libsearch_error *error);
/* NOT_FOUND when no live document has the id. */
libsearch_status index_writer_delete(struct index_writer *writer, libsearch_bytes id, libsearch_error *error);

/* All that was put so far as a snapshot of the caller's own, shown to nobody else. */
libsearch_status index_writer_snapshot(struct index_writer *writer, struct snapshot **snapshot, libsearch_error *error);
/* Deletes a document of a snapshot that index_writer_snapshot gave, nothing having been put or merged since; deleting
 * it twice is no error. STALE when its segment is gone. */
libsearch_status index_writer_delete_document(struct index_writer *writer, const struct snapshot *snapshot,
                                              size_t segment, uint32_t document, libsearch_error *error);

/* Makes what was put so far searchable through this store. */
libsearch_status index_writer_refresh(struct index_writer *writer, libsearch_error *error);
/* Drops everything since the last commit. */
libsearch_status index_writer_rollback(struct index_writer *writer, libsearch_error *error);

/* The two halves of a commit; between them all else is INVALID. Where nothing changed since the last commit, its bytes
 * are the same and it is as durable, none is made. */
libsearch_status index_writer_prepare(struct index_writer *writer, libsearch_durability durability,
                                      libsearch_bytes program, libsearch_error *error);
libsearch_status index_writer_finish(struct index_writer *writer, libsearch_error *error);
libsearch_status index_writer_cancel(struct index_writer *writer, libsearch_error *error);
/* Both halves. */
libsearch_status index_writer_commit(struct index_writer *writer, libsearch_durability durability,
                                     libsearch_bytes program, libsearch_error *error);

/* Merges everything into one segment without deleted documents, where it is not so already, and commits with the
 * program's bytes of the commit before. flags: LIBSEARCH_REORDER, LIBSEARCH_BIWORDS. */
libsearch_status index_writer_compact(struct index_writer *writer, unsigned flags, libsearch_error *error);

#endif
