/* SPDX-License-Identifier: MIT */
/* Values of options that cannot be are refused, with what is wrong; those at the edges are taken. */
#include "api/api_support.h"
#include "support/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static libsearch_index *index_;
static libsearch_snapshot *snapshot;
static libsearch_query *query;

static int open_all(void **state)
{
    libsearch_writer *writer;
    assert_int_equal(make_folder(state), 0);
    index_ = open_reports(*state);
    assert_ok(libsearch_writer_open(index_, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index_);
    assert_ok(libsearch_document_set_text(document, "text", text_of("officials speak")));
    assert_ok(libsearch_document_set_integer(document, "year", 2020));
    assert_ok(libsearch_document_set_float(document, "price", 2.5));
    assert_ok(libsearch_document_set_date(document, "when", 1000));
    assert_ok(libsearch_document_set_keyword(document, "tag", text_of("news")));
    assert_ok(libsearch_writer_put(writer, text_of("numbers"), document, NULL));
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    assert_ok(libsearch_snapshot_open(index_, &snapshot, NULL));
    query = libsearch_query_text(NULL, text_of("officials"));
    return 0;
}

static int close_all(void **state)
{
    libsearch_query_free(query);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index_);
    return remove_folder(state);
}

/* What a search with the options says, in `message`, which a refused one must have; how many results else. */
static char message[512];

static libsearch_status search(const libsearch_search_options *options)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_results *results = NULL;
    const libsearch_status status = libsearch_snapshot_search(snapshot, query, options, &results, &error);
    snprintf(message, sizeof message, "%s", error.message);
    assert_true((status == LIBSEARCH_OK) == (results != NULL));
    assert_true(status == LIBSEARCH_OK || (error.status == status && message[0] != 0));
    libsearch_results_free(results);
    return status;
}

static void expect(const libsearch_search_options *options, libsearch_status status, const char *words)
{
    const libsearch_status said = search(options);
    if (said != status || strstr(message, words) == NULL)
        fail_msg("status %d, '%s'; expected %d, '%s'", (int)said, message, (int)status, words);
}

static void of_a_search(void **state)
{
    libsearch_sort sorts[] = { { "year", 0 } };
    libsearch_facet facets[] = { LIBSEARCH_FACET_INIT };
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    (void)state;
    assert_ok(search(&options));
    options.total = (libsearch_total)9;
    expect(&options, LIBSEARCH_INVALID, "no total 9");
    options = (libsearch_search_options)LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.sort_count = 1;
    expect(&options, LIBSEARCH_INVALID, "NULL");
    options.sort = sorts;
    assert_ok(search(&options));
    sorts[0].flags = 1u << 20;
    expect(&options, LIBSEARCH_INVALID, "flags 0x100000 of a sort");
    sorts[0] = (libsearch_sort){ "text", 0 };
    expect(&options, LIBSEARCH_INVALID, "text");
    sorts[0].field = "nowhere";
    expect(&options, LIBSEARCH_INVALID, "nowhere");
    options = (libsearch_search_options)LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.facet_count = 1;
    expect(&options, LIBSEARCH_INVALID, "NULL");
    options.facets = facets;
    expect(&options, LIBSEARCH_INVALID, "facet 0");
    facets[0].field = "tag";
    assert_ok(search(&options));
    facets[0].range_count = 2;
    expect(&options, LIBSEARCH_INVALID, "facet 0");
    facets[0].range_count = 0;
    facets[0].interval = (libsearch_interval)99;
    expect(&options, LIBSEARCH_INVALID, "facet 0");
    facets[0].interval = LIBSEARCH_EACH_HOUR;
    expect(&options, LIBSEARCH_INVALID, "tag");
    facets[0].field = "when";
    assert_ok(search(&options));
    facets[0].size = 0;
    expect(&options, LIBSEARCH_INVALID, "libsearch_facet");
    options = (libsearch_search_options)LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.after.length = 8;
    expect(&options, LIBSEARCH_INVALID, "NULL");
    options.after.data = "abcdefgh";
    expect(&options, LIBSEARCH_INVALID, "no cursor of this order");
    options = (libsearch_search_options)LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.timeout = INT64_MAX; /* for ever */
    assert_ok(search(&options));
    options.timeout = INT64_MAX / 1000000;
    assert_ok(search(&options));
    options.timeout = 0;
    options.memory = 100;
    expect(&options, LIBSEARCH_LIMIT, "memory");
}

