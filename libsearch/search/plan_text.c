/* SPDX-License-Identifier: MIT */
#include "search/plan_text.h"

#include <string.h>

#include "query/query_words.h"

/* A word of the question, and how often the question has it; 0: it is the same as an earlier one. */
struct word {
    const char *term;
    size_t length;
    uint32_t position;
    bool whole, stop;
    uint32_t count;
};

struct words {
    struct word *words;
    size_t count;
};

/* The analyzer of a field's words: the group shares one. */
static const struct analyzer *analyzer_of(const struct plan *plan, const struct field *field)
{
    return field != NULL ? field->analyzer : plan->snapshot->schema->analyzers[0];
}

/* The words of the query's text, in memory of this search's, as the steps below leave some out. */
static libsearch_status analyze(struct plan *plan, const struct field *field, const libsearch_query *query,
                                struct words *words, libsearch_error *error)
{
    const struct query_words *kept;
    TRY(query_words_of(query, analyzer_of(plan, field), &kept, error));
    words->words = arena_allocate(plan->arena, (kept->count + 1) * sizeof *words->words);
    if (words->words == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < kept->count; i++) {
        const struct query_word *word = &kept->words[i];
        words->words[i] = (struct word){ word->term, word->length, word->position, word->whole, word->stop, 1 };
    }
    words->count = kept->count;
    return LIBSEARCH_OK;
}

/* Leaves out the stop words, unless nothing would be left. */
static void drop_stops(struct words *words)
{
    size_t kept = 0;
    for (size_t i = 0; i < words->count; i++)
        kept += !words->words[i].stop;
    if (kept == 0 || kept == words->count)
        return;
    size_t to = 0;
    for (size_t i = 0; i < words->count; i++)
        if (!words->words[i].stop)
            words->words[to++] = words->words[i];
    words->count = to;
}

/* Where all words must match, those of compounds as wholes are no conditions (where the parts are, the whole is, and
 * the parts are what others wrote apart), unless nothing would be left: the parts of to-do are stop words. */
static void drop_wholes(struct words *words)
{
    size_t kept = 0;
    for (size_t i = 0; i < words->count; i++)
        kept += !words->words[i].whole;
    if (kept == 0 || kept == words->count)
        return;
    size_t to = 0;
    for (size_t i = 0; i < words->count; i++)
        if (!words->words[i].whole)
            words->words[to++] = words->words[i];
    words->count = to;
}

/* Counts the repetitions of a word at its first place. Questions are short; long ones are bounded by their clauses. */
static libsearch_status count_repetitions(struct plan *plan, struct words *words, libsearch_error *error)
{
    size_t slots = 64;
    while (slots < words->count * 2)
        slots *= 2;
    uint32_t *table = arena_allocate(plan->arena, slots * sizeof *table);
    if (table == NULL)
        return error_no_memory(error);
    memset(table, 0, slots * sizeof *table);
    for (size_t i = 0; i < words->count; i++) {
        struct word *word = &words->words[i];
        uint32_t hash = 2166136261u; /* FNV-1a */
        for (size_t c = 0; c < word->length; c++)
            hash = (hash ^ (unsigned char)word->term[c]) * 16777619u;
        for (size_t slot = hash & (slots - 1);; slot = (slot + 1) & (slots - 1)) {
            if (table[slot] == 0) {
                table[slot] = (uint32_t)i + 1;
                break;
            }
            struct word *earlier = &words->words[table[slot] - 1];
            if (earlier->length == word->length && memcmp(earlier->term, word->term, word->length) == 0) {
                earlier->count++;
                word->count = 0;
                break;
            }
        }
    }
    return LIBSEARCH_OK;
}

static void set_term(struct plan *plan, const struct field *field, const struct word *word, struct plan_term *term)
{
    *term = (struct plan_term){ .list = plan_list_of(field),
                                .field = field != NULL && field->in_group ? field->number : SCHEMA_NO_FIELD,
                                .bytes = word->term,
                                .length = word->length,
                                .norms = plan_norms(plan, field),
                                .weighted = field == NULL && model_is_weighted(plan->model) };
}

/* A term's node; PLAN_NONE where no document has it. */
static libsearch_status term_node(struct plan *plan, const struct field *field, const struct word *word, float boost,
                                  bool scored, struct plan_node **node, libsearch_error *error)
{
    struct plan_node *made = plan_node_new(plan, PLAN_TERM, scored);
    struct plan_term *term = arena_allocate(plan->arena, sizeof *term);
    if (made == NULL || term == NULL)
        return error_no_memory(error);
    set_term(plan, field, word, term);
    if (term->norms == NULL)
        return error_no_memory(error);
    TRY(plan_term_find(plan, term, error));
    if (term->document_frequency == 0)
        made->kind = PLAN_NONE;
    else
        term->weight = boost * model_weight(plan->model, plan->documents, term->document_frequency,
                                            term->collection_frequency, word->count == 0 ? 1 : word->count);
    made->terms = term;
    made->term_count = 1;
    *node = made;
    return LIBSEARCH_OK;
}

static struct plan_node *boolean_node(struct plan *plan, size_t count, bool scored, unsigned minimum)
{
    struct plan_node *node = plan_node_new(plan, PLAN_BOOLEAN, scored);
    if (node == NULL)
        return NULL;
    node->children = arena_allocate(plan->arena, (count + 1) * sizeof(struct plan_node *));
    node->occurs = arena_allocate(plan->arena, count + 1);
    node->minimum = minimum;
    return node->children == NULL || node->occurs == NULL ? NULL : node;
}

