/* SPDX-License-Identifier: MIT */
#include "support/storage_recording.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum { MAX_NAME = 128, SECTOR = 512 };

/* A file's bytes, whatever its names. Written once; data only grows, in blocks that mappings keep. */
struct inode {
    unsigned references;
    size_t id; /* its place in the recording */
    uint8_t *data, *aligned;
    size_t length, capacity;
    bool writing;
};

struct name {
    char text[MAX_NAME];
    struct inode *inode;
};

enum change_kind {
    CHANGE_CREATE,
    CHANGE_WRITE,
    CHANGE_SYNC,
    CHANGE_SYNC_FAILED, /* what it was to bring to the disk is lost */
    CHANGE_RENAME,
    CHANGE_REMOVE,
    CHANGE_SYNC_DIRECTORY,
    CHANGE_SYNC_NAME
};

struct change {
    enum change_kind kind;
    size_t inode;
    size_t offset, length; /* of a write */
    char name[MAX_NAME], to[MAX_NAME];
};

struct file_lock {
    struct recording *recording;
    struct file_lock *next;
    char name[MAX_NAME];
};

struct recording {
    pthread_mutex_t mutex;
    struct name *names;
    size_t name_count, name_capacity;
    struct inode **inodes; /* all that ever were: the changes name them */
    size_t inode_count, inode_capacity;
    size_t whole_inodes; /* the first of them were there, durable, from the start, under these names: */
    struct name *first_names;
    size_t first_name_count;
    struct change *changes;
    size_t change_count, change_capacity;
    struct file_lock *locks;
    unsigned fail_kinds;
    uint64_t fail_at, calls;
    libsearch_status fail_status;
    bool fail_for_ever, failing;
    bool unnamed;   /* the directory's own name was not synced from the start */
    size_t dies_at; /* changes; SIZE_MAX: it lives */
    char failed_in[MAX_NAME + 32];
    char text[2 * MAX_NAME + 64];
};

struct recording_storage {
    struct storage base;
    struct recording *recording;
};

struct recording_output {
    struct output base;
    struct inode *inode;
};

static void *checked(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static void *grow(void *array, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity)
        return array;
    *capacity = wanted * 2;
    return checked(realloc(array, *capacity * size));
}

static struct recording *recording_of(const struct storage *storage)
{
    return ((const struct recording_storage *)storage)->recording;
}

static struct inode *inode_new(struct recording *recording)
{
    struct inode *inode = checked(calloc(1, sizeof *inode));
    inode->references = 1; /* the recording's */
    inode->id = recording->inode_count;
    recording->inodes =
        grow(recording->inodes, &recording->inode_capacity, recording->inode_count + 1, sizeof(struct inode *));
    recording->inodes[recording->inode_count++] = inode;
    return inode;
}

