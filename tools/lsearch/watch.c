/* SPDX-License-Identifier: MIT */
/* lsearch watch: saved queries from a file; which of them the documents on standard input match, as they come. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "print.h"
#include "saved.h"

struct watching {
    libsearch_watch *watch;
    libsearch_watcher *watcher;
    struct saved saved;
    uint64_t found;
};

static void print_json(struct watching *watching, size_t i, libsearch_bytes id)
{
    const libsearch_watch_word *words;
    size_t count = 0;
    fputs("{\"query\": ", stdout);
    print_json_bytes(stdout, libsearch_watcher_id(watching->watcher, i));
    fputs(", \"id\": ", stdout);
    print_json_bytes(stdout, id);
    fputs(", \"words\": [", stdout);
    if (libsearch_watcher_words(watching->watcher, i, &words, &count, NULL) != LIBSEARCH_OK)
        count = 0;
    for (size_t w = 0; w < count; w++) {
        fputs(w > 0 ? ", {\"field\": " : "{\"field\": ", stdout);
        print_json_string(stdout, words[w].field, strlen(words[w].field));
        printf(", \"value\": %zu, \"start\": %zu, \"end\": %zu}", words[w].value, words[w].start, words[w].end);
    }
    fputs("]}\n", stdout);
}

static void print(struct watching *watching, const struct options *options, size_t i, libsearch_bytes id)
{
    if (options->json) {
        print_json(watching, i, id);
        return;
    }
    const libsearch_bytes query = libsearch_watcher_id(watching->watcher, i);
    fwrite(query.data, 1, query.length, stdout);
    putchar('\t');
    for (size_t c = 0; c < id.length; c++)
        putchar((unsigned char)id.data[c] < ' ' ? ' ' : id.data[c]); /* one line, two columns */
    putchar('\n');
}

/* Holds one document against all queries. */
static bool match(struct intake *intake, const struct record *record)
{
    struct watching *watching = intake->context;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char message[512];
    size_t count = 0;
    saved_look(&watching->saved);
    libsearch_document_clear(intake->document);
    if (!fields_apply(&intake->fields, record, intake->document, message, sizeof message))
        return intake_bad(intake, record->file, record->line, "%s", message);
    const libsearch_status status = libsearch_watcher_match(watching->watcher, intake->document, &count, &error);
    if (status == LIBSEARCH_INVALID || status == LIBSEARCH_LIMIT || status == LIBSEARCH_DEADLINE)
        return intake_bad(intake, record->file, record->line, "%s", error.message);
    if (status != LIBSEARCH_OK) {
        intake->outcome = complain_error(record->file, &error);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        print(watching, intake->options, i, record->id);
    watching->found += count;
    intake->put++;
    if (count == 0 || fflush(stdout) == 0)
        return true;
    intake->outcome = OUTCOME_FAILED; /* nobody reads any more; main says why */
    return false;
}

/* The fields that there are from the beginning: those of --like or --field, title and text. */
static bool add_field(struct intake *intake, const char *name, libsearch_type type)
{
    const struct watching *watching = intake->context;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = name;
    field.type = type;
    const bool same = fields_set(&intake->fields, name, type);
    const libsearch_status status = libsearch_watch_add_field(watching->watch, &field, &error);
    if (same && (status == LIBSEARCH_OK || status == LIBSEARCH_EXISTS))
        return true;
    complain("--field %s: %s", name, same ? error.message : "it has another type already");
    intake->outcome = OUTCOME_USAGE;
    return false;
}

static bool make_watch(struct intake *intake, libsearch_index *like)
{
    struct watching *watching = intake->context;
    const struct options *options = intake->options;
    libsearch_watch_options made = LIBSEARCH_WATCH_OPTIONS_INIT;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    made.analyzer = options->language;
    made.like = like;
    if (libsearch_watch_new(&made, &watching->watch, &error) != LIBSEARCH_OK) {
        intake->outcome = complain_error(options->index, &error);
        return false;
    }
    for (size_t i = 0; like != NULL && i < libsearch_field_count(like); i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        if (libsearch_field_at(like, i, &field, NULL) == LIBSEARCH_OK)
            fields_set(&intake->fields, field.name, field.type);
    }
    for (size_t i = 0; i < options->field_count; i++)
        if (!add_field(intake, options->fields[i].name, options->fields[i].type))
            return false;
    /* Of an index that has other types for these, the documents' title and text are that. */
    return like != NULL || (add_field(intake, "title", LIBSEARCH_TEXT) && add_field(intake, "text", LIBSEARCH_TEXT));
}

static bool open_stream(struct intake *intake)
{
    struct watching *watching = intake->context;
    libsearch_watcher_options options = LIBSEARCH_WATCHER_OPTIONS_INIT;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    options.timeout = intake->options->timeout;
    intake->document = libsearch_watch_document(watching->watch);
    if (intake->document != NULL &&
        libsearch_watcher_open(watching->watch, &options, &watching->watcher, &error) == LIBSEARCH_OK)
        return true;
    complain("out of memory");
    intake->outcome = OUTCOME_FAILED;
    return false;
}

enum outcome command_watch(const struct options *options)
{
    struct watching watching = { 0 };
    struct intake intake = { .options = options, .take = match, .context = &watching };
    libsearch_index *like = NULL;
    if (options->like != NULL) {
        struct options of_index = *options;
        of_index.index = options->like;
        like = open_index(&of_index, LIBSEARCH_READ_ONLY, NULL, &intake.outcome);
        if (like == NULL)
            return intake.outcome;
    }
    fields_init(&intake.fields);
    watching.saved.options = options;
    if (make_watch(&intake, like)) {
        watching.saved.watch = watching.watch;
        saved_read(&watching.saved, &intake.outcome);
    }
    if (intake.outcome == OUTCOME_DONE && open_stream(&intake) && load_json(&intake, stdin, "-") &&
        intake.outcome == OUTCOME_DONE) {
        if (intake.put == 0 && intake.skipped > 0)
            intake.outcome = OUTCOME_FAILED;
        else if (watching.found == 0)
            intake.outcome = OUTCOME_NOTHING;
    }
    libsearch_watcher_close(watching.watcher);
    intake_close(&intake);
    libsearch_watch_free(watching.watch);
    saved_free(&watching.saved);
    libsearch_close(like);
    return intake.outcome;
}
