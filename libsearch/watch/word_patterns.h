/* SPDX-License-Identifier: MIT */
/* Patterns over words as they are written: which words fit one, and what all that fit begin with. The language is that
 * of terms/walks.h. */
#ifndef LIBSEARCH_WATCH_WORD_PATTERNS_H
#define LIBSEARCH_WATCH_WORD_PATTERNS_H

#include "base/buffer.h"
#include "query/query.h"
#include "watch/dictionary.h"

/* LIMIT for wildcards that an index refuses, too. */
libsearch_status word_pattern_check(libsearch_bytes wildcard, libsearch_error *error);

/* The key of a query's pattern: kind, and bytes, which are `text` or lie in room. text: folded; high: likewise, of a range
 * of words. Errors: NO_MEMORY. */
libsearch_status word_pattern_key(const libsearch_query *query, libsearch_bytes text, libsearch_bytes high,
                                  struct buffer *room, enum key_kind *kind, libsearch_bytes *bytes,
                                  libsearch_error *error);

/* Bytes that every word begins with that fits, as far as they are needed; they lie in the pattern or in room. */
enum { WORD_PATTERN_BEGINNING = 64 };
void word_pattern_beginning(enum key_kind kind, libsearch_bytes pattern, char room[WORD_PATTERN_BEGINNING],
                            libsearch_bytes *beginning);

bool word_pattern_fits(const struct dictionary_entry *pattern, const char *word, size_t length);

#endif
