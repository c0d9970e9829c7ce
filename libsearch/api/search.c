/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "api/handles.h"
#include "query/query_parser.h"

enum { DEFAULT_MEMORY = 256 << 20 };

static libsearch_status check_options(const libsearch_search_options *options, libsearch_error *error)
{
    size_t last;
    if (__builtin_add_overflow(options->offset, options->count, &last) || last > LIBSEARCH_MAX_RESULTS)
        return error_set(error, LIBSEARCH_LIMIT, "search: offset and count together are more than %d",
                         LIBSEARCH_MAX_RESULTS);
    if ((unsigned)options->total > LIBSEARCH_TOTAL_NONE)
        return error_set(error, LIBSEARCH_INVALID, "search: there is no total %d", (int)options->total);
    if (options->timeout < 0)
        return error_set(error, LIBSEARCH_INVALID, "search: the timeout is negative");
    if ((options->flags & ~(unsigned)LIBSEARCH_SEARCH_EXHAUSTIVE) != 0)
        return error_set(error, LIBSEARCH_INVALID, "search: there are no flags %#x",
                         options->flags & ~(unsigned)LIBSEARCH_SEARCH_EXHAUSTIVE);
    return LIBSEARCH_OK;
}

/* Nanoseconds of CLOCK_MONOTONIC at which the time is over; 0: never. */
static int64_t deadline_of(int64_t timeout)
{
    struct timespec now;
    int64_t end;
    if (timeout == 0)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (__builtin_mul_overflow(timeout, 1000000, &end) ||
        __builtin_add_overflow(end, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec, &end))
        return 0;
    return end;
}

static size_t count_warnings(const libsearch_query *query, const struct query_warning **warnings)
{
    size_t count = 0;
    for (const struct query_warning *warning = query->warnings; warning != NULL; warning = warning->next) {
        if (warnings != NULL)
            warnings[count] = warning;
        count++;
    }
    for (size_t i = 0; i < query->count; i++)
        count += count_warnings(query->children[i], warnings == NULL ? NULL : warnings + count);
    return count;
}

static libsearch_status results_new(libsearch_snapshot *snapshot, const libsearch_query *query, size_t room,
                                    libsearch_results **results, libsearch_error *error)
{
    const libsearch_allocator *allocator = snapshot->allocator;
    libsearch_results *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    arena_init(&made->arena, allocator);
    made->snapshot = snapshot_share(snapshot);
    made->query = query_retain(query);
    made->hits = memory_allocate_array(allocator, room, sizeof *made->hits);
    if (made->hits == NULL) {
        libsearch_results_free(made);
        return error_no_memory(error);
    }
    *results = made;
    return LIBSEARCH_OK;
}

/* Those of the parser, and then those of the search. */
static libsearch_status take_warnings(libsearch_results *results, libsearch_error *error)
{
    const size_t parsed = count_warnings(results->query, NULL);
    size_t count = parsed;
    for (const struct query_warning *warning = results->search_warnings; warning != NULL; warning = warning->next)
        count++;
    results->warnings = memory_allocate_array(results->snapshot->allocator, count, sizeof(struct query_warning *));
    if (results->warnings == NULL)
        return error_no_memory(error);
    count_warnings(results->query, results->warnings);
    results->warning_count = parsed;
    for (const struct query_warning *warning = results->search_warnings; warning != NULL; warning = warning->next)
        results->warnings[results->warning_count++] = warning;
    return LIBSEARCH_OK;
}

/* The ids of all hits, so that asking for one cannot fail. */
static libsearch_status take_ids(libsearch_results *results, libsearch_error *error)
{
    libsearch_snapshot *snapshot = results->snapshot;
    results->ids = memory_allocate_array(snapshot->allocator, results->count, sizeof *results->ids);
    results->documents = memory_allocate_array(snapshot->allocator, results->count, sizeof(libsearch_document *));
    if (results->ids == NULL || results->documents == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < results->count; i++)
        TRY(snapshot->engine->id(snapshot->handle, results->hits[i].number, &results->ids[i], error));
    return LIBSEARCH_OK;
}

