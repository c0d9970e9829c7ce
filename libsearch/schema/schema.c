/* SPDX-License-Identifier: MIT */
#include "schema/schema.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "schema/document.h"

enum {
    FIRST_SLOTS = 16,
    MAX_ANALYZER_NAME = 4096,
    MAX_ANALYZER_CHAIN = 65536,
    ALL_FLAGS = LIBSEARCH_FIELD_SIGNATURE | LIBSEARCH_FIELD_NOT_STORED | LIBSEARCH_FIELD_NO_POSITIONS |
                LIBSEARCH_FIELD_OWN_LISTS | LIBSEARCH_FIELD_NO_COLUMN
};

static struct analyzer *find_analyzer(const struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->analyzer_count; i++)
        if (strcmp(analyzer_name(schema->analyzers[i]), name) == 0)
            return schema->analyzers[i];
    return NULL;
}

/* The analyzer with this name, made if it is not there yet. */
static libsearch_status take_analyzer(struct schema *schema, const char *name, struct analyzer **analyzer,
                                      libsearch_error *error)
{
    struct analyzer *found = find_analyzer(schema, name);
    if (found != NULL) {
        *analyzer = found;
        return LIBSEARCH_OK;
    }
    if (strnlen(name, MAX_ANALYZER_NAME + 1) > MAX_ANALYZER_NAME)
        return error_set(error, LIBSEARCH_INVALID, "an analyzer's name is at most %d bytes long", MAX_ANALYZER_NAME);
    if (!memory_grow(schema->allocator, &schema->analyzers, &schema->analyzer_capacity, schema->analyzer_count + 1,
                     sizeof(struct analyzer *)))
        return error_no_memory(error);
    struct analyzer *made;
    TRY(analyzer_new_of(schema->allocator, schema->known, name, &made, error));
    found = find_analyzer(schema, analyzer_name(made)); /* another way to write a name that is there */
    if (found != NULL)
        analyzer_free(made);
    else
        schema->analyzers[schema->analyzer_count++] = found = made;
    *analyzer = found;
    return LIBSEARCH_OK;
}

static void schema_free(struct schema *schema)
{
    for (size_t i = 0; i < schema->count; i++) {
        memory_free(schema->allocator, schema->fields[i]->name);
        memory_free(schema->allocator, schema->fields[i]);
    }
    for (size_t i = 0; i < schema->analyzer_count; i++)
        analyzer_free(schema->analyzers[i]);
    analyzer_set_release(schema->known);
    memory_free(schema->allocator, schema->fields);
    memory_free(schema->allocator, schema->analyzers);
    memory_free(schema->allocator, schema->slots);
    memory_free(schema->allocator, schema);
}

static struct schema *schema_allocate(const libsearch_allocator *allocator, struct analyzer_set *known)
{
    struct schema *schema = memory_allocate_array(allocator, 1, sizeof *schema);
    if (schema == NULL)
        return NULL;
    schema->allocator = allocator;
    schema->references = 1;
    schema->slot_count = FIRST_SLOTS;
    schema->slots = memory_allocate_array(allocator, FIRST_SLOTS, sizeof *schema->slots);
    if (schema->slots == NULL) {
        memory_free(allocator, schema);
        return NULL;
    }
    schema->known = analyzer_set_retain(known);
    return schema;
}

libsearch_status schema_new(const libsearch_allocator *allocator, const char *analyzer, struct schema **schema,
                            libsearch_error *error)
{
    return schema_new_of(allocator, NULL, analyzer, schema, error);
}

libsearch_status schema_new_of(const libsearch_allocator *allocator, struct analyzer_set *known, const char *analyzer,
                               struct schema **schema, libsearch_error *error)
{
    struct schema *made = schema_allocate(allocator, known);
    if (made == NULL)
        return error_no_memory(error);
    struct analyzer *own;
    const libsearch_status status = take_analyzer(made, analyzer == NULL ? "standard" : analyzer, &own, error);
    if (status != LIBSEARCH_OK) {
        schema_free(made);
        return status;
    }
    *schema = made;
    return LIBSEARCH_OK;
}

