/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/explain.hh"

#include <map>
#include <vector>

#include "xapian/snapshot.hh"
#include "xapian/terms.hh"

using Xapian::Query;

namespace
{

/* Takes one document. */
class only : public Xapian::MatchDecider
{
  public:
    explicit only(Xapian::docid number) : wanted(number) {}
    bool operator()(const Xapian::Document &document) const override { return document.get_docid() == wanted; }

  private:
    const Xapian::docid wanted;
};

class explainer
{
  public:
    explainer(const question &of, Xapian::docid of_number);
    void explain(const Query &query, unsigned depth);
    std::vector<std::pair<libsearch_explanation, std::string>> lines;

  private:
    enum { MOST = 256 /* parts */ };
    bool score_of(const Query &query, double &score) const;
    std::string told(const Query &query) const;

    const question &asked;
    const Xapian::docid number;
    std::string id_term;                                  /* finds the document; empty: none does */
    std::map<std::string, Xapian::termcount> frequencies; /* of the document's terms */
};

explainer::explainer(const question &of, Xapian::docid of_number) : asked(of), number(of_number)
{
    const layout &meaning = of.meaning;
    const Xapian::Document document = of.database.get_document(number);
    const std::string id = id_of_document(meaning, document);
    for (auto term = document.termlist_begin(); term != document.termlist_end(); ++term)
        frequencies[*term] = term.get_wdf();
    if (meaning.ours)
        id_term = term_of_id(bytes_of(id));
    else if (meaning.ids == id_source::term && find_id(meaning, of.database, bytes_of(id)) == number)
        id_term = meaning.id_prefix + id;
    if (id_term.empty() || of.database.get_termfreq(id_term) == 0) {
        id_term.clear();
        if (of.database.size() > 1)
            fail(LIBSEARCH_UNSUPPORTED, "explaining scores where no term has a document's id");
    }
}

/* What the query alone gives the document; false where it does not match. */
bool explainer::score_of(const Query &query, double &score) const
{
    Xapian::Enquire enquire(asked.database);
    enquire.set_query(id_term.empty() ? query : Query(Query::OP_FILTER, query, Query(id_term)));
    enquire.set_weighting_scheme(asked.weight);
    const only this_one(number);
    /* Ids that were cut may share a term: a few more are looked at. */
    const Xapian::MSet found =
        id_term.empty() ? enquire.get_mset(0, 1, 0, nullptr, &this_one) : enquire.get_mset(0, 16);
    for (auto hit = found.begin(); hit != found.end(); ++hit)
        if (*hit == number) {
            score = hit.get_weight();
            return true;
        }
    return false;
}

std::string explainer::told(const Query &query) const
{
    switch (query.get_type()) {
    case Query::LEAF_TERM: {
        const std::string term = *query.get_terms_begin();
        const auto here = frequencies.find(term);
        return "term " + term + ": " + std::to_string(here == frequencies.end() ? 0 : here->second) +
               " times in a document of " + std::to_string(asked.database.get_doclength(number)) + " words; " +
               std::to_string(asked.database.get_termfreq(term)) + " of " +
               std::to_string(asked.database.get_doccount()) + " documents have it";
    }
    case Query::OP_OR: return "sum of what matches";
    case Query::OP_AND: return "sum of all";
    case Query::OP_AND_MAYBE: return "the first, and what the second adds";
    case Query::OP_AND_NOT: return "the first, without the second";
    case Query::OP_FILTER: return "the first, where the second matches";
    case Query::OP_MAX: return "the best of";
    case Query::OP_PHRASE: return "words in order: sum of their scores";
    case Query::OP_NEAR: return "words near each other: sum of their scores";
    case Query::OP_SCALE_WEIGHT: return "a multiple of";
    case Query::OP_SYNONYM: return "words that count as one";
    case Query::LEAF_MATCH_ALL: return "every document";
    case Query::LEAF_POSTING_SOURCE: return "constant";
    default: return "values in a range";
    }
}

void explainer::explain(const Query &query, unsigned depth)
{
    double score;
    if (query.empty() || !score_of(query, score))
        return;
    if (lines.size() == MOST)
        fail(LIBSEARCH_LIMIT, "the score has more than %d parts", MOST);
    const auto type = query.get_type();
    lines.push_back({ { depth, static_cast<float>(score), nullptr }, told(query) });
    const bool first_alone = type == Query::OP_FILTER || type == Query::OP_AND_NOT;
    const size_t parts = first_alone ? std::min<size_t>(1, query.get_num_subqueries()) : query.get_num_subqueries();
    for (size_t i = 0; i < parts; i++)
        explain(query.get_subquery(i), depth + 1);
}

} // namespace

void explain_score(const question &question, Xapian::docid number, struct arena *arena, libsearch_explanation **list,
                   size_t *count)
{
    explainer found(question, number);
    found.explain(question.query, 0);
    auto *made = static_cast<libsearch_explanation *>(
        arena_allocate(arena, (found.lines.size() + 1) * sizeof(libsearch_explanation)));
    if (made == nullptr)
        throw std::bad_alloc();
    for (size_t i = 0; i < found.lines.size(); i++) {
        made[i] = found.lines[i].first;
        std::string text = found.lines[i].second;
        for (char &c : text)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                c = '.';
        made[i].text = arena_duplicate(arena, text.data(), text.size());
        if (made[i].text == nullptr)
            throw std::bad_alloc();
    }
    *list = made;
    *count = found.lines.size();
}
