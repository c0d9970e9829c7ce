/* SPDX-License-Identifier: MIT */
/* A sort that can be given up: what a search sorts may be long, and its deadline near. */
#ifndef LIBSEARCH_BASE_MERGE_SORT_H
#define LIBSEARCH_BASE_MERGE_SORT_H

#include <stddef.h>

#include <libsearch.h>

/* Sorts `count` elements of `size` bytes; equal ones stay in their order. scratch: for one half of them and one more, at
 * least. What is in order already, or is some sorted parts one behind the other, takes fewer comparisons (Knuth, The Art
 * of Computer Programming 3, 5.2.4).
 *
 * poll: NULL, or asked every few thousand comparisons and every megabyte copied; other than OK ends the sort with that status, and then the array
 * may hold some of its elements twice. */
libsearch_status merge_sort(void *array, void *scratch, size_t count, size_t size,
                            int (*compare)(const void *one, const void *other), libsearch_status (*poll)(void *context),
                            void *poll_context);

#endif
