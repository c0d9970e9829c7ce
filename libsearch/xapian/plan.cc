/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/plan.hh"

#include <float.h>
#include <math.h>

#include "xapian/indexing.hh"
#include "xapian/model.hh"
#include "xapian/terms.hh"

using Xapian::Query;

enum { MOST_CHOICES = 1024 /* of some SHOULD parts out of all */ };

Query constant_query(const Query &matching, double score)
{
    if (matching.empty())
        return matching;
    Xapian::FixedWeightPostingSource source(score);
    return Query(Query::OP_FILTER, Query(&source), matching);
}

Query any_of(const std::vector<Query> &queries)
{
    return queries.size() == 1 ? queries[0] : Query(Query::OP_OR, queries.begin(), queries.end());
}

Query all_of(const std::vector<Query> &queries)
{
    return queries.size() == 1 ? queries[0] : Query(Query::OP_AND, queries.begin(), queries.end());
}

const struct field *planner::field_of(const libsearch_query *query) const
{
    if (query->field == nullptr)
        return nullptr;
    const struct field *field = schema_find(layout_.schema, query->field, strlen(query->field));
    if (field == nullptr)
        fail_at(query->position, LIBSEARCH_INVALID, "the index has no field '%s'", query->field);
    return field;
}

Query planner::presence(const std::string &term) const
{
    const Xapian::doccount with = database.get_termfreq(term);
    return with == 0 ? Query() : constant_query(Query(term), model_presence(database.get_doccount(), with));
}

Query planner::plan_keyword(const libsearch_query *query)
{
    const struct field *field = field_of(query);
    if (field == nullptr || field->type != LIBSEARCH_KEYWORD)
        fail_at(query->position, LIBSEARCH_INVALID, "field '%s' has no keywords",
                query->field == nullptr ? "" : query->field);
    const std::string &prefix = layout_.places[field->number].prefix;
    if (prefix.empty()) /* of another program's, kept in a slot alone */
        return constant_query(in_slots(field, string_of(query->text), string_of(query->text)), 1);
    return presence(term_of_keyword(prefix, query->text));
}

/* ----- values ----- */

Query planner::in_slots(const struct field *field, const std::string &low, const std::string &high) const
{
    const place &where = layout_.places[field->number];
    std::vector<Query> slots;
    for (unsigned i = 0; i < where.most; i++) {
        const Xapian::valueno slot = where.slot_of(field->number, i);
        slots.push_back(high.empty() ? Query(Query::OP_VALUE_GE, slot, low)
                                     : Query(Query::OP_VALUE_RANGE, slot, low, high));
    }
    return slots.empty() ? Query() : any_of(slots);
}

static const std::string LEAST(1, '\0'); /* of all values that are none */

/* The ends of a range as slots have them; false where nothing can lie within. An end in another type than the field's
 * is moved inwards to the next value that the field can have. */
static bool number_ends(const libsearch_query *query, const struct field *field, std::string &low, std::string &high)
{
    const bool as_float = query->type == LIBSEARCH_FLOAT, whole = field->type != LIBSEARCH_FLOAT;
    double from = as_float ? query->low_number : static_cast<double>(query->low_integer);
    double to = as_float ? query->high_number : static_cast<double>(query->high_integer);
    if (whole && as_float) {
        from = ceil(from);
        to = floor(to);
    }
    if (query->has_low && query->has_high && (from > to || (!as_float && query->low_integer > query->high_integer)))
        return false;
    low = query->has_low ? slot_number(from) : LEAST;
    high = query->has_high ? slot_number(to) : std::string();
    return true;
}

Query planner::plan_range(const libsearch_query *query)
{
    const struct field *field = field_of(query);
    if (query->type == LIBSEARCH_KEYWORD && field != nullptr &&
        (field->type == LIBSEARCH_KEYWORD || field->type == LIBSEARCH_TEXT))
        return plan_expand(query);
    const bool number = field != nullptr && type_is_number(field->type);
    if (field == nullptr || query->type == LIBSEARCH_KEYWORD || !number)
        fail_at(query->position, LIBSEARCH_INVALID, "field '%s' has no values of the range's type",
                query->field == nullptr ? "" : query->field);
    if (layout_.places[field->number].slot == Xapian::BAD_VALUENO)
        fail_at(query->position, LIBSEARCH_UNSUPPORTED, "field '%s' has no value slot, which ranges need", field->name);
    std::string low, high;
    return number_ends(query, field, low, high) ? constant_query(in_slots(field, low, high), 1) : Query();
}

