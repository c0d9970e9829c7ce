/* SPDX-License-Identifier: MIT */
#include "segment/oracle.h"

#include <stdlib.h>

#include "segment/builder.h"
#include "segment/list_output.h"
#include "support/failing_allocator.h"

static struct storage *memory(void)
{
    struct storage *storage;
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    return storage;
}

static void compare_with_oracle(const char *name, enum collection_shape shape, uint32_t count)
{
    struct test_random random = random_start(name);
    struct collection collection;
    struct oracle oracle;
    struct storage *storage = memory();
    collection_make(&collection, &random, shape, count);
    collection_build(&collection, storage, "segment", 0, count, NULL);
    struct segment *segment = collection_open(&collection, storage, "segment");
    assert_int_equal(segment_count(segment), count);
    oracle_make(&oracle, &collection);
    oracle_compare(&oracle, &collection, segment);
    oracle_free(&oracle);
    segment_release(segment);
    storage_close(storage);
    collection_free(&collection);
}

static void test_every_word_stands_where_it_was_written(void **state)
{
    (void)state;
    compare_with_oracle(__func__, COLLECTION_PLAIN, 400);
    compare_with_oracle(__func__, COLLECTION_FULL, 600);
    compare_with_oracle(__func__, COLLECTION_FULL, 1);
    compare_with_oracle(__func__, COLLECTION_FULL, 0);
}

static void test_what_was_stored_comes_back(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct collection collection;
    struct storage *storage = memory();
    collection_make(&collection, &random, COLLECTION_FULL, 500);
    collection_build(&collection, storage, "segment", 0, 500, NULL);
    struct segment *segment = collection_open(&collection, storage, "segment");
    libsearch_document *document = document_new(allocator_default());
    for (uint32_t d = 0; d < 500; d++) {
        const libsearch_document *given = collection.documents[d];
        const libsearch_bytes id = segment_id(segment, d);
        uint32_t found;
        assert_int_equal(id.length, strlen(collection.ids[d]));
        assert_memory_equal(id.data, collection.ids[d], id.length);
        assert_ok(segment_find(segment, id, &found));
        assert_int_equal(found, d);
        document_clear(document);
        assert_ok(segment_fetch(segment, collection.schema, d, document, NULL));
        size_t stored = 0;
        for (size_t v = 0; v < given->count; v++) {
            if (strcmp(given->values[v].field, "date") == 0)
                continue; /* is not stored */
            assert_true(stored < document->count);
            stored++;
        }
        assert_int_equal(stored, document->count);
    }
    uint32_t found;
    assert_status(segment_find(segment, LIBSEARCH_STRING("id-500"), &found), LIBSEARCH_NOT_FOUND);
    document_free(document);
    segment_release(segment);
    storage_close(storage);
    collection_free(&collection);
}

/* One document of given fields and values, in a schema of two weighted text fields and one with lists of its own. */
struct single {
    struct collection collection;
    struct storage *storage;
    struct segment *segment;
};

static void single_make(struct single *single, const char *const (*values)[2], size_t count)
{
    struct test_random none = { 0 };
    collection_make(&single->collection, &none, COLLECTION_FULL, 0);
    libsearch_document *document = document_new(allocator_default());
    for (size_t i = 0; i < count; i++) {
        const struct field *field = schema_find(single->collection.schema, values[i][0], strlen(values[i][0]));
        const struct document_value value = {
            values[i][0], (uint32_t)strlen(values[i][0]), field->type, { values[i][1], strlen(values[i][1]) }, 0, 0
        };
        assert_ok(document_add(document, &value, NULL));
    }
    single->collection.documents[0] = document;
    strcpy(single->collection.ids[0], "one");
    single->collection.count = 1;
    single->storage = memory();
    collection_build(&single->collection, single->storage, "segment", 0, 1, NULL);
    single->segment = collection_open(&single->collection, single->storage, "segment");
}

static void single_free(struct single *single)
{
    segment_release(single->segment);
    storage_close(single->storage);
    collection_free(&single->collection);
}

/* The only place of a word in the list of that number. */
static uint32_t place_of(const struct single *single, uint16_t list, const char *word)
{
    struct posting_list postings;
    struct posting_block block;
    struct posting_positions positions;
    uint32_t place;
    assert_ok(segment_list(single->segment, list, word, strlen(word), &postings, NULL));
    assert_int_equal(postings.collection_frequency, 1);
    assert_true(posting_block_documents(&postings, 0, &block));
    assert_true(posting_block_frequencies(&postings, &block));
    assert_true(posting_positions_open(&postings, &block, 0, &positions));
    assert_true(posting_positions_read(&positions, 0, &place));
    return place;
}

