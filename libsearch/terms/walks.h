/* SPDX-License-Identifier: MIT */
/* Walks over the words of one list number that fit a pattern: for prefix, wildcard and fuzzy queries and for
 * completion. Each goes through the keys in order, visits only those that could fit (it seeks past the others), and
 * calls back for every match.
 *
 * A letter is a code point of UTF-8; a byte that is not part of one counts as a letter of its own. */
#ifndef LIBSEARCH_TERMS_WALKS_H
#define LIBSEARCH_TERMS_WALKS_H

#include "terms/terms.h"

struct term_match {
    libsearch_bytes key; /* whole, with its list number; borrowed for the call */
    struct term_entry entry;
    uint64_t ordinal;
    unsigned distance; /* fuzzy: how many edits away; else 0 */
};

struct term_walk {
    uint16_t list;  /* the list number that keys begin with */
    uint8_t flags;  /* matches have one of these (TERM_SURFACE: words as written); 0: any entry */
    uint64_t limit; /* a match beyond so many ends the walk with LIMIT, not called back; 0: none */
    /* For each match in key order. Other than OK ends the walk with that status (and the caller's own message). */
    libsearch_status (*matched)(void *context, const struct term_match *match);
    /* Or NULL. Asked every few hundred keys; other than OK ends the walk with that status. */
    libsearch_status (*poll)(void *context);
    void *context;
};

/* Longest patterns of a wildcard walk, in letters and question marks. */
enum { TERM_WILDCARD_MAX = LIBSEARCH_MAX_PATTERN };
/* Most edits of a fuzzy walk. */
enum { TERM_DISTANCE_MAX = LIBSEARCH_MAX_EDITS };

/* All return OK when every match has been called back, LIMIT, CORRUPT, NO_MEMORY, or what a callback returned. */

/* Words that begin with the prefix's bytes. */
libsearch_status terms_walk_prefix(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                   const struct term_walk *walk, const void *prefix, size_t length,
                                   libsearch_error *error);

/* Words that fit the pattern as a whole: * stands for any run of letters, ? for one letter, a backslash takes the
 * character behind it as it is. LIMIT too for a pattern of more than TERM_WILDCARD_MAX. Time is linear in the word's
 * length, whatever the number of stars. */
libsearch_status terms_walk_wildcard(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                     const struct term_walk *walk, const void *pattern, size_t length,
                                     libsearch_error *error);

/* Words at most `distance` (INVALID beyond TERM_DISTANCE_MAX) edits away from the given one, an edit being a letter
 * more, less or another, or two neighbours exchanged (each stretch edited once: optimal string alignment). The bytes
 * of the first `prefix` letters must be the same. */
libsearch_status terms_walk_fuzzy(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                  const struct term_walk *walk, const void *word, size_t length, unsigned distance,
                                  unsigned prefix, libsearch_error *error);

/* Words that a regular expression fits as a whole. */
struct regular_expression;
libsearch_status terms_walk_regular(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                    const struct term_walk *walk, const struct regular_expression *expression,
                                    libsearch_error *error);

/* Words from low on (the empty word is the first of all) up to high. */
struct term_range {
    libsearch_bytes low, high;
    bool has_high, without_low, without_high;
};
libsearch_status terms_walk_range(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                  const struct term_walk *walk, const struct term_range *range, libsearch_error *error);

#endif
