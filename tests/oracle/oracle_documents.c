/* SPDX-License-Identifier: MIT */
/* Documents as the oracle has them: their words with places, from the analyzers. */
#include <stdlib.h>
#include <string.h>

#include "oracle/oracle.h"

#include "base/hash.h"

void *oracle_allocate(size_t size)
{
    void *memory = calloc(1, size > 0 ? size : 1);
    if (memory == NULL)
        abort();
    return memory;
}

void oracle_grow(void *array, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted > *capacity && !memory_grow(allocator_default(), array, capacity, wanted, size))
        abort();
}

static void rehash(struct oracle_words *words)
{
    words->slot_count = words->slot_count == 0 ? 256 : words->slot_count * 2;
    free(words->slots);
    words->slots = oracle_allocate(words->slot_count * sizeof *words->slots);
    for (size_t i = 0; i < words->count; i++) {
        size_t slot = hash_bytes(words->strings[i], words->lengths[i]) & (words->slot_count - 1);
        while (words->slots[slot] != 0)
            slot = (slot + 1) & (words->slot_count - 1);
        words->slots[slot] = (uint32_t)i + 1;
    }
}

uint32_t oracle_word(struct oracle_words *words, const char *string, size_t length)
{
    if (words->count * 2 >= words->slot_count)
        rehash(words);
    size_t slot = hash_bytes(string, length) & (words->slot_count - 1);
    for (; words->slots[slot] != 0; slot = (slot + 1) & (words->slot_count - 1)) {
        const size_t found = words->slots[slot] - 1;
        if (words->lengths[found] == length && memcmp(words->strings[found], string, length) == 0)
            return (uint32_t)found;
    }
    if (words->count == words->capacity) {
        words->capacity = words->capacity * 2 + 64;
        words->strings = realloc(words->strings, words->capacity * sizeof *words->strings);
        words->lengths = realloc(words->lengths, words->capacity * sizeof *words->lengths);
        if (words->strings == NULL || words->lengths == NULL)
            abort();
    }
    words->strings[words->count] = oracle_allocate(length + 1);
    memcpy(words->strings[words->count], string, length);
    words->lengths[words->count] = length;
    words->slots[slot] = (uint32_t)words->count + 1;
    return (uint32_t)words->count++;
}

void oracle_words_free(struct oracle_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->strings[i]);
    free(words->strings);
    free(words->lengths);
    free(words->slots);
    *words = (struct oracle_words){ 0 };
}

static void add_token(struct oracle_document *to, struct oracle_token token)
{
    oracle_grow(&to->tokens, &to->token_capacity, to->token_count + 1, sizeof *to->tokens);
    to->tokens[to->token_count++] = token;
}

/* What the words of one field come to. */
struct counts {
    uint32_t words, without_stops; /* compounds as wholes do not count */
    uint32_t next;                 /* the position after the last word */
};

static void add_text(struct oracle_words *words, const struct field *field, libsearch_bytes text, uint32_t position,
                     struct oracle_document *to, struct counts *counts)
{
    struct tokenizer *tokenizer;
    struct token tokens[64];
    char term[LIBSEARCH_MAX_TERM];
    size_t count;
    if (tokenizer_new(field->analyzer, allocator_default(), &tokenizer, NULL) != LIBSEARCH_OK)
        abort();
    tokenizer_start(tokenizer, text, position);
    while ((count = tokenizer_next(tokenizer, tokens, 64)) > 0)
        for (size_t i = 0; i < count; i++) {
            const size_t length = tokenizer_term(tokenizer, tokens[i].surface, tokens[i].length, term);
            add_token(to, (struct oracle_token){ .term = oracle_word(words, term, length),
                                                 .surface = oracle_word(words, tokens[i].surface, tokens[i].length),
                                                 .position = tokens[i].position,
                                                 .list = field->in_group ? 0 : (uint16_t)(field->number + 1),
                                                 .field = field->number });
            counts->next = tokens[i].position + 1 > counts->next ? tokens[i].position + 1 : counts->next;
            counts->words++;
            counts->without_stops += !analyzer_is_stop(field->analyzer, tokens[i].surface, tokens[i].length);
        }
    tokenizer_free(tokenizer);
}

/* All values of a text field. The texts of the group stand in one line of positions, SCHEMA_FIELD_GAP apart, and so do
 * the values of a field. */
static void add_text_field(struct oracle_words *words, const struct field *field, const libsearch_document *document,
                           struct oracle_document *to, uint32_t *group_next)
{
    const uint32_t start = field->in_group && *group_next > 0 ? *group_next + SCHEMA_FIELD_GAP : 0;
    struct counts counts = { 0, 0, start };
    for (size_t i = 0; i < document->count; i++)
        if (strcmp(document->values[i].field, field->name) == 0)
            add_text(words, field, document->values[i].bytes, counts.words > 0 ? counts.next + SCHEMA_FIELD_GAP : start,
                     to, &counts);
    to->lengths[field->number] = counts.words;
    if (!field->in_group || counts.words == 0)
        return;
    *group_next = counts.next;
    to->plain_length += counts.words;
    to->weighted_length += (uint32_t)(field->weight * (float)counts.without_stops + 0.5f);
}

static void add_value(struct oracle_words *words, const struct field *field, const struct document_value *value,
                      struct oracle_document *to)
{
    oracle_grow(&to->values, &to->value_capacity, to->value_count + 1, sizeof *to->values);
    to->values[to->value_count++] = (struct oracle_value){ field->number, value->type, value->integer, value->number };
    if (value->type != LIBSEARCH_KEYWORD)
        return;
    const uint32_t word = oracle_word(words, value->bytes.data == NULL ? "" : value->bytes.data, value->bytes.length);
    add_token(to, (struct oracle_token){ word, word, 0, (uint16_t)(field->number + 1), field->number });
}

struct oracle_document *oracle_document_new(struct oracle_words *words, const struct schema *schema,
                                            const libsearch_document *document)
{
    struct oracle_document *made = oracle_allocate(sizeof *made);
    uint32_t group_next = 0;
    made->field_count = schema->count;
    made->lengths = oracle_allocate(schema->count * sizeof *made->lengths);
    for (size_t f = 0; f < schema->count; f++) {
        const struct field *field = schema->fields[f];
        if (field->type == LIBSEARCH_TEXT)
            add_text_field(words, field, document, made, &group_next);
        for (size_t i = 0; i < document->count && field->type != LIBSEARCH_TEXT; i++)
            if (strcmp(document->values[i].field, field->name) == 0)
                add_value(words, field, &document->values[i], made);
    }
    return made;
}

void oracle_document_free(struct oracle_document *document)
{
    if (document == NULL)
        return;
    memory_free(allocator_default(), document->tokens);
    memory_free(allocator_default(), document->values);
    free(document->lengths);
    free(document);
}
