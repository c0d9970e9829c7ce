/* SPDX-License-Identifier: MIT */
/* A question as the oracle asks it of each document: words analyzed, weights known. */
#ifndef TESTS_ORACLE_ORACLE_PLAN_H
#define TESTS_ORACLE_ORACLE_PLAN_H

#include "oracle/oracle.h"

enum oracle_kind {
    ORACLE_ALL, /* every document */
    ORACLE_NONE,
    ORACLE_TERM,   /* terms[0] */
    ORACLE_PHRASE, /* terms at offsets, within slop */
    ORACLE_ANY_OF, /* a word of `wanted` in list (and field) */
    ORACLE_RANGE,  /* query says which */
    ORACLE_EXISTS,
    ORACLE_SUM,    /* parts by occurs and minimum */
    ORACLE_SPANS,  /* span; terms[0]: by whose lengths it is scored */
    ORACLE_FIELDS, /* terms, one word in several fields, each times its factor */
    ORACLE_BEST    /* the best of parts, and constant times the others */
};

struct oracle_term {
    uint32_t word;
    uint16_t list;
    uint16_t field; /* of the default group; SCHEMA_NO_FIELD: all of the list */
    bool keyword, weighted;
    float weight, average, k1, b;
    double n, cf, tokens, scale; /* for formulas */
};
/* What a term that stands `frequency` times gives to a document of `length` words, by the formulas of
 * search/formula.h. */
float oracle_formula(const struct oracle_model *model, const struct oracle_term *term, double documents,
                     double frequency, double length);

/* The words of a sloppy phrase in one document (query/in_line.h says what it means). */
struct oracle_line_word {
    const int64_t *moved; /* its places, rising, less its offset */
    size_t count;
    int64_t offset; /* from the phrase's first word */
    int64_t same;   /* words with the same number are the same */
    bool prefix, in_last;
    size_t chosen;
};
struct oracle_line {
    struct oracle_line_word *words;
    size_t count;
    int64_t slop;
};
/* Whether this place of a word is the lowest of a choice; the other words' places, the first ones that can be. */
bool oracle_line_stands(struct oracle_line *line, size_t word, size_t place);

/* Places of words, and what is made of them. */
struct oracle_span {
    enum oracle_span_kind { ORACLE_WORDS, ORACLE_WORDS_IN_LINE, ORACLE_NEAR, ORACLE_BEFORE, ORACLE_EITHER } kind;
    uint8_t *wanted; /* ORACLE_WORDS: by word */
    size_t wanted_count;
    int64_t surface; /* in which they are written; -1: in any */
    int64_t word;    /* which one, and of exact ones its surface; -1: a prefix */
    int64_t same;
    uint16_t list, field;
    struct oracle_span **parts;
    int64_t *offsets; /* ORACLE_WORDS_IN_LINE */
    size_t count;
    int64_t slop;
    float weight;
    struct oracle_term *terms; /* whose formulas are summed up, where the model has some */
    size_t term_count;
    bool occurs; /* in any document */
};
void oracle_span_free(struct oracle_span *span);
/* How often the document has it. */
size_t oracle_span_count(const struct oracle_document *document, const struct oracle_span *span);

struct oracle_node {
    enum oracle_kind kind;
    float constant; /* the score of what has no terms of its own */
    struct oracle_term *terms;
    int64_t *offsets;
    float *factors;
    size_t count; /* terms, or parts */
    unsigned slop;
    float phrase_weight;
    uint16_t list, field;
    uint8_t *wanted; /* by word */
    size_t wanted_count;
    const libsearch_query *query;
    struct oracle_node **parts;
    uint8_t *occurs;
    unsigned minimum;
    struct oracle_span *span;
};

/* NULL: LIMIT. */
struct oracle_node *oracle_plan(struct oracle *oracle, const libsearch_query *query, const struct oracle_model *model);
void oracle_node_free(struct oracle_node *node);

#endif
