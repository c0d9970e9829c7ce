/* SPDX-License-Identifier: MIT */
/* Near-duplicates by signatures: <libsearch/duplicates.h>. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/handles.h"
#include "text/signature.h"

enum { POLL_EACH = 64 }; /* documents between two looks at the clock; each is compared with all leaders */
static const double DEFAULT_THRESHOLD = 0.85;

struct member {
    uint64_t number, leader; /* leader: which group */
    size_t result;
    unsigned distance;
};

struct libsearch_duplicates {
    const libsearch_allocator *allocator;
    libsearch_snapshot *snapshot; /* a reference: ids lie there */
    struct member *members;
    size_t count, capacity;
    size_t *starts; /* of each group's members, and behind the last */
    size_t groups;
    libsearch_bytes *ids;
};

/* Gathering groups. */
struct grouping {
    libsearch_duplicates *made;
    struct leader {
        uint64_t group, signature[SIGNATURE_WORDS];
    } * leaders; /* those that have a signature */
    size_t leader_count;
    uint64_t groups;
    size_t capacity;
    unsigned most;        /* bits that may differ */
    const uint64_t *only; /* libsearch_duplicates_of: the one leader */
    uint64_t only_number;
    int64_t deadline;
    const volatile int *cancel;
    size_t looked_at;
};

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static libsearch_status poll(struct grouping *grouping, libsearch_error *error)
{
    if (++grouping->looked_at % POLL_EACH != 0)
        return LIBSEARCH_OK;
    if (grouping->cancel != NULL && *grouping->cancel != 0)
        return error_set(error, LIBSEARCH_CANCELLED, "cancelled");
    if (grouping->deadline != 0 && now() > grouping->deadline)
        return error_set(error, LIBSEARCH_DEADLINE, "the time for near-duplicates was over");
    return LIBSEARCH_OK;
}

static libsearch_status add_member(libsearch_duplicates *made, const struct member *member, libsearch_error *error)
{
    if (!memory_grow(made->allocator, &made->members, &made->capacity, made->count + 1, sizeof *made->members))
        return error_no_memory(error);
    made->members[made->count++] = *member;
    return LIBSEARCH_OK;
}

/* A group of its own; signature NULL: nothing is like it. */
static libsearch_status add_leader(struct grouping *grouping, struct member *member, const uint64_t *signature,
                                   libsearch_error *error)
{
    member->leader = grouping->groups++;
    if (signature != NULL) {
        if (!memory_grow(grouping->made->allocator, &grouping->leaders, &grouping->capacity, grouping->leader_count + 1,
                         sizeof *grouping->leaders))
            return error_no_memory(error);
        struct leader *leader = &grouping->leaders[grouping->leader_count++];
        leader->group = member->leader;
        memcpy(leader->signature, signature, sizeof leader->signature);
    }
    return add_member(grouping->made, member, error);
}

/* The next document: it joins the first leader that is near enough, or leads. */
static libsearch_status add_document(struct grouping *grouping, uint64_t number, size_t result,
                                     const uint64_t *signature, libsearch_error *error)
{
    struct member member = { .number = number, .result = result };
    TRY(poll(grouping, error));
    for (size_t i = 0; i < grouping->leader_count; i++) {
        const unsigned distance = signature_distance(grouping->leaders[i].signature, signature);
        if (distance <= grouping->most) {
            member.leader = grouping->leaders[i].group;
            member.distance = distance;
            return add_member(grouping->made, &member, error);
        }
    }
    return add_leader(grouping, &member, signature, error);
}

static libsearch_status list_one(void *context, uint64_t number, const uint64_t *signature, libsearch_error *error)
{
    return add_document(context, number, 0, signature, error);
}

static libsearch_status compare_one(void *context, uint64_t number, const uint64_t *signature, libsearch_error *error)
{
    struct grouping *grouping = context;
    TRY(poll(grouping, error));
    const unsigned distance = signature_distance(grouping->only, signature);
    if (number == grouping->only_number || distance > grouping->most)
        return LIBSEARCH_OK;
    return add_member(grouping->made, &(struct member){ .number = number, .distance = distance }, error);
}

/* By group; within one the leader first, then as they were added, or (by_distance) the nearest first. */
static int by_group(const void *a, const void *b)
{
    const struct member *one = a, *other = b;
    if (one->leader != other->leader)
        return one->leader < other->leader ? -1 : 1;
    if (one->result != other->result)
        return one->result < other->result ? -1 : 1;
    return (one->number > other->number) - (one->number < other->number);
}

