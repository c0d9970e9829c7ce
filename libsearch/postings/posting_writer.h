/* SPDX-License-Identifier: MIT */
/* Writing posting lists, one after the other, into one growing section. See format.h. */
#ifndef LIBSEARCH_POSTINGS_POSTING_WRITER_H
#define LIBSEARCH_POSTINGS_POSTING_WRITER_H

#include "base/buffer.h"
#include "base/status.h"
#include "postings/format.h"

/* How often a term stands in a side field of a document. */
struct posting_side {
    uint16_t field;
    uint32_t frequency;
};

/* What bounds are made from: by document of the segment. All borrowed. */
struct posting_lengths {
    const uint8_t *plain;    /* rounding_down codes of plain lengths */
    const uint8_t *weighted; /* of weighted lengths, or NULL: one profile only */
    const uint32_t *plain_lengths, *weighted_lengths;
    float plain_average, weighted_average;
    const float *side_weights; /* by field number: weight of a side field less 1 */
};

/* Where the finished list begins; what the dictionary keeps. */
struct posting_written {
    uint32_t document_frequency;
    uint64_t collection_frequency;
    uint64_t postings_offset;
    uint64_t positions_offset;
    uint32_t single_document;
};

struct posting_writer;

/* Lists without positions: with_positions false in posting_writer_begin. */
libsearch_status posting_writer_new(const libsearch_allocator *allocator, const struct posting_lengths *lengths,
                                    struct posting_writer **writer, libsearch_error *error);
void posting_writer_free(struct posting_writer *writer);

/* Begins a list that will lie at `offset` of the section. */
void posting_writer_begin(struct posting_writer *writer, bool with_positions);
/* The next document (rising). positions: its `frequency` places, never falling; forms: of each, or NULL: all 0;
 * sides: rising by field. */
void posting_writer_add(struct posting_writer *writer, uint32_t document, uint32_t frequency, const uint32_t *positions,
                        const uint32_t *forms, const struct posting_side *sides, size_t side_count);
/* Ends the list and appends its bytes to `to`, whose first byte lies at `base` of the section (a multiple of 4 when
 * `to` is empty). At least one document was added. NO_MEMORY when any step ran out; LIMIT for a list over 4 GiB. */
libsearch_status posting_writer_end(struct posting_writer *writer, struct buffer *to, uint64_t base,
                                    struct posting_written *written, libsearch_error *error);

#endif
