/* SPDX-License-Identifier: MIT */
/* The query tree: what is asked for, before any index is looked at. Immutable once made; references are counted
 * atomically, so a tree may be shared by threads and be part of many trees. Words are kept as they were given and
 * analyzed when the tree is planned against a schema. */
#ifndef LIBSEARCH_QUERY_QUERY_H
#define LIBSEARCH_QUERY_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"

enum query_kind {
    QUERY_ALL = 1,         /* every document */
    QUERY_NONE,            /* no document */
    QUERY_TEXT,            /* text of any words, analyzed by the field; they match as a union (QUERY_FLAG_ALL: as an
                        intersection) */
    QUERY_PHRASE,          /* text; number = slop */
    QUERY_KEYWORD,         /* text: a keyword field's exact value */
    QUERY_RANGE,           /* low, high: integer, date or float range, ends included, as type says; KEYWORD: of words or
                              keywords, from text to high_text, ends included unless open */
    QUERY_PREFIX,          /* text: words that begin so */
    QUERY_WILDCARD,        /* text: with * and ? */
    QUERY_FUZZY,           /* text; number = distance, 0: by length */
    QUERY_NEAR,            /* children: texts, within number places of each other; QUERY_FLAG_ORDERED */
    QUERY_BOOLEAN,         /* children with occurs; number = how many SHOULD must match */
    QUERY_DISJUNCTION_MAX, /* children; factor = what the others than the best add (tie breaker) */
    QUERY_BOOST,           /* one child; factor */
    QUERY_CONSTANT,        /* one child; factor = the score */
    QUERY_EXISTS,          /* documents that have a value in field */
    QUERY_FIELDS,          /* children: texts of fields, or boosts of them: word by word over all of them (BM25F) */
    QUERY_REGULAR,         /* text: a regular expression that words fit as a whole (base/regular_expression.h) */
    QUERY_SET              /* documents of set, which is of one snapshot */
};

enum {
    QUERY_FLAG_ALL = 1 << 0,
    QUERY_FLAG_ORDERED = 1 << 1,
    QUERY_FLAG_EXACT = 1 << 2,      /* words as they were written, not stems */
    QUERY_FLAG_KEEP_STOPS = 1 << 3, /* stop words count too (they stood in quotes, or +) */
    QUERY_FLAG_LAST_PREFIX = 1 << 4 /* phrase: the last word is a prefix */
};

struct query_warning {
    struct query_warning *next;
    size_t position; /* in the text that was parsed */
    char *message;
};

struct query_words;
struct query_set;

struct libsearch_query {
    const libsearch_allocator *allocator;
    unsigned references;
    enum query_kind kind;
    unsigned flags;
    char *field;          /* NULL: the default group */
    libsearch_bytes text; /* of its own */
    size_t position;      /* where it stood in the parsed text, for messages */
    unsigned number;
    float factor;
    int more_prefix;           /* QUERY_FUZZY: how many first characters must be the same beyond one: -1, 0, 1, … */
    libsearch_type type;       /* QUERY_RANGE: INTEGER, DATE or FLOAT; KEYWORD for ranges of words */
    libsearch_bytes high_text; /* of its own; the low end is text */
    bool low_open, high_open;  /* the end itself is not in a range of words */
    bool has_low, has_high;
    int64_t low_integer, high_integer;
    double low_number, high_number;
    struct libsearch_query **children; /* a reference held of each */
    uint8_t *occurs;                   /* libsearch_occur of each, for QUERY_BOOLEAN */
    size_t count;
    unsigned depth;                 /* 1 + the deepest child's; at most LIBSEARCH_MAX_QUERY_DEPTH */
    size_t clauses;                 /* all nodes below and with this; at most LIBSEARCH_MAX_CLAUSES */
    struct query_warning *warnings; /* of the parser; only at a root */
    struct query_set *set;          /* QUERY_SET: a reference */
    bool has_sets;                  /* it is or has a QUERY_SET */
    bool lenient;              /* parsed from what people type: a search never fails for what is in it; at a root */
    struct query_words *words; /* of its text, as analyzed so far: query_words.h. Atomic */
};

libsearch_query *query_retain(const libsearch_query *query);
void query_release(libsearch_query *query);

#endif
