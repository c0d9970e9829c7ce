/* SPDX-License-Identifier: MIT */
/* Patterns over words as they are written: which words fit one, and what all that fit begin with. The language is that
 * of terms/walks.h. */
#ifndef LIBSEARCH_WATCH_WORD_PATTERNS_H
#define LIBSEARCH_WATCH_WORD_PATTERNS_H

#include "watch/dictionary.h"

/* LIMIT for wildcards that an index refuses, too. */
libsearch_status word_pattern_check(libsearch_bytes wildcard, libsearch_error *error);

/* The kind of a fuzzy word; distance 0: by its length. */
enum key_kind word_pattern_fuzzy(unsigned distance, libsearch_bytes word);

/* Bytes that every word begins with that fits, as far as they are needed; they lie in the pattern or in room. */
enum { WORD_PATTERN_BEGINNING = 64 };
void word_pattern_beginning(enum key_kind kind, libsearch_bytes pattern, char room[WORD_PATTERN_BEGINNING],
                            libsearch_bytes *beginning);

bool word_pattern_fits(enum key_kind kind, const char *pattern, size_t pattern_length, const char *word, size_t length);

#endif
