/* SPDX-License-Identifier: MIT */
/* A segment opened: where everything in it lies. For the folders that search and merge; all of it is immutable. */
#ifndef LIBSEARCH_SEGMENT_SEGMENT_DATA_H
#define LIBSEARCH_SEGMENT_SEGMENT_DATA_H

#include "documents/columns.h"
#include "documents/ids.h"
#include "documents/numbers.h"
#include "documents/stored.h"
#include "postings/posting_list.h"
#include "segment/biwords.h"
#include "segment/segment.h"
#include "terms/terms.h"

/* A text field's arrays. */
struct segment_field {
    uint64_t tokens;
    uint32_t documents;     /* that have words in it */
    struct numbers lengths; /* data NULL: no document has any */
    struct numbers starts;  /* data NULL: all 0 */
};

struct segment {
    const libsearch_allocator *allocator;
    unsigned references;
    struct section_file *file;
    uint32_t count;
    unsigned profiles; /* 1: the plain lengths serve as weighted ones too */
    uint64_t plain_total, weighted_total;
    struct numbers plain_lengths, weighted_lengths;
    const uint8_t *plain_codes, *weighted_codes; /* u8 a document */
    struct terms_reader *terms;
    const uint8_t *postings;
    size_t postings_length;
    struct biwords biwords;
    struct ids ids;
    struct stored_reader *stored;
    size_t field_count; /* fields that the segment knows; at most the schema's */
    struct segment_field *fields;
    struct column **columns; /* by field number, NULL where there is none */
    struct schema *schema;
};

/* Looks up a term: the posting list of `word` in list `list` (0: the default group). OK, NOT_FOUND (error untouched)
 * or CORRUPT. */
libsearch_status segment_list(const struct segment *segment, uint16_t list, const void *word, size_t length,
                              struct posting_list *postings, libsearch_error *error);
/* The posting list of a dictionary entry that has TERM_LIST. */
libsearch_status segment_list_of(const struct segment *segment, uint16_t list, const struct term_entry *entry,
                                 struct posting_list *postings, libsearch_error *error);

/* What is known of documents that have a word of the default group right after another, by their lists in the segment.
 * CORRUPT. */
libsearch_status segment_biword(const struct segment *segment, const struct posting_list *first,
                                const struct posting_list *second, enum biword_known *known, struct posting_list *list,
                                libsearch_error *error);

/* Words of a text field in a document; 0 for fields that the segment does not know. */
static inline uint32_t segment_field_length(const struct segment *segment, uint16_t field, uint32_t document)
{
    if (field >= segment->field_count || segment->fields[field].lengths.data == NULL)
        return 0;
    return (uint32_t)numbers_at(&segment->fields[field].lengths, document);
}

/* Where a field of the group begins in a document's line of positions. */
static inline uint32_t segment_field_start(const struct segment *segment, uint16_t field, uint32_t document)
{
    if (field >= segment->field_count || segment->fields[field].starts.data == NULL)
        return 0;
    return (uint32_t)numbers_at(&segment->fields[field].starts, document);
}

#endif
