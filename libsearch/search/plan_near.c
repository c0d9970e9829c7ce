/* SPDX-License-Identifier: MIT */
#include "search/plan_near.h"

#include <string.h>

#include "query/query_syntax.h"
#include "query/query_tree.h"
#include "query/query_words.h"
#include "search/plan_text.h"
#include "segment/segment_data.h"

libsearch_status plan_span_new(struct plan *plan, enum span_kind kind, size_t parts, struct plan_span **span,
                               libsearch_error *error)
{
    struct plan_span *made = arena_allocate(plan->arena, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    *made = (struct plan_span){ .kind = kind };
    made->parts = arena_allocate(plan->arena, (parts + 1) * sizeof(struct plan_span *));
    made->offsets = arena_allocate(plan->arena, (parts + 1) * sizeof *made->offsets);
    *span = made;
    return made->parts == NULL || made->offsets == NULL ? error_no_memory(error) : LIBSEARCH_OK;
}

libsearch_status plan_span_of_words(struct plan *plan, struct plan_term *terms, size_t count, float boost,
                                    struct plan_span **span, libsearch_error *error)
{
    float least = -1;
    const struct plan_term *lightest = NULL;
    for (size_t i = 0; i < count; i++) {
        if (terms[i].document_frequency == 0)
            continue;
        TRY(plan_weigh(plan, &terms[i], boost, 1, error));
        if (least < 0 || terms[i].weight < least ||
            (!(terms[i].weight > least) && terms[i].collection_frequency > lightest->collection_frequency))
            lightest = &terms[i];
        least = lightest->weight;
    }
    *span = NULL;
    if (lightest == NULL)
        return LIBSEARCH_OK;
    TRY(plan_span_new(plan, SPAN_WORDS, 0, span, error));
    (*span)->terms = terms;
    (*span)->term_count = count;
    (*span)->weight = least;
    return plan_formulas_of(plan, lightest, &(*span)->formulas, error);
}

libsearch_status plan_span_node(struct plan *plan, struct plan_span *span, const struct field *field, bool scored,
                                struct plan_node **node, libsearch_error *error)
{
    struct plan_node *made = plan_node_new(plan, span == NULL ? PLAN_NONE : PLAN_NEAR, scored);
    struct plan_term *like = arena_allocate(plan->arena, sizeof *like);
    if (made == NULL || like == NULL)
        return error_no_memory(error);
    TRY(plan_set_term(plan, field, (libsearch_bytes){ NULL, 0 }, like, error));
    made->terms = like;
    made->span = span;
    made->phrase_weight = span == NULL ? 0 : span->weight;
    if (span != NULL)
        made->formulas = span->formulas;
    *node = made;
    return LIBSEARCH_OK;
}

libsearch_status plan_span_of_term(struct plan *plan, struct plan_node *node, libsearch_error *error)
{
    TRY(plan_span_new(plan, SPAN_WORDS, 0, &node->span, error));
    node->kind = PLAN_NEAR;
    node->span->terms = node->terms;
    node->span->term_count = 1;
    node->phrase_weight = node->span->weight = node->terms[0].weight;
    TRY(plan_formulas_of(plan, &node->terms[0], &node->span->formulas, error));
    node->formulas = node->span->formulas;
    return LIBSEARCH_OK;
}

/* The dictionary's entry of a word in a list of a segment. */
static libsearch_status find_entry(const struct segment *segment, uint16_t list, const char *word, size_t length,
                                   struct term_entry *entry, uint64_t *ordinal, libsearch_error *error)
{
    char key[2 + LIBSEARCH_MAX_TERM];
    if (length > LIBSEARCH_MAX_TERM)
        return LIBSEARCH_NOT_FOUND;
    key[0] = (char)(list >> 8);
    key[1] = (char)(list & 0xFF);
    memcpy(key + 2, word, length);
    return terms_reader_find(segment->terms, key, length + 2, entry, ordinal, error);
}

libsearch_status plan_forms_find(struct plan *plan, struct plan_term *term, libsearch_bytes surface,
                                 libsearch_error *error)
{
    const struct snapshot *snapshot = plan->snapshot;
    term->forms = arena_allocate(plan->arena, (snapshot->segment_count + 1) * sizeof *term->forms);
    if (term->forms == NULL)
        return error_no_memory(error);
    for (size_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment *segment = snapshot->segments[s].segment;
        struct term_entry entry, written;
        uint64_t ordinal = 0;
        term->forms[s] = UINT32_MAX;
        libsearch_status status = find_entry(segment, term->list, term->bytes, term->length, &entry, &ordinal, error);
        if (status == LIBSEARCH_OK)
            status = find_entry(segment, term->list, surface.data, surface.length, &written, NULL, error);
        if (status == LIBSEARCH_NOT_FOUND)
            continue;
        TRY(status);
        if ((written.flags & TERM_SURFACE) && written.surface_term == ordinal)
            term->forms[s] = written.surface_form;
    }
    return LIBSEARCH_OK;
}

/* The one field of all words of a query, or NULL for several of the default group (or none named). False: their places
 * cannot be compared, as they lie in different lists, or are not kept. */
struct place_field {
    const struct field *field;
    bool known, can;
};

static libsearch_status find_field(const struct plan *plan, const libsearch_query *query, struct place_field *found,
                                   libsearch_error *error)
{
    if (query->count > 0) {
        for (size_t i = 0; i < query->count; i++)
            TRY(find_field(plan, query->children[i], found, error));
        return LIBSEARCH_OK;
    }
    const struct field *field;
    TRY(plan_field(plan, query, &field, error));
    if (field != NULL && field->type != LIBSEARCH_TEXT)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "field '%s' has no words", field->name);
    found->can = found->can && (field == NULL || (field->flags & LIBSEARCH_FIELD_NO_POSITIONS) == 0);
    if (!found->known) {
        found->field = field;
        found->known = true;
    } else if (found->field != field) {
        found->can = found->can && plan_list_of(found->field) == plan_list_of(field);
        found->field = NULL;
    }
    return LIBSEARCH_OK;
}

