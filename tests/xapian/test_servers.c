/* SPDX-License-Identifier: MIT */
/* Several databases at once, and servers: the same answers as from one database with all documents. */
#include "xapian/xapian_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/random.h"

enum { DOCUMENTS = 200 };

static void write_text(struct test_random *random, char *text)
{
    text[0] = 0;
    const uint64_t count = 5 + random_below(random, 40);
    for (uint64_t i = 0; i < count; i++) {
        char word[16];
        snprintf(word, sizeof word, "word%cx ", (char)('a' + random_below(random, random_below(random, 26) + 1)));
        strcat(text, word);
    }
}

/* One database with all documents, and two that share them: Xapian numbers the documents of two in turn, so that they
 * are dealt out in turn. */
static void make_three(void **state, const char *name)
{
    struct test_random random = random_start(name);
    libsearch_index *all = make(path_in(state, "all"));
    libsearch_index *halves[2] = { make(path_in(state, "even")), make(path_in(state, "odd")) };
    libsearch_writer *to_all = write_to(all), *to_half[2] = { write_to(halves[0]), write_to(halves[1]) };
    for (int i = 0; i < DOCUMENTS; i++) {
        char id[16], text[1024];
        snprintf(id, sizeof id, "d%d", i);
        write_text(&random, text);
        put_text(all, to_all, id, "made text", text);
        put_text(halves[i % 2], to_half[i % 2], id, "made text", text);
    }
    assert_ok(libsearch_writer_commit(to_all, NULL));
    libsearch_writer_close(to_all);
    libsearch_close(all);
    for (int h = 0; h < 2; h++) {
        assert_ok(libsearch_writer_commit(to_half[h], NULL));
        libsearch_writer_close(to_half[h]);
        libsearch_close(halves[h]);
    }
}

static void assert_same_answers(libsearch_index *one, libsearch_index *other)
{
    static const char *const questions[] = { "wordax",
                                             "wordbx wordzx",
                                             "+wordcx -wordax",
                                             "\"wordax wordbx\"",
                                             "title:made wordmx",
                                             "wordk*",
                                             "(wordax OR wordbx) AND wordcx" };
    for (size_t q = 0; q < sizeof questions / sizeof questions[0]; q++) {
        libsearch_results *a = NULL, *b = NULL;
        assert_ok(libsearch_search(one, bytes(questions[q]), 50, &a, NULL));
        assert_ok(libsearch_search(other, bytes(questions[q]), 50, &b, NULL));
        assert_int_equal(libsearch_results_count(a), libsearch_results_count(b));
        for (size_t i = 0; i < libsearch_results_count(a); i++) {
            const libsearch_bytes x = libsearch_results_id(a, i), y = libsearch_results_id(b, i);
            assert_int_equal(x.length, y.length);
            assert_memory_equal(x.data, y.data, x.length);
            assert_true(libsearch_results_score(a, i) == libsearch_results_score(b, i));
        }
        libsearch_results_free(a);
        libsearch_results_free(b);
    }
}

static void two_databases_answer_as_one(void **state)
{
    make_three(state, __func__);
    char both[600];
    snprintf(both, sizeof both, "%s,%s", path_in(state, "even"), path_in(state, "odd"));
    libsearch_index *one = open_or_fail(path_in(state, "all"), 0), *two = open_or_fail(both, 0);
    assert_same_answers(one, two);
    libsearch_writer *writer = NULL;
    assert_status(libsearch_writer_open(two, NULL, &writer, NULL), LIBSEARCH_PERMISSION);
    libsearch_close(one);
    libsearch_close(two);
}

static void a_stub_file_answers_as_what_it_lists(void **state)
{
    make_three(state, __func__);
    FILE *stub = fopen(path_in(state, "stub"), "w");
    fprintf(stub, "auto even\nauto odd\n");
    fclose(stub);
    libsearch_index *one = open_or_fail(path_in(state, "all"), 0), *two = open_or_fail(path_in(state, "stub"), 0);
    assert_same_answers(one, two);
    libsearch_close(one);
    libsearch_close(two);
}

