/* SPDX-License-Identifier: MIT */
#include "rescore.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "print.h"

enum { DEFAULT_COUNT = 100 };

bool rescore_read(struct options *options, const char *value)
{
    const size_t digits = strspn(value, "0123456789");
    options->rescore = value;
    options->rescore_count = DEFAULT_COUNT;
    if (digits > 0 && digits < 8 && value[digits] == ':') {
        options->rescore = value + digits + 1;
        options->rescore_count = (size_t)strtoul(value, NULL, 10);
    }
    return options->rescore[0] != '\0' && options->rescore_count > 0 && options->rescore_count <= LIBSEARCH_MAX_RESULTS;
}

__attribute__((format(printf, 3, 4))) static libsearch_status fail(libsearch_error *error, libsearch_status status,
                                                                   const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error->status = status;
    error->position = -1;
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return status;
}

/* The answers as the command reads them. */
static libsearch_status write_answers(libsearch_results *results, size_t count, FILE *file, libsearch_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const libsearch_document *document = NULL;
        const libsearch_status status = libsearch_results_document(results, i, &document, error);
        if (status != LIBSEARCH_OK)
            return status;
        fprintf(file, "{\"rank\": %zu, \"score\": %.9g, \"id\": ", i + 1, (double)libsearch_results_score(results, i));
        print_json_bytes(file, libsearch_results_id(results, i));
        print_json_fields(file, document, false, false);
        fputs("}\n", file);
    }
    rewind(file);
    return ferror(file) ? fail(error, LIBSEARCH_IO, "--rescore: %s", strerror(errno)) : LIBSEARCH_OK;
}

/* Runs the command with the file as its standard input. */
static FILE *start(const char *command, FILE *answers)
{
    const int kept = dup(STDIN_FILENO);
    FILE *output = NULL;
    fflush(stdout);
    if (dup2(fileno(answers), STDIN_FILENO) >= 0)
        output = popen(command, "r");
    if (kept >= 0) {
        dup2(kept, STDIN_FILENO);
        close(kept);
    }
    return output;
}

static libsearch_status read_scores(FILE *output, float *scores, size_t count, libsearch_error *error)
{
    char line[256], *end;
    for (size_t i = 0; i < count; i++) {
        if (fgets(line, sizeof line, output) == NULL)
            return fail(error, LIBSEARCH_IO, "--rescore: the command printed %zu lines for %zu answers", i, count);
        scores[i] = strtof(line, &end);
        if (end == line || end[strspn(end, " \t\r\n")] != '\0' || isnan(scores[i]))
            return fail(error, LIBSEARCH_IO, "--rescore: line %zu of the command's output is no number", i + 1);
    }
    return LIBSEARCH_OK;
}

static libsearch_status ask_command(struct rescoring *rescoring, libsearch_results *results, libsearch_error *error)
{
    const size_t all = libsearch_results_count(results);
    const size_t count = all < rescoring->count ? all : rescoring->count;
    FILE *answers = tmpfile();
    if (answers == NULL)
        return fail(error, LIBSEARCH_IO, "--rescore: %s", strerror(errno));
    libsearch_status status = write_answers(results, count, answers, error);
    FILE *output = status == LIBSEARCH_OK ? start(rescoring->command, answers) : NULL;
    if (status == LIBSEARCH_OK && output == NULL)
        status = fail(error, LIBSEARCH_IO, "--rescore: %s", strerror(errno));
    free(rescoring->scores);
    rescoring->scores = allocate((count + 1) * sizeof *rescoring->scores);
    if (status == LIBSEARCH_OK)
        status = read_scores(output, rescoring->scores, count, error);
    fclose(answers);
    if (output == NULL)
        return status;
    const int ended = pclose(output);
    return status == LIBSEARCH_OK && ended != 0 ? fail(error, LIBSEARCH_IO, "--rescore: the command failed") : status;
}

static libsearch_status rescore(void *context, libsearch_results *results, size_t i, float *score,
                                libsearch_error *error)
{
    struct rescoring *rescoring = context;
    libsearch_error own = LIBSEARCH_ERROR_INIT;
    if (i == 0) {
        const libsearch_status status = ask_command(rescoring, results, error != NULL ? error : &own);
        if (status != LIBSEARCH_OK)
            return status;
    }
    *score = rescoring->scores[i];
    return LIBSEARCH_OK;
}

libsearch_rescorer rescorer_of(const struct options *options, struct rescoring *room)
{
    libsearch_rescorer rescorer = LIBSEARCH_RESCORER_INIT;
    *room = (struct rescoring){ options->rescore, options->rescore_count, NULL };
    rescorer.rescore = rescore;
    rescorer.context = room;
    rescorer.count = options->rescore_count;
    return rescorer;
}

void rescoring_free(struct rescoring *room)
{
    free(room->scores);
    room->scores = NULL;
}
