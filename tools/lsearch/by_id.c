/* SPDX-License-Identifier: MIT */
/* lsearch get and delete: documents by their ids. */
#include <string.h>

#include "print.h"

enum outcome command_get(const struct options *options)
{
    enum outcome outcome;
    size_t found = 0;
    libsearch_index *index = open_index(options, LIBSEARCH_READ_ONLY, NULL, &outcome);
    if (index == NULL)
        return outcome;
    for (size_t i = 0; i < options->word_count && outcome == OUTCOME_DONE; i++) {
        const char *id = options->words[i];
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_document *document = NULL;
        const libsearch_status status = libsearch_get(index, bytes_of(id, strlen(id)), &document, &error);
        if (status == LIBSEARCH_OK) {
            fputs("{\"id\": ", stdout);
            print_json_string(stdout, id, strlen(id));
            print_json_fields(stdout, document, false, false);
            puts("}");
            libsearch_document_free(document);
            found++;
        } else if (status == LIBSEARCH_NOT_FOUND) {
            complain("%s: no document '%s'", options->index, id);
        } else {
            outcome = complain_error(options->index, &error);
        }
    }
    libsearch_close(index);
    return outcome == OUTCOME_DONE && found == 0 ? OUTCOME_NOTHING : outcome;
}

static enum outcome delete_all(const struct options *options, libsearch_writer *writer)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    size_t deleted = 0;
    for (size_t i = 0; i < options->word_count; i++) {
        const char *id = options->words[i];
        const libsearch_status status = libsearch_writer_delete(writer, bytes_of(id, strlen(id)), &error);
        if (status == LIBSEARCH_NOT_FOUND)
            complain("%s: no document '%s'", options->index, id);
        else if (status != LIBSEARCH_OK)
            return complain_error(options->index, &error);
        else
            deleted++;
    }
    if (deleted == 0)
        return OUTCOME_NOTHING;
    if (libsearch_writer_commit(writer, &error) != LIBSEARCH_OK)
        return complain_error(options->index, &error);
    printf("%zu deleted\n", deleted);
    return OUTCOME_DONE;
}

enum outcome command_delete(const struct options *options)
{
    enum outcome outcome;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_writer *writer = NULL;
    libsearch_index *index = open_index(options, 0, NULL, &outcome);
    if (index == NULL)
        return outcome;
    if (libsearch_writer_open(index, NULL, &writer, &error) == LIBSEARCH_OK)
        outcome = delete_all(options, writer);
    else
        outcome = complain_error(options->index, &error);
    libsearch_writer_close(writer);
    libsearch_close(index);
    return outcome;
}
