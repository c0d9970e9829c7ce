/* SPDX-License-Identifier: MIT */
/* A storage of the program's own functions (include/libsearch/extend.h). */
#include <string.h>

#include "io/storage.h"

struct callback_storage {
    struct storage base;
    libsearch_storage with;
    char *path;
};

struct callback_output {
    struct output base;
    libsearch_file *file;
};

struct file_lock {
    const libsearch_allocator *allocator;
    void *context;
    void (*unlock)(void *context, libsearch_lock *lock);
    libsearch_lock *lock;
};

/* Of a mapping: it may outlive its storage. */
struct callback_mapping {
    const libsearch_allocator *allocator;
    void *context;
    void (*unmap)(void *context, libsearch_mapped *mapped);
    libsearch_mapped mapped;
};

static struct callback_storage *callback_of(struct storage *storage) { return (struct callback_storage *)storage; }

/* A status of the program's with the name that it is about. What is no failure that it may tell becomes IO. */
static libsearch_status said(const struct storage *storage, const char *name, const char *doing,
                             libsearch_status status, libsearch_error *own, libsearch_error *error)
{
    switch (status) {
    case LIBSEARCH_OK: return status;
    case LIBSEARCH_NO_MEMORY:
    case LIBSEARCH_NOT_FOUND:
    case LIBSEARCH_EXISTS:
    case LIBSEARCH_FULL:
    case LIBSEARCH_PERMISSION:
    case LIBSEARCH_LOCKED:
    case LIBSEARCH_IO: break;
    default: status = LIBSEARCH_IO; break;
    }
    own->message[sizeof own->message - 1] = 0;
    const bool silent = own->message[0] == 0;
    return error_set(error, status, "%s%s%s: %s%.300s", storage->path, name[0] == 0 ? "" : "/", name,
                     silent ? "storage failed: " : "", silent ? doing : own->message);
}

static void callback_close(struct storage *storage)
{
    memory_free(storage->allocator, callback_of(storage)->path);
    memory_free(storage->allocator, storage);
}

