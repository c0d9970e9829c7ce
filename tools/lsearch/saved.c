/* SPDX-License-Identifier: MIT */
#include "saved.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOK_EACH = 1000 }; /* milliseconds */

/* Where a query stands, for what is said of it. */
struct place {
    const char *file;
    uint64_t line;
};

static void warn(void *context, const char *line)
{
    const struct place *place = context;
    if (place->line > 0)
        complain("%s:%" PRIu64 ": %s", place->file, place->line, line);
    else
        complain("%s: %s", place->file, line);
}

static unsigned flags_of(const struct options *options) { return options->all ? (unsigned)LIBSEARCH_PARSE_ALL : 0; }

static void keep_id(struct saved *saved, libsearch_bytes id)
{
    if (saved->id_count == saved->id_capacity) {
        saved->id_capacity = saved->id_capacity == 0 ? 64 : 2 * saved->id_capacity;
        saved->ids = reallocate(saved->ids, saved->id_capacity * sizeof *saved->ids);
        saved->lengths = reallocate(saved->lengths, saved->id_capacity * sizeof *saved->lengths);
    }
    saved->lengths[saved->id_count] = id.length;
    saved->ids[saved->id_count++] = duplicate(id.data, id.length);
}

/* One line of the file. False: it is bad. */
static bool add_line(struct saved *saved, char *line, size_t length, struct place *place)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const char *tab = memchr(line, '\t', length);
    if (tab == NULL || tab == line) {
        warn(place, "not qid<TAB>query");
        return false;
    }
    const libsearch_bytes id = bytes_of(line, (size_t)(tab - line));
    const libsearch_bytes text = bytes_of(tab + 1, (size_t)(line + length - tab - 1));
    const libsearch_status status =
        libsearch_watch_add_text(saved->watch, id, text, flags_of(saved->options), warn, place, &error);
    if (status != LIBSEARCH_OK)
        warn(place, error.message);
    else if (saved->options->reload)
        keep_id(saved, id);
    return status == LIBSEARCH_OK;
}

static bool read_file(struct saved *saved, enum outcome *outcome)
{
    struct place place = { saved->options->index, 0 };
    FILE *file = fopen(place.file, "rb");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t read;
    bool good = file != NULL && fstat(fileno(file), &saved->before) == 0;
    if (!good)
        complain("%s: %s", place.file, strerror(errno));
    while (good && (errno = 0, read = getline(&line, &capacity, file)) >= 0) {
        size_t length = (size_t)read;
        place.line++;
        while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
            length--;
        if (length > 0 && !add_line(saved, line, length, &place) && saved->options->strict)
            good = false;
    }
    if (good && ferror(file)) {
        complain("%s: %s", place.file, strerror(errno != 0 ? errno : EIO));
        good = false;
    }
    free(line);
    if (file != NULL)
        fclose(file);
    if (!good)
        *outcome = OUTCOME_FAILED;
    return good;
}

/* The ids of a snapshot's documents, each of which may be a query's. */
static bool keep_ids(struct saved *saved, libsearch_snapshot *snapshot, libsearch_error *error)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_query *everything = libsearch_query_match_all();
    options.count = LIBSEARCH_MAX_RESULTS;
    const bool good = libsearch_snapshot_search(snapshot, everything, &options, &results, error) == LIBSEARCH_OK;
    for (size_t i = 0; good && i < libsearch_results_count(results); i++)
        keep_id(saved, libsearch_results_id(results, i));
    libsearch_results_free(results);
    libsearch_query_free(everything);
    return good;
}

static bool read_index(struct saved *saved, enum outcome *outcome)
{
    struct place place = { saved->options->index, 0 };
    const char *field = saved->options->in_field != NULL ? saved->options->in_field : "query";
    libsearch_snapshot *snapshot = NULL;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const bool good = libsearch_snapshot_open(saved->index, &snapshot, &error) == LIBSEARCH_OK &&
                      libsearch_snapshot_info(snapshot, &info, &error) == LIBSEARCH_OK &&
                      libsearch_watch_add_snapshot(saved->watch, snapshot, field, flags_of(saved->options), warn,
                                                   &place, NULL, &error) == LIBSEARCH_OK &&
                      (!saved->options->reload || keep_ids(saved, snapshot, &error));
    saved->commit = info.commit;
    libsearch_snapshot_free(snapshot);
    if (!good)
        *outcome = complain_error(place.file, &error);
    return good;
}

