/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/layout.hh"

#include <stdlib.h>

#include <algorithm>
#include <sstream>

#include "xapian/terms.hh"

layout::~layout() { schema_release(schema); }

/* ----- prefixes ----- */

/* Xapian's customary prefixes for what fields are usually called; each is given once. */
static std::string customary(const std::string &name)
{
    static const struct {
        const char *name, *prefix;
    } customs[] = { { "title", "S" },  { "keyword", "K" },  { "keywords", "K" }, { "tag", "K" }, { "tags", "K" },
                    { "author", "A" }, { "language", "L" }, { "host", "H" },     { "path", "P" } };
    for (const auto &custom : customs)
        if (name == custom.name)
            return custom.prefix;
    return "";
}

/* X and the name's letters as capitals; with B, C … where that is taken. */
static std::string made_up(const std::string &name)
{
    std::string prefix = "X";
    for (const char c : name)
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            prefix += static_cast<char>(c & ~0x20);
    prefix.resize(std::min<size_t>(prefix.size(), 40));
    return prefix.size() == 1 ? "XFIELD" : prefix;
}

static bool is_taken(const std::vector<place> &places, const std::string &prefix)
{
    return prefix.empty() || prefix == "XLSNOTBODY" ||
           std::any_of(places.begin(), places.end(), [&](const place &other) { return other.prefix == prefix; });
}

static std::string free_prefix(const std::vector<place> &places, const std::string &name)
{
    std::string prefix = customary(name);
    if (!is_taken(places, prefix))
        return prefix;
    const std::string base = made_up(name);
    prefix = base;
    for (unsigned next = 1; is_taken(places, prefix); next++) {
        prefix = base;
        for (unsigned rest = next; rest > 0; rest = (rest - 1) / 25)
            prefix += static_cast<char>('B' + (rest - 1) % 25);
    }
    return prefix;
}

static bool is_body(const struct field *field) { return field->in_group && strcmp(field->name, "text") == 0; }

void layout::place_fields()
{
    for (size_t f = places.size(); f < schema->count; f++) {
        const struct field *field = schema->fields[f];
        place made;
        if ((field->type == LIBSEARCH_TEXT && !is_body(field)) || field->type == LIBSEARCH_KEYWORD)
            made.prefix = free_prefix(places, field->name);
        if (field->type != LIBSEARCH_TEXT && field->type != LIBSEARCH_STORED &&
            (field->flags & LIBSEARCH_FIELD_NO_COLUMN) == 0)
            made.slot = static_cast<Xapian::valueno>(SLOT_FIRST + f);
        places.push_back(made);
    }
}

const struct field *layout::body() const
{
    for (size_t f = 0; f < schema->count; f++)
        if (schema->fields[f]->in_group && places[f].prefix.empty())
            return schema->fields[f];
    return nullptr;
}

bool layout::body_shares() const
{
    size_t group = 0;
    for (size_t f = 0; f < schema->count; f++)
        group += schema->fields[f]->in_group;
    return group > 1;
}

/* ----- in the metadata ----- */

void layout::store(Xapian::WritableDatabase &database) const
{
    struct buffer encoded;
    buffer_init(&encoded, schema->allocator);
    schema_encode(schema, &encoded);
    const bool failed = encoded.failed;
    const std::string bytes(failed ? "" : reinterpret_cast<const char *>(encoded.data), failed ? 0 : encoded.length);
    buffer_free(&encoded);
    if (failed)
        throw std::bad_alloc();
    std::ostringstream table;
    for (size_t f = 0; f < places.size(); f++) {
        table << f << '\t' << schema->fields[f]->name << '\t' << schema->fields[f]->type << '\t' << places[f].prefix
              << '\t';
        if (places[f].slot != Xapian::BAD_VALUENO)
            table << places[f].slot;
        table << '\t' << places[f].most << '\n';
    }
    database.set_metadata("libsearch.version", "1");
    database.set_metadata("libsearch.schema", bytes);
    database.set_metadata("libsearch.fields", table.str());
}

