/* SPDX-License-Identifier: MIT */
#include "segment/builder.h"

#include <string.h>

#include "segment/field_parts.h"
#include "segment/format.h"

/* Makes columns for fields that the schema has gained. */
static libsearch_status builder_add_fields(struct segment_builder *builder, libsearch_error *error)
{
    const struct schema *schema = builder->schema;
    if (schema->count <= builder->field_count)
        return LIBSEARCH_OK;
    const libsearch_allocator *allocator = builder->allocator;
    struct column_writer **columns =
        memory_reallocate(allocator, builder->columns, schema->count * sizeof(struct column_writer *));
    if (columns == NULL)
        return error_no_memory(error);
    builder->columns = columns;
    if (!lengths_add_fields(&builder->lengths, schema->count))
        return error_no_memory(error);
    for (size_t f = builder->field_count; f < schema->count; f++) {
        const struct field *field = schema->fields[f];
        columns[f] = NULL;
        if (field_has_column(field))
            TRY(column_writer_new(allocator, field->type == LIBSEARCH_KEYWORD, &columns[f], error));
        builder->field_count = f + 1;
    }
    return LIBSEARCH_OK;
}

static void builder_free(struct segment_builder *builder)
{
    for (size_t f = 0; f < builder->field_count; f++)
        column_writer_free(builder->columns[f]);
    memory_free(builder->allocator, builder->columns);
    for (unsigned n = 0; n < builder->noter_count; n++)
        noter_free(&builder->noters[n]);
    memory_free(builder->allocator, builder->noters);
    memory_free(builder->allocator, builder->noter_sizes);
    memory_free(builder->allocator, builder->stretches);
    memory_free(builder->allocator, builder->values);
    buffer_free(&builder->scratch);
    lengths_free(&builder->lengths);
    ids_writer_free(builder->ids);
    stored_writer_free(builder->stored);
    if (builder->file != NULL)
        section_writer_discard(builder->file);
    schema_release(builder->schema);
    memory_free(builder->allocator, builder);
}

libsearch_status segment_builder_share(struct segment_builder *builder, unsigned noters, libsearch_error *error)
{
    struct noter *grown = memory_reallocate(builder->allocator, builder->noters, noters * sizeof *grown);
    if (grown == NULL)
        return error_no_memory(error);
    builder->noters = grown;
    struct noter_size *sizes = memory_reallocate(builder->allocator, builder->noter_sizes, noters * sizeof *sizes);
    if (sizes == NULL)
        return error_no_memory(error);
    builder->noter_sizes = sizes;
    for (; builder->noter_count < noters; builder->noter_count++) {
        sizes[builder->noter_count] = (struct noter_size){ 0 };
        TRY(noter_init(&grown[builder->noter_count], builder->allocator, error));
    }
    return LIBSEARCH_OK;
}

libsearch_status segment_builder_new(const libsearch_allocator *allocator, struct schema *schema,
                                     struct storage *storage, const char *name, struct segment_builder **builder,
                                     libsearch_error *error)
{
    struct segment_builder *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->schema = schema_retain(schema);
    buffer_init(&made->scratch, allocator);
    lengths_init(&made->lengths, allocator);
    made->place_bits = 64;
    libsearch_status status = segment_builder_share(made, 1, error);
    if (status == LIBSEARCH_OK)
        status = ids_writer_new(allocator, &made->ids, error);
    if (status == LIBSEARCH_OK)
        status = section_writer_open(storage, name, SEGMENT_KIND, SEGMENT_VERSION, &made->file, error);
    if (status == LIBSEARCH_OK)
        status = section_begin(made->file, SECTION_STORED, error);
    if (status == LIBSEARCH_OK)
        status = stored_writer_new(allocator, made->file, &made->stored, error);
    if (status == LIBSEARCH_OK)
        status = builder_add_fields(made, error);
    if (status != LIBSEARCH_OK) {
        builder_free(made);
        return status;
    }
    *builder = made;
    return LIBSEARCH_OK;
}

