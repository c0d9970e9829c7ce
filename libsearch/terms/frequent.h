/* SPDX-License-Identifier: MIT */
/* The words of a list number that begin with a prefix, the most frequent first: for completion. Blocks are opened in
 * falling order of their peaks, so that the first words cost a few blocks however many there are. */
#ifndef LIBSEARCH_TERMS_FREQUENT_H
#define LIBSEARCH_TERMS_FREQUENT_H

#include "terms/terms.h"

struct frequent_word {
    libsearch_bytes word; /* without its list number; stays until the walk is freed */
    uint64_t frequency;   /* a word as written: how often; else a list's document frequency */
};

struct frequent_words;
/* flags: TERM_SURFACE, words as written; TERM_LIST, of a list number that has none (keywords). OK, CORRUPT, NO_MEMORY. */
libsearch_status frequent_words_new(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                    uint16_t list, uint8_t flags, const void *prefix, size_t length,
                                    struct frequent_words **words, libsearch_error *error);
void frequent_words_free(struct frequent_words *words); /* accepts NULL */
/* The next word: OK, NOT_FOUND at the end (error untouched), CORRUPT, NO_MEMORY. Equally frequent ones by their bytes. */
libsearch_status frequent_words_next(struct frequent_words *words, struct frequent_word *word, libsearch_error *error);

#endif
