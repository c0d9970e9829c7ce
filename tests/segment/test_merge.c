/* SPDX-License-Identifier: MIT */
/* Merging against building: the oracle is segment_builder itself. */
#include "segment/collection.h"

#include <stdlib.h>

#include "support/failing_allocator.h"

struct run {
    struct collection collection;
    struct storage *storage;
    struct test_random random;
};

static void begin(struct run *run, const char *name, enum collection_shape shape, uint32_t count)
{
    run->random = random_start(name);
    collection_make(&run->collection, &run->random, shape, count);
    assert_ok(storage_open_memory(allocator_default(), &run->storage, NULL));
}

static void end(struct run *run)
{
    storage_close(run->storage);
    collection_free(&run->collection);
}

/* Segments of stretches of the collection, with what lives of them. */
struct parts {
    size_t count;
    struct segment_input inputs[16];
    struct live *live[16];
    uint32_t starts[17];
};

static void parts_build(struct parts *parts, struct run *run, uint32_t count, unsigned percent_deleted, bool *alive)
{
    memset(parts, 0, sizeof *parts);
    parts->count = count;
    for (uint32_t i = 0; i <= count; i++)
        parts->starts[i] = (uint32_t)((uint64_t)run->collection.count * i / count);
    for (uint32_t i = 0; i < count; i++) {
        char name[16];
        sprintf(name, "part-%u", i);
        const uint32_t start = parts->starts[i], size = parts->starts[i + 1] - start;
        collection_build(&run->collection, run->storage, name, start, start + size, NULL);
        parts->inputs[i].segment = collection_open(&run->collection, run->storage, name);
        assert_ok(live_new(allocator_default(), size, &parts->live[i], NULL));
        for (uint32_t d = 0; d < size; d++) {
            alive[start + d] = random_below(&run->random, 100) >= percent_deleted;
            if (!alive[start + d])
                live_delete(parts->live[i], d);
        }
        const bool untouched = parts->live[i]->deleted == 0 && random_below(&run->random, 2) == 0;
        parts->inputs[i].live = untouched ? NULL : parts->live[i];
    }
}

static void parts_free(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        live_free(parts->live[i]);
        segment_release(parts->inputs[i].segment);
    }
}

