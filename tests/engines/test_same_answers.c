/* SPDX-License-Identifier: MIT */
/* One suite for both engines, through the public functions: what one finds, the other finds, too. What they do
 * differently is the table of docs/xapian.md, and stands here under its own name. */
#include "engines/engine_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/random.h"

struct world {
    char *folder;
    libsearch_index *indexes[2];
    libsearch_writer *writers[2];
};

static struct world *world_make(void)
{
    struct world *world = calloc(1, sizeof *world);
    world->folder = folder_make();
    for (int e = 0; e < 2; e++) {
        world->indexes[e] = index_make((enum engine)e, world->folder, "english");
        assert_ok(libsearch_writer_open(world->indexes[e], NULL, &world->writers[e], NULL));
    }
    return world;
}

static void world_commit(struct world *world)
{
    for (int e = 0; e < 2; e++)
        assert_ok(libsearch_writer_commit(world->writers[e], NULL));
}

static void world_free(struct world *world)
{
    for (int e = 0; e < 2; e++) {
        libsearch_writer_close(world->writers[e]);
        libsearch_close(world->indexes[e]);
    }
    folder_remove(world->folder);
    free(world);
}

struct entry {
    const char *id, *title, *text, *tags[3];
    int64_t size;
    double price;
    int64_t date;
};

static void world_put(struct world *world, const struct entry *entry)
{
    for (int e = 0; e < 2; e++) {
        libsearch_document *document = libsearch_document_new(world->indexes[e]);
        assert_ok(libsearch_document_set_text(document, "title", bytes(entry->title)));
        assert_ok(libsearch_document_set_text(document, "text", bytes(entry->text)));
        for (int i = 0; i < 3 && entry->tags[i] != NULL; i++)
            assert_ok(libsearch_document_set_keyword(document, "tag", bytes(entry->tags[i])));
        assert_ok(libsearch_document_set_integer(document, "size", entry->size));
        if (entry->size % 2 == 0)
            assert_ok(libsearch_document_set_integer(document, "size", entry->size * 100));
        assert_ok(libsearch_document_set_float(document, "price", entry->price));
        if (entry->date != 0)
            assert_ok(libsearch_document_set_date(document, "date", entry->date));
        assert_ok(libsearch_writer_put(world->writers[e], bytes(entry->id), document, NULL));
        libsearch_document_free(document);
    }
}

static const struct entry entries[] = {
    { "health",
      "Health officials agree on more cooperation",
      "Ministries will exchange data every week by e-mail.",
      { "health", "Norway" },
      1,
      1.5,
      1000 },
    { "harbour",
      "A harbour town in winter",
      "Boats stay ashore, and officials of the port have time to talk. Winter.",
      { "travel" },
      2,
      -2.25,
      -5000 },
    { "bread",
      "How bread is made",
      "Flour, water, salt, and a night's patience. Bread, bread and bread again.",
      { "food", "Health" },
      3,
      0,
      0 },
    { "teams",
      "Medical teams",
      "Teams of medical officers leave for Guinea-Bissau; officials agree with officials.",
      { "health", ":odd" },
      -4,
      1e10,
      86400000 },
    { "email", "Email", "An email of the port officials about boating in the harbour.", { NULL }, 500, 3.75, 1000 },
    { "to-do", "To be or not to be", "That is the question; the the the.", { "play" }, 0, -0.0, 2000 },
    { "paris",
      "Paris in spring",
      "\xC3\x89t\xC3\xA9 and spring, na\xC3\xAFve happily helped health.",
      { "travel", "food", "x" },
      7,
      7.5,
      3000 },
};

static struct world *world_of_entries(void)
{
    struct world *world = world_make();
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++)
        world_put(world, &entries[i]);
    world_commit(world);
    return world;
}

static size_t compared, different;

