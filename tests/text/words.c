/* SPDX-License-Identifier: MIT */
#include "text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct cutter cutter_new(const char *name)
{
    struct cutter cutter = { NULL, NULL };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (analyzer_new(allocator_default(), name, &cutter.analyzer, &error) != LIBSEARCH_OK ||
        tokenizer_new(cutter.analyzer, allocator_default(), &cutter.tokenizer, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", name, error.message);
    return cutter;
}

void cutter_free(struct cutter *cutter)
{
    tokenizer_free(cutter->tokenizer);
    analyzer_free(cutter->analyzer);
}

static void words_add(struct words *words, const struct token *token)
{
    if (words->count == words->capacity) {
        words->capacity = words->capacity * 2 + 64;
        words->tokens = realloc(words->tokens, words->capacity * sizeof *words->tokens);
    }
    char padding[16]; /* the promise: so much can be read from any surface */
    memcpy(padding, token->surface, sizeof padding);
    char *surface = malloc(token->length + 1u);
    memcpy(surface, token->surface, token->length);
    surface[token->length] = '\0';
    words->tokens[words->count] = *token;
    words->tokens[words->count++].surface = surface;
}

struct words words_of(struct tokenizer *tokenizer, const void *text, size_t length, size_t count)
{
    struct words words = { NULL, 0, 0 };
    struct token *tokens = malloc(count * sizeof *tokens);
    /* memory of just the text's length, so that a sanitizer sees any reading beyond it */
    char *copy = malloc(length > 0 ? length : 1);
    if (length > 0)
        memcpy(copy, text, length);
    tokenizer_start(tokenizer, (libsearch_bytes){ copy, length }, 0);
    for (;;) {
        const size_t taken = tokenizer_next(tokenizer, tokens, count);
        assert_true(taken <= count);
        if (taken == 0)
            break;
        for (size_t i = 0; i < taken; i++)
            words_add(&words, &tokens[i]);
    }
    free(copy);
    free(tokens);
    return words;
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free((void *)(uintptr_t)words->tokens[i].surface);
    free(words->tokens);
}

void assert_same_words(const struct words *left, const struct words *right, const char *what)
{
    for (size_t i = 0; i < left->count && i < right->count; i++) {
        const struct token *a = &left->tokens[i], *b = &right->tokens[i];
        if (a->length != b->length || memcmp(a->surface, b->surface, a->length) != 0 || a->position != b->position ||
            a->start != b->start || a->end != b->end || a->flags != b->flags)
            fail_msg("%s: token %zu is '%s' at %u [%u, %u) and '%s' at %u [%u, %u)", what, i, a->surface, a->position,
                     a->start, a->end, b->surface, b->position, b->start, b->end);
    }
    if (left->count != right->count)
        fail_msg("%s: %zu tokens and %zu", what, left->count, right->count);
}

void assert_well_formed(const struct words *words, size_t length)
{
    uint32_t position = 0, start = 0;
    for (size_t i = 0; i < words->count; i++) {
        const struct token *token = &words->tokens[i];
        assert_in_range(token->length, 1, LIBSEARCH_MAX_TERM);
        assert_true(token->start < token->end && token->end <= length);
        if (token->flags & TOKEN_WHOLE) {
            assert_true(i > 0 && !(words->tokens[i - 1].flags & TOKEN_WHOLE));
            assert_int_equal(token->position, words->tokens[i - 1].position);
            assert_int_equal(token->start, words->tokens[i - 1].start);
            assert_true(token->length > words->tokens[i - 1].length);
            continue;
        }
        assert_int_equal(token->position, position);
        assert_true(token->start >= start);
        position++;
        start = token->start;
    }
}

static const char *written(const char *analyzer, const char *text, bool terms)
{
    static char line[65536];
    size_t length = 0;
    struct cutter cutter = cutter_new(analyzer);
    struct words words = words_of(cutter.tokenizer, text, strlen(text), 16);
    assert_well_formed(&words, strlen(text));
    line[0] = '\0';
    for (size_t i = 0; i < words.count; i++) {
        const struct token *token = &words.tokens[i];
        char term[LIBSEARCH_MAX_TERM];
        const char *word = token->surface;
        size_t word_length = token->length;
        if (terms) {
            word_length = tokenizer_term(cutter.tokenizer, token->surface, token->length, term);
            word = term;
        }
        length +=
            (size_t)snprintf(line + length, sizeof line - length, token->flags & TOKEN_WHOLE ? "%s(%.*s)" : "%s%.*s",
                             i > 0 ? " " : "", (int)word_length, word);
    }
    words_free(&words);
    cutter_free(&cutter);
    return line;
}

const char *surfaces_of(const char *analyzer, const char *text) { return written(analyzer, text, false); }
const char *terms_of(const char *analyzer, const char *text) { return written(analyzer, text, true); }

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

uint64_t random_seed(void)
{
    const char *given = getenv("LIBSEARCH_SEED");
    const uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    return seed;
}

/* Everything that some rule is about, and bytes that are no UTF-8. */
static const char *const bits[] = {
    "a",
    "B",
    "c",
    "word",
    "Over",
    "US",
    "s",
    "t",
    "ll",
    "n",
    "O",
    "I",
    "1",
    "23",
    "456",
    "000",
    "2020",
    " ",
    " ",
    " ",
    "\n",
    ".",
    ".",
    ",",
    "'",
    "-",
    "-",
    "_",
    "&",
    "+",
    "#",
    "++",
    "/",
    ":",
    ";",
    "\"",
    "(",
    ")",
    "@",
    "*",
    "\xE2\x80\x99",
    "\xCA\xBC",
    "\xC2\xAD",
    "\xE2\x80\x8B",
    "\xE2\x80\x8D",
    "\xEF\xBB\xBF",
    "\xE2\x80\x90",
    "\xC2\xB7",
    "\xCC\x81",
    "\xC3\xA9",
    "\xC3\x9F",
    "\xC4\xB0",
    "\xC4\xB1",
    "\xEF\xAC\x81",
    "\xEF\xBC\xA1",
    "\xEF\xBC\x91",
    "\xD0\x99",
    "\xD1\x91",
    "\xCE\xA3",
    "\xD7\x90",
    "\xD7\xB4",
    "\xD8\xA7\xD9\x8E",
    "\xE0\xA4\x95\xE0\xA4\xBF",
    "\xE4\xB8\xAD",
    "\xE5\x9B\xBD",
    "\xE3\x81\x8B",
    "\xE3\x82\xAB",
    "\xE3\x82\x99",
    "\xEF\xBE\x8B",
    "\xEF\xBE\x9E",
    "\xE3\x83\xBC",
    "\xED\x95\x9C",
    "\xE1\x84\x80",
    "\xE1\x85\xA1",
    "\xE3\x85\xA4",
    "\xE0\xB9\x84",
    "\xE0\xB8\x97",
    "\xE0\xB8\xB3",
    "\xE0\xBA\x81",
    "\xF0\x9F\x91\x8D",
    "\xF0\x9F\x8F\xBD",
    "\xF0\x9F\x87\xAB",
    "\xF0\x9F\x87\xB7",
    "\xE2\x9D\xA4",
    "\xEF\xB8\x8F",
    "\xC2\xA9",
    "\xE2\x82\x82",
    "\xFF",
    "\xC3",
    "\xE4\xB8",
    "\xED\xA0\x80",
    "\xF4\x90\x80\x80",
    "\x80",
    "\xF0\xA0\x80\x80",
    "",
};

size_t random_text(uint64_t *state, char *text, size_t capacity)
{
    const size_t wanted = (size_t)(random_next(state) % (capacity + 1));
    /* how much of it is more than words and spaces */
    const uint64_t share = 1 + random_next(state) % 100;
    size_t length = 0;
    while (length < wanted) {
        const size_t kinds = random_next(state) % 100 < share ? sizeof bits / sizeof *bits : 20;
        const char *bit = bits[random_next(state) % kinds];
        size_t times = random_next(state) % 200 == 0 ? 1 + random_next(state) % 300 : 1;
        for (; times > 0 && length + strlen(bit) <= wanted; times--) {
            memcpy(text + length, bit, strlen(bit));
            length += strlen(bit);
        }
        if (length + 4 > wanted)
            break;
    }
    return length;
}
