/* SPDX-License-Identifier: MIT
 *
 * Synonyms: words, one or several, that stand for others, one way or both ways. A part of libsearch.h, which
 * includes it.
 *
 * A program makes them once and gives them to every parse (libsearch_parse_options.synonyms), or to trees that it has
 * (libsearch_query_expand). They are compared by stems, as the field of the query has them. What a text or phrase
 * gains is alternatives, of which the best counts (libsearch_query_best with tie 0), and which snippets mark.
 */
#ifndef LIBSEARCH_SYNONYMS_H
#define LIBSEARCH_SYNONYMS_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** No synonyms yet. *synonyms is yours. Any number of threads may use it once it is not added to any more.
 * Errors: NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_synonyms_new(libsearch_synonyms **synonyms, libsearch_error *error);
/** Frees them; accepts NULL. Queries that were made with them stay. Since 0.1. */
LIBSEARCH_API void libsearch_synonyms_free(libsearch_synonyms *synonyms);

/** Where any of the texts `from` stands, any of the texts `to` is looked for as well. With to NULL, all of `from` stand
 * for each other. The texts are copied. Errors: INVALID (no text, or an empty one), LIMIT (a text of more than
 * LIBSEARCH_MAX_SYNONYM bytes, more than LIBSEARCH_MAX_SYNONYMS texts in all), NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_synonyms_add(libsearch_synonyms *synonyms, const libsearch_bytes *from,
                                                      size_t from_count, const libsearch_bytes *to, size_t to_count,
                                                      libsearch_error *error);

/** Adds what a file says, a rule a line:
 *
 *     # a comment
 *     usa, united states, america          all of these stand for each other
 *     ship => boat, vessel                 who looks for ship finds boats and vessels, not the other way
 *
 * A backslash takes the meaning from a comma, =, # or backslash behind it. Errors: SYNTAX with the byte position,
 * and those of libsearch_synonyms_add; what stands before the error is kept. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_synonyms_parse(libsearch_synonyms *synonyms, libsearch_bytes text,
                                                        libsearch_error *error);

/** A query with synonyms for the words of its texts and phrases (not of exact forms), by the index's analyzers.
 * *expanded is yours; a query without such words comes back as it is, with one more reference. Errors: LIMIT,
 * NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_query_expand(libsearch_index *index, const libsearch_query *query,
                                                      const libsearch_synonyms *synonyms, libsearch_query **expanded,
                                                      libsearch_error *error);

#ifdef __cplusplus
}
#endif

#endif
