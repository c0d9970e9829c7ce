/* SPDX-License-Identifier: MIT */
#include "query/query_words.h"

#include <string.h>

enum { TOKENS_AT_ONCE = 64 };

void query_words_free(const libsearch_allocator *allocator, struct query_words *words)
{
    while (words != NULL) {
        struct query_words *next = words->next;
        for (size_t i = 0; i < words->count; i++)
            memory_free(allocator, (void *)words->words[i].term);
        memory_free(allocator, words->words);
        memory_free(allocator, words);
        words = next;
    }
}

static libsearch_status add_word(const libsearch_allocator *allocator, const struct analyzer *analyzer,
                                 struct tokenizer *tokenizer, const struct token *token, size_t *capacity,
                                 struct query_words *words, libsearch_error *error)
{
    char stem[LIBSEARCH_MAX_TERM];
    if (!memory_grow(allocator, &words->words, capacity, words->count + 1, sizeof *words->words))
        return error_no_memory(error);
    const size_t length = tokenizer_term(tokenizer, token->surface, token->length, stem);
    char *term = memory_allocate(allocator, length + token->length + 1);
    if (term == NULL)
        return error_no_memory(error);
    memcpy(term, stem, length);
    memcpy(term + length, token->surface, token->length);
    words->words[words->count++] =
        (struct query_word){ .term = term,
                             .length = length,
                             .surface = term + length,
                             .surface_length = token->length,
                             .position = token->position,
                             .whole = (token->flags & TOKEN_WHOLE) != 0,
                             .stop = analyzer_is_stop(analyzer, token->surface, token->length) };
    return LIBSEARCH_OK;
}

static libsearch_status analyze(const libsearch_query *query, const struct analyzer *analyzer,
                                struct tokenizer *tokenizer, libsearch_status (*poll)(void *context),
                                void *poll_context, struct query_words *words, libsearch_error *error)
{
    struct token tokens[TOKENS_AT_ONCE];
    size_t capacity = 0;
    tokenizer_start(tokenizer, query->text, 0);
    for (;;) {
        if (poll != NULL)
            TRY(poll(poll_context));
        const size_t count = tokenizer_next(tokenizer, tokens, TOKENS_AT_ONCE);
        if (count == 0)
            return LIBSEARCH_OK;
        if (count == SIZE_MAX)
            return error_no_memory(error);
        for (size_t i = 0; i < count; i++) {
            words->cut = words->count >= LIBSEARCH_MAX_CLAUSES;
            if (words->cut)
                return LIBSEARCH_OK;
            TRY(add_word(query->allocator, analyzer, tokenizer, &tokens[i], &capacity, words, error));
        }
    }
}

libsearch_status query_words_of(const libsearch_query *query, const struct analyzer *analyzer,
                                libsearch_status (*poll)(void *context), void *poll_context,
                                const struct query_words **words, libsearch_error *error)
{
    libsearch_query *keeper = (libsearch_query *)query;
    const uint64_t identity = analyzer_identity(analyzer);
    struct query_words *first = __atomic_load_n(&keeper->words, __ATOMIC_ACQUIRE);
    for (struct query_words *kept = first; kept != NULL; kept = kept->next)
        if (kept->analyzer == identity) {
            *words = kept;
            return LIBSEARCH_OK;
        }
    struct tokenizer *tokenizer;
    struct query_words *made = memory_allocate_array(query->allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->analyzer = identity;
    libsearch_status status = tokenizer_new(analyzer, query->allocator, &tokenizer, error);
    if (status == LIBSEARCH_OK) {
        status = analyze(query, analyzer, tokenizer, poll, poll_context, made, error);
        tokenizer_free(tokenizer);
    }
    if (status != LIBSEARCH_OK) {
        query_words_free(query->allocator, made);
        return status;
    }
    /* Two threads may both have analyzed it: both results are kept, and either serves. */
    do
        made->next = first;
    while (!__atomic_compare_exchange_n(&keeper->words, &first, made, true, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
    *words = made;
    return LIBSEARCH_OK;
}