static void compare(struct world *world, const char *name, libsearch_query *native, libsearch_query *xapian)
{
    char *a = ids_set(world->indexes[NATIVE], native), *b = ids_set(world->indexes[XAPIAN], xapian);
    compared++;
    if (strcmp(a, b) != 0) {
        different++;
        print_error("%s: native \"%s\", xapian \"%s\"\n", name, a, b);
    }
    free(a);
    free(b);
}

static void typed_queries_find_the_same(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "officials",
        "cooperating",
        "official boats",
        "+official +boat",
        "official -port",
        "-port",
        "health",
        "+winter -boats",
        "the",
        "to be or not to be",
        "email",
        "e-mail",
        "guinea",
        "bissau",
        "guinea-bissau",
        "GuineaBissau",
        "+e-mail +ministries",
        "\"officials agree\"",
        "\"officials agree on\"",
        "\"agree officials\"",
        "\"officials of the port\"",
        "\"bread bread\"",
        "\"bread and bread\"",
        "\"the the the\"",
        "\"guinea bissau\"",
        "\"leave for guinea-bissau\"",
        "\"cooperation ministries\"",
        "\"officials agree\"~1",
        "\"agree officials\"~2",
        "\"agree officials\"~1",
        "\"boats officials\"~3",
        "\"officials talk\"~6",
        "title:officials",
        "title:winter",
        "text:winter",
        "text:email",
        "text:bread",
        "title:\"bread is made\"",
        "title:email",
        "text:officials",
        "-text:officials",
        "tag:health",
        "tag:Health",
        "tag:Norway",
        "tag:norway",
        "tag:food -spring",
        "+tag:travel +spring",
        "size:[1 TO 3]",
        "size:[-10 TO 0]",
        "size:[200 TO 500]",
        "size:[4 TO *]",
        "size:[* TO 0]",
        "price:[0 TO 2]",
        "price:[-3 TO 0]",
        "price:[1e9 TO *]",
        "date:[1970-01-01 TO 1970-01-01]",
        "boats OR bread",
        "(boats OR bread) AND winter",
        "winter AND NOT boats",
        "*",
        "offic*",
        "happil*",
        "boat*",
        "title:w*",
        "text:w*",
        "tag:h*",
        "*cial*",
        "w?nter",
        "b*t*",
        "helth~",
        "officals~1",
        "ete",
        "naive",
        "xyzzy",
        "xyzzy*",
        "@near(1 officials agree)",
        "@near(1 officials medical)",
        "@near(2 officials medical)",
        "@near(3 agree cooperation)",
        "@near(2 agree cooperation)",
        "@near(0 officials agree)",
        "@near(0 officials officials)",
        "@near(2 the the the)",
        "@near(2 the be the)",
        "@near(3 offic* port)",
        "@near(3 of*ials =port official)",
        "@near(1 =boating =boats)",
        "@near(1 boat =boating)",
        "@near(4 (port OR boats) (port OR harbour))",
        "@near(4 (port OR boats OR email) (port OR harbour OR boats) boat*)",
        "@before(4 offici* (port OR harbour))",
        "@near(3 title:harbour title:winter)",
        "@near(40 title:harbour winter)",
        "@near(3 boats^2 stay)",
        "@ordered(5 winter boats)",
        "@best(boats bread)",
        "=boats",
        "=boating",
        "=boat",
        "title:=officials",
        "=\"medical officers\"",
        "=\"medical officer\"",
        "\"medical off*\"",
        "\"of the p*\"",
        "+official xyzzy",
        "+official +xyzzy",
        "offic* -harbour",
        "boats^3 bread",
        "health officials agree cooperation",
        "-(@filter(\"email\") +size:[-3 TO +3] +* tag:\"food\")",
    };
    struct world *world = world_of_entries();
    compared = different = 0;
    for (size_t q = 0; q < sizeof queries / sizeof queries[0]; q++) {
        libsearch_query *parts[2] = { NULL, NULL };
        for (int e = 0; e < 2; e++)
            assert_ok(libsearch_query_parse(world->indexes[e], bytes(queries[q]), 0, &parts[e], NULL));
        compare(world, queries[q], parts[0], parts[1]);
    }
    print_message("%zu queries compared, %zu different\n", compared, different);
    assert_int_equal(different, 0);
    world_free(world);
}

