/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <time.h>

#include "api/ranking.h"
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
    if ((options->sort == NULL && options->sort_count > 0) || (options->facets == NULL && options->facet_count > 0) ||
        (options->after.data == NULL && options->after.length > 0))
        return error_set(error, LIBSEARCH_INVALID, "search: sort, facets or after is NULL");
    if (options->sort_count > LIBSEARCH_MAX_SORTS || options->facet_count > LIBSEARCH_MAX_FACETS)
        return error_set(error, LIBSEARCH_LIMIT, "search: more than %d steps of a sort or %d facets",
                         LIBSEARCH_MAX_SORTS, LIBSEARCH_MAX_FACETS);
    const unsigned sorts = LIBSEARCH_SORT_DESCENDING | LIBSEARCH_SORT_MISSING_FIRST | LIBSEARCH_SORT_ASCENDING_SCORE;
    for (size_t i = 0; i < options->sort_count; i++)
        if ((options->sort[i].flags & ~sorts) != 0)
            return error_set(error, LIBSEARCH_INVALID, "search: there are no flags %#x of a sort",
                             options->sort[i].flags & ~sorts);
    return LIBSEARCH_OK;
}

/* What the engine cannot do is refused, not ignored. */
static libsearch_status check_abilities(const libsearch_engine *engine, const libsearch_search_options *options,
                                        libsearch_error *error)
{
    const char *missing = options->sort_count > 0 && !(engine->abilities & ENGINE_SORTS)         ? "sort"
                          : options->facet_count > 0 && !(engine->abilities & ENGINE_FACETS)     ? "facets"
                          : options->collapse != NULL && !(engine->abilities & ENGINE_COLLAPSES) ? "collapse"
                          : options->after.length > 0 && !(engine->abilities & ENGINE_CONTINUES) ? "after"
                                                                                                 : NULL;
    return missing == NULL ? LIBSEARCH_OK
                           : error_set(error, LIBSEARCH_UNSUPPORTED, "the %s engine has no %s", engine->name, missing);
}

/* The facets as we know them, whatever the size of the caller's. */
static libsearch_status copy_facets(const libsearch_search_options *options, struct arena *arena,
                                    libsearch_facet **facets, libsearch_error *error)
{
    const char *next = (const char *)options->facets;
    *facets = arena_allocate(arena, (options->facet_count + 1) * sizeof **facets);
    if (*facets == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < options->facet_count; i++) {
        libsearch_facet *facet = &(*facets)[i];
        *facet = (libsearch_facet)LIBSEARCH_FACET_INIT;
        TRY(options_copy(facet, sizeof *facet, next, "libsearch_facet", error));
        next += ((const libsearch_facet *)(const void *)next)->size;
        if (facet->field == NULL || (facet->ranges == NULL && facet->range_count > 0) ||
            (unsigned)facet->interval > LIBSEARCH_EACH_HOUR)
            return error_set(error, LIBSEARCH_INVALID, "search: facet %zu has no field, no ranges or no such interval",
                             i);
    }
    return LIBSEARCH_OK;
}

/* A cursor: commit, documents, a hash of the order and the collapsed field, the hit's number, and its keys, u64 each
 * (of this machine). It says where a hit stands in one order of one snapshot, and is of no use elsewhere. */
enum { CURSOR_COMMIT, CURSOR_DOCUMENTS, CURSOR_ORDER, CURSOR_NUMBER, CURSOR_KEYS };

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; text != NULL && *text != 0; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211); /* FNV-1a */
    return (hash ^ 0xFF) * UINT64_C(1099511628211);
}

static uint64_t hash_order(const libsearch_search_options *options)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < options->sort_count; i++)
        hash = (hash_text(hash, options->sort[i].field) ^ options->sort[i].flags) * UINT64_C(1099511628211);
    return hash_text(hash, options->collapse);
}

