/* SPDX-License-Identifier: MIT */
#include "index/index.h"

#include "index/directory.h"
#include "index/names.h"
#include "index/snapshot_parts.h"
#include "index/store.h"
#include "io/durability.h"

enum { CREATE_WAIT_MS = 10000 };

void index_store_publish(struct index_store *store, struct snapshot *snapshot)
{
    pthread_mutex_lock(&store->mutex);
    struct snapshot *old = store->current;
    if (snapshot->generation == 0) /* one that was shown before keeps its number */
        snapshot->generation = ++store->generation;
    store->current = snapshot;
    pthread_mutex_unlock(&store->mutex);
    snapshot_release(old);
}

/* What a directory without a commit is. */
static libsearch_status nothing_there(const struct storage *storage, const struct directory_survey *survey,
                                      libsearch_error *error)
{
    if (survey->foreign)
        return error_set(error, LIBSEARCH_NOT_AN_INDEX, "%s: holds other files, and no index", storage->path);
    return error_set(error, LIBSEARCH_NOT_FOUND, "%s: there is no index", storage->path);
}

/* Writes commit 1, with no documents. The lock is held. */
static libsearch_status write_first_commit(struct storage *storage, const struct index_options *options,
                                           libsearch_error *error)
{
    const libsearch_allocator *allocator = storage->allocator;
    struct schema *schema;
    TRY(schema_new_of(allocator, options == NULL ? NULL : options->analyzers,
                      options == NULL ? NULL : options->analyzer, &schema, error));
    libsearch_status status = LIBSEARCH_OK;
    for (size_t i = 0; options != NULL && i < options->field_count && status == LIBSEARCH_OK; i++)
        status = schema_add(schema, &options->fields[i], NULL, error);
    struct manifest *manifest = NULL;
    if (status == LIBSEARCH_OK)
        status = manifest_new(allocator, schema, (libsearch_bytes){ NULL, 0 }, 0, &manifest, error);
    schema_release(schema);
    TRY(status);
    manifest->commit = 1;
    manifest->next_number = 1;
    char name[NAME_SIZE];
    name_commit(name, 1, false);
    status = manifest_write(storage, manifest, HOLDS(RULE_SYNC_FIRST_MANIFEST), error);
    /* The index's own name first: whoever finds the first commit asks for it no more. */
    if (status == LIBSEARCH_OK && HOLDS(RULE_SYNC_NAME_OF_INDEX) && HOLDS(RULE_INDEX_NAMED_BEFORE_COMMIT))
        status = storage_sync_name(storage, error);
    if (status == LIBSEARCH_OK && HOLDS(RULE_MANIFEST_ASIDE))
        status = storage_rename(storage, NAME_TEMPORARY, name, error);
    if (status == LIBSEARCH_OK && HOLDS(RULE_SYNC_NAME_OF_FIRST_COMMIT))
        status = storage_sync_directory(storage, error);
    if (status == LIBSEARCH_OK && !HOLDS(RULE_INDEX_NAMED_BEFORE_COMMIT))
        status = storage_sync_name(storage, error);
    manifest_release(manifest);
    if (status == LIBSEARCH_FINISHED) { /* a sync failed, but there is no writer yet to be finished */
        status = LIBSEARCH_IO;
        if (error != NULL)
            error->status = status;
    }
    return status;
}

static libsearch_status create_index(struct storage *storage, const struct index_options *options,
                                     libsearch_error *error)
{
    struct file_lock *lock;
    TRY(storage_lock(storage, NAME_LOCK, CREATE_WAIT_MS, &lock, error));
    struct directory_survey survey;
    libsearch_status status = directory_look(storage, &survey, error);
    if (status == LIBSEARCH_OK && survey.newest == 0) /* nobody else was quicker */
        status = survey.foreign ? nothing_there(storage, &survey, error) : write_first_commit(storage, options, error);
    storage_unlock(storage, lock);
    return status;
}

static libsearch_status load_previous(struct index_store *store, struct snapshot **snapshot, libsearch_error *error)
{
    struct directory_survey survey = { 0 };
    struct manifest *manifest = NULL;
    TRY(directory_look(store->storage, &survey, error));
    if (survey.newest == 0)
        return nothing_there(store->storage, &survey, error);
    const bool loose =
        manifest_read(store->storage, store->analyzers, survey.newest, true, &manifest, NULL) == LIBSEARCH_OK;
    if (loose)
        manifest_release(manifest);
    const uint64_t wanted = loose ? survey.newest : survey.before;
    if (wanted == 0)
        return error_set(error, LIBSEARCH_NOT_FOUND, "%s: there is no commit before the newest", store->storage->path);
    TRY(manifest_read(store->storage, store->analyzers, wanted, false, &manifest, error));
    const libsearch_status status = snapshot_load(store->storage, manifest, NULL, store->flags & LIBSEARCH_NO_MAP,
                                                  store->flags & LIBSEARCH_VERIFY, snapshot, error);
    manifest_release(manifest);
    return status;
}