static void of_signals(void **state)
{
    static const float weights[] = { -1, NAN, INFINITY, 2e9f };
    libsearch_signal signal = LIBSEARCH_SIGNAL_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    (void)state;
    options.ranking = &ranking;
    ranking.signal_count = 1;
    expect(&options, LIBSEARCH_INVALID, "signals is NULL");
    ranking.signals = &signal;
    expect(&options, LIBSEARCH_INVALID, "a field is missing");
    signal.field = "when";
    assert_ok(search(&options));
    for (size_t i = 0; i < 4; i++) {
        signal.weight = weights[i];
        expect(&options, LIBSEARCH_INVALID, "signal 0");
        signal.weight = 1;
        signal.base = weights[i];
        expect(&options, LIBSEARCH_INVALID, "signal 0");
        signal.base = 1;
        signal.missing = weights[i];
        expect(&options, LIBSEARCH_INVALID, "signal 0");
        signal.missing = 0;
    }
    for (size_t i = 0; i < 3; i++) {
        static const double scales[] = { 0, NAN, INFINITY };
        signal.scale = scales[i];
        expect(&options, LIBSEARCH_INVALID, "signal 0");
    }
    signal.scale = 1;
    signal.origin = NAN;
    expect(&options, LIBSEARCH_INVALID, "signal 0");
    signal.origin = 0;
    signal.kind = (libsearch_signal_kind)99;
    expect(&options, LIBSEARCH_INVALID, "signal 0");
    signal.kind = LIBSEARCH_SIGNAL_RECENCY;
    signal.flags = 1u << 20;
    expect(&options, LIBSEARCH_INVALID, "signal 0");
    signal.flags = 0;
    signal.field = "text";
    expect(&options, LIBSEARCH_INVALID, "text");
    signal.field = "when";
    signal.size = 0;
    expect(&options, LIBSEARCH_INVALID, "libsearch_signal");
    ranking.size = 0;
    expect(&options, LIBSEARCH_INVALID, "libsearch_ranking");
}

static float same_score(void *context, libsearch_bytes id, float score, const double *values)
{
    (void)context;
    (void)id;
    (void)values;
    return score;
}

static libsearch_status rescore(void *context, libsearch_results *results, size_t i, float *score,
                                libsearch_error *error)
{
    (void)results;
    (void)i;
    (void)error;
    *score = *(const float *)context;
    return LIBSEARCH_OK;
}

static libsearch_status refuse(void *context, libsearch_results *results, size_t i, float *score,
                               libsearch_error *error)
{
    (void)context;
    (void)results;
    (void)i;
    (void)score;
    (void)error; /* without a word */
    return LIBSEARCH_NOT_FOUND;
}

static void of_scorers_and_rescorers(void **state)
{
    static const char *const fields[LIBSEARCH_MAX_SIGNALS + 1] = { "year" };
    libsearch_scorer scorer = LIBSEARCH_SCORER_INIT;
    libsearch_rescorer rescorer = LIBSEARCH_RESCORER_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_sort sorts[] = { { "year", 0 } };
    float given = NAN;
    (void)state;
    options.ranking = &ranking;
    ranking.scorer = &scorer;
    expect(&options, LIBSEARCH_INVALID, "scorer");
    scorer.score = same_score;
    assert_ok(search(&options));
    scorer.field_count = 1;
    expect(&options, LIBSEARCH_INVALID, "scorer");
    scorer.fields = fields;
    assert_ok(search(&options));
    scorer.field_count = LIBSEARCH_MAX_SIGNALS + 1;
    expect(&options, LIBSEARCH_LIMIT, "more than 16 fields");
    scorer.field_count = 1;
    scorer.factor = -1;
    expect(&options, LIBSEARCH_INVALID, "scorer");
    scorer.factor = 1;
    scorer.addend = NAN;
    expect(&options, LIBSEARCH_INVALID, "scorer");
    ranking.scorer = NULL;
    ranking.rescorer = &rescorer;
    expect(&options, LIBSEARCH_INVALID, "rescore");
    rescorer.rescore = rescore;
    rescorer.context = &given;
    expect(&options, LIBSEARCH_INVALID, "no number for result 0");
    given = 3; /* the same of all: they stay as they were */
    assert_ok(search(&options));
    rescorer.rescore = refuse;
    expect(&options, LIBSEARCH_NOT_FOUND, "");
    rescorer.rescore = rescore;
    rescorer.count = (size_t)LIBSEARCH_MAX_RESULTS + 1;
    expect(&options, LIBSEARCH_LIMIT, "results to rescore");
    rescorer.count = 10;
    options.sort = sorts;
    options.sort_count = 1;
    expect(&options, LIBSEARCH_INVALID, "sort");
    options.sort_count = 0;
    options.collapse = "tag";
    expect(&options, LIBSEARCH_INVALID, "collapse");
    options.collapse = NULL;
    ranking.rescorer = NULL;
    ranking.without_count = 1;
    expect(&options, LIBSEARCH_INVALID, "without is NULL");
    const libsearch_bytes without[] = { { "numbers", 7 } };
    ranking.without = without;
    assert_ok(search(&options));
    ranking.without_count = (size_t)LIBSEARCH_MAX_RESULTS + 1;
    expect(&options, LIBSEARCH_LIMIT, "documents to do without");
}

