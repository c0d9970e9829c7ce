/* SPDX-License-Identifier: MIT */
/* Where a stretch of text may begin and end. */
#ifndef LIBSEARCH_RESULTS_PASSAGE_H
#define LIBSEARCH_RESULTS_PASSAGE_H

#include <libsearch.h>

/* Widens the stretch `core`, which holds what must be seen, to about max_bytes: back to the beginning of its sentence
 * where that is near, on to the end of one; else to between words, or where there are none (Chinese) to between
 * characters. Never before `low` or behind `high`. */
libsearch_range passage_widen(libsearch_bytes text, libsearch_range core, size_t max_bytes, size_t low, size_t high);

/* The range without white space at its ends. */
libsearch_range passage_trim(libsearch_bytes text, libsearch_range range);

#endif
