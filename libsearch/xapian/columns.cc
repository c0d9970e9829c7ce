/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/columns.hh"

column column_of(const layout &layout, const char *name)
{
    const struct field *field = schema_find(layout.schema, name, strlen(name));
    if (field == nullptr)
        fail(LIBSEARCH_INVALID, "the index has no field '%s'", name);
    if (field->type == LIBSEARCH_TEXT || field->type == LIBSEARCH_STORED)
        fail(LIBSEARCH_INVALID, "field '%s' has no keywords or numbers", name);
    const place &where = layout.places[field->number];
    if (where.slot == Xapian::BAD_VALUENO)
        fail(LIBSEARCH_UNSUPPORTED, "field '%s' has no value slot", name);
    return { field, &where };
}

double number_of_value(const std::string &value) { return Xapian::sortable_unserialise(value); }

int64_t integer_of_value(const std::string &value)
{
    const double number = number_of_value(value);
    return number >= 9223372036854775807.0    ? INT64_MAX
           : number <= -9223372036854775808.0 ? INT64_MIN
                                              : static_cast<int64_t>(number);
}