void segment_builder_set_schema(struct segment_builder *builder, struct schema *schema)
{
    schema_retain(schema);
    schema_release(builder->schema);
    builder->schema = schema;
}

uint32_t segment_builder_count(const struct segment_builder *builder) { return builder->lengths.documents; }

libsearch_status segment_builder_find(const struct segment_builder *builder, libsearch_bytes id, uint32_t *document)
{
    return ids_writer_find(builder->ids, id, document);
}

/* Tells what a noter takes, for others to ask while it goes on. */
static void measure(struct segment_builder *builder, unsigned noter)
{
    const struct noter *of = &builder->noters[noter];
    builder->noter_sizes[noter] = (struct noter_size){ noter_memory_of_notes(of), of->note_count,
                                                       noter_memory_of_words(of), of->vocabulary.count };
}

size_t segment_builder_memory(const struct segment_builder *builder)
{
    /* A note becomes 8 bytes of place while both are there; finishing then takes an entry for every word and its
     * term, and the list being written. */
    size_t noted = 0;
    for (unsigned n = 0; n < builder->noter_count; n++) {
        const struct noter_size *of = &builder->noter_sizes[n];
        noted += of->notes_memory + of->notes * sizeof(uint64_t) + 2 * of->words_memory + of->words * 96;
    }
    size_t columns = 0;
    for (size_t f = 0; f < builder->field_count; f++)
        if (builder->columns[f] != NULL)
            columns += column_writer_memory(builder->columns[f]);
    return noted + columns + builder->stretch_capacity * sizeof *builder->stretches +
           ids_writer_memory(builder->ids) * 2 + stored_writer_memory(builder->stored) +
           lengths_memory(&builder->lengths) * 2;
}

static libsearch_status add_signatures(struct segment_builder *builder, uint32_t number, const struct noted *noted,
                                       libsearch_error *error)
{
    for (size_t i = 0; i < noted->signatures; i++)
        for (size_t w = 0; w < SIGNATURE_WORDS; w++)
            TRY(column_writer_add_number(builder->columns[noted->signature[i].field], number,
                                         noted->signature[i].words[w], error));
    return LIBSEARCH_OK;
}

static libsearch_status add_columns(struct segment_builder *builder, uint32_t number, size_t count,
                                    libsearch_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct field *field = builder->values[i].field;
        const struct document_value *value = builder->values[i].value;
        struct column_writer *column = builder->columns[field->number];
        if (column == NULL || field->type == LIBSEARCH_TEXT)
            continue;
        if (field->type == LIBSEARCH_KEYWORD)
            TRY(column_writer_add_keyword(column, number, value->bytes, error));
        else
            TRY(column_writer_add_number(column, number,
                                         field->type == LIBSEARCH_FLOAT ? column_from_double(value->number)
                                                                        : column_from_integer(value->integer),
                                         error));
    }
    return LIBSEARCH_OK;
}

/* The steps that cannot be taken back, after all that can fail for the document's own reasons. */
static libsearch_status add_for_good(struct segment_builder *builder, libsearch_bytes id,
                                     const libsearch_document *document, const struct noted *noted,
                                     libsearch_error *error)
{
    const uint32_t number = builder->lengths.documents;
    TRY(ids_writer_add(builder->ids, id, error));
    TRY(add_columns(builder, number, document->count, error));
    TRY(add_signatures(builder, number, noted, error));
    TRY(stored_writer_add(builder->stored,
                          (libsearch_bytes){ (const char *)builder->scratch.data, builder->scratch.length }, error));
    return lengths_add_document(&builder->lengths, noted->plain, noted->weighted, noted->weighs)
               ? LIBSEARCH_OK
               : error_no_memory(error);
}