static void of_feedback(void **state)
{
    libsearch_feedback feedback = LIBSEARCH_FEEDBACK_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    const libsearch_bytes ids[] = { { "numbers", 7 } };
    const float weights[] = { NAN, -1, INFINITY };
    libsearch_query *expanded = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    (void)state;
    options.ranking = &ranking;
    ranking.feedback = &feedback;
    assert_ok(search(&options));
    feedback.share = 1.5f;
    expect(&options, LIBSEARCH_INVALID, "share");
    feedback.share = -0.1f;
    expect(&options, LIBSEARCH_INVALID, "share");
    feedback.share = NAN;
    expect(&options, LIBSEARCH_INVALID, "share");
    feedback.share = 1;
    feedback.words = 1000;
    feedback.documents = LIBSEARCH_MAX_FEEDBACK;
    assert_ok(search(&options));
    feedback.words = 1001;
    expect(&options, LIBSEARCH_LIMIT, "words");
    feedback.words = 5;
    feedback.documents = LIBSEARCH_MAX_FEEDBACK + 1;
    expect(&options, LIBSEARCH_LIMIT, "documents");
    for (size_t i = 0; i < 3; i++)
        assert_status(libsearch_query_feedback(snapshot, query, ids, &weights[i], 1, NULL, &expanded, &error),
                      LIBSEARCH_INVALID);
    assert_status(libsearch_query_feedback(snapshot, query, ids, NULL, LIBSEARCH_MAX_FEEDBACK + 1, NULL, &expanded,
                                           &error),
                  LIBSEARCH_LIMIT);
    /* Of no document, the question is what it was; without a question, the document's words alone ask. */
    assert_ok(libsearch_query_feedback(snapshot, query, ids, NULL, 0, NULL, &expanded, &error));
    libsearch_query_free(expanded);
    assert_ok(libsearch_query_feedback(snapshot, NULL, ids, NULL, 1, NULL, &expanded, &error));
    libsearch_query_free(expanded);
    expanded = NULL;
    assert_status(libsearch_query_similar(snapshot, text_of("a"), 1001, &expanded, &error), LIBSEARCH_LIMIT);
    assert_ok(libsearch_query_similar(snapshot, (libsearch_bytes){ NULL, 0 }, 5, &expanded, &error));
    libsearch_query_free(expanded);
}

static void of_suggestions(void **state)
{
    libsearch_suggest_options options = LIBSEARCH_SUGGEST_OPTIONS_INIT;
    libsearch_suggestions *suggestions = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_cancel *cancel = libsearch_cancel_new();
    (void)state;
    for (int correct = 0; correct < 2; correct++) {
        libsearch_status (*ask_for)(libsearch_snapshot *, libsearch_bytes, const libsearch_suggest_options *,
                                    libsearch_suggestions **, libsearch_error *) =
            correct ? libsearch_snapshot_correct : libsearch_snapshot_complete;
        options = (libsearch_suggest_options)LIBSEARCH_SUGGEST_OPTIONS_INIT;
        options.count = LIBSEARCH_MAX_EXPANSION + 1;
        assert_status(ask_for(snapshot, text_of("offi"), &options, &suggestions, &error), LIBSEARCH_LIMIT);
        options.count = LIBSEARCH_MAX_EXPANSION;
        options.memory = 1 << 20;
        options.cancel = cancel;
        assert_ok(ask_for(snapshot, text_of("offi"), &options, &suggestions, &error));
        libsearch_suggestions_free(suggestions);
        options.count = 0;
        assert_ok(ask_for(snapshot, text_of("offi"), &options, &suggestions, &error));
        assert_int_equal(libsearch_suggestions_count(suggestions), 0);
        libsearch_suggestions_free(suggestions);
        assert_ok(ask_for(snapshot, (libsearch_bytes){ NULL, 0 }, NULL, &suggestions, &error));
        libsearch_suggestions_free(suggestions);
        suggestions = NULL;
        options.count = 5;
        options.field = "year";
        assert_status(ask_for(snapshot, text_of("offi"), &options, &suggestions, &error), LIBSEARCH_INVALID);
        assert_non_null(strstr(error.message, "year"));
        options.field = "nowhere";
        assert_status(ask_for(snapshot, text_of("offi"), &options, &suggestions, &error), LIBSEARCH_INVALID);
        options.field = NULL;
        options.timeout = -1;
        assert_status(ask_for(snapshot, text_of("offi"), &options, &suggestions, &error), LIBSEARCH_INVALID);
        assert_null(suggestions);
    }
    libsearch_cancel_free(cancel);
}

