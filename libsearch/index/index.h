/* SPDX-License-Identifier: MIT */
/* An index as its readers see it: a directory, the newest snapshot of it, and who writes. Any number of threads. */
#ifndef LIBSEARCH_INDEX_INDEX_H
#define LIBSEARCH_INDEX_INDEX_H

#include "index/snapshot.h"

struct index_store;

struct index_options {
    /* For an index that is to be made. */
    const char *analyzer;          /* NULL: "standard" */
    const libsearch_field *fields; /* its first fields */
    size_t field_count;
    /* For every index. */
    struct analyzer_set *analyzers; /* the program's own; NULL: none. Retained */
    struct watch watch;             /* who is told what goes on */
};

/* Opens what lies in storage, which is taken over, also on error. flags: of libsearch_open; options may be NULL.
 * Errors: NOT_FOUND (nothing there), NOT_AN_INDEX, CORRUPT, VERSION, IO, PERMISSION, NO_MEMORY; LOCKED where another
 * process has been making the index for ten seconds. */
libsearch_status index_store_open(const libsearch_allocator *allocator, struct storage *storage, unsigned flags,
                                  const struct index_options *options, struct index_store **store,
                                  libsearch_error *error);
/* Its writer must be closed before; snapshots may outlive it. */
void index_store_close(struct index_store *store);

/* The newest state, retained for the caller: of the directory (a few microseconds where nothing changed), or what this
 * store's writer showed last. With LIBSEARCH_PREVIOUS, and no commit made since, the commit that was opened. */
libsearch_status index_store_snapshot(struct index_store *store, struct snapshot **snapshot, libsearch_error *error);

/* Reads the newest commit whole: manifest, every segment, every file of deletions, and what they say of each other.
 * report is called for each damage; OK, CORRUPT, or what kept it from looking. What a killed writer left behind is no
 * damage. options may be NULL. */
libsearch_status index_check(const libsearch_allocator *allocator, struct storage *storage,
                             const struct index_options *options, libsearch_report report, void *context,
                             libsearch_error *error);

#endif
