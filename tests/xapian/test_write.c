/* SPDX-License-Identifier: MIT */
/* What stands in a database that we wrote, and what Xapian's own programs make of it. */
#include "xapian/xapian_support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void stems_carry_the_frequency_and_words_as_written_none(void **state)
{
    const char *path = path_in(state, "db");
    libsearch_index *index = make(path);
    libsearch_writer *writer = write_to(index);
    put_text(index, writer, "one", "Boats", "The boats of a boating town");
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    libsearch_close(index);
    char *terms = run("xapian-delve", "-r 1 -v -1 '%s'", path); /* term wdf termfreq */
    assert_contains(terms, "\nZboat 3 1");
    assert_contains(terms, "\nboats 0 1");
    assert_contains(terms, "\nboating 0 1");
    assert_contains(terms, "\nZSboat 0 1");
    assert_contains(terms, "\nSboats 0 1");
    assert_contains(terms, "\nQone 0 1");
    free(terms);
    char *about = run("xapian-delve", "'%s'", path);
    assert_contains(about, "average document length = 7"); /* the words of title and text */
    free(about);
}

static void what_is_written_passes_xapians_check(void **state)
{
    const char *path = path_in(state, "db");
    libsearch_close(make_reports(path));
    char *said = run("xapian-check", "'%s'", path);
    assert_contains(said, "No errors found");
    free(said);
}

static void quest_finds_by_stem_phrase_and_title(void **state)
{
    const char *path = path_in(state, "db");
    libsearch_close(make_reports(path));
    char *found = run("quest", "-d '%s' -s english cooperating", path);
    assert_contains(found, "title=Health officials agree");
    free(found);
    found = run("quest", "-d '%s' -s english '\"harbour town in winter\"'", path);
    assert_contains(found, "title=A harbour town in winter");
    free(found);
    found = run("quest", "-d '%s' -s english -p title:S title:bread", path);
    assert_contains(found, "title=How bread is made");
    free(found);
}