static bool has_list(const struct single *single, uint16_t list, const char *word)
{
    struct posting_list postings;
    return segment_list(single->segment, list, word, strlen(word), &postings, NULL) == LIBSEARCH_OK;
}

static uint16_t list_number(const struct single *single, const char *field)
{
    return (uint16_t)(schema_find(single->collection.schema, field, strlen(field))->number + 1);
}

static void test_fields_of_the_group_lie_a_gap_apart(void **state)
{
    (void)state;
    struct single single;
    const char *const values[][2] = { { "text", "alpha beta" }, { "title", "gamma delta" }, { "text", "omega" } };
    single_make(&single, values, 3);
    assert_int_equal(place_of(&single, 0, "gamma"), 0); /* title comes first: its number is the lower one */
    assert_int_equal(place_of(&single, 0, "delta"), 1);
    assert_int_equal(place_of(&single, 0, "alpha"), 2 + SCHEMA_FIELD_GAP);
    assert_int_equal(place_of(&single, 0, "beta"), 3 + SCHEMA_FIELD_GAP);
    assert_int_equal(place_of(&single, 0, "omega"), 4 + 2 * SCHEMA_FIELD_GAP);
    single_free(&single);
}

static void test_a_field_with_lists_of_its_own_is_not_in_the_group(void **state)
{
    (void)state;
    struct single single;
    const char *const values[][2] = { { "notes", "alpha" }, { "text", "beta" } };
    single_make(&single, values, 2);
    assert_false(has_list(&single, 0, "alpha"));
    assert_true(has_list(&single, 0, "beta"));
    assert_int_equal(place_of(&single, list_number(&single, "notes"), "alpha"), 0);
    assert_int_equal(place_of(&single, 0, "beta"), 0);
    single_free(&single);
}

static void test_the_whole_of_a_compound_stands_over_its_first_part(void **state)
{
    (void)state;
    struct single single;
    const char *const values[][2] = { { "text", "before China-Europe after" } };
    single_make(&single, values, 1);
    assert_int_equal(place_of(&single, 0, "befor"), 0);
    assert_int_equal(place_of(&single, 0, "china"), 1);
    assert_int_equal(place_of(&single, 0, "chinaeurop"), 1);
    assert_int_equal(place_of(&single, 0, "europ"), 2);
    assert_int_equal(place_of(&single, 0, "after"), 3);
    assert_int_equal(single.segment->plain_total, 5);
    single_free(&single);
}

static void test_keywords_are_found_as_they_are(void **state)
{
    (void)state;
    struct single single;
    const char *const values[][2] = { { "tag", "Two Words" }, { "place", "" } };
    single_make(&single, values, 2);
    assert_true(has_list(&single, list_number(&single, "tag"), "Two Words"));
    assert_false(has_list(&single, list_number(&single, "tag"), "two words"));
    assert_true(has_list(&single, list_number(&single, "place"), ""));
    assert_int_equal(single.segment->plain_total, 0);
    single_free(&single);
}

static void test_stop_words_count_for_plain_lengths_alone(void **state)
{
    (void)state;
    struct single single;
    const char *const values[][2] = { { "text", "the of and" } };
    single_make(&single, values, 1);
    assert_int_equal(single.segment->profiles, 2);
    assert_int_equal(single.segment->plain_total, 3);
    assert_int_equal(single.segment->weighted_total, 0);
    single_free(&single);
}

static void test_weights_count_in_weighted_lengths(void **state)
{
    (void)state;
    struct single single;
    const char *const values[][2] = { { "title", "alpha the beta" }, { "text", "gamma" }, { "last", "delta" } };
    single_make(&single, values, 3);
    assert_int_equal(single.segment->plain_total, 5);
    assert_int_equal(single.segment->weighted_total, 2 * 3 + 1 + 1); /* half a word counts as one */
    single_free(&single);
}

