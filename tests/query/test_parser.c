/* SPDX-License-Identifier: MIT */
#include "query/query_support.h"
#include "support/failing_allocator.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "query/query_parser.h"
#include "query/query_print.h"

static libsearch_query *parse_bytes(const struct schema *schema, const char *data, size_t length, unsigned flags)
{
    libsearch_query *query = NULL;
    assert_ok(
        query_parse(allocator_default(), schema, (libsearch_bytes){ data, length }, flags, TEST_NOW, &query, NULL));
    return query;
}

static void expect_printed(const libsearch_query *query, const char *expected)
{
    struct buffer text;
    buffer_init(&text, allocator_default());
    query_print(query, &text);
    buffer_append_u8(&text, 0);
    assert_string_equal((char *)text.data, expected);
    buffer_free(&text);
}

static void expect_parsed(const char *text, unsigned flags, const char *expected)
{
    struct schema *schema = make_schema();
    libsearch_query *query = parse_bytes(schema, text, strlen(text), flags);
    expect_printed(query, expected);
    query_release(query);
    schema_release(schema);
}

/* Text of the pieces that mean something, and bytes of all kinds. */
static size_t random_query(struct test_random *random, char *text, size_t capacity)
{
    static const char pieces[][8] = { "a", "the",    "AND",   "OR",   "NOT", " ",      " ",    "(",     ")",     "\"",
                                      ":", "*",      "?",     "~",    "^",   "^2",     "+",    "-",     "=",     "\\",
                                      "@", "@near(", "@max(", "[",    "]",   "title:", "tag:", "year:", "date:", "“",
                                      ">", "1",      "..",    " TO ", "now", "@text(", "&",    "2020",  "中文",  "{" };
    const size_t wanted = random_below(random, capacity - 8);
    size_t length = 0;
    while (length < wanted) {
        if (random_below(random, 16) == 0) {
            text[length++] = (char)random_below(random, 256);
            continue;
        }
        const char *piece = pieces[random_below(random, sizeof pieces / sizeof pieces[0])];
        memcpy(text + length, piece, strnlen(piece, 8));
        length += strnlen(piece, 8);
    }
    return length;
}

static void any_bytes_are_a_query_whose_warnings_lie_within_it(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct schema *schema = make_schema();
    static const unsigned flags[] = { 0, 0, LIBSEARCH_PARSE_ALL, LIBSEARCH_PARSE_WORDS };
    for (int i = 0; i < 20000; i++) {
        char text[300];
        const size_t length = random_query(&random, text, i % 10 == 0 ? 300 : 60);
        char *exact = malloc(length + 1); /* so that a read behind the end is seen */
        memcpy(exact, text, length);
        libsearch_query *query = parse_bytes(schema, exact, length, flags[i % 4]);
        for (const struct query_warning *warning = query->warnings; warning != NULL; warning = warning->next)
            assert_true(warning->position <= length);
        free(exact);
        query_release(query);
    }
    schema_release(schema);
}

static void what_was_parsed_prints_as_what_parses_to_it(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct schema *schema = make_schema();
    for (int i = 0; i < 20000; i++) {
        char text[80];
        const size_t length = random_query(&random, text, sizeof text);
        struct buffer printed;
        buffer_init(&printed, allocator_default());
        libsearch_query *query = parse_bytes(schema, text, length, 0);
        query_print(query, &printed);
        libsearch_query *again = parse_bytes(schema, (char *)printed.data, printed.length, LIBSEARCH_PARSE_STRICT);
        if (!query_equal(query, again))
            fail_msg("%.*s\nwas parsed and printed as\n%.*s", (int)length, text, (int)printed.length,
                     (char *)printed.data);
        query_release(query);
        query_release(again);
        buffer_free(&printed);
    }
    schema_release(schema);
}

static void strict_mode_names_the_position_of_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int position;
    } wrong[] = { { "health (care", 7 },  { "author:smith", 0 }, { "a1 b2) c3", 5 }, { "say \"health", 4 },
                  { "law year:soon", 4 }, { "law AND", 4 },      { "a1 \"\"", 3 } };
    struct schema *schema = make_schema();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        libsearch_query *query = NULL;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_status(query_parse(allocator_default(), schema,
                                  (libsearch_bytes){ wrong[i].text, strlen(wrong[i].text) }, LIBSEARCH_PARSE_STRICT,
                                  TEST_NOW, &query, &error),
                      LIBSEARCH_SYNTAX);
        assert_null(query);
        assert_int_equal(error.position, wrong[i].position);
        assert_string_not_equal(error.message, "");
    }
    schema_release(schema);
}

static void in_words_mode_signs_are_text(void **state)
{
    (void)state;
    expect_parsed("+a1 (title:b2 \"", LIBSEARCH_PARSE_WORDS, "\\+a1 \\(title\\:b2 \\\"");
}

static void in_all_mode_words_side_by_side_must_all_match(void **state)
{
    (void)state;
    expect_parsed("health care", LIBSEARCH_PARSE_ALL, "@text(all \"health care\")");
    expect_parsed("law \"health care\"", LIBSEARCH_PARSE_ALL, "+@text(all \"law\") +\"health care\"");
    expect_parsed("law care OR health", LIBSEARCH_PARSE_ALL, "+@text(all \"law\") +((care) (health))");
    expect_parsed("law -care", LIBSEARCH_PARSE_ALL, "+@text(all \"law\") -care");
}

