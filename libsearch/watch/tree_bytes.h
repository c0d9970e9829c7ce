/* SPDX-License-Identifier: MIT */
/* A query tree as bytes and back, so that what is kept of a query is exactly what was given, whatever text could say of
 * it. Little endian; lengths and numbers are varints.
 *
 *     u8 kind, u8 1: lenient, 2: a field, 4: children, flags
 *     field (length, bytes), where there is one
 *     text (length, bytes)
 *     number, u32 factor (IEEE 754 single)
 *     of a range: u8 type, u8 1: low, 2: high; u64 low, high (integers, or IEEE 754 doubles where the type is FLOAT)
 *     children, where there are: their number, for each u8 occur, itself */
#ifndef LIBSEARCH_WATCH_TREE_BYTES_H
#define LIBSEARCH_WATCH_TREE_BYTES_H

#include "base/buffer.h"
#include "query/query.h"

void tree_encode(const libsearch_query *query, struct buffer *to);
/* Believes nothing. Errors: CORRUPT, NO_MEMORY. */
libsearch_status tree_decode(const libsearch_allocator *allocator, struct cursor *from, libsearch_query **query,
                             libsearch_error *error);

#endif
