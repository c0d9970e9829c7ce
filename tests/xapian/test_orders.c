/* SPDX-License-Identifier: MIT */
/* Orders by fields, facets, collapsing and pages: as the native engine does them, over one database, over two, and, so
 * far as servers can, over servers. Random questions; scores are whole numbers, which are the same in both engines. */
#include "xapian/xapian_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/random.h"

enum { DOCUMENTS = 160, WORLDS = 6, NATIVE = 0, ONE, TWO, SERVER, SERVERS, STUB, QUESTIONS = 150 };

struct world {
    libsearch_index *indexes[WORLDS];
    struct server servers[3];
};

static const char *const tags[] = { "blue", "Red", "green", "a", "ab", "b:c", "zinc", "\xC3\xA9t\xC3\xA9" };

static void fill(struct test_random *random, libsearch_document *document)
{
    char text[64] = "";
    for (const char *word = "abcd"; *word != 0; word++)
        if (random_below(random, 2) == 0)
            sprintf(text + strlen(text), "%c%c%c ", *word, *word, *word);
    assert_ok(libsearch_document_set_text(document, "text", bytes(text)));
    for (uint64_t n = random_below(random, 4); n > 0; n--)
        assert_ok(libsearch_document_set_keyword(document, "tag", bytes(tags[random_below(random, 8)])));
    for (uint64_t n = random_below(random, 3); n > 0; n--)
        assert_ok(libsearch_document_set_integer(document, "size", (int64_t)random_below(random, 12) - 5));
    if (random_below(random, 3) > 0)
        assert_ok(libsearch_document_set_keyword(document, "kind", bytes(tags[random_below(random, 5)])));
    if (random_below(random, 4) > 0)
        assert_ok(libsearch_document_set_float(document, "price", (double)random_below(random, 9) / 4 - 1));
    if (random_below(random, 3) > 0)
        assert_ok(libsearch_document_set_date(document, "date",
                                              (int64_t)(random_below(random, 3000) * UINT64_C(86400000)) -
                                                  INT64_C(50000000000)));
    assert_ok(libsearch_document_set_integer(document, "always", (int64_t)random_below(random, 6)));
}

static libsearch_index *native_make(const char *path)
{
    static const libsearch_open_options nothing = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_open_options options = nothing;
    libsearch_index *index = NULL;
    options.analyzer = "english";
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, &options, &index, NULL));
    return index;
}

/* Databases that are searched as one have the same fields. */
static void add_fields(libsearch_writer *writer)
{
    static const struct {
        const char *name;
        libsearch_type type;
    } fields[] = { { "text", LIBSEARCH_TEXT },     { "tag", LIBSEARCH_KEYWORD }, { "size", LIBSEARCH_INTEGER },
                   { "kind", LIBSEARCH_KEYWORD },  { "price", LIBSEARCH_FLOAT }, { "date", LIBSEARCH_DATE },
                   { "always", LIBSEARCH_INTEGER } };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        field.name = fields[i].name;
        field.type = fields[i].type;
        assert_ok(libsearch_writer_add_field(writer, &field, NULL));
    }
}

