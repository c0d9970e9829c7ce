/* SPDX-License-Identifier: MIT */
#include "watch/condition_match.h"

#include <string.h>

#include "watch/word_patterns.h"

void matching_init(struct matching *matching, const libsearch_allocator *allocator, struct inspection *inspection)
{
    *matching = (struct matching){ .allocator = allocator, .inspection = inspection };
    arena_init(&matching->scratch, allocator);
}

void matching_free(struct matching *matching)
{
    memory_free(matching->allocator, matching->present);
    memory_free(matching->allocator, matching->touched);
    memory_free(matching->allocator, matching->patterns);
    memory_free(matching->allocator, matching->pattern_terms);
    memory_free(matching->allocator, matching->term_marks);
    arena_free(&matching->scratch);
}

bool matching_fail(struct matching *matching, libsearch_status status)
{
    if (matching->status == LIBSEARCH_OK)
        matching->status = status;
    return false;
}

void matching_start(struct matching *matching, const struct dictionary *dictionary, const struct schema *schema)
{
    for (size_t i = 0; i < matching->touched_count; i++)
        matching->present[matching->touched[i]] = 0;
    matching->touched_count = matching->pattern_count = matching->pattern_term_count = 0;
    matching->dictionary = dictionary;
    matching->schema = schema;
    matching->status = LIBSEARCH_OK;
    const size_t before = matching->present_capacity;
    if (!memory_grow(matching->allocator, &matching->present, &matching->present_capacity, dictionary->count,
                     sizeof *matching->present)) {
        matching_fail(matching, LIBSEARCH_NO_MEMORY);
        return;
    }
    if (matching->present_capacity > before)
        memset(matching->present + before, 0, (matching->present_capacity - before) * sizeof *matching->present);
    const size_t terms = matching->inspection->term_count;
    if (!memory_grow(matching->allocator, &matching->term_marks, &matching->term_mark_capacity, terms + 1,
                     sizeof *matching->term_marks)) {
        matching_fail(matching, LIBSEARCH_NO_MEMORY);
        return;
    }
    memset(matching->term_marks, 0, terms * sizeof *matching->term_marks);
}

bool matching_note(struct matching *matching, uint32_t key, uint32_t value)
{
    if (!memory_grow(matching->allocator, &matching->touched, &matching->touched_capacity, matching->touched_count + 1,
                     sizeof *matching->touched))
        return matching_fail(matching, LIBSEARCH_NO_MEMORY);
    matching->touched[matching->touched_count++] = key;
    matching->present[key] = value;
    return true;
}

static bool add_pattern_term(struct matching *matching, struct pattern_terms *terms, uint32_t term)
{
    if (matching->term_marks[term] == matching->pattern_count + 1)
        return true;
    matching->term_marks[term] = (uint32_t)matching->pattern_count + 1;
    if (!memory_grow(matching->allocator, &matching->pattern_terms, &matching->pattern_term_capacity,
                     matching->pattern_term_count + 1, sizeof *matching->pattern_terms))
        return matching_fail(matching, LIBSEARCH_NO_MEMORY);
    matching->pattern_terms[matching->pattern_term_count++] = term;
    terms->count++;
    return true;
}

struct pattern_terms matching_pattern(struct matching *matching, const struct condition_node *node)
{
    const struct inspection *inspection = matching->inspection;
    const struct dictionary_entry *entry = &matching->dictionary->entries[node->key];
    struct pattern_terms found = { (uint32_t)matching->pattern_term_count, 0 };
    if (matching->present[node->key] != 0)
        return matching->patterns[matching->present[node->key] - 1];
    for (size_t i = 0; i < inspection->form_count && matching->status == LIBSEARCH_OK; i++) {
        const struct inspected_form *form = &inspection->forms[i];
        if (form->list == entry->list && word_pattern_fits(entry, form->surface, form->length))
            add_pattern_term(matching, &found, form->term);
        if (i % 16 == 15 && matching->poll != NULL)
            matching_fail(matching, matching->poll(matching->poll_context));
    }
    if (!memory_grow(matching->allocator, &matching->patterns, &matching->pattern_capacity, matching->pattern_count + 1,
                     sizeof *matching->patterns)) {
        matching_fail(matching, LIBSEARCH_NO_MEMORY);
        return (struct pattern_terms){ 0, 0 };
    }
    matching->patterns[matching->pattern_count++] = found;
    matching_note(matching, node->key, (uint32_t)matching->pattern_count);
    return found;
}

