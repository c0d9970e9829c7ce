/* SPDX-License-Identifier: MIT */
#include "watch/inspection.h"

#include <string.h>

#include "base/hash.h"

enum { TOKENS_AT_ONCE = 128, STEMS = 16384, FIRST_SLOTS = 1024, MOST_KEPT_SLOTS = 1 << 15 };

void inspection_init(struct inspection *inspection, const libsearch_allocator *allocator)
{
    *inspection = (struct inspection){ .allocator = allocator };
    arena_init(&inspection->arena, allocator);
    inspection->stems = memory_allocate_array(allocator, STEMS, sizeof *inspection->stems);
}

void inspection_free(struct inspection *inspection)
{
    const libsearch_allocator *allocator = inspection->allocator;
    for (size_t i = 0; i < inspection->tokenizer_count; i++)
        tokenizer_free(inspection->tokenizers[i]);
    memory_free(allocator, inspection->tokenizers);
    memory_free(allocator, inspection->tokens);
    memory_free(allocator, inspection->forms);
    memory_free(allocator, inspection->terms);
    memory_free(allocator, inspection->order);
    memory_free(allocator, inspection->form_slots);
    memory_free(allocator, inspection->term_slots);
    memory_free(allocator, inspection->fields);
    memory_free(allocator, inspection->values);
    memory_free(allocator, inspection->value_fields);
    memory_free(allocator, inspection->stems);
    arena_free(&inspection->arena);
}

/* A table, emptied, that `wanted` entries fill at most by half. */
static bool make_slots(const libsearch_allocator *allocator, uint32_t **slots, size_t *slot_count, size_t wanted)
{
    if (wanted * 2 <= *slot_count)
        return true;
    size_t count = *slot_count == 0 ? FIRST_SLOTS : *slot_count * 2;
    while (count < wanted * 2)
        count *= 2;
    uint32_t *made = memory_allocate_array(allocator, count, sizeof *made);
    if (made == NULL)
        return false;
    memory_free(allocator, *slots);
    *slots = made;
    *slot_count = count;
    return true;
}

static size_t first_slot(uint64_t hash, uint16_t list, size_t slot_count)
{
    return (size_t)(hash + list * UINT64_C(0x9E3779B97F4A7C15)) & (slot_count - 1);
}

/* The term's number, added where it is new; UINT32_MAX: no memory. */
static uint32_t term_at(struct inspection *inspection, uint16_t list, const char *bytes, size_t length)
{
    const uint64_t hash = hash_bytes(bytes, length);
    if ((inspection->term_count + 1) * 2 > inspection->term_slot_count) {
        if (!make_slots(inspection->allocator, &inspection->term_slots, &inspection->term_slot_count,
                        inspection->term_count + 1))
            return UINT32_MAX;
        for (size_t i = 0; i < inspection->term_count; i++) {
            size_t slot = first_slot(inspection->terms[i].hash, inspection->terms[i].list, inspection->term_slot_count);
            while (inspection->term_slots[slot] != 0)
                slot = (slot + 1) & (inspection->term_slot_count - 1);
            inspection->term_slots[slot] = (uint32_t)i + 1;
        }
    }
    size_t slot = first_slot(hash, list, inspection->term_slot_count);
    for (; inspection->term_slots[slot] != 0; slot = (slot + 1) & (inspection->term_slot_count - 1)) {
        const struct inspected_term *term = &inspection->terms[inspection->term_slots[slot] - 1];
        if (term->hash == hash && term->list == list && term->length == length &&
            (length == 0 || memcmp(term->bytes, bytes, length) == 0))
            return inspection->term_slots[slot] - 1;
    }
    const char *copy = arena_duplicate(&inspection->arena, bytes, length);
    if (copy == NULL || !memory_grow(inspection->allocator, &inspection->terms, &inspection->term_capacity,
                                     inspection->term_count + 1, sizeof *inspection->terms))
        return UINT32_MAX;
    inspection->terms[inspection->term_count] =
        (struct inspected_term){ .bytes = copy, .length = (uint32_t)length, .list = list, .hash = hash };
    inspection->term_slots[slot] = (uint32_t)++inspection->term_count;
    return inspection->term_slots[slot] - 1;
}

