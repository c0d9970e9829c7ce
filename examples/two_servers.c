/* SPDX-License-Identifier: MIT */
/* Searches two servers, each with a part of the documents, as one index.
 *
 *     xapian-tcpsrv --interface 127.0.0.1 --port 7001 part1.db &
 *     xapian-tcpsrv --interface 127.0.0.1 --port 7002 part2.db &
 *     two_servers 127.0.0.1:7001 127.0.0.1:7002 QUERY
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
    char both[512];
    if (argc != 4) {
        fprintf(stderr, "usage: two_servers HOST:PORT HOST:PORT QUERY\n");
        return 2;
    }
    snprintf(both, sizeof both, "tcp:%.200s,tcp:%.200s", argv[1], argv[2]);
    options.engine = libsearch_xapian_engine();
    /* A server that does not answer is named in the message, ten seconds later at the most. */
    if (libsearch_open(both, LIBSEARCH_READ_ONLY, &options, &index, &error) != LIBSEARCH_OK ||
        libsearch_search(index, (libsearch_bytes){ argv[3], strlen(argv[3]) }, 10, &results, &error) != LIBSEARCH_OK) {
        fprintf(stderr, "%s\n", error.message);
        libsearch_close(index);
        return 3;
    }
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        printf("%.4f %.*s\n", (double)libsearch_results_score(results, i), (int)id.length, id.data);
    }
    libsearch_results_free(results);
    libsearch_close(index);
    return 0;
}
