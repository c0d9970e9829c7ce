/* SPDX-License-Identifier: MIT */
/* Every limit of libsearch/limits.h, at one less, at it, and at one more. The largest ones (a gibibyte, millions of
 * values) are of the long form; that one more byte is refused is held in every run. How many segments and documents
 * there may be, tests/index/test_manifest.c has. */
#include "api/api_support.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct run {
    libsearch_index *index;
    libsearch_writer *writer;
    libsearch_document *document;
};

static struct run run;

static int open_index(void **state)
{
    assert_int_equal(make_folder(state), 0);
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, NULL, &run.index, NULL));
    assert_ok(libsearch_writer_open(run.index, NULL, &run.writer, NULL));
    run.document = libsearch_document_new(run.index);
    return 0;
}

static int close_index(void **state)
{
    libsearch_document_free(run.document);
    libsearch_writer_close(run.writer);
    libsearch_close(run.index);
    return remove_folder(state);
}

static char *letters(size_t length)
{
    char *text = malloc(length + 1);
    assert_non_null(text);
    memset(text, 'x', length);
    text[length] = '\0';
    return text;
}

/* OK below and at the limit, LIMIT (or the given status) above it. */
static void at_edge(size_t limit, libsearch_status beyond, libsearch_status (*call)(size_t size))
{
    assert_ok(call(limit - 1));
    assert_ok(call(limit));
    assert_status(call(limit + 1), beyond);
}

static libsearch_status put_id(size_t length)
{
    char *id = letters(length);
    const libsearch_status status =
        libsearch_writer_put(run.writer, (libsearch_bytes){ id, length }, run.document, NULL);
    free(id);
    return status;
}

static void ids(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_ID, LIBSEARCH_LIMIT, put_id);
}

static libsearch_status name_field(size_t length)
{
    char *name = letters(length);
    const libsearch_status status = libsearch_document_set_integer(run.document, name, 1);
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = name;
    field.type = LIBSEARCH_INTEGER;
    assert_true((libsearch_writer_add_field(run.writer, &field, NULL) == LIBSEARCH_OK) == (status == LIBSEARCH_OK));
    free(name);
    return status;
}

static void names_of_fields(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_FIELD_NAME, LIBSEARCH_INVALID, name_field);
}

static void fields_of_an_index(void **state)
{
    (void)state;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    char name[16];
    field.name = name;
    field.type = LIBSEARCH_INTEGER;
    for (unsigned i = 0; i <= LIBSEARCH_MAX_FIELDS; i++) {
        snprintf(name, sizeof name, "f%u", i);
        assert_status(libsearch_writer_add_field(run.writer, &field, NULL),
                      i < LIBSEARCH_MAX_FIELDS ? LIBSEARCH_OK : LIBSEARCH_LIMIT);
    }
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    assert_int_equal(libsearch_field_count(run.index), LIBSEARCH_MAX_FIELDS);
}

/* A word of so many bytes is cut at the limit: it is found by itself and by whatever else begins so. */
static void terms(void **state)
{
    (void)state;
    for (size_t length = LIBSEARCH_MAX_TERM - 1; length <= LIBSEARCH_MAX_TERM + 1; length++) {
        char id[16], ids[1000], *word = letters(length);
        snprintf(id, sizeof id, "%zu", length);
        put(run.index, run.writer, id, "a word", word);
        assert_ok(libsearch_writer_commit(run.writer, NULL));
        ask(run.index, word, ids);
        assert_non_null(strstr(ids, id));
        free(word);
    }
    char ids[1000], *word = letters(LIBSEARCH_MAX_TERM);
    assert_string_equal(ask(run.index, word, ids), "255 256");
    free(word);
}

static libsearch_status set_keyword(size_t length)
{
    char *value = letters(length);
    const libsearch_status status =
        libsearch_document_set_keyword(run.document, "tag", (libsearch_bytes){ value, length });
    if (status == LIBSEARCH_OK)
        assert_ok(libsearch_writer_put(run.writer, text_of("a"), run.document, NULL));
    libsearch_query *query = libsearch_query_keyword("tag", (libsearch_bytes){ value, length });
    assert_true((query != NULL) == (status == LIBSEARCH_OK));
    libsearch_query_free(query);
    free(value);
    return status;
}

static void keywords(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_KEYWORD, LIBSEARCH_LIMIT, set_keyword);
}

