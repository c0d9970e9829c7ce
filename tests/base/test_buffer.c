/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include "base/buffer.h"
#include "support/failing_allocator.h"
#include "support/random.h"

static void numbers_come_back_as_they_were_written(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    buffer_append_u8(&buffer, 0xA5);
    buffer_append_u16(&buffer, 0x1234);
    buffer_append_u32(&buffer, 0x89ABCDEF);
    buffer_append_u64(&buffer, UINT64_C(0x0123456789ABCDEF));
    buffer_append_bytes(&buffer, "word", 4);
    buffer_append_bytes(&buffer, NULL, 0);
    assert_false(buffer.failed);

    struct cursor cursor = cursor_of(buffer.data, buffer.length);
    assert_int_equal(cursor_u8(&cursor), 0xA5);
    assert_int_equal(cursor_u16(&cursor), 0x1234);
    assert_int_equal(cursor_u32(&cursor), 0x89ABCDEF);
    assert_int_equal(cursor_u64(&cursor), UINT64_C(0x0123456789ABCDEF));
    const libsearch_bytes word = cursor_bytes(&cursor);
    assert_int_equal(word.length, 4);
    assert_memory_equal(word.data, "word", 4);
    assert_int_equal(cursor_bytes(&cursor).length, 0);
    assert_int_equal(cursor_left(&cursor), 0);
    assert_false(cursor.failed);
    buffer_free(&buffer);
}

static void numbers_are_little_endian(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    buffer_append_u16(&buffer, 0x0201);
    buffer_append_u32(&buffer, 0x06050403);
    buffer_append_u64(&buffer, UINT64_C(0x0E0D0C0B0A090807));
    for (size_t i = 0; i < 14; i++)
        assert_int_equal(buffer.data[i], i + 1);
    assert_int_equal(load_u16(buffer.data), 0x0201);
    assert_int_equal(load_u32(buffer.data + 1), 0x05040302); /* at any address */
    assert_int_equal(load_u64(buffer.data + 3), UINT64_C(0x0B0A090807060504));
    buffer_free(&buffer);
}

static void varints_take_seven_bits_a_byte_and_come_back(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++)
        for (int around = -1; around <= 1; around++) {
            const uint64_t value = (bits == 64 ? 0 : UINT64_C(1) << bits) + (uint64_t)(int64_t)around;
            struct buffer buffer;
            buffer_init(&buffer, allocator_default());
            buffer_append_varint(&buffer, value);
            const size_t significant = value == 0 ? 1 : 64 - (size_t)__builtin_clzll(value);
            assert_int_equal(buffer.length, (significant + 6) / 7);
            struct cursor cursor = cursor_of(buffer.data, buffer.length);
            assert_true(cursor_varint(&cursor) == value);
            assert_false(cursor.failed);
            cursor = cursor_of(buffer.data, buffer.length);
            const uint32_t narrow = cursor_varint32(&cursor);
            assert_int_equal(cursor.failed, value > UINT32_MAX);
            assert_true(narrow == (value > UINT32_MAX ? 0 : value));
            cursor = cursor_of(buffer.data, buffer.length - 1); /* cut short */
            assert_int_equal(cursor_varint(&cursor), 0);
            assert_true(cursor.failed);
            buffer_free(&buffer);
        }
}

static void a_varint_of_more_than_64_bits_fails(void **state)
{
    (void)state;
    const uint8_t too_large[] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02 };
    struct cursor cursor = cursor_of(too_large, sizeof too_large);
    assert_int_equal(cursor_varint(&cursor), 0);
    assert_true(cursor.failed);
    const uint8_t too_long[] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00 };
    cursor = cursor_of(too_long, sizeof too_long);
    assert_int_equal(cursor_varint(&cursor), 0);
    assert_true(cursor.failed);
}

static void a_cursor_past_its_end_gives_zeros_and_stays_failed(void **state)
{
    (void)state;
    const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7 };
    struct cursor cursor = cursor_of(bytes, sizeof bytes);
    assert_int_equal(cursor_u64(&cursor), 0);
    assert_true(cursor.failed);
    assert_int_equal(cursor_u8(&cursor), 0); /* although a byte would be there */
    assert_null(cursor_take(&cursor, 0));
    assert_int_equal(cursor_varint(&cursor), 0);
    assert_int_equal(cursor_bytes(&cursor).length, 0);
    cursor = cursor_of(bytes, sizeof bytes);
    assert_ptr_equal(cursor_take(&cursor, 7), bytes);
    assert_int_equal(cursor_position(&cursor), 7);
    assert_false(cursor.failed);
    assert_null(cursor_take(&cursor, 1));
    assert_true(cursor.failed);
}

