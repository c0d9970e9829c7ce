/* SPDX-License-Identifier: MIT */
#include "search/plan_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/merge_sort.h"
#include "query/in_line.h"
#include "query/query_words.h"
#include "search/plan_near.h"

/* A word of the question, and how often the question has it; 0: it is the same as an earlier one. */
struct word {
    const struct query_word *is;
    uint32_t count;
};

static libsearch_bytes term_of(const struct word *word)
{
    return (libsearch_bytes){ word->is->term, word->is->length };
}

static libsearch_bytes surface_of(const struct word *word)
{
    return (libsearch_bytes){ word->is->surface, word->is->surface_length };
}

struct words {
    struct word *words;
    size_t count;
    bool exact; /* words count in the form in which they are written here */
};

/* So many different words of a question that people typed are looked for; of longer ones, those that weigh most. */
enum { MOST_WORDS = 1024 };

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
    TRY(query_words_of(query, analyzer_of(plan, field), plan->poll, plan->poll_context, &kept, error));
    words->words = arena_allocate(plan->arena, (kept->count + 1) * sizeof *words->words);
    if (words->words == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < kept->count; i++)
        words->words[i] = (struct word){ &kept->words[i], 1 };
    TRY(plan_poll(plan));
    words->count = kept->count;
    words->exact = (query->flags & QUERY_FLAG_EXACT) != 0;
    if (!kept->cut)
        return LIBSEARCH_OK;
    if (!plan->lenient)
        return error_set(error, LIBSEARCH_LIMIT, "the query has more than %d words", LIBSEARCH_MAX_CLAUSES);
    return plan_warn(plan, query, error, "only the first %d words are looked at", LIBSEARCH_MAX_CLAUSES);
}

/* Leaves out the stop words, unless nothing would be left. */
static void drop_stops(struct words *words)
{
    size_t kept = 0;
    for (size_t i = 0; i < words->count; i++)
        kept += !words->words[i].is->stop;
    if (kept == 0 || kept == words->count)
        return;
    size_t to = 0;
    for (size_t i = 0; i < words->count; i++)
        if (!words->words[i].is->stop)
            words->words[to++] = words->words[i];
    words->count = to;
}

/* Where all words must match, those of compounds as wholes are no conditions (where the parts are, the whole is, and
 * the parts are what others wrote apart), unless nothing would be left: the parts of to-do are stop words. */
static void drop_wholes(struct words *words)
{
    size_t kept = 0;
    for (size_t i = 0; i < words->count; i++)
        kept += !words->words[i].is->whole;
    if (kept == 0 || kept == words->count)
        return;
    size_t to = 0;
    for (size_t i = 0; i < words->count; i++)
        if (!words->words[i].is->whole)
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
    TRY(plan_poll(plan));
    for (size_t i = 0; i < words->count; i++) {
        struct word *word = &words->words[i];
        if (i % 1024 == 1023)
            TRY(plan_poll(plan));
        const libsearch_bytes name = words->exact ? surface_of(word) : term_of(word);
        uint32_t hash = 2166136261u; /* FNV-1a */
        for (size_t c = 0; c < name.length; c++)
            hash = (hash ^ (unsigned char)name.data[c]) * 16777619u;
        for (size_t slot = hash & (slots - 1);; slot = (slot + 1) & (slots - 1)) {
            if (table[slot] == 0) {
                table[slot] = (uint32_t)i + 1;
                break;
            }
            struct word *earlier = &words->words[table[slot] - 1];
            const libsearch_bytes other = words->exact ? surface_of(earlier) : term_of(earlier);
            if (other.length == name.length && memcmp(other.data, name.data, name.length) == 0) {
                earlier->count++;
                word->count = 0;
                break;
            }
        }
    }
    return LIBSEARCH_OK;
}

libsearch_status plan_set_term(struct plan *plan, const struct field *field, libsearch_bytes word,
                               struct plan_term *term, libsearch_error *error)
{
    *term = (struct plan_term){ .list = plan_list_of(field),
                                .field = field != NULL && field->in_group ? field->number : SCHEMA_NO_FIELD,
                                .bytes = word.data,
                                .length = word.length,
                                .norms = plan_norms(plan, field),
                                .weighted = field == NULL && model_is_weighted(plan->model) };
    return term->norms == NULL ? error_no_memory(error) : LIBSEARCH_OK;
}

