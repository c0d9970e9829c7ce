/* SPDX-License-Identifier: MIT */
/* The k best of many hits are those that sorting all would put first. */
#include "support/unit.h"

#include <string.h>

#include "search/evaluate.h"
#include "search/top_k.h"
#include "support/random.h"

enum { MOST = 3000 };

static int better_first(const void *a, const void *b)
{
    const struct search_hit *one = a, *other = b;
    if (one->score != other->score)
        return one->score > other->score ? -1 : 1;
    return (one->number > other->number) - (one->number < other->number);
}

enum order { RISING, FALLING, SHUFFLED };

/* Hits with numbers of their own, scores from a few values or many. */
static void make_hits(struct test_random *random, struct search_hit *hits, size_t count, enum order order)
{
    const uint64_t values = 1 + random_size(random, 14);
    for (size_t i = 0; i < count; i++)
        hits[i] = (struct search_hit){ (float)random_below(random, values) / 8, i * 3 };
    /* Sometimes most are close to each other, or one is far from all others. */
    if (count > 0 && random_below(random, 4) == 0)
        hits[random_below(random, count)].score = 1e30f;
    for (size_t i = 0; i < count && values % 4 == 0; i++)
        hits[i].score = 100 + hits[i].score * 1e-4f;
    for (size_t i = count; i > 1 && order == SHUFFLED; i--) {
        const size_t other = random_below(random, i);
        const struct search_hit kept = hits[i - 1];
        hits[i - 1] = hits[other];
        hits[other] = kept;
    }
    for (size_t i = 0; i < count / 2 && order == FALLING; i++) {
        const struct search_hit kept = hits[i];
        hits[i] = hits[count - 1 - i];
        hits[count - 1 - i] = kept;
    }
}

static void compare(struct test_random *random, size_t count, size_t k, enum order order)
{
    static struct search_hit hits[MOST], room[4 * MOST + 4096];
    struct top_k top;
    make_hits(random, hits, count, order);
    assert_true(top_k_room(k) <= sizeof room / sizeof *room);
    top_k_init(&top, room, k, top_k_room(k));
    for (size_t i = 0; i < count; i++) {
        top_k_add(&top, hits[i].score, hits[i].number);
        if (top.threshold < 0 || random_below(random, 50) > 0)
            continue;
        size_t above = 0; /* k hits so far are not below the threshold */
        for (size_t j = 0; j <= i; j++)
            above += hits[j].score >= top.threshold;
        assert_true(above >= k);
    }
    /* Those before the page that is asked for are the right ones in any order. */
    const size_t skipped = random_below(random, 2) == 0 ? 0 : random_below(random, k + 2);
    top_k_finish(&top, skipped);
    qsort(hits, count, sizeof *hits, better_first);
    assert_int_equal(top.count, count < k ? count : k);
    qsort(top.hits, skipped < top.count ? skipped : top.count, sizeof *top.hits, better_first);
    for (size_t i = 0; i < top.count; i++)
        if (top.hits[i].number != hits[i].number || top.hits[i].score != hits[i].score)
            fail_msg("%zu of %zu, order %d: place %zu has %llu, should have %llu", k, count, (int)order, i,
                     (unsigned long long)top.hits[i].number, (unsigned long long)hits[i].number);
}

static void the_best_are_what_sorting_puts_first(void **state)
{
    (void)state;
    struct test_random random = random_start("top_k");
    static const size_t ks[] = { 1, 2, 3, 10, 16, 17, 31, 32, 33, 64, 100, 128, 129, 1000, 2999 };
    for (unsigned round = 0; round < 60; round++)
        for (size_t i = 0; i < sizeof ks / sizeof *ks; i++)
            compare(&random, random_below(&random, round < 20 ? 40 : MOST), ks[i], (enum order)(round % 3));
}

static void nothing_is_kept_of_no_places(void **state)
{
    (void)state;
    struct search_hit hits[1];
    struct top_k top;
    top_k_init(&top, hits, 0, top_k_room(0));
    top_k_add(&top, 1e30f, 1);
    assert_true(top.threshold > 1e30f);
    top_k_finish(&top, 0);
    assert_int_equal(top.count, 0);
}

static void a_score_of_zero_is_kept_while_there_is_room(void **state)
{
    (void)state;
    struct search_hit hits[4096];
    struct top_k top;
    top_k_init(&top, hits, 2, top_k_room(2));
    top_k_add(&top, 0, 9);
    top_k_add(&top, 0, 4);
    top_k_add(&top, 0, 6);
    top_k_finish(&top, 0);
    assert_int_equal(top.count, 2);
    assert_int_equal(top.hits[0].number, 4);
    assert_int_equal(top.hits[1].number, 6);
}

/* As soon as there are k hits it is known what must be reached; they are thinned again when twice as many are there. */
static void the_threshold_is_known_as_soon_as_it_can_be(void **state)
{
    (void)state;
    enum { K = 100 };
    struct search_hit hits[2 * K + 64];
    struct top_k top;
    assert_int_equal(top_k_room(K), sizeof hits / sizeof *hits);
    top_k_init(&top, hits, K, top_k_room(K));
    for (uint64_t i = 0; i < K; i++) {
        assert_true(top.threshold < 0);
        top_k_add(&top, 5 + (float)i, i);
    }
    assert_true(!(top.threshold < 5 || top.threshold > 5));
    for (uint64_t i = K; i < 2 * K + 63; i++) {
        top_k_add(&top, 5 + (float)i, i);
        assert_int_equal(top.count, i + 1);
    }
    top_k_add(&top, 1e6f, 7777);
    assert_int_equal(top.count, K);
    assert_true(!(top.threshold < K + 69 || top.threshold > K + 69)); /* of 264 the hundredth from above */
}

/* Scores all alike or all different. */
static void many_hits_are_given_up_when_the_search_is(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    struct search_hit *hits = malloc(top_k_room(MANY) * sizeof *hits);
    assert_non_null(hits);
    for (unsigned round = 0; round < 4; round++) {
        const bool alike = round % 2 == 0;
        const volatile int raised = 1;
        const struct search_request request = { .cancel = &raised };
        struct search_context context = { .request = &request };
        struct top_k top;
        top_k_init(&top, hits, MANY, top_k_room(MANY));
        top.context = &context;
        for (uint64_t i = 0; i < (round < 2 ? MANY - 1 : 3 * MANY); i++) {
            top_k_add(&top, alike ? 1.0f : (float)(i * 7919 % MANY), i);
            assert_true(round >= 2 || context.ended == LIBSEARCH_OK);
        }
        top_k_finish(&top, 0);
        assert_int_equal(context.ended, LIBSEARCH_CANCELLED);
    }
    free(hits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_are_what_sorting_puts_first),
        cmocka_unit_test(nothing_is_kept_of_no_places),
        cmocka_unit_test(a_score_of_zero_is_kept_while_there_is_room),
        cmocka_unit_test(the_threshold_is_known_as_soon_as_it_can_be),
        cmocka_unit_test(many_hits_are_given_up_when_the_search_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