/* The term of a form, by way of what is remembered. */
static size_t stem(struct inspection *inspection, struct tokenizer *tokenizer, const struct analyzer *analyzer,
                   const char *surface, size_t length, uint64_t hash, char term[LIBSEARCH_MAX_TERM])
{
    struct stem_cache_entry *entry =
        inspection->stems == NULL ? NULL : &inspection->stems[(hash ^ (uintptr_t)analyzer >> 4) % STEMS];
    if (entry != NULL && entry->hash == hash && entry->analyzer == analyzer && entry->surface_length == length &&
        memcmp(entry->bytes, surface, length) == 0) {
        memcpy(term, entry->bytes + length, entry->term_length);
        return entry->term_length;
    }
    const size_t term_length = tokenizer_term(tokenizer, surface, length, term);
    if (entry != NULL && length + term_length <= sizeof entry->bytes) {
        *entry = (struct stem_cache_entry){
            .hash = hash, .analyzer = analyzer, .surface_length = (uint8_t)length, .term_length = (uint8_t)term_length
        };
        memcpy(entry->bytes, surface, length);
        memcpy(entry->bytes + length, term, term_length);
    }
    return term_length;
}

/* The form's number, added where it is new; UINT32_MAX: no memory. analyzer NULL: a keyword, its own term. */
static uint32_t form_at(struct inspection *inspection, struct tokenizer *tokenizer, const struct analyzer *analyzer,
                        uint16_t list, const char *surface, size_t length)
{
    const uint64_t hash = hash_bytes(surface, length);
    if ((inspection->form_count + 1) * 2 > inspection->form_slot_count) {
        if (!make_slots(inspection->allocator, &inspection->form_slots, &inspection->form_slot_count,
                        inspection->form_count + 1))
            return UINT32_MAX;
        for (size_t i = 0; i < inspection->form_count; i++) {
            size_t slot = first_slot(inspection->forms[i].hash, inspection->forms[i].list, inspection->form_slot_count);
            while (inspection->form_slots[slot] != 0)
                slot = (slot + 1) & (inspection->form_slot_count - 1);
            inspection->form_slots[slot] = (uint32_t)i + 1;
        }
    }
    size_t slot = first_slot(hash, list, inspection->form_slot_count);
    for (; inspection->form_slots[slot] != 0; slot = (slot + 1) & (inspection->form_slot_count - 1)) {
        const struct inspected_form *form = &inspection->forms[inspection->form_slots[slot] - 1];
        if (form->hash == hash && form->list == list && form->length == length &&
            (length == 0 || memcmp(form->surface, surface, length) == 0))
            return inspection->form_slots[slot] - 1;
    }
    char room[LIBSEARCH_MAX_TERM];
    const char *term = surface;
    size_t term_length = length;
    if (analyzer != NULL) {
        term_length = stem(inspection, tokenizer, analyzer, surface, length, hash, room);
        term = room;
    }
    const uint32_t number = term_at(inspection, list, term, term_length);
    const char *copy = number == UINT32_MAX ? NULL : arena_duplicate(&inspection->arena, surface, length);
    if (copy == NULL || !memory_grow(inspection->allocator, &inspection->forms, &inspection->form_capacity,
                                     inspection->form_count + 1, sizeof *inspection->forms))
        return UINT32_MAX;
    inspection->forms[inspection->form_count] = (struct inspected_form){
        .surface = copy, .length = (uint32_t)length, .term = number, .hash = hash, .list = list
    };
    inspection->form_slots[slot] = (uint32_t)++inspection->form_count;
    return inspection->form_slots[slot] - 1;
}

static libsearch_status add_token(struct inspection *inspection, const struct inspected_token *token,
                                  libsearch_error *error)
{
    if (token->form == UINT32_MAX ||
        !memory_grow(inspection->allocator, &inspection->tokens, &inspection->token_capacity,
                     inspection->token_count + 1, sizeof *inspection->tokens))
        return error_no_memory(error);
    inspection->tokens[inspection->token_count++] = *token;
    inspection->terms[inspection->forms[token->form].term].count++;
    return LIBSEARCH_OK;
}