static libsearch_status callback_create(struct storage *storage, const char *name, struct output **output,
                                        libsearch_error *error)
{
    const libsearch_storage *with = &callback_of(storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    struct callback_output *created = memory_allocate_array(storage->allocator, 1, sizeof *created);
    if (created == NULL)
        return error_no_memory(error);
    const libsearch_status status = with->create(with->context, name, &created->file, &own);
    if (status != LIBSEARCH_OK) {
        memory_free(storage->allocator, created);
        return said(storage, name, "create", status, &own, error);
    }
    *output = &created->base;
    return LIBSEARCH_OK;
}

static libsearch_status callback_write(struct output *output, const void *data, size_t length, libsearch_error *error)
{
    const libsearch_storage *with = &callback_of(output->storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    const libsearch_status status =
        with->write(with->context, ((struct callback_output *)output)->file, data, length, &own);
    return said(output->storage, output->name, "write", status, &own, error);
}

static libsearch_status callback_sync(struct output *output, libsearch_error *error)
{
    const libsearch_storage *with = &callback_of(output->storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = with->sync(with->context, ((struct callback_output *)output)->file, &own);
    return said(output->storage, output->name, "sync", status, &own, error);
}

static libsearch_status callback_close_output(struct output *output, libsearch_error *error)
{
    struct storage *storage = output->storage;
    const libsearch_storage *with = &callback_of(storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    libsearch_status status = with->close(with->context, ((struct callback_output *)output)->file, &own);
    status = said(storage, output->name, "close", status, &own, error);
    memory_free(storage->allocator, output);
    return status;
}

static void callback_unmap(struct mapping *mapping)
{
    struct callback_mapping *handle = mapping->handle;
    if (handle->unmap != NULL)
        handle->unmap(handle->context, &handle->mapped);
    memory_free(handle->allocator, handle);
}

static libsearch_status callback_map(struct storage *storage, const char *name, bool copy, struct mapping *mapping,
                                     libsearch_error *error)
{
    enum { ALIGNMENT = 64 };
    const libsearch_storage *with = &callback_of(storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    struct callback_mapping *handle = memory_allocate_array(storage->allocator, 1, sizeof *handle);
    if (handle == NULL)
        return error_no_memory(error);
    libsearch_status status = with->map(with->context, name, copy, &handle->mapped, &own);
    if (status != LIBSEARCH_OK) {
        memory_free(storage->allocator, handle);
        return said(storage, name, "map", status, &own, error);
    }
    handle->allocator = storage->allocator;
    handle->context = with->context;
    handle->unmap = with->unmap;
    const libsearch_mapped *mapped = &handle->mapped;
    struct mapping whole = { mapped->data, mapped->length, handle, callback_unmap };
    if (mapped->length == 0 || (uintptr_t)mapped->data % ALIGNMENT != 0) {
        uint8_t *data;
        status = mapping_allocate(storage->allocator, mapped->length, mapping, &data, error);
        if (status == LIBSEARCH_OK && mapped->length > 0)
            memcpy(data, mapped->data, mapped->length);
        callback_unmap(&whole);
        return status;
    }
    *mapping = whole;
    return LIBSEARCH_OK;
}

static libsearch_status callback_sync_file(struct storage *storage, const char *name, libsearch_error *error)
{
    const libsearch_storage *with = &callback_of(storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    return said(storage, name, "sync", with->sync_file(with->context, name, &own), &own, error);
}

static libsearch_status callback_rename(struct storage *storage, const char *from, const char *to,
                                        libsearch_error *error)
{
    const libsearch_storage *with = &callback_of(storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    return said(storage, from, "rename", with->rename(with->context, from, to, &own), &own, error);
}

static libsearch_status callback_remove(struct storage *storage, const char *name, libsearch_error *error)
{
    const libsearch_storage *with = &callback_of(storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    return said(storage, name, "remove", with->remove(with->context, name, &own), &own, error);
}

static libsearch_status callback_exists(struct storage *storage, const char *name, bool *exists, libsearch_error *error)
{
    const libsearch_storage *with = &callback_of(storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    int there = 0;
    TRY(said(storage, name, "look up", with->exists(with->context, name, &there, &own), &own, error));
    *exists = there != 0;
    return LIBSEARCH_OK;
}

struct listing {
    libsearch_status (*each)(void *context, const char *name, uint64_t size, libsearch_error *error);
    void *context;
    libsearch_error *error;
    libsearch_status status; /* that each ended it with */
};

static libsearch_status list_one(void *context, const char *name, uint64_t size, libsearch_error *error)
{
    struct listing *listing = context;
    (void)error;
    listing->status = listing->each(listing->context, name, size, listing->error);
    return listing->status;
}

static libsearch_status callback_list(struct storage *storage,
                                      libsearch_status (*each)(void *context, const char *name, uint64_t size,
                                                               libsearch_error *error),
                                      void *context, libsearch_error *error)
{
    const libsearch_storage *with = &callback_of(storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    struct listing listing = { each, context, error, LIBSEARCH_OK };
    const libsearch_status status = with->list(with->context, list_one, &listing, &own);
    if (listing.status != LIBSEARCH_OK)
        return listing.status; /* with its message */
    return said(storage, "", "list", status, &own, error);
}

static libsearch_status callback_sync_directory(struct storage *storage, libsearch_error *error)
{
    const libsearch_storage *with = &callback_of(storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    return said(storage, "", "sync", with->sync_folder(with->context, &own), &own, error);
}

/* What holds the folder is the program's affair. */
static libsearch_status callback_sync_name(struct storage *storage, libsearch_error *error)
{
    (void)storage;
    (void)error;
    return LIBSEARCH_OK;
}

static libsearch_status callback_lock(struct storage *storage, const char *name, int64_t wait_ms,
                                      struct file_lock **lock, libsearch_error *error)
{
    const libsearch_storage *with = &callback_of(storage)->with;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    struct file_lock *taken = memory_allocate_array(storage->allocator, 1, sizeof *taken);
    if (taken == NULL)
        return error_no_memory(error);
    const libsearch_status status = with->lock(with->context, name, wait_ms, &taken->lock, &own);
    if (status != LIBSEARCH_OK) {
        memory_free(storage->allocator, taken);
        return said(storage, name, "lock", status, &own, error);
    }
    taken->allocator = storage->allocator;
    taken->context = with->context;
    taken->unlock = with->unlock;
    *lock = taken;
    return LIBSEARCH_OK;
}

static void callback_unlock(struct file_lock *lock)
{
    lock->unlock(lock->context, lock->lock);
    memory_free(lock->allocator, lock);
}

static const struct storage_operations callback_operations = {
    .close = callback_close,
    .create = callback_create,
    .write = callback_write,
    .sync = callback_sync,
    .close_output = callback_close_output,
    .map = callback_map,
    .sync_file = callback_sync_file,
    .rename = callback_rename,
    .remove = callback_remove,
    .exists = callback_exists,
    .list = callback_list,
    .sync_directory = callback_sync_directory,
    .sync_name = callback_sync_name,
    .lock = callback_lock,
    .unlock = callback_unlock,
};

libsearch_status storage_open_callbacks(const libsearch_allocator *allocator, const libsearch_storage *with,
                                        const char *path, struct storage **storage, libsearch_error *error)
{
    if (with->create == NULL || with->write == NULL || with->sync == NULL || with->close == NULL || with->map == NULL ||
        with->sync_file == NULL || with->rename == NULL || with->remove == NULL || with->exists == NULL ||
        with->list == NULL || with->sync_folder == NULL || with->lock == NULL || with->unlock == NULL)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_storage: a function is NULL");
    struct callback_storage *opened = memory_allocate_array(allocator, 1, sizeof *opened);
    char *copy = memory_duplicate(allocator, path, strlen(path));
    if (opened == NULL || copy == NULL) {
        memory_free(allocator, opened);
        memory_free(allocator, copy);
        return error_no_memory(error);
    }
    opened->base = (struct storage){ &callback_operations, allocator, copy };
    opened->with = *with;
    opened->path = copy;
    *storage = &opened->base;
    return LIBSEARCH_OK;
}
