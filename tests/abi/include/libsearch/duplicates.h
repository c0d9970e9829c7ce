/* SPDX-License-Identifier: MIT
 *
 * One story told twice: near-duplicates found for a document, listed for an index, folded in results. A part of
 * libsearch.h, which includes it.
 *
 * A text field that was made with LIBSEARCH_FIELD_SIGNATURE keeps, for each document, 64 bytes that stand for the set of
 * its text's words: 488 bits of MinHash (Broder, SEQUENCES 1997; Li and König, WWW 2010). The
 * similarity of two documents is the Jaccard similarity of these sets, 0 to 1, as estimated from the bits that differ
 * (standard error at most 0.05, 0.03 near 0.8). It is about wording, not content: two reports of one event in other words
 * are not alike.
 *
 * Groups are formed by leaders: documents are gone through in order; one that is at least `threshold` similar to an
 * earlier leader joins the first such leader's group, else it leads one of its own. Every document is compared with every
 * leader, so nothing is missed; the time grows with documents times groups.
 *
 * The native engine's; others answer UNSUPPORTED.
 */
#ifndef LIBSEARCH_DUPLICATES_H
#define LIBSEARCH_DUPLICATES_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Groups of documents that are alike; one thread at a time. */
typedef struct libsearch_duplicates libsearch_duplicates;

/** What counts as alike. */
typedef struct libsearch_duplicates_options {
    size_t size;              /**< sizeof, by LIBSEARCH_DUPLICATES_OPTIONS_INIT */
    const char *field;        /**< a text field with a signature; NULL: the first there is */
    double threshold;         /**< the least similarity, above 0, at most 1; 0: 0.85 */
    int64_t timeout;          /**< milliseconds until DEADLINE; 0: none */
    libsearch_cancel *cancel; /**< or NULL */
} libsearch_duplicates_options;

#ifdef __cplusplus
/** The value to begin from. */
#define LIBSEARCH_DUPLICATES_OPTIONS_INIT                                                                              \
    {                                                                                                                  \
        sizeof(libsearch_duplicates_options), 0, 0, 0, 0                                                               \
    }
#else
/** The value to begin from. */
#define LIBSEARCH_DUPLICATES_OPTIONS_INIT                                                                              \
    {                                                                                                                  \
        .size = sizeof(libsearch_duplicates_options)                                                                   \
    }
#endif

/** The documents that are alike to one: a single group, led by it, the others by falling similarity, then by number. A
 * document without words in the field is alike to none. *duplicates is yours. Errors: NOT_FOUND (no such document; no
 * field with a signature), INVALID (the field has none; an option), UNSUPPORTED, DEADLINE, CANCELLED, CORRUPT, NO_MEMORY.
 * Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_duplicates_of(libsearch_snapshot *snapshot, libsearch_bytes id,
                                                       const libsearch_duplicates_options *options,
                                                       libsearch_duplicates **duplicates, libsearch_error *error);
/** All groups of two and more documents, in the order of their leaders' numbers, as are the documents of a group. Errors
 * as libsearch_duplicates_of. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_duplicates_list(libsearch_snapshot *snapshot,
                                                         const libsearch_duplicates_options *options,
                                                         libsearch_duplicates **duplicates, libsearch_error *error);
/** The results of a search, folded: a group for each result that is not alike to a better one, led by it, in the order of
 * the results; also groups of one. Ask for more results than are to be shown. Errors as libsearch_duplicates_of.
 * Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_duplicates_fold(libsearch_results *results,
                                                         const libsearch_duplicates_options *options,
                                                         libsearch_duplicates **duplicates, libsearch_error *error);
/** Frees groups. Accepts NULL. Since 0.1. */
LIBSEARCH_API void libsearch_duplicates_free(libsearch_duplicates *duplicates);

/** How many groups there are. Since 0.1. */
LIBSEARCH_API size_t libsearch_duplicates_count(const libsearch_duplicates *duplicates);
/** How many documents a group has, its leader among them. Since 0.1. */
LIBSEARCH_API size_t libsearch_duplicates_size(const libsearch_duplicates *duplicates, size_t group);

/** A document of a group. */
typedef struct libsearch_duplicate {
    libsearch_bytes id; /**< borrowed from the groups */
    size_t result;      /**< of libsearch_duplicates_fold: which result it is; else 0 */
    double similarity;  /**< to the leader; of the leader 1 */
} libsearch_duplicate;

/** Document i of a group; 0 is its leader. Group and i must be less than their counts. Since 0.1. */
LIBSEARCH_API libsearch_duplicate libsearch_duplicates_at(const libsearch_duplicates *duplicates, size_t group,
                                                          size_t i);

#ifdef __cplusplus
}
#endif

#endif