static void of_duplicates(void **state)
{
    libsearch_duplicates_options options = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    libsearch_duplicates *duplicates = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    static const double thresholds[] = { -0.1, 1.1, NAN };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        options.threshold = thresholds[i];
        assert_status(libsearch_duplicates_list(snapshot, &options, &duplicates, &error), LIBSEARCH_INVALID);
    }
    options.threshold = 0;
    options.timeout = -1;
    assert_status(libsearch_duplicates_list(snapshot, &options, &duplicates, &error), LIBSEARCH_INVALID);
    assert_non_null(strstr(error.message, "timeout"));
    options.timeout = 0;
    /* No field has a signature; this one has none; there is no such field. */
    assert_status(libsearch_duplicates_list(snapshot, NULL, &duplicates, &error), LIBSEARCH_NOT_FOUND);
    options.field = "text";
    assert_status(libsearch_duplicates_list(snapshot, &options, &duplicates, &error), LIBSEARCH_INVALID);
    assert_non_null(strstr(error.message, "text"));
    options.field = "nowhere";
    assert_status(libsearch_duplicates_list(snapshot, &options, &duplicates, &error), LIBSEARCH_NOT_FOUND);
    assert_non_null(strstr(error.message, "nowhere"));
    assert_null(duplicates);
}

static void of_snippets(void **state)
{
    libsearch_snippet_options options = LIBSEARCH_SNIPPET_OPTIONS_INIT;
    libsearch_results *results;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_bytes text;
    const libsearch_fragment *fragments;
    const libsearch_range marks[] = { { 1, 3 }, { 2, 4 } }, backwards[] = { { 3, 1 } }, outside[] = { { 1, 9 } };
    size_t count;
    char *written = NULL;
    (void)state;
    assert_ok(libsearch_snapshot_search(snapshot, query, NULL, &results, NULL));
    options.count = 0;
    assert_status(libsearch_results_fragments(results, 0, &options, &text, &fragments, &count, &error),
                  LIBSEARCH_LIMIT);
    options.count = LIBSEARCH_MAX_FRAGMENTS + 1;
    assert_true(libsearch_results_fragments(results, 0, &options, &text, &fragments, &count, &error) != LIBSEARCH_OK);
    options.count = LIBSEARCH_MAX_FRAGMENTS;
    assert_ok(libsearch_results_fragments(results, 0, &options, &text, &fragments, &count, &error));
    options.count = LIBSEARCH_MAX_FRAGMENTS - 1;
    assert_ok(libsearch_results_fragments(results, 0, &options, &text, &fragments, &count, &error));
    assert_status(libsearch_results_fragments(results, 99, &options, &text, &fragments, &count, &error),
                  LIBSEARCH_INVALID);
    options.field = "year";
    assert_true(libsearch_results_fragments(results, 0, &options, &text, &fragments, &count, &error) != LIBSEARCH_OK);
    assert_true(error.message[0] != 0);
    const libsearch_fragment wrong[] = {
        { { 3, 1 }, NULL, 0 },  { { 0, 99 }, NULL, 0 },     { { 0, 4 }, NULL, 1 },
        { { 0, 5 }, marks, 2 }, { { 0, 5 }, backwards, 1 }, { { 0, 5 }, outside, 1 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_status(libsearch_fragment_write(text_of("abcdef"), &wrong[i], LIBSEARCH_PLAIN, &written, &error),
                      LIBSEARCH_INVALID);
    const libsearch_fragment right = { { 0, 5 }, marks, 1 };
    assert_status(libsearch_fragment_write(text_of("abcdef"), &right, (libsearch_markup)9, &written, &error),
                  LIBSEARCH_INVALID);
    assert_null(written);
    assert_ok(libsearch_fragment_write(text_of("abcdef"), &right, LIBSEARCH_PLAIN, &written, &error));
    assert_non_null(strstr(written, "bc"));
    libsearch_text_free(written);
    libsearch_results_free(results);
}

#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ALL(of_a_search), WITH_ALL(of_signals),     WITH_ALL(of_scorers_and_rescorers),
        WITH_ALL(of_feedback), WITH_ALL(of_suggestions), WITH_ALL(of_duplicates),
        WITH_ALL(of_snippets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
