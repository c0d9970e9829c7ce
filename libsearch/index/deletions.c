/* SPDX-License-Identifier: MIT */
#include "index/deletions.h"

#include <stdio.h>

#include "index/names.h"

libsearch_status deletions_new(struct live *live, struct deletions **deletions, libsearch_error *error)
{
    struct deletions *made = memory_allocate(live->allocator, sizeof *made);
    if (made == NULL) {
        live_free(live);
        return error_no_memory(error);
    }
    *made = (struct deletions){ 1, live };
    *deletions = made;
    return LIBSEARCH_OK;
}

struct deletions *deletions_retain(struct deletions *deletions)
{
    if (deletions != NULL)
        __atomic_add_fetch(&deletions->references, 1, __ATOMIC_RELAXED);
    return deletions;
}

void deletions_release(struct deletions *deletions)
{
    if (deletions == NULL || __atomic_sub_fetch(&deletions->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    const libsearch_allocator *allocator = deletions->live->allocator;
    live_free(deletions->live);
    memory_free(allocator, deletions);
}

libsearch_status deletions_own(const libsearch_allocator *allocator, struct deletions **deletions, uint32_t count,
                               libsearch_error *error)
{
    if (*deletions != NULL && __atomic_load_n(&(*deletions)->references, __ATOMIC_ACQUIRE) == 1)
        return LIBSEARCH_OK;
    struct live *live;
    if (*deletions == NULL)
        TRY(live_new(allocator, count, &live, error));
    else
        TRY(live_copy((*deletions)->live, &live, error));
    struct deletions *own;
    TRY(deletions_new(live, &own, error));
    deletions_release(*deletions);
    *deletions = own;
    return LIBSEARCH_OK;
}

libsearch_status deletions_write(struct storage *storage, const struct manifest_segment *segment, uint64_t serial,
                                 const struct live *live, bool sync, uint64_t *length, libsearch_error *error)
{
    char name[NAME_SIZE];
    name_deletions(name, segment->number, serial);
    struct buffer encoded;
    buffer_init(&encoded, storage->allocator);
    buffer_append_u64(&encoded, segment->number);
    buffer_append_u64(&encoded, segment->checksum);
    buffer_append_u64(&encoded, serial);
    live_encode(live, &encoded);
    libsearch_status status = encoded.failed ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK)
        status =
            small_file_write(storage, name, "DL", DELETIONS_VERSION, encoded.data, encoded.length, sync, length, error);
    buffer_free(&encoded);
    return status;
}

libsearch_status deletions_read(struct storage *storage, const struct manifest_segment *segment,
                                struct deletions **deletions, libsearch_error *error)
{
    char name[NAME_SIZE], path[256];
    name_deletions(name, segment->number, segment->deletions);
    snprintf(path, sizeof path, "%.200s/%s", storage->path, name);
    struct section_file *file;
    libsearch_bytes data;
    TRY(small_file_read(storage, name, "DL", DELETIONS_VERSION, &file, &data, error));
    struct cursor from = cursor_of(data.data, data.length);
    const uint64_t number = cursor_u64(&from), checksum = cursor_u64(&from), serial = cursor_u64(&from);
    struct live *live = NULL;
    libsearch_status status;
    if (from.failed || number != segment->number || checksum != segment->checksum || serial != segment->deletions ||
        section_file_length(file) != segment->deletions_length)
        status = error_set_at(error, 0, LIBSEARCH_CORRUPT, "%s: not the deletions that the commit names", path);
    else
        status = live_decode(storage->allocator, from.next, cursor_left(&from), segment->documents, path, &live, error);
    section_file_close(file);
    TRY(status);
    if (live->deleted != segment->deleted) {
        status = error_set_at(error, 0, LIBSEARCH_CORRUPT, "%s: %u documents deleted, the commit says %u", path,
                              live->deleted, segment->deleted);
        live_free(live);
        return status;
    }
    return deletions_new(live, deletions, error);
}
