/* SPDX-License-Identifier: MIT */
/* Stretches of a document where words stand as a query wants them: near each other, in order or not; phrases whose
 * last word is a prefix; words in the form that they were written in. The slow and general way beside phrase.h, which
 * gives the same answers to plain phrases (query/in_line.h). */
#ifndef LIBSEARCH_SEARCH_SPANS_H
#define LIBSEARCH_SEARCH_SPANS_H

#include "search/evaluate.h"

struct span_matcher;

/* node: PLAN_NEAR. *matcher NULL: the segment has no match. */
libsearch_status span_matcher_new(struct search_context *context, const struct plan_node *node,
                                  const struct snapshot_segment *where, size_t segment_index,
                                  struct span_matcher **matcher);
/* The first document >= document that has the words. Rising calls. */
uint32_t span_matcher_seek(struct span_matcher *matcher, uint32_t document);
/* OK, or why there is no document: CORRUPT, NO_MEMORY. */
libsearch_status span_matcher_check(struct span_matcher *matcher);
/* Sets the bits of the window's documents that match, and adds their scores (may be NULL). wanted: bits of those that are
 * looked at. */
libsearch_status span_matcher_window(struct span_matcher *matcher, uint32_t base, const uint64_t *wanted,
                                     uint64_t *bits, float *scores);

#endif
