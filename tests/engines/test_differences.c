/* SPDX-License-Identifier: MIT */
/* What the two engines do differently: a test for each row of the table in docs/xapian.md that has none elsewhere. */
#include "engines/engine_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    char *folder;
    libsearch_index *indexes[2];
    libsearch_writer *writers[2];
};

static struct pair pair_make(void)
{
    struct pair pair = { .folder = folder_make() };
    for (int e = 0; e < 2; e++) {
        pair.indexes[e] = index_make((enum engine)e, pair.folder, "english");
        assert_ok(libsearch_writer_open(pair.indexes[e], NULL, &pair.writers[e], NULL));
    }
    return pair;
}

static void put(struct pair *pair, const char *id, const char *title, const char *text)
{
    for (int e = 0; e < 2; e++) {
        libsearch_document *document = libsearch_document_new(pair->indexes[e]);
        assert_ok(libsearch_document_set_text(document, "title", bytes(title)));
        assert_ok(libsearch_document_set_text(document, "text", bytes(text)));
        assert_ok(libsearch_writer_put(pair->writers[e], bytes(id), document, NULL));
        libsearch_document_free(document);
    }
}

static void commit(struct pair *pair)
{
    for (int e = 0; e < 2; e++)
        assert_ok(libsearch_writer_commit(pair->writers[e], NULL));
}

static void pair_free(struct pair *pair)
{
    for (int e = 0; e < 2; e++) {
        libsearch_writer_close(pair->writers[e]);
        libsearch_close(pair->indexes[e]);
    }
    folder_remove(pair->folder);
}

/* The score that a query gives a document; below 0: it is not found. */
static float score_of(libsearch_index *index, libsearch_query *query, const char *id)
{
    libsearch_results *results = NULL;
    float score = -1;
    assert_ok(libsearch_search_query(index, query, NULL, &results, NULL));
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_bytes found = libsearch_results_id(results, i);
        if (found.length == strlen(id) && memcmp(found.data, id, found.length) == 0)
            score = libsearch_results_score(results, i);
    }
    libsearch_results_free(results);
    libsearch_query_free(query);
    return score;
}

static float typed_score(libsearch_index *index, const char *text, const char *id)
{
    return score_of(index, parsed(index, text), id);
}

static bool about(float a, float b) { return a > b - 1e-4f && a < b + 1e-4f; }

static void ranks_by_other_models_than_xapians_are_unsupported_by_name(void **state)
{
    (void)state;
    static const char *const models[] = { "bm25", "bm25:k1=1,b=0.5", "bm25+", "bm25l",  "tf-idf", "pl2",
                                          "dph",  "lm-dirichlet",    "lm-jm", "boolean" };
    struct pair pair = pair_make();
    libsearch_query *query = libsearch_query_match_all();
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_results *results = NULL;
        options.model = models[i];
        assert_status(libsearch_search_query(pair.indexes[XAPIAN], query, &options, &results, &error),
                      LIBSEARCH_UNSUPPORTED);
        assert_non_null(strstr(error.message, models[i]));
        assert_ok(libsearch_search_query(pair.indexes[NATIVE], query, &options, &results, &error));
        libsearch_results_free(results);
    }
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    libsearch_results *results = NULL;
    const libsearch_bytes left_out = bytes("a");
    ranking.without = &left_out;
    ranking.without_count = 1;
    options.ranking = &ranking;
    assert_status(libsearch_search_query(pair.indexes[XAPIAN], query, &options, &results, NULL), LIBSEARCH_UNSUPPORTED);
    libsearch_query_free(query);
    pair_free(&pair);
}

static void a_phrase_scores_as_the_sum_of_its_words(void **state)
{
    (void)state;
    struct pair pair = pair_make();
    put(&pair, "a", "", "harbour town boats");
    put(&pair, "b", "", "harbour bread");
    put(&pair, "c", "", "nothing of it");
    commit(&pair);
    libsearch_index *index = pair.indexes[XAPIAN];
    assert_true(about(typed_score(index, "\"harbour town\"", "a"),
                      typed_score(index, "harbour", "a") + typed_score(index, "town", "a")));
    pair_free(&pair);
}

