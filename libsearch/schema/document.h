/* SPDX-License-Identifier: MIT */
/* A document in memory: what a program fills in, and what it gets back. Engines read it; it knows nothing of
 * any. */
#ifndef LIBSEARCH_SCHEMA_DOCUMENT_H
#define LIBSEARCH_SCHEMA_DOCUMENT_H

#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"

/* Values of one document. With LIBSEARCH_MAX_VALUE it bounds what a record of stored fields can take. */
enum { DOCUMENT_MAX_VALUES = LIBSEARCH_MAX_VALUES };

/* One value. Strings lie in the document's arena. */
struct document_value {
    const char *field; /* name, zero-terminated */
    uint32_t field_length;
    libsearch_type type;
    libsearch_bytes bytes;
    int64_t integer;
    double number;
};

struct libsearch_document {
    const libsearch_allocator *allocator;
    struct arena arena;
    struct document_value *values; /* in the order of adding */
    size_t count, capacity;
    size_t bytes; /* of all strings, and 8 for each number */
    /* The first value of each field, + 1, by the hash of the name; 0: empty. */
    uint32_t *slots;
    size_t slot_count, field_count;
    /* document_value_at's: the values' numbers, one field after the other; NULL: as they are. */
    uint32_t *order;
    size_t ordered; /* values that it was made for */
};

libsearch_document *document_new(const libsearch_allocator *allocator);
void document_free(libsearch_document *document);
void document_clear(libsearch_document *document);

/* Adds a value; its strings are copied. INVALID for a bad field name, a type that an earlier value of the same
 * field did not have, or NaN; LIMIT for a value, or all together, over LIBSEARCH_MAX_VALUE (keywords over
 * LIBSEARCH_MAX_KEYWORD), or too many values. After an error the document is as it was. */
libsearch_status document_add(libsearch_document *document, const struct document_value *value, libsearch_error *error);

/* Value i when the values of a field stand together, the fields in the order of their first values. As they were
 * added where memory is short. */
const struct document_value *document_value_at(libsearch_document *document, size_t i);

/* The first value of a field, or NULL. */
const struct document_value *document_first(const libsearch_document *document, const char *name, size_t length);

/* True for letters, digits, _ - . (bytes over 0x7F count as letters), no digit first, 1 to
 * LIBSEARCH_MAX_FIELD_NAME bytes. */
bool field_name_valid(const char *name, size_t length);

#endif
