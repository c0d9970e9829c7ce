/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prefix, wildcard and fuzzy words stand for words as people wrote them; what is searched are the stems of those, as
 * in the native engine. Xapian 1.4 knows only prefixes, and no limit that says so: the words are walked here, over
 * the list of all terms, which servers give, too. */
#include <algorithm>
#include <set>

#include "xapian/plan.hh"
#include "xapian/terms.hh"

using Xapian::Query;

/* Letters are code points; a byte that is no part of one is a letter of its own. */
static std::vector<unsigned> letters_of(const std::string &text)
{
    std::vector<unsigned> letters;
    for (size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const size_t length = byte < 0x80   ? 1
                              : byte < 0xC2 ? 1
                              : byte < 0xE0 ? 2
                              : byte < 0xF0 ? 3
                              : byte < 0xF5 ? 4
                                            : 1;
        unsigned point = length == 1 ? byte : byte & (0x7Fu >> length);
        bool whole = length > 1 && i + length <= text.size();
        for (size_t j = 1; whole && j < length; j++) {
            const auto next = static_cast<unsigned char>(text[i + j]);
            whole = (next & 0xC0) == 0x80;
            point = point << 6 | (next & 0x3Fu);
        }
        letters.push_back(whole ? point : byte < 0x80 ? byte : 0x110000u + byte);
        i += whole ? length : 1;
    }
    return letters;
}

enum : unsigned { STAR = 0x200000, ANY = 0x200001 };

static std::vector<unsigned> pattern_of(const std::string &text)
{
    std::vector<unsigned> pattern;
    const auto letters = letters_of(text);
    for (size_t i = 0; i < letters.size(); i++)
        if (letters[i] == '\\' && i + 1 < letters.size())
            pattern.push_back(letters[++i]);
        else
            pattern.push_back(letters[i] == '*' ? STAR : letters[i] == '?' ? ANY : letters[i]);
    return pattern;
}

static bool fits(const std::vector<unsigned> &pattern, const std::vector<unsigned> &word)
{
    size_t p = 0, w = 0, star = SIZE_MAX, again = 0;
    while (w < word.size())
        if (p < pattern.size() && pattern[p] == STAR) {
            star = p++;
            again = w;
        } else if (p < pattern.size() && (pattern[p] == ANY || pattern[p] == word[w])) {
            p++;
            w++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            w = ++again;
        } else
            return false;
    while (p < pattern.size() && pattern[p] == STAR)
        p++;
    return p == pattern.size();
}

/* Optimal string alignment: a letter more, less or another, or two neighbours exchanged. */
static bool is_near(const std::vector<unsigned> &a, const std::vector<unsigned> &b, unsigned most)
{
    if (a.size() > b.size() + most || b.size() > a.size() + most)
        return false;
    std::vector<unsigned> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); j++)
        last[j] = static_cast<unsigned>(j);
    for (size_t i = 1; i <= a.size(); i++) {
        row[0] = static_cast<unsigned>(i);
        unsigned least = row[0];
        for (size_t j = 1; j <= b.size(); j++) {
            row[j] = std::min({ last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]) });
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
            least = std::min(least, row[j]);
        }
        if (least > most)
            return false;
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()] <= most;
}

static bool opens_prefix(char c) { return (c >= 'A' && c <= 'Z') || c == ':'; }

/* All words, as written, of a list of terms that begin with `lead` and satisfy `wanted`; what begins with a capital
 * or a colon behind the list's prefix is of another list. */
template <class Wanted>
static void walk_terms(const Xapian::Database &database, const std::string &prefix, const std::string &lead,
                       bool keywords, Wanted wanted)
{
    auto term = database.allterms_begin(prefix + lead);
    const auto end = database.allterms_end(prefix + lead);
    while (term != end) {
        const std::string whole = *term;
        if (whole.size() > prefix.size() && opens_prefix(whole[prefix.size()]) && lead.empty() && !keywords) {
            term.skip_to(prefix + (whole[prefix.size()] == ':' ? ";" : "["));
            continue;
        }
        std::string word = whole.substr(prefix.size());
        if (keywords && prefix.size() > 1 && !word.empty() && word[0] == ':')
            word.erase(0, 1);
        if (!word.empty())
            wanted(word, whole, term.get_termfreq());
        ++term;
    }
}

