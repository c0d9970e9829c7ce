/* SPDX-License-Identifier: MIT */
/* A folder of text files: their names are the ids, their first lines the titles; answers come with
 * the passage that fits best, its words in marks.
 *
 *     folder_of_files INDEX FOLDER QUERY
 */
#include <dirent.h>
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static libsearch_bytes bytes_of(const char *data, size_t length)
{
    const libsearch_bytes bytes = { data, length };
    return bytes;
}

static int is_text_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".txt") == 0;
}

/* Reads up to 64 KiB of a file into buffer. */
static size_t read_file(const char *folder, const char *name, char *buffer, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    const size_t length = fread(buffer, 1, size, file);
    fclose(file);
    return length;
}

static libsearch_status put_file(libsearch_writer *writer, libsearch_document *document, const char *folder,
                                 const char *name, libsearch_error *error)
{
    static char text[65536];
    const size_t length = read_file(folder, name, text, sizeof text);
    const char *newline = memchr(text, '\n', length);
    const size_t title = newline != NULL ? (size_t)(newline - text) : 0;
    libsearch_document_clear(document);
    libsearch_document_set_text(document, "title", bytes_of(text, title));
    libsearch_document_set_text(document, "text", bytes_of(text + title, length - title));
    return libsearch_writer_put(writer, bytes_of(name, strlen(name)), document, error);
}

static libsearch_status put_folder(libsearch_index *index, const char *folder, libsearch_error *error)
{
    struct dirent **entries = NULL;
    libsearch_writer *writer = NULL;
    libsearch_document *document = libsearch_document_new(index);
    const int count = scandir(folder, &entries, is_text_file, alphasort);
    libsearch_status status = document == NULL ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_open(index, NULL, &writer, error);
    for (int i = 0; i < count; i++) {
        if (status == LIBSEARCH_OK)
            status = put_file(writer, document, folder, entries[i]->d_name, error);
        free(entries[i]);
    }
    free(entries);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_commit(writer, error);
    libsearch_writer_close(writer);
    libsearch_document_free(document);
    return status;
}

static libsearch_status print_results(libsearch_results *results, libsearch_error *error)
{
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_document *document = NULL;
        libsearch_bytes snippet;
        libsearch_status status = libsearch_results_document(results, i, &document, error);
        if (status == LIBSEARCH_OK)
            status = libsearch_results_snippet(results, i, "text", 120, LIBSEARCH_HTML, &snippet, error);
        if (status != LIBSEARCH_OK)
            return status;
        const libsearch_bytes id = libsearch_results_id(results, i),
                              title = libsearch_document_bytes(document, "title");
        printf("%.*s: %.*s\n    %.*s\n", (int)id.length, id.data, (int)title.length, title.data, (int)snippet.length,
               snippet.data);
    }
    return LIBSEARCH_OK;
}

int main(int argc, char **argv)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_index *index = NULL;
    libsearch_results *results = NULL;
    if (argc != 4) {
        fputs("usage: folder_of_files INDEX FOLDER QUERY\n", stderr);
        return 2;
    }
    options.analyzer = "english"; /* so that “walking” finds “walks” */
    const int failed =
        libsearch_open(argv[1], LIBSEARCH_CREATE, &options, &index, &error) != LIBSEARCH_OK ||
        put_folder(index, argv[2], &error) != LIBSEARCH_OK ||
        libsearch_search(index, bytes_of(argv[3], strlen(argv[3])), 10, &results, &error) != LIBSEARCH_OK ||
        print_results(results, &error) != LIBSEARCH_OK;
    if (failed)
        fprintf(stderr, "folder_of_files: %s\n", error.message);
    libsearch_results_free(results);
    libsearch_close(index);
    return failed;
}
