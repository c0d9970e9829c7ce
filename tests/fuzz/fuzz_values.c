/* SPDX-License-Identifier: MIT */
/* Numbers and dates from text: what is read prints to what is read as the same. Varints and their kin: what is read
 * back is what was written. */
#include <math.h>

#include "fuzz.h"
#include "query/query_values.h"

static void floats(libsearch_bytes text)
{
    double value, again;
    struct buffer printed;
    if (!value_parse_float(text, &value))
        return;
    FUZZ_REQUIRE(!isnan(value));
    buffer_init(&printed, allocator_default());
    value_print_float(&printed, value);
    FUZZ_REQUIRE(value_parse_float((libsearch_bytes){ (char *)printed.data, printed.length }, &again));
    FUZZ_REQUIRE(memcmp(&value, &again, sizeof value) == 0);
    buffer_free(&printed);
}

static void date(int64_t milliseconds, bool last)
{
    int64_t from, to;
    struct buffer printed;
    buffer_init(&printed, allocator_default());
    value_print_date(&printed, milliseconds, last);
    FUZZ_REQUIRE(value_parse_date((libsearch_bytes){ (char *)printed.data, printed.length }, 0, &from, &to));
    FUZZ_REQUIRE((last ? to : from) == milliseconds);
    buffer_free(&printed);
}

static void varints(struct fuzz_bytes *bytes)
{
    struct cursor cursor = cursor_of(bytes->next, fuzz_left(bytes));
    struct buffer written;
    buffer_init(&written, allocator_default());
    while (cursor_left(&cursor) > 0 && !cursor.failed) {
        const uint64_t value = cursor_varint(&cursor);
        if (cursor.failed)
            break;
        buffer_clear(&written);
        buffer_append_varint(&written, value);
        struct cursor again = cursor_of(written.data, written.length);
        FUZZ_REQUIRE(cursor_varint(&again) == value && !again.failed && cursor_left(&again) == 0);
        again = cursor_of(written.data, written.length);
        FUZZ_REQUIRE(cursor_varint32(&again) == (value > UINT32_MAX ? 0 : value) &&
                     again.failed == (value > UINT32_MAX));
    }
    buffer_free(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    int64_t from, to, now = (int64_t)fuzz_number(&bytes, 2) * 86400000;
    size_t length;
    varints(&bytes);
    char *copy = (char *)fuzz_rest(&bytes, &length);
    const libsearch_bytes text = { copy, length };
    int64_t integer;
    (void)value_parse_integer(text, &integer);
    floats(text);
    if (value_parse_date(text, now, &from, &to)) {
        FUZZ_REQUIRE(from <= to);
        date(from, false);
        date(to, true);
    }
    free(copy);
    return 0;
}
