/* SPDX-License-Identifier: MIT */
/* Spans: what stands where. The definitions:
 *
 *   words     each place where one of them stands, once;
 *   in line   choices of one place for each word (oracle_line.c), with the stretch from the first to the last place
 *             chosen;
 *   near      a span of one part, and of each other part the first that does not come before it (by start, end, then
 *             part); it counts when the last of them begins at most slop places behind where the first of them ends;
 *   before    a span of the first part, and of each next part the first that begins behind the end of the one before;
 *             it counts when the last begins at most slop places behind the end of the first;
 *   either    the different spans of all parts.
 *
 * Weights: of several words, the least (the most frequent word's); of either, the least; else the sum of the parts. */
#include <stdlib.h>
#include <string.h>

#include "oracle/oracle_planner.h"

struct stretch {
    int64_t start, end;
};

struct stretches {
    struct stretch *all;
    size_t count, capacity;
};

static void stretches_add(struct stretches *stretches, int64_t start, int64_t end)
{
    if (stretches->count == stretches->capacity) {
        stretches->capacity = stretches->capacity * 2 + 16;
        stretches->all = realloc(stretches->all, stretches->capacity * sizeof *stretches->all);
        if (stretches->all == NULL)
            abort();
    }
    stretches->all[stretches->count++] = (struct stretch){ start, end };
}

static int compare(const void *a, const void *b)
{
    const struct stretch *one = a, *other = b;
    if (one->start != other->start)
        return one->start < other->start ? -1 : 1;
    return (one->end > other->end) - (one->end < other->end);
}

static void sort(struct stretches *stretches, bool once)
{
    size_t kept = 0;
    if (stretches->count > 1)
        qsort(stretches->all, stretches->count, sizeof *stretches->all, compare);
    for (size_t i = 0; i < stretches->count; i++)
        if (!once || kept == 0 || compare(&stretches->all[kept - 1], &stretches->all[i]) != 0)
            stretches->all[kept++] = stretches->all[i];
    stretches->count = kept;
}

void oracle_span_free(struct oracle_span *span)
{
    if (span == NULL)
        return;
    for (size_t i = 0; i < span->count; i++)
        oracle_span_free(span->parts[i]);
    free(span->parts);
    free(span->offsets);
    free(span->wanted);
    free(span->terms);
    free(span);
}

static void find_in_line(const struct oracle_span *span, const struct stretches *parts, struct stretches *found)
{
    struct oracle_line line = { oracle_allocate(span->count * sizeof *line.words), span->count, span->slop };
    int64_t **moved = oracle_allocate(span->count * sizeof *moved);
    const struct oracle_span *last = span->parts[span->count - 1];
    for (size_t i = 0; i < span->count; i++) {
        const struct oracle_span *part = span->parts[i];
        moved[i] = oracle_allocate(parts[i].count * sizeof **moved);
        for (size_t s = 0; s < parts[i].count; s++)
            moved[i][s] = parts[i].all[s].start - span->offsets[i];
        line.words[i] =
            (struct oracle_line_word){ .moved = moved[i],
                                       .count = parts[i].count,
                                       .offset = span->offsets[i],
                                       .same = part->same,
                                       .prefix = part->word < 0,
                                       .in_last = part->word >= 0 && last->word < 0 &&
                                                  (size_t)part->word < last->wanted_count && last->wanted[part->word] };
    }
    for (size_t i = 0; i < span->count; i++)
        for (size_t s = 0; s < parts[i].count; s++) {
            int64_t start = INT64_MAX, end = INT64_MIN;
            if (!oracle_line_stands(&line, i, s))
                continue;
            for (size_t w = 0; w < span->count; w++) {
                const int64_t place = parts[w].all[line.words[w].chosen].start;
                start = place < start ? place : start;
                end = place > end ? place : end;
            }
            stretches_add(found, start, end);
        }
    for (size_t i = 0; i < span->count; i++)
        free(moved[i]);
    free(moved);
    free(line.words);
}

