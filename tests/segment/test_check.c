/* SPDX-License-Identifier: MIT */
#include "segment/collection.h"

static void print_line(void *context, const char *line)
{
    *(int *)context += 1;
    printf("%s\n", line);
}

static void check_sound(const char *name, enum collection_shape shape, uint32_t count)
{
    struct test_random random = random_start(name);
    struct collection collection;
    struct storage *storage;
    collection_make(&collection, &random, shape, count);
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    collection_build(&collection, storage, "segment", 0, count, NULL);
    struct segment *segment = collection_open(&collection, storage, "segment");
    int lines = 0;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_ok(segment_verify(segment, &error));
    if (segment_check(segment, print_line, &lines, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    assert_int_equal(lines, 0);
    segment_release(segment);
    storage_close(storage);
    collection_free(&collection);
}

static void test_what_was_built_is_sound(void **state)
{
    (void)state;
    check_sound(__func__, COLLECTION_PLAIN, 3000);
    check_sound(__func__, COLLECTION_FULL, 2000);
    check_sound(__func__, COLLECTION_FULL, 1);
    check_sound(__func__, COLLECTION_FULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_built_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
