/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/model.hh"

#include <locale.h>
#include <math.h>

#include <locale>
#include <sstream>

const char *model_default_text() { return "bm25-xapian:k1=1,b=0.5,k3=1,min_normlen=0.5"; }

double model_presence(uint64_t documents, uint64_t with)
{
    const double n = static_cast<double>(with);
    double odds = (static_cast<double>(documents) - n + 0.5) / (n + 0.5);
    if (odds < 2)
        odds = odds * 0.5 + 1;
    return odds > 1 ? log(odds) : 0;
}

static bool read_number(const std::string &text, double most, double &number)
{
    std::istringstream stream(text);
    stream.imbue(std::locale::classic());
    double value;
    /* As floats, as the native engine takes them. */
    if (!(stream >> value) || stream.peek() != std::istringstream::traits_type::eof() || !(value >= 0) || value > most)
        return false;
    number = static_cast<double>(static_cast<float>(value));
    return true;
}

static bool read_parameter(model &parsed, const std::string &text)
{
    const size_t equals = text.find('=');
    if (equals == std::string::npos)
        return false;
    const std::string name = text.substr(0, equals), value = text.substr(equals + 1);
    if (name == "k1")
        return read_number(value, 1000, parsed.k1);
    if (name == "b")
        return read_number(value, 1, parsed.b);
    if (name == "k3")
        return read_number(value, 1000, parsed.k3);
    return name == "min_normlen" && read_number(value, 1000, parsed.min_normlen);
}

model model_read(const char *text)
{
    model parsed;
    const std::string whole = text == nullptr ? "default" : text;
    if (whole == "default")
        return parsed;
    static const std::string name = "bm25-xapian";
    const std::string model_name = whole.substr(0, whole.find(':'));
    for (const char *other : { "bm25", "bm25+", "bm25l", "tf-idf", "pl2", "dph", "lm-dirichlet", "lm-jm", "boolean" })
        if (model_name == other)
            fail(LIBSEARCH_UNSUPPORTED, "model '%s': the xapian engine ranks by bm25-xapian", whole.c_str());
    if (model_name != name)
        fail(LIBSEARCH_INVALID, "model '%s' is none of default, bm25-xapian", whole.c_str());
    size_t at = name.size();
    for (char separator = ':'; at < whole.size(); separator = ',') {
        const size_t end = std::min(whole.find(',', at + 1), whole.size());
        if (whole[at] != separator || !read_parameter(parsed, whole.substr(at + 1, end - at - 1)))
            fail(LIBSEARCH_INVALID, "model '%s': not a parameter at byte %zu (such as bm25-xapian:k1=1,b=0.5)",
                 whole.c_str(), at);
        at = end;
    }
    return parsed;
}