/* The keys that a cursor holds, in memory of the results; NULL where none was given. */
static libsearch_status read_cursor(libsearch_results *results, const libsearch_search_options *options,
                                    const uint64_t **keys, uint64_t *number, libsearch_error *error)
{
    const size_t count = 2 * (options->sort_count > 0 ? options->sort_count : 1);
    *keys = NULL;
    results->order = hash_order(options);
    if (options->after.length == 0)
        return LIBSEARCH_OK;
    uint64_t *words = arena_allocate(&results->arena, (CURSOR_KEYS + count) * sizeof *words);
    if (words == NULL)
        return error_no_memory(error);
    if (options->after.length != (CURSOR_KEYS + count) * sizeof *words)
        return error_set(error, LIBSEARCH_INVALID, "search: after is no cursor of this order");
    memcpy(words, options->after.data, options->after.length);
    if (words[CURSOR_COMMIT] != results->commit || words[CURSOR_DOCUMENTS] != results->numbered)
        return error_set(error, LIBSEARCH_STALE, "search: the cursor is of another snapshot");
    if (words[CURSOR_ORDER] != results->order)
        return error_set(error, LIBSEARCH_INVALID, "search: after is no cursor of this order");
    *keys = words + CURSOR_KEYS;
    *number = words[CURSOR_NUMBER];
    return LIBSEARCH_OK;
}

libsearch_status libsearch_results_cursor(libsearch_results *results, size_t i, libsearch_bytes *cursor,
                                          libsearch_error *error)
{
    error_clear(error);
    if (results == NULL || cursor == NULL)
        return argument_missing(error, "libsearch_results_cursor", results == NULL ? "results" : "cursor");
    if (i >= results->count)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_results_cursor: there is no result %zu", i);
    const size_t count = results->keys == NULL ? 2 : results->key_count;
    uint64_t *words = arena_allocate(&results->arena, (CURSOR_KEYS + count) * sizeof *words);
    if (words == NULL)
        return error_no_memory(error);
    words[CURSOR_COMMIT] = results->commit;
    words[CURSOR_DOCUMENTS] = results->numbered;
    words[CURSOR_ORDER] = results->order;
    words[CURSOR_NUMBER] = results->hits[i].number;
    if (results->keys != NULL) {
        memcpy(words + CURSOR_KEYS, results->keys + i * count, count * sizeof *words);
    } else {
        uint32_t bits;
        memcpy(&bits, &results->hits[i].score, sizeof bits);
        words[CURSOR_KEYS] = 0;
        words[CURSOR_KEYS + 1] = UINT32_MAX - bits;
    }
    *cursor = (libsearch_bytes){ (const char *)words, (CURSOR_KEYS + count) * sizeof *words };
    return LIBSEARCH_OK;
}

int64_t deadline_of(int64_t timeout)
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

static libsearch_status results_new(libsearch_snapshot *snapshot, const libsearch_query *query,
                                    libsearch_results **results, libsearch_error *error)
{
    const libsearch_allocator *allocator = snapshot->allocator;
    libsearch_results *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    arena_init(&made->arena, allocator);
    made->snapshot = snapshot_share(snapshot);
    made->query = query_retain(query);
    *results = made;
    return LIBSEARCH_OK;
}