static void inode_release(struct inode *inode)
{
    if (__atomic_sub_fetch(&inode->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    free(inode->data);
    free(inode);
}

static void inode_append(struct inode *inode, const void *data, size_t length)
{
    if (inode->length + length > inode->capacity || inode->data == NULL) {
        const size_t capacity = 2 * (inode->length + length) + 64;
        uint8_t *memory = checked(malloc(capacity + 64));
        uint8_t *aligned = memory + (64 - (uintptr_t)memory % 64) % 64;
        if (inode->length > 0)
            memcpy(aligned, inode->aligned, inode->length);
        free(inode->data);
        inode->data = memory;
        inode->aligned = aligned;
        inode->capacity = capacity;
    }
    if (length > 0)
        memcpy(inode->aligned + inode->length, data, length);
    inode->length += length;
}

static size_t find_name(const struct name *names, size_t count, const char *text)
{
    size_t i = 0;
    while (i < count && strcmp(names[i].text, text) != 0)
        i++;
    return i;
}

static void set_name(struct name **names, size_t *count, size_t *capacity, const char *text, struct inode *inode)
{
    size_t i = find_name(*names, *count, text);
    if (i == *count) {
        *names = grow(*names, capacity, *count + 1, sizeof **names);
        snprintf((*names)[i].text, MAX_NAME, "%s", text);
        ++*count;
    }
    (*names)[i].inode = inode;
}

static void drop_name(struct name *names, size_t *count, const char *text)
{
    const size_t i = find_name(names, *count, text);
    if (i < *count)
        names[i] = names[--*count];
}

static struct change *add_change(struct recording *recording, enum change_kind kind, size_t inode, const char *name)
{
    recording->changes =
        grow(recording->changes, &recording->change_capacity, recording->change_count + 1, sizeof(struct change));
    struct change *change = &recording->changes[recording->change_count++];
    *change = (struct change){ .kind = kind, .inode = inode };
    snprintf(change->name, MAX_NAME, "%s", name);
    return change;
}

/* Counts the call; whether it is to fail. The mutex is held. */
static bool is_to_fail(struct recording *recording, enum recording_call kind, const char *what, const char *name)
{
    if (recording->change_count >= recording->dies_at) {
        recording->fail_status = LIBSEARCH_IO;
        snprintf(recording->failed_in, sizeof recording->failed_in, "%s %s (dead)", what, name);
        return true;
    }
    if (!(recording->fail_kinds & kind))
        return false;
    const uint64_t call = recording->calls++;
    if (!recording->failing || call < recording->fail_at || (call > recording->fail_at && !recording->fail_for_ever))
        return false;
    snprintf(recording->failed_in, sizeof recording->failed_in, "%s %s", what, name);
    return true;
}

static void sync_failed(struct recording *recording, size_t inode, const char *name)
{
    if (recording->change_count < recording->dies_at)
        add_change(recording, CHANGE_SYNC_FAILED, inode, name);
}

static libsearch_status fail(const struct recording *recording, const char *name, libsearch_error *error)
{
    return error_set(error, recording->fail_status, "recorded/%s: made to fail (%s)", name, recording->failed_in);
}

static libsearch_status missing(const char *name, libsearch_error *error)
{
    return error_set(error, LIBSEARCH_NOT_FOUND, "recorded/%s: no such file", name);
}

static void rec_close(struct storage *storage) { memory_free(storage->allocator, storage); }

static libsearch_status rec_create(struct storage *storage, const char *name, struct output **output,
                                   libsearch_error *error)
{
    struct recording *recording = recording_of(storage);
    struct recording_output *created = memory_allocate(storage->allocator, sizeof *created);
    if (created == NULL)
        return error_no_memory(error);
    pthread_mutex_lock(&recording->mutex);
    libsearch_status status = LIBSEARCH_OK;
    if (is_to_fail(recording, RECORDING_CREATE, "create", name))
        status = fail(recording, name, error);
    else if (find_name(recording->names, recording->name_count, name) < recording->name_count)
        status = error_set(error, LIBSEARCH_EXISTS, "recorded/%s: exists", name);
    else {
        struct inode *inode = inode_new(recording);
        inode->writing = true;
        set_name(&recording->names, &recording->name_count, &recording->name_capacity, name, inode);
        add_change(recording, CHANGE_CREATE, inode->id, name);
        created->inode = inode;
        *output = &created->base;
    }
    pthread_mutex_unlock(&recording->mutex);
    if (status != LIBSEARCH_OK)
        memory_free(storage->allocator, created);
    return status;
}

static libsearch_status rec_write(struct output *output, const void *data, size_t length, libsearch_error *error)
{
    struct recording *recording = recording_of(output->storage);
    struct inode *inode = ((struct recording_output *)output)->inode;
    pthread_mutex_lock(&recording->mutex);
    const bool failed = is_to_fail(recording, RECORDING_WRITE, "write", output->name);
    const libsearch_status status = failed ? fail(recording, output->name, error) : LIBSEARCH_OK;
    const size_t written = !failed ? length : recording->change_count >= recording->dies_at ? 0 : length / 2;
    if (written > 0) {
        struct change *change = add_change(recording, CHANGE_WRITE, inode->id, output->name);
        change->offset = inode->length;
        change->length = written;
        inode_append(inode, data, written);
    }
    pthread_mutex_unlock(&recording->mutex);
    return status;
}

static libsearch_status rec_sync(struct output *output, libsearch_error *error)
{
    struct recording *recording = recording_of(output->storage);
    struct inode *inode = ((struct recording_output *)output)->inode;
    pthread_mutex_lock(&recording->mutex);
    libsearch_status status = LIBSEARCH_OK;
    if (is_to_fail(recording, RECORDING_SYNC, "sync", output->name)) {
        status = fail(recording, output->name, error);
        sync_failed(recording, inode->id, output->name);
    } else
        add_change(recording, CHANGE_SYNC, inode->id, output->name);
    pthread_mutex_unlock(&recording->mutex);
    return status;
}

static libsearch_status rec_close_output(struct output *output, libsearch_error *error)
{
    struct recording *recording = recording_of(output->storage);
    pthread_mutex_lock(&recording->mutex);
    ((struct recording_output *)output)->inode->writing = false;
    const libsearch_status status = is_to_fail(recording, RECORDING_CLOSE, "close", output->name)
                                        ? fail(recording, output->name, error)
                                        : LIBSEARCH_OK;
    pthread_mutex_unlock(&recording->mutex);
    memory_free(output->storage->allocator, output);
    return status;
}

static void rec_unmap(struct mapping *mapping) { inode_release(mapping->handle); }

static libsearch_status rec_map(struct storage *storage, const char *name, bool copy, struct mapping *mapping,
                                libsearch_error *error)
{
    struct recording *recording = recording_of(storage);
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&recording->mutex);
    const size_t i = find_name(recording->names, recording->name_count, name);
    if (is_to_fail(recording, RECORDING_MAP, "map", name))
        status = fail(recording, name, error);
    else if (i == recording->name_count)
        status = missing(name, error);
    else {
        struct inode *inode = recording->names[i].inode;
        if (copy || inode->writing || inode->length == 0) {
            uint8_t *data;
            status = mapping_allocate(storage->allocator, inode->length, mapping, &data, error);
            if (status == LIBSEARCH_OK && inode->length > 0)
                memcpy(data, inode->aligned, inode->length);
        } else {
            __atomic_add_fetch(&inode->references, 1, __ATOMIC_RELAXED);
            *mapping = (struct mapping){ inode->aligned, inode->length, inode, rec_unmap };
        }
    }
    pthread_mutex_unlock(&recording->mutex);
    return status;
}

static libsearch_status rec_sync_file(struct storage *storage, const char *name, libsearch_error *error)
{
    struct recording *recording = recording_of(storage);
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&recording->mutex);
    const size_t i = find_name(recording->names, recording->name_count, name);
    if (is_to_fail(recording, RECORDING_SYNC, "sync", name)) {
        status = fail(recording, name, error);
        if (i < recording->name_count)
            sync_failed(recording, recording->names[i].inode->id, name);
    } else if (i == recording->name_count)
        status = missing(name, error);
    else
        add_change(recording, CHANGE_SYNC, recording->names[i].inode->id, name);
    pthread_mutex_unlock(&recording->mutex);
    return status;
}

