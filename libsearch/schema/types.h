/* SPDX-License-Identifier: MIT */
#ifndef LIBSEARCH_SCHEMA_TYPES_H
#define LIBSEARCH_SCHEMA_TYPES_H

#include <libsearch.h>
#include <stdbool.h>

/* What columns keep as numbers: with order, ranges and sums. */
static inline bool type_is_number(libsearch_type type)
{
    return type == LIBSEARCH_INTEGER || type == LIBSEARCH_FLOAT || type == LIBSEARCH_DATE || type == LIBSEARCH_BOOLEAN;
}

#endif
