/* SPDX-License-Identifier: MIT */
/* The same questions to both engines. Each prints what it asked and returns how often the answers differed;
 * LIBSEARCH_VERBOSE says each difference, and what the xapian engine refused. */
#ifndef TESTS_ENGINES_COMPARE_H
#define TESTS_ENGINES_COMPARE_H

#include "engines/collections.h"

/* ----- compare_rankings.c ----- */

/* The best hundred by bm25-xapian with three sets of parameters: the same documents and scores to five digits, ties
 * apart. Xapian is asked exhaustively: pruned, libxapian now and then loses a document (docs/xapian.md); how often it
 * does is counted, too. */
enum { MODELS = 3 };
struct ranking_comparison {
    struct pair *pair;
    size_t questions, differ[MODELS];
    size_t lost; /* rankings by the first model that Xapian gives otherwise when it prunes */
};
/* context: a struct ranking_comparison. */
void compare_rankings(void *context, libsearch_bytes words);
/* All questions of a collection, or, where it has none, those for all; and words of its documents. */
size_t compare_collection_rankings(struct pair *pair, const char *name, struct sample *sample, const char *analyzer);
/* The sum of all documents' lengths. */
uint64_t tokens_of(libsearch_index *index);

/* ----- compare_sets.c ----- */

/* What boolean, phrase and near queries find. Questions are made of pieces of the documents as they stand there, with
 * all their dirt. Each is asked twice: with one score for all matches, where the first so many by number are compared
 * one by one, and as it is, where all matches are counted and, where they are few, compared as sets. `count` of each
 * kind. */
size_t compare_made_sets(struct pair *pair, struct sample *sample, const char *name, size_t count);
/* The same of the words of a collection's questions, and of questions for all. */
size_t compare_collection_sets(struct pair *pair, const char *name);

#endif