Query planner::plan_exists(const libsearch_query *query)
{
    const struct field *field = field_of(query);
    if (field == nullptr || layout_.places[field->number].slot == Xapian::BAD_VALUENO)
        fail_at(query->position, LIBSEARCH_UNSUPPORTED, "whether field '%s' has a value",
                query->field == nullptr ? "" : query->field);
    return constant_query(in_slots(field, LEAST, ""), 1);
}

/* ----- combinations ----- */

/* At least `wanted` of parts[from …]. */
static void choose(const std::vector<Query> &parts, size_t from, size_t wanted, std::vector<Query> &chosen,
                   std::vector<Query> &choices)
{
    if (chosen.size() == wanted) {
        if (choices.size() == MOST_CHOICES)
            fail(LIBSEARCH_LIMIT, "at least %zu of %zu: more than %d ways", wanted, parts.size(), MOST_CHOICES);
        choices.push_back(all_of(chosen));
        return;
    }
    for (size_t i = from; parts.size() - i >= wanted - chosen.size() && i < parts.size(); i++) {
        chosen.push_back(parts[i]);
        choose(parts, i + 1, wanted, chosen, choices);
        chosen.pop_back();
    }
}

static Query at_least(const std::vector<Query> &parts, size_t wanted)
{
    if (wanted > parts.size())
        return Query();
    if (wanted <= 1)
        return any_of(parts);
    if (wanted == parts.size())
        return all_of(parts);
    std::vector<Query> chosen, choices;
    choose(parts, 0, wanted, chosen, choices);
    return Query(Query::OP_FILTER, any_of(parts), any_of(choices));
}

/* Parts that only add to the score are left out: they would cost time, and libxapian 1.4.22 loses documents where
 * AND_MAYBE stands on the right of AND_NOT (its AndMaybePostList reads bounds that AndNotPostList never has computed). */
Query planner::plan_unscored(const libsearch_query *query)
{
    unscored++;
    try {
        Query made = plan(query);
        unscored--;
        return made;
    } catch (...) {
        unscored--;
        throw;
    }
}

Query planner::plan_boolean(const libsearch_query *query)
{
    query_list must, filter, should, must_not;
    size_t should_count = 0;
    bool can = true;
    for (size_t i = 0; i < query->count; i++) {
        const uint8_t occur = query->occurs[i];
        const bool scored = occur == LIBSEARCH_MUST || occur == LIBSEARCH_SHOULD;
        const Query child = scored ? plan(query->children[i]) : plan_unscored(query->children[i]);
        should_count += occur == LIBSEARCH_SHOULD;
        if (child.empty()) {
            can = can && occur != LIBSEARCH_MUST && occur != LIBSEARCH_FILTER;
            continue;
        }
        (occur == LIBSEARCH_MUST     ? must
         : occur == LIBSEARCH_FILTER ? filter
         : occur == LIBSEARCH_SHOULD ? should
                                     : must_not)
            .push_back(child);
    }
    const bool required = !must.empty() || !filter.empty();
    const size_t minimum = query->number > 0 ? query->number : required || should_count == 0 || !can ? 0 : 1;
    if (!can || query->count == 0 || minimum > should.size())
        return Query();
    Query made;
    if (!must.empty())
        made = all_of(must);
    else if (!filter.empty() && minimum == 0) {
        made = Query(0.0, all_of(filter));
        filter.clear();
    } else if (minimum == 0)
        made = Query(0.0, Query::MatchAll); /* "-word" alone, and where it stands beside what nothing matches */
    if (minimum > 0) {
        const Query some = at_least(should, minimum);
        made = made.empty() ? some : Query(Query::OP_AND, made, some);
    } else if (!should.empty() && unscored == 0)
        made = Query(Query::OP_AND_MAYBE, made, any_of(should));
    if (!filter.empty())
        made = Query(Query::OP_FILTER, made, all_of(filter));
    if (!must_not.empty())
        made = Query(Query::OP_AND_NOT, made, any_of(must_not));
    return made;
}

Query planner::plan_best(const libsearch_query *query)
{
    query_list parts;
    for (size_t i = 0; i < query->count; i++) {
        const Query child = plan(query->children[i]);
        if (!child.empty())
            parts.push_back(child);
    }
    if (parts.empty())
        return Query();
    const Query best(Query::OP_MAX, parts.begin(), parts.end());
    const double others = static_cast<double>(query->factor);
    if (others <= 0)
        return best;
    /* best + others * (all - best) */
    if (others > 1)
        fail_at(query->position, LIBSEARCH_UNSUPPORTED, "the best of several queries with a factor over 1");
    return Query(Query::OP_OR, Query(1 - others, best), Query(others, any_of(parts)));
}

