/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the binding costs: the same documents put and the same questions asked through libsearch and the xapian engine,
 * and by a plain C++ program over libxapian, in one run, by turns.
 *
 *     bench-binding DOCS.jsonl QUERIES.tsv FOLDER [ROUNDS [DOCUMENTS]]
 *
 * The C++ side is what a Xapian program does: TermGenerator with STEM_SOME_FULL_POS, title under S and without a prefix,
 * text without, a Q term, the id in a slot, data of two lines; one transaction; then an Enquire for each question, an OR
 * of its different stems, BM25Weight, ten documents with their ids. The analyzer is plain-english: the same stemmer, no
 * stop words, nothing split further. Both look the id up before a document is put, as a put by id has to. Put is compared
 * twice: with that, and with a C++ program that writes the same terms as the engine (stems of numbers, too, and
 * XLSNOTBODY terms).
 *
 * CPU seconds of the process. In each round both sides have their turn, now the one first, now the other; given are the
 * least of each side, and the median of the rounds' ratios, which a busy machine disturbs less. Under bench/binding/count
 * (callgrind) each part is done once, and its instructions are counted instead. DOCUMENTS: only so many of the first are
 * put where putting is measured; questions are asked of all. */
#include <libsearch-xapian.h>
#include <xapian.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name) ((void)(name))
#endif

namespace
{

struct document {
    std::string id, title, text;
};

[[noreturn]] void stop(const std::string &what)
{
    fprintf(stderr, "bench-binding: %s\n", what.c_str());
    exit(1);
}

/* A string of a JSON line; what is escaped beyond \n, \t, \" and \\ becomes a blank. */
std::string json_text(const std::string &line, const char *key)
{
    const std::string quoted = std::string("\"") + key + "\": \"";
    std::string text;
    size_t at = line.find(quoted);
    if (at == std::string::npos)
        return text;
    for (at += quoted.size(); at < line.size() && line[at] != '"'; at++) {
        if (line[at] != '\\') {
            text += line[at];
            continue;
        }
        const char c = line[++at];
        text += c == '"' || c == '\\' || c == '/' ? c : ' ';
        at += c == 'u' ? 4 : 0;
    }
    return text;
}

std::vector<document> read_documents(const char *path)
{
    std::vector<document> documents;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        documents.push_back({ json_text(line, "id"), json_text(line, "title"), json_text(line, "text") });
    if (documents.empty())
        stop(std::string(path) + " has no documents");
    return documents;
}

std::vector<std::string> read_questions(const char *path)
{
    std::vector<std::string> questions;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (line.find('\t') != std::string::npos)
            questions.push_back(line.substr(line.find('\t') + 1));
    return questions;
}

double cpu_seconds()
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/* ----- through libsearch ----- */

libsearch_bytes bytes_of(const std::string &text) { return { text.data(), text.size() }; }

void must(libsearch_status status, const libsearch_error &error)
{
    if (status != LIBSEARCH_OK)
        stop(error.message);
}

libsearch_index *open_ours(const std::string &folder, unsigned flags)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = nullptr;
    options.engine = libsearch_xapian_engine();
    options.analyzer = "plain-english";
    must(libsearch_open(folder.c_str(), flags, &options, &index, &error), error);
    return index;
}

void put_ours(const std::string &folder, const std::vector<document> &documents)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = open_ours(folder, LIBSEARCH_CREATE);
    libsearch_writer *writer = nullptr;
    must(libsearch_writer_open(index, nullptr, &writer, &error), error);
    libsearch_document *made = libsearch_document_new(index);
    for (const auto &document : documents) {
        libsearch_document_clear(made);
        libsearch_document_set_text(made, "title", bytes_of(document.title));
        libsearch_document_set_text(made, "text", bytes_of(document.text));
        must(libsearch_writer_put(writer, bytes_of(document.id), made, &error), error);
    }
    must(libsearch_writer_commit(writer, &error), error);
    libsearch_document_free(made);
    libsearch_writer_close(writer);
    libsearch_close(index);
}

size_t ask_ours(libsearch_index *index, const std::vector<std::string> &questions)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_snapshot *snapshot = nullptr;
    size_t sum = 0;
    must(libsearch_snapshot_open(index, &snapshot, &error), error);
    for (const auto &question : questions) {
        libsearch_query *query = nullptr;
        libsearch_results *results = nullptr;
        must(libsearch_query_parse(index, bytes_of(question), LIBSEARCH_PARSE_WORDS, &query, &error), error);
        must(libsearch_snapshot_search(snapshot, query, &options, &results, &error), error);
        for (size_t i = 0; i < libsearch_results_count(results); i++)
            sum += libsearch_results_id(results, i).length;
        libsearch_results_free(results);
        libsearch_query_free(query);
    }
    libsearch_snapshot_free(snapshot);
    return sum;
}

