/* SPDX-License-Identifier: MIT */
/* Filters that are kept, and backups: what is made of a pinned snapshot. */
#include "api/handles.h"
#include "query/query_set.h"
#include "query/query_tree.h"

struct libsearch_filter {
    const libsearch_allocator *allocator;
    struct query_set *set; /* keeps the snapshot, so that no other gets its address */
};

static void release_snapshot(void *snapshot) { libsearch_snapshot_free(snapshot); }

libsearch_status filters_check(const libsearch_query *query, const struct engine_snapshot *snapshot,
                               libsearch_error *error)
{
    if (!query->has_sets)
        return LIBSEARCH_OK;
    if (query->kind == QUERY_SET && query->set->snapshot != snapshot)
        return error_set(error, LIBSEARCH_STALE, "a filter in the query is of another snapshot: make it anew");
    for (size_t i = 0; i < query->count; i++)
        TRY(filters_check(query->children[i], snapshot, error));
    return LIBSEARCH_OK;
}

libsearch_status libsearch_filter_new(libsearch_snapshot *snapshot, const libsearch_query *query,
                                      const libsearch_search_options *options, libsearch_filter **filter,
                                      libsearch_error *error)
{
    libsearch_search_options known = LIBSEARCH_SEARCH_OPTIONS_INIT;
    error_clear(error);
    if (snapshot == NULL || query == NULL || filter == NULL)
        return argument_missing(error, "libsearch_filter_new",
                                snapshot == NULL ? "snapshot"
                                : query == NULL  ? "query"
                                                 : "filter");
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_search_options", error));
    if (known.timeout < 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_filter_new: the timeout is negative");
    if (snapshot->engine->select == NULL)
        return error_set(error, LIBSEARCH_UNSUPPORTED, "the %s engine has no filters", snapshot->engine->name);
    TRY(filters_check(query, snapshot->handle, error));
    const struct engine_request request = { .query = query,
                                            .deadline = deadline_of(known.timeout),
                                            .memory = SIZE_MAX,
                                            .cancel = known.cancel == NULL ? NULL : &known.cancel->raised };
    libsearch_filter *made = memory_allocate_array(snapshot->allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    const libsearch_status status = snapshot->engine->select(snapshot->handle, &request, &made->set, error);
    if (status != LIBSEARCH_OK) {
        memory_free(snapshot->allocator, made);
        return status;
    }
    made->allocator = snapshot->allocator;
    made->set->owner = snapshot_share(snapshot);
    made->set->release = release_snapshot;
    *filter = made;
    return LIBSEARCH_OK;
}

void libsearch_filter_free(libsearch_filter *filter)
{
    if (filter == NULL)
        return;
    const libsearch_allocator *allocator = filter->allocator;
    query_set_release(filter->set);
    memory_free(allocator, filter);
}

uint64_t libsearch_filter_count(const libsearch_filter *filter) { return filter == NULL ? 0 : filter->set->count; }

libsearch_query *libsearch_query_filter(const libsearch_filter *filter)
{
    libsearch_query *query = NULL;
    if (filter != NULL)
        query_new(allocator_default(), &(libsearch_query){ .kind = QUERY_SET, .set = filter->set }, &query, NULL);
    return query;
}

libsearch_status libsearch_snapshot_backup(libsearch_snapshot *snapshot, const char *path,
                                           const libsearch_open_options *options, libsearch_error *error)
{
    struct open_options known;
    error_clear(error);
    if (snapshot == NULL || path == NULL)
        return argument_missing(error, "libsearch_snapshot_backup", snapshot == NULL ? "snapshot" : "path");
    if (path[0] == 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_snapshot_backup: the path is empty");
    if (snapshot->engine->backup == NULL)
        return error_set(error, LIBSEARCH_UNSUPPORTED, "the %s engine makes no backups", snapshot->engine->name);
    TRY(open_options_copy(options, &known, error));
    const libsearch_status status = snapshot->engine->backup(snapshot->handle, path, &known.options, error);
    open_options_free(&known);
    return status;
}
