/* SPDX-License-Identifier: MIT */
#include "intake.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool stop(struct intake *intake, enum outcome outcome)
{
    intake->outcome = outcome;
    return false;
}

static bool fail(struct intake *intake, const libsearch_error *error)
{
    progress_clear(&intake->progress);
    return stop(intake, complain_error(intake->options->index, error));
}

/* The schema as the index has it, then what --field adds. */
static bool read_schema(struct intake *intake)
{
    const struct options *options = intake->options;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    for (size_t i = 0; i < libsearch_field_count(intake->index); i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        if (libsearch_field_at(intake->index, i, &field, &error) != LIBSEARCH_OK)
            return fail(intake, &error);
        fields_set(&intake->fields, field.name, field.type);
    }
    for (size_t i = 0; i < options->field_count; i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        field.name = options->fields[i].name;
        field.type = options->fields[i].type;
        field.flags = options->fields[i].flags;
        if (!fields_set(&intake->fields, field.name, field.type)) {
            complain("--field %s: %s has another type for it already", field.name, options->index);
            return stop(intake, OUTCOME_USAGE);
        }
        const libsearch_status status = libsearch_writer_add_field(intake->writer, &field, &error);
        if (status != LIBSEARCH_OK && status != LIBSEARCH_EXISTS)
            return fail(intake, &error);
    }
    fields_set(&intake->fields, "title", LIBSEARCH_TEXT);
    fields_set(&intake->fields, "text", LIBSEARCH_TEXT);
    return true;
}

/* --language is of a new index; an index that is there has to have it already. */
static bool open_or_make(struct intake *intake)
{
    const struct options *options = intake->options;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_error ignored = LIBSEARCH_ERROR_INIT;
    if (engine_open(options, 0, NULL, &intake->index, &ignored) != LIBSEARCH_OK) {
        libsearch_open_options open = LIBSEARCH_OPEN_OPTIONS_INIT;
        open.analyzer = options->language;
        intake->index = open_index(options, LIBSEARCH_CREATE, &open, &intake->outcome);
        return intake->index != NULL;
    }
    if (options->language == NULL)
        return true;
    libsearch_snapshot *snapshot = NULL;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    bool same = true;
    if (libsearch_snapshot_open(intake->index, &snapshot, &error) != LIBSEARCH_OK ||
        libsearch_snapshot_info(snapshot, &info, &error) != LIBSEARCH_OK) {
        libsearch_snapshot_free(snapshot);
        return fail(intake, &error);
    }
    same = strncmp(info.analyzer, options->language, strlen(options->language)) == 0;
    if (!same)
        complain("%s was made with --language %s, not %s", options->index, info.analyzer, options->language);
    libsearch_snapshot_free(snapshot);
    return same || stop(intake, OUTCOME_USAGE);
}

static bool put_record(struct intake *intake, const struct record *record);

bool intake_open(struct intake *intake, const struct options *options)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    intake->options = options;
    intake->take = put_record;
    fields_init(&intake->fields);
    if (!open_or_make(intake))
        return false;
    libsearch_writer_options writer = LIBSEARCH_WRITER_OPTIONS_INIT;
    writer.memory = options->memory;
    writer.threads = options->threads;
    if (libsearch_writer_open(intake->index, &writer, &intake->writer, &error) != LIBSEARCH_OK)
        return fail(intake, &error);
    intake->document = libsearch_document_new(intake->index);
    if (intake->document == NULL) {
        complain("out of memory");
        return stop(intake, OUTCOME_FAILED);
    }
    /* What is to be committed every N documents must not wait for more than N. */
    intake->sample_size = SAMPLE_MOST;
    if (options->commit_every != 0 && options->commit_every < SAMPLE_MOST)
        intake->sample_size = (size_t)options->commit_every;
    intake->sample = allocate(intake->sample_size * sizeof *intake->sample);
    return read_schema(intake);
}

static bool commit(struct intake *intake)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (libsearch_writer_commit(intake->writer, &error) != LIBSEARCH_OK)
        return fail(intake, &error);
    intake->committed = intake->put;
    if (!isatty(STDERR_FILENO))
        fprintf(stderr, "committed %" PRIu64 "\n", intake->committed);
    return true;
}

/* Whether a status is about the one document, so that the next may do better. */
static bool is_about_document(libsearch_status status)
{
    return status == LIBSEARCH_INVALID || status == LIBSEARCH_LIMIT;
}

static bool put_record(struct intake *intake, const struct record *record)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char message[512];
    libsearch_document_clear(intake->document);
    if (!fields_apply(&intake->fields, record, intake->document, message, sizeof message))
        return intake_bad(intake, record->file, record->line, "%s", message);
    const libsearch_status status = libsearch_writer_put(intake->writer, record->id, intake->document, &error);
    if (is_about_document(status))
        return intake_bad(intake, record->file, record->line, "%s", error.message);
    if (status != LIBSEARCH_OK)
        return fail(intake, &error);
    intake->put++;
    progress_step(&intake->progress);
    const uint64_t every = intake->options->commit_every;
    return every == 0 || intake->put % every != 0 || commit(intake);
}

static bool put_sample(struct intake *intake)
{
    bool go_on = true;
    fields_decide(&intake->fields);
    intake->sample_size = 0;
    for (size_t i = 0; i < intake->sample_count; i++) {
        go_on = go_on && intake->take(intake, &intake->sample[i]);
        record_free(&intake->sample[i]);
    }
    intake->sample_count = 0;
    return go_on;
}

bool intake_record(struct intake *intake, struct record *record)
{
    if (intake->sample_size == 0) {
        const bool go_on = intake->take(intake, record);
        record_clear(record);
        return go_on;
    }
    fields_look(&intake->fields, record);
    intake->sample[intake->sample_count++] = *record;
    *record = (struct record){ .file = record->file };
    return intake->sample_count < intake->sample_size || put_sample(intake);
}

const char *intake_name(struct intake *intake, const char *name)
{
    intake->names = reallocate(intake->names, (intake->name_count + 1) * sizeof *intake->names);
    return intake->names[intake->name_count++] = duplicate(name, strlen(name));
}

static bool say_bad(struct intake *intake, const char *file, uint64_t line, const char *what)
{
    progress_clear(&intake->progress);
    if (line != 0)
        complain("%s:%" PRIu64 ": %s", file, line, what);
    else
        complain("%s: %s", file, what);
    return !intake->options->strict || stop(intake, OUTCOME_FAILED);
}

bool intake_bad(struct intake *intake, const char *file, uint64_t line, const char *format, ...)
{
    char what[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    intake->skipped++;
    return say_bad(intake, file, line, what);
}

bool intake_unread(struct intake *intake, const char *file, const char *reason)
{
    intake->unread++;
    return say_bad(intake, file, 0, reason);
}

bool intake_finish(struct intake *intake) { return put_sample(intake) && commit(intake); }

void intake_close(struct intake *intake)
{
    for (size_t i = 0; i < intake->sample_count; i++)
        record_free(&intake->sample[i]);
    free(intake->sample);
    for (size_t i = 0; i < intake->name_count; i++)
        free(intake->names[i]);
    free(intake->names);
    fields_free(&intake->fields);
    libsearch_document_free(intake->document);
    libsearch_writer_close(intake->writer);
    libsearch_close(intake->index);
}
