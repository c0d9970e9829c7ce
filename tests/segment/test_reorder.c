/* SPDX-License-Identifier: MIT */
#include "segment/collection.h"

#include <stdlib.h>

#include "segment/bisection.h"
#include "segment/number_sort.h"

/* Documents of `kinds` kinds, in random order; those of one kind share their words. */
struct kinds {
    struct forward_index forward;
    uint64_t *starts;
    uint32_t *of, *kind, *order;
};

static void kinds_make(struct kinds *made, struct test_random *random, uint32_t documents, uint32_t kinds)
{
    enum { WORDS = 20, EACH = 50 };
    made->starts = calloc((size_t)documents + 1, sizeof *made->starts);
    made->of = calloc((size_t)documents * WORDS + 1, sizeof *made->of);
    made->kind = calloc((size_t)documents + 1, sizeof *made->kind);
    made->order = calloc((size_t)documents + 1, sizeof *made->order);
    for (uint32_t d = 0; d < documents; d++) {
        made->order[d] = d;
        made->kind[d] = (uint32_t)random_below(random, kinds);
        uint64_t at = made->starts[d];
        for (uint32_t w = 0; w < EACH && at < made->starts[d] + WORDS; w++)
            if (random_below(random, EACH) < WORDS)
                made->of[at++] = made->kind[d] * EACH + w;
        made->starts[d + 1] = at;
    }
    made->forward = (struct forward_index){ documents, kinds * EACH, made->starts, made->of };
}

static void kinds_free(struct kinds *made)
{
    free(made->starts);
    free(made->of);
    free(made->kind);
    free(made->order);
}

static uint32_t changes_of_kind(const struct kinds *made)
{
    uint32_t changes = 0;
    for (uint32_t i = 1; i < made->forward.documents; i++)
        changes += made->kind[made->order[i]] != made->kind[made->order[i - 1]];
    return changes;
}

static void test_documents_that_share_words_become_neighbours(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct kinds made;
    kinds_make(&made, &random, 4000, 8);
    const uint32_t before = changes_of_kind(&made);
    assert_ok(graph_bisection(allocator_default(), &made.forward, NULL, made.order, NULL));
    assert_true(changes_of_kind(&made) < before / 20);
    kinds_free(&made);
}

static void test_every_document_keeps_a_place(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (uint32_t documents = 0; documents < 3000; documents += 1 + documents / 4) {
        struct kinds made;
        kinds_make(&made, &random, documents, 1 + documents / 100);
        assert_ok(graph_bisection(allocator_default(), &made.forward, NULL, made.order, NULL));
        bool *seen = calloc((size_t)documents + 1, sizeof *seen);
        for (uint32_t i = 0; i < documents; i++) {
            assert_true(made.order[i] < documents);
            assert_false(seen[made.order[i]]);
            seen[made.order[i]] = true;
        }
        free(seen);
        kinds_free(&made);
    }
}

static void test_numbers_are_sorted_and_equal_ones_stay(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 200; round++) {
        const size_t count = random_size(&random, 12);
        const unsigned bits = 1 + (unsigned)random_below(&random, 32);
        uint64_t *keys = calloc(count + 1, sizeof *keys), *spare = calloc(count + 1, sizeof *spare);
        for (size_t i = 0; i < count; i++)
            keys[i] = random_u64(&random) >> (64 - bits) << 32 | i;
        number_sort(keys, spare, count);
        for (size_t i = 1; i < count; i++)
            assert_true(keys[i - 1] < keys[i]);
        free(keys);
        free(spare);
    }
}

/* Merges the collection's parts reordered; new_of gets the new number of each document, UINT32_MAX: gone. */
static void merge_reordered(const struct collection *collection, struct storage *storage, const char *name,
                            struct test_random *random, unsigned percent_deleted, uint32_t *new_of)
{
    enum { PARTS = 3 };
    struct segment_input inputs[PARTS] = { 0 };
    struct live *live[PARTS];
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    for (uint32_t i = 0; i < PARTS; i++) {
        char part[16];
        const uint32_t from = collection->count * i / PARTS, to = collection->count * (i + 1) / PARTS;
        sprintf(part, "part-%u", i);
        storage_remove(storage, part, NULL);
        collection_build(collection, storage, part, from, to, NULL);
        assert_ok(live_new(allocator_default(), to - from, &live[i], NULL));
        for (uint32_t d = 0; d < to - from; d++)
            if (random_below(random, 100) < percent_deleted)
                live_delete(live[i], d);
        inputs[i] = (struct segment_input){ collection_open(collection, storage, part), live[i], new_of + from };
    }
    if (segment_merge(allocator_default(), collection->schema, storage, name, inputs, PARTS, LIBSEARCH_REORDER, NULL,
                      false, NULL, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    for (uint32_t i = 0; i < PARTS; i++) {
        live_free(live[i]);
        segment_release(inputs[i].segment);
    }
}

static void check_reordered(const char *name, enum collection_shape shape, uint32_t count, unsigned percent_deleted)
{
    struct test_random random = random_start(name);
    struct collection collection;
    struct storage *storage;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    collection_make(&collection, &random, shape, count);
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    uint32_t *new_of = calloc(count + 1, sizeof *new_of), *order = calloc(count + 1, sizeof *order), lives = 0;
    merge_reordered(&collection, storage, "reordered", &random, percent_deleted, new_of);
    for (uint32_t d = 0; d < count; d++)
        if (new_of[d] != UINT32_MAX) {
            assert_true(new_of[d] < count);
            order[new_of[d]] = d;
            lives++;
        }
    collection_build_order(&collection, storage, "direct", order, lives);
    assert_same_segments(storage, "direct", "reordered");
    struct segment *segment = collection_open(&collection, storage, "reordered");
    if (segment_check(segment, NULL, NULL, NULL, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    segment_release(segment);
    free(new_of);
    free(order);
    storage_close(storage);
    collection_free(&collection);
}

static void test_reordering_gives_the_bytes_of_building_in_that_order(void **state)
{
    (void)state;
    check_reordered(__func__, COLLECTION_PLAIN, 2000, 0);
    check_reordered(__func__, COLLECTION_FULL, 900, 0);
    check_reordered(__func__, COLLECTION_PLACED, 900, 30);
    check_reordered(__func__, COLLECTION_PLACED, 10, 20);
    check_reordered(__func__, COLLECTION_PLACED, 60, 100);
}

static void test_reordering_is_the_same_every_time(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct collection collection;
    struct storage *storage;
    collection_make(&collection, &random, COLLECTION_PLACED, 1000);
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    uint32_t *numbers = calloc(1000, sizeof *numbers);
    merge_reordered(&collection, storage, "first", &random, 0, numbers);
    merge_reordered(&collection, storage, "second", &random, 0, numbers);
    assert_same_segments(storage, "first", "second");
    free(numbers);
    storage_close(storage);
    collection_free(&collection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents_that_share_words_become_neighbours),
        cmocka_unit_test(test_every_document_keeps_a_place),
        cmocka_unit_test(test_numbers_are_sorted_and_equal_ones_stay),
        cmocka_unit_test(test_reordering_gives_the_bytes_of_building_in_that_order),
        cmocka_unit_test(test_reordering_is_the_same_every_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
