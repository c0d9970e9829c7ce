/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "api/handles.h"
#include "query/query_tree.h"

libsearch_status snapshot_pin(libsearch_index *index, libsearch_snapshot **snapshot, libsearch_error *error)
{
    libsearch_snapshot *made = memory_allocate_array(index->allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = index->allocator;
    made->engine = index->engine;
    made->references = 1;
    const libsearch_status status = index->engine->snapshot_open(index->handle, &made->handle, error);
    if (status != LIBSEARCH_OK) {
        memory_free(index->allocator, made);
        return status;
    }
    *snapshot = made;
    return LIBSEARCH_OK;
}

libsearch_snapshot *snapshot_share(libsearch_snapshot *snapshot)
{
    __atomic_fetch_add(&snapshot->references, 1, __ATOMIC_RELAXED);
    return snapshot;
}

libsearch_status libsearch_snapshot_open(libsearch_index *index, libsearch_snapshot **snapshot, libsearch_error *error)
{
    error_clear(error);
    if (index == NULL || snapshot == NULL)
        return argument_missing(error, "libsearch_snapshot_open", index == NULL ? "index" : "snapshot");
    return snapshot_pin(index, snapshot, error);
}

void libsearch_snapshot_free(libsearch_snapshot *snapshot)
{
    if (snapshot == NULL || __atomic_fetch_sub(&snapshot->references, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    snapshot->engine->snapshot_close(snapshot->handle);
    memory_free(snapshot->allocator, snapshot);
}

libsearch_status libsearch_snapshot_info(libsearch_snapshot *snapshot, libsearch_info *info, libsearch_error *error)
{
    error_clear(error);
    if (snapshot == NULL || info == NULL)
        return argument_missing(error, "libsearch_snapshot_info", snapshot == NULL ? "snapshot" : "info");
    const size_t size = info->size;
    if (size < sizeof size)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_info: its size is %zu; begin with its _INIT value", size);
    libsearch_info known = LIBSEARCH_INFO_INIT;
    TRY(snapshot->engine->info(snapshot->handle, &known, error));
    known.size = size;
    memcpy(info, &known, size < sizeof known ? size : sizeof known);
    return LIBSEARCH_OK;
}

libsearch_status libsearch_get(libsearch_index *index, libsearch_bytes id, libsearch_document **document,
                               libsearch_error *error)
{
    error_clear(error);
    if (index == NULL || document == NULL)
        return argument_missing(error, "libsearch_get", index == NULL ? "index" : "document");
    TRY(id_check(id, "libsearch_get", error));
    libsearch_snapshot *snapshot;
    TRY(snapshot_pin(index, &snapshot, error));
    uint64_t number;
    libsearch_document *found = NULL;
    libsearch_status status = index->engine->find(snapshot->handle, id, &number, error);
    if (status == LIBSEARCH_OK) {
        found = document_new(index->allocator);
        status = found == NULL ? error_no_memory(error) : index->engine->fetch(snapshot->handle, number, found, error);
    }
    libsearch_snapshot_free(snapshot);
    if (status != LIBSEARCH_OK) {
        document_free(found);
        return status;
    }
    *document = found;
    return LIBSEARCH_OK;
}

libsearch_status snapshot_select_all(libsearch_snapshot *snapshot, size_t memory, int64_t deadline,
                                     const volatile int *cancel, struct query_set **all, libsearch_error *error)
{
    libsearch_query *everything = NULL;
    TRY(query_new(allocator_default(), &(libsearch_query){ .kind = QUERY_ALL }, &everything, error));
    const struct engine_request request = {
        .query = everything, .memory = memory, .deadline = deadline, .cancel = cancel
    };
    const libsearch_status status = snapshot->engine->select(snapshot->handle, &request, all, error);
    query_release(everything);
    return status;
}
