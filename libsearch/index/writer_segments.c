/* SPDX-License-Identifier: MIT */
/* The writer's segments: what was put becomes new ones, older ones lose what was replaced, neighbours are merged. */
#include "index/merge_policy.h"
#include "index/names.h"
#include "index/writer_state.h"
#include "io/durability.h"

static uint32_t deleted_in(const struct snapshot_part *part)
{
    return part->deletions == NULL ? 0 : part->deletions->live->deleted;
}

static bool is_live(const struct snapshot_part *part, uint32_t document)
{
    return part->deletions == NULL || live_has(part->deletions->live, document);
}

void writer_release_parts(struct index_writer *writer)
{
    for (size_t i = 0; i < writer->count; i++)
        snapshot_part_release(&writer->parts[i]);
    writer->count = 0;
}

libsearch_status writer_restore(struct index_writer *writer, libsearch_error *error)
{
    const struct snapshot *base = writer->base;
    if (!memory_grow(writer->allocator, &writer->parts, &writer->capacity, base->segment_count, sizeof *writer->parts))
        return error_no_memory(error);
    writer_release_parts(writer);
    for (size_t i = 0; i < base->segment_count; i++) {
        writer->parts[i] = snapshot_parts(base)[i];
        snapshot_part_retain(&writer->parts[i]);
    }
    writer->count = base->segment_count;
    if (writer->schema != NULL)
        schema_release(writer->schema);
    writer->schema = schema_retain(base->schema);
    return LIBSEARCH_OK;
}

libsearch_status writer_find(const struct index_writer *writer, libsearch_bytes id, size_t *part, uint32_t *document)
{
    for (size_t i = writer->count; i > 0; i--) {
        uint32_t found;
        if (segment_find(writer->parts[i - 1].segment, id, &found) == LIBSEARCH_OK &&
            is_live(&writer->parts[i - 1], found)) {
            *part = i - 1;
            *document = found;
            return LIBSEARCH_OK;
        }
    }
    return LIBSEARCH_NOT_FOUND;
}

libsearch_status writer_delete_in_part(struct index_writer *writer, size_t part, uint32_t document,
                                       libsearch_error *error)
{
    struct snapshot_part *of = &writer->parts[part];
    if (!is_live(of, document))
        return LIBSEARCH_OK;
    TRY(deletions_own(writer->allocator, &of->deletions, segment_count(of->segment), error));
    live_delete(of->deletions->live, document);
    of->deletions_written = false;
    writer->changed = writer->unpublished = true;
    return LIBSEARCH_OK;
}

/* Opens a segment that was just written. */
static libsearch_status open_part(struct index_writer *writer, uint64_t number, uint64_t length, bool synced,
                                  struct snapshot_part *part, libsearch_error *error)
{
    char name[NAME_SIZE];
    name_segment(name, number);
    *part = (struct snapshot_part){ .deletions_written = true };
    TRY(segment_open(writer->allocator, writer->schema, writer->storage, name, writer->store->flags & LIBSEARCH_NO_MAP,
                     &part->segment, error));
    part->about.number = number;
    part->about.length = length;
    part->about.checksum = segment_checksum(part->segment);
    part->about.documents = segment_count(part->segment);
    part->about.flags = MANIFEST_DELETIONS_SYNCED | (synced ? MANIFEST_SEGMENT_SYNCED : 0);
    return LIBSEARCH_OK;
}

/* The file of a segment that no commit names. */
static void remove_uncommitted(struct index_writer *writer, uint64_t number)
{
    char name[NAME_SIZE];
    if (number < writer->first_uncommitted)
        return;
    name_segment(name, number);
    storage_remove(writer->storage, name, NULL); /* else the next cleaning */
}

/* Replaces parts [first, first + count) by `with` (NULL: nothing), which is taken over. */
static void replace_parts(struct index_writer *writer, size_t first, size_t count, const struct snapshot_part *with)
{
    for (size_t i = first; i < first + count; i++) {
        remove_uncommitted(writer, writer->parts[i].about.number);
        snapshot_part_release(&writer->parts[i]);
    }
    const size_t added = with == NULL ? 0 : 1;
    for (size_t i = first + count; i < writer->count; i++)
        writer->parts[i - count + added] = writer->parts[i];
    if (with != NULL)
        writer->parts[first] = *with;
    writer->count = writer->count - count + added;
}

