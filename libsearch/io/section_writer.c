/* SPDX-License-Identifier: MIT */
/* Writing files made of sections; section_file.h draws them. */
#include <string.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "io/section_file.h"
#include "io/section_layout.h"

struct section_writer {
    struct output *output;
    struct hash_state *hash; /* of the open section */
    struct buffer table;
    uint8_t header[SECTION_HEADER];
    uint32_t version;
    uint32_t count;
    bool open;
    uint32_t id;
    uint64_t offset; /* where the open section begins */
    libsearch_status failure;
};

static void writer_release(struct section_writer *writer)
{
    const libsearch_allocator *allocator = writer->table.allocator;
    hash_state_free(writer->hash);
    buffer_free(&writer->table);
    memory_free(allocator, writer);
}

libsearch_status section_writer_open(struct storage *storage, const char *name, const char *kind, uint32_t version,
                                     struct section_writer **writer, libsearch_error *error)
{
    const libsearch_allocator *allocator = storage->allocator;
    struct section_writer *opened = memory_allocate_array(allocator, 1, sizeof *opened);
    if (opened == NULL)
        return error_no_memory(error);
    buffer_init(&opened->table, allocator);
    opened->version = version;
    section_header_fill(opened->header, kind, version);
    opened->hash = hash_state_new(allocator);
    libsearch_status status = opened->hash == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK)
        status = storage_create(storage, name, &opened->output, error);
    if (status == LIBSEARCH_OK) {
        status = output_append(opened->output, opened->header, sizeof opened->header, error);
        if (status != LIBSEARCH_OK)         /* coverage:unreachable: so few bytes are gathered, not written */
            output_discard(opened->output); /* coverage:unreachable */
    }
    if (status != LIBSEARCH_OK) {
        writer_release(opened);
        return status;
    }
    *writer = opened;
    return LIBSEARCH_OK;
}

static libsearch_status writer_align(struct section_writer *writer, libsearch_error *error)
{
    static const uint8_t zeros[SECTION_ALIGNMENT];
    const uint64_t position = writer->output->position;
    return output_append(writer->output, zeros, (size_t)(section_aligned(position) - position), error);
}

/* What went wrong in the use of the writer would make a file that no reader takes. */
static libsearch_status writer_misused(struct section_writer *writer, uint32_t id, const char *how,
                                       libsearch_error *error)
{
    writer->failure = error_set(error, LIBSEARCH_INVALID, "%s: section %u %s", writer->output->name, id, how);
    return writer->failure;
}

libsearch_status section_begin(struct section_writer *writer, uint32_t id, libsearch_error *error)
{
    if (writer->open)
        return writer_misused(writer, id, "begins inside another", error);
    if (writer->count == SECTION_FILE_MAX_SECTIONS)
        return error_set(error, LIBSEARCH_LIMIT, "%s: more than %d sections", writer->output->name,
                         (int)SECTION_FILE_MAX_SECTIONS);
    TRY(writer_align(writer, error));
    writer->open = true;
    writer->id = id;
    writer->offset = writer->output->position;
    hash_state_reset(writer->hash);
    return LIBSEARCH_OK;
}

libsearch_status section_append(struct section_writer *writer, const void *data, size_t length, libsearch_error *error)
{
    if (!writer->open)
        return writer_misused(writer, writer->id, "is not open", error);
    if (length == 0)
        return LIBSEARCH_OK;
    hash_state_update(writer->hash, data, length);
    return output_append(writer->output, data, length, error);
}

uint64_t section_position(const struct section_writer *writer) { return writer->output->position - writer->offset; }

libsearch_status section_end(struct section_writer *writer, libsearch_error *error)
{
    if (!writer->open)
        return writer_misused(writer, writer->id, "is not open", error);
    buffer_append_u32(&writer->table, writer->id);
    buffer_append_u32(&writer->table, 0);
    buffer_append_u64(&writer->table, writer->offset);
    buffer_append_u64(&writer->table, section_position(writer));
    buffer_append_u64(&writer->table, hash_state_digest(writer->hash));
    if (writer->table.failed)
        return error_no_memory(error);
    writer->open = false;
    writer->count++;
    return LIBSEARCH_OK;
}

libsearch_status section_put(struct section_writer *writer, uint32_t id, const void *data, size_t length,
                             libsearch_error *error)
{
    TRY(section_begin(writer, id, error));
    TRY(section_append(writer, data, length, error));
    return section_end(writer, error);
}

static libsearch_status writer_complete(struct section_writer *writer, libsearch_error *error)
{
    if (writer->failure != LIBSEARCH_OK)
        return error_set(error, writer->failure, "%s: its writer was misused before", writer->output->name);
    if (writer->open)
        return writer_misused(writer, writer->id, "is still open", error);
    TRY(writer_align(writer, error));
    const uint64_t offset = writer->output->position;
    uint8_t footer[SECTION_FOOTER];
    section_footer_fill(footer, writer->header, offset, writer->count, writer->version,
                        offset + writer->table.length + SECTION_FOOTER);
    hash_state_reset(writer->hash);
    hash_state_update(writer->hash, writer->header, SECTION_HEADER);
    if (writer->table.length > 0)
        hash_state_update(writer->hash, writer->table.data, writer->table.length);
    hash_state_update(writer->hash, footer, SECTION_FOOTER_HASH);
    section_store_u64(footer + SECTION_FOOTER_HASH, hash_state_digest(writer->hash));
    TRY(output_append(writer->output, writer->table.data, writer->table.length, error));
    return output_append(writer->output, footer, sizeof footer, error);
}

libsearch_status section_writer_finish(struct section_writer *writer, bool sync, uint64_t *length,
                                       libsearch_error *error)
{
    libsearch_status status = writer_complete(writer, error);
    if (status == LIBSEARCH_OK && sync)
        status = output_sync(writer->output, error);
    if (status != LIBSEARCH_OK) {
        section_writer_discard(writer);
        return status;
    }
    /* The name outlives the output only here, for removing what could not be closed. */
    struct storage *storage = writer->output->storage;
    const uint64_t position = writer->output->position;
    char *name = memory_duplicate(storage->allocator, writer->output->name, strlen(writer->output->name));
    if (name == NULL) {
        section_writer_discard(writer);
        return error_no_memory(error);
    }
    status = output_close(writer->output, error);
    if (status != LIBSEARCH_OK)
        storage_remove(storage, name, NULL);
    else if (length != NULL)
        *length = position;
    memory_free(storage->allocator, name);
    writer_release(writer);
    return status;
}

void section_writer_discard(struct section_writer *writer)
{
    output_discard(writer->output);
    writer_release(writer);
}

libsearch_status small_file_write(struct storage *storage, const char *name, const char *kind, uint32_t version,
                                  const void *data, size_t length, bool sync, uint64_t *file_length,
                                  libsearch_error *error)
{
    struct section_writer *writer;
    TRY(section_writer_open(storage, name, kind, version, &writer, error));
    const libsearch_status status = section_put(writer, 1, data, length, error);
    if (status != LIBSEARCH_OK) {
        section_writer_discard(writer);
        return status;
    }
    return section_writer_finish(writer, sync, file_length, error);
}
