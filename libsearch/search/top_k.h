/* SPDX-License-Identifier: MIT */
/* The k best hits so far. Better is a higher score, or the same and a lower number.
 *
 * Few are kept in order. More are gathered in twice the room and thinned by selection when it is full, which costs a
 * hit less than keeping a heap would. */
#ifndef LIBSEARCH_SEARCH_TOP_K_H
#define LIBSEARCH_SEARCH_TOP_K_H

#include <stdbool.h>

#include "search/search.h"

enum { TOP_K_FEW = 24 };

struct search_context;

struct top_k {
    struct search_hit *hits;
    size_t count, k, room;
    float threshold; /* nothing below it can enter, nor can an equal score with a higher number than all so far;
                        starts at -1 */
    struct search_context *context; /* NULL, or polled where many hits are gone through; when it says so, what is kept
                                       are some k hits, and context->ended tells */
    bool continues;                 /* only what comes behind `after` enters */
    struct search_hit after;
    struct sieve *sieve; /* NULL: scores are what they are; else see signals.h */
};

/* For top_k_add where there is a sieve. */
void sieve_add(struct top_k *top, float score, uint64_t number);

/* How many hits top_k_init needs room for. */
static inline size_t top_k_room(size_t k) { return k <= TOP_K_FEW ? k : 2 * k + 64; }

/* room: of hits, top_k_room(k). */
void top_k_init(struct top_k *top, struct search_hit *hits, size_t k, size_t room);
/* Offers a hit. Numbers may come in any order. */
void top_k_add(struct top_k *top, float score, uint64_t number);
/* Leaves the best in hits[0 … count - 1], sorted from hits[skipped] on; those before come in any order. */
void top_k_finish(struct top_k *top, size_t skipped);

#endif
