/* SPDX-License-Identifier: MIT */
/* Every word of a collection with its place, by the slow and plain way: what a segment's lists are compared with. */
#ifndef TESTS_SEGMENT_ORACLE_H
#define TESTS_SEGMENT_ORACLE_H

#include "segment/collection.h"

enum { ORACLE_WORD = 96 };

struct oracle_word {
    uint16_t list;
    uint16_t field;
    char term[ORACLE_WORD], surface[ORACLE_WORD];
    uint32_t document, position;
    uint32_t form; /* number of the surface among the forms of the term */
    bool keyword;
};

struct oracle {
    struct oracle_word *words; /* by list, term, document, position, form */
    size_t count, capacity;
    /* by document * fields + field */
    uint32_t *field_words, *field_starts;
    uint32_t *plain, *weighted; /* by document */
};

void oracle_make(struct oracle *oracle, const struct collection *collection);
void oracle_free(struct oracle *oracle);
/* Fails the test where the segment's lists, entries or lengths are others than the oracle's. */
void oracle_compare(const struct oracle *oracle, const struct collection *collection, const struct segment *segment);

#endif
