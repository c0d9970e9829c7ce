/* SPDX-License-Identifier: MIT */
/* Queries with synonyms. A text is cut where a rule fits: what lies between stays one text, and what the rule fits
 * becomes the best of itself and its alternatives; one of several words is a phrase. A phrase becomes the best of
 * itself and itself with the alternatives in place. */
#include <string.h>

#include "base/buffer.h"
#include "query/query_tree.h"
#include "query/synonyms.h"
#include "text/analyzer.h"

/* Longer texts stay as they are; so many alternatives are taken of a place, and so many of a phrase. */
enum { MOST_WORDS = 1000, MOST_ALTERNATIVES = 64, TOKENS_AT_ONCE = 64 };

struct expander {
    const libsearch_synonyms *synonyms;
    const struct schema *schema;
    libsearch_error *error;
};

/* The words of a text, where they stand in it. */
struct cut_text {
    struct arena arena;
    const char *terms[MOST_WORDS];
    size_t lengths[MOST_WORDS];
    uint32_t starts[MOST_WORDS], ends[MOST_WORDS];
    bool stops[MOST_WORDS];
    size_t count;
    bool too_long;
};

/* Queries being gathered for a node. */
struct gathered {
    libsearch_query *queries[MOST_WORDS + MOST_ALTERNATIVES + 2];
    uint8_t occurs[MOST_WORDS + MOST_ALTERNATIVES + 2];
    size_t count;
};

static void gathered_free(struct gathered *gathered)
{
    for (size_t i = 0; i < gathered->count; i++)
        query_release(gathered->queries[i]);
    gathered->count = 0;
}

static libsearch_status cut(struct cut_text *text, const libsearch_query *query, const struct analyzer *analyzer,
                            libsearch_error *error)
{
    struct tokenizer *tokenizer;
    struct token tokens[TOKENS_AT_ONCE];
    size_t taken;
    libsearch_status status = LIBSEARCH_OK;
    text->count = 0;
    text->too_long = false;
    TRY(tokenizer_new(analyzer, query->allocator, &tokenizer, error));
    tokenizer_start(tokenizer, query->text, 0);
    while (status == LIBSEARCH_OK && !text->too_long &&
           (taken = tokenizer_next(tokenizer, tokens, TOKENS_AT_ONCE)) > 0) {
        if (taken == SIZE_MAX)
            status = error_no_memory(error);
        for (size_t i = 0; i < taken && status == LIBSEARCH_OK; i++) {
            char term[LIBSEARCH_MAX_TERM];
            if (tokens[i].flags & TOKEN_WHOLE)
                continue;
            text->too_long = text->count == MOST_WORDS;
            if (text->too_long)
                break;
            const size_t at = text->count++;
            text->lengths[at] = tokenizer_term(tokenizer, tokens[i].surface, tokens[i].length, term);
            text->terms[at] = arena_duplicate(&text->arena, term, text->lengths[at]);
            text->starts[at] = tokens[i].start;
            text->ends[at] = tokens[i].end;
            text->stops[at] = analyzer_is_stop(analyzer, tokens[i].surface, tokens[i].length);
            if (text->terms[at] == NULL)
                status = error_no_memory(error);
        }
    }
    tokenizer_free(tokenizer);
    return status;
}

/* A part of a text as a query of its own. */
static libsearch_status slice(const libsearch_query *query, size_t start, size_t end, libsearch_query **made,
                              libsearch_error *error)
{
    libsearch_query like = *query;
    like.text = (libsearch_bytes){ query->text.data + start, end - start };
    like.position = query->position + start;
    return query_new(query->allocator, &like, made, error);
}

/* Calls for each alternative of a match: the texts of its rules but what the rule is for, at most MOST_ALTERNATIVES. */
static size_t alternatives_of(const libsearch_synonyms *synonyms, const struct synonym_match *match, uint32_t *texts)
{
    size_t count = 0;
    for (size_t r = 0; r < match->count; r++) {
        const struct synonym_rule *rule = match->rules[r];
        for (uint32_t t = 0; t < rule->count && count < MOST_ALTERNATIVES; t++) {
            const uint32_t text = synonyms->targets[rule->first + t];
            if (text != rule->from)
                texts[count++] = text;
        }
    }
    return count;
}