/* Xapian numbers the documents of two databases in turn: they are dealt out so. */
static void world_make(struct world *world, void **state, struct test_random *random)
{
    libsearch_index *indexes[4] = { native_make(path_in(state, "native")), make(path_in(state, "one")),
                                    make(path_in(state, "even")), make(path_in(state, "odd")) };
    libsearch_writer *writers[4];
    memset(world, 0, sizeof *world);
    for (int i = 0; i < 4; i++) {
        writers[i] = write_to(indexes[i]);
        add_fields(writers[i]);
    }
    libsearch_document *document = libsearch_document_new(indexes[0]);
    char id[16];
    for (int d = 0; d < DOCUMENTS; d++) {
        sprintf(id, "%d", d);
        libsearch_document_clear(document);
        fill(random, document);
        for (int i = 0; i < 4; i++)
            if (i < 2 || i - 2 == d % 2)
                assert_ok(libsearch_writer_put(writers[i], bytes(id), document, NULL));
        if (d % 50 == 49)
            assert_ok(libsearch_writer_commit(writers[NATIVE], NULL));
    }
    libsearch_document_free(document);
    for (int d = 0; d < DOCUMENTS; d += 7) {
        sprintf(id, "%d", d);
        for (int i = 0; i < 4; i++)
            if (i < 2 || i - 2 == d % 2)
                assert_ok(libsearch_writer_delete(writers[i], bytes(id), NULL));
    }
    for (int i = 0; i < 4; i++) {
        assert_ok(libsearch_writer_commit(writers[i], NULL));
        libsearch_writer_close(writers[i]);
    }
    libsearch_close(indexes[2]);
    libsearch_close(indexes[3]);
    world->indexes[NATIVE] = indexes[0];
    world->indexes[ONE] = indexes[1];
    char both[600];
    snprintf(both, sizeof both, "%s,%s", path_in(state, "even"), path_in(state, "odd"));
    world->indexes[TWO] = open_or_fail(both, 0);
}

static void serve(struct world *world, void **state)
{
    char both[600];
    world->servers[0] = server_start(path_in(state, "one"));
    world->servers[1] = server_start(path_in(state, "even"));
    world->servers[2] = server_start(path_in(state, "odd"));
    snprintf(both, sizeof both, "tcp:127.0.0.1:%u", world->servers[0].port);
    world->indexes[SERVER] = open_or_fail(both, 0);
    snprintf(both, sizeof both, "tcp:127.0.0.1:%u,tcp:127.0.0.1:%u", world->servers[1].port, world->servers[2].port);
    world->indexes[SERVERS] = open_or_fail(both, 0);
    FILE *stub = fopen(path_in(state, "stub"), "w");
    fprintf(stub, "# one here, one at a server\nauto even\nremote 127.0.0.1:%u\n", world->servers[2].port);
    fclose(stub);
    world->indexes[STUB] = open_or_fail(path_in(state, "stub"), 0);
}

static void world_free(struct world *world)
{
    for (int i = 0; i < WORLDS; i++)
        libsearch_close(world->indexes[i]);
    for (int i = 0; i < 3; i++)
        server_stop(&world->servers[i]);
}

/* Matches score by which of some words they have. */
static libsearch_query *scored_query(struct test_random *random)
{
    static const libsearch_occur should[] = { LIBSEARCH_SHOULD, LIBSEARCH_SHOULD, LIBSEARCH_SHOULD };
    static const char *const words[] = { "aaa", "bbb", "ccc" };
    libsearch_query *parts[3];
    if (random_below(random, 5) == 0)
        return libsearch_query_match_all();
    for (unsigned i = 0; i < 3; i++) {
        libsearch_query *word = libsearch_query_text(NULL, bytes(words[i]));
        parts[i] = libsearch_query_constant(word, (float)(1u << random_below(random, 4)));
        libsearch_query_free(word);
    }
    libsearch_query *query = libsearch_query_boolean(should, (const libsearch_query *const *)parts, 3, 0);
    for (int i = 0; i < 3; i++)
        libsearch_query_free(parts[i]);
    return query;
}

struct asked {
    libsearch_search_options options;
    libsearch_sort sort[3];
    libsearch_facet facets[3];
};

static const libsearch_facet_range ranges[] = { { -5, 0, -1, 0 }, { 0, 4, 0, 0.5 }, { 3, 10, 0.25, 9 } };

