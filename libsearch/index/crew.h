/* SPDX-License-Identifier: MIT */
/* Threads that build segments; ingest.h says what each function does.
 *
 *     put -> run 1: block 1   noted by thread A     entered into the segment
 *                   block 2   noted by thread B     entered after block 1
 *                   block 3   noted by thread A …   entered after block 2
 *            closed: full     its segment is written by the thread that comes first
 *            run 2: block 1 …
 *
 * A run is a stretch of consecutive documents that becomes one segment. Documents are copied into blocks. All threads
 * work on the first run that is not finished: cutting text into words and looking these up is most of the work, and each
 * thread has a vocabulary and notes of its own for it (segment/noter.h); what depends on the order of the documents, ids,
 * values and what is stored, is done by one thread at a time, block by block. So with any number of threads there are as
 * many segments as with one, and no more to be merged. Runs are given out from the first on, when they are done. */
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
