/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include "documents/live.h"
#include "documents/numbers.h"
#include "support/failing_allocator.h"
#include "support/random.h"

static void each_array_takes_the_width_of_its_largest_element(void **state)
{
    (void)state;
    const struct {
        uint64_t largest;
        uint32_t width;
    } cases[] = { { 0, 1 },
                  { UINT8_MAX, 1 },
                  { UINT8_MAX + 1, 2 },
                  { UINT16_MAX, 2 },
                  { UINT16_MAX + 1, 4 },
                  { UINT32_MAX, 4 },
                  { UINT64_C(1) + UINT32_MAX, 8 },
                  { UINT64_MAX, 8 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint64_t values[3] = { 0, cases[i].largest, 1 };
        struct buffer buffer;
        buffer_init(&buffer, allocator_default());
        numbers_encode_u64(&buffer, values, 3);
        assert_int_equal(buffer.length, 16 + 3 * cases[i].width);
        struct numbers numbers;
        assert_ok(numbers_open(buffer.data, buffer.length, 3, "test", &numbers, NULL));
        assert_int_equal(numbers.width, cases[i].width);
        for (size_t j = 0; j < 3; j++)
            assert_true(numbers_at(&numbers, j) == values[j]);
        buffer_free(&buffer);
    }
}

static void random_arrays_come_back(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 300; round++) {
        enum { MOST = 300 };
        static uint64_t wide[MOST];
        static uint32_t narrow[MOST];
        const size_t count = (size_t)random_below(&random, MOST);
        const unsigned bits = 1 + (unsigned)random_below(&random, 64);
        for (size_t i = 0; i < count; i++) {
            wide[i] = random_size(&random, bits);
            narrow[i] = (uint32_t)wide[i];
        }
        struct buffer buffer;
        buffer_init(&buffer, allocator_default());
        numbers_encode_u64(&buffer, wide, count);
        const size_t between = buffer.length;
        numbers_encode(&buffer, narrow, count);
        struct numbers numbers;
        struct cursor cursor = cursor_of(buffer.data, buffer.length);
        assert_ok(numbers_take(&cursor, count, "test", &numbers, NULL));
        assert_int_equal(cursor_position(&cursor), between);
        for (size_t i = 0; i < count; i++)
            assert_true(numbers_at(&numbers, i) == wide[i]);
        assert_ok(numbers_open(buffer.data + between, buffer.length - between, count, "test", &numbers, NULL));
        for (size_t i = 0; i < count; i++)
            assert_true(numbers_at(&numbers, i) == narrow[i]);
        buffer_free(&buffer);
    }
}

static void an_array_of_another_length_width_or_count_is_corrupt(void **state)
{
    (void)state;
    const uint32_t values[] = { 1, 2, 300 };
    struct buffer buffer;
    struct numbers numbers;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    buffer_init(&buffer, allocator_default());
    numbers_encode(&buffer, values, 3);
    assert_status(numbers_open(buffer.data, buffer.length, 2, "test", &numbers, &error), LIBSEARCH_CORRUPT);
    assert_string_equal(error.message, "test: array of 3 elements, 2 expected");
    for (size_t length = 0; length < buffer.length; length++)
        assert_status(numbers_open(buffer.data, length, 3, "test", &numbers, NULL), LIBSEARCH_CORRUPT);
    buffer_append_u8(&buffer, 0);
    assert_status(numbers_open(buffer.data, buffer.length, 3, "test", &numbers, NULL), LIBSEARCH_CORRUPT);
    buffer.length--;
    for (unsigned width = 0; width < 256; width++) {
        buffer.data[0] = (uint8_t)width;
        assert_status(numbers_open(buffer.data, buffer.length, 3, "test", &numbers, NULL),
                      width == 2 ? LIBSEARCH_OK : LIBSEARCH_CORRUPT);
    }
    buffer.data[0] = 8;
    memset(buffer.data + 8, 0xFF, 8); /* count times width wraps */
    assert_status(numbers_open(buffer.data, buffer.length, UINT64_MAX, "test", &numbers, NULL), LIBSEARCH_CORRUPT);
    buffer_free(&buffer);
}

static void encoding_without_memory_marks_the_buffer(void **state)
{
    (void)state;
    struct failing_allocator failing;
    failing_allocator_init(&failing, 1);
    struct buffer buffer;
    buffer_init(&buffer, &failing.allocator);
    const uint32_t value = 7;
    numbers_encode(&buffer, &value, 1);
    assert_true(buffer.failed);
    assert_int_equal(buffer.length, 0);
    buffer_free(&buffer);
}

