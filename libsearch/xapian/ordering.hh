/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of an answer: step by step by slots and the score, and at last by number.
 *
 * A document's key is one string, and keys compare as documents stand: for each step a byte that says whether there is
 * a value, then the value with 0 as 0 255, and 0 0 behind it; falling steps have the complement of each byte. A score
 * is eight bytes. */
#ifndef LIBSEARCH_XAPIAN_ORDERING_HH
#define LIBSEARCH_XAPIAN_ORDERING_HH

#include <vector>

#include "xapian/columns.hh"

class ordering
{
  public:
    /* INVALID, UNSUPPORTED: as column_of. */
    ordering(const layout &layout, const engine_request *request);
    std::string key(const Xapian::Document &document, double score) const;

    /* What the seam calls keys: two words a step. Those of a score tell it whole; those of a field are 0, and its values
     * are looked up again. */
    size_t key_count() const { return 2 * steps.size(); }
    void give_keys(double score, uint64_t *keys) const;
    double score_of_keys(const uint64_t *keys) const;

    struct order_step {
        bool by_score;
        column values; /* else */
        bool falling, missing_first;
    };
    std::vector<order_step> steps; /* at least one */
};

#endif
