/* SPDX-License-Identifier: MIT */
/* What libxapian throws is a status with a message, whatever goes wrong: memory, servers, places. (What each kind of
 * exception becomes is held by exceptions.cc.) */
#include "xapian/xapian_support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/failing_allocator.h"

/* ----- memory ----- */

/* One go through everything; the first status that is not OK. */
static libsearch_status go_through(const char *path, const libsearch_allocator *allocator)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_search_options search = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_facet facet = LIBSEARCH_FACET_INIT;
    const libsearch_sort sort = { "size", 0 };
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_document *document = NULL;
    libsearch_results *results = NULL;
    libsearch_query *query = NULL;
    const libsearch_explanation *lines;
    size_t count;
    options.engine = libsearch_xapian_engine();
    options.allocator = allocator;
    options.analyzer = "english";
    facet.field = "tag";
    search.sort = &sort;
    search.sort_count = 1;
    search.facets = &facet;
    search.facet_count = 1;
    libsearch_status status = libsearch_open(path, LIBSEARCH_CREATE, &options, &index, NULL);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_open(index, NULL, &writer, NULL);
    if (status == LIBSEARCH_OK && (document = libsearch_document_new(index)) == NULL)
        status = LIBSEARCH_NO_MEMORY;
    if (status == LIBSEARCH_OK)
        status = libsearch_document_set_text(document, "text", bytes("boats in the harbour"));
    if (status == LIBSEARCH_OK)
        status = libsearch_document_set_keyword(document, "tag", bytes("travel"));
    if (status == LIBSEARCH_OK)
        status = libsearch_document_set_integer(document, "size", 3);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_put(writer, bytes("a"), document, NULL);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_commit(writer, NULL);
    if (status == LIBSEARCH_OK)
        status = libsearch_query_parse(index, bytes("boat \"the harbour\" har*"), 0, &query, NULL);
    if (status == LIBSEARCH_OK)
        status = libsearch_search_query(index, query, &search, &results, NULL);
    if (status == LIBSEARCH_OK)
        status = libsearch_results_explain(results, 0, &lines, &count, NULL);
    libsearch_results_free(results);
    libsearch_query_free(query);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
    return status;
}

static void after_any_failed_allocation_there_is_a_status_and_nothing_leaks(void **state)
{
    struct failing_allocator failing;
    const char *path = path_in(state, "db");
    failing_allocator_init(&failing, 0);
    assert_ok(go_through(path, &failing.allocator));
    const size_t calls = failing.calls;
    for (size_t at = 1; at <= calls; at += at < 60 ? 1 : 7) {
        failing_allocator_init(&failing, at);
        const libsearch_status status = go_through(path, &failing.allocator);
        if ((status != LIBSEARCH_NO_MEMORY && status != LIBSEARCH_OK) || failing.blocks != 0)
            fail_msg("allocation %zu of %zu: %s, %zu blocks left", at, calls, libsearch_status_text(status),
                     failing.blocks);
    }
    assert_ok(go_through(path, NULL));
}

/* ----- places ----- */

static void what_cannot_be_made_is_said(void **state)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    char deep[300];
    snprintf(deep, sizeof deep, "%s/no/such/folder", (char *)*state);
    const libsearch_status status = open_as(deep, LIBSEARCH_CREATE, "english", &index, &error);
    assert_status(status, LIBSEARCH_IO);
    assert_contains(error.message, "no/such/folder");
    assert_contains(error.message, "DatabaseCreateError");
}

