/* SPDX-License-Identifier: MIT */
/* The words of a query where they stand in the text that people typed: what is completed and corrected there. */
#ifndef LIBSEARCH_QUERY_TYPED_WORDS_H
#define LIBSEARCH_QUERY_TYPED_WORDS_H

#include "query/query.h"
#include "schema/schema.h"

struct typed_word {
    const struct field *field; /* NULL: the default group */
    size_t start, end;         /* bytes of the text */
    libsearch_bytes word;      /* folded; in the arena */
    bool stop;                 /* a stop word */
    bool value;                /* a keyword's value, as it is */
    bool overlaps;             /* the word before it, as pairs of characters of a run do */
};

enum { TYPED_WORDS_MOST = 64 };

/* The first TYPED_WORDS_MOST words of plain texts and phrases of a query that was parsed from `text`, in their order,
 * without those of what must not match, exact forms, and wholes of compounds. fallback: the field of those that name
 * none. */
libsearch_status typed_words_all(struct arena *arena, const struct schema *schema, const libsearch_query *query,
                                 libsearch_bytes text, const struct field *fallback, struct typed_word **words,
                                 size_t *count, libsearch_error *error);
/* The word (or the keyword's value) that the text ends with; *found false: there is none. */
libsearch_status typed_words_last(struct arena *arena, const struct schema *schema, const libsearch_query *query,
                                  libsearch_bytes text, const struct field *fallback, struct typed_word *word,
                                  bool *found, libsearch_error *error);

#endif
