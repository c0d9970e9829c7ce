/* SPDX-License-Identifier: MIT */
/* A set that is saved over another one: whenever the power is cut or a call fails, the file is the one or the other. */
#include "support/unit.h"

#include <string.h>

#include "support/storage_recording.h"
#include "watch/watch_set.h"

static struct watch_set *set_of(size_t queries)
{
    struct watch_set *set;
    assert_ok(watch_set_new(allocator_default(), "english", &set, NULL));
    for (size_t i = 0; i < queries; i++) {
        const char id[2] = { (char)('a' + i), 0 };
        assert_ok(watch_set_add_text(set, (libsearch_bytes){ id, 1 }, LIBSEARCH_STRING("cholera +vaccine"), 0, NULL,
                                     NULL, NULL));
    }
    return set;
}

/* How many queries the file has; SIZE_MAX: there is none. Anything else fails the test. */
static size_t count_in(struct recording *recording)
{
    struct storage *storage = recording_open(recording, allocator_default());
    struct watch_set *set;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = watch_set_load(allocator_default(), NULL, storage, "queries", &set, &error);
    size_t count = SIZE_MAX;
    if (status == LIBSEARCH_OK) {
        count = watch_set_count(set);
        watch_set_free(set);
    } else if (status != LIBSEARCH_NOT_FOUND) {
        fail_msg("%s", error.message);
    }
    storage_close(storage);
    return count;
}

static void a_power_cut_leaves_one_set_or_the_other(void **state)
{
    (void)state;
    struct recording *recording = recording_new();
    struct storage *storage = recording_open(recording, allocator_default());
    struct watch_set *small = set_of(2), *large = set_of(20);
    assert_ok(watch_set_save(small, storage, "queries", NULL));
    const size_t first = recording_changes(recording);
    assert_ok(watch_set_save(large, storage, "queries", NULL));
    const size_t last = recording_changes(recording);
    for (size_t cut = first; cut <= last; cut++)
        for (unsigned kind = 0; kind < CUT_KINDS; kind++)
            for (uint64_t seed = 0; seed < (kind == CUT_RANDOM ? 20 : 1); seed++) {
                struct recording *left = recording_cut_after(recording, cut, (enum recording_cut)kind, seed);
                const size_t count = count_in(left);
                assert_true(count == 20 || (count == 2 && cut < last));
                recording_free(left);
            }
    watch_set_free(small);
    watch_set_free(large);
    storage_close(storage);
    recording_free(recording);
}

static void a_failed_call_leaves_the_set_before_and_the_next_save_works(void **state)
{
    (void)state;
    struct watch_set *small = set_of(2), *large = set_of(20);
    for (uint64_t nth = 0;; nth++) {
        struct recording *recording = recording_new();
        struct storage *storage = recording_open(recording, allocator_default());
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_ok(watch_set_save(small, storage, "queries", NULL));
        recording_fail(recording, RECORDING_ALL, nth, LIBSEARCH_IO, false);
        const libsearch_status status = watch_set_save(large, storage, "queries", &error);
        recording_mend(recording);
        if (status != LIBSEARCH_OK)
            assert_true(error.message[0] != 0);
        const size_t count = count_in(recording);
        assert_true(status == LIBSEARCH_OK ? count == 20 : count == 2 || count == 20);
        assert_ok(watch_set_save(large, storage, "queries", NULL));
        assert_int_equal(count_in(recording), 20);
        storage_close(storage);
        recording_free(recording);
        if (status == LIBSEARCH_OK)
            break;
    }
    watch_set_free(small);
    watch_set_free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_leaves_one_set_or_the_other),
        cmocka_unit_test(a_failed_call_leaves_the_set_before_and_the_next_save_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
