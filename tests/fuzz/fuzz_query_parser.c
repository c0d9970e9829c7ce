/* SPDX-License-Identifier: MIT */
/* Any text is a query; what is printed of it parses back to the same. */
#include "fuzz.h"
#include "query/query_parser.h"
#include "query/query_print.h"
#include "query/query_support.h"

static void print_and_parse(const struct schema *schema, const libsearch_query *query)
{
    libsearch_query *again = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    struct buffer text;
    buffer_init(&text, allocator_default());
    query_print(query, &text);
    FUZZ_REQUIRE(!text.failed);
    const libsearch_bytes printed = { (const char *)text.data, text.length };
    const libsearch_status status =
        query_parse(allocator_default(), schema, printed, LIBSEARCH_PARSE_STRICT, TEST_NOW, &again, &error);
    if (status != LIBSEARCH_OK || !query_equal(query, again)) {
        fprintf(stderr, "%.*s: status %d %s\n", (int)printed.length, printed.data, (int)status, error.message);
        abort();
    }
    query_release(again);
    buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct schema *schema;
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    libsearch_query *query = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    size_t length;
    if (schema == NULL)
        schema = make_schema();
    const unsigned flags = fuzz_u8(&bytes) & 7;
    char *text = (char *)fuzz_rest(&bytes, &length);
    const libsearch_status status =
        query_parse(allocator_default(), schema, (libsearch_bytes){ text, length }, flags, TEST_NOW, &query, &error);
    if (status != LIBSEARCH_OK) {
        FUZZ_REQUIRE((flags & LIBSEARCH_PARSE_STRICT) && (status == LIBSEARCH_SYNTAX || status == LIBSEARCH_LIMIT));
        FUZZ_REQUIRE(error.message[0] != '\0' && error.position <= (int64_t)length);
    } else {
        for (const struct query_warning *warning = query->warnings; warning != NULL; warning = warning->next)
            FUZZ_REQUIRE(warning->position <= length && strpbrk(warning->message, "\r\n") == NULL);
        print_and_parse(schema, query);
        query_release(query);
    }
    free(text);
    return 0;
}
