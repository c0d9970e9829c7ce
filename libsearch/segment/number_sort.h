/* SPDX-License-Identifier: MIT */
/* Sorting numbers that carry something: by their high 32 bits. */
#ifndef LIBSEARCH_SEGMENT_NUMBER_SORT_H
#define LIBSEARCH_SEGMENT_NUMBER_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Sorts by the high 32 bits, keeping the order of equal ones. spare: room for as many. */
void number_sort(uint64_t *keys, uint64_t *spare, size_t count);

#endif