/* Pages of zeros that nobody has written take no memory. */
static libsearch_status set_value(size_t length)
{
    char *value = mmap(NULL, length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(value != MAP_FAILED);
    libsearch_document_clear(run.document);
    const libsearch_status status =
        libsearch_document_set_stored(run.document, "blob", (libsearch_bytes){ value, length });
    munmap(value, length);
    return status;
}

static void values(void **state)
{
    (void)state;
    assert_status(set_value((size_t)LIBSEARCH_MAX_VALUE + 1), LIBSEARCH_LIMIT);
    assert_ok(set_value(1000));
    if (getenv("LIBSEARCH_LONG") != NULL)
        at_edge(LIBSEARCH_MAX_VALUE, LIBSEARCH_LIMIT, set_value);
    libsearch_document_clear(run.document);
}

static void values_of_a_document(void **state)
{
    (void)state;
    if (getenv("LIBSEARCH_LONG") == NULL)
        skip();
    for (unsigned i = 0; i < LIBSEARCH_MAX_VALUES; i++)
        if (libsearch_document_set_integer(run.document, "number", 1) != LIBSEARCH_OK)
            fail_msg("value %u", i);
    assert_status(libsearch_document_set_integer(run.document, "number", 1), LIBSEARCH_LIMIT);
    assert_int_equal(libsearch_document_count(run.document), LIBSEARCH_MAX_VALUES);
}

static libsearch_status prepare_bytes(size_t length)
{
    char *bytes = letters(length);
    const libsearch_status status =
        libsearch_writer_prepare(run.writer, LIBSEARCH_PROCESS, (libsearch_bytes){ bytes, length }, NULL);
    if (status == LIBSEARCH_OK)
        assert_ok(libsearch_writer_finish(run.writer, NULL));
    free(bytes);
    return status;
}

static void bytes_of_a_commit(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_COMMIT_BYTES, LIBSEARCH_LIMIT, prepare_bytes);
}

static libsearch_status search_with(const libsearch_query *query, const libsearch_search_options *options)
{
    libsearch_results *results = NULL;
    const libsearch_status status = libsearch_search_query(run.index, query, options, &results, NULL);
    libsearch_results_free(results);
    return status;
}

/* Boosts one in another; NULL where that is too deep. */
static libsearch_status nest(size_t depth)
{
    libsearch_query *query = libsearch_query_match_all();
    for (size_t level = 1; level < depth && query != NULL; level++) {
        libsearch_query *outer = libsearch_query_boost(query, 1);
        libsearch_query_free(query);
        query = outer;
    }
    const libsearch_status status = query == NULL ? LIBSEARCH_LIMIT : search_with(query, NULL);
    libsearch_query_free(query);
    return status;
}

static void depth_of_a_query(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_QUERY_DEPTH, LIBSEARCH_LIMIT, nest);
}

/* A boolean of so many parts, itself one of them. */
static libsearch_status many_parts(size_t count)
{
    const libsearch_query **parts = calloc(count, sizeof *parts);
    libsearch_occur *occurs = calloc(count, sizeof *occurs);
    libsearch_query *one = libsearch_query_text(NULL, text_of("word"));
    for (size_t i = 0; i + 1 < count; i++)
        parts[i] = one;
    libsearch_query *query = libsearch_query_boolean(occurs, parts, count - 1, 0);
    const libsearch_status status = query == NULL ? LIBSEARCH_LIMIT : search_with(query, NULL);
    libsearch_query_free(query);
    libsearch_query_free(one);
    free(parts);
    free(occurs);
    return status;
}

static void parts_of_a_query(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_CLAUSES, LIBSEARCH_LIMIT, many_parts);
}

/* So many words in a field among several that are searched as one; and the same as a saved query. */
static libsearch_status words_in_fields(size_t count)
{
    static const char *const fields[] = { "text" };
    char *words = calloc(count, 8);
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += (size_t)sprintf(words + length, "w%zu ", i);
    libsearch_query *query =
        libsearch_query_fields(fields, NULL, 1, (libsearch_bytes){ words, length }, LIBSEARCH_FIELDS_BM25F, 0);
    libsearch_field text = LIBSEARCH_FIELD_INIT;
    libsearch_watch *watch = NULL;
    text.name = "text";
    assert_non_null(query);
    put(run.index, run.writer, "a", "title", "w1 w2");
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    const libsearch_status status = search_with(query, NULL);
    assert_ok(libsearch_watch_new(NULL, &watch, NULL));
    assert_ok(libsearch_watch_add_field(watch, &text, NULL));
    assert_status(libsearch_watch_add(watch, text_of("query"), query, NULL), status);
    libsearch_watch_free(watch);
    libsearch_query_free(query);
    free(words);
    return status;
}

static void words_of_several_fields(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_FIELDS_WORDS, LIBSEARCH_LIMIT, words_in_fields);
}

/* So many words that begin alike, and a prefix that stands for them. */
static libsearch_status expand(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char word[40];
        snprintf(word, sizeof word, "w%zu", i);
        assert_ok(libsearch_document_set_text(run.document, "text", text_of(word)));
    }
    assert_ok(libsearch_writer_put(run.writer, text_of("words"), run.document, NULL));
    assert_ok(libsearch_writer_compact(run.writer, 0, NULL));
    libsearch_document_clear(run.document);
    libsearch_query *query = libsearch_query_prefix(NULL, text_of("w"));
    const libsearch_status status = search_with(query, NULL);
    libsearch_query_free(query);
    return status;
}

