/* SPDX-License-Identifier: MIT */
/* JSON lines: one object a line. "id" is a string or a whole number; null is no value, arrays are
 * several values, objects in objects become fields with dots in their names, and characters that no
 * field name may have become _. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "json.h"

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
    return record_keep(record, field, out);
}

/* What is being read, and the first thing that is well-formed and yet wrong. */
struct reading {
    struct json json;
    struct record *record;
    const char *wrong;
};

static void note_wrong(struct reading *reading, const char *wrong)
{
    if (reading->wrong == NULL)
        reading->wrong = wrong;
}

static void read_id(struct reading *reading, const struct json_value *value)
{
    char text[32];
    struct record *record = reading->record;
    record->id = bytes_of(NULL, 0);
    if (value->kind == JSON_STRING && value->string.length != 0) {
        record->id = value->string;
    } else if (value->kind == JSON_INTEGER) {
        const int length = snprintf(text, sizeof text, "%" PRId64, value->integer);
        record->id = bytes_of(record_keep(record, text, (size_t)length), (size_t)length);
    } else if (value->kind == JSON_STRING) {
        note_wrong(reading, "\"id\" is empty");
    } else if (value->kind != JSON_NULL) {
        note_wrong(reading, "\"id\" is neither a string nor a whole number");
    }
}

static void add_value(struct reading *reading, const char *field, const struct json_value *value, unsigned depth);

/* An object's members, as fields with outer and a dot before their names; outer NULL: of the document. */
static void add_members(struct reading *reading, const char *outer, unsigned depth)
{
    char *name;
    for (bool first = true; json_member(&reading->json, first, &name); first = false) {
        const struct json_value value = json_read(&reading->json);
        if (outer == NULL && strcmp(name, "id") == 0) {
            read_id(reading, &value);
            if (value.kind != JSON_ARRAY && value.kind != JSON_OBJECT)
                continue;
        }
        const char *field = field_name(reading->record, outer, name);
        if (field == NULL)
            note_wrong(reading, "a field's name is too long");
        add_value(reading, field != NULL ? field : "_", &value, depth);
    }
}

static void add_value(struct reading *reading, const char *field, const struct json_value *value, unsigned depth)
{
    struct record *record = reading->record;
    if ((value->kind == JSON_ARRAY || value->kind == JSON_OBJECT) && depth >= JSON_DEPTH) {
        reading->json.wrong = "too deep";
        return;
    }
    switch (value->kind) {
    case JSON_NONE:
    case JSON_NULL: break;
    case JSON_OBJECT: add_members(reading, field, depth + 1); break;
    case JSON_ARRAY:
        for (bool first = true; json_element(&reading->json, first); first = false) {
            const struct json_value element = json_read(&reading->json);
            add_value(reading, field, &element, depth + 1);
        }
        break;
    case JSON_STRING: record_add_string(record, field, value->string); break;
    case JSON_INTEGER: record_add(record, field, VALUE_INTEGER, (struct value){ .integer = value->integer }); break;
    case JSON_REAL: record_add(record, field, VALUE_REAL, (struct value){ .number = value->real }); break;
    case JSON_TRUE:
    case JSON_FALSE:
        record_add(record, field, VALUE_BOOLEAN, (struct value){ .integer = value->kind == JSON_TRUE });
        break;
    }
}

static bool is_blank(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (strchr(" \t\r\n", line[i]) == NULL || line[i] == '\0')
            return false;
    return true;
}

/* line is changed; line[length] is zero. */
static bool load_line(struct intake *intake, struct record *record, char *line, size_t length)
{
    if (length > LINE_MOST)
        return intake_bad(intake, record->file, record->line, "the line is longer than a document may be");
    if (intake->sample_size != 0) /* the record waits while the next lines are read */
        line = record_keep(record, line, length);
    struct reading reading = { .json = json_start(line, length), .record = record };
    const struct json_value value = json_read(&reading.json);
    if (value.kind == JSON_OBJECT) {
        add_members(&reading, NULL, 0);
    } else {
        note_wrong(&reading, "not a JSON object");
        add_value(&reading, "_", &value, 0);
    }
    bool go_on;
    if (!json_end(&reading.json))
        go_on = intake_bad(intake, record->file, record->line, "not JSON: %s at column %zu", reading.json.wrong,
                           (size_t)(reading.json.next - line) + 1);
    else if (reading.wrong != NULL)
        go_on = intake_bad(intake, record->file, record->line, "%s", reading.wrong);
    else if (record->id.length == 0)
        go_on = intake_bad(intake, record->file, record->line, "no \"id\"");
    else
        return intake_record(intake, record);
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
