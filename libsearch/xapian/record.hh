/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stored fields in a document's data: lines of name=value, as Omega and others write and read them. A backslash, a
 * line feed, a carriage return and a zero byte in a value are written \\ \n \r \0. Integers are decimal, dates decimal
 * milliseconds since 1970, floats with 17 digits; a field with several values has as many lines. */
#ifndef LIBSEARCH_XAPIAN_RECORD_HH
#define LIBSEARCH_XAPIAN_RECORD_HH

#include "xapian/layout.hh"

std::string record_encode(const struct schema *schema, const libsearch_document *document);
/* Fills an empty document. CORRUPT for what record_encode does not write. */
void record_decode(const layout &layout, const std::string &data, libsearch_document *document);
/* The same of another program's document: what has no `=` is taken as the text. */
void record_decode_foreign(const layout &layout, const Xapian::Document &from, libsearch_document *document);

#endif