/* A term's node; PLAN_NONE where no document has it. */
static libsearch_status term_node(struct plan *plan, const struct field *field, const struct word *word, bool exact,
                                  float boost, bool scored, struct plan_node **node, libsearch_error *error)
{
    struct plan_node *made = plan_node_new(plan, PLAN_TERM, scored);
    struct plan_term *term = arena_allocate(plan->arena, sizeof *term);
    if (made == NULL || term == NULL)
        return error_no_memory(error);
    TRY(plan_set_term(plan, field, term_of(word), term, error));
    TRY(plan_term_find(plan, term, error));
    if (term->document_frequency == 0)
        made->kind = PLAN_NONE;
    else
        TRY(plan_weigh(plan, term, boost, word->count == 0 ? 1 : word->count, error));
    made->terms = term;
    made->term_count = 1;
    *node = made;
    if (exact && made->kind == PLAN_TERM) {
        TRY(plan_forms_find(plan, term, surface_of(word), error));
        return plan_span_of_term(plan, made, error);
    }
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
 * have said most of it already. On judged collections half and none are alike, and better than one (docs/ranking.md). */
static const float WHOLE_WEIGHT = 0.5f;

static int falling(const void *a, const void *b)
{
    const float one = *(const float *)a, other = *(const float *)b;
    return (one < other) - (one > other);
}

static float weight_of(const struct plan_node *node)
{
    return node->kind == PLAN_NEAR ? node->phrase_weight : node->terms[0].weight;
}

/* Keeps the `most` children that weigh most, of equal ones the first, in their order. */
static libsearch_status keep_heaviest(struct plan *plan, struct plan_node *node, size_t most, libsearch_error *error)
{
    float *weights = arena_allocate(plan->arena, node->child_count * sizeof *weights);
    float *scratch = arena_allocate(plan->arena, node->child_count * sizeof *scratch);
    if (weights == NULL || scratch == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < node->child_count; i++)
        weights[i] = weight_of(node->children[i]);
    TRY(merge_sort(weights, scratch, node->child_count, sizeof *weights, falling, plan->poll, plan->poll_context));
    const float least = weights[most - 1];
    size_t above = 0, kept = 0;
    for (size_t i = 0; i < node->child_count; i++)
        above += weight_of(node->children[i]) > least;
    size_t equal = most - above;
    for (size_t i = 0; i < node->child_count; i++) {
        const float weight = weight_of(node->children[i]);
        if (weight > least || (!(weight < least) && equal > 0)) {
            equal -= !(weight > least);
            node->children[kept++] = node->children[i];
        }
    }
    node->child_count = kept;
    return LIBSEARCH_OK;
}

/* One of several, any of which may match. */
static libsearch_status plan_union(struct plan *plan, const struct field *field, const libsearch_query *query,
                                   const struct words *words, float boost, bool scored, struct plan_node **node,
                                   libsearch_error *error)
{
    struct plan_node *made = boolean_node(plan, words->count, scored, 1);
    if (made == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < words->count; i++) {
        struct plan_node *child;
        if (words->words[i].count == 0)
            continue;
        const float weight = words->words[i].is->whole ? boost * WHOLE_WEIGHT : boost;
        TRY(term_node(plan, field, &words->words[i], words->exact, weight, scored, &child, error));
        if (child->kind != PLAN_NONE)
            add_child(made, child, LIBSEARCH_SHOULD);
    }
    if (plan->lenient && made->child_count > MOST_WORDS) {
        TRY(keep_heaviest(plan, made, MOST_WORDS, error));
        TRY(plan_warn(plan, query, error, "only the %d words that say most are looked for", MOST_WORDS));
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
        TRY(term_node(plan, field, &words->words[i], words->exact, boost, scored, &child, error));
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
    if (*field != NULL && (*field)->type != LIBSEARCH_TEXT)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "field '%s' has no words",
                            (*field)->name);
    return LIBSEARCH_OK;
}

/* A field without positions has neither phrases nor forms. *can: whether to go on with them. */
static libsearch_status check_positions(struct plan *plan, const libsearch_query *query, const struct field *field,
                                        const char *what, bool *can, libsearch_error *error)
{
    *can = field == NULL || (field->flags & LIBSEARCH_FIELD_NO_POSITIONS) == 0;
    if (*can)
        return LIBSEARCH_OK;
    if (!plan->lenient)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED,
                            "field '%s' has no positions, which %s need", field->name, what);
    return plan_warn(plan, query, error, "field '%s' has no positions, which %s need; its words are looked for",
                     field->name, what);
}