static void test_a_title_is_a_side_of_the_list(void **state)
{
    (void)state;
    struct test_random none = { 0 };
    struct collection collection;
    collection_make(&collection, &none, COLLECTION_FULL, 0);
    collection.documents = realloc(collection.documents, 2 * sizeof *collection.documents);
    collection.ids = realloc(collection.ids, 2 * sizeof *collection.ids);
    for (uint32_t d = 0; d < 2; d++) {
        const struct document_value title = { "title", 5, LIBSEARCH_TEXT, { "alpha alpha", 11 }, 0, 0 };
        const struct document_value text = { "text", 4, LIBSEARCH_TEXT, { "alpha", 5 }, 0, 0 };
        collection.documents[d] = document_new(allocator_default());
        sprintf(collection.ids[d], "%u", d);
        if (d == 1)
            assert_ok(document_add(collection.documents[d], &title, NULL));
        assert_ok(document_add(collection.documents[d], &text, NULL));
    }
    collection.count = 2;
    struct storage *storage = memory();
    collection_build(&collection, storage, "segment", 0, 2, NULL);
    struct segment *segment = collection_open(&collection, storage, "segment");
    struct posting_list list;
    struct posting_block block;
    struct posting_tail tail;
    struct posting_sides sides;
    assert_ok(segment_list(segment, 0, "alpha", 5, &list, NULL));
    assert_true(posting_block_documents(&list, 0, &block));
    assert_true(posting_block_frequencies(&list, &block));
    assert_int_equal(block.frequencies[0], 1);
    assert_int_equal(block.frequencies[1], 3);
    assert_true(posting_block_tail(&list, &block, &tail));
    assert_true(posting_tail_sides(&tail, block.count, &sides));
    assert_int_equal(sides.field, schema_find(collection.schema, "title", 5)->number);
    assert_int_equal(sides.count, 1);
    assert_int_equal(sides.indexes[0], 1);
    assert_int_equal(sides.frequencies[0], 2);
    assert_false(posting_tail_sides(&tail, block.count, &sides));
    segment_release(segment);
    storage_close(storage);
    collection_free(&collection);
}

static void test_fields_may_come_while_documents_do(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct collection collection;
    struct storage *storage = memory();
    struct segment_builder *builder;
    collection_make(&collection, &random, COLLECTION_FULL, 50);
    struct schema *old = collection.schema, *grown;
    assert_ok(schema_copy(old, &grown, NULL));
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = "late";
    assert_ok(schema_add(grown, &field, NULL, NULL));
    assert_ok(segment_builder_new(allocator_default(), old, storage, "segment", &builder, NULL));
    for (uint32_t d = 0; d < 50; d++) {
        if (d == 25) {
            segment_builder_set_schema(builder, grown);
            collection.schema = grown;
        }
        if (d >= 25) {
            const struct document_value value = { "late", 4, LIBSEARCH_TEXT, { "late words", 10 }, 0, 0 };
            assert_ok(document_add(collection.documents[d], &value, NULL));
        }
        const libsearch_bytes id = { collection.ids[d], strlen(collection.ids[d]) };
        assert_ok(segment_builder_add(builder, id, collection.documents[d], NULL));
    }
    assert_ok(segment_builder_finish(builder, false, NULL, NULL));
    struct segment *segment = collection_open(&collection, storage, "segment");
    struct oracle oracle;
    oracle_make(&oracle, &collection);
    oracle_compare(&oracle, &collection, segment);
    oracle_free(&oracle);
    segment_release(segment);
    schema_release(old);
    storage_close(storage);
    collection_free(&collection);
}

static void test_a_document_with_an_unknown_field_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    struct single single;
    const char *const values[][2] = { { "text", "alpha" } };
    single_make(&single, values, 1);
    struct segment_builder *builder;
    assert_ok(
        segment_builder_new(allocator_default(), single.collection.schema, single.storage, "other", &builder, NULL));
    libsearch_document *wrong = document_new(allocator_default());
    const struct document_value value = { "unknown", 7, LIBSEARCH_TEXT, { "beta", 4 }, 0, 0 };
    assert_ok(document_add(wrong, &value, NULL));
    assert_status(segment_builder_add(builder, LIBSEARCH_STRING("wrong"), wrong, NULL), LIBSEARCH_INVALID);
    assert_status(segment_builder_add(builder, LIBSEARCH_STRING(""), single.collection.documents[0], NULL),
                  LIBSEARCH_INVALID);
    assert_ok(segment_builder_add(builder, LIBSEARCH_STRING("one"), single.collection.documents[0], NULL));
    assert_int_equal(segment_builder_count(builder), 1);
    assert_ok(segment_builder_finish(builder, false, NULL, NULL));
    assert_same_segments(single.storage, "segment", "other");
    document_free(wrong);
    single_free(&single);
}

/* Takes in documents 0 … count - 1 by several noters, which read ahead of each other as chance has it, and gives places
 * fewer bits than they have. */
static void build_shared(const struct collection *collection, struct storage *storage, struct test_random *random,
                         unsigned noters, unsigned place_bits)
{
    enum { MOST_NOTERS = 4 };
    struct segment_builder *builder;
    uint64_t length;
    uint32_t noted = 0, entered = 0;
    unsigned *noter_of = calloc(collection->count, sizeof *noter_of);
    assert_in_range(noters, 1, MOST_NOTERS);
    assert_ok(segment_builder_new(allocator_default(), collection->schema, storage, "shared", &builder, NULL));
    assert_ok(segment_builder_share(builder, noters, NULL));
    builder->place_bits = place_bits;
    while (entered < collection->count)
        if (noted < collection->count && (noted == entered || random_below(random, 3) > 0)) {
            noter_of[noted] = (unsigned)random_below(random, noters);
            assert_ok(
                segment_builder_note(builder, noter_of[noted], collection->schema, collection->documents[noted], NULL));
            noted++;
        } else {
            const libsearch_bytes id = { collection->ids[entered], strlen(collection->ids[entered]) };
            assert_ok(segment_builder_take(builder, noter_of[entered], id, collection->documents[entered], NULL));
            entered++;
        }
    assert_ok(segment_builder_finish(builder, false, &length, NULL));
    free(noter_of);
}

