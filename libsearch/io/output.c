/* SPDX-License-Identifier: MIT */
/* Output: small appends gathered into writes of 64 KiB. */
#include <string.h>

#include "io/storage.h"

enum { OUTPUT_GATHERED = 65536 };

libsearch_status storage_create(struct storage *storage, const char *name, struct output **output,
                                libsearch_error *error)
{
    char *copy = memory_duplicate(storage->allocator, name, strlen(name));
    uint8_t *gathered = memory_allocate(storage->allocator, OUTPUT_GATHERED);
    libsearch_status status = copy == NULL || gathered == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    struct output *created = NULL;
    if (status == LIBSEARCH_OK)
        status = storage->operations->create(storage, copy, &created, error);
    if (status != LIBSEARCH_OK) {
        memory_free(storage->allocator, copy);
        memory_free(storage->allocator, gathered);
        return status;
    }
    created->storage = storage;
    created->name = copy;
    created->position = 0;
    created->gathered = gathered;
    created->gathered_length = 0;
    created->failure = LIBSEARCH_OK;
    *output = created;
    return LIBSEARCH_OK;
}

static libsearch_status output_failed_before(const struct output *output, libsearch_error *error)
{
    return error_set(error, output->failure, "%s/%s: an earlier write or sync of this file failed",
                     output->storage->path, output->name);
}

static libsearch_status output_write(struct output *output, const void *data, size_t length, libsearch_error *error)
{
    const libsearch_status status = output->storage->operations->write(output, data, length, error);
    output->failure = status;
    return status;
}

static libsearch_status output_flush(struct output *output, libsearch_error *error)
{
    if (output->gathered_length == 0)
        return LIBSEARCH_OK;
    const size_t length = output->gathered_length;
    output->gathered_length = 0;
    return output_write(output, output->gathered, length, error);
}

libsearch_status output_append(struct output *output, const void *data, size_t length, libsearch_error *error)
{
    if (output->failure != LIBSEARCH_OK)
        return output_failed_before(output, error);
    if (length == 0)
        return LIBSEARCH_OK;
    output->position += length;
    if (length < OUTPUT_GATHERED - output->gathered_length) {
        memcpy(output->gathered + output->gathered_length, data, length);
        output->gathered_length += length;
        return LIBSEARCH_OK;
    }
    TRY(output_flush(output, error));
    if (length >= OUTPUT_GATHERED)
        return output_write(output, data, length, error);
    memcpy(output->gathered, data, length);
    output->gathered_length = length;
    return LIBSEARCH_OK;
}

libsearch_status output_sync(struct output *output, libsearch_error *error)
{
    if (output->failure != LIBSEARCH_OK)
        return output_failed_before(output, error);
    TRY(output_flush(output, error));
    output->failure = output->storage->operations->sync(output, error);
    return output->failure == LIBSEARCH_OK ? LIBSEARCH_OK : (output->failure = storage_sync_failed(error));
}

/* Hands the output back to its implementation, which releases the struct itself. */
static libsearch_status output_release(struct output *output, libsearch_error *error)
{
    const struct storage *storage = output->storage;
    char *name = output->name;
    uint8_t *gathered = output->gathered;
    const libsearch_status status = storage->operations->close_output(output, error);
    memory_free(storage->allocator, name);
    memory_free(storage->allocator, gathered);
    return status;
}

libsearch_status output_close(struct output *output, libsearch_error *error)
{
    libsearch_status status =
        output->failure != LIBSEARCH_OK ? output_failed_before(output, error) : output_flush(output, error);
    if (status != LIBSEARCH_OK) {
        output_release(output, NULL);
        return status;
    }
    return output_release(output, error);
}

void output_discard(struct output *output)
{
    struct storage *storage = output->storage;
    char *name = output->name;
    uint8_t *gathered = output->gathered;
    storage->operations->close_output(output, NULL);
    storage->operations->remove(storage, name, NULL);
    memory_free(storage->allocator, name);
    memory_free(storage->allocator, gathered);
}
