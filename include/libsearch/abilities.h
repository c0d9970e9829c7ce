/* SPDX-License-Identifier: MIT
 *
 * What an index can do: not every engine can do everything, and not everywhere. A part of libsearch.h, which includes
 * it.
 */
#ifndef LIBSEARCH_ABILITIES_H
#define LIBSEARCH_ABILITIES_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What libsearch_abilities tells. What is not in it is answered with UNSUPPORTED and its name, whoever asks for it. */
enum {
    LIBSEARCH_CAN_WRITE = 1u << 0,           /**< libsearch_writer_open; without it PERMISSION */
    LIBSEARCH_CAN_REFRESH = 1u << 1,         /**< libsearch_writer_refresh */
    LIBSEARCH_CAN_REORDER = 1u << 2,         /**< LIBSEARCH_REORDER of libsearch_writer_compact */
    LIBSEARCH_CAN_OPEN_PREVIOUS = 1u << 3,   /**< LIBSEARCH_PREVIOUS of libsearch_open */
    LIBSEARCH_CAN_CALL_BACK = 1u << 4,       /**< storage, log and progress of libsearch_extensions */
    LIBSEARCH_CAN_SORT = 1u << 5,            /**< an order by one field, with the score behind it or without */
    LIBSEARCH_CAN_SORT_BY_SEVERAL = 1u << 6, /**< any order of several steps */
    LIBSEARCH_CAN_COUNT_FACETS = 1u << 7,    /**< facets */
    LIBSEARCH_CAN_COLLAPSE = 1u << 8,        /**< collapse, in the order by score */
    LIBSEARCH_CAN_CONTINUE = 1u << 9,        /**< after */
    LIBSEARCH_CAN_FILTER = 1u << 10,         /**< libsearch_filter_new */
    LIBSEARCH_CAN_BACK_UP = 1u << 11,        /**< libsearch_snapshot_backup */
    LIBSEARCH_CAN_EXPLAIN = 1u << 12,        /**< libsearch_results_explain */
    LIBSEARCH_CAN_SUGGEST = 1u << 13,        /**< libsearch_complete, libsearch_correct */
    LIBSEARCH_CAN_EXPAND = 1u << 14,         /**< similar documents and feedback (libsearch/rank.h); with
                                                  LIBSEARCH_CAN_FILTER, documents alike in content */
    LIBSEARCH_CAN_SIGN = 1u << 15,           /**< LIBSEARCH_FIELD_SIGNATURE (libsearch/duplicates.h) */
    LIBSEARCH_CAN_RANK = 1u << 16,           /**< numbers and functions of the program's own in the score */
    LIBSEARCH_CAN_CHOOSE_MODEL = 1u << 17,   /**< other models than bm25-xapian */
    LIBSEARCH_CAN_JOIN_FIELDS = 1u << 18,    /**< libsearch_query_fields */
    LIBSEARCH_CAN_PLACE_PHRASES = 1u << 19,  /**< phrases, compounds and other near queries in libsearch_query_near */
    LIBSEARCH_CAN_KEEP_BIWORDS = 1u << 20    /**< LIBSEARCH_BIWORDS of libsearch_writer_compact */
};

/** What can be done with an index as it was opened: LIBSEARCH_CAN_..., together. Of the native engine that is all, but
 * LIBSEARCH_CAN_WRITE where it was opened with LIBSEARCH_READ_ONLY; of the xapian engine it depends on where its
 * databases are. Later versions know more bits. index NULL: 0. Any thread. Since 0.1. */
LIBSEARCH_API uint64_t libsearch_abilities(libsearch_index *index);

#ifdef __cplusplus
}
#endif

#endif
