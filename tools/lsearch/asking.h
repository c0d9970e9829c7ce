/* SPDX-License-Identifier: MIT */
/* From lsearch's options to what the library is asked: a query from text, and how it is to be answered. */
#ifndef LSEARCH_ASKING_H
#define LSEARCH_ASKING_H

#include "facets.h"
#include "ranking.h"

/* How an index is asked, for search, similar and run. */
struct asking {
    const struct options *options;
    libsearch_index *index;
    libsearch_snapshot *snapshot;
    libsearch_synonyms *synonyms; /* --synonyms; NULL: none */
    libsearch_query *facet_filter;
    struct facets facets;
    char *after; /* --after, as bytes */
    struct ranking_room room;
    libsearch_search_options search;
};

/* Opens the index, pins its newest commit and makes ready what the options say. Not OUTCOME_DONE: something was wrong,
 * and was said. asking_close it in any case. */
enum outcome asking_open(struct asking *asking, const struct options *options);
void asking_close(struct asking *asking);

/* A query as people type it; words: nothing but words. The caller's to free. */
libsearch_status asking_parse(const struct asking *asking, libsearch_bytes text, bool words, libsearch_query **query,
                              libsearch_error *error);

/* Says what is wrong with a query, and where. */
enum outcome complain_query(const libsearch_error *error);

/* A cursor as a word for the command line. */
void asking_print_cursor(FILE *file, libsearch_bytes cursor);

#endif
