/* SPDX-License-Identifier: MIT */
#include "schema/document.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "schema/types.h"

enum { FIRST_SLOTS = 16 };

bool field_name_valid(const char *name, size_t length)
{
    if (length == 0 || length > LIBSEARCH_MAX_FIELD_NAME || (name[0] >= '0' && name[0] <= '9'))
        return false;
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)name[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.')
            return false;
    }
    return true;
}

libsearch_document *document_new(const libsearch_allocator *allocator)
{
    libsearch_document *document = memory_allocate_array(allocator, 1, sizeof *document);
    if (document == NULL)
        return NULL;
    document->allocator = allocator;
    arena_init(&document->arena, allocator);
    return document;
}

void document_free(libsearch_document *document)
{
    if (document == NULL)
        return;
    arena_free(&document->arena);
    memory_free(document->allocator, document->values);
    memory_free(document->allocator, document->slots);
    memory_free(document->allocator, document->order);
    memory_free(document->allocator, document);
}

void document_clear(libsearch_document *document)
{
    arena_reset(&document->arena);
    document->count = 0;
    document->bytes = 0;
    document->field_count = 0;
    document->ordered = 0;
    if (document->slots != NULL)
        memset(document->slots, 0, document->slot_count * sizeof *document->slots);
}

/* The slot of the field's first value, or the empty one where it would go. */
static uint32_t *slot_of(const libsearch_document *document, const char *name, size_t length)
{
    const size_t mask = document->slot_count - 1;
    for (size_t at = (size_t)hash_bytes(name, length) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &document->slots[at];
        if (*slot == 0)
            return slot;
        const struct document_value *first = &document->values[*slot - 1];
        if (first->field_length == length && memcmp(first->field, name, length) == 0)
            return slot;
    }
}

const struct document_value *document_first(const libsearch_document *document, const char *name, size_t length)
{
    const uint32_t slot = document->slot_count == 0 ? 0 : *slot_of(document, name, length);
    return slot == 0 ? NULL : &document->values[slot - 1];
}

/* The first value of value i's field. Values of one field share their name. */
static uint32_t first_of(const libsearch_document *document, size_t i, uint32_t before)
{
    if (i > 0 && document->values[i].field == document->values[i - 1].field)
        return before;
    return *slot_of(document, document->values[i].field, document->values[i].field_length) - 1;
}

/* Counts the values of each field at its first one, turns counts into places, and fills these. */
static void make_order(libsearch_document *document)
{
    const size_t count = document->count;
    bool together = true;
    memory_free(document->allocator, document->order);
    document->order = NULL;
    document->ordered = count;
    uint32_t first = 0;
    for (size_t i = 0; i < count && together; i++) {
        const uint32_t before = first;
        first = first_of(document, i, before);
        together = first == i || (i > 0 && first == before);
    }
    if (together)
        return;
    uint32_t *order = memory_allocate_array(document->allocator, count, sizeof *order);
    uint32_t *places = memory_allocate_array(document->allocator, count, sizeof *places);
    if (order != NULL && places != NULL) {
        for (size_t i = 0; i < count; i++)
            places[first = first_of(document, i, first)]++;
        uint32_t place = 0;
        for (size_t i = 0; i < count; i++) {
            const uint32_t values = places[i];
            places[i] = place;
            place += values;
        }
        for (size_t i = 0; i < count; i++)
            order[places[first = first_of(document, i, first)]++] = (uint32_t)i;
        document->order = order;
        order = NULL;
    }
    memory_free(document->allocator, order);
    memory_free(document->allocator, places);
}

const struct document_value *document_value_at(libsearch_document *document, size_t i)
{
    if (document->ordered != document->count)
        make_order(document);
    return &document->values[document->order == NULL ? i : document->order[i]];
}

/* Makes the table of fields so large that one more field leaves it at most half full. */
static bool make_slots(libsearch_document *document)
{
    if ((document->field_count + 1) * 2 <= document->slot_count)
        return true;
    const size_t slot_count = document->slot_count == 0 ? FIRST_SLOTS : document->slot_count * 2;
    uint32_t *slots = memory_allocate_array(document->allocator, slot_count, sizeof *slots);
    if (slots == NULL)
        return false;
    uint32_t *old = document->slots;
    const size_t old_count = document->slot_count;
    document->slots = slots;
    document->slot_count = slot_count;
    for (size_t i = 0; i < old_count; i++)
        if (old[i] != 0) {
            const struct document_value *first = &document->values[old[i] - 1];
            *slot_of(document, first->field, first->field_length) = old[i];
        }
    memory_free(document->allocator, old);
    return true;
}