static void test_noters_and_the_bits_of_places_do_not_change_a_byte(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 12; round++) {
        struct storage *storage = memory();
        struct collection collection;
        collection_make(&collection, &random, round % 2 == 0 ? COLLECTION_FULL : COLLECTION_PLAIN, 400);
        collection_build(&collection, storage, "segment", 0, collection.count, NULL);
        build_shared(&collection, storage, &random, 1 + (unsigned)round % 4, round % 3 == 0 ? 8 : 64);
        assert_same_segments(storage, "segment", "shared");
        collection_free(&collection);
        storage_close(storage);
    }
}

static void test_the_newest_document_of_an_id_is_found_while_building(void **state)
{
    (void)state;
    struct single single;
    const char *const values[][2] = { { "text", "alpha" } };
    single_make(&single, values, 1);
    struct segment_builder *builder;
    uint32_t found;
    assert_ok(
        segment_builder_new(allocator_default(), single.collection.schema, single.storage, "other", &builder, NULL));
    assert_status(segment_builder_find(builder, LIBSEARCH_STRING("one"), &found), LIBSEARCH_NOT_FOUND);
    for (unsigned i = 0; i < 3; i++)
        assert_ok(segment_builder_add(builder, LIBSEARCH_STRING("one"), single.collection.documents[0], NULL));
    assert_ok(segment_builder_find(builder, LIBSEARCH_STRING("one"), &found));
    assert_int_equal(found, 2);
    segment_builder_discard(builder);
    bool there = true;
    assert_ok(storage_exists(single.storage, "other", &there, NULL));
    assert_false(there);
    single_free(&single);
}

/* Builds and opens with an allocator that fails at its nth call; true when nothing failed. */
static bool build_with(const struct collection *collection, size_t fail_at)
{
    struct failing_allocator failing;
    struct segment_builder *builder;
    struct storage *storage = memory();
    failing_allocator_init(&failing, fail_at);
    libsearch_status status =
        segment_builder_new(&failing.allocator, collection->schema, storage, "segment", &builder, NULL);
    if (status == LIBSEARCH_OK) {
        for (uint32_t d = 0; d < collection->count && status == LIBSEARCH_OK; d++) {
            const libsearch_bytes id = { collection->ids[d], strlen(collection->ids[d]) };
            status = segment_builder_add(builder, id, collection->documents[d], NULL);
        }
        const libsearch_status finished = segment_builder_finish(builder, false, NULL, NULL);
        status = status != LIBSEARCH_OK ? status : finished;
    }
    assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
    assert_int_equal(failing.blocks, 0);
    storage_close(storage);
    return status == LIBSEARCH_OK;
}

static void test_short_memory_is_told_and_nothing_leaks(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct collection collection;
    collection_make(&collection, &random, COLLECTION_FULL, 4);
    size_t fail_at = 1;
    while (!build_with(&collection, fail_at))
        fail_at++;
    assert_true(fail_at > 50);
    collection_free(&collection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_stands_where_it_was_written),
        cmocka_unit_test(test_what_was_stored_comes_back),
        cmocka_unit_test(test_fields_of_the_group_lie_a_gap_apart),
        cmocka_unit_test(test_a_field_with_lists_of_its_own_is_not_in_the_group),
        cmocka_unit_test(test_the_whole_of_a_compound_stands_over_its_first_part),
        cmocka_unit_test(test_keywords_are_found_as_they_are),
        cmocka_unit_test(test_stop_words_count_for_plain_lengths_alone),
        cmocka_unit_test(test_weights_count_in_weighted_lengths),
        cmocka_unit_test(test_a_title_is_a_side_of_the_list),
        cmocka_unit_test(test_fields_may_come_while_documents_do),
        cmocka_unit_test(test_a_document_with_an_unknown_field_is_refused_and_leaves_nothing),
        cmocka_unit_test(test_noters_and_the_bits_of_places_do_not_change_a_byte),
        cmocka_unit_test(test_the_newest_document_of_an_id_is_found_while_building),
        cmocka_unit_test(test_short_memory_is_told_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
