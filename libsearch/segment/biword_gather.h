/* SPDX-License-Identifier: MIT */
/* Finds the biwords of a segment from the positions of its common words (biwords.h): to be written, or to be held against
 * those that were written. */
#ifndef LIBSEARCH_SEGMENT_BIWORD_GATHER_H
#define LIBSEARCH_SEGMENT_BIWORD_GATHER_H

#include "base/watch.h"
#include "segment/segment_data.h"

/* A biword, and its documents: for each a varint of the step from the one before (the first + 1) and a varint of how
 * often it stands there. */
struct gathered_biword {
    uint32_t key; /* first word << 16 | second word */
    uint32_t documents;
    uint64_t occurrences;
    uint32_t last_document; /* UINT32_MAX: none yet */
    struct buffer postings;
};

struct biword_gather {
    const libsearch_allocator *allocator;
    const struct segment *segment;
    uint32_t least;
    uint64_t *names; /* of the common words: where their positions begin; rising */
    uint32_t words;
    size_t names_capacity;
    struct gathered_biword *biwords; /* by rising key, after biword_gather */
    uint32_t count;
    size_t biwords_capacity;
    uint32_t *slots; /* a hash table of them: number + 1 */
    uint32_t slot_bits;
};

/* least: documents that make a word common; 0: as many as the segment's size asks for. More where too many words were
 * common. part: what of the whole work it is, or NULL; CANCELLED where the program stops it. LIMIT where too many
 * words stand in one place. On error nothing is to be freed. */
libsearch_status biword_gather(struct biword_gather *gather, const libsearch_allocator *allocator,
                               const struct segment *segment, uint32_t least, const struct watch_part *part,
                               libsearch_error *error);
void biword_gather_free(struct biword_gather *gather);

#endif
