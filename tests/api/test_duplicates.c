/* SPDX-License-Identifier: MIT */
/* Near-duplicates: what is found, listed and folded is what comparing all signatures one by one finds, also after
 * deletions, merges and compaction. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_support.h"
#include "support/random.h"

enum { DOCUMENTS = 150 };

static libsearch_index *open_signed(const char *path)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    libsearch_index *index;
    field.name = "text";
    field.flags = LIBSEARCH_FIELD_SIGNATURE;
    options.fields = &field;
    options.field_count = 1;
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, &options, &index, NULL));
    return index;
}

/* A text of some words, mostly those of its family. */
static void make_text(struct test_random *random, unsigned family, char *text)
{
    size_t length = 0;
    text[0] = 0;
    for (unsigned w = 0; w < 60; w++)
        if (random_below(random, 12) > 0)
            length += (size_t)sprintf(text + length, "word%uof%u ", w, family);
    for (unsigned w = (unsigned)random_below(random, 20); w > 0; w--)
        length += (size_t)sprintf(text + length, "other%u ", (unsigned)random_below(random, 100000));
}

/* How alike two documents are, as a pair of its own says: at the least threshold everything is told. */
static double similarity(libsearch_snapshot *snapshot, const char *one, const char *other)
{
    libsearch_duplicates_options options = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    libsearch_duplicates *found;
    double similarity = 0;
    options.threshold = 1e-9;
    assert_ok(libsearch_duplicates_of(snapshot, text_of(one), &options, &found, NULL));
    for (size_t i = 1; i < libsearch_duplicates_size(found, 0); i++) {
        const libsearch_duplicate member = libsearch_duplicates_at(found, 0, i);
        if (member.id.length == strlen(other) && memcmp(member.id.data, other, member.id.length) == 0)
            similarity = member.similarity;
    }
    libsearch_duplicates_free(found);
    return similarity;
}

/* The groups of `count` ids in their order, by comparing each with the leaders: what is to be found. */
static size_t oracle(libsearch_snapshot *snapshot, char (*ids)[16], size_t count, double threshold, size_t *leader_of)
{
    size_t groups = 0;
    for (size_t i = 0; i < count; i++) {
        leader_of[i] = i;
        for (size_t j = 0; j < i && leader_of[i] == i; j++)
            if (leader_of[j] == j && similarity(snapshot, ids[i], ids[j]) >= threshold)
                leader_of[i] = j;
        groups += leader_of[i] == i;
    }
    return groups;
}

static void check_groups(const libsearch_duplicates *found, char (*ids)[16], const size_t *leader_of, size_t count,
                         bool singles)
{
    size_t group = 0;
    for (size_t leader = 0; leader < count; leader++) {
        size_t size = 0;
        for (size_t i = leader; i < count && leader_of[leader] == leader; i++)
            size += leader_of[i] == leader;
        if (size == 0 || (size == 1 && !singles))
            continue;
        assert_int_equal(libsearch_duplicates_size(found, group), size);
        for (size_t i = leader, at = 0; i < count; i++)
            if (leader_of[i] == leader) {
                const libsearch_duplicate member = libsearch_duplicates_at(found, group, at++);
                assert_int_equal(member.id.length, strlen(ids[i]));
                assert_memory_equal(member.id.data, ids[i], member.id.length);
                assert_true(!singles || member.result == i);
            }
        group++;
    }
    assert_int_equal(libsearch_duplicates_count(found), group);
}

/* A threshold that a pair of documents just reaches. */
static double just_reached(libsearch_snapshot *snapshot, char (*ids)[16], size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            const double alike = similarity(snapshot, ids[i], ids[j]);
            if (alike > 0.5 && alike < 0.95)
                return alike;
        }
    fail_msg("no two documents are alike");
    return 0;
}

