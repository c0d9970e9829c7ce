/* SPDX-License-Identifier: MIT */
/* Orders, pages, facets and collapsing, held against a plain look at every document, over several segments with
 * deletions. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api_support.h"
#include "support/random.h"

enum { DOCUMENTS = 400, ONE_OF_ITS_TAG = 100 };

struct known {
    bool there, match;
    int64_t sizes[3];
    int size_count;
    int tag;      /* -1: none */
    int64_t date; /* INT64_MIN: none */
};

struct fixture {
    libsearch_index *index;
    libsearch_snapshot *snapshot;
    struct known known[DOCUMENTS];
    struct test_random random;
};

static void add_field(libsearch_writer *writer, const char *name, libsearch_type type)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = name;
    field.type = type;
    assert_int_equal(libsearch_writer_add_field(writer, &field, NULL), LIBSEARCH_OK);
}

static int64_t random_date(struct test_random *random)
{
    return (int64_t)random_below(random, UINT64_C(100000000000)) * 40 - INT64_C(1500000000000);
}

static void make(struct fixture *fixture, const char *path)
{
    libsearch_writer *writer = NULL;
    fixture->random = (struct test_random){ 77 };
    assert_int_equal(libsearch_open(path, LIBSEARCH_CREATE, NULL, &fixture->index, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_writer_open(fixture->index, NULL, &writer, NULL), LIBSEARCH_OK);
    add_field(writer, "size", LIBSEARCH_INTEGER);
    add_field(writer, "tag", LIBSEARCH_KEYWORD);
    add_field(writer, "date", LIBSEARCH_DATE);
    for (int i = 0; i < DOCUMENTS; i++) {
        struct known *known = &fixture->known[i];
        char text[64], id[16];
        libsearch_document *document = libsearch_document_new(fixture->index);
        known->there = true;
        known->match = random_below(&fixture->random, 4) > 0;
        sprintf(text, "%s %s", known->match ? "word" : "other",
                random_below(&fixture->random, 2) ? "more and more" : "");
        libsearch_document_set_text(document, "text", text_of(text));
        known->size_count = (int)random_below(&fixture->random, 4);
        for (int v = 0; v < known->size_count; v++) {
            known->sizes[v] = (int64_t)random_below(&fixture->random, 20) - 8;
            libsearch_document_set_integer(document, "size", known->sizes[v]);
        }
        known->tag = (int)random_below(&fixture->random, 9) - 1;
        if (known->tag >= 0) {
            sprintf(text, "tag %c", i == ONE_OF_ITS_TAG ? 'z' : "hbdacgfe"[known->tag]);
            libsearch_document_set_keyword(document, "tag", text_of(text));
            known->tag = text[4];
        }
        known->date = random_below(&fixture->random, 5) ? random_date(&fixture->random) : INT64_MIN;
        if (known->date != INT64_MIN)
            libsearch_document_set_date(document, "date", known->date);
        sprintf(id, "%d", i);
        assert_int_equal(libsearch_writer_put(writer, text_of(id), document, NULL), LIBSEARCH_OK);
        libsearch_document_free(document);
        if (i % 130 == 129)
            assert_int_equal(libsearch_writer_commit(writer, NULL), LIBSEARCH_OK);
    }
    for (int i = 0; i < DOCUMENTS; i += 17) {
        char id[16];
        sprintf(id, "%d", i);
        assert_int_equal(libsearch_writer_delete(writer, text_of(id), NULL), LIBSEARCH_OK);
        fixture->known[i].there = false;
    }
    assert_int_equal(libsearch_writer_commit(writer, NULL), LIBSEARCH_OK);
    libsearch_writer_close(writer);
    assert_int_equal(libsearch_snapshot_open(fixture->index, &fixture->snapshot, NULL), LIBSEARCH_OK);
}

static void unmake(struct fixture *fixture)
{
    libsearch_snapshot_free(fixture->snapshot);
    libsearch_close(fixture->index);
}

static libsearch_results *search(struct fixture *fixture, const libsearch_search_options *options)
{
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_query *query = libsearch_query_text(NULL, text_of("word"));
    if (libsearch_snapshot_search(fixture->snapshot, query, options, &results, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    libsearch_query_free(query);
    return results;
}

static int number_of(const libsearch_results *results, size_t i)
{
    const libsearch_bytes id = libsearch_results_id(results, i);
    char text[16] = "";
    memcpy(text, id.data, id.length);
    return atoi(text);
}

static int64_t size_of(const struct known *known, bool greatest)
{
    int64_t size = known->sizes[0];
    for (int v = 1; v < known->size_count; v++)
        size = greatest ? (known->sizes[v] > size ? known->sizes[v] : size)
                        : (known->sizes[v] < size ? known->sizes[v] : size);
    return size;
}

/* Whether a must come before b: by tag one way, then by size the other way, then by number. */
static bool comes_before(const struct fixture *fixture, int a, int b, const libsearch_sort *sort)
{
    const struct known *one = &fixture->known[a], *other = &fixture->known[b];
    for (int step = 0; step < 2; step++) {
        const bool falling = (sort[step].flags & LIBSEARCH_SORT_DESCENDING) != 0;
        const bool first = (sort[step].flags & LIBSEARCH_SORT_MISSING_FIRST) != 0;
        const bool has_one = step == 0 ? one->tag >= 0 : one->size_count > 0;
        const bool has_other = step == 0 ? other->tag >= 0 : other->size_count > 0;
        if (has_one != has_other)
            return has_one != first;
        if (!has_one)
            continue;
        const int64_t x = step == 0 ? one->tag : size_of(one, falling),
                      y = step == 0 ? other->tag : size_of(other, falling);
        if (x != y)
            return falling ? x > y : x < y;
    }
    return a < b;
}

static void results_come_in_the_order_of_columns_missing_values_where_asked_for(void **state)
{
    static struct fixture fixture;
    make(&fixture, *state);
    for (unsigned way = 0; way < 16; way++) {
        const libsearch_sort sort[] = { { "tag", way & 3 }, { "size", way >> 2 } };
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        options.count = 1000;
        options.sort = sort;
        options.sort_count = 2;
        libsearch_results *results = search(&fixture, &options);
        size_t matches = 0;
        for (int i = 0; i < DOCUMENTS; i++)
            matches += fixture.known[i].there && fixture.known[i].match;
        assert_int_equal(libsearch_results_count(results), matches);
        for (size_t i = 1; i < matches; i++)
            assert_true(comes_before(&fixture, number_of(results, i - 1), number_of(results, i), sort));
        libsearch_results_free(results);
    }
    unmake(&fixture);
}

static void assert_facets_equal(const libsearch_facet_counts *one, const libsearch_facet_counts *other)
{
    assert_int_equal(one->documents, other->documents);
    assert_int_equal(one->count, other->count);
    for (size_t i = 0; i < one->count; i++) {
        assert_int_equal(one->list[i].count, other->list[i].count);
        assert_int_equal(one->list[i].integer, other->list[i].integer);
        assert_int_equal(one->list[i].keyword.length, other->list[i].keyword.length);
        assert_memory_equal(one->list[i].keyword.data, other->list[i].keyword.data, one->list[i].keyword.length);
    }
}

/* Pages by cursor and pages by offset are the whole list, each with the facets of all matches. */
static void check_pages(struct fixture *fixture, libsearch_search_options options)
{
    options.count = 1000;
    libsearch_results *whole = search(fixture, &options), *page = NULL;
    size_t at = 0;
    options.count = 23;
    while (at < libsearch_results_count(whole)) {
        libsearch_results *next = search(fixture, &options);
        libsearch_search_options by_offset = options;
        by_offset.after = (libsearch_bytes){ NULL, 0 };
        by_offset.offset = at;
        libsearch_results *other = search(fixture, &by_offset);
        assert_true(libsearch_results_count(next) > 0);
        assert_int_equal(libsearch_results_count(next), libsearch_results_count(other));
        for (size_t f = 0; f < options.facet_count; f++)
            assert_facets_equal(libsearch_results_facet(next, f), libsearch_results_facet(whole, f));
        assert_null(libsearch_results_facet(next, options.facet_count));
        for (size_t i = 0; i < libsearch_results_count(next); i++, at++) {
            assert_int_equal(number_of(next, i), number_of(whole, at));
            assert_int_equal(number_of(other, i), number_of(whole, at));
            assert_int_equal(libsearch_results_folded(other, i), libsearch_results_folded(whole, at));
            assert_true(libsearch_results_score(next, i) == libsearch_results_score(whole, at));
        }
        libsearch_results_free(other);
        libsearch_results_free(page);
        page = next;
        assert_int_equal(libsearch_results_cursor(page, libsearch_results_count(page) - 1, &options.after, NULL),
                         LIBSEARCH_OK);
    }
    libsearch_results *none = search(fixture, &options);
    assert_int_equal(libsearch_results_count(none), 0);
    libsearch_results_free(none);
    libsearch_results_free(page);
    libsearch_results_free(whole);
}

static void pages_by_cursor_and_by_offset_are_the_whole_list(void **state)
{
    static struct fixture fixture;
    make(&fixture, *state);
    const libsearch_sort sort[] = { { "size", LIBSEARCH_SORT_DESCENDING }, { NULL, 0 } };
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_facet facets[] = { LIBSEARCH_FACET_INIT, LIBSEARCH_FACET_INIT };
    facets[0].field = "tag";
    facets[1].field = "size";
    options.facets = facets;
    for (unsigned way = 0; way < 6; way++) {
        options.facet_count = way % 3;
        options.collapse = way < 3 ? NULL : "tag";
        options.sort_count = 0;
        check_pages(&fixture, options);
        options.sort = sort;
        options.sort_count = 1 + way % 2;
        check_pages(&fixture, options);
    }
    unmake(&fixture);
}

static void a_cursor_of_another_order_or_snapshot_is_refused(void **state)
{
    static struct fixture fixture;
    make(&fixture, *state);
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = search(&fixture, &options), *other = NULL;
    libsearch_query *query = libsearch_query_text(NULL, text_of("word"));
    assert_int_equal(libsearch_results_cursor(results, 3, &options.after, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_results_cursor(results, 10, &options.after, NULL), LIBSEARCH_INVALID);
    const libsearch_sort sort = { "size", 0 };
    options.sort = &sort;
    options.sort_count = 1;
    assert_int_equal(libsearch_snapshot_search(fixture.snapshot, query, &options, &other, NULL), LIBSEARCH_INVALID);
    options.sort_count = 0;
    libsearch_writer *writer = NULL;
    assert_int_equal(libsearch_writer_open(fixture.index, NULL, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_writer_delete(writer, text_of("1"), NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_writer_commit(writer, NULL), LIBSEARCH_OK);
    libsearch_writer_close(writer);
    assert_int_equal(libsearch_search_query(fixture.index, query, &options, &other, NULL), LIBSEARCH_STALE);
    libsearch_query_free(query);
    libsearch_results_free(results);
    unmake(&fixture);
}

static void facets_count_values_ranges_and_months_of_all_matches(void **state)
{
    static struct fixture fixture;
    make(&fixture, *state);
    const libsearch_facet_range ranges[] = { { -100, 0, 0, 0 }, { 0, 5, 0, 0 }, { 3, 100, 0, 0 } };
    libsearch_facet facets[4] = { LIBSEARCH_FACET_INIT, LIBSEARCH_FACET_INIT, LIBSEARCH_FACET_INIT,
                                  LIBSEARCH_FACET_INIT };
    facets[0].field = "tag";
    facets[0].count = 5;
    facets[1].field = "size";
    facets[1].count = 100;
    facets[2].field = "size";
    facets[2].ranges = ranges;
    facets[2].range_count = 3;
    facets[3].field = "date";
    facets[3].interval = LIBSEARCH_EACH_MONTH;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.count = 0;
    options.facets = facets;
    options.facet_count = 4;
    libsearch_results *results = search(&fixture, &options);
    uint64_t tags[128] = { 0 }, sizes[40] = { 0 }, within[3] = { 0 }, dated = 0, matches = 0, no_tag = 0;
    double sum = 0;
    for (int i = 0; i < DOCUMENTS; i++) {
        const struct known *known = &fixture.known[i];
        if (!known->there || !known->match)
            continue;
        matches++;
        if (known->tag >= 0)
            tags[known->tag]++;
        no_tag += known->tag < 0;
        dated += known->date != INT64_MIN;
        bool in[3] = { false, false, false }, seen[40] = { false };
        for (int v = 0; v < known->size_count; v++) {
            for (int r = 0; r < 3; r++)
                in[r] = in[r] || (known->sizes[v] >= ranges[r].low && known->sizes[v] < ranges[r].high);
            sum += seen[known->sizes[v] + 20] ? 0 : (double)known->sizes[v];
            seen[known->sizes[v] + 20] = true;
        }
        for (int r = 0; r < 3; r++)
            within[r] += in[r];
        for (int s = 0; s < 40; s++)
            sizes[s] += seen[s];
    }
    const libsearch_facet_counts *tag = libsearch_results_facet(results, 0);
    assert_int_equal(libsearch_results_total(results, NULL), matches);
    assert_int_equal(tag->count, 5);
    assert_int_equal(tags['z'], 1);
    assert_int_equal(tag->distinct, 9);
    assert_int_equal(tag->documents, matches);
    assert_int_equal(tag->missing, no_tag);
    for (size_t i = 0; i < tag->count; i++) {
        assert_int_equal(tag->list[i].count, tags[(int)tag->list[i].keyword.data[4]]);
        assert_true(i == 0 || tag->list[i].count < tag->list[i - 1].count ||
                    (tag->list[i].count == tag->list[i - 1].count &&
                     tag->list[i].keyword.data[4] > tag->list[i - 1].keyword.data[4]));
    }
    const libsearch_facet_counts *size = libsearch_results_facet(results, 1);
    for (size_t i = 0; i < size->count; i++)
        assert_int_equal(size->list[i].count, sizes[size->list[i].integer + 20]);
    assert_int_equal(size->least.integer, -8);
    assert_int_equal(size->greatest.integer, 11);
    assert_true(size->sum == sum);
    for (size_t r = 0; r < 3; r++)
        assert_int_equal(libsearch_results_facet(results, 2)->list[r].count, within[r]);
    const libsearch_facet_counts *months = libsearch_results_facet(results, 3);
    uint64_t counted = 0;
    for (size_t i = 0; i < months->count; i++) {
        const time_t from = (time_t)(months->list[i].integer / 1000);
        struct tm first;
        assert_non_null(gmtime_r(&from, &first));
        assert_int_equal(first.tm_mday, 1);
        assert_int_equal(first.tm_hour + first.tm_min + first.tm_sec, 0);
        uint64_t here = 0;
        for (int d = 0; d < DOCUMENTS; d++) {
            const struct known *known = &fixture.known[d];
            if (!known->there || !known->match || known->date == INT64_MIN)
                continue;
            const time_t at = (time_t)(known->date >= 0 ? known->date / 1000 : -((999 - known->date) / 1000));
            struct tm when;
            gmtime_r(&at, &when);
            here += when.tm_mon == first.tm_mon && when.tm_year == first.tm_year;
        }
        assert_int_equal(months->list[i].count, here);
        counted += here;
    }
    assert_int_equal(counted, dated);
    assert_null(libsearch_results_facet(results, 4));
    libsearch_results_free(results);
    unmake(&fixture);
}

static void collapsing_lists_the_best_of_each_value_and_counts_the_others(void **state)
{
    static struct fixture fixture;
    make(&fixture, *state);
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.count = 1000;
    libsearch_results *all = search(&fixture, &options);
    options.collapse = "tag";
    libsearch_results *folded = search(&fixture, &options);
    uint64_t counts[128] = { 0 };
    size_t at = 0;
    for (size_t i = 0; i < libsearch_results_count(all); i++) {
        const int tag = fixture.known[number_of(all, i)].tag;
        if (tag >= 0)
            counts[tag]++;
    }
    bool seen[128] = { false };
    for (size_t i = 0; i < libsearch_results_count(all); i++) {
        const int number = number_of(all, i), tag = fixture.known[number].tag;
        if (tag >= 0 && seen[tag])
            continue;
        assert_int_equal(number_of(folded, at), number);
        assert_int_equal(libsearch_results_folded(folded, at), tag >= 0 ? counts[tag] - 1 : 0);
        at++;
        if (tag >= 0)
            seen[tag] = true;
    }
    assert_int_equal(libsearch_results_count(folded), at);
    libsearch_results_free(all);
    libsearch_results_free(folded);
    unmake(&fixture);
}

static void fields_that_cannot_be_sorted_or_counted_are_said(void **state)
{
    static struct fixture fixture;
    make(&fixture, *state);
    libsearch_query *query = libsearch_query_match_all();
    libsearch_results *results = NULL;
    static const char *const fields[] = { "text", "none" };
    for (size_t i = 0; i < 2; i++) {
        const libsearch_sort sort = { fields[i], 0 };
        libsearch_facet facet = LIBSEARCH_FACET_INIT;
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        facet.field = fields[i];
        options.sort = &sort;
        options.sort_count = 1;
        assert_int_equal(libsearch_snapshot_search(fixture.snapshot, query, &options, &results, NULL),
                         LIBSEARCH_INVALID);
        options.sort_count = 0;
        options.facets = &facet;
        options.facet_count = 1;
        assert_int_equal(libsearch_snapshot_search(fixture.snapshot, query, &options, &results, NULL),
                         LIBSEARCH_INVALID);
        options.facet_count = 0;
        options.collapse = i == 0 ? "size" : "none";
        assert_int_equal(libsearch_snapshot_search(fixture.snapshot, query, &options, &results, NULL),
                         LIBSEARCH_INVALID);
    }
    libsearch_query_free(query);
    unmake(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(results_come_in_the_order_of_columns_missing_values_where_asked_for,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(pages_by_cursor_and_by_offset_are_the_whole_list, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_cursor_of_another_order_or_snapshot_is_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(facets_count_values_ranges_and_months_of_all_matches, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(collapsing_lists_the_best_of_each_value_and_counts_the_others, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(fields_that_cannot_be_sorted_or_counted_are_said, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
