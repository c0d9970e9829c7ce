/* SPDX-License-Identifier: MIT */
/* Rankings by what the program knows: numbers, functions, a second stage; feedback and documents like others. */
#include "support/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_support.h"

enum { DAY = 86400000 };

static void set(libsearch_index *index, libsearch_writer *writer, const char *id, const char *text, int64_t date,
                int64_t views)
{
    libsearch_document *document = libsearch_document_new(index);
    libsearch_document_set_text(document, "text", text_of(text));
    if (date > 0)
        libsearch_document_set_date(document, "date", date * DAY);
    if (views > 0)
        libsearch_document_set_integer(document, "views", views);
    assert_int_equal(libsearch_writer_put(writer, text_of(id), document, NULL), LIBSEARCH_OK);
    libsearch_document_free(document);
}

static void add_field(libsearch_writer *writer, const char *name, libsearch_type type)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = name;
    field.type = type;
    assert_int_equal(libsearch_writer_add_field(writer, &field, NULL), LIBSEARCH_OK);
}

static libsearch_snapshot *snapshot;
static libsearch_index *opened;

static int make_talks(void **state)
{
    libsearch_writer *writer = NULL;
    if (make_folder(state) != 0)
        return -1;
    assert_int_equal(libsearch_open(*state, LIBSEARCH_CREATE, NULL, &opened, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_writer_open(opened, NULL, &writer, NULL), LIBSEARCH_OK);
    add_field(writer, "date", LIBSEARCH_DATE);
    add_field(writer, "views", LIBSEARCH_INTEGER);
    set(opened, writer, "old", "talks talks talks about health", 100, 0);
    set(opened, writer, "new", "talks about health", 130, 10);
    set(opened, writer, "known", "talks about trade", 70, 1000);
    set(opened, writer, "undated", "talks about trade and tariffs", 0, 0);
    set(opened, writer, "other", "rain over the harbour", 130, 5);
    assert_int_equal(libsearch_writer_commit(writer, NULL), LIBSEARCH_OK);
    libsearch_writer_close(writer);
    return libsearch_snapshot_open(opened, &snapshot, NULL) != LIBSEARCH_OK;
}

static int free_talks(void **state)
{
    libsearch_snapshot_free(snapshot);
    libsearch_close(opened);
    return remove_folder(state);
}

static libsearch_results *search(const char *words, const char *model, const libsearch_ranking *ranking)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_query *query = libsearch_query_text(NULL, text_of(words));
    options.model = model;
    options.ranking = ranking;
    if (libsearch_snapshot_search(snapshot, query, &options, &results, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    libsearch_query_free(query);
    return results;
}

static const char *ids_of(libsearch_results *results, char *ids)
{
    ids[0] = 0;
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        sprintf(ids + strlen(ids), "%s%.*s", i == 0 ? "" : " ", (int)id.length, id.data);
    }
    libsearch_results_free(results);
    return ids;
}

static float score_of(const libsearch_results *results, const char *id)
{
    for (size_t i = 0; i < libsearch_results_count(results); i++)
        if (libsearch_results_id(results, i).length == strlen(id) &&
            memcmp(libsearch_results_id(results, i).data, id, strlen(id)) == 0)
            return libsearch_results_score(results, i);
    fail_msg("%s is not found", id);
    return 0;
}

/* Each word counts 1 (model boolean): 30 days are one half-life, so 1 + 1 for today's, 1 + 1/2, 1 + 1/4, and 1. */
static void recency_halves_in_its_time(void **state)
{
    (void)state;
    libsearch_signal signal = LIBSEARCH_SIGNAL_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    signal.field = "date";
    signal.scale = 30.0 * DAY;
    signal.origin = 130.0 * DAY;
    ranking.signals = &signal;
    ranking.signal_count = 1;
    libsearch_results *results = search("talks", "boolean", &ranking);
    assert_true(score_of(results, "new") == 2.0f);
    assert_true(score_of(results, "old") == 1.5f);
    assert_true(score_of(results, "known") == 1.25f);
    assert_true(score_of(results, "undated") == 1.0f);
    char ids[1000];
    assert_string_equal(ids_of(results, ids), "new old known undated");
    signal.base = 0;
    signal.missing = 0.75f;
    assert_string_equal(ids_of(search("talks", "boolean", &ranking), ids), "new undated old known");
}

/* 1000 / (1000 + 10), 10 / 20, 0, 0; and ln(1 + 1000 / 10) = 4.61512, ln 2. */
static void popularity_is_added_as_a_fraction_or_a_logarithm(void **state)
{
    (void)state;
    libsearch_signal signals[2] = { LIBSEARCH_SIGNAL_INIT, LIBSEARCH_SIGNAL_INIT };
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    ranking.signals = signals;
    ranking.signal_count = 1;
    signals[0].field = signals[1].field = "views";
    signals[0].kind = LIBSEARCH_SIGNAL_SATURATION;
    signals[0].flags = LIBSEARCH_SIGNAL_ADD;
    signals[0].scale = 10;
    signals[0].weight = 2;
    libsearch_results *results = search("talks", "boolean", &ranking);
    assert_true(fabsf(score_of(results, "known") - (1 + 2 * 1000.0f / 1010.0f)) < 1e-6f);
    assert_true(score_of(results, "new") == 2.0f);
    assert_true(score_of(results, "old") == 1.0f);
    libsearch_results_free(results);
    signals[1].kind = LIBSEARCH_SIGNAL_LOGARITHM; /* after the first: what that gave is multiplied, too */
    signals[1].scale = 10;
    ranking.signal_count = 2;
    results = search("talks", "boolean", &ranking);
    assert_true(fabsf(score_of(results, "new") - 2 * (1 + 0.693147f)) < 1e-5f);
    assert_true(fabsf(score_of(results, "known") - 2.980198f * 5.615121f) < 1e-4f);
    const libsearch_explanation *lines = NULL;
    size_t count = 0;
    assert_int_equal(libsearch_results_explain(results, 0, &lines, &count, NULL), LIBSEARCH_OK);
    assert_true(lines[0].value == libsearch_results_score(results, 0));
    size_t steps = 0;
    for (size_t i = 0; i + 1 < count; i++)
        if (strncmp(lines[i + 1].text, "g, of field 'views': ", 21) == 0) { /* below what the score was made by it */
            assert_int_equal(lines[i].depth, 1);
            assert_int_equal(lines[i + 1].depth, 2);
            assert_true(strncmp(lines[i].text, steps == 0 ? "the score + 2 g" : "the score * (", 13) == 0);
            steps++;
        }
    assert_int_equal(steps, 2);
    assert_true(lines[count - 2].value == lines[0].value);
    libsearch_results_free(results);
}

struct asked {
    unsigned times;
    const char *favourite;
};

static float favour(void *context, libsearch_bytes id, float score, const double *values)
{
    struct asked *asked = context;
    asked->times++;
    assert_true(isnan(values[0]) || values[0] >= 10);
    return id.length == strlen(asked->favourite) && memcmp(id.data, asked->favourite, id.length) == 0 ? score * 3
                                                                                                      : score;
}

static void a_function_of_the_programs_has_the_last_word(void **state)
{
    (void)state;
    static const char *const fields[] = { "views" };
    struct asked asked = { 0, "undated" };
    libsearch_scorer scorer = LIBSEARCH_SCORER_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    char ids[1000];
    scorer.score = favour;
    scorer.context = &asked;
    scorer.fields = fields;
    scorer.field_count = 1;
    ranking.scorer = &scorer;
    libsearch_results *results = search("talks", "bm25", &ranking);
    assert_true(libsearch_results_exhaustive(results));
    assert_int_equal(asked.times, 4);
    assert_string_equal(ids_of(results, ids), "undated old new known");
    scorer.bounded = 1;
    scorer.factor = 3;
    results = search("talks", "bm25", &ranking);
    assert_false(libsearch_results_exhaustive(results));
    assert_string_equal(ids_of(results, ids), "undated old new known");
    scorer.factor = 1; /* what it gives beyond its bound counts as the bound */
    assert_string_equal(ids_of(search("talks", "bm25", &ranking), ids), "old new known undated");
}

static libsearch_status by_length(void *context, libsearch_results *results, size_t i, float *score,
                                  libsearch_error *error)
{
    const libsearch_document *document = NULL;
    const libsearch_status status = libsearch_results_document(results, i, &document, error);
    ++*(unsigned *)context;
    if (status == LIBSEARCH_OK)
        *score = (float)libsearch_document_bytes(document, "text").length;
    return status;
}

static libsearch_status give_up(void *context, libsearch_results *results, size_t i, float *score,
                                libsearch_error *error)
{
    (void)context, (void)results, (void)error;
    *score = 0;
    return i == 1 ? LIBSEARCH_CANCELLED : LIBSEARCH_OK;
}

static void the_second_stage_orders_the_first_documents_again(void **state)
{
    (void)state;
    unsigned asked = 0;
    libsearch_rescorer rescorer = LIBSEARCH_RESCORER_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    char ids[1000];
    rescorer.rescore = by_length;
    rescorer.context = &asked;
    ranking.rescorer = &rescorer;
    assert_string_equal(ids_of(search("talks", "bm25", NULL), ids), "old new known undated");
    libsearch_results *results = search("talks", "bm25", &ranking);
    assert_int_equal(asked, 4);
    assert_true(libsearch_results_score(results, 0) == 30.0f);
    const libsearch_explanation *lines = NULL;
    size_t count = 0;
    assert_int_equal(libsearch_results_explain(results, 0, &lines, &count, NULL), LIBSEARCH_OK);
    assert_true(count > 2 && lines[0].value == 30.0f && lines[1].depth == 1);
    assert_string_equal(ids_of(results, ids), "old undated new known");
    rescorer.count = 3; /* the last one stays behind them */
    assert_string_equal(ids_of(search("talks", "bm25", &ranking), ids), "old new known undated");

    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_query *query = libsearch_query_text(NULL, text_of("talks"));
    rescorer.count = 100;
    options.ranking = &ranking;
    options.model = "bm25";
    options.offset = 1;
    options.count = 2;
    assert_int_equal(libsearch_snapshot_search(snapshot, query, &options, &results, NULL), LIBSEARCH_OK);
    assert_string_equal(ids_of(results, ids), "undated new");
    rescorer.rescore = give_up;
    assert_int_equal(libsearch_snapshot_search(snapshot, query, &options, &results, NULL), LIBSEARCH_CANCELLED);
    options.collapse = "text";
    assert_int_equal(libsearch_snapshot_search(snapshot, query, &options, &results, NULL), LIBSEARCH_INVALID);
    libsearch_query_free(query);
}

static void documents_can_be_done_without(void **state)
{
    (void)state;
    const libsearch_bytes without[] = { text_of("old"), text_of("nobody"), text_of("known") };
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    char ids[1000];
    ranking.without = without;
    ranking.without_count = 3;
    assert_string_equal(ids_of(search("talks", NULL, &ranking), ids), "new undated");
}

static void a_document_is_like_those_that_say_the_same(void **state)
{
    (void)state;
    const libsearch_bytes like = text_of("known");
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_query *query = NULL;
    libsearch_results *results = NULL;
    char ids[1000], *text = NULL;
    ranking.without = &like;
    ranking.without_count = 1;
    options.ranking = &ranking;
    options.count = 1;
    assert_int_equal(libsearch_query_feedback(snapshot, NULL, &like, NULL, 1, NULL, &query, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_snapshot_search(snapshot, query, &options, &results, NULL), LIBSEARCH_OK);
    assert_string_equal(ids_of(results, ids), "undated");
    libsearch_query_free(query);
    assert_int_equal(libsearch_query_similar(snapshot, text_of("the harbour, and rain"), 0, &query, NULL),
                     LIBSEARCH_OK);
    assert_int_equal(libsearch_query_print(query, &text, NULL), LIBSEARCH_OK);
    assert_non_null(strstr(text, "harbour"));
    libsearch_text_free(text);
    assert_int_equal(libsearch_snapshot_search(snapshot, query, &options, &results, NULL), LIBSEARCH_OK);
    assert_string_equal(ids_of(results, ids), "other");
    libsearch_query_free(query);
    assert_int_equal(libsearch_query_similar(snapshot, text_of("unheard-of"), 0, &query, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_snapshot_search(snapshot, query, &options, &results, NULL), LIBSEARCH_OK);
    assert_string_equal(ids_of(results, ids), "");
    libsearch_query_free(query);
}

/* "tariffs" is in one document alone; what else that says brings in "known", which does not have the word. */
static void feedback_finds_what_the_question_did_not_say(void **state)
{
    (void)state;
    libsearch_feedback feedback = LIBSEARCH_FEEDBACK_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    char ids[1000];
    assert_string_equal(ids_of(search("tariffs", NULL, NULL), ids), "undated");
    ranking.feedback = &feedback;
    libsearch_results *results = search("tariffs", NULL, &ranking);
    assert_true(libsearch_results_count(results) >= 2);
    assert_memory_equal(libsearch_results_id(results, 0).data, "undated", 7);
    assert_memory_equal(libsearch_results_id(results, 1).data, "known", 5);
    assert_false(libsearch_results_exhaustive(results)); /* a question of words stays one of words */
    const libsearch_explanation *lines = NULL;
    size_t count = 0;
    assert_int_equal(libsearch_results_explain(results, 0, &lines, &count, NULL), LIBSEARCH_OK);
    assert_true(lines[0].value == libsearch_results_score(results, 0));
    libsearch_results_free(results);
}

static void of_a_long_document_the_beginning_is_read_for_feedback(void **state)
{
    (void)state;
    static const size_t read[] = { 11, 17,
                                   1000 }; /* of "talks about trade and tariffs"; the last word is nowhere else */
    static const char *const last[] = { "about", "trade" };
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        libsearch_feedback feedback = LIBSEARCH_FEEDBACK_INIT;
        const libsearch_bytes like = text_of("undated");
        libsearch_query *query = NULL;
        char *text = NULL;
        feedback.max_bytes = read[i];
        assert_int_equal(libsearch_query_feedback(snapshot, NULL, &like, NULL, 1, &feedback, &query, NULL),
                         LIBSEARCH_OK);
        assert_int_equal(libsearch_query_print(query, &text, NULL), LIBSEARCH_OK);
        for (size_t word = 0; word < sizeof last / sizeof *last; word++)
            assert_true((strstr(text, last[word]) != NULL) == (word <= i));
        libsearch_text_free(text);
        libsearch_query_free(query);
    }
}

/* What a query for documents like one of some is, as text. */
static char *like_document(libsearch_index *index, int number)
{
    char id[16];
    libsearch_snapshot *pinned = NULL;
    libsearch_query *query = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char *text = NULL;
    snprintf(id, sizeof id, "d%d", number);
    const libsearch_bytes like = text_of(id);
    assert_int_equal(libsearch_snapshot_open(index, &pinned, NULL), LIBSEARCH_OK);
    if (libsearch_query_feedback(pinned, NULL, &like, NULL, 1, NULL, &query, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", id, error.message);
    assert_int_equal(libsearch_query_print(query, &text, NULL), LIBSEARCH_OK);
    libsearch_query_free(query);
    libsearch_snapshot_free(pinned);
    return text;
}

static void documents_of_every_segment_are_read_for_feedback(void **state)
{
    enum { SEGMENTS = 4 };
    (void)state;
    char path[] = "/tmp/libsearch-test-XXXXXX", command[64], *texts[SEGMENTS];
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    libsearch_snapshot *pinned = NULL;
    assert_non_null(mkdtemp(path));
    assert_int_equal(libsearch_open(path, LIBSEARCH_CREATE, NULL, &index, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_writer_open(index, NULL, &writer, NULL), LIBSEARCH_OK);
    for (int i = 0; i < SEGMENTS; i++) {
        char id[16], text[80];
        snprintf(id, sizeof id, "d%d", i);
        snprintf(text, sizeof text, "harbour number%d with boats%d and salt%d", i, i % 2, i);
        put(index, writer, id, "A harbour", text);
        assert_int_equal(libsearch_writer_commit(writer, NULL), LIBSEARCH_OK);
    }
    assert_int_equal(libsearch_snapshot_open(index, &pinned, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_snapshot_info(pinned, &info, NULL), LIBSEARCH_OK);
    libsearch_snapshot_free(pinned);
    assert_int_equal(info.segments, SEGMENTS);
    for (int i = 0; i < SEGMENTS; i++) {
        char own[16];
        texts[i] = like_document(index, i);
        snprintf(own, sizeof own, "boats%d", i % 2);
        if (strstr(texts[i], own) == NULL)
            fail_msg("%s is not in %s", own, texts[i]);
    }
    assert_int_equal(libsearch_writer_compact(writer, 0, NULL), LIBSEARCH_OK);
    for (int i = 0; i < SEGMENTS; i++) { /* the same in one segment */
        char *again = like_document(index, i);
        assert_string_equal(again, texts[i]);
        libsearch_text_free(again);
        libsearch_text_free(texts[i]);
    }
    libsearch_writer_close(writer);
    libsearch_close(index);
    snprintf(command, sizeof command, "rm -rf %s", path);
    assert_int_equal(system(command), 0);
}

/* A word that does not fit into a line is cut between its characters. */
/* The lines of the first result. */
static const libsearch_explanation *explain(libsearch_results *results, size_t *count)
{
    const libsearch_explanation *lines = NULL;
    assert_int_equal(libsearch_results_explain(results, 0, &lines, count, NULL), LIBSEARCH_OK);
    assert_true(*count > 0);
    assert_true(lines[0].value == libsearch_results_score(results, 0));
    return lines;
}

/* What a text in the query language finds. */
static libsearch_results *search_parsed(const char *text, const char *model)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_query *query = NULL;
    options.model = model;
    assert_int_equal(libsearch_query_parse(opened, text_of(text), 0, &query, NULL), LIBSEARCH_OK);
    assert_int_equal(libsearch_snapshot_search(snapshot, query, &options, &results, NULL), LIBSEARCH_OK);
    libsearch_query_free(query);
    return results;
}

/* Each kind of question says what it is, and what stands below a line gives its number. */
static void an_explanation_names_its_parts_and_adds_up(void **state)
{
    (void)state;
    static const struct {
        const char *words, *first;
    } asked[] = {
        { "\"talks about\"", "a phrase" },
        { "@near(5 trade talks)", "words where they are asked for" },
        { "views:[1 TO 2000]", "a value in the range" },
        { "*:*", "every document" },
        { "talks trade", "the sum of what counts below, in this order" },
    };
    size_t count;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        for (unsigned formulas = 0; formulas < 2; formulas++) {
            libsearch_results *results = search_parsed(asked[i].words, formulas ? "dph" : "bm25");
            const libsearch_explanation *lines = explain(results, &count);
            assert_string_equal(lines[0].text, asked[i].first);
            for (size_t l = 1; l < count; l++)
                assert_true(lines[l].depth >= 1 && lines[l].depth <= lines[l - 1].depth + 1);
            libsearch_results_free(results);
        }
    }
    libsearch_results *results = search_parsed("trade", "bm25");
    const libsearch_explanation *lines = explain(results, &count);
    assert_int_equal(count, 4);
    const float W = lines[1].value, f = lines[2].value, i = lines[3].value;
    assert_true(fabsf(W - logf(1 + (5 - 2 + 0.5f) / (2 + 0.5f))) < 1e-5f);
    assert_true(f == 1.0f);
    assert_true(fabsf(lines[0].value - (W - W / (1 + f * i))) < 1e-6f);
    libsearch_results_free(results);
    results = search_parsed("talks trade", "bm25");
    lines = explain(results, &count);
    float sum = 0;
    for (size_t l = 1; l < count; l++)
        sum += lines[l].depth == 1 ? lines[l].value : 0;
    assert_true(fabsf(lines[0].value - sum) < 1e-6f);
    libsearch_results_free(results);
}

static void an_explained_word_is_cut_at_a_character(void **state)
{
    (void)state;
    for (size_t before = 0; before < 3; before++) {
        char path[] = "/tmp/libsearch-test-XXXXXX", command[64], word[200] = "xyz";
        libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
        libsearch_index *index = NULL;
        libsearch_writer *writer = NULL;
        libsearch_results *results = NULL;
        const libsearch_explanation *lines = NULL;
        size_t count = 0, length = before;
        while (length + 3 < sizeof word)
            length += (size_t)sprintf(word + length, "\xE5\x8D\xAB"); /* a character of three bytes */
        options.analyzer = "standard";
        assert_non_null(mkdtemp(path));
        assert_int_equal(libsearch_open(path, LIBSEARCH_CREATE, &options, &index, NULL), LIBSEARCH_OK);
        libsearch_field tag = LIBSEARCH_FIELD_INIT;
        assert_int_equal(libsearch_writer_open(index, NULL, &writer, NULL), LIBSEARCH_OK);
        tag.name = "tag";
        tag.type = LIBSEARCH_KEYWORD;
        assert_int_equal(libsearch_writer_add_field(writer, &tag, NULL), LIBSEARCH_OK);
        libsearch_document *document = libsearch_document_new(index);
        assert_int_equal(libsearch_document_set_keyword(document, "tag", text_of(word)), LIBSEARCH_OK);
        assert_int_equal(libsearch_writer_put(writer, text_of("one"), document, NULL), LIBSEARCH_OK);
        libsearch_document_free(document);
        assert_int_equal(libsearch_writer_commit(writer, NULL), LIBSEARCH_OK);
        libsearch_query *query = libsearch_query_keyword("tag", text_of(word));
        assert_int_equal(libsearch_search_query(index, query, NULL, &results, NULL), LIBSEARCH_OK);
        assert_int_equal(libsearch_results_explain(results, 0, &lines, &count, NULL), LIBSEARCH_OK);
        bool shown = false;
        for (size_t i = 0; i < count; i++) {
            const char *from = strchr(lines[i].text, '"'), *to = from == NULL ? NULL : strchr(from + 1, '"');
            if (to == NULL)
                continue;
            shown = true;
            assert_int_equal((to - from - 1 - (long)before) % 3, 0);
            assert_true(to - from > 100);
        }
        assert_true(shown);
        libsearch_query_free(query);
        libsearch_results_free(results);
        libsearch_writer_close(writer);
        libsearch_close(index);
        snprintf(command, sizeof command, "rm -rf %s", path);
        assert_int_equal(system(command), 0);
    }
}

static void a_field_weighs_as_the_query_says(void **state)
{
    (void)state;
    static const char *const fields[] = { "text" };
    const float heavy[] = { 4 };
    const libsearch_fields_as ways[] = { LIBSEARCH_FIELDS_BM25F, LIBSEARCH_FIELDS_BEST };
    for (size_t w = 0; w < 2; w++) {
        libsearch_query *plain = libsearch_query_fields(fields, NULL, 1, text_of("talks trade"), ways[w], 0);
        libsearch_query *weighed = libsearch_query_fields(fields, heavy, 1, text_of("talks trade"), ways[w], 0);
        libsearch_results *one = NULL, *other = NULL;
        assert_int_equal(libsearch_snapshot_search(snapshot, plain, NULL, &one, NULL), LIBSEARCH_OK);
        assert_int_equal(libsearch_snapshot_search(snapshot, weighed, NULL, &other, NULL), LIBSEARCH_OK);
        assert_int_equal(libsearch_results_count(one), 4);
        assert_true(libsearch_results_score(other, 0) > libsearch_results_score(one, 0));
        libsearch_results_free(one);
        libsearch_results_free(other);
        libsearch_query_free(plain);
        libsearch_query_free(weighed);
    }
    assert_null(libsearch_query_fields(fields, NULL, 0, text_of("talks"), LIBSEARCH_FIELDS_BM25F, 0));
    assert_null(
        libsearch_query_fields(fields, NULL, 1, text_of("talks"), LIBSEARCH_FIELDS_BM25F, LIBSEARCH_WORDS_EXACT));
}

static void refuse(libsearch_ranking ranking, libsearch_status wanted, const char *saying)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_query *query = libsearch_query_text(NULL, text_of("talks"));
    options.ranking = &ranking;
    const libsearch_status status = libsearch_snapshot_search(snapshot, query, &options, &results, &error);
    if (status != wanted || strstr(error.message, saying) == NULL)
        fail_msg("%s: status %d, \"%s\"", saying, (int)status, error.message);
    libsearch_query_free(query);
}

static void what_is_no_ranking_is_refused(void **state)
{
    (void)state;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    libsearch_signal signal = LIBSEARCH_SIGNAL_INIT;
    libsearch_scorer scorer = LIBSEARCH_SCORER_INIT;
    libsearch_feedback feedback = LIBSEARCH_FEEDBACK_INIT;
    libsearch_rescorer rescorer = LIBSEARCH_RESCORER_INIT;
    ranking.signals = &signal;
    ranking.signal_count = 1;
    refuse(ranking, LIBSEARCH_INVALID, "field is missing");
    signal.field = "nowhere";
    refuse(ranking, LIBSEARCH_INVALID, "nowhere");
    signal.field = "text";
    refuse(ranking, LIBSEARCH_INVALID, "no keywords or numbers");
    signal.field = "date";
    signal.weight = -1;
    refuse(ranking, LIBSEARCH_INVALID, "signal 0");
    signal.weight = 1;
    signal.scale = 0;
    refuse(ranking, LIBSEARCH_INVALID, "scale is above 0");
    signal.scale = 1;
    signal.kind = (libsearch_signal_kind)9;
    refuse(ranking, LIBSEARCH_INVALID, "no such kind");
    ranking.signal_count = LIBSEARCH_MAX_SIGNALS + 1;
    refuse(ranking, LIBSEARCH_LIMIT, "16 signals");
    ranking.signal_count = 0;
    ranking.scorer = &scorer;
    refuse(ranking, LIBSEARCH_INVALID, "no function");
    ranking.scorer = NULL;
    ranking.rescorer = &rescorer;
    refuse(ranking, LIBSEARCH_INVALID, "no function");
    ranking.rescorer = NULL;
    ranking.feedback = &feedback;
    feedback.share = 1.5f;
    refuse(ranking, LIBSEARCH_INVALID, "share");
    feedback.share = 0.5f;
    feedback.words = 1001;
    refuse(ranking, LIBSEARCH_LIMIT, "1000 words");
    libsearch_query *query = NULL;
    const libsearch_bytes nobody = text_of("nobody");
    assert_int_equal(libsearch_query_feedback(snapshot, NULL, &nobody, NULL, 1, NULL, &query, NULL),
                     LIBSEARCH_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recency_halves_in_its_time),
        cmocka_unit_test(popularity_is_added_as_a_fraction_or_a_logarithm),
        cmocka_unit_test(a_function_of_the_programs_has_the_last_word),
        cmocka_unit_test(the_second_stage_orders_the_first_documents_again),
        cmocka_unit_test(documents_can_be_done_without),
        cmocka_unit_test(a_document_is_like_those_that_say_the_same),
        cmocka_unit_test(feedback_finds_what_the_question_did_not_say),
        cmocka_unit_test(of_a_long_document_the_beginning_is_read_for_feedback),
        cmocka_unit_test(documents_of_every_segment_are_read_for_feedback),
        cmocka_unit_test(an_explanation_names_its_parts_and_adds_up),
        cmocka_unit_test(an_explained_word_is_cut_at_a_character),
        cmocka_unit_test(a_field_weighs_as_the_query_says),
        cmocka_unit_test(what_is_no_ranking_is_refused),
    };
    return cmocka_run_group_tests(tests, make_talks, free_talks);
}
