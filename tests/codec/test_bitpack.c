/* SPDX-License-Identifier: MIT */
/* Bit packing against a reference that places every single bit by the layout's definition. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "codec/bitpack.h"
#include "support/random.h"

static uint32_t below_width(struct test_random *random, unsigned width)
{
    return width == 0 ? 0 : (uint32_t)(random_u64(random) >> (64 - width));
}

/* Where bit `bit` of value `i` stands in a run of n, counted in bits from its first byte. A full block has four lanes
 * of 32-bit words that take turns; a short run is one stream. */
static size_t place_of_bit(size_t n, unsigned width, size_t i, unsigned bit)
{
    if (n < BITPACK_BLOCK)
        return i * width + bit;
    const size_t in_lane = i / 4 * width + bit;
    const size_t word = in_lane / 32 * 4 + i % 4;
    return word * 32 + in_lane % 32;
}

static void pack_by_definition(const uint32_t *values, size_t n, unsigned width, uint8_t *to)
{
    memset(to, 0, bitpack_bytes(n, width));
    for (size_t i = 0; i < n; i++)
        for (unsigned bit = 0; bit < width; bit++) {
            const size_t place = place_of_bit(n, width, i, bit);
            if (values[i] >> bit & 1)
                to[place / 8] |= (uint8_t)(1u << place % 8);
        }
}

static void each_width_and_length(const char *name, void (*check)(struct test_random *random, unsigned width, size_t n))
{
    struct test_random random = random_start(name);
    for (unsigned width = 0; width <= 32; width++)
        for (size_t n = 0; n <= BITPACK_BLOCK; n++)
            check(&random, width, n);
}

static void check_packing(struct test_random *random, unsigned width, size_t n)
{
    uint32_t values[BITPACK_BLOCK] = { 0 };
    const size_t bytes = bitpack_bytes(n, width);
    uint8_t expected[BITPACK_BLOCK * 4];
    for (size_t i = 0; i < n; i++)
        values[i] = below_width(random, width);
    uint8_t *packed = malloc(bytes + 1);
    packed[bytes] = 0xA5;
    bitpack_pack(values, n, width, packed);
    pack_by_definition(values, n, width, expected);
    assert_memory_equal(packed, expected, bytes);
    assert_int_equal(packed[bytes], 0xA5);
    free(packed);
}

static void test_packing_places_every_bit_as_defined(void **state)
{
    (void)state;
    each_width_and_length(__func__, check_packing);
}

/* Packed by definition, in memory that ends where reading may end, followed by ones. */
static uint8_t *packed_exactly(const uint32_t *values, size_t n, unsigned width)
{
    const size_t bytes = bitpack_bytes(n, width);
    uint8_t *packed = malloc(bytes + BITPACK_SLACK);
    pack_by_definition(values, n, width, packed);
    memset(packed + bytes, 0xFF, BITPACK_SLACK);
    return packed;
}

static void check_unpacking(struct test_random *random, unsigned width, size_t n)
{
    uint32_t values[BITPACK_BLOCK] = { 0 }, back[BITPACK_BLOCK];
    for (size_t i = 0; i < n; i++)
        values[i] = below_width(random, width);
    uint8_t *packed = packed_exactly(values, n, width);
    bitpack_unpack(packed, n, width, back);
    assert_memory_equal(values, back, n * sizeof *values);
    free(packed);
}

static void test_unpacking_gives_the_values_back(void **state)
{
    (void)state;
    each_width_and_length(__func__, check_unpacking);
}

static void check_rising(struct test_random *random, unsigned width, size_t n)
{
    uint32_t gaps[BITPACK_BLOCK] = { 0 }, back[BITPACK_BLOCK];
    const uint32_t before = random_below(random, 2) == 0 ? UINT32_MAX : (uint32_t)random_u64(random);
    for (size_t i = 0; i < n; i++)
        gaps[i] = below_width(random, width);
    uint8_t *packed = packed_exactly(gaps, n, width);
    bitpack_unpack_rising(packed, n, width, before, back);
    uint32_t sum = before;
    for (size_t i = 0; i < n; i++) {
        sum += gaps[i] + 1;
        assert_int_equal(back[i], sum);
    }
    free(packed);
}

static void test_unpacking_rising_sums_gaps_modulo_two_to_the_32(void **state)
{
    (void)state;
    each_width_and_length(__func__, check_rising);
}

static void test_the_width_is_that_of_the_largest_value(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned width = 0; width <= 32; width++)
        for (size_t n = 1; n <= BITPACK_BLOCK; n += 1 + n / 8) {
            uint32_t values[BITPACK_BLOCK];
            for (size_t i = 0; i < n; i++)
                values[i] = below_width(&random, (unsigned)random_below(&random, width + 1));
            if (width > 0)
                values[random_below(&random, n)] = UINT32_C(1) << (width - 1);
            assert_int_equal(bitpack_width(values, n), width);
        }
    assert_int_equal(bitpack_width(NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packing_places_every_bit_as_defined),
        cmocka_unit_test(test_unpacking_gives_the_values_back),
        cmocka_unit_test(test_unpacking_rising_sums_gaps_modulo_two_to_the_32),
        cmocka_unit_test(test_the_width_is_that_of_the_largest_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
