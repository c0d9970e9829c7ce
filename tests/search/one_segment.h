/* SPDX-License-Identifier: MIT */
/* A snapshot of one segment, in memory, for tests of search/. */
#ifndef TESTS_SEARCH_ONE_SEGMENT_H
#define TESTS_SEARCH_ONE_SEGMENT_H

#include "search/search.h"

struct one_segment {
    struct schema *schema;
    struct storage *storage;
    struct segment_builder *builder; /* between _begin and _finish: documents are added to it */
    struct segment *segment;
    struct snapshot_segment where;
    struct snapshot snapshot; /* of `where` alone */
};

/* With these fields, analysed as "standard". */
void one_segment_begin(struct one_segment *one, const libsearch_field *fields, size_t count);
/* Adds a document with a text of the field "text" and its number as its id. */
void one_segment_add(struct one_segment *one, uint32_t number, const char *text);
void one_segment_finish(struct one_segment *one);
void one_segment_free(struct one_segment *one);

#endif
