/* SPDX-License-Identifier: MIT */
/* What people type, through the public functions: what it finds, and that it never fails. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "api_support.h"
#include "support/random.h"

static void add_field(libsearch_writer *writer, const char *name, libsearch_type type, unsigned flags)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = name;
    field.type = type;
    field.flags = flags;
    assert_int_equal(libsearch_writer_add_field(writer, &field, NULL), LIBSEARCH_OK);
}

/* Documents with words in several forms, a field without positions, one with lists of its own, one without column. */
static libsearch_index *open_words(const char *path)
{
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.analyzer = "english";
    assert_int_equal(libsearch_open(path, LIBSEARCH_CREATE, &options, &index, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_writer_open(index, NULL, &writer, NULL), LIBSEARCH_OK);
    add_field(writer, "loose", LIBSEARCH_TEXT, LIBSEARCH_FIELD_NO_POSITIONS);
    add_field(writer, "own", LIBSEARCH_TEXT, LIBSEARCH_FIELD_OWN_LISTS);
    add_field(writer, "bare", LIBSEARCH_INTEGER, LIBSEARCH_FIELD_NO_COLUMN);
    add_field(writer, "tag", LIBSEARCH_KEYWORD, 0);
    static const char *const texts[] = { "health officials run the health service", "an official was running late",
                                         "the runs of health and of other officials", "nothing here" };
    static const char *const tags[] = { "ant", "bee", "cat", "dog" };
    for (size_t i = 0; i < 4; i++) {
        char id[8] = { (char)('a' + i), 0 };
        libsearch_document *document = libsearch_document_new(index);
        libsearch_document_set_text(document, "text", text_of(texts[i]));
        libsearch_document_set_text(document, "loose", text_of(texts[i]));
        libsearch_document_set_text(document, "own", text_of(texts[3 - i]));
        libsearch_document_set_integer(document, "bare", (int64_t)i);
        libsearch_document_set_keyword(document, "tag", text_of(tags[i]));
        assert_int_equal(libsearch_writer_put(writer, text_of(id), document, NULL), LIBSEARCH_OK);
        libsearch_document_free(document);
    }
    assert_int_equal(libsearch_writer_commit(writer, NULL), LIBSEARCH_OK);
    libsearch_writer_close(writer);
    return index;
}

/* The ids, sorted, and the number of warnings behind them where there are any. */
static const char *found(libsearch_index *index, const char *query, char *text)
{
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (libsearch_search(index, text_of(query), 10, &results, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", query, error.message);
    char *next = text;
    for (char id = 'a'; id <= 'd'; id++)
        for (size_t i = 0; i < libsearch_results_count(results); i++)
            if (libsearch_results_id(results, i).data[0] == id)
                *next++ = id;
    *next = 0;
    if (libsearch_results_warning_count(results) > 0)
        sprintf(next, " %zu", libsearch_results_warning_count(results));
    libsearch_results_free(results);
    return text;
}

static void a_range_of_keywords_has_its_ends_or_not(void **state)
{
    char text[64];
    libsearch_index *index = open_words(*state);
    assert_string_equal(found(index, "tag:[bee TO cat]", text), "bc");
    assert_string_equal(found(index, "tag:{bee TO cat]", text), "c");
    assert_string_equal(found(index, "tag:[bee TO cat}", text), "b");
    assert_string_equal(found(index, "tag:{bee TO cat}", text), "");
    assert_string_equal(found(index, "tag:{bee TO *]", text), "cd");
    assert_string_equal(found(index, "tag:[* TO bee}", text), "a");
    assert_string_equal(found(index, "tag:{bed TO cab}", text), "b");
    libsearch_close(index);
}

static void words_phrases_and_near_find_what_they_say(void **state)
{
    char text[64];
    libsearch_index *index = open_words(*state);
    assert_string_equal(found(index, "running", text), "abc");
    assert_string_equal(found(index, "=running", text), "b");
    assert_string_equal(found(index, "=runs", text), "c");
    assert_string_equal(found(index, "=RUN", text), "a");
    assert_string_equal(found(index, "=runner", text), "");
    assert_string_equal(found(index, "=\"health officials\"", text), "a");
    assert_string_equal(found(index, "=\"other official\"", text), "");
    assert_string_equal(found(index, "\"health off*\"", text), "a");
    assert_string_equal(found(index, "\"off*\"", text), "abc");
    assert_string_equal(found(index, "\"zzz off*\"", text), "");
    assert_string_equal(found(index, "@near(3 officials health)", text), "a");
    assert_string_equal(found(index, "@near(4 officials health)", text), "ac");
    assert_string_equal(found(index, "@before(4 officials health)", text), "a");
    assert_string_equal(found(index, "@near(1 (late service) run*)", text), "b");
    assert_string_equal(found(index, "@near(2 \"health service\" run)", text), "a");
    assert_string_equal(found(index, "@max(0.3 own:health text:late)", text), "bd");
    libsearch_close(index);
}

static void a_word_of_the_text_serves_one_word_of_a_sloppy_phrase(void **state)
{
    char text[64];
    libsearch_index *index = open_words(*state);
    assert_string_equal(found(index, "\"health health\"~3", text), "a");
    assert_string_equal(found(index, "\"health health\"~2", text), "");
    assert_string_equal(found(index, "\"health health\"~9", text), "a");
    assert_string_equal(found(index, "\"officials health\"~9", text), "ac");
    assert_string_equal(found(index, "\"officials health officials\"~9", text), "");
    assert_string_equal(found(index, "\"officials health off*\"~9", text), "");
    assert_string_equal(found(index, "\"officials health ser*\"~9", text), "a");
    assert_string_equal(found(index, "\"officials health hea*\"~9", text), "a");
    assert_string_equal(found(index, "=\"health officials Health\"~9", text), "a");
    assert_string_equal(found(index, "=\"official officials\"~9", text), "");
    assert_string_equal(found(index, "@near(9 \"health health\"~9 service)", text), "a");
    libsearch_close(index);
}

static void what_cannot_be_done_is_told_and_the_rest_is_found(void **state)
{
    char text[64];
    libsearch_index *index = open_words(*state);
    assert_string_equal(found(index, "loose:\"officials health\"", text), "ac 1");
    assert_string_equal(found(index, "loose:=runs", text), "abc 1");
    assert_string_equal(found(index, "late bare:>1", text), "b 1");
    assert_string_equal(found(index, "bare:*", text), " 1");
    assert_string_equal(found(index, "@near(1 own:nothing text:health)", text), "a 1");
    assert_string_equal(found(index, "@near(1 late bare:1)", text), " 2");
    libsearch_close(index);
}

static void the_same_is_an_error_in_strict_mode_and_for_trees_built_by_functions(void **state)
{
    libsearch_index *index = open_words(*state);
    libsearch_query *query = NULL;
    libsearch_results *results = NULL;
    static const char *const queries[] = { "loose:\"officials health\"", "loose:=runs", "bare:>1",
                                           "@near(1 own:nothing text:health)" };
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(libsearch_query_parse(index, text_of(queries[i]), LIBSEARCH_PARSE_STRICT, &query, NULL),
                         LIBSEARCH_OK);
        assert_int_equal(libsearch_search_query(index, query, NULL, &results, NULL), LIBSEARCH_UNSUPPORTED);
        libsearch_query_free(query);
    }
    query = libsearch_query_phrase("loose", text_of("officials health"), 0);
    assert_int_equal(libsearch_search_query(index, query, NULL, &results, NULL), LIBSEARCH_UNSUPPORTED);
    libsearch_query_free(query);
    libsearch_close(index);
}

static void a_parsed_query_with_a_part_that_cannot_be_deletes_nothing(void **state)
{
    libsearch_index *index = open_words(*state);
    libsearch_writer *writer = NULL;
    libsearch_query *query = NULL;
    uint64_t count = 99;
    assert_int_equal(libsearch_query_parse(index, text_of("-bare:>1"), 0, &query, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_writer_open(index, NULL, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_writer_delete_matching(writer, query, &count, NULL), LIBSEARCH_UNSUPPORTED);
    assert_int_equal(count, 99);
    libsearch_writer_close(writer);
    libsearch_query_free(query);
    libsearch_close(index);
}

static void functions_build_the_same_queries(void **state)
{
    char ids[1000];
    libsearch_index *index = open_words(*state);
    libsearch_snapshot *snapshot = NULL;
    assert_int_equal(libsearch_snapshot_open(index, &snapshot, NULL), LIBSEARCH_OK);
    libsearch_query *words[] = { libsearch_query_text(NULL, text_of("officials")),
                                 libsearch_query_text(NULL, text_of("health")) };
    const libsearch_query *const both[] = { words[0], words[1] };
    libsearch_query *queries[] = {
        libsearch_query_near(both, 2, 4, 1),
        libsearch_query_text_as(NULL, text_of("runs"), LIBSEARCH_WORDS_EXACT),
        libsearch_query_phrase_as(NULL, text_of("running l"), 0, LIBSEARCH_WORDS_LAST_PREFIX),
        libsearch_query_wildcard(NULL, text_of("l?te")),
        libsearch_query_fuzzy(NULL, text_of("helth"), 1),
        libsearch_query_best(both, 2, 0.5f),
    };
    assert_string_equal(ask_snapshot(snapshot, queries[0], ids), "a");
    assert_string_equal(ask_snapshot(snapshot, queries[1], ids), "c");
    assert_string_equal(ask_snapshot(snapshot, queries[2], ids), "b");
    assert_string_equal(ask_snapshot(snapshot, queries[3], ids), "b");
    assert_int_equal(strlen(ask_snapshot(snapshot, queries[4], ids)), 3);
    assert_int_equal(strlen(ask_snapshot(snapshot, queries[5], ids)), 5);
    for (size_t i = 0; i < 6; i++)
        libsearch_query_free(queries[i]);
    libsearch_query *exists = libsearch_query_exists("own");
    assert_int_equal(strlen(ask_snapshot(snapshot, exists, ids)), 7);
    assert_null(libsearch_query_near((const libsearch_query *const[]){ exists }, 1, 3, 0));
    assert_null(libsearch_query_phrase_as(NULL, text_of("a b"), 0, LIBSEARCH_WORDS_ALL));
    assert_null(libsearch_query_text_as(NULL, text_of("a b"), 1u << 20));
    libsearch_query_free(exists);
    libsearch_query_free(words[0]);
    libsearch_query_free(words[1]);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
}

static void no_text_makes_a_search_fail(void **state)
{
    static const char *const pieces[] = {
        "\"",
        "*",
        "?",
        "~",
        "^2",
        "(",
        ")",
        "@near(2 ",
        "@before(3 ",
        "@max(0.5 ",
        "@filter(",
        "loose:",
        "own:",
        "bare:",
        "text:",
        "none:",
        "=",
        "-",
        "+",
        " ",
        "health",
        "runs",
        "run*",
        "[1 TO",
        "]",
        ">",
        "..",
        " AND ",
        " OR ",
        "NOT ",
        "1",
        "\xff",
        "\\",
        "中文",
        "\x01",
        "@phrase(0 exact \"",
        "@text(all \"",
        "@prefix(\"",
        "@fuzzy(1 \"",
        "~3",
        "U.S.",
        "e-mail",
    };
    libsearch_index *index = open_words(*state);
    struct test_random random = { 20240611 };
    for (int i = 0; i < 20000; i++) {
        char query[512] = "", text[64];
        for (uint64_t count = 1 + random_below(&random, 9); count > 0; count--)
            strcat(query, pieces[random_below(&random, sizeof pieces / sizeof pieces[0])]);
        found(index, query, text);
    }
    libsearch_close(index);
}

static void a_text_of_very_many_words_is_searched_by_the_first_and_heaviest(void **state)
{
    libsearch_index *index = open_words(*state);
    libsearch_results *results = NULL;
    char *text = malloc(900000), *next = text;
    for (int i = 0; i < 80000; i++)
        next += sprintf(next, "w%d ", i);
    memcpy(text, "late  ", 6);
    assert_int_equal(libsearch_search(index, (libsearch_bytes){ text, (size_t)(next - text) }, 10, &results, NULL),
                     LIBSEARCH_OK);
    assert_int_equal(libsearch_results_count(results), 1);
    assert_int_equal(libsearch_results_warning_count(results), 1);
    libsearch_results_free(results);
    free(text);
    libsearch_close(index);
}

/* A prefix that stands for more words than are looked for: those that stand in most documents are. */
static void of_too_many_words_the_most_frequent_are_looked_for(void **state)
{
    enum { MORE = LIBSEARCH_MAX_EXPANSION + 100 };
    static char text[MORE * 10];
    size_t length = 0, position;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_results *results = NULL;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.analyzer = "standard";
    assert_int_equal(libsearch_open(*state, LIBSEARCH_CREATE, &options, &index, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_writer_open(index, NULL, &writer, NULL), LIBSEARCH_OK);
    for (int i = 0; i < MORE; i++)
        length += (size_t)sprintf(text + length, "quay%04d ", i);
    put(index, writer, "all", "", text);
    put(index, writer, "one", "", text + length - 9); /* the last by its letters */
    assert_int_equal(libsearch_writer_commit(writer, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_search(index, text_of("quay*"), 10, &results, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_results_count(results), 2);
    assert_non_null(libsearch_results_warning(results, 0, &position));
    libsearch_results_free(results);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_range_of_keywords_has_its_ends_or_not, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(words_phrases_and_near_find_what_they_say, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_word_of_the_text_serves_one_word_of_a_sloppy_phrase, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_done_is_told_and_the_rest_is_found, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_same_is_an_error_in_strict_mode_and_for_trees_built_by_functions,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_parsed_query_with_a_part_that_cannot_be_deletes_nothing, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(functions_build_the_same_queries, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(no_text_makes_a_search_fail, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(of_too_many_words_the_most_frequent_are_looked_for, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_text_of_very_many_words_is_searched_by_the_first_and_heaviest, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