/* Words [from, to) of the text, or any of their alternatives. */
static libsearch_status make_place(const struct expander *expander, const libsearch_query *query,
                                   const struct analyzer *analyzer, size_t start, size_t end,
                                   const struct synonym_match *match, bool near, libsearch_query **made)
{
    uint32_t texts[MOST_ALTERNATIVES];
    libsearch_query *parts[MOST_ALTERNATIVES + 1];
    uint8_t occurs[MOST_ALTERNATIVES + 1] = { 0 };
    const size_t alternatives = alternatives_of(expander->synonyms, match, texts);
    size_t count = 0;
    libsearch_status status = slice(query, start, end, &parts[0], expander->error);
    count += status == LIBSEARCH_OK;
    for (size_t i = 0; i < alternatives && status == LIBSEARCH_OK; i++) {
        size_t words = 0;
        libsearch_query like = *query;
        like.text = expander->synonyms->texts[texts[i]];
        like.position = query->position + start;
        status = synonyms_word_count(expander->synonyms, analyzer, texts[i], &words, expander->error);
        if (status != LIBSEARCH_OK || words == 0)
            continue;
        if (words > 1) {
            like.kind = QUERY_PHRASE;
            like.flags = 0;
            like.number = 0;
        }
        status = query_new(query->allocator, &like, &parts[count], expander->error);
        count += status == LIBSEARCH_OK;
    }
    const libsearch_query like = { .kind = near ? QUERY_BOOLEAN : QUERY_DISJUNCTION_MAX,
                                   .children = parts,
                                   .occurs = occurs,
                                   .count = count,
                                   .position = query->position + start };
    if (status == LIBSEARCH_OK)
        status = query_new(query->allocator, &like, made, expander->error);
    for (size_t i = 0; i < count; i++)
        query_release(parts[i]);
    return status;
}

/* Words [from, to) that no rule fits; nothing where they are stop words that count only alone. */
static libsearch_status add_run(const struct expander *expander, const libsearch_query *query,
                                const struct cut_text *text, size_t from, size_t to, struct gathered *gathered)
{
    bool counts = (query->flags & QUERY_FLAG_KEEP_STOPS) != 0;
    for (size_t i = from; i < to; i++)
        counts = counts || !text->stops[i];
    if (from == to || !counts)
        return LIBSEARCH_OK;
    TRY(slice(query, text->starts[from], text->ends[to - 1], &gathered->queries[gathered->count], expander->error));
    gathered->count++;
    return LIBSEARCH_OK;
}

static libsearch_status expand_text(const struct expander *expander, const libsearch_query *query,
                                    const struct analyzer *analyzer, const struct cut_text *text, bool near,
                                    struct gathered *gathered, libsearch_query **expanded)
{
    size_t run = 0, places = 0;
    for (size_t at = 0; at < text->count;) {
        struct synonym_match match;
        TRY(synonyms_match(expander->synonyms, analyzer, text->terms + at, text->lengths + at, text->count - at, &match,
                           expander->error));
        if (match.length == 0) {
            at++;
            continue;
        }
        TRY(add_run(expander, query, text, run, at, gathered));
        TRY(make_place(expander, query, analyzer, text->starts[at], text->ends[at + match.length - 1], &match, near,
                       &gathered->queries[gathered->count]));
        gathered->count++;
        places++;
        run = at += match.length;
    }
    if (places == 0) {
        *expanded = query_retain(query);
        return LIBSEARCH_OK;
    }
    TRY(add_run(expander, query, text, run, text->count, gathered));
    if (gathered->count == 1) {
        *expanded = query_retain(gathered->queries[0]);
        return LIBSEARCH_OK;
    }
    memset(gathered->occurs, query->flags & QUERY_FLAG_ALL ? LIBSEARCH_MUST : LIBSEARCH_SHOULD, gathered->count);
    return query_new(query->allocator,
                     &(libsearch_query){ .kind = QUERY_BOOLEAN,
                                         .children = gathered->queries,
                                         .occurs = gathered->occurs,
                                         .count = gathered->count,
                                         .position = query->position },
                     expanded, expander->error);
}

/* Adds the phrase `made` so far and the words from `at` on, once for every choice of alternatives. Recursion goes from
 * place to place, and ends with MOST_ALTERNATIVES phrases. */
static libsearch_status add_phrases(const struct expander *expander, const libsearch_query *query,
                                    const struct analyzer *analyzer, const struct cut_text *text, size_t at,
                                    size_t copied, struct buffer *made, struct gathered *gathered)
{
    struct synonym_match match = { .length = 0 };
    uint32_t texts[MOST_ALTERNATIVES];
    for (; at < text->count && match.length == 0; at += match.length == 0)
        TRY(synonyms_match(expander->synonyms, analyzer, text->terms + at, text->lengths + at, text->count - at, &match,
                           expander->error));
    const size_t before = made->length;
    if (match.length == 0) {
        if (gathered->count == MOST_ALTERNATIVES)
            return LIBSEARCH_OK;
        libsearch_query like = *query;
        buffer_append(made, query->text.data + copied, query->text.length - copied);
        if (made->failed)
            return error_no_memory(expander->error);
        like.text = (libsearch_bytes){ (const char *)made->data, made->length };
        TRY(query_new(query->allocator, &like, &gathered->queries[gathered->count], expander->error));
        gathered->count++;
        made->length = before;
        return LIBSEARCH_OK;
    }
    const size_t end = at + match.length - 1;
    const size_t alternatives = alternatives_of(expander->synonyms, &match, texts);
    for (size_t i = 0; i <= alternatives && gathered->count < MOST_ALTERNATIVES; i++) {
        buffer_append(made, query->text.data + copied, text->starts[at] - copied);
        if (i == 0)
            buffer_append(made, query->text.data + text->starts[at], text->ends[end] - text->starts[at]);
        else
            buffer_append(made, expander->synonyms->texts[texts[i - 1]].data,
                          expander->synonyms->texts[texts[i - 1]].length);
        TRY(add_phrases(expander, query, analyzer, text, end + 1, text->ends[end], made, gathered));
        made->length = before;
    }
    return LIBSEARCH_OK;
}

