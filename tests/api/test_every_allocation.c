/* SPDX-License-Identifier: MIT */
/* Every allocation fails, once and for ever, under every public function: NO_MEMORY or what was asked for, no leak, and
 * the index holds all of a commit or nothing of it. The last test reads what the library exports: a function that is neither tried here nor
 * among those that allocate nothing makes it red. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/api_support.h"
#include "api/everything.h"
#include "support/failing_malloc.h"

static struct {
    const char *path;
    libsearch_index *index;
    libsearch_snapshot *snapshot;
    libsearch_query *query;
    libsearch_results *results; /* with facets and warnings */
    libsearch_document *document;
    libsearch_writer *writer; /* open where a function changes the index */
} w;

static libsearch_facet facet = LIBSEARCH_FACET_INIT;

static libsearch_search_options search_options(void)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    facet.field = "tag";
    options.facets = &facet;
    options.facet_count = 1;
    options.total = LIBSEARCH_TOTAL_EXACT;
    return options;
}

/* One try of a function; what it made is freed again. A function that gives NULL for want of memory says NO_MEMORY. */
#define TRY_OF(name) static libsearch_status try_##name(void)
#define TRY_QUERY(name, call)                                                                                          \
    TRY_OF(name)                                                                                                       \
    {                                                                                                                  \
        libsearch_query *made = call;                                                                                  \
        libsearch_query_free(made);                                                                                    \
        return made == NULL ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK;                                                      \
    }
#define TRY_RESULTS(name, call)                                                                                        \
    TRY_OF(name)                                                                                                       \
    {                                                                                                                  \
        libsearch_results *made = NULL;                                                                                \
        const libsearch_search_options options = search_options();                                                     \
        (void)options;                                                                                                 \
        const libsearch_status status = call;                                                                          \
        libsearch_results_free(made);                                                                                  \
        return status;                                                                                                 \
    }
#define TRY_VALUE(name, call)                                                                                          \
    TRY_OF(name)                                                                                                       \
    {                                                                                                                  \
        const size_t fail_at = failing_malloc.fail_at;                                                                 \
        failing_malloc.fail_at = 0;                                                                                    \
        libsearch_document *fresh = libsearch_document_new(w.index);                                                   \
        malloc_fail_at(fail_at, failing_malloc.for_ever);                                                              \
        const libsearch_status status = call;                                                                          \
        failing_malloc.fail_at = 0;                                                                                    \
        libsearch_document_free(fresh);                                                                                \
        return status;                                                                                                 \
    }
#define TRY_WRITER(name, call)                                                                                         \
    TRY_OF(name) { return call; }
#define TRY_SUGGESTIONS(name, call)                                                                                    \
    TRY_OF(name)                                                                                                       \
    {                                                                                                                  \
        libsearch_suggestions *made = NULL;                                                                            \
        const libsearch_status status = call;                                                                          \
        libsearch_suggestions_free(made);                                                                              \
        return status;                                                                                                 \
    }

#define TRY_DUPLICATES(name, call)                                                                                     \
    TRY_OF(name)                                                                                                       \
    {                                                                                                                  \
        libsearch_duplicates *made = NULL;                                                                             \
        const libsearch_status status = call;                                                                          \
        libsearch_duplicates_free(made);                                                                               \
        return status;                                                                                                 \
    }

TRY_OF(libsearch_open)
{
    libsearch_index *made = NULL;
    const libsearch_status status = libsearch_open(w.path, LIBSEARCH_VERIFY, NULL, &made, NULL);
    libsearch_close(made);
    return status;
}

TRY_OF(libsearch_writer_open)
{
    libsearch_writer *made = NULL;
    const libsearch_status status = libsearch_writer_open(w.index, NULL, &made, NULL);
    libsearch_writer_close(made);
    return status;
}

TRY_OF(libsearch_document_new)
{
    libsearch_document *made = libsearch_document_new(w.index);
    libsearch_document_free(made);
    return made == NULL ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK;
}

TRY_OF(libsearch_cancel_new)
{
    libsearch_cancel *made = libsearch_cancel_new();
    libsearch_cancel_free(made);
    return made == NULL ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK;
}

TRY_OF(libsearch_snapshot_open)
{
    libsearch_snapshot *made = NULL;
    const libsearch_status status = libsearch_snapshot_open(w.index, &made, NULL);
    libsearch_snapshot_free(made);
    return status;
}

TRY_OF(libsearch_get)
{
    libsearch_document *made = NULL;
    const libsearch_status status = libsearch_get(w.index, text_of("doc-12"), &made, NULL);
    libsearch_document_free(made);
    return status;
}

TRY_OF(libsearch_query_parse)
{
    libsearch_query *made = NULL;
    const libsearch_status status =
        libsearch_query_parse(w.index,
                              text_of("title:winter +\"a b\"~3 (x OR h?r*) tag:data -wintre~ year:1990..2000 [("), 0,
                              &made, NULL);
    libsearch_query_free(made);
    return status;
}

