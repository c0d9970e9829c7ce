/* SPDX-License-Identifier: MIT */
/* Unpacking any bytes stays within them and the width; packing what came out gives the same again. */
#include "codec/bitpack.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    const unsigned width = (unsigned)fuzz_below(&bytes, 33);
    const size_t n = fuzz_below(&bytes, BITPACK_BLOCK + 1), wanted = bitpack_bytes(n, width);
    const uint32_t before = (uint32_t)fuzz_number(&bytes, 4);
    uint8_t *packed = calloc(wanted + BITPACK_SLACK, 1), *again = malloc(wanted == 0 ? 1 : wanted);
    uint32_t *values = malloc(BITPACK_BLOCK * sizeof *values), *rising = malloc(BITPACK_BLOCK * sizeof *rising);
    const size_t there = fuzz_left(&bytes) < wanted ? fuzz_left(&bytes) : wanted;
    if (there > 0)
        memcpy(packed, bytes.next, there);
    bitpack_unpack(packed, n, width, values);
    uint32_t sum = before;
    bitpack_unpack_rising(packed, n, width, before, rising);
    for (size_t i = 0; i < n; i++) {
        FUZZ_REQUIRE(width == 32 || values[i] >> width == 0);
        sum += values[i] + 1;
        FUZZ_REQUIRE(rising[i] == sum);
    }
    FUZZ_REQUIRE(bitpack_width(values, n) <= width);
    bitpack_pack(values, n, width, again);
    bitpack_unpack(packed, n, width, rising);
    const size_t whole = n * width / 8; /* of a short run the last byte may have bits that nobody reads */
    FUZZ_REQUIRE(memcmp(packed, again, n == BITPACK_BLOCK ? wanted : whole) == 0);
    FUZZ_REQUIRE(n == 0 || memcmp(rising, values, n * sizeof *values) == 0);
    free(packed);
    free(again);
    free(values);
    free(rising);
    return 0;
}
