/* SPDX-License-Identifier: MIT */
#include "api/handles.h"

enum { LEAST_MEMORY = LIBSEARCH_LEAST_MEMORY, MOST_THREADS = LIBSEARCH_MAX_THREADS };

libsearch_status libsearch_writer_open(libsearch_index *index, const libsearch_writer_options *options,
                                       libsearch_writer **writer, libsearch_error *error)
{
    libsearch_writer_options known = LIBSEARCH_WRITER_OPTIONS_INIT;
    error_clear(error);
    if (index == NULL || writer == NULL)
        return argument_missing(error, "libsearch_writer_open", index == NULL ? "index" : "writer");
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_writer_options", error));
    if (known.memory != 0 && known.memory < LEAST_MEMORY)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_writer_open: memory is %zu; at least %d bytes are needed",
                         known.memory, LEAST_MEMORY);
    if (known.threads > MOST_THREADS)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_writer_open: %u threads are more than %d", known.threads,
                         MOST_THREADS);
    if (known.lock_wait < 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_writer_open: lock_wait is negative");
    if (index->read_only)
        return error_set(error, LIBSEARCH_PERMISSION, "libsearch_writer_open: the index was opened to read only");
    libsearch_writer *opened = memory_allocate(index->allocator, sizeof *opened);
    if (opened == NULL)
        return error_no_memory(error);
    opened->index = index;
    const libsearch_status status = index->engine->writer_open(index->handle, &known, &opened->handle, error);
    if (status != LIBSEARCH_OK) {
        memory_free(index->allocator, opened);
        return status;
    }
    *writer = opened;
    return LIBSEARCH_OK;
}

void libsearch_writer_close(libsearch_writer *writer)
{
    if (writer == NULL)
        return;
    writer->index->engine->writer_close(writer->handle);
    memory_free(writer->index->allocator, writer);
}

libsearch_status libsearch_writer_add_field(libsearch_writer *writer, const libsearch_field *field,
                                            libsearch_error *error)
{
    libsearch_field known = LIBSEARCH_FIELD_INIT;
    error_clear(error);
    if (writer == NULL || field == NULL)
        return argument_missing(error, "libsearch_writer_add_field", writer == NULL ? "writer" : "field");
    TRY(options_copy(&known, sizeof known, field, "libsearch_field", error));
    if (known.name == NULL)
        return argument_missing(error, "libsearch_writer_add_field", "field.name");
    return writer->index->engine->add_field(writer->handle, &known, error);
}

static libsearch_status put(libsearch_writer *writer, libsearch_bytes id, const libsearch_document *document,
                            bool if_absent, const char *function, libsearch_error *error)
{
    error_clear(error);
    if (writer == NULL || document == NULL)
        return argument_missing(error, function, writer == NULL ? "writer" : "document");
    TRY(id_check(id, function, error));
    return writer->index->engine->put(writer->handle, id, document, if_absent, error);
}

libsearch_status libsearch_writer_put(libsearch_writer *writer, libsearch_bytes id, const libsearch_document *document,
                                      libsearch_error *error)
{
    return put(writer, id, document, false, "libsearch_writer_put", error);
}

libsearch_status libsearch_writer_put_if_absent(libsearch_writer *writer, libsearch_bytes id,
                                                const libsearch_document *document, libsearch_error *error)
{
    return put(writer, id, document, true, "libsearch_writer_put_if_absent", error);
}

libsearch_status libsearch_writer_delete(libsearch_writer *writer, libsearch_bytes id, libsearch_error *error)
{
    error_clear(error);
    if (writer == NULL)
        return argument_missing(error, "libsearch_writer_delete", "writer");
    TRY(id_check(id, "libsearch_writer_delete", error));
    return writer->index->engine->remove(writer->handle, id, error);
}

libsearch_status libsearch_writer_delete_matching(libsearch_writer *writer, const libsearch_query *query,
                                                  uint64_t *count, libsearch_error *error)
{
    error_clear(error);
    if (writer == NULL || query == NULL)
        return argument_missing(error, "libsearch_writer_delete_matching", writer == NULL ? "writer" : "query");
    uint64_t deleted = 0;
    TRY(filters_check(query, NULL, error)); /* a filter is of no writer's state */
    TRY(writer->index->engine->remove_matching(writer->handle, query, &deleted, error));
    if (count != NULL)
        *count = deleted;
    return LIBSEARCH_OK;
}

libsearch_status libsearch_writer_prepare(libsearch_writer *writer, libsearch_durability durability,
                                          libsearch_bytes bytes, libsearch_error *error)
{
    error_clear(error);
    if (writer == NULL)
        return argument_missing(error, "libsearch_writer_prepare", "writer");
    if (bytes.data == NULL && bytes.length > 0)
        return argument_missing(error, "libsearch_writer_prepare", "bytes.data");
    if (durability != LIBSEARCH_DURABLE && durability != LIBSEARCH_PROCESS)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_writer_prepare: there is no durability %d",
                         (int)durability);
    if (bytes.length > LIBSEARCH_MAX_COMMIT_BYTES)
        return error_set(error, LIBSEARCH_LIMIT, "libsearch_writer_prepare: %zu bytes are more than %d", bytes.length,
                         LIBSEARCH_MAX_COMMIT_BYTES);
    return writer->index->engine->prepare(writer->handle, durability, bytes, error);
}

libsearch_status libsearch_writer_finish(libsearch_writer *writer, libsearch_error *error)
{
    error_clear(error);
    if (writer == NULL)
        return argument_missing(error, "libsearch_writer_finish", "writer");
    return writer->index->engine->finish(writer->handle, error);
}

libsearch_status libsearch_writer_cancel(libsearch_writer *writer, libsearch_error *error)
{
    error_clear(error);
    if (writer == NULL)
        return argument_missing(error, "libsearch_writer_cancel", "writer");
    return writer->index->engine->cancel(writer->handle, error);
}

libsearch_status libsearch_writer_commit(libsearch_writer *writer, libsearch_error *error)
{
    error_clear(error);
    if (writer == NULL)
        return argument_missing(error, "libsearch_writer_commit", "writer");
    const libsearch_engine *engine = writer->index->engine;
    TRY(engine->prepare(writer->handle, LIBSEARCH_DURABLE, (libsearch_bytes){ NULL, 0 }, error));
    const libsearch_status status = engine->finish(writer->handle, error);
    if (status != LIBSEARCH_OK && status != LIBSEARCH_FINISHED)
        engine->cancel(writer->handle, NULL); /* so that it may be tried again */
    return status;
}

libsearch_status libsearch_writer_refresh(libsearch_writer *writer, libsearch_error *error)
{
    error_clear(error);
    if (writer == NULL)
        return argument_missing(error, "libsearch_writer_refresh", "writer");
    return writer->index->engine->refresh(writer->handle, error);
}

libsearch_status libsearch_writer_rollback(libsearch_writer *writer, libsearch_error *error)
{
    error_clear(error);
    if (writer == NULL)
        return argument_missing(error, "libsearch_writer_rollback", "writer");
    return writer->index->engine->rollback(writer->handle, error);
}

libsearch_status libsearch_writer_compact(libsearch_writer *writer, unsigned flags, libsearch_error *error)
{
    error_clear(error);
    if (writer == NULL)
        return argument_missing(error, "libsearch_writer_compact", "writer");
    const unsigned known = LIBSEARCH_REORDER | LIBSEARCH_BIWORDS;
    if ((flags & ~known) != 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_writer_compact: there are no flags %#x", flags & ~known);
    return writer->index->engine->compact(writer->handle, flags, error);
}