TRY_OF(libsearch_query_print)
{
    char *text = NULL;
    const libsearch_status status = libsearch_query_print(w.query, &text, NULL);
    libsearch_text_free(text);
    return status;
}

TRY_VALUE(libsearch_document_set_text, libsearch_document_set_text(fresh, "text", text_of("of some length, and more")))
TRY_VALUE(libsearch_document_set_keyword, libsearch_document_set_keyword(fresh, "tag", text_of("k")))
TRY_VALUE(libsearch_document_set_integer, libsearch_document_set_integer(fresh, "year", 1))
TRY_VALUE(libsearch_document_set_float, libsearch_document_set_float(fresh, "price", 1))
TRY_VALUE(libsearch_document_set_date, libsearch_document_set_date(fresh, "when", 1))
TRY_VALUE(libsearch_document_set_boolean, libsearch_document_set_boolean(fresh, "open", 1))
TRY_VALUE(libsearch_document_set_stored, libsearch_document_set_stored(fresh, "blob", text_of("b")))

TRY_RESULTS(libsearch_search,
            libsearch_search(w.index, text_of("winter \"officials data\" h?rb* wintre~ ["), 5, &made, NULL))
TRY_RESULTS(libsearch_snapshot_search, libsearch_snapshot_search(w.snapshot, w.query, &options, &made, NULL))
TRY_RESULTS(libsearch_search_query, libsearch_search_query(w.index, w.query, &options, &made, NULL))

/* Of results that were not asked before: what they fetch they keep. */
#define TRY_ASKED(name, call)                                                                                          \
    TRY_OF(name)                                                                                                       \
    {                                                                                                                  \
        libsearch_results *made = NULL;                                                                                \
        const size_t fail_at = failing_malloc.fail_at;                                                                 \
        failing_malloc.fail_at = 0;                                                                                    \
        assert_ok(libsearch_snapshot_search(w.snapshot, w.query, NULL, &made, NULL));                                  \
        malloc_fail_at(fail_at, failing_malloc.for_ever);                                                              \
        const libsearch_status status = call;                                                                          \
        failing_malloc.fail_at = 0;                                                                                    \
        libsearch_results_free(made);                                                                                  \
        return status;                                                                                                 \
    }

static const libsearch_document *fetched;
static const libsearch_explanation *lines;
static size_t line_count;
static libsearch_bytes borrowed;
TRY_ASKED(libsearch_results_document, libsearch_results_document(made, 0, &fetched, NULL))
TRY_ASKED(libsearch_results_snippet, libsearch_results_snippet(made, 0, NULL, 100, LIBSEARCH_HTML, &borrowed, NULL))
static const libsearch_fragment *fragments;
TRY_ASKED(libsearch_results_fragments,
          libsearch_results_fragments(made, 0, NULL, &borrowed, &fragments, &line_count, NULL))
TRY_ASKED(libsearch_results_cursor, libsearch_results_cursor(made, 0, &borrowed, NULL))
TRY_ASKED(libsearch_results_explain, libsearch_results_explain(made, 0, &lines, &line_count, NULL))

TRY_DUPLICATES(libsearch_duplicates_of, libsearch_duplicates_of(w.snapshot, text_of("doc-12"), NULL, &made, NULL))
TRY_DUPLICATES(libsearch_duplicates_list, libsearch_duplicates_list(w.snapshot, NULL, &made, NULL))
TRY_DUPLICATES(libsearch_duplicates_fold, libsearch_duplicates_fold(w.results, NULL, &made, NULL))
TRY_SUGGESTIONS(libsearch_complete, libsearch_complete(w.index, text_of("wi"), NULL, &made, NULL))
TRY_SUGGESTIONS(libsearch_correct, libsearch_correct(w.index, text_of("wintre"), NULL, &made, NULL))
TRY_SUGGESTIONS(libsearch_snapshot_complete, libsearch_snapshot_complete(w.snapshot, text_of("wi"), NULL, &made, NULL))
TRY_SUGGESTIONS(libsearch_snapshot_correct,
                libsearch_snapshot_correct(w.snapshot, text_of("wintre"), NULL, &made, NULL))

TRY_QUERY(libsearch_query_text, libsearch_query_text("title", text_of("a b")))
TRY_QUERY(libsearch_query_text_as, libsearch_query_text_as("title", text_of("a b"), LIBSEARCH_WORDS_ALL))
TRY_QUERY(libsearch_query_phrase, libsearch_query_phrase("title", text_of("a b"), 1))
TRY_QUERY(libsearch_query_phrase_as, libsearch_query_phrase_as("title", text_of("a b"), 1, LIBSEARCH_WORDS_EXACT))
TRY_QUERY(libsearch_query_keyword, libsearch_query_keyword("tag", text_of("a")))
TRY_QUERY(libsearch_query_integer_range, libsearch_query_integer_range("year", 1, 2))
TRY_QUERY(libsearch_query_float_range, libsearch_query_float_range("price", 1, 2))
TRY_QUERY(libsearch_query_truth, libsearch_query_truth("open", 1))
TRY_QUERY(libsearch_query_prefix, libsearch_query_prefix("title", text_of("a")))
TRY_QUERY(libsearch_query_wildcard, libsearch_query_wildcard("title", text_of("a*b")))
TRY_QUERY(libsearch_query_fuzzy, libsearch_query_fuzzy("title", text_of("abcd"), 1))
TRY_QUERY(libsearch_query_fuzzy_as, libsearch_query_fuzzy_as("title", text_of("abcd"), 1, 2))
TRY_QUERY(libsearch_query_regular_expression, libsearch_query_regular_expression("title", text_of("a(b|c)")))
TRY_QUERY(libsearch_query_word_range, libsearch_query_word_range("tag", &(libsearch_bytes){ "a", 1 }, NULL, 0))

