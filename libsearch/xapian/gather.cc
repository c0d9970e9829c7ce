/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/gather.hh"

#include <algorithm>
#include <memory>

#include "xapian/facets.hh"
#include "xapian/ordering.hh"

bool gather_is_wanted(const engine_request *request)
{
    return request->sort_count > 0 || request->facet_count > 0 || request->collapse != nullptr ||
           request->after != nullptr;
}

/* A match, or the best of those that have one value in common. */
struct match {
    std::string key;
    uint64_t number;
    double score;
    uint64_t folded;
};

static bool stands_before(const match &a, const match &b)
{
    const int order = a.key.compare(b.key);
    return order != 0 ? order < 0 : a.number < b.number;
}

/* Finds every document, and adds nothing to scores. A MatchSpy is told a document's number in its own database; this is
 * asked for it in each of them, one database after the other, and so knows which one is being looked at. */
class whereabouts : public Xapian::FixedWeightPostingSource
{
  public:
    struct known {
        Xapian::doccount databases, made, at; /* at: the one being looked at */
        Xapian::docid in_it;
        uint64_t number() const { return uint64_t{ in_it - 1 } * databases + at + 1; }
    };
    explicit whereabouts(known *shared) : FixedWeightPostingSource(0), knows(shared) {}
    whereabouts *clone() const override { return new whereabouts(knows); }
#if XAPIAN_MAJOR_VERSION >= 2
    void reset(const Xapian::Database &database, Xapian::doccount shard) override
    {
        mine = shard;
        FixedWeightPostingSource::reset(database, shard);
    }
#else
    void init(const Xapian::Database &database) override /* once for each, in their order */
    {
        mine = knows->made++;
        FixedWeightPostingSource::init(database);
    }
#endif
    void next(double least) override
    {
        FixedWeightPostingSource::next(least);
        note();
    }
    void skip_to(Xapian::docid number, double least) override
    {
        FixedWeightPostingSource::skip_to(number, least);
        note();
    }
    bool check(Xapian::docid number, double least) override
    {
        const bool is_there = FixedWeightPostingSource::check(number, least);
        note();
        return is_there;
    }

  private:
    void note()
    {
        if (!at_end()) {
            knows->at = mine;
            knows->in_it = get_docid();
        }
    }
    known *const knows;
    Xapian::doccount mine = 0;
};

class gatherer : public Xapian::MatchSpy
{
  public:
    explicit gatherer(const question &of);
    void operator()(const Xapian::Document &document, double score) override;
    void finish(engine_answer *answer);
    whereabouts::known here; /* of the match, where there are several databases */

  private:
    void offer(match &&found);
    void fold(const std::string &value, match &&found);
    static size_t size_of(const match &found) { return sizeof found + found.key.size(); }

    const engine_request *const request;
    const ordering order;
    budget memory;
    const size_t room;
    std::vector<std::unique_ptr<facet_counter>> facets;
    std::unique_ptr<column> collapse;
    std::unique_ptr<match> after;
    std::vector<match> heap; /* the worst in front */
    std::unordered_map<std::string, match> groups;
    uint64_t total = 0;
};

gatherer::gatherer(const question &of)
    : here{ static_cast<Xapian::doccount>(of.database.size()), 0, 0, 0 }, request(of.request),
      order(of.meaning, request), memory(request->memory),
      room(request->count == 0 ? 0 : request->offset + request->count)
{
    for (size_t f = 0; f < request->facet_count; f++)
        facets.push_back(std::make_unique<facet_counter>(of.meaning, request->facets[f]));
    if (request->collapse != nullptr) {
        collapse = std::make_unique<column>(column_of(of.meaning, request->collapse));
        if (collapse->field->type != LIBSEARCH_KEYWORD)
            fail(LIBSEARCH_INVALID, "collapse: field '%s' has no keywords", request->collapse);
    }
    if (request->after == nullptr)
        return;
    const double score = order.score_of_keys(request->after);
    try {
        const auto number = static_cast<Xapian::docid>(std::min<uint64_t>(request->after_number, UINT32_MAX));
        after = std::make_unique<match>(
            match{ order.key(of.database.get_document(number), score), request->after_number, score, 0 });
    } catch (const Xapian::DocNotFoundError &) {
        fail(LIBSEARCH_STALE, "the cursor's document is gone");
    } catch (const Xapian::InvalidArgumentError &) { /* number 0 */
        fail(LIBSEARCH_INVALID, "after is no cursor of this order");
    }
}

