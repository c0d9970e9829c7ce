/* SPDX-License-Identifier: MIT */
/* Synonyms, one way and both ways, several words on either side, in texts, phrases and near. */
#include "support/unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api_support.h"

static libsearch_synonyms *synonyms_of(const char *rules)
{
    libsearch_synonyms *synonyms = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_ok(libsearch_synonyms_new(&synonyms, NULL));
    if (libsearch_synonyms_parse(synonyms, text_of(rules), &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    return synonyms;
}

static const char rules[] = "# what we call things\n"
                            "officials, officers, civil servants\n"
                            "\n"
                            "ship => boat, vessel   # not the other way\n"
                            "night => patience\n"
                            "civil law => bread\n";

static libsearch_query *parse(libsearch_index *index, const char *text, const libsearch_synonyms *synonyms)
{
    libsearch_parse_options options = LIBSEARCH_PARSE_OPTIONS_INIT;
    libsearch_query *query = NULL;
    options.synonyms = synonyms;
    assert_ok(libsearch_query_parse_as(index, text_of(text), &options, &query, NULL));
    return query;
}

static void expect_tree(libsearch_index *index, const libsearch_synonyms *synonyms, const char *text, const char *tree)
{
    libsearch_query *query = parse(index, text, synonyms);
    char *printed = NULL;
    assert_ok(libsearch_query_print(query, &printed, NULL));
    if (strcmp(printed, tree) != 0)
        fail_msg("%s: %s, should be %s", text, printed, tree);
    libsearch_text_free(printed);
    libsearch_query_free(query);
}

static void words_gain_alternatives_where_a_rule_fits(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_synonyms *synonyms = synonyms_of(rules);
    expect_tree(index, synonyms, "health", "health");
    expect_tree(index, synonyms, "ships", "@max(0 ships boat vessel)");
    expect_tree(index, synonyms, "boats", "boats");
    expect_tree(index, synonyms, "health officials agree",
                "(health) @max(0 officials officers \"civil servants\") (agree)");
    expect_tree(index, synonyms, "the civil servant", "@max(0 (civil servant) officials officers)");
    expect_tree(index, synonyms, "civil law", "@max(0 (civil law) bread)");
    expect_tree(index, synonyms, "title:officer -ship",
                "@max(0 title:officer title:officials title:\"civil servants\") -@max(0 ship boat vessel)");
    expect_tree(index, synonyms, "\"health officials\"",
                "@max(0 \"health officials\" \"health officers\" \"health civil servants\")");
    expect_tree(index, synonyms, "=ship \"a shi*\" ship*", "=ship \"a shi*\" ship*");
    expect_tree(index, synonyms, "@near(3 ship winter)", "@near(3 ((ship) (boat) (vessel)) winter)");
    libsearch_synonyms_free(synonyms);
    libsearch_close(index);
}

static void expect_found(libsearch_index *index, const libsearch_synonyms *synonyms, const char *text,
                         const char *wanted)
{
    char ids[1000];
    libsearch_snapshot *snapshot = NULL;
    libsearch_query *query = parse(index, text, synonyms);
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_string_equal(ask_snapshot(snapshot, query, ids), wanted);
    libsearch_snapshot_free(snapshot);
    libsearch_query_free(query);
}

static void what_stands_for_a_word_is_found_and_marked(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_synonyms *synonyms = synonyms_of(rules);
    libsearch_results *results = NULL;
    libsearch_bytes snippet;
    expect_found(index, synonyms, "ships", "harbour");
    expect_found(index, NULL, "ships", "");
    expect_found(index, synonyms, "\"medical officials\"", "teams");
    expect_found(index, synonyms, "patience -night", "");
    expect_found(index, synonyms, "civil law", "bread");
    libsearch_query *query = parse(index, "ships", synonyms);
    assert_ok(libsearch_search_query(index, query, NULL, &results, NULL));
    assert_ok(libsearch_results_snippet(results, 0, "text", 40, LIBSEARCH_HTML, &snippet, NULL));
    assert_non_null(memmem(snippet.data, snippet.length, "<b>boats</b>", 12));
    libsearch_results_free(results);
    libsearch_query_free(query);
    libsearch_synonyms_free(synonyms);
    libsearch_close(index);
}

static void trees_of_a_program_are_expanded_and_keep_what_they_are(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_synonyms *synonyms = synonyms_of(rules);
    libsearch_query *text = libsearch_query_text(NULL, text_of("ship")), *expanded = NULL, *same = NULL;
    libsearch_query *boosted = libsearch_query_boost(text, 2);
    char *printed = NULL;
    assert_ok(libsearch_query_expand(index, boosted, synonyms, &expanded, NULL));
    assert_ok(libsearch_query_print(expanded, &printed, NULL));
    assert_string_equal(printed, "@max(0 ship boat vessel)^2");
    libsearch_query *other = libsearch_query_text(NULL, text_of("boat"));
    assert_ok(libsearch_query_expand(index, other, synonyms, &same, NULL));
    assert_ptr_equal(other, same);
    libsearch_text_free(printed);
    libsearch_query_free(same);
    libsearch_query_free(other);
    libsearch_query_free(expanded);
    libsearch_query_free(boosted);
    libsearch_query_free(text);
    libsearch_synonyms_free(synonyms);
    libsearch_close(index);
}

static void what_is_no_rule_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int position;
    } wrong[] = { { "a, b\nalone\n", 5 }, { "a => \n", 0 }, { " => b", 0 }, { "a,,b", 0 } };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        libsearch_synonyms *synonyms = NULL;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_ok(libsearch_synonyms_new(&synonyms, NULL));
        assert_int_equal(libsearch_synonyms_parse(synonyms, text_of(wrong[i].text), &error), LIBSEARCH_SYNTAX);
        assert_int_equal(error.position, wrong[i].position);
        libsearch_synonyms_free(synonyms);
    }
    libsearch_synonyms *synonyms = synonyms_of("a\\, b, c\\#d\n");
    const libsearch_bytes one = text_of("one");
    assert_int_equal(libsearch_synonyms_add(synonyms, &one, 1, NULL, 0, NULL), LIBSEARCH_INVALID);
    assert_int_equal(libsearch_synonyms_add(synonyms, NULL, 0, &one, 1, NULL), LIBSEARCH_INVALID);
    char *lengthy = calloc(LIBSEARCH_MAX_SYNONYM + 2, 1);
    memset(lengthy, 'a', LIBSEARCH_MAX_SYNONYM + 1);
    const libsearch_bytes longer = text_of(lengthy), longest = { lengthy, LIBSEARCH_MAX_SYNONYM };
    assert_int_equal(libsearch_synonyms_add(synonyms, &one, 1, &longer, 1, NULL), LIBSEARCH_LIMIT);
    assert_ok(libsearch_synonyms_add(synonyms, &one, 1, &longest, 1, NULL));
    free(lengthy);
    libsearch_synonyms_free(synonyms);
    libsearch_synonyms_free(NULL);
}