static const char *const RULES = "winter, cold season\nofficials => officers\n";

TRY_OF(libsearch_synonyms_new)
{
    libsearch_synonyms *made = NULL;
    const libsearch_status status = libsearch_synonyms_new(&made, NULL);
    libsearch_synonyms_free(made);
    return status;
}

/* The call on synonyms that were made beforehand. */
#define TRY_SYNONYMS(name, call)                                                                                       \
    TRY_OF(name)                                                                                                       \
    {                                                                                                                  \
        const size_t fail_at = failing_malloc.fail_at;                                                                 \
        libsearch_query *made = NULL;                                                                                  \
        libsearch_parse_options options = LIBSEARCH_PARSE_OPTIONS_INIT;                                                \
        const libsearch_bytes one = text_of("one");                                                                    \
        libsearch_synonyms *synonyms = NULL;                                                                           \
        failing_malloc.fail_at = 0;                                                                                    \
        assert_ok(libsearch_synonyms_new(&synonyms, NULL));                                                            \
        assert_ok(libsearch_synonyms_parse(synonyms, text_of(RULES), NULL));                                           \
        options.synonyms = synonyms;                                                                                   \
        (void)options;                                                                                                 \
        (void)one;                                                                                                     \
        malloc_fail_at(fail_at, failing_malloc.for_ever);                                                              \
        const libsearch_status status = call;                                                                          \
        failing_malloc.fail_at = 0;                                                                                    \
        libsearch_query_free(made);                                                                                    \
        libsearch_synonyms_free(synonyms);                                                                             \
        return status;                                                                                                 \
    }
/* So many that every list of theirs grows. */
static libsearch_status add_many_synonyms(libsearch_synonyms *synonyms, libsearch_bytes one)
{
    libsearch_bytes many[200];
    for (size_t i = 0; i < 200; i++)
        many[i] = one;
    return libsearch_synonyms_add(synonyms, many, 200, &one, 1, NULL);
}
TRY_SYNONYMS(libsearch_synonyms_add, add_many_synonyms(synonyms, one))
TRY_SYNONYMS(libsearch_synonyms_parse, libsearch_synonyms_parse(synonyms, text_of("x, y => z"), NULL))
TRY_SYNONYMS(libsearch_query_expand, libsearch_query_expand(w.index, w.query, synonyms, &made, NULL))
TRY_SYNONYMS(libsearch_query_parse_as,
             libsearch_query_parse_as(w.index, text_of("winter \"the officials\" /a.b/"), &options, &made, NULL))

TRY_OF(libsearch_fragment_write)
{
    char *text = NULL;
    const libsearch_fragment fragment = { { 0, 5 }, NULL, 0 };
    const libsearch_status status = libsearch_fragment_write(text_of("a text"), &fragment, LIBSEARCH_HTML, &text, NULL);
    libsearch_text_free(text);
    return status;
}

TRY_QUERY(libsearch_query_exists, libsearch_query_exists("title"))
TRY_QUERY(libsearch_query_boost, libsearch_query_boost(w.query, 2))
TRY_QUERY(libsearch_query_constant, libsearch_query_constant(w.query, 2))
TRY_QUERY(libsearch_query_match_all, libsearch_query_match_all())
TRY_QUERY(libsearch_query_match_none, libsearch_query_match_none())

static const libsearch_query *parts[2];
static const libsearch_occur occurs[2] = { LIBSEARCH_MUST, LIBSEARCH_SHOULD };
static libsearch_query *word_query;
static libsearch_filter *filter;
TRY_QUERY(libsearch_query_boolean, libsearch_query_boolean(occurs, parts, 2, 0))
TRY_QUERY(libsearch_query_near, libsearch_query_near(parts, 2, 4, 1))
TRY_QUERY(libsearch_query_best, libsearch_query_best(parts, 2, 0.5f))
TRY_QUERY(libsearch_query_fields, libsearch_query_fields((const char *const[]){ "title", "text" }, NULL, 2,
                                                         text_of("boats harbour"), LIBSEARCH_FIELDS_BM25F, 0))

