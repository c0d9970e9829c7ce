/* SPDX-License-Identifier: MIT */
/* The options of opening, brought to this version's sizes whatever the program was compiled with. */
#include <string.h>

#include "api/handles.h"

/* Copies an array of the caller's structs, each of which begins with its size, to one of ours, to be freed by the
 * caller; `like` holds the defaults. */
static libsearch_status copy_array(const libsearch_allocator *allocator, const void *given, size_t count,
                                   const void *like, size_t our_size, const char *name, void *copies,
                                   libsearch_error *error)
{
    char *made = memory_allocate_array(allocator, count, our_size);
    if (made == NULL)
        return error_no_memory(error);
    const char *next = given;
    size_t stride;
    memcpy(&stride, given, sizeof stride);
    libsearch_status status = LIBSEARCH_OK;
    for (size_t i = 0; i < count && status == LIBSEARCH_OK; i++, next += stride) {
        memcpy(made + i * our_size, like, our_size);
        status = options_copy(made + i * our_size, our_size, next, name, error);
        if (status == LIBSEARCH_OK && memcmp(next, &stride, sizeof stride) != 0)
            status = error_set(error, LIBSEARCH_INVALID, "%s: an array of different sizes", name);
    }
    if (status != LIBSEARCH_OK) {
        memory_free(allocator, made);
        return status;
    }
    memcpy(copies, &made, sizeof made);
    return LIBSEARCH_OK;
}

static libsearch_status copy_fields(struct open_options *known, libsearch_error *error)
{
    libsearch_open_options *options = &known->options;
    const libsearch_field like = LIBSEARCH_FIELD_INIT;
    if (options->field_count == 0)
        return LIBSEARCH_OK;
    if (options->fields == NULL)
        return argument_missing(error, "libsearch_open", "options.fields");
    if (options->field_count > LIBSEARCH_MAX_FIELDS)
        return error_set(error, LIBSEARCH_LIMIT, "libsearch_open: %zu fields are more than %d", options->field_count,
                         LIBSEARCH_MAX_FIELDS);
    TRY(copy_array(options->allocator, options->fields, options->field_count, &like, sizeof like, "libsearch_field",
                   &known->fields, error));
    options->fields = known->fields;
    return LIBSEARCH_OK;
}

static libsearch_status copy_analyzers(struct open_options *known, libsearch_error *error)
{
    libsearch_extensions *extensions = &known->extensions;
    const libsearch_analyzer like = LIBSEARCH_ANALYZER_INIT;
    if (extensions->analyzer_count == 0)
        return LIBSEARCH_OK;
    if (extensions->analyzers == NULL)
        return argument_missing(error, "libsearch_open", "extensions.analyzers");
    if (extensions->analyzer_count > LIBSEARCH_MAX_FIELDS)
        return error_set(error, LIBSEARCH_LIMIT, "libsearch_open: %zu analyzers are more than %d",
                         extensions->analyzer_count, LIBSEARCH_MAX_FIELDS);
    TRY(copy_array(known->options.allocator, extensions->analyzers, extensions->analyzer_count, &like, sizeof like,
                   "libsearch_analyzer", &known->analyzers, error));
    extensions->analyzers = known->analyzers;
    return LIBSEARCH_OK;
}

static libsearch_status copy_all(const libsearch_open_options *given, struct open_options *known,
                                 libsearch_error *error)
{
    libsearch_open_options *options = &known->options;
    if (given != NULL)
        TRY(options_copy(options, sizeof *options, given, "libsearch_open_options", error));
    const libsearch_allocator *allocator = options->allocator;
    TRY(allocator_check(allocator, "libsearch_open", error));
    if (options->engine != NULL && options->engine->size != sizeof(libsearch_engine))
        return error_set(error, LIBSEARCH_VERSION, "libsearch_open: the engine was made for another version than %s",
                         libsearch_version());
    if (allocator == NULL)
        options->allocator = allocator_default();
    if (options->engine == NULL)
        options->engine = engine_native();
    TRY(copy_fields(known, error));
    if (options->extensions == NULL)
        return LIBSEARCH_OK;
    TRY(options_copy(&known->extensions, sizeof known->extensions, options->extensions, "libsearch_extensions", error));
    options->extensions = &known->extensions;
    if (known->extensions.storage != NULL) {
        TRY(options_copy(&known->storage, sizeof known->storage, known->extensions.storage, "libsearch_storage",
                         error));
        known->extensions.storage = &known->storage;
    }
    return copy_analyzers(known, error);
}

libsearch_status open_options_copy(const libsearch_open_options *given, struct open_options *known,
                                   libsearch_error *error)
{
    *known = (struct open_options){ .options = LIBSEARCH_OPEN_OPTIONS_INIT,
                                    .extensions = LIBSEARCH_EXTENSIONS_INIT,
                                    .storage = LIBSEARCH_STORAGE_INIT };
    const libsearch_status status = copy_all(given, known, error);
    if (status != LIBSEARCH_OK)
        open_options_free(known);
    return status;
}

void open_options_free(struct open_options *known)
{
    const libsearch_allocator *allocator = known->options.allocator;
    if (known->fields != NULL)
        memory_free(allocator, known->fields);
    if (known->analyzers != NULL)
        memory_free(allocator, known->analyzers);
}
