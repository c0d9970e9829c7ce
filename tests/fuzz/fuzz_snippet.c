/* SPDX-License-Identifier: MIT */
/* Snippets of any text for any query: one line of UTF-8, marks that are closed, nothing that a terminal or a browser
 * would act on. */
#include "fuzz.h"
#include "query/query_parser.h"
#include "query/query_support.h"
#include "results/snippet.h"

static bool is_utf8(const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        const uint8_t first = text[i];
        const size_t more = first < 0x80   ? 0
                            : first < 0xC2 ? 9
                            : first < 0xE0 ? 1
                            : first < 0xF0 ? 2
                            : first < 0xF5 ? 3
                                           : 9;
        if (more > 3 || i + more >= length)
            return false;
        for (size_t k = 1; k <= more; k++)
            if ((text[i + k] & 0xC0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

/* Bold words of a terminal or of HTML, which are taken off, and nothing else that is not text. */
static void expect_markup(const uint8_t *text, size_t length, libsearch_markup markup)
{
    static const char *const begins[] = { NULL, "<b>", "\033[1m" }, *const ends[] = { NULL, "</b>", "\033[22m" };
    bool open = false;
    for (size_t i = 0; i < length; i++) {
        const char *tag = markup == LIBSEARCH_PLAIN ? NULL : open ? ends[markup] : begins[markup];
        if (tag != NULL && length - i >= strlen(tag) && memcmp(text + i, tag, strlen(tag)) == 0) {
            open = !open;
            i += strlen(tag) - 1;
            continue;
        }
        FUZZ_REQUIRE(text[i] >= 0x20 && text[i] != 0x7F);
        FUZZ_REQUIRE(markup != LIBSEARCH_HTML || (text[i] != '<' && text[i] != '>'));
    }
    FUZZ_REQUIRE(!open);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct schema *schema;
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    libsearch_query *query = NULL;
    struct highlighter *highlighter = NULL;
    struct buffer line;
    size_t query_length, length;
    if (schema == NULL)
        schema = make_schema();
    const libsearch_markup markup = (libsearch_markup)fuzz_below(&bytes, 3);
    const size_t max_bytes = fuzz_u8(&bytes);
    char *asked = (char *)fuzz_take(&bytes, fuzz_u8(&bytes), &query_length);
    char *text = (char *)fuzz_rest(&bytes, &length);
    FUZZ_REQUIRE(query_parse(allocator_default(), schema, (libsearch_bytes){ asked, query_length }, 0, TEST_NOW, &query,
                             NULL) == LIBSEARCH_OK);
    FUZZ_REQUIRE(highlighter_new(allocator_default(), schema, query, &highlighter, NULL) == LIBSEARCH_OK);
    buffer_init(&line, allocator_default());
    FUZZ_REQUIRE(snippet_write(highlighter, schema_find(schema, "text", 4), (libsearch_bytes){ text, length },
                               max_bytes, markup, &line, NULL) == LIBSEARCH_OK);
    FUZZ_REQUIRE(!line.failed && is_utf8(line.data, line.length));
    expect_markup(line.data, line.length, markup);
    buffer_free(&line);
    highlighter_free(highlighter);
    query_release(query);
    free(asked);
    free(text);
    return 0;
}
