/* SPDX-License-Identifier: MIT */
/* Analyzers: how text becomes tokens, and tokens become index terms.
 *
 * An analyzer is a value: a chain of named parts, made once, immutable, shared between threads. It
 * cuts a text into *surface forms* (words as they were written, folded: normalised, lower case,
 * diacritics removed where the chain says so), each with its place; and it maps a surface form to
 * its *term* (the stem), a pure function of the form, so that an indexer stems each distinct form
 * once. Stop words are only marked: they are indexed, and are the question's affair.
 *
 *     text --tokenize--> surface forms with positions and byte ranges --analyzer_term--> terms
 *
 * A compound (China-ASEAN, COVID-19, example.com) gives its parts at consecutive positions and, at the
 * first part's position, the whole as one more token flagged TOKEN_WHOLE, so that each is found and
 * phrases stay right. A document's length counts all tokens, the whole of a compound as one word more. */
#ifndef LIBSEARCH_TEXT_ANALYZER_H
#define LIBSEARCH_TEXT_ANALYZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"

struct analyzer;
struct tokenizer;

enum {
    TOKEN_WHOLE = 1 << 0, /* a compound as a whole, lying over its parts */
    TOKEN_STOP = 1 << 1   /* the surface form is on the analyzer's stop list (set only when asked for) */
};

struct token {
    const char *surface; /* folded form; valid until the next tokenizer_next; at least 16 bytes can be
                             read from any surface whatever its length, so that hashing may load wide */
    uint32_t length;     /* bytes of surface, 1 … LIBSEARCH_MAX_TERM */
    uint32_t position;   /* ordinal of the word in the text; never falls from token to token */
    uint32_t start, end; /* byte range in the source text */
    uint8_t flags;       /* TOKEN_… */
};

/* Makes the analyzer that a name stands for: "standard", a Snowball language ("english" …), their
 * "plain-…" forms, or a chain as analyzer_chain gives it. Errors: INVALID (unknown; the message lists
 * what there is), NO_MEMORY. */
libsearch_status analyzer_new(const libsearch_allocator *allocator, const char *name, struct analyzer **analyzer,
                              libsearch_error *error);
void analyzer_free(struct analyzer *analyzer);

/* Analyzers of the program's, by name: copies of what it gave, shared by all schemas of an index. References are counted
 * atomically; NULL stands for none everywhere. */
struct analyzer_set;

/* given: count of them, each of our size. Errors: INVALID (a name, version or base that will not do), NO_MEMORY. */
libsearch_status analyzer_set_new(const libsearch_allocator *allocator, const libsearch_analyzer *given, size_t count,
                                  struct analyzer_set **set, libsearch_error *error);
struct analyzer_set *analyzer_set_retain(struct analyzer_set *set);
void analyzer_set_release(struct analyzer_set *set);
/* As analyzer_new, with the set's names among the known ones. */
libsearch_status analyzer_new_of(const libsearch_allocator *allocator, struct analyzer_set *set, const char *name,
                                 struct analyzer **analyzer, libsearch_error *error);

/* The name it was made from, and the chain of its parts written out with versions: what is stored in an
 * index, so that a changed analyzer (newer Unicode tables, another stemmer) is noticed. */
const char *analyzer_name(const struct analyzer *analyzer);
const char *analyzer_chain(const struct analyzer *analyzer);
/* The Unicode version of the tables of word breaks. */
const char *analyzer_unicode(void);
/* Hash of the chain. */
uint64_t analyzer_identity(const struct analyzer *analyzer);

/* True where the surface form is a stop word of the analyzer's language. */
bool analyzer_is_stop(const struct analyzer *analyzer, const char *surface, size_t length);
/* True where the chain has a stop list at all. */
bool analyzer_has_stops(const struct analyzer *analyzer);

/* A tokenizer is one thread's scratch for one analyzer: buffers, the stemmer's state. */
libsearch_status tokenizer_new(const struct analyzer *analyzer, const libsearch_allocator *allocator,
                               struct tokenizer **tokenizer, libsearch_error *error);
void tokenizer_free(struct tokenizer *tokenizer);

/* Begins on a text, which must stay until the last token is taken. Any bytes will do; text.length is at
 * most LIBSEARCH_MAX_VALUE. Positions begin at `position`. */
void tokenizer_start(struct tokenizer *tokenizer, libsearch_bytes text, uint32_t position);

/* Up to `count` next tokens (count >= 16); 0 at the end. Their surfaces stay until the next call.
 * SIZE_MAX: memory is short. */
size_t tokenizer_next(struct tokenizer *tokenizer, struct token *tokens, size_t count);

/* The index term of a surface form: written to term (LIBSEARCH_MAX_TERM bytes), its length returned; at
 * least 1. Deterministic. */
size_t tokenizer_term(struct tokenizer *tokenizer, const char *surface, size_t length, char *term);

/* Folds a word as the tokenizer would (for a prefix, wildcard or fuzzy word of a query) without cutting
 * it. Returns the length written to folded (capacity bytes), cut at a character's boundary. */
size_t tokenizer_fold(struct tokenizer *tokenizer, libsearch_bytes word, char *folded, size_t capacity);

#endif
