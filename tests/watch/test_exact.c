/* SPDX-License-Identifier: MIT */
/* Saved queries of every kind over random documents: a document matches exactly those that find it in an index of its
 * own, by our search and by the oracle; whatever was added, replaced and taken out in between, whichever words the set
 * is anchored at by then, and also from a file. */
#include "support/unit.h"

#include <string.h>

#include "oracle/pieces.h"
#include "oracle/span_questions.h"
#include "query/query_parser.h"
#include "query/query_print.h"
#include "query/query_tree.h"
#include "watch/watcher.h"

enum { DOCUMENTS = PIECES_MOST, QUERIES = 120 };

struct saved {
    libsearch_query *query; /* NULL: not in the set */
};

struct life {
    struct pieces pieces;
    struct watch_set *set;
    struct watcher *watcher;
    struct saved saved[QUERIES];
};

static libsearch_bytes query_id(uint32_t number, char *id)
{
    return (libsearch_bytes){ id, (size_t)sprintf(id, "q%u", number) };
}

static libsearch_bytes printed(const libsearch_query *query, struct buffer *buffer)
{
    buffer_init(buffer, allocator_default());
    query_print(query, buffer);
    return (libsearch_bytes){ (const char *)buffer->data, buffer->length };
}

static libsearch_query *random_query(const struct world *world, struct test_random *random)
{
    if (random_below(random, 8) == 0)
        return question_fields(world, random);
    return random_below(random, 2) ? question_random(world, random, true) : span_question_random(world, random, 2);
}

/* Saves a query under a number, as a tree or as text. */
static void save(struct life *life, struct test_random *random, uint32_t number)
{
    const struct schema *schema = life->pieces.world.schema;
    libsearch_query *query = random_query(&life->pieces.world, random);
    char id[24];
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_status status;
    if (random_below(random, 2)) {
        struct buffer buffer;
        const libsearch_bytes text = printed(query, &buffer);
        query_release(query);
        assert_ok(query_parse(allocator_default(), schema, text, 0, 0, &query, NULL));
        status = watch_set_add_text(life->set, query_id(number, id), text, 0, NULL, NULL, &error);
        buffer_free(&buffer);
        assert_ok(status);
    } else {
        status = watch_set_add(life->set, query_id(number, id), query, &error);
    }
    if (status != LIBSEARCH_OK) { /* what a search refuses too; the one before stays */
        assert_true(status == LIBSEARCH_INVALID || status == LIBSEARCH_UNSUPPORTED);
        struct snapshot one = life->pieces.snapshot;
        struct search_request request = { .query = query, .memory = SIZE_MAX };
        struct search_answer answer = { 0 };
        if (search_run(&one, &request, &answer, NULL) != status) {
            struct buffer buffer;
            const libsearch_bytes text = printed(query, &buffer);
            fail_msg("%.*s: %s", (int)text.length, text.data, error.message);
        }
        query_release(query);
        return;
    }
    query_release(life->saved[number].query);
    life->saved[number].query = query;
}

static void drop(struct life *life, uint32_t number)
{
    char id[24];
    assert_status(watch_set_remove(life->set, query_id(number, id), NULL),
                  life->saved[number].query == NULL ? LIBSEARCH_NOT_FOUND : LIBSEARCH_OK);
    query_release(life->saved[number].query);
    life->saved[number].query = NULL;
}

