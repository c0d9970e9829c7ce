/* SPDX-License-Identifier: MIT */
/* One immutable piece of index: built in memory, written, read, merged, checked. */
#ifndef LIBSEARCH_SEGMENT_SEGMENT_H
#define LIBSEARCH_SEGMENT_SEGMENT_H

#include "base/watch.h"
#include "documents/live.h"
#include "io/section_file.h"
#include "schema/document.h"
#include "schema/schema.h"

/* Documents per segment; numbers fit 31 bits, so that sums of gaps never wrap. */
enum { SEGMENT_MAX_DOCUMENTS = LIBSEARCH_MAX_SEGMENT_DOCUMENTS };

/* Building. The file is created at once (stored fields stream into it) and complete after finish. */
struct segment_builder;
/* schema is retained; a document's fields must all be in it when it is added. */
libsearch_status segment_builder_new(const libsearch_allocator *allocator, struct schema *schema,
                                     struct storage *storage, const char *name, struct segment_builder **builder,
                                     libsearch_error *error);
/* From now on documents may have the fields of a grown schema. */
void segment_builder_set_schema(struct segment_builder *builder, struct schema *schema);
/* Adds the next document; on error it is as if it had not been added (IO and FULL: the builder is of no more
 * use but to be discarded). */
libsearch_status segment_builder_add(struct segment_builder *builder, libsearch_bytes id,
                                     const libsearch_document *document, libsearch_error *error);
/* For documents that several threads read: before the first document, so many noters are made. Each may be used by one
 * thread at a time. */
libsearch_status segment_builder_share(struct segment_builder *builder, unsigned noters, libsearch_error *error);
/* Has a noter (below their number) read a document; noters do so beside each other, and beside the taking from others. */
libsearch_status segment_builder_note(struct segment_builder *builder, unsigned noter, struct schema *schema,
                                      const libsearch_document *document, libsearch_error *error);
/* Adds the document that was read first of those that were not taken from the noter yet. One thread at a time, in the
 * order of the documents. On error the builder is of no more use but to be discarded. */
libsearch_status segment_builder_take(struct segment_builder *builder, unsigned noter, libsearch_bytes id,
                                      const libsearch_document *document, libsearch_error *error);
uint32_t segment_builder_count(const struct segment_builder *builder);
/* The last document added with this id: OK or NOT_FOUND. */
libsearch_status segment_builder_find(const struct segment_builder *builder, libsearch_bytes id, uint32_t *document);
/* Bytes of memory that it takes, with what finishing will take on top. */
size_t segment_builder_memory(const struct segment_builder *builder);
/* Writes the segment; always releases the builder. On error the file is removed. sync: as section_writer_finish. */
libsearch_status segment_builder_finish(struct segment_builder *builder, bool sync, uint64_t *length,
                                        libsearch_error *error);
void segment_builder_discard(struct segment_builder *builder);

/* Reading. Immutable; threads share it. References are counted atomically. */
struct segment;
libsearch_status segment_open(const libsearch_allocator *allocator, struct schema *schema, struct storage *storage,
                              const char *name, bool copy, struct segment **segment, libsearch_error *error);
struct segment *segment_retain(struct segment *segment);
void segment_release(struct segment *segment);
const char *segment_name(const struct segment *segment);
uint32_t segment_count(const struct segment *segment);
uint64_t segment_bytes(const struct segment *segment);
/* All of them, as they lie in the file. */
const uint8_t *segment_file_bytes(const struct segment *segment, size_t *length);
/* section_file_checksum of its file: tells it from any other segment that may get its name. */
uint64_t segment_checksum(const struct segment *segment);
uint64_t segment_term_count(const struct segment *segment);
libsearch_bytes segment_id(const struct segment *segment, uint32_t document);
libsearch_status segment_find(const struct segment *segment, libsearch_bytes id, uint32_t *document);
/* Fills an empty document with the stored fields. */
libsearch_status segment_fetch(const struct segment *segment, const struct schema *schema, uint32_t number,
                               libsearch_document *document, libsearch_error *error);
/* Checksums (as section_file_verify), and then, where those hold, every structure. */
libsearch_status segment_verify(const struct segment *segment, libsearch_error *error);
/* part: what of the whole work it is, or NULL; CANCELLED where the program stops it. */
libsearch_status segment_check(const struct segment *segment, const struct watch_part *part, libsearch_report report,
                               void *context, libsearch_error *error);

/* Merging: the live documents of the inputs, in order, become one segment (the same bytes whatever segments they
 * came from). live[i] may be NULL: all. flags: LIBSEARCH_REORDER. Where an input was renumbered, numbers[i][d] (an
 * array that the caller gives, or NULL) receives the new number of document d of input i, UINT32_MAX if it is gone,
 * so that deletions that came meanwhile can be carried over. part: what of the whole work it is, or NULL; CANCELLED
 * where the program stops it. */
struct segment_input {
    struct segment *segment;
    const struct live *live;
    uint32_t *numbers;
};
libsearch_status segment_merge(const libsearch_allocator *allocator, struct schema *schema, struct storage *storage,
                               const char *name, const struct segment_input *inputs, size_t count, unsigned flags,
                               const struct watch_part *part, bool sync, uint64_t *length, libsearch_error *error);

/* Writes the segment once more, with its biwords (biwords.h); a segment whose default group has no common words has none,
 * and says so. least: documents that make a word common, 0: a part of the segment's. sync, part: as above. On error there
 * is no file. */
libsearch_status segment_add_biwords(const libsearch_allocator *allocator, struct storage *storage, const char *name,
                                     const struct segment *segment, uint32_t least, const struct watch_part *part,
                                     bool sync, uint64_t *length, libsearch_error *error);
/* Whether it was written so. */
bool segment_has_biwords(const struct segment *segment);

#endif
