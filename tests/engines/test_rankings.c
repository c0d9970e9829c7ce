/* SPDX-License-Identifier: MIT */
/* Each engine is the other's oracle: for the same documents, the same analyzer and the same parameters, bm25-xapian
 * ranks the same in both. Here on made documents; on real ones in test_collections.c. */
#include <stdio.h>
#include <string.h>

#include "engines/compare.h"

/* Words of a made language, the first ones frequent. */
static void write_words(struct test_random *random, char *text, size_t count)
{
    text[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t a = random_below(random, 60), b = random_below(random, a + 1);
        char word[32];
        snprintf(word, sizeof word, "%sw%c%cx", i == 0 ? "" : " ", (char)('a' + b % 26), (char)('a' + b / 26));
        strcat(text, word);
    }
}

static void made_documents_rank_the_same(void **state)
{
    (void)state;
    struct test_random random = random_start("made_documents_rank_the_same");
    struct pair pair = pair_make("english");
    char title[1024], text[8192], id[16];
    for (int i = 0; i < 500; i++) {
        write_words(&random, title, 1 + random_below(&random, 8));
        write_words(&random, text, random_below(&random, 200));
        snprintf(id, sizeof id, "d%d", (int)random_below(&random, 400)); /* some are replaced */
        pair_put(&pair, bytes(id), bytes(title), bytes(text));
    }
    pair_finish(&pair);
    struct ranking_comparison comparison = { .pair = &pair };
    for (int i = 0; i < 200; i++) {
        write_words(&random, text, 1 + random_below(&random, 6)); /* words repeat */
        compare_rankings(&comparison, bytes(text));
    }
    for (size_t m = 0; m < MODELS; m++)
        assert_int_equal(comparison.differ[m], 0);
    pair_free(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_documents_rank_the_same),
    };
    if (!engine_is_here(XAPIAN))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