static libsearch_status expand_phrase(const struct expander *expander, const libsearch_query *query,
                                      const struct analyzer *analyzer, const struct cut_text *text, bool near,
                                      struct gathered *gathered, libsearch_query **expanded)
{
    struct buffer made;
    buffer_init(&made, query->allocator);
    libsearch_status status = add_phrases(expander, query, analyzer, text, 0, 0, &made, gathered);
    buffer_free(&made);
    TRY(status);
    if (gathered->count < 2) {
        *expanded = query_retain(query);
        return LIBSEARCH_OK;
    }
    memset(gathered->occurs, LIBSEARCH_SHOULD, gathered->count);
    return query_new(query->allocator,
                     &(libsearch_query){ .kind = near ? QUERY_BOOLEAN : QUERY_DISJUNCTION_MAX,
                                         .children = gathered->queries,
                                         .occurs = gathered->occurs,
                                         .count = gathered->count,
                                         .position = query->position },
                     expanded, expander->error);
}

static libsearch_status expand_words(const struct expander *expander, const libsearch_query *query, bool near,
                                     libsearch_query **expanded)
{
    const struct field *field =
        query->field == NULL ? NULL : schema_find(expander->schema, query->field, strlen(query->field));
    const bool of_text = query->field == NULL || (field != NULL && field->type == LIBSEARCH_TEXT);
    if (!of_text || (query->flags & (QUERY_FLAG_EXACT | QUERY_FLAG_LAST_PREFIX)) != 0) {
        *expanded = query_retain(query);
        return LIBSEARCH_OK;
    }
    const struct analyzer *analyzer = field != NULL ? field->analyzer : expander->schema->analyzers[0];
    struct cut_text *text = memory_allocate_array(query->allocator, 1, sizeof *text);
    struct gathered *gathered = memory_allocate_array(query->allocator, 1, sizeof *gathered);
    libsearch_status status = text == NULL || gathered == NULL ? error_no_memory(expander->error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK) {
        arena_init(&text->arena, query->allocator);
        status = cut(text, query, analyzer, expander->error);
        if (status == LIBSEARCH_OK && text->too_long)
            *expanded = query_retain(query);
        else if (status == LIBSEARCH_OK && query->kind == QUERY_PHRASE)
            status = expand_phrase(expander, query, analyzer, text, near, gathered, expanded);
        else if (status == LIBSEARCH_OK)
            status = expand_text(expander, query, analyzer, text, near, gathered, expanded);
        gathered_free(gathered);
        arena_free(&text->arena);
    }
    memory_free(query->allocator, text);
    memory_free(query->allocator, gathered);
    return status;
}

/* Recursion is bounded by the query's depth. */
static libsearch_status expand(const struct expander *expander, const libsearch_query *query, bool near,
                               libsearch_query **expanded)
{
    if (query->kind == QUERY_TEXT || query->kind == QUERY_PHRASE)
        return expand_words(expander, query, near, expanded);
    if (query->count == 0 || query->kind == QUERY_FIELDS) { /* whose parts are texts alone */
        *expanded = query_retain(query);
        return LIBSEARCH_OK;
    }
    libsearch_query **children = memory_allocate_array(query->allocator, query->count, sizeof(libsearch_query *));
    if (children == NULL)
        return error_no_memory(expander->error);
    libsearch_status status = LIBSEARCH_OK;
    bool changed = false;
    size_t count = 0;
    for (; count < query->count && status == LIBSEARCH_OK; count++) {
        status = expand(expander, query->children[count], near || query->kind == QUERY_NEAR, &children[count]);
        changed = changed || (status == LIBSEARCH_OK && children[count] != query->children[count]);
    }
    count -= status != LIBSEARCH_OK;
    libsearch_query like = *query;
    like.children = children;
    if (status == LIBSEARCH_OK && changed)
        status = query_new(query->allocator, &like, expanded, expander->error);
    else if (status == LIBSEARCH_OK)
        *expanded = query_retain(query);
    for (size_t i = 0; i < count; i++)
        query_release(children[i]);
    memory_free(query->allocator, children);
    return status;
}

libsearch_status synonyms_expand(const libsearch_synonyms *synonyms, const struct schema *schema,
                                 const libsearch_query *query, libsearch_query **expanded, libsearch_error *error)
{
    const struct expander expander = { synonyms, schema, error };
    libsearch_query *made;
    TRY(expand(&expander, query, false, &made));
    if (made == query) {
        *expanded = made;
        return LIBSEARCH_OK;
    }
    made->lenient = query->lenient;
    for (const struct query_warning *warning = query->warnings; warning != NULL; warning = warning->next) {
        const libsearch_status status =
            query_warn(made->allocator, &made->warnings, warning->position, warning->message, error);
        if (status != LIBSEARCH_OK) {
            query_release(made);
            return status;
        }
    }
    *expanded = made;
    return LIBSEARCH_OK;
}
