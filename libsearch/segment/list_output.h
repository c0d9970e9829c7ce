/* SPDX-License-Identifier: MIT */
/* Where finished posting lists go while a segment is written: the postings section, which is open in the file, and
 * the dictionary. Used alike by building and merging. */
#ifndef LIBSEARCH_SEGMENT_LIST_OUTPUT_H
#define LIBSEARCH_SEGMENT_LIST_OUTPUT_H

#include "io/section_file.h"
#include "postings/posting_writer.h"
#include "segment/lengths.h"
#include "terms/terms.h"

struct list_output {
    const libsearch_allocator *allocator;
    const struct lengths *lengths;
    struct section_writer *file;
    struct posting_writer *postings;
    struct terms_writer *terms;
    struct buffer gathered; /* postings not yet given to the file */
    uint64_t written;       /* bytes of the section given to the file */
    uint8_t *plain_codes, *weighted_codes;
    float *side_weights; /* by field number */
    uint16_t *group;     /* numbers of the group's fields that have words here, rising */
    size_t group_count;
    uint16_t main_field; /* SCHEMA_NO_FIELD: none */
    bool main_is_last;
    uint32_t *main_starts; /* by document, where the main field begins, UINT32_MAX: it has no words; kept where
                                   it is the last of several */
};

/* lengths must be complete and stay. */
libsearch_status list_output_init(struct list_output *output, const libsearch_allocator *allocator,
                                  const struct schema *schema, const struct lengths *lengths,
                                  struct section_writer *file, libsearch_error *error);
void list_output_free(struct list_output *output);

/* Begins the list of a term. */
void list_output_begin(struct list_output *output, bool with_positions);
/* A document of it. in_group: it is a list of the default group, whose sides are told from the positions. */
void list_output_document(struct list_output *output, bool in_group, uint32_t document, uint32_t frequency,
                          const uint32_t *positions, const uint32_t *forms);
/* Ends it; fills the list fields of entry. */
libsearch_status list_output_end(struct list_output *output, struct term_entry *entry, libsearch_error *error);

/* After the last list: ends the postings section, writes the dictionary and the lengths. */
libsearch_status list_output_finish(struct list_output *output, libsearch_error *error);

/* The group's main field: the first of weight 1. SCHEMA_NO_FIELD: none. */
uint16_t schema_main_field(const struct schema *schema);

#endif
