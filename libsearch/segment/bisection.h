/* SPDX-License-Identifier: MIT */
/* Recursive graph bisection: an order of documents in which those that share words are neighbours, so that gaps in
 * posting lists are small and documents of one kind stand in one block. */
#ifndef LIBSEARCH_SEGMENT_BISECTION_H
#define LIBSEARCH_SEGMENT_BISECTION_H

#include "base/memory.h"
#include "base/status.h"
#include "base/watch.h"

#include <stdint.h>

/* The terms of each document, as numbers. */
struct forward_index {
    uint32_t documents, terms;
    const uint64_t *starts; /* by document, where its terms begin; one more at the end */
    const uint32_t *of;
};

/* order: all documents, in the order to begin with; is put into the new one. The same for the same input.
 * part: what of the whole work it is, or NULL; CANCELLED where the program stops it. */
libsearch_status graph_bisection(const libsearch_allocator *allocator, const struct forward_index *forward,
                                 const struct watch_part *part, uint32_t *order, libsearch_error *error);

#endif
