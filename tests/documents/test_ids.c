/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <string.h>

#include "documents/ids.h"
#include "documents/string_table.h"
#include "support/failing_allocator.h"
#include "support/random.h"

static libsearch_bytes text(const char *string) { return (libsearch_bytes){ string, strlen(string) }; }

/* A random id out of few, so that some come twice; may hold any byte. */
static libsearch_bytes random_id(struct test_random *random, char *to, size_t different)
{
    const uint64_t which = random_below(random, different);
    struct test_random content = { which };
    const size_t length = 1 + (size_t)random_size(&content, 6);
    for (size_t i = 0; i < length; i++)
        to[i] = (char)random_u64(&content);
    return (libsearch_bytes){ to, length };
}

struct finished {
    struct buffer ids, table;
    struct ids open;
};

static void finish(struct ids_writer *writer, uint32_t count, struct finished *finished)
{
    buffer_init(&finished->ids, allocator_default());
    buffer_init(&finished->table, allocator_default());
    assert_ok(ids_writer_finish(writer, &finished->ids, &finished->table, NULL));
    assert_ok(ids_open(finished->ids.data, finished->ids.length, finished->table.data, finished->table.length, count,
                       "test", &finished->open, NULL));
}

static void finished_free(struct finished *finished)
{
    buffer_free(&finished->ids);
    buffer_free(&finished->table);
}

static void every_id_leads_to_its_last_document_and_back(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 30; round++) {
        enum { MOST = 3000 };
        static char kept[MOST][128];
        static libsearch_bytes ids[MOST];
        const uint32_t count = (uint32_t)random_size(&random, 11);
        const size_t different = 1 + (size_t)random_below(&random, 2 * MOST);
        struct ids_writer *writer;
        assert_ok(ids_writer_new(allocator_default(), &writer, NULL));
        for (uint32_t i = 0; i < count; i++) {
            ids[i] = random_id(&random, kept[i], different);
            assert_ok(ids_writer_add(writer, ids[i], NULL));
        }
        struct finished finished;
        finish(writer, count, &finished);
        assert_ok(ids_verify(&finished.open, "test", NULL));
        for (uint32_t i = 0; i < count; i++) {
            uint32_t last = i, found;
            for (uint32_t j = i + 1; j < count; j++)
                if (ids[j].length == ids[i].length && memcmp(ids[j].data, ids[i].data, ids[i].length) == 0)
                    last = j;
            assert_ok(ids_writer_find(writer, ids[i], &found));
            assert_int_equal(found, last);
            assert_ok(ids_find(&finished.open, ids[i], &found));
            assert_int_equal(found, last);
            const libsearch_bytes back = ids_at(&finished.open, i);
            assert_int_equal(back.length, ids[i].length);
            assert_memory_equal(back.data, ids[i].data, back.length);
        }
        char other[128];
        for (int i = 0; i < 100; i++) {
            uint32_t found = 77;
            const libsearch_bytes id = { other, 65 + random_below(&random, 60) }; /* longer than all others */
            for (size_t j = 0; j < id.length; j++)
                other[j] = (char)random_u64(&random);
            assert_status(ids_writer_find(writer, id, &found), LIBSEARCH_NOT_FOUND);
            assert_status(ids_find(&finished.open, id, &found), LIBSEARCH_NOT_FOUND);
            assert_int_equal(found, 77);
        }
        finished_free(&finished);
        ids_writer_free(writer);
    }
}

static void ids_have_1_to_65536_bytes(void **state)
{
    (void)state;
    static char long_id[LIBSEARCH_MAX_ID + 1];
    memset(long_id, 'x', sizeof long_id);
    struct ids_writer *writer;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint32_t found;
    assert_ok(ids_writer_new(allocator_default(), &writer, NULL));
    assert_status(ids_writer_add(writer, text(""), &error), LIBSEARCH_INVALID);
    assert_ok(ids_writer_add(writer, text("x"), NULL));
    assert_ok(ids_writer_add(writer, (libsearch_bytes){ long_id, LIBSEARCH_MAX_ID - 1 }, NULL));
    assert_ok(ids_writer_add(writer, (libsearch_bytes){ long_id, LIBSEARCH_MAX_ID }, NULL));
    assert_status(ids_writer_add(writer, (libsearch_bytes){ long_id, LIBSEARCH_MAX_ID + 1 }, &error), LIBSEARCH_LIMIT);
    assert_string_equal(error.message, "an id of 65537 bytes is over the limit of 65536");
    struct finished finished;
    finish(writer, 3, &finished);
    for (uint32_t i = 0; i < 3; i++) {
        const libsearch_bytes id = ids_at(&finished.open, i);
        assert_int_equal(id.length, i == 0 ? 1 : LIBSEARCH_MAX_ID - 2 + i);
        assert_ok(ids_find(&finished.open, id, &found));
        assert_int_equal(found, i);
    }
    assert_status(ids_find(&finished.open, text(""), &found), LIBSEARCH_NOT_FOUND);
    assert_status(ids_writer_find(writer, text(""), &found), LIBSEARCH_NOT_FOUND);
    finished_free(&finished);
    ids_writer_free(writer);
}

