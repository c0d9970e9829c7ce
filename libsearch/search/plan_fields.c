/* SPDX-License-Identifier: MIT */
#include "search/plan_fields.h"

#include <string.h>

#include "query/query_words.h"
#include "search/plan_text.h"

/* A word of one of the texts. */
struct use {
    const struct query_word *word;
    size_t part; /* of the query */
    uint32_t times;
    bool taken;
};

struct part {
    const struct field *field;
    float factor;
    bool all;
};

static libsearch_status find_part(struct plan *plan, const libsearch_query *child, struct part *part,
                                  const struct query_words **words, libsearch_error *error)
{
    const libsearch_query *text = child->kind == QUERY_BOOST ? child->children[0] : child;
    part->factor = child->kind == QUERY_BOOST ? child->factor : 1.0f;
    part->all = (text->flags & QUERY_FLAG_ALL) != 0;
    TRY(plan_field(plan, text, &part->field, error));
    if (part->field->type != LIBSEARCH_TEXT)
        return error_set_at(error, (int64_t)text->position, LIBSEARCH_INVALID, "field '%s' has no words",
                            part->field->name);
    TRY(query_words_of(text, part->field->analyzer, plan->poll, plan->poll_context, words, error));
    if (!(*words)->cut)
        return LIBSEARCH_OK;
    if (!plan->lenient)
        return error_set(error, LIBSEARCH_LIMIT, "the query has more than %d words", LIBSEARCH_MAX_CLAUSES);
    return plan_warn(plan, text, error, "only the first %d words are looked at", LIBSEARCH_MAX_CLAUSES);
}

static bool same(const struct query_word *one, const struct query_word *other)
{
    return one->length == other->length && memcmp(one->term, other->term, one->length) == 0;
}

/* The words of a text that count, each once: without stop words, unless nothing else is there or they are asked for, and
 * without compounds as wholes. */
static size_t add_uses(const libsearch_query *child, const struct query_words *words, size_t part, struct use *uses,
                       size_t count)
{
    const libsearch_query *text = child->kind == QUERY_BOOST ? child->children[0] : child;
    const size_t first = count;
    bool only_stops = true;
    for (size_t i = 0; i < words->count; i++)
        only_stops = only_stops && (words->words[i].stop || words->words[i].whole);
    const bool stops = only_stops || (text->flags & QUERY_FLAG_KEEP_STOPS) != 0;
    for (size_t i = 0; i < words->count; i++) {
        const struct query_word *word = &words->words[i];
        if (word->whole || (word->stop && !stops))
            continue;
        size_t earlier = first;
        while (earlier < count && !same(uses[earlier].word, word))
            earlier++;
        if (earlier < count)
            uses[earlier].times++;
        else
            uses[count++] = (struct use){ word, part, 1, false };
    }
    return count;
}

/* One word in all fields whose texts have it: W by its greatest document frequency, and by its occurrences in all of
 * the lists. */
static libsearch_status plan_word(struct plan *plan, const struct part *parts, struct use *uses, size_t count,
                                  size_t first, float boost, bool scored, struct plan_node **node,
                                  libsearch_error *error)
{
    struct plan_node *made = plan_node_new(plan, PLAN_FIELDS, scored);
    uint64_t with = 0, occurrences = 0;
    uint32_t times = 0;
    size_t fields = 0;
    for (size_t i = first; i < count; i++)
        fields += same(uses[i].word, uses[first].word);
    if (made == NULL)
        return error_no_memory(error);
    made->terms = arena_allocate(plan->arena, fields * sizeof *made->terms);
    made->factors = arena_allocate(plan->arena, fields * sizeof *made->factors);
    if (made->terms == NULL || made->factors == NULL)
        return error_no_memory(error);
    const struct query_word *word = uses[first].word;
    for (size_t i = first; i < count; i++) {
        if (!same(uses[i].word, word))
            continue;
        struct plan_term *term = &made->terms[made->term_count];
        uses[i].taken = true;
        times = uses[i].times > times ? uses[i].times : times;
        TRY(plan_set_term(plan, parts[uses[i].part].field, (libsearch_bytes){ word->term, word->length }, term, error));
        TRY(plan_term_find(plan, term, error));
        with = term->document_frequency > with ? term->document_frequency : with;
        bool counted = false;
        for (size_t t = 0; t < made->term_count; t++)
            counted = counted || made->terms[t].list == term->list;
        occurrences += counted ? 0 : term->collection_frequency;
        made->factors[made->term_count++] = parts[uses[i].part].factor;
    }
    if (with == 0)
        made->kind = PLAN_NONE;
    else
        made->phrase_weight = boost * model_weight(plan->model, plan->documents, with, occurrences, times);
    *node = made;
    return LIBSEARCH_OK;
}

libsearch_status plan_fields(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                             struct plan_node **node, libsearch_error *error)
{
    if (model_is_formula(plan->model))
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED,
                            "several fields as one with a model that is a formula of its own");
    struct part *parts = arena_allocate(plan->arena, (query->count + 1) * sizeof *parts);
    const struct query_words **words = arena_allocate(plan->arena, (query->count + 1) * sizeof(struct query_words *));
    size_t room = 0, count = 0;
    bool all = query->count > 0;
    if (parts == NULL || words == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < query->count; i++) {
        TRY(find_part(plan, query->children[i], &parts[i], &words[i], error));
        room += words[i]->count;
        all = all && parts[i].all;
    }
    if (room > LIBSEARCH_MAX_FIELDS_WORDS) /* they are compared each with each */
        return error_set(error, LIBSEARCH_LIMIT,
                         "several fields as one are searched for at most %d words, all together",
                         LIBSEARCH_MAX_FIELDS_WORDS);
    struct use *uses = arena_allocate(plan->arena, (room + 1) * sizeof *uses);
    struct plan_node *made = plan_node_new(plan, PLAN_BOOLEAN, scored);
    if (uses == NULL || made == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < query->count; i++)
        count = add_uses(query->children[i], words[i], i, uses, count);
    made->children = arena_allocate(plan->arena, (count + 1) * sizeof(struct plan_node *));
    made->occurs = arena_allocate(plan->arena, count + 1);
    if (made->children == NULL || made->occurs == NULL)
        return error_no_memory(error);
    made->minimum = all ? 0 : 1;
    bool can = true;
    for (size_t i = 0; i < count; i++) {
        struct plan_node *child;
        if (uses[i].taken)
            continue;
        TRY(plan_word(plan, parts, uses, count, i, boost, scored, &child, error));
        if (child->kind == PLAN_NONE) {
            can = can && !all;
            continue;
        }
        made->children[made->child_count] = child;
        made->occurs[made->child_count++] = all ? LIBSEARCH_MUST : LIBSEARCH_SHOULD;
    }
    if (!can || made->child_count == 0)
        made->kind = PLAN_NONE;
    *node = made;
    return LIBSEARCH_OK;
}