struct asking {
    libsearch_index *index;
    const libsearch_synonyms *synonyms;
};

static void *ask_often(void *context)
{
    const struct asking *asking = context;
    for (int i = 0; i < 200; i++)
        libsearch_query_free(parse(asking->index, "ships and officials", asking->synonyms));
    return NULL;
}

static void threads_share_synonyms(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_synonyms *synonyms = synonyms_of(rules);
    struct asking asking = { index, synonyms };
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &asking), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    libsearch_synonyms_free(synonyms);
    libsearch_close(index);
}

static void dates_count_from_the_programs_clock(void **state)
{
    libsearch_index *index = NULL;
    libsearch_open_options open = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    libsearch_parse_options options = LIBSEARCH_PARSE_OPTIONS_INIT;
    libsearch_query *query = NULL;
    char *printed = NULL;
    field.name = "date";
    field.type = LIBSEARCH_DATE;
    open.fields = &field;
    open.field_count = 1;
    options.now = INT64_C(1727870400000); /* noon of 2 October 2024 */
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, &open, &index, NULL));
    assert_ok(libsearch_query_parse_as(index, text_of("date:today"), &options, &query, NULL));
    assert_ok(libsearch_query_print(query, &printed, NULL));
    assert_string_equal(printed, "date:[2024-10-02 TO 2024-10-02]");
    libsearch_text_free(printed);
    libsearch_query_free(query);
    options.flags = 1u << 30;
    assert_int_equal(libsearch_query_parse_as(index, text_of("a"), &options, &query, NULL), LIBSEARCH_INVALID);
    libsearch_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_gain_alternatives_where_a_rule_fits, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_stands_for_a_word_is_found_and_marked, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(trees_of_a_program_are_expanded_and_keep_what_they_are, make_folder,
                                        remove_folder),
        cmocka_unit_test(what_is_no_rule_is_said),
        cmocka_unit_test_setup_teardown(threads_share_synonyms, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(dates_count_from_the_programs_clock, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
