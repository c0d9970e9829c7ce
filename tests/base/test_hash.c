/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include "base/hash.h"
#include "support/failing_allocator.h"
#include "support/random.h"

static void a_hash_is_what_the_format_says(void **state)
{
    (void)state;
    /* XXH3-64, seed 0, of nothing: from the specification's test vectors. */
    assert_true(hash_bytes(NULL, 0) == UINT64_C(0x2D06800538D394C2));
}

static void pieces_have_the_hash_of_the_whole(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    static unsigned char bytes[5000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)random_u64(&random);
    struct failing_allocator counting;
    failing_allocator_init(&counting, 0);
    struct hash_state *pieces = hash_state_new((const struct libsearch_allocator *)&counting.allocator);
    assert_non_null(pieces);
    for (int round = 0; round < 200; round++) {
        const size_t length = (size_t)random_below(&random, sizeof bytes + 1);
        hash_state_reset(pieces);
        for (size_t at = 0; at < length;) {
            size_t piece = 1 + (size_t)random_size(&random, 10);
            piece = piece < length - at ? piece : length - at;
            hash_state_update(pieces, bytes + at, piece);
            at += piece;
        }
        assert_true(hash_state_digest(pieces) == hash_bytes(bytes, length));
    }
    hash_state_free(pieces);
    hash_state_free(NULL);
    assert_int_equal(counting.blocks, 0);
}

static void without_memory_there_is_no_state_and_nothing_left(void **state)
{
    (void)state;
    for (size_t fail_at = 1; fail_at <= 2; fail_at++) {
        struct failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        assert_null(hash_state_new((const struct libsearch_allocator *)&failing.allocator));
        assert_int_equal(failing.blocks, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_is_what_the_format_says),
        cmocka_unit_test(pieces_have_the_hash_of_the_whole),
        cmocka_unit_test(without_memory_there_is_no_state_and_nothing_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
