/* SPDX-License-Identifier: MIT */
/* Words that people may have meant: how a word goes on, and words like one that is misspelt. Over words as they were
 * written, by how often they were, deleted documents included until a merge drops them. */
#ifndef LIBSEARCH_SEARCH_SUGGEST_H
#define LIBSEARCH_SEARCH_SUGGEST_H

#include "index/snapshot.h"

struct suggest_request {
    const struct field *field; /* text or keyword, of the snapshot's schema; NULL: the default group */
    libsearch_bytes word;      /* folded as the field's words are */
    bool correct;              /* words like it; else words that begin so */
    size_t count;              /* most of them */
    int64_t deadline;          /* as struct search_request has these */
    size_t memory;
    const volatile int *cancel;
    struct arena *results; /* where the list and its words lie */
};

struct suggested_word {
    libsearch_bytes word;
    uint64_t frequency; /* how often it was written; of keywords, in how many documents */
    unsigned distance;  /* edits, of a correction; 0: the word itself */
};

/* Completions: by falling frequency, then by their bytes. In an index of several segments, what is rare in each of them
 * may be passed over for something else that is rare.
 *
 * Corrections: words at most one edit away, or where there is none and the word has six letters, two edits behind the
 * same first letter; by falling worth, an edit outweighing SUGGEST_EDIT times the frequency. *known: in how many
 * documents the word itself is found, by its stem. */
enum { SUGGEST_EDIT = 64 };
libsearch_status search_suggest(struct snapshot *snapshot, const struct suggest_request *request,
                                struct suggested_word **list, size_t *count, uint64_t *known, libsearch_error *error);

#endif
