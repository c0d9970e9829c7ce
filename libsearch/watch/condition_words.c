/* SPDX-License-Identifier: MIT */
/* The words by which a document matches: all occurrences of the words asked for, of phrases and what is near each other
 * those that stand so, of patterns the words that fit, and nothing of what must not be there. */
#include "base/merge_sort.h"
#include "watch/condition_match.h"
#include "watch/word_patterns.h"

struct marking {
    struct matching *matching;
    const struct condition_node *nodes;
    struct matched_words *words;
    size_t full; /* of words: then they are made to be there once each */
};

static int compare(const void *a, const void *b)
{
    const struct matched_word *one = a, *other = b;
    if (one->field != other->field)
        return one->field < other->field ? -1 : 1;
    if (one->value != other->value)
        return one->value < other->value ? -1 : 1;
    if (one->start != other->start)
        return one->start < other->start ? -1 : 1;
    return (one->end > other->end) - (one->end < other->end);
}

/* Sorted and each once. */
static bool sort(struct matching *matching, struct matched_words *words)
{
    size_t kept = 0;
    if (words->count > 1) {
        void *scratch = memory_allocate(words->allocator, (words->count / 2 + 1) * sizeof *words->all);
        if (scratch == NULL)
            return matching_fail(matching, LIBSEARCH_NO_MEMORY);
        const libsearch_status status = merge_sort(words->all, scratch, words->count, sizeof *words->all, compare,
                                                   matching->poll, matching->poll_context);
        memory_free(words->allocator, scratch);
        if (status != LIBSEARCH_OK)
            return matching_fail(matching, status);
    }
    for (size_t i = 0; i < words->count; i++)
        if (kept == 0 || compare(&words->all[kept - 1], &words->all[i]) != 0)
            words->all[kept++] = words->all[i];
    words->count = kept;
    return true;
}

static bool add(struct marking *marking, const struct inspected_token *token)
{
    struct matched_words *words = marking->words;
    /* Many parts of a query may ask for the same words. */
    if (words->count >= marking->full) {
        if (!sort(marking->matching, words))
            return false;
        marking->full = 2 * words->count + 4096;
    }
    if (!memory_grow(words->allocator, &words->all, &words->capacity, words->count + 1, sizeof *words->all))
        return matching_fail(marking->matching, LIBSEARCH_NO_MEMORY);
    words->all[words->count++] = (struct matched_word){ token->field, token->value, token->start, token->end };
    return true;
}

/* Makes one of spans that lie in each other, so that they rise. */
static void join(struct places *spans)
{
    size_t kept = 0;
    for (size_t i = 0; i < spans->count; i++) {
        if (kept == 0 || spans->all[i].start > spans->all[kept - 1].end)
            spans->all[kept++] = spans->all[i];
        else if (spans->all[i].end > spans->all[kept - 1].end)
            spans->all[kept - 1].end = spans->all[i].end;
    }
    spans->count = kept;
}

/* Which occurrences count: all, or those within one of the spans. */
static bool within(const struct places *spans, uint32_t position)
{
    if (spans == NULL)
        return true;
    size_t at = 0, high = spans->count; /* the first that does not end before it */
    while (at < high) {
        const size_t middle = at + (high - at) / 2;
        if (spans->all[middle].end < position)
            at = middle + 1;
        else
            high = middle;
    }
    return at < spans->count && spans->all[at].start <= position;
}

/* The occurrences of a term; of the given form, and those whose forms fit the pattern, where there is one. */
static bool mark_term(struct marking *marking, const struct condition_node *node, uint32_t number, uint32_t form,
                      const struct dictionary_entry *pattern, const struct places *spans, bool *any)
{
    const struct inspection *inspection = marking->matching->inspection;
    const struct inspected_term *term = &inspection->terms[number];
    for (uint32_t i = 0; i < term->count; i++) {
        const struct inspected_token *token = &inspection->tokens[inspection->order[term->first + i]];
        const struct inspected_form *written = &inspection->forms[token->form];
        if (!matching_goes_on(marking->matching))
            return false;
        if ((form != UINT32_MAX && token->form != form) ||
            (node->field != SCHEMA_NO_FIELD && token->field != node->field) || !within(spans, token->position) ||
            (pattern != NULL && !word_pattern_fits(pattern, written->surface, written->length)))
            continue;
        *any = true;
        if (!add(marking, token))
            return false;
    }
    return true;
}

/* A pattern stands for terms: where none of a term's occurrences is written as it says, all of them count. */
static bool mark_pattern(struct marking *marking, const struct condition_node *node, const struct places *spans)
{
    struct matching *matching = marking->matching;
    const struct dictionary_entry *pattern = &matching->dictionary->entries[node->key];
    const struct pattern_terms found = matching_pattern(matching, node);
    for (uint32_t i = 0; i < found.count; i++) {
        const uint32_t term = matching->pattern_terms[found.first + i];
        bool any = false;
        if (!mark_term(marking, node, term, UINT32_MAX, pattern, spans, &any) ||
            (!any && !mark_term(marking, node, term, UINT32_MAX, NULL, spans, &any)))
            return false;
    }
    return true;
}

static bool mark(struct marking *marking, uint32_t number, const struct places *spans);

static bool mark_parts(struct marking *marking, uint32_t number, const struct places *spans)
{
    const struct condition_node *nodes = marking->nodes;
    for (uint32_t part = number + 1; part < nodes[number].end; part = nodes[part].end) {
        if (!matching_goes_on(marking->matching))
            return false;
        const bool counts =
            spans != NULL || (nodes[part].occur != LIBSEARCH_MUST_NOT && node_matches(marking->matching, nodes, part));
        if (counts && !mark(marking, part, spans))
            return false;
    }
    return true;
}

static bool mark(struct marking *marking, uint32_t number, const struct places *spans)
{
    struct matching *matching = marking->matching;
    const struct condition_node *node = &marking->nodes[number];
    struct places found = { .count = 0 };
    bool any;
    switch ((enum condition_kind)node->kind) {
    case CONDITION_TERM:
        if (matching->present[node->key] == 0)
            return true;
        if (matching->dictionary->entries[node->key].kind == KEY_TERM)
            return mark_term(marking, node, matching->present[node->key] - 1, UINT32_MAX, NULL, spans, &any);
        return mark_term(marking, node, matching->inspection->forms[matching->present[node->key] - 1].term,
                         matching->present[node->key] - 1, NULL, spans, &any);
    case CONDITION_PATTERN: return mark_pattern(marking, node, spans);
    case CONDITION_BOOLEAN: return mark_parts(marking, number, spans);
    case CONDITION_PHRASE:
    case CONDITION_NEAR:
        if (spans != NULL)
            return mark_parts(marking, number, spans);
        if (!node_places(matching, marking->nodes, number, &found))
            return false;
        join(&found);
        return mark_parts(marking, number, &found);
    case CONDITION_ANY: return mark_parts(marking, number, spans);
    case CONDITION_NONE:
    case CONDITION_ALL:
    case CONDITION_RANGE:
    case CONDITION_EXISTS: break;
    }
    return true;
}

bool condition_words(struct matching *matching, const struct condition *condition, struct matched_words *words)
{
    struct marking marking = { matching, condition->nodes, words, 4096 };
    const bool done = mark(&marking, 0, NULL) && matching->status == LIBSEARCH_OK;
    arena_reset(&matching->scratch);
    if (!done)
        return false;
    return sort(matching, words);
}
