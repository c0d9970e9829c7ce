/* SPDX-License-Identifier: MIT */
/* lsearch run: many queries of plain words, answered as a TREC run. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asking.h"
#include "progress.h"

/* Blanks part the columns of a run, so an id's own become _. */
static void print_word(const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)data[i];
        putchar(c <= ' ' || c == 127 ? '_' : c);
    }
}

static bool answer(const struct asking *asking, const libsearch_search_options *search, libsearch_bytes qid,
                   libsearch_bytes words, uint64_t *found, libsearch_error *error)
{
    libsearch_query *query = NULL;
    libsearch_results *results = NULL;
    bool done = asking_parse(asking, words, true, &query, error) == LIBSEARCH_OK &&
                libsearch_snapshot_search(asking->snapshot, query, search, &results, error) == LIBSEARCH_OK;
    for (size_t i = 0; done && i < libsearch_results_count(results); i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        print_word(qid.data, qid.length);
        fputs(" Q0 ", stdout);
        print_word(id.data, id.length);
        printf(" %zu %.9g lsearch\n", i + 1, (double)libsearch_results_score(results, i));
        ++*found;
    }
    libsearch_results_free(results);
    libsearch_query_free(query);
    return done;
}

static enum outcome run_file(const struct asking *asking, FILE *file, const char *name)
{
    const struct options *options = asking->options;
    libsearch_search_options search = asking->search;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char *line = NULL;
    size_t capacity = 0;
    uint64_t number = 0, found = 0;
    enum outcome outcome = OUTCOME_DONE;
    search.count = options->count != SIZE_MAX ? options->count : 1000;
    search.total = LIBSEARCH_TOTAL_NONE;
    struct work_bar bar = { 0, 0 };
    struct stat status;
    uint64_t done = 0;
    const uint64_t all = fstat(fileno(file), &status) == 0 && status.st_size > 0 ? (uint64_t)status.st_size : 0;
    const bool shown = all > 0 && isatty(STDOUT_FILENO) == 0; /* else the run is what the terminal shows */
    ssize_t read;
    while (outcome == OUTCOME_DONE && (errno = 0, read = getline(&line, &capacity, file)) >= 0) {
        size_t length = (size_t)read;
        number++;
        if (shown)
            work_bar_show(&bar, "asking", done, all);
        done += length;
        while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
            length--;
        if (length == 0)
            continue;
        const char *tab = memchr(line, '\t', length);
        if (tab == NULL || tab == line) {
            complain("%s:%" PRIu64 ": not qid<TAB>words", name, number);
            if (options->strict)
                outcome = OUTCOME_FAILED;
            continue;
        }
        const libsearch_bytes words = bytes_of(tab + 1, (size_t)(line + length - tab - 1));
        if (!answer(asking, &search, bytes_of(line, (size_t)(tab - line)), words, &found, &error)) {
            complain("%s:%" PRIu64 ": %s", name, number, error.message);
            outcome = error.status == LIBSEARCH_INVALID ? OUTCOME_USAGE : OUTCOME_FAILED;
        }
    }
    if (outcome == OUTCOME_DONE && ferror(file)) {
        complain("%s: %s", name, strerror(errno != 0 ? errno : EIO));
        outcome = OUTCOME_FAILED;
    }
    if (shown)
        work_bar_show(&bar, "asking", all, all);
    free(line);
    if (outcome == OUTCOME_DONE && found == 0) {
        complain("nothing found");
        outcome = OUTCOME_NOTHING;
    }
    return outcome;
}

enum outcome command_run(const struct options *options)
{
    enum outcome outcome;
    const char *name = options->words[0];
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    if (file == NULL) {
        complain("%s: %s", name, strerror(errno));
        return OUTCOME_FAILED;
    }
    struct asking asking;
    outcome = asking_open(&asking, options);
    if (outcome == OUTCOME_DONE)
        outcome = run_file(&asking, file, name);
    asking_close(&asking);
    if (file != stdin)
        fclose(file);
    return outcome;
}
