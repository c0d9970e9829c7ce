/* SPDX-License-Identifier: MIT */
/* A world's documents in segments built directly, with deletions, merged where that is wanted; and the oracle of the
 * same documents by the same numbers. */
#ifndef TESTS_ORACLE_PIECES_H
#define TESTS_ORACLE_PIECES_H

#include "oracle/compare.h"

enum { PIECES_MOST = 12 };

/* Segments in memory, and the snapshot and the oracle of their documents. */
struct pieces {
    struct world world;
    struct storage *storage;
    struct snapshot_segment segments[PIECES_MOST];
    struct live *live[PIECES_MOST];
    struct snapshot snapshot;
    struct oracle oracle;
    unsigned named;
};

void pieces_make(struct pieces *pieces, struct test_random *random, const struct world_shape *shape, uint32_t count);
void pieces_free(struct pieces *pieces);
/* Deletes about one document in `each` of some segments. */
void pieces_delete(struct pieces *pieces, struct test_random *random, uint64_t each);
/* Merges segments [first, first + count) into one, with flags of segment_merge; what is deleted there is gone for the
 * oracle as well, and what was renumbered has its new place. */
void pieces_merge(struct pieces *pieces, size_t first, size_t count, unsigned flags);
/* Writes a segment anew with biwords of words of that many documents. pieces_merge does so now and then. */
void pieces_add_biwords(struct pieces *pieces, size_t number, uint32_t least);

#endif
