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

/* Any two of these differ in one thing; a second one made like the first does not. */
static void each_part_of_a_tree_counts_in_comparing(void **state)
{
    (void)state;
    static char title[] = "title", text[] = "text", year[] = "year", tag[] = "tag";
    libsearch_query *word_a = word("a"), *word_b = word("b");
    libsearch_query *ab[2] = { word_a, word_b }, *ba[2] = { word_b, word_a };
    uint8_t any[2] = { LIBSEARCH_SHOULD, LIBSEARCH_SHOULD }, all[2] = { LIBSEARCH_MUST, LIBSEARCH_MUST };
    const libsearch_query words = {
        .kind = QUERY_RANGE, .type = LIBSEARCH_KEYWORD, .field = tag, .text = LIBSEARCH_STRING("a"), .has_low = true
    };
    const libsearch_query whole = {
        .kind = QUERY_RANGE, .type = LIBSEARCH_INTEGER, .field = year, .has_low = true, .low_integer = 3
    };
    const libsearch_query real = {
        .kind = QUERY_RANGE, .type = LIBSEARCH_FLOAT, .field = year, .has_low = true, .low_number = 3
    };
    libsearch_query likes[40] = {
        { .kind = QUERY_ALL },
        { .kind = QUERY_NONE },
        { .kind = QUERY_TEXT, .text = LIBSEARCH_STRING("a") },
        { .kind = QUERY_TEXT, .text = LIBSEARCH_STRING("b") },
        { .kind = QUERY_TEXT, .text = LIBSEARCH_STRING("ab") },
        { .kind = QUERY_TEXT, .text = LIBSEARCH_STRING("a"), .flags = QUERY_FLAG_EXACT },
        { .kind = QUERY_TEXT, .text = LIBSEARCH_STRING("a"), .field = title },
        { .kind = QUERY_TEXT, .text = LIBSEARCH_STRING("a"), .field = text },
        { .kind = QUERY_FUZZY, .text = LIBSEARCH_STRING("a"), .number = 1 },
        { .kind = QUERY_FUZZY, .text = LIBSEARCH_STRING("a"), .number = 2 },
        { .kind = QUERY_FUZZY, .text = LIBSEARCH_STRING("a"), .number = 2, .more_prefix = 1 },
        { .kind = QUERY_BOOST, .factor = 1, .children = ab, .count = 1 },
        { .kind = QUERY_BOOST, .factor = 2, .children = ab, .count = 1 },
        { .kind = QUERY_BOOST, .factor = 1, .children = ba, .count = 1 },
        { .kind = QUERY_BOOLEAN, .children = ab, .occurs = any, .count = 2 },
        { .kind = QUERY_BOOLEAN, .children = ba, .occurs = any, .count = 2 },
        { .kind = QUERY_BOOLEAN, .children = ab, .occurs = all, .count = 2 },
        { .kind = QUERY_BOOLEAN, .children = ab, .occurs = any, .count = 1 },
        words,
        words,
        words,
        words,
        words,
        words,
        whole,
        whole,
        whole,
        whole,
        real,
        real,
        real,
        real,
        real,
    };
    enum { LIKES = 33, WORDS = 18, WHOLES = 24, REALS = 28 };
    likes[WORDS + 1].low_open = true;
    likes[WORDS + 2].has_high = true;
    likes[WORDS + 2].high_text = LIBSEARCH_STRING("b");
    likes[WORDS + 3] = likes[WORDS + 2];
    likes[WORDS + 3].high_text = LIBSEARCH_STRING("c");
    likes[WORDS + 4] = likes[WORDS + 2];
    likes[WORDS + 4].high_open = true;
    likes[WORDS + 5] = likes[WORDS + 2];
    likes[WORDS + 5].high_text = LIBSEARCH_STRING("bb");
    likes[WHOLES + 1].low_integer = 4;
    likes[WHOLES + 2].has_high = true;
    likes[WHOLES + 2].high_integer = 9;
    likes[WHOLES + 3] = likes[WHOLES + 2];
    likes[WHOLES + 3].high_integer = 10;
    likes[REALS + 1].low_number = 4;
    likes[REALS + 2].has_high = true;
    likes[REALS + 2].high_number = 9;
    likes[REALS + 3] = likes[REALS + 2];
    likes[REALS + 3].high_number = 10;
    likes[REALS + 4] = likes[REALS + 2];
    likes[REALS + 4].low_number = 2;
    libsearch_query *made[2][LIKES];
    for (size_t i = 0; i < LIKES; i++)
        for (size_t copy = 0; copy < 2; copy++)
            if (query_new(allocator_default(), &likes[i], &made[copy][i], NULL) != LIBSEARCH_OK)
                fail_msg("tree %zu", i);
    for (size_t i = 0; i < LIKES; i++)
        for (size_t j = 0; j < LIKES; j++)
            if (query_equal(made[0][i], made[1][j]) != (i == j))
                fail_msg("trees %zu and %zu are %sequal", i, j, i == j ? "not " : "");
    for (size_t i = 0; i < LIKES; i++) {
        assert_true(query_equal(made[0][i], made[0][i]));
        query_release(made[0][i]);
        query_release(made[1][i]);
    }
    query_release(word_a);
    query_release(word_b);
}

