/* SPDX-License-Identifier: MIT */
#include "api/api_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/unit.h"

int make_folder(void **state)
{
    char folder[] = "/tmp/libsearch-api-XXXXXX", *path = malloc(64);
    if (path == NULL || mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, 64, "%s/index", folder);
    *state = path;
    return 0;
}

int remove_folder(void **state)
{
    char command[128], *path = *state;
    *strrchr(path, '/') = 0;
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    const int status = system(command);
    free(path);
    return status;
}

libsearch_bytes text_of(const char *string) { return (libsearch_bytes){ string, strlen(string) }; }

void put(libsearch_index *index, libsearch_writer *writer, const char *id, const char *title, const char *text)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_document *document = libsearch_document_new(index);
    assert_non_null(document);
    assert_ok(libsearch_document_set_text(document, "title", text_of(title)));
    assert_ok(libsearch_document_set_text(document, "text", text_of(text)));
    if (libsearch_writer_put(writer, text_of(id), document, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", id, error.message);
    libsearch_document_free(document);
}

static void take_ids(const libsearch_results *results, char *ids)
{
    size_t length = 0;
    ids[0] = 0;
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        length += (size_t)snprintf(ids + length, 1000 - length, "%s%.*s", i == 0 ? "" : " ", (int)id.length, id.data);
    }
}

const char *ask(libsearch_index *index, const char *query, char *ids)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_results *results = NULL;
    if (libsearch_search(index, text_of(query), 100, &results, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", query, error.message);
    take_ids(results, ids);
    libsearch_results_free(results);
    return ids;
}

const char *ask_snapshot(libsearch_snapshot *snapshot, const libsearch_query *query, char *ids)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    options.count = 100;
    if (libsearch_snapshot_search(snapshot, query, &options, &results, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    take_ids(results, ids);
    libsearch_results_free(results);
    return ids;
}

libsearch_index *open_reports(const char *path)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    options.analyzer = "english";
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, &options, &index, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    put(index, writer, "health", "Health officials agree on more cooperation",
        "The two ministries will exchange data every week.");
    put(index, writer, "harbour", "A harbour town in winter",
        "The boats stay ashore, and the officials of the port have time to talk.");
    put(index, writer, "bread", "How bread is made", "Flour, water, salt, and a night's patience.");
    put(index, writer, "teams", "Medical teams", "Teams of medical officers <left> for Africa & Asia.");
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return index;
}