static libsearch_status span_of(struct plan *plan, const libsearch_query *query, float boost, struct plan_span **span,
                                libsearch_error *error);

static libsearch_status span_of_parts(struct plan *plan, const libsearch_query *query, float boost,
                                      struct plan_span **span, libsearch_error *error)
{
    struct plan_span *made;
    const bool any = query->kind == QUERY_BOOLEAN;
    TRY(plan_span_new(plan, any ? SPAN_ANY : SPAN_NEAR, query->count, &made, error));
    made->slop = query->number;
    made->ordered = (query->flags & QUERY_FLAG_ORDERED) != 0;
    *span = NULL;
    for (size_t i = 0; i < query->count; i++) {
        struct plan_span *part;
        TRY(span_of(plan, query->children[i], boost, &part, error));
        if (part == NULL && any)
            continue;
        if (part == NULL)
            return LIBSEARCH_OK;
        if (!any) {
            made->weight += part->weight;
            TRY(plan_join_formulas(plan, &made->formulas, &part->formulas, error));
        } else if (made->part_count == 0 || part->weight < made->weight) {
            made->weight = part->weight;
            made->formulas = part->formulas;
        }
        made->parts[made->part_count++] = part;
    }
    if (made->part_count > 0)
        *span = made;
    return LIBSEARCH_OK;
}

/* Gives the terms' bytes a place in the search's memory. */
static libsearch_status keep_bytes(struct plan *plan, struct plan_span *span, libsearch_error *error)
{
    for (size_t i = 0; i < span->term_count; i++) {
        span->terms[i].bytes = arena_duplicate(plan->arena, span->terms[i].bytes, span->terms[i].length);
        if (span->terms[i].bytes == NULL)
            return error_no_memory(error);
    }
    for (size_t i = 0; i < span->part_count; i++)
        TRY(keep_bytes(plan, span->parts[i], error));
    return LIBSEARCH_OK;
}

/* The next word of the text, cut at white space; false: there is none. */
static bool next_word(libsearch_bytes text, size_t *at, libsearch_bytes *word)
{
    while (*at < text.length && syntax_space(text, *at) > 0)
        *at += syntax_space(text, *at);
    const size_t start = *at;
    while (*at < text.length && syntax_space(text, *at) == 0)
        ++*at;
    *word = (libsearch_bytes){ text.data + start, *at - start };
    return word->length > 0;
}

