/* SPDX-License-Identifier: MIT */
/* Posting lists as plain arrays, made at random, written, and compared with what is read. */
#ifndef TESTS_POSTINGS_MODEL_H
#define TESTS_POSTINGS_MODEL_H

#include "support/unit.h"

#include "postings/posting_list.h"
#include "postings/posting_writer.h"
#include "support/random.h"

enum { MODEL_FIELDS = 5, MODEL_SIDES = 3, MODEL_PLAIN_AVERAGE = 50, MODEL_WEIGHTED_AVERAGE = 80 };

/* What kind of list is wanted. */
struct model_shape {
    uint32_t count;     /* documents that have the term */
    uint32_t gap;       /* greatest distance between two of them; 1: all are neighbours */
    unsigned frequency; /* bits of the largest frequency */
    bool positions, forms, sides;
};

struct model_posting {
    uint32_t document, frequency;
    uint32_t *places, *forms;
    struct posting_side sides[MODEL_SIDES];
    size_t side_count;
};

struct model {
    struct model_shape shape;
    uint32_t document_count; /* of the segment */
    struct model_posting *postings;
    uint64_t frequency_sum;
    uint8_t *plain, *weighted; /* codes of lengths by document */
    uint32_t *plain_lengths, *weighted_lengths;
    float side_weights[MODEL_FIELDS];
    /* written */
    struct posting_written written;
    uint8_t *section; /* of exactly this length, so that reading past it is seen */
    size_t length;
};

/* profiles: 1 or 2. The list does not begin at the section's beginning. */
void model_make(struct model *model, struct test_random *random, const struct model_shape *shape, unsigned profiles);
/* The same with all documents moved up by `start`, and every 64th by `leap` more than the one before it. */
void model_make_from(struct model *model, struct test_random *random, const struct model_shape *shape,
                     unsigned profiles, uint32_t start, uint32_t leap);
void model_free(struct model *model);
/* Opens the list as the dictionary would say. */
struct posting_place model_place(const struct model *model);
void model_open(const struct model *model, struct posting_list *list);
/* Field weights as the model has them. */
float model_weighted(const struct model *model, const struct model_posting *posting);

/* A shape of any kind. */
struct model_shape model_any_shape(struct test_random *random);

#endif
