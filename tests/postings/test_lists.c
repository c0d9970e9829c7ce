/* SPDX-License-Identifier: MIT */
/* What was written comes back, whatever the list looks like. */
#include "postings/model.h"

#include <stdlib.h>
#include <string.h>

static void compare_sides(const struct model *model, struct posting_tail *tail, uint32_t first, uint32_t count)
{
    uint32_t found[POSTING_BLOCK][MODEL_FIELDS] = { 0 };
    struct posting_sides sides;
    while (posting_tail_sides(tail, count, &sides)) {
        assert_true(sides.field < MODEL_FIELDS);
        for (uint32_t i = 0; i < sides.count; i++)
            found[sides.indexes[i]][sides.field] += sides.frequencies[i];
    }
    assert_false(tail->cursor.failed);
    for (uint32_t i = 0; i < count; i++) {
        const struct model_posting *posting = &model->postings[first + i];
        uint32_t expected[MODEL_FIELDS] = { 0 };
        for (size_t s = 0; s < posting->side_count; s++)
            expected[posting->sides[s].field] = posting->sides[s].frequency;
        assert_memory_equal(found[i], expected, sizeof expected);
    }
}

/* Reads the places and forms of those documents that `wanted` takes. */
static void compare_positions(const struct model *model, const struct posting_list *list,
                              const struct posting_block *block, uint64_t offset, uint32_t first,
                              struct test_random *random)
{
    struct posting_positions positions, forms, steps;
    assert_true(posting_positions_open(list, block, offset, &positions));
    assert_true(posting_positions_open(list, block, offset, &forms));
    assert_true(posting_positions_open(list, block, offset, &steps));
    steps.few = random != NULL && random_below(random, 2) == 0;
    const uint64_t one_in = random == NULL ? 1 : 1 + random_below(random, 40);
    for (uint32_t i = 0; i < block->count; i++) {
        if (random != NULL && random_below(random, one_in) != 0)
            continue;
        const struct model_posting *posting = &model->postings[first + i];
        const size_t bytes = posting->frequency * sizeof(uint32_t);
        uint32_t *read = malloc(bytes);
        assert_true(posting_positions_read(&positions, i, read));
        assert_memory_equal(read, posting->places, bytes);
        const uint32_t *step = posting_positions_steps(&steps, i, read);
        assert_non_null(step);
        for (uint32_t p = 0, place = 0; p < posting->frequency; p++)
            assert_int_equal(place += step[p], posting->places[p]);
        assert_true(posting_positions_forms(random != NULL ? &forms : &positions, i, read));
        if (model->shape.forms)
            assert_memory_equal(read, posting->forms, bytes);
        else
            for (uint32_t p = 0; p < posting->frequency; p++)
                assert_int_equal(read[p], 0);
        if (posting_positions_no_forms(&positions))
            for (uint32_t p = 0; p < posting->frequency; p++)
                assert_int_equal(read[p], 0);
        free(read);
    }
}

static void compare_block(const struct model *model, const struct posting_list *list, uint32_t b,
                          struct test_random *random)
{
    struct posting_block block;
    const uint32_t first = b * POSTING_BLOCK;
    assert_true(posting_block_documents(list, b, &block));
    const uint32_t left = model->shape.count - first;
    assert_int_equal(block.count, left < POSTING_BLOCK ? left : POSTING_BLOCK);
    assert_true(posting_block_frequencies(list, &block));
    assert_true(posting_block_frequencies(list, &block)); /* again: nothing happens */
    for (uint32_t i = 0; i < block.count; i++) {
        assert_int_equal(block.documents[i], model->postings[first + i].document);
        assert_int_equal(block.frequencies[i], model->postings[first + i].frequency);
    }
    struct posting_tail tail;
    assert_true(posting_block_tail(list, &block, &tail));
    const uint64_t positions = tail.positions;
    if (model->shape.count > 1)
        compare_sides(model, &tail, first, block.count);
    if (model->shape.positions)
        compare_positions(model, list, &block, positions, first, random);
}

/* What a list's bitmap says is what the documents say. */
static void compare_bitmap(const struct model *model, const struct posting_list *list)
{
    const uint32_t last = model->postings[model->shape.count - 1].document;
    uint32_t i = 0;
    for (uint32_t document = 0; document < model->document_count + 200; document++) {
        const bool there = i < model->shape.count && model->postings[i].document == document;
        assert_int_equal(posting_bitmap_has(list, last, document), there);
        if (!there)
            continue;
        assert_int_equal(posting_place_in_block(list, i / POSTING_BLOCK, document), i % POSTING_BLOCK);
        i++;
    }
}