libsearch_status plan_text(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                           struct plan_node **node, libsearch_error *error)
{
    const struct field *field;
    struct words words;
    TRY(check_text_field(plan, query, &field, error));
    TRY(analyze(plan, field, query, &words, error));
    if (words.exact)
        TRY(check_positions(plan, query, field, "exact forms", &words.exact, error));
    if (!(query->flags & QUERY_FLAG_KEEP_STOPS))
        drop_stops(&words);
    if (query->flags & QUERY_FLAG_ALL)
        drop_wholes(&words);
    TRY(count_repetitions(plan, &words, error));
    if (query->flags & QUERY_FLAG_ALL)
        return plan_all(plan, field, &words, boost, scored, node, error);
    return plan_union(plan, field, query, &words, boost, scored, node, error);
}

/* The words of a phrase, without those that are compounds as wholes. */
static libsearch_status phrase_words(struct plan *plan, const struct field *field, const libsearch_query *query,
                                     struct words *words, libsearch_error *error)
{
    TRY(analyze(plan, field, query, words, error));
    size_t count = 0;
    for (size_t i = 0; i < words->count; i++)
        if (!words->words[i].is->whole)
            words->words[count++] = words->words[i];
    words->count = count;
    return plan_poll(plan);
}

/* The words that the last word of a phrase stands for. */
static libsearch_status words_of_prefix(struct plan *plan, const struct field *field, const libsearch_query *query,
                                        const struct word *word, struct plan_term **terms, size_t *count,
                                        libsearch_error *error)
{
    return plan_words_like(plan, query, field, QUERY_PREFIX, surface_of(word), terms, count, error);
}

static int compare_terms(const void *a, const void *b)
{
    const struct plan_term *one = a, *other = b;
    const size_t shorter = one->length < other->length ? one->length : other->length;
    const int difference = shorter == 0 ? 0 : memcmp(one->bytes, other->bytes, shorter);
    return difference != 0 ? difference : (one->length > other->length) - (one->length < other->length);
}

/* Finds the words of a sloppy phrase that are the same. last: the words that its last one, a prefix, stands for, by
 * their bytes; NULL: it is a word like the others. */
static libsearch_status find_repeats(struct plan *plan, const struct words *words, const struct plan_span *last,
                                     struct plan_repeats *repeats, libsearch_error *error)
{
    const size_t plain = last == NULL ? words->count : words->count - 1;
    struct in_line_name *names = arena_allocate(plan->arena, (words->count + 1) * sizeof *names);
    const struct in_line_name **order =
        arena_allocate(plan->arena, (words->count + 1) * sizeof(const struct in_line_name *));
    void *scratch = arena_allocate(plan->arena, (words->count / 2 + 1) * sizeof(const struct in_line_name *));
    repeats->next = arena_allocate(plan->arena, (words->count + 1) * sizeof *repeats->next);
    repeats->in_last = arena_allocate(plan->arena, words->count + 1);
    if (names == NULL || order == NULL || scratch == NULL || repeats->next == NULL || repeats->in_last == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < plain; i++)
        names[i] = (struct in_line_name){ term_of(&words->words[i]),
                                          words->exact ? surface_of(&words->words[i]) : (libsearch_bytes){ NULL, 0 } };
    TRY(in_line_same(names, plain, order, scratch, repeats->next, plan->poll, plan->poll_context));
    repeats->next[words->count - 1] = 0;
    memset(repeats->in_last, 0, words->count);
    for (size_t i = 0; i < plain && last != NULL; i++) {
        const struct plan_term like = { .bytes = words->words[i].is->term, .length = words->words[i].is->length };
        repeats->in_last[i] = bsearch(&like, last->terms, last->term_count, sizeof like, compare_terms) != NULL;
    }
    return LIBSEARCH_OK;
}

