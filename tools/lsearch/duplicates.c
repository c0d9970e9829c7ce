/* SPDX-License-Identifier: MIT */
/* lsearch duplicates: documents that are nearly the same, of one document or in the whole index. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "print.h"

static void print_group(const libsearch_duplicates *groups, size_t group)
{
    for (size_t i = 0; i < libsearch_duplicates_size(groups, group); i++) {
        const libsearch_duplicate one = libsearch_duplicates_at(groups, group, i);
        printf("%zu\t%.3f\t", group + 1, one.similarity);
        print_line(stdout, one.id);
        putchar('\n');
    }
}

/* {"groups": [[{"id": "a", "similarity": 1}, {"id": "b", "similarity": 0.9}]]} */
static void print_json(const libsearch_duplicates *groups)
{
    size_t printed = 0;
    fputs("{\"groups\": [", stdout);
    for (size_t g = 0; g < libsearch_duplicates_count(groups); g++) {
        const size_t size = libsearch_duplicates_size(groups, g);
        if (size < 2)
            continue;
        fputs(printed++ > 0 ? ", [" : "[", stdout);
        for (size_t i = 0; i < size; i++) {
            const libsearch_duplicate one = libsearch_duplicates_at(groups, g, i);
            fputs(i > 0 ? ", {\"id\": " : "{\"id\": ", stdout);
            print_json_bytes(stdout, one.id);
            printf(", \"similarity\": %.6g}", one.similarity);
        }
        putchar(']');
    }
    puts("]}");
}

static libsearch_status find(libsearch_snapshot *snapshot, const struct options *options, libsearch_duplicates **groups,
                             libsearch_error *error)
{
    libsearch_duplicates_options wanted = duplicates_options(options);
    wanted.words = options->feedback_words;
    if (options->word_count == 0)
        return libsearch_duplicates_list(snapshot, &wanted, groups, error);
    return libsearch_duplicates_of(snapshot, bytes_of(options->words[0], strlen(options->words[0])), &wanted, groups,
                                   error);
}

enum outcome command_duplicates(const struct options *options)
{
    enum outcome outcome;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_snapshot *snapshot = NULL;
    libsearch_duplicates *groups = NULL;
    libsearch_index *index = open_index(options, LIBSEARCH_READ_ONLY, NULL, &outcome);
    if (index == NULL)
        return outcome;
    outcome = OUTCOME_NOTHING;
    if (libsearch_snapshot_open(index, &snapshot, &error) != LIBSEARCH_OK ||
        find(snapshot, options, &groups, &error) != LIBSEARCH_OK)
        outcome = complain_error(options->index, &error);
    else if (options->json)
        print_json(groups);
    for (size_t g = 0; g < libsearch_duplicates_count(groups); g++)
        if (libsearch_duplicates_size(groups, g) > 1) {
            if (!options->json)
                print_group(groups, g);
            outcome = OUTCOME_DONE;
        }
    libsearch_duplicates_free(groups);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    return outcome;
}