static libsearch_status check_memory(const struct inspection *inspection, libsearch_error *error)
{
    const size_t used = inspection->token_count * (sizeof *inspection->tokens + sizeof *inspection->order) +
                        inspection->form_count * (sizeof *inspection->forms + sizeof *inspection->terms) +
                        inspection->arena.taken;
    if (inspection->memory != 0 && used > inspection->memory)
        return error_set(error, LIBSEARCH_LIMIT, "the document takes more than the %zu bytes that it may",
                         inspection->memory);
    return inspection->token_count >= UINT32_MAX / 2
               ? error_set(error, LIBSEARCH_LIMIT, "the document has more than %u words", UINT32_MAX / 2)
               : LIBSEARCH_OK;
}

/* Positions and counts as segment/builder.c has them. *end: the position after the last word so far. */
static libsearch_status take_text(struct inspection *inspection, struct tokenizer *tokenizer, const struct field *field,
                                  libsearch_bytes text, uint32_t value, uint32_t position, uint32_t *end,
                                  libsearch_error *error)
{
    struct token tokens[TOKENS_AT_ONCE];
    struct inspected_field *sum = &inspection->fields[field->number];
    const uint16_t list = inspection_list_of(field);
    tokenizer_start(tokenizer, text, position);
    for (;;) {
        const size_t count = tokenizer_next(tokenizer, tokens, TOKENS_AT_ONCE);
        if (count == SIZE_MAX)
            return error_no_memory(error);
        if (count == 0)
            return LIBSEARCH_OK;
        for (size_t i = 0; i < count; i++) {
            const struct token *token = &tokens[i];
            const uint32_t form = form_at(inspection, tokenizer, field->analyzer, list, token->surface, token->length);
            TRY(add_token(inspection,
                          &(struct inspected_token){ form, token->position, token->start, token->end, value,
                                                     field->number },
                          error));
            sum->words += (token->flags & TOKEN_WHOLE) == 0;
            if (token->position >= *end)
                *end = token->position + 1;
        }
        TRY(check_memory(inspection, error));
        if (inspection->poll != NULL)
            TRY(inspection->poll(inspection->poll_context));
    }
}

static libsearch_status tokenizer_of(struct inspection *inspection, const struct schema *schema,
                                     const struct field *field, struct tokenizer **tokenizer, libsearch_error *error)
{
    if (inspection->tokenizer_count < schema->analyzer_count) {
        struct tokenizer **grown = memory_reallocate(inspection->allocator, inspection->tokenizers,
                                                     schema->analyzer_count * sizeof(struct tokenizer *));
        if (grown == NULL)
            return error_no_memory(error);
        inspection->tokenizers = grown;
        while (inspection->tokenizer_count < schema->analyzer_count)
            grown[inspection->tokenizer_count++] = NULL;
    }
    size_t number = 0;
    while (schema->analyzers[number] != field->analyzer)
        number++;
    if (inspection->tokenizers[number] == NULL)
        TRY(tokenizer_new(field->analyzer, inspection->allocator, &inspection->tokenizers[number], error));
    *tokenizer = inspection->tokenizers[number];
    return LIBSEARCH_OK;
}

/* The values of one field, texts or keywords. *group_end: behind the default group's last word. */
static libsearch_status take_words(struct inspection *inspection, const struct schema *schema,
                                   const struct field *field, size_t first, size_t count, uint32_t *group_end,
                                   libsearch_error *error)
{
    if (field->type == LIBSEARCH_KEYWORD) {
        for (size_t v = 0; v < count; v++) {
            const libsearch_bytes value = inspection->values[first + v]->bytes;
            const char *bytes = value.length == 0 ? "" : value.data;
            const uint32_t form = form_at(inspection, NULL, NULL, inspection_list_of(field), bytes, value.length);
            TRY(add_token(inspection,
                          &(struct inspected_token){ form, (uint32_t)v, 0, (uint32_t)value.length, (uint32_t)v,
                                                     field->number },
                          error));
        }
        return check_memory(inspection, error);
    }
    struct tokenizer *tokenizer;
    TRY(tokenizer_of(inspection, schema, field, &tokenizer, error));
    const uint32_t start = field->in_group && *group_end > 0 ? *group_end + SCHEMA_FIELD_GAP : 0;
    struct inspected_field *sum = &inspection->fields[field->number];
    uint32_t end = start;
    for (size_t v = 0; v < count; v++)
        TRY(take_text(inspection, tokenizer, field, inspection->values[first + v]->bytes, (uint32_t)v,
                      sum->words > 0 ? end + SCHEMA_FIELD_GAP : start, &end, error));
    if (field->in_group && sum->words > 0)
        *group_end = end;
    return LIBSEARCH_OK;
}