static void a_tree_says_what_is_too_long_or_missing(void **state)
{
    (void)state;
    enum { LONG = LIBSEARCH_MAX_KEYWORD + 1 };
    static char name[LIBSEARCH_MAX_FIELD_NAME + 2], text[LONG], tag[] = "tag";
    memset(name, 'x', sizeof name - 1);
    memset(text, 'x', sizeof text);
    const struct {
        libsearch_query like;
        libsearch_status status;
    } rows[] = {
        { { .kind = QUERY_TEXT, .field = name }, LIBSEARCH_LIMIT },
        { { .kind = QUERY_TEXT, .field = name + 1 }, LIBSEARCH_OK },
        { { .kind = QUERY_KEYWORD, .field = tag, .text = { text, LONG } }, LIBSEARCH_LIMIT },
        { { .kind = QUERY_KEYWORD, .field = tag, .text = { text, LONG - 1 } }, LIBSEARCH_OK },
        { { .kind = QUERY_TEXT, .text = { NULL, 1 } }, LIBSEARCH_INVALID },
        { { .kind = QUERY_FUZZY, .text = { text, 5 }, .more_prefix = -2 }, LIBSEARCH_INVALID },
        { { .kind = QUERY_FUZZY, .text = { text, 5 }, .more_prefix = 255 }, LIBSEARCH_INVALID },
        { { .kind = QUERY_FUZZY, .text = { text, 5 }, .more_prefix = 254 }, LIBSEARCH_OK },
        { { .kind = QUERY_SET }, LIBSEARCH_INVALID },
        { { .kind = QUERY_RANGE, .type = LIBSEARCH_KEYWORD, .field = tag }, LIBSEARCH_INVALID },
        { { .kind = QUERY_RANGE, .type = LIBSEARCH_KEYWORD, .field = tag, .has_low = true, .text = { text, LONG } },
          LIBSEARCH_LIMIT },
        { { .kind = QUERY_RANGE,
            .type = LIBSEARCH_KEYWORD,
            .field = tag,
            .has_high = true,
            .high_text = { text, LONG } },
          LIBSEARCH_LIMIT },
        { { .kind = QUERY_RANGE, .type = LIBSEARCH_FLOAT, .field = tag, .has_high = true, .high_number = NAN },
          LIBSEARCH_INVALID },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_query *query = NULL;
        const libsearch_status status = query_new(allocator_default(), &rows[i].like, &query, &error);
        if (status != rows[i].status)
            fail_msg("tree %zu: status %d, %s", i, (int)status, error.message);
        query_release(query);
    }
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
        cmocka_unit_test(each_part_of_a_tree_counts_in_comparing),
        cmocka_unit_test(a_tree_says_what_is_too_long_or_missing),
        cmocka_unit_test(a_tree_may_be_held_and_let_go_by_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
