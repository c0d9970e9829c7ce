/* SPDX-License-Identifier: MIT */
/* segment/segment.h over a format that fits one page, for tests of index/: ids, and one byte string a document (its
 * first value). What is tested there is which segments there are, not what is in them.
 *
 *     section 1: u32 documents, then for each varint length and id, varint length and value */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "segment/segment.h"

struct entry {
    libsearch_bytes id, value;
};

/* Ids to numbers, by open addressing. */
struct table {
    uint32_t *slots; /* document + 1 */
    size_t size;
};

static size_t slot_of(const struct table *table, const struct entry *entries, libsearch_bytes id)
{
    size_t i = hash_bytes(id.data, id.length) & (table->size - 1);
    for (; table->slots[i] != 0; i = (i + 1) & (table->size - 1)) {
        const struct entry *entry = &entries[table->slots[i] - 1];
        if (entry->id.length == id.length && memcmp(entry->id.data, id.data, id.length) == 0)
            break;
    }
    return i;
}

static bool table_build(const libsearch_allocator *allocator, struct table *table, const struct entry *entries,
                        size_t count)
{
    size_t size = 16;
    while (size < 2 * count + 2)
        size *= 2;
    uint32_t *slots = memory_allocate_array(allocator, size, sizeof *slots);
    if (slots == NULL)
        return false;
    memory_free(allocator, table->slots);
    *table = (struct table){ slots, size };
    for (size_t i = 0; i < count; i++)
        slots[slot_of(table, entries, entries[i].id)] = (uint32_t)i + 1;
    return true;
}

static libsearch_status table_find(const struct table *table, const struct entry *entries, libsearch_bytes id,
                                   uint32_t *document)
{
    if (table->size == 0)
        return LIBSEARCH_NOT_FOUND;
    const uint32_t slot = table->slots[slot_of(table, entries, id)];
    if (slot == 0)
        return LIBSEARCH_NOT_FOUND;
    *document = slot - 1;
    return LIBSEARCH_OK;
}

struct segment_builder {
    const libsearch_allocator *allocator;
    struct section_writer *file;
    struct schema *schema;
    struct arena arena;
    struct entry *entries;
    size_t capacity;
    uint32_t count;
    size_t bytes;
    struct table table;
};

libsearch_status segment_builder_new(const libsearch_allocator *allocator, struct schema *schema,
                                     struct storage *storage, const char *name, struct segment_builder **builder,
                                     libsearch_error *error)
{
    struct segment_builder *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    arena_init(&made->arena, allocator);
    const libsearch_status status = section_writer_open(storage, name, "SG", 1, &made->file, error);
    if (status != LIBSEARCH_OK) {
        memory_free(allocator, made);
        return status;
    }
    made->schema = schema_retain(schema);
    *builder = made;
    return LIBSEARCH_OK;
}

void segment_builder_set_schema(struct segment_builder *builder, struct schema *schema)
{
    schema_retain(schema);
    schema_release(builder->schema);
    builder->schema = schema;
}

static libsearch_status builder_add(struct segment_builder *builder, libsearch_bytes id, libsearch_bytes value,
                                    libsearch_error *error)
{
    if (!memory_grow(builder->allocator, &builder->entries, &builder->capacity, builder->count + 1,
                     sizeof *builder->entries))
        return error_no_memory(error);
    struct entry *entry = &builder->entries[builder->count];
    entry->id = (libsearch_bytes){ arena_duplicate(&builder->arena, id.data, id.length), id.length };
    entry->value = (libsearch_bytes){ arena_duplicate(&builder->arena, value.data, value.length), value.length };
    if (entry->id.data == NULL || entry->value.data == NULL)
        return error_no_memory(error);
    if (2 * (size_t)builder->count + 4 > builder->table.size &&
        !table_build(builder->allocator, &builder->table, builder->entries, builder->count))
        return error_no_memory(error);
    builder->table.slots[slot_of(&builder->table, builder->entries, id)] = ++builder->count;
    builder->bytes += id.length + value.length + 64;
    return LIBSEARCH_OK;
}

