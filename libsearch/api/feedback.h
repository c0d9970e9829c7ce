/* SPDX-License-Identifier: MIT */
/* Queries made of documents' words. */
#ifndef LIBSEARCH_API_FEEDBACK_H
#define LIBSEARCH_API_FEEDBACK_H

#include "api/handles.h"

/* Limits of the search that it is done for. */
struct feedback_limits {
    int64_t deadline;
    size_t memory;
    const volatile int *cancel;
};

/* INVALID or LIMIT. */
libsearch_status feedback_check(const libsearch_feedback *options, libsearch_error *error);
/* query (may be NULL) and words of the sources. */
libsearch_status feedback_expand(libsearch_snapshot *snapshot, const libsearch_query *query,
                                 const struct engine_source *sources, size_t count, const libsearch_feedback *options,
                                 const struct feedback_limits *limits, libsearch_query **expanded,
                                 libsearch_error *error);

#endif
