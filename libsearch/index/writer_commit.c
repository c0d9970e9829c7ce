/* SPDX-License-Identifier: MIT */
/* The commit. The order of writes and syncs, of a durable one:
 *
 *     1. segments and files of deletions are written and synced
 *     2. the directory is synced: their names will be found
 *     3. the manifest is written under a temporary name and synced
 *     4. it is renamed to its number: the commit is there, whole, for every reader
 *     5. the directory is synced: the commit is acknowledged
 *     6. what neither this commit nor the durable one before names is removed
 *
 * prepare does 1 to 3, finish 4 to 6. A cut before 4 leaves files that no commit names, which the next writer removes;
 * a cut between 4 and 6 leaves either this commit or the one before. io/durability.h lists each sync and each order as
 * a rule.
 *
 * A commit that need not be durable goes the same way without the syncs, and its manifest gets the one name
 * loose-N: N being the durable commit that it came after, whose files all stay. */
#include <string.h>

#include "index/directory.h"
#include "index/names.h"
#include "index/writer_state.h"
#include "io/durability.h"

/* A loose commit whose files could not be synced is given up: whoever stood on it later would sync them again, with
 * success, and acknowledge what is not there. */
static libsearch_status give_up_loose(struct index_writer *writer, uint64_t number, libsearch_status status)
{
    const struct manifest *base = snapshot_manifest(writer->base);
    char name[NAME_SIZE];
    if (status != LIBSEARCH_FINISHED || base->loose == 0 || number >= writer->first_uncommitted ||
        !HOLDS(RULE_FAILED_SYNC_GIVES_UP_LOOSE))
        return status;
    name_commit(name, base->commit, true);
    storage_remove(writer->storage, name, NULL); /* else there is nothing left to do */
    return status;
}

/* New files of deletions where they changed. What was written is written, whatever comes after. */
static libsearch_status write_deletions(struct index_writer *writer, bool sync, libsearch_error *error)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct snapshot_part *part = &writer->parts[i];
        if (part->deletions_written)
            continue;
        const uint64_t serial = writer->next_number++;
        uint64_t length;
        TRY(deletions_write(writer->storage, &part->about, serial, part->deletions->live,
                            sync && HOLDS(RULE_SYNC_DELETIONS_WRITTEN), &length, error));
        part->about.deletions = serial;
        part->about.deletions_length = length;
        part->about.deleted = part->deletions->live->deleted;
        part->about.flags &= ~(uint32_t)MANIFEST_DELETIONS_SYNCED;
        if (sync)
            part->about.flags |= MANIFEST_DELETIONS_SYNCED;
        part->deletions_written = true;
    }
    return LIBSEARCH_OK;
}

/* What flushes, merges and commits that were not durable left to be synced. */
static libsearch_status sync_files(struct index_writer *writer, libsearch_error *error)
{
    const struct watch_part part = { &writer->store->watch, LIBSEARCH_WORK_COMMIT, 0, 1000, 1000 };
    for (size_t i = 0; i < writer->count; i++) {
        struct manifest_segment *about = &writer->parts[i].about;
        char name[NAME_SIZE];
        TRY(watch_step(&part, i, writer->count + 1, error));
        if (!(about->flags & MANIFEST_SEGMENT_SYNCED)) {
            name_segment(name, about->number);
            if (HOLDS(RULE_SYNC_SEGMENT))
                TRY(give_up_loose(writer, about->number, storage_sync_file(writer->storage, name, error)));
            about->flags |= MANIFEST_SEGMENT_SYNCED;
        }
        if (!(about->flags & MANIFEST_DELETIONS_SYNCED)) {
            name_deletions(name, about->number, about->deletions);
            if (HOLDS(RULE_SYNC_DELETIONS))
                TRY(give_up_loose(writer, about->deletions, storage_sync_file(writer->storage, name, error)));
            about->flags |= MANIFEST_DELETIONS_SYNCED;
        }
    }
    return HOLDS(RULE_SYNC_NAMES) ? storage_sync_directory(writer->storage, error) : LIBSEARCH_OK;
}

