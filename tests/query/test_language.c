/* SPDX-License-Identifier: MIT */
/* Every row of the tables of docs/query-language.md. */
#include "query/query_support.h"
#include "support/unit.h"

#include <string.h>

#include "query/query_parser.h"
#include "query/query_print.h"

/* The text of a cell, | `…` |: between the first and the last backtick before the next bar; of a cell without
 * backticks what is not white space. False at the end of the row. */
static bool take_cell(const char **row, char *cell, size_t capacity)
{
    const char *bar = **row == '|' ? strstr(*row + 1, " |") : NULL;
    if (bar == NULL)
        return false;
    const char *start = *row + 1, *end = bar;
    while (*start == ' ')
        start++;
    if (*start == '`') {
        const char *last = end;
        while (last > start && *last != '`')
            last--;
        if (last > start) {
            start++;
            end = last;
        }
    }
    if (end < start)
        end = start;
    assert_true((size_t)(end - start) < capacity);
    memcpy(cell, start, (size_t)(end - start));
    cell[end - start] = 0;
    *row = bar + 1;
    return true;
}

static FILE *open_language(void)
{
    char path[4096];
    const char *source = getenv("LIBSEARCH_SOURCE");
    snprintf(path, sizeof path, "%s/docs/query-language.md", source == NULL ? "." : source);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s cannot be opened (is LIBSEARCH_SOURCE set?)", path);
    return file;
}

static libsearch_query *parse(const struct schema *schema, const char *text, unsigned flags)
{
    libsearch_query *query = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (query_parse(allocator_default(), schema, (libsearch_bytes){ text, strlen(text) }, flags, TEST_NOW, &query,
                    &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", text, error.message);
    return query;
}

static void expect_tree(const struct schema *schema, const char *text, const char *tree)
{
    struct buffer printed;
    libsearch_query *query = parse(schema, text, LIBSEARCH_PARSE_STRICT);
    libsearch_query *same = parse(schema, tree, LIBSEARCH_PARSE_STRICT);
    buffer_init(&printed, allocator_default());
    query_print(query, &printed);
    buffer_append_u8(&printed, 0);
    if (strcmp((char *)printed.data, tree) != 0)
        fail_msg("%s\nis printed as\n%s\nnot\n%s", text, (char *)printed.data, tree);
    assert_true(query_equal(query, same));
    query_release(query);
    query_release(same);
    buffer_free(&printed);
}

static void expect_warning(const struct schema *schema, const char *text, size_t position, const char *message)
{
    libsearch_query *query = parse(schema, text, 0);
    if (query->warnings == NULL)
        fail_msg("%s: no warning", text);
    assert_string_equal(query->warnings->message, message);
    assert_int_equal(query->warnings->position, position);
    query_release(query);
}

static void every_example_of_the_language_is_true(void **state)
{
    (void)state;
    struct schema *schema = make_schema();
    FILE *file = open_language();
    char line[1024], first[512], second[512], third[512];
    bool warnings = false, rows = false;
    int trees = 0, told = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        const char *row = line;
        if (strncmp(line, "|---", 4) == 0) {
            rows = true;
            continue;
        }
        if (line[0] != '|') {
            rows = false;
            continue;
        }
        if (!take_cell(&row, first, sizeof first) || !take_cell(&row, second, sizeof second))
            fail_msg("a row of two cells: %s", line);
        if (!rows) {
            warnings = strcmp(second, "position") == 0;
        } else if (warnings) {
            assert_true(take_cell(&row, third, sizeof third));
            expect_warning(schema, first, strtoul(second, NULL, 10), third);
            told++;
        } else {
            expect_tree(schema, first, second);
            trees++;
        }
    }
    fclose(file);
    schema_release(schema);
    assert_true(trees > 60);
    assert_true(told > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_the_language_is_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
