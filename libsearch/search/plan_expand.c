/* SPDX-License-Identifier: MIT */
/* Words with a prefix, a pattern or a likeness: every segment's words are walked as they were written, and the terms
 * that they belong to become one group. */
#include <string.h>

#include "search/plan.h"
#include "segment/segment_data.h"
#include "terms/walks.h"

struct expansion {
    struct plan *plan;
    const struct segment *segment;
    struct terms_iterator *terms; /* for the keys of terms */
    uint16_t list;
    libsearch_bytes *found;       /* the terms' words, each once, sorted */
    size_t count, capacity;
    libsearch_error *error;
};

static int compare_bytes(libsearch_bytes a, libsearch_bytes b)
{
    const size_t shorter = a.length < b.length ? a.length : b.length;
    const int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static libsearch_status add_term(struct expansion *expansion, libsearch_bytes word)
{
    size_t low = 0, high = expansion->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_bytes(expansion->found[middle], word) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < expansion->count && compare_bytes(expansion->found[low], word) == 0)
        return LIBSEARCH_OK;
    if (expansion->count == LIBSEARCH_MAX_EXPANSION)
        return error_set(expansion->error, LIBSEARCH_LIMIT, "the pattern stands for more than %d words",
                         LIBSEARCH_MAX_EXPANSION);
    if (expansion->count == expansion->capacity) {
        const size_t capacity = expansion->capacity == 0 ? 32 : expansion->capacity * 2;
        libsearch_bytes *grown = arena_allocate(expansion->plan->arena, capacity * sizeof *grown);
        if (grown == NULL)
            return error_no_memory(expansion->error);
        if (expansion->count > 0)
            memcpy(grown, expansion->found, expansion->count * sizeof *grown);
        expansion->found = grown;
        expansion->capacity = capacity;
    }
    const char *copy = arena_duplicate(expansion->plan->arena, word.data, word.length);
    if (copy == NULL)
        return error_no_memory(expansion->error);
    memmove(expansion->found + low + 1, expansion->found + low, (expansion->count - low) * sizeof *expansion->found);
    expansion->found[low] = (libsearch_bytes){ copy, word.length };
    expansion->count++;
    return LIBSEARCH_OK;
}

/* The term of a word that fits. */
static libsearch_status matched(void *context, const struct term_match *match)
{
    struct expansion *expansion = context;
    libsearch_bytes key = match->key;
    struct term_entry entry;
    if (match->entry.flags & TERM_SURFACE && match->entry.surface_term != match->ordinal) {
        TRY(terms_iterator_seek_ordinal(expansion->terms, match->entry.surface_term, expansion->error));
        const libsearch_status status = terms_iterator_next(expansion->terms, &key, &entry, NULL, expansion->error);
        if (status != LIBSEARCH_OK)
            return status == LIBSEARCH_NOT_FOUND ? error_set(expansion->error, LIBSEARCH_CORRUPT,
                                                             "%s: a word points to no term",
                                                             segment_name(expansion->segment))
                                                 : status;
    }
    if (key.length < 2)
        return LIBSEARCH_OK;
    return add_term(expansion, (libsearch_bytes){ key.data + 2, key.length - 2 });
}

/* How many edits a fuzzy word may be away when the query does not say: none for one or two letters, one up to five,
 * then two. */
static unsigned distance_of(const libsearch_query *query, const char *word, size_t length)
{
    if (query->number > 0)
        return query->number < TERM_DISTANCE_MAX ? query->number : TERM_DISTANCE_MAX;
    size_t letters = 0;
    for (size_t i = 0; i < length; i++)
        letters += ((unsigned char)word[i] & 0xC0) != 0x80;
    return letters < 3 ? 0 : letters < 6 ? 1 : 2;
}

static libsearch_status walk_segment(struct expansion *expansion, const libsearch_query *query, const char *pattern,
                                     size_t length, uint8_t flags)
{
    const struct terms_reader *reader = expansion->segment->terms;
    const libsearch_allocator *allocator = expansion->plan->arena->allocator;
    const struct term_walk walk = { .list = expansion->list,
                                    .flags = flags,
                                    .matched = matched,
                                    .context = expansion };
    TRY(terms_iterator_new(reader, allocator, &expansion->terms, expansion->error));
    libsearch_status status;
    if (query->kind == QUERY_PREFIX)
        status = terms_walk_prefix(reader, allocator, &walk, pattern, length, expansion->error);
    else if (query->kind == QUERY_WILDCARD)
        status = terms_walk_wildcard(reader, allocator, &walk, pattern, length, expansion->error);
    else
        status = terms_walk_fuzzy(reader, allocator, &walk, pattern, length, distance_of(query, pattern, length), 1,
                                  expansion->error);
    terms_iterator_free(expansion->terms);
    return status;
}

/* The pattern folded as words are; keywords stay as they are. */
static libsearch_status fold(struct plan *plan, const struct field *field, const libsearch_query *query,
                             const char **pattern, size_t *length, libsearch_error *error)
{
    if (field != NULL && field->type == LIBSEARCH_KEYWORD) {
        *pattern = query->text.data;
        *length = query->text.length;
        return LIBSEARCH_OK;
    }
    const struct analyzer *analyzer = field != NULL ? field->analyzer : plan->snapshot->schema->analyzers[0];
    const size_t capacity = query->text.length * 4 + 64;
    char *folded = arena_allocate_bytes(plan->arena, capacity);
    struct tokenizer *tokenizer;
    if (folded == NULL)
        return error_no_memory(error);
    TRY(tokenizer_new(analyzer, plan->arena->allocator, &tokenizer, error));
    *length = tokenizer_fold(tokenizer, query->text, folded, capacity);
    tokenizer_free(tokenizer);
    *pattern = folded;
    return LIBSEARCH_OK;
}

libsearch_status plan_expand(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                             struct plan_node **node, libsearch_error *error)
{
    const struct field *field;
    TRY(plan_field(plan, query, &field, error));
    if (field != NULL && field->type != LIBSEARCH_TEXT && field->type != LIBSEARCH_KEYWORD)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "field '%s' has no words",
                            field->name);
    const char *pattern = NULL;
    size_t length = 0;
    TRY(fold(plan, field, query, &pattern, &length, error));
    struct expansion expansion = { .plan = plan, .list = plan_list_of(field), .error = error };
    const uint8_t flags = field != NULL && field->type == LIBSEARCH_KEYWORD ? TERM_LIST : TERM_SURFACE;
    for (size_t s = 0; s < plan->snapshot->segment_count; s++) {
        expansion.segment = plan->snapshot->segments[s].segment;
        TRY(walk_segment(&expansion, query, pattern, length, flags));
    }
    struct plan_node *made = plan_node_new(plan, expansion.count == 0 ? PLAN_NONE : PLAN_GROUP, scored);
    if (made == NULL)
        return error_no_memory(error);
    made->constant = boost;
    made->terms = arena_allocate(plan->arena, (expansion.count + 1) * sizeof *made->terms);
    if (made->terms == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < expansion.count; i++) {
        made->terms[i] = (struct plan_term){ .list = expansion.list,
                                             .field = field != NULL && field->in_group ? field->number
                                                                                       : SCHEMA_NO_FIELD,
                                             .bytes = expansion.found[i].data,
                                             .length = expansion.found[i].length,
                                             .norms = plan->group_norms };
        TRY(plan_term_find(plan, &made->terms[i], error));
    }
    made->term_count = expansion.count;
    *node = made;
    return LIBSEARCH_OK;
}
