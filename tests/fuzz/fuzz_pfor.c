/* SPDX-License-Identifier: MIT */
/* Decoding any bytes stays within them, skipping uses as many, and encoding what came out decodes to the same. */
#include "codec/pfor.h"
#include "fuzz.h"

static void round_trip(const uint32_t *values, size_t n)
{
    struct buffer encoded;
    uint32_t again[BITPACK_BLOCK];
    buffer_init(&encoded, allocator_default());
    pfor_encode(values, n, &encoded);
    FUZZ_REQUIRE(!encoded.failed && encoded.length <= PFOR_MAX_BYTES);
    const size_t length = encoded.length;
    FUZZ_REQUIRE(buffer_reserve(&encoded, BITPACK_SLACK) != NULL);
    FUZZ_REQUIRE(pfor_decode(encoded.data, encoded.data + length, n, again) == length);
    FUZZ_REQUIRE(pfor_skip(encoded.data, encoded.data + length, n) == length);
    FUZZ_REQUIRE(memcmp(again, values, n * sizeof *again) == 0);
    buffer_free(&encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    const bool encode = fuzz_u8(&bytes) & 1;
    const size_t n = 1 + fuzz_below(&bytes, BITPACK_BLOCK), left = fuzz_left(&bytes);
    uint32_t values[BITPACK_BLOCK];
    if (encode) { /* each value of as many bytes as a bit mask says */
        for (size_t i = 0; i < n; i++)
            values[i] = (uint32_t)fuzz_number(&bytes, fuzz_u8(&bytes) % 5);
        round_trip(values, n);
        return 0;
    }
    uint8_t *coded = calloc(left + BITPACK_SLACK, 1);
    if (left > 0)
        memcpy(coded, bytes.next, left);
    const size_t used = pfor_decode(coded, coded + left, n, values);
    FUZZ_REQUIRE(used <= left);
    FUZZ_REQUIRE(used == 0 || pfor_skip(coded, coded + left, n) == used);
    FUZZ_REQUIRE(pfor_skip(coded, coded + left, n) <= left);
    if (used != 0)
        round_trip(values, n);
    free(coded);
    return 0;
}