static void a_word_of_a_default_field_scores_as_it_does_everywhere(void **state)
{
    (void)state;
    struct pair pair = pair_make();
    put(&pair, "a", "harbour", "harbour and harbour again");
    put(&pair, "b", "", "harbour");
    put(&pair, "c", "", "bread");
    commit(&pair);
    libsearch_index *index = pair.indexes[XAPIAN];
    assert_true(typed_score(index, "title:harbour", "a") == typed_score(index, "harbour", "a"));
    assert_true(typed_score(index, "title:harbour", "b") < 0);
    pair_free(&pair);
}

static void words_in_lists_of_their_own_score_by_being_there(void **state)
{
    (void)state;
    struct pair pair = pair_make();
    for (int e = 0; e < 2; e++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        field.name = "notes";
        field.flags = LIBSEARCH_FIELD_OWN_LISTS;
        assert_ok(libsearch_writer_add_field(pair.writers[e], &field, NULL));
        for (int i = 0; i < 6; i++) {
            char id[2] = { (char)('a' + i), 0 };
            libsearch_document *document = libsearch_document_new(pair.indexes[e]);
            assert_ok(libsearch_document_set_text(document, "notes",
                                                  bytes(i == 0   ? "boats boats boats boats"
                                                        : i == 1 ? "boats and many other things too"
                                                                 : "bread")));
            assert_ok(libsearch_writer_put(pair.writers[e], bytes(id), document, NULL));
            libsearch_document_free(document);
        }
    }
    commit(&pair);
    assert_true(typed_score(pair.indexes[XAPIAN], "notes:boats", "a") ==
                typed_score(pair.indexes[XAPIAN], "notes:boats", "b"));
    assert_true(typed_score(pair.indexes[NATIVE], "notes:boats", "a") >
                typed_score(pair.indexes[NATIVE], "notes:boats", "b"));
    pair_free(&pair);
}

static void sloppy_phrases_of_three_words_keep_their_order(void **state)
{
    (void)state;
    struct pair pair = pair_make();
    put(&pair, "a", "", "winter harbour boats");
    commit(&pair);
    assert_true(typed_score(pair.indexes[NATIVE], "\"boats harbour winter\"~8", "a") > 0);
    assert_true(typed_score(pair.indexes[XAPIAN], "\"boats harbour winter\"~8", "a") < 0);
    assert_true(typed_score(pair.indexes[XAPIAN], "\"winter boats\"~2", "a") > 0);
    pair_free(&pair);
}

static void a_compounds_whole_is_not_near_its_first_part(void **state)
{
    (void)state;
    struct pair pair = pair_make();
    put(&pair, "a", "", "an e-mail");
    commit(&pair);
    /* email stands where e does; libxapian wants a place for each. */
    assert_true(typed_score(pair.indexes[NATIVE], "@near(1 e emai*)", "a") > 0);
    assert_true(typed_score(pair.indexes[XAPIAN], "@near(1 e emai*)", "a") < 0);
    assert_true(typed_score(pair.indexes[XAPIAN], "@near(1 mai* emai*)", "a") > 0);
    pair_free(&pair);
}

static void at_least_ten_of_twenty_are_too_many_ways(void **state)
{
    (void)state;
    struct pair pair = pair_make();
    put(&pair, "a", "", "wa wb wc wd we wf wg wh wi wj wk wl");
    commit(&pair);
    libsearch_query *words[20];
    libsearch_occur occurs[20];
    for (int i = 0; i < 20; i++) {
        const char word[] = { 'w', (char)('a' + i), 0 };
        words[i] = libsearch_query_text(NULL, bytes(word));
        assert_non_null(words[i]);
        occurs[i] = LIBSEARCH_SHOULD;
    }
    libsearch_results *results = NULL;
    libsearch_query *query = libsearch_query_boolean(occurs, (const libsearch_query *const *)words, 20, 10);
    assert_status(libsearch_search_query(pair.indexes[XAPIAN], query, NULL, &results, NULL), LIBSEARCH_LIMIT);
    assert_true(score_of(pair.indexes[NATIVE], query, "a") > 0);
    for (int i = 0; i < 20; i++)
        libsearch_query_free(words[i]);
    pair_free(&pair);
}

