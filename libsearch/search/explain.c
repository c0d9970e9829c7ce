/* SPDX-License-Identifier: MIT */
#include "search/explain.h"

#include "search/signals.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct explaining {
    struct search_context *context;
    const struct snapshot_segment *where;
    size_t segment_index;
    uint32_t document;
    struct arena *arena;
    libsearch_explanation *list;
    size_t count, capacity;
};

static libsearch_status add(struct explaining *explaining, unsigned depth, float value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static libsearch_status add(struct explaining *explaining, unsigned depth, float value, const char *format, ...)
{
    char line[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (explaining->count == explaining->capacity) {
        const size_t capacity = explaining->capacity * 2 + 16;
        libsearch_explanation *grown = arena_allocate(explaining->arena, capacity * sizeof *grown);
        if (grown == NULL)
            return error_no_memory(explaining->context->error);
        if (explaining->count > 0)
            memcpy(grown, explaining->list, explaining->count * sizeof *grown);
        explaining->list = grown;
        explaining->capacity = capacity;
    }
    const size_t length = strlen(line);
    const char *text = arena_duplicate(explaining->arena, line, length);
    if (text == NULL)
        return error_no_memory(explaining->context->error);
    explaining->list[explaining->count++] = (libsearch_explanation){ depth, value, text };
    return LIBSEARCH_OK;
}

/* What a part of the plan gives to the document, as it does in a search. */
static libsearch_status ask(struct explaining *explaining, const struct plan_node *node, bool *matches, float *score)
{
    struct evaluator *evaluator;
    uint64_t bits[WINDOW_WORDS];
    float *scores;
    const uint32_t base = explaining->document / WINDOW * WINDOW, at = explaining->document % WINDOW;
    TRY(search_take(explaining->context, WINDOW * sizeof *scores, &scores));
    TRY(evaluator_new(explaining->context, node, explaining->where, explaining->segment_index, &evaluator));
    TRY(evaluator_window(evaluator, base, bits, scores));
    *matches = bits[at / 64] >> at % 64 & 1;
    *score = *matches && node->scored ? scores[at] : 0;
    return LIBSEARCH_OK;
}

/* What the score of a term is made of. */
static libsearch_status explain_term(struct explaining *explaining, const struct plan_node *node, unsigned depth)
{
    const struct plan_term *term = &node->terms[0];
    struct term_cursor *cursor;
    TRY(search_take(explaining->context, sizeof *cursor, &cursor));
    term_cursor_open(cursor, explaining->where->segment, term, term->lists[explaining->segment_index],
                     explaining->context->side_weights, explaining->context->arena);
    if (term_cursor_seek(cursor, explaining->document) != explaining->document || !term_cursor_frequencies(cursor))
        return error_set(explaining->context->error, LIBSEARCH_CORRUPT, "%s: a posting list is damaged",
                         segment_name(explaining->where->segment));
    const uint32_t length = cursor->lengths == NULL ? 1 : (uint32_t)numbers_at(cursor->lengths, explaining->document);
    TRY(add(explaining, depth, term->formula != NULL ? (float)term->formula->scale : term->weight,
            "%s: %llu documents have it, it stands there %llu times",
            term->formula != NULL ? "boost times how often it is asked for" : "W, weight",
            (unsigned long long)term->document_frequency, (unsigned long long)term->collection_frequency));
    TRY(add(explaining, depth, cursor->frequencies[cursor->index], "f, how often it stands here%s",
            term->weighted ? ", by the fields' weights" : ""));
    if (term->formula != NULL)
        return add(explaining, depth, (float)length, "l, its length, where the average is %.9g",
                   (double)term->norms->average);
    return add(explaining, depth, norms_inverse(term->norms, length), "i, for a length of %u where the average is %.9g",
               length, (double)term->norms->average);
}

static const char *shown(const struct plan_term *term, char *room, size_t size)
{
    size_t length = 0;
    for (; length < term->length && length + 1 < size; length++)
        room[length] = (unsigned char)term->bytes[length] < 0x20 ? ' ' : term->bytes[length];
    while (length > 0 && length < term->length && ((unsigned char)term->bytes[length] & 0xC0) == 0x80)
        length--;
    room[length] = 0;
    return room;
}

/* Recursion is bounded by the query's depth. */
static libsearch_status explain(struct explaining *explaining, const struct plan_node *node, unsigned depth)
{
    bool matches;
    float score;
    char room[128];
    TRY(ask(explaining, node, &matches, &score));
    if (!matches)
        return LIBSEARCH_OK;
    switch (node->kind) {
    case PLAN_TERM:
        TRY(add(explaining, depth, score, "\"%s\": %s%s", shown(&node->terms[0], room, sizeof room),
                node->terms[0].formula != NULL ? "by the model's formula (docs/ranking.md)" : "W - W / (1 + f * i)",
                node->scored ? "" : ", does not count"));
        return explain_term(explaining, node, depth + 1);
    case PLAN_PHRASE:
    case PLAN_NEAR:
        TRY(add(explaining, depth, score, node->kind == PLAN_PHRASE ? "a phrase" : "words where they are asked for"));
        if (node->formulas.count > 0)
            return add(explaining, depth + 1, (float)node->formulas.count,
                       "words whose formulas are summed up, each as often as all of it stands");
        return add(explaining, depth + 1, node->phrase_weight, "W, the sum of the words' weights");
    case PLAN_FIELDS:
        TRY(add(explaining, depth, score, "\"%s\" in %zu fields: W - W / (1 + the sum of weight * f * i)",
                shown(&node->terms[0], room, sizeof room), node->term_count));
        return add(explaining, depth + 1, node->phrase_weight, "W, weight");
    case PLAN_GROUP: return add(explaining, depth, score, "one of %zu words that fit", node->term_count);
    case PLAN_RANGE: return add(explaining, depth, score, "a value in the range");
    case PLAN_EXISTS: return add(explaining, depth, score, "a value in the field");
    case PLAN_SET: return add(explaining, depth, score, "in the filter");
    case PLAN_ALL: return add(explaining, depth, score, "every document");
    case PLAN_NONE: return LIBSEARCH_OK;
    case PLAN_BOOLEAN: TRY(add(explaining, depth, score, "the sum of what counts below, in this order")); break;
    case PLAN_MAX:
        TRY(add(explaining, depth, score, "the best below and %.9g times the sum of the others", (double)node->tie));
        break;
    }
    for (size_t i = 0; i < node->child_count; i++)
        TRY(explain(explaining, node->children[i], depth + 1));
    return LIBSEARCH_OK;
}

static const char *kind_of(const libsearch_signal *signal)
{
    switch (signal->kind) {
    case LIBSEARCH_SIGNAL_RECENCY: return "recency, 2^-((origin - v) / scale)";
    case LIBSEARCH_SIGNAL_SATURATION: return "v / (v + scale)";
    case LIBSEARCH_SIGNAL_LOGARITHM: return "ln(1 + v / scale)";
    case LIBSEARCH_SIGNAL_LINEAR: return "v / scale";
    }
    return "";
}

/* The score after the signals, and below it the query's and each step's. */
static libsearch_status explain_signals(struct explaining *explaining, const struct plan_node *root)
{
    const struct signals *signals = explaining->context->signals;
    bool matches;
    float score, g;
    TRY(ask(explaining, root, &matches, &score));
    if (!matches)
        return LIBSEARCH_OK;
    TRY(add(explaining, 0, signals_apply(signals, explaining->segment_index, explaining->document, score),
            "the score below, taken through what the program knows, in this order"));
    TRY(explain(explaining, root, 1));
    const size_t count = signals_count(signals);
    for (size_t i = 0; i < count; i++) {
        const libsearch_signal *signal = signals_at(signals, i);
        score = signals_step(signals, i, explaining->segment_index, explaining->document, score, &g);
        if (signal->flags & LIBSEARCH_SIGNAL_ADD)
            TRY(add(explaining, 1, score, "the score + %.9g g", (double)signal->weight));
        else
            TRY(add(explaining, 1, score, "the score * (%.9g + %.9g g)", (double)signal->base, (double)signal->weight));
        TRY(add(explaining, 2, g, "g, of field '%.200s': %s", signal->field, kind_of(signal)));
    }
    if (!signals_have_function(signals))
        return LIBSEARCH_OK;
    return add(explaining, 1, signals_step(signals, count, explaining->segment_index, explaining->document, score, &g),
               "what the program's function makes of it");
}

libsearch_status explain_document(struct search_context *context, const struct plan_node *root,
                                  const struct snapshot_segment *where, size_t segment_index, uint32_t document,
                                  struct arena *arena, libsearch_explanation **list, size_t *count)
{
    struct explaining explaining = {
        .context = context, .where = where, .segment_index = segment_index, .document = document, .arena = arena
    };
    TRY(context->signals != NULL ? explain_signals(&explaining, root) : explain(&explaining, root, 0));
    *list = explaining.list;
    *count = explaining.count;
    return LIBSEARCH_OK;
}
