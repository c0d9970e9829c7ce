/* SPDX-License-Identifier: MIT */
/* Opening and closing a writer, and what is done with single documents. */
#include "index/writer.h"

#include <string.h>

#include "index/directory.h"
#include "index/names.h"
#include "index/writer_state.h"
#include "io/durability.h"

enum { DEFAULT_MEMORY = 256 << 20, MOST_COMMITS = 2 /* that a writer leaves in a directory */ };

libsearch_status writer_usable(const struct index_writer *writer, libsearch_error *error)
{
    if (writer->finished)
        return error_set(error, LIBSEARCH_FINISHED, "the writer is finished: %s", writer->reason.message);
    if (writer->lost)
        return error_set(error, LIBSEARCH_FINISHED, "what was put since the last commit is lost: %s",
                         writer->reason.message);
    if (writer->prepared)
        return error_set(error, LIBSEARCH_INVALID, "a commit is prepared: finish or cancel it first");
    return LIBSEARCH_OK;
}

libsearch_status writer_failed(struct index_writer *writer, libsearch_status status, const libsearch_error *cause)
{
    if (status == LIBSEARCH_FINISHED && !writer->finished && HOLDS(RULE_FAILED_SYNC_FINISHES)) {
        writer->finished = true;
        writer->reason = *cause;
    }
    return status;
}

void writer_lost(struct index_writer *writer, const libsearch_error *cause)
{
    if (writer->finished || writer->lost)
        return;
    writer->lost = true;
    writer->reason = *cause;
}

void writer_clean(struct index_writer *writer)
{
    if (writer->skipped_damage || writer->finished)
        return; /* what lies there may yet be of use */
    enum { KEPT = 3 };
    const struct manifest *const kept[KEPT] = { snapshot_manifest(writer->base), writer->durable,
                                                HOLDS(RULE_KEEP_COMMIT_BEFORE) ? writer->before : NULL };
    directory_clean(writer->storage, kept, KEPT);
}

/* Removes what a writer left that died. Its last commit may have its name in memory alone: that must not be all that
 * is left. */
static libsearch_status clean_after_others(struct index_writer *writer, libsearch_error *error)
{
    if (writer->unclean && !writer->skipped_damage && HOLDS(RULE_REMOVE_AFTER_SYNC_AT_OPEN)) {
        libsearch_status status = storage_sync_directory(writer->storage, error);
        if (status != LIBSEARCH_OK) { /* there is no writer yet to be finished */
            if (error != NULL)
                error->status = LIBSEARCH_IO;
            return LIBSEARCH_IO;
        }
        writer->base_synced = true;
    }
    writer_clean(writer);
    return LIBSEARCH_OK;
}

/* The snapshot to stand on, and who else is kept. The store's loading mutex is held. */
static libsearch_status take_base(struct index_writer *writer, libsearch_error *error)
{
    struct index_store *store = writer->store;
    struct directory_survey survey;
    TRY(directory_look(writer->storage, &survey, error));
    pthread_mutex_lock(&store->mutex);
    const bool pinned = store->pinned;
    struct snapshot *current = snapshot_retain(store->current);
    pthread_mutex_unlock(&store->mutex);
    if (!pinned) {
        struct snapshot *newest;
        const libsearch_status status = index_store_load(store, current, &newest, error);
        snapshot_release(current);
        TRY(status);
        current = newest;
        index_store_publish(store, snapshot_retain(newest));
    }
    writer->base = current;
    const struct manifest *manifest = snapshot_manifest(current);
    writer->newest_durable = survey.newest;
    writer->unclean = survey.commits > MOST_COMMITS;
    writer->skipped_damage = pinned;
    /* Commits that cannot be read are not there to be kept; the newest could. */
    if (manifest->loose == 0)
        writer->durable = manifest_retain((struct manifest *)manifest);
    else
        manifest_read(writer->storage, writer->store->analyzers, manifest->commit, false, &writer->durable, NULL);
    if (manifest->before > 0)
        manifest_read(writer->storage, writer->store->analyzers, manifest->before, false, &writer->before, NULL);
    writer->next_number = manifest->next_number;
    if (writer->next_number <= survey.largest_number)
        writer->next_number = survey.largest_number + 1;
    return LIBSEARCH_OK;
}

static libsearch_status become_writer(struct index_writer *writer, int64_t lock_wait, libsearch_error *error)
{
    struct index_store *store = writer->store;
    TRY(storage_lock(writer->storage, NAME_LOCK, lock_wait, &writer->lock, error));
    pthread_mutex_lock(&store->loading); /* a reader that loads now must not show an older commit after ours */
    const libsearch_status status = take_base(writer, error);
    if (status == LIBSEARCH_OK) {
        pthread_mutex_lock(&store->mutex);
        store->writing = true;
        if (writer->next_number < store->next_number)
            writer->next_number = store->next_number;
        pthread_mutex_unlock(&store->mutex);
    }
    pthread_mutex_unlock(&store->loading);
    return status;
}

