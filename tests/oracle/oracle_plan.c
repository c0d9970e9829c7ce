/* SPDX-License-Identifier: MIT */
#include "oracle/oracle_planner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct oracle_node *oracle_node_new(enum oracle_kind kind, float constant)
{
    struct oracle_node *node = oracle_allocate(sizeof *node);
    node->kind = kind;
    node->constant = constant;
    node->field = SCHEMA_NO_FIELD;
    return node;
}

void oracle_node_free(struct oracle_node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->count && node->parts != NULL; i++)
        oracle_node_free(node->parts[i]);
    free(node->parts);
    free(node->occurs);
    free(node->terms);
    free(node->offsets);
    free(node->factors);
    free(node->wanted);
    oracle_span_free(node->span);
    free(node);
}

/* W, by the formulas of search/model.h. */
static float weight_of(const struct oracle_model *model, double N, double n, double cf, double q)
{
    const double idf = log1p((N - n + 0.5) / (n + 0.5));
    double weight;
    if (model->kind == ORACLE_BM25) {
        weight = idf * q;
    } else if (model->kind == ORACLE_BOOLEAN) {
        weight = 1;
    } else if (model->kind >= ORACLE_BM25_PLUS) {
        weight = idf * q; /* to choose by */
    } else if (model->kind == ORACLE_BM25_XAPIAN) {
        const double k3 = model->k3, t = (N - n + 0.5) / (n + 0.5);
        weight = log(t < 2 ? 1 + t / 2 : t) * ((k3 + 1) * q / (k3 + q)) * ((double)model->k1 + 1);
    } else {
        weight = 2.2 * pow(idf, 1.15) * log1p(cf / n) * pow(q, 0.75);
    }
    return weight > 0 ? (float)weight : 0.0f;
}

/* The average length of the documents, as the term counts lengths: of the group over all documents, of a field over
 * those that have words in it. */
static float average_of(const struct oracle *oracle, const struct oracle_term *term)
{
    double sum = 0, documents = 0;
    for (size_t d = 0; d < oracle->count && !term->keyword; d++) {
        const struct oracle_document *document = oracle->documents[d];
        if (term->list == 0 && term->field == SCHEMA_NO_FIELD) {
            sum += term->weighted ? document->weighted_length : document->plain_length;
            documents++;
        } else {
            const uint16_t field = term->field != SCHEMA_NO_FIELD ? term->field : (uint16_t)(term->list - 1);
            sum += oracle_field_length(document, field);
            documents += oracle_field_length(document, field) > 0;
        }
    }
    return sum > 0 ? (float)(sum / documents) : 1.0f;
}

void oracle_weigh(struct planner *planner, struct oracle_term *term, float boost, unsigned q)
{
    const struct oracle *oracle = planner->oracle;
    double n = 0, cf = 0;
    for (size_t d = 0; d < oracle->count; d++) {
        const struct oracle_document *document = oracle->documents[d];
        unsigned times = 0;
        for (size_t i = 0; i < document->token_count; i++)
            times += document->tokens[i].list == term->list && document->tokens[i].term == term->word;
        n += times > 0;
        cf += times;
    }
    term->average = average_of(oracle, term);
    term->n = n;
    term->cf = cf;
    term->scale = (double)boost * q;
    term->tokens = 0;
    for (size_t d = 0; d < oracle->count; d++)
        term->tokens += term->keyword     ? 1
                        : term->list == 0 ? oracle->documents[d]->plain_length
                                          : oracle_field_length(oracle->documents[d], (uint16_t)(term->list - 1));
    term->weight = n > 0 ? boost * weight_of(planner->model, (double)oracle->count, n, cf, q) : 0;
}

const struct field *oracle_field_of(const struct planner *planner, const libsearch_query *query)
{
    if (query->field == NULL)
        return NULL;
    const struct field *field = schema_find(planner->oracle->schema, query->field, strlen(query->field));
    if (field == NULL)
        abort(); /* the tests ask for fields that are there */
    return field;
}

