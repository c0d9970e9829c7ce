/* SPDX-License-Identifier: MIT */
/* The manifest: what one commit consists of.
 *
 * A file of kind "MF", version 1, with one section, number 1 (io/section_file.h). Numbers are little endian,
 * “varint” is LEB128:
 *
 *     u64      number of the durable commit: this one, or of a loose commit the one that it was made after
 *     u64      the durable commit before that one; 0: none
 *     u64      loose: how many loose commits there were after that durable one, with this; 0: durable
 *     u64      next number for a segment or a file of deletions: every number in use is less
 *     varint   length, then the program's own bytes, at most LIBSEARCH_MAX_COMMIT_BYTES
 *     varint   length, then the schema (schema/schema.h)
 *     u32      segments, at most MANIFEST_MAX_SEGMENTS; for each, in the order of their documents:
 *         u64      its number, which names its file
 *         u64      length of its file
 *         u64      checksum in its file's footer, which tells it from another file of that name
 *         u32      documents, at least 1
 *         u32      of them deleted, less than all
 *         u64      number of its file of deletions; 0: none (and then none is deleted)
 *         u64      length of that file; 0: none
 *         u32      flags: 1 the segment's file was synced, 2 the file of deletions was synced (both always set in
 *                  a durable commit; 2 also where there is none)
 *
 * and nothing after them. */
#ifndef LIBSEARCH_INDEX_MANIFEST_H
#define LIBSEARCH_INDEX_MANIFEST_H

#include "io/section_file.h"
#include "schema/schema.h"

enum {
    MANIFEST_VERSION = 1,
    MANIFEST_MAX_SEGMENTS = LIBSEARCH_MAX_SEGMENTS,
    MANIFEST_SEGMENT_SYNCED = 1,
    MANIFEST_DELETIONS_SYNCED = 2,
    MANIFEST_ALL_SYNCED = 3
};

struct manifest_segment {
    uint64_t number;
    uint64_t length;
    uint64_t checksum;
    uint32_t documents;
    uint32_t deleted;
    uint64_t deletions; /* number of the file; 0: none */
    uint64_t deletions_length;
    uint32_t flags; /* MANIFEST_..._SYNCED */
};

struct manifest {
    const libsearch_allocator *allocator;
    unsigned references; /* atomic */
    uint64_t commit, before, loose;
    uint64_t next_number;
    libsearch_bytes program; /* owned */
    struct schema *schema;   /* retained */
    struct manifest_segment *segments;
    size_t count;
    uint64_t length;   /* of the file, once written or read */
    uint64_t checksum; /* of the file read */
};

/* An empty one with room for count segments; schema is retained, program copied. */
libsearch_status manifest_new(const libsearch_allocator *allocator, struct schema *schema, libsearch_bytes program,
                              size_t count, struct manifest **manifest, libsearch_error *error);
struct manifest *manifest_retain(struct manifest *manifest);
void manifest_release(struct manifest *manifest); /* accepts NULL */

/* Writes it under the temporary name, synced if asked to. An old file of that name is removed first. */
libsearch_status manifest_write(struct storage *storage, struct manifest *manifest, bool sync, libsearch_error *error);
/* Reads and checks commit-N or loose-N; analyzers: the program's, or NULL. NOT_FOUND, CORRUPT, VERSION, … */
libsearch_status manifest_read(struct storage *storage, struct analyzer_set *analyzers, uint64_t commit, bool loose,
                               struct manifest **manifest, libsearch_error *error);

#endif
