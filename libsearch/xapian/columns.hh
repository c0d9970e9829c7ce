/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of documents in slots: to sort by, to count, to fold by.
 *
 * A value is the string that its slot holds, for numbers and dates sortable_serialise's: strings compare as what they
 * stand for. The values of a field in one document are different and rise from slot to slot (indexing.cc). */
#ifndef LIBSEARCH_XAPIAN_COLUMNS_HH
#define LIBSEARCH_XAPIAN_COLUMNS_HH

#include "xapian/layout.hh"

struct column {
    const struct field *field;
    const place *where;

    Xapian::valueno slot(unsigned i) const { return where->slot_of(field->number, i); }
    /* Calls each(value) for the document's values, rising. */
    template <class Each> void values(const Xapian::Document &document, Each each) const
    {
        for (unsigned i = 0; i < where->most; i++) {
            const std::string value = document.get_value(slot(i));
            if (value.empty())
                return;
            each(value);
        }
    }
};

/* INVALID where the field is not there or has text; UNSUPPORTED where it has no slot. */
column column_of(const layout &layout, const char *field);

/* A number's or date's value as a number. */
double number_of_value(const std::string &value);
int64_t integer_of_value(const std::string &value);

/* Counts what a search takes, up to what it may. */
class budget
{
  public:
    explicit budget(size_t may_take) : left(may_take) {}
    void take(size_t bytes)
    {
        if (bytes > left)
            fail(LIBSEARCH_LIMIT, "the search would take more memory than it may");
        left -= bytes;
    }
    void give_back(size_t bytes) { left += bytes; }

  private:
    size_t left;
};

#endif