/* ----- random trees ----- */

static libsearch_query *random_tree(struct test_random *random, unsigned depth)
{
    static const char *const words[] = { "officials",    "boats", "bread", "winter",        "health",
                                         "the",          "email", "agree", "medical teams", "guinea-bissau",
                                         "harbour town", "port",  "spring" };
    const char *word = words[random_below(random, sizeof words / sizeof words[0])];
    libsearch_query *made = NULL, *child;
    switch (random_below(random, depth == 0 ? 6 : 9)) {
    case 0: return libsearch_query_text(NULL, bytes(word));
    case 1: return libsearch_query_text("title", bytes(word));
    case 2: return libsearch_query_phrase(NULL, bytes(word), 0);
    case 3: return libsearch_query_keyword("tag", bytes(random_below(random, 2) ? "health" : "food"));
    case 4: return libsearch_query_integer_range("size", (int64_t)random_below(random, 20) - 10, 3);
    case 5: return random_below(random, 2) ? libsearch_query_match_all() : libsearch_query_text("text", bytes(word));
    case 6:
        child = random_tree(random, depth - 1);
        made = random_below(random, 2) ? libsearch_query_boost(child, 2) : libsearch_query_constant(child, 3);
        libsearch_query_free(child);
        return made;
    default: {
        enum { MOST = 4 };
        libsearch_query *children[MOST];
        libsearch_occur occurs[MOST];
        const size_t count = 1 + random_below(random, MOST);
        size_t should = 0;
        for (size_t i = 0; i < count; i++) {
            children[i] = random_tree(random, depth - 1);
            occurs[i] = (libsearch_occur)random_below(random, 4);
            should += occurs[i] == LIBSEARCH_SHOULD;
        }
        made = libsearch_query_boolean(occurs, (const libsearch_query *const *)children, count,
                                       (unsigned)random_below(random, should + 1));
        for (size_t i = 0; i < count; i++)
            libsearch_query_free(children[i]);
        return made;
    }
    }
}

static void random_trees_find_the_same(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct world *world = world_of_entries();
    compared = different = 0;
    for (int i = 0; i < 1000; i++) {
        const struct test_random again = random;
        libsearch_query *native = random_tree(&random, 3);
        random = again;
        libsearch_query *xapian = random_tree(&random, 3);
        char *text = NULL;
        assert_ok(libsearch_query_print(native, &text, NULL));
        compare(world, text, native, xapian);
        libsearch_text_free(text);
    }
    print_message("%zu trees compared, %zu different\n", compared, different);
    assert_int_equal(different, 0);
    world_free(world);
}

/* ----- writing ----- */

static void put_again_delete_and_delete_matching_leave_the_same(void **state)
{
    (void)state;
    struct world *world = world_of_entries();
    struct entry changed = entries[0];
    changed.text = "Nothing of what was there.";
    world_put(world, &changed);
    for (int e = 0; e < 2; e++) {
        uint64_t count = 0;
        libsearch_document *empty = libsearch_document_new(world->indexes[e]);
        libsearch_query *query = libsearch_query_text(NULL, bytes("boats"));
        assert_ok(libsearch_writer_delete(world->writers[e], bytes("bread"), NULL));
        assert_status(libsearch_writer_delete(world->writers[e], bytes("bread"), NULL), LIBSEARCH_NOT_FOUND);
        assert_ok(libsearch_writer_delete_matching(world->writers[e], query, &count, NULL));
        assert_int_equal(count, 2);
        assert_status(libsearch_writer_put_if_absent(world->writers[e], bytes("health"), empty, NULL),
                      LIBSEARCH_EXISTS);
        assert_ok(libsearch_writer_put_if_absent(world->writers[e], bytes("bread"), empty, NULL));
        libsearch_query_free(query);
        libsearch_document_free(empty);
    }
    world_commit(world);
    compared = different = 0;
    /* In the order of the last put. */
    for (int e = 0; e < 2; e++) {
        char *ids = ids_found(world->indexes[e], libsearch_query_match_all());
        assert_string_equal(ids, "teams to-do paris health bread");
        free(ids);
        ids = ids_found(world->indexes[e], libsearch_query_text(NULL, bytes("ministries")));
        assert_string_equal(ids, "");
        free(ids);
    }
    world_free(world);
}