static void add_child(struct plan_node *node, struct plan_node *child, uint8_t occur)
{
    node->children[node->child_count] = child;
    node->occurs[node->child_count++] = occur;
}

/* How much a compound as a whole counts beside its parts in a union: it is what makes e-mail find email, and its parts
 * have said most of it already. Half was the best of one, half and none on judged collections (docs/ranking.md). */
static const float WHOLE_WEIGHT = 0.5f;

/* One of several, any of which may match. */
static libsearch_status plan_union(struct plan *plan, const struct field *field, const struct words *words,
                                   float boost, bool scored, struct plan_node **node, libsearch_error *error)
{
    struct plan_node *made = boolean_node(plan, words->count, scored, 1);
    if (made == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < words->count; i++) {
        struct plan_node *child;
        if (words->words[i].count == 0)
            continue;
        const float weight = words->words[i].whole ? boost * WHOLE_WEIGHT : boost;
        TRY(term_node(plan, field, &words->words[i], weight, scored, &child, error));
        if (child->kind != PLAN_NONE)
            add_child(made, child, LIBSEARCH_SHOULD);
    }
    if (made->child_count == 0)
        made->kind = PLAN_NONE;
    *node = made->child_count == 1 ? made->children[0] : made;
    return LIBSEARCH_OK;
}

/* All must match. */
static libsearch_status plan_all(struct plan *plan, const struct field *field, const struct words *words, float boost,
                                 bool scored, struct plan_node **node, libsearch_error *error)
{
    struct plan_node *made = boolean_node(plan, words->count, scored, 0);
    if (made == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < words->count; i++) {
        struct plan_node *child;
        if (words->words[i].count == 0)
            continue;
        TRY(term_node(plan, field, &words->words[i], boost, scored, &child, error));
        if (child->kind == PLAN_NONE) {
            *node = child;
            return LIBSEARCH_OK;
        }
        add_child(made, child, LIBSEARCH_MUST);
    }
    if (made->child_count == 0)
        made->kind = PLAN_NONE;
    *node = made->child_count == 1 ? made->children[0] : made;
    return LIBSEARCH_OK;
}

static libsearch_status check_text_field(const struct plan *plan, const libsearch_query *query,
                                         const struct field **field, libsearch_error *error)
{
    TRY(plan_field(plan, query, field, error));
    if (query->flags & QUERY_FLAG_EXACT)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED, "words in their exact form");
    if (*field != NULL && (*field)->type != LIBSEARCH_TEXT)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "field '%s' has no words",
                            (*field)->name);
    return LIBSEARCH_OK;
}

libsearch_status plan_text(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                           struct plan_node **node, libsearch_error *error)
{
    const struct field *field;
    struct words words;
    TRY(check_text_field(plan, query, &field, error));
    TRY(analyze(plan, field, query, &words, error));
    if (!(query->flags & QUERY_FLAG_KEEP_STOPS))
        drop_stops(&words);
    if (query->flags & QUERY_FLAG_ALL)
        drop_wholes(&words);
    TRY(count_repetitions(plan, &words, error));
    if (query->flags & QUERY_FLAG_ALL)
        return plan_all(plan, field, &words, boost, scored, node, error);
    return plan_union(plan, field, &words, boost, scored, node, error);
}

libsearch_status plan_phrase(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                             struct plan_node **node, libsearch_error *error)
{
    const struct field *field;
    struct words words;
    TRY(check_text_field(plan, query, &field, error));
    if (field != NULL && (field->flags & LIBSEARCH_FIELD_NO_POSITIONS))
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED,
                            "field '%s' has no positions, which phrases need", field->name);
    if (query->flags & QUERY_FLAG_LAST_PREFIX)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED, "a phrase with a last prefix");
    TRY(analyze(plan, field, query, &words, error));
    size_t count = 0;
    for (size_t i = 0; i < words.count; i++)
        if (!words.words[i].whole)
            words.words[count++] = words.words[i];
    words.count = count;
    if (count == 1)
        return term_node(plan, field, &words.words[0], boost, scored, node, error);
    struct plan_node *made = plan_node_new(plan, count == 0 ? PLAN_NONE : PLAN_PHRASE, scored);
    if (made == NULL)
        return error_no_memory(error);
    *node = made;
    made->terms = arena_allocate(plan->arena, (count + 1) * sizeof *made->terms);
    made->offsets = arena_allocate(plan->arena, (count + 1) * sizeof *made->offsets);
    if (made->terms == NULL || made->offsets == NULL)
        return error_no_memory(error);
    made->slop = query->number;
    made->term_count = count;
    for (size_t i = 0; i < count; i++) {
        struct plan_term *term = &made->terms[i];
        set_term(plan, field, &words.words[i], term);
        if (term->norms == NULL)
            return error_no_memory(error);
        TRY(plan_term_find(plan, term, error));
        if (term->document_frequency == 0) {
            made->kind = PLAN_NONE;
            return LIBSEARCH_OK;
        }
        term->weight = boost * model_weight(plan->model, plan->documents, term->document_frequency,
                                            term->collection_frequency, 1);
        made->phrase_weight += term->weight;
        made->offsets[i] = words.words[i].position - words.words[0].position;
    }
    return LIBSEARCH_OK;
}
