/* SPDX-License-Identifier: MIT */
/* The program's own knowledge in the score: numbers of columns, and a function.
 *
 * Each step makes of a score s one of A s + B, with A and B of the document alone: score (base + weight g(v)) or
 * score + weight g(v), in floats, in the order of the signals; then the program's function. g never falls as the column's
 * value rises, so the greatest value of a range of documents (the columns keep it for every 1024) bounds A and B for
 * all of them, and a ranking by such scores is pruned as one without: a document is left out where its score before the
 * signals is below (threshold - B) / A. */
#ifndef LIBSEARCH_SEARCH_SIGNALS_H
#define LIBSEARCH_SEARCH_SIGNALS_H

#include "search/top_k.h"

struct search_context;
struct signals;

/* *signals NULL: the ranking has none. Errors: those of column_view_open, INVALID (a field that is no number). */
libsearch_status signals_open(struct search_context *context, const struct snapshot *snapshot,
                              const libsearch_ranking *ranking, struct signals **signals);
/* False: the program's function has no bound, so every match must be scored. */
bool signals_have_bounds(const struct signals *signals);
float signals_apply(const struct signals *signals, size_t segment, uint32_t document, float score);
/* One step alone, for explanations: the score after it, and what the signal's g is. i == signals_count: the function. */
size_t signals_count(const struct signals *signals);
bool signals_have_function(const struct signals *signals);
float signals_step(const struct signals *signals, size_t i, size_t segment, uint32_t document, float score, float *g);
const libsearch_signal *signals_at(const struct signals *signals, size_t i);

/* A top_k whose scores go through signals: the pruned ways see the threshold as it is before them, the best are kept in
 * `final` as they are after. */
struct sieve {
    struct top_k final;
    const struct signals *signals;
    const struct snapshot_segment *where;
    size_t segment;
    double factor, addend;         /* of the documents that are gone through: final <= factor * score + addend */
    double all_factor, all_addend; /* of all of the segment */
};

/* Makes of top, which was set up, one that goes through a sieve. */
void sieve_init(struct sieve *sieve, struct top_k *top, const struct signals *signals);
/* Before each segment. */
void sieve_begin(struct top_k *top, const struct snapshot_segment *where, size_t segment);
/* The documents [first, last] are gone through from now on. */
void sieve_enter(struct top_k *top, uint32_t first, uint32_t last);
/* What documents [first, last] with scores up to `bound` come to at most. */
float sieve_reach(const struct sieve *sieve, float bound, uint32_t first, uint32_t last);
/* What comes to less cannot be among the best. */
static inline float sieve_limit(const struct sieve *sieve) { return sieve->final.threshold * 0.9999f; }

#endif
