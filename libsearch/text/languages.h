/* SPDX-License-Identifier: MIT */
/* What is particular to a language: its stemmer, its stop list, how its apostrophes and numbers are
 * read, which letters with diacritics are letters of their own. */
#ifndef LIBSEARCH_TEXT_LANGUAGES_H
#define LIBSEARCH_TEXT_LANGUAGES_H

#include <stdint.h>

enum {
    LANGUAGE_CONTRACTIONS = 1 << 0,  /* don't, we'll: kept with their apostrophe */
    LANGUAGE_DECIMAL_COMMA = 1 << 1, /* 1.234,5 */
    LANGUAGE_SUFFIXES = 1 << 2,      /* what follows an apostrophe is an ending: Türkiye'nin */
    LANGUAGE_TURKISH_CASE = 1 << 3,  /* I is the capital of dotless i */
    LANGUAGE_MIDDLE_DOT = 1 << 4,    /* col·lecció: the dot belongs to the letters */
    LANGUAGE_STRIP_SURFACE = 1 << 5, /* diacritics go at once; else only from the stem */
    LANGUAGE_CEDILLA = 1 << 6        /* the stemmer knows s and t with cedilla only, not with comma */
};

struct language {
    const char *name;    /* libstemmer's; NULL: the end of languages */
    const char *code;    /* ISO 639-1, or NULL */
    const char *stemmer; /* what the chain calls the stemmer, where not the name */
    unsigned flags;
    const char *const *elisions; /* words that lose their vowel before an apostrophe, up to NULL; or NULL */
    const uint32_t *keep;        /* letters that keep their diacritics in terms, up to 0; or NULL */
};

enum { LANGUAGES = 29 };
extern const struct language languages[LANGUAGES + 1];
/* The language of "standard": none in particular. */
extern const struct language language_any;

/* By name or code; NULL: there is none. */
const struct language *language_find(const char *name);

#endif
