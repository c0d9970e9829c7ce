/* SPDX-License-Identifier: MIT */
/* Near, phrases with a last prefix, words in their exact form, the best of several, and patterns that stand for too
 * many words, in segments that are deleted from and merged: every answer is the oracle's. */
#include "support/unit.h"

#include <string.h>

#include "oracle/pieces.h"
#include "oracle/span_questions.h"
#include "query/query_print.h"
#include "query/query_tree.h"

/* Each hit of a question, explained: the root is its score, and a sum is what its parts add up to. */
static void check_explanations(struct pieces *pieces, const libsearch_query *query, const char *model)
{
    struct search_hit hits[5];
    struct search_request request = { .query = query, .count = 5, .model = model, .memory = SIZE_MAX };
    struct search_answer answer = { .hits = hits };
    if (search_run(&pieces->snapshot, &request, &answer, NULL) != LIBSEARCH_OK)
        return; /* LIMIT */
    for (size_t i = 0; i < answer.hit_count; i++) {
        libsearch_explanation *list = NULL;
        size_t count = 0, segment = pieces->snapshot.segment_count - 1;
        struct arena arena;
        arena_init(&arena, allocator_default());
        while (pieces->segments[segment].base > hits[i].number)
            segment--;
        assert_int_equal(search_explain(&pieces->snapshot, query, model, NULL, segment,
                                        (uint32_t)(hits[i].number - pieces->segments[segment].base), &arena, &list,
                                        &count, NULL),
                         LIBSEARCH_OK);
        assert_true(count > 0);
        assert_memory_equal(&list[0].value, &hits[i].score, sizeof hits[i].score);
        for (size_t l = 0; l < count; l++) {
            float sum = 0;
            if (strncmp(list[l].text, "the sum", 7) != 0 || list[l].value == 0)
                continue;
            for (size_t part = l + 1; part < count && list[part].depth > list[l].depth; part++)
                sum += list[part].depth == list[l].depth + 1 ? list[part].value : 0;
            assert_memory_equal(&list[l].value, &sum, sizeof sum);
        }
        arena_free(&arena);
    }
    query_warnings_free(pieces->snapshot.allocator, answer.warnings);
}

static void ask(struct pieces *pieces, struct test_random *random, uint64_t questions,
                libsearch_query *(*question)(const struct world *world, struct test_random *random))
{
    struct comparison comparison = { .world = &pieces->world,
                                     .snapshot = &pieces->snapshot,
                                     .oracle = &pieces->oracle };
    for (; questions > 0; questions--) {
        char name[96], difference[512];
        struct oracle_model oracle_model;
        const char *model = model_random(&pieces->world, random, name, &oracle_model);
        libsearch_query *query = question(&pieces->world, random);
        if (!compare_query(&comparison, query, model, &oracle_model, random, difference)) {
            char *text = NULL;
            struct buffer printed;
            buffer_init(&printed, allocator_default());
            query_print(query, &printed);
            text = (char *)printed.data;
            world_print(&pieces->world);
            print_message("%.*s\n", (int)printed.length, text);
            buffer_free(&printed);
            fail_msg("model %s: %s", model == NULL ? "NULL" : model, difference);
        }
        check_explanations(pieces, query, model);
        query_release(query);
    }
}

/* One world from a seed: whole, with deletions, and merged into one. */
static void live_one_life(uint64_t seed, uint32_t documents, uint64_t questions,
                          libsearch_query *(*question)(const struct world *world, struct test_random *random),
                          uint32_t words)
{
    struct test_random random = { seed };
    static struct pieces pieces;
    struct world_shape shape = world_random_shape(&random, documents);
    if (words > 0) {
        shape.words = words;
        shape.skew = 1;
        shape.fields = WORLD_TITLE_TEXT;
        shape.longest = 40;
    }
    print_message("LIBSEARCH_TEST_SEED=%llu: %u documents\n", (unsigned long long)seed, documents);
    pieces_make(&pieces, &random, &shape, 1 + (uint32_t)random_below(&random, documents < 6 ? 1 : 6));
    ask(&pieces, &random, questions, question);
    pieces_delete(&pieces, &random, 1 + random_size(&random, 6));
    ask(&pieces, &random, questions, question);
    pieces_merge(&pieces, 0, pieces.snapshot.segment_count, random_below(&random, 3) == 0 ? LIBSEARCH_REORDER : 0);
    ask(&pieces, &random, questions, question);
    pieces_free(&pieces);
}

static libsearch_query *any_question(const struct world *world, struct test_random *random)
{
    return span_question_random(world, random, 2);
}

static void near_exact_and_best_answer_as_the_oracle_does(void **state)
{
    (void)state;
    uint64_t seed = world_seed("spans");
    const uint64_t cases = world_cases(6000);
    for (uint64_t done = 0; done < cases; done += 45, seed++) {
        struct test_random random = { ~seed };
        live_one_life(seed, 1 + (uint32_t)random_below(&random, done % 4 == 3 ? 700 : 60), 15, any_question, 0);
    }
}

/* A prefix of one letter, a star, in the way of people. */
static libsearch_query *wide_pattern(const struct world *world, struct test_random *random)
{
    char text[4] = "*";
    libsearch_query like = { .kind = QUERY_WILDCARD, .text = { text, 1 } };
    if (random_below(random, 2) == 0) {
        like.kind = QUERY_PREFIX;
        text[0] = world_word(world, random)[0];
        like.text.length = (unsigned char)text[0] < 0x80 && random_below(random, 2);
    }
    libsearch_query *query = question_new(&like);
    query->lenient = random_below(random, 4) > 0;
    return query;
}

static void of_too_many_words_the_most_frequent_are_taken_or_it_is_a_limit(void **state)
{
    (void)state;
    uint64_t seed = world_seed("wide");
    for (uint64_t done = 0; done < world_cases(3); done++, seed++)
        live_one_life(seed, 300, 4, wide_pattern, 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_exact_and_best_answer_as_the_oracle_does),
        cmocka_unit_test(of_too_many_words_the_most_frequent_are_taken_or_it_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