static libsearch_info info = LIBSEARCH_INFO_INIT;
static libsearch_field got_field = LIBSEARCH_FIELD_INIT;
TRY_OF(libsearch_snapshot_info) { return libsearch_snapshot_info(w.snapshot, &info, NULL); }
TRY_OF(libsearch_field_at) { return libsearch_field_at(w.index, 0, &got_field, NULL); }
TRY_OF(libsearch_field_count) { return libsearch_field_count(w.index) > 0 ? LIBSEARCH_OK : LIBSEARCH_NO_MEMORY; }
TRY_OF(libsearch_check) { return libsearch_check(w.path, NULL, NULL, NULL); }
TRY_OF(libsearch_check_with) { return libsearch_check_with(w.path, NULL, NULL, NULL, NULL); }

/* Those that change the index: on a writer of their own, rolled back or closed afterwards. */
static libsearch_field new_field(void)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = "another";
    return field;
}

static libsearch_status add_field(void)
{
    const libsearch_field field = new_field();
    return libsearch_writer_add_field(w.writer, &field, NULL);
}

static libsearch_status put_new(void) { return libsearch_writer_put(w.writer, text_of("new"), w.document, NULL); }

static libsearch_status put_and(libsearch_status (*next)(libsearch_writer *writer, libsearch_error *error))
{
    const libsearch_status status = put_new();
    return status == LIBSEARCH_OK ? next(w.writer, NULL) : status;
}

static libsearch_status compact(libsearch_writer *writer, libsearch_error *error)
{
    return libsearch_writer_compact(writer, LIBSEARCH_REORDER, error);
}

static libsearch_status prepare(libsearch_writer *writer, libsearch_error *error)
{
    const libsearch_status status =
        libsearch_writer_prepare(writer, LIBSEARCH_PROCESS, text_of("bytes of the program"), error);
    return status == LIBSEARCH_OK ? libsearch_writer_cancel(writer, error) : status;
}

static libsearch_status prepare_and_finish(libsearch_writer *writer, libsearch_error *error)
{
    const libsearch_status status = libsearch_writer_prepare(writer, LIBSEARCH_DURABLE, text_of("other bytes"), error);
    return status == LIBSEARCH_OK ? libsearch_writer_finish(writer, error) : status;
}

TRY_WRITER(libsearch_writer_add_field, add_field())
TRY_WRITER(libsearch_writer_put, put_new())
TRY_WRITER(libsearch_writer_put_if_absent, libsearch_writer_put_if_absent(w.writer, text_of("new"), w.document, NULL))
TRY_WRITER(libsearch_writer_delete, libsearch_writer_delete(w.writer, text_of("doc-30"), NULL))
TRY_WRITER(libsearch_writer_delete_matching, libsearch_writer_delete_matching(w.writer, w.query, NULL, NULL))
TRY_WRITER(libsearch_writer_refresh, put_and(libsearch_writer_refresh))
TRY_WRITER(libsearch_writer_rollback, put_and(libsearch_writer_rollback))
TRY_WRITER(libsearch_writer_cancel, put_and(prepare))
TRY_WRITER(libsearch_writer_prepare, put_and(prepare))
TRY_WRITER(libsearch_writer_finish, put_and(prepare_and_finish))
TRY_WRITER(libsearch_writer_commit, put_and(libsearch_writer_commit))
TRY_WRITER(libsearch_writer_compact, put_and(compact))

TRY_OF(libsearch_query_feedback)
{
    libsearch_query *made = NULL;
    const libsearch_bytes ids[] = { text_of("doc-12"), text_of("doc-30") };
    const libsearch_status status = libsearch_query_feedback(w.snapshot, w.query, ids, NULL, 2, NULL, &made, NULL);
    libsearch_query_free(made);
    return status;
}

TRY_OF(libsearch_query_similar)
{
    libsearch_query *made = NULL;
    const libsearch_status status =
        libsearch_query_similar(w.snapshot, text_of("boats in the harbour in winter"), 5, &made, NULL);
    libsearch_query_free(made);
    return status;
}

/* Filters, backups, storage in memory. */
TRY_OF(libsearch_filter_new)
{
    libsearch_filter *made = NULL;
    const libsearch_status status = libsearch_filter_new(w.snapshot, w.query, NULL, &made, NULL);
    libsearch_filter_free(made);
    return status;
}
TRY_QUERY(libsearch_query_filter, libsearch_query_filter(filter))

TRY_OF(libsearch_snapshot_backup)
{
    char path[96], command[128];
    snprintf(path, sizeof path, "%s-backup", w.path);
    const libsearch_status status = libsearch_snapshot_backup(w.snapshot, path, NULL, NULL);
    const size_t fail_at = failing_malloc.fail_at;
    failing_malloc.fail_at = 0;
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
    failing_malloc.fail_at = fail_at;
    return status;
}

TRY_OF(libsearch_memory_storage_new)
{
    const libsearch_storage *made = NULL;
    const libsearch_status status = libsearch_memory_storage_new(NULL, &made, NULL);
    libsearch_memory_storage_free(made);
    return status;
}

/* Sets of queries: each on a set of its own, for a change that was made stays. */
static void watch_path(char *path, size_t size) { snprintf(path, size, "%s.watch", w.path); }

