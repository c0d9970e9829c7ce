/* SPDX-License-Identifier: MIT */
/* Stored fields: what a document gives back, compressed with zstd in blocks.
 *
 * A document's stored values are one record (document_record_*), records are gathered into blocks of about
 * 16 KiB (a larger record is a block of its own), each compressed alone. The blocks stream into the segment's
 * first section while documents come; the block table is a section of its own. */
#ifndef LIBSEARCH_DOCUMENTS_STORED_H
#define LIBSEARCH_DOCUMENTS_STORED_H

#include "base/buffer.h"
#include "documents/live.h"
#include "io/section_file.h"
#include "schema/document.h"
#include "schema/schema.h"

/* Writes into the section that is open in `file`. */
struct stored_writer;
libsearch_status stored_writer_new(const libsearch_allocator *allocator, struct section_writer *file,
                                   struct stored_writer **writer, libsearch_error *error);
/* The next document's record (may be empty). After NO_MEMORY or LIMIT it is as if it had not been tried; after an
 * error of the file the writer is of no more use. */
libsearch_status stored_writer_add(struct stored_writer *writer, libsearch_bytes record, libsearch_error *error);
/* Copies the block that begins with `document` of a reader as it is, where adding its records one by one would write
 * the same: the writer is between two blocks, all documents of the block are live (NULL: all), and it ends where it does
 * for what is in it and in the next one. The documents behind it must come next, as far as they are live. *count:
 * documents copied; 0: add the record instead. Errors as above. */
struct stored_reader;
libsearch_status stored_writer_copy(struct stored_writer *writer, const struct stored_reader *reader,
                                    const struct live *live, uint32_t document, uint32_t *count,
                                    libsearch_error *error);
size_t stored_writer_memory(const struct stored_writer *writer);
/* Writes the last block; appends the table section's bytes. */
libsearch_status stored_writer_finish(struct stored_writer *writer, struct buffer *table, libsearch_error *error);
void stored_writer_free(struct stored_writer *writer);

/* Immutable; threads share it. */
libsearch_status stored_reader_open(const libsearch_allocator *allocator, const uint8_t *blocks, size_t blocks_length,
                                    const uint8_t *table, size_t table_length, uint32_t expected, const char *name,
                                    struct stored_reader **reader, libsearch_error *error);
void stored_reader_close(struct stored_reader *reader);
/* Replaces scratch's content with the record of a document. Memory is bounded by what the block's table entry
 * says, checked against the limits before anything is allocated. */
libsearch_status stored_reader_get(const struct stored_reader *reader, uint32_t document, struct buffer *scratch,
                                   libsearch_error *error);
/* Walks records in document order, one block decompressed once: for merges. */
struct stored_cursor;
libsearch_status stored_cursor_new(const struct stored_reader *reader, struct stored_cursor **cursor,
                                   libsearch_error *error);
/* The record of `document`, borrowed until the next call; cheap when documents rise. */
libsearch_status stored_cursor_get(struct stored_cursor *cursor, uint32_t document, libsearch_bytes *record,
                                   libsearch_error *error);
void stored_cursor_free(struct stored_cursor *cursor);
/* Reads every record: CORRUPT where one cannot be had. */
libsearch_status stored_reader_verify(const struct stored_reader *reader, libsearch_error *error);

/* The record of a document: of every value whose field is stored, field number, type and value. */
void document_record_encode(const struct schema *schema, const libsearch_document *document, struct buffer *to);
/* Fills an empty document. Checks everything; fields by number from the schema. */
libsearch_status document_record_decode(const struct schema *schema, libsearch_bytes record, const char *name,
                                        libsearch_document *document, libsearch_error *error);

#endif