static void find_near(const struct oracle_span *span, const struct stretches *parts, struct stretches *found)
{
    for (size_t i = 0; i < span->count; i++)
        for (size_t s = 0; s < parts[i].count; s++) {
            const struct stretch first = parts[i].all[s];
            int64_t last_start = first.start, last_end = first.end, first_end = first.end;
            size_t having = 1;
            for (size_t j = 0; j < span->count; j++)
                for (size_t t = 0; t < parts[j].count && j != i; t++) {
                    const struct stretch other = parts[j].all[t];
                    const int order = compare(&other, &first);
                    if (order < 0 || (order == 0 && j < i))
                        continue;
                    last_start = other.start > last_start ? other.start : last_start;
                    last_end = other.end > last_end ? other.end : last_end;
                    first_end = other.end < first_end ? other.end : first_end;
                    having++;
                    break;
                }
            if (having == span->count && last_start - first_end <= span->slop)
                stretches_add(found, first.start, last_end);
        }
}

static void find_before(const struct oracle_span *span, const struct stretches *parts, struct stretches *found)
{
    for (size_t s = 0; s < parts[0].count; s++) {
        struct stretch last = parts[0].all[s];
        size_t part = 1;
        for (; part < span->count; part++) {
            size_t t = 0;
            while (t < parts[part].count && parts[part].all[t].start <= last.end)
                t++;
            if (t == parts[part].count)
                break;
            last = parts[part].all[t];
        }
        if (part == span->count && (part == 1 || last.start - parts[0].all[s].end <= span->slop))
            stretches_add(found, parts[0].all[s].start, last.end);
    }
}

static struct stretches find(const struct oracle_document *document, const struct oracle_span *span)
{
    struct stretches found = { NULL, 0, 0 };
    for (size_t i = 0; i < document->token_count && span->kind == ORACLE_WORDS; i++) {
        const struct oracle_token *token = &document->tokens[i];
        if (token->list == span->list && (span->field == SCHEMA_NO_FIELD || token->field == span->field) &&
            token->term < span->wanted_count && span->wanted[token->term] &&
            (span->surface < 0 || token->surface == span->surface))
            stretches_add(&found, token->position, token->position);
    }
    struct stretches *parts = oracle_allocate((span->count + 1) * sizeof *parts);
    bool all = span->count > 0;
    for (size_t i = 0; i < span->count; i++) {
        parts[i] = find(document, span->parts[i]);
        all = all && parts[i].count > 0;
        for (size_t j = 0; j < parts[i].count && span->kind == ORACLE_EITHER; j++)
            stretches_add(&found, parts[i].all[j].start, parts[i].all[j].end);
    }
    if (all && span->kind == ORACLE_WORDS_IN_LINE)
        find_in_line(span, parts, &found);
    else if (all && span->kind == ORACLE_NEAR)
        find_near(span, parts, &found);
    else if (all && span->kind == ORACLE_BEFORE)
        find_before(span, parts, &found);
    sort(&found, span->kind == ORACLE_EITHER || span->kind == ORACLE_WORDS);
    for (size_t i = 0; i < span->count; i++)
        free(parts[i].all);
    free(parts);
    return found;
}

size_t oracle_span_count(const struct oracle_document *document, const struct oracle_span *span)
{
    struct stretches found = find(document, span);
    free(found.all);
    return found.count;
}

/* ----- planning ----- */

static struct oracle_span *span_new(enum oracle_span_kind kind, size_t parts)
{
    struct oracle_span *span = oracle_allocate(sizeof *span);
    span->kind = kind;
    span->surface = span->word = span->same = -1;
    span->parts = oracle_allocate((parts + 1) * sizeof(struct oracle_span *));
    span->offsets = oracle_allocate((parts + 1) * sizeof *span->offsets);
    return span;
}

static bool occurs_in_list(const struct oracle *oracle, uint16_t list, size_t word)
{
    for (size_t d = 0; d < oracle->count; d++)
        for (size_t i = 0; i < oracle->documents[d]->token_count; i++)
            if (oracle->documents[d]->tokens[i].term == word && oracle->documents[d]->tokens[i].list == list)
                return true;
    return false;
}