/* alike: of the first check; later ones, of the same documents in other segments, are to find the same. */
static void check_all(libsearch_index *index, char (*ids)[16], size_t count, double *alike)
{
    libsearch_snapshot *snapshot;
    libsearch_results *results;
    libsearch_duplicates *found;
    libsearch_duplicates_options options = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    libsearch_search_options search = LIBSEARCH_SEARCH_OPTIONS_INIT;
    static size_t leader_of[DOCUMENTS];
    static char ranked[DOCUMENTS][16];
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    if (*alike > 0)
        assert_true(just_reached(snapshot, ids, count) >= *alike && just_reached(snapshot, ids, count) <= *alike);
    *alike = just_reached(snapshot, ids, count);
    for (unsigned t = 0; t < 4; t++) {
        options.threshold = (double[]){ 0.9, 0.7, *alike, 0.4 }[t];
        oracle(snapshot, ids, count, options.threshold, leader_of);
        assert_ok(libsearch_duplicates_list(snapshot, &options, &found, NULL));
        check_groups(found, ids, leader_of, count, false);
        libsearch_duplicates_free(found);
    }
    libsearch_query *query = libsearch_query_text(NULL, text_of("word1of1 word2of2 word3of3 word4of1"));
    search.count = 40;
    assert_ok(libsearch_snapshot_search(snapshot, query, &search, &results, NULL));
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        memcpy(ranked[i], id.data, id.length);
        ranked[i][id.length] = 0;
    }
    oracle(snapshot, ranked, libsearch_results_count(results), options.threshold, leader_of);
    assert_ok(libsearch_duplicates_fold(results, &options, &found, NULL));
    check_groups(found, ranked, leader_of, libsearch_results_count(results), true);
    libsearch_duplicates_free(found);
    libsearch_results_free(results);
    libsearch_query_free(query);
    libsearch_snapshot_free(snapshot);
}

static void groups_are_those_of_comparing_all_with_all(void **state)
{
    struct test_random random = random_start("duplicates");
    libsearch_index *index = open_signed(*state);
    libsearch_writer *writer;
    static char ids[DOCUMENTS][16];
    char text[4096];
    size_t count = 0;
    double alike = 0;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (unsigned d = 0; d < DOCUMENTS; d++) {
        sprintf(ids[d], "d%u", d);
        make_text(&random, (unsigned)random_below(&random, 20), text);
        put(index, writer, ids[d], "", d % 30 == 7 ? "" : text); /* some have no words */
        if (d % 40 == 39)
            assert_ok(libsearch_writer_commit(writer, NULL));
    }
    for (unsigned d = 0; d < DOCUMENTS; d++) {
        if (random_below(&random, 5) == 0)
            assert_ok(libsearch_writer_delete(writer, text_of(ids[d]), NULL));
        else
            memmove(ids[count++], ids[d], sizeof ids[d]);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    check_all(index, ids, count, &alike);
    assert_ok(libsearch_writer_compact(writer, 0, NULL));
    check_all(index, ids, count, &alike);
    libsearch_writer_close(writer);
    libsearch_close(index);
    assert_ok(libsearch_check(*state, NULL, NULL, NULL));
}

static void what_cannot_be_asked_is_said(void **state)
{
    libsearch_index *index = open_signed(*state);
    libsearch_snapshot *snapshot;
    libsearch_duplicates *found;
    libsearch_duplicates_options options = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_status(libsearch_duplicates_of(snapshot, text_of("none"), NULL, &found, NULL), LIBSEARCH_NOT_FOUND);
    options.field = "nothing";
    assert_status(libsearch_duplicates_list(snapshot, &options, &found, NULL), LIBSEARCH_NOT_FOUND);
    options.field = NULL;
    options.threshold = 1.5;
    assert_status(libsearch_duplicates_list(snapshot, &options, &found, NULL), LIBSEARCH_INVALID);
    options.threshold = 1;
    assert_ok(libsearch_duplicates_list(snapshot, &options, &found, NULL));
    assert_int_equal(libsearch_duplicates_count(found), 0);
    libsearch_duplicates_free(found);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(groups_are_those_of_comparing_all_with_all, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_asked_is_said, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
