/* SPDX-License-Identifier: MIT */
/* A segment while it is built: noter.c reads documents, builder.c takes them in, in their order, inversion.c turns what
 * they said around and writes it.
 *
 * Nothing is inverted while documents come. Their words are numbered and noted one after the other; at the end one
 * counting sort brings all places of a word together. */
#ifndef LIBSEARCH_SEGMENT_BUILDER_H
#define LIBSEARCH_SEGMENT_BUILDER_H

#include "documents/columns.h"
#include "documents/ids.h"
#include "documents/stored.h"
#include "segment/lengths.h"
#include "segment/noter.h"
#include "segment/segment.h"

/* Where the notes of a document are. */
struct noted_stretch {
    size_t first, count;
    unsigned noter;
};

/* What a noter took when a document was last taken from it: it may be noting another one. */
struct noter_size {
    size_t notes_memory, notes, words_memory, words;
};

struct segment_builder {
    const libsearch_allocator *allocator;
    struct schema *schema;
    struct section_writer *file;
    struct stored_writer *stored;
    struct ids_writer *ids;
    struct lengths lengths;
    struct column_writer **columns; /* by field number, NULL where there is none */
    size_t field_count;             /* fields that columns and lengths know */
    struct noter *noters;
    struct noter_size *noter_sizes;
    unsigned noter_count;
    struct noted_stretch *stretches; /* by document */
    size_t stretch_capacity;
    struct buffer scratch;
    struct noted_value *values; /* of the document being taken in, by field number */
    size_t value_capacity;
    unsigned place_bits;     /* of a place with its form: 64; tests set less */
    libsearch_status broken; /* a step that cannot be taken back failed: what it was */
};

/* Writes everything but the table of contents. */
libsearch_status builder_invert(struct segment_builder *builder, libsearch_error *error);

#endif
