/* SPDX-License-Identifier: MIT */
#include "segment/builder.h"

#include <string.h>

#include "segment/field_parts.h"
#include "segment/format.h"

enum { TOKENS_AT_ONCE = 64 };

static void free_tokenizers(const libsearch_allocator *allocator, struct tokenizer **tokenizers, size_t count)
{
    for (size_t f = 0; tokenizers != NULL && f < count; f++)
        tokenizer_free(tokenizers[f]);
    memory_free(allocator, tokenizers);
}

/* Makes the tokenizers anew: the schema before, which goes, took its analyzers with it. */
static libsearch_status builder_tokenize_by(struct segment_builder *builder, struct schema *schema,
                                            libsearch_error *error)
{
    const libsearch_allocator *allocator = builder->allocator;
    struct tokenizer **made = memory_allocate_array(allocator, schema->count + 1, sizeof(struct tokenizer *));
    if (made == NULL)
        return error_no_memory(error);
    for (size_t f = 0; f < schema->count; f++) {
        if (schema->fields[f]->type != LIBSEARCH_TEXT)
            continue;
        const libsearch_status status = tokenizer_new(schema->fields[f]->analyzer, allocator, &made[f], error);
        if (status != LIBSEARCH_OK) {
            free_tokenizers(allocator, made, schema->count);
            return status;
        }
    }
    if (builder->tokenized != NULL)
        free_tokenizers(allocator, builder->tokenizers, builder->tokenized->count);
    schema_release(builder->tokenized);
    builder->tokenizers = made;
    builder->tokenized = schema_retain(schema);
    return LIBSEARCH_OK;
}

