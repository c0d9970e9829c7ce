/* SPDX-License-Identifier: MIT */
/* Xapian. Every word is stemmed (STEM_ALL) under one prefix, with positions; documents are added in
 * large batches (XAPIAN_FLUSH_THRESHOLD, which its documentation advises to raise where there is memory)
 * and the database is compacted fully afterwards. BM25Weight has k1 = 1.2, b = 0.75, and its other parts
 * (query term frequency, length floor) set so that they do nothing. */
#include <xapian.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "../common/driver.h"

namespace
{

bool stored;
std::string folder;

std::string stem_prefix() { return "S"; }

template <typename Action> void guarded(Action action)
{
    try {
        action();
    } catch (const Xapian::Error &error) {
        driver_fail("%s", error.get_description().c_str());
    }
}

bool option(const char *word)
{
    if (strcmp(word, "stored") != 0)
        return false;
    stored = true;
    return true;
}

/* ---- building ---- */

std::optional<Xapian::WritableDatabase> writer;
Xapian::TermGenerator generator;

void create(const char *path)
{
    guarded([&] {
        folder = path;
        setenv("XAPIAN_FLUSH_THRESHOLD", "50000", 0);
        writer.emplace(folder + "/loading", Xapian::DB_CREATE | Xapian::DB_NO_SYNC | Xapian::DB_BACKEND_GLASS);
        generator.set_stemmer(Xapian::Stem("english"));
        generator.set_stemming_strategy(Xapian::TermGenerator::STEM_ALL);
    });
}

void add(struct text id, struct text text)
{
    guarded([&] {
        Xapian::Document document;
        generator.set_document(document);
        generator.set_termpos(0);
        generator.index_text(Xapian::Utf8Iterator(text.data, text.length), 1, stem_prefix());
        document.add_value(0, std::string(id.data, id.length));
        if (stored)
            document.set_data(std::string(text.data, text.length));
        writer->add_document(document);
    });
}

void finish()
{
    guarded([&] {
        writer->commit();
        writer->close();
        driver_phase("commit");
        Xapian::Database loaded(folder + "/loading");
        loaded.compact(folder + "/db", Xapian::Compactor::FULL | Xapian::DBCOMPACT_NO_RENUMBER);
        loaded.close();
        std::string remove = "rm -rf '" + folder + "/loading'";
        if (std::system(remove.c_str()) != 0)
            driver_fail("cannot remove %s/loading", folder.c_str());
        driver_phase("compact");
    });
}

/* ---- searching ---- */

std::optional<Xapian::Database> database;
std::optional<Xapian::Enquire> ranked, counting;
Xapian::MSet result;
bool counted;

void open_index(const char *path)
{
    guarded([&] {
        database.emplace(std::string(path) + "/db");
        ranked.emplace(*database);
        ranked->set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 0, 0.75, 0));
        counting.emplace(*database);
        counting->set_weighting_scheme(Xapian::BoolWeight());
    });
}

/* The terms of a word, as the term generator of the index makes them. */
Xapian::Query clause_query(const struct clause &clause)
{
    Xapian::Document document;
    Xapian::TermGenerator words;
    words.set_stemmer(Xapian::Stem("english"));
    words.set_stemming_strategy(Xapian::TermGenerator::STEM_ALL);
    words.set_document(document);
    words.index_text(Xapian::Utf8Iterator(clause.whole.data, clause.whole.length), 1, stem_prefix());
    std::vector<std::string> terms(words.get_termpos());
    for (auto term = document.termlist_begin(); term != document.termlist_end(); ++term)
        for (auto position = term.positionlist_begin(); position != term.positionlist_end(); ++position)
            terms[*position - 1] = *term;
    if (terms.empty())
        return Xapian::Query();
    if (terms.size() == 1)
        return Xapian::Query(terms[0]);
    return Xapian::Query(Xapian::Query::OP_PHRASE, terms.begin(), terms.end(), terms.size());
}

void prepare(struct query *query)
{
    guarded([&] {
        std::vector<Xapian::Query> must, may, must_not;
        for (size_t i = 0; i < query->count; i++) {
            const struct clause &clause = query->clauses[i];
            (clause.occur == '+' ? must : clause.occur == '?' ? may : must_not).push_back(clause_query(clause));
        }
        Xapian::Query all(Xapian::Query::OP_AND, must.begin(), must.end());
        Xapian::Query any(Xapian::Query::OP_OR, may.begin(), may.end());
        Xapian::Query made = must.empty()  ? any
                             : may.empty() ? all
                                           : Xapian::Query(Xapian::Query::OP_AND_MAYBE, all, any);
        if (!must_not.empty())
            made = Xapian::Query(Xapian::Query::OP_AND_NOT, made,
                                 Xapian::Query(Xapian::Query::OP_OR, must_not.begin(), must_not.end()));
        query->prepared = new Xapian::Query(made);
    });
}

void search(const struct query *query, size_t k, bool count)
{
    guarded([&] {
        Xapian::Enquire &enquire = k ? *ranked : *counting;
        enquire.set_query(*static_cast<const Xapian::Query *>(query->prepared));
        result = enquire.get_mset(0, static_cast<Xapian::doccount>(k), count ? database->get_doccount() : 0);
        counted = count;
    });
}

void tell(struct answer *answer)
{
    guarded([&] {
        answer->count = counted ? static_cast<int64_t>(result.get_matches_estimated()) : -1;
        answer->hits = result.size();
        for (auto hit = result.begin(); hit != result.end() && answer->listed < DRIVER_TOP; ++hit) {
            auto &line = answer->top[answer->listed++];
            std::string id = hit.get_document().get_value(0);
            driver_copy_id(&line.id, id.data(), id.size());
            line.score = hit.get_weight();
        }
        if (result.size() > 0)
            answer->last_score = result.back().get_weight();
    });
}

void release() { result = Xapian::MSet(); }

} // namespace

const struct engine driver_engine = {
    "xapian", option, create, add, finish, open_index, prepare, search, tell, release
};
