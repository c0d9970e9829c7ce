/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/search.hh"

#include <time.h>

#include <algorithm>

#include "xapian/explain.hh"
#include "xapian/gather.hh"
#include "xapian/model.hh"
#include "xapian/ordering.hh"
#include "xapian/plan.hh"

void request_poll(const engine_request *request)
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
            request_poll(request);
        return true;
    }

  private:
    const engine_request *request;
    mutable unsigned seen = 0;
};

/* Ids are asked for next. */
static void remember_id(engine_snapshot &snapshot, const Xapian::Document &document, uint64_t number)
{
    if (snapshot.remembered_id(number) == nullptr)
        snapshot.remember_id(number, id_of_document(*snapshot.meaning, document));
}

/* The k best, which is what Xapian prunes for. */
static void best(engine_snapshot &snapshot, const question &question, engine_answer *answer)
{
    const engine_request *request = question.request;
    const auto wanted = static_cast<Xapian::doccount>(std::min<uint64_t>(request->count, snapshot.documents));
    const auto offset = static_cast<Xapian::doccount>(std::min<uint64_t>(request->offset, UINT32_MAX / 2));
    const bool exhaustive =
        request->total == LIBSEARCH_TOTAL_EXACT || (request->flags & LIBSEARCH_SEARCH_EXHAUSTIVE) != 0;
    const Xapian::doccount looked_at = exhaustive ? question.database.get_doccount() : 0;
    const poller watched(request);
    const bool watches = snapshot.where->is_local() && (request->deadline != 0 || request->cancel != nullptr);
    Xapian::MSet found;
    if (!question.query.empty()) {
        Xapian::Enquire enquire(question.database);
        enquire.set_query(question.query);
        enquire.set_weighting_scheme(question.weight);
        found = enquire.get_mset(offset, wanted, looked_at, nullptr, watches ? &watched : nullptr);
    }
    /* All documents in one go; libxapian 1.4 reads beyond an MSet's ends where the first are left out. */
    if (!snapshot.where->is_local() && offset == 0)
        found.fetch();
    const ordering order(question.meaning, request);
    answer->key_count = order.key_count();
    answer->keys = room_for<uint64_t>(request, found.size() * answer->key_count);
    answer->hit_count = 0;
    for (auto hit = found.begin(); hit != found.end(); ++hit) {
        const double score = hit.get_weight();
        order.give_keys(score, answer->keys + answer->hit_count * answer->key_count);
        answer->hits[answer->hit_count++] = { static_cast<float>(score), *hit };
        remember_id(snapshot, hit.get_document(), *hit);
    }
    answer->total = found.get_matches_lower_bound();
    answer->total_estimate = found.get_matches_estimated();
    answer->total_upper = found.get_matches_upper_bound();
    answer->total_exact = answer->total == answer->total_upper;
    answer->exhaustive = exhaustive;
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
    request_poll(request);
    snapshot.with_database([&](Xapian::Database &database) {
        planner planner(snapshot.allocator, *snapshot.meaning, database);
        const Xapian::BM25Weight weight(model.k1, 0, model.k3, model.b, model.min_normlen);
        const question question = { *snapshot.meaning, database, request, planner.plan(request->query), weight };
        if (!gather_is_wanted(request))
            best(snapshot, question, answer);
        else {
            (snapshot.where->is_local() ? gather_here : gather_from_servers)(question, answer);
            for (size_t i = 0; i < answer->hit_count; i++)
                if (snapshot.remembered_id(answer->hits[i].number) == nullptr)
                    remember_id(snapshot, database.get_document(static_cast<Xapian::docid>(answer->hits[i].number)),
                                answer->hits[i].number);
        }
        request_poll(request);
        give_warnings(snapshot.allocator, planner.warnings, answer); /* last: they are the caller's after OK alone */
    });
}

void search_explain(engine_snapshot &snapshot, const libsearch_query *query, const char *model, uint64_t number,
                    struct arena *arena, libsearch_explanation **list, size_t *count)
{
    const struct model parsed = model_read(model);
    snapshot.with_database([&](Xapian::Database &database) {
        planner planner(snapshot.allocator, *snapshot.meaning, database);
        const Xapian::BM25Weight weight(parsed.k1, 0, parsed.k3, parsed.b, parsed.min_normlen);
        const question question = { *snapshot.meaning, database, nullptr, planner.plan(query), weight };
        explain_score(question, static_cast<Xapian::docid>(number), arena, list, count);
    });
}

std::vector<Xapian::docid> search_all(const libsearch_allocator *allocator, const layout &layout,
                                      const Xapian::Database &database, const engine_request *request)
{
    std::vector<Xapian::docid> numbers;
    planner planner(allocator, layout, database);
    planner.strict = true;
    request_poll(request);
    const Xapian::Query planned = planner.plan(request->query);
    if (planned.empty())
        return numbers;
    Xapian::Enquire enquire(database);
    enquire.set_query(planned);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    poller decider(request);
    const Xapian::MSet found = enquire.get_mset(0, database.get_doccount(), 0, nullptr, &decider);
    request_poll(request);
    for (auto hit = found.begin(); hit != found.end(); ++hit)
        numbers.push_back(*hit);
    return numbers;
}