libsearch_status segment_builder_add(struct segment_builder *builder, libsearch_bytes id,
                                     const libsearch_document *document, libsearch_error *error)
{
    for (size_t i = 0; i < document->count; i++)
        if (schema_find(builder->schema, document->values[i].field, document->values[i].field_length) == NULL)
            abort(); /* the writer was to see to that */
    return builder_add(builder, id, document->count > 0 ? document->values[0].bytes : (libsearch_bytes){ "", 0 },
                       error);
}

libsearch_status segment_builder_share(struct segment_builder *builder, unsigned noters, libsearch_error *error)
{
    (void)builder;
    (void)noters;
    (void)error;
    return LIBSEARCH_OK;
}

/* All is done when the document is taken. */
libsearch_status segment_builder_note(struct segment_builder *builder, unsigned noter, struct schema *schema,
                                      const libsearch_document *document, libsearch_error *error)
{
    (void)builder;
    (void)noter;
    (void)schema;
    (void)document;
    (void)error;
    return LIBSEARCH_OK;
}

libsearch_status segment_builder_take(struct segment_builder *builder, unsigned noter, libsearch_bytes id,
                                      const libsearch_document *document, libsearch_error *error)
{
    (void)noter;
    return segment_builder_add(builder, id, document, error);
}

uint32_t segment_builder_count(const struct segment_builder *builder) { return builder->count; }

libsearch_status segment_builder_find(const struct segment_builder *builder, libsearch_bytes id, uint32_t *document)
{
    return table_find(&builder->table, builder->entries, id, document);
}

size_t segment_builder_memory(const struct segment_builder *builder) { return builder->bytes; }

static void builder_release(struct segment_builder *builder)
{
    schema_release(builder->schema);
    arena_free(&builder->arena);
    memory_free(builder->allocator, builder->entries);
    memory_free(builder->allocator, builder->table.slots);
    memory_free(builder->allocator, builder);
}

libsearch_status segment_builder_finish(struct segment_builder *builder, bool sync, uint64_t *length,
                                        libsearch_error *error)
{
    struct buffer bytes;
    buffer_init(&bytes, builder->allocator);
    buffer_append_u32(&bytes, builder->count);
    for (uint32_t i = 0; i < builder->count; i++) {
        buffer_append_bytes(&bytes, builder->entries[i].id.data, builder->entries[i].id.length);
        buffer_append_bytes(&bytes, builder->entries[i].value.data, builder->entries[i].value.length);
    }
    libsearch_status status =
        bytes.failed ? error_no_memory(error) : section_put(builder->file, 1, bytes.data, bytes.length, error);
    if (status == LIBSEARCH_OK)
        status = section_writer_finish(builder->file, sync, length, error);
    else
        section_writer_discard(builder->file);
    buffer_free(&bytes);
    builder_release(builder);
    return status;
}

void segment_builder_discard(struct segment_builder *builder)
{
    section_writer_discard(builder->file);
    builder_release(builder);
}

struct segment {
    const libsearch_allocator *allocator;
    unsigned references;
    struct schema *schema;
    struct section_file *file;
    struct entry *entries;
    uint32_t count;
    struct table table;
};

libsearch_status segment_open(const libsearch_allocator *allocator, struct schema *schema, struct storage *storage,
                              const char *name, bool copy, struct segment **segment, libsearch_error *error)
{
    struct segment *opened = memory_allocate_array(allocator, 1, sizeof *opened);
    if (opened == NULL)
        return error_no_memory(error);
    opened->allocator = allocator;
    opened->references = 1;
    opened->schema = schema_retain(schema);
    libsearch_status status = section_file_open(storage, name, "SG", 1, copy, &opened->file, error);
    if (status == LIBSEARCH_OK) {
        size_t length;
        const uint8_t *bytes = section_file_get(opened->file, 1, &length);
        struct cursor from = cursor_of(bytes, length);
        opened->count = cursor_u32(&from);
        if (from.failed || opened->count > length)
            status = error_set(error, LIBSEARCH_CORRUPT, "%s: too short", name);
        else if ((opened->entries = memory_allocate_array(allocator, opened->count, sizeof *opened->entries)) == NULL)
            status = error_no_memory(error);
        for (uint32_t i = 0; i < opened->count && status == LIBSEARCH_OK; i++) {
            opened->entries[i].id = cursor_bytes(&from);
            opened->entries[i].value = cursor_bytes(&from);
            if (from.failed)
                status = error_set(error, LIBSEARCH_CORRUPT, "%s: document %u ends too early", name, i);
        }
        if (status == LIBSEARCH_OK && !table_build(allocator, &opened->table, opened->entries, opened->count))
            status = error_no_memory(error);
    }
    if (status != LIBSEARCH_OK) {
        segment_release(opened);
        return status;
    }
    *segment = opened;
    return LIBSEARCH_OK;
}

