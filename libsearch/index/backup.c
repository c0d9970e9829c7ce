/* SPDX-License-Identifier: MIT */
/* The files of a snapshot are still mapped when their names are gone: they are copied from there. The manifest is
 * written last, so that nothing opens before all is there. */
#include "index/backup.h"

#include <stdio.h>

#include "index/directory.h"
#include "index/names.h"
#include "index/snapshot_parts.h"

enum { AT_ONCE = 1 << 20 };

struct backup {
    const struct snapshot *snapshot;
    struct storage *storage;
    const struct watch *watch;
    struct manifest *manifest; /* what was written so far, in its segments */
    uint64_t done, total;      /* bytes of segments */
};

static libsearch_status step(struct backup *backup, uint64_t bytes, libsearch_error *error)
{
    const struct watch_part part = { backup->watch, LIBSEARCH_WORK_BACKUP, 0, backup->total + 1, backup->total + 1 };
    backup->done += bytes;
    return watch_step(&part, backup->done, backup->total + 1, error);
}

static libsearch_status copy_bytes(struct backup *backup, struct output *output, const uint8_t *data, size_t length,
                                   libsearch_error *error)
{
    for (size_t at = 0; at < length;) {
        const size_t some = length - at < AT_ONCE ? length - at : AT_ONCE;
        TRY(output_append(output, data + at, some, error));
        TRY(step(backup, some, error));
        at += some;
    }
    return output_sync(output, error);
}

static libsearch_status copy_segment(struct backup *backup, const struct snapshot_part *part, libsearch_error *error)
{
    char name[NAME_SIZE];
    size_t length;
    struct output *output;
    TRY(segment_verify(part->segment, error));
    const uint8_t *data = segment_file_bytes(part->segment, &length);
    name_segment(name, part->about.number);
    TRY(storage_create(backup->storage, name, &output, error));
    const libsearch_status status = copy_bytes(backup, output, data, length, error);
    if (status != LIBSEARCH_OK) {
        output_discard(output);
        return status;
    }
    const libsearch_status closed = output_close(output, error);
    if (closed != LIBSEARCH_OK) /* its manifest does not count it yet: nobody else removes it */
        storage_remove(backup->storage, name, NULL);
    return closed;
}

static libsearch_status copy_part(struct backup *backup, const struct snapshot_part *part, libsearch_error *error)
{
    struct manifest *manifest = backup->manifest;
    struct manifest_segment about = part->about;
    about.flags = MANIFEST_ALL_SYNCED;
    about.deletions = about.deletions_length = about.deleted = 0;
    TRY(copy_segment(backup, part, error));
    manifest->segments[manifest->count++] = about;
    if (part->deletions == NULL || part->deletions->live->deleted == 0)
        return LIBSEARCH_OK;
    struct manifest_segment *written = &manifest->segments[manifest->count - 1];
    const uint64_t serial = manifest->next_number++;
    TRY(deletions_write(backup->storage, &about, serial, part->deletions->live, true, &written->deletions_length,
                        error));
    written->deletions = serial;
    written->deleted = part->deletions->live->deleted;
    return LIBSEARCH_OK;
}

static libsearch_status copy_parts(struct backup *backup, libsearch_error *error)
{
    const struct snapshot_part *parts = snapshot_parts(backup->snapshot);
    TRY(step(backup, 0, error));
    for (size_t i = 0; i < backup->snapshot->segment_count; i++) {
        const uint32_t documents = segment_count(parts[i].segment);
        /* No snapshot has segments in which nothing lives; a manifest must not. */
        if (parts[i].deletions == NULL || parts[i].deletions->live->deleted < documents)
            TRY(copy_part(backup, &parts[i], error));
        else
            TRY(step(backup, segment_bytes(parts[i].segment), error)); /* coverage:unreachable */
    }
    return storage_sync_directory(backup->storage, error);
}