/* Any of the words of a text; each, where it is cut further, as a phrase. */
static libsearch_status span_of_words(struct plan *plan, const libsearch_query *query, const struct field *field,
                                      float boost, struct plan_span **span, libsearch_error *error)
{
    libsearch_query word = *query;
    size_t at = 0, count = 0;
    while (next_word(query->text, &at, &word.text))
        count++;
    if (count <= 1)
        return plan_span_of_text(plan, query, field, boost, span, error);
    struct plan_span *made;
    TRY(plan_span_new(plan, SPAN_ANY, count, &made, error));
    for (at = 0; next_word(query->text, &at, &word.text);) {
        struct plan_span *part = NULL;
        word.words = NULL;
        libsearch_status status = plan_span_of_text(plan, &word, field, boost, &part, error);
        if (status == LIBSEARCH_OK && part != NULL)
            status = keep_bytes(plan, part, error);
        query_words_free(word.allocator, word.words);
        TRY(status);
        if (part == NULL)
            continue;
        if (made->part_count == 0 || part->weight < made->weight) {
            made->weight = part->weight;
            made->formulas = part->formulas;
        }
        made->parts[made->part_count++] = part;
    }
    *span = made->part_count == 0 ? NULL : made;
    return LIBSEARCH_OK;
}

/* Recursion is bounded by the query's depth. *span NULL: no document has it. */
static libsearch_status span_of(struct plan *plan, const libsearch_query *query, float boost, struct plan_span **span,
                                libsearch_error *error)
{
    const struct field *field;
    libsearch_bytes pattern;
    struct plan_term *terms;
    size_t count;
    switch (query->kind) {
    case QUERY_BOOST: return span_of(plan, query->children[0], boost * query->factor, span, error);
    case QUERY_BOOLEAN:
    case QUERY_NEAR: return span_of_parts(plan, query, boost, span, error);
    case QUERY_TEXT:
        TRY(plan_field(plan, query, &field, error));
        return span_of_words(plan, query, field, boost, span, error);
    case QUERY_PHRASE:
        TRY(plan_field(plan, query, &field, error));
        return plan_span_of_text(plan, query, field, boost, span, error);
    default:
        TRY(plan_field(plan, query, &field, error));
        TRY(plan_fold(plan, field, query->text, &pattern, error));
        TRY(plan_words_like(plan, query, field, query->kind, pattern, &terms, &count, error));
        return plan_span_of_words(plan, terms, count, boost, span, error);
    }
}

/* All parts, wherever they stand. */
static libsearch_status plan_together(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                                      struct plan_node **node, libsearch_error *error)
{
    struct plan_node *made = plan_node_new(plan, PLAN_BOOLEAN, scored);
    if (made == NULL)
        return error_no_memory(error);
    made->children = arena_allocate(plan->arena, (query->count + 1) * sizeof(struct plan_node *));
    made->occurs = arena_allocate(plan->arena, query->count + 1);
    if (made->children == NULL || made->occurs == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < query->count; i++) {
        TRY(plan_any(plan, query->children[i], boost, scored, &made->children[i], error));
        made->occurs[i] = LIBSEARCH_MUST;
        if (made->children[i]->kind == PLAN_NONE)
            made->kind = PLAN_NONE;
    }
    made->child_count = query->count;
    *node = made;
    return LIBSEARCH_OK;
}

libsearch_status plan_near(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                           struct plan_node **node, libsearch_error *error)
{
    struct place_field found = { NULL, false, true };
    struct plan_span *span = NULL;
    if (query->count == 0)
        return plan_span_node(plan, NULL, NULL, scored, node, error);
    bool can = query_has_places(query);
    if (can)
        TRY(find_field(plan, query, &found, error));
    can = can && found.can;
    if (!can && !plan->lenient)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED,
                            "only words of fields with positions can be near each other, and of one field where it "
                            "has lists of its own");
    if (!can) {
        TRY(plan_warn(plan, query, error, "these cannot be near each other; all of them are looked for"));
        return plan_together(plan, query, boost, scored, node, error);
    }
    TRY(span_of(plan, query, boost, &span, error));
    return plan_span_node(plan, span, found.field, scored, node, error);
}
