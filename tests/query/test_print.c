/* SPDX-License-Identifier: MIT */
#include "query/query_support.h"
#include "support/unit.h"

#include <string.h>

#include "query/query_parser.h"
#include "query/query_print.h"

static void expect_parses_back(const struct schema *schema, const libsearch_query *query)
{
    libsearch_query *again = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    struct buffer text, second;
    buffer_init(&text, allocator_default());
    buffer_init(&second, allocator_default());
    query_print(query, &text);
    assert_false(text.failed);
    assert_null(memchr(text.data, 0, text.length));
    const libsearch_bytes printed = { (const char *)text.data, text.length };
    const libsearch_status status =
        query_parse(allocator_default(), schema, printed, LIBSEARCH_PARSE_STRICT, TEST_NOW, &again, &error);
    if (status != LIBSEARCH_OK)
        fail_msg("%.*s: %s at %d", (int)text.length, printed.data, error.message, (int)error.position);
    query_print(again, &second);
    if (!query_equal(query, again))
        fail_msg("%.*s\nbecame\n%.*s", (int)text.length, printed.data, (int)second.length, (char *)second.data);
    query_release(again);
    buffer_free(&text);
    buffer_free(&second);
}

static void a_random_tree_parses_back_from_its_text(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct schema *schema = make_schema();
    for (int i = 0; i < 30000; i++) {
        libsearch_query *query = random_tree(&random, 1 + (unsigned)random_below(&random, 5));
        expect_parses_back(schema, query);
        query_release(query);
    }
    schema_release(schema);
}

static void the_deepest_tree_parses_back_from_its_text(void **state)
{
    (void)state;
    struct schema *schema = make_schema();
    for (int kind = 0; kind < 3; kind++) {
        libsearch_query *query = NULL;
        assert_ok(query_new(allocator_default(),
                            &(libsearch_query){ .kind = QUERY_TEXT, .text = LIBSEARCH_STRING("a") }, &query, NULL));
        for (unsigned depth = 2; depth <= LIBSEARCH_MAX_QUERY_DEPTH; depth++) {
            libsearch_query *outer = NULL;
            libsearch_query *children[2] = { query, query };
            uint8_t occurs[2] = { kind == 1 ? LIBSEARCH_FILTER : LIBSEARCH_SHOULD, LIBSEARCH_MUST };
            const libsearch_query like = { .kind = kind == 2 ? QUERY_BOOST : QUERY_BOOLEAN,
                                           .factor = 2,
                                           .children = children,
                                           .occurs = occurs,
                                           .count = kind == 0 && depth < 10 ? 2 : 1 };
            assert_ok(query_new(allocator_default(), &like, &outer, NULL));
            query_release(query);
            query = outer;
        }
        expect_parses_back(schema, query);
        query_release(query);
    }
    schema_release(schema);
}

static void a_parsed_query_is_printed_as_people_write_it(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "health officials",
        "+health -\"medical teams\"",
        "title:health \"on cooperation\"~3 vacc* wo?d helth~ helth~1",
        "+(health) +(officials)",
        "tag:\"news\" year:[+2019 TO +2020] price:[1.5 TO *] date:[2020-05-01 TO 2020-05-31]",
        "title:(health officials)^2",
        "*:* tag:* -(health care)",
        "=running title:=\"the office\"",
        "@atleast(2 apple banana cherry)",
        "\"pulmonary dis*\"",
        "@fields(title:(health officials)^3 text:(health officials))",
    };
    struct schema *schema = make_schema();
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        libsearch_query *query = NULL;
        struct buffer text;
        buffer_init(&text, allocator_default());
        assert_ok(query_parse(allocator_default(), schema, (libsearch_bytes){ queries[i], strlen(queries[i]) },
                              LIBSEARCH_PARSE_STRICT, TEST_NOW, &query, NULL));
        query_print(query, &text);
        buffer_append_u8(&text, 0);
        assert_string_equal((char *)text.data, queries[i]);
        buffer_free(&text);
        query_release(query);
    }
    schema_release(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_random_tree_parses_back_from_its_text),
        cmocka_unit_test(the_deepest_tree_parses_back_from_its_text),
        cmocka_unit_test(a_parsed_query_is_printed_as_people_write_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
