/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include "codec/rounding.h"
#include "support/random.h"

/* All small values, and then some of every size with their neighbours. */
static void each_value(const char *name, void (*check)(uint32_t value))
{
    struct test_random random = random_start(name);
    for (uint32_t value = 0; value < 100000; value++)
        check(value);
    for (unsigned round = 0; round < 100000; round++)
        check((uint32_t)(random_u64(&random) >> (32 + random_below(&random, 32))));
    for (unsigned bit = 17; bit < 32; bit++)
        for (uint32_t near = 0; near < 3; near++)
            check((UINT32_C(1) << bit) - 1 + near);
    check(UINT32_MAX);
}

static void check_down(uint32_t value)
{
    const uint8_t code = rounding_down(value);
    assert_true(rounding_least(code) <= value);
    assert_true(value <= rounding_greatest(code));
    if (code < 255)
        assert_true(rounding_least((uint8_t)(code + 1)) > value);
}

static void test_a_value_lies_between_its_codes_least_and_greatest(void **state)
{
    (void)state;
    each_value(__func__, check_down);
}

static void check_up(uint32_t value)
{
    const uint8_t code = rounding_up(value);
    if (code < 255)
        assert_true(rounding_least(code) >= value);
    if (code > 0)
        assert_true(rounding_least((uint8_t)(code - 1)) < value);
}

static void test_rounding_up_gives_the_least_code_not_below(void **state)
{
    (void)state;
    each_value(__func__, check_up);
}

static void check_near(uint32_t value)
{
    const uint8_t code = rounding_down(value);
    if (code < 255)
        assert_true(value - rounding_least(code) <= value / 16);
}

static void test_what_is_lost_is_at_most_a_sixteenth(void **state)
{
    (void)state;
    each_value(__func__, check_near);
}

static void test_small_values_are_exact(void **state)
{
    (void)state;
    for (uint32_t value = 0; value < 32; value++) {
        assert_int_equal(rounding_down(value), value);
        assert_int_equal(rounding_up(value), value);
        assert_int_equal(rounding_least((uint8_t)value), value);
    }
}

static void test_codes_rise_with_what_they_stand_for(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 255; code++)
        assert_true(rounding_least((uint8_t)code) < rounding_least((uint8_t)(code + 1)));
}

static void test_every_code_stands_for_its_least_value(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 256; code++)
        assert_int_equal(rounding_down(rounding_least((uint8_t)code)), code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_value_lies_between_its_codes_least_and_greatest),
        cmocka_unit_test(test_rounding_up_gives_the_least_code_not_below),
        cmocka_unit_test(test_what_is_lost_is_at_most_a_sixteenth),
        cmocka_unit_test(test_small_values_are_exact),
        cmocka_unit_test(test_codes_rise_with_what_they_stand_for),
        cmocka_unit_test(test_every_code_stands_for_its_least_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
