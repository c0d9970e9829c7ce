/* SPDX-License-Identifier: MIT */
/* Merging against building: the oracle is segment_builder itself. */
#include "segment/collection.h"

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

/* Builds all documents in `parts` segments, deletes some, and merges; `alive` gets what is left. */
static void build_in_parts_and_merge(struct run *run, uint32_t parts, unsigned percent_deleted, bool *alive,
                                     const char *name)
{
    struct segment_input inputs[16] = { 0 };
    struct live *live[16] = { 0 };
    uint32_t *numbers[16];
    const uint32_t count = run->collection.count;
    uint32_t starts[17];
    for (uint32_t i = 0; i <= parts; i++)
        starts[i] = (uint32_t)((uint64_t)count * i / parts);
    for (uint32_t i = 0; i < parts; i++) {
        char part[16];
        sprintf(part, "part-%u", i);
        collection_build(&run->collection, run->storage, part, starts[i], starts[i + 1], NULL);
        inputs[i].segment = collection_open(&run->collection, run->storage, part);
        const uint32_t size = starts[i + 1] - starts[i];
        assert_ok(live_new(allocator_default(), size, &live[i], NULL));
        for (uint32_t d = 0; d < size; d++) {
            alive[starts[i] + d] = random_below(&run->random, 100) >= percent_deleted;
            if (!alive[starts[i] + d])
                live_delete(live[i], d);
        }
        inputs[i].live = random_below(&run->random, 2) == 0 && live[i]->deleted == 0 ? NULL : live[i];
        numbers[i] = calloc(size + 1, sizeof(uint32_t));
        inputs[i].numbers = i % 2 == 0 ? numbers[i] : NULL;
    }
    uint64_t length = 0;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (segment_merge(allocator_default(), run->collection.schema, run->storage, name, inputs, parts, 0, 1 << 20,
                      false, &length, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    uint32_t number = 0;
    for (uint32_t i = 0; i < parts; i++) {
        for (uint32_t d = 0; d < starts[i + 1] - starts[i]; d++) {
            const uint32_t expected = alive[starts[i] + d] ? number++ : UINT32_MAX;
            if (inputs[i].numbers != NULL)
                assert_int_equal(numbers[i][d], expected);
        }
        free(numbers[i]);
        live_free(live[i]);
        segment_release(inputs[i].segment);
    }
}

static void check_merge(const char *name, enum collection_shape shape, uint32_t count, uint32_t parts,
                        unsigned percent_deleted)
{
    struct run run;
    begin(&run, name, shape, count);
    bool *alive = calloc(count + 1, sizeof *alive);
    build_in_parts_and_merge(&run, parts, percent_deleted, alive, "merged");
    collection_build(&run.collection, run.storage, "direct", 0, count, alive);
    assert_same_segments(run.storage, "direct", "merged");
    free(alive);
    end(&run);
}

static void test_merging_gives_the_bytes_of_building_at_once(void **state)
{
    (void)state;
    check_merge(__func__, COLLECTION_PLAIN, 3000, 5, 0);
    check_merge(__func__, COLLECTION_FULL, 2000, 3, 0);
}

static void test_deleted_documents_leave_no_trace_in_a_merge(void **state)
{
    (void)state;
    check_merge(__func__, COLLECTION_PLAIN, 3000, 4, 10);
    check_merge(__func__, COLLECTION_PLAIN, 1500, 2, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merging_gives_the_bytes_of_building_at_once),
        cmocka_unit_test(test_deleted_documents_leave_no_trace_in_a_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