static void the_table_is_never_more_than_three_quarters_full(void **state)
{
    (void)state;
    struct ids_writer *writer;
    assert_ok(ids_writer_new(allocator_default(), &writer, NULL));
    for (uint32_t count = 0; count < 1000; count++) {
        struct finished finished;
        finish(writer, count, &finished);
        assert_true(4 * (uint64_t)count <= 3 * finished.open.slot_count);
        assert_true(count < 12 || 3 * finished.open.slot_count < 8 * (uint64_t)count + 8);
        finished_free(&finished);
        char id[16];
        snprintf(id, sizeof id, "%u", count);
        assert_ok(ids_writer_add(writer, text(id), NULL));
    }
    ids_writer_free(writer);
}

static void the_bytes_depend_on_the_ids_alone(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct finished first, second;
    struct ids_writer *writer, *again;
    assert_ok(ids_writer_new(allocator_default(), &writer, NULL));
    assert_ok(ids_writer_new(allocator_default(), &again, NULL));
    for (uint32_t i = 0; i < 2000; i++) {
        char id[128];
        uint32_t found;
        const libsearch_bytes bytes = random_id(&random, id, 1500);
        assert_ok(ids_writer_add(writer, bytes, NULL));
        ids_writer_find(again, bytes, &found);
        ids_writer_add(again, text(""), NULL);
        assert_ok(ids_writer_add(again, bytes, NULL));
    }
    finish(writer, 2000, &first);
    finish(again, 2000, &second);
    assert_int_equal(first.ids.length, second.ids.length);
    assert_memory_equal(first.ids.data, second.ids.data, first.ids.length);
    assert_int_equal(first.table.length, second.table.length);
    assert_memory_equal(first.table.data, second.table.data, first.table.length);
    finished_free(&first);
    finished_free(&second);
    ids_writer_free(writer);
    ids_writer_free(again);
}

static void the_memory_told_is_the_memory_taken(void **state)
{
    (void)state;
    struct failing_allocator counting;
    failing_allocator_init(&counting, 0);
    struct ids_writer *writer;
    assert_ok(ids_writer_new(&counting.allocator, &writer, NULL));
    for (uint32_t i = 0; i < 5000; i++) {
        char id[16];
        snprintf(id, sizeof id, "document %u", i);
        assert_ok(ids_writer_add(writer, text(id), NULL));
        assert_int_equal(ids_writer_memory(writer), counting.bytes);
    }
    ids_writer_free(writer);
    ids_writer_free(NULL);
    assert_int_equal(counting.blocks, 0);
}

static void an_id_that_found_no_memory_is_not_there_and_can_be_added_again(void **state)
{
    (void)state;
    for (size_t fail_at = 1; fail_at < 40; fail_at++) {
        struct failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        struct ids_writer *writer;
        if (ids_writer_new(&failing.allocator, &writer, NULL) != LIBSEARCH_OK) {
            assert_int_equal(failing.blocks, 0);
            continue;
        }
        for (uint32_t i = 0; i < 500; i++) {
            char id[16];
            uint32_t found;
            snprintf(id, sizeof id, "%u", i);
            if (ids_writer_add(writer, text(id), NULL) != LIBSEARCH_OK) {
                assert_status(ids_writer_find(writer, text(id), &found), LIBSEARCH_NOT_FOUND);
                failing.fail_at = 0;
                assert_ok(ids_writer_add(writer, text(id), NULL));
            }
            assert_ok(ids_writer_find(writer, text(id), &found));
            assert_int_equal(found, i);
        }
        ids_writer_free(writer);
        assert_int_equal(failing.blocks, 0);
    }
}

/* A copy of exactly the length, so that AddressSanitizer sees a step outside. */
static uint8_t *exact_copy(const struct buffer *buffer)
{
    uint8_t *copy = malloc(buffer->length == 0 ? 1 : buffer->length);
    memcpy(copy, buffer->data, buffer->length);
    return copy;
}

static void damaged_bytes_give_an_error_or_an_answer(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 3000; round++) {
        const uint32_t count = (uint32_t)random_below(&random, 40);
        struct ids_writer *writer;
        assert_ok(ids_writer_new(allocator_default(), &writer, NULL));
        for (uint32_t i = 0; i < count; i++) {
            char id[128];
            assert_ok(ids_writer_add(writer, random_id(&random, id, 100), NULL));
        }
        struct finished finished;
        finish(writer, count, &finished);
        uint8_t *ids_bytes = exact_copy(&finished.ids), *table = exact_copy(&finished.table);
        for (uint64_t flips = 1 + random_below(&random, 8); flips > 0; flips--) {
            const size_t at = (size_t)random_below(&random, finished.ids.length + finished.table.length);
            uint8_t *byte = at < finished.ids.length ? ids_bytes + at : table + (at - finished.ids.length);
            *byte = (uint8_t)random_u64(&random);
        }
        struct ids ids;
        if (ids_open(ids_bytes, finished.ids.length, table, finished.table.length, count, "test", &ids, NULL) ==
            LIBSEARCH_OK) {
            ids_verify(&ids, "test", NULL);
            for (uint32_t i = 0; i < count; i++) {
                const libsearch_bytes id = ids_at(&ids, i);
                uint32_t found;
                if (ids_find(&ids, id, &found) == LIBSEARCH_OK) {
                    assert_true(found < count);
                    assert_int_equal(ids_at(&ids, found).length, id.length);
                }
            }
        }
        free(ids_bytes);
        free(table);
        finished_free(&finished);
        ids_writer_free(writer);
    }
}

