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

struct search_request {
    const libsearch_query *query;
    size_t count;            /* of the best wanted (offset already added) */
    libsearch_total total;
    const char *model;       /* NULL: the default */
    int64_t deadline;        /* CLOCK_MONOTONIC nanoseconds, 0: none */
    size_t memory;
    const volatile int *cancel;
    bool exhaustive;         /* no pruning: the same answers */
};

struct search_answer {
    struct search_hit *hits; /* the caller's, room for request->count */
    size_t hit_count;
    uint64_t total;
    bool total_exact;
    struct query_warning *warnings; /* of the snapshot's allocator; the caller's to free, after OK */
};

libsearch_status search_run(struct snapshot *snapshot, const struct search_request *request,
                            struct search_answer *answer, libsearch_error *error);

/* Calls each for every live document that matches, in order of number (delete by query, and tests). What a part of the
 * query cannot do is an error here, also in one that people typed. */
libsearch_status search_each(struct snapshot *snapshot, const libsearch_query *query,
                             libsearch_status (*each)(void *context, size_t segment, uint32_t document,
                                                      libsearch_error *error),
                             void *context, libsearch_error *error);

/* The default model, written out. */
const char *search_default_model(void);

#endif
