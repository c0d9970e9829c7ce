/* SPDX-License-Identifier: MIT */
/* Saved queries: <libsearch/watch.h>. */
#include <string.h>

#include "api/handles.h"
#include "io/storage.h"
#include "watch/watcher.h"

struct libsearch_watch {
    const libsearch_allocator *allocator;
    struct watch_set *set;
};

struct libsearch_watcher {
    const libsearch_allocator *allocator;
    struct watcher *watcher;
    libsearch_watch_word *words;
    size_t word_capacity;
};

enum { DEFAULT_MEMORY = 256 << 20 };

static libsearch_status check_allocator(const libsearch_allocator *allocator, const char *function,
                                        libsearch_error *error)
{
    if (allocator != NULL &&
        (allocator->allocate == NULL || allocator->reallocate == NULL || allocator->release == NULL))
        return error_set(error, LIBSEARCH_INVALID, "%s: a function of the allocator is NULL", function);
    return LIBSEARCH_OK;
}

/* Wraps a set, which goes when that fails. */
static libsearch_status wrap(const libsearch_allocator *allocator, struct watch_set *set, libsearch_watch **watch,
                             libsearch_error *error)
{
    libsearch_watch *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL) {
        watch_set_free(set);
        return error_no_memory(error);
    }
    *made = (libsearch_watch){ allocator, set };
    *watch = made;
    return LIBSEARCH_OK;
}

static libsearch_status new_like(const libsearch_allocator *allocator, libsearch_index *index, struct watch_set **set,
                                 libsearch_error *error)
{
    libsearch_snapshot *snapshot;
    TRY(snapshot_pin(index, &snapshot, error));
    const libsearch_status status =
        watch_set_new_like(allocator, snapshot->engine->snapshot_schema(snapshot->handle), set, error);
    libsearch_snapshot_free(snapshot);
    return status;
}

static libsearch_status add_fields(struct watch_set *set, const libsearch_watch_options *options,
                                   libsearch_error *error)
{
    const char *next = (const char *)options->fields;
    for (size_t i = 0; i < options->field_count; i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        TRY(options_copy(&field, sizeof field, next, "libsearch_field", error));
        TRY(watch_set_add_field(set, &field, error));
        next += options->fields[0].size;
    }
    return LIBSEARCH_OK;
}

libsearch_status libsearch_watch_new(const libsearch_watch_options *options, libsearch_watch **watch,
                                     libsearch_error *error)
{
    libsearch_watch_options known = LIBSEARCH_WATCH_OPTIONS_INIT;
    struct watch_set *set;
    error_clear(error);
    if (watch == NULL)
        return argument_missing(error, "libsearch_watch_new", "watch");
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_watch_options", error));
    TRY(check_allocator(known.allocator, "libsearch_watch_new", error));
    if (known.like != NULL && (known.analyzer != NULL || known.field_count > 0))
        return error_set(error, LIBSEARCH_INVALID,
                         "libsearch_watch_new: analyzer and fields are given, and an index that says them");
    if (known.field_count > 0 && known.fields == NULL)
        return argument_missing(error, "libsearch_watch_new", "options.fields");
    const libsearch_allocator *allocator = known.allocator == NULL ? allocator_default() : known.allocator;
    TRY(known.like != NULL ? new_like(allocator, known.like, &set, error)
                           : watch_set_new(allocator, known.analyzer, &set, error));
    const libsearch_status status = add_fields(set, &known, error);
    if (status != LIBSEARCH_OK) {
        watch_set_free(set);
        return status;
    }
    return wrap(allocator, set, watch, error);
}

void libsearch_watch_free(libsearch_watch *watch)
{
    if (watch == NULL)
        return;
    watch_set_free(watch->set);
    memory_free(watch->allocator, watch);
}

libsearch_status libsearch_watch_add_field(libsearch_watch *watch, const libsearch_field *field, libsearch_error *error)
{
    libsearch_field known = LIBSEARCH_FIELD_INIT;
    error_clear(error);
    if (watch == NULL || field == NULL)
        return argument_missing(error, "libsearch_watch_add_field", watch == NULL ? "watch" : "field");
    TRY(options_copy(&known, sizeof known, field, "libsearch_field", error));
    return watch_set_add_field(watch->set, &known, error);
}

