/* SPDX-License-Identifier: MIT */
/* The inside of an index_writer, shared by the files that make it: writer.c (open, close, documents), writer_segments.c
 * (what the segments are: flush, merge, deletions), writer_commit.c. */
#ifndef LIBSEARCH_INDEX_WRITER_STATE_H
#define LIBSEARCH_INDEX_WRITER_STATE_H

#include "index/ingest.h"
#include "index/snapshot_parts.h"
#include "index/store.h"
#include "index/writer.h"

struct index_writer {
    const libsearch_allocator *allocator;
    struct index_store *store;
    struct storage *storage;
    struct file_lock *lock;
    size_t memory;
    struct schema *schema;
    struct ingest *ingest;

    /* The segments as the next commit would have them. about.flags say what was synced; where deletions_written is
     * false, `deletions` is newer than the file that about names. */
    struct snapshot_part *parts;
    size_t count, capacity;

    uint64_t next_number;
    uint64_t first_uncommitted; /* segments from this number on belong to no commit yet */

    struct snapshot *base;    /* the commit that all this stands on */
    struct manifest *durable; /* the newest durable commit: base's, or the one before; NULL: unreadable */
    struct manifest *before;  /* the durable commit before that, or NULL */
    uint64_t newest_durable;  /* the largest number in the directory */
    bool skipped_damage;      /* base is not the newest: the next commit must be durable to count */
    bool base_synced;         /* base has its name on the disk: this writer synced it */
    bool unclean;             /* a writer died before it removed the commits that its last one replaced */

    bool changed;     /* since base */
    bool unpublished; /* since what the store shows */

    bool prepared;         /* between prepare and finish or cancel */
    struct manifest *next; /* the prepared commit; NULL while prepared: nothing to commit */
    struct snapshot *next_snapshot;

    bool lost;     /* documents were lost: only rollback goes on */
    bool finished; /* a sync failed */
    libsearch_error reason;
};

/* Whether the writer takes the call. */
libsearch_status writer_usable(const struct index_writer *writer, libsearch_error *error);
/* Looks at a failure that comes from storage: a failed sync finishes the writer. Returns status. */
libsearch_status writer_failed(struct index_writer *writer, libsearch_status status, const libsearch_error *cause);
/* Documents are lost: nothing but a rollback helps. */
void writer_lost(struct index_writer *writer, const libsearch_error *cause);

/* Takes the segments and the schema of base. */
libsearch_status writer_restore(struct index_writer *writer, libsearch_error *error);
void writer_release_parts(struct index_writer *writer);
/* The part where the live document with this id is: OK or NOT_FOUND. */
libsearch_status writer_find(const struct index_writer *writer, libsearch_bytes id, size_t *part, uint32_t *document);
/* Deletes a live document; false: it was not. */
libsearch_status writer_delete_in_part(struct index_writer *writer, size_t part, uint32_t document,
                                       libsearch_error *error);
/* Turns what was put, all or only what is due, into segments, then merges what is due. */
libsearch_status writer_flush(struct index_writer *writer, bool all, libsearch_error *error);
/* Merges parts [first, first + count) into one. flags: of compact; biwords are not added yet. */
libsearch_status writer_merge(struct index_writer *writer, size_t first, size_t count, unsigned flags,
                              libsearch_error *error);
/* Writes the first part once more, with its biwords. */
libsearch_status writer_add_biwords(struct index_writer *writer, libsearch_error *error);
/* Removes what no kept commit names. */
void writer_clean(struct index_writer *writer);

#endif
