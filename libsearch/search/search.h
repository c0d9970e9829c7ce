/* SPDX-License-Identifier: MIT */
/* Searching a snapshot of our own index: the one entry of this folder. */
#ifndef LIBSEARCH_SEARCH_SEARCH_H
#define LIBSEARCH_SEARCH_SEARCH_H

#include "index/snapshot.h"
#include "query/query.h"

struct search_hit {
    float score;
    uint64_t number; /* snapshot-wide */
};

/* Where a page before ended: what comes behind it is wanted. Its keys are those of the same order, of an answer on the
 * same snapshot. */
struct search_after {
    const uint64_t *keys;
    uint64_t number;
};

struct search_request {
    const libsearch_query *query;
    size_t count;   /* of the best wanted, those before the page's first too */
    size_t skipped; /* so many of them stand before it: which they are is looked for, not their order */
    libsearch_total total;
    const char *model; /* NULL: the default */
    int64_t deadline;  /* CLOCK_MONOTONIC nanoseconds, 0: none */
    size_t memory;
    const volatile int *cancel;
    bool exhaustive;            /* no pruning: the same answers */
    const libsearch_sort *sort; /* none: by score */
    size_t sort_count;
    const libsearch_facet *facets;
    size_t facet_count;
    const char *collapse;             /* or NULL */
    const struct search_after *after; /* or NULL */
    const libsearch_ranking *ranking; /* or NULL */
    struct arena *results; /* where keys, folded and facets of the answer lie; needed for any of the last ones */
};

struct search_answer {
    struct search_hit *hits; /* the caller's, room for request->count */
    size_t hit_count;
    uint64_t total; /* at least */
    bool total_exact;
    bool exhaustive;                      /* every match was scored */
    uint64_t total_estimate, total_upper; /* about, and at most */
    /* With a sort, facets, collapse or after; else NULL. */
    uint64_t *keys; /* key_count of each hit, in the order of hits */
    size_t key_count;
    uint64_t *folded; /* of each hit: how many more matches have its collapsed value */
    libsearch_facet_counts *facets;
    struct query_warning *warnings; /* of the snapshot's allocator; the caller's to free, after OK */
};

libsearch_status search_run(struct snapshot *snapshot, const struct search_request *request,
                            struct search_answer *answer, libsearch_error *error);

/* Where the score of a document comes from: none where it does not match. In the arena's memory. */
libsearch_status search_explain(struct snapshot *snapshot, const libsearch_query *query, const char *model,
                                const libsearch_ranking *ranking, size_t segment, uint32_t document,
                                struct arena *results, libsearch_explanation **list, size_t *count,
                                libsearch_error *error);

/* Calls each for every live document that matches, in order of number (delete by query, and tests). What a part of the
 * query cannot do is an error here, also in one that people typed. */
libsearch_status search_each(struct snapshot *snapshot, const libsearch_query *query,
                             libsearch_status (*each)(void *context, size_t segment, uint32_t document,
                                                      libsearch_error *error),
                             void *context, libsearch_error *error);

/* The same for a request's query within its deadline, and with its cancel. */
libsearch_status search_select(struct snapshot *snapshot, const struct search_request *request,
                               libsearch_status (*each)(void *context, size_t segment, uint32_t document,
                                                        libsearch_error *error),
                               void *context, libsearch_error *error);

/* The default model, written out. */
const char *search_default_model(void);

#endif