libsearch_status plan_span_of_text(struct plan *plan, const libsearch_query *query, const struct field *field,
                                   float boost, struct plan_span **span, libsearch_error *error)
{
    struct words words;
    struct plan_span *made;
    *span = NULL;
    TRY(phrase_words(plan, field, query, &words, error));
    if (words.count == 0)
        return LIBSEARCH_OK;
    TRY(plan_span_new(plan, SPAN_PHRASE, words.count, &made, error));
    made->slop = query->kind == QUERY_PHRASE ? query->number : 0;
    for (size_t i = 0; i < words.count; i++) {
        const struct word *word = &words.words[i];
        const bool prefix = i + 1 == words.count && (query->flags & QUERY_FLAG_LAST_PREFIX) != 0;
        struct plan_term *terms = arena_allocate(plan->arena, sizeof *terms);
        size_t count = 1;
        if (terms == NULL)
            return error_no_memory(error);
        if (prefix) {
            TRY(words_of_prefix(plan, field, query, word, &terms, &count, error));
        } else {
            TRY(plan_set_term(plan, field, term_of(word), terms, error));
            TRY(plan_term_find(plan, terms, error));
            if (words.exact)
                TRY(plan_forms_find(plan, terms, surface_of(word), error));
        }
        struct plan_span *part;
        TRY(plan_span_of_words(plan, terms, count, boost, &part, error));
        if (part == NULL)
            return LIBSEARCH_OK;
        made->offsets[i] = word->is->position - words.words[0].is->position;
        made->parts[made->part_count++] = part;
        made->weight += part->weight;
        TRY(plan_join_formulas(plan, &made->formulas, &part->formulas, error));
    }
    *span = made->part_count == 1 ? made->parts[0] : made;
    if (made->slop == 0)
        return LIBSEARCH_OK;
    const bool prefix = (query->flags & QUERY_FLAG_LAST_PREFIX) != 0;
    return find_repeats(plan, &words, prefix ? made->parts[made->part_count - 1] : NULL, &made->repeats, error);
}

/* A phrase whose last word is a prefix, or whose words are as they are written. */
static libsearch_status plan_phrase_spans(struct plan *plan, const libsearch_query *query, const struct field *field,
                                          float boost, bool scored, struct plan_node **node, libsearch_error *error)
{
    struct plan_span *span;
    TRY(plan_span_of_text(plan, query, field, boost, &span, error));
    return plan_span_node(plan, span, field, scored, node, error);
}

libsearch_status plan_phrase(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                             struct plan_node **node, libsearch_error *error)
{
    const struct field *field;
    struct words words;
    bool can;
    TRY(check_text_field(plan, query, &field, error));
    TRY(check_positions(plan, query, field, "phrases", &can, error));
    TRY(phrase_words(plan, field, query, &words, error));
    const size_t count = words.count;
    if (!can) {
        words.exact = false;
        TRY(count_repetitions(plan, &words, error));
        return plan_all(plan, field, &words, boost, scored, node, error);
    }
    if (count == 1 && (query->flags & QUERY_FLAG_LAST_PREFIX)) {
        struct plan_term *terms;
        size_t term_count;
        TRY(words_of_prefix(plan, field, query, &words.words[0], &terms, &term_count, error));
        return plan_group(plan, terms, term_count, boost, scored, node, error);
    }
    if (count == 1)
        return term_node(plan, field, &words.words[0], words.exact, boost, scored, node, error);
    if (query->flags & (QUERY_FLAG_LAST_PREFIX | QUERY_FLAG_EXACT))
        return plan_phrase_spans(plan, query, field, boost, scored, node, error);
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
        TRY(plan_set_term(plan, field, term_of(&words.words[i]), term, error));
        TRY(plan_term_find(plan, term, error));
        if (term->document_frequency == 0) {
            made->kind = PLAN_NONE;
            return LIBSEARCH_OK;
        }
        struct formulas own;
        TRY(plan_weigh(plan, term, boost, 1, error));
        made->phrase_weight += term->weight;
        TRY(plan_formulas_of(plan, term, &own, error));
        TRY(plan_join_formulas(plan, &made->formulas, &own, error));
        made->offsets[i] = words.words[i].is->position - words.words[0].is->position;
    }
    return made->slop == 0 || count == 0 ? LIBSEARCH_OK : find_repeats(plan, &words, NULL, &made->repeats, error);
}
