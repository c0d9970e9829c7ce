/* SPDX-License-Identifier: MIT */
/* The words of a saved query's texts, as its fields' analyzers cut them: shared by condition_text.c, which has them, and
 * condition_fields.c. */
#ifndef LIBSEARCH_WATCH_CONDITION_TEXT_H
#define LIBSEARCH_WATCH_CONDITION_TEXT_H

#include "watch/condition.h"

struct word {
    libsearch_bytes term, surface; /* in the arena */
    uint32_t position;
    bool whole, stop;
};

struct words {
    struct arena arena;
    struct word *words;
    size_t count, capacity;
    bool exact; /* words count in the form in which they are written here */
};

void words_free(struct words *words);

/* The text field that a query names; NULL for none. INVALID where it is no text. */
libsearch_status compile_text_field(const struct compiler *compiler, const libsearch_query *query,
                                    const struct field **field, libsearch_error *error);
/* Adds the words of a query's text to `words`, whose arena is there. */
libsearch_status compile_words_of(struct compiler *compiler, const struct field *field, const libsearch_query *query,
                                  struct words *words, libsearch_error *error);
/* A node for one of them. */
libsearch_status compile_word(struct compiler *compiler, const struct field *field, const struct word *word, bool exact,
                              uint8_t occur, uint32_t offset, libsearch_error *error);

#endif
