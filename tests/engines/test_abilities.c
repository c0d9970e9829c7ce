/* SPDX-License-Identifier: MIT */
/* What libsearch_abilities says is so: what is told can be done, and what is not is UNSUPPORTED, in either engine. */
#include "engines/engine_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world {
    enum engine engine;
    char *folder;
    libsearch_index *index;
    libsearch_writer *writer;
    libsearch_query *query;
};

static libsearch_status search(struct world *world, const libsearch_query *query,
                               const libsearch_search_options *options)
{
    libsearch_results *results = NULL;
    const libsearch_status status = libsearch_search_query(world->index, query, options, &results, NULL);
    libsearch_results_free(results);
    return status;
}

static libsearch_status refresh(struct world *world) { return libsearch_writer_refresh(world->writer, NULL); }
static libsearch_status reorder(struct world *world)
{
    return libsearch_writer_compact(world->writer, LIBSEARCH_REORDER, NULL);
}

static libsearch_status keep_biwords(struct world *world)
{
    return libsearch_writer_compact(world->writer, LIBSEARCH_BIWORDS, NULL);
}

static libsearch_status open_again(struct world *world, unsigned flags, const libsearch_extensions *extensions)
{
    char path[300];
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_index *again = NULL;
    snprintf(path, sizeof path, "%s/%s", world->folder, engine_name(world->engine));
    options.engine = engine_of(world->engine);
    options.extensions = extensions;
    const libsearch_status status = libsearch_open(path, flags, &options, &again, NULL);
    libsearch_close(again);
    return status;
}

static libsearch_status open_previous(struct world *world) { return open_again(world, LIBSEARCH_PREVIOUS, NULL); }

static void hear(void *context, libsearch_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

static libsearch_status call_back(struct world *world)
{
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    extensions.log = hear;
    return open_again(world, 0, &extensions);
}

static libsearch_status sort_by(struct world *world, size_t count)
{
    const libsearch_sort sort[] = { { "size", 0 }, { "tag", LIBSEARCH_SORT_DESCENDING } };
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.sort = sort;
    options.sort_count = count;
    return search(world, world->query, &options);
}
static libsearch_status sort_by_one(struct world *world) { return sort_by(world, 1); }
static libsearch_status sort_by_two(struct world *world) { return sort_by(world, 2); }

static libsearch_status facets(struct world *world)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_facet facet = LIBSEARCH_FACET_INIT;
    facet.field = "tag";
    options.facets = &facet;
    options.facet_count = 1;
    return search(world, world->query, &options);
}

static libsearch_status collapse(struct world *world)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.collapse = "tag";
    return search(world, world->query, &options);
}

static libsearch_status go_on(struct world *world)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_snapshot *snapshot = NULL;
    libsearch_results *results = NULL, *more = NULL;
    options.count = 1;
    assert_ok(libsearch_snapshot_open(world->index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_search(snapshot, world->query, &options, &results, NULL));
    libsearch_status status = libsearch_results_cursor(results, 0, &options.after, NULL);
    if (status == LIBSEARCH_OK)
        status = libsearch_snapshot_search(snapshot, world->query, &options, &more, NULL);
    libsearch_results_free(more);
    libsearch_results_free(results);
    libsearch_snapshot_free(snapshot);
    return status;
}

static libsearch_status filter(struct world *world)
{
    libsearch_snapshot *snapshot = NULL;
    libsearch_filter *made = NULL;
    assert_ok(libsearch_snapshot_open(world->index, &snapshot, NULL));
    const libsearch_status status = libsearch_filter_new(snapshot, world->query, NULL, &made, NULL);
    libsearch_filter_free(made);
    libsearch_snapshot_free(snapshot);
    return status;
}

static libsearch_status back_up(struct world *world)
{
    char path[300];
    libsearch_snapshot *snapshot = NULL;
    snprintf(path, sizeof path, "%s/copy", world->folder);
    assert_ok(libsearch_snapshot_open(world->index, &snapshot, NULL));
    const libsearch_status status = libsearch_snapshot_backup(snapshot, path, NULL, NULL);
    libsearch_snapshot_free(snapshot);
    return status;
}

static libsearch_status explain(struct world *world)
{
    libsearch_results *results = NULL;
    const libsearch_explanation *lines;
    size_t count;
    assert_ok(libsearch_search_query(world->index, world->query, NULL, &results, NULL));
    const libsearch_status status = libsearch_results_explain(results, 0, &lines, &count, NULL);
    libsearch_results_free(results);
    return status;
}

