/* SPDX-License-Identifier: MIT */
/* External ids of a segment's documents: number to id by arrays, id to number by a hash table.
 *
 * Two sections: the ids' bytes with their ends, and an open-addressed table of document numbers (by XXH3 of the
 * id; load at most 3/4; where an id was put twice into one segment, the last one stands in it). */
#ifndef LIBSEARCH_DOCUMENTS_IDS_H
#define LIBSEARCH_DOCUMENTS_IDS_H

#include "base/buffer.h"
#include "base/memory.h"
#include "base/status.h"
#include "documents/numbers.h"

struct ids_writer;
libsearch_status ids_writer_new(const libsearch_allocator *allocator, struct ids_writer **writer,
                                libsearch_error *error);
/* The next document's id. */
libsearch_status ids_writer_add(struct ids_writer *writer, libsearch_bytes id, libsearch_error *error);
/* The last document added with this id: OK, or NOT_FOUND (error untouched). */
libsearch_status ids_writer_find(const struct ids_writer *writer, libsearch_bytes id, uint32_t *document);
/* Bytes of memory taken. */
size_t ids_writer_memory(const struct ids_writer *writer);
/* Appends the two sections' bytes. */
libsearch_status ids_writer_finish(struct ids_writer *writer, struct buffer *ids, struct buffer *table,
                                   libsearch_error *error);
void ids_writer_free(struct ids_writer *writer);

struct ids {
    const uint8_t *bytes;
    size_t bytes_length;
    struct numbers groups;    /* where each group of ids ends */
    struct numbers ends;      /* where each id ends within its group */
    const uint8_t *documents; /* of the slots, packed */
    unsigned document_width;  /* in bits */
    const uint8_t *tags;      /* a byte of each slot's hash, never 0; 0: empty */
    uint64_t slot_count;      /* a power of two */
    uint32_t count;
};

libsearch_status ids_open(const uint8_t *ids_section, size_t ids_length, const uint8_t *table_section,
                          size_t table_length, uint32_t expected, const char *name, struct ids *ids,
                          libsearch_error *error);
/* The id of a document; document < count. Empty where the bytes are damaged. */
libsearch_bytes ids_at(const struct ids *ids, uint32_t document);
/* OK or NOT_FOUND (error untouched). Bounded also on damaged bytes. */
libsearch_status ids_find(const struct ids *ids, libsearch_bytes id, uint32_t *document);
/* Looks at every id: CORRUPT where one is damaged or cannot be found. */
libsearch_status ids_verify(const struct ids *ids, const char *name, libsearch_error *error);

#endif
