/* SPDX-License-Identifier: MIT */
/* What a saved query may ask of fields: what it refuses is told by what it needs; text that people wrote is taken with a
 * warning instead; and whatever is taken matches a document just where a search would find it. */
#include "api/api_support.h"
#include "support/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Fields of every kind, for a set and for an index. */
static const libsearch_field FIELDS[] = {
    { .size = sizeof(libsearch_field), .name = "title", .type = LIBSEARCH_TEXT },
    { .size = sizeof(libsearch_field), .name = "body", .type = LIBSEARCH_TEXT },
    { .size = sizeof(libsearch_field), .name = "bag", .type = LIBSEARCH_TEXT, .flags = LIBSEARCH_FIELD_NO_POSITIONS },
    { .size = sizeof(libsearch_field), .name = "tag", .type = LIBSEARCH_KEYWORD },
    { .size = sizeof(libsearch_field), .name = "year", .type = LIBSEARCH_INTEGER },
    { .size = sizeof(libsearch_field), .name = "price", .type = LIBSEARCH_FLOAT },
    { .size = sizeof(libsearch_field), .name = "shelf", .type = LIBSEARCH_INTEGER, .flags = LIBSEARCH_FIELD_NO_COLUMN },
    { .size = sizeof(libsearch_field), .name = "blob", .type = LIBSEARCH_STORED },
};
enum { FIELD_COUNT = sizeof FIELDS / sizeof *FIELDS };

static libsearch_index *index_;
static libsearch_watch *watch;
static libsearch_watcher *watcher;
static libsearch_document *document;

