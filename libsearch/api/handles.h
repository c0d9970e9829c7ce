/* SPDX-License-Identifier: MIT */
/* What the opaque handles of the public header are (documents and queries: schema/document.h, query/query.h). */
#ifndef LIBSEARCH_API_HANDLES_H
#define LIBSEARCH_API_HANDLES_H

#include <pthread.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "results/highlight.h"

struct libsearch_index {
    const libsearch_allocator *allocator;
    const libsearch_engine *engine;
    struct engine_index *handle;
    bool read_only;
    pthread_mutex_t mutex;   /* of what follows */
    struct schema **schemas; /* retained: all different ones that libsearch_field_at lent names from; a schema only
                                grows, so they are few */
    size_t schema_count, schema_capacity;
};

struct libsearch_snapshot {
    const libsearch_allocator *allocator;
    const libsearch_engine *engine;
    struct engine_snapshot *handle;
    unsigned references; /* atomic; results hold one */
};

struct libsearch_writer {
    libsearch_index *index;
    struct engine_writer *handle;
};

struct libsearch_results {
    libsearch_snapshot *snapshot; /* a reference */
    libsearch_query *query;       /* a reference */
    libsearch_query *fed;         /* likewise: with feedback, what was searched for in its place; else NULL */
    struct engine_hit *hits;
    libsearch_bytes *ids;           /* valid as long as the snapshot; NULL: they lie ready in the engine */
    libsearch_document **documents; /* NULL until asked for */
    size_t count;
    uint64_t total, total_estimate, total_upper;
    bool total_exact;
    uint64_t *keys, *folded; /* as struct engine_answer; in the arena */
    size_t key_count, facet_count;
    libsearch_facet_counts *facets;
    bool exhaustive;
    size_t rescored;                       /* so many of the first were scored by a second stage */
    const libsearch_ranking *ranking;      /* as it was asked for, or NULL; in the arena */
    const char *model;                     /* as it was asked for; NULL: the default */
    uint64_t order;                        /* a hash of sort and collapse */
    uint64_t commit, numbered;             /* of the snapshot, and how many documents it has numbers for: for cursors */
    struct query_warning *search_warnings; /* its own */
    const struct query_warning **warnings; /* of the query and of the search */
    size_t warning_count;
    struct highlighter *highlighter; /* made for the first snippet */
    struct arena arena;              /* snippets */
};

struct libsearch_cancel {
    volatile int raised;
};

/* Pins the newest state. */
libsearch_status snapshot_pin(libsearch_index *index, libsearch_snapshot **snapshot, libsearch_error *error);
libsearch_snapshot *snapshot_share(libsearch_snapshot *snapshot);

/* The set of all live documents: the caller's to release. Only where the engine selects. */
libsearch_status snapshot_select_all(libsearch_snapshot *snapshot, size_t memory, int64_t deadline,
                                     const volatile int *cancel, struct query_set **all, libsearch_error *error);

/* A status for an argument that is NULL and must not be. */
libsearch_status argument_missing(libsearch_error *error, const char *function, const char *argument);

/* Copies a struct of the caller's, which begins with its size, over our own, which holds the defaults: what the
 * caller's does not have keeps them. INVALID when the size is 0, or when it is larger than ours and what we do not
 * know in it is set. */
libsearch_status options_copy(void *ours, size_t our_size, const void *given, const char *name, libsearch_error *error);

/* What libsearch_open was given, in this version's sizes: pointers in it lead to what lies beside it, so that it stays
 * where it is until it is freed. Allocator and engine are there. */
struct open_options {
    libsearch_open_options options;
    libsearch_extensions extensions;
    libsearch_storage storage;
    libsearch_field *fields;
    libsearch_analyzer *analyzers;
};

libsearch_status open_options_copy(const libsearch_open_options *given, struct open_options *known,
                                   libsearch_error *error);
void open_options_free(struct open_options *known);

/* Fetches the document of result i, once. */
libsearch_status results_fetch(libsearch_results *results, size_t i, const char *function, libsearch_error *error);

/* Nanoseconds of CLOCK_MONOTONIC at which so many milliseconds are over; 0: never. */
int64_t deadline_of(int64_t timeout);

/* STALE where the query has a filter of another snapshot than this. */
libsearch_status filters_check(const libsearch_query *query, const struct engine_snapshot *snapshot,
                               libsearch_error *error);

/* INVALID where a function is NULL; allocator may be. */
libsearch_status allocator_check(const libsearch_allocator *allocator, const char *function, libsearch_error *error);

/* INVALID (empty) or LIMIT. */
libsearch_status id_check(libsearch_bytes id, const char *function, libsearch_error *error);

#endif
