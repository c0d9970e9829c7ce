/* SPDX-License-Identifier: MIT */
/* Anchors: keys of which a document must have at least one if it is to match a condition. Of an intersection those of
 * one part do, of a union those of all parts are needed; where there is a choice, the rarest are taken, by the documents
 * seen so far. */
#ifndef LIBSEARCH_WATCH_ANCHORS_H
#define LIBSEARCH_WATCH_ANCHORS_H

#include "watch/condition.h"

struct anchors {
    uint32_t *keys;
    uint32_t count;
    bool always;                           /* there are none: the condition has to be looked at for every document */
    bool sure;                             /* whatever has one of them, and all that is necessary, matches */
    uint32_t necessary[1 + ANCHOR_GUARDS]; /* the rarest words that it cannot match without, KEY_NONE where there are no
                                              more */
};

/* Errors: NO_MEMORY. The keys are the caller's to free. */
libsearch_status anchors_choose(const libsearch_allocator *allocator, const struct dictionary *dictionary,
                                const struct condition *condition, struct anchors *anchors, libsearch_error *error);

#endif
