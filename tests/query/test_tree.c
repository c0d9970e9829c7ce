/* SPDX-License-Identifier: MIT */
#include "query/query_support.h"
#include "support/failing_allocator.h"
#include "support/unit.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

static libsearch_query *word(const char *text)
{
    libsearch_query *query = NULL;
    assert_ok(query_new(allocator_default(), &(libsearch_query){ .kind = QUERY_TEXT, .text = { text, strlen(text) } },
                        &query, NULL));
    return query;
}

static libsearch_status pair(libsearch_query *one, libsearch_query *other, libsearch_query **query)
{
    libsearch_query *children[2] = { one, other };
    uint8_t occurs[2] = { LIBSEARCH_SHOULD, LIBSEARCH_SHOULD };
    const libsearch_query like = { .kind = QUERY_BOOLEAN, .children = children, .occurs = occurs, .count = 2 };
    return query_new(allocator_default(), &like, query, NULL);
}

static void a_tree_keeps_its_parts_and_its_own_text(void **state)
{
    (void)state;
    char text[] = "health";
    libsearch_query *leaf = word(text), *query = NULL;
    memset(text, 'x', sizeof text - 1);
    assert_ok(pair(leaf, leaf, &query));
    query_release(leaf);
    assert_int_equal(query->count, 2);
    assert_memory_equal(query->children[1]->text.data, "health", 6);
    query_release(query);
}

static void a_tree_nested_as_deep_as_the_limit_is_made_and_one_deeper_is_not(void **state)
{
    (void)state;
    libsearch_query *query = word("a");
    for (int depth = 1; depth <= LIBSEARCH_MAX_QUERY_DEPTH; depth++) {
        libsearch_query *outer = NULL;
        const libsearch_query like = { .kind = QUERY_BOOST, .factor = 1, .children = &query, .count = 1 };
        const libsearch_status status = query_new(allocator_default(), &like, &outer, NULL);
        assert_status(status, depth < LIBSEARCH_MAX_QUERY_DEPTH ? LIBSEARCH_OK : LIBSEARCH_LIMIT);
        if (status == LIBSEARCH_OK) {
            query_release(query);
            query = outer;
        }
    }
    assert_int_equal(query->depth, LIBSEARCH_MAX_QUERY_DEPTH);
    query_release(query);
}

static void a_part_that_is_in_the_tree_twice_counts_twice_towards_the_limit(void **state)
{
    (void)state;
    libsearch_query *query = word("a");
    size_t clauses = 1;
    for (;;) {
        libsearch_query *doubled = NULL;
        const libsearch_status status = pair(query, query, &doubled);
        clauses = 2 * clauses + 1;
        assert_status(status, clauses <= LIBSEARCH_MAX_CLAUSES ? LIBSEARCH_OK : LIBSEARCH_LIMIT);
        if (status != LIBSEARCH_OK)
            break;
        query_release(query);
        query = doubled;
    }
    query_release(query);
}

static void what_has_no_meaning_is_refused(void **state)
{
    (void)state;
    libsearch_query *leaf = word("a"), *none = NULL, *query = NULL;
    static char year[] = "year", empty[] = "";
    const libsearch_query bad[] = {
        { .kind = QUERY_BOOST, .factor = -1, .children = &leaf, .count = 1 },
        { .kind = QUERY_BOOST, .factor = NAN, .children = &leaf, .count = 1 },
        { .kind = QUERY_CONSTANT, .factor = INFINITY, .children = &leaf, .count = 1 },
        { .kind = QUERY_BOOST, .factor = 1, .children = &none, .count = 1 },
        { .kind = QUERY_BOOST, .factor = 1 },
        { .kind = QUERY_KEYWORD, .text = LIBSEARCH_STRING("a") },
        { .kind = QUERY_EXISTS },
        { .kind = QUERY_TEXT, .field = empty },
        { .kind = QUERY_TEXT, .flags = QUERY_FLAG_ORDERED },
        { .kind = QUERY_FUZZY, .text = LIBSEARCH_STRING("a"), .number = 3 },
        { .kind = QUERY_RANGE, .field = year, .type = LIBSEARCH_TEXT },
        { .kind = QUERY_RANGE, .field = year, .type = LIBSEARCH_FLOAT, .has_low = true, .low_number = NAN },
        { .kind = (enum query_kind)99 },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_status(query_new(allocator_default(), &bad[i], &query, &error), LIBSEARCH_INVALID);
        assert_string_not_equal(error.message, "");
        assert_null(query);
    }
    query_release(leaf);
}

static void a_phrase_keeps_its_stop_words(void **state)
{
    (void)state;
    libsearch_query *query = NULL;
    const libsearch_query like = { .kind = QUERY_PHRASE, .text = LIBSEARCH_STRING("to be") };
    assert_ok(query_new(allocator_default(), &like, &query, NULL));
    assert_int_equal(query->flags, QUERY_FLAG_KEEP_STOPS);
    query_release(query);
}

static void trees_that_differ_anywhere_are_not_equal(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    size_t equal = 0;
    for (int i = 0; i < 3000; i++) {
        const struct test_random before = random;
        libsearch_query *one = random_tree(&random, 3);
        struct test_random again = before;
        libsearch_query *same = random_tree(&again, 3), *other = random_tree(&random, 3);
        assert_true(query_equal(one, same));
        equal += query_equal(one, other) && one->count > 0;
        query_release(one);
        query_release(same);
        query_release(other);
    }
    assert_true(equal < 300);
}

static void *retain_and_release(void *shared)
{
    for (int i = 0; i < 20000; i++)
        query_release(query_retain(shared));
    return NULL;
}

static void a_tree_may_be_held_and_let_go_by_many_threads(void **state)
{
    (void)state;
    libsearch_query *query = word("a");
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, retain_and_release, query), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(query->references, 1);
    query_release(query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_keeps_its_parts_and_its_own_text),
        cmocka_unit_test(a_tree_nested_as_deep_as_the_limit_is_made_and_one_deeper_is_not),
        cmocka_unit_test(a_part_that_is_in_the_tree_twice_counts_twice_towards_the_limit),
        cmocka_unit_test(what_has_no_meaning_is_refused),
        cmocka_unit_test(a_phrase_keeps_its_stop_words),
        cmocka_unit_test(trees_that_differ_anywhere_are_not_equal),
        cmocka_unit_test(a_tree_may_be_held_and_let_go_by_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
