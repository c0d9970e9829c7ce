/* SPDX-License-Identifier: MIT */
/* Documents that are alike, in groups: <libsearch/duplicates.h>. */
#include "api/duplicates.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POLL_EACH = 64, DEFAULT_WORDS = 30, MOST_WORDS = 1000, DEFAULT_MEMORY = 256 << 20 };
static const double SIGNATURE_THRESHOLD = 0.85, CONTENT_THRESHOLD = 0.5;

libsearch_status likeness_poll(struct likeness *likeness, libsearch_error *error)
{
    struct timespec now;
    if (likeness->cancel != NULL && *likeness->cancel != 0)
        return error_set(error, LIBSEARCH_CANCELLED, "cancelled");
    if (likeness->deadline == 0 || ++likeness->looked_at % POLL_EACH != 0)
        return LIBSEARCH_OK;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec > likeness->deadline)
        return error_set(error, LIBSEARCH_DEADLINE, "the time for near-duplicates was over");
    return LIBSEARCH_OK;
}

libsearch_status likeness_add(struct likeness *likeness, const struct member *member, libsearch_error *error)
{
    libsearch_duplicates *made = likeness->made;
    if (!memory_grow(made->allocator, &made->members, &made->capacity, made->count + 1, sizeof *made->members))
        return error_no_memory(error);
    made->members[made->count++] = *member;
    return LIBSEARCH_OK;
}

/* By group; within one by result or number, so that the leader, which came first, is first. */
static int by_group(const void *a, const void *b)
{
    const struct member *one = a, *other = b;
    if (one->group != other->group)
        return one->group < other->group ? -1 : 1;
    if (one->result != other->result)
        return one->result < other->result ? -1 : 1;
    return (one->number > other->number) - (one->number < other->number);
}

static int by_similarity(const void *a, const void *b)
{
    const struct member *one = a, *other = b;
    if (one->similarity < other->similarity || one->similarity > other->similarity)
        return one->similarity > other->similarity ? -1 : 1;
    return (one->number > other->number) - (one->number < other->number);
}

/* Counts the groups, of two and more members where `many`, and looks their ids up. */
static libsearch_status finish(libsearch_duplicates *made, bool many, libsearch_error *error)
{
    const libsearch_allocator *allocator = made->allocator;
    made->starts = memory_allocate_array(allocator, made->count + 1, sizeof *made->starts);
    made->ids = memory_allocate_array(allocator, made->count + 1, sizeof *made->ids);
    if (made->starts == NULL || made->ids == NULL)
        return error_no_memory(error);
    size_t kept = 0;
    for (size_t i = 0, end; i < made->count; i = end) {
        end = i + 1;
        while (end < made->count && made->members[end].group == made->members[i].group)
            end++;
        if (many && end - i < 2)
            continue;
        made->starts[made->groups++] = kept;
        memmove(made->members + kept, made->members + i, (end - i) * sizeof *made->members);
        kept += end - i;
    }
    made->starts[made->groups] = made->count = kept;
    for (size_t i = 0; i < kept; i++)
        TRY(made->snapshot->engine->id(made->snapshot->handle, made->members[i].number, &made->ids[i], error));
    return LIBSEARCH_OK;
}

void libsearch_duplicates_free(libsearch_duplicates *duplicates)
{
    if (duplicates == NULL)
        return;
    const libsearch_allocator *allocator = duplicates->allocator;
    memory_free(allocator, duplicates->members);
    memory_free(allocator, duplicates->starts);
    memory_free(allocator, duplicates->ids);
    libsearch_snapshot_free(duplicates->snapshot);
    memory_free(allocator, duplicates);
}

static libsearch_status find_field(libsearch_snapshot *snapshot, const char *name, const struct field **field,
                                   libsearch_error *error)
{
    const struct schema *schema = snapshot->engine->snapshot_schema(snapshot->handle);
    *field = NULL;
    for (size_t f = 0; name == NULL && f < schema->count && *field == NULL; f++)
        if (schema->fields[f]->flags & LIBSEARCH_FIELD_SIGNATURE)
            *field = schema->fields[f];
    if (name != NULL)
        *field = schema_find(schema, name, strlen(name));
    if (*field == NULL)
        return name == NULL ? error_set(error, LIBSEARCH_NOT_FOUND, "no field of the index has a signature")
                            : error_set(error, LIBSEARCH_NOT_FOUND, "the index has no field '%s'", name);
    return (*field)->flags & LIBSEARCH_FIELD_SIGNATURE
               ? LIBSEARCH_OK
               : error_set(error, LIBSEARCH_INVALID, "field '%s' has no signature", name);
}

static libsearch_status check(const libsearch_duplicates_options *options, libsearch_error *error)
{
    if (!(options->threshold >= 0 && options->threshold <= 1))
        return error_set(error, LIBSEARCH_INVALID, "libsearch_duplicates_options: the threshold is not from 0 to 1");
    if (options->timeout < 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_duplicates_options: the timeout is negative");
    if (options->by != LIBSEARCH_DUPLICATES_SIGNATURE && options->by != LIBSEARCH_DUPLICATES_CONTENT)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_duplicates_options: there is no likeness by %d",
                         (int)options->by);
    if (options->by == LIBSEARCH_DUPLICATES_CONTENT && options->field != NULL)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_duplicates_options: a field is for signatures");
    if (options->by == LIBSEARCH_DUPLICATES_SIGNATURE && (options->words > 0 || options->memory > 0))
        return error_set(error, LIBSEARCH_INVALID, "libsearch_duplicates_options: words and memory are for content");
    if (options->words > MOST_WORDS)
        return error_set(error, LIBSEARCH_LIMIT, "libsearch_duplicates_options: more than %d words", MOST_WORDS);
    return LIBSEARCH_OK;
}

