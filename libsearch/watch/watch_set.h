/* SPDX-License-Identifier: MIT */
/* A set of saved queries, and the streams that documents are held against it on.
 *
 * One lock: a stream holds it shared while it looks at a document, whoever changes the set holds it alone. A query that
 * is taken out is kept until no stream shows results from before that. */
#ifndef LIBSEARCH_WATCH_WATCH_SET_H
#define LIBSEARCH_WATCH_WATCH_SET_H

#include <pthread.h>

#include "io/storage.h"
#include "watch/anchors.h"

struct saved_query {
    char *id; /* its bytes, then what the query is kept as */
    size_t id_length, kept_length;
    bool as_given;    /* kept as what a person gave, with these flags, which is parsed again when the schema grows; else
                          as tree_bytes.h has it */
    unsigned flags;   /* LIBSEARCH_PARSE_… */
    uint32_t number;  /* its place in the set */
    uint32_t misses;  /* documents that had an anchor and did not match; atomic */
    uint64_t removed; /* the change that took it out */
    uint32_t id_next; /* in the bucket of ids, + 1 */
    uint64_t id_hash;
    struct condition condition;
    struct anchors anchors;
    struct saved_query *older; /* of those taken out */
};

struct watch_set {
    const libsearch_allocator *allocator;
    pthread_rwlock_t lock;
    struct schema *schema; /* grows in place, under the lock */
    struct dictionary dictionary;
    struct compiler compiler;
    struct saved_query **queries; /* by number; NULL: free */
    size_t query_capacity;
    uint32_t places; /* numbers given so far */
    uint32_t *free;  /* numbers to be given again */
    size_t free_count, free_capacity;
    size_t count;
    uint32_t *buckets; /* number + 1, by the hash of the id */
    size_t bucket_count;
    uint32_t *always; /* queries without anchors */
    size_t always_count, always_capacity;
    uint64_t changes; /* how many queries were taken out so far */
    struct saved_query *removed;
    struct watcher *watchers;
};

/* analyzer NULL: "standard". */
libsearch_status watch_set_new(const libsearch_allocator *allocator, const char *analyzer, struct watch_set **set,
                               libsearch_error *error);
/* The same with a copy of a schema. */
libsearch_status watch_set_new_like(const libsearch_allocator *allocator, const struct schema *schema,
                                    struct watch_set **set, libsearch_error *error);
/* Its watchers are closed before. */
void watch_set_free(struct watch_set *set);

libsearch_status watch_set_add_field(struct watch_set *set, const libsearch_field *field, libsearch_error *error);

/* Saves a query under an id, in place of what had it. */
libsearch_status watch_set_add(struct watch_set *set, libsearch_bytes id, const libsearch_query *query,
                               libsearch_error *error);
/* The same from text; report (may be NULL) is told the warnings. */
libsearch_status watch_set_add_text(struct watch_set *set, libsearch_bytes id, libsearch_bytes text, unsigned flags,
                                    libsearch_report report, void *context, libsearch_error *error);
/* NOT_FOUND. */
libsearch_status watch_set_remove(struct watch_set *set, libsearch_bytes id, libsearch_error *error);
/* The query in the query language, in memory of the default allocator's. NOT_FOUND. */
libsearch_status watch_set_text(struct watch_set *set, libsearch_bytes id, char **text, libsearch_error *error);
size_t watch_set_count(struct watch_set *set);

/* For set_file.c: what a query is kept as, and such a one added again. */
static inline libsearch_bytes saved_query_id(const struct saved_query *query)
{
    return (libsearch_bytes){ query->id, query->id_length };
}
static inline libsearch_bytes saved_query_kept(const struct saved_query *query)
{
    return (libsearch_bytes){ query->id + query->id_length, query->kept_length };
}
libsearch_status watch_set_add_kept(struct watch_set *set, libsearch_bytes id, libsearch_bytes kept, bool as_given,
                                    unsigned flags, libsearch_error *error);

/* For watcher.c. Adds the fields of a document that the schema does not have; OK, or INVALID where a value is of another
 * type than its field. The lock is not held. */
libsearch_status watch_set_grow(struct watch_set *set, const libsearch_document *document, libsearch_error *error);
/* Chooses the anchors of a query anew. The lock is held alone. */
void watch_set_anchor_again(struct watch_set *set, uint32_t number);

/* A file of its own: written under another name, synced, renamed, its directory synced. */
libsearch_status watch_set_save(struct watch_set *set, struct storage *storage, const char *name,
                                libsearch_error *error);
/* known: the program's own analyzers, or NULL. */
libsearch_status watch_set_load(const libsearch_allocator *allocator, struct analyzer_set *known,
                                struct storage *storage, const char *name, struct watch_set **set,
                                libsearch_error *error);

#endif
