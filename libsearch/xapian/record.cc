/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/record.hh"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include <sstream>

static void append_escaped(std::string &to, libsearch_bytes bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        switch (bytes.data[i]) {
        case '\\': to += "\\\\"; break;
        case '\n': to += "\\n"; break;
        case '\r': to += "\\r"; break;
        case '\0': to += "\\0"; break;
        default: to += bytes.data[i];
        }
}

static std::string unescaped(const std::string &text)
{
    std::string plain;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            plain += text[i];
            continue;
        }
        const char c = text[++i];
        plain += c == 'n' ? '\n' : c == 'r' ? '\r' : c == '0' ? '\0' : c;
    }
    return plain;
}

/* The same whatever the program's locale. */
static std::string float_text(double number)
{
    std::ostringstream stream;
    stream.imbue(std::locale::classic());
    stream.precision(17);
    stream << number;
    return isinf(number) ? (number > 0 ? "inf" : "-inf") : stream.str();
}

static bool float_of(const std::string &text, double &number)
{
    if (text == "inf" || text == "-inf") {
        number = text[0] == '-' ? -INFINITY : INFINITY;
        return true;
    }
    std::istringstream stream(text);
    stream.imbue(std::locale::classic());
    return (stream >> number) && stream.peek() == std::istringstream::traits_type::eof();
}

static bool integer_of(const std::string &text, int64_t &integer)
{
    char *end;
    errno = 0;
    integer = strtoll(text.c_str(), &end, 10);
    return !text.empty() && *end == '\0' && errno == 0;
}

std::string record_encode(const struct schema *schema, const libsearch_document *document)
{
    std::string data;
    data.reserve(document->bytes + document->count * 32);
    for (size_t i = 0; i < document->count; i++) {
        const struct document_value &value = document->values[i];
        const struct field *field = schema_find(schema, value.field, value.field_length);
        if (field == nullptr || (field->flags & LIBSEARCH_FIELD_NOT_STORED) != 0)
            continue;
        if (!data.empty())
            data += '\n';
        data.append(field->name, field->name_length);
        data += '=';
        if (value.type == LIBSEARCH_INTEGER || value.type == LIBSEARCH_DATE || value.type == LIBSEARCH_BOOLEAN)
            data += std::to_string(value.integer);
        else if (value.type == LIBSEARCH_FLOAT)
            data += float_text(value.number);
        else
            append_escaped(data, value.bytes);
    }
    return data;
}

static bool value_of(const std::string &text, struct document_value &value)
{
    value.bytes = { nullptr, 0 };
    if (value.type == LIBSEARCH_INTEGER || value.type == LIBSEARCH_DATE)
        return integer_of(text, value.integer);
    if (value.type == LIBSEARCH_BOOLEAN) {
        const bool read = integer_of(text, value.integer);
        value.integer = value.integer != 0;
        return read;
    }
    if (value.type == LIBSEARCH_FLOAT)
        return float_of(text, value.number);
    value.bytes = bytes_of(text);
    return true;
}

static void add(libsearch_document *document, const struct document_value &value)
{
    called([&](libsearch_error *error) { return document_add(document, &value, error); });
}

void record_decode(const layout &layout, const std::string &data, libsearch_document *document)
{
    for (size_t from = 0; from < data.size();) {
        const size_t end = std::min(data.find('\n', from), data.size());
        const size_t equals = data.find('=', from);
        const struct field *field = equals == std::string::npos || equals > end
                                        ? nullptr
                                        : schema_find(layout.schema, data.data() + from, equals - from);
        struct document_value value = {};
        if (field == nullptr)
            fail(LIBSEARCH_CORRUPT, "a stored document has a line at byte %zu that is of no field", from);
        value.field = field->name;
        value.field_length = field->name_length;
        value.type = field->type;
        const std::string text = unescaped(data.substr(equals + 1, end - equals - 1));
        if (!value_of(text, value))
            fail(LIBSEARCH_CORRUPT, "a stored document has a bad value of field %s at byte %zu", field->name, from);
        add(document, value);
        from = end + 1;
    }
}

/* ----- others' ----- */

static void add_named(libsearch_document *document, const std::string &name, libsearch_type type,
                      const std::string &text)
{
    struct document_value value = {};
    value.field = name.c_str();
    value.field_length = static_cast<uint32_t>(name.size());
    value.type = type;
    if (text.empty() || !field_name_valid(name.c_str(), name.size()) || !value_of(text, value))
        return;
    const struct document_value *earlier = document_first(document, name.c_str(), name.size());
    if (earlier == nullptr || earlier->type == type)
        add(document, value);
}

/* By custom: caption or title the title, sample the text, others as they are called. */
static void add_line(const layout &layout, const std::string &key, const std::string &text,
                     libsearch_document *document)
{
    for (size_t f = 0; f < layout.schema->count; f++)
        if (layout.places[f].data == key) {
            add_named(document, layout.schema->fields[f]->name, layout.schema->fields[f]->type, text);
            return;
        }
    const struct field *field = schema_find(layout.schema, key.data(), key.size());
    add_named(document, key, field != nullptr ? field->type : LIBSEARCH_STORED, text);
}

static void add_slots(const layout &layout, const Xapian::Document &from, libsearch_document *document)
{
    for (size_t f = 0; f < layout.schema->count; f++) {
        const place &where = layout.places[f];
        const struct field *field = layout.schema->fields[f];
        if (where.slot == Xapian::BAD_VALUENO || document_first(document, field->name, field->name_length) != nullptr)
            continue;
        const std::string raw = from.get_value(where.slot);
        if (raw.empty())
            continue;
        struct document_value value = {};
        value.field = field->name;
        value.field_length = field->name_length;
        value.type = field->type;
        if (field->type == LIBSEARCH_FLOAT)
            value.number = Xapian::sortable_unserialise(raw);
        else if (field->type == LIBSEARCH_INTEGER || field->type == LIBSEARCH_DATE) {
            const double number = Xapian::sortable_unserialise(raw);
            value.integer = number >= -9.2e18 && number <= 9.2e18 ? static_cast<int64_t>(number) : 0;
        } else if (field->type == LIBSEARCH_BOOLEAN)
            value.integer = Xapian::sortable_unserialise(raw) != 0;
        else
            value.bytes = bytes_of(raw);
        add(document, value);
    }
}

void record_decode_foreign(const layout &layout, const Xapian::Document &from, libsearch_document *document)
{
    std::istringstream lines(from.get_data());
    bool any = false;
    std::string rest;
    for (std::string line; std::getline(lines, line);) {
        const size_t equals = line.find('=');
        if (equals != std::string::npos && equals > 0 && field_name_valid(line.c_str(), equals)) {
            add_line(layout, line.substr(0, equals), line.substr(equals + 1), document);
            any = true;
        } else
            rest += (rest.empty() ? "" : "\n") + line;
    }
    if (!any)
        add_named(document, "text", LIBSEARCH_TEXT, rest);
    add_slots(layout, from, document);
}