struct question oracle_analyze(struct planner *planner, const libsearch_query *query)
{
    struct question question = { .field = oracle_field_of(planner, query) };
    const struct analyzer *analyzer =
        question.field != NULL ? question.field->analyzer : planner->oracle->schema->analyzers[0];
    struct tokenizer *tokenizer;
    struct token tokens[64];
    char term[LIBSEARCH_MAX_TERM];
    size_t count;
    if (tokenizer_new(analyzer, allocator_default(), &tokenizer, NULL) != LIBSEARCH_OK)
        abort();
    tokenizer_start(tokenizer, query->text, 0);
    while ((count = tokenizer_next(tokenizer, tokens, 64)) > 0)
        for (size_t i = 0; i < count; i++) {
            const size_t length = tokenizer_term(tokenizer, tokens[i].surface, tokens[i].length, term);
            oracle_grow(&question.words, &question.capacity, question.count + 1, sizeof *question.words);
            question.words[question.count++] = (struct question_word){
                .word = oracle_word(planner->oracle->words, term, length),
                .surface = oracle_word(planner->oracle->words, tokens[i].surface, tokens[i].length),
                .position = tokens[i].position,
                .whole = (tokens[i].flags & TOKEN_WHOLE) != 0,
                .stop = analyzer_is_stop(analyzer, tokens[i].surface, tokens[i].length),
            };
        }
    tokenizer_free(tokenizer);
    return question;
}

void oracle_drop(struct question *question, bool stop)
{
    size_t kept = 0;
    for (size_t i = 0; i < question->count; i++)
        kept += stop ? !question->words[i].stop : !question->words[i].whole;
    if (kept == 0)
        return;
    kept = 0;
    for (size_t i = 0; i < question->count; i++)
        if (stop ? !question->words[i].stop : !question->words[i].whole)
            question->words[kept++] = question->words[i];
    question->count = kept;
}

struct oracle_term oracle_term_of(const struct planner *planner, const struct field *field, uint32_t word)
{
    const bool group = field == NULL || field->in_group;
    const struct oracle_model *model = planner->model;
    const bool own = field != NULL && field->type == LIBSEARCH_TEXT && model->field != NULL &&
                     strcmp(field->name, model->field) == 0;
    return (struct oracle_term){ .word = word,
                                 .k1 = own ? model->field_k1 : model->k1,
                                 .b = own ? model->field_b : model->b,
                                 .list = group ? 0 : (uint16_t)(field->number + 1),
                                 .field = field != NULL && group ? field->number : SCHEMA_NO_FIELD,
                                 .keyword = field != NULL && field->type == LIBSEARCH_KEYWORD,
                                 .weighted = field == NULL && planner->model->kind == ORACLE_DEFAULT };
}

struct oracle_node *oracle_term_node(struct planner *planner, const struct field *field, uint32_t word, float boost,
                                     unsigned q)
{
    struct oracle_node *node = oracle_node_new(ORACLE_TERM, 0);
    node->terms = oracle_allocate(sizeof *node->terms);
    node->terms[0] = oracle_term_of(planner, field, word);
    node->count = 1;
    oracle_weigh(planner, &node->terms[0], boost, q);
    return node;
}

static struct oracle_node *plan_words(struct planner *planner, const libsearch_query *query, enum query_kind kind,
                                      libsearch_bytes pattern, float boost);

static void make_parts(struct oracle_node *node, size_t count)
{
    node->parts = oracle_allocate(count * sizeof(struct oracle_node *));
    node->occurs = oracle_allocate(count);
}

