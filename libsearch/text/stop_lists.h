/* SPDX-License-Identifier: MIT */
/* Stop lists by language, as the generator writes them. */
#ifndef LIBSEARCH_TEXT_STOP_LISTS_H
#define LIBSEARCH_TEXT_STOP_LISTS_H

#include <stddef.h>

struct stop_list {
    const char *language;     /* NULL: the end of stop_lists */
    const char *const *words; /* folded, sorted by bytes */
    size_t count;
};

extern const struct stop_list stop_lists[];

#endif