static libsearch_status rec_rename(struct storage *storage, const char *from, const char *to, libsearch_error *error)
{
    struct recording *recording = recording_of(storage);
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&recording->mutex);
    const size_t i = find_name(recording->names, recording->name_count, from);
    if (is_to_fail(recording, RECORDING_RENAME, "rename", from))
        status = fail(recording, from, error);
    else if (i == recording->name_count)
        status = missing(from, error);
    else {
        struct inode *inode = recording->names[i].inode;
        drop_name(recording->names, &recording->name_count, from);
        set_name(&recording->names, &recording->name_count, &recording->name_capacity, to, inode);
        struct change *change = add_change(recording, CHANGE_RENAME, inode->id, from);
        snprintf(change->to, MAX_NAME, "%s", to);
    }
    pthread_mutex_unlock(&recording->mutex);
    return status;
}

static libsearch_status rec_remove(struct storage *storage, const char *name, libsearch_error *error)
{
    struct recording *recording = recording_of(storage);
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&recording->mutex);
    const size_t i = find_name(recording->names, recording->name_count, name);
    if (is_to_fail(recording, RECORDING_REMOVE, "remove", name))
        status = fail(recording, name, error);
    else if (i == recording->name_count)
        status = missing(name, error);
    else {
        add_change(recording, CHANGE_REMOVE, recording->names[i].inode->id, name);
        drop_name(recording->names, &recording->name_count, name);
    }
    pthread_mutex_unlock(&recording->mutex);
    return status;
}

