/* SPDX-License-Identifier: MIT */
/* Finding the k best without scoring every match. The answers are those of evaluate.c to the bit: what a bound lets
 * through is scored anew in the order of the query's terms.
 *
 * Documents are not taken in their order but where the bounds promise most (blocks for a single term and an
 * intersection, windows of documents for a union), so that the threshold is high early. What is skipped has a bound
 * strictly below the threshold, since of two equal scores the lower number wins. */
#ifndef LIBSEARCH_SEARCH_PRUNE_H
#define LIBSEARCH_SEARCH_PRUNE_H

#include "search/evaluate.h"

/* True where a pruned way is there for the plan. */
bool prune_can(const struct plan_node *node);
/* True where counting all matches and finding the best of them are one walk. */
bool prune_can_count(const struct plan_node *node);
/* Offers to top all documents of the segment that may be among its best. count (only with prune_can_count, else NULL):
 * all matches are offered, and their number is added to it. */
libsearch_status prune_segment(struct search_context *context, const struct plan_node *node,
                               const struct snapshot_segment *where, size_t segment_index, struct top_k *top,
                               uint64_t *count);

/* For a phrase that prune_can: adds the number of live documents that have it. */
libsearch_status prune_count_phrase(struct search_context *context, const struct plan_node *node,
                                    const struct snapshot_segment *where, size_t segment_index, uint64_t *total);

#endif
