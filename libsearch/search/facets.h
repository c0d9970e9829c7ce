/* SPDX-License-Identifier: MIT */
/* Counting the values of a column over the matches of a search. */
#ifndef LIBSEARCH_SEARCH_FACETS_H
#define LIBSEARCH_SEARCH_FACETS_H

#include "search/column_view.h"

struct facet_counter;

libsearch_status facet_counter_new(struct search_context *context, const struct snapshot *snapshot,
                                   const libsearch_facet *facet, struct facet_counter **counter);
libsearch_status facet_counter_add(struct facet_counter *counter, size_t segment, uint32_t document);
/* The counts, in memory of `arena`. */
libsearch_status facet_counter_finish(struct facet_counter *counter, struct arena *arena,
                                      libsearch_facet_counts *counts);

#endif