static void words_of_a_prefix(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_EXPANSION, LIBSEARCH_LIMIT, expand);
}

static libsearch_status wildcard_of(size_t length)
{
    char *pattern = letters(length);
    memset(pattern, '?', length);
    libsearch_query *query = libsearch_query_wildcard(NULL, (libsearch_bytes){ pattern, length });
    const libsearch_status status = search_with(query, NULL);
    libsearch_query_free(query);
    free(pattern);
    return status;
}

static void letters_of_a_pattern(void **state)
{
    (void)state;
    put(run.index, run.writer, "a", "a word", "words");
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    at_edge(LIBSEARCH_MAX_PATTERN, LIBSEARCH_LIMIT, wildcard_of);
}

static libsearch_status ask_for(size_t count)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_query *all = libsearch_query_match_all();
    options.count = count - 5;
    options.offset = 5;
    const libsearch_status status = search_with(all, &options);
    libsearch_query_free(all);
    return status;
}

static void results_of_a_search(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_RESULTS, LIBSEARCH_LIMIT, ask_for);
}

static libsearch_status sort_by(size_t count)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_sort sorts[LIBSEARCH_MAX_SORTS + 1] = { { NULL, 0 } };
    libsearch_query *all = libsearch_query_match_all();
    options.sort = sorts;
    options.sort_count = count;
    const libsearch_status status = search_with(all, &options);
    libsearch_query_free(all);
    return status;
}

static libsearch_status count_facets(size_t count)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_facet facets[LIBSEARCH_MAX_FACETS + 1];
    libsearch_query *all = libsearch_query_match_all();
    for (size_t i = 0; i < count; i++) {
        facets[i] = (libsearch_facet)LIBSEARCH_FACET_INIT;
        facets[i].field = "number";
    }
    options.facets = facets;
    options.facet_count = count;
    const libsearch_status status = search_with(all, &options);
    libsearch_query_free(all);
    return status;
}

static void steps_of_an_order_and_facets(void **state)
{
    (void)state;
    assert_ok(libsearch_document_set_integer(run.document, "number", 1));
    assert_ok(libsearch_writer_put(run.writer, text_of("a"), run.document, NULL));
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    at_edge(LIBSEARCH_MAX_SORTS, LIBSEARCH_LIMIT, sort_by);
    at_edge(LIBSEARCH_MAX_FACETS, LIBSEARCH_LIMIT, count_facets);
}

/* A parser's warnings: one for each thing that it did not understand. */
static size_t warnings_of(size_t count)
{
    char *text = malloc(count * 12 + 1);
    size_t length = 0;
    libsearch_results *results = NULL;
    for (size_t i = 0; i < count; i++)
        length += (size_t)sprintf(text + length, "nowhere:x ");
    assert_ok(libsearch_search(run.index, (libsearch_bytes){ text, length }, 1, &results, NULL));
    const size_t warnings = libsearch_results_warning_count(results);
    libsearch_results_free(results);
    free(text);
    return warnings;
}

static void warnings_of_a_query(void **state)
{
    (void)state;
    assert_int_equal(warnings_of(LIBSEARCH_MAX_WARNINGS - 1), LIBSEARCH_MAX_WARNINGS - 1);
    assert_int_equal(warnings_of(LIBSEARCH_MAX_WARNINGS), LIBSEARCH_MAX_WARNINGS);
    assert_int_equal(warnings_of(LIBSEARCH_MAX_WARNINGS + 1), LIBSEARCH_MAX_WARNINGS);
}

static libsearch_status write_with(size_t memory, unsigned threads)
{
    libsearch_writer_options options = LIBSEARCH_WRITER_OPTIONS_INIT;
    options.memory = memory;
    options.threads = threads;
    libsearch_writer_close(run.writer);
    run.writer = NULL;
    return libsearch_writer_open(run.index, &options, &run.writer, NULL);
}

static void memory_and_threads_of_a_writer(void **state)
{
    (void)state;
    assert_status(write_with(LIBSEARCH_LEAST_MEMORY - 1, 0), LIBSEARCH_INVALID);
    assert_ok(write_with(LIBSEARCH_LEAST_MEMORY, 0));
    assert_ok(write_with(LIBSEARCH_LEAST_MEMORY + 1, 0));
    assert_ok(write_with(0, LIBSEARCH_MAX_THREADS - 1));
    assert_ok(write_with(0, LIBSEARCH_MAX_THREADS));
    assert_status(write_with(0, LIBSEARCH_MAX_THREADS + 1), LIBSEARCH_INVALID);
}