#define TRY_WATCH(name, call)                                                                                          \
    TRY_OF(name)                                                                                                       \
    {                                                                                                                  \
        char path[96], *text = NULL;                                                                                   \
        libsearch_watch *set = NULL;                                                                                   \
        libsearch_watcher *watcher = NULL;                                                                             \
        libsearch_document *document = NULL;                                                                           \
        const libsearch_watch_word *words = NULL;                                                                      \
        size_t count = 0;                                                                                              \
        const size_t fail_at = failing_malloc.fail_at;                                                                 \
        failing_malloc.fail_at = 0;                                                                                    \
        watch_path(path, sizeof path);                                                                                 \
        assert_ok(libsearch_watch_new(NULL, &set, NULL));                                                              \
        assert_ok(libsearch_watch_add_text(set, text_of("one"), text_of("winter h?rb*"), 0, NULL, NULL, NULL));        \
        document = libsearch_watch_document(set);                                                                      \
        assert_ok(libsearch_document_set_text(document, "text", text_of("a winter text")));                            \
        assert_ok(libsearch_watcher_open(set, NULL, &watcher, NULL));                                                  \
        if (WANTS_MATCH)                                                                                               \
            assert_ok(libsearch_watcher_match(watcher, document, &count, NULL));                                       \
        malloc_fail_at(fail_at, failing_malloc.for_ever);                                                              \
        const libsearch_status status = call;                                                                          \
        failing_malloc.fail_at = 0;                                                                                    \
        (void)words;                                                                                                   \
        libsearch_text_free(text);                                                                                     \
        libsearch_document_free(document);                                                                             \
        libsearch_watcher_close(watcher);                                                                              \
        libsearch_watch_free(set);                                                                                     \
        return status;                                                                                                 \
    }
#define WANTS_MATCH 0
static libsearch_status add_watched_field(libsearch_watch *set)
{
    const libsearch_field field = new_field();
    return libsearch_watch_add_field(set, &field, NULL);
}

static libsearch_status load_watch(const char *path)
{
    libsearch_watch *loaded = NULL;
    const libsearch_status status = libsearch_watch_load(path, NULL, &loaded, NULL);
    libsearch_watch_free(loaded);
    return status;
}

static libsearch_status document_of(libsearch_watch *set)
{
    libsearch_document *made = libsearch_watch_document(set);
    libsearch_document_free(made);
    return made == NULL ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK;
}

static libsearch_status open_watcher(libsearch_watch *set)
{
    libsearch_watcher *made = NULL;
    const libsearch_status status = libsearch_watcher_open(set, NULL, &made, NULL);
    libsearch_watcher_close(made);
    return status;
}

TRY_OF(libsearch_watch_new)
{
    libsearch_watch *made = NULL;
    const libsearch_status status = libsearch_watch_new(NULL, &made, NULL);
    libsearch_watch_free(made);
    return status;
}
TRY_WATCH(libsearch_watch_add_field, add_watched_field(set))
TRY_WATCH(libsearch_watch_add, libsearch_watch_add(set, text_of("two"), w.query, NULL))
TRY_WATCH(libsearch_watch_add_snapshot, libsearch_watch_add_snapshot(set, w.snapshot, "tag", 0, NULL, NULL, NULL, NULL))
TRY_WATCH(libsearch_watch_add_text,
          libsearch_watch_add_text(set, text_of("two"), text_of("\"a b\" c~"), 0, NULL, NULL, NULL))
TRY_WATCH(libsearch_watch_remove, libsearch_watch_remove(set, text_of("one"), NULL))
TRY_WATCH(libsearch_watch_get, libsearch_watch_get(set, text_of("one"), &text, NULL))
TRY_WATCH(libsearch_watch_save, libsearch_watch_save(set, path, NULL))
TRY_WATCH(libsearch_watch_load, load_watch(path)) /* what the one before saved */
TRY_WATCH(libsearch_watch_document, document_of(set))
TRY_WATCH(libsearch_watcher_open, open_watcher(set))
TRY_WATCH(libsearch_watcher_match, libsearch_watcher_match(watcher, document, &count, NULL))
#undef WANTS_MATCH
#define WANTS_MATCH 1
TRY_WATCH(libsearch_watcher_words, libsearch_watcher_words(watcher, 0, &words, &count, NULL))

