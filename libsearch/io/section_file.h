/* SPDX-License-Identifier: MIT */
/* Checksummed files made of sections: what a segment, a manifest and a deletion file are outside.
 *
 *     offset 0   magic, 8 bytes: "LSRCH" kind(2 letters) 0x0A         kind: "SG", "MF", "DL"
 *     8          u32 format version, u32 zero
 *     64 ...     sections in the order of the table, each beginning at the next multiple of 64, zeros between
 *     ...        at the next multiple of 64 the table: for each section
 *                u32 id, u32 zero, u64 offset, u64 length, u64 XXH3 of the section's bytes
 *     end - 40   footer: u64 offset of the table, u32 sections, u32 version, u64 file length,
 *                8 bytes magic again, u64 XXH3 of the header's 16 bytes, the table, and the footer up to here
 *
 * Numbers are little endian; XXH3 is the 64-bit form with seed 0. Every byte of a file is thus accounted for:
 * it is in the header, in a section, zero, in the table or in the footer.
 *
 * Opening reads header, footer and table and checks them (O(1) in the file's size); the sections'
 * checksums are compared by section_file_verify. Every section handed out lies within the file. */
#ifndef LIBSEARCH_IO_SECTION_FILE_H
#define LIBSEARCH_IO_SECTION_FILE_H

#include "io/storage.h"

struct section_writer;

/* Creates the file. kind: two letters. */
libsearch_status section_writer_open(struct storage *storage, const char *name, const char *kind, uint32_t version,
                                     struct section_writer **writer, libsearch_error *error);
/* Sections are written one after the other, each id once. */
libsearch_status section_begin(struct section_writer *writer, uint32_t id, libsearch_error *error);
libsearch_status section_append(struct section_writer *writer, const void *data, size_t length, libsearch_error *error);
/* Bytes of the open section so far. */
uint64_t section_position(const struct section_writer *writer);
libsearch_status section_end(struct section_writer *writer, libsearch_error *error);
/* begin, append, end. */
libsearch_status section_put(struct section_writer *writer, uint32_t id, const void *data, size_t length,
                             libsearch_error *error);
/* Writes table and footer, syncs if asked to, closes. *length (may be NULL): of the file. Always releases the
 * writer; on error the file is removed. */
libsearch_status section_writer_finish(struct section_writer *writer, bool sync, uint64_t *length,
                                       libsearch_error *error);
void section_writer_discard(struct section_writer *writer);

/* The most sections that a file may have. */
enum { SECTION_FILE_MAX_SECTIONS = 1 << 20 };

struct section_file; /* read only; may be shared by threads */

libsearch_status section_file_open(struct storage *storage, const char *name, const char *kind, uint32_t max_version,
                                   bool copy, struct section_file **file, libsearch_error *error);
void section_file_close(struct section_file *file);
const char *section_file_name(const struct section_file *file);
uint32_t section_file_version(const struct section_file *file);
uint64_t section_file_length(const struct section_file *file);
/* All bytes of the file, section_file_length of them. */
const uint8_t *section_file_bytes(const struct section_file *file);
/* The checksum in the footer, which stands for every byte of the file: two files with the same one are the same. */
uint64_t section_file_checksum(const struct section_file *file);
/* The section's bytes (aligned to 64); *length 0 and NULL where there is none. */
const uint8_t *section_file_get(const struct section_file *file, uint32_t id, size_t *length);
/* Sections in the order in which they lie: how many, and the i-th as section_file_get gives it. */
uint32_t section_file_count(const struct section_file *file);
const uint8_t *section_file_at(const struct section_file *file, uint32_t i, uint32_t *id, size_t *length);
/* Compares every checksum, and that bytes between sections are zero. report (may be NULL) is called for each
 * damage with one line (file, section, offset); without report the first damage ends it with CORRUPT in error. */
libsearch_status section_file_verify(const struct section_file *file, libsearch_report report, void *context,
                                     libsearch_error *error);

/* A small file whole: one section, its bytes given and taken at once, every checksum compared. */
libsearch_status small_file_write(struct storage *storage, const char *name, const char *kind, uint32_t version,
                                  const void *data, size_t length, bool sync, uint64_t *file_length,
                                  libsearch_error *error);
/* *data lies in *file, which is the caller's to close. */
libsearch_status small_file_read(struct storage *storage, const char *name, const char *kind, uint32_t max_version,
                                 struct section_file **file, libsearch_bytes *data, libsearch_error *error);

#endif
