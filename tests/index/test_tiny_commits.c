/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "index/index_model.h"

static void ten_thousand_commits_of_ten_documents_leave_few_open_segments_and_files(void **state)
{
    (void)state;
    struct recording *recording = recording_new();
    struct index_store *store;
    struct index_writer *writer;
    struct snapshot *snapshot = NULL;
    size_t most = 0;
    assert_int_equal(open_store(recording, LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(index_writer_open(store, NULL, &writer, NULL), LIBSEARCH_OK);
    for (int i = 0; i < 10000; i++) {
        for (int j = 0; j < 10; j++) {
            char id[24];
            snprintf(id, sizeof id, "%d-%d", i, j);
            assert_int_equal(put(writer, id, "some text of some length, as short documents have it", NULL),
                             LIBSEARCH_OK);
        }
        assert_int_equal(commit(writer, NULL), LIBSEARCH_OK);
        assert_int_equal(index_store_snapshot(store, &snapshot, NULL), LIBSEARCH_OK);
        if (snapshot->segment_count > most)
            most = snapshot->segment_count;
        assert_int_equal(snapshot->documents, 10 * (i + 1));
        snapshot_release(snapshot);
    }
    size_t files = 0;
    while (recording_name(recording, files) != NULL)
        files++;
    printf("at most %zu segments, %zu files at the end\n", most, files);
    assert_true(most < 40);
    assert_true(files < 80);
    index_writer_close(writer);
    index_store_close(store);
    recording_free(recording);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_commits_of_ten_documents_leave_few_open_segments_and_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
