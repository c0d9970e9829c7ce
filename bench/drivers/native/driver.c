/* SPDX-License-Identifier: MIT */
/* libsearch's native engine, on its public ABI alone. One text field; compacted into one segment.
 *
 * Options of building: analyzer=NAME ("plain-english"), memory=MIB (1024), threads=N, stored, reordered,
 * biwords, segments=N (that many commits instead of a compaction), deleted=PERCENT (spread evenly, after the
 * compaction), buckets=N (a keyword field `bucket`, a document's number modulo N); of searching:
 * model=NAME ("bm25:k1=1.2,b=0.75"), bucket=N (only documents of that bucket), count-memory (says at the end, on
 * standard error, what a search allocated: not for timing). */
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/driver.h"

static libsearch_error failure = LIBSEARCH_ERROR_INIT;
static const char *analyzer = "plain-english", *model = "bm25:k1=1.2,b=0.75";
static size_t memory = (size_t)1024 << 20;
static unsigned threads = 1;
static uint64_t segments, deleted, buckets;
static const char *bucket;
static bool stored, reordered, biwords, count_memory;

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
    else if (strcmp(word, "biwords") == 0)
        biwords = true;
    else if (strncmp(word, "segments=", 9) == 0)
        segments = strtoull(word + 9, NULL, 10);
    else if (strncmp(word, "deleted=", 8) == 0)
        deleted = strtoull(word + 8, NULL, 10);
    else if (strncmp(word, "buckets=", 8) == 0)
        buckets = strtoull(word + 8, NULL, 10);
    else if (strncmp(word, "bucket=", 7) == 0)
        bucket = word + 7;
    else if (strcmp(word, "count-memory") == 0)
        count_memory = true;
    else
        return false;
    return true;
}

/* ---- building ---- */

static libsearch_index *library_index;
static libsearch_writer *writer;
static libsearch_document *document;
static uint64_t added;
static struct dead {
    struct dead *next;
    size_t length;
    char id[];
} * to_delete;

static void create(const char *path)
{
    libsearch_field fields[2] = { LIBSEARCH_FIELD_INIT, LIBSEARCH_FIELD_INIT };
    fields[0].name = "text";
    fields[0].weight = 1;
    fields[0].flags = stored ? 0 : LIBSEARCH_FIELD_NOT_STORED;
    fields[1].name = "bucket";
    fields[1].type = LIBSEARCH_KEYWORD;
    fields[1].flags = LIBSEARCH_FIELD_NOT_STORED;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.analyzer = analyzer;
    options.fields = fields;
    options.field_count = buckets > 0 ? 2 : 1;
    check(libsearch_open(path, LIBSEARCH_CREATE, &options, &library_index, &failure));
    libsearch_writer_options writing = LIBSEARCH_WRITER_OPTIONS_INIT;
    writing.memory = memory;
    writing.threads = threads;
    check(libsearch_writer_open(library_index, &writing, &writer, &failure));
    document = libsearch_document_new(library_index);
    if (document == NULL)
        driver_fail("no memory");
}

static void remember(struct text id)
{
    struct dead *dead = malloc(sizeof *dead + id.length);
    if (dead == NULL)
        driver_fail("no memory");
    dead->length = id.length;
    memcpy(dead->id, id.data, id.length);
    dead->next = to_delete;
    to_delete = dead;
}

static void add(struct text id, struct text text)
{
    libsearch_document_clear(document);
    check(libsearch_document_set_text(document, "text", (libsearch_bytes){ text.data, text.length }));
    if (buckets > 0) {
        char name[32];
        int length = snprintf(name, sizeof name, "%llu", (unsigned long long)(added % buckets));
        check(libsearch_document_set_keyword(document, "bucket", (libsearch_bytes){ name, (size_t)length }));
    }
    check(libsearch_writer_put(writer, (libsearch_bytes){ id.data, id.length }, document, &failure));
    if (added * deleted / 100 != (added + 1) * deleted / 100)
        remember(id);
    added++;
    if (segments > 0 && added * segments / driver_documents != (added - 1) * segments / driver_documents)
        check(libsearch_writer_commit(writer, &failure));
}

static void commit_as(const char *bytes)
{
    check(libsearch_writer_prepare(writer, LIBSEARCH_DURABLE, (libsearch_bytes){ bytes, strlen(bytes) }, &failure));
    check(libsearch_writer_finish(writer, &failure));
}

