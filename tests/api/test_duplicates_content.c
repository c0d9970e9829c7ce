/* SPDX-License-Identifier: MIT */
/* Documents alike in content: what is found, listed and folded is what putting each document's question to all others
 * and comparing all with all finds, also after deletions, merges and compaction. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_support.h"
#include "support/random.h"

enum { DOCUMENTS = 240, MANY = 100 }; /* MANY: more alike than are asked for at first */

static libsearch_index *open_plain(const char *path)
{
    libsearch_index *index;
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, NULL, &index, NULL));
    return index;
}

/* Words of its family, each with a chance, some that all have, and some of its own. */
static void make_text(struct test_random *random, unsigned family, char *text)
{
    size_t length = 0;
    text[0] = 0;
    if (family == 0) { /* without words; with words that no other has; a notice that is always the same */
        sprintf(text, random_below(random, 2) ? "" : "alone%llu", (unsigned long long)random_below(random, 1 << 30));
        return;
    }
    if (family == 1) {
        strcpy(text, "notice of nothing in particular, as every day");
        return;
    }
    const uint64_t odds = 1 + random_below(random, 5);
    for (unsigned w = 0; w < 40; w++)
        for (uint64_t times = random_below(random, 3); times > 0 && random_below(random, 6) > odds; times--)
            length += (size_t)sprintf(text + length, "word%uof%u ", w, family);
    for (unsigned w = (unsigned)random_below(random, 20); w > 0; w--)
        length += (size_t)sprintf(text + length, "common%u ", (unsigned)random_below(random, 50));
}

/* similarity[a][b], from the public functions alone. */
struct matrix {
    char (*ids)[16];
    size_t count;
    double share[DOCUMENTS][DOCUMENTS];
};

static size_t place_of(const struct matrix *matrix, libsearch_bytes id)
{
    for (size_t i = 0; i < matrix->count; i++)
        if (id.length == strlen(matrix->ids[i]) && memcmp(id.data, matrix->ids[i], id.length) == 0)
            return i;
    fail_msg("an unknown id");
    return 0;
}

static void ask_all(libsearch_snapshot *snapshot, struct matrix *matrix, size_t words)
{
    libsearch_feedback feedback = LIBSEARCH_FEEDBACK_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    feedback.words = words;
    options.count = DOCUMENTS;
    options.flags = LIBSEARCH_SEARCH_EXHAUSTIVE;
    memset(matrix->share, 0, sizeof matrix->share);
    for (size_t a = 0; a < matrix->count; a++) {
        libsearch_query *query;
        libsearch_results *results;
        const libsearch_bytes id = text_of(matrix->ids[a]);
        double *row = matrix->share[a];
        assert_ok(libsearch_query_feedback(snapshot, NULL, &id, NULL, 1, &feedback, &query, NULL));
        assert_ok(libsearch_snapshot_search(snapshot, query, &options, &results, NULL));
        for (size_t i = 0; i < libsearch_results_count(results); i++)
            row[place_of(matrix, libsearch_results_id(results, i))] = (double)libsearch_results_score(results, i);
        const double own = row[a];
        for (size_t b = 0; b < matrix->count; b++)
            row[b] = own > 0 ? (row[b] < own ? row[b] / own : 1) : 0;
        libsearch_results_free(results);
        libsearch_query_free(query);
    }
}

static double similarity(const struct matrix *matrix, size_t a, size_t b)
{
    return matrix->share[a][b] < matrix->share[b][a] ? matrix->share[a][b] : matrix->share[b][a];
}

static bool same(double one, double other) { return one <= other && other <= one; }

/* The groups of the documents in an order, beside what was found. */
static void check_groups(const struct matrix *matrix, const size_t *order, size_t count, double threshold,
                         const libsearch_duplicates *found, bool folded)
{
    size_t leader_of[DOCUMENTS], group = 0;
    for (size_t i = 0; i < count; i++) {
        leader_of[i] = i;
        for (size_t j = 0; j < i && leader_of[i] == i; j++)
            if (leader_of[j] == j && similarity(matrix, order[i], order[j]) >= threshold)
                leader_of[i] = j;
    }
    for (size_t leader = 0; leader < count; leader++) {
        size_t size = 0, at = 0;
        for (size_t i = 0; i < count; i++)
            size += leader_of[i] == leader;
        if (size == 0 || (size == 1 && !folded))
            continue;
        assert_int_equal(libsearch_duplicates_size(found, group), size);
        for (size_t i = leader; i < count; i++) {
            if (leader_of[i] != leader)
                continue;
            const libsearch_duplicate member = libsearch_duplicates_at(found, group, at++);
            assert_int_equal(place_of(matrix, member.id), order[i]);
            assert_true(same(member.similarity, i == leader ? 1 : similarity(matrix, order[i], order[leader])));
            assert_int_equal(member.result, folded ? i : 0);
        }
        group++;
    }
    assert_int_equal(libsearch_duplicates_count(found), group);
}

