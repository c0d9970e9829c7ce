/* SPDX-License-Identifier: MIT */
/* Counting matches without scoring them. */
#ifndef LIBSEARCH_SEARCH_COUNT_H
#define LIBSEARCH_SEARCH_COUNT_H

#include "search/evaluate.h"

/* Adds the number of a segment's live documents that match. Terms, unions and intersections of terms have ways of
 * their own; everything else is evaluated. */
libsearch_status count_segment(struct search_context *context, const struct plan_node *node,
                               const struct snapshot_segment *where, size_t segment_index, uint64_t *total);

#endif
