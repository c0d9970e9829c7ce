/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <string.h>

#include "base/memory.h"
#include "support/failing_allocator.h"
#include "support/random.h"

static void nothing_is_a_valid_piece_of_memory(void **state)
{
    (void)state;
    const libsearch_allocator *allocator = allocator_default();
    void *memory = memory_allocate(allocator, 0);
    assert_non_null(memory);
    memory = memory_reallocate(allocator, memory, 0);
    assert_non_null(memory);
    memory_free(allocator, memory);
    memory_free(allocator, NULL);
}

static void an_array_whose_size_overflows_is_refused(void **state)
{
    (void)state;
    assert_null(memory_allocate_array(allocator_default(), SIZE_MAX / 2, 3));
    uint32_t *array = memory_allocate_array(allocator_default(), 100, sizeof *array);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(array[i], 0);
    memory_free(allocator_default(), array);
}

static void growing_past_what_can_be_counted_is_refused_and_the_array_stands(void **state)
{
    (void)state;
    uint64_t *array = NULL;
    size_t capacity = 0;
    assert_true(memory_grow(allocator_default(), &array, &capacity, 3, sizeof *array));
    array[2] = 42;
    uint64_t *const before = array;
    const size_t capacity_before = capacity;
    assert_false(memory_grow(allocator_default(), &array, &capacity, SIZE_MAX / 4, sizeof *array));
    assert_false(memory_grow(allocator_default(), &array, &capacity, SIZE_MAX, sizeof *array));
    assert_ptr_equal(array, before);
    assert_int_equal(capacity, capacity_before);
    assert_int_equal(array[2], 42);
    memory_free(allocator_default(), array);
}

static void growing_keeps_the_elements_and_is_amortised(void **state)
{
    (void)state;
    struct failing_allocator counting;
    failing_allocator_init(&counting, 0);
    uint32_t *array = NULL;
    size_t capacity = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        assert_true(memory_grow(&counting.allocator, &array, &capacity, i + 1, sizeof *array));
        array[i] = i;
    }
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(array[i], i);
    assert_true(counting.calls < 40);
    memory_free(&counting.allocator, array);
}

static void growing_without_memory_leaves_the_array(void **state)
{
    (void)state;
    struct failing_allocator failing;
    failing_allocator_init(&failing, 2);
    char *array = NULL;
    size_t capacity = 0;
    assert_true(memory_grow(&failing.allocator, &array, &capacity, 5, 1));
    memcpy(array, "four", 5);
    assert_false(memory_grow(&failing.allocator, &array, &capacity, 5000, 1));
    assert_string_equal(array, "four");
    memory_free(&failing.allocator, array);
    assert_int_equal(failing.blocks, 0);
}

static void a_duplicate_ends_in_a_zero(void **state)
{
    (void)state;
    char *copy = memory_duplicate(allocator_default(), "words", 3);
    assert_string_equal(copy, "wor");
    memory_free(allocator_default(), copy);
    copy = memory_duplicate(allocator_default(), NULL, 0);
    assert_string_equal(copy, "");
    memory_free(allocator_default(), copy);
}

static void what_an_arena_gives_is_aligned_apart_and_counted(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct failing_allocator counting;
    failing_allocator_init(&counting, 0);
    struct arena arena;
    arena_init(&arena, &counting.allocator);
    enum { PIECES = 2000 };
    static unsigned char *pieces[PIECES];
    static size_t sizes[PIECES];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < PIECES; i++) {
            sizes[i] = (size_t)random_size(&random, i % 100 == 0 ? 17 : 8);
            const bool aligned = random_below(&random, 2) == 0;
            pieces[i] = aligned ? arena_allocate(&arena, sizes[i]) : arena_allocate_bytes(&arena, sizes[i]);
            assert_non_null(pieces[i]);
            if (aligned)
                assert_int_equal((uintptr_t)pieces[i] % 16, 0);
            memset(pieces[i], (int)(i & 0xFF), sizes[i]);
        }
        for (size_t i = 0; i < PIECES; i++)
            for (size_t j = 0; j < sizes[i]; j++)
                assert_int_equal(pieces[i][j], i & 0xFF);
        assert_int_equal(arena.taken, counting.bytes);
        arena_reset(&arena);
        assert_int_equal(arena.taken, counting.bytes);
        assert_int_equal(counting.blocks, 1);
    }
    assert_string_equal(arena_duplicate(&arena, "kept", 4), "kept");
    arena_free(&arena);
    assert_int_equal(counting.blocks, 0);
    assert_int_equal(arena.taken, 0);
}

static void an_arena_takes_pieces_of_any_size_around_its_block(void **state)
{
    (void)state;
    for (size_t size = 32768 - 64; size <= 32768 + 64; size++) {
        struct arena arena;
        arena_init(&arena, allocator_default());
        for (int i = 0; i < 3; i++) {
            char *piece = arena_allocate(&arena, size);
            memset(piece, 1, size);
            piece = arena_allocate_bytes(&arena, 3);
            memset(piece, 2, 3);
        }
        arena_free(&arena);
    }
}

static void an_arena_without_memory_says_so_and_goes_on(void **state)
{
    (void)state;
    for (size_t fail_at = 1; fail_at <= 3; fail_at++) {
        struct failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        struct arena arena;
        arena_init(&arena, &failing.allocator);
        size_t given = 0;
        while (arena_allocate(&arena, 20000) != NULL)
            given++;
        assert_int_equal(given, fail_at - 1);
        assert_null(arena_allocate(&arena, SIZE_MAX));
        failing.fail_at = 0;
        assert_non_null(arena_allocate(&arena, 20000));
        arena_free(&arena);
        arena_free(&arena); /* twice is once */
        assert_int_equal(failing.blocks, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_a_valid_piece_of_memory),
        cmocka_unit_test(an_array_whose_size_overflows_is_refused),
        cmocka_unit_test(growing_past_what_can_be_counted_is_refused_and_the_array_stands),
        cmocka_unit_test(growing_keeps_the_elements_and_is_amortised),
        cmocka_unit_test(growing_without_memory_leaves_the_array),
        cmocka_unit_test(a_duplicate_ends_in_a_zero),
        cmocka_unit_test(what_an_arena_gives_is_aligned_apart_and_counted),
        cmocka_unit_test(an_arena_takes_pieces_of_any_size_around_its_block),
        cmocka_unit_test(an_arena_without_memory_says_so_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
