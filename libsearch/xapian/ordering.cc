/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/ordering.hh"

ordering::ordering(const layout &layout, const engine_request *request)
{
    for (size_t i = 0; i < request->sort_count; i++) {
        const libsearch_sort &sort = request->sort[i];
        if (sort.field == nullptr)
            steps.push_back({ true, {}, (sort.flags & LIBSEARCH_SORT_ASCENDING_SCORE) == 0, false });
        else
            steps.push_back({ false, column_of(layout, sort.field), (sort.flags & LIBSEARCH_SORT_DESCENDING) != 0,
                              (sort.flags & LIBSEARCH_SORT_MISSING_FIRST) != 0 });
    }
    if (steps.empty())
        steps.push_back({ true, {}, true, false });
}

/* Bits that rise with the score; scores are not negative. */
static uint64_t bits_of(double score)
{
    uint64_t bits;
    const double positive = score > 0 ? score : 0;
    memcpy(&bits, &positive, sizeof bits);
    return bits;
}

static void append_score(std::string &key, double score, bool falling)
{
    const uint64_t bits = falling ? ~bits_of(score) : bits_of(score);
    for (unsigned shift = 64; shift > 0; shift -= 8)
        key += static_cast<char>(bits >> (shift - 8) & 0xFF);
}

static void append_value(std::string &key, const std::string &value, bool falling)
{
    const size_t from = key.size();
    for (const char c : value) {
        key += c;
        if (c == '\0')
            key += '\xFF';
    }
    key.append(2, '\0');
    for (size_t i = from; falling && i < key.size(); i++)
        key[i] = static_cast<char>(~key[i]);
}

std::string ordering::key(const Xapian::Document &document, double score) const
{
    enum { FIRST = '0', THERE = '1', LAST = '2' };
    std::string key, last;
    for (const auto &step : steps) {
        if (step.by_score) {
            append_score(key, score, step.falling);
            continue;
        }
        /* Of several values the one that comes first: the least, or falling the greatest. */
        std::string chosen = document.get_value(step.values.slot(0));
        if (step.falling && !chosen.empty())
            step.values.values(document, [&](const std::string &value) { chosen = value; });
        if (chosen.empty()) {
            key += static_cast<char>(step.missing_first ? FIRST : LAST);
            continue;
        }
        key += static_cast<char>(THERE);
        append_value(key, chosen, step.falling);
    }
    return key;
}

void ordering::give_keys(double score, uint64_t *keys) const
{
    for (size_t i = 0; i < steps.size(); i++) {
        keys[2 * i] = 0;
        keys[2 * i + 1] = steps[i].by_score ? ~bits_of(score) : 0;
    }
}

double ordering::score_of_keys(const uint64_t *keys) const
{
    double score = 0;
    for (size_t i = 0; i < steps.size(); i++)
        if (steps[i].by_score) {
            const uint64_t bits = ~keys[2 * i + 1];
            memcpy(&score, &bits, sizeof score);
        }
    return score > 0 ? score : 0; /* not a number, too: a cursor is bytes from outside */
}