static const struct {
    const char *name;
    libsearch_status (*try)(void);
    bool writes;
} FUNCTIONS[] = {
#define READS(name)                                                                                                    \
    {                                                                                                                  \
#name, try_##name, false                                                                                       \
    }
#define WRITES(name)                                                                                                   \
    {                                                                                                                  \
#name, try_##name, true                                                                                        \
    }
    READS(libsearch_open),
    READS(libsearch_writer_open),
    READS(libsearch_document_new),
    READS(libsearch_cancel_new),
    READS(libsearch_snapshot_open),
    READS(libsearch_get),
    READS(libsearch_query_parse),
    READS(libsearch_query_print),
    READS(libsearch_document_set_text),
    READS(libsearch_document_set_keyword),
    READS(libsearch_document_set_integer),
    READS(libsearch_document_set_float),
    READS(libsearch_document_set_date),
    READS(libsearch_document_set_boolean),
    READS(libsearch_document_set_stored),
    READS(libsearch_search),
    READS(libsearch_snapshot_search),
    READS(libsearch_search_query),
    READS(libsearch_results_document),
    READS(libsearch_results_snippet),
    READS(libsearch_results_cursor),
    READS(libsearch_results_explain),
    READS(libsearch_complete),
    READS(libsearch_correct),
    READS(libsearch_snapshot_complete),
    READS(libsearch_snapshot_correct),
    READS(libsearch_query_text),
    READS(libsearch_query_text_as),
    READS(libsearch_query_phrase),
    READS(libsearch_query_phrase_as),
    READS(libsearch_query_keyword),
    READS(libsearch_query_integer_range),
    READS(libsearch_query_float_range),
    READS(libsearch_query_truth),
    READS(libsearch_query_prefix),
    READS(libsearch_query_wildcard),
    READS(libsearch_query_fuzzy),
    READS(libsearch_query_fuzzy_as),
    READS(libsearch_query_regular_expression),
    READS(libsearch_query_word_range),
    READS(libsearch_synonyms_new),
    READS(libsearch_synonyms_add),
    READS(libsearch_synonyms_parse),
    READS(libsearch_query_expand),
    READS(libsearch_query_parse_as),
    READS(libsearch_fragment_write),
    READS(libsearch_results_fragments),
    READS(libsearch_query_exists),
    READS(libsearch_query_boost),
    READS(libsearch_query_constant),
    READS(libsearch_query_match_all),
    READS(libsearch_query_match_none),
    READS(libsearch_query_boolean),
    READS(libsearch_query_near),
    READS(libsearch_query_best),
    READS(libsearch_query_fields),
    READS(libsearch_snapshot_info),
    READS(libsearch_field_at),
    READS(libsearch_field_count),
    READS(libsearch_check),
    READS(libsearch_check_with),
    READS(libsearch_query_feedback),
    READS(libsearch_query_similar),
    READS(libsearch_filter_new),
    READS(libsearch_query_filter),
    READS(libsearch_snapshot_backup),
    READS(libsearch_memory_storage_new),
    READS(libsearch_duplicates_of),
    READS(libsearch_duplicates_list),
    READS(libsearch_duplicates_fold),
    READS(libsearch_watch_new),
    READS(libsearch_watch_add_field),
    READS(libsearch_watch_add),
    READS(libsearch_watch_add_text),
    READS(libsearch_watch_add_snapshot),
    READS(libsearch_watch_remove),
    READS(libsearch_watch_get),
    READS(libsearch_watch_save),
    READS(libsearch_watch_load),
    READS(libsearch_watch_document),
    READS(libsearch_watcher_open),
    READS(libsearch_watcher_match),
    READS(libsearch_watcher_words),
    WRITES(libsearch_writer_add_field),
    WRITES(libsearch_writer_put),
    WRITES(libsearch_writer_put_if_absent),
    WRITES(libsearch_writer_delete),
    WRITES(libsearch_writer_delete_matching),
    WRITES(libsearch_writer_refresh),
    WRITES(libsearch_writer_rollback),
    WRITES(libsearch_writer_cancel),
    WRITES(libsearch_writer_prepare),
    WRITES(libsearch_writer_finish),
    WRITES(libsearch_writer_commit),
    WRITES(libsearch_writer_compact),
};
enum { FUNCTION_COUNT = sizeof FUNCTIONS / sizeof *FUNCTIONS };

/* These only give back what there is, or free it. */
static const char *const ALLOCATE_NOTHING[] = {
    "libsearch_close",
    "libsearch_document_free",
    "libsearch_document_clear",
    "libsearch_document_count",
    "libsearch_document_value",
    "libsearch_document_bytes",
    "libsearch_writer_close",
    "libsearch_results_count",
    "libsearch_results_id",
    "libsearch_results_score",
    "libsearch_results_free",
    "libsearch_results_total",
    "libsearch_results_facet",
    "libsearch_results_folded",
    "libsearch_results_exhaustive",
    "libsearch_results_warning_count",
    "libsearch_results_warning",
    "libsearch_snapshot_free",
    "libsearch_cancel_free",
    "libsearch_cancel_raise",
    "libsearch_query_free",
    "libsearch_text_free",
    "libsearch_synonyms_free",
    "libsearch_suggestions_count",
    "libsearch_suggestions_text",
    "libsearch_suggestions_range",
    "libsearch_suggestions_frequency",
    "libsearch_suggestions_free",
    "libsearch_version",
    "libsearch_abilities",
    "libsearch_status_text",
    "libsearch_build_option",
    "libsearch_filter_count",
    "libsearch_filter_free",
    "libsearch_memory_storage_free",
    "libsearch_results_estimate",
    "libsearch_duplicates_at",
    "libsearch_duplicates_count",
    "libsearch_duplicates_free",
    "libsearch_duplicates_size",
    "libsearch_watch_count",
    "libsearch_watch_free",
    "libsearch_watcher_close",
    "libsearch_watcher_id",
};