static struct oracle_node *plan_text(struct planner *planner, const libsearch_query *query, float boost)
{
    struct question question = oracle_analyze(planner, query);
    const bool all = (query->flags & QUERY_FLAG_ALL) != 0, exact = (query->flags & QUERY_FLAG_EXACT) != 0;
    if (!(query->flags & QUERY_FLAG_KEEP_STOPS))
        oracle_drop(&question, true);
    if (all)
        oracle_drop(&question, false); /* a whole is another way to say its parts */
    struct oracle_node *node = oracle_node_new(ORACLE_SUM, 0);
    make_parts(node, question.count);
    for (size_t i = 0; i < question.count; i++) {
        bool first = true;
        unsigned q = 0;
        for (size_t j = 0; j < question.count; j++) {
            const bool same = exact ? question.words[j].surface == question.words[i].surface
                                    : question.words[j].word == question.words[i].word;
            first = first && (j >= i || !same);
            q += same;
        }
        if (!first)
            continue;
        const float part = !all && question.words[i].whole ? boost * 0.5f : boost;
        node->parts[node->count] = exact ? oracle_exact_word(planner, question.field, &question.words[i], part, q)
                                         : oracle_term_node(planner, question.field, question.words[i].word, part, q);
        node->occurs[node->count++] = all ? LIBSEARCH_MUST : LIBSEARCH_SHOULD;
    }
    node->minimum = all ? 0 : 1;
    if (node->count == 0)
        node->minimum = 1;
    memory_free(allocator_default(), question.words);
    return node;
}

static struct oracle_node *plan_phrase(struct planner *planner, const libsearch_query *query, float boost)
{
    struct question question = oracle_analyze(planner, query);
    struct oracle_node *node;
    oracle_drop(&question, false);
    if (question.count == 0) {
        node = oracle_node_new(ORACLE_NONE, 0);
    } else if (question.count == 1 && (query->flags & QUERY_FLAG_LAST_PREFIX)) {
        const uint32_t word = question.words[0].surface;
        const struct oracle_words *words = planner->oracle->words;
        node = plan_words(planner, query, QUERY_PREFIX, (libsearch_bytes){ words->strings[word], words->lengths[word] },
                          boost);
    } else if (question.count == 1 && (query->flags & QUERY_FLAG_EXACT)) {
        node = oracle_exact_word(planner, question.field, &question.words[0], boost, 1);
    } else if (query->flags & (QUERY_FLAG_LAST_PREFIX | QUERY_FLAG_EXACT)) {
        node = oracle_plan_near(planner, query, boost);
    } else if (question.count == 1) {
        node = oracle_term_node(planner, question.field, question.words[0].word, boost, 1);
    } else {
        node = oracle_node_new(ORACLE_PHRASE, 0);
        node->slop = query->number;
        node->count = question.count;
        node->terms = oracle_allocate(question.count * sizeof *node->terms);
        node->offsets = oracle_allocate(question.count * sizeof *node->offsets);
        for (size_t i = 0; i < question.count; i++) {
            node->terms[i] = oracle_term_of(planner, question.field, question.words[i].word);
            node->offsets[i] = (int64_t)question.words[i].position - question.words[0].position;
            oracle_weigh(planner, &node->terms[i], boost, 1);
            node->phrase_weight += node->terms[i].weight;
        }
    }
    memory_free(allocator_default(), question.words);
    return node;
}

static bool fits(const libsearch_query *query, enum query_kind kind, const struct oracle_words *words, uint32_t word,
                 const char *pattern, size_t length)
{
    const char *string = words->strings[word];
    if (kind == QUERY_PREFIX)
        return oracle_fits_prefix(string, words->lengths[word], pattern, length);
    if (kind == QUERY_WILDCARD)
        return oracle_fits_wildcard(string, words->lengths[word], pattern, length);
    if (kind == QUERY_REGULAR)
        return oracle_fits_regular(string, words->lengths[word], pattern, length);
    if (kind == QUERY_RANGE)
        return oracle_fits_range(string, words->lengths[word], query, pattern, length);
    const unsigned distance = query->number > 0 ? query->number : oracle_fuzzy_distance(pattern, length);
    return oracle_fits_fuzzy(string, words->lengths[word], pattern, length, distance,
                             (unsigned)(query->more_prefix + 1));
}

/* A wanted word, and how many documents have it. */
struct wish {
    uint32_t word;
    size_t documents;
    const struct oracle_words *words;
};

