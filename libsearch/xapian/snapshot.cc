/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/snapshot.hh"

#include <stdlib.h>

#include "xapian/model.hh"
#include "xapian/terms.hh"

engine_snapshot::engine_snapshot(const libsearch_allocator *with, std::shared_ptr<const location> at, layout_pointer as,
                                 std::unique_ptr<Xapian::Database> first, std::string opened)
    : allocator(with), where(std::move(at)), meaning(std::move(as)), model(model_default_text()),
      stamp(std::move(opened))
{
    documents = first->get_doccount();
    tokens = first->get_total_length();
    bytes = location_bytes(*where);
    commit = meaning->commit;
    idle.push_back(std::move(first));
}

std::unique_ptr<Xapian::Database> engine_snapshot::borrow()
{
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
        if (!idle.empty()) {
            auto taken = std::move(idle.back());
            idle.pop_back();
            out++;
            return taken;
        }
        const std::string expected = stamp;
        out++; /* so that others know that one will come back */
        lock.unlock();
        std::string opened;
        std::unique_ptr<Xapian::Database> made;
        try {
            made = std::make_unique<Xapian::Database>(location_open(*where, &opened));
        } catch (...) {
            lock.lock();
            out--;
            came_back.notify_one();
            throw;
        }
        lock.lock();
        if (out == 1 || expected.empty() || opened == expected) { /* nobody has one to compare with */
            if (opened != expected && !expected.empty())
                stamp.clear();
            return made;
        }
        out--;
        if (idle.empty())
            came_back.wait(lock, [&] { return !idle.empty() || out == 0; });
    }
}

void engine_snapshot::give_back(std::unique_ptr<Xapian::Database> database, bool broken)
{
    std::lock_guard<std::mutex> lock(mutex);
    out--;
    if (!broken && database)
        try {
            idle.push_back(std::move(database));
        } catch (const std::bad_alloc &) {
            database.reset();
        }
    came_back.notify_one();
}

void engine_snapshot::moved()
{
    std::lock_guard<std::mutex> lock(mutex);
    stamp.clear();
}

libsearch_bytes engine_snapshot::remember_id(uint64_t number, std::string id)
{
    std::lock_guard<std::mutex> lock(mutex);
    return bytes_of(ids.emplace(number, std::move(id)).first->second); /* stays where it is when the table grows */
}

const std::string *engine_snapshot::remembered_id(uint64_t number)
{
    std::lock_guard<std::mutex> lock(mutex);
    const auto known = ids.find(number);
    return known == ids.end() ? nullptr : &known->second;
}

/* ----- ids ----- */

std::string id_of_document(const layout &layout, const Xapian::Document &document)
{
    if (layout.ids == id_source::slot) {
        std::string id = document.get_value(layout.id_slot);
        if (!id.empty())
            return id;
    } else if (layout.ids == id_source::term) {
        auto term = document.termlist_begin();
        term.skip_to(layout.id_prefix);
        if (term != document.termlist_end() && (*term).compare(0, layout.id_prefix.size(), layout.id_prefix) == 0 &&
            (*term).size() > layout.id_prefix.size()) {
            std::string id = (*term).substr(layout.id_prefix.size());
            return layout.id_prefix.size() > 1 && id[0] == ':' ? id.substr(1) : id;
        }
    }
    return std::to_string(document.get_docid());
}

static Xapian::docid first_with(const Xapian::Database &database, const std::string &term)
{
    const auto found = database.postlist_begin(term);
    return found == database.postlist_end(term) ? 0 : *found;
}

static Xapian::docid find_by_slot(const layout &layout, const Xapian::Database &database, const std::string &id)
{
    Xapian::Enquire enquire(database);
    enquire.set_query(Xapian::Query(Xapian::Query::OP_VALUE_RANGE, layout.id_slot, id, id));
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    const Xapian::MSet found = enquire.get_mset(0, 1);
    return found.empty() ? 0 : *found.begin();
}

static Xapian::docid find_by_number(const layout &layout, const Xapian::Database &database, const std::string &id)
{
    char *end;
    const unsigned long number = strtoul(id.c_str(), &end, 10);
    if (id.empty() || id[0] < '1' || id[0] > '9' || *end != '\0' || number > UINT32_MAX)
        return 0;
    try {
        const Xapian::Document document = database.get_document(static_cast<Xapian::docid>(number));
        return id_of_document(layout, document) == id ? document.get_docid() : 0;
    } catch (const Xapian::DocNotFoundError &) {
        return 0;
    }
}

Xapian::docid find_id(const layout &layout, const Xapian::Database &database, libsearch_bytes id)
{
    const std::string text = string_of(id);
    if (layout.ours) {
        const std::string term = term_of_id(id);
        const Xapian::docid found = first_with(database, term);
        /* What was cut is compared whole. */
        return found != 0 && term_was_cut(term) && database.get_document(found).get_value(SLOT_ID) != text ? 0 : found;
    }
    Xapian::docid found = 0;
    if (layout.ids == id_source::slot)
        found = find_by_slot(layout, database, text);
    else if (layout.ids == id_source::term && text.size() + layout.id_prefix.size() < TERM_ROOM) {
        found = first_with(database, layout.id_prefix + text);
        if (found == 0 && layout.id_prefix.size() > 1)
            found = first_with(database, layout.id_prefix + ":" + text);
    }
    return found != 0 ? found : find_by_number(layout, database, text);
}
