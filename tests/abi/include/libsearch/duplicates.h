/* SPDX-License-Identifier: MIT
 *
 * One story told twice: documents that are alike found for a document, listed for an index, folded in results. A part of
 * libsearch.h, which includes it.
 *
 * There are two ways to be alike.
 *
 * By signature: in wording. A text field that was made with LIBSEARCH_FIELD_SIGNATURE keeps, for each document, 64 bytes
 * that stand for the set of its text's words: 488 bits of MinHash (Broder, SEQUENCES 1997; Li and König, WWW 2010). The
 * similarity of two documents is the Jaccard similarity of these sets, 0 to 1, as estimated from the bits that differ
 * (standard error at most 0.05, 0.03 near 0.8). Copies, updates and corrections are alike so; two reports of one event in
 * other words are not.
 *
 * By content: in what is said. Each document asks for others by the words that say most about it, as
 * libsearch_query_feedback chooses and weighs them (of those that other documents have, too), with the default ranking.
 * Of two documents a and b, let r(a, b) be the score of b for a's question as a share of a's own score for it, at most 1.
 * Their similarity is the lesser of r(a, b) and r(b, a): each is found by what the other asks. It needs no signature, but
 * text that is stored; and it is of the snapshot, since what words are worth depends on the other documents: in an index
 * of a few documents it says little. docs/benchmarks.md says what folds at which threshold, either way.
 *
 * Groups are formed by leaders: documents are gone through in order; one that is at least `threshold` similar to an
 * earlier leader joins the first such leader's group, else it leads one of its own. Nothing is missed. By signature every
 * document is compared with every leader, so that the time grows with documents times groups; by content every document
 * is searched for once, among all or among the results, and read once.
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

/** In what documents are alike. */
typedef enum libsearch_duplicates_by {
    LIBSEARCH_DUPLICATES_SIGNATURE = 0, /**< in wording, by the signatures of a field */
    LIBSEARCH_DUPLICATES_CONTENT = 1    /**< in content, each found by the other's words */
} libsearch_duplicates_by;

/** What counts as alike. */
typedef struct libsearch_duplicates_options {
    size_t size;       /**< sizeof, by LIBSEARCH_DUPLICATES_OPTIONS_INIT */
    const char *field; /**< by signature: a text field that has one; NULL: the first there is. By content: NULL */
    double threshold;  /**< the least similarity, above 0, at most 1; 0: 0.85 by signature, 0.5 by content */
    int64_t timeout;   /**< milliseconds until DEADLINE; 0: none */
    libsearch_cancel *cancel;   /**< or NULL */
    libsearch_duplicates_by by; /**< in what they are to be alike */
    size_t words;               /**< by content: by how many words each document asks; 0: 30; at most 1000 */
    size_t
        memory; /**< by content: bytes that each search, and what all leaders find, may take until LIMIT; 0: 256 MiB */
} libsearch_duplicates_options;

#ifdef __cplusplus
/** The value to begin from. */
#define LIBSEARCH_DUPLICATES_OPTIONS_INIT                                                                              \
    {                                                                                                                  \
        sizeof(libsearch_duplicates_options), 0, 0, 0, 0, LIBSEARCH_DUPLICATES_SIGNATURE, 0, 0                         \
    }
#else
/** The value to begin from. */
#define LIBSEARCH_DUPLICATES_OPTIONS_INIT                                                                              \
    {                                                                                                                  \
        .size = sizeof(libsearch_duplicates_options)                                                                   \
    }
#endif

/** The documents that are alike to one: a single group, led by it, the others by falling similarity, then by number. A
 * document without words (by signature: in the field; by content: that others have) is alike to none. *duplicates is
 * yours. Errors: NOT_FOUND (no such document; no field with a signature), INVALID (the field has none; an option),
 * UNSUPPORTED (the engine; by content, text that is not stored), LIMIT, DEADLINE, CANCELLED, CORRUPT, IO, NO_MEMORY.
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