static void a_document_comes_back_as_it_was_put(void **state)
{
    static const char text[] = "line one\nline\\two\r\n\0behind a zero = and so on\n";
    libsearch_index *index = make(path_in(state, "db"));
    libsearch_writer *writer = write_to(index);
    libsearch_document *document = libsearch_document_new(index), *back = NULL;
    assert_ok(libsearch_document_set_text(document, "text", (libsearch_bytes){ text, sizeof text - 1 }));
    assert_ok(libsearch_document_set_keyword(document, "tag", bytes("First")));
    assert_ok(libsearch_document_set_keyword(document, "tag", bytes(":second")));
    assert_ok(libsearch_document_set_integer(document, "size", INT64_MIN));
    assert_ok(libsearch_document_set_float(document, "price", 0.1));
    assert_ok(libsearch_document_set_date(document, "when", -1));
    assert_ok(libsearch_writer_put(writer, bytes("a"), document, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_ok(libsearch_get(index, bytes("a"), &back, NULL));
    assert_int_equal(libsearch_document_count(back), 6);
    for (size_t i = 0; i < 6; i++) {
        const libsearch_value was = libsearch_document_value(document, i), is = libsearch_document_value(back, i);
        assert_string_equal(was.field, is.field);
        assert_int_equal(was.type, is.type);
        assert_int_equal(was.integer, is.integer);
        assert_true(was.number == is.number);
        assert_int_equal(was.bytes.length, is.bytes.length);
        assert_true(was.bytes.length == 0 || memcmp(was.bytes.data, is.bytes.data, was.bytes.length) == 0);
    }
    libsearch_document_free(document);
    libsearch_document_free(back);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void ids_and_keywords_of_any_length_are_told_apart(void **state)
{
    enum { LONGEST = 65536 };
    libsearch_index *index = make(path_in(state, "db"));
    libsearch_writer *writer = write_to(index);
    libsearch_document *document = libsearch_document_new(index), *back = NULL;
    char *id = malloc(LONGEST);
    memset(id, 'x', LONGEST);
    const size_t lengths[] = { 1, 243, 244, 245, 246, 300, 32766, LONGEST };
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        libsearch_document_clear(document);
        if (lengths[i] <= LIBSEARCH_MAX_KEYWORD)
            assert_ok(libsearch_document_set_keyword(document, "tag", (libsearch_bytes){ id, lengths[i] }));
        assert_ok(libsearch_document_set_integer(document, "length", (int64_t)lengths[i]));
        assert_ok(libsearch_writer_put(writer, (libsearch_bytes){ id, lengths[i] }, document, NULL));
    }
    memset(id, 0, 200); /* zero bytes count twice */
    assert_ok(libsearch_writer_put(writer, (libsearch_bytes){ id, 200 }, document, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_ok(libsearch_get(index, (libsearch_bytes){ id, 200 }, &back, NULL));
    libsearch_document_free(back);
    memset(id, 'x', 200);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        assert_ok(libsearch_get(index, (libsearch_bytes){ id, lengths[i] }, &back, NULL));
        for (size_t v = 0; v < libsearch_document_count(back); v++)
            if (libsearch_document_value(back, v).type == LIBSEARCH_INTEGER)
                assert_int_equal(libsearch_document_value(back, v).integer, lengths[i]);
        libsearch_document_free(back);
        if (lengths[i] > LIBSEARCH_MAX_KEYWORD)
            continue;
        libsearch_query *query = libsearch_query_keyword("tag", (libsearch_bytes){ id, lengths[i] });
        libsearch_results *results = NULL;
        assert_ok(libsearch_search_query(index, query, NULL, &results, NULL));
        assert_int_equal(libsearch_results_count(results), 1);
        assert_int_equal(libsearch_results_id(results, 0).length, lengths[i]);
        libsearch_results_free(results);
        libsearch_query_free(query);
    }
    free(id);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

/* Terms take 245 bytes: longer words are cut, and stay findable and apart. */
static void stored_documents_are_compressed_and_the_first_has_number_1(void **state)
{
    enum { MANY = 200 };
    const char *path = path_in(state, "db");
    libsearch_index *index = make(path);
    libsearch_writer *writer = write_to(index);
    char text[4000] = "", id[16], file[300];
    struct stat status;
    for (int i = 0; strlen(text) < sizeof text - 40; i++)
        snprintf(text + strlen(text), 40, "boats and harbours %d ", i % 7);
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "%d", i);
        put_text(index, writer, id, "", text);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    libsearch_close(index);
    snprintf(file, sizeof file, "%s/docdata.glass", path);
    assert_int_equal(stat(file, &status), 0);
    assert_true((size_t)status.st_size < MANY * strlen(text) / 4);
    char *first = run("xapian-delve", "-r 1 -1 '%s'", path);
    assert_contains(first, "\nQ0\n");
    free(first);
    char *said = run("xapian-check", "'%s'", path);
    assert_contains(said, "No errors found");
    free(said);
}

static void words_longer_than_a_term_are_found(void **state)
{
    const char *path = path_in(state, "db");
    libsearch_index *index = make(path);
    libsearch_writer *writer = write_to(index);
    char text[300], id[16], query[320];
    for (int length = 240; length <= 256; length++)
        for (int last = 'a'; last <= 'b'; last++) {
            memset(text, 'q', (size_t)length);
            text[length - 1] = (char)last;
            text[length] = 0;
            snprintf(id, sizeof id, "%d%c", length, last);
            put_text(index, writer, id, text, text);
        }
    assert_ok(libsearch_writer_commit(writer, NULL));
    for (int length = 240; length <= 255; length++) /* LIBSEARCH_MAX_TERM: the analyzer cuts there */
        for (int last = 'a'; last <= 'b'; last++) {
            memset(text, 'q', (size_t)length);
            text[length - 1] = (char)last;
            text[length] = 0;
            snprintf(id, sizeof id, "%d%c", length, last);
            assert_string_equal(ask(index, text), id);
            snprintf(query, sizeof query, "title:%s", text);
            assert_string_equal(ask(index, query), id);
            snprintf(query, sizeof query, "=%s", text);
            assert_string_equal(ask(index, query), id);
        }
    libsearch_writer_close(writer);
    libsearch_close(index);
    char *said = run("xapian-check", "'%s'", path);
    assert_contains(said, "No errors found");
    free(said);
}

static void put_values(libsearch_index *index, libsearch_writer *writer)
{
    libsearch_document *document = libsearch_document_new(index);
    assert_ok(libsearch_document_set_text(document, "title", bytes("Harbours")));
    assert_ok(libsearch_document_set_keyword(document, "tag", bytes("travel")));
    assert_ok(libsearch_document_set_keyword(document, "author", bytes("ada")));
    assert_ok(libsearch_document_set_keyword(document, "author", bytes("Charles")));
    assert_ok(libsearch_document_set_keyword(document, "colour", bytes("blue")));
    assert_ok(libsearch_document_set_keyword(document, "colour2", bytes("red")));
    assert_ok(libsearch_document_set_keyword(document, "colour", bytes("Red")));
    assert_ok(libsearch_document_set_integer(document, "size", 12));
    assert_ok(libsearch_document_set_date(document, "when", 86400000));
    assert_ok(libsearch_writer_put(writer, bytes("one"), document, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_document_free(document);
}

/* The table of docs/xapian.md, seen by Xapian's own program. */
static void fields_stand_under_xapians_customary_prefixes_and_numbers_in_slots(void **state)
{
    const char *path = path_in(state, "db");
    libsearch_index *index = make(path);
    libsearch_writer *writer = write_to(index);
    put_values(index, writer);
    libsearch_writer_close(writer);
    libsearch_close(index);
    char *terms = run("xapian-delve", "-r 1 -1 '%s'", path);
    static const char *const there[] = { "\nZSharbour\n", "\nSharbours\n",   "\nKtravel\n",     "\nAada\n",
                                         "\nACharles\n",  "\nXCOLOURblue\n", "\nXCOLOURBred\n", "\nXCOLOUR:Red\n" };
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++)
        assert_contains(terms, there[i]);
    free(terms);
    char *table = run("xapian-metadata", "get '%s' libsearch.fields", path);
    assert_contains(table, "\ttitle\t");
    assert_contains(table, "\tcolour2\t");
    assert_contains(table, "\tXCOLOURB\t");
    free(table);
    /* Slots from 16 on, by the fields' numbers: title, tag, author, colour, colour2, size, when. */
    static const struct {
        const char *type;
        unsigned slot;
        const char *value;
    } values[] = {
        { "", 0, "one" }, { "", 17, "travel" }, { "", 19, "Red" }, { "S", 21, "12" }, { "S", 22, "8.64e+07" }
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char *said = run("xapian-delve", "-r 1 -V%s%u '%s'", values[i].type, values[i].slot, path);
        assert_contains(said, values[i].value);
        free(said);
    }
}

static void reopening_needs_nothing(void **state)
{
    const char *path = path_in(state, "db");
    libsearch_close(make_reports(path));
    libsearch_index *index = open_or_fail(path, 0);
    assert_string_equal(ask(index, "cooperating"), "health");
    assert_string_equal(ask(index, "title:officials"), "health");
    assert_string_equal(ask(index, "text:officials"), "harbour");
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    assert_int_equal(libsearch_field_count(index), 2);
    assert_ok(libsearch_field_at(index, 0, &field, NULL));
    assert_string_equal(field.name, "title");
    assert_string_equal(field.analyzer, "english");
    libsearch_close(index);
}

static void more_than_a_batch_is_not_seen_before_the_commit_and_can_be_dropped(void **state)
{
    enum { MANY = 10500 /* Xapian writes out by itself every 10,000 documents */ };
    libsearch_index *index = make(path_in(state, "db"));
    libsearch_writer *writer = write_to(index);
    char id[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "d%d", i);
        put_text(index, writer, id, "", "word");
    }
    libsearch_info info = LIBSEARCH_INFO_INIT;
    libsearch_snapshot *snapshot = NULL;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
    assert_int_equal(info.documents, 0);
    libsearch_snapshot_free(snapshot);
    assert_ok(libsearch_writer_rollback(writer, NULL));
    put_text(index, writer, "kept", "", "word");
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_string_equal(ask(index, "word"), "kept");
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void a_prepared_commit_is_taken_back_or_finished_with_its_bytes(void **state)
{
    libsearch_index *index = make(path_in(state, "db"));
    libsearch_writer *writer = write_to(index);
    put_text(index, writer, "a", "", "word");
    assert_ok(libsearch_writer_prepare(writer, LIBSEARCH_DURABLE, bytes("mine"), NULL));
    assert_status(libsearch_writer_delete(writer, bytes("a"), NULL), LIBSEARCH_INVALID);
    assert_ok(libsearch_writer_cancel(writer, NULL));
    assert_string_equal(ask(index, "word"), "");
    assert_ok(libsearch_writer_prepare(writer, LIBSEARCH_DURABLE, bytes("mine"), NULL));
    assert_ok(libsearch_writer_finish(writer, NULL));
    assert_string_equal(ask(index, "word"), "a");
    libsearch_info info = LIBSEARCH_INFO_INIT;
    libsearch_snapshot *snapshot = NULL;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
    assert_int_equal(info.commit_bytes.length, 4);
    assert_memory_equal(info.commit_bytes.data, "mine", 4);
    assert_string_equal(info.engine, "xapian");
    libsearch_snapshot_free(snapshot);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

/* No room: the file system gives none beyond a size. The commit before stands. */
static void a_finish_that_fails_ends_the_writer_and_keeps_the_commit_before(void **state)
{
    const char *path = path_in(state, "db");
    libsearch_index *index = make_reports(path);
    libsearch_writer *writer = write_to(index), *next = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    struct rlimit limit, before;
    char id[16], text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    for (int i = 0; i < 500; i++) {
        snprintf(id, sizeof id, "%d", i);
        put_text(index, writer, id, "", text);
    }
    assert_ok(libsearch_writer_prepare(writer, LIBSEARCH_DURABLE, bytes("mine"), NULL));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 65536;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const libsearch_status status = libsearch_writer_finish(writer, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_status(status, LIBSEARCH_FINISHED);
    assert_contains(error.message, "the one before stands");
    assert_contains(error.message, "DatabaseError");
    assert_status(libsearch_writer_delete(writer, bytes("0"), NULL), LIBSEARCH_FINISHED);
    libsearch_writer_close(writer);
    assert_string_equal(ask(index, "officials"), "health harbour");
    assert_string_equal(ask(index, text), "");
    assert_ok(libsearch_xapian_check(path, NULL, NULL, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &next, NULL));
    put_text(index, next, "later", "", text);
    assert_ok(libsearch_writer_commit(next, NULL));
    assert_string_equal(ask(index, text), "later");
    libsearch_writer_close(next);
    libsearch_close(index);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(stems_carry_the_frequency_and_words_as_written_none),
        TEST(what_is_written_passes_xapians_check),
        TEST(quest_finds_by_stem_phrase_and_title),
        TEST(a_document_comes_back_as_it_was_put),
        TEST(ids_and_keywords_of_any_length_are_told_apart),
        TEST(stored_documents_are_compressed_and_the_first_has_number_1),
        TEST(words_longer_than_a_term_are_found),
        TEST(fields_stand_under_xapians_customary_prefixes_and_numbers_in_slots),
        TEST(reopening_needs_nothing),
        TEST(more_than_a_batch_is_not_seen_before_the_commit_and_can_be_dropped),
        TEST(a_prepared_commit_is_taken_back_or_finished_with_its_bytes),
        TEST(a_finish_that_fails_ends_the_writer_and_keeps_the_commit_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
