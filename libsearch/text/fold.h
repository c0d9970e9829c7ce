/* SPDX-License-Identifier: MIT */
/* Folding: compatibility normalisation (NFKC), full case folding, ignorable characters dropped, and
 * where asked for, diacritics removed. */
#ifndef LIBSEARCH_TEXT_FOLD_H
#define LIBSEARCH_TEXT_FOLD_H

#include <stddef.h>
#include <stdint.h>

enum {
    FOLD_STRIP = 1 << 0,  /* remove diacritics of Latin, Greek, Cyrillic, Hebrew and Arabic letters */
    FOLD_TURKISH = 1 << 1 /* I to dotless i, dotted I to i */
};

/* Code points that are looked up: all of two bytes of UTF-8. */
#define FOLD_TABLE_END 0x800
#define FOLD_ENTRY 8
/* An entry's length that says: depends on its neighbours, take the long way. */
#define FOLD_LONG 255

struct fold {
    unsigned flags;
    const uint32_t *keep;                      /* composed letters whose diacritics stay, up to a zero; NULL: none */
    uint8_t table[FOLD_TABLE_END][FOLD_ENTRY]; /* a length and that many bytes */
};

/* The Unicode version of the tables behind it. */
const char *fold_version(void);

/* Fills fold for the flags. */
void fold_init(struct fold *fold, unsigned flags, const uint32_t *keep);

/* Folds text (any bytes) into at most capacity bytes, cut at a character's boundary; their number.
 * Of one text no more than its first 512 code points count, decomposed. */
size_t fold_text(const struct fold *fold, const uint8_t *text, size_t length, char *to, size_t capacity);

#endif
