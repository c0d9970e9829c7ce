/* SPDX-License-Identifier: MIT */
/* lsearch info, check and compact: an index as a whole. */
#include <inttypes.h>
#include <string.h>

#include "print.h"
#include "progress.h"

static const char *type_name(libsearch_type type)
{
    static const char *const names[] = { "?", "text", "keyword", "integer", "float", "date", "stored", "boolean" };
    return (size_t)type < sizeof names / sizeof names[0] ? names[type] : names[0];
}

static void print_plain_info(libsearch_index *index, const libsearch_info *info, double open_ms)
{
    printf("engine     %s\nanalyzer   %s\nmodel      %s\n", info->engine, info->analyzer, info->model);
    printf("commit     %" PRIu64 "\ndocuments  %" PRIu64 "\ndeleted    %" PRIu64 "\nsegments   %" PRIu64 "\n",
           info->commit, info->documents, info->deleted, info->segments);
    printf("terms      %" PRIu64 "\ntokens     %" PRIu64 "\nbytes      %" PRIu64 "\nopened in  %.3f ms\n", info->terms,
           info->tokens, info->bytes, open_ms);
    for (size_t i = 0; i < libsearch_field_count(index); i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        if (libsearch_field_at(index, i, &field, NULL) == LIBSEARCH_OK)
            printf("field      %s: %s\n", field.name, type_name(field.type));
    }
}

static void print_json_info(libsearch_index *index, const libsearch_info *info, double open_ms)
{
    fputs("{\"engine\": ", stdout);
    print_json_string(stdout, info->engine, strlen(info->engine));
    fputs(", \"analyzer\": ", stdout);
    print_json_string(stdout, info->analyzer, strlen(info->analyzer));
    fputs(", \"model\": ", stdout);
    print_json_string(stdout, info->model, strlen(info->model));
    printf(", \"commit\": %" PRIu64 ", \"documents\": %" PRIu64 ", \"deleted\": %" PRIu64 ", \"segments\": %" PRIu64
           ", \"terms\": %" PRIu64 ", \"tokens\": %" PRIu64 ", \"bytes\": %" PRIu64
           ", \"open_ms\": %.3f, \"fields\": {",
           info->commit, info->documents, info->deleted, info->segments, info->terms, info->tokens, info->bytes,
           open_ms);
    for (size_t i = 0; i < libsearch_field_count(index); i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        if (libsearch_field_at(index, i, &field, NULL) != LIBSEARCH_OK)
            continue;
        if (i > 0)
            fputs(", ", stdout);
        print_json_string(stdout, field.name, strlen(field.name));
        printf(": \"%s\"", type_name(field.type));
    }
    puts("}}");
}

enum outcome command_info(const struct options *options)
{
    enum outcome outcome;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_snapshot *snapshot = NULL;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    const double begin = progress_seconds();
    libsearch_index *index = open_index(options, LIBSEARCH_READ_ONLY, NULL, &outcome);
    if (index == NULL)
        return outcome;
    if (libsearch_snapshot_open(index, &snapshot, &error) != LIBSEARCH_OK ||
        libsearch_snapshot_info(snapshot, &info, &error) != LIBSEARCH_OK) {
        outcome = complain_error(options->index, &error);
    } else {
        const double open_ms = (progress_seconds() - begin) * 1e3;
        if (options->json)
            print_json_info(index, &info, open_ms);
        else
            print_plain_info(index, &info, open_ms);
    }
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    return outcome;
}

static void report(void *context, const char *line)
{
    ++*(size_t *)context;
    complain("%s", line);
}

enum outcome command_check(const struct options *options)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    size_t findings = 0;
    const libsearch_status status = engine_check(options, report, &findings, &error);
    if (status == LIBSEARCH_OK) {
        printf("%s is sound\n", options->index);
        return OUTCOME_DONE;
    }
    if (findings == 0)
        complain_error(options->index, &error);
    return OUTCOME_FAILED;
}

enum outcome command_compact(const struct options *options)
{
    enum outcome outcome;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_writer *writer = NULL;
    libsearch_index *index = open_index(options, 0, NULL, &outcome);
    if (index == NULL)
        return outcome;
    if (libsearch_writer_open(index, NULL, &writer, &error) != LIBSEARCH_OK ||
        libsearch_writer_compact(writer,
                                 (options->reorder ? LIBSEARCH_REORDER : 0u) |
                                     (options->biwords ? LIBSEARCH_BIWORDS : 0u),
                                 &error) != LIBSEARCH_OK)
        outcome = complain_error(options->index, &error);
    libsearch_writer_close(writer);
    libsearch_close(index);
    return outcome;
}
