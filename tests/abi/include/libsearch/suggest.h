/* SPDX-License-Identifier: MIT
 *
 * What people may have meant: completions of the word that they are typing, and did-you-mean for a whole query.
 * A part of libsearch.h, which includes it.
 *
 *     libsearch_suggestions *found;
 *     if (libsearch_complete(index, LIBSEARCH_STRING("world hea"), NULL, &found, NULL) == LIBSEARCH_OK) {
 *         for (size_t i = 0; i < libsearch_suggestions_count(found); i++)
 *             ... libsearch_suggestions_text(found, i) ...    "world health", "world heat", ...
 *         libsearch_suggestions_free(found);
 *     }
 */
#ifndef LIBSEARCH_SUGGEST_H
#define LIBSEARCH_SUGGEST_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What came of libsearch_complete or libsearch_correct. One thread at a time. */
typedef struct libsearch_suggestions libsearch_suggestions;

/** How suggestions are made. */
typedef struct libsearch_suggest_options {
    size_t size;              /**< sizeof, by LIBSEARCH_SUGGEST_OPTIONS_INIT */
    size_t count;             /**< how many at most; INIT: 5 */
    const char *field;        /**< text or keyword: where words without a field of their own are from; NULL: all
                                   default fields */
    int64_t timeout;          /**< milliseconds until DEADLINE; 0: none */
    size_t memory;            /**< bytes that it may take; 0: 64 MiB */
    libsearch_cancel *cancel; /**< or NULL */
} libsearch_suggest_options;

/** What to start libsearch_suggest_options from. */
#ifdef __cplusplus
#define LIBSEARCH_SUGGEST_OPTIONS_INIT                                                                                 \
    {                                                                                                                  \
        sizeof(libsearch_suggest_options), 5, 0, 0, 0, 0                                                               \
    }
#else
#define LIBSEARCH_SUGGEST_OPTIONS_INIT                                                                                 \
    {                                                                                                                  \
        .size = sizeof(libsearch_suggest_options), .count = 5                                                          \
    }
#endif

/**
 * How a query that is being typed may go on: the whole text again, its last word completed by words as they were
 * written in the field where it stands (title:hea, tag:wor), the most frequent ones first; of equally frequent ones
 * the first in order of bytes. The word itself is among them where it was written. Nothing where the text does not
 * end in a word.
 *
 * In an index of one segment (after a compact) these are exactly the most frequent words; in several, some that are
 * rare in each may be passed over for others that are rare. Documents that were deleted count until a merge drops
 * them. options: NULL for five. *suggestions is yours. Errors: INVALID (an option), LIMIT, DEADLINE, CANCELLED,
 * UNSUPPORTED, CORRUPT, IO, NO_MEMORY. Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_complete(libsearch_index *index, libsearch_bytes text,
                                                  const libsearch_suggest_options *options,
                                                  libsearch_suggestions **suggestions, libsearch_error *error);

/**
 * Did you mean: the query again with other words in place of those that no document has, or that hardly any has
 * beside one much like it that very many have. Operators, fields and quotes stay as they are. Looked at are plain
 * words and those of phrases, of at least three letters, without digits; what is one letter more, less, other or
 * swapped away, or two behind the right first letter, the frequent before the rare. Suggestions for which documents
 * have all words together come first, and where there are such, no others. None: nothing is better than what was
 * typed.
 *
 * Everything else as libsearch_complete. Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_correct(libsearch_index *index, libsearch_bytes text,
                                                 const libsearch_suggest_options *options,
                                                 libsearch_suggestions **suggestions, libsearch_error *error);

/** libsearch_complete on a pinned snapshot. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_snapshot_complete(libsearch_snapshot *snapshot, libsearch_bytes text,
                                                           const libsearch_suggest_options *options,
                                                           libsearch_suggestions **suggestions, libsearch_error *error);
/** libsearch_correct on a pinned snapshot. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_snapshot_correct(libsearch_snapshot *snapshot, libsearch_bytes text,
                                                          const libsearch_suggest_options *options,
                                                          libsearch_suggestions **suggestions, libsearch_error *error);

/** How many there are. Since 0.1. */
LIBSEARCH_API size_t libsearch_suggestions_count(const libsearch_suggestions *suggestions);
/** Suggestion i, the best being 0: a query; borrowed from the suggestions. Empty where there is no i. Since 0.1. */
LIBSEARCH_API libsearch_bytes libsearch_suggestions_text(const libsearch_suggestions *suggestions, size_t i);
/** Which bytes of it are other than in the text that was given: the completed word, or from the first corrected word
 * to the last one. Since 0.1. */
LIBSEARCH_API libsearch_range libsearch_suggestions_range(const libsearch_suggestions *suggestions, size_t i);
/** How often the suggested word was written (of keywords: in how many documents); of several, the rarest. Since 0.1. */
LIBSEARCH_API uint64_t libsearch_suggestions_frequency(const libsearch_suggestions *suggestions, size_t i);
/** Frees them; accepts NULL. Since 0.1. */
LIBSEARCH_API void libsearch_suggestions_free(libsearch_suggestions *suggestions);

#ifdef __cplusplus
}
#endif

#endif
