/* SPDX-License-Identifier: MIT */
/* lsearch suggest: how a query may go on, and what it may have meant. */
#include <inttypes.h>
#include <stdlib.h>

#include "print.h"

static void print_json_list(const char *name, const libsearch_suggestions *list)
{
    printf("\"%s\": [", name);
    for (size_t i = 0; i < libsearch_suggestions_count(list); i++) {
        fputs(i > 0 ? ", {\"text\": " : "{\"text\": ", stdout);
        print_json_bytes(stdout, libsearch_suggestions_text(list, i));
        printf(", \"frequency\": %" PRIu64 "}", libsearch_suggestions_frequency(list, i));
    }
    putchar(']');
}

/* The text with what is new in it in bold. */
static void print_suggestion(const struct options *options, const libsearch_suggestions *list, size_t i)
{
    const libsearch_bytes text = libsearch_suggestions_text(list, i);
    const libsearch_range range = libsearch_suggestions_range(list, i);
    print_line(stdout, bytes_of(text.data, range.start));
    fputs(options->colour ? "\033[1m" : "", stdout);
    print_line(stdout, bytes_of(text.data + range.start, range.end - range.start));
    fputs(options->colour ? "\033[0m" : "", stdout);
    print_line(stdout, bytes_of(text.data + range.end, text.length - range.end));
    putchar('\n');
}

static void print_plain(const struct options *options, const libsearch_suggestions *completions,
                        const libsearch_suggestions *corrections)
{
    for (size_t i = 0; i < libsearch_suggestions_count(corrections); i++) {
        fputs("did you mean\t", stdout);
        print_suggestion(options, corrections, i);
    }
    for (size_t i = 0; i < libsearch_suggestions_count(completions); i++) {
        printf("%" PRIu64 "\t", libsearch_suggestions_frequency(completions, i));
        print_suggestion(options, completions, i);
    }
}

enum outcome command_suggest(const struct options *options)
{
    enum outcome outcome;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_suggestions *completions = NULL, *corrections = NULL;
    libsearch_suggest_options suggest = LIBSEARCH_SUGGEST_OPTIONS_INIT;
    libsearch_index *index = open_index(options, LIBSEARCH_READ_ONLY, NULL, &outcome);
    if (index == NULL)
        return outcome;
    if (options->count != SIZE_MAX)
        suggest.count = options->count;
    suggest.timeout = options->timeout;
    suggest.field = options->in_field;
    size_t length;
    char *text = join_words(options, &length);
    if (libsearch_complete(index, bytes_of(text, length), &suggest, &completions, &error) != LIBSEARCH_OK ||
        libsearch_correct(index, bytes_of(text, length), &suggest, &corrections, &error) != LIBSEARCH_OK) {
        outcome = complain_error(options->index, &error);
    } else {
        outcome = OUTCOME_DONE;
        if (options->json) {
            putchar('{');
            print_json_list("completions", completions);
            fputs(", ", stdout);
            print_json_list("corrections", corrections);
            puts("}");
        } else {
            print_plain(options, completions, corrections);
        }
        if (libsearch_suggestions_count(completions) == 0 && libsearch_suggestions_count(corrections) == 0) {
            if (!options->json)
                complain("nothing to suggest");
            outcome = OUTCOME_NOTHING;
        }
    }
    free(text);
    libsearch_suggestions_free(completions);
    libsearch_suggestions_free(corrections);
    libsearch_close(index);
    return outcome;
}