/* Whether a term stands in the field. */
static bool term_in_field(struct matching *matching, uint32_t term, uint16_t field)
{
    const struct inspection *inspection = matching->inspection;
    if (field == SCHEMA_NO_FIELD)
        return true;
    const struct inspected_term *found = &inspection->terms[term];
    for (uint32_t i = 0; i < found->count && matching_goes_on(matching); i++)
        if (inspection->tokens[inspection->order[found->first + i]].field == field)
            return true;
    return false;
}

static bool term_matches(struct matching *matching, const struct condition_node *node)
{
    const struct inspection *inspection = matching->inspection;
    const uint32_t number = matching->present[node->key];
    if (number == 0)
        return false;
    if (node->field == SCHEMA_NO_FIELD)
        return true;
    if (matching->dictionary->entries[node->key].kind == KEY_TERM)
        return term_in_field(matching, number - 1, node->field);
    const struct inspected_term *term = &inspection->terms[inspection->forms[number - 1].term];
    for (uint32_t i = 0; i < term->count && matching_goes_on(matching); i++) {
        const struct inspected_token *token = &inspection->tokens[inspection->order[term->first + i]];
        if (token->form == number - 1 && token->field == node->field)
            return true;
    }
    return false;
}

static bool pattern_matches(struct matching *matching, const struct condition_node *node)
{
    const struct pattern_terms found = matching_pattern(matching, node);
    for (uint32_t i = 0; i < found.count; i++)
        if (term_in_field(matching, matching->pattern_terms[found.first + i], node->field))
            return true;
    return false;
}

static bool range_matches(const struct matching *matching, const struct condition_node *node)
{
    const struct inspection *inspection = matching->inspection;
    const struct inspected_field *field = &inspection->fields[node->field];
    const bool real = matching->schema->fields[node->field]->type == LIBSEARCH_FLOAT;
    for (uint32_t i = 0; i < field->values; i++) {
        const struct document_value *value = inspection->values[field->first_value + i];
        if (real ? value->number >= node->low.real && value->number <= node->high.real
                 : value->integer >= node->low.integer && value->integer <= node->high.integer)
            return true;
    }
    return false;
}

static bool boolean_matches(struct matching *matching, const struct condition_node *nodes, uint32_t number)
{
    const struct condition_node *node = &nodes[number];
    uint32_t wanted = node->number;
    for (uint32_t part = number + 1; part < node->end; part = nodes[part].end) {
        const uint8_t occur = nodes[part].occur;
        if (!matching_goes_on(matching))
            return false;
        if (occur == LIBSEARCH_SHOULD) {
            if (wanted > 0 && node_matches(matching, nodes, part))
                wanted--;
        } else if (node_matches(matching, nodes, part) == (occur == LIBSEARCH_MUST_NOT)) {
            return false;
        }
    }
    return wanted == 0;
}

static bool places_match(struct matching *matching, const struct condition_node *nodes, uint32_t number)
{
    struct places places = { .count = 0 };
    bool can = false;
    if (nodes[number].kind == CONDITION_PHRASE) {
        const bool stands = phrase_stands(matching, nodes, number, &can);
        if (can)
            return stands;
    }
    const bool found = node_places(matching, nodes, number, &places) && places.count > 0;
    arena_reset(&matching->scratch);
    return found;
}

bool node_matches(struct matching *matching, const struct condition_node *nodes, uint32_t number)
{
    const struct condition_node *node = &nodes[number];
    switch ((enum condition_kind)node->kind) {
    case CONDITION_NONE: return false;
    case CONDITION_ALL: return true;
    case CONDITION_TERM: return term_matches(matching, node);
    case CONDITION_PATTERN: return pattern_matches(matching, node);
    case CONDITION_RANGE: return range_matches(matching, node);
    case CONDITION_EXISTS:
        return matching->schema->fields[node->field]->type == LIBSEARCH_TEXT
                   ? matching->inspection->fields[node->field].words > 0
                   : matching->inspection->fields[node->field].values > 0;
    case CONDITION_BOOLEAN: return boolean_matches(matching, nodes, number);
    case CONDITION_PHRASE:
    case CONDITION_NEAR:
    case CONDITION_ANY: return places_match(matching, nodes, number);
    }
    return false;
}

bool condition_matches(struct matching *matching, const struct condition *condition)
{
    return node_matches(matching, condition->nodes, 0) && matching->status == LIBSEARCH_OK;
}
