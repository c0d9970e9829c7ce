/* SPDX-License-Identifier: MIT */
/* What is checked of arguments in the same way everywhere. */
#include <string.h>

#include "api/handles.h"

libsearch_status argument_missing(libsearch_error *error, const char *function, const char *argument)
{
    return error_set(error, LIBSEARCH_INVALID, "%s: %s is NULL", function, argument);
}

libsearch_status options_copy(void *ours, size_t our_size, const void *given, const char *name, libsearch_error *error)
{
    size_t size;
    memcpy(&size, given, sizeof size);
    if (size < sizeof size || size > 65536)
        return error_set(error, LIBSEARCH_INVALID, "%s: its size is %zu; begin with its _INIT value", name, size);
    for (size_t i = our_size; i < size; i++)
        if (((const char *)given)[i] != 0)
            return error_set(error, LIBSEARCH_INVALID, "%s: byte %zu is set, which this version (%s) does not know",
                             name, i, libsearch_version());
    memcpy(ours, given, size < our_size ? size : our_size);
    memcpy(ours, &our_size, sizeof our_size);
    return LIBSEARCH_OK;
}

libsearch_status allocator_check(const libsearch_allocator *allocator, const char *function, libsearch_error *error)
{
    if (allocator != NULL &&
        (allocator->allocate == NULL || allocator->reallocate == NULL || allocator->release == NULL))
        return error_set(error, LIBSEARCH_INVALID, "%s: a function of the allocator is NULL", function);
    return LIBSEARCH_OK;
}

libsearch_status id_check(libsearch_bytes id, const char *function, libsearch_error *error)
{
    if (id.length == 0)
        return error_set(error, LIBSEARCH_INVALID, "%s: the id is empty", function);
    if (id.data == NULL)
        return argument_missing(error, function, "id.data");
    if (id.length > LIBSEARCH_MAX_ID)
        return error_set(error, LIBSEARCH_LIMIT, "%s: an id of %zu bytes is longer than %d", function, id.length,
                         LIBSEARCH_MAX_ID);
    return LIBSEARCH_OK;
}