static void signs_and_not_may_stand_together(void **state)
{
    (void)state;
    expect_parsed("NOT NOT law", 0, "law");
    expect_parsed("NOT -law care", 0, "(law) (care)");
    expect_parsed("NOT +the care", 0, "-the (care)");
    expect_parsed("law OR -care", 0, "(law) (-care)");
    expect_parsed("law -@filter(care)", 0, "(law) -(@filter((care)))");
}

static void nothing_is_a_query_for_nothing_with_a_warning(void **state)
{
    (void)state;
    struct schema *schema = make_schema();
    libsearch_query *query = parse_bytes(schema, "", 0, 0);
    assert_int_equal(query->kind, QUERY_NONE);
    assert_non_null(query->warnings);
    query_release(query);
    query = parse_bytes(schema, NULL, 0, 0);
    assert_int_equal(query->kind, QUERY_NONE);
    query_release(query);
    schema_release(schema);
}

static void a_text_nested_too_deep_is_searched_as_words(void **state)
{
    (void)state;
    struct schema *schema = make_schema();
    const size_t depth = 100000;
    char *text = malloc(3 * depth + 3);
    for (size_t i = 0; i < depth; i++)
        memcpy(text + 3 * i, "(+a", 3);
    memcpy(text + 3 * depth, " b2", 3);
    libsearch_query *query = parse_bytes(schema, text, 3 * depth + 3, 0);
    assert_int_equal(query->kind, QUERY_TEXT);
    assert_int_equal(query->text.length, 3 * depth + 3);
    assert_non_null(query->warnings);
    query_release(query);
    query = NULL;
    assert_status(query_parse(allocator_default(), schema, (libsearch_bytes){ text, 3 * depth }, LIBSEARCH_PARSE_STRICT,
                              TEST_NOW, &query, NULL),
                  LIBSEARCH_LIMIT);
    free(text);
    schema_release(schema);
}

static void a_query_of_too_many_parts_is_searched_as_words(void **state)
{
    (void)state;
    struct schema *schema = make_schema();
    char *text = malloc(3 * (size_t)LIBSEARCH_MAX_CLAUSES);
    for (size_t i = 0; i < LIBSEARCH_MAX_CLAUSES; i++)
        memcpy(text + 3 * i, "+a ", 3);
    libsearch_query *query = parse_bytes(schema, text, 3 * (size_t)(LIBSEARCH_MAX_CLAUSES - 1), 0);
    assert_int_equal(query->kind, QUERY_BOOLEAN);
    assert_int_equal(query->clauses, LIBSEARCH_MAX_CLAUSES);
    query_release(query);
    query = parse_bytes(schema, text, 3 * (size_t)LIBSEARCH_MAX_CLAUSES, 0);
    assert_int_equal(query->kind, QUERY_TEXT);
    query_release(query);
    free(text);
    schema_release(schema);
}

static void a_text_of_signs_is_parsed_in_linear_time(void **state)
{
    (void)state;
    static const char *const pieces[] = { "\"",      "^", "a^2",    "(",  ")",           "\\",  "NOT ",
                                          "a AND ",  "~", "@near(", "a:", " ",           "OR ", "[",
                                          "title:[", "*", "\"a\"~", "- ", "@text(keep ", "=",   "\xE2" };
    struct schema *schema = make_schema();
    const size_t length = 1 << 18;
    char *text = malloc(length);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        for (size_t at = 0; at < length; at++)
            text[at] = pieces[i][at % strlen(pieces[i])];
        query_release(parse_bytes(schema, text, length, 0));
    }
    free(text);
    schema_release(schema);
}

static void at_most_64_warnings_are_told(void **state)
{
    (void)state;
    struct schema *schema = make_schema();
    char text[2000];
    memset(text, ')', sizeof text);
    libsearch_query *query = parse_bytes(schema, text, sizeof text, 0);
    size_t count = 0;
    for (const struct query_warning *warning = query->warnings; warning != NULL; warning = warning->next)
        count++;
    assert_in_range(count, 64, 65);
    query_release(query);
    schema_release(schema);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static const char text[] =
        "+health \"on care\"~2 title:(a b*) AND (c\\:d OR e~) @near(3 x y) year:2020..2021^2 中 & )";
    struct schema *schema = make_schema();
    for (size_t fail_at = 1;; fail_at++) {
        struct failing_allocator failing;
        libsearch_query *query = NULL;
        failing_allocator_init(&failing, fail_at);
        const libsearch_status status =
            query_parse(&failing.allocator, schema, (libsearch_bytes){ text, sizeof text - 1 }, 0, TEST_NOW, &query,
                        NULL);
        if (status == LIBSEARCH_OK) {
            query_release(query);
            assert_int_equal(failing.blocks, 0);
            assert_true(fail_at > 20);
            break;
        }
        assert_status(status, LIBSEARCH_NO_MEMORY);
        assert_null(query);
        assert_int_equal(failing.blocks, 0);
    }
    schema_release(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes_are_a_query_whose_warnings_lie_within_it),
        cmocka_unit_test(what_was_parsed_prints_as_what_parses_to_it),
        cmocka_unit_test(strict_mode_names_the_position_of_what_is_wrong),
        cmocka_unit_test(in_words_mode_signs_are_text),
        cmocka_unit_test(in_all_mode_words_side_by_side_must_all_match),
        cmocka_unit_test(signs_and_not_may_stand_together),
        cmocka_unit_test(nothing_is_a_query_for_nothing_with_a_warning),
        cmocka_unit_test(a_text_nested_too_deep_is_searched_as_words),
        cmocka_unit_test(a_query_of_too_many_parts_is_searched_as_words),
        cmocka_unit_test(a_text_of_signs_is_parsed_in_linear_time),
        cmocka_unit_test(at_most_64_warnings_are_told),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