static void open_world(const char *path)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    w.path = path;
    if (everything_make(path, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    assert_ok(libsearch_open(path, 0, NULL, &w.index, NULL));
    assert_ok(libsearch_snapshot_open(w.index, &w.snapshot, NULL));
    assert_ok(libsearch_query_parse(w.index, text_of("winter OR \"officials data\" OR tag:data"), 0, &w.query, NULL));
    assert_ok(libsearch_snapshot_search(w.snapshot, w.query, NULL, &w.results, NULL));
    w.document = libsearch_document_new(w.index);
    word_query = libsearch_query_text("title", text_of("winter"));
    parts[0] = parts[1] = word_query;
    assert_ok(libsearch_filter_new(w.snapshot, w.query, NULL, &filter, NULL));
}

static void close_world(void)
{
    libsearch_query_free(word_query);
    libsearch_filter_free(filter);
    libsearch_document_free(w.document);
    libsearch_results_free(w.results);
    libsearch_query_free(w.query);
    libsearch_snapshot_free(w.snapshot);
    libsearch_close(w.index);
}

static uint64_t documents_of(libsearch_index *index)
{
    libsearch_snapshot *snapshot;
    libsearch_info about = LIBSEARCH_INFO_INIT;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_info(snapshot, &about, NULL));
    libsearch_snapshot_free(snapshot);
    return about.documents;
}

/* One function with call number `at` failing. True: there was such a call. */
static bool try_failing(size_t function, size_t at, bool for_ever, uint64_t documents)
{
    const bool writes = FUNCTIONS[function].writes;
    if (writes) {
        assert_ok(libsearch_writer_open(w.index, NULL, &w.writer, NULL));
        libsearch_document_clear(w.document);
        assert_ok(libsearch_document_set_text(w.document, "title", text_of("zebras in winter")));
        assert_ok(libsearch_document_set_keyword(w.document, "tag", text_of("new")));
    }
    const size_t blocks = failing_malloc.blocks;
    malloc_fail_at(at, for_ever);
    const libsearch_status status = FUNCTIONS[function].try();
    const bool failed = failing_malloc.failed;
    malloc_fail_at(0, false);
    if (status != LIBSEARCH_OK && status != LIBSEARCH_NO_MEMORY && status != LIBSEARCH_NOT_FOUND)
        fail_msg("%s, allocation %zu (%s): status %d", FUNCTIONS[function].name, at, for_ever ? "for ever" : "once",
                 (int)status);
    if (status == LIBSEARCH_NO_MEMORY && !failed)
        fail_msg("%s, allocation %zu: no memory, and none failed", FUNCTIONS[function].name, at);
    if (writes) {
        libsearch_writer_close(w.writer);
        const uint64_t now = documents_of(w.index);
        if (now != documents && now != documents + 1)
            fail_msg("%s, allocation %zu: %llu documents, there were %llu", FUNCTIONS[function].name, at,
                     (unsigned long long)now, (unsigned long long)documents);
        if (failed && libsearch_check(w.path, NULL, NULL, NULL) != LIBSEARCH_OK)
            fail_msg("%s, allocation %zu: the index is damaged", FUNCTIONS[function].name, at);
    } else {
        if (failing_malloc.blocks > blocks)
            fail_msg("%s, allocation %zu (%s): %zu blocks leaked", FUNCTIONS[function].name, at,
                     for_ever ? "for ever" : "once", failing_malloc.blocks - blocks);
    }
    return failed;
}

static void under_every_function_every_allocation_may_fail(void **state)
{
    enum { FIRST = 256 };
    const bool all = getenv("LIBSEARCH_LONG") != NULL;
    size_t cases = 0, allocating = 0;
    const size_t first = failing_malloc.blocks;
    open_world(*state);
    for (size_t function = 0; function < FUNCTION_COUNT; function++) {
        assert_ok(FUNCTIONS[function].writes ? LIBSEARCH_OK : FUNCTIONS[function].try()); /* what is cached is cached */
        size_t most = 0;
        for (int for_ever = 0; for_ever < 2; for_ever++)
            for (size_t at = 1; try_failing(function, at, for_ever, documents_of(w.index));
                 at += (for_ever || at > FIRST) && !all ? 4 : 1) { /* the long form has them all */
                cases++;
                most = at > most ? at : most;
            }
        allocating += most > 0;
        if (getenv("LIBSEARCH_LONG") != NULL)
            printf("%s: %zu allocations\n", FUNCTIONS[function].name, most);
    }
    close_world();
    assert_int_equal(failing_malloc.blocks, first);
    printf("%zu cases under %d functions, %zu of which allocate\n", cases, FUNCTION_COUNT, allocating);
}