struct schema *schema_retain(struct schema *schema)
{
    __atomic_fetch_add(&schema->references, 1, __ATOMIC_RELAXED);
    return schema;
}

void schema_release(struct schema *schema)
{
    if (schema != NULL && __atomic_sub_fetch(&schema->references, 1, __ATOMIC_ACQ_REL) == 0)
        schema_free(schema);
}

static uint16_t *slot_of(const struct schema *schema, const char *name, size_t length)
{
    const size_t mask = schema->slot_count - 1;
    for (size_t at = (size_t)hash_bytes(name, length) & mask;; at = (at + 1) & mask) {
        uint16_t *slot = &schema->slots[at];
        if (*slot == 0)
            return slot;
        const struct field *field = schema->fields[*slot - 1];
        if (field->name_length == length && memcmp(field->name, name, length) == 0)
            return slot;
    }
}

const struct field *schema_find(const struct schema *schema, const char *name, size_t length)
{
    if (length == 0 || length > LIBSEARCH_MAX_FIELD_NAME)
        return NULL;
    const uint16_t slot = *slot_of(schema, name, length);
    return slot == 0 ? NULL : schema->fields[slot - 1];
}

/* Room for one more field in the array, and in the table at most half full. */
static bool make_room(struct schema *schema)
{
    if (!memory_grow(schema->allocator, &schema->fields, &schema->field_capacity, schema->count + 1,
                     sizeof(struct field *)))
        return false;
    if ((schema->count + 1) * 2 <= schema->slot_count)
        return true;
    uint16_t *slots = memory_allocate_array(schema->allocator, schema->slot_count * 2, sizeof *slots);
    if (slots == NULL)
        return false;
    memory_free(schema->allocator, schema->slots);
    schema->slots = slots;
    schema->slot_count *= 2;
    for (size_t i = 0; i < schema->count; i++)
        *slot_of(schema, schema->fields[i]->name, schema->fields[i]->name_length) = (uint16_t)(i + 1);
    return true;
}

/* Which flags a type has a use for; 0xFFFF…: no such type. */
static unsigned useful_flags(libsearch_type type)
{
    switch (type) {
    case LIBSEARCH_TEXT:
        return LIBSEARCH_FIELD_NOT_STORED | LIBSEARCH_FIELD_NO_POSITIONS | LIBSEARCH_FIELD_OWN_LISTS |
               LIBSEARCH_FIELD_SIGNATURE;
    case LIBSEARCH_KEYWORD:
    case LIBSEARCH_INTEGER:
    case LIBSEARCH_FLOAT:
    case LIBSEARCH_BOOLEAN:
    case LIBSEARCH_DATE: return LIBSEARCH_FIELD_NOT_STORED | LIBSEARCH_FIELD_NO_COLUMN;
    case LIBSEARCH_STORED: return 0;
    default: return ~0u;
    }
}

static libsearch_status check_field(const libsearch_field *field, size_t name_length, libsearch_error *error)
{
    if (!field_name_valid(field->name, name_length))
        return error_set(error, LIBSEARCH_INVALID,
                         "\"%.64s\" is no field name (1 to %d letters, digits, _ - . and no digit first)",
                         field->name == NULL ? "" : field->name, LIBSEARCH_MAX_FIELD_NAME);
    const unsigned useful = useful_flags(field->type);
    if (useful == ~0u)
        return error_set(error, LIBSEARCH_INVALID, "field %.64s: there is no type %d", field->name, (int)field->type);
    if ((field->flags & ~(unsigned)ALL_FLAGS) != 0)
        return error_set(error, LIBSEARCH_INVALID, "field %.64s: unknown flags 0x%x", field->name,
                         field->flags & ~(unsigned)ALL_FLAGS);
    if ((field->flags & ~useful) != 0)
        return error_set(error, LIBSEARCH_INVALID, "field %.64s: flags 0x%x mean nothing for its type", field->name,
                         field->flags & ~useful);
    if (field->type != LIBSEARCH_TEXT) {
        if (field->analyzer != NULL)
            return error_set(error, LIBSEARCH_INVALID, "field %.64s: only text has an analyzer", field->name);
        if (field->weight != 0)
            return error_set(error, LIBSEARCH_INVALID, "field %.64s: only text has a weight", field->name);
    } else if (!isfinite(field->weight) || field->weight < 0) {
        return error_set(error, LIBSEARCH_INVALID, "field %.64s: a weight is positive and finite", field->name);
    }
    return LIBSEARCH_OK;
}

