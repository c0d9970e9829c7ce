/* SPDX-License-Identifier: MIT */
/* A directory in memory, for tests and for indexes that need no disk. Nothing outlives the process, so syncing
 * is a no-op. A file lives as long as its name, its output or one of its mappings. */
#include <pthread.h>
#include <string.h>

#include "io/storage.h"

struct memory_file {
    const libsearch_allocator *allocator;
    unsigned references; /* atomic */
    bool writing;        /* its output is open: data may move */
    struct mapping bytes;
    uint8_t *data;
    size_t length, capacity;
};

struct memory_entry {
    char *name;
    struct memory_file *file;
};

struct file_lock {
    struct memory_storage *storage;
    struct file_lock *next;
    char *name;
};

struct memory_storage {
    struct storage base;
    pthread_mutex_t mutex; /* guards all below, and the content of files that are being written */
    struct memory_entry *entries;
    size_t count, capacity;
    struct file_lock *locks; /* that are held */
};

struct memory_output {
    struct output base;
    struct memory_file *file;
};

static struct memory_storage *memory_of(struct storage *storage) { return (struct memory_storage *)storage; }

static void memory_file_release(struct memory_file *file)
{
    if (__atomic_sub_fetch(&file->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    mapping_release(&file->bytes);
    memory_free(file->allocator, file);
}

/* The place of a name, or count. The mutex is held. */
static size_t entry_of(const struct memory_storage *memory, const char *name)
{
    size_t i = 0;
    while (i < memory->count && strcmp(memory->entries[i].name, name) != 0)
        i++;
    return i;
}

static libsearch_status memory_missing(const struct storage *storage, const char *name, libsearch_error *error)
{
    return error_set(error, LIBSEARCH_NOT_FOUND, "%s/%s: no such file", storage->path, name);
}

static void memory_drop_entry(struct memory_storage *memory, size_t i)
{
    memory_free(memory->base.allocator, memory->entries[i].name);
    memory_file_release(memory->entries[i].file);
    memory->entries[i] = memory->entries[--memory->count];
}

static void memory_close(struct storage *storage)
{
    struct memory_storage *memory = memory_of(storage);
    while (memory->count > 0)
        memory_drop_entry(memory, 0);
    memory_free(storage->allocator, memory->entries);
    pthread_mutex_destroy(&memory->mutex);
    memory_free(storage->allocator, memory);
}

static libsearch_status memory_create(struct storage *storage, const char *name, struct output **output,
                                      libsearch_error *error)
{
    struct memory_storage *memory = memory_of(storage);
    const libsearch_allocator *allocator = storage->allocator;
    struct memory_output *created = memory_allocate(allocator, sizeof *created);
    struct memory_file *file = memory_allocate_array(allocator, 1, sizeof *file);
    char *copy = memory_duplicate(allocator, name, strlen(name));
    libsearch_status status = LIBSEARCH_OK;

    pthread_mutex_lock(&memory->mutex);
    if (created == NULL || file == NULL || copy == NULL ||
        !memory_grow(allocator, &memory->entries, &memory->capacity, memory->count + 1, sizeof *memory->entries))
        status = error_no_memory(error);
    else if (entry_of(memory, name) < memory->count)
        status = error_set(error, LIBSEARCH_EXISTS, "%s/%s: there is such a file already", storage->path, name);
    else {
        file->allocator = allocator;
        file->references = 2; /* the name's and the output's */
        file->writing = true;
        memory->entries[memory->count++] = (struct memory_entry){ copy, file };
        created->file = file;
        *output = &created->base;
    }
    pthread_mutex_unlock(&memory->mutex);
    if (status != LIBSEARCH_OK) {
        memory_free(allocator, created);
        memory_free(allocator, file);
        memory_free(allocator, copy);
    }
    return status;
}

static libsearch_status memory_write(struct output *output, const void *data, size_t length, libsearch_error *error)
{
    struct memory_storage *memory = memory_of(output->storage);
    struct memory_file *file = ((struct memory_output *)output)->file;
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&memory->mutex);
    size_t wanted;
    if (__builtin_add_overflow(file->length, length, &wanted)) /* coverage:unreachable: both are in memory */
        status = error_no_memory(error);                       /* coverage:unreachable */
    else if (wanted > file->capacity) {
        const size_t doubled = file->capacity > SIZE_MAX / 2 ? SIZE_MAX : 2 * file->capacity;
        const size_t capacity = doubled > wanted ? doubled : wanted;
        struct mapping larger;
        uint8_t *room;
        status = mapping_allocate(file->allocator, capacity, &larger, &room, error);
        if (status == LIBSEARCH_OK) {
            if (file->length > 0)
                memcpy(room, file->data, file->length);
            mapping_release(&file->bytes);
            file->bytes = larger;
            file->data = room;
            file->capacity = capacity;
        }
    }
    if (status == LIBSEARCH_OK && length > 0) {
        memcpy(file->data + file->length, data, length);
        file->length += length;
    }
    pthread_mutex_unlock(&memory->mutex);
    return status;
}

static libsearch_status memory_sync(struct output *output, libsearch_error *error)
{
    (void)output;
    (void)error;
    return LIBSEARCH_OK;
}

static libsearch_status memory_close_output(struct output *output, libsearch_error *error)
{
    (void)error;
    struct memory_storage *memory = memory_of(output->storage);
    struct memory_file *file = ((struct memory_output *)output)->file;
    pthread_mutex_lock(&memory->mutex);
    file->writing = false;
    pthread_mutex_unlock(&memory->mutex);
    memory_file_release(file);
    memory_free(memory->base.allocator, output);
    return LIBSEARCH_OK;
}

static void memory_unmap(struct mapping *mapping) { memory_file_release(mapping->handle); }

static libsearch_status memory_map(struct storage *storage, const char *name, bool copy, struct mapping *mapping,
                                   libsearch_error *error)
{
    struct memory_storage *memory = memory_of(storage);
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&memory->mutex);
    const size_t i = entry_of(memory, name);
    struct memory_file *file = i < memory->count ? memory->entries[i].file : NULL;
    if (file == NULL)
        status = memory_missing(storage, name, error);
    else if (copy || file->writing || file->length == 0) {
        uint8_t *data;
        status = mapping_allocate(storage->allocator, file->length, mapping, &data, error);
        if (status == LIBSEARCH_OK && file->length > 0)
            memcpy(data, file->data, file->length);
    } else {
        __atomic_add_fetch(&file->references, 1, __ATOMIC_RELAXED);
        *mapping =
            (struct mapping){ .data = file->data, .length = file->length, .handle = file, .release = memory_unmap };
    }
    pthread_mutex_unlock(&memory->mutex);
    return status;
}