/* ----- plain ----- */

/* What the engine writes beyond that: stems of numbers, too, and which stems of the title the text has not
 * (docs/xapian.md). body: the position before the text's first word. */
void add_what_the_engine_adds(Xapian::Document &made, const Xapian::Stem &stemmer, Xapian::termpos body)
{
    struct posting {
        std::string term;
        Xapian::termpos position;
    };
    std::vector<posting> more;
    std::vector<std::string> outside;
    for (auto term = made.termlist_begin(); term != made.termlist_end(); ++term) {
        const std::string whole = *term;
        const size_t prefix = whole[0] == 'S' ? 1 : 0;
        if (isdigit(static_cast<unsigned char>(whole[prefix])) != 0) {
            const std::string stem = "Z" + whole.substr(0, prefix) + stemmer(whole.substr(prefix));
            for (auto at = term.positionlist_begin(); at != term.positionlist_end(); ++at)
                more.push_back({ stem, *at });
        }
    }
    for (const auto &one : more)
        made.add_posting(one.term, one.position);
    auto term = made.termlist_begin();
    for (term.skip_to("ZS"); term != made.termlist_end() && (*term).compare(0, 2, "ZS") == 0; ++term) {
        auto same = made.termlist_begin();
        same.skip_to("Z" + (*term).substr(2));
        auto at = same.positionlist_begin();
        at.skip_to(body + 1);
        if (at == same.positionlist_end())
            outside.push_back("XLSNOTBODY" + (*term).substr(2));
    }
    for (const auto &one : outside)
        made.add_boolean_term(one);
}

void put_plain(const std::string &folder, const std::vector<document> &documents, bool same_terms)
{
    const Xapian::Stem stemmer("english");
    Xapian::WritableDatabase database(folder, Xapian::DB_CREATE);
    Xapian::TermGenerator generator;
    generator.set_stemmer(Xapian::Stem("english"));
    generator.set_stemming_strategy(Xapian::TermGenerator::STEM_SOME_FULL_POS);
    database.begin_transaction();
    for (const auto &document : documents) {
        Xapian::Document made;
        generator.set_document(made);
        generator.set_termpos(0);
        generator.index_text(document.title, 1, "S");
        generator.set_termpos(0);
        generator.index_text(document.title);
        generator.increase_termpos(64);
        const Xapian::termpos body = generator.get_termpos();
        generator.index_text(document.text);
        if (same_terms)
            add_what_the_engine_adds(made, stemmer, body);
        made.add_boolean_term("Q" + document.id);
        made.add_value(0, document.id);
        made.set_data("title=" + document.title + "\ntext=" + document.text);
        database.replace_document("Q" + document.id, made);
    }
    database.commit_transaction();
}

/* Each different stem once, with how often the question has it. */
Xapian::Query query_of(const Xapian::Stem &stemmer, const std::string &question)
{
    std::map<std::string, unsigned> stems;
    std::vector<Xapian::Query> parts;
    std::string word;
    for (const char c : question + " ") {
        if (isalnum(static_cast<unsigned char>(c)) != 0) {
            word += static_cast<char>(tolower(c));
            continue;
        }
        if (!word.empty())
            stems["Z" + stemmer(word)]++;
        word.clear();
    }
    for (const auto &stem : stems)
        parts.emplace_back(stem.first, stem.second);
    return Xapian::Query(Xapian::Query::OP_OR, parts.begin(), parts.end());
}

size_t ask_plain(const Xapian::Database &database, const std::vector<std::string> &questions)
{
    size_t sum = 0;
    const Xapian::Stem stemmer("english");
    for (const auto &question : questions) {
        Xapian::Enquire enquire(database);
        enquire.set_query(query_of(stemmer, question));
        enquire.set_weighting_scheme(Xapian::BM25Weight(1, 0, 1, 0.5, 0.5));
        const Xapian::MSet found = enquire.get_mset(0, 10);
        for (auto hit = found.begin(); hit != found.end(); ++hit)
            sum += hit.get_document().get_value(0).size();
    }
    return sum;
}

/* One piece of work as both sides do it, and what it took them. */
struct comparison {
    const char *name;
    std::vector<double> seconds[2];

