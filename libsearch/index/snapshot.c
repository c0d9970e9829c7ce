/* SPDX-License-Identifier: MIT */
#include "index/snapshot.h"

#include "index/names.h"
#include "index/snapshot_parts.h"

struct whole_snapshot {
    struct snapshot base;
    struct manifest *manifest;
    struct snapshot_part *parts;
};

void snapshot_part_retain(const struct snapshot_part *part)
{
    segment_retain(part->segment);
    deletions_retain(part->deletions);
}

void snapshot_part_release(struct snapshot_part *part)
{
    if (part->segment != NULL)
        segment_release(part->segment);
    deletions_release(part->deletions);
    part->segment = NULL;
    part->deletions = NULL;
}

const struct snapshot_part *snapshot_parts(const struct snapshot *snapshot)
{
    return ((const struct whole_snapshot *)snapshot)->parts;
}

const struct manifest *snapshot_manifest(const struct snapshot *snapshot)
{
    return ((const struct whole_snapshot *)snapshot)->manifest;
}

libsearch_status snapshot_new(struct manifest *manifest, struct schema *schema, const struct snapshot_part *parts,
                              size_t count, struct snapshot **snapshot, libsearch_error *error)
{
    const libsearch_allocator *allocator = manifest->allocator;
    struct whole_snapshot *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    struct snapshot *base = &made->base;
    base->allocator = allocator;
    base->references = 1;
    base->commit = manifest->commit;
    base->schema = schema_retain(schema != NULL ? schema : manifest->schema);
    base->commit_bytes = manifest->program;
    base->bytes = manifest->length;
    made->manifest = manifest_retain(manifest);
    made->parts = memory_allocate_array(allocator, count, sizeof *made->parts);
    base->segments = memory_allocate_array(allocator, count, sizeof *base->segments);
    if (made->parts == NULL || base->segments == NULL) {
        snapshot_release(base);
        return error_no_memory(error);
    }
    base->segment_count = count;
    uint64_t first = 0;
    for (size_t i = 0; i < count; i++) {
        snapshot_part_retain(&parts[i]);
        made->parts[i] = parts[i];
        const struct live *live = parts[i].deletions == NULL ? NULL : parts[i].deletions->live;
        base->segments[i] = (struct snapshot_segment){ parts[i].segment, live, first };
        const uint32_t documents = segment_count(parts[i].segment);
        const uint32_t deleted = live == NULL ? 0 : live->deleted;
        first += documents;
        base->documents += documents - deleted;
        base->deleted += deleted;
        base->bytes += segment_bytes(parts[i].segment) + parts[i].about.deletions_length;
    }
    *snapshot = base;
    return LIBSEARCH_OK;
}

struct snapshot *snapshot_retain(struct snapshot *snapshot)
{
    __atomic_add_fetch(&snapshot->references, 1, __ATOMIC_RELAXED);
    return snapshot;
}

void snapshot_release(struct snapshot *snapshot)
{
    if (snapshot == NULL || __atomic_sub_fetch(&snapshot->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    struct whole_snapshot *whole = (struct whole_snapshot *)snapshot;
    const libsearch_allocator *allocator = snapshot->allocator;
    for (size_t i = 0; i < snapshot->segment_count; i++)
        snapshot_part_release(&whole->parts[i]);
    schema_release(snapshot->schema);
    manifest_release(whole->manifest);
    memory_free(allocator, whole->parts);
    memory_free(allocator, snapshot->segments);
    memory_free(allocator, whole);
}

libsearch_status snapshot_find(const struct snapshot *snapshot, libsearch_bytes id, size_t *segment, uint32_t *document)
{
    /* At most one document with an id lives; newer segments hold what is asked for more often. */
    for (size_t i = snapshot->segment_count; i > 0; i--) {
        const struct snapshot_segment *candidate = &snapshot->segments[i - 1];
        uint32_t found;
        if (segment_find(candidate->segment, id, &found) != LIBSEARCH_OK)
            continue;
        if (candidate->live == NULL || live_has(candidate->live, found)) {
            *segment = i - 1;
            *document = found;
            return LIBSEARCH_OK;
        }
    }
    return LIBSEARCH_NOT_FOUND;
}

/* What `known` has of a segment, or NULL. */
static const struct snapshot_part *find_known(const struct snapshot *known, const struct manifest_segment *about)
{
    for (size_t i = 0; known != NULL && i < known->segment_count; i++) {
        const struct snapshot_part *part = &snapshot_parts(known)[i];
        if (part->about.number == about->number && part->about.checksum == about->checksum &&
            part->about.documents == about->documents && part->about.length == about->length)
            return part;
    }
    return NULL;
}

static libsearch_status open_segment(struct storage *storage, const struct manifest *manifest,
                                     const struct manifest_segment *about, bool copy, bool verify,
                                     struct segment **segment, libsearch_error *error)
{
    char name[NAME_SIZE];
    name_segment(name, about->number);
    struct segment *opened;
    TRY(segment_open(manifest->allocator, manifest->schema, storage, name, copy, &opened, error));
    libsearch_status status = LIBSEARCH_OK;
    if (segment_checksum(opened) != about->checksum || segment_bytes(opened) != about->length ||
        segment_count(opened) != about->documents)
        status =
            error_set(error, LIBSEARCH_CORRUPT, "%s/%s: not the segment that the commit names", storage->path, name);
    else if (verify || !(about->flags & MANIFEST_SEGMENT_SYNCED))
        status = segment_verify(opened, error);
    if (status != LIBSEARCH_OK) {
        segment_release(opened);
        return status;
    }
    *segment = opened;
    return LIBSEARCH_OK;
}

static libsearch_status load_part(struct storage *storage, const struct manifest *manifest,
                                  const struct manifest_segment *about, const struct snapshot *known, bool copy,
                                  bool verify, struct snapshot_part *part, libsearch_error *error)
{
    const struct snapshot_part *old = find_known(known, about);
    *part = (struct snapshot_part){ .about = *about, .deletions_written = true };
    if (old != NULL)
        part->segment = segment_retain(old->segment);
    else
        TRY(open_segment(storage, manifest, about, copy, verify, &part->segment, error));
    if (about->deletions == 0)
        return LIBSEARCH_OK;
    if (old != NULL && old->deletions_written && old->about.deletions == about->deletions) {
        part->deletions = deletions_retain(old->deletions);
        return LIBSEARCH_OK;
    }
    return deletions_read(storage, about, &part->deletions, error);
}

libsearch_status snapshot_load(struct storage *storage, struct manifest *manifest, const struct snapshot *known,
                               bool copy, bool verify, struct snapshot **snapshot, libsearch_error *error)
{
    struct snapshot_part *parts = memory_allocate_array(manifest->allocator, manifest->count, sizeof *parts);
    if (parts == NULL)
        return error_no_memory(error);
    libsearch_status status = LIBSEARCH_OK;
    for (size_t i = 0; i < manifest->count && status == LIBSEARCH_OK; i++)
        status = load_part(storage, manifest, &manifest->segments[i], known, copy, verify, &parts[i], error);
    if (status == LIBSEARCH_OK)
        status = snapshot_new(manifest, NULL, parts, manifest->count, snapshot, error);
    for (size_t i = 0; i < manifest->count; i++)
        snapshot_part_release(&parts[i]);
    memory_free(manifest->allocator, parts);
    return status;
}
