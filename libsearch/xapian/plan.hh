/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From our query tree to one of Xapian's. Words are analyzed as the native engine does it: stop words of a question
 * left out unless nothing else is left, the whole of a compound at half weight in a union, a word's repetitions as its
 * frequency in the question. What only matches has a constant score, carried by a FixedWeightPostingSource, which
 * servers know. */
#ifndef LIBSEARCH_XAPIAN_PLAN_HH
#define LIBSEARCH_XAPIAN_PLAN_HH

#include <map>
#include <memory>
#include <vector>

#include "xapian/analysis.hh"
#include "xapian/layout.hh"

class planner
{
  public:
    struct warning {
        size_t position;
        std::string message;
    };

    planner(const libsearch_allocator *with, const layout &means, const Xapian::Database &in)
        : allocator(with), layout_(means), database(in)
    {
    }
    /* An empty Query where nothing can match. */
    Xapian::Query plan(const libsearch_query *query);

    /* Words that go on as one does or are like it, as engine_suggest asks; their frequency is in how many documents. */
    struct suggestion {
        std::string word;
        uint64_t frequency;
        unsigned distance;
    };
    std::vector<suggestion> suggest(const engine_suggest *request, uint64_t *known) const;

    /* A term that a part of words near each other may stand for, by its name. A word as it was written stands where its
     * stem stands, too. */
    struct near_term {
        std::string stem; /* of a word as it was written: the term of its stem; else empty */
        double factor;
    };
    using near_part = std::map<std::string, near_term>;

    bool strict = false;           /* nothing is lenient: for deleting what matches */
    std::vector<warning> warnings; /* what could not be done as a lenient query asks */

  private:
    using query_list = std::vector<Xapian::Query>;

    /* plan.cc */
    Xapian::Query plan_kind(const libsearch_query *query);
    Xapian::Query plan_leniently(const libsearch_query *query);
    Xapian::Query plan_unscored(const libsearch_query *query);
    Xapian::Query plan_boolean(const libsearch_query *query);
    Xapian::Query plan_keyword(const libsearch_query *query);
    Xapian::Query plan_range(const libsearch_query *query);
    Xapian::Query plan_exists(const libsearch_query *query);
    Xapian::Query plan_set(const libsearch_query *query);
    Xapian::Query plan_best(const libsearch_query *query);
    Xapian::Query plan_all(const libsearch_query *query);
    const struct field *field_of(const libsearch_query *query) const;
    Xapian::Query in_slots(const struct field *field, const std::string &low, const std::string &high) const;
    /* The term with the score that its being there is worth. */
    Xapian::Query presence(const std::string &term) const;

    /* plan_text.cc */
    Xapian::Query plan_text(const libsearch_query *query);
    Xapian::Query plan_phrase(const libsearch_query *query);
    const struct field *text_field_of(const libsearch_query *query) const;
    std::vector<word> question(const struct field *field, const libsearch_query *query) const;
    Xapian::Query word_query(const struct field *field, const std::string &stem, const std::string &surface,
                             Xapian::termcount repeated, bool exact) const;
    /* The term whose positions phrases look at. */
    std::string positional(const struct field *field, const word &word, bool exact) const;

    /* plan_near.cc */
    Xapian::Query plan_near(const libsearch_query *query) const;
    static void add_near_term(near_part &part, std::string term, std::string stem, double factor);
    void add_near_words(const libsearch_query *query, double factor, near_part &part) const;
    void add_near_pattern(const libsearch_query *query, double factor, near_part &part) const;
    void add_near_part(const libsearch_query *query, double factor, near_part &part) const;
    void check_near_fields(const libsearch_query *query, const struct field *&first, bool &known) const;

    /* plan_expand.cc */
    Xapian::Query plan_expand(const libsearch_query *query);
    /* For keywords whole terms; for text stems, or the words as they were written. */
    std::vector<std::string> words_like(const struct field *field, const libsearch_query *query,
                                        bool as_written) const;
    std::vector<std::string> words_with_prefix(const struct field *field, const std::string &prefix) const;

    const libsearch_allocator *allocator;
    const layout &layout_;
    const Xapian::Database &database;
    bool lenient = false;    /* below a query that people typed */
    unsigned unscored = 0;   /* how many parts whose scores are not asked for stand above */
};

/* What `matching` matches, all with one score. */
Xapian::Query constant_query(const Xapian::Query &matching, double score);
Xapian::Query any_of(const std::vector<Xapian::Query> &queries);
Xapian::Query all_of(const std::vector<Xapian::Query> &queries);

#endif
