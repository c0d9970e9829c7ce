/* SPDX-License-Identifier: MIT
 *
 * Snippets as byte ranges into the stored text: several fragments of a document that answer the query best, and the
 * words in them that answer. A part of libsearch.h, which includes it. (libsearch_results_snippet gives the same as one
 * line of text.)
 */
#ifndef LIBSEARCH_SNIPPETS_H
#define LIBSEARCH_SNIPPETS_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What fragments are wanted. */
typedef struct libsearch_snippet_options {
    size_t size;       /**< sizeof, by LIBSEARCH_SNIPPET_OPTIONS_INIT */
    const char *field; /**< a stored text field, its first value; NULL: the longest text */
    size_t max_bytes;  /**< of each fragment, about; INIT: 160 */
    size_t count;      /**< how many fragments at most; INIT: 3; at most LIBSEARCH_MAX_FRAGMENTS */
} libsearch_snippet_options;

/** What to start libsearch_snippet_options from. */
#ifdef __cplusplus
#define LIBSEARCH_SNIPPET_OPTIONS_INIT                                                                                 \
    {                                                                                                                  \
        sizeof(libsearch_snippet_options), 0, 160, 3                                                                   \
    }
#else
#define LIBSEARCH_SNIPPET_OPTIONS_INIT                                                                                 \
    {                                                                                                                  \
        .size = sizeof(libsearch_snippet_options), .max_bytes = 160, .count = 3                                        \
    }
#endif

/** A passage of a text, and the words in it that answer. */
typedef struct libsearch_fragment {
    libsearch_range range;        /**< bytes of the text */
    const libsearch_range *marks; /**< bytes of the text, rising, apart, within the range */
    size_t mark_count;            /**< of marks */
} libsearch_fragment;

/**
 * The best fragments of a stored text of result i, in the order of the text: those with the most of the query's
 * different words, phrases before words, first of all with words that better ones do not have. They begin and
 * end with sentences where these are near, else between words, always between characters. Where no word answers, the
 * beginning of the text. The words are those that the search would find: by stems, prefixes, patterns, likeness,
 * synonyms that the query was given. Of long texts the first MiB is looked at, and more, up to 16, only until a word is
 * found.
 *
 * *text, *fragments and what they point to are borrowed from the results. options: NULL for three of 160 bytes.
 * Errors: INVALID (i, an option), LIMIT, NOT_FOUND (the field is not stored), CORRUPT, IO, NO_MEMORY. Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_results_fragments(libsearch_results *results, size_t i,
                                                           const libsearch_snippet_options *options,
                                                           libsearch_bytes *text, const libsearch_fragment **fragments,
                                                           size_t *count, libsearch_error *error);

/** A fragment written out on one line, without dots at its ends: white space as single spaces, control characters left
 * out, bytes that are not UTF-8 as U+FFFD, and marked as markup says (LIBSEARCH_HTML is escaped). Any text and ranges
 * will do that a program has. *written is yours: free it with libsearch_text_free; it ends in a zero byte.
 * Errors: INVALID (a range that is not in the text, marks that are not in the fragment or do not rise), NO_MEMORY.
 * Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_fragment_write(libsearch_bytes text, const libsearch_fragment *fragment,
                                                        libsearch_markup markup, char **written,
                                                        libsearch_error *error);

#ifdef __cplusplus
}
#endif

#endif