static int open_all(void **state)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_watch_options watching = LIBSEARCH_WATCH_OPTIONS_INIT;
    libsearch_writer *writer;
    assert_int_equal(make_folder(state), 0);
    options.fields = watching.fields = FIELDS;
    options.field_count = watching.field_count = FIELD_COUNT;
    options.analyzer = watching.analyzer = "english";
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, &options, &index_, NULL));
    assert_ok(libsearch_watch_new(&watching, &watch, NULL));
    assert_ok(libsearch_watcher_open(watch, NULL, &watcher, NULL));
    document = libsearch_document_new(index_);
    assert_ok(libsearch_document_set_text(document, "title", text_of("Winter in the harbour")));
    assert_ok(
        libsearch_document_set_text(document, "body", text_of("Officials agree on health. The harbour is open.")));
    assert_ok(libsearch_document_set_text(document, "bag", text_of("salt and water")));
    assert_ok(libsearch_document_set_keyword(document, "tag", text_of("news")));
    assert_ok(libsearch_document_set_integer(document, "year", 2020));
    assert_ok(libsearch_document_set_integer(document, "year", -3));
    assert_ok(libsearch_document_set_float(document, "price", 2.5));
    assert_ok(libsearch_document_set_integer(document, "shelf", 4));
    assert_ok(libsearch_document_set_stored(document, "blob", text_of("bytes")));
    assert_ok(libsearch_writer_open(index_, NULL, &writer, NULL));
    assert_ok(libsearch_writer_put(writer, text_of("one"), document, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return 0;
}

static int close_all(void **state)
{
    libsearch_document_free(document);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
    libsearch_close(index_);
    return remove_folder(state);
}

static bool is_matched(void)
{
    size_t count;
    assert_ok(libsearch_watcher_match(watcher, document, &count, NULL));
    return count == 1;
}

static bool is_found(const libsearch_query *query)
{
    libsearch_results *results;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (libsearch_search_query(index_, query, NULL, &results, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    const bool found = libsearch_results_count(results) == 1;
    libsearch_results_free(results);
    return found;
}

static libsearch_error said;

static libsearch_status save(const libsearch_query *query)
{
    assert_non_null(query);
    said = (libsearch_error)LIBSEARCH_ERROR_INIT;
    return libsearch_watch_add(watch, text_of("q"), query, &said);
}

/* A tree that is refused, and freed. */
static void refused(libsearch_query *query, libsearch_status status, const char *words)
{
    const libsearch_status got = save(query);
    if (got != status || strstr(said.message, words) == NULL)
        fail_msg("status %d, '%s'; expected %d, '%s'", (int)got, said.message, (int)status, words);
    assert_int_equal(libsearch_watch_count(watch), 0);
    libsearch_query_free(query);
}

static void trees_that_cannot_be_held_against_one_document_are_refused(void **state)
{
    libsearch_query *filtered;
    libsearch_filter *filter;
    libsearch_snapshot *snapshot;
    (void)state;
    refused(libsearch_query_text("year", text_of("winter")), LIBSEARCH_INVALID, "'year' has no words");
    refused(libsearch_query_phrase("tag", text_of("winter harbour"), 0), LIBSEARCH_INVALID, "'tag' has no words");
    refused(libsearch_query_phrase("bag", text_of("salt water"), 0), LIBSEARCH_UNSUPPORTED, "phrases");
    refused(libsearch_query_text_as("bag", text_of("salts"), LIBSEARCH_WORDS_EXACT), LIBSEARCH_UNSUPPORTED,
            "exact forms");
    refused(libsearch_query_prefix("year", text_of("win")), LIBSEARCH_INVALID, "'year' has no words");
    refused(libsearch_query_wildcard("price", text_of("w*r")), LIBSEARCH_INVALID, "'price' has no words");
    refused(libsearch_query_keyword("title", text_of("winter")), LIBSEARCH_INVALID, "'title' has no keywords");
    refused(libsearch_query_keyword("nowhere", text_of("winter")), LIBSEARCH_INVALID, "no field 'nowhere'");
    refused(libsearch_query_integer_range("title", 1, 2), LIBSEARCH_INVALID, "'title' has no values");
    refused(libsearch_query_integer_range("nowhere", 1, 2), LIBSEARCH_INVALID, "no field 'nowhere'");
    refused(libsearch_query_integer_range("shelf", 1, 9), LIBSEARCH_UNSUPPORTED, "'shelf' has no column");
    refused(libsearch_query_exists("shelf"), LIBSEARCH_UNSUPPORTED, "'shelf'");
    refused(libsearch_query_exists("blob"), LIBSEARCH_UNSUPPORTED, "'blob'");
    refused(libsearch_query_exists("nowhere"), LIBSEARCH_INVALID, "no field 'nowhere'");
    libsearch_query *all = libsearch_query_match_all();
    assert_ok(libsearch_snapshot_open(index_, &snapshot, NULL));
    assert_ok(libsearch_filter_new(snapshot, all, NULL, &filter, NULL));
    filtered = libsearch_query_filter(filter);
    refused(filtered, LIBSEARCH_UNSUPPORTED, "filter");
    libsearch_filter_free(filter);
    libsearch_snapshot_free(snapshot);
    libsearch_query_free(all);
    libsearch_query *const near[] = { libsearch_query_text("title", text_of("winter")),
                                      libsearch_query_text("bag", text_of("salt")) };
    refused(libsearch_query_near((const libsearch_query *const *)near, 2, 5, 0), LIBSEARCH_UNSUPPORTED, "near");
    libsearch_query_free(near[0]);
    libsearch_query_free(near[1]);
}

/* As a tree, matched where it is found; freed. */
static void alike(libsearch_query *query, const char *what)
{
    if (save(query) != LIBSEARCH_OK)
        fail_msg("%s: %s", what, said.message);
    const bool matched = is_matched(), found = is_found(query);
    if (matched != found)
        fail_msg("%s: %smatched and %sfound", what, matched ? "" : "not ", found ? "" : "not ");
    libsearch_query_free(query);
}

static void ranges_match_where_a_search_finds(void **state)
{
    static const double ends[] = { -INFINITY,
                                   -1e300,
                                   -9223372036854775809.0,
                                   -9223372036854775808.0,
                                   -3.5,
                                   -3,
                                   -2.5,
                                   0,
                                   2.25,
                                   2.5,
                                   2.75,
                                   2019.5,
                                   2020,
                                   2020.5,
                                   9223372036854775807.0,
                                   1e300,
                                   INFINITY };
    static const int64_t wholes[] = { INT64_MIN, -4, -3, -2, 0, 2, 3, 2019, 2020, 2021, INT64_MAX };
    char what[100];
    size_t cases = 0;
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        const char *field = f == 0 ? "year" : "price";
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
            for (size_t j = i; j < sizeof ends / sizeof *ends; j++, cases++) {
                snprintf(what, sizeof what, "%s:%g..%g", field, ends[i], ends[j]);
                alike(libsearch_query_float_range(field, ends[i], ends[j]), what);
            }
        for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
            for (size_t j = i; j < sizeof wholes / sizeof *wholes; j++, cases++) {
                snprintf(what, sizeof what, "%s:%lld..%lld", field, (long long)wholes[i], (long long)wholes[j]);
                alike(libsearch_query_integer_range(field, wholes[i], wholes[j]), what);
            }
    }
    printf("%zu ranges\n", cases);
    for (size_t f = 0; f < FIELD_COUNT; f++)
        if ((FIELDS[f].flags & LIBSEARCH_FIELD_NO_COLUMN) == 0 && FIELDS[f].type != LIBSEARCH_STORED)
            alike(libsearch_query_exists(FIELDS[f].name), FIELDS[f].name);
}

static void words_match_where_a_search_finds(void **state)
{
    static const char *const expressions[] = { "w.*r", "w.*x", "(sum|win)ter", "[a-h]arbour", "" };
    static const char *const ends[] = { "a", "harbour", "harbours", "news", "winter", "zebra" };
    const char *const fields[] = { "title", "body" };
    (void)state;
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
        libsearch_query *query = libsearch_query_regular_expression("title", text_of(expressions[i]));
        if (query != NULL)
            alike(query, expressions[i]);
    }
    for (unsigned prefix = 0; prefix < 6; prefix++) {
        alike(libsearch_query_fuzzy_as("title", text_of("wintre"), 1, prefix), "wintre");
        alike(libsearch_query_fuzzy_as("title", text_of("eintre"), 2, prefix), "eintre");
    }
    for (size_t i = 0; i < 6; i++)
        for (size_t j = i; j < 6; j++)
            for (unsigned without = 0; without < 4; without++) {
                const libsearch_bytes low = text_of(ends[i]), high = text_of(ends[j]);
                const unsigned flags = (without & 1 ? (unsigned)LIBSEARCH_RANGE_WITHOUT_LOW : 0) |
                                       (without & 2 ? (unsigned)LIBSEARCH_RANGE_WITHOUT_HIGH : 0);
                alike(libsearch_query_word_range("title", &low, &high, flags), ends[i]);
                alike(libsearch_query_word_range("tag", &low, &high, flags), ends[i]);
                alike(libsearch_query_word_range("tag", &low, NULL, flags & LIBSEARCH_RANGE_WITHOUT_LOW), ends[i]);
                alike(libsearch_query_word_range("tag", NULL, &high, flags & LIBSEARCH_RANGE_WITHOUT_HIGH), ends[j]);
            }
    alike(libsearch_query_fields(fields, NULL, 2, text_of("winter health"), LIBSEARCH_FIELDS_BEST, 0), "two fields");
    alike(libsearch_query_fields(fields, NULL, 2, text_of("summer malaria"), LIBSEARCH_FIELDS_BM25F, 0), "two fields");
}

static void places_match_where_a_search_finds(void **state)
{
    libsearch_query *const words[] = {
        libsearch_query_text("body", text_of("officials")),     libsearch_query_text("body", text_of("health")),
        libsearch_query_prefix("body", text_of("harb")),        libsearch_query_wildcard("body", text_of("o?en")),
        libsearch_query_phrase("body", text_of("agree on"), 0), libsearch_query_fuzzy("body", text_of("helth"), 1),
        libsearch_query_text("body", text_of("nothing"))
    };
    enum { WORDS = sizeof words / sizeof *words };
    size_t cases = 0;
    (void)state;
    for (size_t i = 0; i < WORDS; i++)
        for (size_t j = 0; j < WORDS; j++)
            for (unsigned distance = 0; distance < 6; distance++)
                for (int ordered = 0; ordered < 2; ordered++, cases++) {
                    char what[100];
                    libsearch_query *boosted = libsearch_query_boost(words[i], 2);
                    const libsearch_query *const parts[] = { distance % 2 == 0 ? words[i] : boosted, words[j] };
                    libsearch_query *near = libsearch_query_near(parts, 2, distance, ordered);
                    snprintf(what, sizeof what, "%zu near/%u %zu%s", i, distance, j, ordered ? ", in order" : "");
                    if (near != NULL)
                        alike(near, what);
                    libsearch_query_free(boosted);
                }
    for (size_t i = 0; i < WORDS; i++)
        libsearch_query_free(words[i]);
    printf("%zu pairs\n", cases);
    alike(libsearch_query_phrase_as("title", text_of("in the har"), 0, LIBSEARCH_WORDS_LAST_PREFIX), "a phrase begun");
    alike(libsearch_query_phrase_as("title", text_of("in the nar"), 0, LIBSEARCH_WORDS_LAST_PREFIX), "another one");
}

static size_t lines;

static void count_lines(void *context, const char *line)
{
    (void)context;
    (void)line;
    lines++;
}

/* What a person wrote is taken as far as it goes. */
static void text_is_taken_with_a_warning_where_a_tree_is_refused(void **state)
{
    static const struct {
        const char *text;
        bool warns, matches;
    } rows[] = {
        { "title:winter", false, true },
        { "bag:\"salt water\"", true, true },
        { "bag:\"salt sugar\"", true, false },
        { "@near(5 title:winter bag:salt)", true, true },
        { "@near(5 title:winter bag:sugar)", true, false },
        { "year:2020", false, true },
        { "year:>2020", false, false },
        { "tag:news -title:summer", false, true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        lines = 0;
        if (libsearch_watch_add_text(watch, text_of("q"), text_of(rows[i].text), 0, count_lines, NULL, &error) !=
            LIBSEARCH_OK)
            fail_msg("%s: %s", rows[i].text, error.message);
        if ((lines > 0) != rows[i].warns || is_matched() != rows[i].matches)
            fail_msg("%s: %zu warnings, %smatched", rows[i].text, lines, is_matched() ? "" : "not ");
    }
}

static char *words_of(size_t count, char *room)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += (size_t)sprintf(room + length, "w%zu ", i);
    return room;
}

static void a_query_has_words_up_to_a_limit(void **state)
{
    static char room[8 * (LIBSEARCH_MAX_CLAUSES + 100)];
    (void)state;
    libsearch_query *query = libsearch_query_text(NULL, text_of(words_of(LIBSEARCH_MAX_CLAUSES + 10, room)));
    assert_status(save(query), LIBSEARCH_LIMIT);
    libsearch_query_free(query);
    lines = 0;
    assert_ok(
        libsearch_watch_add_text(watch, text_of("q"), text_of(room), LIBSEARCH_PARSE_WORDS, count_lines, NULL, NULL));
    assert_true(lines > 0);
    query = libsearch_query_text(NULL, text_of(words_of(1000, room)));
    assert_ok(save(query));
    libsearch_query_free(query);
}

#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ALL(trees_that_cannot_be_held_against_one_document_are_refused),
        WITH_ALL(ranges_match_where_a_search_finds),
        WITH_ALL(words_match_where_a_search_finds),
        WITH_ALL(places_match_where_a_search_finds),
        WITH_ALL(text_is_taken_with_a_warning_where_a_tree_is_refused),
        WITH_ALL(a_query_has_words_up_to_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
