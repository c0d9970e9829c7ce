/* SPDX-License-Identifier: MIT */
/* The lengths of a segment's documents while it is built or merged: per field, and of the default group plain and
 * weighted; and writing them. */
#ifndef LIBSEARCH_SEGMENT_LENGTHS_H
#define LIBSEARCH_SEGMENT_LENGTHS_H

#include "io/section_file.h"
#include "schema/schema.h"

struct field_lengths {
    uint32_t *lengths; /* by document, as far as `filled`; 0 after */
    uint32_t *starts;  /* likewise */
    uint32_t filled;
    size_t lengths_capacity, starts_capacity;
    uint64_t tokens;
    uint32_t documents;
    bool any_start;
};

struct lengths {
    const libsearch_allocator *allocator;
    struct field_lengths *fields; /* by field number */
    size_t field_count;
    uint32_t *plain, *weighted; /* by document */
    size_t plain_capacity, weighted_capacity;
    uint32_t documents;
    uint64_t plain_total, weighted_total;
    bool differ; /* a second profile is needed */
};

void lengths_init(struct lengths *lengths, const libsearch_allocator *allocator);
void lengths_free(struct lengths *lengths);
size_t lengths_memory(const struct lengths *lengths);
/* Room for fields 0 … count - 1. */
bool lengths_add_fields(struct lengths *lengths, size_t count);
/* Says of the next document (lengths->documents) that a text field has so many words and begins there. */
bool lengths_set_field(struct lengths *lengths, uint16_t field, uint32_t words, uint32_t start);
/* Ends the document. weighs: a field whose weight is not 1 has words in it. */
bool lengths_add_document(struct lengths *lengths, uint32_t plain, uint32_t weighted, bool weighs);
/* Takes the last document back (it was not ended: only its fields). */
void lengths_drop_fields(struct lengths *lengths);

/* The position at which `field` begins in a document; 0 where nothing was said. */
static inline uint32_t lengths_start(const struct lengths *lengths, uint16_t field, uint32_t document)
{
    const struct field_lengths *of = &lengths->fields[field];
    return document < of->filled ? of->starts[document] : 0;
}

/* rounding_down codes, to be freed by the caller; NULL: no memory. */
uint8_t *lengths_codes(const struct lengths *lengths, const uint32_t *values);
/* Writes INFO and all sections of lengths. codes: as made by lengths_codes; weighted_codes NULL with one profile. */
libsearch_status lengths_write(const struct lengths *lengths, const uint8_t *plain_codes, const uint8_t *weighted_codes,
                               struct section_writer *file, libsearch_error *error);

#endif