static void ask_at_random(struct test_random *random, struct asked *asked)
{
    static const char *const fields[] = { "tag", "size", "kind", "price", "date", "always", NULL };
    static const libsearch_facet facet = LIBSEARCH_FACET_INIT;
    static const libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    memset(asked, 0, sizeof *asked);
    asked->options = options;
    asked->options.count = random_below(random, 8) == 0 ? 0 : 1 + random_below(random, 40);
    asked->options.offset = random_below(random, 3) == 0 ? random_below(random, 30) : 0;
    asked->options.total = LIBSEARCH_TOTAL_EXACT;
    asked->options.sort = asked->sort;
    asked->options.facets = asked->facets;
    asked->options.sort_count = random_below(random, 4);
    asked->options.facet_count = random_below(random, 4);
    if (random_below(random, 3) == 0)
        asked->options.collapse = random_below(random, 2) == 0 ? "tag" : "kind";
    for (size_t i = 0; i < asked->options.sort_count; i++)
        asked->sort[i] = (libsearch_sort){ fields[random_below(random, 7)], (unsigned)random_below(random, 8) };
    for (size_t i = 0; i < asked->options.facet_count; i++) {
        asked->facets[i] = facet;
        asked->facets[i].field = fields[random_below(random, 6)];
        asked->facets[i].count = random_below(random, 6);
        if (strcmp(asked->facets[i].field, "date") == 0)
            asked->facets[i].interval = (libsearch_interval)random_below(random, 6);
        else if (strcmp(asked->facets[i].field, "size") == 0 || strcmp(asked->facets[i].field, "price") == 0) {
            asked->facets[i].ranges = ranges;
            asked->facets[i].range_count = random_below(random, 4);
        }
    }
}

static size_t write_value(char *to, size_t room, const libsearch_facet_value *value)
{
    return (size_t)snprintf(to, room, " %.*s/%lld/%.17g=%llu", (int)value->keyword.length, value->keyword.data,
                            (long long)value->integer, value->number, (unsigned long long)value->count);
}

/* All that an answer says, as text; UNSUPPORTED as its message. Free. The last result's cursor, and how many there were. */
static char *answer_of(libsearch_index *index, const libsearch_query *query, const struct asked *asked, char *cursor,
                       libsearch_bytes *after, size_t *count)
{
    enum { ROOM = 1 << 16 };
    char *text = calloc(ROOM, 1);
    size_t length = 0;
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint64_t least = 0, most = 0;
    int exact = 0;
    *count = 0;
    if (libsearch_search_query(index, query, &asked->options, &results, &error) != LIBSEARCH_OK) {
        snprintf(text, ROOM, "%s: %s", libsearch_status_text(error.status), error.message);
        return text;
    }
    length += (size_t)snprintf(text, ROOM, "%llu:", (unsigned long long)libsearch_results_total(results, &exact));
    assert_true(exact && libsearch_results_estimate(results, &least, &most) == least && least == most);
    *count = libsearch_results_count(results);
    for (size_t i = 0; i < *count; i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        length += (size_t)snprintf(text + length, ROOM - length, " %.*s*%g+%llu", (int)id.length, id.data,
                                   (double)libsearch_results_score(results, i),
                                   (unsigned long long)libsearch_results_folded(results, i));
    }
    for (size_t f = 0; f < asked->options.facet_count; f++) {
        const libsearch_facet_counts *facet = libsearch_results_facet(results, f);
        length += (size_t)snprintf(text + length, ROOM - length, "\n%s %llu/%llu/%llu/%llu sum %.17g:", facet->field,
                                   (unsigned long long)facet->distinct, (unsigned long long)facet->documents,
                                   (unsigned long long)facet->missing, (unsigned long long)facet->values, facet->sum);
        for (size_t i = 0; i < facet->count; i++)
            length += write_value(text + length, ROOM - length, &facet->list[i]);
        length += write_value(text + length, ROOM - length, &facet->least);
        length += write_value(text + length, ROOM - length, &facet->greatest);
    }
    if (*count > 0) {
        libsearch_bytes last;
        assert_ok(libsearch_results_cursor(results, *count - 1, &last, NULL));
        memcpy(cursor, last.data, last.length);
        *after = (libsearch_bytes){ cursor, last.length };
    }
    libsearch_results_free(results);
    return text;
}

static bool says_unsupported(const char *answer)
{
    const char *text = libsearch_status_text(LIBSEARCH_UNSUPPORTED);
    return strncmp(answer, text, strlen(text)) == 0;
}

