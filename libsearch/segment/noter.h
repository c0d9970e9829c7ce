/* SPDX-License-Identifier: MIT */
/* What one thread reads from documents: their words, numbered (vocabulary.h) and noted one after the other in a forward
 * list, and what these come to for each field. Several threads can note for one segment; documents are then taken from
 * their noters in the order that they have in the segment (builder.c), and inversion.c turns all notes around.
 *
 * A note is the number of a surface form, with two exceptions:
 *
 *     bit 31 set             the word stands at the position of the one before
 *     NOTE_JUMP, position    the next word stands at that position
 *
 * Without either it stands at the position after the one before; each document begins at 0. */
#ifndef LIBSEARCH_SEGMENT_NOTER_H
#define LIBSEARCH_SEGMENT_NOTER_H

#include "schema/document.h"
#include "schema/schema.h"
#include "segment/vocabulary.h"
#include "text/signature.h"

#define NOTE_SAME UINT32_C(0x80000000)
#define NOTE_JUMP UINT32_C(0xFFFFFFFF)

/* Notes behind the last that are there to be read: what stands in them means nothing. */
enum { NOTES_AHEAD = 24 };

struct noted_value {
    const struct field *field;
    const struct document_value *value;
};

/* What the words of one field of one document come to. */
struct noted_field {
    uint16_t field;
    uint32_t words; /* at least one */
    uint32_t start; /* the position where they begin */
};

struct noted_signature {
    uint16_t field;
    uint64_t words[SIGNATURE_WORDS];
};

/* A document that was noted and not taken yet. */
struct noted {
    size_t first, count;             /* its notes */
    uint32_t plain, weighted;        /* its lengths */
    bool weighs;                     /* a field whose weight is not 1 has words in it */
    size_t fields, signatures;       /* how many of them are its own … */
    const struct noted_field *field; /* … and which, as noter_take tells */
    const struct noted_signature *signature;
};

struct noter {
    const libsearch_allocator *allocator;
    struct vocabulary vocabulary;
    struct schema *schema;         /* whose analyzers the tokenizers are of; retained, as they point into it */
    struct tokenizer **tokenizers; /* by field number, for text */
    uint32_t *notes;
    size_t note_count, note_capacity;
    uint32_t last_position;                  /* no word stands behind it in any document */
    struct signature_maker *signature_maker; /* made when a field asks for one */
    struct noted_value *values;              /* of the document being noted, by field number */
    size_t value_capacity;

    /* not taken yet: from `next_…` on */
    struct noted *documents;
    struct noted_field *fields;
    struct noted_signature *signatures;
    size_t document_count, field_count, signature_count;
    size_t next_document, next_field, next_signature;
    size_t document_capacity, field_capacity, signature_capacity;
};

libsearch_status noter_init(struct noter *noter, const libsearch_allocator *allocator, libsearch_error *error);
void noter_free(struct noter *noter);
/* Makes the tokenizers those of a schema. */
libsearch_status noter_use_schema(struct noter *noter, struct schema *schema, libsearch_error *error);
/* Notes a document; on error it is as if it had not been there. INVALID: the schema has not all its fields. */
libsearch_status noter_add(struct noter *noter, struct schema *schema, const libsearch_document *document,
                           libsearch_error *error);
/* Takes the oldest that was not taken; what it points to stands until the next noter_add. There is one. */
struct noted noter_take(struct noter *noter);
/* Forgets the last document, which was just taken. */
void noter_forget(struct noter *noter, const struct noted *noted);
/* Bytes taken by notes, and by what else it has. */
size_t noter_memory_of_notes(const struct noter *noter);
size_t noter_memory_of_words(const struct noter *noter);

/* Finds the field of each value of a document, and brings the values into the order of the fields. */
libsearch_status noted_values(const libsearch_allocator *allocator, const struct schema *schema,
                              const libsearch_document *document, struct noted_value **values, size_t *capacity,
                              libsearch_error *error);

#endif