static libsearch_status suggest(struct world *world)
{
    libsearch_suggestions *found = NULL;
    const libsearch_status status = libsearch_complete(world->index, bytes("boa"), NULL, &found, NULL);
    libsearch_suggestions_free(found);
    return status;
}

static libsearch_status expand(struct world *world)
{
    libsearch_snapshot *snapshot = NULL;
    libsearch_query *made = NULL;
    assert_ok(libsearch_snapshot_open(world->index, &snapshot, NULL));
    const libsearch_status status = libsearch_query_similar(snapshot, bytes("boats in the harbour"), 3, &made, NULL);
    libsearch_query_free(made);
    libsearch_snapshot_free(snapshot);
    return status;
}

static libsearch_status sign(struct world *world)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = "signed";
    field.flags = LIBSEARCH_FIELD_SIGNATURE;
    return libsearch_writer_add_field(world->writer, &field, NULL);
}

static libsearch_status rank(struct world *world)
{
    const libsearch_bytes without = bytes("a");
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    ranking.without = &without;
    ranking.without_count = 1;
    options.ranking = &ranking;
    return search(world, world->query, &options);
}

static libsearch_status choose_model(struct world *world)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.model = "bm25";
    return search(world, world->query, &options);
}

static libsearch_status join_fields(struct world *world)
{
    const char *const fields[] = { "title", "text" };
    const float weights[] = { 2, 1 };
    libsearch_query *query = libsearch_query_fields(fields, weights, 2, bytes("boats"), LIBSEARCH_FIELDS_BM25F, 0);
    assert_non_null(query);
    const libsearch_status status = search(world, query, NULL);
    libsearch_query_free(query);
    return status;
}

static libsearch_status place_phrases(struct world *world)
{
    libsearch_query *parts[] = { libsearch_query_phrase(NULL, bytes("harbour town"), 0),
                                 libsearch_query_text(NULL, bytes("boats")) };
    libsearch_query *query = libsearch_query_near((const libsearch_query *const *)parts, 2, 5, 0);
    const libsearch_status status = search(world, query, NULL);
    libsearch_query_free(query);
    libsearch_query_free(parts[0]);
    libsearch_query_free(parts[1]);
    return status;
}

static libsearch_status write_to(struct world *world)
{
    libsearch_writer_close(world->writer);
    world->writer = NULL;
    return libsearch_writer_open(world->index, NULL, &world->writer, NULL);
}

static const struct {
    uint64_t ability;
    libsearch_status (*use)(struct world *world);
} abilities[] = {
    { LIBSEARCH_CAN_REFRESH, refresh },
    { LIBSEARCH_CAN_REORDER, reorder },
    { LIBSEARCH_CAN_OPEN_PREVIOUS, open_previous },
    { LIBSEARCH_CAN_CALL_BACK, call_back },
    { LIBSEARCH_CAN_SORT, sort_by_one },
    { LIBSEARCH_CAN_SORT_BY_SEVERAL, sort_by_two },
    { LIBSEARCH_CAN_COUNT_FACETS, facets },
    { LIBSEARCH_CAN_COLLAPSE, collapse },
    { LIBSEARCH_CAN_CONTINUE, go_on },
    { LIBSEARCH_CAN_FILTER, filter },
    { LIBSEARCH_CAN_BACK_UP, back_up },
    { LIBSEARCH_CAN_EXPLAIN, explain },
    { LIBSEARCH_CAN_SUGGEST, suggest },
    { LIBSEARCH_CAN_EXPAND, expand },
    { LIBSEARCH_CAN_SIGN, sign },
    { LIBSEARCH_CAN_RANK, rank },
    { LIBSEARCH_CAN_CHOOSE_MODEL, choose_model },
    { LIBSEARCH_CAN_JOIN_FIELDS, join_fields },
    { LIBSEARCH_CAN_PLACE_PHRASES, place_phrases },
    { LIBSEARCH_CAN_KEEP_BIWORDS, keep_biwords },
    { LIBSEARCH_CAN_WRITE, write_to },
};

static void put(struct world *world, const char *id, int64_t size)
{
    libsearch_document *document = libsearch_document_new(world->index);
    assert_ok(libsearch_document_set_text(document, "title", bytes("A harbour town")));
    assert_ok(libsearch_document_set_text(document, "text", bytes("with boats in winter")));
    assert_ok(libsearch_document_set_keyword(document, "tag", bytes("travel")));
    assert_ok(libsearch_document_set_integer(document, "size", size));
    assert_ok(libsearch_writer_put(world->writer, bytes(id), document, NULL));
    libsearch_document_free(document);
}

