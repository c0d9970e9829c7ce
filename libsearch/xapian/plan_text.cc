/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unordered_map>

#include "xapian/plan.hh"
#include "xapian/terms.hh"

using Xapian::Query;

/* As in the native engine's planning of texts. */
static const double WHOLE_WEIGHT = 0.5;

const struct field *planner::text_field_of(const libsearch_query *query) const
{
    const struct field *field = field_of(query);
    if (field != nullptr && field->type != LIBSEARCH_TEXT)
        fail_at(query->position, LIBSEARCH_INVALID, "field '%s' has no words", field->name);
    return field;
}

std::vector<word> planner::question(const struct field *field, const libsearch_query *query) const
{
    return words_of_question(allocator, field != nullptr ? field->analyzer : layout_.schema->analyzers[0], query->text);
}

/* Unless nothing would be left. */
static void drop_where(std::vector<word> &words, bool word::*is)
{
    std::vector<word> kept;
    for (const auto &word : words)
        if (!(word.*is))
            kept.push_back(word);
    if (!kept.empty())
        words = std::move(kept);
}

static void count_repetitions(std::vector<word> &words, bool exact)
{
    std::unordered_map<std::string, size_t> first;
    for (size_t i = 0; i < words.size(); i++) {
        const auto known = first.emplace(exact ? words[i].surface : words[i].stem, i);
        if (known.second)
            continue;
        words[known.first->second].count++;
        words[i].count = 0;
    }
}

/* A word in a field, or in all default fields. Xapian has one length for a document, and it is that of the default
 * fields together: a word of one of them is scored as a word of all that stands in this one. */
Query planner::word_query(const struct field *field, const std::string &stem, const std::string &surface,
                          Xapian::termcount repeated, bool exact) const
{
    const bool stems = layout_.stems && !exact;
    const std::string plain = layout_.stems ? term_of_stem("", stem) : term_of_word("", surface);
    const Query everywhere(plain, repeated);
    if (field == nullptr) {
        if (!exact || !layout_.stems)
            return everywhere;
        const std::string as_written = term_of_word("", surface);
        return layout_.ours ? Query(Query::OP_FILTER, everywhere, Query(as_written)) : Query(as_written, repeated);
    }
    const std::string &prefix = layout_.places[field->number].prefix;
    const std::string own = stems ? term_of_stem(prefix, stem) : term_of_word(prefix, surface);
    if (!layout_.ours)
        return Query(own, repeated);
    if (!field->in_group)
        return presence(own);
    if (!prefix.empty())
        return Query(Query::OP_FILTER, everywhere, Query(own));
    if (!layout_.body_shares())
        return exact ? Query(Query::OP_FILTER, everywhere, Query(own)) : everywhere;
    if (exact)
        fail(LIBSEARCH_UNSUPPORTED, "a word exactly as written in field '%s', whose words are not kept apart",
             field->name);
    return Query(Query::OP_AND_NOT, everywhere, Query(term_not_in_body(stem)));
}

Query planner::plan_text(const libsearch_query *query)
{
    const struct field *field = text_field_of(query);
    const bool exact = (query->flags & QUERY_FLAG_EXACT) != 0;
    const bool all = (query->flags & QUERY_FLAG_ALL) != 0;
    auto words = question(field, query);
    if ((query->flags & QUERY_FLAG_KEEP_STOPS) == 0)
        drop_where(words, &word::stop);
    if (all)
        drop_where(words, &word::whole);
    count_repetitions(words, exact || !layout_.stems);
    query_list parts;
    for (const auto &word : words) {
        if (word.count == 0)
            continue;
        const Query made = word_query(field, word.stem, word.surface, word.count, exact);
        if (!made.empty())
            parts.push_back(word.whole && !all ? Query(WHOLE_WEIGHT, made) : made);
        else if (all)
            return Query();
    }
    return parts.empty() ? Query() : all ? all_of(parts) : any_of(parts);
}

/* ----- words near each other ----- */

std::string planner::positional(const struct field *field, const word &word, bool exact) const
{
    static const std::string none;
    const std::string &prefix = field == nullptr ? none : layout_.places[field->number].prefix;
    if (field != nullptr && layout_.ours && field->in_group && prefix.empty() && layout_.body_shares())
        fail(LIBSEARCH_UNSUPPORTED, "phrases in field '%s' alone, whose positions are not kept apart", field->name);
    if (field != nullptr && (field->flags & LIBSEARCH_FIELD_NO_POSITIONS) != 0)
        fail(LIBSEARCH_UNSUPPORTED, "field '%s' has no positions, which phrases need", field->name);
    if (!layout_.ours && !database.has_positions() && database.get_doccount() > 0)
        fail(LIBSEARCH_UNSUPPORTED, "phrases: the database has no positions");
    return layout_.stem_positions && !exact ? term_of_stem(prefix, word.stem) : term_of_word(prefix, word.surface);
}

/* Words may be moved by `slop` places in all. In order that is Xapian's phrase in a window so much wider; two words
 * may also change places. */
static Query sloppy(const std::vector<Query> &terms, unsigned slop)
{
    const auto size = static_cast<Xapian::termcount>(terms.size());
    const Query in_order(Query::OP_PHRASE, terms.begin(), terms.end(), size + slop);
    if (size != 2 || slop < 2)
        return in_order;
    return Query(Query::OP_OR, in_order, Query(Query::OP_NEAR, terms.begin(), terms.end(), slop));
}

Query planner::plan_phrase(const libsearch_query *query)
{
    const struct field *field = text_field_of(query);
    const bool exact = (query->flags & QUERY_FLAG_EXACT) != 0;
    const bool last_prefix = (query->flags & QUERY_FLAG_LAST_PREFIX) != 0;
    std::vector<word> words;
    for (auto &word : question(field, query))
        if (!word.whole)
            words.push_back(std::move(word));
    if (words.empty())
        return Query();
    if (words.size() == 1 && !last_prefix)
        return word_query(field, words[0].stem, words[0].surface, 1, exact);
    query_list terms;
    for (const auto &word : words)
        terms.push_back(Query(positional(field, word, exact)));
    if (last_prefix) {
        query_list last;
        for (const auto &surface : words_with_prefix(field, words.back().surface)) {
            word like = words.back();
            like.surface = surface;
            like.stem =
                word_cutter(allocator, field != nullptr ? field->analyzer : layout_.schema->analyzers[0]).stem(surface);
            last.push_back(Query(positional(field, like, exact)));
        }
        if (last.empty())
            return Query();
        terms.back() = any_of(last);
        if (terms.size() == 1)
            return constant_query(terms[0], 1);
    }
    return sloppy(terms, query->number);
}