/* Makes columns and tokenizers for fields that the schema has gained. */
static libsearch_status builder_add_fields(struct segment_builder *builder, libsearch_error *error)
{
    const struct schema *schema = builder->schema;
    if (builder->tokenized != builder->schema)
        TRY(builder_tokenize_by(builder, builder->schema, error));
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
    if (builder->tokenized != NULL)
        free_tokenizers(builder->allocator, builder->tokenizers, builder->tokenized->count);
    schema_release(builder->tokenized);
    memory_free(builder->allocator, builder->notes);
    memory_free(builder->allocator, builder->note_starts);
    memory_free(builder->allocator, builder->values);
    memory_free(builder->allocator, builder->signatures);
    memory_free(builder->allocator, builder->signature_maker);
    buffer_free(&builder->scratch);
    vocabulary_free(&builder->vocabulary);
    lengths_free(&builder->lengths);
    ids_writer_free(builder->ids);
    stored_writer_free(builder->stored);
    if (builder->file != NULL)
        section_writer_discard(builder->file);
    schema_release(builder->schema);
    memory_free(builder->allocator, builder);
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
    made->vocabulary.allocator = allocator;
    lengths_init(&made->lengths, allocator);
    libsearch_status status = vocabulary_init(&made->vocabulary, allocator, error);
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

size_t segment_builder_memory(const struct segment_builder *builder)
{
    /* A note becomes 8 bytes of place while both are there; finishing then takes an entry for every word and its
     * term, and the list being written. */
    const size_t notes = builder->note_capacity * sizeof(uint32_t) + builder->note_count * sizeof(uint64_t);
    const size_t words = vocabulary_memory(&builder->vocabulary) * 2 + (size_t)builder->vocabulary.count * 96;
    size_t columns = 0;
    for (size_t f = 0; f < builder->field_count; f++)
        if (builder->columns[f] != NULL)
            columns += column_writer_memory(builder->columns[f]);
    return notes + words + columns + builder->note_starts_capacity * sizeof(size_t) +
           ids_writer_memory(builder->ids) * 2 + stored_writer_memory(builder->stored) +
           lengths_memory(&builder->lengths) * 2;
}

/* Room for the notes of so many words, and for what inverting them reads ahead. */
static bool room_for_notes(struct segment_builder *builder, size_t words)
{
    enum { NOTES_OF_A_WORD = 3 };
    return memory_grow(builder->allocator, &builder->notes, &builder->note_capacity,
                       builder->note_count + NOTES_OF_A_WORD * words + BUILDER_AHEAD, sizeof *builder->notes);
}

/* Where the next word of a document's notes is expected to stand. */
struct line {
    uint32_t next;
};

/* Notes a word at a position; there is room for its notes. False when memory is short. */
static bool note_word(struct segment_builder *builder, struct line *line, const struct analyzer *analyzer,
                      const struct vocabulary_word *word, uint32_t position, bool *stop)
{
    uint32_t value = word->number - 1;
    *stop = word->stop;
    if (word->number == 0) {
        bool added;
        struct vocabulary_entry *entry = vocabulary_at(&builder->vocabulary, word, &added);
        if (entry == NULL)
            return false;
        if (added && analyzer != NULL)
            entry->stop = analyzer_is_stop(analyzer, word->bytes, word->length);
        *stop = entry->stop != 0;
        value = entry->number - 1;
    }
    if (position + 1 == line->next)
        value |= BUILDER_SAME;
    else if (position != line->next) {
        builder->notes[builder->note_count++] = BUILDER_JUMP;
        builder->notes[builder->note_count++] = position;
    }
    builder->notes[builder->note_count++] = value;
    line->next = position + 1;
    if (position > builder->last_position)
        builder->last_position = position;
    return true;
}

/* What the words of one field of one document come to. */
struct field_words {
    uint32_t words, without_stops;
    uint32_t end; /* the position after the last */
};

/* maker: of the field's signature, or NULL. */
static bool note_text(struct segment_builder *builder, struct line *line, const struct field *field, uint16_t list,
                      libsearch_bytes text, uint32_t position, struct signature_maker *maker, struct field_words *sum)
{
    struct tokenizer *tokenizer = builder->tokenizers[field->number];
    struct token tokens[TOKENS_AT_ONCE];
    struct vocabulary_word words[TOKENS_AT_ONCE];
    tokenizer_start(tokenizer, text, position);
    for (;;) {
        const size_t count = tokenizer_next(tokenizer, tokens, TOKENS_AT_ONCE);
        if (count == SIZE_MAX)
            return false;
        if (count == 0)
            return true;
        vocabulary_words(&builder->vocabulary, list, tokens, count, words);
        if (!room_for_notes(builder, count))
            return false;
        for (size_t i = 0; i < count; i++) {
            bool stop;
            if (!note_word(builder, line, field->analyzer, &words[i], tokens[i].position, &stop))
                return false;
            if (maker != NULL && !(tokens[i].flags & TOKEN_WHOLE))
                signature_add(maker, tokens[i].surface, tokens[i].length);
            sum->words++;
            sum->without_stops += !stop;
            if (tokens[i].position >= sum->end)
                sum->end = tokens[i].position + 1;
        }
    }
}

/* Keywords may be shorter than what the vocabulary reads. */
static bool note_keyword(struct segment_builder *builder, struct line *line, uint16_t list, libsearch_bytes value)
{
    enum { READ = 16 };
    char padded[READ] = { 0 };
    const char *word = value.data;
    bool stop;
    if (value.length < READ) {
        if (value.length > 0)
            memcpy(padded, value.data, value.length);
        word = padded;
    }
    const struct vocabulary_word ready = vocabulary_word(list, word, value.length);
    return room_for_notes(builder, 1) && note_word(builder, line, NULL, &ready, line->next, &stop);
}

/* Sorts the values by field number; those of a field keep their order. Few values are inserted, many counted. */
static libsearch_status sort_values(struct segment_builder *builder, size_t count, libsearch_error *error)
{
    enum { FEW = 32 };
    struct builder_value *values = builder->values;
    if (count <= FEW) {
        for (size_t i = 1; i < count; i++) {
            const struct builder_value value = values[i];
            size_t at = i;
            for (; at > 0 && values[at - 1].field->number > value.field->number; at--)
                values[at] = values[at - 1];
            values[at] = value;
        }
        return LIBSEARCH_OK;
    }
    struct builder_value *sorted = memory_allocate_array(builder->allocator, count, sizeof *sorted);
    if (sorted == NULL)
        return error_no_memory(error);
    size_t starts[LIBSEARCH_MAX_FIELDS + 1] = { 0 };
    for (size_t i = 0; i < count; i++)
        starts[values[i].field->number + 1]++;
    for (size_t f = 0; f < LIBSEARCH_MAX_FIELDS; f++)
        starts[f + 1] += starts[f];
    for (size_t i = 0; i < count; i++)
        sorted[starts[values[i].field->number]++] = values[i];
    memcpy(values, sorted, count * sizeof *values);
    memory_free(builder->allocator, sorted);
    return LIBSEARCH_OK;
}

/* Finds the field of each value, and brings the values into the order of the fields. */
static libsearch_status order_values(struct segment_builder *builder, const libsearch_document *document,
                                     libsearch_error *error)
{
    if (!memory_grow(builder->allocator, &builder->values, &builder->value_capacity, document->count,
                     sizeof *builder->values))
        return error_no_memory(error);
    for (size_t i = 0; i < document->count; i++) {
        const struct document_value *value = &document->values[i];
        const struct field *field = schema_find(builder->schema, value->field, value->field_length);
        if (field == NULL)
            return error_set(error, LIBSEARCH_INVALID, "the index has no field '%s'", value->field);
        if (field->type != value->type)
            return error_set(error, LIBSEARCH_INVALID, "field '%s' is of another type", value->field);
        builder->values[i] = (struct builder_value){ field, value };
    }
    return sort_values(builder, document->count, error);
}

static uint32_t weigh(float weight, uint32_t words)
{
    const float weighted = weight * (float)words + 0.5f;
    return weighted < 4e9f ? (uint32_t)weighted : 4000000000u;
}

/* The maker of the field's signature, begun; *maker NULL: it asks for none. False: no memory. */
static bool begin_signature(struct segment_builder *builder, const struct field *field, struct signature_maker **maker)
{
    *maker = NULL;
    if (!(field->flags & LIBSEARCH_FIELD_SIGNATURE))
        return true;
    if (builder->signature_maker == NULL) {
        builder->signature_maker = memory_allocate(builder->allocator, sizeof *builder->signature_maker);
        if (builder->signature_maker == NULL)
            return false;
        signature_init(builder->signature_maker);
    }
    if (!memory_grow(builder->allocator, &builder->signatures, &builder->signature_capacity,
                     builder->signature_count + 1, sizeof *builder->signatures))
        return false;
    signature_start(builder->signature_maker);
    *maker = builder->signature_maker;
    return true;
}

/* Keeps the signature of a field's text, if it has a word. */
static void end_signature(struct segment_builder *builder, const struct field *field, struct signature_maker *maker)
{
    struct builder_signature *made = &builder->signatures[builder->signature_count];
    made->field = field->number;
    if (signature_finish(maker, made->words))
        builder->signature_count++;
}

/* Notes all texts and keywords of the ordered values. On false the notes must be taken back. */
static bool note_values(struct segment_builder *builder, size_t count, uint32_t *plain, uint32_t *weighted,
                        bool *weighs)
{
    struct line line = { 0 };
    uint32_t group_end = 0; /* the position after the group's last word */
    builder->signature_count = 0;
    for (size_t i = 0; i < count;) {
        const struct field *field = builder->values[i].field;
        size_t end = i + 1;
        while (end < count && builder->values[end].field == field)
            end++;
        if (field->type == LIBSEARCH_KEYWORD) {
            for (size_t v = i; v < end; v++)
                if (!note_keyword(builder, &line, (uint16_t)(field->number + 1), builder->values[v].value->bytes))
                    return false;
        } else if (field->type == LIBSEARCH_TEXT) {
            const uint16_t list = field->in_group ? 0 : (uint16_t)(field->number + 1);
            const uint32_t start = field->in_group && group_end > 0 ? group_end + SCHEMA_FIELD_GAP : 0;
            struct field_words sum = { 0, 0, start };
            struct signature_maker *maker;
            if (!begin_signature(builder, field, &maker))
                return false;
            for (size_t v = i; v < end; v++) {
                const uint32_t from = sum.words > 0 ? sum.end + SCHEMA_FIELD_GAP : start;
                if (!note_text(builder, &line, field, list, builder->values[v].value->bytes, from, maker, &sum))
                    return false;
            }
            if (maker != NULL)
                end_signature(builder, field, maker);
            if (sum.words > 0 && !lengths_set_field(&builder->lengths, field->number, sum.words, start))
                return false;
            if (field->in_group && sum.words > 0) {
                group_end = sum.end;
                *plain += sum.words;
                *weighted += weigh(field->weight, sum.without_stops);
                *weighs = *weighs || field->weight != 1.0f;
            }
        }
        i = end;
    }
    return true;
}

/* Takes back the notes of a document that is not to be. */
static void take_back(struct segment_builder *builder, size_t first_note)
{
    builder->note_count = first_note;
    lengths_drop_fields(&builder->lengths);
}

static libsearch_status add_signatures(struct segment_builder *builder, uint32_t number, libsearch_error *error)
{
    for (size_t i = 0; i < builder->signature_count; i++)
        for (size_t w = 0; w < SIGNATURE_WORDS; w++)
            TRY(column_writer_add_number(builder->columns[builder->signatures[i].field], number,
                                         builder->signatures[i].words[w], error));
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
                                     const libsearch_document *document, size_t first_note, uint32_t plain,
                                     uint32_t weighted, bool weighs, libsearch_error *error)
{
    const uint32_t number = builder->lengths.documents;
    TRY(ids_writer_add(builder->ids, id, error));
    TRY(add_columns(builder, number, document->count, error));
    TRY(add_signatures(builder, number, error));
    TRY(stored_writer_add(builder->stored,
                          (libsearch_bytes){ (const char *)builder->scratch.data, builder->scratch.length }, error));
    builder->note_starts[number] = first_note;
    return lengths_add_document(&builder->lengths, plain, weighted, weighs) ? LIBSEARCH_OK : error_no_memory(error);
}

libsearch_status segment_builder_add(struct segment_builder *builder, libsearch_bytes id,
                                     const libsearch_document *document, libsearch_error *error)
{
    const uint32_t number = builder->lengths.documents;
    if (builder->broken != LIBSEARCH_OK)
        return error_set(error, builder->broken, "the segment could not be written before");
    if (id.length == 0)
        return error_set(error, LIBSEARCH_INVALID, "a document's id is empty");
    if (id.length > LIBSEARCH_MAX_ID)
        return error_set(error, LIBSEARCH_LIMIT, "an id has %zu bytes, the most is %d", id.length, LIBSEARCH_MAX_ID);
    if (number >= SEGMENT_MAX_DOCUMENTS - 1)
        return error_set(error, LIBSEARCH_LIMIT, "too many documents in one segment");
    TRY(builder_add_fields(builder, error));
    TRY(order_values(builder, document, error));
    if (!memory_grow(builder->allocator, &builder->note_starts, &builder->note_starts_capacity, (size_t)number + 2,
                     sizeof *builder->note_starts))
        return error_no_memory(error);
    buffer_clear(&builder->scratch);
    document_record_encode(builder->schema, document, &builder->scratch);
    if (builder->scratch.failed)
        return error_no_memory(error);
    const size_t first_note = builder->note_count;
    uint32_t plain = 0, weighted = 0;
    bool weighs = false;
    if (!note_values(builder, document->count, &plain, &weighted, &weighs)) {
        take_back(builder, first_note);
        return error_no_memory(error);
    }
    const libsearch_status status = add_for_good(builder, id, document, first_note, plain, weighted, weighs, error);
    builder->broken = status;
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
