/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "date.h"

enum { LONG_STRING = 256 };

enum {
    SEEN_DATE = 1u << 0,   /* a date, or a string that is an ISO date */
    SEEN_STRING = 1u << 1, /* another string */
    SEEN_LONG = 1u << 2,
    SEEN_INTEGER = 1u << 3,
    SEEN_REAL = 1u << 4,
    SEEN_BOOLEAN = 1u << 5
};

struct field {
    char *name; /* NULL: a free place */
    libsearch_type type;
    bool decided;
    unsigned seen;
};

static size_t place_of(const struct field *list, size_t capacity, const char *name)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (const char *c = name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    size_t place = (size_t)hash & (capacity - 1);
    while (list[place].name != NULL && strcmp(list[place].name, name) != 0)
        place = (place + 1) & (capacity - 1);
    return place;
}

static struct field *find(struct fields *fields, const char *name)
{
    size_t place = place_of(fields->list, fields->capacity, name);
    if (fields->list[place].name != NULL)
        return &fields->list[place];
    if ((fields->count + 1) * 2 > fields->capacity) {
        const size_t capacity = fields->capacity * 2;
        struct field *list = allocate(capacity * sizeof *list);
        memset(list, 0, capacity * sizeof *list);
        for (size_t i = 0; i < fields->capacity; i++)
            if (fields->list[i].name != NULL)
                list[place_of(list, capacity, fields->list[i].name)] = fields->list[i];
        free(fields->list);
        fields->list = list;
        fields->capacity = capacity;
        place = place_of(list, capacity, name);
    }
    fields->count++;
    fields->list[place] = (struct field){ .name = duplicate(name, strlen(name)) };
    return &fields->list[place];
}

void fields_init(struct fields *fields)
{
    *fields = (struct fields){ .capacity = 64 };
    fields->list = allocate(fields->capacity * sizeof *fields->list);
    memset(fields->list, 0, fields->capacity * sizeof *fields->list);
}

void fields_free(struct fields *fields)
{
    for (size_t i = 0; i < fields->capacity; i++)
        free(fields->list[i].name);
    free(fields->list);
}

bool fields_set(struct fields *fields, const char *name, libsearch_type type)
{
    struct field *field = find(fields, name);
    if (field->decided)
        return field->type == type;
    field->decided = true;
    field->type = type;
    return true;
}

static void look(struct field *field, const struct value *value)
{
    int64_t moment;
    switch (value->kind) {
    case VALUE_INTEGER: field->seen |= SEEN_INTEGER; break;
    case VALUE_REAL: field->seen |= SEEN_REAL; break;
    case VALUE_BOOLEAN: field->seen |= SEEN_BOOLEAN; break;
    case VALUE_DATE: field->seen |= SEEN_DATE; break;
    case VALUE_STRING:
        if (value->bytes.length == 0)
            break;
        field->seen |= date_parse_iso(value->bytes.data, value->bytes.length, &moment) ? SEEN_DATE : SEEN_STRING;
        if (value->bytes.length > LONG_STRING)
            field->seen |= SEEN_LONG;
        break;
    }
}

static void decide(struct field *field)
{
    if (field->decided || field->seen == 0)
        return;
    field->decided = true;
    if ((field->seen & SEEN_LONG) != 0)
        field->type = LIBSEARCH_TEXT;
    else if (field->seen == SEEN_DATE)
        field->type = LIBSEARCH_DATE;
    else if (field->seen == SEEN_BOOLEAN)
        field->type = LIBSEARCH_BOOLEAN;
    else if ((field->seen & (SEEN_STRING | SEEN_DATE | SEEN_BOOLEAN)) != 0)
        field->type = LIBSEARCH_KEYWORD;
    else
        field->type = (field->seen & SEEN_REAL) != 0 ? LIBSEARCH_FLOAT : LIBSEARCH_INTEGER;
}

void fields_look(struct fields *fields, const struct record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        struct field *field = find(fields, record->values[i].name);
        if (!field->decided)
            look(field, &record->values[i]);
    }
}

void fields_decide(struct fields *fields)
{
    for (size_t i = 0; i < fields->capacity; i++)
        if (fields->list[i].name != NULL)
            decide(&fields->list[i]);
}

/* The value as text: what keyword and text fields take of a number. */
static libsearch_bytes text_of(const struct value *value, char text[DATE_TEXT])
{
    switch (value->kind) {
    case VALUE_STRING: return value->bytes;
    case VALUE_INTEGER: snprintf(text, DATE_TEXT, "%" PRId64, value->integer); break;
    case VALUE_REAL: snprintf(text, DATE_TEXT, "%.17g", value->number); break;
    case VALUE_BOOLEAN: snprintf(text, DATE_TEXT, "%s", value->integer != 0 ? "true" : "false"); break;
    case VALUE_DATE: date_print(value->integer, text); break;
    }
    return bytes_of(text, strlen(text));
}

