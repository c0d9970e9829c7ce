/* SPDX-License-Identifier: MIT */
/* Any bytes as a segment's file: the input itself, or a sound file with a few bytes changed or cut off. */
#include "fuzz.h"
#include "fuzz/segment_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    struct storage *storage;
    FUZZ_REQUIRE(storage_open_memory(allocator_default(), &storage, NULL) == LIBSEARCH_OK);
    if (fuzz_u8(&bytes) == 0) {
        struct mapping base;
        FUZZ_REQUIRE(storage_map(segment_base()->storage, "segment-0", false, &base, NULL) == LIBSEARCH_OK);
        const size_t length = fuzz_u8(&bytes) == 1 ? fuzz_number(&bytes, 3) % (base.length + 1) : base.length;
        uint8_t *copy = malloc(length == 0 ? 1 : length);
        memcpy(copy, base.data, length);
        while (fuzz_left(&bytes) > 0 && length > 0) {
            /* From the end: there stand the table and the footer. */
            const size_t at = length - 1 - fuzz_number(&bytes, 2) % length;
            copy[at] = fuzz_u8(&bytes);
        }
        segment_write_file(storage, "damaged", copy, length);
        free(copy);
        mapping_release(&base);
    } else {
        segment_write_file(storage, "damaged", bytes.next, fuzz_left(&bytes));
    }
    segment_use(storage, "damaged", size, false);
    storage_close(storage);
    return 0;
}
