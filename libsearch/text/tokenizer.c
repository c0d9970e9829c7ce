/* SPDX-License-Identifier: MIT */
/* The way through a text: plain ASCII words by bit masks, the rest with care. */
#include "text/tokenizer.h"

#include <string.h>

#include <libstemmer.h>

#include "text/unicode.h"

libsearch_status tokenizer_new(const struct analyzer *analyzer, const libsearch_allocator *allocator,
                               struct tokenizer **tokenizer, libsearch_error *error)
{
    struct tokenizer *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (!made)
        return error_no_memory(error);
    made->analyzer = analyzer;
    made->allocator = allocator;
    made->kernel = kernel_best();
    made->pending = memory_allocate_array(allocator, STEP_TOKENS, sizeof *made->pending);
    made->words = memory_allocate_array(allocator, WORDS_CAPACITY + SURFACE_PADDING, 1);
    made->lower = memory_allocate_array(allocator, LOWER_CAPACITY + CLASSIFY_BLOCK + SURFACE_PADDING, 1);
    bool complete = made->pending && made->words && made->lower;
    if (complete && analyzer->stem) {
        made->stemmer = sb_stemmer_new(analyzer->language->name, "UTF_8");
        /* its buffer grows with the longest word: grown now, it does not later */
        char longest[2 * LIBSEARCH_MAX_TERM];
        memset(longest, 'x', sizeof longest);
        complete = made->stemmer && sb_stemmer_stem(made->stemmer, (const sb_symbol *)longest, sizeof longest);
    }
    if (!complete) {
        tokenizer_free(made);
        return error_no_memory(error);
    }
    *tokenizer = made;
    return LIBSEARCH_OK;
}

void tokenizer_free(struct tokenizer *tokenizer)
{
    if (!tokenizer)
        return;
    sb_stemmer_delete(tokenizer->stemmer);
    memory_free(tokenizer->allocator, tokenizer->pending);
    memory_free(tokenizer->allocator, tokenizer->words);
    memory_free(tokenizer->allocator, tokenizer->lower);
    memory_free(tokenizer->allocator, tokenizer);
}

void tokenizer_use_kernel(struct tokenizer *tokenizer, enum kernel kernel) { tokenizer->kernel = kernel; }

void tokenizer_start(struct tokenizer *tokenizer, libsearch_bytes text, uint32_t position)
{
    tokenizer->text = (const uint8_t *)text.data;
    tokenizer->length = text.length;
    tokenizer->at = 0;
    tokenizer->position = position;
    tokenizer->run_open = false;
    tokenizer->pending_next = tokenizer->pending_count = 0;
    tokenizer->words_used = 0;
}

/* Moves what is pending to tokens; how many. */
static size_t take_pending(struct tokenizer *tokenizer, struct token *tokens, size_t count)
{
    const size_t left = tokenizer->pending_count - tokenizer->pending_next;
    const size_t taken = left < count ? left : count;
    if (taken > 0)
        memcpy(tokens, tokenizer->pending + tokenizer->pending_next, taken * sizeof *tokens);
    tokenizer->pending_next += taken;
    if (tokenizer->pending_next == tokenizer->pending_count)
        tokenizer->pending_next = tokenizer->pending_count = 0;
    return taken;
}

/* Careful steps from `at` until `end` is reached. False: stopped before, for room in tokens or words. */
static bool go_carefully(struct tokenizer *tokenizer, size_t end, struct token *tokens, size_t count, size_t *taken)
{
    while (tokenizer->at < end) {
        if (*taken == count || WORDS_CAPACITY - tokenizer->words_used < STEP_BYTES)
            return false;
        careful_step(tokenizer, end);
        *taken += take_pending(tokenizer, tokens + *taken, count - *taken);
        if (tokenizer->pending_count > 0)
            return false;
    }
    return true;
}

size_t tokenizer_next(struct tokenizer *tokenizer, struct token *tokens, size_t count)
{
    size_t taken = 0;
    if (tokenizer->pending_count > 0)
        return take_pending(tokenizer, tokens, count);
    do {
        tokenizer->words_used = 0;
        go_carefully(tokenizer, tokenizer->length, tokens, count, &taken);
    } while (taken == 0 && tokenizer->at < tokenizer->length);
    return taken;
}

/* Romanian comma-below letters as the cedilla forms that the stemmer was written for. */
static size_t write_cedillas(const char *surface, size_t length, char *to)
{
    for (size_t i = 0; i < length; i++) {
        if (i + 1 < length && surface[i] == '\xC8' && (surface[i + 1] == '\x99' || surface[i + 1] == '\x9B')) {
            to[i] = '\xC5';
            to[i + 1] = surface[i + 1] == '\x99' ? '\x9F' : '\xA3';
            i++;
        } else {
            to[i] = surface[i];
        }
    }
    return length;
}

size_t tokenizer_term(struct tokenizer *tokenizer, const char *surface, size_t length, char *term)
{
    const struct analyzer *analyzer = tokenizer->analyzer;
    char spelled[LIBSEARCH_MAX_TERM];
    if (length > LIBSEARCH_MAX_TERM)
        length = utf8_cut(surface, length, LIBSEARCH_MAX_TERM);
    if (tokenizer->stemmer) {
        if (analyzer->language->flags & LANGUAGE_CEDILLA) {
            length = write_cedillas(surface, length, spelled);
            surface = spelled;
        }
        const sb_symbol *stem = sb_stemmer_stem(tokenizer->stemmer, (const sb_symbol *)surface, (int)length);
        const int stem_length = stem ? sb_stemmer_length(tokenizer->stemmer) : 0;
        if (stem_length > 0) {
            surface = (const char *)stem;
            length = utf8_cut(surface, (size_t)stem_length, LIBSEARCH_MAX_TERM);
        }
    }
    if (analyzer->bare_terms) {
        const size_t stripped = fold_text(&analyzer->strip, (const uint8_t *)surface, length, term, LIBSEARCH_MAX_TERM);
        if (stripped > 0)
            return stripped;
    }
    memcpy(term, surface, length);
    return length;
}

size_t tokenizer_fold(struct tokenizer *tokenizer, libsearch_bytes word, char *folded, size_t capacity)
{
    return fold_text(&tokenizer->analyzer->fold, (const uint8_t *)word.data, word.length, folded, capacity);
}
