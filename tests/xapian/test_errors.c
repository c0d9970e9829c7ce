/* SPDX-License-Identifier: MIT */
/* What goes wrong is a status with a message; nothing is thrown into a program in C. */
#include "xapian/xapian_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_opening_says(const char *path, unsigned flags, libsearch_status status)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    const libsearch_status said = open_as(path, flags, "english", &index, &error);
    if (said != status)
        fail_msg("%s: %s (%s)", path, libsearch_status_text(said), error.message);
    assert_true(error.message[0] != 0);
}

static void what_is_no_database_is_told_apart(void **state)
{
    FILE *file = fopen(path_in(state, "file"), "w");
    fputs("no stub\n", file);
    fclose(file);
    assert_opening_says(path_in(state, "nothing"), 0, LIBSEARCH_NOT_FOUND);
    assert_opening_says((const char *)*state, 0, LIBSEARCH_NOT_AN_INDEX);
    assert_opening_says((const char *)*state, LIBSEARCH_CREATE, LIBSEARCH_NOT_AN_INDEX);
    assert_opening_says(path_in(state, "file"), 0, LIBSEARCH_NOT_AN_INDEX);
    assert_opening_says("tcp:127.0.0.1:1", 0, LIBSEARCH_IO);
    assert_opening_says("tcp:127.0.0.1", 0, LIBSEARCH_INVALID);
    assert_opening_says("tcp:127.0.0.1:x", 0, LIBSEARCH_INVALID);
    assert_opening_says("map=,x", 0, LIBSEARCH_INVALID);
    assert_opening_says("timeout=0,tcp:127.0.0.1:1", 0, LIBSEARCH_INVALID);
    assert_opening_says("timeout=1s,tcp:127.0.0.1:1", 0, LIBSEARCH_INVALID);
    assert_opening_says("timeout=500", 0, LIBSEARCH_INVALID);
    assert_opening_says("tcp:127.0.0.1:1", LIBSEARCH_CREATE, LIBSEARCH_INVALID);
    assert_opening_says(path_in(state, "new"), LIBSEARCH_PREVIOUS, LIBSEARCH_UNSUPPORTED);
}

static void a_second_writer_finds_it_locked_and_can_wait(void **state)
{
    libsearch_index *index = make_reports(path_in(state, "db"));
    libsearch_writer *writer = write_to(index), *second = NULL;
    libsearch_writer_options options = LIBSEARCH_WRITER_OPTIONS_INIT;
    assert_status(libsearch_writer_open(index, NULL, &second, NULL), LIBSEARCH_LOCKED);
    options.lock_wait = 60;
    assert_status(libsearch_writer_open(index, &options, &second, NULL), LIBSEARCH_LOCKED);
    libsearch_writer_close(writer);
    assert_ok(libsearch_writer_open(index, &options, &second, NULL));
    libsearch_writer_close(second);
    libsearch_close(index);
}

static void damaged_files_are_corrupt(void **state)
{
    const char *path = path_in(state, "db");
    libsearch_close(make_reports(path));
    assert_ok(libsearch_xapian_check(path, NULL, NULL, NULL));
    char file[300];
    snprintf(file, sizeof file, "%s/postlist.glass", path);
    FILE *damaged = fopen(file, "r+");
    char noise[8192];
    memset(noise, 0x5A, sizeof noise);
    for (int i = 0; i < 16; i++)
        fwrite(noise, sizeof noise, 1, damaged);
    fclose(damaged);
    assert_opening_says(path, LIBSEARCH_VERIFY, LIBSEARCH_CORRUPT);
    assert_status(libsearch_xapian_check(path, NULL, NULL, NULL), LIBSEARCH_CORRUPT);
    libsearch_index *index = NULL;
    if (open_as(path, 0, NULL, &index, NULL) == LIBSEARCH_OK) {
        assert_string_equal(ask(index, "officials"), libsearch_status_text(LIBSEARCH_CORRUPT));
        libsearch_close(index);
    }
}

static void a_version_file_that_is_none_is_said(void **state)
{
    const char *path = path_in(state, "db");
    libsearch_close(make_reports(path));
    char file[300];
    snprintf(file, sizeof file, "%s/iamglass", path);
    FILE *damaged = fopen(file, "w");
    fputs("nothing that Xapian knows, but long enough to be read as a whole", damaged);
    fclose(damaged);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    assert_true(open_as(path, 0, NULL, &index, &error) != LIBSEARCH_OK);
    assert_true(error.status == LIBSEARCH_VERSION || error.status == LIBSEARCH_CORRUPT || error.status == LIBSEARCH_IO);
}

static void a_table_in_the_metadata_that_is_damaged_is_said(void **state)
{
    const char *path = path_in(state, "db");
    libsearch_close(make_reports(path));
    free(run("xapian-metadata", "set '%s' libsearch.fields nonsense", path));
    assert_opening_says(path, 0, LIBSEARCH_CORRUPT);
    free(run("xapian-metadata", "set '%s' libsearch.schema nonsense", path));
    assert_opening_says(path, 0, LIBSEARCH_CORRUPT);
    free(run("xapian-metadata", "set '%s' libsearch.version 9", path));
    assert_opening_says(path, 0, LIBSEARCH_VERSION);
}

static void databases_that_do_not_fit_are_not_searched_as_one(void **state)
{
    char both[600];
    libsearch_index *other = NULL;
    libsearch_close(make_reports(path_in(state, "one")));
    assert_ok(open_as(path_in(state, "two"), LIBSEARCH_CREATE, "german", &other, NULL));
    libsearch_close(other);
    snprintf(both, sizeof both, "%s,%s", path_in(state, "one"), path_in(state, "two"));
    assert_opening_says(both, 0, LIBSEARCH_INVALID);
}

static void values_of_another_type_are_refused_and_the_writer_goes_on(void **state)
{
    libsearch_index *index = make_reports(path_in(state, "db"));
    libsearch_writer *writer = write_to(index);
    libsearch_document *document = libsearch_document_new(index);
    assert_ok(libsearch_document_set_integer(document, "title", 1));
    assert_status(libsearch_writer_put(writer, bytes("a"), document, NULL), LIBSEARCH_INVALID);
    libsearch_document_clear(document);
    for (int i = 0; i < 66; i++)
        assert_ok(libsearch_document_set_integer(document, "many", i));
    assert_status(libsearch_writer_put(writer, bytes("a"), document, NULL), LIBSEARCH_LIMIT);
    put_text(index, writer, "a", "", "goes on");
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_string_equal(ask(index, "goes"), "a");
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void a_deadline_that_has_passed_ends_the_search(void **state)
{
    libsearch_index *index = make(path_in(state, "db"));
    libsearch_writer *writer = write_to(index);
    for (int i = 0; i < 20000; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        put_text(index, writer, id, "one two three four five six", "seven eight nine ten");
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_query *query = libsearch_query_text(NULL, bytes("one two three four five six seven eight nine ten"));
    options.timeout = 1;
    options.total = LIBSEARCH_TOTAL_EXACT;
    assert_status(libsearch_search_query(index, query, &options, &results, NULL), LIBSEARCH_DEADLINE);
    libsearch_query_free(query);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_database_is_told_apart),
        TEST(a_second_writer_finds_it_locked_and_can_wait),
        TEST(damaged_files_are_corrupt),
        TEST(a_version_file_that_is_none_is_said),
        TEST(a_table_in_the_metadata_that_is_damaged_is_said),
        TEST(databases_that_do_not_fit_are_not_searched_as_one),
        TEST(values_of_another_type_are_refused_and_the_writer_goes_on),
        TEST(a_deadline_that_has_passed_ends_the_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
