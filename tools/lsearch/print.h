/* SPDX-License-Identifier: MIT */
/* What lsearch writes on standard output: JSON, and lines for people. */
#ifndef LSEARCH_PRINT_H
#define LSEARCH_PRINT_H

#include "lsearch.h"

/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void print_json_string(FILE *file, const char *data, size_t length);
static inline void print_json_bytes(FILE *file, libsearch_bytes bytes)
{
    print_json_string(file, bytes.data, bytes.length);
}

/* The document's fields as members of a JSON object, each after ", " unless it is the first and
 * `first` is set; several values of a field are an array. brief: without title and text. */
void print_json_fields(FILE *file, const libsearch_document *document, bool first, bool brief);

/* Text on one line: control characters become spaces. */
void print_line(FILE *file, libsearch_bytes text);

#endif