/* Frequencies without documents: of all of a block, and of some of its places alone. */
static void compare_bare(const struct model *model, const struct posting_list *list, uint32_t b)
{
    struct posting_block bare;
    uint8_t places[POSTING_BLOCK];
    uint32_t some[POSTING_BLOCK];
    size_t m = 0;
    assert_true(posting_block_bare(list, b, &bare));
    assert_int_equal(bare.count, posting_block_count(list, b));
    for (uint32_t i = b % 3; i < bare.count; i += 1 + i % 5)
        places[m++] = (uint8_t)i;
    for (unsigned again = 0; again < 2; again++) {
        assert_true(posting_block_frequencies_at(&bare, places, m, some));
        for (size_t j = 0; j < m; j++)
            assert_int_equal(some[j], model->postings[b * POSTING_BLOCK + places[j]].frequency);
        assert_true(posting_block_frequencies(list, &bare));
    }
    for (uint32_t j = 0; j < bare.count; j++)
        assert_int_equal(bare.frequencies[j], model->postings[b * POSTING_BLOCK + j].frequency);
}

static void compare_list(const struct model *model, struct test_random *random)
{
    struct posting_list list;
    model_open(model, &list);
    assert_int_equal(list.document_frequency, model->shape.count);
    assert_int_equal(list.collection_frequency, model->frequency_sum);
    assert_int_equal(list.blocks, (model->shape.count + POSTING_BLOCK - 1) / POSTING_BLOCK);
    if (list.bitmap != NULL)
        compare_bitmap(model, &list);
    for (uint32_t b = 0; b < list.blocks; b++)
        compare_bare(model, &list, b);
    if (random == NULL)
        for (uint32_t b = 0; b < list.blocks; b++)
            compare_block(model, &list, b, NULL);
    for (uint32_t i = 0; i < list.blocks && random != NULL; i++) /* blocks in any order, documents left out */
        compare_block(model, &list, (uint32_t)random_below(random, list.blocks), random);
}

static void check(struct test_random *random, const struct model_shape *shape)
{
    struct model model;
    model_make(&model, random, shape, 1 + (unsigned)random_below(random, 2));
    compare_list(&model, NULL);
    compare_list(&model, random);
    model_free(&model);
}

static void test_lists_of_every_shape_come_back(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 1500; round++) {
        const struct model_shape shape = model_any_shape(&random);
        check(&random, &shape);
    }
}

static void test_lists_of_every_length_come_back(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (uint32_t count = 1; count <= 400; count++) {
        const struct model_shape shape = { count, 1 + (uint32_t)random_size(&random, 9), 2, true, true, true };
        check(&random, &shape);
    }
}

static void test_a_list_may_have_every_document(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (uint32_t count = 1; count < 6000; count += 1 + count / 3) {
        const struct model_shape shape = { count, 1, 1, false, false, false };
        check(&random, &shape);
    }
}

static void test_gaps_may_be_as_wide_as_a_segment(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    const unsigned widest = sizeof(size_t) > 4 ? 28 : 22; /* the model keeps something of every document between */
    for (unsigned bits = 20; bits <= widest; bits += 2)
        for (uint32_t count = 1; count <= 4; count++) {
            const struct model_shape shape = { count, UINT32_C(1) << bits, 1, true, false, false };
            check(&random, &shape);
        }
    /* One wide gap makes a whole block wide. */
    const struct model_shape shape = { 300, UINT32_C(1) << 21, 1, false, false, false };
    check(&random, &shape);
}

static void test_frequencies_may_be_large(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    const struct model_shape shape = { 300, 5, 16, true, true, true };
    check(&random, &shape);
}

