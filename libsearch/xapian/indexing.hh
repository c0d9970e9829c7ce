/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a document of ours to one of Xapian's. */
#ifndef LIBSEARCH_XAPIAN_INDEXING_HH
#define LIBSEARCH_XAPIAN_INDEXING_HH

#include <map>
#include <memory>

#include "xapian/analysis.hh"
#include "xapian/layout.hh"

/* One writer's scratch. */
class indexer
{
  public:
    explicit indexer(const libsearch_allocator *with) : allocator(with) {}
    /* The document's fields must be in the layout's schema, with their types. Raises places' `most`; *raised says
     * whether it did. */
    Xapian::Document make(layout &layout, libsearch_bytes id, const libsearch_document *document, bool *raised);

  private:
    word_cutter &cutter_of(const struct analyzer *analyzer);
    struct field_words;
    void add_text(const layout &layout, const struct field *field, libsearch_bytes text, uint32_t from,
                  field_words &sum, Xapian::Document &to);

    const libsearch_allocator *allocator;
    std::map<const struct analyzer *, std::unique_ptr<word_cutter>> cutters;
    /* Analyzers belong to a schema: of which one the cutters are. */
    struct schema *schema = nullptr;

  public:
    ~indexer()
    {
        cutters.clear();
        schema_release(schema);
    }
    indexer(const indexer &) = delete;
    indexer &operator=(const indexer &) = delete;
};

/* What a number, date or keyword is in a value slot. */
std::string slot_value(const struct document_value &value);
std::string slot_number(double number);

#endif
