/* SPDX-License-Identifier: MIT */
/* Where a document's score comes from: each part of the plan with what it gives, by the evaluator that ranks. */
#ifndef LIBSEARCH_SEARCH_EXPLAIN_H
#define LIBSEARCH_SEARCH_EXPLAIN_H

#include "search/evaluate.h"

/* The list's memory is the arena's. It is empty where the document does not match. */
libsearch_status explain_document(struct search_context *context, const struct plan_node *root,
                                  const struct snapshot_segment *where, size_t segment_index, uint32_t document,
                                  struct arena *arena, libsearch_explanation **list, size_t *count);

#endif
