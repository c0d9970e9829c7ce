/* SPDX-License-Identifier: MIT */
/* Likeness by signatures: every document is compared with every leader. */
#include <string.h>

#include "api/duplicates.h"
#include "text/signature.h"

struct leader {
    uint64_t group, signature[SIGNATURE_WORDS];
};

struct grouping {
    struct likeness *likeness;
    struct leader *leaders; /* those that have a signature */
    size_t leader_count, capacity;
    uint64_t groups;
    unsigned most;        /* bits that may differ */
    const uint64_t *only; /* signature_likes: the one leader */
    uint64_t only_number;
};

static void begin(struct grouping *grouping, struct likeness *likeness)
{
    *grouping = (struct grouping){ .likeness = likeness };
    while (signature_similarity(grouping->most + 1) >= likeness->threshold)
        grouping->most++;
}

/* A group of its own; signature NULL: nothing is like it. */
static libsearch_status add_leader(struct grouping *grouping, struct member *member, const uint64_t *signature,
                                   libsearch_error *error)
{
    member->group = grouping->groups++;
    member->similarity = 1;
    if (signature != NULL) {
        if (!memory_grow(grouping->likeness->made->allocator, &grouping->leaders, &grouping->capacity,
                         grouping->leader_count + 1, sizeof *grouping->leaders))
            return error_no_memory(error);
        struct leader *leader = &grouping->leaders[grouping->leader_count++];
        leader->group = member->group;
        memcpy(leader->signature, signature, sizeof leader->signature);
    }
    return likeness_add(grouping->likeness, member, error);
}

/* The next document: it joins the first leader that is near enough, or leads. */
static libsearch_status add_document(struct grouping *grouping, uint64_t number, size_t result,
                                     const uint64_t *signature, libsearch_error *error)
{
    struct member member = { .number = number, .result = result };
    TRY(likeness_poll(grouping->likeness, error));
    for (size_t i = 0; i < grouping->leader_count; i++) {
        const unsigned distance = signature_distance(grouping->leaders[i].signature, signature);
        if (distance <= grouping->most) {
            member.group = grouping->leaders[i].group;
            member.similarity = signature_similarity(distance);
            return likeness_add(grouping->likeness, &member, error);
        }
    }
    return add_leader(grouping, &member, signature, error);
}

static libsearch_status group_one(void *context, uint64_t number, const uint64_t *signature, libsearch_error *error)
{
    return add_document(context, number, 0, signature, error);
}

static libsearch_status compare_one(void *context, uint64_t number, const uint64_t *signature, libsearch_error *error)
{
    const struct grouping *grouping = context;
    TRY(likeness_poll(grouping->likeness, error));
    const unsigned distance = signature_distance(grouping->only, signature);
    if (number == grouping->only_number || distance > grouping->most)
        return LIBSEARCH_OK;
    const struct member member = { .number = number, .similarity = signature_similarity(distance) };
    return likeness_add(grouping->likeness, &member, error);
}

libsearch_status signature_likes(struct likeness *likeness, uint64_t number, libsearch_error *error)
{
    const libsearch_snapshot *snapshot = likeness->snapshot;
    uint64_t signature[SIGNATURE_WORDS];
    struct grouping grouping;
    begin(&grouping, likeness);
    TRY(likeness_add(likeness, &(struct member){ .number = number, .similarity = 1 }, error));
    const libsearch_status status =
        snapshot->engine->signature(snapshot->handle, likeness->field, number, signature, error);
    if (status == LIBSEARCH_NOT_FOUND)
        return LIBSEARCH_OK; /* it has no words there */
    TRY(status);
    grouping.only = signature;
    grouping.only_number = number;
    return snapshot->engine->signatures(snapshot->handle, likeness->field, compare_one, &grouping, error);
}

libsearch_status signature_groups(struct likeness *likeness, libsearch_error *error)
{
    const libsearch_snapshot *snapshot = likeness->snapshot;
    struct grouping grouping;
    begin(&grouping, likeness);
    const libsearch_status status =
        snapshot->engine->signatures(snapshot->handle, likeness->field, group_one, &grouping, error);
    memory_free(likeness->made->allocator, grouping.leaders);
    return status;
}

static libsearch_status fold_one(struct grouping *grouping, uint64_t number, size_t result, libsearch_error *error)
{
    const libsearch_snapshot *snapshot = grouping->likeness->snapshot;
    uint64_t signature[SIGNATURE_WORDS];
    const libsearch_status status =
        snapshot->engine->signature(snapshot->handle, grouping->likeness->field, number, signature, error);
    if (status == LIBSEARCH_NOT_FOUND) /* without words */
        return add_leader(grouping, &(struct member){ .number = number, .result = result }, NULL, error);
    TRY(status);
    return add_document(grouping, number, result, signature, error);
}

libsearch_status signature_folds(struct likeness *likeness, const libsearch_results *results, libsearch_error *error)
{
    libsearch_status status = LIBSEARCH_OK;
    struct grouping grouping;
    begin(&grouping, likeness);
    for (size_t i = 0; status == LIBSEARCH_OK && i < results->count; i++)
        status = fold_one(&grouping, results->hits[i].number, i, error);
    memory_free(likeness->made->allocator, grouping.leaders);
    return status;
}
