/* SPDX-License-Identifier: MIT */
/* A plan in two: what scores, and what only says which documents count (filters, forbidden words). The second becomes
 * bits, as if all others were deleted, so that the first is searched by its own fast way. */
#ifndef LIBSEARCH_SEARCH_NARROW_H
#define LIBSEARCH_SEARCH_NARROW_H

#include "search/evaluate.h"

/* Whether the plan can be parted so that its matches and scores stay the same. *core_is_child (may be NULL): the one
 * child that scores, else NULL: the plan without its restricting children. */
bool narrow_can(const struct plan_node *node, const struct plan_node **core_is_child);
/* Parts it. */
libsearch_status narrow_split(struct search_context *context, const struct plan_node *node,
                              const struct plan_node **core, const struct plan_node **restriction);
/* *narrowed: the segment with only those documents live that the restriction lets through; *left: how many. */
libsearch_status narrow_segment(struct search_context *context, const struct plan_node *restriction,
                                const struct snapshot_segment *where, size_t segment_index,
                                struct snapshot_segment *narrowed, uint32_t *left);

#endif
