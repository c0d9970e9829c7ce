/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "index/merge_policy.h"

enum { MOST = 4096 };

struct simulation {
    struct merge_candidate segments[MOST];
    size_t count, most;
    uint64_t written; /* bytes, by flushes and merges */
};

static void settle(struct simulation *s)
{
    size_t first, count;
    while (merge_policy_choose(s->segments, s->count, &first, &count)) {
        assert_true(count >= 1 && first + count <= s->count);
        struct merge_candidate merged = { 0 };
        for (size_t i = first; i < first + count; i++) {
            const uint32_t live = s->segments[i].documents - s->segments[i].deleted;
            merged.documents += live;
            merged.bytes += s->segments[i].bytes / s->segments[i].documents * live;
        }
        s->written += merged.bytes;
        memmove(&s->segments[first + 1], &s->segments[first + count], (s->count - first - count) * sizeof *s->segments);
        s->segments[first] = merged;
        s->count -= count - 1;
    }
    if (s->count > s->most)
        s->most = s->count;
}

static void add(struct simulation *s, uint64_t bytes, uint32_t documents)
{
    assert_true(s->count < MOST);
    s->segments[s->count++] = (struct merge_candidate){ bytes, documents, 0 };
    s->written += bytes;
    settle(s);
}

static void ten_thousand_small_flushes_leave_few_segments_and_write_little(void **state)
{
    (void)state;
    const uint64_t sizes[] = { 2000, 5000, 20000, 100000, 1000000 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct simulation *s = calloc(1, sizeof *s);
        uint64_t bytes = 0;
        for (int flush = 0; flush < 10000; flush++) {
            add(s, sizes[i], 10);
            bytes += sizes[i];
        }
        printf("flushes of %llu bytes: at most %zu segments, written %.1f times\n", (unsigned long long)sizes[i],
               s->most, (double)s->written / (double)bytes);
        assert_true(s->most < 40);
        assert_true((double)s->written / (double)bytes < 8);
        free(s);
    }
}

static void flushes_of_any_sizes_leave_few_segments(void **state)
{
    (void)state;
    srand(7);
    for (int round = 0; round < 5; round++) {
        struct simulation *s = calloc(1, sizeof *s);
        uint64_t bytes = 0;
        for (int flush = 0; flush < 4000; flush++) {
            const uint64_t size = UINT64_C(1000) << rand() % (4 + 3 * round);
            add(s, size, (uint32_t)(size / 100));
            bytes += size;
            if (rand() % 4 == 0) { /* and some are deleted again */
                struct merge_candidate *segment = &s->segments[(size_t)rand() % s->count];
                const uint32_t live = segment->documents - segment->deleted;
                if (live > 1)
                    segment->deleted += 1 + (uint32_t)rand() % (live - 1);
                settle(s);
            }
        }
        assert_true(s->most < 40);
        assert_true((double)s->written / (double)bytes < 10);
        free(s);
    }
}

static void a_segment_with_many_deletions_is_rewritten_alone(void **state)
{
    (void)state;
    size_t first, count;
    struct merge_candidate segments[3] = { { 1 << 20, 100, 0 }, { 1 << 20, 100, 30 }, { 1 << 20, 100, 0 } };
    assert_false(merge_policy_choose(segments, 3, &first, &count));
    segments[1].deleted = 31;
    assert_true(merge_policy_choose(segments, 3, &first, &count));
    assert_int_equal(first, 1);
    assert_int_equal(count, 1);
}

static void nine_of_a_tier_stay_and_ten_are_merged(void **state)
{
    (void)state;
    size_t first, count;
    struct merge_candidate segments[11];
    segments[0] = (struct merge_candidate){ UINT64_C(1) << 30, 1000, 0 };
    for (int i = 1; i < 11; i++)
        segments[i] = (struct merge_candidate){ 5000, 10, 0 };
    assert_false(merge_policy_choose(segments, 10, &first, &count));
    assert_true(merge_policy_choose(segments, 11, &first, &count));
    assert_int_equal(first, 1);
    assert_int_equal(count, 10);
}

static void a_large_segment_is_no_part_of_a_merge(void **state)
{
    (void)state;
    size_t first, count;
    struct merge_candidate segments[60];
    for (int i = 0; i < 60; i++)
        segments[i] = (struct merge_candidate){ MERGE_MAX_BYTES / 2 + 1, 1000, 0 };
    assert_false(merge_policy_choose(segments, 60, &first, &count));
    for (int i = 0; i < 60; i++)
        segments[i].bytes = MERGE_MAX_BYTES / 2;
    assert_false(merge_policy_choose(segments, 60, &first, &count)); /* any ten would be too large */
    assert_false(merge_policy_choose(segments, 0, &first, &count));
}

/* Too many segments are merged whatever their tiers, but never across a large one. */
static void among_too_many_segments_a_large_one_is_no_part_of_a_merge(void **state)
{
    (void)state;
    for (size_t large = 0; large < 60; large++) {
        struct merge_candidate segments[60];
        size_t first, count;
        for (size_t i = 0; i < 60; i++) /* no ten of one tier in a row: each third is of the next one */
            segments[i] = (struct merge_candidate){ i % 3 == 0 ? 70000000 : 700000, 100, 0 };
        segments[large] = (struct merge_candidate){ MERGE_MAX_BYTES - 1, 1000000, 0 };
        assert_true(merge_policy_choose(segments, 60, &first, &count));
        assert_true(count >= 2 && first + count <= 60);
        assert_true(large < first || large >= first + count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_small_flushes_leave_few_segments_and_write_little),
        cmocka_unit_test(flushes_of_any_sizes_leave_few_segments),
        cmocka_unit_test(a_segment_with_many_deletions_is_rewritten_alone),
        cmocka_unit_test(nine_of_a_tier_stay_and_ten_are_merged),
        cmocka_unit_test(a_large_segment_is_no_part_of_a_merge),
        cmocka_unit_test(among_too_many_segments_a_large_one_is_no_part_of_a_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
