/* SPDX-License-Identifier: MIT */
/* A segment while it is built: builder.c takes documents in, inversion.c turns what they said around and writes it.
 *
 * Nothing is inverted while documents come. Their words are numbered (vocabulary.h) and noted one after the other in
 * a forward list; at the end one counting sort brings all places of a word together. A note is the number of a
 * surface form, with two exceptions:
 *
 *     bit 31 set               the word stands at the position of the one before
 *     BUILDER_JUMP, position   the next word stands at that position
 *
 * Without either it stands at the position after the one before; each document begins at 0. */
#ifndef LIBSEARCH_SEGMENT_BUILDER_H
#define LIBSEARCH_SEGMENT_BUILDER_H

#include "documents/columns.h"
#include "documents/ids.h"
#include "documents/stored.h"
#include "segment/lengths.h"
#include "segment/segment.h"
#include "segment/vocabulary.h"
#include "text/signature.h"

#define BUILDER_SAME UINT32_C(0x80000000)
#define BUILDER_JUMP UINT32_C(0xFFFFFFFF)

/* Notes behind the last that are there to be read: what stands in them means nothing. */
enum { BUILDER_AHEAD = 24 };

struct segment_builder {
    const libsearch_allocator *allocator;
    struct schema *schema;
    struct section_writer *file;
    struct stored_writer *stored;
    struct ids_writer *ids;
    struct vocabulary vocabulary;
    struct lengths lengths;
    struct column_writer **columns; /* by field number, NULL where there is none */
    size_t field_count;             /* fields that columns and lengths know */
    struct tokenizer **tokenizers;  /* by field number, for text */
    struct schema *tokenized;       /* whose analyzers the tokenizers are of; retained, as they point into it */
    uint32_t *notes;
    size_t note_count, note_capacity;
    uint32_t last_position; /* no word stands behind it in any document */
    size_t *note_starts;    /* by document, where its notes begin */
    size_t note_starts_capacity;
    struct builder_signature *signatures; /* of the document being added */
    size_t signature_count, signature_capacity;
    struct signature_maker *signature_maker; /* made when a field asks for one */
    struct buffer scratch;
    struct builder_value *values; /* of the document being added, by field number */
    size_t value_capacity;
    libsearch_status broken; /* a step that cannot be taken back failed: what it was */
};

struct builder_signature {
    uint16_t field;
    uint64_t words[SIGNATURE_WORDS];
};

struct builder_value {
    const struct field *field;
    const struct document_value *value;
};

/* Writes everything but the table of contents. */
libsearch_status builder_invert(struct segment_builder *builder, libsearch_error *error);

#endif
