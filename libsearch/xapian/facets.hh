/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting values over all matches: exactly, and as the native engine counts them. */
#ifndef LIBSEARCH_XAPIAN_FACETS_HH
#define LIBSEARCH_XAPIAN_FACETS_HH

#include <map>
#include <unordered_map>
#include <vector>

#include "xapian/columns.hh"

class facet_counter
{
  public:
    /* INVALID, UNSUPPORTED: as column_of; ranges or stretches of time of what has none. */
    facet_counter(const layout &layout, const libsearch_facet &asked);

    void add_document(const Xapian::Document &document, budget &memory);
    /* The same from counts: so many documents in all, and so many of them with a value, which is their only one where
     * there are ranges or stretches of time. */
    void add_documents(uint64_t count, uint64_t without) { documents += count, missing += without; }
    void add_counted(const std::string &value, uint64_t count, budget &memory);
    /* Into memory of the arena. */
    void finish(struct arena *arena, libsearch_facet_counts *counts) const;

    const libsearch_facet &facet;
    const column values;

  private:
    bool is_within(const libsearch_facet_range &range, const std::string &value) const;
    void add_value(const std::string &value, uint64_t count, budget &memory);
    void add_moment(int64_t moment, uint64_t count, budget &memory);
    libsearch_facet_value listed(const std::string &value, uint64_t count, struct arena *arena) const;
    std::vector<libsearch_facet_value> list(struct arena *arena, uint64_t *distinct) const;

    std::unordered_map<std::string, uint64_t> by_value;
    std::map<int64_t, uint64_t> by_moment;
    std::vector<uint64_t> by_range;
    uint64_t documents = 0, missing = 0, value_count = 0;
    std::string least, greatest;
    double sum = 0;
};

#endif
