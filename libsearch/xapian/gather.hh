/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers for which every match is looked at: orders by fields, facets, collapsing, and what comes behind a cursor.
 *
 * Where all databases are here, one walk over the matches does all of it, exactly (gather.cc: a MatchSpy, which Xapian
 * calls for each match with its score). A server runs no code of ours: there it is put together from what Xapian's
 * protocol has, and what cannot be is UNSUPPORTED (gather_remote.cc). */
#ifndef LIBSEARCH_XAPIAN_GATHER_HH
#define LIBSEARCH_XAPIAN_GATHER_HH

#include "xapian/columns.hh"

/* A query as Xapian has it, with the weights; Enquire is given both. */
struct question {
    const layout &meaning;
    Xapian::Database &database;
    const engine_request *request;
    Xapian::Query query; /* empty: nothing matches */
    const Xapian::Weight &weight;
};

bool gather_is_wanted(const engine_request *request);
/* Fills in everything but the warnings. */
void gather_here(const question &question, engine_answer *answer);
void gather_from_servers(const question &question, engine_answer *answer);

/* Throws where the request's time is over or it was cancelled. */
void request_poll(const engine_request *request);

/* Room in the request's arena. */
template <class Type> Type *room_for(const engine_request *request, size_t count)
{
    auto *room = static_cast<Type *>(arena_allocate(request->results, (count + 1) * sizeof(Type)));
    if (room == nullptr)
        throw std::bad_alloc();
    return room;
}

#endif
