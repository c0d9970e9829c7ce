/* SPDX-License-Identifier: MIT */
/* A search's ranking: the program's own, checked; and the second stage. */
#ifndef LIBSEARCH_API_RANKING_H
#define LIBSEARCH_API_RANKING_H

#include "api/handles.h"

/* As we know it, whatever the size of the caller's, in the arena's memory; NULL for NULL. Errors: INVALID, LIMIT,
 * UNSUPPORTED (the engine), NO_MEMORY. */
libsearch_status ranking_copy(const libsearch_engine *engine, const libsearch_search_options *options,
                              struct arena *arena, libsearch_ranking **copy, libsearch_error *error);
/* The search's query with words of its first answers; a reference of the caller's. */
libsearch_status ranking_feed_back(libsearch_snapshot *snapshot, const libsearch_feedback *feedback,
                                   const struct engine_request *search, libsearch_query **expanded,
                                   libsearch_error *error);
/* How many of the first stage's results are needed. */
size_t ranking_count(const libsearch_ranking *ranking, const libsearch_search_options *options);
/* Scores the first results again, orders them, and leaves those that were asked for. */
libsearch_status ranking_rescore(libsearch_results *results, const libsearch_ranking *ranking,
                                 const libsearch_search_options *options, libsearch_error *error);

#endif
