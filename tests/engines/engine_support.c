/* SPDX-License-Identifier: MIT */
#include "engines/engine_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef LIBSEARCH_HAVE_XAPIAN
#include <libsearch-xapian.h>
#endif

bool engine_is_here(enum engine engine) { return engine == NATIVE || engine_of(engine) != NULL; }
const char *engine_name(enum engine engine) { return engine == NATIVE ? "native" : "xapian"; }

const libsearch_engine *engine_of(enum engine engine)
{
#ifdef LIBSEARCH_HAVE_XAPIAN
    if (engine == XAPIAN)
        return libsearch_xapian_engine();
#endif
    (void)engine;
    return NULL;
}

char *folder_make(void)
{
    char *folder = strdup("/tmp/libsearch-engines-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return folder;
}

void folder_remove(char *folder)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
    free(folder);
}

libsearch_index *index_make(enum engine engine, const char *folder, const char *analyzer)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, engine_name(engine));
    options.engine = engine_of(engine);
    options.analyzer = analyzer;
    if (libsearch_open(path, LIBSEARCH_CREATE, &options, &index, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", path, error.message);
    return index;
}

libsearch_bytes bytes(const char *string) { return (libsearch_bytes){ string, strlen(string) }; }

static int compare_strings(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static char *joined(libsearch_index *index, libsearch_query *query, bool sorted)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    assert_non_null(query);
    options.count = 1000;
    if (libsearch_search_query(index, query, &options, &results, &error) != LIBSEARCH_OK) {
        char *message = strdup(libsearch_status_text(error.status));
        libsearch_query_free(query);
        return message;
    }
    const size_t count = libsearch_results_count(results);
    char **ids = calloc(count + 1, sizeof *ids);
    size_t length = 1;
    for (size_t i = 0; i < count; i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        ids[i] = strndup(id.data, id.length);
        length += id.length + 1;
    }
    if (sorted && count > 0)
        qsort(ids, count, sizeof *ids, compare_strings);
    char *text = calloc(length, 1);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            strcat(text, " ");
        strcat(text, ids[i]);
        free(ids[i]);
    }
    free(ids);
    libsearch_results_free(results);
    libsearch_query_free(query);
    return text;
}

char *ids_found(libsearch_index *index, libsearch_query *query) { return joined(index, query, false); }
char *ids_set(libsearch_index *index, libsearch_query *query) { return joined(index, query, true); }

libsearch_query *parsed(libsearch_index *index, const char *text)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_query *query = NULL;
    if (libsearch_query_parse(index, bytes(text), LIBSEARCH_PARSE_STRICT, &query, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", text, error.message);
    return query;
}

struct ranking ranking_of(libsearch_index *index, libsearch_bytes words, size_t depth, const char *model,
                          unsigned flags)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_query *query = NULL;
    assert_ok(libsearch_query_parse(index, words, LIBSEARCH_PARSE_WORDS, &query, NULL));
    options.count = depth;
    options.model = model;
    options.flags = flags;
    if (libsearch_search_query(index, query, &options, &results, &error) != LIBSEARCH_OK)
        fail_msg("%.*s: %s", (int)words.length, words.data, error.message);
    struct ranking ranking = { libsearch_results_count(results), NULL, NULL };
    ranking.ids = calloc(ranking.count + 1, sizeof *ranking.ids);
    ranking.scores = calloc(ranking.count + 1, sizeof *ranking.scores);
    for (size_t i = 0; i < ranking.count; i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        ranking.ids[i] = strndup(id.data, id.length);
        ranking.scores[i] = libsearch_results_score(results, i);
    }
    libsearch_results_free(results);
    libsearch_query_free(query);
    return ranking;
}

void ranking_free(struct ranking *ranking)
{
    for (size_t i = 0; i < ranking->count; i++)
        free(ranking->ids[i]);
    free(ranking->ids);
    free(ranking->scores);
}

static bool near(float a, float b, double tolerance)
{
    return fabs((double)a - (double)b) <= tolerance * fmax(1e-6, fmax(fabs((double)a), fabs((double)b)));
}

char *ranking_difference(const struct ranking *a, const struct ranking *b, double tolerance)
{
    char text[512];
    text[0] = 0;
    if (a->count != b->count)
        snprintf(text, sizeof text, "%zu and %zu documents", a->count, b->count);
    for (size_t i = 0; i < a->count && text[0] == 0; i++) {
        size_t there = 0;
        if (!near(a->scores[i], b->scores[i], tolerance)) {
            snprintf(text, sizeof text, "rank %zu: %s scores %.9g and %s %.9g", i + 1, a->ids[i], (double)a->scores[i],
                     b->ids[i], (double)b->scores[i]);
            break;
        }
        while (there < b->count && strcmp(a->ids[i], b->ids[there]) != 0)
            there++;
        /* Beyond the last rank there may be more documents with the last one's score. */
        const bool last = near(a->scores[i], a->scores[a->count - 1], tolerance);
        if (there == b->count ? !last : !near(a->scores[i], b->scores[there], tolerance))
            snprintf(text, sizeof text, "rank %zu: %s, which is %s", i + 1, a->ids[i],
                     there == b->count ? "not in the other" : "scored otherwise in the other");
    }
    return text[0] == 0 ? NULL : strdup(text);
}