static void a_length_beyond_the_end_is_no_bytes(void **state)
{
    (void)state;
    const uint8_t beyond[] = { 3, 'a', 'b' };
    struct cursor cursor = cursor_of(beyond, sizeof beyond);
    const libsearch_bytes none = cursor_bytes(&cursor);
    assert_true(cursor.failed);
    assert_null(none.data);
    assert_int_equal(none.length, 0);
    const uint8_t huge[] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 'a' };
    cursor = cursor_of(huge, sizeof huge);
    assert_int_equal(cursor_bytes(&cursor).length, 0);
    assert_true(cursor.failed);
}

static void random_bytes_never_lead_a_cursor_outside(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 2000; round++) {
        const size_t length = (size_t)random_below(&random, 64);
        uint8_t *bytes = malloc(length + 1); /* of exactly this length, for AddressSanitizer */
        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)random_u64(&random);
        bytes = realloc(bytes, length == 0 ? 1 : length);
        struct cursor cursor = cursor_of(bytes, length);
        while (!cursor.failed && cursor_left(&cursor) > 0)
            switch (random_below(&random, 6)) {
            case 0: cursor_u8(&cursor); break;
            case 1: cursor_u16(&cursor); break;
            case 2: cursor_u32(&cursor); break;
            case 3: cursor_u64(&cursor); break;
            case 4: cursor_varint(&cursor); break;
            default: {
                const libsearch_bytes taken = cursor_bytes(&cursor);
                for (size_t i = 0; i < taken.length; i++)
                    assert_true(taken.data[i] == taken.data[i]);
            }
            }
        assert_in_range(cursor_position(&cursor), 0, length);
        free(bytes);
    }
}

static void alignment_adds_zeros_up_to_the_next_multiple(void **state)
{
    (void)state;
    for (size_t length = 0; length < 20; length++)
        for (size_t alignment = 1; alignment <= 64; alignment *= 2) {
            struct buffer buffer;
            buffer_init(&buffer, allocator_default());
            for (size_t i = 0; i < length; i++)
                buffer_append_u8(&buffer, 0xFF);
            buffer_align(&buffer, alignment);
            assert_int_equal(buffer.length % alignment, 0);
            assert_true(buffer.length >= length && buffer.length < length + alignment);
            for (size_t i = length; i < buffer.length; i++)
                assert_int_equal(buffer.data[i], 0);
            buffer_free(&buffer);
        }
}

static void a_buffer_that_could_not_grow_stays_failed(void **state)
{
    (void)state;
    struct failing_allocator failing;
    failing_allocator_init(&failing, 2);
    struct buffer buffer;
    buffer_init(&buffer, &failing.allocator);
    buffer_append(&buffer, "0123456789", 10);
    assert_false(buffer.failed);
    uint8_t more[100] = { 0 };
    buffer_append(&buffer, more, sizeof more);
    assert_true(buffer.failed);
    assert_int_equal(buffer.length, 10);
    failing.fail_at = 0;
    buffer_append_u8(&buffer, 1);
    buffer_append_varint(&buffer, 1);
    buffer_align(&buffer, 64);
    assert_true(buffer.failed);
    assert_int_equal(buffer.length, 10);
    assert_null(buffer_reserve(&buffer, 1));
    buffer_clear(&buffer);
    buffer_append_u8(&buffer, 1);
    assert_false(buffer.failed);
    assert_int_equal(buffer.length, 1);
    buffer_free(&buffer);
    assert_int_equal(failing.blocks, 0);
}

static void room_for_nothing_is_not_a_failure(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    assert_non_null(buffer_reserve(&buffer, 0));
    assert_false(buffer.failed);
    buffer_free(&buffer);
}

static void an_impossible_length_fails_and_changes_nothing(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    buffer_append_u8(&buffer, 7);
    assert_null(buffer_reserve(&buffer, SIZE_MAX));
    assert_true(buffer.failed);
    assert_int_equal(buffer.length, 1);
    buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back_as_they_were_written),
        cmocka_unit_test(numbers_are_little_endian),
        cmocka_unit_test(varints_take_seven_bits_a_byte_and_come_back),
        cmocka_unit_test(a_varint_of_more_than_64_bits_fails),
        cmocka_unit_test(a_cursor_past_its_end_gives_zeros_and_stays_failed),
        cmocka_unit_test(a_length_beyond_the_end_is_no_bytes),
        cmocka_unit_test(random_bytes_never_lead_a_cursor_outside),
        cmocka_unit_test(alignment_adds_zeros_up_to_the_next_multiple),
        cmocka_unit_test(a_buffer_that_could_not_grow_stays_failed),
        cmocka_unit_test(room_for_nothing_is_not_a_failure),
        cmocka_unit_test(an_impossible_length_fails_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