    template <class Work> void time(int side, Work work)
    {
        const std::string said = std::string(name) + (side == 0 ? ", binding" : ", plain");
        CALLGRIND_START_INSTRUMENTATION;
        CALLGRIND_ZERO_STATS;
        const double from = cpu_seconds();
        work();
        seconds[side].push_back(cpu_seconds() - from);
        CALLGRIND_DUMP_STATS_AT(said.c_str());
        CALLGRIND_STOP_INSTRUMENTATION;
    }
    template <class Binding, class Plain> void round(Binding binding, Plain plain)
    {
        const bool binding_first = seconds[0].size() % 2 == 0;
        if (binding_first)
            time(0, binding);
        time(1, plain);
        if (!binding_first)
            time(0, binding);
    }
    void print(size_t things, const char *what) const
    {
        std::vector<double> ratios;
        for (size_t i = 0; i < seconds[0].size(); i++)
            ratios.push_back(seconds[0][i] / seconds[1][i]);
        std::sort(ratios.begin(), ratios.end());
        const double middle = (ratios[ratios.size() / 2] + ratios[(ratios.size() - 1) / 2]) / 2;
        const double least[2] = { *std::min_element(seconds[0].begin(), seconds[0].end()),
                                  *std::min_element(seconds[1].begin(), seconds[1].end()) };
        printf("%s: binding %.3f s (%.0f %s a second), plain %.3f s (%.0f): %+.1f %% of the least, %+.1f %% in the "
               "middle of %zu rounds (%+.1f to %+.1f)\n",
               name, least[0], static_cast<double>(things) / least[0], what, least[1],
               static_cast<double>(things) / least[1], 100 * (least[0] / least[1] - 1), 100 * (middle - 1),
               ratios.size(), 100 * (ratios.front() - 1), 100 * (ratios.back() - 1));
    }
};

void print_databases(const std::string (&paths)[2], const size_t (&sums)[2])
{
    for (int i = 0; i < 2; i++) {
        uintmax_t size = 0;
        size_t terms = 0;
        for (const auto &entry : std::filesystem::directory_iterator(paths[i]))
            size += entry.file_size();
        const Xapian::Database made(paths[i]);
        for (Xapian::docid number = 1; number <= made.get_lastdocid(); number++)
            terms += made.get_document(number).termlist_count();
        printf("%s: %.1f MB, %zu terms of documents, sum of answers %zu\n", paths[i].c_str(),
               static_cast<double>(size) / 1e6, terms, sums[i]);
    }
}

} // namespace

int main(int count, char **arguments)
{
    if (count < 4)
        stop("bench-binding DOCS.jsonl QUERIES.tsv FOLDER [ROUNDS [DOCUMENTS]]");
    const auto documents = read_documents(arguments[1]);
    const size_t most = count > 5 ? strtoul(arguments[5], nullptr, 10) : SIZE_MAX;
    const std::vector<document> first(documents.begin(), documents.begin() + static_cast<std::ptrdiff_t>(
                                                                                 std::min(most, documents.size())));
    const auto questions = read_questions(arguments[2]);
    const std::string folder = arguments[3];
    const int rounds = RUNNING_ON_VALGRIND ? 1 : count > 4 ? atoi(arguments[4]) : 5;
    const std::string paths[2] = { folder + "/binding", folder + "/plain" };
    comparison put{ "put", {} }, put_same{ "put of the same terms", {} }, search{ "search", {} },
        again{ "search of one database", {} };
    size_t sums[2] = { 0, 0 };
    for (int round = 0; round < rounds; round++) {
        for (const auto &path : paths)
            std::filesystem::remove_all(path);
        put_same.round([&] { put_ours(paths[0], first); }, [&] { put_plain(paths[1], first, true); });
        if (round == 0)
            print_databases(paths, sums);
        for (const auto &path : paths)
            std::filesystem::remove_all(path);
        put.round([&] { put_ours(paths[0], first); }, [&] { put_plain(paths[1], first, false); });
    }
    if (first.size() < documents.size()) {
        for (const auto &path : paths)
            std::filesystem::remove_all(path);
        put_ours(paths[0], documents);
        put_plain(paths[1], documents, false);
    }
    libsearch_index *index = open_ours(paths[0], 0);
    const Xapian::Database database(paths[1]), same(paths[0]);
    ask_ours(index, questions); /* what is read of the files for the first time is nobody's */
    ask_plain(database, questions);
    for (int round = 0; round < 3 * rounds; round++) {
        search.round([&] { sums[0] = ask_ours(index, questions); }, [&] { sums[1] = ask_plain(database, questions); });
        again.round([&] { ask_ours(index, questions); }, [&] { ask_plain(same, questions); });
    }
    libsearch_close(index);
    printf("%zu documents, %zu questions\n", documents.size(), questions.size());
    put_same.print(first.size(), "documents");
    put.print(first.size(), "documents");
    search.print(questions.size(), "questions");
    again.print(questions.size(), "questions");
    print_databases(paths, sums);
    return 0;
}
