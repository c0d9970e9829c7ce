/* SPDX-License-Identifier: MIT */
/* Tokens of a text as the tests look at them. */
#ifndef TESTS_TEXT_WORDS_H
#define TESTS_TEXT_WORDS_H

#include "text/tokenizer.h"

/* An analyzer with a tokenizer; fails the test where it cannot be made. */
struct cutter {
    struct analyzer *analyzer;
    struct tokenizer *tokenizer;
};
struct cutter cutter_new(const char *name);
void cutter_free(struct cutter *cutter);

/* All tokens of a text with their surfaces copied, taken `count` at a time. */
struct words {
    struct token *tokens; /* surface points into memory of its own */
    size_t count, capacity;
};
struct words words_of(struct tokenizer *tokenizer, const void *text, size_t length, size_t count);
void words_free(struct words *words);

/* Fails unless both are the same tokens. */
void assert_same_words(const struct words *left, const struct words *right, const char *what);

/* Fails unless positions, places, lengths and wholes are as analyzer.h promises. */
void assert_well_formed(const struct words *words, size_t length);

/* "word word" for the surfaces; a whole is written in parentheses behind the first of its parts: "e (email) mail".
 * Valid until the next call. */
const char *surfaces_of(const char *analyzer, const char *text);
/* The same with the terms. */
const char *terms_of(const char *analyzer, const char *text);

/* Small, seeded, the same everywhere. */
uint64_t random_next(uint64_t *state);
/* The seed: of the environment's LIBSEARCH_SEED or the time; printed. */
uint64_t random_seed(void);
/* A text of tricky characters, of at most capacity bytes; its length. */
size_t random_text(uint64_t *state, char *text, size_t capacity);

#endif
