/* SPDX-License-Identifier: MIT */
/* Sorting that can be given up: as inserting one element after the other sorts. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/merge_sort.h"
#include "support/random.h"

enum { MOST = 3000 };

/* Of odd size; `place` is where it stood. */
struct element {
    uint32_t key, place, more;
};

static unsigned comparisons;

static int by_key(const void *a, const void *b)
{
    const struct element *one = a, *other = b;
    comparisons++;
    return (one->key > other->key) - (one->key < other->key);
}

static int by_key_and_place(const void *a, const void *b)
{
    const struct element *one = a, *other = b;
    const int order = by_key(a, b);
    return order != 0 ? order : (one->place > other->place) - (one->place < other->place);
}

static void make(struct test_random *random, struct element *elements, size_t count, size_t part)
{
    const uint64_t keys = 1 + random_size(random, 12);
    for (size_t i = 0; i < count; i++)
        elements[i].key = (uint32_t)random_below(random, keys);
    for (size_t from = 0; part > 1 && from < count; from += part)
        qsort(elements + from, from + part < count ? part : count - from, sizeof *elements, by_key);
    for (size_t i = 0; i < count; i++)
        elements[i].place = elements[i].more = (uint32_t)i;
}

static libsearch_status never(void *context)
{
    ++*(unsigned *)context;
    return LIBSEARCH_OK;
}

static void equal_elements_stay_in_their_order(void **state)
{
    (void)state;
    static struct element sorted[MOST], wanted[MOST], scratch[MOST / 2 + 1];
    struct test_random random = random_start("merge_sort");
    for (unsigned round = 0; round < 300; round++) {
        const size_t count = round < 40 ? round : random_below(&random, MOST + 1);
        unsigned polls = 0;
        make(&random, sorted, count, round % 3 == 0 ? 0 : random_below(&random, 500));
        memcpy(wanted, sorted, sizeof wanted);
        qsort(wanted, count, sizeof *wanted, by_key_and_place);
        assert_int_equal(merge_sort(sorted, scratch, count, sizeof *sorted, by_key, round % 2 ? never : NULL, &polls),
                         LIBSEARCH_OK);
        assert_memory_equal(sorted, wanted, count * sizeof *sorted);
    }
}

static void what_is_in_order_takes_few_comparisons(void **state)
{
    (void)state;
    static struct element elements[MOST], scratch[MOST / 2 + 1];
    for (uint32_t i = 0; i < MOST; i++)
        elements[i].key = i;
    comparisons = 0;
    assert_int_equal(merge_sort(elements, scratch, MOST, sizeof *elements, by_key, NULL, NULL), LIBSEARCH_OK);
    assert_in_range(comparisons, MOST - 1, 2 * MOST);
    for (uint32_t i = 0; i < MOST; i++)
        elements[i].key = i % (MOST / 2);
    comparisons = 0;
    assert_int_equal(merge_sort(elements, scratch, MOST, sizeof *elements, by_key, NULL, NULL), LIBSEARCH_OK);
    assert_in_range(comparisons, MOST - 1, 3 * MOST);
    for (uint32_t i = 0; i < MOST; i++)
        assert_int_equal(elements[i].key, i / 2);
}

struct ending {
    unsigned left, last, widest;
};

static libsearch_status end_soon(void *context)
{
    struct ending *ending = context;
    const unsigned since = comparisons - ending->last;
    ending->last = comparisons;
    ending->widest = since > ending->widest ? since : ending->widest;
    return ending->left-- == 0 ? LIBSEARCH_CANCELLED : LIBSEARCH_OK;
}

static void it_is_given_up_when_the_poll_says_so(void **state)
{
    (void)state;
    enum { MANY = 100000, WIDE = 5000 };
    struct element *elements = malloc(MANY * sizeof *elements), *scratch = malloc((MANY / 2 + 1) * sizeof *scratch);
    struct test_random random = random_start("merge_sort");
    assert_true(elements != NULL && scratch != NULL);
    unsigned whole = 0;
    for (unsigned polls = 0;; polls = polls < 8 ? polls + 1 : polls * 2) {
        struct ending ending = { .left = polls };
        for (uint32_t i = 0; i < MANY; i++)
            elements[i].key = (uint32_t)random_below(&random, UINT32_MAX);
        comparisons = 0;
        const libsearch_status status =
            merge_sort(elements, scratch, MANY, sizeof *elements, by_key, end_soon, &ending);
        assert_in_range(ending.widest, 1, WIDE);
        assert_in_range(comparisons - ending.last, 0, WIDE);
        if (status == LIBSEARCH_OK) {
            whole = polls;
            break;
        }
        assert_int_equal(status, LIBSEARCH_CANCELLED);
        assert_int_equal(comparisons, ending.last);
    }
    assert_true(whole > 8);
    free(elements);
    free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_elements_stay_in_their_order),
        cmocka_unit_test(what_is_in_order_takes_few_comparisons),
        cmocka_unit_test(it_is_given_up_when_the_poll_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