/* Brings the document's values into the order of their fields. */
static libsearch_status order_values(struct inspection *inspection, const struct schema *schema,
                                     const libsearch_document *document, libsearch_error *error)
{
    const libsearch_allocator *allocator = inspection->allocator;
    const size_t count = document->count;
    if (!memory_grow(allocator, &inspection->values, &inspection->value_capacity, count + 1,
                     sizeof *inspection->values) ||
        !memory_grow(allocator, &inspection->value_fields, &inspection->value_field_capacity, count + 1,
                     sizeof *inspection->value_fields) ||
        !memory_grow(allocator, &inspection->fields, &inspection->field_capacity, schema->count + 1,
                     sizeof *inspection->fields))
        return error_no_memory(error);
    inspection->field_count = schema->count;
    memset(inspection->fields, 0, schema->count * sizeof *inspection->fields);
    for (size_t i = 0; i < count; i++) {
        const struct document_value *value = &document->values[i];
        inspection->value_fields[i] = schema_find(schema, value->field, value->field_length);
        inspection->fields[inspection->value_fields[i]->number].values++;
    }
    uint32_t next = 0;
    for (size_t f = 0; f < schema->count; f++) {
        inspection->fields[f].first_value = next;
        next += inspection->fields[f].values;
    }
    for (size_t i = 0; i < count; i++)
        inspection->values[inspection->fields[inspection->value_fields[i]->number].first_value++] =
            &document->values[i];
    for (size_t f = 0; f < schema->count; f++)
        inspection->fields[f].first_value -= inspection->fields[f].values;
    return LIBSEARCH_OK;
}

/* Tokens by their terms, by counting. */
static libsearch_status order_tokens(struct inspection *inspection, libsearch_error *error)
{
    if (!memory_grow(inspection->allocator, &inspection->order, &inspection->order_capacity,
                     inspection->token_count + 1, sizeof *inspection->order))
        return error_no_memory(error);
    uint32_t next = 0;
    for (size_t i = 0; i < inspection->term_count; i++) {
        inspection->terms[i].first = next;
        next += inspection->terms[i].count;
        inspection->terms[i].count = 0;
    }
    for (size_t i = 0; i < inspection->token_count; i++) {
        struct inspected_term *term = &inspection->terms[inspection->forms[inspection->tokens[i].form].term];
        if (i % 65536 == 65535 && inspection->poll != NULL)
            TRY(inspection->poll(inspection->poll_context));
        inspection->order[term->first + term->count++] = (uint32_t)i;
    }
    return LIBSEARCH_OK;
}

/* Empties a table; one that a large document left is let go, as emptying it would cost every small one. */
static void clear_slots(const libsearch_allocator *allocator, uint32_t **slots, size_t *slot_count)
{
    if (*slot_count > MOST_KEPT_SLOTS) {
        memory_free(allocator, *slots);
        *slots = NULL;
        *slot_count = 0;
    } else if (*slot_count > 0) {
        memset(*slots, 0, *slot_count * sizeof **slots);
    }
}

/* Forgets the document before. */
static void clear(struct inspection *inspection)
{
    clear_slots(inspection->allocator, &inspection->form_slots, &inspection->form_slot_count);
    clear_slots(inspection->allocator, &inspection->term_slots, &inspection->term_slot_count);
    inspection->token_count = inspection->form_count = inspection->term_count = 0;
    arena_reset(&inspection->arena);
}

libsearch_status inspection_take(struct inspection *inspection, const struct schema *schema,
                                 const libsearch_document *document, libsearch_error *error)
{
    uint32_t group_end = 0;
    clear(inspection);
    TRY(order_values(inspection, schema, document, error));
    for (size_t f = 0; f < schema->count; f++) {
        const struct field *field = schema->fields[f];
        const struct inspected_field *found = &inspection->fields[f];
        if (found->values > 0 && (field->type == LIBSEARCH_TEXT || field->type == LIBSEARCH_KEYWORD))
            TRY(take_words(inspection, schema, field, found->first_value, found->values, &group_end, error));
    }
    return order_tokens(inspection, error);
}