static void what_gives_back_or_frees_allocates_nothing(void **state)
{
    libsearch_suggestions *suggestions;
    char *text;
    libsearch_results *results;
    const libsearch_search_options options = search_options();
    open_world(*state);
    libsearch_document *document;
    libsearch_cancel *cancel = libsearch_cancel_new();
    assert_ok(libsearch_snapshot_search(w.snapshot, w.query, &options, &results, NULL));
    assert_ok(libsearch_complete(w.index, text_of("wi"), NULL, &suggestions, NULL));
    assert_ok(libsearch_query_print(w.query, &text, NULL));
    assert_ok(libsearch_get(w.index, text_of("doc-12"), &document, NULL));
    assert_ok(libsearch_writer_open(w.index, NULL, &w.writer, NULL));
    assert_true(libsearch_suggestions_count(suggestions) > 0);
    libsearch_watch *set;
    libsearch_watcher *watcher;
    const libsearch_storage *memory;
    size_t count;
    libsearch_duplicates *alike;
    assert_ok(libsearch_duplicates_fold(w.results, NULL, &alike, NULL));
    assert_ok(libsearch_watch_new(NULL, &set, NULL));
    assert_ok(libsearch_watch_add_text(set, text_of("one"), text_of("winter"), 0, NULL, NULL, NULL));
    assert_ok(libsearch_watcher_open(set, NULL, &watcher, NULL));
    libsearch_document *watched = libsearch_watch_document(set);
    assert_ok(libsearch_document_set_text(watched, "text", text_of("a winter text")));
    assert_ok(libsearch_watcher_match(watcher, watched, &count, NULL));
    assert_int_equal(count, 1);
    libsearch_document_free(watched);
    assert_ok(libsearch_memory_storage_new(NULL, &memory, NULL));
    malloc_fail_at(1, true);
    libsearch_document_count(document);
    libsearch_document_value(document, 0);
    libsearch_document_bytes(document, "title");
    libsearch_document_clear(document);
    libsearch_document_free(document);
    libsearch_writer_close(w.writer);
    libsearch_results_count(results);
    libsearch_results_id(results, 0);
    libsearch_results_score(results, 0);
    libsearch_results_total(results, NULL);
    libsearch_results_facet(results, 0);
    libsearch_results_folded(results, 0);
    libsearch_results_exhaustive(results);
    libsearch_results_estimate(results, NULL, NULL);
    libsearch_filter_count(filter);
    libsearch_duplicates_count(alike);
    libsearch_duplicates_size(alike, 0);
    libsearch_duplicates_at(alike, 0, 0);
    libsearch_duplicates_free(alike);
    libsearch_watcher_id(watcher, 0);
    libsearch_watcher_close(watcher);
    libsearch_watch_count(set);
    libsearch_watch_free(set);
    libsearch_memory_storage_free(memory);
    libsearch_results_warning_count(results);
    libsearch_results_warning(results, 0, NULL);
    libsearch_results_free(results);
    libsearch_suggestions_text(suggestions, 0);
    libsearch_suggestions_range(suggestions, 0);
    libsearch_suggestions_frequency(suggestions, 0);
    libsearch_suggestions_free(suggestions);
    libsearch_cancel_raise(cancel);
    libsearch_cancel_free(cancel);
    libsearch_text_free(text);
    libsearch_version();
    libsearch_abilities(w.index);
    libsearch_status_text(LIBSEARCH_OK);
    libsearch_build_option(0, NULL);
    close_world(); /* frees queries and snapshot, closes the index */
    assert_int_equal(failing_malloc.calls, 0);
    malloc_fail_at(0, false);
}

static bool is_listed(const char *name)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (strcmp(FUNCTIONS[i].name, name) == 0)
            return true;
    for (size_t i = 0; i < sizeof ALLOCATE_NOTHING / sizeof *ALLOCATE_NOTHING; i++)
        if (strcmp(ALLOCATE_NOTHING[i], name) == 0)
            return true;
    return false;
}

static void every_function_of_the_library_is_tried(void **state)
{
    (void)state;
    char command[400], line[200];
    size_t declared = 0, missing = 0;
    snprintf(command, sizeof command,
             "nm -D --defined-only '%s/libsearch.so' | awk '{ print $3 }' | grep '^libsearch_' | sed 's/@.*//'",
             getenv("LIBSEARCH_BUILD"));
    FILE *names = popen(command, "r");
    assert_non_null(names);
    while (fgets(line, sizeof line, names) != NULL) {
        line[strcspn(line, "(\n")] = 0;
        declared++;
        if (!is_listed(line)) {
            printf("%s is not tried with allocations that fail: tests/api/test_every_allocation.c\n", line);
            missing++;
        }
    }
    pclose(names);
    assert_true(declared > 50);
    assert_int_equal(missing, 0);
}

/* In memory, for there are thousands of commits. */
static int make_fast_folder(void **state)
{
    char folder[40], *path = malloc(64);
    snprintf(folder, sizeof folder, "%s/libsearch-api-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (path == NULL || mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, 64, "%s/index", folder);
    *state = path;
    return 0;
}

#define with_folder(test) cmocka_unit_test_setup_teardown(test, make_fast_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_folder(under_every_function_every_allocation_may_fail),
        with_folder(what_gives_back_or_frees_allocates_nothing),
        cmocka_unit_test(every_function_of_the_library_is_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
