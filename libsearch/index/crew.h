/* SPDX-License-Identifier: MIT */
/* Threads that build segments; ingest.h says what each function does.
 *
 *     put -> run 1: block, block, …   closed: full          taken by thread A, who builds its segment
 *            run 2: block, block, …   closed: full          by thread B
 *            run 3: block, …          open: documents come  by the next who is free
 *
 * A run is a stretch of consecutive documents that becomes one segment. Documents are copied into blocks; a thread
 * begins with a run while it still grows. Runs are given out from the first on, when they are done. */
#ifndef LIBSEARCH_INDEX_CREW_H
#define LIBSEARCH_INDEX_CREW_H

#include "index/ingest.h"

struct crew;

libsearch_status crew_new(const libsearch_allocator *allocator, struct storage *storage,
                          const struct ingest_options *options, uint64_t *next_number, struct crew **crew,
                          libsearch_error *error);
void crew_free(struct crew *crew); /* accepts NULL */
libsearch_status crew_put(struct crew *crew, struct schema *schema, libsearch_bytes id,
                          const libsearch_document *document, libsearch_error *error);
enum ingest_found crew_find(const struct crew *crew, libsearch_bytes id);
libsearch_status crew_delete(struct crew *crew, libsearch_bytes id, libsearch_error *error);
bool crew_has_documents(const struct crew *crew);
bool crew_is_due(struct crew *crew);
bool crew_is_broken(const struct crew *crew);
libsearch_status crew_take(struct crew *crew, bool all, struct ingest_segment **segments, size_t *count,
                           libsearch_error *error);

#endif