bool saved_read(struct saved *saved, enum outcome *outcome)
{
    struct stat there;
    if (stat(saved->options->index, &there) != 0 || !S_ISDIR(there.st_mode))
        return read_file(saved, outcome);
    saved->index = open_index(saved->options, LIBSEARCH_READ_ONLY, NULL, outcome);
    return saved->index != NULL && read_index(saved, outcome);
}

static int compare(const char *one, size_t length, const char *other, size_t other_length)
{
    const int order = memcmp(one, other, length < other_length ? length : other_length);
    return order != 0 ? order : (length > other_length) - (length < other_length);
}

struct id {
    const char *data;
    size_t length;
};

static int by_bytes(const void *a, const void *b)
{
    const struct id *one = a, *other = b;
    return compare(one->data, one->length, other->data, other->length);
}

/* Takes out the queries that were there before and are no more. */
static void remove_gone(struct saved *saved, char **before, const size_t *lengths, size_t count)
{
    struct id *now = allocate((saved->id_count + 1) * sizeof *now);
    for (size_t i = 0; i < saved->id_count; i++)
        now[i] = (struct id){ saved->ids[i], saved->lengths[i] };
    qsort(now, saved->id_count, sizeof *now, by_bytes);
    for (size_t i = 0; i < count; i++) {
        const struct id wanted = { before[i], lengths[i] };
        if (bsearch(&wanted, now, saved->id_count, sizeof *now, by_bytes) == NULL)
            libsearch_watch_remove(saved->watch, bytes_of(before[i], lengths[i]), NULL);
    }
    free(now);
}

static void free_ids(char **ids, size_t *lengths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(ids[i]);
    free(ids);
    free(lengths);
}

static bool file_changed(const struct saved *saved)
{
    struct stat now;
    const struct stat *before = &saved->before;
    return stat(saved->options->index, &now) == 0 &&
           (now.st_ino != before->st_ino || now.st_size != before->st_size ||
            now.st_mtim.tv_sec != before->st_mtim.tv_sec || now.st_mtim.tv_nsec != before->st_mtim.tv_nsec);
}

static bool index_changed(const struct saved *saved)
{
    libsearch_snapshot *snapshot = NULL;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    const bool changed = libsearch_snapshot_open(saved->index, &snapshot, NULL) == LIBSEARCH_OK &&
                         libsearch_snapshot_info(snapshot, &info, NULL) == LIBSEARCH_OK && info.commit != saved->commit;
    libsearch_snapshot_free(snapshot);
    return changed;
}

/* Those that are there again take the place of those before; those that are gone are taken out. */
static void read_again(struct saved *saved)
{
    enum outcome outcome;
    char **ids = saved->ids;
    size_t *lengths = saved->lengths;
    const size_t count = saved->id_count;
    saved->ids = NULL;
    saved->lengths = NULL;
    saved->id_count = saved->id_capacity = 0;
    if (saved->index != NULL ? read_index(saved, &outcome) : read_file(saved, &outcome))
        remove_gone(saved, ids, lengths, count);
    else
        for (size_t i = 0; i < count; i++)
            keep_id(saved, bytes_of(ids[i], lengths[i]));
    free_ids(ids, lengths, count);
}

void saved_look(struct saved *saved)
{
    struct timespec time;
    if (!saved->options->reload)
        return;
    clock_gettime(CLOCK_MONOTONIC, &time);
    const int64_t now = (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
    if (now - saved->looked < LOOK_EACH)
        return;
    saved->looked = now;
    if (saved->index != NULL ? index_changed(saved) : file_changed(saved))
        read_again(saved);
}

void saved_free(struct saved *saved)
{
    free_ids(saved->ids, saved->lengths, saved->id_count);
    libsearch_close(saved->index);
}
