/* SPDX-License-Identifier: MIT */
/* Random documents with fields of every kind, and segments made of them in memory. */
#ifndef TESTS_SEGMENT_COLLECTION_H
#define TESTS_SEGMENT_COLLECTION_H

#include "support/unit.h"

#include <string.h>

#include "segment/segment_data.h"
#include "support/random.h"

struct collection {
    struct schema *schema;
    libsearch_document **documents;
    char (*ids)[16];
    uint32_t count;
};

enum collection_shape {
    COLLECTION_PLAIN, /* one field of text, weight 1 */
    COLLECTION_FULL,  /* several text fields with weights, own lists, no positions, keywords, numbers */
    COLLECTION_PLACED /* the same with positions everywhere */
};

void collection_make(struct collection *collection, struct test_random *random, enum collection_shape shape,
                     uint32_t count);
void collection_free(struct collection *collection);

/* Builds the segment `name` of the documents for which `chosen` is true (NULL: of all) within [from, to). */
void collection_build(const struct collection *collection, struct storage *storage, const char *name, uint32_t from,
                      uint32_t to, const bool *chosen);
/* The same of these documents in this order. */
void collection_build_order(const struct collection *collection, struct storage *storage, const char *name,
                            const uint32_t *order, uint32_t count);
struct segment *collection_open(const struct collection *collection, struct storage *storage, const char *name);

/* Fails the test where the two files differ, naming the first section that does. */
void assert_same_segments(struct storage *storage, const char *a, const char *b);

#endif
