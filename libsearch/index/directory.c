/* SPDX-License-Identifier: MIT */
#include "index/directory.h"

#include <string.h>

#include "index/names.h"

static libsearch_status look_at(void *context, const char *name, uint64_t size, libsearch_error *error)
{
    (void)size;
    (void)error;
    struct directory_survey *survey = context;
    uint64_t number, serial;
    switch (name_parse(name, &number, &serial)) {
    case NAME_OF_COMMIT:
        survey->commits++;
        if (number > survey->newest) {
            survey->before = survey->newest;
            survey->newest = number;
        } else if (number > survey->before)
            survey->before = number;
        break;
    case NAME_OF_SEGMENT:
    case NAME_OF_DELETIONS:
        if (number > survey->largest_number)
            survey->largest_number = number;
        if (serial > survey->largest_number)
            survey->largest_number = serial;
        break;
    case NAME_OF_ANOTHER: survey->foreign = true; break;
    case NAME_OF_LOOSE:
    case NAME_OF_TEMPORARY:
    case NAME_OF_LOCK: break;
    }
    return LIBSEARCH_OK;
}

libsearch_status directory_look(struct storage *storage, struct directory_survey *survey, libsearch_error *error)
{
    struct directory_survey found = { 0 };
    TRY(storage_list(storage, look_at, &found, error));
    *survey = found;
    return LIBSEARCH_OK;
}

struct doomed {
    char name[NAME_SIZE];
    uint64_t commit; /* a commit's number; UINT64_MAX: another file */
};

struct cleaning {
    const libsearch_allocator *allocator;
    const struct manifest *const *kept;
    size_t kept_count;
    struct doomed *files;
    size_t count, capacity;
};

static bool is_kept(const struct cleaning *cleaning, enum name_kind kind, uint64_t number, uint64_t serial)
{
    for (size_t i = 0; i < cleaning->kept_count; i++) {
        const struct manifest *manifest = cleaning->kept[i];
        if (manifest == NULL)
            continue;
        if (kind == NAME_OF_COMMIT || kind == NAME_OF_LOOSE) {
            if (manifest->commit == number && (manifest->loose > 0) == (kind == NAME_OF_LOOSE))
                return true;
            continue;
        }
        for (size_t j = 0; j < manifest->count; j++)
            if (manifest->segments[j].number == number &&
                (kind == NAME_OF_SEGMENT || manifest->segments[j].deletions == serial))
                return true;
    }
    return false;
}

static libsearch_status doom(void *context, const char *name, uint64_t size, libsearch_error *error)
{
    (void)size;
    struct cleaning *cleaning = context;
    uint64_t number, serial;
    const enum name_kind kind = name_parse(name, &number, &serial);
    if (kind == NAME_OF_LOCK || kind == NAME_OF_ANOTHER || is_kept(cleaning, kind, number, serial))
        return LIBSEARCH_OK;
    if (!memory_grow(cleaning->allocator, &cleaning->files, &cleaning->capacity, cleaning->count + 1,
                     sizeof *cleaning->files))
        return error_no_memory(error);
    struct doomed *file = &cleaning->files[cleaning->count++];
    memcpy(file->name, name, strlen(name) + 1); /* names of ours are short enough */
    file->commit = kind == NAME_OF_COMMIT ? number : UINT64_MAX;
    return LIBSEARCH_OK;
}

void directory_clean(struct storage *storage, const struct manifest *const *kept, size_t count)
{
    struct cleaning cleaning = { .allocator = storage->allocator, .kept = kept, .kept_count = count };
    libsearch_status status = storage_list(storage, doom, &cleaning, NULL);
    while (status == LIBSEARCH_OK && cleaning.count > 0) {
        size_t next = 0;
        for (size_t i = 1; i < cleaning.count; i++)
            if (cleaning.files[i].commit < cleaning.files[next].commit)
                next = i;
        if (storage_remove(storage, cleaning.files[next].name, NULL) != LIBSEARCH_OK &&
            cleaning.files[next].commit != UINT64_MAX)
            break;
        cleaning.files[next] = cleaning.files[--cleaning.count];
    }
    memory_free(cleaning.allocator, cleaning.files);
}
