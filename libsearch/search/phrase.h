/* SPDX-License-Identifier: MIT */
/* Phrases: documents that have terms at given places from each other. */
#ifndef LIBSEARCH_SEARCH_PHRASE_H
#define LIBSEARCH_SEARCH_PHRASE_H

#include "search/evaluate.h"
#include "search/plan.h"
#include "search/term_cursor.h"

struct phrase_matcher;

/* cursors: one for each of the node's terms, in their order. */
libsearch_status phrase_matcher_new(struct search_context *context, const struct plan_node *node,
                                    struct term_cursor **cursors, size_t count, struct phrase_matcher **matcher);
/* Before the first document of an exact phrase: has it skip by the segment's biwords. *never: no document has it. */
libsearch_status phrase_matcher_skip(struct phrase_matcher *matcher, bool *never);
/* Sets the bits of the window's documents that have the phrase, and adds their scores (may be NULL). wanted: bits of those
 * that are looked at. False: damaged, no memory, or context->ended. */
bool phrase_matcher_window(struct phrase_matcher *matcher, uint32_t base, const uint64_t *wanted, uint64_t *bits,
                           float *scores);

/* How often a document, in any order, has an exact phrase. False as above. */
bool phrase_matcher_count(struct phrase_matcher *matcher, uint32_t document, uint32_t *found);
/* An exact phrase of terms of the whole default group in one document, in any order of documents: places are those, rising
 * and moved to the phrase's last word, where the two rarest terms stand as the phrase wants them; those where the others
 * do too are left. Where their number alone says that `least` is not reached, *count is 0. False as above. */
bool phrase_matcher_rest(struct phrase_matcher *matcher, uint32_t document, float least, uint32_t *places,
                         uint32_t *count);

#endif