static std::vector<std::string> split(const std::string &text, char separator)
{
    std::vector<std::string> parts(1);
    for (const char c : text)
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

static bool read_whole(const std::string &text, unsigned long most, unsigned long &number)
{
    char *end;
    if (text.empty() || text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    number = strtoul(text.c_str(), &end, 10);
    return errno == 0 && *end == '\0' && number <= most;
}

static bool prefix_valid(const std::string &prefix)
{
    return prefix.size() <= 64 &&
           std::all_of(prefix.begin(), prefix.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == ':'; });
}

static void load_places(layout &made, const std::string &table, const std::string &name)
{
    std::istringstream lines(table);
    std::string line;
    for (size_t f = 0; f < made.schema->count; f++) {
        unsigned long number = 0, slot = 0, most = 0;
        if (!std::getline(lines, line))
            fail(LIBSEARCH_CORRUPT, "%s: libsearch.fields has no line for field %zu", name.c_str(), f);
        const auto parts = split(line, '\t');
        if (parts.size() != 6 || !read_whole(parts[0], f, number) || number != f ||
            parts[1] != made.schema->fields[f]->name || !prefix_valid(parts[3]) ||
            (!parts[4].empty() && !read_whole(parts[4], SLOT_FIRST + LIBSEARCH_MAX_FIELDS, slot)) ||
            !read_whole(parts[5], MORE_VALUES + 1, most))
            fail(LIBSEARCH_CORRUPT, "%s: libsearch.fields has a bad line for field %zu", name.c_str(), f);
        place found;
        found.prefix = parts[3];
        found.slot = parts[4].empty() ? Xapian::BAD_VALUENO : static_cast<Xapian::valueno>(slot);
        found.most = static_cast<unsigned>(most);
        made.places.push_back(found);
    }
}

std::shared_ptr<layout> layout_load(const libsearch_allocator *allocator, const analyzers_pointer &analyzers,
                                    const Xapian::Database &database, const std::string &name)
{
    const std::string version = database.get_metadata("libsearch.version");
    if (version.empty())
        return nullptr;
    if (version != "1")
        fail(LIBSEARCH_VERSION, "%s: written in layout %.20s, and this library knows 1", name.c_str(), version.c_str());
    auto made = std::make_shared<layout>();
    const std::string bytes = database.get_metadata("libsearch.schema");
    struct cursor from = cursor_of(bytes.data(), bytes.size());
    called([&](libsearch_error *error) {
        return schema_decode(allocator, analyzers.get(), &from, name.c_str(), &made->schema, error);
    });
    load_places(*made, database.get_metadata("libsearch.fields"), name);
    made->ours = true;
    made->commit_bytes = database.get_metadata("libsearch.bytes");
    made->commit = strtoull(database.get_metadata("libsearch.commit").c_str(), nullptr, 10);
    return made;
}

layout_pointer layout_join(const std::vector<std::shared_ptr<layout>> &parts, const std::vector<std::string> &names)
{
    size_t widest = 0;
    for (size_t i = 1; i < parts.size(); i++)
        if (parts[i]->schema->count > parts[widest]->schema->count)
            widest = i;
    layout &all = *parts[widest];
    for (size_t i = 0; i < parts.size(); i++) {
        const layout &part = *parts[i];
        for (size_t f = 0; f < part.schema->count; f++) {
            const struct field *ours = all.schema->fields[f], *theirs = part.schema->fields[f];
            if (strcmp(ours->name, theirs->name) != 0 || ours->type != theirs->type ||
                ours->in_group != theirs->in_group || all.places[f].prefix != part.places[f].prefix ||
                (theirs->type == LIBSEARCH_TEXT &&
                 strcmp(analyzer_chain(ours->analyzer), analyzer_chain(theirs->analyzer)) != 0))
                fail(LIBSEARCH_INVALID, "%s and %s cannot be searched as one: field %zu is not the same in both",
                     names[widest].c_str(), names[i].c_str(), f);
            all.places[f].most = std::max(all.places[f].most, part.places[f].most);
        }
        if (strcmp(analyzer_chain(all.schema->analyzers[0]), analyzer_chain(part.schema->analyzers[0])) != 0)
            fail(LIBSEARCH_INVALID, "%s and %s cannot be searched as one: their analyzers differ",
                 names[widest].c_str(), names[i].c_str());
    }
    return parts[widest];
}

/* ----- others' ----- */

static void add_field(layout &made, const char *name, libsearch_type type, const place &where)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = name;
    field.type = type;
    called([&](libsearch_error *error) { return schema_add(made.schema, &field, nullptr, error); });
    made.places.resize(made.schema->count);
    made.places.back() = where;
}

/* Whether there are terms that begin so, and go on with what no prefix does. */
static bool has_terms(const Xapian::Database &database, const std::string &prefix)
{
    unsigned looked = 0;
    for (auto term = database.allterms_begin(prefix); term != database.allterms_end(prefix) && looked < 1000;
         ++term, looked++)
        if ((*term).size() > prefix.size())
            return true;
    return false;
}

static void new_schema(layout &made, const libsearch_allocator *allocator, const analyzers_pointer &analyzers,
                       const char *analyzer)
{
    called([&](libsearch_error *error) {
        return schema_new_of(allocator, analyzers.get(), analyzer, &made.schema, error);
    });
}

/* Where ids are, when nobody says: Q, else U, else the number. */
static void find_ids(layout &made, const Xapian::Database &database)
{
    made.ids = id_source::number;
    for (const char *prefix : { "Q", "U" })
        if (has_terms(database, prefix)) {
            made.ids = id_source::term;
            made.id_prefix = prefix;
            return;
        }
}

