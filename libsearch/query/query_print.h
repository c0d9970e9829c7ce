/* SPDX-License-Identifier: MIT */
#ifndef LIBSEARCH_QUERY_QUERY_PRINT_H
#define LIBSEARCH_QUERY_QUERY_PRINT_H

#include "base/buffer.h"
#include "query/query.h"

/* Appends the query as text of docs/query-language.md. Parsed (without flags) against a schema that has its fields
 * with the types that it uses them as, that gives an equal tree. Holds no zero byte. A failed allocation shows in
 * the buffer. */
void query_print(const libsearch_query *query, struct buffer *to);

#endif