static libsearch_status rec_exists(struct storage *storage, const char *name, bool *exists, libsearch_error *error)
{
    struct recording *recording = recording_of(storage);
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&recording->mutex);
    if (is_to_fail(recording, RECORDING_EXISTS, "look for", name))
        status = fail(recording, name, error);
    else
        *exists = find_name(recording->names, recording->name_count, name) < recording->name_count;
    pthread_mutex_unlock(&recording->mutex);
    return status;
}

static libsearch_status rec_list(struct storage *storage,
                                 libsearch_status (*each)(void *context, const char *name, uint64_t size,
                                                          libsearch_error *error),
                                 void *context, libsearch_error *error)
{
    struct recording *recording = recording_of(storage);
    pthread_mutex_lock(&recording->mutex);
    libsearch_status status = LIBSEARCH_OK;
    if (is_to_fail(recording, RECORDING_LIST, "list", ""))
        status = fail(recording, "", error);
    const size_t count = status == LIBSEARCH_OK ? recording->name_count : 0;
    struct name *copy = checked(malloc((count + 1) * sizeof *copy));
    uint64_t *sizes = checked(malloc((count + 1) * sizeof *sizes));
    for (size_t i = 0; i < count; i++) {
        copy[i] = recording->names[i];
        sizes[i] = recording->names[i].inode->length;
    }
    pthread_mutex_unlock(&recording->mutex);
    for (size_t i = 0; i < count && status == LIBSEARCH_OK; i++)
        status = each(context, copy[i].text, sizes[i], error);
    free(copy);
    free(sizes);
    return status;
}

static libsearch_status rec_sync_directory(struct storage *storage, libsearch_error *error)
{
    struct recording *recording = recording_of(storage);
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&recording->mutex);
    if (is_to_fail(recording, RECORDING_SYNC_DIRECTORY, "sync directory", ""))
        status = fail(recording, "", error);
    else
        add_change(recording, CHANGE_SYNC_DIRECTORY, 0, "");
    pthread_mutex_unlock(&recording->mutex);
    return status;
}

static libsearch_status rec_sync_name(struct storage *storage, libsearch_error *error)
{
    struct recording *recording = recording_of(storage);
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&recording->mutex);
    if (is_to_fail(recording, RECORDING_SYNC_NAME, "sync the directory's name", ""))
        status = fail(recording, "", error);
    else
        add_change(recording, CHANGE_SYNC_NAME, 0, "");
    pthread_mutex_unlock(&recording->mutex);
    return status;
}

static libsearch_status try_lock(void *context, libsearch_error *error)
{
    struct file_lock *wanted = context;
    struct recording *recording = wanted->recording;
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&recording->mutex);
    if (is_to_fail(recording, RECORDING_LOCK, "lock", wanted->name))
        status = fail(recording, wanted->name, error);
    for (struct file_lock *held = recording->locks; held != NULL && status == LIBSEARCH_OK; held = held->next)
        if (strcmp(held->name, wanted->name) == 0)
            status = error_set(error, LIBSEARCH_LOCKED, "recorded/%s: somebody has it", wanted->name);
    if (status == LIBSEARCH_OK) {
        wanted->next = recording->locks;
        recording->locks = wanted;
        if (find_name(recording->names, recording->name_count, wanted->name) == recording->name_count) {
            struct inode *inode = inode_new(recording);
            set_name(&recording->names, &recording->name_count, &recording->name_capacity, wanted->name, inode);
            add_change(recording, CHANGE_CREATE, inode->id, wanted->name);
        }
    }
    pthread_mutex_unlock(&recording->mutex);
    return status;
}

static libsearch_status rec_lock(struct storage *storage, const char *name, int64_t wait_ms, struct file_lock **lock,
                                 libsearch_error *error)
{
    struct file_lock *taken = checked(calloc(1, sizeof *taken));
    taken->recording = recording_of(storage);
    snprintf(taken->name, MAX_NAME, "%s", name);
    const libsearch_status status = storage_lock_poll(wait_ms, try_lock, taken, error);
    if (status == LIBSEARCH_OK)
        *lock = taken;
    else
        free(taken);
    return status;
}

static void rec_unlock(struct file_lock *lock)
{
    pthread_mutex_lock(&lock->recording->mutex);
    struct file_lock **link = &lock->recording->locks;
    while (*link != lock)
        link = &(*link)->next;
    *link = lock->next;
    pthread_mutex_unlock(&lock->recording->mutex);
    free(lock);
}

