/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include "base/buffer.h"
#include "codec/bitmap.h"
#include "support/random.h"

enum { WORDS = 9, MOST = WORDS * 64 };

/* Bits of any density, none and all of them too. */
static void make_bits(struct test_random *random, uint8_t *bitmap)
{
    const uint64_t density = random_below(random, 9);
    for (unsigned byte = 0; byte < WORDS * 8; byte++) {
        bitmap[byte] = 0;
        for (unsigned bit = 0; bit < 8; bit++)
            bitmap[byte] |= (uint8_t)((random_below(random, 8) < density) << bit);
    }
}

static bool has(const uint8_t *bitmap, uint32_t bit) { return bitmap[bit / 8] >> bit % 8 & 1; }

static void test_ranges_are_decoded_and_counted_as_bit_by_bit(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t bitmap[WORDS * 8];
        uint32_t values[MOST + BITMAP_ROOM], expected[MOST], count = 0;
        make_bits(&random, bitmap);
        const uint32_t low = (uint32_t)random_below(&random, MOST + 1);
        const uint32_t high = low + (uint32_t)random_below(&random, MOST + 1 - low);
        for (uint32_t bit = low; bit < high; bit++)
            if (has(bitmap, bit))
                expected[count++] = bit;
        assert_int_equal(bitmap_count_range(bitmap, low, high), count);
        assert_int_equal(bitmap_decode_range(bitmap, low, high, MOST, values), count);
        assert_memory_equal(values, expected, count * sizeof *values);
    }
}

static void test_places_are_counts_of_what_lies_before(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t bitmap[WORDS * 8], places[MOST];
        uint32_t numbers[MOST];
        size_t n = 0;
        make_bits(&random, bitmap);
        const uint32_t low = (uint32_t)random_below(&random, MOST);
        for (uint32_t bit = low; bit < MOST; bit++) {
            numbers[n] = bit;
            n += random_below(&random, 3) == 0;
        }
        bitmap_places(bitmap, low, numbers, n, places);
        for (size_t i = 0; i < n; i++) {
            const uint32_t count = bitmap_count_range(bitmap, low, numbers[i]);
            assert_int_equal(places[i], count < 255 ? count : 255);
        }
    }
}

static void test_decoding_stops_behind_the_word_with_too_many(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (unsigned round = 0; round < 5000; round++) {
        uint8_t bitmap[WORDS * 8];
        make_bits(&random, bitmap);
        const size_t most = random_below(&random, 128);
        uint32_t *values = malloc((most + BITMAP_ROOM) * sizeof *values); /* not one more */
        const uint32_t all = bitmap_count_range(bitmap, 0, MOST);
        const size_t found = bitmap_decode(bitmap, WORDS, 1000, most, values);
        assert_true(found <= most + 64 && found <= all);
        if (all <= most)
            assert_int_equal(found, all);
        else
            assert_true(found > most);
        for (size_t i = 0; i < found; i++)
            assert_true(has(bitmap, values[i] - 1000) && (i == 0 || values[i] > values[i - 1]));
        assert_int_equal(bitmap_decode_range(bitmap, 0, MOST, most, values), found);
        free(values);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_are_decoded_and_counted_as_bit_by_bit),
        cmocka_unit_test(test_places_are_counts_of_what_lies_before),
        cmocka_unit_test(test_decoding_stops_behind_the_word_with_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
