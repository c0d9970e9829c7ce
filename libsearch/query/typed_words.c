/* SPDX-License-Identifier: MIT */
/* A query's texts know where they stood (position). Where the very bytes stand there, nothing was escaped, and what
 * the analyzer finds in them can be replaced in the text. */
#include "query/typed_words.h"

#include <stdlib.h>
#include <string.h>

#include "text/analyzer.h"

enum { TOKENS_AT_ONCE = 64 };

struct walk {
    struct arena *arena;
    const struct schema *schema;
    libsearch_bytes text;
    const struct field *fallback;
    struct typed_word *words;
    size_t count;
    bool last_only;
    libsearch_error *error;
};

static const struct field *field_of(const struct walk *walk, const libsearch_query *query)
{
    if (query->field == NULL)
        return walk->fallback;
    return schema_find(walk->schema, query->field, strlen(query->field));
}

static bool stands_there(const struct walk *walk, const libsearch_query *query)
{
    const libsearch_bytes text = walk->text;
    return query->text.length > 0 && query->position <= text.length &&
           query->text.length <= text.length - query->position &&
           memcmp(text.data + query->position, query->text.data, query->text.length) == 0;
}

static libsearch_status keep(struct walk *walk, const struct typed_word *word, const char *bytes, size_t length)
{
    char *copy = arena_duplicate(walk->arena, bytes, length);
    if (copy == NULL)
        return error_no_memory(walk->error);
    struct typed_word *kept = &walk->words[walk->last_only ? 0 : walk->count];
    *kept = *word;
    kept->word = (libsearch_bytes){ copy, length };
    walk->count = walk->last_only ? 1 : walk->count + 1;
    return LIBSEARCH_OK;
}

static libsearch_status add_tokens(struct walk *walk, const libsearch_query *query, const struct field *field,
                                   const struct analyzer *analyzer, struct tokenizer *tokenizer)
{
    struct token tokens[TOKENS_AT_ONCE];
    size_t count, end_before = 0;
    tokenizer_start(tokenizer, query->text, 0);
    while ((count = tokenizer_next(tokenizer, tokens, TOKENS_AT_ONCE)) > 0) {
        if (count == SIZE_MAX)
            return error_no_memory(walk->error);
        for (size_t i = 0; i < count && walk->count < TYPED_WORDS_MOST; i++) {
            const struct token *token = &tokens[i];
            if (token->flags & TOKEN_WHOLE)
                continue;
            const struct typed_word word = { .field = field,
                                             .start = query->position + token->start,
                                             .end = query->position + token->end,
                                             .stop = analyzer_is_stop(analyzer, token->surface, token->length),
                                             .overlaps = token->start < end_before };
            end_before = token->end;
            if (!walk->last_only || word.end == walk->text.length)
                TRY(keep(walk, &word, token->surface, token->length));
        }
    }
    return LIBSEARCH_OK;
}

static libsearch_status add_words(struct walk *walk, const libsearch_query *query)
{
    const struct field *field = field_of(walk, query);
    if (!stands_there(walk, query))
        return LIBSEARCH_OK;
    if (query->kind == QUERY_KEYWORD || (field != NULL && field->type == LIBSEARCH_KEYWORD)) {
        const struct typed_word word = {
            .field = field, .start = query->position, .end = query->position + query->text.length, .value = true
        };
        return walk->last_only && word.end == walk->text.length
                   ? keep(walk, &word, query->text.data, query->text.length)
                   : LIBSEARCH_OK;
    }
    if (field != NULL && field->type != LIBSEARCH_TEXT)
        return LIBSEARCH_OK;
    struct tokenizer *tokenizer;
    const struct analyzer *analyzer = field != NULL ? field->analyzer : walk->schema->analyzers[0];
    TRY(tokenizer_new(analyzer, walk->arena->allocator, &tokenizer, walk->error));
    const libsearch_status status = add_tokens(walk, query, field, analyzer, tokenizer);
    tokenizer_free(tokenizer);
    return status;
}

/* Recursion is bounded by the query's depth. */
static libsearch_status visit(struct walk *walk, const libsearch_query *query)
{
    for (size_t i = 0; i < query->count; i++)
        if (walk->last_only || query->occurs[i] != LIBSEARCH_MUST_NOT)
            TRY(visit(walk, query->children[i]));
    const bool words = query->kind == QUERY_TEXT || query->kind == QUERY_PHRASE;
    if (!(words || (walk->last_only && query->kind == QUERY_KEYWORD)) ||
        (!walk->last_only && (query->flags & QUERY_FLAG_EXACT)))
        return LIBSEARCH_OK;
    return add_words(walk, query);
}

static int by_place(const void *a, const void *b)
{
    const struct typed_word *one = a, *other = b;
    return (one->start > other->start) - (one->start < other->start);
}

libsearch_status typed_words_all(struct arena *arena, const struct schema *schema, const libsearch_query *query,
                                 libsearch_bytes text, const struct field *fallback, struct typed_word **words,
                                 size_t *count, libsearch_error *error)
{
    struct walk walk = { .arena = arena, .schema = schema, .text = text, .fallback = fallback, .error = error };
    walk.words = arena_allocate(arena, TYPED_WORDS_MOST * sizeof *walk.words);
    if (walk.words == NULL)
        return error_no_memory(error);
    TRY(visit(&walk, query));
    if (walk.count > 1)
        qsort(walk.words, walk.count, sizeof *walk.words, by_place);
    *words = walk.words;
    *count = walk.count;
    return LIBSEARCH_OK;
}

libsearch_status typed_words_last(struct arena *arena, const struct schema *schema, const libsearch_query *query,
                                  libsearch_bytes text, const struct field *fallback, struct typed_word *word,
                                  bool *found, libsearch_error *error)
{
    struct walk walk = {
        .arena = arena, .schema = schema, .text = text, .fallback = fallback, .last_only = true, .error = error
    };
    walk.words = word;
    TRY(visit(&walk, query));
    *found = walk.count > 0;
    return LIBSEARCH_OK;
}