static const struct storage_operations recording_operations = {
    .close = rec_close,
    .create = rec_create,
    .write = rec_write,
    .sync = rec_sync,
    .close_output = rec_close_output,
    .map = rec_map,
    .sync_file = rec_sync_file,
    .rename = rec_rename,
    .remove = rec_remove,
    .exists = rec_exists,
    .list = rec_list,
    .sync_directory = rec_sync_directory,
    .sync_name = rec_sync_name,
    .lock = rec_lock,
    .unlock = rec_unlock,
};

struct recording *recording_new(void)
{
    struct recording *recording = checked(calloc(1, sizeof *recording));
    pthread_mutex_init(&recording->mutex, NULL);
    recording->fail_kinds = RECORDING_ALL;
    recording->dies_at = SIZE_MAX;
    return recording;
}

struct recording *recording_new_unnamed(void)
{
    struct recording *recording = recording_new();
    recording->unnamed = true;
    return recording;
}

void recording_free(struct recording *recording)
{
    for (size_t i = 0; i < recording->inode_count; i++)
        inode_release(recording->inodes[i]);
    free(recording->inodes);
    free(recording->names);
    free(recording->first_names);
    free(recording->changes);
    pthread_mutex_destroy(&recording->mutex);
    free(recording);
}

struct storage *recording_open(struct recording *recording, const libsearch_allocator *allocator)
{
    struct recording_storage *storage = checked(memory_allocate(allocator, sizeof *storage));
    storage->base = (struct storage){ &recording_operations, allocator, "recorded" };
    storage->recording = recording;
    return &storage->base;
}

void recording_fail(struct recording *recording, unsigned kinds, uint64_t nth, libsearch_status status, bool for_ever)
{
    pthread_mutex_lock(&recording->mutex);
    recording->fail_kinds = kinds;
    recording->fail_at = nth;
    recording->fail_status = status;
    recording->fail_for_ever = for_ever;
    recording->failing = true;
    recording->calls = 0;
    recording->failed_in[0] = 0;
    pthread_mutex_unlock(&recording->mutex);
}

void recording_kill(struct recording *recording, size_t changes)
{
    pthread_mutex_lock(&recording->mutex);
    recording->dies_at = changes;
    pthread_mutex_unlock(&recording->mutex);
}

void recording_mend(struct recording *recording)
{
    pthread_mutex_lock(&recording->mutex);
    recording->dies_at = SIZE_MAX;
    recording->failing = false;
    recording->calls = 0;
    recording->failed_in[0] = 0;
    pthread_mutex_unlock(&recording->mutex);
}

uint64_t recording_calls(const struct recording *recording) { return recording->calls; }
const char *recording_failed_in(const struct recording *recording) { return recording->failed_in; }
size_t recording_changes(const struct recording *recording) { return recording->change_count; }

const char *recording_change_text(const struct recording *recording, size_t i)
{
    static const char *const kinds[] = { "create", "write",  "sync",           "failed sync",
                                         "rename", "remove", "sync directory", "sync the directory's name" };
    const struct change *change = &recording->changes[i];
    char *text = ((struct recording *)recording)->text;
    snprintf(text, sizeof recording->text, "%zu: %s %s %s", i, kinds[change->kind], change->name, change->to);
    return text;
}

static uint64_t random_next(uint64_t *state) /* splitmix64, public domain */
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Random cuts come in styles, so that the rare ones (all is there but one block of one file) are tried as often as the
 * wild ones. */
enum cut_style {
    STYLE_WILD,      /* each name and each file for itself */
    STYLE_ALL_NAMES, /* all names arrived, each file for itself */
    STYLE_ONE_FILE,  /* all names arrived, and all bytes but those of one file */
    STYLE_ALL_BYTES, /* all bytes arrived, each name for itself */
    STYLES
};

