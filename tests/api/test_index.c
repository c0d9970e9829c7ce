/* SPDX-License-Identifier: MIT */
/* Documents in, ranked answers out, through the public functions alone. */
#include "api/api_support.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void the_first_search_needs_four_calls(void **state)
{
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_results *results = NULL;
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, NULL, &index, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index);
    assert_ok(
        libsearch_document_set_text(document, "title", LIBSEARCH_STRING("Health officials agree on more cooperation")));
    assert_ok(libsearch_writer_put(writer, LIBSEARCH_STRING("report-1"), document, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_ok(libsearch_search(index, LIBSEARCH_STRING("cooperation officials"), 10, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 1);
    assert_int_equal(libsearch_results_id(results, 0).length, 8);
    assert_memory_equal(libsearch_results_id(results, 0).data, "report-1", 8);
    assert_true(libsearch_results_score(results, 0) > 0);
    libsearch_results_free(results);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void words_phrases_and_signs_find_what_they_ask_for(void **state)
{
    char ids[1000];
    libsearch_index *index = open_reports(*state);
    assert_string_equal(ask(index, "cooperating", ids), "health");
    assert_string_equal(ask(index, "+officials -health", ids), "harbour");
    assert_string_equal(ask(index, "\"medical teams\"", ids), "teams");
    assert_string_equal(ask(index, "\"teams medical\"", ids), "");
    assert_string_equal(ask(index, "title:officials", ids), "health");
    assert_string_equal(ask(index, "officials AND (boats OR bread)", ids), "harbour");
    assert_string_equal(ask(index, "harb*", ids), "harbour");
    assert_string_equal(ask(index, "nothing here-is found", ids), "");
    assert_string_equal(ask(index, "-officials -medical", ids), "bread");
    libsearch_close(index);
}

static void a_put_takes_the_place_of_the_document_with_its_id(void **state)
{
    char ids[1000];
    libsearch_index *index = open_reports(*state);
    libsearch_writer *writer = NULL;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    put(index, writer, "bread", "Cheese", "Milk and time.");
    assert_string_equal(ask(index, "flour", ids), "bread"); /* not committed yet */
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_string_equal(ask(index, "flour", ids), "");
    assert_string_equal(ask(index, "milk", ids), "bread");
    libsearch_document *document = libsearch_document_new(index);
    assert_status(libsearch_writer_put_if_absent(writer, text_of("bread"), document, NULL), LIBSEARCH_EXISTS);
    assert_ok(libsearch_writer_put_if_absent(writer, text_of("empty"), document, NULL));
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void deleting_by_id_and_by_query_removes_from_the_answers(void **state)
{
    char ids[1000];
    uint64_t count = 99;
    libsearch_index *index = open_reports(*state);
    libsearch_writer *writer = NULL;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    assert_ok(libsearch_writer_delete(writer, text_of("health"), NULL));
    assert_status(libsearch_writer_delete(writer, text_of("health"), NULL), LIBSEARCH_NOT_FOUND);
    put(index, writer, "more", "More boats", "Not committed, and found by the query all the same.");
    libsearch_query *query = libsearch_query_text(NULL, text_of("boats"));
    assert_ok(libsearch_writer_delete_matching(writer, query, &count, NULL));
    assert_int_equal(count, 2);
    assert_ok(libsearch_writer_delete_matching(writer, query, &count, NULL));
    assert_int_equal(count, 0);
    libsearch_query_free(query);
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_string_equal(ask(index, "boats officials bread medical", ids), "teams bread");
    libsearch_document *document = NULL;
    assert_status(libsearch_get(index, text_of("health"), &document, NULL), LIBSEARCH_NOT_FOUND);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void rollback_drops_and_refresh_shows_what_was_put(void **state)
{
    char ids[1000];
    libsearch_index *index = open_reports(*state), *other = NULL;
    libsearch_writer *writer = NULL;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    put(index, writer, "new", "Zebras", "Striped.");
    assert_ok(libsearch_writer_rollback(writer, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_string_equal(ask(index, "zebras", ids), "");
    put(index, writer, "new", "Zebras", "Striped.");
    assert_ok(libsearch_writer_refresh(writer, NULL));
    assert_string_equal(ask(index, "zebras", ids), "new");
    assert_ok(libsearch_open(*state, LIBSEARCH_READ_ONLY, NULL, &other, NULL));
    assert_string_equal(ask(other, "zebras", ids), ""); /* others wait for the commit */
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_string_equal(ask(other, "zebras", ids), "new");
    libsearch_writer_close(writer);
    libsearch_close(index);
    libsearch_close(other);
}

static void a_prepared_commit_is_finished_or_taken_back(void **state)
{
    char ids[1000];
    libsearch_index *index = open_reports(*state);
    libsearch_writer *writer = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    put(index, writer, "new", "Zebras", "Striped.");
    assert_ok(libsearch_writer_prepare(writer, LIBSEARCH_DURABLE, text_of("transaction 7"), NULL));
    assert_string_equal(ask(index, "zebras", ids), "");
    assert_status(libsearch_writer_delete(writer, text_of("bread"), NULL), LIBSEARCH_INVALID);
    assert_ok(libsearch_writer_cancel(writer, NULL));
    assert_string_equal(ask(index, "zebras", ids), "");
    assert_ok(libsearch_writer_prepare(writer, LIBSEARCH_DURABLE, text_of("transaction 8"), NULL));
    assert_ok(libsearch_writer_finish(writer, NULL));
    assert_string_equal(ask(index, "zebras", ids), "new");
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
    assert_int_equal(info.commit_bytes.length, strlen("transaction 8"));
    assert_memory_equal(info.commit_bytes.data, "transaction 8", info.commit_bytes.length);
    libsearch_snapshot_free(snapshot);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void a_snapshot_shows_its_commit_as_long_as_it_lives(void **state)
{
    char ids[1000];
    libsearch_index *index = open_reports(*state);
    libsearch_writer *writer = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_results *results = NULL;
    const libsearch_document *document = NULL;
    libsearch_query *query = libsearch_query_text(NULL, text_of("officials"));
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    assert_ok(libsearch_snapshot_search(snapshot, query, NULL, &results, NULL));
    assert_ok(libsearch_writer_delete(writer, text_of("health"), NULL));
    put(index, writer, "new", "Officials", "Of other places.");
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_ok(libsearch_writer_compact(writer, 0, NULL));
    assert_string_equal(ask(index, "officials", ids), "new harbour");
    assert_string_equal(ask_snapshot(snapshot, query, ids), "health harbour");
    libsearch_writer_close(writer);
    libsearch_close(index);
    /* Also without its index; and results hold their snapshot. */
    assert_string_equal(ask_snapshot(snapshot, query, ids), "health harbour");
    libsearch_snapshot_free(snapshot);
    assert_ok(libsearch_results_document(results, 0, &document, NULL));
    assert_int_equal(libsearch_document_bytes(document, "title").length,
                     strlen("Health officials agree on more cooperation"));
    libsearch_results_free(results);
    libsearch_query_free(query);
}

static void a_document_comes_back_as_it_was_put(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_writer *writer = NULL;
    libsearch_document *document = libsearch_document_new(index), *found = NULL;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    assert_ok(libsearch_document_set_text(document, "title", text_of("One")));
    assert_ok(libsearch_document_set_keyword(document, "tag", text_of("a")));
    assert_ok(libsearch_document_set_text(document, "title", text_of("Two")));
    assert_ok(libsearch_document_set_keyword(document, "tag", text_of("b")));
    assert_ok(libsearch_document_set_integer(document, "year", -5));
    assert_ok(libsearch_document_set_float(document, "price", 1.5));
    assert_ok(libsearch_document_set_date(document, "date", 1589587200000));
    assert_ok(libsearch_document_set_stored(document, "blob", (libsearch_bytes){ "\0\1\2", 3 }));
    assert_ok(libsearch_writer_put(writer, text_of("x"), document, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_ok(libsearch_get(index, text_of("x"), &found, NULL));
    /* The values of a field stand together. */
    static const char *const fields[] = { "title", "title", "tag", "tag", "year", "price", "date", "blob" };
    static const char *const values[] = { "One", "Two", "a", "b" };
    assert_int_equal(libsearch_document_count(found), 8);
    for (size_t i = 0; i < 8; i++) {
        const libsearch_value value = libsearch_document_value(found, i);
        assert_string_equal(value.field, fields[i]);
        if (i < 4)
            assert_memory_equal(value.bytes.data, values[i], strlen(values[i]));
    }
    assert_int_equal(libsearch_document_value(found, 4).integer, -5);
    assert_true(libsearch_document_value(found, 5).number > 1.4 && libsearch_document_value(found, 5).number < 1.6);
    assert_int_equal(libsearch_document_value(found, 6).integer, 1589587200000);
    assert_memory_equal(libsearch_document_bytes(found, "blob").data, "\0\1\2", 3);
    assert_int_equal(libsearch_document_bytes(found, "year").length, 0);
    assert_int_equal(libsearch_document_bytes(found, "none").length, 0);
    libsearch_document_free(found);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void keywords_numbers_and_dates_are_asked_for_by_field(void **state)
{
    static const struct {
        const char *id, *tag;
        int64_t year;
        double price;
        int64_t date;
    } rows[] = { { "a", "news", 2019, 0.5, 1546300800000 },         /* 2019-01-01 */
                 { "b", "sport", 2020, 1.5, 1589587200000 },        /* 2020-05-16 */
                 { "c", "world news", 2021, 2.5, 1609459200000 } }; /* 2021-01-01 */
    char ids[1000];
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, NULL, &index, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (size_t i = 0; i < 3; i++) {
        libsearch_document *document = libsearch_document_new(index);
        assert_ok(libsearch_document_set_keyword(document, "tag", text_of(rows[i].tag)));
        assert_ok(libsearch_document_set_integer(document, "year", rows[i].year));
        assert_ok(libsearch_document_set_float(document, "price", rows[i].price));
        assert_ok(libsearch_document_set_date(document, "date", rows[i].date));
        assert_ok(libsearch_writer_put(writer, text_of(rows[i].id), document, NULL));
        libsearch_document_free(document);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_string_equal(ask(index, "tag:news", ids), "a");
    assert_string_equal(ask(index, "tag:\"world news\"", ids), "c");
    assert_string_equal(ask(index, "year:>2019", ids), "b c");
    assert_string_equal(ask(index, "year:2019..2020", ids), "a b");
    assert_string_equal(ask(index, "price:<=1.5", ids), "a b");
    assert_string_equal(ask(index, "date:2020-05", ids), "b");
    assert_string_equal(ask(index, "date:2019-06..2021", ids), "b c");
    assert_string_equal(ask(index, "-tag:*", ids), "");
    libsearch_writer_close(writer);
    libsearch_close(index);
}

/* Some hundred documents are one segment, with the memory that a writer takes by itself as with a little. */
static void a_writer_of_no_options_takes_the_memory_that_is_its_default(void **state)
{
    for (unsigned way = 0; way < 3; way++) {
        libsearch_writer_options options = LIBSEARCH_WRITER_OPTIONS_INIT;
        libsearch_info info = LIBSEARCH_INFO_INIT;
        libsearch_snapshot *snapshot = NULL;
        libsearch_writer *writer = NULL;
        libsearch_index *index = NULL;
        char path[256];
        snprintf(path, sizeof path, "%s-%u", (const char *)*state, way);
        options.memory = way == 2 ? 16 << 20 : 0;
        assert_ok(libsearch_open(path, LIBSEARCH_CREATE, NULL, &index, NULL));
        assert_ok(libsearch_writer_open(index, way == 0 ? NULL : &options, &writer, NULL));
        for (unsigned i = 0; i < 300; i++) {
            char id[16];
            snprintf(id, sizeof id, "%u", i);
            put(index, writer, id, "a title", "and a text");
        }
        assert_ok(libsearch_writer_commit(writer, NULL));
        libsearch_writer_close(writer);
        assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
        assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
        assert_int_equal(info.documents, 300);
        assert_int_equal(info.segments, 1);
        libsearch_snapshot_free(snapshot);
        libsearch_close(index);
    }
}

static void totals_offsets_and_counts_belong_together(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_query *query = libsearch_query_match_all();
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    int exact = 0;
    options.total = LIBSEARCH_TOTAL_EXACT;
    options.count = 2;
    options.offset = 1;
    assert_ok(libsearch_search_query(index, query, &options, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 2);
    assert_memory_equal(libsearch_results_id(results, 0).data, "harbour", 7);
    assert_int_equal(libsearch_results_total(results, &exact), 4);
    assert_int_equal(exact, 1);
    assert_int_equal(libsearch_results_id(results, 2).length, 0);
    libsearch_results_free(results);
    options.count = 0;
    options.offset = 0;
    assert_ok(libsearch_search_query(index, query, &options, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 0);
    assert_int_equal(libsearch_results_total(results, &exact), 4);
    libsearch_results_free(results);
    options.count = 10;
    options.offset = 4;
    assert_ok(libsearch_search_query(index, query, &options, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 0);
    libsearch_results_free(results);
    libsearch_query_free(query);
    libsearch_close(index);
}

static void warnings_come_with_the_results(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_results *results = NULL;
    libsearch_query *query = NULL;
    size_t position = 99;
    assert_ok(libsearch_search(index, text_of("health author:smith"), 10, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 1);
    assert_int_equal(libsearch_results_warning_count(results), 1);
    assert_non_null(strstr(libsearch_results_warning(results, 0, &position), "author"));
    assert_int_equal(position, 7);
    libsearch_results_free(results);
    /* Also when the parsed query is part of another. */
    assert_ok(libsearch_query_parse(index, text_of("health ("), 0, &query, NULL));
    libsearch_query *boosted = libsearch_query_boost(query, 2);
    assert_ok(libsearch_search_query(index, boosted, NULL, &results, NULL));
    libsearch_query_free(query);
    libsearch_query_free(boosted);
    assert_int_equal(libsearch_results_warning_count(results), 2);
    libsearch_results_free(results);
    libsearch_close(index);
}

static void strict_parsing_says_where(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_query *query = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_status(libsearch_query_parse(index, text_of("health (care"), LIBSEARCH_PARSE_STRICT, &query, &error),
                  LIBSEARCH_SYNTAX);
    assert_int_equal(error.position, 7);
    assert_null(query);
    libsearch_close(index);
}

static void a_query_by_functions_prints_what_parses_to_it(void **state)
{
    libsearch_index *index = open_reports(*state);
    const libsearch_query *parts[3] = { libsearch_query_text("title", text_of("health")),
                                        libsearch_query_phrase(NULL, text_of("medical teams"), 2),
                                        libsearch_query_prefix(NULL, text_of("vacc")) };
    libsearch_query *query =
        libsearch_query_boolean((const libsearch_occur[]){ LIBSEARCH_SHOULD, LIBSEARCH_MUST, LIBSEARCH_MUST_NOT },
                                parts, 3, 0);
    libsearch_query *again = NULL;
    char *text = NULL, *second = NULL;
    for (size_t i = 0; i < 3; i++)
        libsearch_query_free((libsearch_query *)parts[i]);
    assert_ok(libsearch_query_print(query, &text, NULL));
    assert_string_equal(text, "title:health +\"medical teams\"~2 -vacc*");
    assert_ok(libsearch_query_parse(index, text_of(text), LIBSEARCH_PARSE_STRICT, &again, NULL));
    assert_ok(libsearch_query_print(again, &second, NULL));
    assert_string_equal(text, second);
    libsearch_text_free(text);
    libsearch_text_free(second);
    libsearch_query_free(query);
    libsearch_query_free(again);
    libsearch_close(index);
}

static void a_snippet_shows_the_words_that_answer(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_results *results = NULL;
    libsearch_bytes snippet;
    assert_ok(libsearch_search(index, text_of("medical africa"), 10, &results, NULL));
    assert_ok(libsearch_results_snippet(results, 0, NULL, 200, LIBSEARCH_HTML, &snippet, NULL));
    assert_int_equal(snippet.length,
                     strlen("Teams of <b>medical</b> officers &lt;left&gt; for <b>Africa</b> &amp; Asia."));
    assert_memory_equal(snippet.data, "Teams of <b>medical</b> officers &lt;left&gt; for <b>Africa</b> &amp; Asia.",
                        snippet.length);
    assert_ok(libsearch_results_snippet(results, 0, "title", 200, LIBSEARCH_PLAIN, &snippet, NULL));
    assert_memory_equal(snippet.data, "Medical teams", snippet.length);
    assert_status(libsearch_results_snippet(results, 0, "author", 200, LIBSEARCH_PLAIN, &snippet, NULL),
                  LIBSEARCH_NOT_FOUND);
    assert_status(libsearch_results_snippet(results, 1, NULL, 200, LIBSEARCH_PLAIN, &snippet, NULL), LIBSEARCH_INVALID);
    assert_status(libsearch_results_snippet(results, 0, NULL, 200, (libsearch_markup)7, &snippet, NULL),
                  LIBSEARCH_INVALID);
    libsearch_results_free(results);
    libsearch_close(index);
}

static void fields_are_as_the_program_or_the_first_document_made_them(void **state)
{
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_field fields[2] = { LIBSEARCH_FIELD_INIT, LIBSEARCH_FIELD_INIT }, field = LIBSEARCH_FIELD_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    fields[0].name = "headline";
    fields[0].weight = 5;
    fields[1].name = "section";
    fields[1].type = LIBSEARCH_KEYWORD;
    options.analyzer = "german";
    options.fields = fields;
    options.field_count = 2;
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, &options, &index, NULL));
    assert_int_equal(libsearch_field_count(index), 2);
    assert_ok(libsearch_field_at(index, 0, &field, NULL));
    assert_string_equal(field.name, "headline");
    assert_string_equal(field.analyzer, "german");
    assert_true(field.weight > 4.9f && field.weight < 5.1f);
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    put(index, writer, "a", "Titel", "Text");
    field = (libsearch_field)LIBSEARCH_FIELD_INIT;
    field.name = "section";
    field.type = LIBSEARCH_INTEGER;
    assert_status(libsearch_writer_add_field(writer, &field, NULL), LIBSEARCH_EXISTS);
    field.name = "year";
    assert_ok(libsearch_writer_add_field(writer, &field, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_int_equal(libsearch_field_count(index), 5);
    assert_ok(libsearch_field_at(index, 4, &field, NULL));
    assert_string_equal(field.name, "year");
    assert_int_equal(field.type, LIBSEARCH_INTEGER);
    assert_status(libsearch_field_at(index, 5, &field, NULL), LIBSEARCH_INVALID);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void a_field_that_was_taken_back_is_shown_no_more(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_writer *writer = NULL;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    field.name = "year";
    field.type = LIBSEARCH_INTEGER;
    assert_ok(libsearch_writer_add_field(writer, &field, NULL));
    assert_ok(libsearch_writer_refresh(writer, NULL));
    assert_ok(libsearch_field_at(index, 2, &field, NULL));
    const char *lent = field.name;
    assert_ok(libsearch_writer_rollback(writer, NULL));
    assert_int_equal(libsearch_field_count(index), 2);
    field = (libsearch_field)LIBSEARCH_FIELD_INIT;
    field.name = "price";
    field.type = LIBSEARCH_FLOAT;
    assert_ok(libsearch_writer_add_field(writer, &field, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_ok(libsearch_field_at(index, 2, &field, NULL));
    assert_string_equal(field.name, "price");
    assert_string_equal(lent, "year"); /* what was lent is not taken away */
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void info_counts_what_is_there(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_writer *writer = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    assert_ok(libsearch_writer_delete(writer, text_of("bread"), NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
    assert_string_equal(info.engine, "native");
    assert_string_equal(info.analyzer, "english");
    assert_true(strlen(info.model) > 0);
    assert_int_equal(info.documents, 3);
    assert_int_equal(info.deleted, 1);
    assert_true(info.terms > 20 && info.tokens > 40 && info.bytes > 500 && info.segments >= 1);
    libsearch_snapshot_free(snapshot);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

static void an_index_opened_to_read_takes_no_writer(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_writer *writer = NULL;
    char ids[1000];
    libsearch_close(index);
    assert_ok(libsearch_open(*state, LIBSEARCH_READ_ONLY | LIBSEARCH_VERIFY | LIBSEARCH_NO_MAP, NULL, &index, NULL));
    assert_string_equal(ask(index, "bread", ids), "bread");
    assert_status(libsearch_writer_open(index, NULL, &writer, NULL), LIBSEARCH_PERMISSION);
    libsearch_close(index);
}

static void count_line(void *context, const char *line)
{
    assert_true(strlen(line) > 0);
    ++*(int *)context;
}

static void check_is_content_until_a_byte_is_changed(void **state)
{
    char command[256];
    int lines = 0;
    libsearch_close(open_reports(*state));
    assert_ok(libsearch_check(*state, count_line, &lines, NULL));
    assert_int_equal(lines, 0);
    snprintf(command, sizeof command,
             "f=$(ls -S '%s'/segment-* | head -1); printf X | dd of=$f bs=1 seek=300 conv=notrunc 2>/dev/null",
             (const char *)*state);
    assert_int_equal(system(command), 0);
    assert_status(libsearch_check(*state, count_line, &lines, NULL), LIBSEARCH_CORRUPT);
    assert_true(lines > 0);
    assert_status(libsearch_check("/nonexistent/nowhere", count_line, &lines, NULL), LIBSEARCH_NOT_FOUND);
}

static void a_cancelled_search_and_one_out_of_time_say_so_or_are_done(void **state)
{
    libsearch_index *index = open_reports(*state);
    libsearch_query *query = libsearch_query_match_all();
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    options.cancel = libsearch_cancel_new();
    libsearch_cancel_raise(options.cancel);
    const libsearch_status status = libsearch_search_query(index, query, &options, &results, NULL);
    assert_true(status == LIBSEARCH_CANCELLED || status == LIBSEARCH_OK);
    assert_true((status == LIBSEARCH_OK) == (results != NULL));
    libsearch_results_free(results);
    libsearch_cancel_free(options.cancel);
    libsearch_query_free(query);
    libsearch_close(index);
}

#define with_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_folder(the_first_search_needs_four_calls),
        with_folder(words_phrases_and_signs_find_what_they_ask_for),
        with_folder(a_put_takes_the_place_of_the_document_with_its_id),
        with_folder(deleting_by_id_and_by_query_removes_from_the_answers),
        with_folder(rollback_drops_and_refresh_shows_what_was_put),
        with_folder(a_prepared_commit_is_finished_or_taken_back),
        with_folder(a_snapshot_shows_its_commit_as_long_as_it_lives),
        with_folder(a_document_comes_back_as_it_was_put),
        with_folder(keywords_numbers_and_dates_are_asked_for_by_field),
        with_folder(a_writer_of_no_options_takes_the_memory_that_is_its_default),
        with_folder(totals_offsets_and_counts_belong_together),
        with_folder(warnings_come_with_the_results),
        with_folder(strict_parsing_says_where),
        with_folder(a_query_by_functions_prints_what_parses_to_it),
        with_folder(a_snippet_shows_the_words_that_answer),
        with_folder(fields_are_as_the_program_or_the_first_document_made_them),
        with_folder(a_field_that_was_taken_back_is_shown_no_more),
        with_folder(info_counts_what_is_there),
        with_folder(an_index_opened_to_read_takes_no_writer),
        with_folder(check_is_content_until_a_byte_is_changed),
        with_folder(a_cancelled_search_and_one_out_of_time_say_so_or_are_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
