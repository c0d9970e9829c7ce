/* SPDX-License-Identifier: MIT */
/* Finding and opening the newest commit while a writer, in this or another process, may go on. */
#include "index/directory.h"
#include "index/names.h"
#include "index/snapshot_parts.h"
#include "index/store.h"

/* How often a writer may be quicker than we are before we call it broken. */
enum { MOST_ATTEMPTS = 1000 };

/* The file for commit `number` is gone, or there is a newer one: what failed may have failed for that. */
static libsearch_status was_overtaken(struct storage *storage, uint64_t number, bool *overtaken, libsearch_error *error)
{
    char name[NAME_SIZE];
    bool exists;
    name_commit(name, number + 1, false);
    TRY(storage_exists(storage, name, &exists, error));
    if (exists) {
        *overtaken = true;
        return LIBSEARCH_OK;
    }
    name_commit(name, number, false);
    TRY(storage_exists(storage, name, &exists, error));
    *overtaken = !exists;
    return LIBSEARCH_OK;
}

static libsearch_status load_manifest(struct index_store *store, struct manifest *manifest,
                                      const struct snapshot *known, struct snapshot **snapshot, libsearch_error *error)
{
    return snapshot_load(store->storage, manifest, known, store->flags & LIBSEARCH_NO_MAP,
                         store->flags & LIBSEARCH_VERIFY, snapshot, error);
}

/* The durable commit `number`. *again: a writer overtook us. */
static libsearch_status load_durable(struct index_store *store, uint64_t number, const struct snapshot *known,
                                     struct snapshot **snapshot, bool *again, libsearch_error *error)
{
    struct manifest *manifest;
    libsearch_status status = manifest_read(store->storage, store->analyzers, number, false, &manifest, error);
    if (status == LIBSEARCH_NOT_FOUND) {
        *again = true;
        return LIBSEARCH_OK;
    }
    TRY(status);
    status = load_manifest(store, manifest, known, snapshot, error);
    manifest_release(manifest);
    if (status != LIBSEARCH_NOT_FOUND)
        return status;
    TRY(was_overtaken(store->storage, number, again, NULL));
    if (*again)
        return LIBSEARCH_OK;
    if (error != NULL)
        error->status = LIBSEARCH_CORRUPT;
    return LIBSEARCH_CORRUPT; /* the message names the file that is missing */
}

/* The loose commit after `number`, where there is one and it is whole: it promised to survive the end of its process
 * but not of the system, so that one that a power cut tore is passed over. *snapshot stays NULL then. */
static libsearch_status load_loose(struct index_store *store, uint64_t number, const struct snapshot *known,
                                   struct snapshot **snapshot, bool *again, libsearch_error *error)
{
    char name[NAME_SIZE];
    bool exists;
    name_commit(name, number, true);
    TRY(storage_exists(store->storage, name, &exists, error));
    if (!exists)
        return LIBSEARCH_OK;
    struct manifest *manifest;
    libsearch_status status = manifest_read(store->storage, store->analyzers, number, true, &manifest, error);
    if (status == LIBSEARCH_CORRUPT)
        return LIBSEARCH_OK;
    if (status == LIBSEARCH_NOT_FOUND) { /* a durable one has come */
        *again = true;
        return LIBSEARCH_OK;
    }
    TRY(status);
    const uint64_t checksum = manifest->checksum;
    status = checksum == store->rejected ? LIBSEARCH_CORRUPT : load_manifest(store, manifest, known, snapshot, error);
    manifest_release(manifest);
    if (status != LIBSEARCH_NOT_FOUND && status != LIBSEARCH_CORRUPT)
        return status;
    /* Replaced by a newer one, whose writer took the files away? */
    status = manifest_read(store->storage, store->analyzers, number, true, &manifest, error);
    if (status == LIBSEARCH_OK) {
        *again = manifest->checksum != checksum;
        manifest_release(manifest);
        if (!*again && __atomic_exchange_n(&store->rejected, checksum, __ATOMIC_RELAXED) != checksum)
            watch_log(&store->watch, LIBSEARCH_WARNING, "%s/%s: not whole, and not durable: passed over",
                      store->storage->path, name);
        return LIBSEARCH_OK;
    }
    if (status == LIBSEARCH_NOT_FOUND)
        *again = true;
    return status == LIBSEARCH_NOT_FOUND || status == LIBSEARCH_CORRUPT ? LIBSEARCH_OK : status;
}

/* The newest durable number. A list that is read while files come and go may miss a commit that came, so that the
 * numbers above are asked for. */
static libsearch_status find_newest(struct storage *storage, uint64_t *newest, libsearch_error *error)
{
    struct directory_survey survey;
    TRY(directory_look(storage, &survey, error));
    if (survey.newest == 0) {
        const libsearch_status status = survey.foreign ? LIBSEARCH_NOT_AN_INDEX : LIBSEARCH_NOT_FOUND;
        return error_set(error, status, "%s: %s", storage->path,
                         survey.foreign ? "holds other files, and no index" : "there is no index");
    }
    for (bool exists = true; exists; survey.newest += exists) {
        char name[NAME_SIZE];
        name_commit(name, survey.newest + 1, false);
        TRY(storage_exists(storage, name, &exists, error));
    }
    *newest = survey.newest;
    return LIBSEARCH_OK;
}

libsearch_status index_store_load(struct index_store *store, const struct snapshot *known, struct snapshot **snapshot,
                                  libsearch_error *error)
{
    int nothings = 0;
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        uint64_t newest = 0;
        libsearch_status status = find_newest(store->storage, &newest, error);
        /* All that a list could have seen may be replaced while it is read: nothing must be seen twice. */
        const bool nothing = status == LIBSEARCH_NOT_FOUND || status == LIBSEARCH_NOT_AN_INDEX;
        if (nothing && nothings++ == 0)
            continue;
        TRY(status);
        bool again = false;
        struct snapshot *loaded = NULL;
        TRY(load_loose(store, newest, known, &loaded, &again, error));
        if (again)
            continue;
        if (loaded == NULL) {
            TRY(load_durable(store, newest, known, &loaded, &again, error));
            if (again)
                continue;
        }
        *snapshot = loaded;
        return LIBSEARCH_OK;
    }
    return error_set(error, LIBSEARCH_IO, "%s: its commits are replaced faster than they can be read",
                     store->storage->path);
}
