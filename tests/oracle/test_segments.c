/* SPDX-License-Identifier: MIT */
/* Segments built directly, with deletions, then merged: every answer is the oracle's. */
#include "support/unit.h"

#include "oracle/pieces.h"

enum { CASES = 10000 };

static void ask(struct pieces *pieces, struct test_random *random, uint64_t questions, bool patterns)
{
    struct comparison comparison = { &pieces->world, &pieces->snapshot, &pieces->oracle, patterns, NULL };
    for (; questions > 0; questions--)
        compare_random(&comparison, random);
}

/* One world from a seed: whole, with deletions, merged in part, and merged into one. Asks 4 * questions questions. */
static void live_one_life(uint64_t seed, uint32_t documents, uint64_t questions, bool steep)
{
    struct test_random random = { seed };
    static struct pieces pieces;
    const struct world_shape shape =
        steep ? world_steep_shape(&random, documents) : world_random_shape(&random, documents);
    const uint32_t count = random_below(&random, 3) == 0 ? 1 : 1 + (uint32_t)random_below(&random, PIECES_MOST);
    pieces_make(&pieces, &random, &shape, count > documents ? 1 : count);
    ask(&pieces, &random, questions, true);
    pieces_delete(&pieces, &random, 1 + random_size(&random, 6));
    ask(&pieces, &random, questions, true);
    const size_t first = random_below(&random, pieces.snapshot.segment_count);
    pieces_merge(&pieces, first, 1 + random_below(&random, pieces.snapshot.segment_count - first), 0);
    ask(&pieces, &random, questions, false);
    pieces_merge(&pieces, 0, pieces.snapshot.segment_count, random_below(&random, 3) == 0 ? LIBSEARCH_REORDER : 0);
    pieces_delete(&pieces, &random, 1 + random_size(&random, 6));
    ask(&pieces, &random, questions, false);
    pieces_free(&pieces);
}

/* Lives until so many questions were asked, each with a seed of its own, that is printed where one fails. */
static void live_many(const char *name, uint64_t cases, uint32_t least, uint32_t most, uint64_t questions, bool steep)
{
    uint64_t seed = world_seed(name);
    for (uint64_t done = 0; done < cases; done += 4 * questions, seed++) {
        struct test_random random = { ~seed };
        const uint32_t documents = least + (uint32_t)random_below(&random, most - least);
        print_message("LIBSEARCH_TEST_SEED=%llu LIBSEARCH_TEST_CASES=1: %u documents\n", (unsigned long long)seed,
                      documents);
        live_one_life(seed, documents, questions, steep);
    }
}

static void small_collections_answer_as_the_oracle_does(void **state)
{
    (void)state;
    live_many("small", world_cases(CASES), 1, 60, 20, false);
}

static void collections_of_several_blocks_answer_as_the_oracle_does(void **state)
{
    (void)state;
    live_many("blocks", world_cases(CASES) / 4, 200, 1500, 20, false);
}

static void collections_of_several_windows_answer_as_the_oracle_does(void **state)
{
    (void)state;
    live_many("windows", world_cases(CASES) / 20, 4000, 9500, 15, false);
}

static void steep_collections_answer_as_the_oracle_does(void **state)
{
    (void)state;
    live_many("steep", world_cases(CASES) / 20, 600, 9500, 20, true);
}

static void collections_of_long_lists_answer_as_the_oracle_does(void **state)
{
    (void)state;
    live_many("long", world_cases(CASES) / 400, 15000, 20000, 5, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_collections_answer_as_the_oracle_does),
        cmocka_unit_test(collections_of_several_blocks_answer_as_the_oracle_does),
        cmocka_unit_test(collections_of_several_windows_answer_as_the_oracle_does),
        cmocka_unit_test(steep_collections_answer_as_the_oracle_does),
        cmocka_unit_test(collections_of_long_lists_answer_as_the_oracle_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