/* Bytes of a file after the cut: `synced` are sure, `length` were written. */
static void cut_bytes(const struct inode *from, size_t synced, size_t length, enum recording_cut kind, uint64_t *random,
                      struct inode *to)
{
    inode_append(to, from->aligned, synced);
    if (kind == CUT_DROPS || synced == length)
        return;
    if (kind == CUT_KEEPS) {
        inode_append(to, from->aligned + synced, length - synced);
        return;
    }
    switch (random_next(random) % 7) {
    case 0: return; /* dropped */
    case 1: inode_append(to, from->aligned + synced, length - synced); return;
    case 2: { /* torn: whole sectors up to some place */
        const size_t end = synced + random_next(random) % (length - synced + 1);
        const size_t torn = end / SECTOR * SECTOR;
        if (torn > synced)
            inode_append(to, from->aligned + synced, torn - synced);
        return;
    }
    case 3: { /* the length arrived, the bytes did not */
        for (size_t i = synced; i < length; i++)
            inode_append(to, "", 1);
        return;
    }
    case 4: /* the length arrived, and what had been on the disk */
        for (size_t i = synced; i < length; i++) {
            const uint8_t garbage = (uint8_t)random_next(random);
            inode_append(to, &garbage, 1);
        }
        return;
    case 5: /* kept, and longer than ever */
        inode_append(to, from->aligned + synced, length - synced);
        for (uint64_t i = random_next(random) % (2 * SECTOR); i > 0; i--)
            inode_append(to, "", 1);
        return;
    default: /* sectors in any order: each arrived or is zero */
        for (size_t at = synced; at < length;) {
            const size_t next = at / SECTOR * SECTOR + SECTOR < length ? at / SECTOR * SECTOR + SECTOR : length;
            const bool arrived = random_next(random) & 1;
            for (; at < next; at++)
                inode_append(to, arrived ? (const void *)(from->aligned + at) : "", 1);
        }
    }
}

struct recording *recording_cut_after(const struct recording *recording, size_t changes, enum recording_cut kind,
                                      uint64_t seed)
{
    struct recording *after = recording_new();
    uint64_t random = seed;
    size_t *synced = checked(calloc(recording->inode_count + 1, sizeof *synced));
    size_t *length = checked(calloc(recording->inode_count + 1, sizeof *length));
    const enum cut_style style = kind == CUT_RANDOM ? (enum cut_style)(random_next(&random) % STYLES) : STYLE_WILD;
    const bool all_names = style == STYLE_ALL_NAMES || style == STYLE_ONE_FILE;
    size_t names = recording->first_name_count, name_capacity = names, sure_changes = 0;
    struct name *sure = checked(malloc((names + 1) * sizeof *sure));
    if (names > 0)
        memcpy(sure, recording->first_names, names * sizeof *sure);
    for (size_t i = 0; i < recording->whole_inodes; i++)
        synced[i] = length[i] = recording->inodes[i]->length;
    bool named = !recording->unnamed;
    bool *lost = checked(calloc(recording->inode_count + 1, sizeof *lost)); /* by a sync that failed */
    for (size_t i = 0; i < changes; i++) {
        if (recording->changes[i].kind == CHANGE_SYNC_DIRECTORY)
            sure_changes = i + 1;
        named |= recording->changes[i].kind == CHANGE_SYNC_NAME;
    }
    for (size_t i = 0; i < changes; i++) {
        const struct change *change = &recording->changes[i];
        if (change->kind == CHANGE_WRITE)
            length[change->inode] = change->offset + change->length;
        if (change->kind == CHANGE_SYNC_FAILED)
            lost[change->inode] |= synced[change->inode] < length[change->inode];
        if (change->kind == CHANGE_SYNC && !lost[change->inode])
            synced[change->inode] = length[change->inode];
        if (i >= sure_changes &&
            (kind == CUT_DROPS || (kind == CUT_RANDOM && !all_names && random_next(&random) % 2 == 0)))
            continue; /* a change of names that did not arrive */
        struct inode *inode = recording->inode_count > change->inode ? recording->inodes[change->inode] : NULL;
        if (change->kind == CHANGE_REMOVE || change->kind == CHANGE_RENAME)
            drop_name(sure, &names, change->name);
        if (change->kind == CHANGE_CREATE)
            set_name(&sure, &names, &name_capacity, change->name, inode);
        if (change->kind == CHANGE_RENAME)
            set_name(&sure, &names, &name_capacity, change->to, inode);
    }
    after->unnamed = !named && (kind == CUT_DROPS || (kind == CUT_RANDOM && random_next(&random) % 4 == 0));
    if (after->unnamed)
        names = 0; /* and nothing in it is found again */
    /* A file may have two names now (a rename of which only half arrived would be none of POSIX's; but an old name whose
     * removal was lost can be): each gets bytes of its own. */
    size_t unsynced = 0;
    for (size_t i = 0; i < names; i++)
        unsynced += synced[sure[i].inode->id] < length[sure[i].inode->id];
    size_t damaged = unsynced > 0 ? random_next(&random) % unsynced : 0;
    for (size_t i = 0; i < names; i++) {
        const struct inode *from = sure[i].inode;
        struct inode *to = inode_new(after);
        const bool whole = synced[from->id] == length[from->id];
        const bool kept = style == STYLE_ALL_BYTES || (style == STYLE_ONE_FILE && !whole && damaged-- != 0);
        cut_bytes(from, synced[from->id], length[from->id], kept ? CUT_KEEPS : kind, &random, to);
        set_name(&after->names, &after->name_count, &after->name_capacity, sure[i].text, to);
    }
    after->whole_inodes = after->inode_count;
    after->first_name_count = after->name_count;
    after->first_names = checked(malloc((after->name_count + 1) * sizeof *after->first_names));
    if (after->name_count > 0)
        memcpy(after->first_names, after->names, after->name_count * sizeof *after->names);
    free(sure);
    free(lost);
    free(synced);
    free(length);
    return after;
}

