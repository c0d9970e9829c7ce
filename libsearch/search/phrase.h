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
/* Sets the bits of the documents in [base, base + width) that have the phrase, and adds their scores (may be NULL).
 * live: words of the segment's live documents, or NULL. False: damaged, no memory, or context->ended. */
bool phrase_matcher_window(struct phrase_matcher *matcher, uint32_t base, uint32_t width, uint64_t *bits, float *scores,
                           const uint64_t *live);

/* Looks at one document, which has the two rarest terms; in any order. *score is below 0 where it does not have the phrase, or where
 * its score cannot reach `least`. Only terms of the whole default group. False as above. */
bool phrase_matcher_try(struct phrase_matcher *matcher, uint32_t document, float least, float *score);

#endif
