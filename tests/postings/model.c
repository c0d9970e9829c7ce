/* SPDX-License-Identifier: MIT */
#include "postings/model.h"

#include <stdlib.h>
#include <string.h>

#include "codec/rounding.h"

static void make_posting(struct model *model, struct test_random *random, struct model_posting *posting)
{
    const struct model_shape *shape = &model->shape;
    posting->frequency = 1 + (uint32_t)(random_u64(random) >> (64 - shape->frequency)) * (random_below(random, 3) == 0);
    model->frequency_sum += posting->frequency;
    posting->places = calloc(posting->frequency, sizeof *posting->places);
    posting->forms = calloc(posting->frequency, sizeof *posting->forms);
    uint32_t place = 0;
    for (uint32_t i = 0; i < posting->frequency; i++) {
        place += (uint32_t)random_size(random, 10);
        posting->places[i] = place;
        posting->forms[i] = shape->forms && random_below(random, 4) == 0 ? (uint32_t)random_size(random, 5) : 0;
    }
    uint32_t left = posting->frequency;
    for (uint16_t field = 0; field < MODEL_FIELDS && shape->sides && posting->side_count < MODEL_SIDES; field++)
        if (left > 0 && random_below(random, 5) == 0) {
            const uint32_t frequency = 1 + (uint32_t)random_below(random, left);
            posting->sides[posting->side_count++] = (struct posting_side){ field, frequency };
            left -= frequency;
        }
}

static void write(struct model *model, unsigned profiles, struct buffer *to)
{
    const struct posting_lengths lengths = { .plain = model->plain,
                                             .weighted = profiles == 2 ? model->weighted : NULL,
                                             .plain_lengths = model->plain_lengths,
                                             .weighted_lengths = model->weighted_lengths,
                                             .plain_average = MODEL_PLAIN_AVERAGE,
                                             .weighted_average = MODEL_WEIGHTED_AVERAGE,
                                             .side_weights = model->side_weights };
    struct posting_writer *writer;
    assert_ok(posting_writer_new(allocator_default(), &lengths, &writer, NULL));
    posting_writer_begin(writer, model->shape.positions);
    for (uint32_t i = 0; i < model->shape.count; i++) {
        const struct model_posting *posting = &model->postings[i];
        posting_writer_add(writer, posting->document, posting->frequency, posting->places,
                           model->shape.forms ? posting->forms : NULL, posting->sides, posting->side_count);
    }
    assert_ok(posting_writer_end(writer, to, 0, &model->written, NULL));
    posting_writer_free(writer);
}

void model_make(struct model *model, struct test_random *random, const struct model_shape *shape, unsigned profiles)
{
    model_make_from(model, random, shape, profiles, 0, 0);
}

void model_make_from(struct model *model, struct test_random *random, const struct model_shape *shape,
                     unsigned profiles, uint32_t start, uint32_t leap)
{
    memset(model, 0, sizeof *model);
    model->shape = *shape;
    model->postings = calloc(shape->count, sizeof *model->postings);
    uint32_t document = start + (uint32_t)random_below(random, shape->gap);
    for (uint32_t i = 0; i < shape->count; i++) {
        model->postings[i].document = document;
        document += 1 + (uint32_t)random_below(random, shape->gap) + (i % 64 == 63 ? leap : 0);
        make_posting(model, random, &model->postings[i]);
    }
    model->document_count = model->postings[shape->count - 1].document + 1 + (uint32_t)random_below(random, 3);
    for (unsigned f = 0; f < MODEL_FIELDS; f++)
        model->side_weights[f] = (float)random_below(random, 12) / 4 - 0.75f;
    model->plain = calloc(model->document_count, 1);
    model->weighted = calloc(model->document_count, 1);
    model->plain_lengths = calloc(model->document_count, sizeof(uint32_t));
    model->weighted_lengths = calloc(model->document_count, sizeof(uint32_t));
    for (uint32_t i = 0; i < shape->count; i++) {
        const uint32_t at = model->postings[i].document;
        model->plain[at] = (uint8_t)random_below(random, 256);
        model->weighted[at] = (uint8_t)random_below(random, 256);
        model->plain_lengths[at] = rounding_least(model->plain[at]);
        model->weighted_lengths[at] = rounding_least(model->weighted[at]);
    }
    struct buffer to;
    buffer_init(&to, allocator_default());
    const size_t before = (size_t)random_below(random, 9);
    for (size_t i = 0; i < before; i++)
        buffer_append_u8(&to, 0xFF);
    write(model, profiles, &to);
    for (unsigned i = 0; i < POSTING_SLACK; i++)
        buffer_append_u8(&to, 0);
    model->length = to.length;
    model->section = malloc(to.length);
    memcpy(model->section, to.data, to.length);
    buffer_free(&to);
}

void model_free(struct model *model)
{
    for (uint32_t i = 0; i < model->shape.count; i++) {
        free(model->postings[i].places);
        free(model->postings[i].forms);
    }
    free(model->postings);
    free(model->plain);
    free(model->weighted);
    free(model->plain_lengths);
    free(model->weighted_lengths);
    free(model->section);
}

struct posting_place model_place(const struct model *model)
{
    return (struct posting_place){ model->written.document_frequency, model->written.collection_frequency,
                                   model->written.postings_offset,    model->written.positions_offset,
                                   model->written.single_document,    model->shape.positions };
}

void model_open(const struct model *model, struct posting_list *list)
{
    const struct posting_place place = model_place(model);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (posting_list_open(model->section, model->length, &place, model->document_count, "section", list, &error) !=
        LIBSEARCH_OK)
        fail_msg("%s", error.message);
}

float model_weighted(const struct model *model, const struct model_posting *posting)
{
    float weighted = (float)posting->frequency;
    for (size_t i = 0; i < posting->side_count; i++)
        weighted += model->side_weights[posting->sides[i].field] * (float)posting->sides[i].frequency;
    return weighted;
}

struct model_shape model_any_shape(struct test_random *random)
{
    static const uint32_t edges[] = { 1, 2, 3, 126, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1024 };
    const uint64_t kind = random_below(random, 4);
    struct model_shape shape = { .count = kind < 2    ? edges[random_below(random, sizeof edges / sizeof *edges)]
                                          : kind == 2 ? 1 + (uint32_t)random_below(random, 127)
                                                      : 1 + (uint32_t)random_below(random, 3000) };
    shape.gap = 1 + (uint32_t)random_size(random, 12);
    shape.frequency = 1 + (unsigned)random_below(random, 7);
    shape.positions = random_below(random, 4) > 0;
    shape.forms = shape.positions && random_below(random, 2) == 0;
    shape.sides = random_below(random, 2) == 0;
    return shape;
}
