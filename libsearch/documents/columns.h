/* SPDX-License-Identifier: MIT */
/* Columns: the values of keyword and number fields, by document, for ranges, sorting and facets.
 *
 * A column holds, for each document, none, one or several values, in ascending order, each once: integers, dates and floats
 * as order-preserving u64 (column_from_double, column_from_integer), keywords as ordinals into the column's
 * sorted list of distinct values. Over each 1024 documents the smallest and largest value are kept, so that a
 * range skips whole blocks. */
#ifndef LIBSEARCH_DOCUMENTS_COLUMNS_H
#define LIBSEARCH_DOCUMENTS_COLUMNS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/status.h"

enum { COLUMN_BLOCK = 1024 };

/* Order-preserving maps onto u64 and back. -0.0 and 0.0 are the same value. */
uint64_t column_from_integer(int64_t value);
int64_t column_to_integer(uint64_t value);
uint64_t column_from_double(double value);
double column_to_double(uint64_t value);

struct column_writer;
libsearch_status column_writer_new(const libsearch_allocator *allocator, bool keyword, struct column_writer **writer,
                                   libsearch_error *error);
/* A value of a document; documents never fall. */
libsearch_status column_writer_add_number(struct column_writer *writer, uint32_t document, uint64_t value,
                                          libsearch_error *error);
libsearch_status column_writer_add_keyword(struct column_writer *writer, uint32_t document, libsearch_bytes value,
                                           libsearch_error *error);
/* Takes back what was added for `document`, the last one. */
void column_writer_drop(struct column_writer *writer, uint32_t document);
size_t column_writer_memory(const struct column_writer *writer);
/* Appends the column's section for a segment of `documents` documents. Deterministic. After it the writer is of use
 * only to be freed. */
libsearch_status column_writer_finish(struct column_writer *writer, uint32_t documents, struct buffer *to,
                                      libsearch_error *error);
void column_writer_free(struct column_writer *writer);

struct column; /* immutable; threads share it */
libsearch_status column_open(const libsearch_allocator *allocator, const uint8_t *section, size_t length,
                             uint32_t documents, const char *name, struct column **column, libsearch_error *error);
void column_close(struct column *column);
/* Looks at every part: CORRUPT where one contradicts another. */
libsearch_status column_verify(const struct column *column, libsearch_error *error);
bool column_is_keyword(const struct column *column);
/* How many values a document has, and value i of them (i < count; damaged bytes give 0). */
uint32_t column_count(const struct column *column, uint32_t document);
uint64_t column_value(const struct column *column, uint32_t document, uint32_t i);
/* Distinct keywords, ascending, and one of them. */
uint32_t column_keyword_count(const struct column *column);
libsearch_bytes column_keyword(const struct column *column, uint32_t ordinal);
/* The least ordinal whose keyword is >= value; *found: whether it is equal. */
uint32_t column_keyword_seek(const struct column *column, libsearch_bytes value, bool *found);
/* Sets the bits of all documents in [from, to) documents (multiples of 64, or the end) that have a value within
 * [low, high]; bits: word 0 holds document `from`. Skips blocks by their bounds. */
void column_range(const struct column *column, uint64_t low, uint64_t high, uint32_t from, uint32_t to, uint64_t *bits);
/* The smallest and largest value of block b (documents b * 1024 …); false when it has none. */
bool column_block_bounds(const struct column *column, uint32_t block, uint64_t *least, uint64_t *greatest);

#endif