static int by_distance(const void *a, const void *b)
{
    const struct member *one = a, *other = b;
    if (one->distance != other->distance)
        return one->distance < other->distance ? -1 : 1;
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
        while (end < made->count && made->members[end].leader == made->members[i].leader)
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

/* Checks what all three are given, and makes empty groups. */
static libsearch_status begin(libsearch_snapshot *snapshot, const libsearch_duplicates_options *options,
                              const struct field **field, struct grouping *grouping, libsearch_error *error)
{
    libsearch_duplicates_options known = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_duplicates_options", error));
    if (!(known.threshold >= 0 && known.threshold <= 1))
        return error_set(error, LIBSEARCH_INVALID, "libsearch_duplicates_options: the threshold is not from 0 to 1");
    if (known.timeout < 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_duplicates_options: the timeout is negative");
    if (snapshot->engine->signature == NULL || snapshot->engine->signatures == NULL)
        return error_set(error, LIBSEARCH_UNSUPPORTED, "the engine %s keeps no signatures", snapshot->engine->name);
    TRY(find_field(snapshot, known.field, field, error));
    const double threshold = known.threshold > 0 ? known.threshold : DEFAULT_THRESHOLD;
    *grouping = (struct grouping){ .cancel = known.cancel == NULL ? NULL : &known.cancel->raised };
    while (signature_similarity(grouping->most + 1) >= threshold)
        grouping->most++;
    if (known.timeout > 0 && known.timeout < INT64_MAX / 4000000)
        grouping->deadline = now() + known.timeout * 1000000;
    grouping->made = memory_allocate_array(snapshot->allocator, 1, sizeof *grouping->made);
    if (grouping->made == NULL)
        return error_no_memory(error);
    grouping->made->allocator = snapshot->allocator;
    grouping->made->snapshot = snapshot_share(snapshot);
    return LIBSEARCH_OK;
}

static libsearch_status end(struct grouping *grouping, libsearch_status status, bool many,
                            libsearch_duplicates **duplicates, libsearch_error *error)
{
    memory_free(grouping->made->allocator, grouping->leaders);
    if (status == LIBSEARCH_OK)
        status = finish(grouping->made, many, error);
    if (status == LIBSEARCH_OK)
        *duplicates = grouping->made;
    else
        libsearch_duplicates_free(grouping->made);
    return status;
}

static libsearch_status alike(libsearch_snapshot *snapshot, const struct field *field, uint64_t number,
                              struct grouping *grouping, libsearch_error *error)
{
    uint64_t signature[SIGNATURE_WORDS];
    libsearch_duplicates *made = grouping->made;
    TRY(add_member(made, &(struct member){ .number = number }, error));
    const libsearch_status status = snapshot->engine->signature(snapshot->handle, field, number, signature, error);
    if (status == LIBSEARCH_NOT_FOUND)
        return LIBSEARCH_OK; /* it has no words there */
    TRY(status);
    grouping->only = signature;
    grouping->only_number = number;
    TRY(snapshot->engine->signatures(snapshot->handle, field, compare_one, grouping, error));
    if (made->count > 2)
        qsort(made->members + 1, made->count - 1, sizeof *made->members, by_distance);
    return LIBSEARCH_OK;
}

libsearch_status libsearch_duplicates_of(libsearch_snapshot *snapshot, libsearch_bytes id,
                                         const libsearch_duplicates_options *options, libsearch_duplicates **duplicates,
                                         libsearch_error *error)
{
    const struct field *field;
    struct grouping grouping;
    uint64_t number;
    error_clear(error);
    if (snapshot == NULL || duplicates == NULL)
        return argument_missing(error, "libsearch_duplicates_of", snapshot == NULL ? "snapshot" : "duplicates");
    TRY(id_check(id, "libsearch_duplicates_of", error));
    TRY(begin(snapshot, options, &field, &grouping, error));
    libsearch_status status = snapshot->engine->find(snapshot->handle, id, &number, error);
    if (status == LIBSEARCH_OK)
        status = alike(snapshot, field, number, &grouping, error);
    return end(&grouping, status, false, duplicates, error);
}

libsearch_status libsearch_duplicates_list(libsearch_snapshot *snapshot, const libsearch_duplicates_options *options,
                                           libsearch_duplicates **duplicates, libsearch_error *error)
{
    const struct field *field;
    struct grouping grouping;
    error_clear(error);
    if (snapshot == NULL || duplicates == NULL)
        return argument_missing(error, "libsearch_duplicates_list", snapshot == NULL ? "snapshot" : "duplicates");
    TRY(begin(snapshot, options, &field, &grouping, error));
    const libsearch_status status = snapshot->engine->signatures(snapshot->handle, field, list_one, &grouping, error);
    if (status == LIBSEARCH_OK && grouping.made->count > 1)
        qsort(grouping.made->members, grouping.made->count, sizeof *grouping.made->members, by_group);
    return end(&grouping, status, true, duplicates, error);
}

static libsearch_status fold(libsearch_results *results, const struct field *field, struct grouping *grouping,
                             libsearch_error *error)
{
    const libsearch_snapshot *snapshot = results->snapshot;
    libsearch_duplicates *made = grouping->made;
    for (size_t i = 0; i < results->count; i++) {
        uint64_t signature[SIGNATURE_WORDS];
        const uint64_t number = results->hits[i].number;
        const libsearch_status status = snapshot->engine->signature(snapshot->handle, field, number, signature, error);
        if (status == LIBSEARCH_OK) {
            TRY(add_document(grouping, number, i, signature, error));
            continue;
        }
        if (status != LIBSEARCH_NOT_FOUND)
            return status;
        TRY(add_leader(grouping, &(struct member){ .number = number, .result = i }, NULL, error)); /* without words */
    }
    if (made->count > 1)
        qsort(made->members, made->count, sizeof *made->members, by_group);
    return LIBSEARCH_OK;
}

libsearch_status libsearch_duplicates_fold(libsearch_results *results, const libsearch_duplicates_options *options,
                                           libsearch_duplicates **duplicates, libsearch_error *error)
{
    const struct field *field;
    struct grouping grouping;
    error_clear(error);
    if (results == NULL || duplicates == NULL)
        return argument_missing(error, "libsearch_duplicates_fold", results == NULL ? "results" : "duplicates");
    TRY(begin(results->snapshot, options, &field, &grouping, error));
    return end(&grouping, fold(results, field, &grouping, error), false, duplicates, error);
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
    return (libsearch_duplicate){ duplicates->ids[at], member->result, signature_similarity(member->distance) };
}
