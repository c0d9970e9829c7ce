/* SPDX-License-Identifier: MIT */
/* What a snapshot keeps for this folder beside what snapshot.h shows: where each segment came from, so that the next
 * snapshot and the writer share what did not change. */
#ifndef LIBSEARCH_INDEX_SNAPSHOT_PARTS_H
#define LIBSEARCH_INDEX_SNAPSHOT_PARTS_H

#include "index/deletions.h"
#include "index/manifest.h"
#include "index/snapshot.h"

/* One segment with its deletions; retained by whoever has the struct. */
struct snapshot_part {
    struct manifest_segment about;
    bool deletions_written; /* what deletions says is in the file that `about` names */
    struct segment *segment;
    struct deletions *deletions; /* NULL: all documents live */
};

void snapshot_part_retain(const struct snapshot_part *part);
void snapshot_part_release(struct snapshot_part *part);

/* A snapshot of these parts, which are retained; of the manifest, which is retained too, it has number, program's
 * bytes and (where schema is NULL) schema. */
libsearch_status snapshot_new(struct manifest *manifest, struct schema *schema, const struct snapshot_part *parts,
                              size_t count, struct snapshot **snapshot, libsearch_error *error);

const struct snapshot_part *snapshot_parts(const struct snapshot *snapshot); /* segment_count of them */
const struct manifest *snapshot_manifest(const struct snapshot *snapshot);

/* Opens what a manifest names; what is in `known` (may be NULL) already is taken from there. verify: compares the
 * checksums of all that is opened; what the manifest says was not synced is always verified. */
libsearch_status snapshot_load(struct storage *storage, struct manifest *manifest, const struct snapshot *known,
                               bool copy, bool verify, struct snapshot **snapshot, libsearch_error *error);

#endif
