/* SPDX-License-Identifier: MIT */
/* Damaged lists: whatever the bytes are, nothing is read outside the section (AddressSanitizer looks), and what is
 * given holds what posting_list.h promises. */
#include "codec/bitpack.h"
#include "postings/model.h"

#include <stdlib.h>
#include <string.h>

/* Reads all that can be read. */
static void read_block(const struct posting_list *list, uint32_t b)
{
    struct posting_block block;
    struct posting_tail tail;
    struct posting_sides sides;
    struct posting_positions positions;
    if (!posting_block_documents(list, b, &block))
        return;
    for (uint32_t i = 0; i < block.count; i++) {
        assert_true(block.documents[i] < list->document_count);
        assert_true(i == 0 || block.documents[i] > block.documents[i - 1]);
    }
    if (!posting_block_frequencies(list, &block) || !posting_block_tail(list, &block, &tail))
        return;
    const uint64_t offset = tail.positions;
    while (posting_tail_sides(&tail, block.count, &sides))
        for (uint32_t i = 0; i < sides.count; i++)
            assert_true(sides.indexes[i] < block.count);
    if (!posting_positions_open(list, &block, offset, &positions))
        return;
    for (uint32_t i = 0; i < block.count; i++) {
        if (block.frequencies[i] > 1 << 20) /* a single document's frequency is the dictionary's word */
            continue;
        uint32_t *read = malloc(block.frequencies[i] * sizeof *read + 1);
        posting_positions_read(&positions, i, read);
        posting_positions_forms(&positions, i, read);
        free(read);
    }
}

static void read_list(const uint8_t *section, size_t length, const struct posting_place *place, uint32_t document_count)
{
    struct posting_list list;
    if (posting_list_open(section, length, place, document_count, "section", &list, NULL) != LIBSEARCH_OK)
        return;
    for (uint32_t b = 0; b < list.blocks; b++)
        read_block(&list, b);
    if (list.last_documents != NULL)
        assert_true(posting_seek_block(&list, 0, document_count / 2) <= list.blocks);
}

static void each_model(const char *name, unsigned rounds,
                       void (*damage)(struct model *model, struct test_random *random))
{
    struct test_random random = random_start(name);
    for (unsigned round = 0; round < rounds; round++) {
        struct model_shape shape = model_any_shape(&random);
        shape.count = 1 + shape.count % 700;
        struct model model;
        model_make(&model, &random, &shape, 1 + (unsigned)random_below(&random, 2));
        damage(&model, &random);
        model_free(&model);
    }
}

static void change_bytes(struct model *model, struct test_random *random)
{
    const struct posting_place place = model_place(model);
    for (unsigned change = 0; change < 30; change++) {
        const size_t at = place.postings_offset >= model->length ? 0 : (size_t)place.postings_offset;
        const size_t where = random_below(random, 3) == 0 ? at + random_below(random, 16) % (model->length - at)
                                                          : random_below(random, model->length);
        if (random_below(random, 2) == 0)
            model->section[where] = (uint8_t)random_u64(random);
        else
            model->section[where] ^= (uint8_t)(1u << change % 8);
        read_list(model->section, model->length, &place, model->document_count);
    }
}

static void test_changed_bytes_are_survived(void **state)
{
    (void)state;
    each_model(__func__, 400, change_bytes);
}

static void cut_short(struct model *model, struct test_random *random)
{
    const struct posting_place place = model_place(model);
    for (unsigned cut = 0; cut < 20; cut++) {
        const size_t length = random_below(random, model->length);
        uint8_t *shorter = malloc(length + 1);
        memcpy(shorter, model->section, length);
        read_list(shorter, length, &place, model->document_count);
        free(shorter);
    }
}

static void test_sections_cut_short_are_survived(void **state)
{
    (void)state;
    each_model(__func__, 200, cut_short);
}

static void change_place(struct model *model, struct test_random *random)
{
    for (unsigned change = 0; change < 40; change++) {
        struct posting_place place = model_place(model);
        switch (random_below(random, 6)) {
        case 0: place.document_frequency = (uint32_t)random_size(random, 32); break;
        case 1: place.collection_frequency = random_size(random, 63); break;
        case 2:
            place.postings_offset =
                random_below(random, 2) == 0 ? random_size(random, 63) : random_below(random, model->length + 2);
            break;
        case 3:
            place.positions_offset =
                random_below(random, 2) == 0 ? random_size(random, 63) : random_below(random, model->length + 2);
            break;
        case 4: place.single_document = (uint32_t)random_u64(random); break;
        default: place.with_positions = !place.with_positions;
        }
        const uint32_t count = random_below(random, 3) == 0 ? (uint32_t)random_size(random, 30) : model->document_count;
        read_list(model->section, model->length, &place, count);
    }
}

static void test_a_dictionary_that_lies_is_survived(void **state)
{
    (void)state;
    each_model(__func__, 400, change_place);
}

/* The second block of a list whose first ends with document 999, of 10,000, its gaps 32 bits wide. */
static bool block_of_gaps_is_read(const uint32_t *gaps)
{
    uint8_t payload[1 + POSTING_BLOCK * 4 + POSTING_SLACK] = { 32 }, last_documents[8] = { 0 }, offsets[8] = { 0 };
    struct posting_list list = { .document_frequency = 2 * POSTING_BLOCK, .blocks = 2, .document_count = 10000 };
    struct posting_block block;
    uint32_t last = 999;
    for (unsigned i = 0; i < POSTING_BLOCK; i++)
        last += gaps[i] + 1;
    for (unsigned i = 0; i < 4; i++) {
        last_documents[i] = (uint8_t)(999 >> (8 * i));
        last_documents[4 + i] = (uint8_t)(last >> (8 * i));
    }
    bitpack_pack(gaps, POSTING_BLOCK, 32, payload + 1);
    list.last_documents = last_documents;
    list.offsets = offsets;
    list.payload = payload;
    list.payload_end = payload + sizeof payload - POSTING_SLACK;
    return posting_block_documents(&list, 1, &block);
}

/* Gaps so wide that their sums are taken modulo 2^32. */
static void test_sums_that_wrap_are_refused(void **state)
{
    (void)state;
    uint32_t gaps[POSTING_BLOCK];
    for (uint32_t i = 0; i < POSTING_BLOCK; i++)
        gaps[i] = 9;
    assert_true(block_of_gaps_is_read(gaps)); /* 1009 to 2279 */
    gaps[0] = 0;
    assert_true(block_of_gaps_is_read(gaps)); /* from 1000 on */
    for (uint32_t first = 990; first < 1000; first++) {
        gaps[0] = first - 1000; /* the next one is behind 999 again */
        assert_false(block_of_gaps_is_read(gaps));
    }
    gaps[0] = 9;
    for (uint32_t i = 1; i < POSTING_BLOCK; i++) {
        gaps[i] = UINT32_MAX; /* the one before again */
        assert_false(block_of_gaps_is_read(gaps));
        gaps[i] = UINT32_MAX - 5;
        assert_false(block_of_gaps_is_read(gaps));
        gaps[i] = 9;
    }
    gaps[64] = 9 + 9999 - (1009 + 10 * (POSTING_BLOCK - 1));
    assert_true(block_of_gaps_is_read(gaps)); /* up to the last document */
    gaps[64]++;
    assert_false(block_of_gaps_is_read(gaps));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changed_bytes_are_survived),
        cmocka_unit_test(test_sections_cut_short_are_survived),
        cmocka_unit_test(test_a_dictionary_that_lies_is_survived),
        cmocka_unit_test(test_sums_that_wrap_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
