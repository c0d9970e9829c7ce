/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "index/directory.h"
#include "index/index.h"
#include "index/names.h"
#include "index/snapshot_parts.h"

enum { MOST_KEPT = 1 << 20 }; /* bytes of lines; what comes after is counted only */

struct check {
    const libsearch_allocator *allocator;
    struct storage *storage;
    const struct index_options *options; /* or NULL */
    uint64_t done, total;                /* bytes of the segments */
    struct buffer lines;                 /* what is to be told, each with a zero after it */
    uint64_t damages;
};

static struct analyzer_set *analyzers_of(const struct check *check)
{
    return check->options == NULL ? NULL : check->options->analyzers;
}

/* Lines are kept until it is sure that no writer made them by taking away what was read. */
static void count_damage(void *context, const char *line)
{
    struct check *check = context;
    check->damages++;
    if (check->lines.length < MOST_KEPT)
        buffer_append(&check->lines, line, strlen(line) + 1);
}

/* Damage is counted and told, and the check goes on (OK); anything else ends it. */
static libsearch_status judge(struct check *check, libsearch_status status, const libsearch_error *cause,
                              libsearch_error *error)
{
    if (status == LIBSEARCH_CORRUPT || status == LIBSEARCH_NOT_FOUND) {
        count_damage(check, cause->message);
        return LIBSEARCH_OK;
    }
    if (status != LIBSEARCH_OK && error != NULL)
        *error = *cause;
    return status;
}

/* One segment and its deletions: opens them into part, as far as they can be. */
static libsearch_status check_segment(struct check *check, const struct manifest *manifest, size_t i,
                                      struct snapshot_part *part, libsearch_error *error)
{
    const struct manifest_segment *about = &manifest->segments[i];
    libsearch_error cause = LIBSEARCH_ERROR_INIT;
    char name[NAME_SIZE];
    name_segment(name, about->number);
    part->about = *about;
    part->deletions_written = true;
    libsearch_status status =
        segment_open(check->allocator, manifest->schema, check->storage, name, false, &part->segment, &cause);
    TRY(judge(check, status, &cause, error));
    if (status == LIBSEARCH_OK) {
        if (segment_checksum(part->segment) != about->checksum || segment_bytes(part->segment) != about->length ||
            segment_count(part->segment) != about->documents) {
            status = error_set(&cause, LIBSEARCH_CORRUPT, "%s/%s: not the segment that the commit names",
                               check->storage->path, name);
            TRY(judge(check, status, &cause, error));
        }
        const struct watch_part of = { check->options == NULL ? NULL : &check->options->watch, LIBSEARCH_WORK_CHECK,
                                       check->done, about->length, check->total };
        status = segment_check(part->segment, &of, count_damage, check, &cause);
        if (status != LIBSEARCH_CORRUPT) /* which was told */
            TRY(judge(check, status, &cause, error));
    }
    if (about->deletions == 0)
        return LIBSEARCH_OK;
    return judge(check, deletions_read(check->storage, about, &part->deletions, &cause), &cause, error);
}

/* No two live documents have one id. The segments are whole. */
static void check_ids(struct check *check, const struct snapshot_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t documents = segment_count(parts[i].segment);
        for (uint32_t document = 0; document < documents; document++) {
            if (parts[i].deletions != NULL && !live_has(parts[i].deletions->live, document))
                continue;
            const libsearch_bytes id = segment_id(parts[i].segment, document);
            for (size_t j = i; j < count; j++) {
                uint32_t found;
                const bool there = segment_find(parts[j].segment, id, &found) == LIBSEARCH_OK;
                if (j == i ? there && found == document
                           : !there || (parts[j].deletions != NULL && !live_has(parts[j].deletions->live, found)))
                    continue;
                char line[256];
                snprintf(line, sizeof line, "%.120s/%s: document %u is not the only live one of its id",
                         check->storage->path, segment_name(parts[i].segment), document);
                count_damage(check, line);
            }
        }
    }
}

static libsearch_status check_manifest(struct check *check, const struct manifest *manifest, libsearch_error *error)
{
    struct snapshot_part *parts = memory_allocate_array(check->allocator, manifest->count, sizeof *parts);
    if (parts == NULL)
        return error_no_memory(error);
    libsearch_status status = LIBSEARCH_OK;
    check->done = check->total = 0;
    for (size_t i = 0; i < manifest->count; i++)
        check->total += manifest->segments[i].length;
    for (size_t i = 0; i < manifest->count && status == LIBSEARCH_OK; i++) {
        status = check_segment(check, manifest, i, &parts[i], error);
        check->done += manifest->segments[i].length;
    }
    if (status == LIBSEARCH_OK && check->damages == 0)
        check_ids(check, parts, manifest->count);
    const struct watch_part whole = { check->options == NULL ? NULL : &check->options->watch, LIBSEARCH_WORK_CHECK, 0,
                                      check->total, check->total };
    if (status == LIBSEARCH_OK)
        watch_step(&whole, 1, 1, NULL); /* done: too late to stop it */
    for (size_t i = 0; i < manifest->count; i++)
        snapshot_part_release(&parts[i]);
    memory_free(check->allocator, parts);
    return status;
}

