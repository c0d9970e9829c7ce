/* SPDX-License-Identifier: MIT */
/* Sorting the keys of a dictionary: by bytes, a shorter key before those it begins. No two are the same. */
#ifndef LIBSEARCH_SEGMENT_KEY_SORT_H
#define LIBSEARCH_SEGMENT_KEY_SORT_H

#include <stddef.h>
#include <stdint.h>

struct sort_key {
    uint64_t window;   /* the 8 bytes at the depth looked at, big endian, zeros after the key's end */
    const char *bytes; /* of the word; 16 bytes may be read from any place within it */
    uint32_t length;
    uint32_t number; /* the caller's */
    uint16_t list;   /* stands before the word's bytes */
};

/* Sorts by list, then bytes. Windows are the sort's own. */
void key_sort(struct sort_key *keys, size_t count);

#endif