static void what_is_not_committed_is_not_there(void **state)
{
    (void)state;
    struct world *world = world_of_entries();
    for (int e = 0; e < 2; e++) {
        libsearch_snapshot *before = NULL;
        libsearch_results *results = NULL;
        libsearch_query *query = libsearch_query_text(NULL, bytes("bread"));
        assert_ok(libsearch_snapshot_open(world->indexes[e], &before, NULL));
        assert_ok(libsearch_writer_delete(world->writers[e], bytes("bread"), NULL));
        assert_ok(libsearch_writer_rollback(world->writers[e], NULL));
        assert_ok(libsearch_writer_commit(world->writers[e], NULL));
        char *ids = ids_found(world->indexes[e], libsearch_query_text(NULL, bytes("bread")));
        assert_string_equal(ids, "bread");
        free(ids);
        assert_ok(libsearch_writer_delete(world->writers[e], bytes("bread"), NULL));
        assert_ok(libsearch_writer_commit(world->writers[e], NULL));
        assert_ok(libsearch_snapshot_search(before, query, NULL, &results, NULL));
        libsearch_results_free(results);
        libsearch_snapshot_free(before);
        libsearch_query_free(query);
    }
    world_free(world);
}

static void totals_offsets_and_limits_are_the_same(void **state)
{
    (void)state;
    struct world *world = world_of_entries();
    for (int e = 0; e < 2; e++) {
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        libsearch_results *results = NULL;
        libsearch_query *query = libsearch_query_text(NULL, bytes("officials bread winter"));
        int exact = 0;
        options.total = LIBSEARCH_TOTAL_EXACT;
        options.count = 2;
        options.offset = 1;
        assert_ok(libsearch_search_query(world->indexes[e], query, &options, &results, NULL));
        assert_int_equal(libsearch_results_count(results), 2);
        assert_int_equal(libsearch_results_total(results, &exact), 5);
        assert_int_equal(exact, 1);
        libsearch_results_free(results);
        options.count = 0;
        assert_ok(libsearch_search_query(world->indexes[e], query, &options, &results, NULL));
        assert_int_equal(libsearch_results_count(results), 0);
        assert_int_equal(libsearch_results_total(results, &exact), 5);
        libsearch_results_free(results);
        options.total = LIBSEARCH_TOTAL_BOUND;
        options.count = 1;
        options.offset = 0;
        uint64_t least, most;
        assert_ok(libsearch_search_query(world->indexes[e], query, &options, &results, NULL));
        const uint64_t about = libsearch_results_estimate(results, &least, &most);
        assert_true(least <= 5 && 5 <= most && least <= about && about <= most);
        assert_int_equal(libsearch_results_total(results, &exact), least);
        assert_int_equal(exact, least == most);
        libsearch_results_free(results);
        options.offset = LIBSEARCH_MAX_RESULTS;
        options.count = 1;
        assert_status(libsearch_search_query(world->indexes[e], query, &options, &results, NULL), LIBSEARCH_LIMIT);
        options.offset = 0;
        options.model = "nonsense";
        assert_status(libsearch_search_query(world->indexes[e], query, &options, &results, NULL), LIBSEARCH_INVALID);
        options.model = NULL;
        options.cancel = libsearch_cancel_new();
        libsearch_cancel_raise(options.cancel);
        assert_status(libsearch_search_query(world->indexes[e], query, &options, &results, NULL), LIBSEARCH_CANCELLED);
        libsearch_cancel_free(options.cancel);
        libsearch_query_free(query);
    }
    world_free(world);
}