static void check_one(libsearch_snapshot *snapshot, const struct matrix *matrix, size_t a,
                      const libsearch_duplicates_options *options)
{
    libsearch_duplicates *found;
    size_t alike = 1;
    double before = 1;
    assert_ok(libsearch_duplicates_of(snapshot, text_of(matrix->ids[a]), options, &found, NULL));
    assert_int_equal(libsearch_duplicates_count(found), 1);
    assert_int_equal(place_of(matrix, libsearch_duplicates_at(found, 0, 0).id), a);
    for (size_t b = 0; b < matrix->count; b++)
        alike += b != a && similarity(matrix, a, b) >= options->threshold;
    assert_int_equal(libsearch_duplicates_size(found, 0), alike);
    for (size_t i = 1; i < alike; i++) {
        const libsearch_duplicate member = libsearch_duplicates_at(found, 0, i);
        assert_true(same(member.similarity, similarity(matrix, a, place_of(matrix, member.id))));
        assert_true(member.similarity >= options->threshold && member.similarity <= before);
        before = member.similarity;
    }
    libsearch_duplicates_free(found);
}

static void check_fold(libsearch_snapshot *snapshot, const struct matrix *matrix,
                       const libsearch_duplicates_options *options, const char *words)
{
    libsearch_search_options search = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_query *query = libsearch_query_text(NULL, text_of(words));
    libsearch_results *results;
    libsearch_duplicates *found;
    size_t order[DOCUMENTS];
    search.count = 80;
    assert_ok(libsearch_snapshot_search(snapshot, query, &search, &results, NULL));
    for (size_t i = 0; i < libsearch_results_count(results); i++)
        order[i] = place_of(matrix, libsearch_results_id(results, i));
    assert_ok(libsearch_duplicates_fold(results, options, &found, NULL));
    check_groups(matrix, order, libsearch_results_count(results), options->threshold, found, true);
    libsearch_duplicates_free(found);
    libsearch_results_free(results);
    libsearch_query_free(query);
}

/* A similarity that a pair has, so that a threshold is just reached. */
static double just_reached(const struct matrix *matrix)
{
    for (size_t a = 0; a < matrix->count; a++)
        for (size_t b = 0; b < a; b++)
            if (similarity(matrix, a, b) > 0.3 && similarity(matrix, a, b) < 0.9)
                return similarity(matrix, a, b);
    fail_msg("no two documents are a little alike");
    return 0;
}

static void check_all(libsearch_index *index, char (*ids)[16], size_t count, size_t words)
{
    static struct matrix matrix;
    libsearch_snapshot *snapshot;
    libsearch_duplicates *found;
    libsearch_duplicates_options options = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    size_t order[DOCUMENTS];
    matrix.ids = ids;
    matrix.count = count;
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    ask_all(snapshot, &matrix, words == 0 ? 30 : words);
    options.by = LIBSEARCH_DUPLICATES_CONTENT;
    options.words = words;
    const double thresholds[] = { 1, 0.8, 0.5, just_reached(&matrix), 0.1 };
    for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++) {
        options.threshold = thresholds[t];
        assert_ok(libsearch_duplicates_list(snapshot, &options, &found, NULL));
        check_groups(&matrix, order, count, options.threshold, found, false);
        libsearch_duplicates_free(found);
        check_fold(snapshot, &matrix, &options, "word1of2 word2of3 word3of4 common1 common2 common3 notice");
        for (size_t a = 0; a < count; a += 7)
            check_one(snapshot, &matrix, a, &options);
    }
    libsearch_snapshot_free(snapshot);
}

