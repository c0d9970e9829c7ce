/* SPDX-License-Identifier: MIT
 *
 * Filters that are kept: the documents of a snapshot that match a query, worked out once and used in any number of
 * searches of that snapshot. A part of libsearch.h, which includes it.
 *
 *     libsearch_filter_new(snapshot, readable_by_her, NULL, &filter, &error);
 *     libsearch_query *parts[2] = { words, libsearch_query_filter(filter) };
 *     const libsearch_occur occurs[2] = { LIBSEARCH_MUST, LIBSEARCH_FILTER };
 *     query = libsearch_query_boolean(occurs, (const libsearch_query *const *)parts, 2, 0);
 */
#ifndef LIBSEARCH_FILTER_H
#define LIBSEARCH_FILTER_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Documents of one snapshot, a bit for each that there is. Immutable: any number of threads may use one. */
typedef struct libsearch_filter libsearch_filter;

/**
 * Works out which documents of the snapshot match. options: NULL, or timeout and cancel of a search; all else in it is
 * not looked at. The filter holds the snapshot. *filter is yours; free it with libsearch_filter_free.
 * Errors: INVALID, STALE (the query has a filter of another snapshot), LIMIT, DEADLINE, CANCELLED, UNSUPPORTED (of the
 * xapian engine: other than a single local database), CORRUPT, IO, NO_MEMORY. Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_filter_new(libsearch_snapshot *snapshot, const libsearch_query *query,
                                                    const libsearch_search_options *options, libsearch_filter **filter,
                                                    libsearch_error *error);
/** Frees a filter; queries made of it stay valid. Accepts NULL. Since 0.1. */
LIBSEARCH_API void libsearch_filter_free(libsearch_filter *filter);
/** How many documents it has. Since 0.1. */
LIBSEARCH_API uint64_t libsearch_filter_count(const libsearch_filter *filter);

/**
 * The documents of a filter, as a part of any query, each with the score 1 where it is asked for one. It can be searched
 * on the snapshot of the filter, and on its index as long as that snapshot is the newest; elsewhere, and in
 * libsearch_writer_delete_matching, the call is STALE. It cannot be printed (UNSUPPORTED). NULL: filter is NULL, or no
 * memory. Since 0.1.
 */
LIBSEARCH_API libsearch_query *libsearch_query_filter(const libsearch_filter *filter);

#ifdef __cplusplus
}
#endif

#endif
