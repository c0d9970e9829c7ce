/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "api/handles.h"

libsearch_document *libsearch_document_new(libsearch_index *index)
{
    return index == NULL ? NULL : document_new(index->allocator);
}

void libsearch_document_free(libsearch_document *document) { document_free(document); }

void libsearch_document_clear(libsearch_document *document)
{
    if (document != NULL)
        document_clear(document);
}

static libsearch_status add(libsearch_document *document, const char *field, struct document_value *value)
{
    if (document == NULL || field == NULL || (value->bytes.data == NULL && value->bytes.length > 0))
        return LIBSEARCH_INVALID;
    const size_t length = strnlen(field, LIBSEARCH_MAX_FIELD_NAME + 1);
    value->field = field;
    value->field_length = (uint32_t)length;
    return document_add(document, value, NULL);
}

libsearch_status libsearch_document_set_text(libsearch_document *document, const char *field, libsearch_bytes text)
{
    return add(document, field, &(struct document_value){ .type = LIBSEARCH_TEXT, .bytes = text });
}

libsearch_status libsearch_document_set_keyword(libsearch_document *document, const char *field, libsearch_bytes value)
{
    return add(document, field, &(struct document_value){ .type = LIBSEARCH_KEYWORD, .bytes = value });
}

libsearch_status libsearch_document_set_integer(libsearch_document *document, const char *field, int64_t value)
{
    return add(document, field, &(struct document_value){ .type = LIBSEARCH_INTEGER, .integer = value });
}

libsearch_status libsearch_document_set_float(libsearch_document *document, const char *field, double value)
{
    return add(document, field, &(struct document_value){ .type = LIBSEARCH_FLOAT, .number = value });
}

libsearch_status libsearch_document_set_date(libsearch_document *document, const char *field, int64_t milliseconds)
{
    return add(document, field, &(struct document_value){ .type = LIBSEARCH_DATE, .integer = milliseconds });
}

libsearch_status libsearch_document_set_boolean(libsearch_document *document, const char *field, int value)
{
    return add(document, field, &(struct document_value){ .type = LIBSEARCH_BOOLEAN, .integer = value != 0 });
}

libsearch_status libsearch_document_set_stored(libsearch_document *document, const char *field, libsearch_bytes value)
{
    return add(document, field, &(struct document_value){ .type = LIBSEARCH_STORED, .bytes = value });
}

size_t libsearch_document_count(const libsearch_document *document) { return document == NULL ? 0 : document->count; }

libsearch_value libsearch_document_value(const libsearch_document *document, size_t i)
{
    if (document == NULL || i >= document->count)
        return (libsearch_value){ .field = "", .type = LIBSEARCH_STORED };
    /* The order of the values is worked out at the first call; a document belongs to one thread. */
    const struct document_value *value = document_value_at((libsearch_document *)document, i);
    return (libsearch_value){ value->field, value->type, value->bytes, value->integer, value->number };
}

libsearch_bytes libsearch_document_bytes(const libsearch_document *document, const char *field)
{
    const struct document_value *value =
        document == NULL || field == NULL ? NULL : document_first(document, field, strlen(field));
    return value == NULL ? (libsearch_bytes){ NULL, 0 } : value->bytes;
}