/* A commit that is kept beside `known`, which was checked: what it has of its own. It may be missing, as in a copy. */
static libsearch_status check_kept(struct check *check, uint64_t number, const struct manifest *known,
                                   libsearch_error *error)
{
    struct manifest *manifest;
    libsearch_error cause = LIBSEARCH_ERROR_INIT;
    libsearch_status status = manifest_read(check->storage, analyzers_of(check), number, false, &manifest, &cause);
    if (status == LIBSEARCH_NOT_FOUND)
        return LIBSEARCH_OK;
    TRY(judge(check, status, &cause, error));
    if (status != LIBSEARCH_OK)
        return LIBSEARCH_OK;
    for (size_t i = 0; i < manifest->count && status == LIBSEARCH_OK; i++) {
        const struct manifest_segment *about = &manifest->segments[i], *same = NULL;
        for (size_t j = 0; j < known->count; j++)
            if (known->segments[j].number == about->number && known->segments[j].checksum == about->checksum)
                same = &known->segments[j];
        struct snapshot_part part = { 0 };
        if (same == NULL)
            status = check_segment(check, manifest, i, &part, error);
        else if (about->deletions != 0 && about->deletions != same->deletions)
            status = judge(check, deletions_read(check->storage, about, &part.deletions, &cause), &cause, error);
        snapshot_part_release(&part);
    }
    manifest_release(manifest);
    return status;
}

/* The newest commit as a reader would take it: a loose one that is whole, else the durable one. Then the durable one
 * that is kept for the case that it is lost. */
static libsearch_status check_commits(struct check *check, libsearch_error *error)
{
    struct directory_survey survey;
    struct manifest *manifest;
    TRY(directory_look(check->storage, &survey, error));
    if (survey.newest == 0) {
        if (survey.foreign)
            return error_set(error, LIBSEARCH_NOT_AN_INDEX, "%s: holds other files, and no index",
                             check->storage->path);
        return error_set(error, LIBSEARCH_NOT_FOUND, "%s: there is no index", check->storage->path);
    }
    if (manifest_read(check->storage, analyzers_of(check), survey.newest, true, &manifest, NULL) == LIBSEARCH_OK) {
        libsearch_status status = check_manifest(check, manifest, error);
        const bool whole = check->damages == 0;
        if (status == LIBSEARCH_OK && whole)
            status = check_kept(check, survey.newest, manifest, error);
        manifest_release(manifest);
        if (status != LIBSEARCH_OK || whole)
            return status;
        check->damages = 0; /* not whole, and it never promised to be: readers pass it over */
        buffer_clear(&check->lines);
    }
    libsearch_error cause = LIBSEARCH_ERROR_INIT;
    libsearch_status status =
        manifest_read(check->storage, analyzers_of(check), survey.newest, false, &manifest, &cause);
    TRY(judge(check, status, &cause, error));
    if (status != LIBSEARCH_OK)
        return LIBSEARCH_OK;
    status = check_manifest(check, manifest, error);
    if (status == LIBSEARCH_OK && manifest->before != 0)
        status = check_kept(check, manifest->before, manifest, error);
    manifest_release(manifest);
    return status;
}

libsearch_status index_check(const libsearch_allocator *allocator, struct storage *storage,
                             const struct index_options *options, libsearch_report report, void *context,
                             libsearch_error *error)
{
    /* A writer may commit while we read, and take away what we read: then the next commit is checked. */
    enum { MOST_ATTEMPTS = 10 };
    struct check check = { .allocator = allocator, .storage = storage, .options = options };
    libsearch_status status = LIBSEARCH_OK;
    buffer_init(&check.lines, allocator);
    for (int attempt = 0; attempt < MOST_ATTEMPTS && status == LIBSEARCH_OK; attempt++) {
        struct directory_survey first = { 0 }, then = { 0 };
        check.damages = 0;
        buffer_clear(&check.lines);
        status = directory_look(storage, &first, error);
        if (status == LIBSEARCH_OK)
            status = check_commits(&check, error);
        if (status == LIBSEARCH_OK && check.damages > 0)
            status = directory_look(storage, &then, error);
        if (check.damages == 0 || then.newest == first.newest)
            break;
    }
    if (status == LIBSEARCH_OK && check.lines.failed)
        status = error_no_memory(error);
    else if (status == LIBSEARCH_OK && check.damages > 0) {
        const char *line = (const char *)check.lines.data;
        for (const char *end = line + check.lines.length; report != NULL && line < end; line += strlen(line) + 1)
            report(context, line);
        status = error_set(error, LIBSEARCH_CORRUPT, "%s: damaged in %llu places", storage->path,
                           (unsigned long long)check.damages);
    }
    buffer_free(&check.lines);
    return status;
}
