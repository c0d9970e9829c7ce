/* SPDX-License-Identifier: MIT */
/* The program's own knowledge in the ranking: numbers of columns, a function with a bound and without, documents to do
 * without; and that scores explained with them are the scores. */
#include "support/unit.h"

#include <string.h>

#include "oracle/pieces.h"
#include "oracle/rankings.h"
#include "query/query_print.h"
#include "query/query_tree.h"

static struct pieces pieces;

static void make(struct test_random *random, uint32_t documents)
{
    struct world_shape shape = world_random_shape(random, documents);
    shape.fields = WORLD_EVERYTHING;
    pieces_make(&pieces, random, &shape, documents < 100 ? 1 : 1 + (uint32_t)random_below(random, PIECES_MOST));
}

static void ask(struct test_random *random, uint64_t questions)
{
    struct comparison comparison = { &pieces.world, &pieces.snapshot, &pieces.oracle, true, NULL };
    for (; questions > 0; questions--) {
        struct random_ranking ranking;
        struct oracle_model oracle_model;
        char name[96], difference[512];
        const char *model = model_random(&pieces.world, random, name, &oracle_model);
        libsearch_query *query = question_random(&pieces.world, random, true);
        comparison.ranking = ranking_random(&ranking, &pieces.snapshot, random);
        if (!compare_query(&comparison, query, model, &oracle_model, random, difference)) {
            ranking_print(comparison.ranking);
            fail_msg("model %s: %s", model == NULL ? "NULL" : model, difference);
        }
        query_release(query);
    }
}

static void live(const char *name, uint64_t cases, uint32_t least, uint32_t most)
{
    uint64_t seed = world_seed(name);
    for (uint64_t done = 0; done < cases; done += 40, seed++) {
        struct test_random random = { seed };
        make(&random, least + (uint32_t)random_below(&random, most - least));
        print_message("LIBSEARCH_TEST_SEED=%llu LIBSEARCH_TEST_CASES=1\n", (unsigned long long)seed);
        ask(&random, 20);
        pieces_delete(&pieces, &random, 1 + random_size(&random, 6));
        ask(&random, 20);
        pieces_free(&pieces);
    }
}

static void small_collections_rank_as_the_oracle_does(void **state)
{
    (void)state;
    live("rank small", world_cases(1200), 1, 300);
}

static void large_collections_rank_as_the_oracle_does(void **state)
{
    (void)state;
    live("rank large", world_cases(120), 4000, 9500);
}

static void fields_searched_as_one_answer_as_the_oracle_does(void **state)
{
    (void)state;
    uint64_t seed = world_seed("fields");
    for (uint64_t done = 0, cases = world_cases(400); done < cases; done += 40, seed++) {
        struct test_random random = { seed };
        struct world_shape shape = world_random_shape(&random, 1 + (uint32_t)random_below(&random, 400));
        print_message("LIBSEARCH_TEST_SEED=%llu LIBSEARCH_TEST_CASES=1\n", (unsigned long long)seed);
        pieces_make(&pieces, &random, &shape, 1);
        struct comparison comparison = { &pieces.world, &pieces.snapshot, &pieces.oracle, true, NULL };
        for (unsigned i = 0; i < 40; i++) {
            struct oracle_model oracle_model;
            char name[96], difference[512];
            const char *model = model_random(&pieces.world, &random, name, &oracle_model);
            libsearch_query *query = question_fields(&pieces.world, &random);
            if (oracle_model.kind < ORACLE_BM25_PLUS &&
                !compare_query(&comparison, query, model, &oracle_model, &random, difference)) {
                struct buffer text;
                buffer_init(&text, allocator_default());
                query_print(query, &text);
                fail_msg("model %s, %.*s: %s", model == NULL ? "NULL" : model, (int)text.length,
                         (const char *)text.data, difference);
            }
            query_release(query);
        }
        pieces_free(&pieces);
    }
}

static void an_explanation_begins_with_the_score_to_the_bit(void **state)
{
    (void)state;
    struct test_random random = { world_seed("rank explained") };
    make(&random, 400);
    for (unsigned asked = 0; asked < 100; asked++) {
        struct random_ranking ranking;
        struct search_hit hits[5];
        struct search_answer answer = { .hits = hits };
        libsearch_query *query = question_random(&pieces.world, &random, true);
        const struct search_request request = { .query = query,
                                                .count = 5,
                                                .memory = (size_t)1 << 28,
                                                .ranking = ranking_random(&ranking, &pieces.snapshot, &random) };
        const libsearch_status status = search_run(&pieces.snapshot, &request, &answer, NULL);
        for (size_t i = 0; status == LIBSEARCH_OK && i < answer.hit_count; i++) {
            libsearch_explanation *list = NULL;
            size_t count = 0, segment = pieces.snapshot.segment_count - 1;
            struct arena arena;
            arena_init(&arena, allocator_default());
            while (pieces.segments[segment].base > hits[i].number)
                segment--;
            assert_ok(search_explain(&pieces.snapshot, query, NULL, request.ranking, segment,
                                     (uint32_t)(hits[i].number - pieces.segments[segment].base), &arena, &list, &count,
                                     NULL));
            assert_true(count > 0);
            assert_memory_equal(&list[0].value, &hits[i].score, sizeof hits[i].score);
            arena_free(&arena);
        }
        if (status == LIBSEARCH_OK)
            query_warnings_free(allocator_default(), answer.warnings);
        query_release(query);
    }
    pieces_free(&pieces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_collections_rank_as_the_oracle_does),
        cmocka_unit_test(large_collections_rank_as_the_oracle_does),
        cmocka_unit_test(fields_searched_as_one_answer_as_the_oracle_does),
        cmocka_unit_test(an_explanation_begins_with_the_score_to_the_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