static void a_full_table_of_other_ids_ends_the_search(void **state)
{
    (void)state;
    struct ids_writer *writer;
    assert_ok(ids_writer_new(allocator_default(), &writer, NULL));
    assert_ok(ids_writer_add(writer, text("one"), NULL));
    assert_ok(ids_writer_add(writer, text("two"), NULL));
    assert_ok(ids_writer_add(writer, text("three"), NULL));
    enum { WIDTH = 2 };
    struct finished finished;
    finish(writer, 3, &finished);
    const size_t slots = (size_t)finished.open.slot_count;
    uint32_t found;
    for (int tag = 1; tag < 256; tag++) {
        memset(finished.table.data + slots / 8 * WIDTH, tag, slots);
        memset(finished.table.data, 0, slots / 8 * WIDTH); /* document 0 */
        assert_status(ids_find(&finished.open, text("four"), &found), LIBSEARCH_NOT_FOUND);
        memset(finished.table.data, 0xFF, slots / 8 * WIDTH); /* document 3: none */
        assert_status(ids_find(&finished.open, text("one"), &found), LIBSEARCH_NOT_FOUND);
        assert_status(ids_verify(&finished.open, "test", NULL), LIBSEARCH_CORRUPT);
    }
    finished_free(&finished);
    ids_writer_free(writer);
}

static int compare_strings(const void *a, const void *b)
{
    const libsearch_bytes *left = a, *right = b;
    const size_t shorter = left->length < right->length ? left->length : right->length;
    const int order = shorter == 0 ? 0 : memcmp(left->data, right->data, shorter);
    return order != 0 ? order : (left->length > right->length) - (left->length < right->length);
}

static void strings_sort_by_their_bytes(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 200; round++) {
        enum { MOST = 600, LONGEST = 40 };
        static char kept[MOST][LONGEST];
        static libsearch_bytes strings[MOST];
        static uint32_t numbers[MOST];
        const size_t count = (size_t)random_below(&random, MOST);
        const uint64_t letters = 1 + random_size(&random, 8);
        struct string_table table;
        assert_true(string_table_init(&table, allocator_default()));
        for (size_t i = 0; i < count; i++) {
            const size_t length = (size_t)random_below(&random, LONGEST);
            for (size_t j = 0; j < length; j++)
                kept[i][j] = (char)random_below(&random, letters);
            strings[i] = (libsearch_bytes){ kept[i], length };
            numbers[i] = (uint32_t)i;
            assert_true(string_table_add(&table, strings[i]));
        }
        string_table_sort(&table, numbers, count);
        qsort(strings, count, sizeof *strings, compare_strings);
        for (size_t i = 0; i < count; i++) {
            const libsearch_bytes sorted = string_table_at(&table, numbers[i]);
            assert_int_equal(sorted.length, strings[i].length);
            if (sorted.length > 0)
                assert_memory_equal(sorted.data, strings[i].data, sorted.length);
        }
        string_table_free(&table);
    }
}

static void long_strings_that_begin_alike_do_not_nest_the_sort_deep(void **state)
{
    (void)state;
    enum { LENGTH = 32766, COUNT = 200 };
    static char string[LENGTH];
    static uint32_t numbers[COUNT];
    memset(string, 'a', sizeof string);
    struct string_table table;
    assert_true(string_table_init(&table, allocator_default()));
    for (uint32_t i = 0; i < COUNT; i++) {
        string[LENGTH - 1] = (char)(i * 7 % COUNT);
        numbers[i] = i;
        assert_true(string_table_add(&table, (libsearch_bytes){ string, LENGTH }));
    }
    string_table_sort(&table, numbers, COUNT);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(numbers[i] * 7 % COUNT, i);
    string_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_id_leads_to_its_last_document_and_back),
        cmocka_unit_test(ids_have_1_to_65536_bytes),
        cmocka_unit_test(the_table_is_never_more_than_three_quarters_full),
        cmocka_unit_test(the_bytes_depend_on_the_ids_alone),
        cmocka_unit_test(the_memory_told_is_the_memory_taken),
        cmocka_unit_test(an_id_that_found_no_memory_is_not_there_and_can_be_added_again),
        cmocka_unit_test(damaged_bytes_give_an_error_or_an_answer),
        cmocka_unit_test(a_full_table_of_other_ids_ends_the_search),
        cmocka_unit_test(strings_sort_by_their_bytes),
        cmocka_unit_test(long_strings_that_begin_alike_do_not_nest_the_sort_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