template <class Wanted>
static void walk(const Xapian::Database &database, const std::string &prefix, const std::string &lead, bool keywords,
                 Wanted wanted)
{
    walk_terms(database, prefix, lead, keywords,
               [&](const std::string &word, const std::string &term, Xapian::doccount) { wanted(word, term); });
}

static void add(std::set<std::string> &found, const std::string &word)
{
    found.insert(word);
    if (found.size() > LIBSEARCH_MAX_EXPANSION)
        fail(LIBSEARCH_LIMIT, "the pattern stands for more than %d words", LIBSEARCH_MAX_EXPANSION);
}

/* A regular expression for as long as it lives. */
struct compiled {
    compiled(const libsearch_allocator *allocator, const std::string &text)
    {
        called(
            [&](libsearch_error *error) { return regular_expression_init(&made, allocator, bytes_of(text), error); });
    }
    ~compiled() { regular_expression_free(&made); }
    compiled(const compiled &) = delete;
    compiled &operator=(const compiled &) = delete;
    regular_expression made;
};

static unsigned distance_of(const libsearch_query *query, size_t length)
{
    if (query->number > 0)
        return std::min(query->number, 2u);
    return length < 3 ? 0 : length < 6 ? 1 : 2;
}

std::vector<std::string> planner::words_with_prefix(const struct field *field, const std::string &prefix) const
{
    const std::string list = field == nullptr ? std::string() : layout_.places[field->number].prefix;
    std::set<std::string> found;
    walk(database, list, prefix, false, [&](const std::string &word, const std::string &) { add(found, word); });
    return { found.begin(), found.end() };
}

std::vector<std::string> planner::words_like(const struct field *field, const libsearch_query *query,
                                             bool as_written) const
{
    const bool keywords = field != nullptr && field->type == LIBSEARCH_KEYWORD;
    const std::string prefix = field == nullptr ? std::string() : layout_.places[field->number].prefix;
    std::unique_ptr<word_cutter> cutter;
    std::string text = string_of(query->text);
    if (!keywords) {
        cutter =
            std::make_unique<word_cutter>(allocator, field != nullptr ? field->analyzer : layout_.schema->analyzers[0]);
        text = cutter->fold(query->text);
    }
    std::set<std::string> found;
    const auto take = [&](const std::string &word, const std::string &term) {
        add(found, keywords ? term : layout_.stems && !as_written ? cutter->stem(word) : word);
    };
    const auto walk_lead = [&](const std::string &lead, auto wanted) {
        walk(database, prefix, lead, keywords, wanted);
        if (keywords && prefix.size() > 1 && !lead.empty() && opens_prefix(lead[0]))
            walk(database, prefix + ":", lead, false, wanted);
    };
    if (query->kind == QUERY_PREFIX)
        walk_lead(text, take);
    else if (query->kind == QUERY_WILDCARD) {
        const auto pattern = pattern_of(text);
        walk_lead(text.substr(0, text.find_first_of("*?\\")), [&](const std::string &word, const std::string &term) {
            if (fits(pattern, letters_of(word)))
                take(word, term);
        });
    } else if (query->kind == QUERY_REGULAR) {
        const compiled expression(allocator, text);
        walk_lead(std::string(), [&](const std::string &word, const std::string &term) {
            if (regular_expression_fits(&expression.made, word.data(), word.size()))
                take(word, term);
        });
    } else if (query->kind == QUERY_RANGE) {
        const std::string high = keywords ? string_of(query->high_text) : cutter->fold(query->high_text);
        walk_lead(std::string(), [&](const std::string &word, const std::string &term) {
            if ((!query->has_low || (query->low_open ? word > text : word >= text)) &&
                (!query->has_high || (query->high_open ? word < high : word <= high)))
                take(word, term);
        });
    } else {
        const auto wanted = letters_of(text);
        const unsigned most = distance_of(query, text.size());
        const auto same = std::min(static_cast<size_t>(query->more_prefix + 1), wanted.size());
        std::string lead; /* the first letters are as they are, as in the native engine */
        for (size_t i = 0; i < same && wanted[i] < 0x80; i++)
            lead += static_cast<char>(wanted[i]);
        walk_lead(lead, [&](const std::string &word, const std::string &term) {
            const auto letters = letters_of(word);
            if (letters.size() >= same &&
                std::equal(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(same), letters.begin()) &&
                is_near(wanted, letters, most))
                take(word, term);
        });
    }
    return { found.begin(), found.end() };
}

