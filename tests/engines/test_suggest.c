/* SPDX-License-Identifier: MIT */
/* Completions and did-you-mean, through the public functions, in both engines. */
#include "engines/engine_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    char *folder;
    libsearch_index *index;
};

static void put(libsearch_index *index, libsearch_writer *writer, int number, const char *text, const char *tag)
{
    char id[16];
    libsearch_document *document = libsearch_document_new(index);
    sprintf(id, "%d", number);
    assert_ok(libsearch_document_set_text(document, "text", bytes(text)));
    assert_ok(libsearch_document_set_keyword(document, "tag", bytes(tag)));
    assert_ok(libsearch_writer_put(writer, bytes(id), document, NULL));
    libsearch_document_free(document);
}

/* In two commits, so that frequencies are sums over segments. */
static struct fixture open_fixture(enum engine engine)
{
    struct fixture made = { folder_make(), NULL };
    libsearch_writer *writer = NULL;
    made.index = index_make(engine, made.folder, "english");
    assert_ok(libsearch_writer_open(made.index, NULL, &writer, NULL));
    put(made.index, writer, 1, "The health officials of the world agree on cooperation", "world news");
    put(made.index, writer, 2, "Heating and healthy food: health first", "sport");
    put(made.index, writer, 3, "New York is a harbour town", "travel");
    assert_ok(libsearch_writer_commit(writer, NULL));
    put(made.index, writer, 4, "Officials heat their office; health matters", "world news");
    put(made.index, writer, 5, "\xE4\xB8\x96\xE7\x95\x8C\xE5\x8D\xAB\xE7\x94\x9F\xE7\xBB\x84\xE7\xBB\x87", "work");
    put(made.index, writer, 6, "Cooperation in the harbour of York; work is done", "travel");
    for (int i = 7; i < 400; i++)
        put(made.index, writer, i, i % 2 ? "cathedral" : "the new cathedral", "church");
    put(made.index, writer, 400, "cathedrap", "typo");
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return made;
}

static void close_fixture(struct fixture *fixture)
{
    libsearch_close(fixture->index);
    folder_remove(fixture->folder);
}

typedef libsearch_status suggester(libsearch_index *index, libsearch_bytes text,
                                   const libsearch_suggest_options *options, libsearch_suggestions **suggestions,
                                   libsearch_error *error);

