/* SPDX-License-Identifier: MIT */
/* The directory in memory as functions for a program (include/libsearch/extend.h), which can hand it to libsearch_open
 * as often as it wants. */
#include "io/storage.h"

struct libsearch_file {
    struct output *output;
};

struct libsearch_lock {
    struct file_lock *lock;
};

struct memory_folder {
    libsearch_storage functions; /* at the beginning: what the program has */
    const libsearch_allocator *allocator;
    struct storage *storage;
};

static struct storage *folder_of(void *context) { return ((struct memory_folder *)context)->storage; }

static libsearch_status memory_create(void *context, const char *name, libsearch_file **file, libsearch_error *error)
{
    struct memory_folder *folder = context;
    libsearch_file *made = memory_allocate(folder->allocator, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    const libsearch_status status = storage_create(folder->storage, name, &made->output, error);
    if (status != LIBSEARCH_OK) {
        memory_free(folder->allocator, made);
        return status;
    }
    *file = made;
    return LIBSEARCH_OK;
}

static libsearch_status memory_write(void *context, libsearch_file *file, const void *data, size_t length,
                                     libsearch_error *error)
{
    /* At once: what was gathered could fail in a sync, which must not be tried again. */
    return folder_of(context)->operations->write(file->output, data, length, error);
}

static libsearch_status memory_sync(void *context, libsearch_file *file, libsearch_error *error)
{
    (void)context;
    return output_sync(file->output, error);
}

static libsearch_status memory_close(void *context, libsearch_file *file, libsearch_error *error)
{
    const libsearch_status status = output_close(file->output, error);
    memory_free(((struct memory_folder *)context)->allocator, file);
    return status;
}

/* A mapping of the memory storage needs no more than its handle to be released. */
static libsearch_status memory_map(void *context, const char *name, int copy, libsearch_mapped *mapped,
                                   libsearch_error *error)
{
    struct memory_folder *folder = context;
    struct mapping *mapping = memory_allocate_array(folder->allocator, 1, sizeof *mapping);
    if (mapping == NULL)
        return error_no_memory(error);
    const libsearch_status status = storage_map(folder->storage, name, copy != 0, mapping, error);
    if (status != LIBSEARCH_OK) {
        memory_free(folder->allocator, mapping);
        return status;
    }
    *mapped = (libsearch_mapped){ mapping->data, mapping->length, mapping };
    return LIBSEARCH_OK;
}

static void memory_unmap(void *context, libsearch_mapped *mapped)
{
    mapping_release(mapped->handle);
    memory_free(((struct memory_folder *)context)->allocator, mapped->handle);
}

static libsearch_status memory_sync_file(void *context, const char *name, libsearch_error *error)
{
    return storage_sync_file(folder_of(context), name, error);
}

static libsearch_status memory_rename(void *context, const char *from, const char *to, libsearch_error *error)
{
    return storage_rename(folder_of(context), from, to, error);
}

static libsearch_status memory_remove(void *context, const char *name, libsearch_error *error)
{
    return storage_remove(folder_of(context), name, error);
}

static libsearch_status memory_exists(void *context, const char *name, int *exists, libsearch_error *error)
{
    bool there;
    TRY(storage_exists(folder_of(context), name, &there, error));
    *exists = there;
    return LIBSEARCH_OK;
}

static libsearch_status memory_list(void *context,
                                    libsearch_status (*each)(void *listing, const char *name, uint64_t size,
                                                             libsearch_error *error),
                                    void *listing, libsearch_error *error)
{
    return storage_list(folder_of(context), each, listing, error);
}

static libsearch_status memory_sync_folder(void *context, libsearch_error *error)
{
    return storage_sync_directory(folder_of(context), error);
}

static libsearch_status memory_lock(void *context, const char *name, int64_t wait, libsearch_lock **lock,
                                    libsearch_error *error)
{
    struct memory_folder *folder = context;
    libsearch_lock *made = memory_allocate(folder->allocator, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    const libsearch_status status = storage_lock(folder->storage, name, wait, &made->lock, error);
    if (status != LIBSEARCH_OK) {
        memory_free(folder->allocator, made);
        return status;
    }
    *lock = made;
    return LIBSEARCH_OK;
}

static void memory_unlock(void *context, libsearch_lock *lock)
{
    struct memory_folder *folder = context;
    storage_unlock(folder->storage, lock->lock);
    memory_free(folder->allocator, lock);
}

libsearch_status storage_memory_new(const libsearch_allocator *allocator, const libsearch_storage **storage,
                                    libsearch_error *error)
{
    struct memory_folder *folder = memory_allocate_array(allocator, 1, sizeof *folder);
    if (folder == NULL)
        return error_no_memory(error);
    const libsearch_status status = storage_open_memory(allocator, &folder->storage, error);
    if (status != LIBSEARCH_OK) {
        memory_free(allocator, folder);
        return status;
    }
    folder->allocator = allocator;
    folder->functions = (libsearch_storage){
        .size = sizeof(libsearch_storage),
        .context = folder,
        .create = memory_create,
        .write = memory_write,
        .sync = memory_sync,
        .close = memory_close,
        .map = memory_map,
        .unmap = memory_unmap,
        .sync_file = memory_sync_file,
        .rename = memory_rename,
        .remove = memory_remove,
        .exists = memory_exists,
        .list = memory_list,
        .sync_folder = memory_sync_folder,
        .lock = memory_lock,
        .unlock = memory_unlock,
    };
    *storage = &folder->functions;
    return LIBSEARCH_OK;
}

void storage_memory_free(const libsearch_storage *storage)
{
    if (storage == NULL)
        return;
    struct memory_folder *folder = storage->context;
    storage_close(folder->storage);
    memory_free(folder->allocator, folder);
}
