/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot and its pool of Xapian handles.
 *
 * A Xapian::Database belongs to one thread at a time, and a snapshot of ours to any number. Each call borrows a handle
 * and gives it back; where all are out another is opened, and kept only if it shows the same commit, so that all
 * threads see one; else the call waits for a handle to come back.
 *
 * Xapian keeps the blocks of a commit until the second commit after it. What a handle shows may be overwritten then:
 * the call in which Xapian notices is done once more on the newest commit, and where that fails, too, it is STALE.
 * Document numbers are never given twice by our writer, so one never comes to mean another document. */
#ifndef LIBSEARCH_XAPIAN_SNAPSHOT_HH
#define LIBSEARCH_XAPIAN_SNAPSHOT_HH

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "xapian/layout.hh"
#include "xapian/location.hh"

struct engine_snapshot {
  public:
    engine_snapshot(const libsearch_allocator *allocator, std::shared_ptr<const location> where, layout_pointer meaning,
                    std::unique_ptr<Xapian::Database> first, std::string stamp);

    /* Runs work(Xapian::Database &) with a handle of its own, twice where the commit has gone. */
    template <class Work> auto with_database(Work work)
    {
        lease borrowed(*this);
        try {
            return work(*borrowed.database);
        } catch (const Xapian::DatabaseModifiedError &) {
            borrowed.database->reopen();
            moved();
            return work(*borrowed.database);
        } catch (const Xapian::NetworkError &) {
            borrowed.broken = true; /* the connection is of no more use */
            throw;
        }
    }

    libsearch_bytes remember_id(uint64_t number, std::string id);
    /* NULL where it was not asked for before. */
    const std::string *remembered_id(uint64_t number);

    const libsearch_allocator *const allocator;
    const std::shared_ptr<const location> where;
    const layout_pointer meaning;
    uint64_t documents = 0, tokens = 0, commit = 0, bytes = 0; /* as opened */
    std::string model;
    unsigned references = 1; /* atomic */

  private:
    struct lease {
        explicit lease(engine_snapshot &from) : snapshot(from), database(from.borrow()) {}
        ~lease() { snapshot.give_back(std::move(database), broken); }
        engine_snapshot &snapshot;
        std::unique_ptr<Xapian::Database> database;
        bool broken = false;
    };
    std::unique_ptr<Xapian::Database> borrow();
    void give_back(std::unique_ptr<Xapian::Database> database, bool broken);
    /* The snapshot has gone on to a newer commit. */
    void moved();

    std::mutex mutex;
    std::condition_variable came_back;
    std::vector<std::unique_ptr<Xapian::Database>> idle;
    size_t out = 0;
    std::string stamp; /* of what its handles show; empty: not to be compared (any more) */
    std::unordered_map<uint64_t, std::string> ids;
};

/* The id that a document has by the layout. */
std::string id_of_document(const layout &layout, const Xapian::Document &document);
/* The number of the document with this id; 0: none. */
Xapian::docid find_id(const layout &layout, const Xapian::Database &database, libsearch_bytes id);

#endif