layout_pointer layout_foreign(const libsearch_allocator *allocator, const analyzers_pointer &analyzers,
                              const Xapian::Database &database, const char *analyzer)
{
    auto made = std::make_shared<layout>();
    made->stems = has_terms(database, "Z");
    made->stem_positions = false;
    new_schema(*made, allocator, analyzers, analyzer != nullptr ? analyzer : made->stems ? "english" : "standard");
    find_ids(*made, database);
    place title, text;
    title.prefix = "S";
    title.data = "caption";
    text.data = "sample";
    add_field(*made, "title", LIBSEARCH_TEXT, title);
    add_field(*made, "text", LIBSEARCH_TEXT, text);
    return made;
}

/* ----- a table in a file ----- */

/* One line:  field NAME TYPE [prefix=P] [slot=N] [data=KEY] */
static void map_field(layout &made, const std::vector<std::string> &words, const std::string &where)
{
    static const char *const types[] = { "", "text", "keyword", "integer", "float", "date", "stored", "boolean" };
    libsearch_type type = LIBSEARCH_TEXT;
    bool known = false;
    if (words.size() >= 3)
        for (int t = LIBSEARCH_TEXT; t <= LIBSEARCH_STORED; t++)
            if (words[2] == types[t]) {
                type = static_cast<libsearch_type>(t);
                known = true;
            }
    if (!known)
        fail(LIBSEARCH_INVALID, "%s: field NAME TYPE, TYPE being text, keyword, integer, float, date or stored",
             where.c_str());
    place found;
    for (size_t i = 3; i < words.size(); i++) {
        unsigned long slot = 0;
        if (words[i].compare(0, 7, "prefix=") == 0 && prefix_valid(words[i].substr(7)))
            found.prefix = words[i].substr(7);
        else if (words[i].compare(0, 5, "slot=") == 0 && read_whole(words[i].substr(5), 0xfffffffeUL, slot)) {
            found.slot = static_cast<Xapian::valueno>(slot);
            found.most = 1;
        } else if (words[i].compare(0, 5, "data=") == 0)
            found.data = words[i].substr(5);
        else
            fail(LIBSEARCH_INVALID, "%s: not understood: %.100s", where.c_str(), words[i].c_str());
    }
    add_field(made, words[1].c_str(), type, found);
}

static std::vector<std::string> words_of(const std::string &line)
{
    std::istringstream stream(line.substr(0, line.find('#')));
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

static std::vector<std::string> lines_of(const std::string &file)
{
    std::vector<std::string> lines;
    FILE *opened = fopen(file.c_str(), "re");
    char line[4096];
    if (opened == nullptr)
        fail(errno == ENOENT ? LIBSEARCH_NOT_FOUND : LIBSEARCH_IO, "%s: %s", file.c_str(), strerrordesc_np(errno));
    while (fgets(line, sizeof line, opened) != nullptr)
        lines.emplace_back(line);
    fclose(opened);
    return lines;
}

layout_pointer layout_mapped(const libsearch_allocator *allocator, const analyzers_pointer &analyzers,
                             const Xapian::Database &database, const std::string &file)
{
    const auto lines = lines_of(file);
    auto made = std::make_shared<layout>();
    made->stems = has_terms(database, "Z");
    made->stem_positions = false;
    find_ids(*made, database);
    std::string analyzer = made->stems ? "english" : "standard";
    for (const auto &line : lines) {
        const auto words = words_of(line);
        if (words.size() == 2 && words[0] == "analyzer")
            analyzer = words[1];
    }
    new_schema(*made, allocator, analyzers, analyzer.c_str());
    for (size_t i = 0; i < lines.size(); i++) {
        const auto words = words_of(lines[i]);
        const std::string where = file + ", line " + std::to_string(i + 1);
        unsigned long slot = 0;
        if (words.empty() || words[0] == "analyzer")
            continue;
        if (words[0] == "field")
            map_field(*made, words, where);
        else if (words.size() == 2 && words[0] == "id" && words[1] == "number")
            made->ids = id_source::number;
        else if (words.size() == 2 && words[0] == "id" && words[1].compare(0, 7, "prefix=") == 0 &&
                 prefix_valid(words[1].substr(7)) && words[1].size() > 7) {
            made->ids = id_source::term;
            made->id_prefix = words[1].substr(7);
        } else if (words.size() == 2 && words[0] == "id" && words[1].compare(0, 5, "slot=") == 0 &&
                   read_whole(words[1].substr(5), 0xfffffffeUL, slot)) {
            made->ids = id_source::slot;
            made->id_slot = static_cast<Xapian::valueno>(slot);
        } else
            fail(LIBSEARCH_INVALID, "%s: a line begins with field, id or analyzer", where.c_str());
    }
    return made;
}
