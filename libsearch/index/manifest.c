/* SPDX-License-Identifier: MIT */
#include "index/manifest.h"

#include <stdio.h>

#include "index/names.h"
#include "io/durability.h"
#include "segment/segment.h"

enum { SEGMENT_ENTRY = 52 };

libsearch_status manifest_new(const libsearch_allocator *allocator, struct schema *schema, libsearch_bytes program,
                              size_t count, struct manifest **manifest, libsearch_error *error)
{
    struct manifest *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->references = 1;
    made->program = (libsearch_bytes){ memory_duplicate(allocator, program.data, program.length), program.length };
    made->segments = memory_allocate_array(allocator, count, sizeof *made->segments);
    made->count = count;
    made->schema = schema == NULL ? NULL : schema_retain(schema);
    if (made->program.data == NULL || made->segments == NULL) {
        manifest_release(made);
        return error_no_memory(error);
    }
    *manifest = made;
    return LIBSEARCH_OK;
}

struct manifest *manifest_retain(struct manifest *manifest)
{
    __atomic_add_fetch(&manifest->references, 1, __ATOMIC_RELAXED);
    return manifest;
}

void manifest_release(struct manifest *manifest)
{
    if (manifest == NULL || __atomic_sub_fetch(&manifest->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (manifest->schema != NULL)
        schema_release(manifest->schema);
    memory_free(manifest->allocator, (char *)manifest->program.data);
    memory_free(manifest->allocator, manifest->segments);
    memory_free(manifest->allocator, manifest);
}

static void manifest_encode(const struct manifest *manifest, struct buffer *schema, struct buffer *to)
{
    buffer_append_u64(to, manifest->commit);
    buffer_append_u64(to, manifest->before);
    buffer_append_u64(to, manifest->loose);
    buffer_append_u64(to, manifest->next_number);
    buffer_append_bytes(to, manifest->program.data, manifest->program.length);
    schema_encode(manifest->schema, schema);
    buffer_append_bytes(to, schema->data, schema->length);
    buffer_append_u32(to, (uint32_t)manifest->count);
    for (size_t i = 0; i < manifest->count; i++) {
        const struct manifest_segment *segment = &manifest->segments[i];
        buffer_append_u64(to, segment->number);
        buffer_append_u64(to, segment->length);
        buffer_append_u64(to, segment->checksum);
        buffer_append_u32(to, segment->documents);
        buffer_append_u32(to, segment->deleted);
        buffer_append_u64(to, segment->deletions);
        buffer_append_u64(to, segment->deletions_length);
        buffer_append_u32(to, segment->flags);
    }
}

libsearch_status manifest_write(struct storage *storage, struct manifest *manifest, bool sync, libsearch_error *error)
{
    struct buffer schema, encoded;
    buffer_init(&schema, manifest->allocator);
    buffer_init(&encoded, manifest->allocator);
    manifest_encode(manifest, &schema, &encoded);
    libsearch_status status = schema.failed || encoded.failed ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK) {
        char name[NAME_SIZE] = NAME_TEMPORARY;
        if (!HOLDS(RULE_MANIFEST_ASIDE))
            name_commit(name, manifest->commit, manifest->loose > 0);
        storage_remove(storage, name, NULL); /* mostly there is none */
        status = small_file_write(storage, name, "MF", MANIFEST_VERSION, encoded.data, encoded.length, sync,
                                  &manifest->length, error);
    }
    buffer_free(&schema);
    buffer_free(&encoded);
    return status;
}

static libsearch_status manifest_damaged(const char *path, const struct cursor *from, const char *what,
                                         libsearch_error *error)
{
    const size_t offset = cursor_position(from);
    return error_set_at(error, (int64_t)offset, LIBSEARCH_CORRUPT, "%s: %s at offset %zu of its section", path, what,
                        offset);
}

static libsearch_status segment_decode(struct manifest *manifest, const char *path, struct cursor *from,
                                       struct manifest_segment *segment, libsearch_error *error)
{
    segment->number = cursor_u64(from);
    segment->length = cursor_u64(from);
    segment->checksum = cursor_u64(from);
    segment->documents = cursor_u32(from);
    segment->deleted = cursor_u32(from);
    segment->deletions = cursor_u64(from);
    segment->deletions_length = cursor_u64(from);
    segment->flags = cursor_u32(from);
    if (from->failed) /* coverage:unreachable: their number was held against the length */
        return manifest_damaged(path, from, "the list of segments ends too early", error); /* coverage:unreachable */
    if (segment->number == 0 || segment->number >= manifest->next_number || segment->deletions >= manifest->next_number)
        return manifest_damaged(path, from, "a segment with an impossible number", error);
    if (segment->documents == 0 || segment->documents > SEGMENT_MAX_DOCUMENTS || segment->deleted >= segment->documents)
        return manifest_damaged(path, from, "a segment with impossible counts", error);
    if ((segment->deletions == 0) != (segment->deleted == 0) ||
        (segment->deletions == 0) != (segment->deletions_length == 0))
        return manifest_damaged(path, from, "a segment whose deletions do not fit", error);
    if (segment->flags > MANIFEST_ALL_SYNCED || (manifest->loose == 0 && segment->flags != MANIFEST_ALL_SYNCED))
        return manifest_damaged(path, from, "a segment with impossible flags", error);
    return LIBSEARCH_OK;
}

/* A segment listed twice would show its documents twice. Numbers are checked by sorting a copy: few segments, an
 * insertion sort would do, but not for a hostile manifest. */
static int compare_numbers(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

static void sift_numbers(uint64_t *numbers, size_t at, size_t count)
{
    for (size_t child = 2 * at + 1; child < count; at = child, child = 2 * at + 1) {
        if (child + 1 < count && compare_numbers(numbers[child], numbers[child + 1]) < 0)
            child++;
        if (compare_numbers(numbers[at], numbers[child]) >= 0)
            return;
        const uint64_t moved = numbers[at];
        numbers[at] = numbers[child];
        numbers[child] = moved;
    }
}

static libsearch_status check_distinct(const struct manifest *manifest, const char *path, const struct cursor *from,
                                       libsearch_error *error)
{
    uint64_t *numbers = memory_allocate_array(manifest->allocator, manifest->count, sizeof *numbers);
    if (numbers == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < manifest->count; i++)
        numbers[i] = manifest->segments[i].number;
    for (size_t i = manifest->count / 2; i > 0; i--)
        sift_numbers(numbers, i - 1, manifest->count);
    bool twice = false;
    uint64_t last = 0; /* no segment has this number */
    for (size_t end = manifest->count; end > 0; end--) {
        const uint64_t largest = numbers[0];
        twice |= largest == last;
        last = largest;
        numbers[0] = numbers[end - 1];
        sift_numbers(numbers, 0, end - 1);
    }
    memory_free(manifest->allocator, numbers);
    return twice ? manifest_damaged(path, from, "a segment twice", error) : LIBSEARCH_OK;
}

static libsearch_status manifest_decode(struct manifest *manifest, struct analyzer_set *analyzers, const char *path,
                                        struct cursor *from, libsearch_error *error)
{
    manifest->commit = cursor_u64(from);
    manifest->before = cursor_u64(from);
    manifest->loose = cursor_u64(from);
    manifest->next_number = cursor_u64(from);
    const libsearch_bytes program = cursor_bytes(from);
    const libsearch_bytes schema = cursor_bytes(from);
    const uint32_t count = cursor_u32(from);
    if (from->failed)
        return manifest_damaged(path, from, "the file ends too early", error);
    if (manifest->commit > NAME_MAX_NUMBER || manifest->next_number > NAME_MAX_NUMBER ||
        manifest->before >= manifest->commit || program.length > LIBSEARCH_MAX_COMMIT_BYTES)
        return manifest_damaged(path, from, "impossible numbers in the head", error);
    if (count > MANIFEST_MAX_SEGMENTS || cursor_left(from) != (size_t)count * SEGMENT_ENTRY)
        return manifest_damaged(path, from, "the number of segments does not fit the file", error);
    manifest->program.data = memory_duplicate(manifest->allocator, program.data, program.length);
    manifest->program.length = program.length;
    manifest->segments = memory_allocate_array(manifest->allocator, count, sizeof *manifest->segments);
    if (manifest->program.data == NULL || manifest->segments == NULL)
        return error_no_memory(error);
    manifest->count = count;
    for (size_t i = 0; i < count; i++)
        TRY(segment_decode(manifest, path, from, &manifest->segments[i], error));
    TRY(check_distinct(manifest, path, from, error));
    struct cursor of_schema = cursor_of(schema.data, schema.length);
    TRY(schema_decode(manifest->allocator, analyzers, &of_schema, path, &manifest->schema, error));
    if (cursor_left(&of_schema) > 0)
        return manifest_damaged(path, from, "the schema is shorter than it says", error);
    return LIBSEARCH_OK;
}

libsearch_status manifest_read(struct storage *storage, struct analyzer_set *analyzers, uint64_t commit, bool loose,
                               struct manifest **manifest, libsearch_error *error)
{
    const libsearch_allocator *allocator = storage->allocator;
    char name[NAME_SIZE];
    name_commit(name, commit, loose);
    struct section_file *file;
    libsearch_bytes data;
    TRY(small_file_read(storage, name, "MF", MANIFEST_VERSION, &file, &data, error));
    struct manifest *read = memory_allocate_array(allocator, 1, sizeof *read);
    libsearch_status status = read == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK) {
        char path[256]; /* for messages, which are not much longer */
        snprintf(path, sizeof path, "%.200s/%s", storage->path, name);
        read->allocator = allocator;
        read->references = 1;
        read->length = section_file_length(file);
        read->checksum = section_file_checksum(file);
        struct cursor from = cursor_of(data.data, data.length);
        status = manifest_decode(read, analyzers, path, &from, error);
        if (status == LIBSEARCH_OK && (read->commit != commit || (read->loose > 0) != loose))
            status = error_set_at(error, 0, LIBSEARCH_CORRUPT, "%s: holds another commit, number %llu", path,
                                  (unsigned long long)read->commit);
    }
    section_file_close(file);
    if (status != LIBSEARCH_OK) {
        manifest_release(read);
        return status;
    }
    *manifest = read;
    return LIBSEARCH_OK;
}
