/* SPDX-License-Identifier: MIT */
/* A search that is cancelled wherever it takes memory ends before it takes much more: within each loop that can be long
 * it is asked for. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_support.h"

/* How often a question is cancelled, at most. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { TIMES = 10 };
#else
enum { TIMES = 30 };
#endif

enum {
    DOCUMENTS = 3000,
    MOST_AFTER = 1 << 18 /* bytes that it may still take */
};

static struct {
    libsearch_cancel *cancel;
    unsigned taken, raise_at; /* pieces of memory; raise_at 0: never */
    size_t bytes, raised_at;  /* bytes of all, and when the flag was raised */
} counted;

static void count(size_t size)
{
    counted.bytes += size;
    if (++counted.taken != counted.raise_at)
        return;
    libsearch_cancel_raise(counted.cancel);
    counted.raised_at = counted.bytes;
}

static void *counted_allocate(void *context, size_t size)
{
    (void)context;
    count(size);
    return malloc(size);
}

static void *counted_reallocate(void *context, void *memory, size_t size)
{
    (void)context;
    count(size);
    return realloc(memory, size);
}

static void counted_release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

static const libsearch_allocator counting = { NULL, counted_allocate, counted_reallocate, counted_release };

static void write_index(libsearch_index *index)
{
    libsearch_writer *writer = NULL;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        char id[16], text[300];
        int length = snprintf(text, sizeof text, "all");
        for (unsigned w = 0; w < 12; w++)
            length += snprintf(text + length, sizeof text - (size_t)length, " w%u", (i * 12 + w) % 30000);
        libsearch_document_clear(document);
        assert_ok(libsearch_document_set_text(document, "text", text_of(text)));
        snprintf(id, sizeof id, "%u", i);
        assert_ok(libsearch_document_set_keyword(document, "own", text_of(id)));
        assert_ok(libsearch_writer_put(writer, text_of(id), document, NULL));
        if (i == DOCUMENTS / 3)
            assert_ok(libsearch_writer_commit(writer, NULL));
    }
    libsearch_document_free(document);
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
}

/* The question anew, so that what is kept with one is not. after: bytes taken after the flag was raised. */
static libsearch_status ask_once(libsearch_index *index, libsearch_snapshot *snapshot, const char *text,
                                 const libsearch_search_options *options, unsigned raise_at, unsigned *total,
                                 size_t *after)
{
    libsearch_query *query = NULL;
    libsearch_results *results = NULL;
    libsearch_search_options own = *options;
    assert_ok(libsearch_query_parse(index, text_of(text), 0, &query, NULL));
    counted.cancel = own.cancel = libsearch_cancel_new();
    counted.taken = 0;
    counted.bytes = counted.raised_at = 0;
    counted.raise_at = raise_at;
    const libsearch_status status = libsearch_snapshot_search(snapshot, query, &own, &results, NULL);
    *total = counted.taken;
    *after = raise_at == 0 || counted.taken < raise_at ? 0 : counted.bytes - counted.raised_at;
    counted.raise_at = 0;
    libsearch_results_free(results);
    libsearch_query_free(query);
    libsearch_cancel_free(counted.cancel);
    return status;
}

static void ask_everywhere(libsearch_index *index, const char *name, const char *text,
                           const libsearch_search_options *options)
{
    libsearch_snapshot *snapshot = NULL;
    unsigned total, times = 0;
    size_t after, most = 0;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(ask_once(index, snapshot, text, options, 0, &total, &after));
    const unsigned step = total / TIMES + 1;
    for (unsigned at = 1; at <= total; at += step, times++) {
        unsigned taken;
        const libsearch_status status = ask_once(index, snapshot, text, options, at, &taken, &after);
        if (status != LIBSEARCH_CANCELLED && status != LIBSEARCH_OK)
            fail_msg("%s: cancelled at allocation %u of %u: status %d", name, at, total, (int)status);
        most = after > most ? after : most;
    }
    printf("%s: cancelled at %u of %u allocations, at most %zu bytes more\n", name, times, total, most);
    assert_in_range(most, 0, MOST_AFTER);
    libsearch_snapshot_free(snapshot);
}

static char *repeat(const char *begin, const char *piece, unsigned times, const char *end)
{
    const size_t room = strlen(begin) + (strlen(piece) + 8) * times + strlen(end) + 1;
    char *text = malloc(room);
    assert_non_null(text);
    int length = sprintf(text, "%s", begin);
    for (unsigned i = 0; i < times; i++)
        length += sprintf(text + length, piece, i);
    sprintf(text + length, "%s", end);
    return text;
}

static void a_search_ends_wherever_it_is_cancelled(void **state)
{
    static const struct {
        const char *name, *begin, *piece;
        unsigned times;
        const char *end;
    } questions[] = {
        { "many words", "", "w%u ", 20000, "" },
        { "many words, all", "", "+w%u ", 2000, "" },
        { "a phrase of many words", "\"", "w%u ", 20000, "\"" },
        { "many phrases", "", "\"w%u all\" ", 800, "" },
        { "near", "@near(", "w%u ", 3000, " /5)" },
        { "a phrase near many words", "@near(\"all w1\" ", "w%u ", 3000, " /5)" },
        { "many patterns", "", "w%u* ", 40, "" },
        { "a prefix", "w*", "", 0, "" },
        { "a pattern", "w*1", "", 0, "" },
        { "a likeness", "w1234~2", "", 0, "" },
        { "a range of words", "text:[a TO z]", "", 0, "" },
        { "many parts", "", "text:w%u ", 2000, "" },
        { "the best of many", "@max(", "w%u ", 3000, ")" },
        { "many keywords", "", "own:%u ", 3000, "" },
        { "some of many", "@atleast(2 ", "w%u ", 3000, ")" },
        { "all", "*", "", 0, "" },
    };
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_index *index = NULL;
    options.allocator = &counting;
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, &options, &index, NULL));
    write_index(index);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        libsearch_search_options how = LIBSEARCH_SEARCH_OPTIONS_INIT;
        how.memory = (size_t)1 << 30;
        char *text = repeat(questions[i].begin, questions[i].piece, questions[i].times, questions[i].end);
        ask_everywhere(index, questions[i].name, text, &how);
        free(text);
    }
    libsearch_close(index);
}

static void so_do_facets_orders_and_deep_pages(void **state)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_index *index = NULL;
    const libsearch_sort sort = { "own", 0 };
    libsearch_facet facet = LIBSEARCH_FACET_INIT;
    facet.field = "own";
    facet.count = 1000;
    options.allocator = &counting;
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, &options, &index, NULL));
    write_index(index);
    for (unsigned way = 0; way < 5; way++) {
        libsearch_search_options how = LIBSEARCH_SEARCH_OPTIONS_INIT;
        how.facets = &facet;
        how.facet_count = way == 0;
        how.sort = &sort;
        how.sort_count = way == 1;
        how.collapse = way == 2 ? "own" : NULL;
        how.offset = way == 3 ? 2000 : 0;
        how.count = way == 4 ? 2000 : 10;
        ask_everywhere(index,
                       way == 0   ? "a facet"
                       : way == 1 ? "an order"
                       : way == 2 ? "folding"
                                  : "a page",
                       "all", &how);
    }
    libsearch_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_search_ends_wherever_it_is_cancelled, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(so_do_facets_orders_and_deep_pages, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