libsearch_status index_writer_open(struct index_store *store, const struct index_writer_options *options,
                                   struct index_writer **writer, libsearch_error *error)
{
    if (store->flags & LIBSEARCH_READ_ONLY)
        return error_set(error, LIBSEARCH_PERMISSION, "%s: the index was opened to read only", store->storage->path);
    struct index_writer *opened = memory_allocate_array(store->allocator, 1, sizeof *opened);
    if (opened == NULL)
        return error_no_memory(error);
    opened->allocator = store->allocator;
    opened->store = store;
    opened->storage = store->storage;
    opened->memory = options == NULL || options->memory == 0 ? DEFAULT_MEMORY : options->memory;
    libsearch_status status = become_writer(opened, options == NULL ? 0 : options->lock_wait, error);
    if (status == LIBSEARCH_OK) {
        opened->first_uncommitted = opened->next_number;
        status = clean_after_others(opened, error);
    }
    if (status == LIBSEARCH_OK)
        status = writer_restore(opened, error);
    if (status == LIBSEARCH_OK) {
        const struct ingest_options how = { .memory = opened->memory,
                                            .threads = options == NULL ? 1 : options->threads,
                                            .sync =
                                                store->flags & LIBSEARCH_NO_MAP && HOLDS(RULE_SYNC_SEGMENT_WRITTEN) };
        status = ingest_new(store->allocator, store->storage, &how, &opened->next_number, &opened->ingest, error);
    }
    if (status != LIBSEARCH_OK) {
        index_writer_close(opened);
        return status;
    }
    *writer = opened;
    return LIBSEARCH_OK;
}

void index_writer_close(struct index_writer *writer)
{
    if (writer == NULL)
        return;
    struct index_store *store = writer->store;
    ingest_free(writer->ingest);
    manifest_release(writer->next);
    snapshot_release(writer->next_snapshot);
    if (writer->base != NULL) { /* it got as far as being the writer */
        if (writer->prepared || writer->changed)
            writer_clean(writer);
        pthread_mutex_lock(&store->mutex);
        store->writing = false;
        if (store->next_number < writer->next_number)
            store->next_number = writer->next_number;
        const bool uncommitted = store->current != writer->base;
        pthread_mutex_unlock(&store->mutex);
        if (uncommitted)
            index_store_publish(store, snapshot_retain(writer->base));
    }
    writer_release_parts(writer);
    memory_free(writer->allocator, writer->parts);
    if (writer->schema != NULL)
        schema_release(writer->schema);
    snapshot_release(writer->base);
    manifest_release(writer->durable);
    manifest_release(writer->before);
    storage_unlock(writer->storage, writer->lock);
    memory_free(writer->allocator, writer);
}

struct schema *index_writer_schema(const struct index_writer *writer) { return writer->schema; }

static void install_schema(struct index_writer *writer, struct schema *schema)
{
    schema_release(writer->schema);
    writer->schema = schema;
    writer->changed = writer->unpublished = true;
}

libsearch_status index_writer_add_field(struct index_writer *writer, const libsearch_field *field,
                                        libsearch_error *error)
{
    TRY(writer_usable(writer, error));
    struct schema *grown;
    TRY(schema_copy(writer->schema, &grown, error));
    const libsearch_status status = schema_add(grown, field, NULL, error);
    if (status != LIBSEARCH_OK || grown->count == writer->schema->count) {
        schema_release(grown);
        return status;
    }
    install_schema(writer, grown);
    return LIBSEARCH_OK;
}

/* The document's fields, with what is new added. *grown: NULL, or the schema that has them. */
static libsearch_status grow_schema(const struct index_writer *writer, const libsearch_document *document,
                                    struct schema **grown, libsearch_error *error)
{
    struct schema *copy = NULL;
    libsearch_status status = LIBSEARCH_OK;
    for (size_t i = 0; i < document->count && status == LIBSEARCH_OK; i++) {
        const struct document_value *value = &document->values[i];
        const struct schema *schema = copy != NULL ? copy : writer->schema;
        const struct field *known = schema_find(schema, value->field, value->field_length);
        if (known != NULL) {
            if (known->type != value->type)
                status = error_set(error, LIBSEARCH_INVALID, "field %s: a value of another type than the field's",
                                   value->field);
            continue;
        }
        if (copy == NULL)
            status = schema_copy(writer->schema, &copy, error);
        if (status == LIBSEARCH_OK) {
            libsearch_field field = LIBSEARCH_FIELD_INIT;
            field.name = value->field;
            field.type = value->type;
            status = schema_add(copy, &field, NULL, error);
        }
    }
    if (status != LIBSEARCH_OK) {
        if (copy != NULL)
            schema_release(copy);
        return status;
    }
    *grown = copy;
    return LIBSEARCH_OK;
}

static libsearch_status check_id(libsearch_bytes id, libsearch_error *error)
{
    if (id.length == 0)
        return error_set(error, LIBSEARCH_INVALID, "the document's id is empty");
    if (id.length > LIBSEARCH_MAX_ID)
        return error_set(error, LIBSEARCH_LIMIT, "the document's id has %zu bytes, at most %d are possible", id.length,
                         LIBSEARCH_MAX_ID);
    return LIBSEARCH_OK;
}

