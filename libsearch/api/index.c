/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "api/handles.h"

static const unsigned open_flags =
    LIBSEARCH_CREATE | LIBSEARCH_READ_ONLY | LIBSEARCH_VERIFY | LIBSEARCH_NO_MAP | LIBSEARCH_PREVIOUS;

static libsearch_status check_open(const char *path, unsigned flags, libsearch_index **index, libsearch_error *error)
{
    if (path == NULL)
        return argument_missing(error, "libsearch_open", "path");
    if (index == NULL)
        return argument_missing(error, "libsearch_open", "index");
    if (path[0] == 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_open: the path is empty");
    if ((flags & ~open_flags) != 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_open: there are no flags %#x", flags & ~open_flags);
    if ((flags & LIBSEARCH_CREATE) != 0 && (flags & LIBSEARCH_READ_ONLY) != 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_open: CREATE and READ_ONLY contradict each other");
    return LIBSEARCH_OK;
}

libsearch_status libsearch_open(const char *path, unsigned flags, const libsearch_open_options *options,
                                libsearch_index **index, libsearch_error *error)
{
    struct open_options known;
    error_clear(error);
    TRY(check_open(path, flags, index, error));
    TRY(open_options_copy(options, &known, error));
    const libsearch_allocator *allocator = known.options.allocator;
    libsearch_index *opened = memory_allocate_array(allocator, 1, sizeof *opened);
    libsearch_status status = opened == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK) {
        opened->allocator = allocator;
        opened->engine = known.options.engine;
        opened->read_only = (flags & LIBSEARCH_READ_ONLY) != 0;
        status = opened->engine->open(allocator, path, flags, &known.options, &opened->handle, error);
    }
    open_options_free(&known);
    if (status != LIBSEARCH_OK) {
        memory_free(allocator, opened);
        return status;
    }
    pthread_mutex_init(&opened->mutex, NULL);
    *index = opened;
    return LIBSEARCH_OK;
}

void libsearch_close(libsearch_index *index)
{
    if (index == NULL)
        return;
    index->engine->close(index->handle);
    for (size_t i = 0; i < index->schema_count; i++)
        schema_release(index->schemas[i]);
    memory_free(index->allocator, index->schemas);
    pthread_mutex_destroy(&index->mutex);
    memory_free(index->allocator, index);
}

static bool same_fields(const struct schema *one, const struct schema *other)
{
    if (one->count != other->count)
        return false;
    for (size_t i = 0; i < one->count; i++) {
        const struct field *a = one->fields[i], *b = other->fields[i];
        if (strcmp(a->name, b->name) != 0 || a->type != b->type || a->flags != b->flags || a->weight < b->weight ||
            a->weight > b->weight ||
            (a->type == LIBSEARCH_TEXT && strcmp(analyzer_name(a->analyzer), analyzer_name(b->analyzer)) != 0))
            return false;
    }
    return true;
}

/* The newest commit's schema, or one like it, kept by the index as long as it is open, so that another thread's asking
 * takes nobody's names away. */
static libsearch_status newest_schema(libsearch_index *index, const struct schema **schema, libsearch_error *error)
{
    libsearch_snapshot *snapshot;
    TRY(snapshot_pin(index, &snapshot, error));
    struct schema *newest = (struct schema *)snapshot->engine->snapshot_schema(snapshot->handle);
    libsearch_status status = LIBSEARCH_OK;
    pthread_mutex_lock(&index->mutex);
    size_t at = index->schema_count;
    while (at > 0 && !same_fields(index->schemas[at - 1], newest))
        at--;
    if (at > 0)
        *schema = index->schemas[at - 1];
    else if (memory_grow(index->allocator, &index->schemas, &index->schema_capacity, index->schema_count + 1,
                         sizeof(struct schema *)))
        *schema = index->schemas[index->schema_count++] = schema_retain(newest);
    else
        status = error_no_memory(error);
    pthread_mutex_unlock(&index->mutex);
    libsearch_snapshot_free(snapshot);
    return status;
}

size_t libsearch_field_count(libsearch_index *index)
{
    const struct schema *schema;
    return index == NULL || newest_schema(index, &schema, NULL) != LIBSEARCH_OK ? 0 : schema->count;
}

libsearch_status libsearch_field_at(libsearch_index *index, size_t i, libsearch_field *field, libsearch_error *error)
{
    error_clear(error);
    if (index == NULL || field == NULL)
        return argument_missing(error, "libsearch_field_at", index == NULL ? "index" : "field");
    const struct schema *schema;
    TRY(newest_schema(index, &schema, error));
    if (i >= schema->count)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_field_at: there are %zu fields, and none of number %zu",
                         schema->count, i);
    const struct field *found = schema->fields[i];
    libsearch_field known = LIBSEARCH_FIELD_INIT;
    known.name = found->name;
    known.type = found->type;
    known.flags = found->flags;
    known.analyzer = found->type == LIBSEARCH_TEXT ? analyzer_name(found->analyzer) : NULL;
    known.weight = found->weight;
    const size_t size = field->size;
    if (size < sizeof size)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_field: its size is %zu; begin with its _INIT value",
                         size);
    known.size = size;
    memcpy(field, &known, size < sizeof known ? size : sizeof known);
    return LIBSEARCH_OK;
}

libsearch_status libsearch_check(const char *path, libsearch_report report, void *context, libsearch_error *error)
{
    error_clear(error);
    if (path == NULL)
        return argument_missing(error, "libsearch_check", "path");
    return engine_native()->check(allocator_default(), path, NULL, report, context, error);
}

libsearch_status libsearch_check_with(const char *path, const libsearch_open_options *options, libsearch_report report,
                                      void *context, libsearch_error *error)
{
    struct open_options known;
    error_clear(error);
    if (path == NULL)
        return argument_missing(error, "libsearch_check_with", "path");
    TRY(open_options_copy(options, &known, error));
    const libsearch_engine *engine = known.options.engine;
    const libsearch_status status =
        engine->check(known.options.allocator, path, &known.options, report, context, error);
    open_options_free(&known);
    return status;
}
