/* SPDX-License-Identifier: MIT */
/* Every allocation fails once: the call says NO_MEMORY, nothing is lost or leaked, and the index goes on. And what a search
 * of long documents takes. */
#include "api/api_support.h"
#include "support/failing_allocator.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

static libsearch_status open_with(struct failing_allocator *failing, const char *path, libsearch_index **index)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.allocator = &failing->allocator;
    options.analyzer = "english";
    return libsearch_open(path, LIBSEARCH_CREATE, &options, index, NULL);
}

static void opening_an_index_survives_every_failed_allocation(void **state)
{
    libsearch_close(open_reports(*state));
    size_t fail_at = 0;
    for (libsearch_status status = LIBSEARCH_NO_MEMORY; status != LIBSEARCH_OK;) {
        struct failing_allocator failing;
        libsearch_index *index = NULL;
        failing_allocator_init(&failing, ++fail_at);
        status = open_with(&failing, *state, &index);
        assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
        assert_true((index != NULL) == (status == LIBSEARCH_OK));
        libsearch_close(index);
        assert_int_equal(failing.blocks, 0);
    }
    assert_true(fail_at > 10);
}

/* Search, document, snippet, each as far as memory lasts; true when all of it was done. */
static bool search_whole(libsearch_index *index)
{
    libsearch_results *results = NULL;
    const libsearch_document *document = NULL;
    libsearch_bytes snippet;
    libsearch_status status =
        libsearch_search(index, text_of("officials \"medical teams\" harb* title:bread -x"), 10, &results, NULL);
    assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
    assert_true((results != NULL) == (status == LIBSEARCH_OK));
    if (status == LIBSEARCH_OK) {
        assert_int_equal(libsearch_results_count(results), 4);
        status = libsearch_results_document(results, 0, &document, NULL);
        assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
    }
    if (status == LIBSEARCH_OK)
        status = libsearch_results_snippet(results, 0, NULL, 100, LIBSEARCH_HTML, &snippet, NULL);
    assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
    libsearch_results_free(results);
    return status == LIBSEARCH_OK;
}

static void searching_survives_every_failed_allocation(void **state)
{
    struct failing_allocator failing;
    libsearch_index *index = NULL;
    libsearch_close(open_reports(*state));
    failing_allocator_init(&failing, 0);
    assert_ok(open_with(&failing, *state, &index));
    assert_true(search_whole(index)); /* what is cached is cached */
    const size_t blocks = failing.blocks;
    size_t failed = 0;
    for (bool done = false; !done; failed++) {
        failing.calls = 0;
        failing.fail_at = failed + 1;
        done = search_whole(index);
        assert_int_equal(failing.blocks, blocks);
    }
    assert_true(failed > 20);
    failing.fail_at = 0;
    libsearch_close(index);
    assert_int_equal(failing.blocks, 0);
}

/* Puts one document and commits; true when it was done. */
static bool write_whole(libsearch_index *index, libsearch_document *document, char id)
{
    libsearch_writer *writer = NULL;
    libsearch_status status = libsearch_writer_open(index, NULL, &writer, NULL);
    assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_put(writer, (libsearch_bytes){ &id, 1 }, document, NULL);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_delete(writer, text_of("bread"), NULL);
    if (status == LIBSEARCH_NOT_FOUND)
        status = LIBSEARCH_OK;
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_commit(writer, NULL);
    assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
    libsearch_writer_close(writer);
    return status == LIBSEARCH_OK;
}

static void writing_survives_every_failed_allocation(void **state)
{
    struct failing_allocator failing;
    libsearch_index *index = NULL;
    char ids[1000];
    libsearch_close(open_reports(*state));
    failing_allocator_init(&failing, 0);
    assert_ok(open_with(&failing, *state, &index));
    libsearch_document *document = libsearch_document_new(index);
    assert_ok(libsearch_document_set_text(document, "title", text_of("Zebras")));
    assert_ok(libsearch_document_set_keyword(document, "tag", text_of("new")));
    size_t failed = 0;
    for (bool done = false; !done; failed++) {
        failing.calls = 0;
        failing.fail_at = failed + 1;
        done = write_whole(index, document, 'z');
        failing.fail_at = 0;
        /* All of the commit, or nothing. */
        ask(index, "zebras", ids);
        assert_string_equal(ids, done || ids[0] == 'z' ? "z" : "");
        ask(index, "flour OR zebras", ids);
        assert_true(strcmp(ids, "bread") == 0 || strcmp(ids, "z") == 0);
    }
    assert_true(failed > 50);
    libsearch_document_free(document);
    libsearch_close(index);
    assert_int_equal(failing.blocks, 0);
}

/* Each next document has the words more often: room for their places grows so that all of it is little. */
static void places_of_ever_longer_documents_take_little_memory(void **state)
{
    enum { DOCUMENTS = 1500, ROOM = 1 << 20 };
    static char text[DOCUMENTS * 4 + 1];
    static const char *const asked[] = { "@near(3 a b)", "\"a b\"~2", "\"a b\"", "\"a b*\"" };
    libsearch_writer *writer = NULL;
    libsearch_index *index = NULL;
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, NULL, &index, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (size_t i = 0; i < DOCUMENTS; i++) {
        char id[16];
        memcpy(text + 4 * i, i % 2 == 0 ? "a b " : "b a ", 4);
        snprintf(id, sizeof id, "%zu", i);
        put(index, writer, id, "", text);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        libsearch_results *results = NULL;
        libsearch_query *query = NULL;
        assert_ok(libsearch_query_parse(index, text_of(asked[i]), 0, &query, NULL));
        options.memory = ROOM;
        assert_ok(libsearch_search_query(index, query, &options, &results, NULL));
        assert_int_equal(libsearch_results_count(results), 10);
        libsearch_results_free(results);
        libsearch_query_free(query);
    }
    libsearch_close(index);
}

#define with_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_folder(opening_an_index_survives_every_failed_allocation),
        with_folder(searching_survives_every_failed_allocation),
        with_folder(writing_survives_every_failed_allocation),
        with_folder(places_of_ever_longer_documents_take_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
