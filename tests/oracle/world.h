/* SPDX-License-Identifier: MIT */
/* Random documents, made to be hard on a search: skewed words, lists of many blocks, clusters of documents that speak
 * of other things, words said over and over, titles, copies (which score the same), documents of nothing but stop
 * words, compounds, several fields and values of every kind. */
#ifndef TESTS_ORACLE_WORLD_H
#define TESTS_ORACLE_WORLD_H

#include "support/unit.h"

#include "oracle/oracle.h"
#include "support/random.h"

/* LIBSEARCH_TEST_SEED (else LIBSEARCH_SEED, else the clock) and LIBSEARCH_TEST_CASES (else `cases`, twenty times as many
 * with LIBSEARCH_LONG). */
uint64_t world_seed(const char *name);
uint64_t world_cases(uint64_t cases);

enum world_fields {
    WORLD_TEXT,       /* text alone */
    WORLD_TITLE_TEXT, /* title before text, weight 3 */
    WORLD_TEXT_TITLE, /* after it */
    WORLD_TITLE,      /* a title alone: no field has weight 1 */
    WORLD_WEIGHTS,    /* four fields, weights that are no whole numbers */
    WORLD_EVERYTHING, /* three in the group, own lists, no positions, another analyzer, keywords, numbers */
    WORLD_FIELD_KINDS
};

struct world_shape {
    enum world_fields fields;
    uint32_t documents;
    uint32_t words;   /* of the vocabulary */
    unsigned skew;    /* 1: all alike; more: the first ones more often */
    uint32_t longest; /* words of a text */
    bool same_length;
    unsigned repeats;  /* bits: a word is said up to 2^repeats times in a row */
    uint32_t clusters; /* 0: none */
    bool sparse;       /* few documents say anything, mostly at the edges of blocks of bits and of windows */
    const char *analyzer;
};

struct world {
    struct world_shape shape;
    struct schema *schema;
    struct oracle_words words;
    libsearch_document **documents;
    struct oracle_document **known; /* the same, as the oracle has them */
    char (*vocabulary)[24];
};

struct world_shape world_random_shape(struct test_random *random, uint32_t documents);
/* One that is hard on bounds: few words, said once or very often, in texts of all lengths. */
struct world_shape world_steep_shape(struct test_random *random, uint32_t documents);
void world_make(struct world *world, struct test_random *random, const struct world_shape *shape);
void world_free(struct world *world);
/* A word of the vocabulary, common ones more often. */
const char *world_word(const struct world *world, struct test_random *random);
/* Up to `most` neighbouring words of a document's field (NULL: any field), as they were written. Returns how many. */
size_t world_excerpt(const struct world *world, struct test_random *random, const char *field, size_t most, char *text,
                     size_t size);
/* "document-17"; id: room for 24. */
libsearch_bytes world_id(uint32_t number, char *id);
/* One line that says what the world is. */
void world_print(const struct world *world);

#endif
