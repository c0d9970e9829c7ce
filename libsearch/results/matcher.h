/* SPDX-License-Identifier: MIT */
/* A query's words as one analyzer sees them: index terms, words as written, patterns, and phrases of all these. */
#ifndef LIBSEARCH_RESULTS_MATCHER_H
#define LIBSEARCH_RESULTS_MATCHER_H

#include "base/memory.h"
#include "base/regular_expression.h"
#include "query/query.h"
#include "schema/schema.h"

/* Words beyond these are not marked; it bounds what a token costs. */
enum { MATCHER_MAX_WORDS = 1000, MATCHER_MAX_PATTERNS = 32, MATCHER_CACHE = 4096, MATCHER_MAX_PHRASE = 64 };

enum matcher_kind {
    MATCHER_TERM,   /* an index term */
    MATCHER_FORM,   /* a word as it is written */
    MATCHER_PREFIX, /* patterns: over words as they are written */
    MATCHER_WILDCARD,
    MATCHER_FUZZY,
    MATCHER_REGULAR,
    MATCHER_RANGE
};

/* What some patterns need beside their text. */
struct matcher_pattern {
    struct matcher_pattern *next;
    const libsearch_query *query;         /* MATCHER_RANGE */
    libsearch_bytes high;                 /* folded */
    struct regular_expression expression; /* MATCHER_REGULAR */
};

/* One word. Its number, from 1, is its place in the matcher's array + 1. */
struct matcher_word {
    enum matcher_kind kind;
    const char *bytes;
    size_t length;
    unsigned distance, prefix; /* MATCHER_FUZZY: and how many first letters are the same */
    bool alone;                /* counts wherever it stands, not only in phrases */
    struct matcher_pattern *pattern;
};

struct matcher_phrase {
    uint16_t *words;   /* numbers */
    uint32_t *offsets; /* places from the first */
    size_t count;      /* >= 2 */
    unsigned slop;
};

/* What a surface form is: numbers of words, 0: none. Direct-mapped by the form's hash. */
struct matcher_match {
    uint64_t hash;
    uint16_t term, form, pattern;
    bool known;
};

struct matcher {
    struct matcher *next;
    const struct field *field;
    struct arena *arena;
    struct tokenizer *tokenizer;
    struct matcher_word *words;
    size_t word_count, word_capacity;
    uint16_t *slots; /* terms and forms by their hash, + 1 as numbers are; slot_count is a power of two */
    size_t slot_count;
    uint16_t patterns[MATCHER_MAX_PATTERNS];
    size_t pattern_count;
    struct matcher_pattern *more; /* all */
    struct matcher_phrase *phrases;
    size_t phrase_count, phrase_capacity;
    struct matcher_match *cache; /* MATCHER_CACHE */
};

/* The matcher of a query for a text field; everything but the tokenizer lies in the arena. */
libsearch_status matcher_new(struct arena *arena, const struct field *field, const libsearch_query *query,
                             struct matcher **matcher, libsearch_error *error);
void matcher_free(struct matcher *matcher);

/* What the surface form is to the query. */
struct matcher_match matcher_look(struct matcher *matcher, const char *surface, size_t length);

/* True where a word as written fits a pattern: folded UTF-8 both; * any letters, ? one. Linear in word times stars. */
bool pattern_fits(const char *pattern, size_t pattern_length, const char *word, size_t length);
/* True where at most `distance` letters are more, less, other or swapped with a neighbour, and the first `prefix` ones
 * are the same. */
bool fuzzy_fits(const char *wanted, size_t wanted_length, const char *word, size_t length, unsigned distance,
                unsigned prefix);

#endif
