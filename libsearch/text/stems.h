/* SPDX-License-Identifier: MIT */
/* Stemming by libstemmer. */
#ifndef LIBSEARCH_TEXT_STEMS_H
#define LIBSEARCH_TEXT_STEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "text/languages.h"

struct sb_stemmer;

/* Lets the stemmer's buffer grow to what the longest word needs, so that it does not later. False: no
 * memory. */
bool stemmer_prepare(struct sb_stemmer *stemmer);

/* What the language's stemmer makes of some words, as a number. libstemmer does not say its version, and
 * its algorithms change between versions; this is how another one is noticed. 0: no memory. */
uint32_t stemmer_fingerprint(const struct language *language);

#endif
