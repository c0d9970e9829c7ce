/* SPDX-License-Identifier: MIT */
/* Where any of some words stand in a document: their places, rising, each once. What spans are made of. */
#ifndef LIBSEARCH_SEARCH_PLACES_H
#define LIBSEARCH_SEARCH_PLACES_H

#include "search/evaluate.h"

struct places;

/* Opens the lists of the terms that the segment has. *places NULL where it has none. Terms with forms count only
 * where they stand in that form. */
libsearch_status places_open(struct search_context *context, const struct plan_term *terms, size_t count,
                             const struct snapshot_segment *where, size_t segment_index, struct places **places);

/* The first document >= document that has one of the words, in whatever form; NO_DOCUMENT. Rising calls. */
uint32_t places_seek(struct places *places, uint32_t document);
/* The places of the document that places_seek gave last, until the next call. *count may be 0: no such form. False:
 * damaged, or no memory. */
bool places_read(struct places *places, const uint32_t **found, uint32_t *count);
/* What is wrong where places_seek or places_read could not go on; *no_memory: it was memory. */
bool places_damaged(const struct places *places, bool *no_memory);

#endif
