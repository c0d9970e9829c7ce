/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words near each other. libxapian looks at the places of terms, and of any of several terms; not at those of phrases.
 *
 * In the native engine one place may serve two parts: "the" is near "the". libxapian wants a place for each part. So a
 * part that stands wherever another does is left out, and where two parts have some terms in common, those that are
 * the same place are a question of their own, with one part for both. */
#include <algorithm>

#include "xapian/plan.hh"
#include "xapian/terms.hh"

extern "C" {
#include "query/query_syntax.h"
}

using Xapian::Query;

void planner::add_near_term(near_part &part, std::string term, std::string stem, double factor)
{
    const auto made = part.emplace(std::move(term), near_term{ std::move(stem), factor });
    made.first->second.factor = std::max(made.first->second.factor, factor);
}

static bool has(const planner::near_part &part, const std::pair<const std::string, planner::near_term> &term)
{
    return part.count(term.first) > 0 || (!term.second.stem.empty() && part.count(term.second.stem) > 0);
}

/* Wherever the one stands, the other does. */
static bool is_within(const planner::near_part &one, const planner::near_part &other)
{
    return std::all_of(one.begin(), one.end(), [&](const auto &term) { return has(other, term); });
}

static planner::near_part common(const planner::near_part &one, const planner::near_part &other)
{
    planner::near_part both;
    for (const auto &term : one)
        if (has(other, term))
            both.insert(term);
    for (const auto &term : other)
        if (has(one, term))
            both.insert(term);
    return both;
}

/* Leaves out what stands wherever another part does. */
static void leave_out(std::vector<planner::near_part> &parts)
{
    for (size_t i = 0; i < parts.size(); i++)
        for (size_t j = parts.size(); j-- > 0;)
            if (i != j && is_within(parts[i], parts[j])) {
                parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(j));
                i -= j < i;
            }
}

/* All ways in which parts may share places. */
static void find_ways(std::vector<planner::near_part> parts, std::vector<std::vector<planner::near_part>> &ways)
{
    enum { MOST_WAYS = 64, MOST_PARTS = 1024 };
    if (ways.size() == MOST_WAYS || parts.size() > MOST_PARTS)
        fail(LIBSEARCH_LIMIT, "too many words near each other that have forms in common");
    leave_out(parts);
    ways.push_back(parts);
    for (size_t i = 0; i < parts.size(); i++)
        for (size_t j = i + 1; j < parts.size(); j++) {
            auto both = common(parts[i], parts[j]);
            if (both.empty())
                continue;
            auto fewer = parts;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(j));
            fewer[i] = std::move(both);
            find_ways(std::move(fewer), ways);
        }
}

/* libxapian takes terms and unions below NEAR and PHRASE, and a factor only within a union: two halves are one. */
static Query query_of(const planner::near_part &part)
{
    std::vector<Query> terms;
    for (const auto &term : part) {
        const Query one(term.first);
        const bool plain = !(term.second.factor < 1) && !(term.second.factor > 1);
        terms.push_back(plain ? one : Query(term.second.factor / 2, one));
        if (!plain)
            terms.push_back(terms.back());
    }
    return any_of(terms);
}

static Query in_window(Query::op op, const std::vector<planner::near_part> &parts, Xapian::termcount window)
{
    std::vector<Query> queries;
    for (const auto &part : parts)
        queries.push_back(query_of(part));
    if (queries.size() == 1)
        return queries[0];
    return window < queries.size() ? Query() : Query(op, queries.begin(), queries.end(), window);
}

/* ----- parts ----- */

void planner::add_near_words(const libsearch_query *query, double factor, near_part &part) const
{
    const struct field *field = text_field_of(query);
    const bool exact = (query->flags & QUERY_FLAG_EXACT) != 0;
    libsearch_query one = *query;
    for (size_t at = 0; at < query->text.length;) {
        const size_t space = syntax_space(query->text, at);
        if (space > 0) {
            at += space;
            continue;
        }
        const size_t from = at;
        while (at < query->text.length && syntax_space(query->text, at) == 0)
            at++;
        one.text = { query->text.data + from, at - from };
        std::vector<word> words;
        for (auto &word : question(field, &one))
            if (!word.whole)
                words.push_back(std::move(word));
        if (words.size() > 1)
            fail_at(query->position, LIBSEARCH_UNSUPPORTED, "a compound near other words");
        for (const auto &word : words)
            add_near_term(part, positional(field, word, exact),
                          exact && layout_.stem_positions ? positional(field, word, false) : std::string(), factor);
    }
}

void planner::add_near_pattern(const libsearch_query *query, double factor, near_part &part) const
{
    const struct field *field = text_field_of(query);
    word like;
    for (auto &found : words_like(field, query, !layout_.stem_positions)) {
        like.surface = found;
        like.stem = std::move(found);
        add_near_term(part, positional(field, like, false), std::string(), factor);
    }
}

void planner::add_near_part(const libsearch_query *query, double factor, near_part &part) const
{
    switch (query->kind) {
    case QUERY_BOOST: add_near_part(query->children[0], factor * static_cast<double>(query->factor), part); break;
    case QUERY_BOOLEAN:
        for (size_t i = 0; i < query->count; i++)
            add_near_part(query->children[i], factor, part);
        break;
    case QUERY_TEXT: add_near_words(query, factor, part); break;
    case QUERY_PREFIX:
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
    case QUERY_REGULAR: add_near_pattern(query, factor, part); break;
    default: fail_at(query->position, LIBSEARCH_UNSUPPORTED, "a phrase, or words near each other, near others");
    }
}

/* Places can be compared within one field, and between fields that are searched as one. */
void planner::check_near_fields(const libsearch_query *query, const struct field *&first, bool &known) const
{
    for (size_t i = 0; i < query->count; i++)
        check_near_fields(query->children[i], first, known);
    if (query->count > 0)
        return;
    const struct field *field = text_field_of(query);
    const auto apart = [](const struct field *one) { return one != nullptr && !one->in_group; };
    if (known && field != first && (apart(field) || apart(first)))
        fail_at(query->position, LIBSEARCH_UNSUPPORTED, "words of different fields near each other");
    first = field;
    known = true;
}

Query planner::plan_near(const libsearch_query *query) const
{
    if (query->count == 0)
        return Query();
    const struct field *first = nullptr;
    bool known = false;
    if (!query_has_places(query))
        fail_at(query->position, LIBSEARCH_UNSUPPORTED, "anything but words near each other");
    check_near_fields(query, first, known);
    std::vector<near_part> parts(query->count);
    for (size_t i = 0; i < query->count; i++) {
        add_near_part(query->children[i], 1, parts[i]);
        if (parts[i].empty())
            return Query();
    }
    const auto window = static_cast<Xapian::termcount>(std::min<uint64_t>(query->number + uint64_t{ 1 }, 1u << 30));
    if ((query->flags & QUERY_FLAG_ORDERED) != 0)
        return in_window(Query::OP_PHRASE, parts, window);
    std::vector<std::vector<near_part>> ways;
    find_ways(std::move(parts), ways);
    std::vector<Query> found;
    for (const auto &way : ways) {
        const Query one = in_window(Query::OP_NEAR, way, window);
        if (!one.empty())
            found.push_back(one);
    }
    return found.empty() ? Query() : any_of(found);
}
