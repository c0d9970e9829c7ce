/* SPDX-License-Identifier: MIT
 *
 * Limits. Each is tested at its edge. An index has at most
 * LIBSEARCH_MAX_SEGMENTS * LIBSEARCH_MAX_SEGMENT_DOCUMENTS documents. A part of libsearch.h, which includes it.
 */
#ifndef LIBSEARCH_LIMITS_H
#define LIBSEARCH_LIMITS_H

#include <libsearch.h>

#define LIBSEARCH_MAX_ID 65536                     /**< bytes of an id */
#define LIBSEARCH_MAX_FIELD_NAME 255               /**< bytes of a field's name */
#define LIBSEARCH_MAX_FIELDS 1024                  /**< fields of an index */
#define LIBSEARCH_MAX_TERM 255                     /**< bytes of an index term; longer words are cut there */
#define LIBSEARCH_MAX_KEYWORD 32766                /**< bytes of a keyword */
#define LIBSEARCH_MAX_VALUE 1073741824             /**< bytes of one value, and of one document */
#define LIBSEARCH_MAX_COMMIT_BYTES 65536           /**< bytes of the program's own in a commit */
#define LIBSEARCH_MAX_QUERY_DEPTH 64               /**< nesting of a query */
#define LIBSEARCH_MAX_CLAUSES 65536                /**< parts of a query, all levels together */
#define LIBSEARCH_MAX_FIELDS_WORDS 4096            /**< words of libsearch_query_fields, all texts together */
#define LIBSEARCH_MAX_EXPANSION 1024               /**< words that a prefix or the like may stand for */
#define LIBSEARCH_MAX_RESULTS 1000000              /**< offset + count of a search */
#define LIBSEARCH_MAX_SORTS 16                     /**< steps of an order */
#define LIBSEARCH_MAX_FACETS 64                    /**< facets of a search */
#define LIBSEARCH_MAX_VALUES 16777216              /**< values of a document */
#define LIBSEARCH_MAX_PATTERN 1024                 /**< characters of a pattern, stars not counted */
#define LIBSEARCH_MAX_EDITS 2                      /**< by which a likeness may differ */
#define LIBSEARCH_MAX_WARNINGS 64                  /**< of the parser about one query */
#define LIBSEARCH_MAX_SIGNALS 16                   /**< signals of a search, and fields of a scorer */
#define LIBSEARCH_MAX_FEEDBACK 1000                /**< documents that feedback is taken from */
#define LIBSEARCH_MAX_FRAGMENTS 64                 /**< of one snippet */
#define LIBSEARCH_MAX_SYNONYM 1024                 /**< bytes of a text in libsearch_synonyms */
#define LIBSEARCH_MAX_SYNONYMS 262144              /**< texts in libsearch_synonyms */
#define LIBSEARCH_MAX_THREADS 1024                 /**< of a writer */
#define LIBSEARCH_LEAST_MEMORY 16777216            /**< bytes that a writer must be given */
#define LIBSEARCH_MAX_SEGMENT_DOCUMENTS 1073741824 /**< documents of a segment, deleted ones with them */
#define LIBSEARCH_MAX_SEGMENTS 1048576             /**< segments of an index */

#endif
