/* SPDX-License-Identifier: MIT */
#include "query/query_words.h"

#include <string.h>

enum { TOKENS_AT_ONCE = 64 };

void query_words_free(const libsearch_allocator *allocator, struct query_words *words)
{
    while (words != NULL) {
        struct query_words *next = words->next;
        memory_free(allocator, words->letters);
        memory_free(allocator, words->words);
        memory_free(allocator, words);
        words = next;
    }
}

/* What grows while a text is analyzed. */
struct growing {
    const libsearch_allocator *allocator;
    size_t capacity, letters_capacity, letters; /* words, and bytes of letters */
};

static libsearch_status add_word(struct growing *growing, const struct analyzer *analyzer, struct tokenizer *tokenizer,
                                 const struct token *token, struct query_words *words, libsearch_error *error)
{
    char stem[LIBSEARCH_MAX_TERM];
    const size_t length = tokenizer_term(tokenizer, token->surface, token->length, stem);
    const size_t end = growing->letters + length + token->length;
    if (!memory_grow(growing->allocator, &words->words, &growing->capacity, words->count + 1, sizeof *words->words) ||
        !memory_grow(growing->allocator, &words->letters, &growing->letters_capacity, end, 1))
        return error_no_memory(error);
    memcpy(words->letters + growing->letters, stem, length);
    memcpy(words->letters + growing->letters + length, token->surface, token->length);
    growing->letters = end;
    words->words[words->count++] =
        (struct query_word){ .length = length,
                             .surface_length = token->length,
                             .position = token->position,
                             .whole = (token->flags & TOKEN_WHOLE) != 0,
                             .stop = analyzer_is_stop(analyzer, token->surface, token->length) };
    return LIBSEARCH_OK;
}

/* Now that the letters move no more. */
static void point_to_letters(struct query_words *words)
{
    const char *letters = words->letters;
    for (size_t i = 0; i < words->count; i++) {
        struct query_word *word = &words->words[i];
        word->term = letters;
        word->surface = letters + word->length;
        letters += word->length + word->surface_length;
    }
}

static libsearch_status analyze(const libsearch_query *query, const struct analyzer *analyzer,
                                struct tokenizer *tokenizer, libsearch_status (*poll)(void *context),
                                void *poll_context, struct query_words *words, libsearch_error *error)
{
    struct token tokens[TOKENS_AT_ONCE];
    struct growing growing = { .allocator = query->allocator };
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
            TRY(add_word(&growing, analyzer, tokenizer, &tokens[i], words, error));
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
        point_to_letters(made);
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
