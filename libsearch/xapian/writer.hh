/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The writer. Everything between two commits is one transaction of Xapian's, so that nothing is to be seen before the
 * commit, however much there is, and what was not committed can be dropped.
 *
 * A document that is put again is deleted and added anew: the numbers of documents follow the order of put, and a
 * number never comes to mean another document. */
#ifndef LIBSEARCH_XAPIAN_WRITER_HH
#define LIBSEARCH_XAPIAN_WRITER_HH

#include "xapian/indexing.hh"

struct engine_writer {
    /* Takes the lock of the database at path, waiting so many milliseconds for it. */
    engine_writer(const libsearch_allocator *allocator, analyzers_pointer analyzers, const std::string &path,
                  int64_t lock_wait);
    ~engine_writer();

    void add_field(const libsearch_field *field);
    void put(libsearch_bytes id, const libsearch_document *document, bool if_absent);
    void remove(libsearch_bytes id);
    uint64_t remove_matching(const libsearch_query *query);
    void prepare(libsearch_bytes bytes);
    void finish();
    void cancel();
    void rollback();
    void compact(unsigned flags);

  private:
    void open(int64_t lock_wait);
    void load();
    void begin() { database->begin_transaction(); }
    void check_usable() const;
    /* Runs work; where it fails in the database, not in what was asked, the writer is finished. */
    template <class Work> void change(Work work);
    void grow(const libsearch_document *document);

    const libsearch_allocator *allocator;
    const analyzers_pointer analyzers; /* before the layout, which uses them */
    const std::string path;
    std::unique_ptr<Xapian::WritableDatabase> database;
    std::shared_ptr<layout> meaning;
    std::unique_ptr<indexer> words;
    std::string bytes; /* of the commit being prepared */
    bool prepared = false, lost = false, layout_changed = false;
};

/* Makes a new database with these fields. */
void database_create(const libsearch_allocator *allocator, const analyzers_pointer &analyzers, const std::string &path,
                     const libsearch_open_options *options);

#endif
