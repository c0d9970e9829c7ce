/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIBSEARCH_XAPIAN_SEARCH_HH
#define LIBSEARCH_XAPIAN_SEARCH_HH

#include "xapian/snapshot.hh"

/* The answer to a request on a snapshot; its hits' ids are remembered. */
void search_run(engine_snapshot &snapshot, const engine_request *request, engine_answer *answer);
/* Where a document's score comes from, in memory of the arena. */
void search_explain(engine_snapshot &snapshot, const libsearch_query *query, const char *model, uint64_t number,
                    struct arena *arena, libsearch_explanation **list, size_t *count);
/* All documents of a database that match. */
std::vector<Xapian::docid> search_all(const libsearch_allocator *allocator, const layout &layout,
                                      const Xapian::Database &database, const engine_request *request);

#endif