static libsearch_status check_document(struct segment_builder *builder, libsearch_bytes id, libsearch_error *error)
{
    if (builder->broken != LIBSEARCH_OK)
        return error_set(error, builder->broken, "the segment could not be written before");
    if (id.length == 0)
        return error_set(error, LIBSEARCH_INVALID, "a document's id is empty");
    if (id.length > LIBSEARCH_MAX_ID)
        return error_set(error, LIBSEARCH_LIMIT, "an id has %zu bytes, the most is %d", id.length, LIBSEARCH_MAX_ID);
    if (builder->lengths.documents >= SEGMENT_MAX_DOCUMENTS - 1)
        return error_set(error, LIBSEARCH_LIMIT, "too many documents in one segment");
    return builder_add_fields(builder, error);
}

/* What can still be taken back. */
static libsearch_status prepare(struct segment_builder *builder, const libsearch_document *document,
                                const struct noted *noted, unsigned noter, libsearch_error *error)
{
    const uint32_t number = builder->lengths.documents;
    TRY(noted_values(builder->allocator, builder->schema, document, &builder->values, &builder->value_capacity, error));
    if (!memory_grow(builder->allocator, &builder->stretches, &builder->stretch_capacity, (size_t)number + 1,
                     sizeof *builder->stretches))
        return error_no_memory(error);
    buffer_clear(&builder->scratch);
    document_record_encode(builder->schema, document, &builder->scratch);
    if (builder->scratch.failed)
        return error_no_memory(error);
    for (size_t i = 0; i < noted->fields; i++)
        if (!lengths_set_field(&builder->lengths, noted->field[i].field, noted->field[i].words,
                               noted->field[i].start)) {
            lengths_drop_fields(&builder->lengths);
            return error_no_memory(error);
        }
    builder->stretches[number] = (struct noted_stretch){ noted->first, noted->count, noter };
    return LIBSEARCH_OK;
}

/* Takes in a document that was noted. */
static libsearch_status take_in(struct segment_builder *builder, unsigned noter, const struct noted *noted,
                                libsearch_bytes id, const libsearch_document *document, libsearch_error *error)
{
    TRY(prepare(builder, document, noted, noter, error));
    builder->broken = add_for_good(builder, id, document, noted, error);
    measure(builder, noter);
    return builder->broken;
}

libsearch_status segment_builder_note(struct segment_builder *builder, unsigned noter, struct schema *schema,
                                      const libsearch_document *document, libsearch_error *error)
{
    return noter_add(&builder->noters[noter], schema, document, error);
}

libsearch_status segment_builder_take(struct segment_builder *builder, unsigned noter, libsearch_bytes id,
                                      const libsearch_document *document, libsearch_error *error)
{
    const struct noted noted = noter_take(&builder->noters[noter]);
    TRY(check_document(builder, id, error));
    return take_in(builder, noter, &noted, id, document, error);
}

libsearch_status segment_builder_add(struct segment_builder *builder, libsearch_bytes id,
                                     const libsearch_document *document, libsearch_error *error)
{
    TRY(check_document(builder, id, error));
    TRY(noter_add(&builder->noters[0], builder->schema, document, error));
    const struct noted noted = noter_take(&builder->noters[0]);
    const libsearch_status status = take_in(builder, 0, &noted, id, document, error);
    if (status != LIBSEARCH_OK && builder->broken == LIBSEARCH_OK)
        noter_forget(&builder->noters[0], &noted);
    return status;
}

libsearch_status segment_builder_finish(struct segment_builder *builder, bool sync, uint64_t *length,
                                        libsearch_error *error)
{
    libsearch_status status = builder->broken;
    if (status != LIBSEARCH_OK)
        error_set(error, status, "the segment could not be written before");
    else
        status = builder_invert(builder, error);
    if (status == LIBSEARCH_OK) {
        struct section_writer *file = builder->file;
        builder->file = NULL;
        status = section_writer_finish(file, sync, length, error);
    }
    builder_free(builder);
    return status;
}

void segment_builder_discard(struct segment_builder *builder)
{
    if (builder != NULL)
        builder_free(builder);
}
