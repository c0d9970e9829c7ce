/* SPDX-License-Identifier: MIT */
/* Boolean, phrase and near queries find the same documents in both engines. Here in made documents, whose words repeat,
 * are compounds and dirty; in real ones in test_collections.c. */
#include <stdio.h>
#include <string.h>

#include "engines/compare.h"

static void made_documents_give_the_same_sets(void **state)
{
    (void)state;
    static const char *const words[] = {
        "boat",    "boats", "harbour", "the",   "of",     "e-mail",    "Guinea-Bissau",
        "winter.", "U.S.",  "270,000", "teams", "team's", "port/town", "\xE6\xB8\xAF\xE5\x8F\xA3",
        "a"
    };
    struct sample sample = { .random = random_start(__func__) };
    struct pair pair = pair_make("english");
    for (int i = 0; i < 300; i++) {
        char text[2048] = "", id[16];
        for (uint64_t n = random_below(&sample.random, 60); n > 0; n--) {
            const uint64_t most = 1 + random_below(&sample.random, sizeof words / sizeof words[0]);
            strcat(text, words[random_below(&sample.random, most)]);
            strcat(text, " ");
        }
        snprintf(id, sizeof id, "d%d", i);
        pair_put(&pair, bytes(id), bytes(i % 3 == 0 ? "winter boats" : ""), bytes(text));
        sample_add(&sample, bytes(text));
    }
    pair_finish(&pair);
    const size_t different = compare_made_sets(&pair, &sample, "made documents", 200);
    sample_free(&sample);
    pair_free(&pair);
    assert_int_equal(different, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_documents_give_the_same_sets),
    };
    if (!engine_is_here(XAPIAN))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
