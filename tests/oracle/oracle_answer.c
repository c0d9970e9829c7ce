/* SPDX-License-Identifier: MIT */
/* Each document asked in turn. */
#include <stdlib.h>
#include <string.h>

#include "oracle/oracle_plan.h"

static bool counts_for(const struct oracle_token *token, const struct oracle_term *term)
{
    return token->list == term->list && token->term == term->word &&
           (term->field == SCHEMA_NO_FIELD || token->field == term->field);
}

/* Whether the document has the term, and f: how often it stands there, each field as often as it weighs where the
 * model weighs. */
static bool frequency_of(const struct oracle *oracle, const struct oracle_document *document,
                         const struct oracle_term *term, float *f)
{
    uint32_t all = 0;
    for (size_t i = 0; i < document->token_count; i++)
        all += counts_for(&document->tokens[i], term);
    *f = (float)all;
    for (size_t field = 0; field < oracle->schema->count && term->weighted && all > 0; field++) {
        uint32_t here = 0;
        for (size_t i = 0; i < document->token_count; i++)
            here += counts_for(&document->tokens[i], term) && document->tokens[i].field == field;
        if (here > 0)
            *f += (oracle->schema->fields[field]->weight - 1.0f) * (float)here;
    }
    return all > 0;
}

static uint32_t length_of(const struct oracle_document *document, const struct oracle_term *term)
{
    if (term->keyword)
        return 1;
    if (term->field != SCHEMA_NO_FIELD)
        return oracle_field_length(document, term->field);
    if (term->list > 0)
        return oracle_field_length(document, (uint16_t)(term->list - 1));
    return term->weighted ? document->weighted_length : document->plain_length;
}

static float score_of(const struct oracle_model *model, size_t documents, const struct oracle_document *document,
                      const struct oracle_term *term, float weight, float frequency)
{
    float ratio = (float)length_of(document, term) / term->average;
    if (model->kind >= ORACLE_BM25_PLUS)
        return oracle_formula(model, term, (double)documents, (double)frequency, length_of(document, term));
    if (ratio < model->min_normlen)
        ratio = model->min_normlen;
    const float inverse = 1.0f / (term->k1 * ((1.0f - term->b) + term->b * ratio));
    return weight - weight / (1.0f + frequency * inverse);
}

/* The distinct places of a term in the document, rising, moved back to where the phrase would begin. */
static size_t places_of(const struct oracle_document *document, const struct oracle_term *term, int64_t offset,
                        int64_t **places)
{
    size_t count = 0;
    *places = oracle_allocate(document->token_count * sizeof **places);
    for (size_t i = 0; i < document->token_count; i++) {
        const int64_t place = (int64_t)document->tokens[i].position - offset;
        if (counts_for(&document->tokens[i], term) && (count == 0 || (*places)[count - 1] != place))
            (*places)[count++] = place;
    }
    return count;
}

/* Places where all words of the phrase stand. */
static uint32_t count_exact(int64_t *const *places, const size_t *counts, size_t words)
{
    uint32_t found = 0;
    for (size_t i = 0; i < counts[0]; i++) {
        size_t having = 1;
        for (size_t w = 1; w < words; w++)
            for (size_t j = 0; j < counts[w]; j++)
                having += places[w][j] == places[0][i];
        found += having == words;
    }
    return found;
}

/* How often words stand in line, moved by at most slop: as often as there are places that are the lowest of a choice. */
static uint32_t count_sloppy(int64_t *const *places, const size_t *counts, const struct oracle_node *node)
{
    uint32_t found = 0;
    struct oracle_line line = { oracle_allocate(node->count * sizeof *line.words), node->count, node->slop };
    for (size_t w = 0; w < node->count; w++)
        line.words[w] = (struct oracle_line_word){
            .moved = places[w], .count = counts[w], .offset = node->offsets[w], .same = node->terms[w].word
        };
    for (size_t w = 0; w < node->count; w++)
        for (size_t i = 0; i < counts[w]; i++)
            found += oracle_line_stands(&line, w, i);
    free(line.words);
    return found;
}

static uint32_t phrases_in(const struct oracle_document *document, const struct oracle_node *node)
{
    int64_t **places = oracle_allocate(node->count * sizeof(int64_t *));
    size_t *counts = oracle_allocate(node->count * sizeof *counts);
    uint32_t found = 0;
    size_t word = 0;
    for (; word < node->count; word++) {
        counts[word] = places_of(document, &node->terms[word], node->offsets[word], &places[word]);
        if (counts[word] == 0)
            break;
    }
    if (word == node->count)
        found = node->slop == 0 ? count_exact(places, counts, word) : count_sloppy(places, counts, node);
    for (size_t w = 0; w < node->count; w++)
        free(places[w]);
    free(places);
    free(counts);
    return found;
}

/* What a phrase gives that stands so often, by formulas: its words' sum; the length is the node's. */
static float sum_of_formulas(const struct oracle *oracle, const struct oracle_model *model,
                             const struct oracle_document *document, const struct oracle_term *like,
                             const struct oracle_term *terms, size_t count, float frequency)
{
    float sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += oracle_formula(model, &terms[i], (double)oracle->count, (double)frequency, length_of(document, like));
    return sum;
}

static bool value_within(const struct oracle_value *value, const libsearch_query *query)
{
    const bool whole_value = value->type != LIBSEARCH_FLOAT, whole_range = query->type != LIBSEARCH_FLOAT;
    if (whole_value && whole_range)
        return (!query->has_low || value->integer >= query->low_integer) &&
               (!query->has_high || value->integer <= query->high_integer);
    const long double number = whole_value ? (long double)value->integer : (long double)value->number;
    const long double low = whole_range ? (long double)query->low_integer : (long double)query->low_number;
    const long double high = whole_range ? (long double)query->high_integer : (long double)query->high_number;
    return (!query->has_low || number >= low) && (!query->has_high || number <= high);
}

