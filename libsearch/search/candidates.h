/* SPDX-License-Identifier: MIT */
/* Documents that may be among the best, and what is known of their scores: asked of one list after the other, a block
 * of it at a time. */
#ifndef LIBSEARCH_SEARCH_CANDIDATES_H
#define LIBSEARCH_SEARCH_CANDIDATES_H

#include "search/leaf.h"

struct candidates {
    uint32_t documents[POSTING_BLOCK + 16]; /* rising */
    float sums[POSTING_BLOCK];              /* of what is known of each, in no stated order */
    uint8_t origins[POSTING_BLOCK];         /* which of those filled in each was */
    size_t count, width;                    /* width: leaves of the query */
    float
        *scores; /* POSTING_BLOCK for each leaf in its order, by origin; 0 where the leaf does not have the document */
};

/* Room for POSTING_BLOCK candidates. */
libsearch_status candidates_new(struct search_context *context, size_t width, struct candidates **candidates);
/* Puts in `count` documents with sums of what is known; no leaf's scores yet. */
void candidates_put(struct candidates *candidates, const uint32_t *documents, const float *sums, size_t count);
/* Puts in the documents at `indexes`, with the scores that `leaf` gives them. */
void candidates_fill(struct candidates *candidates, const struct leaf *leaf, const uint32_t *documents,
                     const float *scores, const uint16_t *indexes, size_t count);
/* Takes out those whose sums are below `least`. */
void candidates_drop_below(struct candidates *candidates, float least);
/* Asks a list that all must have (required), or may have. Takes out those that do not have it where they must, and
 * those that cannot reach `limit`: with their sum, what the leaf can add, and `rest` from the lists after it. */
void candidates_ask(struct candidates *candidates, struct leaf *leaf, bool required, float rest, float limit);

/* What the leaf gives to candidate i. */
static inline float *candidates_part(struct candidates *candidates, const struct leaf *leaf, size_t i)
{
    return candidates->scores + leaf->order * POSTING_BLOCK + candidates->origins[i];
}

/* The exact score of candidate i: what each term gives, in the query's order. All leaves were asked. */
static inline float candidates_score(const struct candidates *candidates, size_t i)
{
    const float *scores = candidates->scores + candidates->origins[i];
    float sum = 0;
    for (size_t t = 0; t < candidates->width; t++)
        sum += scores[t * POSTING_BLOCK];
    return sum;
}

#endif