libsearch_status schema_add(struct schema *schema, const libsearch_field *field, uint16_t *number,
                            libsearch_error *error)
{
    if (field->size < sizeof *field)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_field.size is %zu", field->size);
    const size_t name_length = field->name == NULL ? 0 : strnlen(field->name, LIBSEARCH_MAX_FIELD_NAME + 1);
    TRY(check_field(field, name_length, error));
    const struct field *same = schema_find(schema, field->name, name_length);
    if (same == NULL && schema->count >= LIBSEARCH_MAX_FIELDS)
        return error_set(error, LIBSEARCH_LIMIT, "field %.64s: an index has at most %d fields", field->name,
                         LIBSEARCH_MAX_FIELDS);
    float weight = 0;
    if (field->type == LIBSEARCH_TEXT)
        weight = field->weight != 0 ? field->weight : strcmp(field->name, "title") == 0 ? 3.0F : 1.0F;
    if (same != NULL) {
        const char *analyzer = field->analyzer == NULL ? analyzer_name(schema->analyzers[0]) : field->analyzer;
        if (same->type != field->type || same->flags != field->flags || same->weight != weight ||
            (same->type == LIBSEARCH_TEXT && strcmp(analyzer_name(same->analyzer), analyzer) != 0))
            return error_set(error, LIBSEARCH_EXISTS, "field %s exists with other properties", same->name);
        if (number != NULL)
            *number = same->number;
        return LIBSEARCH_OK;
    }

    if (!make_room(schema))
        return error_no_memory(error);
    struct field *added = memory_allocate(schema->allocator, sizeof *added);
    char *name = memory_duplicate(schema->allocator, field->name, name_length);
    struct analyzer *analyzer = NULL;
    libsearch_status status = added == NULL || name == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK && field->type == LIBSEARCH_TEXT)
        status = take_analyzer(schema, field->analyzer != NULL ? field->analyzer : analyzer_name(schema->analyzers[0]),
                               &analyzer, error);
    if (status != LIBSEARCH_OK) {
        memory_free(schema->allocator, added);
        memory_free(schema->allocator, name);
        return status;
    }
    *added = (struct field){
        .name = name,
        .type = field->type,
        .flags = field->flags,
        .analyzer = analyzer,
        .weight = weight,
        .in_group = field->type == LIBSEARCH_TEXT && analyzer == schema->analyzers[0] &&
                    (field->flags & (LIBSEARCH_FIELD_NO_POSITIONS | LIBSEARCH_FIELD_OWN_LISTS)) == 0,
        .number = (uint16_t)schema->count,
        .name_length = (uint16_t)name_length,
    };
    schema->fields[schema->count++] = added;
    *slot_of(schema, added->name, name_length) = (uint16_t)schema->count;
    if (number != NULL)
        *number = added->number;
    return LIBSEARCH_OK;
}

/* A field of a schema as the public struct has it; its strings are the field's own. */
static libsearch_field as_given(const struct field *field)
{
    return (libsearch_field){ .size = sizeof(libsearch_field),
                              .name = field->name,
                              .type = field->type,
                              .flags = field->flags,
                              .analyzer = field->analyzer == NULL ? NULL : analyzer_name(field->analyzer),
                              .weight = field->weight };
}

