/* SPDX-License-Identifier: MIT */
/* Groups of documents that are alike, in the making: what the two ways of telling likeness share. */
#ifndef LIBSEARCH_API_DUPLICATES_H
#define LIBSEARCH_API_DUPLICATES_H

#include "api/handles.h"

struct member {
    uint64_t number, group;
    size_t result;
    double similarity; /* to the group's leader */
};

struct libsearch_duplicates {
    const libsearch_allocator *allocator;
    libsearch_snapshot *snapshot; /* a reference: ids lie there */
    struct member *members;
    size_t count, capacity;
    size_t *starts; /* of each group's members, and behind the last */
    size_t groups;
    libsearch_bytes *ids;
};

/* What was asked for, checked. */
struct likeness {
    libsearch_snapshot *snapshot;
    const struct field *field; /* of signatures */
    double threshold;
    size_t words, memory; /* of content */
    int64_t deadline;     /* as of a search */
    const volatile int *cancel;
    libsearch_duplicates *made; /* where members go */
    size_t looked_at;
};

/* DEADLINE or CANCELLED, looked for now and then. */
libsearch_status likeness_poll(struct likeness *likeness, libsearch_error *error);
libsearch_status likeness_add(struct likeness *likeness, const struct member *member, libsearch_error *error);

/* Each adds members: the document and those like it, in one group; or all documents, or all results, in groups of one and
 * more, numbered in the order in which their leaders come. */
libsearch_status signature_likes(struct likeness *likeness, uint64_t number, libsearch_error *error);
libsearch_status signature_groups(struct likeness *likeness, libsearch_error *error);
libsearch_status signature_folds(struct likeness *likeness, const libsearch_results *results, libsearch_error *error);

libsearch_status content_likes(struct likeness *likeness, uint64_t number, libsearch_error *error);
libsearch_status content_groups(struct likeness *likeness, libsearch_error *error);
libsearch_status content_folds(struct likeness *likeness, const libsearch_results *results, libsearch_error *error);

#endif
