/* SPDX-License-Identifier: MIT */
/* Reads a segment's posting list from its first document to its last, block by block, for merging and checking. What
 * is damaged is CORRUPT: documents that do not rise from block to block too. */
#ifndef LIBSEARCH_SEGMENT_LIST_READER_H
#define LIBSEARCH_SEGMENT_LIST_READER_H

#include "segment/segment_data.h"

struct list_reader {
    const struct segment *segment;
    uint64_t offset; /* of the list in its section, for messages */
    struct posting_list list;
    uint32_t next_block;
    uint32_t before; /* last document of the block before; UINT32_MAX: none */
    struct posting_block block;
    struct posting_tail tail; /* with its sides still to come */
    struct posting_positions positions;
};

libsearch_status list_reader_open(struct list_reader *reader, const struct segment *segment, uint16_t list,
                                  const struct term_entry *entry, libsearch_error *error);
/* The next block's documents; NOT_FOUND (error untouched) after the last one. */
libsearch_status list_reader_next(struct list_reader *reader, libsearch_error *error);
/* Then its frequencies, and where the list has positions, opens them. */
libsearch_status list_reader_rest(struct list_reader *reader, libsearch_error *error);
/* Says that the list is damaged. */
libsearch_status list_reader_damaged(const struct list_reader *reader, const char *what, libsearch_error *error);

#endif
