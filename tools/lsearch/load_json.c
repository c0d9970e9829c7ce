/* SPDX-License-Identifier: MIT */
/* JSON lines: one object a line. "id" is a string or a whole number; null is no value, arrays are
 * several values, objects in objects become fields with dots in their names, and characters that no
 * field name may have become _. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "intake.h"

enum { LINE_MOST = LIBSEARCH_MAX_VALUE };

static bool is_name(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && ((c >= '0' && c <= '9') || c == '-' || c == '.'));
}

/* A member's name as a field's: outer, a dot, and the name; NULL when it is too long. */
static const char *field_name(struct record *record, const char *outer, const char *name)
{
    bool clean = outer == NULL && name[0] != '\0';
    for (const char *c = name; clean && *c != '\0'; c++)
        clean = is_name(*c, c == name);
    if (clean && strlen(name) <= LIBSEARCH_MAX_FIELD_NAME)
        return name;
    char whole[LIBSEARCH_MAX_FIELD_NAME + 1];
    const int length =
        snprintf(whole, sizeof whole, "%s%s%s", outer != NULL ? outer : "", outer != NULL ? "." : "", name);
    if (length < 0 || (size_t)length >= sizeof whole)
        return NULL;
    char field[LIBSEARCH_MAX_FIELD_NAME + 2];
    size_t out = 0;
    if (length == 0 || (whole[0] >= '0' && whole[0] <= '9'))
        field[out++] = '_';
    for (int i = 0; i < length; i++)
        if (((unsigned char)whole[i] & 0xC0) != 0x80) { /* one _ for a character of several bytes */
            field[out] = is_name(whole[i], out == 0) ? whole[i] : '_';
            out++;
        }
    return out > LIBSEARCH_MAX_FIELD_NAME ? NULL : record_keep(record, field, out); /* by the _ before a digit */
}

static const char *add_value(struct record *record, const char *field, json_t *value);

static const char *add_members(struct record *record, const char *outer, json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (outer == NULL && strcmp(name, "id") == 0)
            continue;
        const char *field = field_name(record, outer, name);
        if (field == NULL)
            return "a field's name is too long";
        const char *wrong = add_value(record, field, value);
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

/* Returns what is wrong, or NULL. */
static const char *add_value(struct record *record, const char *field, json_t *value)
{
    size_t i;
    json_t *element;
    switch (json_typeof(value)) {
    case JSON_NULL: return NULL;
    case JSON_OBJECT: return add_members(record, field, value);
    case JSON_ARRAY:
        json_array_foreach(value, i, element)
        {
            const char *wrong = add_value(record, field, element);
            if (wrong != NULL)
                return wrong;
        }
        return NULL;
    case JSON_STRING:
        record_add_string(record, field, bytes_of(json_string_value(value), json_string_length(value)));
        return NULL;
    case JSON_INTEGER:
        record_add(record, field, VALUE_INTEGER, (struct value){ .integer = json_integer_value(value) });
        return NULL;
    case JSON_REAL:
        record_add(record, field, VALUE_REAL, (struct value){ .number = json_real_value(value) });
        return NULL;
    case JSON_TRUE:
    case JSON_FALSE:
        record_add(record, field, VALUE_BOOLEAN, (struct value){ .integer = json_is_true(value) });
        return NULL;
    }
    return NULL;
}

static const char *read_id(struct record *record, json_t *object)
{
    char text[32];
    json_t *id = json_object_get(object, "id");
    if (id == NULL || json_is_null(id))
        return "no \"id\"";
    if (json_is_integer(id)) {
        const int length = snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
        record->id = bytes_of(record_keep(record, text, (size_t)length), (size_t)length);
        return NULL;
    }
    if (!json_is_string(id))
        return "\"id\" is neither a string nor a whole number";
    if (json_string_length(id) == 0)
        return "\"id\" is empty";
    record->id = bytes_of(json_string_value(id), json_string_length(id));
    return NULL;
}

static void release(void *owner) { json_decref(owner); }

static bool is_blank(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (strchr(" \t\r\n", line[i]) == NULL || line[i] == '\0')
            return false;
    return true;
}

static bool load_line(struct intake *intake, struct record *record, const char *line, size_t length)
{
    json_error_t error;
    if (length > LINE_MOST)
        return intake_bad(intake, record->file, record->line, "the line is longer than a document may be");
    json_t *object = json_loadb(line, length, JSON_ALLOW_NUL, &error);
    if (object == NULL) {
        char *near = strstr(error.text, " near '"); /* what follows may be long, and is not needed */
        if (near != NULL)
            *near = '\0';
        return intake_bad(intake, record->file, record->line, "not JSON: %s at column %d", error.text,
                          error.position > 0 ? error.position : error.column);
    }
    record->owner = object;
    record->release = release;
    const char *wrong = !json_is_object(object) ? "not a JSON object" : read_id(record, object);
    if (wrong == NULL)
        wrong = add_members(record, NULL, object);
    if (wrong == NULL)
        return intake_record(intake, record);
    const bool go_on = intake_bad(intake, record->file, record->line, "%s", wrong);
    record_clear(record);
    return go_on;
}

bool load_json(struct intake *intake, FILE *file, const char *name)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* of UTF-8, which some editors write */
    struct record record = { .file = intake_name(intake, name) };
    char *line = NULL;
    size_t capacity = 0;
    bool go_on = true;
    while (go_on) {
        errno = 0;
        const ssize_t read = getline(&line, &capacity, file);
        if (read < 0)
            break;
        record.line++;
        size_t length = (size_t)read, start = 0;
        intake->progress.bytes += length;
        if (record.line == 1 && length >= 3 && memcmp(line, mark, 3) == 0)
            start = 3;
        const uint64_t number = record.line;
        if (!is_blank(line + start, length - start))
            go_on = load_line(intake, &record, line + start, length - start);
        record.line = number;
    }
    if (go_on && !feof(file))
        go_on = intake_unread(intake, name, strerror(errno != 0 ? errno : EIO));
    free(line);
    record_free(&record);
    return go_on;
}
