/* SPDX-License-Identifier: MIT */
/* What all storages have in common: the operations as functions, copies of files, waiting for locks. */
#include "io/storage.h"

#include <time.h>

libsearch_status storage_sync_failed(libsearch_error *error)
{
    if (error != NULL)
        error->status = LIBSEARCH_FINISHED;
    return LIBSEARCH_FINISHED;
}

void storage_close(struct storage *storage)
{
    if (storage != NULL)
        storage->operations->close(storage);
}

libsearch_status storage_map(struct storage *storage, const char *name, bool copy, struct mapping *mapping,
                             libsearch_error *error)
{
    return storage->operations->map(storage, name, copy, mapping, error);
}

libsearch_status storage_sync_file(struct storage *storage, const char *name, libsearch_error *error)
{
    const libsearch_status status = storage->operations->sync_file(storage, name, error);
    return status == LIBSEARCH_OK || status == LIBSEARCH_NOT_FOUND ? status : storage_sync_failed(error);
}

libsearch_status storage_rename(struct storage *storage, const char *from, const char *to, libsearch_error *error)
{
    return storage->operations->rename(storage, from, to, error);
}

libsearch_status storage_remove(struct storage *storage, const char *name, libsearch_error *error)
{
    return storage->operations->remove(storage, name, error);
}

libsearch_status storage_exists(struct storage *storage, const char *name, bool *exists, libsearch_error *error)
{
    return storage->operations->exists(storage, name, exists, error);
}

libsearch_status storage_list(struct storage *storage,
                              libsearch_status (*each)(void *context, const char *name, uint64_t size,
                                                       libsearch_error *error),
                              void *context, libsearch_error *error)
{
    return storage->operations->list(storage, each, context, error);
}

libsearch_status storage_sync_directory(struct storage *storage, libsearch_error *error)
{
    const libsearch_status status = storage->operations->sync_directory(storage, error);
    return status == LIBSEARCH_OK ? status : storage_sync_failed(error);
}

libsearch_status storage_sync_name(struct storage *storage, libsearch_error *error)
{
    const libsearch_status status = storage->operations->sync_name(storage, error);
    return status == LIBSEARCH_OK ? status : storage_sync_failed(error);
}

libsearch_status storage_lock(struct storage *storage, const char *name, int64_t wait_ms, struct file_lock **lock,
                              libsearch_error *error)
{
    return storage->operations->lock(storage, name, wait_ms, lock, error);
}

void storage_unlock(struct storage *storage, struct file_lock *lock)
{
    if (lock != NULL)
        storage->operations->unlock(lock);
}

void mapping_release(struct mapping *mapping)
{
    if (mapping->release != NULL)
        mapping->release(mapping);
    *mapping = (struct mapping){ 0 };
}

/* A copy lies behind this header in one allocation, at the next multiple of 64. */
struct copy_header {
    const libsearch_allocator *allocator;
};

enum { COPY_ALIGNMENT = 64 };

static void copy_release(struct mapping *mapping)
{
    struct copy_header *header = mapping->handle;
    memory_free(header->allocator, header);
}

libsearch_status mapping_allocate(const libsearch_allocator *allocator, size_t length, struct mapping *mapping,
                                  uint8_t **data, libsearch_error *error)
{
    size_t bytes;
    if (__builtin_add_overflow(length, sizeof(struct copy_header) + COPY_ALIGNMENT, &bytes))
        return error_no_memory(error);
    struct copy_header *header = memory_allocate(allocator, bytes);
    if (header == NULL)
        return error_no_memory(error);
    header->allocator = allocator;
    uint8_t *start = (uint8_t *)(header + 1);
    start += (COPY_ALIGNMENT - (uintptr_t)start % COPY_ALIGNMENT) % COPY_ALIGNMENT;
    *mapping = (struct mapping){ .data = start, .length = length, .handle = header, .release = copy_release };
    *data = start;
    return LIBSEARCH_OK;
}

static int64_t milliseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

libsearch_status storage_lock_poll(int64_t wait_ms, libsearch_status (*attempt)(void *context, libsearch_error *error),
                                   void *context, libsearch_error *error)
{
    enum { PAUSE_MS = 5 };
    libsearch_status status = attempt(context, error);
    if (status != LIBSEARCH_LOCKED || wait_ms <= 0)
        return status;
    const int64_t start = milliseconds_now();
    int64_t waited = 0;
    while (status == LIBSEARCH_LOCKED && waited < wait_ms) {
        const int64_t left = wait_ms - waited;
        const struct timespec pause = { 0, (long)(left < PAUSE_MS ? left : PAUSE_MS) * 1000000 };
        nanosleep(&pause, NULL); /* woken early by a signal: tried early */
        status = attempt(context, error);
        waited = milliseconds_now() - start;
    }
    return status;
}
