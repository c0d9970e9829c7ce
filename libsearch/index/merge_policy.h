/* SPDX-License-Identifier: MIT */
/* Which segments to merge. Pure: no files, no index.
 *
 * Segments are neighbours in the order of their documents, and only neighbours are merged, so that the order stays.
 * A segment's tier is the number of digits of its live size in units of MERGE_FLOOR, to the base of MERGE_FACTOR.
 * Ten segments of one tier with nothing larger between them become one (with what smaller ones lie between them):
 * every document is rewritten about once per tier, and of each tier fewer than ten remain in a row. */
#ifndef LIBSEARCH_INDEX_MERGE_POLICY_H
#define LIBSEARCH_INDEX_MERGE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MERGE_FACTOR = 10,
    MERGE_FLOOR = 65536,       /* bytes; all smaller segments are of one tier */
    MERGE_MAX_SEGMENTS = 36,   /* more (not counting the largest) are merged whatever their tiers */
    MERGE_DELETED_PERCENT = 30 /* a segment with more deleted is rewritten */
};

/* Segments over half of this are only rewritten for their deletions, and no merge makes more than this: a commit must
 * not rewrite a whole large index. Compaction does not ask. */
#define MERGE_MAX_BYTES (UINT64_C(8) << 30)

struct merge_candidate {
    uint64_t bytes; /* of its file */
    uint32_t documents, deleted;
};

/* The next merge: segments[*first … *first + *count), count >= 1. False: none is due. */
bool merge_policy_choose(const struct merge_candidate *segments, size_t segment_count, size_t *first, size_t *count);

#endif