/* What of the engine it takes. */
static libsearch_status check_engine(const libsearch_engine *engine, bool content, libsearch_error *error)
{
    if (content ? engine->expand != NULL && engine->select != NULL
                : engine->signature != NULL && engine->signatures != NULL)
        return LIBSEARCH_OK;
    return error_set(error, LIBSEARCH_UNSUPPORTED,
                     content ? "the %s engine knows no words of documents" : "the engine %s keeps no signatures",
                     engine->name);
}

/* Checks what all three are given, and makes empty groups. */
static libsearch_status begin(libsearch_snapshot *snapshot, const libsearch_duplicates_options *options, bool *content,
                              struct likeness *likeness, libsearch_error *error)
{
    libsearch_duplicates_options known = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_duplicates_options", error));
    TRY(check(&known, error));
    *content = known.by == LIBSEARCH_DUPLICATES_CONTENT;
    TRY(check_engine(snapshot->engine, *content, error));
    *likeness = (struct likeness){ .snapshot = snapshot,
                                   .threshold = known.threshold > 0 ? known.threshold
                                                : *content          ? CONTENT_THRESHOLD
                                                                    : SIGNATURE_THRESHOLD,
                                   .words = known.words > 0 ? known.words : DEFAULT_WORDS,
                                   .memory = known.memory > 0 ? known.memory : DEFAULT_MEMORY,
                                   .deadline = deadline_of(known.timeout),
                                   .cancel = known.cancel == NULL ? NULL : &known.cancel->raised };
    if (!*content)
        TRY(find_field(snapshot, known.field, &likeness->field, error));
    likeness->made = memory_allocate_array(snapshot->allocator, 1, sizeof *likeness->made);
    if (likeness->made == NULL)
        return error_no_memory(error);
    likeness->made->allocator = snapshot->allocator;
    likeness->made->snapshot = snapshot_share(snapshot);
    return LIBSEARCH_OK;
}

static libsearch_status end(const struct likeness *likeness, libsearch_status status, bool many,
                            libsearch_duplicates **duplicates, libsearch_error *error)
{
    if (status == LIBSEARCH_OK)
        status = finish(likeness->made, many, error);
    if (status == LIBSEARCH_OK)
        *duplicates = likeness->made;
    else
        libsearch_duplicates_free(likeness->made);
    return status;
}

static void sort(libsearch_duplicates *made)
{
    if (made->count > 1)
        qsort(made->members, made->count, sizeof *made->members, by_group);
}

libsearch_status libsearch_duplicates_of(libsearch_snapshot *snapshot, libsearch_bytes id,
                                         const libsearch_duplicates_options *options, libsearch_duplicates **duplicates,
                                         libsearch_error *error)
{
    struct likeness likeness;
    uint64_t number;
    bool content;
    error_clear(error);
    if (snapshot == NULL || duplicates == NULL)
        return argument_missing(error, "libsearch_duplicates_of", snapshot == NULL ? "snapshot" : "duplicates");
    TRY(id_check(id, "libsearch_duplicates_of", error));
    TRY(begin(snapshot, options, &content, &likeness, error));
    libsearch_status status = snapshot->engine->find(snapshot->handle, id, &number, error);
    if (status == LIBSEARCH_OK)
        status = content ? content_likes(&likeness, number, error) : signature_likes(&likeness, number, error);
    if (status == LIBSEARCH_OK && likeness.made->count > 2)
        qsort(likeness.made->members + 1, likeness.made->count - 1, sizeof *likeness.made->members, by_similarity);
    return end(&likeness, status, false, duplicates, error);
}

libsearch_status libsearch_duplicates_list(libsearch_snapshot *snapshot, const libsearch_duplicates_options *options,
                                           libsearch_duplicates **duplicates, libsearch_error *error)
{
    struct likeness likeness;
    bool content;
    error_clear(error);
    if (snapshot == NULL || duplicates == NULL)
        return argument_missing(error, "libsearch_duplicates_list", snapshot == NULL ? "snapshot" : "duplicates");
    TRY(begin(snapshot, options, &content, &likeness, error));
    const libsearch_status status = content ? content_groups(&likeness, error) : signature_groups(&likeness, error);
    sort(likeness.made);
    return end(&likeness, status, true, duplicates, error);
}

libsearch_status libsearch_duplicates_fold(libsearch_results *results, const libsearch_duplicates_options *options,
                                           libsearch_duplicates **duplicates, libsearch_error *error)
{
    struct likeness likeness;
    bool content;
    error_clear(error);
    if (results == NULL || duplicates == NULL)
        return argument_missing(error, "libsearch_duplicates_fold", results == NULL ? "results" : "duplicates");
    TRY(begin(results->snapshot, options, &content, &likeness, error));
    const libsearch_status status =
        content ? content_folds(&likeness, results, error) : signature_folds(&likeness, results, error);
    sort(likeness.made);
    return end(&likeness, status, false, duplicates, error);
}

size_t libsearch_duplicates_count(const libsearch_duplicates *duplicates)
{
    return duplicates == NULL ? 0 : duplicates->groups;
}

size_t libsearch_duplicates_size(const libsearch_duplicates *duplicates, size_t group)
{
    return duplicates == NULL || group >= duplicates->groups
               ? 0
               : duplicates->starts[group + 1] - duplicates->starts[group];
}

libsearch_duplicate libsearch_duplicates_at(const libsearch_duplicates *duplicates, size_t group, size_t i)
{
    if (i >= libsearch_duplicates_size(duplicates, group))
        return (libsearch_duplicate){ .similarity = 0 };
    const size_t at = duplicates->starts[group] + i;
    const struct member *member = &duplicates->members[at];
    return (libsearch_duplicate){ duplicates->ids[at], member->result, member->similarity };
}
