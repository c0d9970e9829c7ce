/* SPDX-License-Identifier: MIT */
#include "segment/noter.h"

#include <string.h>

enum { TOKENS_AT_ONCE = 64 };

static void free_tokenizers(const libsearch_allocator *allocator, struct tokenizer **tokenizers, size_t count)
{
    for (size_t f = 0; tokenizers != NULL && f < count; f++)
        tokenizer_free(tokenizers[f]);
    memory_free(allocator, tokenizers);
}

/* Makes the tokenizers anew: the schema before, which goes, takes its analyzers with it. */
libsearch_status noter_use_schema(struct noter *noter, struct schema *schema, libsearch_error *error)
{
    const libsearch_allocator *allocator = noter->allocator;
    if (noter->schema == schema)
        return LIBSEARCH_OK;
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
    if (noter->schema != NULL)
        free_tokenizers(allocator, noter->tokenizers, noter->schema->count);
    schema_release(noter->schema);
    noter->tokenizers = made;
    noter->schema = schema_retain(schema);
    return LIBSEARCH_OK;
}

libsearch_status noter_init(struct noter *noter, const libsearch_allocator *allocator, libsearch_error *error)
{
    memset(noter, 0, sizeof *noter);
    noter->allocator = allocator;
    return vocabulary_init(&noter->vocabulary, allocator, error);
}

void noter_free(struct noter *noter)
{
    const libsearch_allocator *allocator = noter->allocator;
    if (noter->schema != NULL)
        free_tokenizers(allocator, noter->tokenizers, noter->schema->count);
    schema_release(noter->schema);
    vocabulary_free(&noter->vocabulary);
    memory_free(allocator, noter->notes);
    memory_free(allocator, noter->signature_maker);
    memory_free(allocator, noter->values);
    memory_free(allocator, noter->documents);
    memory_free(allocator, noter->fields);
    memory_free(allocator, noter->signatures);
}

size_t noter_memory_of_notes(const struct noter *noter) { return noter->note_capacity * sizeof *noter->notes; }

size_t noter_memory_of_words(const struct noter *noter) { return vocabulary_memory(&noter->vocabulary); }

/* Room for the notes of so many words, and for what inverting them reads ahead. */
static bool room_for_notes(struct noter *noter, size_t words)
{
    enum { NOTES_OF_A_WORD = 3 };
    return memory_grow(noter->allocator, &noter->notes, &noter->note_capacity,
                       noter->note_count + NOTES_OF_A_WORD * words + NOTES_AHEAD, sizeof *noter->notes);
}

/* Where the next word of a document's notes is expected to stand. */
struct line {
    uint32_t next;
};

/* Notes a word at a position; there is room for its notes. False when memory is short. */
static bool note_word(struct noter *noter, struct line *line, const struct analyzer *analyzer,
                      const struct vocabulary_word *word, uint32_t position, bool *stop)
{
    uint32_t value = word->number - 1;
    *stop = word->stop;
    if (word->number == 0) {
        bool added;
        struct vocabulary_entry *entry = vocabulary_at(&noter->vocabulary, word, &added);
        if (entry == NULL)
            return false;
        if (added && analyzer != NULL)
            entry->stop = analyzer_is_stop(analyzer, word->bytes, word->length);
        *stop = entry->stop != 0;
        value = entry->number - 1;
    }
    if (position + 1 == line->next)
        value |= NOTE_SAME;
    else if (position != line->next) {
        noter->notes[noter->note_count++] = NOTE_JUMP;
        noter->notes[noter->note_count++] = position;
    }
    noter->notes[noter->note_count++] = value;
    line->next = position + 1;
    if (position > noter->last_position)
        noter->last_position = position;
    return true;
}

/* What the words of one field of one document come to. */
struct field_words {
    uint32_t words, without_stops;
    uint32_t end; /* the position after the last */
};