/* Whether the query finds document d in an index that has nothing else. */
static bool finds(struct life *life, const libsearch_query *query, uint32_t d)
{
    struct pieces *pieces = &life->pieces;
    struct snapshot_segment segment = pieces->segments[d];
    segment.base = 0;
    struct snapshot one = pieces->snapshot;
    one.segments = &segment;
    one.segment_count = 1;
    struct search_request request = { .query = query, .total = LIBSEARCH_TOTAL_EXACT, .memory = SIZE_MAX };
    struct search_answer answer = { 0 };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (search_run(&one, &request, &answer, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    query_warnings_free(one.allocator, answer.warnings);
    bool live = true;
    struct oracle oracle = pieces->oracle;
    oracle.documents = &pieces->world.known[d];
    oracle.live = &live;
    oracle.count = 1;
    const struct oracle_model model = { .kind = ORACLE_BM25, .k1 = 0.9f, .b = 0.4f };
    struct oracle_answer known = oracle_search(&oracle, query, &model);
    assert_ok(known.status);
    assert_int_equal(known.count, answer.total);
    oracle_answer_free(&known);
    return answer.total == 1;
}

static void match(struct life *life, uint32_t d)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    bool matched[QUERIES] = { false };
    if (watcher_match(life->watcher, life->pieces.world.documents[d], &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < life->watcher->result_count; i++) {
        const libsearch_bytes id = saved_query_id(life->watcher->results[i]);
        const unsigned long number = strtoul(id.data + 1, NULL, 10);
        assert_true(number < QUERIES);
        assert_false(matched[number]);
        matched[number] = true;
        assert_ok(watcher_words(life->watcher, i, NULL));
    }
    for (uint32_t i = 0; i < QUERIES; i++) {
        if (life->saved[i].query == NULL) {
            assert_false(matched[i]);
            continue;
        }
        if (finds(life, life->saved[i].query, d) == matched[i])
            continue;
        struct buffer buffer;
        const libsearch_bytes text = printed(life->saved[i].query, &buffer);
        world_print(&life->pieces.world);
        print_message("document %u, query %u: %.*s\n", d, i, (int)text.length, text.data);
        for (size_t v = 0; v < life->pieces.world.documents[d]->count; v++) {
            const struct document_value *value = &life->pieces.world.documents[d]->values[v];
            print_message("  %s: %.*s\n", value->field, (int)value->bytes.length, value->bytes.data);
        }
        fail_msg("%s", matched[i] ? "matched, and is not to be found" : "to be found, and did not match");
    }
}

/* The set as a file has it. */
static void reload(struct life *life)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_ok(watch_set_save(life->set, life->pieces.storage, "queries", NULL));
    watcher_close(life->watcher);
    watch_set_free(life->set);
    if (watch_set_load(allocator_default(), NULL, life->pieces.storage, "queries", &life->set, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    assert_ok(watcher_open(life->set, NULL, &life->watcher, NULL));
}

static void live(uint64_t seed)
{
    static struct life life;
    struct test_random random = { seed };
    const uint32_t documents = 1 + (uint32_t)random_below(&random, DOCUMENTS);
    const struct world_shape shape = world_random_shape(&random, documents);
    print_message("LIBSEARCH_TEST_SEED=%llu\n", (unsigned long long)seed);
    memset(&life, 0, sizeof life);
    pieces_make(&life.pieces, &random, &shape, documents);
    assert_ok(watch_set_new_like(allocator_default(), life.pieces.world.schema, &life.set, NULL));
    assert_ok(watcher_open(life.set, NULL, &life.watcher, NULL));
    for (uint32_t i = 0; i < QUERIES; i++)
        save(&life, &random, i);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t d = 0; d < documents; d++) {
            match(&life, d);
            for (uint64_t changes = random_below(&random, 4); changes > 0; changes--) {
                const uint32_t number = (uint32_t)random_below(&random, QUERIES);
                if (random_below(&random, 3) > 0)
                    save(&life, &random, number);
                else
                    drop(&life, number);
            }
        }
        if (random_below(&random, 3) == 0)
            reload(&life);
    }
    watcher_close(life.watcher);
    watch_set_free(life.set);
    for (uint32_t i = 0; i < QUERIES; i++)
        query_release(life.saved[i].query);
    pieces_free(&life.pieces);
}

static void a_document_matches_what_finds_it_alone(void **state)
{
    (void)state;
    uint64_t seed = world_seed("watch");
    for (uint64_t done = 0; done < world_cases(40); done++)
        live(seed++);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_document_matches_what_finds_it_alone) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
