/* SPDX-License-Identifier: MIT */
/* A stream of documents, each held against all queries of a set. One thread at a time. */
#ifndef LIBSEARCH_WATCH_WATCHER_H
#define LIBSEARCH_WATCH_WATCHER_H

#include "watch/condition_match.h"
#include "watch/watch_set.h"

struct watcher_options {
    int64_t timeout;            /* nanoseconds for a document; 0: any */
    size_t memory;              /* bytes that a document may take; 0: any */
    const volatile int *cancel; /* or NULL */
};

struct watcher {
    const libsearch_allocator *allocator;
    struct watch_set *set;
    struct watcher *next, **link; /* of the set's */
    uint64_t since;               /* the set's changes when the results were found; UINT64_MAX: there are none */
    struct watcher_options options;
    struct inspection inspection;
    struct matching matching;
    uint64_t *looked_at, *matched; /* bits by the queries' numbers */
    size_t word_capacity, matched_capacity;
    struct saved_query **results;
    size_t result_count, result_capacity;
    uint32_t *restless; /* queries whose anchors were often in vain */
    size_t restless_count, restless_capacity;
    struct matched_words words;
    int64_t deadline;
    uint64_t candidates, guarded; /* queries looked at so far, and told by their guards */
};

libsearch_status watcher_open(struct watch_set *set, const struct watcher_options *options, struct watcher **watcher,
                              libsearch_error *error);
void watcher_close(struct watcher *watcher);

/* Holds a document against all queries; results are what matches, by number. Errors: INVALID, LIMIT, DEADLINE, CANCELLED,
 * NO_MEMORY; there are then no results. */
libsearch_status watcher_match(struct watcher *watcher, const libsearch_document *document, libsearch_error *error);
/* The words by which result i matches, in watcher->words until the next call. */
libsearch_status watcher_words(struct watcher *watcher, size_t i, libsearch_error *error);
/* The name of a field of those words; the set's. */
const char *watcher_field_name(struct watcher *watcher, uint16_t field);

#endif