/* The ids of parts [older, count) take the place of theirs in the parts before. */
static libsearch_status supersede(struct index_writer *writer, size_t older, libsearch_error *error)
{
    for (size_t i = older; i < writer->count; i++) {
        const struct segment *segment = writer->parts[i].segment;
        const uint32_t documents = segment_count(segment);
        for (uint32_t document = 0; document < documents && older > 0; document++) {
            const libsearch_bytes id = segment_id(segment, document);
            for (size_t j = older; j > 0; j--) {
                uint32_t found;
                if (segment_find(writer->parts[j - 1].segment, id, &found) != LIBSEARCH_OK ||
                    !is_live(&writer->parts[j - 1], found))
                    continue;
                TRY(writer_delete_in_part(writer, j - 1, found, error));
                break; /* no other lives */
            }
        }
    }
    return LIBSEARCH_OK;
}

/* *stopped: all is well, and the program does not want more of it. */
static libsearch_status flush_documents(struct index_writer *writer, bool all, bool *stopped, libsearch_error *error)
{
    struct ingest_segment *segments = NULL;
    size_t count = 0;
    const struct watch_part part_of = { &writer->store->watch, LIBSEARCH_WORK_WRITE, 0, 1, 1 };
    TRY(ingest_take(writer->ingest, all, &segments, &count, error));
    const size_t older = writer->count;
    libsearch_status status = LIBSEARCH_OK;
    if (!memory_grow(writer->allocator, &writer->parts, &writer->capacity, older + count, sizeof *writer->parts))
        status = error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        struct snapshot_part part = { 0 };
        if (status == LIBSEARCH_OK)
            status = open_part(writer, segments[i].number, segments[i].length, writer->store->flags & LIBSEARCH_NO_MAP,
                               &part, error);
        if (status == LIBSEARCH_OK && segments[i].live != NULL) {
            part.deletions_written = false;
            status = deletions_new(segments[i].live, &part.deletions, error); /* takes it over */
        } else
            live_free(segments[i].live);
        if (status == LIBSEARCH_OK) {
            watch_log(&writer->store->watch, LIBSEARCH_DETAIL, "%s: segment %016llx written: %u documents, %llu bytes",
                      writer->storage->path, (unsigned long long)part.about.number, (unsigned)part.about.documents,
                      (unsigned long long)part.about.length);
            writer->parts[writer->count++] = part;
        } else
            snapshot_part_release(&part);
    }
    if (status == LIBSEARCH_OK)
        status = supersede(writer, older, error);
    if (status == LIBSEARCH_OK)
        *stopped = watch_step(&part_of, 1, 1, NULL) != LIBSEARCH_OK;
    return status;
}

/* Segments in which nothing lives go without a merge. */
static void drop_dead(struct index_writer *writer)
{
    for (size_t i = writer->count; i > 0; i--)
        if (deleted_in(&writer->parts[i - 1]) == segment_count(writer->parts[i - 1].segment))
            replace_parts(writer, i - 1, 1, NULL);
}

/* Puts the segment that has that number and length in place of parts [first, first + count). *part is of no use after. */
static libsearch_status take_written(struct index_writer *writer, size_t first, size_t count, uint64_t number,
                                     uint64_t length, libsearch_error *error)
{
    struct snapshot_part part = { 0 };
    const libsearch_status status =
        open_part(writer, number, length, writer->store->flags & LIBSEARCH_NO_MAP, &part, error);
    if (status != LIBSEARCH_OK) {
        snapshot_part_release(&part);
        remove_uncommitted(writer, number);
        return status;
    }
    replace_parts(writer, first, count, &part);
    writer->changed = writer->unpublished = true;
    return LIBSEARCH_OK;
}

/* Of a compaction that goes on with biwords, in thousandths: where they begin. */
enum { MERGE_BIWORDS = 500 };

libsearch_status writer_add_biwords(struct index_writer *writer, libsearch_error *error)
{
    const bool sync = writer->store->flags & LIBSEARCH_NO_MAP;
    const struct watch_part part = { &writer->store->watch, LIBSEARCH_WORK_MERGE, MERGE_BIWORDS, 1000 - MERGE_BIWORDS,
                                     1000 };
    const uint64_t number = writer->next_number++;
    char name[NAME_SIZE];
    uint64_t length = 0;
    name_segment(name, number);
    TRY(segment_add_biwords(writer->allocator, writer->storage, name, writer->parts[0].segment, 0, &part,
                            sync && HOLDS(RULE_SYNC_SEGMENT_MERGED), &length, error));
    TRY(take_written(writer, 0, 1, number, length, error));
    watch_log(&writer->store->watch, LIBSEARCH_DETAIL, "%s: segment %016llx has biwords: %llu bytes",
              writer->storage->path, (unsigned long long)number, (unsigned long long)length);
    return LIBSEARCH_OK;
}

