/* SPDX-License-Identifier: MIT */
/* What lies in an index's directory, and what of it may go. */
#ifndef LIBSEARCH_INDEX_DIRECTORY_H
#define LIBSEARCH_INDEX_DIRECTORY_H

#include "index/manifest.h"

struct directory_survey {
    uint64_t newest, before; /* of the durable commits; 0: none */
    uint64_t commits;        /* how many durable ones */
    uint64_t largest_number; /* of segments and files of deletions */
    bool foreign;            /* there are files that are not ours */
};

libsearch_status directory_look(struct storage *storage, struct directory_survey *survey, libsearch_error *error);

/* Removes every file of ours that none of the manifests is or names (NULL among them is skipped); lock and files of
 * others stay. Commits go first, the oldest before all, so that no commit is seen whose files are gone while one
 * before it is still there. What cannot be removed is left for the next time. */
void directory_clean(struct storage *storage, const struct manifest *const *kept, size_t count);

#endif