/* Asks all, page after page; returns how many of the engines in [from, to) could not. */
static size_t compare(struct world *world, int from, int to, const libsearch_query *query, struct asked *asked)
{
    static char cursors[WORLDS][512];
    libsearch_bytes after[WORLDS] = { { NULL, 0 } };
    bool cannot[WORLDS] = { false };
    size_t refused = 0;
    for (int page = 0; page < 4; page++) {
        size_t count, wanted_count;
        asked->options.after = after[NATIVE];
        char *wanted = answer_of(world->indexes[NATIVE], query, asked, cursors[NATIVE], &after[NATIVE], &wanted_count);
        for (int i = from; i < to; i++) {
            if (cannot[i])
                continue;
            asked->options.after = after[i];
            char *found = answer_of(world->indexes[i], query, asked, cursors[i], &after[i], &count);
            cannot[i] = i >= SERVER && says_unsupported(found);
            refused += cannot[i];
            if (!cannot[i] && strcmp(wanted, found) != 0) {
                for (size_t s = 0; s < asked->options.sort_count; s++)
                    print_error("sort %s %#x\n", asked->sort[s].field, asked->sort[s].flags);
                fail_msg("page %d, engine %d, collapse %s: native\n%s\nxapian\n%s", page, i, asked->options.collapse,
                         wanted, found);
            }
            free(found);
        }
        free(wanted);
        if (wanted_count == 0)
            break;
        asked->options.offset = 0;
    }
    return refused;
}

static void databases_here_order_count_and_fold_as_the_native_engine_does(void **state)
{
    struct test_random random = random_start(__func__);
    struct world world;
    world_make(&world, state, &random);
    for (int i = 0; i < QUESTIONS; i++) {
        struct asked asked;
        libsearch_query *query = scored_query(&random);
        ask_at_random(&random, &asked);
        compare(&world, ONE, SERVER, query, &asked);
        libsearch_query_free(query);
    }
    world_free(&world);
}

static void servers_do_the_same_or_say_what_they_cannot(void **state)
{
    struct test_random random = random_start(__func__);
    struct world world;
    size_t refused = 0;
    world_make(&world, state, &random);
    serve(&world, state);
    for (int i = 0; i < QUESTIONS; i++) {
        struct asked asked;
        libsearch_query *query = scored_query(&random);
        ask_at_random(&random, &asked);
        if (asked.options.sort_count > 1 && random_below(&random, 4) > 0)
            asked.options.sort_count = 1;
        refused += compare(&world, SERVER, WORLDS, query, &asked);
        libsearch_query_free(query);
    }
    print_message("%d questions to each, %zu refused\n", QUESTIONS, refused);
    assert_in_range(refused, 1, 3 * QUESTIONS * 3 / 4);
    world_free(&world);
}

static void servers_name_what_they_cannot(void **state)
{
    static const libsearch_sort by_two[] = { { "size", 0 }, { "kind", 0 } },
                                worst_first[] = { { NULL, LIBSEARCH_SORT_ASCENDING_SCORE } },
                                greatest_of_several[] = { { "tag", LIBSEARCH_SORT_DESCENDING } };
    static const struct {
        const libsearch_sort *sort;
        size_t count;
        const char *collapse, *says;
    } cases[] = { { by_two, 2, NULL, "more than one field" },
                  { worst_first, 1, NULL, "the worst first" },
                  { greatest_of_several, 1, NULL, "several values" },
                  { by_two, 1, "kind", "collapsing in an order by a field" } };
    struct test_random random = random_start(__func__);
    struct world world;
    world_make(&world, state, &random);
    serve(&world, state);
    libsearch_query *query = libsearch_query_match_all();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_results *results = NULL;
        options.sort = cases[i].sort;
        options.sort_count = cases[i].count;
        options.collapse = cases[i].collapse;
        assert_status(libsearch_search_query(world.indexes[SERVER], query, &options, &results, &error),
                      LIBSEARCH_UNSUPPORTED);
        assert_contains(error.message, cases[i].says);
    }
    libsearch_query_free(query);
    world_free(&world);
}