static libsearch_status like(size_t edits)
{
    libsearch_query *query = libsearch_query_fuzzy(NULL, text_of("words"), (unsigned)edits);
    const libsearch_status status = query == NULL ? LIBSEARCH_INVALID : search_with(query, NULL);
    libsearch_query_free(query);
    return status;
}

static void edits_of_a_likeness(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_EDITS, LIBSEARCH_INVALID, like);
}

static libsearch_status rank_by(size_t count)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    libsearch_signal signals[LIBSEARCH_MAX_SIGNALS + 1];
    libsearch_query *all = libsearch_query_match_all();
    for (size_t i = 0; i < count; i++) {
        signals[i] = (libsearch_signal)LIBSEARCH_SIGNAL_INIT;
        signals[i].field = "number";
    }
    options.ranking = &ranking;
    ranking.signals = signals;
    ranking.signal_count = count;
    const libsearch_status status = search_with(all, &options);
    libsearch_query_free(all);
    return status;
}

static libsearch_status learn_from(size_t documents)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    libsearch_feedback feedback = LIBSEARCH_FEEDBACK_INIT;
    libsearch_query *all = libsearch_query_text(NULL, text_of("words"));
    options.ranking = &ranking;
    ranking.feedback = &feedback;
    feedback.documents = documents;
    const libsearch_status status = search_with(all, &options);
    libsearch_query_free(all);
    return status;
}

static void signals_and_feedback(void **state)
{
    (void)state;
    assert_ok(libsearch_document_set_integer(run.document, "number", 1));
    assert_ok(libsearch_writer_put(run.writer, text_of("a"), run.document, NULL));
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    at_edge(LIBSEARCH_MAX_SIGNALS, LIBSEARCH_LIMIT, rank_by);
    at_edge(LIBSEARCH_MAX_FEEDBACK, LIBSEARCH_LIMIT, learn_from);
}

static libsearch_status fragments_of(size_t count)
{
    libsearch_snippet_options options = LIBSEARCH_SNIPPET_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_bytes text;
    const libsearch_fragment *fragments;
    size_t given;
    options.count = count;
    assert_ok(libsearch_search(run.index, text_of("words"), 1, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 1);
    const libsearch_status status = libsearch_results_fragments(results, 0, &options, &text, &fragments, &given, NULL);
    libsearch_results_free(results);
    return status;
}

static void fragments_of_a_snippet(void **state)
{
    (void)state;
    put(run.index, run.writer, "a", "a word", "words");
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    at_edge(LIBSEARCH_MAX_FRAGMENTS, LIBSEARCH_LIMIT, fragments_of);
}

static libsearch_status name_alike(size_t count)
{
    libsearch_synonyms *synonyms;
    libsearch_bytes *texts = calloc(count, sizeof *texts);
    for (size_t i = 0; i < count; i++)
        texts[i] = text_of("word");
    assert_ok(libsearch_synonyms_new(&synonyms, NULL));
    const libsearch_status status = libsearch_synonyms_add(synonyms, texts, count, NULL, 0, NULL);
    libsearch_synonyms_free(synonyms);
    free(texts);
    return status;
}

static libsearch_status name_at_length(size_t length)
{
    libsearch_synonyms *synonyms;
    char *text = letters(length);
    const libsearch_bytes from = { text, length }, to = text_of("word");
    assert_ok(libsearch_synonyms_new(&synonyms, NULL));
    const libsearch_status status = libsearch_synonyms_add(synonyms, &from, 1, &to, 1, NULL);
    libsearch_synonyms_free(synonyms);
    free(text);
    return status;
}

static void texts_of_synonyms(void **state)
{
    (void)state;
    at_edge(LIBSEARCH_MAX_SYNONYMS, LIBSEARCH_LIMIT, name_alike);
    at_edge(LIBSEARCH_MAX_SYNONYM, LIBSEARCH_LIMIT, name_at_length);
}

#define EDGE(test) cmocka_unit_test_setup_teardown(test, open_index, close_index)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EDGE(ids),
        EDGE(names_of_fields),
        EDGE(fields_of_an_index),
        EDGE(terms),
        EDGE(keywords),
        EDGE(values),
        EDGE(values_of_a_document),
        EDGE(bytes_of_a_commit),
        EDGE(depth_of_a_query),
        EDGE(parts_of_a_query),
        EDGE(words_of_several_fields),
        EDGE(words_of_a_prefix),
        EDGE(letters_of_a_pattern),
        EDGE(results_of_a_search),
        EDGE(steps_of_an_order_and_facets),
        EDGE(warnings_of_a_query),
        EDGE(memory_and_threads_of_a_writer),
        EDGE(edits_of_a_likeness),
        EDGE(signals_and_feedback),
        EDGE(fragments_of_a_snippet),
        EDGE(texts_of_synonyms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