/* The suggestions' texts with a bar between. */
static void expect(suggester *suggest, libsearch_index *index, const char *text, const char *field, const char *wanted)
{
    libsearch_suggest_options options = LIBSEARCH_SUGGEST_OPTIONS_INIT;
    libsearch_suggestions *found = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char all[1000] = "";
    options.field = field;
    if (suggest(index, bytes(text), &options, &found, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", text, error.message);
    for (size_t i = 0; i < libsearch_suggestions_count(found); i++) {
        const libsearch_bytes one = libsearch_suggestions_text(found, i);
        const libsearch_range range = libsearch_suggestions_range(found, i);
        assert_true(range.start < range.end && range.end <= one.length);
        sprintf(all + strlen(all), "%s%.*s", i > 0 ? " | " : "", (int)one.length, one.data);
    }
    libsearch_suggestions_free(found);
    if (strcmp(all, wanted) != 0)
        fail_msg("%s: %s, should be %s", text, all, wanted);
}

static void for_each_engine(void (*test)(libsearch_index *index))
{
    for (int e = 0; e < 2; e++) {
        if (!engine_is_here((enum engine)e))
            continue;
        print_message("%s\n", engine_name((enum engine)e));
        struct fixture fixture = open_fixture((enum engine)e);
        test(fixture.index);
        close_fixture(&fixture);
    }
}

static void complete_words(libsearch_index *index)
{
    expect(libsearch_complete, index, "hea", NULL, "health | healthy | heat | heating");
    expect(libsearch_complete, index, "World hea", NULL, "World health | World healthy | World heat | World heating");
    expect(libsearch_complete, index, "\"health off", NULL, "\"health officials | \"health office");
    expect(libsearch_complete, index, "+(york OR har", NULL, "+(york OR harbour");
    expect(libsearch_complete, index, "york -har", NULL, "york -harbour");
    expect(libsearch_complete, index, "text:har", NULL, "text:harbour");
    expect(libsearch_complete, index, "HARBOU", NULL, "harbour");
    expect(libsearch_complete, index, "harbour ", NULL, "");
    expect(libsearch_complete, index, "", NULL, "");
    expect(libsearch_complete, index, "zzz", NULL, "");
}
static void the_last_word_is_completed_by_frequency(void **state)
{
    (void)state;
    for_each_engine(complete_words);
}

static void complete_keywords(libsearch_index *index)
{
    expect(libsearch_complete, index, "tag:wo", NULL, "tag:\"world news\" | tag:work");
    expect(libsearch_complete, index, "wo", "tag", "\"world news\" | work");
}
static void keywords_are_completed_and_quoted(void **state)
{
    (void)state;
    for_each_engine(complete_keywords);
}

static void complete_pairs(libsearch_index *index)
{
    expect(libsearch_complete, index, "\xE4\xB8\x96\xE7\x95\x8C\xE5\x8D\xAB", NULL,
           "\xE4\xB8\x96\xE7\x95\x8C\xE5\x8D\xAB\xE7\x94\x9F");
}
static void chinese_goes_on_by_its_last_character(void **state)
{
    (void)state;
    for_each_engine(complete_pairs);
}

static void correct_words(libsearch_index *index)
{
    expect(libsearch_correct, index, "helth", NULL, "health");
    expect(libsearch_correct, index, "helth coperation", NULL, "health cooperation");
    expect(libsearch_correct, index, "+\"helth oficials\" -harbuor", NULL, "+\"health officials\" -harbuor");
    expect(libsearch_correct, index, "text:helth^2 york", NULL, "text:health^2 york");
    expect(libsearch_correct, index, "elth", NULL, "");
    expect(libsearch_correct, index, "hormour town", NULL, "harbour town");
    expect(libsearch_correct, index, "=helth", NULL, "");
    expect(libsearch_correct, index, "tag:sprot", NULL, "");
    expect(libsearch_correct, index, "", NULL, "");
}
static void misspelt_words_are_replaced_where_they_stand(void **state)
{
    (void)state;
    for_each_engine(correct_words);
}

static void leave_known_words(libsearch_index *index)
{
    expect(libsearch_correct, index, "health officials", NULL, "");
    expect(libsearch_correct, index, "cooperating officially", NULL, ""); /* found by their stems */
    expect(libsearch_correct, index, "heat", NULL, "");
}
static void what_finds_documents_is_left_alone(void **state)
{
    (void)state;
    for_each_engine(leave_known_words);
}

static void replace_rare_words(libsearch_index *index)
{
    expect(libsearch_correct, index, "cathedrap", NULL, "cathedral");
}
static void a_rare_word_beside_one_far_more_frequent_is_doubted(void **state)
{
    (void)state;
    for_each_engine(replace_rare_words);
}

static void look_at_the_whole(libsearch_index *index)
{
    /* york and work are both one letter away from yorc; only york stands with new and town. */
    expect(libsearch_correct, index, "new yorc town", NULL, "new york town");
    expect(libsearch_correct, index, "yorc is done", NULL, "york is done");
}
static void words_are_chosen_that_stand_together_in_a_document(void **state)
{
    (void)state;
    for_each_engine(look_at_the_whole);
}

static void refuse(libsearch_index *index)
{
    libsearch_suggest_options options = LIBSEARCH_SUGGEST_OPTIONS_INIT;
    libsearch_suggestions *found = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    options.field = "nowhere";
    assert_int_equal(libsearch_complete(index, bytes("a"), &options, &found, &error), LIBSEARCH_INVALID);
    options = (libsearch_suggest_options)LIBSEARCH_SUGGEST_OPTIONS_INIT;
    options.timeout = -1;
    assert_int_equal(libsearch_correct(index, bytes("a"), &options, &found, &error), LIBSEARCH_INVALID);
    assert_int_equal(libsearch_correct(NULL, bytes("a"), NULL, &found, &error), LIBSEARCH_INVALID);
    assert_int_equal(libsearch_complete(index, bytes("a"), NULL, NULL, &error), LIBSEARCH_INVALID);
    assert_null(found);
    assert_int_equal(libsearch_suggestions_count(NULL), 0);
    libsearch_suggestions_free(NULL);
}
static void wrong_arguments_are_said(void **state)
{
    (void)state;
    for_each_engine(refuse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_word_is_completed_by_frequency),
        cmocka_unit_test(keywords_are_completed_and_quoted),
        cmocka_unit_test(chinese_goes_on_by_its_last_character),
        cmocka_unit_test(misspelt_words_are_replaced_where_they_stand),
        cmocka_unit_test(what_finds_documents_is_left_alone),
        cmocka_unit_test(a_rare_word_beside_one_far_more_frequent_is_doubted),
        cmocka_unit_test(words_are_chosen_that_stand_together_in_a_document),
        cmocka_unit_test(wrong_arguments_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
