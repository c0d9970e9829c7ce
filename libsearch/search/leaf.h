/* SPDX-License-Identifier: MIT */
/* A term as the pruned searches see it: a cursor that can be placed anywhere, with an upper bound for each of its
 * blocks. Lists of few documents are decoded once and kept. */
#ifndef LIBSEARCH_SEARCH_LEAF_H
#define LIBSEARCH_SEARCH_LEAF_H

#include "search/evaluate.h"
#include "search/kernels.h"

struct leaf {
    struct term_cursor cursor;
    unsigned order; /* place among the query's terms: scores are summed in this order */
    float *bounds;  /* by block */
    float greatest; /* of all bounds */
    /* decoded lists */
    uint32_t kept_count; /* 0: not kept */
    uint32_t *kept_documents;
    float *kept_scores;
    uint32_t kept_from, kept_to; /* where leaf_kept_score looks; those of a window, say */
};

/* True where bounds serve: a term of the default group as a whole. */
bool leaf_can_be_pruned(const struct plan_term *term);

/* Opens a term in a segment; *leaf NULL where the segment does not have it. */
libsearch_status leaf_open(struct search_context *context, const struct plan_term *term, unsigned order,
                           const struct snapshot_segment *where, size_t segment_index, struct leaf **leaf);
/* Computes bounds of all blocks. False: damaged, or no memory (told by cursor.damaged). */
bool leaf_make_bounds(struct leaf *leaf);
/* Decodes all of it. */
bool leaf_keep(struct leaf *leaf);

/* Loads block b with documents alone, or with scores too. False: damaged. */
bool leaf_load(struct leaf *leaf, uint32_t b);
bool leaf_load_scores(struct leaf *leaf, uint32_t b);

/* Loads block b and writes the indexes of those of its documents that can score `least`: all that do, perhaps some that
 * do not. indexes has room for POSTING_BLOCK + 16. False: damaged. */
bool leaf_load_able(struct leaf *leaf, uint32_t b, float least, uint16_t *indexes, size_t *count);

/* Of a list that was decoded whole: what the term gives to a document's score, below 0 where none of
 * [kept_from, kept_to) is it. */
float leaf_kept_score(const struct leaf *leaf, uint32_t document);
/* A score that at least k documents of the list reach; 0 where none is known. */
float leaf_threshold(const struct leaf *leaf, size_t k);

/* The greatest bound of the blocks that reach into documents [first, last]; looks at no more than a few. */
float leaf_range_bound(const struct leaf *leaf, uint32_t first, uint32_t last);

/* The documents that block b spans: from the one behind the block before. */
static inline uint32_t leaf_first_of_block(const struct leaf *leaf, uint32_t b)
{
    return b == 0 || leaf->cursor.list.last_documents == NULL ? 0
                                                              : posting_last_document(&leaf->cursor.list, b - 1) + 1;
}
static inline uint32_t leaf_last_of_block(const struct leaf *leaf, uint32_t b)
{
    return leaf->cursor.list.last_documents == NULL ? UINT32_MAX : posting_last_document(&leaf->cursor.list, b);
}

#endif