static void groups_are_those_of_asking_all_for_all(void **state)
{
    struct test_random random = random_start("duplicates content");
    libsearch_index *index = open_plain(*state);
    libsearch_writer *writer;
    static char ids[DOCUMENTS][16];
    char text[8192];
    size_t count = 0;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (unsigned d = 0; d < DOCUMENTS; d++) {
        sprintf(ids[d], "d%u", d);
        make_text(&random, d % 24 == 7 ? 0 : d >= DOCUMENTS - MANY ? 1 : 2 + (unsigned)random_below(&random, 9), text);
        put(index, writer, ids[d], "", text);
        if (d % 60 == 59)
            assert_ok(libsearch_writer_commit(writer, NULL));
    }
    for (unsigned d = 0; d < DOCUMENTS; d++) {
        if (random_below(&random, 8) == 0)
            assert_ok(libsearch_writer_delete(writer, text_of(ids[d]), NULL));
        else
            memmove(ids[count++], ids[d], sizeof ids[d]);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    check_all(index, ids, count, 0);
    check_all(index, ids, count, 5);
    assert_ok(libsearch_writer_compact(writer, 0, NULL));
    check_all(index, ids, count, 0);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

/* The same matter in other words, and another matter. */
static void two_reports_in_other_words_fold(void **state)
{
    libsearch_index *index = open_plain(*state);
    libsearch_writer *writer;
    libsearch_snapshot *snapshot;
    libsearch_duplicates *found;
    libsearch_duplicates_options options = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    static const char *const texts[][2] = {
        { "one", "Ministers of Ruritania and Freedonia signed a treaty about cholera vaccines in Strelsau on Monday" },
        { "two", "A cholera treaty: Freedonia sends vaccines, Ruritania pays, both said in Strelsau" },
        { "far", "In Strelsau it rained on Monday and the harbour was closed" },
        { "sea", "The harbour was closed, since it rained" },
    };
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (size_t i = 0; i < 4; i++)
        put(index, writer, texts[i][0], "", texts[i][1]);
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    options.by = LIBSEARCH_DUPLICATES_CONTENT;
    assert_ok(libsearch_duplicates_list(snapshot, &options, &found, NULL)); /* at 0.5, the default */
    assert_int_equal(libsearch_duplicates_count(found), 2);
    assert_memory_equal(libsearch_duplicates_at(found, 0, 0).id.data, "one", 3);
    assert_memory_equal(libsearch_duplicates_at(found, 0, 1).id.data, "two", 3);
    assert_memory_equal(libsearch_duplicates_at(found, 1, 0).id.data, "far", 3);
    assert_memory_equal(libsearch_duplicates_at(found, 1, 1).id.data, "sea", 3);
    libsearch_duplicates_free(found);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
}

static void refuse(libsearch_snapshot *snapshot, libsearch_duplicates_options options, libsearch_status wanted)
{
    libsearch_duplicates *found;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_status(libsearch_duplicates_list(snapshot, &options, &found, &error), wanted);
    assert_true(error.message[0] != 0);
}

static void what_cannot_be_asked_is_said(void **state)
{
    libsearch_open_options open = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    libsearch_index *index;
    libsearch_writer *writer;
    libsearch_snapshot *snapshot;
    libsearch_duplicates_options options = LIBSEARCH_DUPLICATES_OPTIONS_INIT, changed;
    libsearch_cancel *cancel = libsearch_cancel_new();
    field.name = "text";
    field.flags = LIBSEARCH_FIELD_NOT_STORED;
    open.fields = &field;
    open.field_count = 1;
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, &open, &index, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index);
    assert_ok(libsearch_document_set_text(document, "text", text_of("words")));
    assert_ok(libsearch_writer_put(writer, text_of("one"), document, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    options.by = LIBSEARCH_DUPLICATES_CONTENT;
    refuse(snapshot, options, LIBSEARCH_UNSUPPORTED); /* not stored */
    changed = options, changed.field = "text";
    refuse(snapshot, changed, LIBSEARCH_INVALID);
    changed = options, changed.words = 1001;
    refuse(snapshot, changed, LIBSEARCH_LIMIT);
    changed = options, changed.by = (libsearch_duplicates_by)2;
    refuse(snapshot, changed, LIBSEARCH_INVALID);
    changed = options, changed.by = LIBSEARCH_DUPLICATES_SIGNATURE, changed.words = 3;
    refuse(snapshot, changed, LIBSEARCH_INVALID);
    libsearch_cancel_raise(cancel);
    changed = options, changed.cancel = cancel;
    refuse(snapshot, changed, LIBSEARCH_CANCELLED);
    libsearch_cancel_free(cancel);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
}

/* More documents alike than the memory for what they find has room for. */
static void memory_is_a_limit(void **state)
{
    libsearch_index *index = open_plain(*state);
    libsearch_writer *writer;
    libsearch_snapshot *snapshot;
    libsearch_duplicates_options options = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    libsearch_duplicates *found;
    char id[16];
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (unsigned i = 0; i < 3000; i++) {
        sprintf(id, "%u", i);
        put(index, writer, id, "", "the same notice every day");
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    options.by = LIBSEARCH_DUPLICATES_CONTENT;
    assert_ok(libsearch_duplicates_of(snapshot, text_of("7"), &options, &found, NULL));
    assert_int_equal(libsearch_duplicates_size(found, 0), 3000);
    libsearch_duplicates_free(found);
    options.memory = 40000; /* enough for a search, not for 3,000 hits */
    refuse(snapshot, options, LIBSEARCH_LIMIT);
    options.memory = 0;
    options.timeout = 1;
    refuse(snapshot, options, LIBSEARCH_DEADLINE);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(groups_are_those_of_asking_all_for_all, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(two_reports_in_other_words_fold, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_asked_is_said, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(memory_is_a_limit, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
