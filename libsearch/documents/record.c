/* SPDX-License-Identifier: MIT */
/* The record of a document's stored fields: for each value, in the order in which they were added,
 *
 *     varint field number, u8 type, and
 *     text, keyword, stored   varint length, bytes
 *     integer, date           varint, zigzag (0, -1, 1, -2 … are 0, 1, 2, 3 …)
 *     float                   8 bytes, IEEE 754 double, little endian */
#include "documents/stored.h"

static uint64_t zigzag(int64_t value) { return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0); }

static int64_t unzigzag(uint64_t value)
{
    const uint64_t plain = value >> 1 ^ (0 - (value & 1));
    int64_t integer;
    memcpy(&integer, &plain, sizeof integer);
    return integer;
}

void document_record_encode(const struct schema *schema, const libsearch_document *document, struct buffer *to)
{
    const char *name = NULL;
    const struct field *field = NULL;
    for (size_t i = 0; i < document->count; i++) {
        const struct document_value *value = &document->values[i];
        if (value->field != name) { /* values of one field share their name */
            name = value->field;
            field = schema_find(schema, name, value->field_length);
        }
        if (field == NULL || field->type != value->type || (field->flags & LIBSEARCH_FIELD_NOT_STORED) != 0)
            continue;
        buffer_append_varint(to, field->number);
        buffer_append_u8(to, (uint8_t)value->type);
        switch (value->type) {
        case LIBSEARCH_INTEGER:
        case LIBSEARCH_BOOLEAN:
        case LIBSEARCH_DATE: buffer_append_varint(to, zigzag(value->integer)); break;
        case LIBSEARCH_FLOAT: {
            uint64_t bits;
            memcpy(&bits, &value->number, sizeof bits);
            buffer_append_u64(to, bits);
            break;
        }
        default: buffer_append_bytes(to, value->bytes.data, value->bytes.length);
        }
    }
}

libsearch_status document_record_decode(const struct schema *schema, libsearch_bytes record, const char *name,
                                        libsearch_document *document, libsearch_error *error)
{
    struct cursor from = cursor_of(record.data, record.length);
    while (cursor_left(&from) > 0) {
        const size_t position = cursor_position(&from);
        const uint64_t number = cursor_varint(&from);
        struct document_value value = { .type = (libsearch_type)cursor_u8(&from) };
        const struct field *field = number < schema->count ? schema->fields[number] : NULL;
        if (from.failed || field == NULL || field->type != value.type ||
            (field->flags & LIBSEARCH_FIELD_NOT_STORED) != 0)
            return error_set_at(error, (int64_t)position, LIBSEARCH_CORRUPT,
                                "%s: stored fields: no value of a stored field at byte %zu of the record", name,
                                position);
        value.field = field->name;
        value.field_length = field->name_length;
        switch (value.type) {
        case LIBSEARCH_INTEGER:
        case LIBSEARCH_BOOLEAN:
        case LIBSEARCH_DATE: value.integer = unzigzag(cursor_varint(&from)); break;
        case LIBSEARCH_FLOAT: {
            const uint64_t bits = cursor_u64(&from);
            memcpy(&value.number, &bits, sizeof bits);
            break;
        }
        default: value.bytes = cursor_bytes(&from);
        }
        if (from.failed)
            return error_set_at(error, (int64_t)position, LIBSEARCH_CORRUPT,
                                "%s: stored fields: the value at byte %zu of the record is cut short", name, position);
        libsearch_error cause = LIBSEARCH_ERROR_INIT;
        const libsearch_status status = document_add(document, &value, &cause);
        if (status == LIBSEARCH_NO_MEMORY)
            return error_no_memory(error);
        if (status != LIBSEARCH_OK)
            return error_set_at(error, (int64_t)position, LIBSEARCH_CORRUPT,
                                "%s: stored fields: bad value at byte %zu of the record: %.200s", name, position,
                                cause.message);
    }
    return LIBSEARCH_OK;
}
