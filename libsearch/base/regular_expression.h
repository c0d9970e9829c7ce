/* SPDX-License-Identifier: MIT */
/* Regular expressions over the characters of a word, whole: a plain subset, without anything that looks back or ahead,
 * so that one pass over the word decides, in time linear in its length.
 *
 *     alternatives = row { "|" row }
 *     row          = { piece [ "*" | "+" | "?" | "{" number [ "," [ number ] ] "}" ] }
 *     piece        = character | "." | "\d" | "\" punctuation | "[" [ "^" ] { range } "]" | "(" alternatives ")"
 *     range        = character [ "-" character ]
 *
 * Compiled to positions, one for each character or class of the expression with its repetitions written out, and what
 * may follow on each (Glushkov, “The abstract theory of automata”, 1961). A state is a set of positions: bit 0 stands
 * for the beginning, bit 1 + p for position p. */
#ifndef LIBSEARCH_BASE_REGULAR_EXPRESSION_H
#define LIBSEARCH_BASE_REGULAR_EXPRESSION_H

#include "base/memory.h"
#include "base/status.h"

enum {
    REGULAR_EXPRESSION_BYTES = 1024,    /* of the longest */
    REGULAR_EXPRESSION_POSITIONS = 511, /* most */
    REGULAR_EXPRESSION_LETTERS = 1024,  /* that classes name, all together */
    REGULAR_EXPRESSION_WORDS = (REGULAR_EXPRESSION_POSITIONS + 1) / 64
};

struct regular_expression {
    struct arena arena;
    size_t positions, words;          /* words: of a state */
    struct character_class **classes; /* by position */
    uint64_t *follow;                 /* by bit of a state, a set each: where a character leads from it */
    uint64_t *accepting;              /* where a word may end */
    uint64_t *everything;             /* where every word that goes on fits, and one that ends */
};

/* Errors: INVALID (the message says what, and error.position where in the text), LIMIT, NO_MEMORY. */
libsearch_status regular_expression_init(struct regular_expression *expression, const libsearch_allocator *allocator,
                                         libsearch_bytes text, libsearch_error *error);
void regular_expression_free(struct regular_expression *expression); /* also of one that is all zeros */

/* Whether the position takes a character: a code point, or 0x110000 + a byte that is no part of UTF-8. */
bool regular_expression_takes(const struct regular_expression *expression, size_t position, uint32_t point);
/* The code points that classes name, unsorted, some more than once: all others are alike to it. At most
 * REGULAR_EXPRESSION_LETTERS; returns how many. */
size_t regular_expression_letters(const struct regular_expression *expression, uint32_t *points);

/* A state's first step: the set of all positions that may come next, before it is known which take the character. */
void regular_expression_follow(const struct regular_expression *expression, const uint64_t *state, uint64_t *next);
/* Whether the whole word fits. */
bool regular_expression_fits(const struct regular_expression *expression, const char *word, size_t length);

#endif
