/* SPDX-License-Identifier: MIT */
/* Two words of an exact phrase, in a run of documents that have both: how often they stand as the phrase wants them.
 * Most documents that have all of a phrase's words fall here, a block at a time and without a step for each word. */
#ifndef LIBSEARCH_SEARCH_PHRASE_PAIR_H
#define LIBSEARCH_SEARCH_PHRASE_PAIR_H

#include "search/evaluate.h"
#include "search/kernels.h"
#include "search/term_cursor.h"

struct phrase_pair;

/* Documents and what was found in them. */
struct phrase_run {
    uint32_t documents[POSTING_BLOCK + 16]; /* rising */
    uint32_t counts[POSTING_BLOCK];         /* how often the pair stands there */
    size_t count;
};

/* lists: the two of the phrase's rarest words, both of the whole default group; shifts: places from each to the
 * phrase's last word. */
libsearch_status phrase_pair_new(struct search_context *context, const struct posting_list *const lists[2],
                                 const uint32_t shifts[2], struct phrase_pair **pair);

/* Of run->documents, which lie in block b of the first list, keeps those that have the pair, with counts. parts (may be
 * NULL): what scores the phrase; documents that cannot reach `least` by the rarer word's frequency are dropped unseen.
 * False: damaged, or no memory (*no_memory). */
bool phrase_pair_keep(struct phrase_pair *pair, uint32_t b, const struct score_parts *parts, float least,
                      struct phrase_run *run, bool *no_memory);

#endif