struct segment *segment_retain(struct segment *segment)
{
    __atomic_add_fetch(&segment->references, 1, __ATOMIC_RELAXED);
    return segment;
}

void segment_release(struct segment *segment)
{
    if (__atomic_sub_fetch(&segment->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    section_file_close(segment->file);
    schema_release(segment->schema);
    memory_free(segment->allocator, segment->entries);
    memory_free(segment->allocator, segment->table.slots);
    memory_free(segment->allocator, segment);
}

const char *segment_name(const struct segment *segment) { return section_file_name(segment->file); }
uint32_t segment_count(const struct segment *segment) { return segment->count; }
uint64_t segment_bytes(const struct segment *segment) { return section_file_length(segment->file); }
const uint8_t *segment_file_bytes(const struct segment *segment, size_t *length)
{
    *length = (size_t)section_file_length(segment->file);
    return section_file_bytes(segment->file);
}
uint64_t segment_checksum(const struct segment *segment) { return section_file_checksum(segment->file); }
uint64_t segment_term_count(const struct segment *segment) { return segment->count; }
libsearch_bytes segment_id(const struct segment *segment, uint32_t document) { return segment->entries[document].id; }

libsearch_status segment_find(const struct segment *segment, libsearch_bytes id, uint32_t *document)
{
    return table_find(&segment->table, segment->entries, id, document);
}

libsearch_status segment_fetch(const struct segment *segment, const struct schema *schema, uint32_t number,
                               libsearch_document *document, libsearch_error *error)
{
    (void)schema;
    const struct document_value value = {
        .field = "text", .field_length = 4, .type = LIBSEARCH_TEXT, .bytes = segment->entries[number].value
    };
    return document_add(document, &value, error);
}

libsearch_status segment_verify(const struct segment *segment, libsearch_error *error)
{
    return section_file_verify(segment->file, NULL, NULL, error);
}

libsearch_status segment_check(const struct segment *segment, const struct watch_part *part, libsearch_report report,
                               void *context, libsearch_error *error)
{
    (void)part;
    return section_file_verify(segment->file, report, context, error);
}

libsearch_status segment_merge(const libsearch_allocator *allocator, struct schema *schema, struct storage *storage,
                               const char *name, const struct segment_input *inputs, size_t count, unsigned flags,
                               const struct watch_part *part, bool sync, uint64_t *length, libsearch_error *error)
{
    (void)flags;
    (void)part;
    struct segment_builder *builder;
    TRY(segment_builder_new(allocator, schema, storage, name, &builder, error));
    for (size_t i = 0; i < count; i++)
        for (uint32_t d = 0; d < inputs[i].segment->count; d++) {
            const struct entry *entry = &inputs[i].segment->entries[d];
            if (inputs[i].live != NULL && !live_has(inputs[i].live, d))
                continue;
            const libsearch_status status = builder_add(builder, entry->id, entry->value, error);
            if (status != LIBSEARCH_OK) {
                segment_builder_discard(builder);
                return status;
            }
        }
    return segment_builder_finish(builder, sync, length, error);
}

/* Biwords of a fake are its entries once more; it never has them already. */
libsearch_status segment_add_biwords(const libsearch_allocator *allocator, struct storage *storage, const char *name,
                                     const struct segment *segment, uint32_t least, const struct watch_part *part,
                                     bool sync, uint64_t *length, libsearch_error *error)
{
    (void)least;
    const struct segment_input input = { (struct segment *)(uintptr_t)segment, NULL, NULL };
    return segment_merge(allocator, segment->schema, storage, name, &input, 1, 0, part, sync, length, error);
}

bool segment_has_biwords(const struct segment *segment)
{
    (void)segment;
    return false;
}