/* The value as a number: itself, or the whole of a string that is one. */
static bool number_of(const struct value *value, int64_t *integer, double *number)
{
    char text[64], *end;
    switch (value->kind) {
    case VALUE_INTEGER:
        *integer = value->integer;
        *number = (double)value->integer;
        return true;
    case VALUE_REAL: *number = value->number; break;
    case VALUE_STRING:
        if (value->bytes.length == 0 || value->bytes.length >= sizeof text)
            return false;
        memcpy(text, value->bytes.data, value->bytes.length);
        text[value->bytes.length] = '\0';
        errno = 0;
        *integer = strtoll(text, &end, 10);
        if (*end == '\0' && errno == 0) {
            *number = (double)*integer;
            return true;
        }
        *number = strtod(text, &end);
        if (*end != '\0' || isnan(*number))
            return false;
        break;
    default: return false;
    }
    *integer = *number >= -9e18 && *number <= 9e18 ? (int64_t)*number : 0;
    return true;
}

static bool truth_of(const struct value *value, int64_t *truth)
{
    static const char *const words[] = { "false", "no", "0", "true", "yes", "1" };
    if (value->kind == VALUE_BOOLEAN ||
        (value->kind == VALUE_INTEGER && (value->integer == 0 || value->integer == 1))) {
        *truth = value->integer;
        return true;
    }
    for (int i = 0; value->kind == VALUE_STRING && i < 6; i++)
        if (value->bytes.length == strlen(words[i]) &&
            strncasecmp(value->bytes.data, words[i], value->bytes.length) == 0) {
            *truth = i >= 3;
            return true;
        }
    return false;
}

static libsearch_status apply(const struct field *field, const struct value *value, libsearch_document *document,
                              const char **wanted)
{
    char text[DATE_TEXT];
    int64_t integer = 0;
    double number = 0;
    switch (field->type) {
    case LIBSEARCH_TEXT: return libsearch_document_set_text(document, field->name, text_of(value, text));
    case LIBSEARCH_KEYWORD: return libsearch_document_set_keyword(document, field->name, text_of(value, text));
    case LIBSEARCH_STORED: return libsearch_document_set_stored(document, field->name, text_of(value, text));
    case LIBSEARCH_INTEGER:
        *wanted = "a whole number";
        if (!number_of(value, &integer, &number) || number < (double)integer || number > (double)integer)
            return LIBSEARCH_INVALID;
        *wanted = NULL;
        return libsearch_document_set_integer(document, field->name, integer);
    case LIBSEARCH_FLOAT:
        *wanted = "a number";
        if (!number_of(value, &integer, &number))
            return LIBSEARCH_INVALID;
        *wanted = NULL;
        return libsearch_document_set_float(document, field->name, number);
    case LIBSEARCH_BOOLEAN:
        *wanted = "true or false";
        if (!truth_of(value, &integer))
            return LIBSEARCH_INVALID;
        *wanted = NULL;
        return libsearch_document_set_boolean(document, field->name, integer != 0);
    case LIBSEARCH_DATE:
        *wanted = "a date such as 2024-10-01 or 2024-10-01T01:03:00Z";
        if (value->kind == VALUE_DATE || value->kind == VALUE_INTEGER)
            integer = value->integer; /* a number is milliseconds since 1970 */
        else if (value->kind != VALUE_STRING || !date_parse_iso(value->bytes.data, value->bytes.length, &integer))
            return LIBSEARCH_INVALID;
        *wanted = NULL;
        return libsearch_document_set_date(document, field->name, integer);
    }
    return LIBSEARCH_INVALID;
}

bool fields_apply(struct fields *fields, const struct record *record, libsearch_document *document, char *message,
                  size_t size)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct value *value = &record->values[i];
        if (value->kind == VALUE_STRING && value->bytes.length == 0)
            continue;
        struct field *field = find(fields, value->name);
        if (!field->decided) {
            look(field, value);
            decide(field);
        }
        const char *wanted = NULL;
        char text[DATE_TEXT];
        const libsearch_status status = apply(field, value, document, &wanted);
        if (status == LIBSEARCH_OK)
            continue;
        const libsearch_bytes shown = text_of(value, text);
        const int length = shown.length > 40 ? 40 : (int)shown.length;
        if (wanted != NULL)
            snprintf(message, size, "field %s holds '%.*s' and wants %s", field->name, length, shown.data, wanted);
        else
            snprintf(message, size, "field %s, '%.*s': %s", field->name, length, shown.data,
                     libsearch_status_text(status));
        return false;
    }
    return true;
}