/* The same walk with frequencies. Xapian's own spelling dictionary would know only one word, and is there only where a
 * program filled it. */
std::vector<planner::suggestion> planner::suggest(const engine_suggest *request, uint64_t *known) const
{
    const struct field *field = request->field;
    const bool keywords = field != nullptr && field->type == LIBSEARCH_KEYWORD;
    const std::string prefix = field == nullptr ? std::string() : layout_.places[field->number].prefix;
    const std::string text = string_of(request->word);
    std::vector<suggestion> found;
    if (keywords && prefix.empty())
        fail(LIBSEARCH_UNSUPPORTED, "suggestions of field '%s', which has no terms", field->name);
    const auto wanted = letters_of(text);
    const unsigned most = wanted.size() < 3 ? 0 : wanted.size() < 6 ? 1 : 2;
    const auto take = [&](const std::string &word, const std::string &term, Xapian::doccount frequency) {
        unsigned distance = 0;
        if (term_was_cut(term))
            return;
        if (request->correct && word != text) {
            const auto letters = letters_of(word);
            if (most == 0 || !is_near(wanted, letters, most))
                return;
            distance = is_near(wanted, letters, 1) ? 1 : 2;
            if (distance == 2 && letters[0] != wanted[0])
                return;
        }
        found.push_back({ word, frequency, distance });
    };
    const std::string lead = request->correct ? std::string() : text;
    walk_terms(database, prefix, lead, keywords, take);
    if (keywords && prefix.size() > 1 && !lead.empty() && opens_prefix(lead[0]))
        walk_terms(database, prefix + ":", lead, false, take);
    if (request->correct && !keywords) {
        word_cutter cutter(allocator, field != nullptr ? field->analyzer : layout_.schema->analyzers[0]);
        *known = layout_.stems ? database.get_termfreq(term_of_stem(prefix, cutter.stem(text)))
                               : database.get_termfreq(term_of_word(prefix, text));
    }
    const auto worth = [](const suggestion &one) {
        return static_cast<double>(one.frequency) / (one.distance == 0 ? 1 : one.distance == 1 ? 64 : 4096);
    };
    const size_t kept = std::min(found.size(), request->count);
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(),
                      [&](const suggestion &a, const suggestion &b) {
                          return worth(a) > worth(b) || (!(worth(a) < worth(b)) && a.word < b.word);
                      });
    found.resize(kept);
    return found;
}

Query planner::plan_expand(const libsearch_query *query)
{
    const struct field *field = field_of(query);
    if (field != nullptr && field->type != LIBSEARCH_TEXT && field->type != LIBSEARCH_KEYWORD)
        fail_at(query->position, LIBSEARCH_INVALID, "field '%s' has no words", field->name);
    const bool keywords = field != nullptr && field->type == LIBSEARCH_KEYWORD;
    if (keywords && layout_.places[field->number].prefix.empty())
        fail_at(query->position, LIBSEARCH_UNSUPPORTED, "patterns in field '%s', which has no terms", field->name);
    query_list parts;
    for (const auto &found : words_like(field, query, false)) {
        const Query part = keywords ? Query(found) : word_query(field, found, found, 1, false);
        if (!part.empty())
            parts.push_back(part);
    }
    return parts.empty() ? Query() : constant_query(any_of(parts), 1);
}