static void documents_are_live_until_they_are_deleted_once(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    const uint32_t counts[] = { 0, 1, 63, 64, 65, 127, 128, 1000 };
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        const uint32_t count = counts[c];
        static bool gone[1000];
        memset(gone, 0, sizeof gone);
        struct live *live, *copy, *decoded;
        assert_ok(live_new(allocator_default(), count, &live, NULL));
        uint32_t deleted = 0;
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t document = (uint32_t)random_below(&random, count);
            assert_int_equal(live_delete(live, document), !gone[document]);
            deleted += !gone[document];
            gone[document] = true;
        }
        assert_int_equal(live->deleted, deleted);
        assert_ok(live_copy(live, &copy, NULL));
        struct buffer buffer;
        buffer_init(&buffer, allocator_default());
        live_encode(live, &buffer);
        assert_ok(live_decode(allocator_default(), buffer.data, buffer.length, count, "test", &decoded, NULL));
        assert_int_equal(decoded->deleted, deleted);
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(live_has(live, i), !gone[i]);
            assert_int_equal(live_has(copy, i), !gone[i]);
            assert_int_equal(live_has(decoded, i), !gone[i]);
        }
        if (count > deleted) { /* a copy has a life of its own */
            uint32_t left = 0;
            while (gone[left])
                left++;
            assert_true(live_delete(copy, left));
            assert_true(live_has(live, left));
            assert_int_equal(live->deleted, deleted);
        }
        if (count % 64 != 0)
            assert_true(live->bits[count / 64] >> count % 64 == 0);
        buffer_free(&buffer);
        live_free(live);
        live_free(copy);
        live_free(decoded);
    }
    live_free(NULL);
}

static void every_flipped_bit_of_live_documents_is_noticed(void **state)
{
    (void)state;
    for (uint32_t count = 60; count < 70; count++) {
        struct live *live, *decoded;
        assert_ok(live_new(allocator_default(), count, &live, NULL));
        live_delete(live, 7);
        live_delete(live, 59);
        struct buffer buffer;
        buffer_init(&buffer, allocator_default());
        live_encode(live, &buffer);
        for (size_t bit = 0; bit < 8 * buffer.length; bit++) {
            buffer.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_status(live_decode(allocator_default(), buffer.data, buffer.length, count, "test", &decoded, NULL),
                          LIBSEARCH_CORRUPT);
            buffer.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        for (size_t length = 0; length < buffer.length; length++)
            assert_status(live_decode(allocator_default(), buffer.data, length, count, "test", &decoded, NULL),
                          LIBSEARCH_CORRUPT);
        assert_status(live_decode(allocator_default(), buffer.data, buffer.length, count + 1, "test", &decoded, NULL),
                      LIBSEARCH_CORRUPT);
        buffer_free(&buffer);
        live_free(live);
    }
}

static void a_live_bit_behind_the_last_document_is_corrupt(void **state)
{
    (void)state;
    struct live *live, *decoded;
    assert_ok(live_new(allocator_default(), 70, &live, NULL));
    live_delete(live, 7);
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    live_encode(live, &buffer);
    buffer.data[8] &= 0xFE;            /* document 0 */
    buffer.data[8 + 8 + 7] |= 1u << 7; /* “document” 127: as many bits as before */
    assert_status(live_decode(allocator_default(), buffer.data, buffer.length, 70, "test", &decoded, NULL),
                  LIBSEARCH_CORRUPT);
    buffer_free(&buffer);
    live_free(live);
}

static void without_memory_there_are_no_live_documents_and_nothing_left(void **state)
{
    (void)state;
    struct live *live, *other;
    assert_ok(live_new(allocator_default(), 100, &live, NULL));
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    live_encode(live, &buffer);
    for (size_t fail_at = 1; fail_at <= 2; fail_at++) {
        struct failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        assert_status(live_new(&failing.allocator, 100, &other, NULL), LIBSEARCH_NO_MEMORY);
        failing.calls = 0;
        assert_status(live_decode(&failing.allocator, buffer.data, buffer.length, 100, "test", &other, NULL),
                      LIBSEARCH_NO_MEMORY);
        assert_int_equal(failing.blocks, 0);
    }
    live_free(live);
    buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_array_takes_the_width_of_its_largest_element),
        cmocka_unit_test(random_arrays_come_back),
        cmocka_unit_test(an_array_of_another_length_width_or_count_is_corrupt),
        cmocka_unit_test(encoding_without_memory_marks_the_buffer),
        cmocka_unit_test(documents_are_live_until_they_are_deleted_once),
        cmocka_unit_test(every_flipped_bit_of_live_documents_is_noticed),
        cmocka_unit_test(a_live_bit_behind_the_last_document_is_corrupt),
        cmocka_unit_test(without_memory_there_are_no_live_documents_and_nothing_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
