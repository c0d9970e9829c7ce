/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What servers do for us: order by one slot, the score behind it; fold by a slot; count the values of slots. Everything
 * that matters is asked of all matches (check_at_least), so that it is exact. */
#include <algorithm>
#include <memory>

#include "xapian/facets.hh"
#include "xapian/gather.hh"
#include "xapian/ordering.hh"

using Xapian::Query;

namespace
{

struct listed {
    uint64_t number;
    double score;
    std::string folded_by;
};

class asker
{
  public:
    explicit asker(const question &of)
        : asked(of), request(of.request), order(of.meaning, of.request), memory(of.request->memory),
          documents(std::max(1U, of.database.get_doccount()))
    {
    }
    void check();
    void list();
    void count(engine_answer *answer);
    void finish(engine_answer *answer);

  private:
    bool by_field() const { return !order.steps[0].by_score; }
    std::vector<Query> parts() const;
    void list_part(const Query &query, Xapian::doccount most);
    uint64_t run_spies(const std::vector<std::unique_ptr<Xapian::ValueCountMatchSpy>> &spies);

    const question &asked;
    const engine_request *const request;
    const ordering order;
    budget memory;
    const Xapian::doccount documents;
    std::vector<std::unique_ptr<facet_counter>> facets;
    std::unique_ptr<column> collapse;
    std::vector<listed> list_;
    std::unordered_map<std::string, uint64_t> group_sizes;
    uint64_t total = 0;
};

[[noreturn]] void cannot(const char *what)
{
    fail(LIBSEARCH_UNSUPPORTED, "%s, where databases are asked of servers", what);
}

void asker::check()
{
    const auto &first = order.steps[0];
    if (order.steps.size() > 2 || (order.steps.size() == 2 && (first.by_score || !order.steps[1].by_score)))
        cannot("an order by more than one field and the score behind it");
    if (!order.steps.back().falling && order.steps.back().by_score)
        cannot("an order by the score with the worst first");
    if (!first.by_score && first.falling && first.values.where->most > 1)
        cannot("an order with the greatest first by a field with several values in one document");
    if (request->collapse != nullptr) {
        collapse = std::make_unique<column>(column_of(asked.meaning, request->collapse));
        if (collapse->field->type != LIBSEARCH_KEYWORD)
            fail(LIBSEARCH_INVALID, "collapse: field '%s' has no keywords", request->collapse);
        if (by_field())
            cannot("collapsing in an order by a field");
    }
    for (size_t f = 0; f < request->facet_count; f++) {
        const libsearch_facet &facet = request->facets[f];
        facets.push_back(std::make_unique<facet_counter>(asked.meaning, facet));
        if ((facet.range_count > 0 || facet.interval != LIBSEARCH_EACH_VALUE) && facets.back()->values.where->most > 1)
            cannot("a facet in ranges or stretches of time of a field with several values in one document");
    }
}

/* Documents without a value come where they are wanted: Xapian would take what is not there for the least. */
std::vector<Query> asker::parts() const
{
    if (!by_field())
        return { asked.query };
    const auto &step = order.steps[0];
    const Query there(Query::OP_VALUE_GE, step.values.slot(0), std::string(1, '\0'));
    const Query with(Query::OP_FILTER, asked.query, there), without(Query::OP_AND_NOT, asked.query, there);
    return step.missing_first ? std::vector<Query>{ without, with } : std::vector<Query>{ with, without };
}

void asker::list_part(const Query &query, Xapian::doccount most)
{
    Xapian::Enquire enquire(asked.database);
    enquire.set_query(query);
    enquire.set_weighting_scheme(asked.weight);
    if (by_field() && order.steps.size() == 2)
        enquire.set_sort_by_value_then_relevance(order.steps[0].values.slot(0), order.steps[0].falling);
    else if (by_field())
        enquire.set_sort_by_value(order.steps[0].values.slot(0), order.steps[0].falling);
    if (collapse)
        enquire.set_collapse_key(collapse->slot(0));
    const Xapian::MSet found = enquire.get_mset(0, most, documents);
    for (auto hit = found.begin(); hit != found.end(); ++hit) {
        listed one = { *hit, hit.get_weight(), collapse ? hit.get_collapse_key() : std::string() };
        memory.take(sizeof one + one.folded_by.size());
        list_.push_back(std::move(one));
    }
}

void asker::list()
{
    if (request->count == 0 || asked.query.empty())
        return;
    const size_t wanted = request->after != nullptr ? documents : request->offset + request->count;
    for (const auto &part : parts())
        if (list_.size() < wanted)
            list_part(part, static_cast<Xapian::doccount>(std::min<size_t>(wanted - list_.size(), documents)));
    if (request->after == nullptr)
        return;
    const auto last = std::find_if(list_.begin(), list_.end(),
                                   [&](const listed &one) { return one.number == request->after_number; });
    if (last == list_.end())
        fail(LIBSEARCH_INVALID, "after is no cursor of this search");
    list_.erase(list_.begin(), last + 1);
}

uint64_t asker::run_spies(const std::vector<std::unique_ptr<Xapian::ValueCountMatchSpy>> &spies)
{
    Xapian::Enquire enquire(asked.database);
    enquire.set_query(asked.query);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    for (const auto &spy : spies)
        enquire.add_matchspy(spy.get());
    return enquire.get_mset(0, 0, documents).get_matches_lower_bound();
}

/* Values of the matches, as they are before anything is folded. */
void asker::count(engine_answer *answer)
{
    std::vector<std::unique_ptr<Xapian::ValueCountMatchSpy>> spies;
    const auto spy_on = [&](Xapian::valueno slot) {
        spies.push_back(std::make_unique<Xapian::ValueCountMatchSpy>(slot));
    };
    for (const auto &facet : facets)
        for (unsigned i = 0; i < facet->values.where->most; i++)
            spy_on(facet->values.slot(i));
    if (collapse)
        spy_on(collapse->slot(0));
    if (!asked.query.empty())
        total = run_spies(spies);
    answer->facets = room_for<libsearch_facet_counts>(request, facets.size());
    size_t next = 0;
    for (size_t f = 0; f < facets.size(); f++) {
        uint64_t with = 0;
        for (unsigned i = 0; i < facets[f]->values.where->most; i++, next++)
            for (auto value = spies[next]->values_begin(); value != spies[next]->values_end(); ++value) {
                facets[f]->add_counted(*value, value.get_termfreq(), memory);
                with += i == 0 ? value.get_termfreq() : 0;
            }
        facets[f]->add_documents(total, total - with);
        facets[f]->finish(request->results, &answer->facets[f]);
    }
    if (collapse)
        for (auto value = spies[next]->values_begin(); value != spies[next]->values_end(); ++value) {
            memory.take((*value).size() + sizeof(uint64_t));
            group_sizes[*value] = value.get_termfreq();
        }
}

void asker::finish(engine_answer *answer)
{
    const size_t left_out = std::min(request->offset, list_.size());
    answer->hit_count = std::min(request->count, list_.size() - left_out);
    answer->total = answer->total_estimate = answer->total_upper = total;
    answer->total_exact = answer->exhaustive = true;
    answer->key_count = order.key_count();
    answer->keys = room_for<uint64_t>(request, answer->hit_count * answer->key_count);
    answer->folded = room_for<uint64_t>(request, answer->hit_count);
    for (size_t i = 0; i < answer->hit_count; i++) {
        const listed &one = list_[left_out + i];
        answer->hits[i] = { static_cast<float>(one.score), one.number };
        order.give_keys(one.score, answer->keys + i * answer->key_count);
        const auto group = group_sizes.find(one.folded_by);
        answer->folded[i] = one.folded_by.empty() || group == group_sizes.end() ? 0 : group->second - 1;
    }
}

} // namespace

void gather_from_servers(const question &question, engine_answer *answer)
{
    asker servers(question);
    servers.check();
    servers.list();
    request_poll(question.request);
    servers.count(answer);
    servers.finish(answer);
}
