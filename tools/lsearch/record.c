/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <stdlib.h>

void record_add(struct record *record, const char *name, enum value_kind kind, struct value value)
{
    if (record->count == record->capacity) {
        record->capacity = record->capacity * 2 + 8;
        record->values = reallocate(record->values, record->capacity * sizeof *record->values);
    }
    value.name = name;
    value.kind = kind;
    record->values[record->count++] = value;
}

void record_add_string(struct record *record, const char *name, libsearch_bytes bytes)
{
    record_add(record, name, VALUE_STRING, (struct value){ .bytes = bytes });
}

char *record_keep(struct record *record, const char *data, size_t length)
{
    if (record->text_count == record->text_capacity) {
        record->text_capacity = record->text_capacity * 2 + 4;
        record->texts = reallocate(record->texts, record->text_capacity * sizeof *record->texts);
    }
    return record->texts[record->text_count++] = duplicate(data, length);
}

void record_clear(struct record *record)
{
    for (size_t i = 0; i < record->text_count; i++)
        free(record->texts[i]);
    if (record->release != NULL)
        record->release(record->owner);
    record->text_count = 0;
    record->count = 0;
    record->owner = NULL;
    record->release = NULL;
    record->id = bytes_of(NULL, 0);
}

void record_free(struct record *record)
{
    record_clear(record);
    free(record->values);
    free(record->texts);
}