/* What a message says of a name that may be anything. */
static int shown(size_t length) { return length > 64 ? 64 : (int)length; }

static libsearch_status check_value(const libsearch_document *document, const struct document_value *value,
                                    libsearch_error *error)
{
    if (!field_name_valid(value->field, value->field_length))
        return error_set(error, LIBSEARCH_INVALID,
                         "\"%.*s\" is no field name (1 to %d letters, digits, _ - . and no digit first)",
                         shown(value->field_length), value->field == NULL ? "" : value->field,
                         LIBSEARCH_MAX_FIELD_NAME);
    const int name_shown = shown(value->field_length);
    switch (value->type) {
    case LIBSEARCH_TEXT:
    case LIBSEARCH_STORED:
        if (value->bytes.length > LIBSEARCH_MAX_VALUE)
            return error_set(error, LIBSEARCH_LIMIT, "field %.*s: a value of %zu bytes is over the limit of %d",
                             name_shown, value->field, value->bytes.length, LIBSEARCH_MAX_VALUE);
        break;
    case LIBSEARCH_KEYWORD:
        if (value->bytes.length > LIBSEARCH_MAX_KEYWORD)
            return error_set(error, LIBSEARCH_LIMIT, "field %.*s: a keyword of %zu bytes is over the limit of %d",
                             name_shown, value->field, value->bytes.length, LIBSEARCH_MAX_KEYWORD);
        break;
    case LIBSEARCH_INTEGER:
    case LIBSEARCH_DATE: break;
    case LIBSEARCH_BOOLEAN:
        if (value->integer != 0 && value->integer != 1)
            return error_set(error, LIBSEARCH_INVALID, "field %.*s: neither true nor false", name_shown, value->field);
        break;
    case LIBSEARCH_FLOAT:
        if (isnan(value->number))
            return error_set(error, LIBSEARCH_INVALID, "field %.*s: NaN is not a value", name_shown, value->field);
        break;
    default:
        return error_set(error, LIBSEARCH_INVALID, "field %.*s: there is no type %d", name_shown, value->field,
                         (int)value->type);
    }
    if (document->count >= DOCUMENT_MAX_VALUES)
        return error_set(error, LIBSEARCH_LIMIT, "a document has at most %d values", DOCUMENT_MAX_VALUES);
    return LIBSEARCH_OK;
}

libsearch_status document_add(libsearch_document *document, const struct document_value *value, libsearch_error *error)
{
    TRY(check_value(document, value, error));
    const bool number = type_is_number(value->type);
    const size_t bytes = number ? sizeof(uint64_t) : value->bytes.length;
    if (bytes > LIBSEARCH_MAX_VALUE - document->bytes)
        return error_set(error, LIBSEARCH_LIMIT, "a document of %zu bytes is over the limit of %d",
                         document->bytes + bytes, LIBSEARCH_MAX_VALUE);
    if (!make_slots(document) || !memory_grow(document->allocator, &document->values, &document->capacity,
                                              document->count + 1, sizeof *document->values))
        return error_no_memory(error);
    uint32_t *slot = slot_of(document, value->field, value->field_length);
    struct document_value added = { .field_length = value->field_length, .type = value->type };
    if (*slot != 0) {
        const struct document_value *first = &document->values[*slot - 1];
        if (first->type != value->type)
            return error_set(error, LIBSEARCH_INVALID, "field %.*s has values of another type in this document",
                             shown(value->field_length), value->field);
        added.field = first->field;
    } else {
        added.field = arena_duplicate(&document->arena, value->field, value->field_length);
        if (added.field == NULL)
            return error_no_memory(error);
    }
    if (!number) {
        added.bytes.data = arena_duplicate(&document->arena, value->bytes.data, value->bytes.length);
        if (added.bytes.data == NULL)
            return error_no_memory(error);
        added.bytes.length = value->bytes.length;
    } else if (value->type == LIBSEARCH_FLOAT) {
        added.number = value->number;
    } else {
        added.integer = value->integer;
    }
    document->values[document->count++] = added;
    document->bytes += bytes;
    if (*slot == 0) {
        *slot = (uint32_t)document->count;
        document->field_count++;
    }
    return LIBSEARCH_OK;
}
