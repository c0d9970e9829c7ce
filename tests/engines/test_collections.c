/* SPDX-License-Identifier: MIT */
/* Each engine is the other's oracle on collections of real documents, where they are there (collections.h): the same
 * rankings, and the same sets for boolean, phrase and near queries. A few small collections always, all in the long
 * form, LIBSEARCH_DOCUMENTS of each at most. */
#include <stdlib.h>
#include <string.h>

#include "engines/compare.h"

static bool is_long(void) { return getenv("LIBSEARCH_LONG") != NULL; }

static bool is_looked_at(const char *name)
{
    return is_long() || strcmp(name, "adi") == 0 || strcmp(name, "cranfield") == 0 || strcmp(name, "med") == 0;
}

static size_t compare_collection(const char *name, const char *analyzer, bool sets)
{
    struct sample sample = { .random = random_start(name) };
    struct pair pair = pair_make(analyzer);
    const size_t documents = collection_put(&pair, name, &sample);
    pair_finish(&pair);
    print_message("%s, %s: %zu documents, CPU seconds of put: native %.1f, xapian %.1f\n", name, analyzer, documents,
                  pair.seconds[NATIVE], pair.seconds[XAPIAN]);
    assert_true(documents > 0);
    assert_int_equal(tokens_of(pair.indexes[NATIVE]), tokens_of(pair.indexes[XAPIAN]));
    size_t different = compare_collection_rankings(&pair, name, &sample, analyzer);
    if (sets) {
        different += compare_made_sets(&pair, &sample, name, is_long() ? 400 : 60);
        different += compare_collection_sets(&pair, name);
    }
    sample_free(&sample);
    pair_free(&pair);
    return different;
}

static void collections_rank_the_same_where_nothing_is_a_compound(void **state)
{
    (void)state;
    char **names = collection_names();
    size_t different = 0;
    for (size_t i = 0; names[i] != NULL; i++)
        if (is_looked_at(names[i]) && strcmp(collection_analyzer(names[i]), "english") == 0)
            different += compare_collection(names[i], "plain-english", false);
    names_free(names);
    assert_int_equal(different, 0);
}

/* The whole of a compound is one word more in both, in frequencies and in lengths. */
static void collections_rank_the_same_and_give_the_same_sets(void **state)
{
    (void)state;
    char **names = collection_names();
    size_t different = 0;
    for (size_t i = 0; names[i] != NULL; i++)
        if (is_looked_at(names[i]))
            different += compare_collection(names[i], collection_analyzer(names[i]), true);
    names_free(names);
    assert_int_equal(different, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collections_rank_the_same_and_give_the_same_sets),
        cmocka_unit_test(collections_rank_the_same_where_nothing_is_a_compound),
    };
    if (!engine_is_here(XAPIAN))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