/* These terms, and their weight, count for the span. */
static void take_terms(struct oracle_span *span, const struct oracle_term *terms, size_t count, float weight)
{
    struct oracle_term *taken = oracle_allocate(count * sizeof *taken);
    if (count > 0)
        memcpy(taken, terms, count * sizeof *taken);
    free(span->terms);
    span->terms = taken;
    span->term_count = count;
    span->weight = weight;
}

/* And those of a part, too. */
static void add_terms(struct oracle_span *span, const struct oracle_span *part)
{
    const size_t before = span->term_count, count = before + part->term_count;
    struct oracle_term *all = oracle_allocate(count * sizeof *all);
    if (before > 0)
        memcpy(all, span->terms, before * sizeof *all);
    if (part->term_count > 0)
        memcpy(all + before, part->terms, part->term_count * sizeof *all);
    take_terms(span, all, count, span->weight + part->weight);
    free(all);
}

/* Any of the wanted words; takes over `wanted`. */
static struct oracle_span *words_span(struct planner *planner, const struct field *field, uint8_t *wanted, size_t count,
                                      int64_t surface, float boost)
{
    struct oracle_span *span = span_new(ORACLE_WORDS, 0);
    const struct oracle_term like = oracle_term_of(planner, field, 0);
    span->wanted = wanted;
    span->wanted_count = count;
    span->surface = surface;
    span->list = like.list;
    span->field = like.field;
    for (size_t word = 0; word < count; word++) {
        struct oracle_term term = oracle_term_of(planner, field, (uint32_t)word);
        if (!wanted[word] || !occurs_in_list(planner->oracle, span->list, word))
            continue;
        oracle_weigh(planner, &term, boost, 1);
        if (!span->occurs || term.weight < span->weight || (term.weight == span->weight && term.cf > span->terms[0].cf))
            take_terms(span, &term, 1, term.weight);
        span->occurs = true;
    }
    return span;
}

static struct oracle_span *word_span(struct planner *planner, const struct field *field,
                                     const struct question_word *word, bool exact, float boost)
{
    const size_t count = planner->oracle->words->count;
    uint8_t *wanted = oracle_allocate(count);
    wanted[word->word] = 1;
    return words_span(planner, field, wanted, count, exact ? (int64_t)word->surface : -1, boost);
}

static struct oracle_span *text_span(struct planner *planner, const libsearch_query *query, float boost)
{
    struct question question = oracle_analyze(planner, query);
    const struct oracle_words *words = planner->oracle->words;
    oracle_drop(&question, false);
    struct oracle_span *span = span_new(ORACLE_WORDS_IN_LINE, question.count);
    span->slop = query->kind == QUERY_PHRASE ? query->number : 0;
    span->count = question.count;
    span->occurs = question.count > 0;
    for (size_t i = 0; i < question.count; i++) {
        const struct question_word *word = &question.words[i];
        if (i + 1 == question.count && (query->flags & QUERY_FLAG_LAST_PREFIX)) {
            size_t count;
            uint8_t *wanted =
                oracle_want(planner, question.field, query, QUERY_PREFIX,
                            (libsearch_bytes){ words->strings[word->surface], words->lengths[word->surface] }, &count);
            span->parts[i] = words_span(planner, question.field, wanted, count, -1, boost);
        } else {
            const bool exact = (query->flags & QUERY_FLAG_EXACT) != 0;
            span->parts[i] = word_span(planner, question.field, word, exact, boost);
            span->parts[i]->word = word->word;
            span->parts[i]->same = exact ? word->surface : word->word;
        }
        span->offsets[i] = (int64_t)word->position - question.words[0].position;
        add_terms(span, span->parts[i]);
        span->occurs = span->occurs && span->parts[i]->occurs;
    }
    memory_free(allocator_default(), question.words);
    return span;
}