static libsearch_status make_manifest(struct index_writer *writer, bool durable, libsearch_bytes program,
                                      struct manifest **manifest, libsearch_error *error)
{
    const struct manifest *base = snapshot_manifest(writer->base);
    struct manifest *made;
    TRY(manifest_new(writer->allocator, writer->schema, program, writer->count, &made, error));
    if (durable) {
        made->commit = writer->newest_durable + 1;
        made->before = base->commit;
    } else {
        made->commit = base->commit;
        made->before = base->before;
        made->loose = base->loose + 1;
    }
    made->next_number = writer->next_number;
    for (size_t i = 0; i < writer->count; i++) {
        made->segments[i] = writer->parts[i].about;
        if (durable && !HOLDS(RULE_FILES_BEFORE_MANIFEST))
            made->segments[i].flags = MANIFEST_ALL_SYNCED;
    }
    *manifest = made;
    return LIBSEARCH_OK;
}

static bool is_needed(const struct index_writer *writer, bool durable, libsearch_bytes program)
{
    const struct manifest *base = snapshot_manifest(writer->base);
    return writer->changed || (durable && base->loose > 0) || writer->skipped_damage ||
           program.length != base->program.length ||
           (program.length > 0 && memcmp(program.data, base->program.data, program.length) != 0);
}

static libsearch_status prepare(struct index_writer *writer, bool durable, libsearch_bytes program,
                                libsearch_error *error)
{
    struct manifest *manifest = NULL;
    struct snapshot *snapshot = NULL;
    TRY(writer_flush(writer, true, error));
    if (!is_needed(writer, durable, program)) {
        /* The writer that made the newest commit may not have lived to sync its name. */
        if (durable && !writer->base_synced && HOLDS(RULE_SYNC_NAME_OF_UNCHANGED))
            TRY(storage_sync_directory(writer->storage, error));
        writer->base_synced |= durable;
        return LIBSEARCH_OK;
    }
    TRY(write_deletions(writer, durable, error));
    if (durable && HOLDS(RULE_FILES_BEFORE_MANIFEST))
        TRY(sync_files(writer, error));
    TRY(make_manifest(writer, durable, program, &manifest, error));
    const bool sync = durable && HOLDS(RULE_SYNC_MANIFEST) && HOLDS(RULE_MANIFEST_SYNCED_BEFORE_NAMED);
    libsearch_status status = manifest_write(writer->storage, manifest, sync, error);
    if (status == LIBSEARCH_OK) {
        /* Now, so that nothing but storage can fail once the commit is there. */
        status = snapshot_new(manifest, NULL, writer->parts, writer->count, &snapshot, error);
        if (status != LIBSEARCH_OK)
            storage_remove(writer->storage, NAME_TEMPORARY, NULL);
    }
    if (status != LIBSEARCH_OK) {
        manifest_release(manifest);
        return status;
    }
    writer->next = manifest;
    writer->next_snapshot = snapshot;
    return LIBSEARCH_OK;
}

libsearch_status index_writer_prepare(struct index_writer *writer, libsearch_durability durability,
                                      libsearch_bytes program, libsearch_error *error)
{
    libsearch_error cause = LIBSEARCH_ERROR_INIT;
    TRY(writer_usable(writer, error));
    if (program.length > LIBSEARCH_MAX_COMMIT_BYTES)
        return error_set(error, LIBSEARCH_LIMIT, "%zu bytes of the program's own, at most %d are possible",
                         program.length, LIBSEARCH_MAX_COMMIT_BYTES);
    /* On top of a commit that was passed over for its damage, only a durable one gets a number that counts. */
    const bool durable = durability == LIBSEARCH_DURABLE || writer->skipped_damage;
    const libsearch_status status = prepare(writer, durable, program, &cause);
    writer->prepared = status == LIBSEARCH_OK;
    if (status != LIBSEARCH_OK && error != NULL)
        *error = cause;
    return writer_failed(writer, status, &cause);
}

static void forget_prepared(struct index_writer *writer)
{
    manifest_release(writer->next);
    snapshot_release(writer->next_snapshot);
    writer->next = NULL;
    writer->next_snapshot = NULL;
    writer->prepared = false;
}

static libsearch_status writer_is_prepared(const struct index_writer *writer, libsearch_error *error)
{
    if (writer->prepared && !writer->finished)
        return LIBSEARCH_OK;
    TRY(writer_usable(writer, error));
    return error_set(error, LIBSEARCH_INVALID, "no commit is prepared");
}

/* The prepared commit is the newest now. */
static void move_on(struct index_writer *writer)
{
    if (writer->next->loose == 0) {
        manifest_release(writer->before);
        writer->before = writer->durable;
        writer->durable = manifest_retain(writer->next);
        writer->newest_durable = writer->next->commit;
        writer->skipped_damage = false;
        writer->base_synced = true;
    }
    snapshot_release(writer->base);
    writer->base = snapshot_retain(writer->next_snapshot);
    writer->first_uncommitted = writer->next_number;
    writer->changed = writer->unpublished = false;
    index_store_publish(writer->store, writer->next_snapshot);
    pthread_mutex_lock(&writer->store->mutex);
    writer->store->pinned = false; /* this commit is the one that is wanted from now on */
    pthread_mutex_unlock(&writer->store->mutex);
    writer->next_snapshot = NULL;
    forget_prepared(writer);
    writer_clean(writer);
}