/* One document has the word more often than 24 bits tell: the places behind it are found. */
static void test_a_frequency_may_have_more_than_24_bits(void **state)
{
    (void)state;
    enum { DOCUMENTS = 3 };
    const uint32_t frequencies[DOCUMENTS] = { 2, (UINT32_C(1) << 24) + 3, 5 };
    uint32_t *places = calloc(frequencies[1] + DOCUMENTS, sizeof *places);
    uint32_t *read = calloc(frequencies[1], sizeof *read);
    const uint8_t codes[DOCUMENTS] = { 0 };
    const uint32_t lengths[DOCUMENTS] = { 2, frequencies[1], 5 };
    const struct posting_lengths known = { .plain = codes, .plain_lengths = lengths, .plain_average = 50 };
    struct model model = { .shape = { .count = DOCUMENTS, .positions = true }, .document_count = DOCUMENTS };
    struct posting_writer *writer;
    struct posting_list list;
    struct posting_block block;
    struct posting_tail tail;
    struct posting_positions positions;
    struct buffer section;
    assert_non_null(places);
    assert_non_null(read);
    for (uint32_t p = 0; p < frequencies[1] + DOCUMENTS; p++)
        places[p] = 9 * p + p % 8; /* no stretch is like the one behind it */
    assert_ok(posting_writer_new(allocator_default(), &known, &writer, NULL));
    buffer_init(&section, allocator_default());
    posting_writer_begin(writer, true);
    for (uint32_t d = 0; d < DOCUMENTS; d++)
        posting_writer_add(writer, d, frequencies[d], places + d, NULL, NULL, 0);
    assert_ok(posting_writer_end(writer, &section, 0, &model.written, NULL));
    for (unsigned i = 0; i < POSTING_SLACK; i++)
        buffer_append_u8(&section, 0);
    model.section = section.data;
    model.length = section.length;
    model_open(&model, &list);
    assert_true(posting_block_documents(&list, 0, &block));
    assert_true(posting_block_frequencies(&list, &block));
    assert_true(posting_block_tail(&list, &block, &tail));
    for (uint32_t d = DOCUMENTS; d-- > 0;) {
        assert_int_equal(block.frequencies[d], frequencies[d]);
        assert_true(posting_positions_open(&list, &block, tail.positions, &positions));
        assert_true(posting_positions_read(&positions, d, read));
        assert_memory_equal(read, places + d, frequencies[d] * sizeof *read);
    }
    buffer_free(&section);
    posting_writer_free(writer);
    free(places);
    free(read);
}

static void test_a_dense_list_is_one_bitmap(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (uint32_t gap = 1; gap <= 40; gap++) {
        const struct model_shape shape = { 128 * 20 + gap, gap, 3, gap % 2 == 0, false, gap % 3 == 0 };
        struct model model;
        struct posting_list list;
        model_make(&model, &random, &shape, 1);
        model_open(&model, &list);
        const uint32_t bits = (model.postings[shape.count - 1].document / 64 + 1) * 64;
        assert_int_equal(list.bitmap != NULL, bits <= 16 * shape.count);
        compare_list(&model, NULL);
        compare_list(&model, &random);
        model_free(&model);
    }
}

static void test_dense_blocks_of_other_lists_are_bitmaps(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    const struct model_shape shape = { 128 * 10, 2, 1, false, false, false };
    struct model model;
    struct posting_list list;
    /* Dense, but for much of nothing in front, and with gaps of which one is wide. */
    model_make_from(&model, &random, &shape, 1, 128 * 10 * 40, 30);
    model_open(&model, &list);
    assert_null(list.bitmap);
    struct posting_bitmap bitmap;
    assert_true(posting_block_bitmap(&list, 1, &bitmap));
    compare_list(&model, NULL);
    model_free(&model);
}

static void test_seeking_finds_the_block_that_a_linear_search_finds(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 100; round++) {
        struct model_shape shape = model_any_shape(&random);
        shape.count += POSTING_BLOCK;
        struct model model;
        struct posting_list list;
        model_make(&model, &random, &shape, 1);
        model_open(&model, &list);
        for (uint32_t b = 0; b < list.blocks; b++) {
            const uint32_t last = (b + 1) * POSTING_BLOCK < shape.count ? (b + 1) * POSTING_BLOCK : shape.count;
            assert_int_equal(posting_last_document(&list, b), model.postings[last - 1].document);
        }
        for (unsigned seek = 0; seek < 300; seek++) {
            const uint32_t from = (uint32_t)random_below(&random, list.blocks + 1);
            const uint32_t document = (uint32_t)random_below(&random, model.document_count + 2);
            uint32_t expected = from;
            while (expected < list.blocks && posting_last_document(&list, expected) < document)
                expected++;
            assert_int_equal(posting_seek_block(&list, from, document), expected);
        }
        model_free(&model);
    }
}