/* A text's words, cut at spaces; the worlds have no other white space. */
static struct oracle_span *either_word(struct planner *planner, const libsearch_query *query, float boost)
{
    struct oracle_span *span = span_new(ORACLE_EITHER, query->text.length);
    for (size_t at = 0; at < query->text.length;) {
        libsearch_query word = *query;
        size_t end = at;
        while (end < query->text.length && query->text.data[end] != ' ')
            end++;
        word.text = (libsearch_bytes){ query->text.data + at, end - at };
        at = end + 1;
        if (word.text.length == 0)
            continue;
        struct oracle_span *part = span->parts[span->count++] = text_span(planner, &word, boost);
        if (part->occurs && (!span->occurs || part->weight < span->weight))
            take_terms(span, part->terms, part->term_count, part->weight);
        span->occurs = span->occurs || part->occurs;
    }
    return span;
}

static struct oracle_span *span_of(struct planner *planner, const libsearch_query *query, float boost)
{
    size_t count;
    if (query->kind == QUERY_TEXT)
        return either_word(planner, query, boost);
    if (query->kind == QUERY_PHRASE)
        return text_span(planner, query, boost);
    if (query->kind == QUERY_BOOST)
        return span_of(planner, query->children[0], boost * query->factor);
    if (query->kind == QUERY_PREFIX || query->kind == QUERY_WILDCARD || query->kind == QUERY_FUZZY ||
        query->kind == QUERY_REGULAR) {
        const struct field *field = oracle_field_of(planner, query);
        uint8_t *wanted = oracle_want(planner, field, query, query->kind, query->text, &count);
        return words_span(planner, field, wanted, count, -1, boost);
    }
    const bool either = query->kind == QUERY_BOOLEAN, ordered = (query->flags & QUERY_FLAG_ORDERED) != 0;
    struct oracle_span *span = span_new(either ? ORACLE_EITHER : ordered ? ORACLE_BEFORE : ORACLE_NEAR, query->count);
    span->slop = query->number;
    span->count = query->count;
    span->occurs = !either;
    for (size_t i = 0; i < query->count; i++) {
        struct oracle_span *part = span->parts[i] = span_of(planner, query->children[i], boost);
        if (!either) {
            add_terms(span, part);
            span->occurs = span->occurs && part->occurs;
        } else if (part->occurs) { /* what no document has does not weigh */
            if (!span->occurs || part->weight < span->weight)
                take_terms(span, part->terms, part->term_count, part->weight);
            span->occurs = true;
        }
    }
    return span;
}

/* The one field that all of the words are of. */
static const struct field *common_field(struct planner *planner, const libsearch_query *query, bool *first,
                                        const struct field *field)
{
    if (query->count == 0) {
        const struct field *own = oracle_field_of(planner, query);
        field = *first || own == field ? own : NULL;
        *first = false;
    }
    for (size_t i = 0; i < query->count; i++)
        field = common_field(planner, query->children[i], first, field);
    return field;
}

static struct oracle_node *span_node(struct planner *planner, struct oracle_span *span, const struct field *field)
{
    struct oracle_node *node = oracle_node_new(ORACLE_SPANS, 0);
    node->span = span;
    node->terms = oracle_allocate(sizeof *node->terms);
    node->terms[0] = oracle_term_of(planner, field, 0);
    oracle_weigh(planner, &node->terms[0], 1, 1); /* for its average length */
    return node;
}

struct oracle_node *oracle_plan_near(struct planner *planner, const libsearch_query *query, float boost)
{
    bool first = true;
    if (query->kind == QUERY_NEAR && query->count == 0)
        return oracle_node_new(ORACLE_NONE, 0);
    return span_node(planner, span_of(planner, query, boost), common_field(planner, query, &first, NULL));
}

struct oracle_node *oracle_exact_word(struct planner *planner, const struct field *field,
                                      const struct question_word *word, float boost, unsigned q)
{
    struct oracle_span *span = word_span(planner, field, word, true, boost);
    struct oracle_term term = oracle_term_of(planner, field, word->word);
    oracle_weigh(planner, &term, boost, q);
    take_terms(span, &term, 1, term.weight);
    return span_node(planner, span, field);
}
