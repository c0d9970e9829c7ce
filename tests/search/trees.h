/* SPDX-License-Identifier: MIT */
/* Small queries for tests of search/: what is made is the caller's, and has taken its children over. */
#ifndef TESTS_SEARCH_TREES_H
#define TESTS_SEARCH_TREES_H

#include "query/query_tree.h"

libsearch_query *tree_make(const libsearch_query *like);
/* Words of a text. */
libsearch_query *tree_words(enum query_kind kind, unsigned flags, const char *text);
/* Two parts; a near is of places within `number`. */
libsearch_query *tree_of_two(enum query_kind kind, uint32_t number, libsearch_query *one, libsearch_occur first,
                             libsearch_query *other, libsearch_occur second);

#endif
