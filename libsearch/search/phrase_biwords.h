/* SPDX-License-Identifier: MIT */
/* The biwords (segment/biwords.h) of an exact phrase in one segment: a document has it only where it has them all, and at
 * most as often as the rarest. */
#ifndef LIBSEARCH_SEARCH_PHRASE_BIWORDS_H
#define LIBSEARCH_SEARCH_PHRASE_BIWORDS_H

#include "search/evaluate.h"

/* A biword as a term, scored as the phrase is; of this segment alone: term.lists is NULL. */
struct biword_term {
    struct plan_term term;
    struct posting_list list;
};

/* lists: of each of the node's terms in the segment. *biwords: *count of them, the rarest first,
 * not all of a long phrase's. *never: two words of the
 * phrase never follow each other. */
libsearch_status phrase_biwords(struct search_context *context, const struct plan_node *node,
                                const struct segment *segment, const struct posting_list *const *lists,
                                struct biword_term **biwords, size_t *count, bool *never);

#endif