static int most_frequent_first(const void *a, const void *b)
{
    const struct wish *one = a, *other = b;
    if (one->documents != other->documents)
        return one->documents > other->documents ? -1 : 1;
    const size_t length = one->words->lengths[one->word], other_length = one->words->lengths[other->word];
    const int order = memcmp(one->words->strings[one->word], one->words->strings[other->word],
                             length < other_length ? length : other_length);
    return order != 0 ? order : (length > other_length) - (length < other_length);
}

/* Of too many words, those that most documents have; of equally frequent ones, the first in order of bytes. */
static void want_fewer(struct planner *planner, uint16_t list, uint8_t *wanted, size_t count, size_t found)
{
    const struct oracle *oracle = planner->oracle;
    struct wish *wishes = oracle_allocate(found * sizeof *wishes);
    size_t *documents = oracle_allocate(count * sizeof *documents);
    size_t *last = oracle_allocate(count * sizeof *last), wished = 0;
    for (size_t d = 0; d < oracle->count; d++)
        for (size_t i = 0; i < oracle->documents[d]->token_count; i++) {
            const struct oracle_token *token = &oracle->documents[d]->tokens[i];
            if (token->list == list && token->term < count && last[token->term] != d + 1) {
                last[token->term] = d + 1;
                documents[token->term]++;
            }
        }
    for (size_t word = 0; word < count; word++)
        if (wanted[word])
            wishes[wished++] = (struct wish){ (uint32_t)word, documents[word], oracle->words };
    qsort(wishes, wished, sizeof *wishes, most_frequent_first);
    for (size_t i = LIBSEARCH_MAX_EXPANSION; i < wished; i++)
        wanted[wishes[i].word] = 0;
    free(wishes);
    free(documents);
    free(last);
}

/* The terms of all words that fit, wherever in the list they stand, in documents that were deleted too. */
static void want(struct planner *planner, uint16_t list, uint8_t *wanted, size_t count, const libsearch_query *query,
                 enum query_kind kind, const char *pattern, size_t length)
{
    enum { UNKNOWN, NO, YES };
    const struct oracle *oracle = planner->oracle;
    const struct oracle_words *words = oracle->words;
    uint8_t *known = oracle_allocate(words->count);
    size_t found = 0;
    for (size_t d = 0; d < oracle->count; d++)
        for (size_t i = 0; i < oracle->documents[d]->token_count; i++) {
            const struct oracle_token *token = &oracle->documents[d]->tokens[i];
            if (token->list != list)
                continue;
            if (known[token->surface] == UNKNOWN)
                known[token->surface] = fits(query, kind, words, token->surface, pattern, length) ? YES : NO;
            if (known[token->surface] == NO || wanted[token->term])
                continue;
            wanted[token->term] = 1;
            found++;
        }
    free(known);
    if (found > LIBSEARCH_MAX_EXPANSION && planner->lenient)
        want_fewer(planner, list, wanted, count, found);
    else if (found > LIBSEARCH_MAX_EXPANSION)
        planner->limit = true;
}

uint8_t *oracle_want(struct planner *planner, const struct field *field, const libsearch_query *query,
                     enum query_kind kind, libsearch_bytes pattern, size_t *count)
{
    const struct oracle_term like = oracle_term_of(planner, field, 0);
    *count = planner->oracle->words->count;
    uint8_t *wanted = oracle_allocate(*count);
    if (like.keyword) {
        want(planner, like.list, wanted, *count, query, kind, pattern.data, pattern.length);
        return wanted;
    }
    const struct analyzer *analyzer = field != NULL ? field->analyzer : planner->oracle->schema->analyzers[0];
    struct tokenizer *tokenizer;
    const size_t capacity = pattern.length * 4 + 64;
    char *folded = oracle_allocate(capacity);
    if (tokenizer_new(analyzer, allocator_default(), &tokenizer, NULL) != LIBSEARCH_OK)
        abort();
    const size_t length = tokenizer_fold(tokenizer, pattern, folded, capacity);
    tokenizer_free(tokenizer);
    want(planner, like.list, wanted, *count, query, kind, folded, length);
    free(folded);
    return wanted;
}