static void what_cannot_be_sorted_counted_or_folded_is_said(void **state)
{
    libsearch_index *index = make_reports(path_in(state, "db"));
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
        assert_status(libsearch_search_query(index, query, &options, &results, NULL), LIBSEARCH_INVALID);
        options.sort_count = 0;
        options.facets = &facet;
        options.facet_count = 1;
        assert_status(libsearch_search_query(index, query, &options, &results, NULL), LIBSEARCH_INVALID);
        options.facet_count = 0;
        options.collapse = fields[i];
        assert_status(libsearch_search_query(index, query, &options, &results, NULL), LIBSEARCH_INVALID);
    }
    libsearch_query_free(query);
    libsearch_close(index);
}

/* Asks for explanations; every line's score is the sum, the best or the first of those below, but for their rounding. */
static void assert_explained(libsearch_index *index, const char *text)
{
    libsearch_results *results = NULL;
    assert_ok(libsearch_search(index, bytes(text), 10, &results, NULL));
    assert_true(libsearch_results_count(results) > 0);
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_explanation *lines;
        size_t count;
        assert_ok(libsearch_results_explain(results, i, &lines, &count, NULL));
        assert_true(count > 0 && lines[0].depth == 0 && lines[0].value == libsearch_results_score(results, i));
        for (size_t at = 0; at < count; at++) {
            double sum = 0;
            if (strncmp(lines[at].text, "sum of", 6) != 0)
                continue;
            for (size_t below = at + 1; below < count && lines[below].depth > lines[at].depth; below++)
                sum += lines[below].depth == lines[at].depth + 1 ? (double)lines[below].value : 0;
            assert_true(sum > 0.99999 * (double)lines[at].value && sum < 1.00001 * (double)lines[at].value);
        }
    }
    libsearch_results_free(results);
}

static void scores_are_explained_here_and_over_servers(void **state)
{
    libsearch_index *index = make_reports(path_in(state, "db"));
    struct server server = server_start(path_in(state, "db"));
    char place[64];
    snprintf(place, sizeof place, "tcp:127.0.0.1:%u", server.port);
    libsearch_index *served = open_or_fail(place, 0), *both[] = { index, served };
    for (int i = 0; i < 2; i++) {
        assert_explained(both[i], "officials boats");
        assert_explained(both[i], "title:officials^3 e-mail \"medical officers\" salt*");
        assert_explained(both[i], "+officials -boats ministries");
        libsearch_results *results = NULL;
        const libsearch_explanation *lines;
        size_t count;
        assert_ok(libsearch_search(both[i], bytes("cooperation"), 1, &results, NULL));
        assert_ok(libsearch_results_explain(results, 0, &lines, &count, NULL));
        assert_int_equal(count, 1);
        assert_contains(lines[0].text, "term Zcooper: 1 times in a document of");
        assert_contains(lines[0].text, "1 of 4 documents have it");
        libsearch_results_free(results);
    }
    libsearch_close(served);
    libsearch_close(index);
    server_stop(&server);
}

static void a_search_takes_no_more_memory_than_it_may(void **state)
{
    struct test_random random = random_start(__func__);
    struct world world;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    const libsearch_sort sort = { "size", 0 };
    libsearch_results *results = NULL;
    libsearch_query *query = libsearch_query_match_all();
    world_make(&world, state, &random);
    options.sort = &sort;
    options.sort_count = 1;
    options.count = 100;
    options.memory = 4000;
    assert_status(libsearch_search_query(world.indexes[ONE], query, &options, &results, NULL), LIBSEARCH_LIMIT);
    options.memory = 400000;
    assert_ok(libsearch_search_query(world.indexes[ONE], query, &options, &results, NULL));
    libsearch_results_free(results);
    libsearch_query_free(query);
    world_free(&world);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(databases_here_order_count_and_fold_as_the_native_engine_does),
        TEST(servers_do_the_same_or_say_what_they_cannot),
        TEST(servers_name_what_they_cannot),
        TEST(what_cannot_be_sorted_counted_or_folded_is_said),
        TEST(scores_are_explained_here_and_over_servers),
        TEST(a_search_takes_no_more_memory_than_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
