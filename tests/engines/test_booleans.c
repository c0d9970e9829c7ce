/* SPDX-License-Identifier: MIT */
/* Fields that are true or false, in both engines. */
#include "engines/engine_support.h"

#include <stdlib.h>
#include <string.h>

static libsearch_index *open_shops(enum engine engine, const char *folder)
{
    libsearch_index *index = index_make(engine, folder, "english");
    libsearch_writer *writer = NULL;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = "open";
    field.type = LIBSEARCH_BOOLEAN;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    assert_ok(libsearch_writer_add_field(writer, &field, NULL));
    static const struct {
        const char *id;
        int open; /* -1: not known */
    } shops[] = { { "a", 1 }, { "b", 0 }, { "c", -1 }, { "d", 7 } };
    for (size_t i = 0; i < 4; i++) {
        libsearch_document *document = libsearch_document_new(index);
        assert_ok(libsearch_document_set_text(document, "text", bytes("a shop")));
        if (shops[i].open >= 0)
            assert_ok(libsearch_document_set_boolean(document, "open", shops[i].open));
        assert_ok(libsearch_writer_put(writer, bytes(shops[i].id), document, NULL));
        libsearch_document_free(document);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return index;
}

static void finds(libsearch_index *index, libsearch_query *query, const char *wanted)
{
    char *found = ids_set(index, query);
    assert_string_equal(found, wanted);
    free(found);
}

static void each_engine(void (*test)(libsearch_index *index))
{
    for (int e = 0; e < 2; e++) {
        if (!engine_is_here((enum engine)e))
            continue;
        char *folder = folder_make();
        libsearch_index *index = open_shops((enum engine)e, folder);
        test(index);
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void find_them(libsearch_index *index)
{
    finds(index, parsed(index, "open:true"), "a d");
    finds(index, parsed(index, "open:No"), "b");
    finds(index, parsed(index, "open:*"), "a b d");
    finds(index, parsed(index, "shop -open:1"), "b c");
    finds(index, parsed(index, "open:(true false)"), "a b d");
    finds(index, parsed(index, "open:[false TO true]"), "a b d");
    finds(index, libsearch_query_truth("open", 3), "a d");
    finds(index, libsearch_query_truth("open", 0), "b");
    finds(index, libsearch_query_integer_range("open", 1, 9), "a d");
}

static void true_and_false_are_found(void **state)
{
    (void)state;
    each_engine(find_them);
}

static void give_them_back(libsearch_index *index)
{
    libsearch_document *document = NULL;
    assert_ok(libsearch_get(index, bytes("d"), &document, NULL));
    assert_int_equal(libsearch_document_count(document), 2);
    const libsearch_value value = libsearch_document_value(document, 1);
    assert_string_equal(value.field, "open");
    assert_int_equal(value.type, LIBSEARCH_BOOLEAN);
    assert_int_equal(value.integer, 1);
    libsearch_document_free(document);
}

static void what_was_set_comes_back_as_true_or_false(void **state)
{
    (void)state;
    each_engine(give_them_back);
}

static void order_and_count_them(libsearch_index *index)
{
    const libsearch_sort sort = { "open", LIBSEARCH_SORT_DESCENDING };
    libsearch_facet facet = LIBSEARCH_FACET_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_query *all = libsearch_query_match_all();
    facet.field = "open";
    options.sort = &sort;
    options.sort_count = 1;
    options.facets = &facet;
    options.facet_count = 1;
    assert_ok(libsearch_search_query(index, all, &options, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(libsearch_results_id(results, i).data[0], "adbc"[i]);
    const libsearch_facet_counts *counts = libsearch_results_facet(results, 0);
    assert_int_equal(counts->type, LIBSEARCH_BOOLEAN);
    assert_int_equal(counts->count, 2);
    assert_int_equal(counts->list[0].integer, 1);
    assert_int_equal(counts->list[0].count, 2);
    assert_int_equal(counts->list[1].integer, 0);
    assert_int_equal(counts->list[1].count, 1);
    assert_int_equal(counts->missing, 1);
    assert_true(counts->sum == 2);
    libsearch_results_free(results);
    libsearch_query_free(all);
}

static void they_are_sorted_and_counted(void **state)
{
    (void)state;
    each_engine(order_and_count_them);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(true_and_false_are_found),
        cmocka_unit_test(what_was_set_comes_back_as_true_or_false),
        cmocka_unit_test(they_are_sorted_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