/* The documents of a set, in their order. Xapian deletes a released source with the last query that has it. */
class set_source : public Xapian::PostingSource
{
  public:
    explicit set_source(struct query_set *of) : set(query_set_retain(of)) {}
    ~set_source() override { query_set_release(set); }
    set_source(const set_source &) = delete;
    set_source &operator=(const set_source &) = delete;

    Xapian::doccount get_termfreq_min() const override { return get_termfreq_est(); }
    Xapian::doccount get_termfreq_est() const override { return static_cast<Xapian::doccount>(set->count); }
    Xapian::doccount get_termfreq_max() const override { return get_termfreq_est(); }
    void init(const Xapian::Database &) override { at = 0; }
    void next(double) override { seek(at + 1); }
    void skip_to(Xapian::docid to, double) override { seek(to); }
    bool at_end() const override { return at >= set->limit; }
    Xapian::docid get_docid() const override { return static_cast<Xapian::docid>(at); }
    std::string get_description() const override { return "filter"; }

  private:
    void seek(uint64_t from)
    {
        for (; from < set->limit; from += 64) {
            const uint64_t word = query_set_word(set, from);
            if (word != 0) {
                at = from + static_cast<unsigned>(__builtin_ctzll(word));
                return;
            }
        }
        at = set->limit;
    }

    struct query_set *set;
    uint64_t at = 0; /* docids begin at 1 */
};

Query planner::plan_set(const libsearch_query *query)
{
    if (query->set->count == 0)
        return Query();
    return constant_query(Query((new set_source(query->set))->release()), 1);
}

Query planner::plan_kind(const libsearch_query *query)
{
    switch (query->kind) {
    case QUERY_ALL: return constant_query(Query::MatchAll, 1);
    case QUERY_NONE: return Query();
    case QUERY_TEXT: return plan_text(query);
    case QUERY_PHRASE: return plan_phrase(query);
    case QUERY_NEAR: return plan_near(query);
    case QUERY_KEYWORD: return plan_keyword(query);
    case QUERY_RANGE: return plan_range(query);
    case QUERY_EXISTS: return plan_exists(query);
    case QUERY_SET: return plan_set(query);
    case QUERY_PREFIX:
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
    case QUERY_REGULAR: return plan_expand(query);
    case QUERY_BOOLEAN: return plan_boolean(query);
    case QUERY_DISJUNCTION_MAX: return plan_best(query);
    case QUERY_FIELDS: fail_at(query->position, LIBSEARCH_UNSUPPORTED, "several fields searched as one");
    case QUERY_BOOST: {
        const Query child = plan(query->children[0]);
        return child.empty() ? child : Query(static_cast<double>(query->factor), child);
    }
    case QUERY_CONSTANT: return constant_query(plan_unscored(query->children[0]), static_cast<double>(query->factor));
    }
    fail(LIBSEARCH_UNSUPPORTED, "a kind of query that this engine does not know");
}

/* All parts, wherever they stand. */
Query planner::plan_all(const libsearch_query *query)
{
    query_list parts;
    for (size_t i = 0; i < query->count; i++) {
        parts.push_back(plan(query->children[i]));
        if (parts.back().empty())
            return Query();
    }
    return parts.empty() ? Query() : all_of(parts);
}

/* What people type is never refused for what is in it: a phrase without positions becomes its words, what else cannot
 * be done finds nothing, and both are told. */
Query planner::plan_leniently(const libsearch_query *query)
{
    try {
        return plan_kind(query);
    } catch (const failure &failed) {
        if (failed.status != LIBSEARCH_UNSUPPORTED && failed.status != LIBSEARCH_INVALID &&
            failed.status != LIBSEARCH_LIMIT)
            throw;
        const bool in_places = query->kind == QUERY_PHRASE || query->kind == QUERY_NEAR;
        if (!in_places || failed.status != LIBSEARCH_UNSUPPORTED) {
            warnings.push_back({ query->position, failed.message + "; nothing is found for it" });
            return Query();
        }
        warnings.push_back(
            { query->position, failed.message + (query->kind == QUERY_NEAR ? "; all of them are looked for"
                                                                           : "; its words are looked for") });
    }
    if (query->kind == QUERY_NEAR)
        return plan_all(query);
    libsearch_query words = *query;
    words.kind = QUERY_TEXT;
    words.flags = QUERY_FLAG_ALL | QUERY_FLAG_KEEP_STOPS;
    return plan_kind(&words);
}

Query planner::plan(const libsearch_query *query)
{
    const bool before = lenient;
    lenient = !strict && (before || query->lenient);
    try {
        Query made = lenient ? plan_leniently(query) : plan_kind(query);
        lenient = before;
        return made;
    } catch (...) {
        lenient = before;
        throw;
    }
}
