/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the terms, value slots and data of a database mean: ours by the table in its metadata, others' by Xapian's
 * customs or by a table that the caller gives.
 *
 * Metadata of a database that we wrote (keys; values are bytes):
 *
 *     libsearch.version   "1"
 *     libsearch.schema    schema_encode: fields and analyzers, with the chains of the analyzers
 *     libsearch.fields    for people and for other programs, and to read back: a line for each field,
 *                         number TAB name TAB type TAB prefix TAB first slot TAB most values of one document
 *     libsearch.commit    decimal, the number of commits
 *     libsearch.bytes     the program's own bytes of the newest commit
 *
 * Value slots: 0 the id; 16 + number the first value of a field; 4096 + number * 64 … its further ones. The values of a
 * field in one document are different and rise. */
#ifndef LIBSEARCH_XAPIAN_LAYOUT_HH
#define LIBSEARCH_XAPIAN_LAYOUT_HH

#include <memory>
#include <vector>

#include "xapian/core.hh"

enum { SLOT_ID = 0, SLOT_FIRST = 16, SLOT_MORE = 4096, MORE_VALUES = 64 };

/* A field as the database has it; stands beside the schema's field of the same number. */
struct place {
    std::string prefix; /* of its terms; empty: it has none of its own */
    Xapian::valueno slot = Xapian::BAD_VALUENO;
    unsigned most = 0; /* values of one document, as far as slots hold them */
    std::string data;  /* foreign: the key of its value in the document's data */

    Xapian::valueno slot_of(size_t field, size_t value) const
    {
        return value == 0 ? slot : static_cast<Xapian::valueno>(SLOT_MORE + field * MORE_VALUES + value - 1);
    }
};

enum class id_source { slot, term, number };

struct layout {
    struct schema *schema = nullptr; /* a reference */
    std::vector<place> places;
    bool ours = false;
    bool stems = true;          /* there are Z terms */
    bool stem_positions = true; /* phrases look at Z terms, else at words as written */
    id_source ids = id_source::slot;
    std::string id_prefix; /* id_source::term: empty for Q, then U */
    Xapian::valueno id_slot = SLOT_ID;
    std::string commit_bytes;
    uint64_t commit = 0;

    layout() = default;
    layout(const layout &) = delete;
    layout &operator=(const layout &) = delete;
    ~layout();

    /* Makes places for fields that the schema has gained. */
    void place_fields();
    /* The default field that plain words without a prefix are taken for, or NULL. */
    const struct field *body() const;
    /* True where other default fields than the body share its terms. */
    bool body_shares() const;
    void store(Xapian::WritableDatabase &database) const;
};

using layout_pointer = std::shared_ptr<const layout>;
/* The program's own analyzers; may be null. */
using analyzers_pointer = std::shared_ptr<struct analyzer_set>;

/* A database that we wrote; null where it is not ours. */
std::shared_ptr<layout> layout_load(const libsearch_allocator *allocator, const analyzers_pointer &analyzers,
                                    const Xapian::Database &database,
                                    const std::string &name);
/* The one layout of several databases that are searched as one. INVALID where they do not fit together. */
layout_pointer layout_join(const std::vector<std::shared_ptr<layout>> &parts, const std::vector<std::string> &names);
/* Another program's, by custom; analyzer: NULL for english where there are stems, else standard. */
layout_pointer layout_foreign(const libsearch_allocator *allocator, const analyzers_pointer &analyzers,
                              const Xapian::Database &database, const char *analyzer);
/* By the table in a file. */
layout_pointer layout_mapped(const libsearch_allocator *allocator, const analyzers_pointer &analyzers,
                             const Xapian::Database &database, const std::string &file);

#endif