size_t recording_note_create(struct recording *recording, const char *name)
{
    struct inode *inode = inode_new(recording);
    set_name(&recording->names, &recording->name_count, &recording->name_capacity, name, inode);
    add_change(recording, CHANGE_CREATE, inode->id, name);
    return inode->id;
}

void recording_note_write(struct recording *recording, size_t file, const void *data, size_t length)
{
    struct inode *inode = recording->inodes[file];
    struct change *change = add_change(recording, CHANGE_WRITE, file, "");
    change->offset = inode->length;
    change->length = length;
    inode_append(inode, data, length);
}

void recording_note_sync(struct recording *recording, size_t file) { add_change(recording, CHANGE_SYNC, file, ""); }

void recording_note_rename(struct recording *recording, const char *from, const char *to)
{
    struct inode *inode = recording->names[find_name(recording->names, recording->name_count, from)].inode;
    drop_name(recording->names, &recording->name_count, from);
    set_name(&recording->names, &recording->name_count, &recording->name_capacity, to, inode);
    struct change *change = add_change(recording, CHANGE_RENAME, inode->id, from);
    snprintf(change->to, MAX_NAME, "%s", to);
}

void recording_note_remove(struct recording *recording, const char *name)
{
    add_change(recording, CHANGE_REMOVE, recording_file(recording, name), name);
    drop_name(recording->names, &recording->name_count, name);
}

void recording_note_sync_directory(struct recording *recording) { add_change(recording, CHANGE_SYNC_DIRECTORY, 0, ""); }

void recording_note_sync_name(struct recording *recording) { add_change(recording, CHANGE_SYNC_NAME, 0, ""); }

size_t recording_file(const struct recording *recording, const char *name)
{
    const size_t i = find_name(recording->names, recording->name_count, name);
    return i == recording->name_count ? SIZE_MAX : recording->names[i].inode->id;
}

uint64_t recording_fingerprint(const struct recording *recording)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < recording->name_count; i++) {
        const struct name *name = &recording->names[i];
        const uint64_t of_name = hash_bytes(name->text, strlen(name->text));
        const uint64_t of_bytes = hash_bytes(name->inode->aligned, name->inode->length);
        const uint64_t both[2] = { of_name, of_bytes };
        sum += hash_bytes(both, sizeof both);
    }
    return sum;
}

uint8_t *recording_bytes(struct recording *recording, const char *name, size_t *length)
{
    const size_t i = find_name(recording->names, recording->name_count, name);
    if (i == recording->name_count)
        return NULL;
    if (length != NULL)
        *length = recording->names[i].inode->length;
    return recording->names[i].inode->aligned;
}

void recording_truncate(struct recording *recording, const char *name, size_t length)
{
    const size_t i = find_name(recording->names, recording->name_count, name);
    if (i < recording->name_count && recording->names[i].inode->length > length)
        recording->names[i].inode->length = length;
}

bool recording_has(struct recording *recording, const char *name)
{
    return find_name(recording->names, recording->name_count, name) < recording->name_count;
}

const char *recording_name(struct recording *recording, size_t i)
{
    return i < recording->name_count ? recording->names[i].text : NULL;
}
