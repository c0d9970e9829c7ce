/* SPDX-License-Identifier: MIT */
/* Which documents of a segment live, shared between snapshots and kept in a file per segment and change.
 *
 * A file of kind "DL", version 1, with one section, number 1 (io/section_file.h):
 *
 *     u64   number of the segment
 *     u64   checksum of the segment's file
 *     u64   number of this file
 *     …     the live documents (documents/live.c) */
#ifndef LIBSEARCH_INDEX_DELETIONS_H
#define LIBSEARCH_INDEX_DELETIONS_H

#include "documents/live.h"
#include "index/manifest.h"

enum { DELETIONS_VERSION = 1 };

/* Immutable while more than one holds it. */
struct deletions {
    unsigned references; /* atomic */
    struct live *live;   /* owned */
};

/* Takes live over, also on error. */
libsearch_status deletions_new(struct live *live, struct deletions **deletions, libsearch_error *error);
struct deletions *deletions_retain(struct deletions *deletions); /* accepts and gives NULL */
void deletions_release(struct deletions *deletions);             /* accepts NULL */

/* Makes *deletions (NULL: all count documents live) one that only the caller holds. */
libsearch_status deletions_own(const libsearch_allocator *allocator, struct deletions **deletions, uint32_t count,
                               libsearch_error *error);

/* Writes the file number `serial`; *length: of the file. */
libsearch_status deletions_write(struct storage *storage, const struct manifest_segment *segment, uint64_t serial,
                                 const struct live *live, bool sync, uint64_t *length, libsearch_error *error);
/* Reads and checks the file that a manifest names. */
libsearch_status deletions_read(struct storage *storage, const struct manifest_segment *segment,
                                struct deletions **deletions, libsearch_error *error);

#endif