libsearch_status schema_copy(const struct schema *schema, struct schema **copy, libsearch_error *error)
{
    struct schema *made = NULL;
    TRY(schema_new_of(schema->allocator, schema->known, analyzer_name(schema->analyzers[0]), &made, error));
    libsearch_status status = LIBSEARCH_OK;
    for (size_t i = 1; i < schema->analyzer_count && status == LIBSEARCH_OK; i++) { /* in the same order */
        struct analyzer *analyzer;
        status = take_analyzer(made, analyzer_name(schema->analyzers[i]), &analyzer, error);
    }
    for (size_t i = 0; i < schema->count && status == LIBSEARCH_OK; i++) {
        const libsearch_field field = as_given(schema->fields[i]);
        status = schema_add(made, &field, NULL, error);
    }
    if (status != LIBSEARCH_OK) {
        schema_release(made);
        return status;
    }
    *copy = made;
    return LIBSEARCH_OK;
}

/* The bytes of a schema. Numbers are varints, strings a varint length and that many bytes.
 *
 *     analyzers; for each its name and its chain. The first is the index's own
 *     fields; for each its name, u8 type, flags, and for text: analyzer's number, u32 weight (IEEE 754 single) */
void schema_encode(const struct schema *schema, struct buffer *to)
{
    buffer_append_varint(to, schema->analyzer_count);
    for (size_t i = 0; i < schema->analyzer_count; i++) {
        const char *name = analyzer_name(schema->analyzers[i]);
        const char *chain = analyzer_chain(schema->analyzers[i]);
        buffer_append_bytes(to, name, strlen(name));
        buffer_append_bytes(to, chain, strlen(chain));
    }
    buffer_append_varint(to, schema->count);
    for (size_t i = 0; i < schema->count; i++) {
        const struct field *field = schema->fields[i];
        buffer_append_bytes(to, field->name, field->name_length);
        buffer_append_u8(to, (uint8_t)field->type);
        buffer_append_varint(to, field->flags);
        if (field->type != LIBSEARCH_TEXT)
            continue;
        size_t number = 0;
        while (schema->analyzers[number] != field->analyzer)
            number++;
        uint32_t weight;
        memcpy(&weight, &field->weight, sizeof weight);
        buffer_append_varint(to, number);
        buffer_append_u32(to, weight);
    }
}

/* A string of the schema with a zero after it; *text is the caller's to free. */
static libsearch_status take_string(const struct schema *schema, struct cursor *from, size_t limit, const char *name,
                                    const char *what, char **text, libsearch_error *error)
{
    const int64_t position = (int64_t)cursor_position(from);
    const libsearch_bytes bytes = cursor_bytes(from);
    if (from->failed || bytes.length == 0 || bytes.length > limit || memchr(bytes.data, 0, bytes.length) != NULL)
        return error_set_at(error, position, LIBSEARCH_CORRUPT, "%s: schema: no %s at byte %lld", name, what,
                            (long long)position);
    *text = memory_duplicate(schema->allocator, bytes.data, bytes.length);
    return *text == NULL ? error_no_memory(error) : LIBSEARCH_OK;
}