static void snippets_show_the_same(void **state)
{
    (void)state;
    struct world *world = world_of_entries();
    for (int e = 0; e < 2; e++) {
        libsearch_results *results = NULL;
        libsearch_bytes snippet;
        assert_ok(libsearch_search(world->indexes[e], bytes("patience"), 1, &results, NULL));
        assert_ok(libsearch_results_snippet(results, 0, "text", 200, LIBSEARCH_HTML, &snippet, NULL));
        char *text = strndup(snippet.data, snippet.length);
        assert_non_null(strstr(text, "<b>patience</b>"));
        free(text);
        libsearch_results_free(results);
    }
    world_free(world);
}

/* ----- differences ----- */

static void what_people_type_is_not_refused_but_told(void **state)
{
    (void)state;
    struct world *world = world_of_entries();
    libsearch_results *results = NULL;
    assert_ok(libsearch_search(world->indexes[XAPIAN], bytes("text:\"bread bread\""), 10, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 1);
    assert_int_equal(libsearch_results_warning_count(results), 1);
    assert_non_null(strstr(libsearch_results_warning(results, 0, NULL), "its words are looked for"));
    libsearch_results_free(results);
    world_free(world);
}

static void the_xapian_engine_says_what_it_cannot_do(void **state)
{
    (void)state;
    struct world *world = world_of_entries();
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_query *query = libsearch_query_text(NULL, bytes("bread"));
    options.model = "bm25:k1=1,b=0.5";
    assert_status(libsearch_search_query(world->indexes[XAPIAN], query, &options, &results, NULL),
                  LIBSEARCH_UNSUPPORTED);
    libsearch_query_free(query);
    query = libsearch_query_phrase("text", bytes("bread bread"), 0);
    assert_status(libsearch_search_query(world->indexes[XAPIAN], query, NULL, &results, NULL), LIBSEARCH_UNSUPPORTED);
    libsearch_query_free(query);
    char *answer = ids_found(world->indexes[XAPIAN], parsed(world->indexes[XAPIAN], "text:=boats"));
    assert_string_equal(answer, libsearch_status_text(LIBSEARCH_UNSUPPORTED));
    free(answer);
    answer = ids_found(world->indexes[XAPIAN], parsed(world->indexes[XAPIAN], "@near(5 \"harbour town\" winter)"));
    assert_string_equal(answer, libsearch_status_text(LIBSEARCH_UNSUPPORTED));
    free(answer);
    assert_status(libsearch_writer_refresh(world->writers[XAPIAN], NULL), LIBSEARCH_UNSUPPORTED);
    assert_status(libsearch_writer_compact(world->writers[XAPIAN], LIBSEARCH_REORDER, NULL), LIBSEARCH_UNSUPPORTED);
    assert_status(libsearch_writer_compact(world->writers[XAPIAN], LIBSEARCH_BIWORDS, NULL), LIBSEARCH_UNSUPPORTED);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed_queries_find_the_same),
        cmocka_unit_test(random_trees_find_the_same),
        cmocka_unit_test(put_again_delete_and_delete_matching_leave_the_same),
        cmocka_unit_test(what_is_not_committed_is_not_there),
        cmocka_unit_test(totals_offsets_and_limits_are_the_same),
        cmocka_unit_test(snippets_show_the_same),
        cmocka_unit_test(what_people_type_is_not_refused_but_told),
        cmocka_unit_test(the_xapian_engine_says_what_it_cannot_do),
    };
    if (!engine_is_here(XAPIAN))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