static libsearch_status memory_exists(struct storage *storage, const char *name, bool *exists, libsearch_error *error)
{
    (void)error;
    struct memory_storage *memory = memory_of(storage);
    pthread_mutex_lock(&memory->mutex);
    *exists = entry_of(memory, name) < memory->count;
    pthread_mutex_unlock(&memory->mutex);
    return LIBSEARCH_OK;
}

static libsearch_status memory_sync_file(struct storage *storage, const char *name, libsearch_error *error)
{
    bool exists;
    TRY(memory_exists(storage, name, &exists, error));
    return exists ? LIBSEARCH_OK : memory_missing(storage, name, error);
}

static libsearch_status memory_rename(struct storage *storage, const char *from, const char *to, libsearch_error *error)
{
    struct memory_storage *memory = memory_of(storage);
    libsearch_status status = LIBSEARCH_OK;
    char *copy = memory_duplicate(storage->allocator, to, strlen(to));
    if (copy == NULL)
        return error_no_memory(error);
    pthread_mutex_lock(&memory->mutex);
    const size_t source = entry_of(memory, from), target = entry_of(memory, to);
    if (source == memory->count) {
        status = memory_missing(storage, from, error);
        memory_free(storage->allocator, copy);
    } else {
        memory_free(storage->allocator, memory->entries[source].name);
        memory->entries[source].name = copy;
        if (target < memory->count && target != source)
            memory_drop_entry(memory, target);
    }
    pthread_mutex_unlock(&memory->mutex);
    return status;
}

static libsearch_status memory_remove(struct storage *storage, const char *name, libsearch_error *error)
{
    struct memory_storage *memory = memory_of(storage);
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&memory->mutex);
    const size_t i = entry_of(memory, name);
    if (i < memory->count)
        memory_drop_entry(memory, i);
    else
        status = memory_missing(storage, name, error);
    pthread_mutex_unlock(&memory->mutex);
    return status;
}

