/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/facets.hh"

#include <algorithm>

extern "C" {
#include "base/calendar.h"
}

facet_counter::facet_counter(const layout &layout, const libsearch_facet &asked)
    : facet(asked), values(column_of(layout, asked.field)), by_range(asked.range_count)
{
    if (asked.filter != nullptr)
        fail(LIBSEARCH_UNSUPPORTED, "facet: a filter of its own for field '%s'", facet.field);
    if (values.field->type == LIBSEARCH_KEYWORD && (facet.range_count > 0 || facet.interval != LIBSEARCH_EACH_VALUE))
        fail(LIBSEARCH_INVALID, "facet: field '%s' has keywords, which have no ranges", facet.field);
    if (values.field->type != LIBSEARCH_DATE && facet.interval != LIBSEARCH_EACH_VALUE)
        fail(LIBSEARCH_INVALID, "facet: field '%s' has no dates", facet.field);
}

bool facet_counter::is_within(const libsearch_facet_range &range, const std::string &value) const
{
    if (values.field->type == LIBSEARCH_FLOAT) {
        const double number = number_of_value(value);
        return number >= range.low_number && number < range.high_number;
    }
    const int64_t integer = integer_of_value(value);
    return integer >= range.low && integer < range.high;
}

enum { NODE = 96 }; /* what a table takes beside a value */

void facet_counter::add_moment(int64_t moment, uint64_t count, budget &memory)
{
    uint64_t &counted = by_moment[moment];
    if (counted == 0)
        memory.take(NODE);
    counted += count;
}

void facet_counter::add_value(const std::string &value, uint64_t count, budget &memory)
{
    value_count += count;
    if (least.empty() || value < least)
        least = value;
    if (greatest.empty() || value > greatest)
        greatest = value;
    if (values.field->type != LIBSEARCH_KEYWORD)
        sum += number_of_value(value) * static_cast<double>(count);
    if (facet.range_count > 0 || facet.interval != LIBSEARCH_EACH_VALUE)
        return;
    const auto known = by_value.find(value);
    if (known != by_value.end()) {
        known->second += count;
        return;
    }
    memory.take(value.size() + NODE);
    by_value.emplace(value, count);
}

void facet_counter::add_document(const Xapian::Document &document, budget &memory)
{
    std::vector<bool> in(by_range.size());
    bool any = false;
    int64_t before = 0;
    documents++;
    values.values(document, [&](const std::string &value) {
        for (size_t r = 0; r < by_range.size(); r++)
            if (!in[r] && is_within(facet.ranges[r], value)) {
                in[r] = true;
                by_range[r]++;
            }
        if (facet.range_count == 0 && facet.interval != LIBSEARCH_EACH_VALUE) {
            /* A document counts once in each stretch of time; its values rise. */
            const int64_t moment = calendar_first_moment(integer_of_value(value), facet.interval);
            if (!any || moment != before)
                add_moment(moment, 1, memory);
            before = moment;
        }
        add_value(value, 1, memory);
        any = true;
    });
    missing += !any;
}

void facet_counter::add_counted(const std::string &value, uint64_t count, budget &memory)
{
    for (size_t r = 0; r < by_range.size(); r++)
        if (is_within(facet.ranges[r], value))
            by_range[r] += count;
    if (facet.range_count == 0 && facet.interval != LIBSEARCH_EACH_VALUE)
        add_moment(calendar_first_moment(integer_of_value(value), facet.interval), count, memory);
    add_value(value, count, memory);
}

libsearch_facet_value facet_counter::listed(const std::string &value, uint64_t count, struct arena *arena) const
{
    libsearch_facet_value made = {};
    made.count = count;
    if (values.field->type == LIBSEARCH_KEYWORD) {
        made.keyword = { arena_duplicate(arena, value.data(), value.size()), value.size() };
        if (made.keyword.data == nullptr)
            throw std::bad_alloc();
    } else if (values.field->type == LIBSEARCH_FLOAT)
        made.number = number_of_value(value);
    else
        made.integer = integer_of_value(value);
    return made;
}

std::vector<libsearch_facet_value> facet_counter::list(struct arena *arena, uint64_t *distinct) const
{
    std::vector<libsearch_facet_value> made;
    if (facet.range_count > 0) {
        for (const uint64_t count : by_range) {
            made.emplace_back();
            made.back().count = count;
        }
        *distinct = facet.range_count;
        return made;
    }
    if (facet.interval != LIBSEARCH_EACH_VALUE) {
        for (const auto &stretch : by_moment) {
            made.emplace_back();
            made.back().count = stretch.second;
            made.back().integer = stretch.first;
        }
        *distinct = made.size();
        return made;
    }
    std::vector<const std::pair<const std::string, uint64_t> *> order;
    for (const auto &one : by_value)
        order.push_back(&one);
    const size_t most = std::min(facet.count, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(most), order.end(),
                      [](const auto *a, const auto *b) {
                          return a->second != b->second ? a->second > b->second : a->first < b->first;
                      });
    for (size_t i = 0; i < most; i++)
        made.push_back(listed(order[i]->first, order[i]->second, arena));
    *distinct = order.size();
    return made;
}

void facet_counter::finish(struct arena *arena, libsearch_facet_counts *counts) const
{
    *counts = {};
    counts->size = sizeof *counts;
    counts->type = values.field->type;
    counts->documents = documents;
    counts->missing = missing;
    counts->values = value_count;
    counts->field = arena_duplicate(arena, facet.field, strlen(facet.field));
    const auto made = list(arena, &counts->distinct);
    auto *kept =
        static_cast<libsearch_facet_value *>(arena_allocate(arena, (made.size() + 1) * sizeof(libsearch_facet_value)));
    if (counts->field == nullptr || kept == nullptr)
        throw std::bad_alloc();
    std::copy(made.begin(), made.end(), kept);
    counts->list = kept;
    counts->count = made.size();
    if (value_count > 0 && values.field->type != LIBSEARCH_KEYWORD) {
        counts->sum = sum;
        counts->least = listed(least, 0, arena);
        counts->greatest = listed(greatest, 0, arena);
    }
}
