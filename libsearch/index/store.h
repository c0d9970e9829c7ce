/* SPDX-License-Identifier: MIT */
/* The inside of an index_store, for its writer. */
#ifndef LIBSEARCH_INDEX_STORE_H
#define LIBSEARCH_INDEX_STORE_H

#include <pthread.h>

#include "index/index.h"
#include "index/manifest.h"

struct index_store {
    const libsearch_allocator *allocator;
    struct storage *storage;
    unsigned flags;
    struct analyzer_set *analyzers; /* the program's; retained, or NULL */
    struct watch watch;
    pthread_mutex_t loading; /* held while the directory is read into a new snapshot; taken before mutex */
    uint64_t
        rejected; /* atomic, written under loading: checksum of a loose manifest whose files were not whole; 0: none */
    pthread_mutex_t mutex; /* guards all below */
    struct snapshot *current;
    uint64_t generation;
    bool writing;         /* a writer of this store is open: nobody else can commit, the directory need not be asked */
    bool pinned;          /* opened with LIBSEARCH_PREVIOUS: newer commits on disk are not wanted */
    uint64_t next_number; /* what this process has used for segments ends here */
};

/* Makes snapshot (a reference is taken over) the current one. */
void index_store_publish(struct index_store *store, struct snapshot *snapshot);

/* The newest commit of the directory; what `known` (may be NULL) holds open is shared. */
libsearch_status index_store_load(struct index_store *store, const struct snapshot *known, struct snapshot **snapshot,
                                  libsearch_error *error);

#endif