void gatherer::offer(match &&found)
{
    if (after && !stands_before(*after, found))
        return;
    if (heap.size() < room) {
        memory.take(size_of(found));
        heap.push_back(std::move(found));
        std::push_heap(heap.begin(), heap.end(), stands_before);
    } else if (room > 0 && stands_before(found, heap.front())) {
        std::pop_heap(heap.begin(), heap.end(), stands_before);
        memory.give_back(size_of(heap.back()));
        memory.take(size_of(found));
        heap.back() = std::move(found);
        std::push_heap(heap.begin(), heap.end(), stands_before);
    }
}

void gatherer::fold(const std::string &value, match &&found)
{
    enum { NODE = 96 };
    const auto known = groups.find(value);
    if (known == groups.end()) {
        memory.take(NODE + value.size() + size_of(found));
        groups.emplace(value, std::move(found));
        return;
    }
    match &best = known->second;
    if (stands_before(found, best)) {
        memory.give_back(size_of(best));
        memory.take(size_of(found));
        found.folded = best.folded;
        best = std::move(found);
    }
    best.folded++;
}

void gatherer::operator()(const Xapian::Document &document, double score)
{
    enum { OFTEN = 256 };
    if (++total % OFTEN == 0)
        request_poll(request);
    for (const auto &facet : facets)
        facet->add_document(document, memory);
    if (room == 0)
        return;
    match found = { order.key(document, score), here.databases > 1 ? here.number() : document.get_docid(), score, 0 };
    const std::string value = collapse ? document.get_value(collapse->slot(0)) : std::string();
    if (value.empty())
        offer(std::move(found));
    else
        fold(value, std::move(found));
}

void gatherer::finish(engine_answer *answer)
{
    for (auto &group : groups)
        offer(std::move(group.second));
    groups.clear();
    std::sort_heap(heap.begin(), heap.end(), stands_before);
    answer->hit_count = heap.size() > request->offset ? heap.size() - request->offset : 0;
    answer->total = answer->total_estimate = answer->total_upper = total;
    answer->total_exact = answer->exhaustive = true;
    answer->key_count = order.key_count();
    answer->keys = room_for<uint64_t>(request, answer->hit_count * answer->key_count);
    answer->folded = room_for<uint64_t>(request, answer->hit_count);
    for (size_t i = 0; i < answer->hit_count; i++) {
        const match &found = heap[request->offset + i];
        answer->hits[i] = { static_cast<float>(found.score), found.number };
        order.give_keys(found.score, answer->keys + i * answer->key_count);
        answer->folded[i] = found.folded;
    }
    answer->facets = room_for<libsearch_facet_counts>(request, facets.size());
    for (size_t f = 0; f < facets.size(); f++)
        facets[f]->finish(request->results, &answer->facets[f]);
}

void gather_here(const question &question, engine_answer *answer)
{
    gatherer every(question);
    if (!question.query.empty()) {
        Xapian::Enquire enquire(question.database);
        whereabouts shared(&every.here);
        enquire.set_query(every.here.databases > 1
                              ? Xapian::Query(Xapian::Query::OP_AND, Xapian::Query(&shared), question.query)
                              : question.query);
        enquire.set_weighting_scheme(question.weight);
        enquire.add_matchspy(&every);
        enquire.get_mset(0, 0, std::max(1U, question.database.get_doccount()));
    }
    every.finish(answer);
}
