/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "codec/pfor.h"
#include "support/random.h"

/* Mostly small values, some large ones. */
static void make_values(struct test_random *random, uint32_t *values, size_t n)
{
    const unsigned narrow = 1 + (unsigned)random_below(random, 32), wide = 1 + (unsigned)random_below(random, 32);
    const uint64_t one_in = 1 + random_below(random, 64);
    for (size_t i = 0; i < n; i++)
        values[i] = (uint32_t)(random_u64(random) >> (64 - (random_below(random, one_in) == 0 ? wide : narrow)));
}

/* The run's bytes in memory that ends where decoding may end. */
static uint8_t *encoded(const uint32_t *values, size_t n, size_t *length)
{
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    pfor_encode(values, n, &buffer);
    assert_false(buffer.failed);
    *length = buffer.length;
    uint8_t *exact = malloc(buffer.length + BITPACK_SLACK);
    memset(exact, 0xFF, buffer.length + BITPACK_SLACK);
    if (buffer.length > 0)
        memcpy(exact, buffer.data, buffer.length);
    buffer_free(&buffer);
    return exact;
}

static void test_decoding_gives_back_what_was_encoded(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t values[BITPACK_BLOCK], back[BITPACK_BLOCK];
        const size_t n = round < 200                     ? 1 + round % BITPACK_BLOCK
                         : random_below(&random, 2) == 0 ? BITPACK_BLOCK
                                                         : 1 + random_below(&random, BITPACK_BLOCK);
        make_values(&random, values, n);
        size_t length;
        uint8_t *bytes = encoded(values, n, &length);
        assert_int_equal(pfor_decode(bytes, bytes + length, n, back), length);
        assert_memory_equal(values, back, n * sizeof *values);
        free(bytes);
    }
}

static void test_no_run_is_longer_than_packed_at_full_width(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t values[BITPACK_BLOCK];
        const size_t n = 1 + random_below(&random, BITPACK_BLOCK);
        make_values(&random, values, n);
        size_t length;
        uint8_t *bytes = encoded(values, n, &length);
        assert_true(length <= 2 + bitpack_bytes(n, bitpack_width(values, n)));
        assert_true(length <= PFOR_MAX_BYTES);
        free(bytes);
    }
}

static void test_the_largest_block_takes_what_is_said(void **state)
{
    (void)state;
    uint32_t values[BITPACK_BLOCK];
    size_t length;
    for (size_t i = 0; i < BITPACK_BLOCK; i++)
        values[i] = UINT32_MAX - (uint32_t)i;
    free(encoded(values, BITPACK_BLOCK, &length));
    assert_int_equal(length, PFOR_MAX_BYTES);
}

static void test_one_large_value_costs_little(void **state)
{
    (void)state;
    uint32_t values[BITPACK_BLOCK] = { 0 };
    values[77] = UINT32_MAX;
    size_t length;
    free(encoded(values, BITPACK_BLOCK, &length));
    assert_true(length <= 2 + 5);
}

static void test_nothing_takes_nothing(void **state)
{
    (void)state;
    uint32_t values[BITPACK_BLOCK] = { 0 };
    size_t length;
    uint8_t *bytes = encoded(values, 0, &length);
    assert_int_equal(length, 0);
    assert_int_equal(pfor_decode(bytes, bytes, 0, values), 0);
    free(bytes);
}

static void test_skipping_and_decoding_use_the_same_bytes(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 5000; round++) {
        uint32_t values[BITPACK_BLOCK];
        const size_t n = 1 + random_below(&random, BITPACK_BLOCK);
        make_values(&random, values, n);
        size_t length;
        uint8_t *bytes = encoded(values, n, &length);
        assert_int_equal(pfor_skip(bytes, bytes + length, n), length);
        free(bytes);
    }
}

static void test_values_at_places_and_stretches_are_those_of_the_whole_run(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t values[BITPACK_BLOCK], some[BITPACK_BLOCK];
        uint8_t places[BITPACK_BLOCK];
        const size_t n = random_below(&random, 2) == 0 ? BITPACK_BLOCK : 1 + random_below(&random, BITPACK_BLOCK);
        make_values(&random, values, n);
        size_t length, m = 0;
        uint8_t *bytes = encoded(values, n, &length);
        const uint64_t one_in = 1 + random_below(&random, 8);
        for (size_t i = 0; i < n; i++)
            if (random_below(&random, one_in) == 0)
                places[m++] = (uint8_t)i;
        assert_true(pfor_decode_at(bytes, bytes + length, n, places, m, some));
        for (size_t j = 0; j < m; j++)
            assert_int_equal(some[j], values[places[j]]);
        assert_false(pfor_decode_at(bytes, bytes + length - 1, n, places, m, some));
        const size_t first = random_below(&random, n), count = 1 + random_below(&random, n - first);
        assert_true(pfor_decode_between(bytes, bytes + length, n, first, count, some));
        assert_memory_equal(some, values + first, count * sizeof *some);
        assert_false(pfor_decode_between(bytes, bytes + length - 1, n, first, count, some));
        free(bytes);
    }
}

static void test_a_run_cut_short_is_damaged(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 300; round++) {
        uint32_t values[BITPACK_BLOCK], back[BITPACK_BLOCK];
        const size_t n = 1 + random_below(&random, BITPACK_BLOCK);
        make_values(&random, values, n);
        size_t length;
        uint8_t *bytes = encoded(values, n, &length);
        for (size_t cut = 0; cut < length; cut++) {
            uint8_t *shorter = malloc(cut + BITPACK_SLACK);
            memcpy(shorter, bytes, cut);
            assert_int_equal(pfor_decode(shorter, shorter + cut, n, back), 0);
            assert_int_equal(pfor_skip(shorter, shorter + cut, n), 0);
            free(shorter);
        }
        free(bytes);
    }
}

static void test_damaged_bytes_stay_within_their_bounds(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t *back = malloc(BITPACK_BLOCK * sizeof *back);
        const size_t length = random_below(&random, 64), n = 1 + random_below(&random, BITPACK_BLOCK);
        uint8_t *bytes = malloc(length + BITPACK_SLACK);
        for (size_t i = 0; i < length + BITPACK_SLACK; i++)
            bytes[i] = (uint8_t)random_u64(&random);
        if (length > 0 && random_below(&random, 2) == 0)
            bytes[0] %= 4;
        const size_t used = pfor_decode(bytes, bytes + length, n, back);
        assert_true(used <= length);
        if (pfor_decode_between(bytes, bytes + length, n, n / 2, n - n / 2, back + n / 2))
            assert_true(pfor_skip(bytes, bytes + length, n) > 0);
        uint32_t some[3];
        const uint8_t places[3] = { 0, (uint8_t)(n / 2), (uint8_t)(n - 1) };
        if (pfor_decode_at(bytes, bytes + length, n, places, 3, some) && used > 0)
            for (unsigned j = 0; j < 3; j++)
                assert_int_equal(some[j], back[places[j]]);
        free(bytes);
        free(back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decoding_gives_back_what_was_encoded),
        cmocka_unit_test(test_no_run_is_longer_than_packed_at_full_width),
        cmocka_unit_test(test_the_largest_block_takes_what_is_said),
        cmocka_unit_test(test_one_large_value_costs_little),
        cmocka_unit_test(test_nothing_takes_nothing),
        cmocka_unit_test(test_skipping_and_decoding_use_the_same_bytes),
        cmocka_unit_test(test_values_at_places_and_stretches_are_those_of_the_whole_run),
        cmocka_unit_test(test_a_run_cut_short_is_damaged),
        cmocka_unit_test(test_damaged_bytes_stay_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