/* Whether a live document has the id. */
static bool has_id(const struct index_writer *writer, libsearch_bytes id)
{
    size_t part;
    uint32_t document;
    switch (ingest_find(writer->ingest, id)) {
    case INGEST_LIVE: return true;
    case INGEST_DELETED: return false;
    case INGEST_ABSENT: break;
    }
    return writer_find(writer, id, &part, &document) == LIBSEARCH_OK;
}

libsearch_status index_writer_put(struct index_writer *writer, libsearch_bytes id, const libsearch_document *document,
                                  bool if_absent, libsearch_error *error)
{
    libsearch_error cause = LIBSEARCH_ERROR_INIT;
    struct schema *grown;
    TRY(writer_usable(writer, error));
    TRY(check_id(id, error));
    if (if_absent && has_id(writer, id))
        return error_set(error, LIBSEARCH_EXISTS, "there is a document with this id");
    TRY(grow_schema(writer, document, &grown, error));
    if (grown != NULL)
        install_schema(writer, grown);
    libsearch_status status = ingest_put(writer->ingest, writer->schema, id, document, &cause);
    if (ingest_is_broken(writer->ingest))
        writer_lost(writer, &cause);
    if (status == LIBSEARCH_OK) {
        writer->changed = writer->unpublished = true;
        if (ingest_is_due(writer->ingest))
            status = writer_flush(writer, false, &cause);
        if (!writer->lost && !writer->finished)
            status = LIBSEARCH_OK; /* a merge that failed is told by the commit: the document is in */
    }
    if (status != LIBSEARCH_OK && error != NULL)
        *error = cause;
    return status;
}

libsearch_status index_writer_delete(struct index_writer *writer, libsearch_bytes id, libsearch_error *error)
{
    TRY(writer_usable(writer, error));
    TRY(check_id(id, error));
    const enum ingest_found found = ingest_find(writer->ingest, id);
    size_t part;
    uint32_t document;
    if (found != INGEST_DELETED && writer_find(writer, id, &part, &document) == LIBSEARCH_OK) {
        /* With a newer document of the id on its way this one is as good as deleted; from now on it is, for the newer
         * one may leave no segment behind. */
        TRY(writer_delete_in_part(writer, part, document, error));
        if (found == INGEST_ABSENT)
            return LIBSEARCH_OK;
    } else if (found != INGEST_LIVE)
        return error_set(error, LIBSEARCH_NOT_FOUND, "there is no document with this id");
    TRY(ingest_delete(writer->ingest, id, error));
    writer->changed = writer->unpublished = true;
    return LIBSEARCH_OK;
}

libsearch_status index_writer_snapshot(struct index_writer *writer, struct snapshot **snapshot, libsearch_error *error)
{
    TRY(writer_usable(writer, error));
    TRY(writer_flush(writer, true, error));
    /* The manifest of base says what the program's bytes are; a snapshot between commits has no other. */
    return snapshot_new((struct manifest *)snapshot_manifest(writer->base), writer->schema, writer->parts,
                        writer->count, snapshot, error);
}

libsearch_status index_writer_delete_document(struct index_writer *writer, const struct snapshot *snapshot,
                                              size_t segment, uint32_t document, libsearch_error *error)
{
    TRY(writer_usable(writer, error));
    if (segment >= snapshot->segment_count || document >= segment_count(snapshot->segments[segment].segment))
        return error_set(error, LIBSEARCH_INVALID, "there is no document %u in segment %zu", document, segment);
    for (size_t i = 0; i < writer->count; i++)
        if (writer->parts[i].segment == snapshot->segments[segment].segment)
            return writer_delete_in_part(writer, i, document, error);
    return error_set(error, LIBSEARCH_STALE, "the snapshot is older than the writer's last merge");
}

libsearch_status index_writer_refresh(struct index_writer *writer, libsearch_error *error)
{
    TRY(writer_usable(writer, error));
    if (!writer->unpublished)
        return LIBSEARCH_OK;
    struct snapshot *snapshot;
    TRY(index_writer_snapshot(writer, &snapshot, error));
    index_store_publish(writer->store, snapshot);
    writer->unpublished = false;
    return LIBSEARCH_OK;
}

libsearch_status index_writer_rollback(struct index_writer *writer, libsearch_error *error)
{
    if (!writer->lost || writer->finished)
        TRY(writer_usable(writer, error));
    struct ingest *fresh;
    TRY(ingest_again(writer->ingest, &fresh, error));
    const libsearch_status status = writer_restore(writer, error);
    if (status != LIBSEARCH_OK) {
        ingest_free(fresh);
        return status;
    }
    ingest_free(writer->ingest);
    writer->ingest = fresh;
    writer->lost = writer->changed = writer->unpublished = false;
    index_store_publish(writer->store, snapshot_retain(writer->base));
    writer_clean(writer);
    return LIBSEARCH_OK;
}
