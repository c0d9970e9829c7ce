/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/indexing.hh"

#include <float.h>
#include <math.h>

#include <algorithm>
#include <set>

#include "xapian/record.hh"
#include "xapian/terms.hh"

std::string slot_number(double number)
{
    /* -infinity would be an empty value, which is none; and 0 has one sign. */
    return Xapian::sortable_serialise(isinf(number) && number < 0 ? -DBL_MAX : number == 0 ? 0.0 : number);
}

std::string slot_value(const struct document_value &value)
{
    switch (value.type) {
    case LIBSEARCH_INTEGER:
    case LIBSEARCH_BOOLEAN:
    case LIBSEARCH_DATE: return slot_number(static_cast<double>(value.integer));
    case LIBSEARCH_FLOAT: return slot_number(value.number);
    default: return string_of(value.bytes);
    }
}

word_cutter &indexer::cutter_of(const struct analyzer *analyzer)
{
    auto &cutter = cutters[analyzer];
    if (!cutter)
        cutter = std::make_unique<word_cutter>(allocator, analyzer, true);
    return *cutter;
}

/* A document's words on their way. Positions as in the native engine: the default fields lie one after the other, in
 * the order of field numbers, a gap between them and between the values of a field; Xapian's begin at 1. */
struct indexer::field_words {
    uint32_t end;                   /* the position after the field's last word */
    uint32_t words;                 /* of the field */
    std::set<std::string> *outside; /* stems of default fields other than the body */
};

void indexer::add_text(const layout &layout, const struct field *field, libsearch_bytes text, uint32_t from,
                       field_words &sum, Xapian::Document &to)
{
    const std::string &prefix = layout.places[field->number].prefix;
    const bool positions = (field->flags & LIBSEARCH_FIELD_NO_POSITIONS) == 0;
    std::set<std::string> *const stems = field->in_group && !prefix.empty() ? sum.outside : nullptr;
    std::string term; /* its memory is used again */
    const auto add = [&](const char *first, const std::string &second, const char *word, size_t length,
                         uint32_t position, Xapian::termcount frequency) {
        term.assign(first).append(second).append(word, length);
        if (term.size() >= TERM_ROOM / 2)
            term = term_fitted(std::move(term));
        if (positions)
            to.add_posting(term, position + 1, frequency);
        else
            to.add_term(term, frequency);
    };
    static const std::string none;
    cutter_of(field->analyzer).cut(text, from, [&](const struct token &token, libsearch_bytes stem) {
        if (field->in_group) {
            add("Z", none, stem.data, stem.length, token.position, 1);
            add("", none, token.surface, token.length, token.position, 0);
        }
        if (!prefix.empty()) {
            add("Z", prefix, stem.data, stem.length, token.position, 0);
            add("", prefix, token.surface, token.length, token.position, 0);
        }
        if (stems != nullptr)
            stems->insert(string_of(stem));
        sum.words++;
        sum.end = std::max(sum.end, token.position + 1);
    });
}

static void add_values(layout &layout, const struct field *field, const struct document_value *const *values,
                       size_t count, Xapian::Document &to, bool *raised)
{
    place &where = layout.places[field->number];
    if (field->type == LIBSEARCH_KEYWORD)
        for (size_t i = 0; i < count; i++)
            to.add_term(term_of_keyword(where.prefix, values[i]->bytes), 0);
    if (where.slot == Xapian::BAD_VALUENO)
        return;
    std::vector<std::string> slots;
    for (size_t i = 0; i < count; i++)
        slots.push_back(slot_value(*values[i]));
    std::sort(slots.begin(), slots.end());
    slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
    if (!slots.empty() && slots[0].empty()) /* a slot with nothing in it has no value */
        slots.erase(slots.begin());
    if (slots.size() > MORE_VALUES + 1)
        fail(LIBSEARCH_LIMIT, "field %s: a document has %zu values, and a Xapian database takes %d", field->name,
             slots.size(), MORE_VALUES + 1);
    for (size_t i = 0; i < slots.size(); i++)
        to.add_value(where.slot_of(field->number, i), slots[i]);
    if (slots.size() > where.most) {
        where.most = static_cast<unsigned>(slots.size());
        *raised = true;
    }
}

/* Whether the document has the term at a position of ours from `from` on and before `end`. */
static bool stands_within(const Xapian::Document &document, const std::string &term, uint32_t from, uint32_t end)
{
    auto found = document.termlist_begin();
    found.skip_to(term);
    if (found == document.termlist_end() || *found != term)
        return false;
    auto position = found.positionlist_begin();
    position.skip_to(from + 1);
    return position != found.positionlist_end() && *position <= end;
}

Xapian::Document indexer::make(layout &layout, libsearch_bytes id, const libsearch_document *document, bool *raised)
{
    if (schema != layout.schema) {
        cutters.clear();
        schema_release(schema);
        schema = schema_retain(layout.schema);
    }
    std::vector<std::pair<const struct field *, const struct document_value *>> values;
    values.reserve(document->count);
    for (size_t i = 0; i < document->count; i++)
        values.emplace_back(schema_find(schema, document->values[i].field, document->values[i].field_length),
                            &document->values[i]);
    std::stable_sort(values.begin(), values.end(),
                     [](const auto &a, const auto &b) { return a.first->number < b.first->number; });

    Xapian::Document to;
    std::set<std::string> outside;
    const struct field *body = layout.body_shares() ? layout.body() : nullptr;
    uint32_t body_from = 0, body_end = 0;
    uint32_t group_end = 0;
    for (size_t i = 0; i < values.size();) {
        const struct field *field = values[i].first;
        size_t end = i + 1;
        while (end < values.size() && values[end].first == field)
            end++;
        if (field->type == LIBSEARCH_TEXT) {
            const uint32_t start = field->in_group && group_end > 0 ? group_end + SCHEMA_FIELD_GAP : 0;
            field_words sum = { start, 0, body != nullptr ? &outside : nullptr };
            for (size_t v = i; v < end; v++)
                add_text(layout, field, values[v].second->bytes, sum.words > 0 ? sum.end + SCHEMA_FIELD_GAP : start,
                         sum, to);
            if (field->in_group && sum.words > 0)
                group_end = sum.end;
            if (field == body) {
                body_from = start;
                body_end = sum.end;
            }
        } else if (field->type != LIBSEARCH_STORED) {
            std::vector<const struct document_value *> of_field;
            for (size_t v = i; v < end; v++)
                of_field.push_back(values[v].second);
            add_values(layout, field, of_field.data(), of_field.size(), to, raised);
        }
        i = end;
    }
    for (const auto &stem : outside)
        if (!stands_within(to, term_of_stem("", stem), body_from, body_end))
            to.add_term(term_not_in_body(stem), 0);
    to.add_term(term_of_id(id), 0);
    to.add_value(SLOT_ID, string_of(id));
    to.set_data(record_encode(schema, document));
    return to;
}
