/* SPDX-License-Identifier: MIT */
/* The words of a query's text as an analyzer sees them. Kept with the query, so that one that is asked again and again
 * is analyzed once: the kept words are only ever added to, so threads may share them. */
#ifndef LIBSEARCH_QUERY_QUERY_WORDS_H
#define LIBSEARCH_QUERY_QUERY_WORDS_H

#include "query/query.h"
#include "text/analyzer.h"

struct query_word {
    const char *term; /* the index term */
    size_t length;
    const char *surface; /* the word as it is written, folded */
    size_t surface_length;
    uint32_t position;
    bool whole; /* TOKEN_WHOLE */
    bool stop;  /* its surface form is a stop word */
};

struct query_words {
    struct query_words *next; /* of another analyzer */
    uint64_t analyzer;        /* analyzer_identity */
    size_t count;
    struct query_word *words;
    char *letters; /* of all words, one behind the other: each its term, then its surface */
    bool cut;      /* the text has more than LIBSEARCH_MAX_CLAUSES words: these are the first */
};

/* *words is the query's own. poll: NULL, or asked now and then; other than OK ends it with that status. Errors:
 * NO_MEMORY. */
libsearch_status query_words_of(const libsearch_query *query, const struct analyzer *analyzer,
                                libsearch_status (*poll)(void *context), void *poll_context,
                                const struct query_words **words, libsearch_error *error);
/* For query_release. */
void query_words_free(const libsearch_allocator *allocator, struct query_words *words);

#endif