libsearch_status index_writer_finish(struct index_writer *writer, libsearch_error *error)
{
    libsearch_error cause = LIBSEARCH_ERROR_INIT;
    TRY(writer_is_prepared(writer, error));
    if (writer->next == NULL) {
        forget_prepared(writer);
        return LIBSEARCH_OK;
    }
    char name[NAME_SIZE];
    name_commit(name, writer->next->commit, writer->next->loose > 0);
    libsearch_status status = LIBSEARCH_OK;
    if (HOLDS(RULE_MANIFEST_ASIDE))
        status = storage_rename(writer->storage, NAME_TEMPORARY, name, &cause);
    if (status == LIBSEARCH_OK && writer->next->loose == 0) {
        if (!HOLDS(RULE_FILES_BEFORE_MANIFEST))
            status = sync_files(writer, &cause);
        if (!HOLDS(RULE_MANIFEST_SYNCED_BEFORE_NAMED))
            status = storage_sync_file(writer->storage, name, &cause);
        if (!HOLDS(RULE_REMOVE_AFTER_SYNC))
            directory_clean(writer->storage, (const struct manifest *const[]){ writer->next, writer->durable }, 2);
        if (HOLDS(RULE_SYNC_NAME_OF_COMMIT))
            status = storage_sync_directory(writer->storage, &cause);
        writer_failed(writer, status, &cause);
    }
    if (status != LIBSEARCH_OK) {
        if (error != NULL)
            *error = cause;
        return status;
    }
    const struct watch_part part = { &writer->store->watch, LIBSEARCH_WORK_COMMIT, 0, 1000, 1000 };
    const struct snapshot *made = writer->next_snapshot;
    watch_log(&writer->store->watch, LIBSEARCH_NOTICE, "%s: %s: %zu segments, %llu documents", writer->storage->path,
              name, made->segment_count, (unsigned long long)made->documents);
    move_on(writer);
    watch_step(&part, 1, 1, NULL); /* it is there: too late to stop it */
    return LIBSEARCH_OK;
}

libsearch_status index_writer_cancel(struct index_writer *writer, libsearch_error *error)
{
    TRY(writer_is_prepared(writer, error));
    if (writer->next != NULL)
        storage_remove(writer->storage, NAME_TEMPORARY, NULL); /* else the next commit or writer */
    forget_prepared(writer);
    return LIBSEARCH_OK;
}

libsearch_status index_writer_commit(struct index_writer *writer, libsearch_durability durability,
                                     libsearch_bytes program, libsearch_error *error)
{
    TRY(index_writer_prepare(writer, durability, program, error));
    const libsearch_status status = index_writer_finish(writer, error);
    if (status != LIBSEARCH_OK && writer->prepared && !writer->finished)
        index_writer_cancel(writer, NULL);
    return status;
}

libsearch_status index_writer_compact(struct index_writer *writer, unsigned flags, libsearch_error *error)
{
    libsearch_error cause = LIBSEARCH_ERROR_INIT;
    TRY(writer_usable(writer, error));
    if (flags & ~(unsigned)(LIBSEARCH_REORDER | LIBSEARCH_BIWORDS))
        return error_set(error, LIBSEARCH_INVALID, "unknown flags of compact: %u", flags);
    TRY(writer_flush(writer, true, error));
    const bool compact = writer->count == 0 || (writer->count == 1 && writer->parts[0].deletions == NULL);
    libsearch_status status = LIBSEARCH_OK;
    if (!compact || (writer->count > 0 && (flags & LIBSEARCH_REORDER)))
        status = writer_merge(writer, 0, writer->count, flags, &cause);
    if (status == LIBSEARCH_OK && (flags & LIBSEARCH_BIWORDS) && writer->count > 0 &&
        !segment_has_biwords(writer->parts[0].segment))
        status = writer_add_biwords(writer, &cause);
    if (status != LIBSEARCH_OK) {
        if (error != NULL)
            *error = cause;
        return writer_failed(writer, status, &cause);
    }
    return index_writer_commit(writer, LIBSEARCH_DURABLE, snapshot_manifest(writer->base)->program, error);
}