static struct oracle_node *plan_words(struct planner *planner, const libsearch_query *query, enum query_kind kind,
                                      libsearch_bytes pattern, float boost)
{
    const struct field *field = oracle_field_of(planner, query);
    struct oracle_node *node = oracle_node_new(ORACLE_ANY_OF, boost);
    const struct oracle_term like = oracle_term_of(planner, field, 0);
    node->list = like.list;
    node->field = like.field;
    node->wanted = oracle_want(planner, field, query, kind, pattern, &node->wanted_count);
    return node;
}

static struct oracle_node *plan_any(struct planner *planner, const libsearch_query *query, float boost);

static struct oracle_node *plan_boolean(struct planner *planner, const libsearch_query *query, float boost)
{
    struct oracle_node *node = oracle_node_new(ORACLE_SUM, 0);
    bool required = false, should = false;
    make_parts(node, query->count);
    for (size_t i = 0; i < query->count; i++) {
        node->parts[i] = plan_any(planner, query->children[i], boost);
        node->occurs[i] = query->occurs[i];
        required = required || query->occurs[i] == LIBSEARCH_MUST || query->occurs[i] == LIBSEARCH_FILTER;
        should = should || query->occurs[i] == LIBSEARCH_SHOULD;
    }
    node->count = query->count;
    node->minimum = query->number > 0 ? query->number : should && !required ? 1 : 0;
    if (query->count == 0)
        node->minimum = 1;
    return node;
}

/* The words of one of the texts of QUERY_FIELDS. */
static struct question field_words(struct planner *planner, const libsearch_query *child, float *factor, bool *all)
{
    const libsearch_query *text = child->kind == QUERY_BOOST ? child->children[0] : child;
    struct question question = oracle_analyze(planner, text);
    size_t kept = 0;
    for (size_t i = 0; i < question.count; i++)
        if (!question.words[i].whole)
            question.words[kept++] = question.words[i];
    question.count = kept;
    if (!(text->flags & QUERY_FLAG_KEEP_STOPS))
        oracle_drop(&question, true);
    *factor = child->kind == QUERY_BOOST ? child->factor : 1;
    *all = *all && (text->flags & QUERY_FLAG_ALL) != 0;
    return question;
}

/* A word in all fields whose texts have it. */
static struct oracle_node *field_word(struct planner *planner, const struct question *texts, const float *factors,
                                      size_t count, uint32_t word, float boost)
{
    struct oracle_node *node = oracle_node_new(ORACLE_FIELDS, 0);
    double n = 0, cf = 0;
    unsigned q = 0;
    node->terms = oracle_allocate(count * sizeof *node->terms);
    node->factors = oracle_allocate(count * sizeof *node->factors);
    for (size_t t = 0; t < count; t++) {
        unsigned times = 0;
        bool counted = false;
        for (size_t i = 0; i < texts[t].count; i++)
            times += texts[t].words[i].word == word;
        if (times == 0)
            continue;
        q = times > q ? times : q;
        struct oracle_term *term = &node->terms[node->count];
        *term = oracle_term_of(planner, texts[t].field, word);
        oracle_weigh(planner, term, 1, 1);
        for (size_t i = 0; i < node->count; i++)
            counted = counted || node->terms[i].list == term->list;
        n = term->n > n ? term->n : n;
        cf += counted ? 0 : term->cf;
        node->factors[node->count++] = factors[t];
    }
    node->phrase_weight = n > 0 ? boost * weight_of(planner->model, (double)planner->oracle->count, n, cf, q) : 0;
    return node;
}

