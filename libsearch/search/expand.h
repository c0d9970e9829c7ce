/* SPDX-License-Identifier: MIT */
/* The words that say most about some documents: for queries like them, and for feedback.
 *
 * A term's impact in a document is x / (x + 1.2), x = f / (0.25 + 0.75 l / a), with f and the length l weighted by field
 * as in the default ranking, and a the average length. The terms are ranked by idf times the mean of their impacts, the
 * documents weighted (Rocchio, “Relevance feedback in information retrieval”, in The SMART retrieval system, 1971, with
 * BM25's impacts in place of tf idf, and no documents that are not relevant). */
#ifndef LIBSEARCH_SEARCH_EXPAND_H
#define LIBSEARCH_SEARCH_EXPAND_H

#include "index/snapshot.h"

struct search_source {
    uint64_t number;      /* of a document, with what is stored of it */
    libsearch_bytes text; /* where data is not NULL: a text instead, as in a field of weight 1 */
    float weight;
};

struct search_word {
    libsearch_bytes term;    /* as it is indexed */
    libsearch_bytes surface; /* as it is written somewhere in the documents, folded: what a query takes */
    float impact;            /* the weighted mean of its impacts */
    float worth;             /* times idf */
};

struct search_expand_request {
    const struct search_source *sources;
    size_t source_count;
    size_t words;     /* how many are wanted */
    size_t bytes;     /* of each document or text, no more are read */
    bool others;      /* only terms that documents besides the sources have */
    int64_t deadline; /* as of a search */
    size_t memory;
    const volatile int *cancel;
};

/* *words, those that are worth most first, in the arena's memory. Stop words and compounds as wholes are none.
 * UNSUPPORTED: no text of a document is stored. */
libsearch_status search_expand(struct snapshot *snapshot, const struct search_expand_request *request,
                               struct arena *arena, struct search_word **words, size_t *count, libsearch_error *error);

#endif
