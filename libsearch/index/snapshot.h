/* SPDX-License-Identifier: MIT */
/* One commit (or refresh), pinned: its segments, which of their documents live, and its schema. Immutable and
 * shared: references are counted atomically. Documents are numbered through all segments, in order. */
#ifndef LIBSEARCH_INDEX_SNAPSHOT_H
#define LIBSEARCH_INDEX_SNAPSHOT_H

#include "segment/segment.h"

struct snapshot_segment {
    struct segment *segment;
    const struct live *live; /* NULL: all documents live */
    uint64_t base;           /* number of its first document */
};

struct snapshot {
    const libsearch_allocator *allocator;
    unsigned references;
    uint64_t commit;     /* number of the manifest; of a refresh, of the commit it stands on */
    uint64_t generation; /* rises with every commit and refresh that this process shows */
    struct schema *schema;
    struct snapshot_segment *segments;
    size_t segment_count;
    uint64_t documents;           /* live */
    uint64_t deleted;             /* in segments, not live */
    uint64_t bytes;               /* of all files */
    libsearch_bytes commit_bytes; /* the program's own */
};

struct snapshot *snapshot_retain(struct snapshot *snapshot);
void snapshot_release(struct snapshot *snapshot);
/* The live document with this id: OK with segment and number, or NOT_FOUND. */
libsearch_status snapshot_find(const struct snapshot *snapshot, libsearch_bytes id, size_t *segment,
                               uint32_t *document);

#endif
