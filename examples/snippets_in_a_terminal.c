/* SPDX-License-Identifier: MIT */
/* Snippets in a terminal: the passages that answer, with their words in bold, whatever control characters the
 * texts hold; plain where standard output is no terminal (or as the third argument says: bold, html or plain).
 *
 *     snippets_in_a_terminal INDEX QUERY [FORM]
 *
 * INDEX is made by folder_of_files, lsearch or any other program. */
#include <libsearch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static libsearch_markup form(const char *name)
{
    if (name == NULL)
        return isatty(STDOUT_FILENO) ? LIBSEARCH_TERMINAL : LIBSEARCH_PLAIN;
    return strcmp(name, "bold") == 0   ? LIBSEARCH_TERMINAL
           : strcmp(name, "html") == 0 ? LIBSEARCH_HTML
                                       : LIBSEARCH_PLAIN;
}

static libsearch_status print_result(libsearch_results *results, size_t i, libsearch_markup markup,
                                     libsearch_error *error)
{
    libsearch_bytes title = { NULL, 0 }, passage;
    const libsearch_bytes id = libsearch_results_id(results, i);
    /* Titles are texts of others, too: what is not from the library's snippets has to be cleaned for a terminal. */
    libsearch_status status = libsearch_results_snippet(results, i, "title", 200, markup, &title, error);
    if (status == LIBSEARCH_NOT_FOUND)
        status = LIBSEARCH_OK; /* a document without a title */
    if (status == LIBSEARCH_OK)
        status = libsearch_results_snippet(results, i, "text", 100, markup, &passage, error);
    if (status != LIBSEARCH_OK)
        return status;
    printf("%zu. %.*s (%.*s)\n   %.*s\n", i + 1, (int)title.length, title.data, (int)id.length, id.data,
           (int)passage.length, passage.data);
    return LIBSEARCH_OK;
}

int main(int argc, char **argv)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    libsearch_results *results = NULL;
    if (argc < 3 || argc > 4) {
        fputs("usage: snippets_in_a_terminal INDEX QUERY [bold|html|plain]\n", stderr);
        return 2;
    }
    const libsearch_bytes query = { argv[2], strlen(argv[2]) };
    libsearch_status status = libsearch_open(argv[1], LIBSEARCH_READ_ONLY, NULL, &index, &error);
    if (status == LIBSEARCH_OK)
        status = libsearch_search(index, query, 5, &results, &error);
    for (size_t i = 0; status == LIBSEARCH_OK && i < libsearch_results_count(results); i++)
        status = print_result(results, i, form(argv[3]), &error);
    if (status != LIBSEARCH_OK)
        fprintf(stderr, "snippets_in_a_terminal: %s\n", error.message);
    libsearch_results_free(results);
    libsearch_close(index);
    return status != LIBSEARCH_OK;
}
