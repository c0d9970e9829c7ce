/* SPDX-License-Identifier: MIT */
/* Documents alike in content, with allocations that fail: each one once, and from each one on. NO_MEMORY or what was
 * asked for, and nothing is left behind. (Alike by signature: test_every_allocation.c.) */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "api_support.h"
#include "support/failing_malloc.h"

static libsearch_snapshot *snapshot;
static libsearch_results *results;

static void make_index(const char *path, libsearch_index **index)
{
    static const char *const texts[] = { "officials agree on cholera vaccines",
                                         "cholera: officials agree",
                                         "vaccines, officials say",
                                         "rain over the harbour",
                                         "the harbour, and rain",
                                         "officials agree on cholera vaccines" };
    libsearch_writer *writer;
    char id[8];
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, NULL, index, NULL));
    assert_ok(libsearch_writer_open(*index, NULL, &writer, NULL));
    for (unsigned i = 0; i < 6; i++) {
        sprintf(id, "d%u", i);
        put(*index, writer, id, "", texts[i]);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    assert_ok(libsearch_snapshot_open(*index, &snapshot, NULL));
    libsearch_query *query = libsearch_query_text(NULL, text_of("officials rain"));
    assert_ok(libsearch_snapshot_search(snapshot, query, NULL, &results, NULL));
    libsearch_query_free(query);
}

static libsearch_status call(unsigned which, libsearch_duplicates **made)
{
    libsearch_duplicates_options options = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    options.by = LIBSEARCH_DUPLICATES_CONTENT;
    return which == 0   ? libsearch_duplicates_of(snapshot, text_of("d0"), &options, made, NULL)
           : which == 1 ? libsearch_duplicates_list(snapshot, &options, made, NULL)
                        : libsearch_duplicates_fold(results, &options, made, NULL);
}

static void every_allocation_may_fail(void **state)
{
    const size_t first = failing_malloc.blocks;
    libsearch_index *index;
    make_index(*state, &index);
    for (unsigned which = 0; which < 3; which++)
        for (int for_ever = 0; for_ever < 2; for_ever++) {
            libsearch_duplicates *made = NULL;
            size_t fail_at = 1;
            assert_ok(call(which, &made)); /* what is cached is cached */
            libsearch_duplicates_free(made);
            for (;; fail_at++) {
                const size_t blocks = failing_malloc.blocks;
                malloc_fail_at(fail_at, for_ever != 0);
                const libsearch_status status = call(which, &made);
                const bool failed = failing_malloc.failed;
                failing_malloc.fail_at = 0;
                if (status == LIBSEARCH_OK)
                    libsearch_duplicates_free(made);
                assert_int_equal(failing_malloc.blocks, blocks);
                if (!failed)
                    assert_ok(status);
                else if (status != LIBSEARCH_OK)
                    assert_status(status, LIBSEARCH_NO_MEMORY);
                if (!failed)
                    break;
            }
            assert_true(fail_at > 50);
        }
    libsearch_results_free(results);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    assert_int_equal(failing_malloc.blocks, first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
