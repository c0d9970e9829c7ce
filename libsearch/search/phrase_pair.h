/* SPDX-License-Identifier: MIT */
/* Exact phrases in a run of documents that have the two rarest words: where these stand as the phrase wants them, the others
 * are looked for. Most documents that have all of a phrase's words fall at the first two, a block at a time and without a
 * step for each word. */
#ifndef LIBSEARCH_SEARCH_PHRASE_PAIR_H
#define LIBSEARCH_SEARCH_PHRASE_PAIR_H

#include "search/candidates.h"
#include "search/phrase.h"

struct phrase_pair;

/* Documents, and how often the phrase stands there. */
struct phrase_run {
    uint32_t documents[POSTING_BLOCK + 16]; /* rising */
    uint32_t counts[POSTING_BLOCK];
    size_t count;
};

/* leaves: the two of the phrase's rarest words; shifts: places from each to the phrase's last word; matcher: of the whole
 * phrase where it has more words, else NULL. */
libsearch_status phrase_pair_new(struct search_context *context, struct leaf *const leaves[2], const uint32_t shifts[2],
                                 struct phrase_matcher *matcher, struct phrase_pair **pair);

/* Of the candidates, which were put in from block b of the first leaf and found in the second, writes those that have the
 * phrase. parts: what scores it; documents that cannot reach `least` by the rarer word's frequency are dropped unseen.
 * False: damaged, or no memory (*no_memory). */
bool phrase_pair_match(struct phrase_pair *pair, const struct candidates *candidates, uint32_t b,
                       const struct score_parts *parts, float least, struct phrase_run *run, bool *no_memory);

#endif