/* Room for hits, and what take_ids will take, out of the search's memory. */
static libsearch_status hits_new(libsearch_results *results, size_t room, size_t *memory, libsearch_error *error)
{
    const size_t taken = room * (sizeof *results->hits + sizeof *results->ids + sizeof(libsearch_document *));
    if (taken > *memory)
        return error_set(error, LIBSEARCH_LIMIT, "%zu results take more memory than the search may", room);
    *memory -= taken;
    results->hits = memory_allocate_array(results->snapshot->allocator, room, sizeof *results->hits);
    return results->hits == NULL ? error_no_memory(error) : LIBSEARCH_OK;
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

/* The ids of all hits, so that asking for one cannot fail, where they do not lie ready; and what a second stage moves
 * about. */
static libsearch_status take_ids(libsearch_results *results, bool staged, libsearch_error *error)
{
    libsearch_snapshot *snapshot = results->snapshot;
    if ((snapshot->engine->abilities & ENGINE_IDS_LIE_READY) != 0 && !staged)
        return LIBSEARCH_OK;
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
    TRY(check_abilities(snapshot->engine, options, error));
    TRY(filters_check(query, snapshot->handle, error));
    TRY(snapshot->engine->info(snapshot->handle, &info, error));
    TRY(results_new(snapshot, query, &found, error));
    size_t memory = options->memory == 0 ? DEFAULT_MEMORY : options->memory;
    const uint64_t *after = NULL;
    uint64_t after_number = 0;
    libsearch_facet *facets = NULL;
    found->commit = info.commit;
    if (options->model != NULL) {
        found->model = arena_duplicate(&found->arena, options->model, strlen(options->model));
        if (found->model == NULL) {
            libsearch_results_free(found);
            return error_no_memory(error);
        }
    }
    found->numbered = info.documents + info.deleted;
    libsearch_status status = read_cursor(found, options, &after, &after_number, error);
    if (status == LIBSEARCH_OK)
        status = copy_facets(options, &found->arena, &facets, error);
    libsearch_ranking *ranking = NULL;
    if (status == LIBSEARCH_OK)
        status = ranking_copy(snapshot->engine, options, &found->arena, &ranking, error);
    const bool staged = ranking != NULL && ranking->rescorer != NULL && options->count > 0;
    const size_t count = staged ? ranking_count(ranking, options) : options->count;
    if (status == LIBSEARCH_OK) /* no more can come back than there are documents */
        status = hits_new(found, count < info.documents ? count : (size_t)info.documents, &memory, error);
    if (status != LIBSEARCH_OK) {
        libsearch_results_free(found);
        return status;
    }
    struct engine_request request = { .query = query,
                                      .count = count,
                                      .offset = staged ? 0 : options->offset,
                                      .ranking = ranking,
                                      .total = options->total,
                                      .model = options->model,
                                      .deadline = deadline_of(options->timeout),
                                      .memory = memory,
                                      .cancel = options->cancel == NULL ? NULL : &options->cancel->raised,
                                      .flags = options->flags,
                                      .sort = options->sort,
                                      .sort_count = options->sort_count,
                                      .facets = facets,
                                      .facet_count = options->facet_count,
                                      .collapse = options->collapse,
                                      .after = after,
                                      .after_number = after_number,
                                      .results = &found->arena };
    if (status == LIBSEARCH_OK && ranking != NULL && ranking->feedback != NULL) {
        status = ranking_feed_back(snapshot, ranking->feedback, &request, &found->fed, error);
        request.query = found->fed;
    }
    if (status != LIBSEARCH_OK) {
        libsearch_results_free(found);
        return status;
    }
    struct engine_answer answer = { .hits = found->hits };
    status = snapshot->engine->search(snapshot->handle, &request, &answer, error);
    if (status == LIBSEARCH_OK) {
        found->count = answer.hit_count;
        found->total = answer.total;
        found->total_exact = answer.total_exact;
        found->exhaustive = answer.exhaustive;
        found->total_estimate = answer.total_estimate;
        found->total_upper = answer.total_upper;
        found->search_warnings = answer.warnings;
        found->keys = answer.keys;
        found->key_count = answer.key_count;
        found->folded = answer.folded;
        found->facets = answer.facets;
        found->facet_count = answer.facets == NULL ? 0 : options->facet_count;
        status = take_ids(found, staged, error);
        if (status == LIBSEARCH_OK)
            status = take_warnings(found, error);
        if (status == LIBSEARCH_OK && staged)
            status = ranking_rescore(found, ranking, options, error);
        if (ranking != NULL) { /* what is explained has no need of it, and it is the caller's */
            ranking->without = NULL;
            ranking->without_count = 0;
        }
        found->ranking = ranking;
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