static libsearch_status memory_list(struct storage *storage,
                                    libsearch_status (*each)(void *context, const char *name, uint64_t size,
                                                             libsearch_error *error),
                                    void *context, libsearch_error *error)
{
    /* The names are copied, so that each may call the storage. */
    struct memory_storage *memory = memory_of(storage);
    struct buffer_entry {
        char *name;
        uint64_t size;
    } *listed = NULL;
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&memory->mutex);
    const size_t count = memory->count;
    listed = memory_allocate_array(storage->allocator, count, sizeof *listed);
    if (listed == NULL)
        status = error_no_memory(error);
    for (size_t i = 0; status == LIBSEARCH_OK && i < count; i++) {
        const struct memory_entry *entry = &memory->entries[i];
        listed[i].name = memory_duplicate(storage->allocator, entry->name, strlen(entry->name));
        listed[i].size = entry->file->length;
        if (listed[i].name == NULL)
            status = error_no_memory(error);
    }
    pthread_mutex_unlock(&memory->mutex);
    for (size_t i = 0; status == LIBSEARCH_OK && i < count; i++)
        status = each(context, listed[i].name, listed[i].size, error);
    for (size_t i = 0; listed != NULL && i < count; i++)
        memory_free(storage->allocator, listed[i].name);
    memory_free(storage->allocator, listed);
    return status;
}

static libsearch_status memory_sync_directory(struct storage *storage, libsearch_error *error)
{
    (void)storage;
    (void)error;
    return LIBSEARCH_OK;
}

static libsearch_status memory_sync_name(struct storage *storage, libsearch_error *error)
{
    (void)storage;
    (void)error;
    return LIBSEARCH_OK;
}

static libsearch_status memory_try_lock(void *context, libsearch_error *error)
{
    struct file_lock *wanted = context;
    struct memory_storage *memory = wanted->storage;
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&memory->mutex);
    for (const struct file_lock *held = memory->locks; held != NULL && status == LIBSEARCH_OK; held = held->next)
        if (strcmp(held->name, wanted->name) == 0)
            status = error_set(error, LIBSEARCH_LOCKED, "%s: in use by another writer (%s)", memory->base.path,
                               wanted->name);
    if (status == LIBSEARCH_OK) {
        wanted->next = memory->locks;
        memory->locks = wanted;
    }
    pthread_mutex_unlock(&memory->mutex);
    return status;
}

static libsearch_status memory_lock(struct storage *storage, const char *name, int64_t wait_ms, struct file_lock **lock,
                                    libsearch_error *error)
{
    struct file_lock *taken = memory_allocate_array(storage->allocator, 1, sizeof *taken);
    char *copy = memory_duplicate(storage->allocator, name, strlen(name));
    libsearch_status status = taken == NULL || copy == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK) {
        taken->storage = memory_of(storage);
        taken->name = copy;
        status = storage_lock_poll(wait_ms, memory_try_lock, taken, error);
    }
    if (status != LIBSEARCH_OK) {
        memory_free(storage->allocator, taken);
        memory_free(storage->allocator, copy);
        return status;
    }
    *lock = taken;
    return LIBSEARCH_OK;
}

static void memory_unlock(struct file_lock *lock)
{
    struct memory_storage *memory = lock->storage;
    pthread_mutex_lock(&memory->mutex);
    struct file_lock **link = &memory->locks;
    while (*link != lock)
        link = &(*link)->next;
    *link = lock->next;
    pthread_mutex_unlock(&memory->mutex);
    memory_free(memory->base.allocator, lock->name);
    memory_free(memory->base.allocator, lock);
}

static const struct storage_operations memory_operations = {
    .close = memory_close,
    .create = memory_create,
    .write = memory_write,
    .sync = memory_sync,
    .close_output = memory_close_output,
    .map = memory_map,
    .sync_file = memory_sync_file,
    .rename = memory_rename,
    .remove = memory_remove,
    .exists = memory_exists,
    .list = memory_list,
    .sync_directory = memory_sync_directory,
    .sync_name = memory_sync_name,
    .lock = memory_lock,
    .unlock = memory_unlock,
};

libsearch_status storage_open_memory(const libsearch_allocator *allocator, struct storage **storage,
                                     libsearch_error *error)
{
    struct memory_storage *memory = memory_allocate_array(allocator, 1, sizeof *memory);
    if (memory == NULL)
        return error_no_memory(error);
    memory->base = (struct storage){ &memory_operations, allocator, "memory" };
    /* POSIX lets this fail; where the tests run it does not. */
    if (pthread_mutex_init(&memory->mutex, NULL) != 0) { /* coverage:unreachable */
        memory_free(allocator, memory);                  /* coverage:unreachable */
        return error_no_memory(error);                   /* coverage:unreachable */
    }
    *storage = &memory->base;
    return LIBSEARCH_OK;
}