static void two_servers_answer_as_one_database(void **state)
{
    make_three(state, __func__);
    struct server servers[2] = { server_start(path_in(state, "even")), server_start(path_in(state, "odd")) };
    char both[128];
    snprintf(both, sizeof both, "tcp:127.0.0.1:%u,tcp:127.0.0.1:%u", servers[0].port, servers[1].port);
    libsearch_index *one = open_or_fail(path_in(state, "all"), 0), *two = open_or_fail(both, 0);
    assert_same_answers(one, two);
    libsearch_document *document = NULL;
    assert_ok(libsearch_get(two, bytes("d7"), &document, NULL));
    assert_int_equal(libsearch_document_bytes(document, "title").length, 9);
    libsearch_document_free(document);
    assert_status(libsearch_get(two, bytes("nobody"), &document, NULL), LIBSEARCH_NOT_FOUND);
    libsearch_close(one);
    libsearch_close(two);
    server_stop(&servers[0]);
    server_stop(&servers[1]);
}

/* A path and a server in one list, and in a stub file; sort and facets of a stub file are asked of its server. */
static void paths_and_servers_mix_in_lists_and_in_stub_files(void **state)
{
    make_three(state, __func__);
    struct server server = server_start(path_in(state, "odd"));
    char both[600];
    snprintf(both, sizeof both, "%s,tcp:127.0.0.1:%u", path_in(state, "even"), server.port);
    FILE *stub = fopen(path_in(state, "stub"), "w");
    fprintf(stub, "# two halves\nauto even\nremote 127.0.0.1:%u\n", server.port);
    fclose(stub);
    libsearch_index *one = open_or_fail(path_in(state, "all"), 0);
    libsearch_index *mixed[2] = { open_or_fail(both, 0), open_or_fail(path_in(state, "stub"), 0) };
    for (int i = 0; i < 2; i++) {
        assert_same_answers(one, mixed[i]);
        assert_int_equal(libsearch_abilities(mixed[i]) & (LIBSEARCH_CAN_SORT_BY_SEVERAL | LIBSEARCH_CAN_WRITE), 0);
        libsearch_close(mixed[i]);
    }
    libsearch_close(one);
    server_stop(&server);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void a_killed_server_is_named_in_time_and_the_program_goes_on(void **state)
{
    make_three(state, __func__);
    struct server servers[2] = { server_start(path_in(state, "even")), server_start(path_in(state, "odd")) };
    char both[128], port[32];
    snprintf(both, sizeof both, "tcp:127.0.0.1:%u,tcp:127.0.0.1:%u", servers[0].port, servers[1].port);
    snprintf(port, sizeof port, ":%u", servers[1].port);
    libsearch_index *two = open_or_fail(both, 0), *again = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_query *query = libsearch_query_text(NULL, bytes("wordax"));
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_ok(libsearch_snapshot_open(two, &snapshot, NULL));
    assert_ok(libsearch_snapshot_search(snapshot, query, NULL, &results, NULL));
    libsearch_results_free(results);
    server_stop(&servers[1]);
    const double from = seconds();
    assert_status(libsearch_snapshot_search(snapshot, query, NULL, &results, &error), LIBSEARCH_IO);
    assert_contains(error.message, "Network");
    assert_contains(error.message, port);
    assert_status(libsearch_search_query(two, query, NULL, &results, &error), LIBSEARCH_IO);
    assert_contains(error.message, port);
    assert_status(open_as(both, 0, NULL, &again, &error), LIBSEARCH_IO);
    assert_true(seconds() - from < 20);
    libsearch_snapshot_free(snapshot);
    libsearch_close(two);
    /* What is left is still there. */
    snprintf(both, sizeof both, "tcp:127.0.0.1:%u", servers[0].port);
    again = open_or_fail(both, 0);
    assert_ok(libsearch_search_query(again, query, NULL, &results, NULL));
    libsearch_results_free(results);
    libsearch_close(again);
    libsearch_query_free(query);
    server_stop(&servers[0]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(two_databases_answer_as_one),
        TEST(a_stub_file_answers_as_what_it_lists),
        TEST(two_servers_answer_as_one_database),
        TEST(paths_and_servers_mix_in_lists_and_in_stub_files),
        TEST(a_killed_server_is_named_in_time_and_the_program_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
