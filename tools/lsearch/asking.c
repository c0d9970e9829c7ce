/* SPDX-License-Identifier: MIT */
#include "asking.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char HEXADECIMAL[] = "0123456789abcdef";

void asking_print_cursor(FILE *file, libsearch_bytes cursor)
{
    for (size_t i = 0; i < cursor.length; i++) {
        putc(HEXADECIMAL[(unsigned char)cursor.data[i] >> 4], file);
        putc(HEXADECIMAL[(unsigned char)cursor.data[i] & 15], file);
    }
}

static bool read_cursor(struct asking *asking)
{
    const char *text = asking->options->after;
    const size_t length = strlen(text);
    if (length == 0 || length % 2 != 0 || strspn(text, HEXADECIMAL) != length) {
        complain("--after takes the \"next\" of an answer of --json, not '%s'", text);
        return false;
    }
    asking->after = allocate(length / 2);
    for (size_t i = 0; i < length / 2; i++)
        asking->after[i] = (char)((strchr(HEXADECIMAL, text[2 * i]) - HEXADECIMAL) * 16 +
                                  (strchr(HEXADECIMAL, text[2 * i + 1]) - HEXADECIMAL));
    asking->search.after = bytes_of(asking->after, length / 2);
    return true;
}

static enum outcome read_synonyms(struct asking *asking, const char *name)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    FILE *file = fopen(name, "rb");
    if (file == NULL) {
        complain("%s: %s", name, strerror(errno));
        return OUTCOME_FAILED;
    }
    size_t length;
    char *text = read_all(file, &length);
    const bool read = ferror(file) == 0;
    fclose(file);
    enum outcome outcome = OUTCOME_DONE;
    if (!read) {
        complain("%s: it cannot be read", name);
        outcome = OUTCOME_FAILED;
    } else if (libsearch_synonyms_new(&asking->synonyms, &error) != LIBSEARCH_OK ||
               libsearch_synonyms_parse(asking->synonyms, bytes_of(text, length), &error) != LIBSEARCH_OK) {
        outcome = complain_error(name, &error);
    }
    free(text);
    return outcome;
}

enum outcome complain_query(const libsearch_error *error)
{
    if (error->status != LIBSEARCH_SYNTAX)
        return complain_error("query", error);
    if (error->position >= 0)
        complain("byte %lld of the query: %s", (long long)error->position, error->message);
    else
        complain("%s", error->message);
    return OUTCOME_USAGE;
}

libsearch_status asking_parse(const struct asking *asking, libsearch_bytes text, bool words, libsearch_query **query,
                              libsearch_error *error)
{
    const struct options *options = asking->options;
    libsearch_parse_options parse = LIBSEARCH_PARSE_OPTIONS_INIT;
    parse.flags = words ? LIBSEARCH_PARSE_WORDS : 0;
    parse.flags |= options->all ? LIBSEARCH_PARSE_ALL : 0;
    parse.flags |= options->strict && !words ? LIBSEARCH_PARSE_STRICT : 0;
    parse.now = options->now;
    parse.synonyms = asking->synonyms;
    return libsearch_query_parse_as(asking->index, text, &parse, query, error);
}

static void set_search(struct asking *asking)
{
    const struct options *options = asking->options;
    libsearch_search_options *search = &asking->search;
    *search = (libsearch_search_options)LIBSEARCH_SEARCH_OPTIONS_INIT;
    if (options->count != SIZE_MAX)
        search->count = options->count;
    search->offset = options->offset;
    search->total = options->total;
    search->model = options->model;
    search->timeout = options->timeout;
    search->memory = options->memory;
    search->flags = options->exhaustive ? LIBSEARCH_SEARCH_EXHAUSTIVE : 0;
    search->sort = options->sorts;
    search->sort_count = options->sort_count;
    search->collapse = options->collapse;
    search->ranking = ranking_of(options, &asking->room);
}

static enum outcome set_facets(struct asking *asking)
{
    const struct options *options = asking->options;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (options->facet_filter != NULL &&
        asking_parse(asking, bytes_of(options->facet_filter, strlen(options->facet_filter)), false,
                     &asking->facet_filter, &error) != LIBSEARCH_OK)
        return complain_query(&error);
    if (!facets_ready(&asking->facets, options, asking->index, asking->facet_filter))
        return OUTCOME_USAGE;
    asking->search.facets = asking->facets.all;
    asking->search.facet_count = asking->facets.count;
    return OUTCOME_DONE;
}

enum outcome asking_open(struct asking *asking, const struct options *options)
{
    enum outcome outcome;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    *asking = (struct asking){ .options = options };
    set_search(asking);
    if (options->after != NULL && !read_cursor(asking))
        return OUTCOME_USAGE;
    asking->index = open_index(options, LIBSEARCH_READ_ONLY, NULL, &outcome);
    if (asking->index == NULL)
        return outcome;
    if (libsearch_snapshot_open(asking->index, &asking->snapshot, &error) != LIBSEARCH_OK)
        return complain_error(options->index, &error);
    if (options->synonyms != NULL && (outcome = read_synonyms(asking, options->synonyms)) != OUTCOME_DONE)
        return outcome;
    return set_facets(asking);
}

void asking_close(struct asking *asking)
{
    ranking_free(&asking->room);
    facets_release(&asking->facets);
    libsearch_query_free(asking->facet_filter);
    libsearch_synonyms_free(asking->synonyms);
    free(asking->after);
    libsearch_snapshot_free(asking->snapshot);
    libsearch_close(asking->index);
}