static libsearch_status run(libsearch_snapshot *snapshot, const libsearch_query *query,
                            const libsearch_search_options *options, libsearch_results **results,
                            libsearch_error *error)
{
    libsearch_info info = LIBSEARCH_INFO_INIT;
    libsearch_results *found = NULL;
    TRY(check_options(options, error));
    TRY(snapshot->engine->info(snapshot->handle, &info, error));
    /* No more can come back than there are documents. */
    const size_t room = options->count < info.documents ? options->count : (size_t)info.documents;
    TRY(results_new(snapshot, query, room, &found, error));
    const struct engine_request request = { .query = query,
                                            .count = options->count,
                                            .offset = options->offset,
                                            .total = options->total,
                                            .model = options->model,
                                            .deadline = deadline_of(options->timeout),
                                            .memory = options->memory == 0 ? DEFAULT_MEMORY : options->memory,
                                            .cancel = options->cancel == NULL ? NULL : &options->cancel->raised,
                                            .flags = options->flags };
    struct engine_answer answer = { .hits = found->hits };
    libsearch_status status = snapshot->engine->search(snapshot->handle, &request, &answer, error);
    if (status == LIBSEARCH_OK) {
        found->count = answer.hit_count;
        found->total = answer.total;
        found->total_exact = answer.total_exact;
        found->search_warnings = answer.warnings;
        status = take_ids(found, error);
        if (status == LIBSEARCH_OK)
            status = take_warnings(found, error);
    }
    if (status != LIBSEARCH_OK) {
        libsearch_results_free(found);
        return status;
    }
    *results = found;
    return LIBSEARCH_OK;
}

libsearch_status libsearch_snapshot_search(libsearch_snapshot *snapshot, const libsearch_query *query,
                                           const libsearch_search_options *options, libsearch_results **results,
                                           libsearch_error *error)
{
    libsearch_search_options known = LIBSEARCH_SEARCH_OPTIONS_INIT;
    error_clear(error);
    if (snapshot == NULL || query == NULL || results == NULL)
        return argument_missing(error, "libsearch_snapshot_search",
                                snapshot == NULL ? "snapshot"
                                : query == NULL  ? "query"
                                                 : "results");
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_search_options", error));
    return run(snapshot, query, &known, results, error);
}

libsearch_status libsearch_search_query(libsearch_index *index, const libsearch_query *query,
                                        const libsearch_search_options *options, libsearch_results **results,
                                        libsearch_error *error)
{
    error_clear(error);
    if (index == NULL)
        return argument_missing(error, "libsearch_search_query", "index");
    libsearch_snapshot *snapshot;
    TRY(snapshot_pin(index, &snapshot, error));
    const libsearch_status status = libsearch_snapshot_search(snapshot, query, options, results, error);
    libsearch_snapshot_free(snapshot);
    return status;
}

libsearch_status libsearch_search(libsearch_index *index, libsearch_bytes query, size_t count,
                                  libsearch_results **results, libsearch_error *error)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    error_clear(error);
    if (index == NULL || results == NULL)
        return argument_missing(error, "libsearch_search", index == NULL ? "index" : "results");
    if (query.data == NULL && query.length > 0)
        return argument_missing(error, "libsearch_search", "query.data");
    libsearch_snapshot *snapshot;
    libsearch_query *parsed = NULL;
    TRY(snapshot_pin(index, &snapshot, error));
    options.count = count;
    libsearch_status status = query_parse(index->allocator, index->engine->snapshot_schema(snapshot->handle), query, 0,
                                          query_clock(), &parsed, error);
    if (status == LIBSEARCH_OK)
        status = run(snapshot, parsed, &options, results, error);
    query_release(parsed);
    libsearch_snapshot_free(snapshot);
    return status;
}
