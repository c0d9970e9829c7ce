/* SPDX-License-Identifier: MIT */
/* Which words of a stored text answer a query. Knows the query tree and the text alone, so that it serves whichever
 * engine found the document. One thread at a time. */
#ifndef LIBSEARCH_RESULTS_HIGHLIGHT_H
#define LIBSEARCH_RESULTS_HIGHLIGHT_H

#include "query/query.h"
#include "schema/schema.h"

/* A query's words, analyzed once for each field that is asked about. schema and query must outlive it. */
struct highlighter;
libsearch_status highlighter_new(const libsearch_allocator *allocator, const struct schema *schema,
                                 const libsearch_query *query, struct highlighter **highlighter,
                                 libsearch_error *error);
void highlighter_free(struct highlighter *highlighter); /* accepts NULL */

/* A word of the text that answers. */
struct occurrence {
    uint32_t start, end;          /* bytes of the text */
    uint32_t position;            /* of the word in the text */
    uint16_t word;                /* which of the query's words: less than highlighter_words */
    bool in_phrase;               /* stands in a phrase that the query asks for */
    uint16_t term, form, pattern; /* all that it is, for the search for phrases */
};

struct occurrences {
    const libsearch_allocator *allocator;
    struct occurrence *all; /* in the order of the text; ranges may overlap (compounds, bigrams) */
    size_t count, capacity;
    size_t words;     /* how many different words the query has for this field */
    size_t looked_at; /* bytes of the text that were read */
};

/* What is read of a text at least, and at most where nothing has been found until then; and most occurrences. What lies
 * behind is not looked at, so that a snippet costs milliseconds whatever the document's size. */
enum { HIGHLIGHT_PIECE = 1 << 20, HIGHLIGHT_MOST = 16 << 20, HIGHLIGHT_MOST_OCCURRENCES = 20000 };

/* Fills occurrences (its allocator set by the caller, who frees `all`). Words of a phrase count only in the phrase, words
 * that must not match never, and words that the query asks for in another field neither. field: a text field. */
libsearch_status highlighter_find(struct highlighter *highlighter, const struct field *field, libsearch_bytes text,
                                  struct occurrences *found, libsearch_error *error);

#endif
