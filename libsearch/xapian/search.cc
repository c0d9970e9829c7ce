/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/search.hh"

#include <time.h>

#include <algorithm>

#include "xapian/model.hh"
#include "xapian/plan.hh"

/* Throws where the request's time is over or it was cancelled. */
static void poll(const engine_request *request)
{
    if (request->cancel != nullptr && __atomic_load_n(request->cancel, __ATOMIC_RELAXED) != 0)
        fail(LIBSEARCH_CANCELLED, "the search was cancelled");
    if (request->deadline == 0)
        return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec >= request->deadline)
        fail(LIBSEARCH_DEADLINE, "the search's time was over");
}

/* Takes every document, and looks at the clock now and then. Xapian's own time limit ends a search early and does not
 * say so. */
class poller : public Xapian::MatchDecider
{
  public:
    explicit poller(const engine_request *of) : request(of) {}
    bool operator()(const Xapian::Document &) const override
    {
        enum { OFTEN = 256 };
        if (++seen % OFTEN == 0)
            poll(request);
        return true;
    }

  private:
    const engine_request *request;
    mutable unsigned seen = 0;
};

static Xapian::MSet match(const engine_snapshot &snapshot, const Xapian::Database &database,
                          const engine_request *request, const model &model, std::vector<planner::warning> &warnings)
{
    planner planner(snapshot.allocator, *snapshot.meaning, database);
    const Xapian::Query query = planner.plan(request->query);
    warnings = std::move(planner.warnings);
    const auto wanted = static_cast<Xapian::doccount>(std::min<uint64_t>(request->count, snapshot.documents));
    const auto offset = static_cast<Xapian::doccount>(std::min<uint64_t>(request->offset, UINT32_MAX / 2));
    const bool exhaustive =
        request->total == LIBSEARCH_TOTAL_EXACT || (request->flags & LIBSEARCH_SEARCH_EXHAUSTIVE) != 0;
    const Xapian::doccount looked_at = exhaustive ? database.get_doccount() : 0;
    Xapian::Enquire enquire(database);
    if (query.empty())
        return Xapian::MSet();
    enquire.set_query(query);
    enquire.set_weighting_scheme(Xapian::BM25Weight(model.k1, 0, model.k3, model.b, model.min_normlen));
    if (!snapshot.where->is_local() || (request->deadline == 0 && request->cancel == nullptr))
        return enquire.get_mset(offset, wanted, looked_at);
    const poller watched(request);
    return enquire.get_mset(offset, wanted, looked_at, nullptr, &watched);
}

static void give_warnings(const libsearch_allocator *allocator, const std::vector<planner::warning> &warnings,
                          engine_answer *answer)
{
    struct query_warning *given = nullptr;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    for (const auto &warning : warnings)
        if (query_warn(allocator, &given, warning.position, warning.message.c_str(), &error) != LIBSEARCH_OK) {
            query_warnings_free(allocator, given);
            throw std::bad_alloc();
        }
    answer->warnings = given;
}

void search_run(engine_snapshot &snapshot, const engine_request *request, engine_answer *answer)
{
    size_t last;
    if (__builtin_add_overflow(request->offset, request->count, &last) || last > LIBSEARCH_MAX_RESULTS)
        fail(LIBSEARCH_LIMIT, "offset and count together are over %d", LIBSEARCH_MAX_RESULTS);
    const model model = model_read(request->model);
    poll(request);
    snapshot.with_database([&](Xapian::Database &database) {
        std::vector<planner::warning> warnings;
        const Xapian::MSet found = match(snapshot, database, request, model, warnings);
        poll(request);
        if (!snapshot.where->is_local())
            found.fetch(); /* all documents in one go */
        answer->hit_count = 0;
        for (auto hit = found.begin(); hit != found.end(); ++hit) {
            const uint64_t number = *hit;
            if (snapshot.remembered_id(number) == nullptr)
                snapshot.remember_id(number, id_of_document(*snapshot.meaning, hit.get_document()));
            answer->hits[answer->hit_count++] = { static_cast<float>(hit.get_weight()), number };
        }
        answer->total = found.get_matches_lower_bound();
        answer->total_exact = found.get_matches_lower_bound() == found.get_matches_upper_bound();
        give_warnings(snapshot.allocator, warnings, answer); /* last: they are the caller's after OK alone */
    });
}

std::vector<Xapian::docid> search_all(const libsearch_allocator *allocator, const layout &layout,
                                      const Xapian::Database &database, const libsearch_query *query)
{
    std::vector<Xapian::docid> numbers;
    planner planner(allocator, layout, database);
    planner.strict = true;
    const Xapian::Query planned = planner.plan(query);
    if (planned.empty())
        return numbers;
    Xapian::Enquire enquire(database);
    enquire.set_query(planned);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    const Xapian::MSet found = enquire.get_mset(0, database.get_doccount());
    for (auto hit = found.begin(); hit != found.end(); ++hit)
        numbers.push_back(*hit);
    return numbers;
}