static void finish(void)
{
    check(libsearch_writer_commit(writer, &failure));
    driver_phase("commit");
    if (segments == 0) {
        check(libsearch_writer_compact(writer,
                                       (reordered ? LIBSEARCH_REORDER : 0u) | (biwords ? LIBSEARCH_BIWORDS : 0u),
                                       &failure));
        commit_as("compacted"); /* the commit before last goes, and what was compacted with it */
        driver_phase("compact");
    }
    if (to_delete != NULL) {
        for (struct dead *dead = to_delete; dead != NULL; dead = dead->next)
            check(libsearch_writer_delete(writer, (libsearch_bytes){ dead->id, dead->length }, &failure));
        check(libsearch_writer_commit(writer, &failure));
        driver_phase("delete");
    }
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(library_index);
}

/* ---- memory that is counted ---- */

enum { COUNTED_HEAD = 16 }; /* before what is given out: its size */

static struct {
    size_t now, most;        /* bytes */
    uint64_t calls;          /* allocations */
    size_t most_of_a_search; /* bytes that one search had taken at once */
    uint64_t searches, calls_in_all;
} counted_memory;

static void *counted_reallocate(void *context, void *old, size_t size)
{
    char *head = old == NULL ? NULL : (char *)old - COUNTED_HEAD;
    size_t before = 0;
    (void)context;
    if (head != NULL)
        memcpy(&before, head, sizeof before);
    head = realloc(head, size + COUNTED_HEAD);
    if (head == NULL)
        return NULL;
    memcpy(head, &size, sizeof size);
    counted_memory.now += size - before;
    counted_memory.calls++;
    if (counted_memory.now > counted_memory.most)
        counted_memory.most = counted_memory.now;
    return head + COUNTED_HEAD;
}

static void *counted_allocate(void *context, size_t size) { return counted_reallocate(context, NULL, size); }

static void counted_release(void *context, void *old)
{
    size_t size;
    (void)context;
    if (old == NULL)
        return;
    memcpy(&size, (char *)old - COUNTED_HEAD, sizeof size);
    counted_memory.now -= size;
    free((char *)old - COUNTED_HEAD);
}

static const libsearch_allocator counting = { NULL, counted_allocate, counted_reallocate, counted_release };

static void say_counted(void)
{
    const double searches = counted_memory.searches > 0 ? (double)counted_memory.searches : 1;
    fprintf(stderr, "memory open %zu most %zu allocations %.1f\n", counted_memory.now, counted_memory.most_of_a_search,
            (double)counted_memory.calls_in_all / searches);
}

/* ---- searching ---- */

static libsearch_snapshot *snapshot;
static libsearch_results *results;
static bool counted;

static void open_index(const char *path)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    if (count_memory) {
        options.allocator = &counting;
        atexit(say_counted);
    }
    check(libsearch_open(path, LIBSEARCH_READ_ONLY, &options, &library_index, &failure));
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
        /* no field: the default ones, of which there is one, as in a program that asks for plain words */
        parts[i] = clause->count > 1 ? libsearch_query_phrase(NULL, words, 0) : libsearch_query_text(NULL, words);
        occurs[i] = clause->occur == '+'   ? LIBSEARCH_MUST
                    : clause->occur == '?' ? LIBSEARCH_SHOULD
                                           : LIBSEARCH_MUST_NOT;
    }
    if (query->count == 1) {
        query->prepared = parts[0];
    } else {
        query->prepared = libsearch_query_boolean(occurs, (const libsearch_query *const *)parts, query->count, 0);
        for (size_t i = 0; i < query->count; i++)
            libsearch_query_free(parts[i]);
    }
    if (bucket != NULL) {
        libsearch_bytes name = { bucket, strlen(bucket) };
        libsearch_query *both[2] = { query->prepared, libsearch_query_keyword("bucket", name) };
        query->prepared = libsearch_query_boolean((const libsearch_occur[]){ LIBSEARCH_MUST, LIBSEARCH_FILTER },
                                                  (const libsearch_query *const *)both, 2, 0);
        libsearch_query_free(both[0]);
        libsearch_query_free(both[1]);
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
    const size_t before = counted_memory.now;
    const uint64_t calls = counted_memory.calls;
    counted_memory.most = before;
    check(libsearch_snapshot_search(snapshot, query->prepared, &options, &results, &failure));
    if (count_memory) {
        const size_t taken = counted_memory.most - before;
        if (taken > counted_memory.most_of_a_search)
            counted_memory.most_of_a_search = taken;
        counted_memory.calls_in_all += counted_memory.calls - calls;
        counted_memory.searches++;
    }
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