static void remove_copies(struct backup *backup)
{
    char name[NAME_SIZE];
    for (size_t i = 0; i < backup->manifest->count; i++) {
        const struct manifest_segment *about = &backup->manifest->segments[i];
        name_segment(name, about->number);
        storage_remove(backup->storage, name, NULL);
        if (about->deletions != 0) {
            name_deletions(name, about->number, about->deletions);
            storage_remove(backup->storage, name, NULL);
        }
    }
    storage_remove(backup->storage, NAME_TEMPORARY, NULL);
}

static libsearch_status write_all(struct backup *backup, libsearch_error *error)
{
    char name[NAME_SIZE];
    libsearch_status status = copy_parts(backup, error);
    if (status == LIBSEARCH_OK)
        status = manifest_write(backup->storage, backup->manifest, true, error);
    name_commit(name, backup->manifest->commit, false);
    if (status == LIBSEARCH_OK)
        status = storage_rename(backup->storage, NAME_TEMPORARY, name, error);
    if (status == LIBSEARCH_OK)
        status = storage_sync_directory(backup->storage, error);
    if (status != LIBSEARCH_OK) {
        storage_remove(backup->storage, name, NULL);
        remove_copies(backup);
    }
    return status;
}

/* There must be nothing: an index is not overwritten, and other files are not mixed with. */
static libsearch_status check_empty(struct storage *storage, libsearch_error *error)
{
    struct directory_survey survey = { 0 };
    TRY(directory_look(storage, &survey, error));
    if (survey.newest > 0)
        return error_set(error, LIBSEARCH_EXISTS, "%s: there is an index already", storage->path);
    if (survey.foreign)
        return error_set(error, LIBSEARCH_NOT_AN_INDEX, "%s: holds other files", storage->path);
    return LIBSEARCH_OK;
}

static libsearch_status make_manifest(struct backup *backup, libsearch_error *error)
{
    const struct snapshot *snapshot = backup->snapshot;
    const struct manifest *base = snapshot_manifest(snapshot);
    TRY(manifest_new(backup->storage->allocator, snapshot->schema, snapshot->commit_bytes, snapshot->segment_count,
                     &backup->manifest, error));
    backup->manifest->count = 0; /* grows as they are copied */
    backup->manifest->commit = base->commit > 0 ? base->commit : 1;
    backup->manifest->next_number = base->next_number;
    for (size_t i = 0; i < snapshot->segment_count; i++) {
        const struct snapshot_part *part = &snapshot_parts(snapshot)[i];
        if (backup->manifest->next_number <= part->about.number)
            backup->manifest->next_number = part->about.number + 1;
        backup->total += segment_bytes(part->segment);
    }
    return LIBSEARCH_OK;
}

libsearch_status snapshot_backup(const struct snapshot *snapshot, struct storage *storage, const struct watch *watch,
                                 libsearch_error *error)
{
    struct backup backup = { .snapshot = snapshot, .storage = storage, .watch = watch };
    struct file_lock *lock;
    TRY(check_empty(storage, error));
    TRY(storage_lock(storage, NAME_LOCK, 0, &lock, error));
    libsearch_status status = check_empty(storage, error); /* nobody was quicker */
    if (status == LIBSEARCH_OK)
        status = make_manifest(&backup, error);
    if (status == LIBSEARCH_OK)
        status = write_all(&backup, error);
    manifest_release(backup.manifest);
    storage_unlock(storage, lock);
    if (status == LIBSEARCH_FINISHED) { /* a sync failed, but there is no writer to be finished */
        status = LIBSEARCH_IO;
        if (error != NULL)
            error->status = status;
    }
    if (status != LIBSEARCH_OK)
        return status;
    watch_log(watch, LIBSEARCH_NOTICE, "%s: a backup of commit %llu: %zu segments, %llu documents", storage->path,
              (unsigned long long)snapshot->commit, snapshot->segment_count, (unsigned long long)snapshot->documents);
    step(&backup, 1, NULL); /* it is there: too late to stop it */
    return LIBSEARCH_OK;
}