static void whole_numbers_beyond_2_to_the_53rd_are_rounded(void **state)
{
    (void)state;
    struct pair pair = pair_make();
    const int64_t odd = (INT64_C(1) << 53) + 1;
    for (int e = 0; e < 2; e++) {
        libsearch_document *document = libsearch_document_new(pair.indexes[e]);
        assert_ok(libsearch_document_set_integer(document, "n", odd));
        assert_ok(libsearch_writer_put(pair.writers[e], bytes("a"), document, NULL));
        libsearch_document_free(document);
    }
    commit(&pair);
    char *native = ids_found(pair.indexes[NATIVE], libsearch_query_integer_range("n", odd - 1, odd - 1));
    char *xapian = ids_found(pair.indexes[XAPIAN], libsearch_query_integer_range("n", odd - 1, odd - 1));
    assert_string_equal(native, "");
    assert_string_equal(xapian, "a");
    free(native);
    free(xapian);
    libsearch_document *back = NULL; /* what is stored is whole */
    assert_ok(libsearch_get(pair.indexes[XAPIAN], bytes("a"), &back, NULL));
    assert_true(libsearch_document_value(back, 0).integer == odd);
    libsearch_document_free(back);
    pair_free(&pair);
}

static void statistics_forget_deleted_documents_at_once(void **state)
{
    (void)state;
    struct pair pair = pair_make();
    put(&pair, "a", "", "boats");
    for (int i = 0; i < 8; i++) {
        char id[4];
        snprintf(id, sizeof id, "x%d", i);
        put(&pair, id, "", i < 4 ? "boats" : "bread");
    }
    commit(&pair);
    float before[2], after[2];
    for (int e = 0; e < 2; e++)
        before[e] = typed_score(pair.indexes[e], "boats", "a");
    for (int e = 0; e < 2; e++)
        assert_ok(libsearch_writer_delete(pair.writers[e], bytes("x0"), NULL));
    commit(&pair);
    for (int e = 0; e < 2; e++)
        after[e] = typed_score(pair.indexes[e], "boats", "a");
    assert_true(after[XAPIAN] > before[XAPIAN]);
    assert_true(after[NATIVE] == before[NATIVE]);
    pair_free(&pair);
}

static void commits_without_a_sync_and_writers_options_are_taken_and_info_has_no_terms(void **state)
{
    (void)state;
    struct pair pair = pair_make();
    libsearch_writer_options options = LIBSEARCH_WRITER_OPTIONS_INIT;
    libsearch_writer_close(pair.writers[XAPIAN]);
    options.memory = 32 << 20;
    options.threads = 2;
    assert_ok(libsearch_writer_open(pair.indexes[XAPIAN], &options, &pair.writers[XAPIAN], NULL));
    put(&pair, "a", "", "boats");
    for (int e = 0; e < 2; e++) {
        libsearch_info info = LIBSEARCH_INFO_INIT;
        libsearch_snapshot *snapshot = NULL;
        assert_ok(libsearch_writer_prepare(pair.writers[e], LIBSEARCH_PROCESS, bytes("mine"), NULL));
        assert_ok(libsearch_writer_finish(pair.writers[e], NULL));
        assert_ok(libsearch_snapshot_open(pair.indexes[e], &snapshot, NULL));
        assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
        assert_int_equal(info.documents, 1);
        assert_int_equal(info.terms > 0, e == NATIVE);
        libsearch_snapshot_free(snapshot);
    }
    pair_free(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_by_other_models_than_xapians_are_unsupported_by_name),
        cmocka_unit_test(a_phrase_scores_as_the_sum_of_its_words),
        cmocka_unit_test(a_word_of_a_default_field_scores_as_it_does_everywhere),
        cmocka_unit_test(words_in_lists_of_their_own_score_by_being_there),
        cmocka_unit_test(sloppy_phrases_of_three_words_keep_their_order),
        cmocka_unit_test(a_compounds_whole_is_not_near_its_first_part),
        cmocka_unit_test(at_least_ten_of_twenty_are_too_many_ways),
        cmocka_unit_test(whole_numbers_beyond_2_to_the_53rd_are_rounded),
        cmocka_unit_test(statistics_forget_deleted_documents_at_once),
        cmocka_unit_test(commits_without_a_sync_and_writers_options_are_taken_and_info_has_no_terms),
    };
    if (!engine_is_here(XAPIAN))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