static void merge(struct run *run, const struct segment_input *inputs, size_t count, const char *name)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint64_t length = 0;
    if (segment_merge(allocator_default(), run->collection.schema, run->storage, name, inputs, count, 0, NULL, false,
                      &length, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    struct segment *segment = collection_open(&run->collection, run->storage, name);
    assert_int_equal(segment_bytes(segment), length);
    if (segment_check(segment, NULL, NULL, NULL, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    segment_release(segment);
}

static void check_merge(const char *name, enum collection_shape shape, uint32_t count, uint32_t part_count,
                        unsigned percent_deleted)
{
    struct run run;
    struct parts parts;
    begin(&run, name, shape, count);
    bool *alive = calloc(count + 1, sizeof *alive);
    parts_build(&parts, &run, part_count, percent_deleted, alive);
    merge(&run, parts.inputs, parts.count, "merged");
    collection_build(&run.collection, run.storage, "direct", 0, count, alive);
    assert_same_segments(run.storage, "direct", "merged");
    free(alive);
    parts_free(&parts);
    end(&run);
}

static void test_merging_gives_the_bytes_of_building_at_once(void **state)
{
    (void)state;
    check_merge(__func__, COLLECTION_PLAIN, 3000, 5, 0);
    check_merge(__func__, COLLECTION_FULL, 2000, 3, 0);
    check_merge(__func__, COLLECTION_FULL, 300, 16, 0);
    check_merge(__func__, COLLECTION_FULL, 5, 8, 0); /* some of them empty */
    check_merge(__func__, COLLECTION_FULL, 100, 1, 0);
}

static void test_deleted_documents_leave_no_trace(void **state)
{
    (void)state;
    check_merge(__func__, COLLECTION_PLAIN, 3000, 4, 10);
    check_merge(__func__, COLLECTION_PLACED, 1500, 2, 60);
    check_merge(__func__, COLLECTION_PLACED, 300, 8, 95);
    check_merge(__func__, COLLECTION_PLACED, 400, 1, 1);
}

static void test_a_merge_may_leave_nothing(void **state)
{
    (void)state;
    check_merge(__func__, COLLECTION_FULL, 100, 3, 100);
    check_merge(__func__, COLLECTION_FULL, 0, 2, 0);
}

/* A field of weight 1.1 has one word in each document: no length is other than it would be with weight 1. */
static void test_a_weight_that_no_length_shows_is_kept(void **state)
{
    (void)state;
    struct run run;
    struct parts parts;
    begin(&run, __func__, COLLECTION_PLAIN, 0);
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = "heavy";
    field.weight = 1.1f;
    assert_ok(schema_add(run.collection.schema, &field, NULL, NULL));
    run.collection.documents = realloc(run.collection.documents, 10 * sizeof *run.collection.documents);
    run.collection.ids = realloc(run.collection.ids, 10 * sizeof *run.collection.ids);
    for (uint32_t d = 0; d < 10; d++) {
        const struct document_value value = { "heavy", 5, LIBSEARCH_TEXT, { "word", 4 }, 0, 0 };
        run.collection.documents[d] = document_new(allocator_default());
        sprintf(run.collection.ids[d], "%u", d);
        assert_ok(document_add(run.collection.documents[d], &value, NULL));
    }
    run.collection.count = 10;
    bool alive[11];
    parts_build(&parts, &run, 2, 0, alive);
    merge(&run, parts.inputs, parts.count, "merged");
    collection_build(&run.collection, run.storage, "direct", 0, 10, NULL);
    assert_same_segments(run.storage, "direct", "merged");
    struct segment *segment = collection_open(&run.collection, run.storage, "merged");
    assert_int_equal(segment->profiles, 2);
    segment_release(segment);
    parts_free(&parts);
    end(&run);
}

static void test_in_which_steps_segments_are_merged_does_not_show(void **state)
{
    (void)state;
    struct run run;
    struct parts parts;
    begin(&run, __func__, COLLECTION_PLACED, 800);
    bool *alive = calloc(801, sizeof *alive);
    parts_build(&parts, &run, 5, 20, alive);
    merge(&run, parts.inputs, 5, "at once");
    merge(&run, parts.inputs, 2, "first two");
    merge(&run, parts.inputs + 2, 2, "next two");
    struct segment_input steps[3] = { { .segment = collection_open(&run.collection, run.storage, "first two") },
                                      { .segment = collection_open(&run.collection, run.storage, "next two") },
                                      parts.inputs[4] };
    merge(&run, steps, 3, "in steps");
    assert_same_segments(run.storage, "at once", "in steps");
    segment_release(steps[0].segment);
    segment_release(steps[1].segment);
    parts_free(&parts);
    free(alive);
    end(&run);
}

static void test_new_numbers_are_told(void **state)
{
    (void)state;
    struct run run;
    struct parts parts;
    begin(&run, __func__, COLLECTION_PLAIN, 500);
    bool *alive = calloc(501, sizeof *alive);
    parts_build(&parts, &run, 4, 30, alive);
    for (size_t i = 0; i < parts.count; i += 2)
        parts.inputs[i].numbers = calloc(parts.starts[i + 1] - parts.starts[i] + 1, sizeof(uint32_t));
    merge(&run, parts.inputs, parts.count, "merged");
    uint32_t number = 0;
    for (size_t i = 0; i < parts.count; i++) {
        for (uint32_t d = parts.starts[i]; d < parts.starts[i + 1]; d++) {
            const uint32_t expected = alive[d] ? number++ : UINT32_MAX;
            if (parts.inputs[i].numbers != NULL)
                assert_int_equal(parts.inputs[i].numbers[d - parts.starts[i]], expected);
        }
        free(parts.inputs[i].numbers);
    }
    parts_free(&parts);
    free(alive);
    end(&run);
}

/* Where nobody knows which form stood in a deleted document, the postings are still as if it had never been. */
static void test_lists_without_positions_lose_deleted_documents_too(void **state)
{
    (void)state;
    struct run run;
    struct parts parts;
    begin(&run, __func__, COLLECTION_FULL, 600);
    bool *alive = calloc(601, sizeof *alive);
    parts_build(&parts, &run, 3, 40, alive);
    merge(&run, parts.inputs, parts.count, "merged");
    collection_build(&run.collection, run.storage, "direct", 0, 600, alive);
    struct segment *segments[2] = { collection_open(&run.collection, run.storage, "merged"),
                                    collection_open(&run.collection, run.storage, "direct") };
    struct terms_iterator *iterator;
    libsearch_bytes key;
    struct term_entry entry, other;
    assert_ok(terms_iterator_new(segments[1]->terms, allocator_default(), &iterator, NULL));
    while (terms_iterator_next(iterator, &key, &entry, NULL, NULL) == LIBSEARCH_OK) {
        assert_ok(terms_reader_find(segments[0]->terms, key.data, key.length, &other, NULL, NULL));
        assert_int_equal(entry.flags & TERM_LIST, other.flags & TERM_LIST);
        assert_int_equal(entry.document_frequency, other.document_frequency);
        assert_int_equal(entry.collection_frequency, other.collection_frequency);
    }
    terms_iterator_free(iterator);
    segment_release(segments[0]);
    segment_release(segments[1]);
    parts_free(&parts);
    free(alive);
    end(&run);
}

static void test_fields_that_came_later_are_merged_with_older_segments(void **state)
{
    (void)state;
    struct run run;
    struct segment_input inputs[2] = { 0 };
    begin(&run, __func__, COLLECTION_PLACED, 200);
    collection_build(&run.collection, run.storage, "old", 0, 100, NULL);
    struct schema *old = run.collection.schema, *grown;
    assert_ok(schema_copy(old, &grown, NULL));
    libsearch_field fields[2] = { LIBSEARCH_FIELD_INIT, LIBSEARCH_FIELD_INIT };
    fields[0].name = "late";
    fields[1].name = "year";
    fields[1].type = LIBSEARCH_INTEGER;
    assert_ok(schema_add(grown, &fields[0], NULL, NULL));
    assert_ok(schema_add(grown, &fields[1], NULL, NULL));
    inputs[0].segment = collection_open(&run.collection, run.storage, "old");
    run.collection.schema = grown;
    for (uint32_t d = 100; d < 200; d++) {
        const struct document_value words = { "late", 4, LIBSEARCH_TEXT, { "late words", 10 }, 0, 0 };
        const struct document_value year = { "year", 4, LIBSEARCH_INTEGER, { 0 }, d, 0 };
        assert_ok(document_add(run.collection.documents[d], &words, NULL));
        assert_ok(document_add(run.collection.documents[d], &year, NULL));
    }
    collection_build(&run.collection, run.storage, "new", 100, 200, NULL);
    inputs[1].segment = collection_open(&run.collection, run.storage, "new");
    merge(&run, inputs, 2, "merged");
    collection_build(&run.collection, run.storage, "direct", 0, 200, NULL);
    assert_same_segments(run.storage, "direct", "merged");
    segment_release(inputs[0].segment);
    segment_release(inputs[1].segment);
    schema_release(old);
    end(&run);
}

static bool merge_with(struct run *run, struct parts *parts, size_t fail_at)
{
    struct failing_allocator failing;
    failing_allocator_init(&failing, fail_at);
    const libsearch_status status = segment_merge(&failing.allocator, run->collection.schema, run->storage, "merged",
                                                  parts->inputs, parts->count, 0, NULL, false, NULL, NULL);
    assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
    assert_int_equal(failing.blocks, 0);
    bool there;
    assert_ok(storage_exists(run->storage, "merged", &there, NULL));
    assert_int_equal(there, status == LIBSEARCH_OK);
    return status == LIBSEARCH_OK;
}

static void test_short_memory_is_told_and_leaves_nothing(void **state)
{
    (void)state;
    struct run run;
    struct parts parts;
    begin(&run, __func__, COLLECTION_FULL, 12);
    bool alive[13];
    parts_build(&parts, &run, 2, 20, alive);
    size_t fail_at = 1;
    while (!merge_with(&run, &parts, fail_at))
        fail_at++;
    assert_true(fail_at > 50);
    parts_free(&parts);
    end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merging_gives_the_bytes_of_building_at_once),
        cmocka_unit_test(test_deleted_documents_leave_no_trace),
        cmocka_unit_test(test_a_merge_may_leave_nothing),
        cmocka_unit_test(test_a_weight_that_no_length_shows_is_kept),
        cmocka_unit_test(test_in_which_steps_segments_are_merged_does_not_show),
        cmocka_unit_test(test_new_numbers_are_told),
        cmocka_unit_test(test_lists_without_positions_lose_deleted_documents_too),
        cmocka_unit_test(test_fields_that_came_later_are_merged_with_older_segments),
        cmocka_unit_test(test_short_memory_is_told_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
