/* SPDX-License-Identifier: MIT */
/* Snippets: the passages of a text that answer a query best, as byte ranges, and written out. */
#ifndef LIBSEARCH_RESULTS_SNIPPET_H
#define LIBSEARCH_RESULTS_SNIPPET_H

#include "base/buffer.h"
#include "results/highlight.h"

/* Passages that a snippet of one line may be split into. */
enum { SNIPPET_MAX_PASSAGES = 3 };

struct snippet {
    libsearch_range passages[LIBSEARCH_MAX_FRAGMENTS]; /* in the order of the text, apart */
    size_t passage_count;                              /* 0: the text is empty or white space */
    libsearch_range *marks;                            /* words that answer, in order, apart; of all passages */
    size_t mark_count;
};

/* Chooses passages of together about max_bytes bytes: the stretch with the most of the query's different words, phrases
 * before words, the earlier of equal ones; where some words stand elsewhere alone, two or three shorter stretches.
 * Without a word that answers, the beginning of the text. Passages begin and end with sentences where these are near,
 * else between words. marks are to be freed with the occurrences' allocator. */
libsearch_status snippet_find(libsearch_bytes text, const struct occurrences *found, size_t max_bytes,
                              struct snippet *snippet, libsearch_error *error);
/* Up to `count` passages (at most LIBSEARCH_MAX_FRAGMENTS) of about max_bytes each, the best ones: first those with words
 * that the better ones do not have. */
libsearch_status snippet_find_passages(libsearch_bytes text, const struct occurrences *found, size_t max_bytes,
                                       size_t count, struct snippet *snippet, libsearch_error *error);
void snippet_free(const libsearch_allocator *allocator, struct snippet *snippet);

/* The occurrences in the highlighter's field and text, and then passages as above; the marks are of `allocator`. */
libsearch_status snippet_passages(struct highlighter *highlighter, const struct field *field, libsearch_bytes text,
                                  size_t max_bytes, size_t count, const libsearch_allocator *allocator,
                                  struct snippet *snippet, libsearch_error *error);

/* Appends one passage on one line, as below, without dots. */
void snippet_print_passage(libsearch_bytes text, libsearch_range passage, const libsearch_range *marks, size_t count,
                           libsearch_markup markup, struct buffer *to);

/* Appends the passages on one line, "…" where something is left out: white space as single spaces, control characters
 * left out, bytes that are not UTF-8 as U+FFFD. */
void snippet_print(libsearch_bytes text, const struct snippet *snippet, libsearch_markup markup, struct buffer *to);

/* The three together. max_bytes 0: 200. A failed allocation may also show in `to`. */
libsearch_status snippet_write(struct highlighter *highlighter, const struct field *field, libsearch_bytes text,
                               size_t max_bytes, libsearch_markup markup, struct buffer *to, libsearch_error *error);

#endif
