/* SPDX-License-Identifier: MIT */
/* Bitmaps decode to the numbers of their bits; rounding codes keep their order. */
#include "codec/bitmap.h"
#include "codec/rounding.h"
#include "fuzz.h"

static void expect_rounding(uint32_t value)
{
    const uint8_t down = rounding_down(value), up = rounding_up(value);
    FUZZ_REQUIRE(rounding_least(down) <= value && value <= rounding_greatest(down));
    FUZZ_REQUIRE(up == 255 || rounding_least(up) >= value);
    FUZZ_REQUIRE(up == down || up == down + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    const uint32_t first = (uint32_t)fuzz_number(&bytes, 4);
    const size_t most = fuzz_below(&bytes, 200);
    size_t length;
    uint8_t *words = fuzz_take(&bytes, 8 * 64, &length);
    const size_t n = length / 8;
    uint32_t *values = calloc(most + BITMAP_ROOM, sizeof *values);
    const size_t count = bitmap_decode(words, n, first, most, values);
    size_t at = 0;
    for (size_t word = 0; word < n && at <= most; word++)
        for (unsigned bit = 0; bit < 64; bit++)
            if (words[8 * word + bit / 8] >> bit % 8 & 1) {
                FUZZ_REQUIRE(at < count && values[at] == first + (uint32_t)(64 * word + bit));
                at++;
            }
    FUZZ_REQUIRE(at == count && count <= most + BITMAP_ROOM);
    expect_rounding(first);
    free(words);
    free(values);
    return 0;
}
