/* SPDX-License-Identifier: MIT */
/* What goes wrong is a status with a message; nothing is thrown into a program in C. */
#include "xapian/xapian_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_status(libsearch_writer_open(index, NULL, &second, &error), LIBSEARCH_LOCKED);
    assert_contains(error.message, "DatabaseLockError");
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

/* Opening fails with this status, and libxapian's class is named. */
static void assert_opening_throws(const char *path, libsearch_status status, const char *class)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    const libsearch_status said = open_as(path, 0, NULL, &index, &error);
    if (said != status || strstr(error.message, class) == NULL)
        fail_msg("%s: %s (%s)", class, libsearch_status_text(said), error.message);
}

static void overwrite(const char *file, long at, const char *with, size_t length)
{
    FILE *damaged = fopen(file, "r+");
    assert_non_null(damaged);
    assert_int_equal(fseek(damaged, at, SEEK_SET), 0);
    assert_int_equal(fwrite(with, length, 1, damaged), 1);
    fclose(damaged);
}

/* A version file begins with 14 bytes that say what it is, and the format's version in two. */
static void a_version_of_another_time_or_kind_is_told_apart(void **state)
{
    char file[300];
    snprintf(file, sizeof file, "%s/iamglass", path_in(state, "db"));
    libsearch_close(make_reports(path_in(state, "db")));
    overwrite(file, 14, "\377\377", 2);
    assert_opening_throws(path_in(state, "db"), LIBSEARCH_VERSION, "DatabaseVersionError");
    overwrite(file, 0, "nothing that Xapian knows", 25);
    assert_opening_throws(path_in(state, "db"), LIBSEARCH_CORRUPT, "DatabaseCorruptError");
    assert_int_equal(remove(file), 0);
    assert_int_equal(mkdir(file, 0700), 0);
    assert_opening_throws(path_in(state, "db"), LIBSEARCH_NOT_FOUND, "DatabaseNotFoundError");
}

static void a_database_that_cannot_be_opened_or_is_of_a_backend_of_old_is_said(void **state)
{
    FILE *stub = fopen(path_in(state, "stub"), "w");
    fprintf(stub, "auto old\n");
    fclose(stub);
    assert_int_equal(mkdir(path_in(state, "old"), 0700), 0);
    assert_opening_says(path_in(state, "stub"), 0, LIBSEARCH_NOT_AN_INDEX); /* DatabaseOpeningError within */
    FILE *flint = fopen(path_in(state, "old/iamflint"), "w");
    fclose(flint);
    assert_opening_throws(path_in(state, "stub"), LIBSEARCH_UNSUPPORTED, "FeatureUnavailableError");
}

/* Letters that do not compress well, so that documents take many blocks. */
static void write_noise(char *text, size_t length, uint64_t seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        text[i] = (char)(i % 9 == 8 ? ' ' : 'a' + (seed >> 33) % 26);
    }
    text[length] = 0;
}

static void a_document_that_has_gone_since_is_not_found(void **state)
{
    enum { MANY = 300, COMMITS = 12 };
    libsearch_index *index = make(path_in(state, "db"));
    libsearch_snapshot *snapshot = NULL;
    libsearch_results *results = NULL;
    libsearch_query *query = libsearch_query_text(NULL, bytes("cooperation"));
    libsearch_writer *writer = write_to(index);
    char id[16], text[400];
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "%d", i);
        write_noise(text, sizeof text - 1, (uint64_t)i);
        put_text(index, writer, id, i == 7 ? "cooperation" : "", text);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    const libsearch_document *document = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_search(snapshot, query, NULL, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 1);
    assert_ok(libsearch_writer_delete(writer, bytes("7"), NULL));
    for (int i = 0; i < COMMITS * MANY; i++) { /* so that blocks are used again */
        snprintf(id, sizeof id, "%d", i % MANY);
        if (i % MANY != 7)
            put_text(index, writer, id, "", text);
        if (i % MANY == MANY - 1)
            assert_ok(libsearch_writer_commit(writer, NULL));
    }
    assert_status(libsearch_results_document(results, 0, &document, &error), LIBSEARCH_NOT_FOUND);
    assert_contains(error.message, "DocNotFoundError");
    libsearch_writer_close(writer);
    libsearch_results_free(results);
    libsearch_query_free(query);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
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

/* A cursor is bytes from outside: whatever they are, there is an answer or a status. */
static void cursors_of_any_bytes_are_answered_or_refused(void **state)
{
    libsearch_index *index = make_reports(path_in(state, "db"));
    libsearch_snapshot *snapshot = NULL;
    libsearch_results *results = NULL;
    libsearch_query *query = libsearch_query_text(NULL, bytes("officials winter bread"));
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_bytes cursor;
    char forged[512];
    size_t refused = 0, invalid = 0;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_search(snapshot, query, NULL, &results, NULL));
    assert_ok(libsearch_results_cursor(results, 0, &cursor, NULL));
    assert_true(cursor.length < sizeof forged);
    const size_t length = cursor.length;
    for (size_t at = 0; at < length; at++)
        for (int with = 0; with < 256; with++) {
            libsearch_results *found = NULL;
            libsearch_error error = LIBSEARCH_ERROR_INIT;
            memcpy(forged, cursor.data, length);
            forged[at] = (char)with;
            options.after = (libsearch_bytes){ forged, length };
            const libsearch_status status = libsearch_snapshot_search(snapshot, query, &options, &found, &error);
            if (status != LIBSEARCH_OK && status != LIBSEARCH_INVALID && status != LIBSEARCH_STALE)
                fail_msg("byte %zu as %d: %s (%s)", at, with, libsearch_status_text(status), error.message);
            refused += status != LIBSEARCH_OK;
            invalid += status == LIBSEARCH_INVALID;
            libsearch_results_free(found);
        }
    assert_true(refused > 0 && invalid > 0);
    libsearch_results_free(results);
    libsearch_query_free(query);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_database_is_told_apart),
        TEST(a_second_writer_finds_it_locked_and_can_wait),
        TEST(damaged_files_are_corrupt),
        TEST(a_version_of_another_time_or_kind_is_told_apart),
        TEST(a_database_that_cannot_be_opened_or_is_of_a_backend_of_old_is_said),
        TEST(a_document_that_has_gone_since_is_not_found),
        TEST(a_table_in_the_metadata_that_is_damaged_is_said),
        TEST(databases_that_do_not_fit_are_not_searched_as_one),
        TEST(cursors_of_any_bytes_are_answered_or_refused),
        TEST(values_of_another_type_are_refused_and_the_writer_goes_on),
        TEST(a_deadline_that_has_passed_ends_the_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