static libsearch_status store_new(const libsearch_allocator *allocator, struct storage *storage, unsigned flags,
                                  const struct index_options *options, struct index_store **store,
                                  libsearch_error *error)
{
    struct index_store *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->storage = storage;
    made->flags = flags;
    made->pinned = flags & LIBSEARCH_PREVIOUS;
    made->next_number = 1;
    if (options != NULL) {
        made->analyzers = options->analyzers;
        made->watch = options->watch;
    }
    /* POSIX lets this fail; where the tests run it does not. */
    if (pthread_mutex_init(&made->loading, NULL) != 0) { /* coverage:unreachable */
        memory_free(allocator, made);                    /* coverage:unreachable */
        return error_no_memory(error);                   /* coverage:unreachable */
    }
    if (pthread_mutex_init(&made->mutex, NULL) != 0) { /* coverage:unreachable */
        pthread_mutex_destroy(&made->loading);         /* coverage:unreachable */
        memory_free(allocator, made);                  /* coverage:unreachable */
        return error_no_memory(error);                 /* coverage:unreachable */
    }
    analyzer_set_retain(made->analyzers);
    *store = made;
    return LIBSEARCH_OK;
}

libsearch_status index_store_open(const libsearch_allocator *allocator, struct storage *storage, unsigned flags,
                                  const struct index_options *options, struct index_store **store,
                                  libsearch_error *error)
{
    struct index_store *opened = NULL;
    libsearch_status status = store_new(allocator, storage, flags, options, &opened, error);
    if (status != LIBSEARCH_OK) {
        storage_close(storage);
        return status;
    }
    struct snapshot *first = NULL;
    if (flags & LIBSEARCH_PREVIOUS)
        status = load_previous(opened, &first, error);
    else {
        status = index_store_load(opened, NULL, &first, error);
        if (status == LIBSEARCH_NOT_FOUND && (flags & LIBSEARCH_CREATE) && !(flags & LIBSEARCH_READ_ONLY)) {
            status = create_index(storage, options, error);
            if (status == LIBSEARCH_OK)
                watch_log(&opened->watch, LIBSEARCH_NOTICE, "%s: a new index", storage->path);
            if (status == LIBSEARCH_OK)
                status = index_store_load(opened, NULL, &first, error);
        }
    }
    if (status != LIBSEARCH_OK) {
        index_store_close(opened);
        return status;
    }
    index_store_publish(opened, first);
    *store = opened;
    return LIBSEARCH_OK;
}

void index_store_close(struct index_store *store)
{
    if (store == NULL)
        return;
    snapshot_release(store->current);
    storage_close(store->storage);
    pthread_mutex_destroy(&store->mutex);
    pthread_mutex_destroy(&store->loading);
    analyzer_set_release(store->analyzers);
    memory_free(store->allocator, store);
}

/* Whether the directory has a newer commit than this, which was its newest when it was loaded. Durable commits are
 * numbered without a gap and removed from the oldest on, so that one is newer when the next number is there or this
 * one is gone; the loose commit after it is one file that is replaced. */
static libsearch_status has_newer(struct index_store *store, const struct snapshot *snapshot, bool *newer,
                                  libsearch_error *error)
{
    const struct manifest *manifest = snapshot_manifest(snapshot);
    char name[NAME_SIZE];
    bool exists;
    name_commit(name, manifest->commit + 1, false);
    TRY(storage_exists(store->storage, name, &exists, error));
    *newer = exists;
    if (exists)
        return LIBSEARCH_OK;
    name_commit(name, manifest->commit, false);
    TRY(storage_exists(store->storage, name, &exists, error));
    *newer = !exists;
    if (!exists)
        return LIBSEARCH_OK;
    name_commit(name, manifest->commit, true);
    TRY(storage_exists(store->storage, name, &exists, error));
    if (!exists) {
        *newer = manifest->loose > 0;
        return LIBSEARCH_OK;
    }
    struct section_file *file;
    const libsearch_status status = section_file_open(store->storage, name, "MF", MANIFEST_VERSION, true, &file, error);
    if (status != LIBSEARCH_OK) { /* torn by a power cut: as if it were not there; gone meanwhile: look again */
        *newer = manifest->loose > 0 || status == LIBSEARCH_NOT_FOUND;
        return status == LIBSEARCH_CORRUPT || status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
    }
    const uint64_t checksum = section_file_checksum(file);
    section_file_close(file);
    *newer = checksum != manifest->checksum && checksum != __atomic_load_n(&store->rejected, __ATOMIC_RELAXED);
    return LIBSEARCH_OK;
}

/* The current snapshot, retained; *final: nobody else can have made a newer one that is wanted. */
static struct snapshot *current_snapshot(struct index_store *store, bool *final)
{
    pthread_mutex_lock(&store->mutex);
    struct snapshot *current = snapshot_retain(store->current);
    *final = store->writing || store->pinned;
    pthread_mutex_unlock(&store->mutex);
    return current;
}

libsearch_status index_store_snapshot(struct index_store *store, struct snapshot **snapshot, libsearch_error *error)
{
    bool final, newer = false;
    struct snapshot *current = current_snapshot(store, &final);
    libsearch_status status = final ? LIBSEARCH_OK : has_newer(store, current, &newer, error);
    if (status == LIBSEARCH_OK && newer) {
        snapshot_release(current);
        pthread_mutex_lock(&store->loading);
        /* Another thread may have loaded it while this one waited. */
        current = current_snapshot(store, &final);
        status = final ? LIBSEARCH_OK : has_newer(store, current, &newer, error);
        struct snapshot *loaded;
        if (status == LIBSEARCH_OK && !final && newer) {
            status = index_store_load(store, current, &loaded, error);
            if (status == LIBSEARCH_OK) {
                snapshot_release(current);
                current = snapshot_retain(loaded);
                index_store_publish(store, loaded);
            }
        }
        pthread_mutex_unlock(&store->loading);
    }
    if (status != LIBSEARCH_OK) {
        snapshot_release(current);
        return status;
    }
    *snapshot = current;
    return LIBSEARCH_OK;
}
