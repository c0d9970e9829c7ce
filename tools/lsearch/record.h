/* SPDX-License-Identifier: MIT */
/* One document as a loader read it, before the index's schema has its say. */
#ifndef LSEARCH_RECORD_H
#define LSEARCH_RECORD_H

#include "lsearch.h"

enum value_kind { VALUE_STRING, VALUE_INTEGER, VALUE_REAL, VALUE_BOOLEAN, VALUE_DATE };

struct value {
    const char *name; /* the field's */
    enum value_kind kind;
    libsearch_bytes bytes; /* of a string */
    int64_t integer;       /* integer, boolean, date (milliseconds) */
    double number;         /* real */
};

struct record {
    const char *file; /* where it came from, for messages; outlives the record */
    uint64_t line;    /* 0: the file is one document */
    libsearch_bytes id;
    struct value *values;
    size_t count, capacity;
    char **texts; /* what the record itself holds of names and values */
    size_t text_count, text_capacity;
    void *owner; /* what holds the rest, and how to let go of it */
    void (*release)(void *owner);
};

void record_add(struct record *record, const char *name, enum value_kind kind, struct value value);
void record_add_string(struct record *record, const char *name, libsearch_bytes bytes);
/* A copy that lives as long as the record; zero-terminated. */
char *record_keep(struct record *record, const char *data, size_t length);
/* Lets go of what it holds, keeping its arrays for the next. */
void record_clear(struct record *record);
void record_free(struct record *record);

#endif