static void test_lists_may_lie_behind_each_other_in_one_section(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    enum { LISTS = 40, MOST = 2000 };
    static uint8_t plain[MOST * 8];
    static uint32_t plain_lengths[MOST * 8];
    const struct posting_lengths lengths = { .plain = plain, .plain_lengths = plain_lengths, .plain_average = 1 };
    struct posting_writer *writer;
    struct posting_written written[LISTS];
    uint32_t counts[LISTS];
    struct buffer to;
    buffer_init(&to, allocator_default());
    assert_ok(posting_writer_new(allocator_default(), &lengths, &writer, NULL));
    for (unsigned l = 0; l < LISTS; l++) {
        counts[l] = 1 + (uint32_t)random_below(&random, MOST);
        posting_writer_begin(writer, true);
        for (uint32_t i = 0; i < counts[l]; i++) {
            const uint32_t place = i + l;
            posting_writer_add(writer, i * (1 + l % 8), 1, &place, NULL, NULL, 0);
        }
        assert_ok(posting_writer_end(writer, &to, 0, &written[l], NULL));
    }
    posting_writer_free(writer);
    for (unsigned i = 0; i < POSTING_SLACK; i++)
        buffer_append_u8(&to, 0);
    for (unsigned l = 0; l < LISTS; l++) {
        const struct posting_place place = {
            counts[l], counts[l], written[l].postings_offset, written[l].positions_offset, written[l].single_document,
            true
        };
        struct posting_list list;
        struct posting_block block;
        struct posting_tail tail;
        struct posting_positions positions;
        assert_ok(posting_list_open(to.data, to.length, &place, MOST * 8, "section", &list, NULL));
        for (uint32_t b = 0; b < list.blocks; b++) {
            assert_true(posting_block_documents(&list, b, &block));
            assert_true(posting_block_frequencies(&list, &block));
            assert_true(posting_block_tail(&list, &block, &tail));
            assert_true(posting_positions_open(&list, &block, tail.positions, &positions));
            for (uint32_t i = 0; i < block.count; i++) {
                uint32_t read;
                assert_int_equal(block.documents[i], (b * POSTING_BLOCK + i) * (1 + l % 8));
                assert_true(posting_positions_read(&positions, i, &read));
                assert_int_equal(read, b * POSTING_BLOCK + i + l);
            }
        }
    }
    buffer_free(&to);
}

static void test_a_block_may_have_sides_in_many_fields(void **state)
{
    (void)state;
    enum { DOCUMENTS = 128, EACH = 5 };
    static uint8_t plain[DOCUMENTS];
    static uint32_t plain_lengths[DOCUMENTS];
    const struct posting_lengths lengths = { .plain = plain, .plain_lengths = plain_lengths, .plain_average = 1 };
    struct posting_writer *writer;
    struct posting_written written;
    struct buffer to;
    buffer_init(&to, allocator_default());
    assert_ok(posting_writer_new(allocator_default(), &lengths, &writer, NULL));
    posting_writer_begin(writer, false);
    for (uint32_t i = 0; i < DOCUMENTS; i++) {
        struct posting_side sides[EACH];
        for (uint32_t s = 0; s < EACH; s++)
            sides[s] = (struct posting_side){ (uint16_t)(i + s * DOCUMENTS), 1 + i };
        posting_writer_add(writer, i, EACH * (1 + i), NULL, NULL, sides, EACH);
    }
    assert_ok(posting_writer_end(writer, &to, 0, &written, NULL));
    posting_writer_free(writer);
    for (unsigned i = 0; i < POSTING_SLACK; i++)
        buffer_append_u8(&to, 0);
    const struct posting_place place = { .document_frequency = DOCUMENTS,
                                         .collection_frequency = written.collection_frequency };
    struct posting_list list;
    struct posting_block block;
    struct posting_tail tail;
    struct posting_sides sides;
    assert_ok(posting_list_open(to.data, to.length, &place, DOCUMENTS, "section", &list, NULL));
    assert_true(posting_block_documents(&list, 0, &block));
    assert_true(posting_block_frequencies(&list, &block));
    assert_true(posting_block_tail(&list, &block, &tail));
    uint32_t groups = 0;
    for (; posting_tail_sides(&tail, block.count, &sides); groups++) {
        assert_int_equal(sides.count, 1);
        assert_int_equal(sides.field % DOCUMENTS, sides.indexes[0]);
        assert_int_equal(sides.frequencies[0], 1u + sides.indexes[0]);
    }
    assert_false(tail.cursor.failed);
    assert_int_equal(groups, DOCUMENTS * EACH);
    buffer_free(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_of_every_shape_come_back),
        cmocka_unit_test(test_lists_of_every_length_come_back),
        cmocka_unit_test(test_a_list_may_have_every_document),
        cmocka_unit_test(test_gaps_may_be_as_wide_as_a_segment),
        cmocka_unit_test(test_frequencies_may_be_large),
        cmocka_unit_test(test_a_frequency_may_have_more_than_24_bits),
        cmocka_unit_test(test_a_dense_list_is_one_bitmap),
        cmocka_unit_test(test_dense_blocks_of_other_lists_are_bitmaps),
        cmocka_unit_test(test_seeking_finds_the_block_that_a_linear_search_finds),
        cmocka_unit_test(test_lists_may_lie_behind_each_other_in_one_section),
        cmocka_unit_test(test_a_block_may_have_sides_in_many_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
