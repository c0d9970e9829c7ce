/* SPDX-License-Identifier: MIT */
/* libsearch's native engine, on its public ABI alone. One text field; compacted into one segment.
 *
 * Options of both: analyzer=NAME ("plain-english"), model=NAME ("bm25:k1=1.2,b=0.75"), memory=MIB (1024),
 * threads=N; of building: stored, reordered, no-compact. */
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/driver.h"

static libsearch_error failure = LIBSEARCH_ERROR_INIT;
static const char *analyzer = "plain-english", *model = "bm25:k1=1.2,b=0.75";
static size_t memory = (size_t)1024 << 20;
static unsigned threads = 1;
static bool stored, reordered, compacted = true;

static void check(libsearch_status status)
{
    if (status != LIBSEARCH_OK)
        driver_fail("%s: %s", libsearch_status_text(status), failure.message);
}

static bool option(const char *word)
{
    if (strncmp(word, "analyzer=", 9) == 0)
        analyzer = word + 9;
    else if (strncmp(word, "model=", 6) == 0)
        model = word + 6;
    else if (strncmp(word, "memory=", 7) == 0)
        memory = (size_t)strtoull(word + 7, NULL, 10) << 20;
    else if (strncmp(word, "threads=", 8) == 0)
        threads = (unsigned)strtoul(word + 8, NULL, 10);
    else if (strcmp(word, "stored") == 0)
        stored = true;
    else if (strcmp(word, "reordered") == 0)
        reordered = true;
    else if (strcmp(word, "no-compact") == 0)
        compacted = false;
    else
        return false;
    return true;
}

/* ---- building ---- */

static libsearch_index *library_index;
static libsearch_writer *writer;
static libsearch_document *document;

static void create(const char *path)
{
    libsearch_field text = LIBSEARCH_FIELD_INIT;
    text.name = "text";
    text.weight = 1;
    text.flags = stored ? 0 : LIBSEARCH_FIELD_NOT_STORED;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.analyzer = analyzer;
    options.fields = &text;
    options.field_count = 1;
    check(libsearch_open(path, LIBSEARCH_CREATE, &options, &library_index, &failure));
    libsearch_writer_options writing = LIBSEARCH_WRITER_OPTIONS_INIT;
    writing.memory = memory;
    writing.threads = threads;
    check(libsearch_writer_open(library_index, &writing, &writer, &failure));
    document = libsearch_document_new(library_index);
    if (document == NULL)
        driver_fail("no memory");
}

static void add(struct text id, struct text text)
{
    libsearch_document_clear(document);
    check(libsearch_document_set_text(document, "text", (libsearch_bytes){ text.data, text.length }));
    check(libsearch_writer_put(writer, (libsearch_bytes){ id.data, id.length }, document, &failure));
}

static void finish(void)
{
    check(libsearch_writer_commit(writer, &failure));
    driver_phase("commit");
    if (compacted) {
        check(libsearch_writer_compact(writer, reordered ? LIBSEARCH_REORDER : 0, &failure));
        driver_phase("compact");
    }
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(library_index);
}

/* ---- searching ---- */

static libsearch_snapshot *snapshot;
static libsearch_results *results;
static bool counted;

static void open_index(const char *path)
{
    check(libsearch_open(path, LIBSEARCH_READ_ONLY, NULL, &library_index, &failure));
    check(libsearch_snapshot_open(library_index, &snapshot, &failure));
}

static void prepare(struct query *query)
{
    libsearch_query **parts = calloc(query->count, sizeof *parts);
    libsearch_occur *occurs = calloc(query->count, sizeof *occurs);
    if (parts == NULL || occurs == NULL)
        driver_fail("no memory");
    for (size_t i = 0; i < query->count; i++) {
        const struct clause *clause = &query->clauses[i];
        libsearch_bytes words = { clause->whole.data, clause->whole.length };
        parts[i] = clause->count > 1 ? libsearch_query_phrase("text", words, 0) : libsearch_query_text("text", words);
        occurs[i] = clause->occur == '+' ? LIBSEARCH_MUST : clause->occur == '?' ? LIBSEARCH_SHOULD : LIBSEARCH_MUST_NOT;
    }
    if (query->count == 1) {
        query->prepared = parts[0];
    } else {
        query->prepared = libsearch_query_boolean(occurs, (const libsearch_query *const *)parts, query->count, 0);
        for (size_t i = 0; i < query->count; i++)
            libsearch_query_free(parts[i]);
    }
    if (query->prepared == NULL)
        driver_fail("query %s cannot be made", query->number);
    free(parts);
    free(occurs);
}

static void search(const struct query *query, size_t k, bool count)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.count = k;
    options.total = count ? LIBSEARCH_TOTAL_EXACT : LIBSEARCH_TOTAL_NONE;
    options.model = model;
    counted = count;
    check(libsearch_snapshot_search(snapshot, query->prepared, &options, &results, &failure));
}

static void answer(struct answer *answer)
{
    answer->count = counted ? (int64_t)libsearch_results_total(results, NULL) : -1;
    answer->hits = libsearch_results_count(results);
    if (answer->hits > 0)
        answer->last_score = (double)libsearch_results_score(results, answer->hits - 1);
    for (size_t i = 0; i < answer->hits && i < DRIVER_TOP; i++) {
        libsearch_bytes id = libsearch_results_id(results, i);
        driver_copy_id(&answer->top[i].id, id.data, id.length);
        answer->top[i].score = (double)libsearch_results_score(results, i);
        answer->listed = i + 1;
    }
}

static void release(void)
{
    libsearch_results_free(results);
    results = NULL;
}

const struct engine driver_engine = { .name = "libsearch",
                                      .option = option,
                                      .create = create,
                                      .add = add,
                                      .finish = finish,
                                      .open = open_index,
                                      .prepare = prepare,
                                      .search = search,
                                      .answer = answer,
                                      .release = release };