static bool has_value(const struct oracle_document *document, const struct oracle_node *node)
{
    bool found = oracle_field_length(document, node->field) > 0;
    for (size_t i = 0; i < document->value_count; i++)
        found = found || (document->values[i].field == node->field &&
                          (node->kind == ORACLE_EXISTS || value_within(&document->values[i], node->query)));
    return found;
}

static bool has_any_of(const struct oracle_document *document, const struct oracle_node *node)
{
    for (size_t i = 0; i < document->token_count; i++) {
        const struct oracle_token *token = &document->tokens[i];
        if (token->list == node->list && (node->field == SCHEMA_NO_FIELD || token->field == node->field) &&
            token->term < node->wanted_count && node->wanted[token->term])
            return true;
    }
    return false;
}

/* Whether the document matches, and what it scores (0 where it does not). */
static bool ask(const struct oracle *oracle, const struct oracle_model *model, const struct oracle_node *node,
                const struct oracle_document *document, float *score)
{
    bool matches = false;
    float frequency;
    *score = 0;
    switch (node->kind) {
    case ORACLE_NONE: return false;
    case ORACLE_TERM:
        matches = frequency_of(oracle, document, &node->terms[0], &frequency);
        if (matches)
            *score = score_of(model, oracle->count, document, &node->terms[0], node->terms[0].weight, frequency);
        return matches;
    case ORACLE_PHRASE:
        frequency = (float)phrases_in(document, node);
        if (frequency > 0 && model->kind >= ORACLE_BM25_PLUS)
            *score = sum_of_formulas(oracle, model, document, &node->terms[0], node->terms, node->count, frequency);
        else if (frequency > 0)
            *score = score_of(model, oracle->count, document, &node->terms[0], node->phrase_weight, frequency);
        return frequency > 0;
    case ORACLE_FIELDS: {
        float sum = 0;
        for (size_t i = 0; i < node->count; i++) {
            const struct oracle_term *term = &node->terms[i];
            if (!frequency_of(oracle, document, term, &frequency))
                continue;
            float ratio = (float)length_of(document, term) / term->average;
            if (ratio < model->min_normlen)
                ratio = model->min_normlen;
            if (node->factors[i] > 0)
                sum += node->factors[i] * frequency * (1.0f / (term->k1 * ((1.0f - term->b) + term->b * ratio)));
            matches = true;
        }
        if (matches)
            *score = node->phrase_weight - node->phrase_weight / (1.0f + sum);
        return matches;
    }
    case ORACLE_ALL: matches = true; break;
    case ORACLE_ANY_OF: matches = has_any_of(document, node); break;
    case ORACLE_RANGE:
    case ORACLE_EXISTS: matches = has_value(document, node); break;
    case ORACLE_SPANS:
        frequency = (float)oracle_span_count(document, node->span);
        if (frequency > 0 && model->kind >= ORACLE_BM25_PLUS)
            *score = sum_of_formulas(oracle, model, document, &node->terms[0], node->span->terms,
                                     node->span->term_count, frequency);
        else if (frequency > 0)
            *score = score_of(model, oracle->count, document, &node->terms[0], node->span->weight, frequency);
        return frequency > 0;
    case ORACLE_BEST: {
        float best = -1, others = 0;
        for (size_t i = 0; i < node->count; i++) {
            float part;
            if (!ask(oracle, model, node->parts[i], document, &part))
                continue;
            if (best >= 0)
                others += part < best ? part : best;
            best = part > best ? part : best;
            matches = true;
        }
        *score = matches ? best + node->constant * others : 0;
        return matches;
    }
    case ORACLE_SUM: {
        unsigned should = 0;
        bool can = true;
        float sum = 0;
        for (size_t i = 0; i < node->count; i++) {
            float part;
            const bool has = ask(oracle, model, node->parts[i], document, &part);
            const bool counts = node->occurs[i] == LIBSEARCH_SHOULD || node->occurs[i] == LIBSEARCH_MUST;
            if (has && counts)
                sum += part;
            should += has && node->occurs[i] == LIBSEARCH_SHOULD;
            if (node->occurs[i] == LIBSEARCH_MUST_NOT ? has : node->occurs[i] != LIBSEARCH_SHOULD && !has)
                can = false;
        }
        matches = can && should >= node->minimum;
        *score = matches ? sum : 0;
        return matches;
    }
    }
    if (matches)
        *score = node->constant;
    return matches;
}

static int better_first(const void *a, const void *b)
{
    const struct search_hit *one = a, *other = b;
    if (one->score != other->score)
        return one->score > other->score ? -1 : 1;
    return (one->number > other->number) - (one->number < other->number);
}

struct oracle_answer oracle_search(struct oracle *oracle, const libsearch_query *query,
                                   const struct oracle_model *model)
{
    struct oracle_answer answer = { .status = LIBSEARCH_OK };
    struct oracle_node *node = oracle_plan(oracle, query, model);
    if (node == NULL) {
        answer.status = LIBSEARCH_LIMIT;
        return answer;
    }
    answer.hits = oracle_allocate(oracle->count * sizeof *answer.hits);
    for (size_t d = 0; d < oracle->count; d++) {
        float score;
        if (oracle->live[d] && ask(oracle, model, node, oracle->documents[d], &score))
            answer.hits[answer.count++] = (struct search_hit){ score, d };
    }
    qsort(answer.hits, answer.count, sizeof *answer.hits, better_first);
    oracle_node_free(node);
    return answer;
}

void oracle_answer_free(struct oracle_answer *answer)
{
    free(answer->hits);
    answer->hits = NULL;
    answer->count = 0;
}