static libsearch_status decode_analyzer(struct schema *schema, struct cursor *from, const char *name,
                                        libsearch_error *error)
{
    char *analyzer = NULL, *chain = NULL;
    struct analyzer *made = NULL;
    libsearch_error cause = LIBSEARCH_ERROR_INIT;
    const size_t before = schema->analyzer_count;
    libsearch_status status;
    TRY_OR(done, take_string(schema, from, MAX_ANALYZER_NAME, name, "analyzer's name", &analyzer, error));
    TRY_OR(done, take_string(schema, from, MAX_ANALYZER_CHAIN, name, "analyzer's chain", &chain, error));
    status = take_analyzer(schema, analyzer, &made, &cause);
    if (status == LIBSEARCH_INVALID)
        status = error_set(error, LIBSEARCH_VERSION, "%s: written with the analyzer %.64s (%.200s), which is not here",
                           name, analyzer, chain);
    else if (status != LIBSEARCH_OK)
        status = error_set(error, status, "%s", cause.message);
    else if (schema->analyzer_count == before)
        status =
            error_set(error, LIBSEARCH_CORRUPT, "%s: schema: the analyzer %.64s stands there twice", name, analyzer);
    else if (strcmp(chain, analyzer_chain(made)) != 0)
        status = error_set(error, LIBSEARCH_VERSION, "%s: the analyzer %.32s was %.160s, and is now %.160s", name,
                           analyzer, chain, analyzer_chain(made));
done:
    memory_free(schema->allocator, analyzer);
    memory_free(schema->allocator, chain);
    return status;
}

static libsearch_status decode_field(struct schema *schema, struct cursor *from, const char *name,
                                     libsearch_error *error)
{
    const int64_t position = (int64_t)cursor_position(from);
    const size_t before = schema->count;
    libsearch_error cause = LIBSEARCH_ERROR_INIT;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    char *field_name = NULL;
    TRY(take_string(schema, from, LIBSEARCH_MAX_FIELD_NAME, name, "field's name", &field_name, error));
    field.name = field_name;
    field.type = (libsearch_type)cursor_u8(from);
    field.flags = cursor_varint32(from);
    bool good = true;
    if (field.type == LIBSEARCH_TEXT) {
        const uint64_t number = cursor_varint(from);
        const uint32_t weight = cursor_u32(from);
        memcpy(&field.weight, &weight, sizeof weight);
        good = number < schema->analyzer_count && field.weight != 0;
        if (good)
            field.analyzer = analyzer_name(schema->analyzers[number]);
    }
    libsearch_status status = LIBSEARCH_CORRUPT;
    if (good && !from->failed)
        status = schema_add(schema, &field, NULL, &cause);
    if (status == LIBSEARCH_NO_MEMORY)
        error_no_memory(error);
    else if (status != LIBSEARCH_OK || schema->count == before)
        status = error_set_at(error, position, LIBSEARCH_CORRUPT, "%s: schema: bad field %.64s at byte %lld%s%.200s",
                              name, field_name, (long long)position, cause.message[0] == 0 ? "" : ": ", cause.message);
    memory_free(schema->allocator, field_name);
    return status;
}

libsearch_status schema_decode(const libsearch_allocator *allocator, struct analyzer_set *known, struct cursor *from,
                               const char *name, struct schema **schema, libsearch_error *error)
{
    struct schema *made = schema_allocate(allocator, known);
    if (made == NULL)
        return error_no_memory(error);
    libsearch_status status = LIBSEARCH_OK;
    const uint64_t analyzers = cursor_varint(from);
    if (from->failed || analyzers < 1 || analyzers > LIBSEARCH_MAX_FIELDS + 1)
        TRY_OR(failed, error_set_at(error, (int64_t)cursor_position(from), LIBSEARCH_CORRUPT,
                                    "%s: schema: %llu analyzers", name, (unsigned long long)analyzers));
    for (uint64_t i = 0; i < analyzers; i++)
        TRY_OR(failed, decode_analyzer(made, from, name, error));
    const uint64_t fields = cursor_varint(from);
    if (from->failed || fields > LIBSEARCH_MAX_FIELDS)
        TRY_OR(failed, error_set_at(error, (int64_t)cursor_position(from), LIBSEARCH_CORRUPT, "%s: schema: %llu fields",
                                    name, (unsigned long long)fields));
    for (uint64_t i = 0; i < fields; i++)
        TRY_OR(failed, decode_field(made, from, name, error));
    *schema = made;
    return LIBSEARCH_OK;
failed:
    schema_free(made);
    return status;
}