libsearch_status writer_merge(struct index_writer *writer, size_t first, size_t count, unsigned flags,
                              libsearch_error *error)
{
    const bool sync = writer->store->flags & LIBSEARCH_NO_MAP;
    struct segment_input *inputs = memory_allocate_array(writer->allocator, count, sizeof *inputs);
    if (inputs == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        const struct snapshot_part *part = &writer->parts[first + i];
        inputs[i].segment = part->segment;
        inputs[i].live = part->deletions == NULL ? NULL : part->deletions->live;
    }
    const uint64_t number = writer->next_number++;
    char name[NAME_SIZE];
    name_segment(name, number);
    uint64_t length = 0;
    const struct watch_part part = { &writer->store->watch, LIBSEARCH_WORK_MERGE, 0,
                                     flags & LIBSEARCH_BIWORDS ? MERGE_BIWORDS : 1000, 1000 };
    libsearch_status status =
        segment_merge(writer->allocator, writer->schema, writer->storage, name, inputs, count,
                      flags & LIBSEARCH_REORDER, &part, sync && HOLDS(RULE_SYNC_SEGMENT_MERGED), &length, error);
    memory_free(writer->allocator, inputs);
    TRY(status);
    TRY(take_written(writer, first, count, number, length, error));
    watch_log(&writer->store->watch, LIBSEARCH_DETAIL, "%s: %zu segments merged into %016llx: %u documents, %llu bytes",
              writer->storage->path, count, (unsigned long long)number, (unsigned)writer->parts[first].about.documents,
              (unsigned long long)length);
    return LIBSEARCH_OK;
}

/* Merges that are due. One that finds no room is put off to the next flush: nothing depends on it. */
static libsearch_status merge_by_policy(struct index_writer *writer, libsearch_error *error)
{
    libsearch_status status = LIBSEARCH_OK;
    while (status == LIBSEARCH_OK) {
        struct merge_candidate *candidates =
            memory_allocate_array(writer->allocator, writer->count, sizeof *candidates);
        if (candidates == NULL)
            return LIBSEARCH_OK;
        for (size_t i = 0; i < writer->count; i++)
            candidates[i] = (struct merge_candidate){ writer->parts[i].about.length, writer->parts[i].about.documents,
                                                      deleted_in(&writer->parts[i]) };
        size_t first, count;
        const bool due = merge_policy_choose(candidates, writer->count, &first, &count);
        memory_free(writer->allocator, candidates);
        if (!due)
            break;
        status = writer_merge(writer, first, count, 0, error);
    }
    if (status == LIBSEARCH_FULL || status == LIBSEARCH_IO || status == LIBSEARCH_PERMISSION ||
        status == LIBSEARCH_NO_MEMORY) {
        watch_log(&writer->store->watch, LIBSEARCH_WARNING, "%s: a merge is put off: %s", writer->storage->path,
                  error->message);
        error_clear(error);
        return LIBSEARCH_OK;
    }
    return status;
}

libsearch_status writer_flush(struct index_writer *writer, bool all, libsearch_error *error)
{
    libsearch_error cause = LIBSEARCH_ERROR_INIT;
    libsearch_status status = LIBSEARCH_OK;
    if (ingest_has_documents(writer->ingest)) {
        const struct watch_part part = { &writer->store->watch, LIBSEARCH_WORK_WRITE, 0, 1, 1 };
        bool stopped = false;
        TRY(watch_step(&part, 0, 1, error)); /* before anything can be lost */
        status = flush_documents(writer, all, &stopped, &cause);
        if (status != LIBSEARCH_OK)
            writer_lost(writer, &cause);
        else if (stopped)
            status = error_set(&cause, LIBSEARCH_CANCELLED, "stopped by the program");
    }
    if (status == LIBSEARCH_OK) {
        drop_dead(writer);
        status = merge_by_policy(writer, &cause);
    }
    if (status != LIBSEARCH_OK && error != NULL)
        *error = cause;
    return writer_failed(writer, status, &cause);
}