static struct world world_make(enum engine engine)
{
    struct world world = { .engine = engine, .folder = folder_make() };
    world.index = index_make(engine, world.folder, "english");
    world.query = libsearch_query_text(NULL, bytes("boats"));
    assert_ok(libsearch_writer_open(world.index, NULL, &world.writer, NULL));
    for (int64_t i = 0; i < 3; i++) {
        put(&world, (const char *[]){ "a", "b", "c" }[i], i);
        assert_ok(libsearch_writer_commit(world.writer, NULL));
    }
    return world;
}

static void world_free(struct world *world)
{
    libsearch_query_free(world->query);
    libsearch_writer_close(world->writer);
    libsearch_close(world->index);
    folder_remove(world->folder);
}

static void holds_for(enum engine engine)
{
    struct world world = world_make(engine);
    const uint64_t can = libsearch_abilities(world.index);
    uint64_t asked = 0;
    for (size_t i = 0; i < sizeof abilities / sizeof abilities[0]; i++) {
        const libsearch_status status = abilities[i].use(&world);
        const bool told = (can & abilities[i].ability) != 0;
        if (told ? status != LIBSEARCH_OK : status != LIBSEARCH_UNSUPPORTED)
            fail_msg("%s, bit %#llx is %d: %s", engine_name(engine), (unsigned long long)abilities[i].ability, told,
                     libsearch_status_text(status));
        asked |= abilities[i].ability;
    }
    assert_int_equal(can & ~asked, 0); /* nothing else is told */
    world_free(&world);
}

static void the_native_engine_can_do_all_of_it(void **state)
{
    (void)state;
    struct world world = world_make(NATIVE);
    for (size_t i = 0; i < sizeof abilities / sizeof abilities[0]; i++)
        assert_true((libsearch_abilities(world.index) & abilities[i].ability) != 0);
    world_free(&world);
    holds_for(NATIVE);
}

static void what_the_xapian_engine_cannot_do_is_unsupported(void **state)
{
    (void)state;
    if (!engine_is_here(XAPIAN))
        skip();
    holds_for(XAPIAN);
}

static void read_only_takes_writing_away(void **state)
{
    (void)state;
    for (int e = 0; e < 2; e++) {
        if (!engine_is_here((enum engine)e))
            continue;
        struct world world = world_make((enum engine)e);
        libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
        libsearch_index *again = NULL;
        char path[300];
        snprintf(path, sizeof path, "%s/%s", world.folder, engine_name((enum engine)e));
        options.engine = engine_of((enum engine)e);
        assert_ok(libsearch_open(path, LIBSEARCH_READ_ONLY, &options, &again, NULL));
        assert_int_equal(libsearch_abilities(world.index) ^ libsearch_abilities(again), LIBSEARCH_CAN_WRITE);
        libsearch_close(again);
        world_free(&world);
    }
    assert_int_equal(libsearch_abilities(NULL), 0);
}

/* Several databases, and a stub file that lists them, can do less. */
static void several_databases_can_do_less(void **state)
{
    (void)state;
    if (!engine_is_here(XAPIAN))
        skip();
    struct world one = world_make(XAPIAN), other = world_make(XAPIAN);
    char places[2][700], stub[300];
    snprintf(places[0], sizeof places[0], "%s/xapian,%s/xapian", one.folder, other.folder);
    snprintf(stub, sizeof stub, "%s/stub", one.folder);
    snprintf(places[1], sizeof places[1], "%s", stub);
    FILE *file = fopen(stub, "w");
    fprintf(file, "auto %s/xapian\nauto %s/xapian\n", one.folder, other.folder);
    fclose(file);
    for (int i = 0; i < 2; i++) {
        libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
        struct world both = { .engine = XAPIAN, .query = one.query };
        options.engine = engine_of(XAPIAN);
        assert_ok(libsearch_open(places[i], 0, &options, &both.index, NULL));
        const uint64_t can = libsearch_abilities(both.index);
        assert_int_equal(can & (LIBSEARCH_CAN_WRITE | LIBSEARCH_CAN_FILTER | LIBSEARCH_CAN_BACK_UP), 0);
        assert_true((can & LIBSEARCH_CAN_SORT_BY_SEVERAL) != 0);
        assert_status(filter(&both), LIBSEARCH_UNSUPPORTED);
        assert_ok(sort_by_two(&both));
        assert_status(libsearch_writer_open(both.index, NULL, &both.writer, NULL), LIBSEARCH_PERMISSION);
        libsearch_close(both.index);
    }
    world_free(&one);
    world_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_native_engine_can_do_all_of_it),
        cmocka_unit_test(what_the_xapian_engine_cannot_do_is_unsupported),
        cmocka_unit_test(read_only_takes_writing_away),
        cmocka_unit_test(several_databases_can_do_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