/* ----- servers ----- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct asking {
    libsearch_snapshot *snapshot;
    libsearch_status status;
    libsearch_error error;
    double took;
};

static void *ask_once(void *context)
{
    struct asking *asking = context;
    libsearch_query *query = libsearch_query_text(NULL, bytes("officials"));
    libsearch_results *results = NULL;
    const double from = seconds();
    asking->error = (libsearch_error)LIBSEARCH_ERROR_INIT;
    asking->status = libsearch_snapshot_search(asking->snapshot, query, NULL, &results, &asking->error);
    asking->took = seconds() - from;
    libsearch_results_free(results);
    libsearch_query_free(query);
    return NULL;
}

/* Asks two servers, one of which has been stopped; kills it meanwhile, or lets it be silent. */
static struct asking ask_a_stopped_server(void **state, bool kills, const char *settings)
{
    libsearch_close(make_reports(path_in(state, "db")));
    struct server server = server_start(path_in(state, "db")), other = server_start(path_in(state, "db"));
    struct asking asking = { NULL, LIBSEARCH_OK, LIBSEARCH_ERROR_INIT, 0 };
    char place[128], port[16];
    pthread_t thread;
    snprintf(place, sizeof place, "%stcp:127.0.0.1:%u,tcp:127.0.0.1:%u", settings, other.port, server.port);
    snprintf(port, sizeof port, ":%u", server.port);
    libsearch_index *index = open_or_fail(place, 0);
    assert_ok(libsearch_snapshot_open(index, &asking.snapshot, NULL));
    kill(-server.process, SIGSTOP);
    assert_int_equal(pthread_create(&thread, NULL, ask_once, &asking), 0);
    nanosleep(&(struct timespec){ 0, 200000000 }, NULL); /* it asks, and waits for an answer */
    if (kills)
        server_stop(&server);
    pthread_join(thread, NULL);
    assert_int_equal(asking.status, LIBSEARCH_IO);
    assert_contains(asking.error.message, port);
    libsearch_snapshot_free(asking.snapshot);
    libsearch_close(index);
    server_stop(&server);
    /* The program goes on with what is left. */
    snprintf(place, sizeof place, "tcp:127.0.0.1:%u", other.port);
    index = open_or_fail(place, 0);
    assert_string_equal(ask(index, "cooperating"), "health");
    libsearch_close(index);
    server_stop(&other);
    return asking;
}

static void a_server_killed_while_it_is_asked_is_named_at_once(void **state)
{
    const struct asking asking = ask_a_stopped_server(state, true, "");
    assert_true(asking.took > 0.1 && asking.took < 9);
}

static void a_server_that_stays_silent_is_given_up_in_time(void **state)
{
    const struct asking asking = ask_a_stopped_server(state, false, "timeout=700,");
    assert_contains(asking.error.message, "NetworkTimeoutError");
    assert_true(asking.took > 0.4 && asking.took < 6);
}

static void without_a_timeout_of_ones_own_it_is_ten_seconds(void **state)
{
    if (getenv("LIBSEARCH_LONG") == NULL)
        skip();
    const struct asking asking = ask_a_stopped_server(state, false, "");
    assert_contains(asking.error.message, "NetworkTimeoutError");
    assert_true(asking.took > 5 && asking.took < 25);
}

struct liar {
    int socket;
    const char *says;
    size_t length;
};

static void *lie(void *context)
{
    struct liar *liar = context;
    const int connection = accept(liar->socket, NULL, NULL);
    if (connection >= 0) {
        if (write(connection, liar->says, liar->length) < 0)
            perror("write");
        close(connection);
    }
    return NULL;
}

static void a_server_that_talks_nonsense_is_refused(void **state)
{
    (void)state;
    static char noise[4096];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)(i * 37 % 251);
    const libsearch_bytes lies[] = { bytes(""),
                                     bytes("HTTP/1.1 400 Bad Request\r\n\r\n"),
                                     { noise, sizeof noise },
                                     { "\1\377\377\377\377\377\377\377", 8 } };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct sockaddr_in address = { .sin_family = AF_INET };
        socklen_t size = sizeof address;
        struct liar liar = { socket(AF_INET, SOCK_STREAM, 0), lies[i].data, lies[i].length };
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_index *index = NULL;
        pthread_t thread;
        char place[64];
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        assert_int_equal(bind(liar.socket, (struct sockaddr *)&address, sizeof address), 0);
        assert_int_equal(listen(liar.socket, 4), 0);
        assert_int_equal(getsockname(liar.socket, (struct sockaddr *)&address, &size), 0);
        snprintf(place, sizeof place, "tcp:127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
        assert_int_equal(pthread_create(&thread, NULL, lie, &liar), 0);
        const libsearch_status status = open_as(place, 0, NULL, &index, &error);
        pthread_join(thread, NULL);
        close(liar.socket);
        if (status != LIBSEARCH_IO && status != LIBSEARCH_CORRUPT && status != LIBSEARCH_INVALID)
            fail_msg("lie %zu: %s (%s)", i, libsearch_status_text(status), error.message);
        assert_true(error.message[0] != 0);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(after_any_failed_allocation_there_is_a_status_and_nothing_leaks),
        TEST(what_cannot_be_made_is_said),
        TEST(a_server_killed_while_it_is_asked_is_named_at_once),
        TEST(a_server_that_stays_silent_is_given_up_in_time),
        TEST(without_a_timeout_of_ones_own_it_is_ten_seconds),
        TEST(a_server_that_talks_nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