libsearch_status libsearch_watch_add(libsearch_watch *watch, libsearch_bytes id, const libsearch_query *query,
                                     libsearch_error *error)
{
    error_clear(error);
    if (watch == NULL || query == NULL)
        return argument_missing(error, "libsearch_watch_add", watch == NULL ? "watch" : "query");
    TRY(id_check(id, "libsearch_watch_add", error));
    return watch_set_add(watch->set, id, query, error);
}

libsearch_status libsearch_watch_add_text(libsearch_watch *watch, libsearch_bytes id, libsearch_bytes text,
                                          unsigned flags, libsearch_report report, void *context,
                                          libsearch_error *error)
{
    error_clear(error);
    if (watch == NULL)
        return argument_missing(error, "libsearch_watch_add_text", "watch");
    if (text.data == NULL && text.length > 0)
        return argument_missing(error, "libsearch_watch_add_text", "text.data");
    const unsigned known = LIBSEARCH_PARSE_STRICT | LIBSEARCH_PARSE_WORDS | LIBSEARCH_PARSE_ALL;
    if ((flags & ~known) != 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_watch_add_text: there are no flags %#x", flags & ~known);
    TRY(id_check(id, "libsearch_watch_add_text", error));
    return watch_set_add_text(watch->set, id, text, flags, report, context, error);
}

libsearch_status libsearch_watch_remove(libsearch_watch *watch, libsearch_bytes id, libsearch_error *error)
{
    error_clear(error);
    if (watch == NULL)
        return argument_missing(error, "libsearch_watch_remove", "watch");
    TRY(id_check(id, "libsearch_watch_remove", error));
    return watch_set_remove(watch->set, id, error);
}

size_t libsearch_watch_count(libsearch_watch *watch) { return watch == NULL ? 0 : watch_set_count(watch->set); }

libsearch_status libsearch_watch_get(libsearch_watch *watch, libsearch_bytes id, char **text, libsearch_error *error)
{
    error_clear(error);
    if (watch == NULL || text == NULL)
        return argument_missing(error, "libsearch_watch_get", watch == NULL ? "watch" : "text");
    TRY(id_check(id, "libsearch_watch_get", error));
    return watch_set_text(watch->set, id, text, error);
}

/* The folder of a path, opened, and the name in it. */
static libsearch_status open_folder(const libsearch_allocator *allocator, const char *path, bool read_only,
                                    struct storage **storage, const char **name, const char *function,
                                    libsearch_error *error)
{
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    if (**name == 0)
        return error_set(error, LIBSEARCH_INVALID, "%s: the path names no file", function);
    if (slash == NULL)
        return storage_open_posix(allocator, ".", false, read_only, storage, error);
    char *folder = memory_duplicate(allocator, path, slash == path ? 1 : (size_t)(slash - path));
    if (folder == NULL)
        return error_no_memory(error);
    const libsearch_status status = storage_open_posix(allocator, folder, false, read_only, storage, error);
    memory_free(allocator, folder);
    return status;
}

libsearch_status libsearch_watch_save(libsearch_watch *watch, const char *path, libsearch_error *error)
{
    struct storage *storage;
    const char *name;
    error_clear(error);
    if (watch == NULL || path == NULL)
        return argument_missing(error, "libsearch_watch_save", watch == NULL ? "watch" : "path");
    TRY(open_folder(watch->allocator, path, false, &storage, &name, "libsearch_watch_save", error));
    const libsearch_status status = watch_set_save(watch->set, storage, name, error);
    storage_close(storage);
    return status;
}

static libsearch_status load_like(const libsearch_allocator *allocator, libsearch_index *index, struct storage *storage,
                                  const char *name, struct watch_set **set, libsearch_error *error)
{
    libsearch_snapshot *snapshot;
    if (index == NULL)
        return watch_set_load(allocator, NULL, storage, name, set, error);
    TRY(snapshot_pin(index, &snapshot, error));
    const libsearch_status status =
        watch_set_load(allocator, snapshot->engine->snapshot_schema(snapshot->handle)->known, storage, name, set,
                       error);
    libsearch_snapshot_free(snapshot);
    return status;
}

libsearch_status libsearch_watch_load(const char *path, const libsearch_watch_options *options, libsearch_watch **watch,
                                      libsearch_error *error)
{
    libsearch_watch_options known = LIBSEARCH_WATCH_OPTIONS_INIT;
    struct storage *storage;
    struct watch_set *set;
    const char *name;
    error_clear(error);
    if (path == NULL || watch == NULL)
        return argument_missing(error, "libsearch_watch_load", path == NULL ? "path" : "watch");
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_watch_options", error));
    TRY(check_allocator(known.allocator, "libsearch_watch_load", error));
    if (known.analyzer != NULL || known.field_count > 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_watch_load: analyzer and fields are the file's");
    const libsearch_allocator *allocator = known.allocator == NULL ? allocator_default() : known.allocator;
    TRY(open_folder(allocator, path, true, &storage, &name, "libsearch_watch_load", error));
    const libsearch_status status = load_like(allocator, known.like, storage, name, &set, error);
    storage_close(storage);
    TRY(status);
    return wrap(allocator, set, watch, error);
}

libsearch_document *libsearch_watch_document(libsearch_watch *watch)
{
    return watch == NULL ? NULL : document_new(watch->allocator);
}

libsearch_status libsearch_watcher_open(libsearch_watch *watch, const libsearch_watcher_options *options,
                                        libsearch_watcher **watcher, libsearch_error *error)
{
    libsearch_watcher_options known = LIBSEARCH_WATCHER_OPTIONS_INIT;
    struct watcher_options limits = { 0 };
    error_clear(error);
    if (watch == NULL || watcher == NULL)
        return argument_missing(error, "libsearch_watcher_open", watch == NULL ? "watch" : "watcher");
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_watcher_options", error));
    if (known.timeout < 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_watcher_open: the timeout is negative");
    if (known.timeout < INT64_MAX / 4000000) /* else in centuries */
        limits.timeout = known.timeout * 1000000;
    limits.memory = known.memory == 0 ? (size_t)DEFAULT_MEMORY : known.memory;
    limits.cancel = known.cancel == NULL ? NULL : &known.cancel->raised;
    libsearch_watcher *made = memory_allocate_array(watch->allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = watch->allocator;
    const libsearch_status status = watcher_open(watch->set, &limits, &made->watcher, error);
    if (status != LIBSEARCH_OK) {
        memory_free(watch->allocator, made);
        return status;
    }
    *watcher = made;
    return LIBSEARCH_OK;
}

void libsearch_watcher_close(libsearch_watcher *watcher)
{
    if (watcher == NULL)
        return;
    const libsearch_allocator *allocator = watcher->allocator;
    watcher_close(watcher->watcher);
    memory_free(allocator, watcher->words);
    memory_free(allocator, watcher);
}

libsearch_status libsearch_watcher_match(libsearch_watcher *watcher, const libsearch_document *document, size_t *count,
                                         libsearch_error *error)
{
    error_clear(error);
    if (watcher == NULL || document == NULL)
        return argument_missing(error, "libsearch_watcher_match", watcher == NULL ? "watcher" : "document");
    TRY(watcher_match(watcher->watcher, document, error));
    if (count != NULL)
        *count = watcher->watcher->result_count;
    return LIBSEARCH_OK;
}

libsearch_bytes libsearch_watcher_id(const libsearch_watcher *watcher, size_t i)
{
    if (watcher == NULL || i >= watcher->watcher->result_count)
        return (libsearch_bytes){ NULL, 0 };
    return saved_query_id(watcher->watcher->results[i]);
}

libsearch_status libsearch_watcher_words(libsearch_watcher *watcher, size_t i, const libsearch_watch_word **words,
                                         size_t *count, libsearch_error *error)
{
    error_clear(error);
    if (watcher == NULL || words == NULL || count == NULL)
        return argument_missing(error, "libsearch_watcher_words",
                                watcher == NULL ? "watcher"
                                : words == NULL ? "words"
                                                : "count");
    if (i >= watcher->watcher->result_count)
        return error_set(error, LIBSEARCH_INVALID,
                         "libsearch_watcher_words: there are %zu matches, and none of number %zu",
                         watcher->watcher->result_count, i);
    TRY(watcher_words(watcher->watcher, i, error));
    const struct matched_words *found = &watcher->watcher->words;
    if (!memory_grow(watcher->allocator, &watcher->words, &watcher->word_capacity, found->count + 1,
                     sizeof *watcher->words))
        return error_no_memory(error);
    for (size_t w = 0; w < found->count; w++)
        watcher->words[w] = (libsearch_watch_word){ watcher_field_name(watcher->watcher, found->all[w].field),
                                                    found->all[w].value, found->all[w].start, found->all[w].end };
    *words = watcher->words;
    *count = found->count;
    return LIBSEARCH_OK;
}
