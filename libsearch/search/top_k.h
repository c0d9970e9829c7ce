/* SPDX-License-Identifier: MIT */
/* The k best hits so far: a heap with the worst of them at its root. Better is a higher score, or the same and a
 * lower number. */
#ifndef LIBSEARCH_SEARCH_TOP_K_H
#define LIBSEARCH_SEARCH_TOP_K_H

#include <stdbool.h>

#include "search/search.h"

struct top_k {
    struct search_hit *hits; /* room for k */
    size_t count, k;
    float threshold; /* a score that is not above it cannot enter, when numbers rise; starts at -1 (or a seed) */
};

void top_k_init(struct top_k *top, struct search_hit *hits, size_t k);
/* Offers a hit. Numbers may come in any order. */
void top_k_add(struct top_k *top, float score, uint64_t number);
/* Sorts the hits, best first. The heap is then of no more use. */
void top_k_finish(struct top_k *top);

#endif
