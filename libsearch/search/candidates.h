/* SPDX-License-Identifier: MIT */
/* Documents that may be among the best, and what is known of their scores: asked of one list after the other. Where they
 * lie in a list is found block by block; what it gives them is then computed for all of them at once. */
#ifndef LIBSEARCH_SEARCH_CANDIDATES_H
#define LIBSEARCH_SEARCH_CANDIDATES_H

#include "search/leaf.h"

struct candidates {
    uint32_t documents[POSTING_BLOCK + 16]; /* rising */
    float sums[POSTING_BLOCK + 16];         /* of what is known of each, in no stated order */
    uint8_t origins[POSTING_BLOCK + 16];    /* which of those put in each was */
    size_t count, width;                    /* width: leaves of the query */
    /* POSTING_BLOCK for each leaf in its order, by origin: what it gives (0: it does not have the document); for
     * candidates_weigh, where the document lies in its list */
    float *scores;
    uint32_t *blocks;
    uint8_t *places;
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
/* Asks a list that they may have. Takes out those that cannot reach `limit`: with their sum, what the leaf can add, and
 * `rest` from the lists after it. */
void candidates_ask(struct candidates *candidates, struct leaf *leaf, float rest, float limit);

/* For lists that all must have, in two steps: nothing is weighed before all lists were found to have it.
 * candidates_put_block: the documents at `indexes` of the leaf's loaded block. candidates_find: those that the leaf has
 * too, in blocks that can add `least`. candidates_weigh_block, candidates_weigh: what the leaf gives, its block being the
 * one that was put in, or wherever the documents were found; the latter takes out before those that cannot reach `limit`
 * with it. */
void candidates_put_block(struct candidates *candidates, const struct leaf *leaf, const uint16_t *indexes,
                          size_t count);
void candidates_find(struct candidates *candidates, struct leaf *leaf, float least);
/* As candidates_find of any block, where nobody will ask for the places. */
void candidates_keep(struct candidates *candidates, struct leaf *leaf);
void candidates_weigh_block(struct candidates *candidates, struct leaf *leaf);
void candidates_weigh(struct candidates *candidates, struct leaf *leaf, float limit);

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