static struct oracle_node *plan_fields(struct planner *planner, const libsearch_query *query, float boost)
{
    struct question *texts = oracle_allocate(query->count * sizeof *texts);
    float *factors = oracle_allocate(query->count * sizeof *factors);
    struct oracle_node *node = oracle_node_new(ORACLE_SUM, 0);
    size_t room = 0;
    bool all = query->count > 0;
    for (size_t t = 0; t < query->count; t++) {
        texts[t] = field_words(planner, query->children[t], &factors[t], &all);
        room += texts[t].count;
    }
    make_parts(node, room);
    for (size_t t = 0; t < query->count; t++)
        for (size_t i = 0; i < texts[t].count; i++) {
            bool first = true;
            for (size_t u = 0; u <= t; u++)
                for (size_t j = 0; j < (u < t ? texts[u].count : i); j++)
                    first = first && texts[u].words[j].word != texts[t].words[i].word;
            if (!first)
                continue;
            node->parts[node->count] = field_word(planner, texts, factors, query->count, texts[t].words[i].word, boost);
            node->occurs[node->count++] = all ? LIBSEARCH_MUST : LIBSEARCH_SHOULD;
        }
    node->minimum = node->count == 0 || !all ? 1 : 0;
    for (size_t t = 0; t < query->count; t++)
        memory_free(allocator_default(), texts[t].words);
    free(texts);
    free(factors);
    return node;
}

static struct oracle_node *plan_any(struct planner *planner, const libsearch_query *query, float boost)
{
    struct oracle_node *node;
    const struct field *field;
    switch (query->kind) {
    case QUERY_ALL: return oracle_node_new(ORACLE_ALL, boost);
    case QUERY_NONE: return oracle_node_new(ORACLE_NONE, 0);
    case QUERY_TEXT: return plan_text(planner, query, boost);
    case QUERY_PHRASE: return plan_phrase(planner, query, boost);
    case QUERY_KEYWORD:
        return oracle_term_node(planner, oracle_field_of(planner, query),
                                oracle_word(planner->oracle->words, query->text.data, query->text.length), boost, 1);
    case QUERY_RANGE:
    case QUERY_EXISTS:
        field = oracle_field_of(planner, query);
        if (query->kind == QUERY_RANGE && query->type == LIBSEARCH_KEYWORD) {
            const bool limit = planner->limit;
            node = plan_words(planner, query, QUERY_RANGE, query->text, boost);
            if (field->type == LIBSEARCH_KEYWORD) /* by its column, whatever the number of values */
                planner->limit = limit;
            return node;
        }
        node = oracle_node_new(query->kind == QUERY_RANGE ? ORACLE_RANGE : ORACLE_EXISTS, boost);
        node->query = query;
        node->field = field->number;
        return node;
    case QUERY_PREFIX:
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
    case QUERY_REGULAR: return plan_words(planner, query, query->kind, query->text, boost);
    case QUERY_NEAR: return oracle_plan_near(planner, query, boost);
    case QUERY_DISJUNCTION_MAX:
        node = oracle_node_new(ORACLE_BEST, query->factor);
        make_parts(node, query->count);
        node->count = query->count;
        for (size_t i = 0; i < query->count; i++)
            node->parts[i] = plan_any(planner, query->children[i], boost);
        return node;
    case QUERY_FIELDS: return plan_fields(planner, query, boost);
    case QUERY_BOOLEAN: return plan_boolean(planner, query, boost);
    case QUERY_BOOST: return plan_any(planner, query->children[0], boost * query->factor);
    case QUERY_CONSTANT: /* the child filters, all that it lets through counts alike */
        node = oracle_node_new(ORACLE_SUM, 0);
        make_parts(node, 2);
        node->count = 2;
        node->parts[0] = plan_any(planner, query->children[0], 1);
        node->occurs[0] = LIBSEARCH_FILTER;
        node->parts[1] = oracle_node_new(ORACLE_ALL, query->factor * boost);
        node->occurs[1] = LIBSEARCH_MUST;
        return node;
    default: abort(); /* the tests do not ask for what is not there yet */
    }
}

struct oracle_node *oracle_plan(struct oracle *oracle, const libsearch_query *query, const struct oracle_model *model)
{
    struct planner planner = { oracle, model, false, query->lenient };
    struct oracle_node *node = plan_any(&planner, query, 1);
    if (!planner.limit)
        return node;
    oracle_node_free(node);
    return NULL;
}
