/* SPDX-License-Identifier: MIT */
#include "api/handles.h"

libsearch_status libsearch_memory_storage_new(const libsearch_allocator *allocator, const libsearch_storage **storage,
                                              libsearch_error *error)
{
    error_clear(error);
    if (storage == NULL)
        return argument_missing(error, "libsearch_memory_storage_new", "storage");
    TRY(allocator_check(allocator, "libsearch_memory_storage_new", error));
    return engine_memory_storage_new(allocator == NULL ? allocator_default() : allocator, storage, error);
}

void libsearch_memory_storage_free(const libsearch_storage *storage) { engine_memory_storage_free(storage); }
