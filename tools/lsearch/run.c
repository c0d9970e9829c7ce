/* SPDX-License-Identifier: MIT */
/* lsearch run: many queries of plain words, answered as a TREC run. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ranking.h"

/* Blanks part the columns of a run, so an id's own become _. */
static void print_word(const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)data[i];
        putchar(c <= ' ' || c == 127 ? '_' : c);
    }
}

static bool answer(libsearch_index *index, libsearch_snapshot *snapshot, const libsearch_search_options *search,
                   libsearch_bytes qid, libsearch_bytes words, uint64_t *found, libsearch_error *error)
{
    libsearch_query *query = NULL;
    libsearch_results *results = NULL;
    bool done = libsearch_query_parse(index, words, LIBSEARCH_PARSE_WORDS, &query, error) == LIBSEARCH_OK &&
                libsearch_snapshot_search(snapshot, query, search, &results, error) == LIBSEARCH_OK;
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

static enum outcome run_file(const struct options *options, libsearch_index *index, libsearch_snapshot *snapshot,
                             FILE *file, const char *name)
{
    libsearch_search_options search = LIBSEARCH_SEARCH_OPTIONS_INIT;
    struct ranking_room room;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char *line = NULL;
    size_t capacity = 0;
    uint64_t number = 0, found = 0;
    enum outcome outcome = OUTCOME_DONE;
    search.count = options->count != SIZE_MAX ? options->count : 1000;
    search.total = LIBSEARCH_TOTAL_NONE;
    search.model = options->model;
    search.timeout = options->timeout;
    search.ranking = ranking_of(options, &room);
    ssize_t read;
    while (outcome == OUTCOME_DONE && (errno = 0, read = getline(&line, &capacity, file)) >= 0) {
        size_t length = (size_t)read;
        number++;
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
        if (!answer(index, snapshot, &search, bytes_of(line, (size_t)(tab - line)), words, &found, &error)) {
            complain("%s:%" PRIu64 ": %s", name, number, error.message);
            outcome = error.status == LIBSEARCH_INVALID ? OUTCOME_USAGE : OUTCOME_FAILED;
        }
    }
    if (outcome == OUTCOME_DONE && ferror(file)) {
        complain("%s: %s", name, strerror(errno != 0 ? errno : EIO));
        outcome = OUTCOME_FAILED;
    }
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
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_snapshot *snapshot = NULL;
    libsearch_index *index = open_index(options, LIBSEARCH_READ_ONLY, NULL, &outcome);
    if (index != NULL) {
        if (libsearch_snapshot_open(index, &snapshot, &error) == LIBSEARCH_OK)
            outcome = run_file(options, index, snapshot, file, name);
        else
            outcome = complain_error(options->index, &error);
    }
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    if (file != stdin)
        fclose(file);
    return outcome;
}
