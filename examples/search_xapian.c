/* SPDX-License-Identifier: MIT */
/* Searches a Xapian database, whoever wrote it.
 *
 *     search_xapian DATABASE QUERY
 *
 * A program that links libsearch-xapian is under the GPL (docs/xapian.md). */
#include <libsearch-xapian.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    libsearch_results *results = NULL;
    if (argc != 3) {
        fprintf(stderr, "usage: search_xapian DATABASE QUERY\n");
        return 2;
    }
    options.engine = libsearch_xapian_engine();
    if (libsearch_open(argv[1], LIBSEARCH_READ_ONLY, &options, &index, &error) != LIBSEARCH_OK ||
        libsearch_search(index, (libsearch_bytes){ argv[2], strlen(argv[2]) }, 10, &results, &error) != LIBSEARCH_OK) {
        fprintf(stderr, "%s\n", error.message);
        libsearch_close(index);
        return 3;
    }
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_document *document = NULL;
        const libsearch_bytes id = libsearch_results_id(results, i);
        libsearch_bytes title = { NULL, 0 };
        if (libsearch_results_document(results, i, &document, &error) == LIBSEARCH_OK)
            title = libsearch_document_bytes(document, "title");
        printf("%zu. %.*s: %.*s\n", i + 1, (int)id.length, id.data, (int)title.length,
               title.length > 0 ? title.data : "");
    }
    libsearch_results_free(results);
    libsearch_close(index);
    return 0;
}
