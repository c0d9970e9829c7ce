/* SPDX-License-Identifier: MIT */
/* What the files that plan for the oracle share. */
#ifndef TESTS_ORACLE_ORACLE_PLANNER_H
#define TESTS_ORACLE_ORACLE_PLANNER_H

#include "oracle/oracle_plan.h"

/* What all of a question needs. */
struct planner {
    struct oracle *oracle;
    const struct oracle_model *model;
    bool limit;
    bool lenient; /* of too many words the most frequent ones are taken */
};

/* A word of the question. */
struct question_word {
    uint32_t word, surface;
    uint32_t position;
    bool whole, stop;
};

struct question {
    const struct field *field; /* NULL: the default group */
    struct question_word *words;
    size_t count, capacity;
};

struct oracle_node *oracle_node_new(enum oracle_kind kind, float constant);
const struct field *oracle_field_of(const struct planner *planner, const libsearch_query *query);
struct question oracle_analyze(struct planner *planner, const libsearch_query *query);
/* Keeps the words that are not (stop: stop words; else wholes), unless none would be left. */
void oracle_drop(struct question *question, bool stop);
struct oracle_term oracle_term_of(const struct planner *planner, const struct field *field, uint32_t word);
/* Fills in a term's weight and average; q: how often the question has it. */
void oracle_weigh(struct planner *planner, struct oracle_term *term, float boost, unsigned q);
struct oracle_node *oracle_term_node(struct planner *planner, const struct field *field, uint32_t word, float boost,
                                     unsigned q);
/* By word: whether it is a term of words in the field's list that fit. */
uint8_t *oracle_want(struct planner *planner, const struct field *field, const libsearch_query *query,
                     enum query_kind kind, libsearch_bytes pattern, size_t *count);

/* QUERY_NEAR, or a phrase of exact words or with a last prefix. */
struct oracle_node *oracle_plan_near(struct planner *planner, const libsearch_query *query, float boost);
/* A word in the form in which it is written. */
struct oracle_node *oracle_exact_word(struct planner *planner, const struct field *field,
                                      const struct question_word *word, float boost, unsigned q);

#endif