/* maker: of the field's signature, or NULL. */
static bool note_text(struct noter *noter, struct line *line, const struct field *field, uint16_t list,
                      libsearch_bytes text, uint32_t position, struct signature_maker *maker, struct field_words *sum)
{
    struct tokenizer *tokenizer = noter->tokenizers[field->number];
    struct token tokens[TOKENS_AT_ONCE];
    struct vocabulary_word words[TOKENS_AT_ONCE];
    tokenizer_start(tokenizer, text, position);
    for (;;) {
        const size_t count = tokenizer_next(tokenizer, tokens, TOKENS_AT_ONCE);
        if (count == SIZE_MAX)
            return false;
        if (count == 0)
            return true;
        vocabulary_words(&noter->vocabulary, list, tokens, count, words);
        if (!room_for_notes(noter, count))
            return false;
        for (size_t i = 0; i < count; i++) {
            bool stop;
            if (!note_word(noter, line, field->analyzer, &words[i], tokens[i].position, &stop))
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
static bool note_keyword(struct noter *noter, struct line *line, uint16_t list, libsearch_bytes value)
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
    return room_for_notes(noter, 1) && note_word(noter, line, NULL, &ready, line->next, &stop);
}

/* Sorts the values by field number; those of a field keep their order. Few values are inserted, many counted. */
static libsearch_status sort_values(const libsearch_allocator *allocator, struct noted_value *values, size_t count,
                                    libsearch_error *error)
{
    enum { FEW = 32 };
    if (count <= FEW) {
        for (size_t i = 1; i < count; i++) {
            const struct noted_value value = values[i];
            size_t at = i;
            for (; at > 0 && values[at - 1].field->number > value.field->number; at--)
                values[at] = values[at - 1];
            values[at] = value;
        }
        return LIBSEARCH_OK;
    }
    struct noted_value *sorted = memory_allocate_array(allocator, count, sizeof *sorted);
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
    memory_free(allocator, sorted);
    return LIBSEARCH_OK;
}

libsearch_status noted_values(const libsearch_allocator *allocator, const struct schema *schema,
                              const libsearch_document *document, struct noted_value **values, size_t *capacity,
                              libsearch_error *error)
{
    if (!memory_grow(allocator, values, capacity, document->count, sizeof **values))
        return error_no_memory(error);
    for (size_t i = 0; i < document->count; i++) {
        const struct document_value *value = &document->values[i];
        const struct field *field = schema_find(schema, value->field, value->field_length);
        if (field == NULL)
            return error_set(error, LIBSEARCH_INVALID, "the index has no field '%s'", value->field);
        if (field->type != value->type)
            return error_set(error, LIBSEARCH_INVALID, "field '%s' is of another type", value->field);
        (*values)[i] = (struct noted_value){ field, value };
    }
    return sort_values(allocator, *values, document->count, error);
}

static uint32_t weigh(float weight, uint32_t words)
{
    const float weighted = weight * (float)words + 0.5f;
    return weighted < 4e9f ? (uint32_t)weighted : 4000000000u;
}

/* The maker of the field's signature, begun; *maker NULL: it asks for none. False: no memory. */
static bool begin_signature(struct noter *noter, const struct field *field, struct signature_maker **maker)
{
    *maker = NULL;
    if (!(field->flags & LIBSEARCH_FIELD_SIGNATURE))
        return true;
    if (noter->signature_maker == NULL) {
        noter->signature_maker = memory_allocate(noter->allocator, sizeof *noter->signature_maker);
        if (noter->signature_maker == NULL)
            return false;
        signature_init(noter->signature_maker);
    }
    if (!memory_grow(noter->allocator, &noter->signatures, &noter->signature_capacity, noter->signature_count + 1,
                     sizeof *noter->signatures))
        return false;
    signature_start(noter->signature_maker);
    *maker = noter->signature_maker;
    return true;
}

/* Keeps the signature of a field's text, if it has a word. */
static void end_signature(struct noter *noter, const struct field *field, struct signature_maker *maker)
{
    struct noted_signature *made = &noter->signatures[noter->signature_count];
    made->field = field->number;
    if (signature_finish(maker, made->words))
        noter->signature_count++;
}

static bool add_field(struct noter *noter, const struct field *field, const struct field_words *sum, uint32_t start)
{
    if (!memory_grow(noter->allocator, &noter->fields, &noter->field_capacity, noter->field_count + 1,
                     sizeof *noter->fields))
        return false;
    noter->fields[noter->field_count++] = (struct noted_field){ field->number, sum->words, start };
    return true;
}

/* Notes all texts and keywords of the ordered values. On false the notes must be taken back. */
static bool note_values(struct noter *noter, size_t count, struct noted *noted)
{
    struct line line = { 0 };
    uint32_t group_end = 0; /* the position after the group's last word */
    for (size_t i = 0; i < count;) {
        const struct field *field = noter->values[i].field;
        size_t end = i + 1;
        while (end < count && noter->values[end].field == field)
            end++;
        if (field->type == LIBSEARCH_KEYWORD) {
            for (size_t v = i; v < end; v++)
                if (!note_keyword(noter, &line, (uint16_t)(field->number + 1), noter->values[v].value->bytes))
                    return false;
        } else if (field->type == LIBSEARCH_TEXT) {
            const uint16_t list = field->in_group ? 0 : (uint16_t)(field->number + 1);
            const uint32_t start = field->in_group && group_end > 0 ? group_end + SCHEMA_FIELD_GAP : 0;
            struct field_words sum = { 0, 0, start };
            struct signature_maker *maker;
            if (!begin_signature(noter, field, &maker))
                return false;
            for (size_t v = i; v < end; v++) {
                const uint32_t from = sum.words > 0 ? sum.end + SCHEMA_FIELD_GAP : start;
                if (!note_text(noter, &line, field, list, noter->values[v].value->bytes, from, maker, &sum))
                    return false;
            }
            if (maker != NULL)
                end_signature(noter, field, maker);
            if (sum.words > 0 && !add_field(noter, field, &sum, start))
                return false;
            if (field->in_group && sum.words > 0) {
                group_end = sum.end;
                noted->plain += sum.words;
                noted->weighted += weigh(field->weight, sum.without_stops);
                noted->weighs = noted->weighs || field->weight != 1.0f;
            }
        }
        i = end;
    }
    return true;
}

/* When all were taken, their places are free again. */
static void make_room(struct noter *noter)
{
    if (noter->next_document < noter->document_count)
        return;
    noter->document_count = noter->field_count = noter->signature_count = 0;
    noter->next_document = noter->next_field = noter->next_signature = 0;
}

libsearch_status noter_add(struct noter *noter, struct schema *schema, const libsearch_document *document,
                           libsearch_error *error)
{
    make_room(noter);
    TRY(noter_use_schema(noter, schema, error));
    TRY(noted_values(noter->allocator, schema, document, &noter->values, &noter->value_capacity, error));
    const size_t fields = noter->field_count, signatures = noter->signature_count;
    struct noted noted = { .first = noter->note_count };
    if (!memory_grow(noter->allocator, &noter->documents, &noter->document_capacity, noter->document_count + 1,
                     sizeof *noter->documents) ||
        !note_values(noter, document->count, &noted)) {
        noter->note_count = noted.first;
        noter->field_count = fields;
        noter->signature_count = signatures;
        return error_no_memory(error);
    }
    noted.count = noter->note_count - noted.first;
    noted.fields = noter->field_count - fields;
    noted.signatures = noter->signature_count - signatures;
    noter->documents[noter->document_count++] = noted;
    return LIBSEARCH_OK;
}

struct noted noter_take(struct noter *noter)
{
    struct noted noted = noter->documents[noter->next_document++];
    /* Where there are none, there may be no array to be in. */
    noted.field = noter->fields == NULL ? NULL : noter->fields + noter->next_field;
    noted.signature = noter->signatures == NULL ? NULL : noter->signatures + noter->next_signature;
    noter->next_field += noted.fields;
    noter->next_signature += noted.signatures;
    return noted;
}

void noter_forget(struct noter *noter, const struct noted *noted) { noter->note_count = noted->first; }
