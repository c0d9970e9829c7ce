/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A call whose commit Xapian has overwritten is done once more, on the newest commit; where that fails, too, it is STALE.
 * With a database that is overwritten, and with work that says so as often as it is told. */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "xapian/snapshot.hh"
#include "xapian/writer.hh"

static int wrong;

static void claim(const char *what, bool is)
{
    if (is)
        return;
    fprintf(stderr, "not so: %s\n", what);
    wrong++;
}

static std::unique_ptr<engine_snapshot> snapshot_of(const std::string &path)
{
    const auto where = std::make_shared<const location>(location_parse(path.c_str()));
    std::string stamp;
    auto database = std::make_unique<Xapian::Database>(location_open(*where, &stamp));
    const layout_pointer meaning = layout_load(allocator_default(), nullptr, *database, path);
    return std::make_unique<engine_snapshot>(allocator_default(), where, meaning, std::move(database), stamp);
}

static void commit(const std::string &path, const std::string &word)
{
    Xapian::WritableDatabase database(path, Xapian::DB_OPEN);
    for (int i = 0; i < 500; i++) {
        Xapian::Document document;
        document.add_posting("Z" + word, 1);
        document.add_term("Q" + std::to_string(i), 0);
        document.set_data(std::string(300, 'x'));
        database.replace_document("Q" + std::to_string(i), document);
    }
    database.commit();
}

static void a_commit_that_was_overwritten_is_left_for_the_newest(const std::string &path)
{
    const auto snapshot = snapshot_of(path);
    int runs = 0, modified = 0;
    size_t found = 0;
    for (int i = 0; i < 10; i++)
        commit(path, "newest");
    const libsearch_status status = guarded(nullptr, [&] {
        snapshot->with_database([&](Xapian::Database &database) {
            runs++;
            found = 0;
            try {
                for (auto at = database.postlist_begin(""); at != database.postlist_end(""); ++at) {
                    const Xapian::Document document = database.get_document(*at);
                    auto term = document.termlist_begin();
                    term.skip_to("Znewest");
                    found += term != document.termlist_end() && document.get_data().size() == 300;
                }
            } catch (const Xapian::DatabaseModifiedError &) {
                modified++;
                throw;
            }
        });
    });
    claim("libxapian says that the commit was overwritten, once", modified == 1);
    claim("it is asked twice", runs == 2);
    claim("the second time it answers from the newest commit", status == LIBSEARCH_OK && found == 500);
}

/* What `times` failures in a row come to; *runs: how often the work was done. */
static libsearch_status after_failures(const std::string &path, int times, int *runs, libsearch_error *error)
{
    const auto snapshot = snapshot_of(path);
    *runs = 0;
    return guarded(error, [&] {
        snapshot->with_database([&](Xapian::Database &) {
            if (++*runs <= times)
                throw Xapian::DatabaseModifiedError("overwritten");
        });
    });
}

static void it_is_asked_once_more_and_not_again(const std::string &path)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    int runs = 0;
    claim("no failure, one run", after_failures(path, 0, &runs, &error) == LIBSEARCH_OK && runs == 1);
    claim("one failure, two runs", after_failures(path, 1, &runs, &error) == LIBSEARCH_OK && runs == 2);
    claim("two failures are stale", after_failures(path, 2, &runs, &error) == LIBSEARCH_STALE && runs == 2);
    claim("it is said", strstr(error.message, "DatabaseModifiedError: overwritten") != nullptr);
    claim("three failures are never seen", after_failures(path, 3, &runs, &error) == LIBSEARCH_STALE && runs == 2);
}

static void a_handle_that_failed_goes_back_and_a_broken_connection_does_not(const std::string &path)
{
    const auto snapshot = snapshot_of(path);
    const Xapian::Database *first = nullptr, *second = nullptr, *third = nullptr;
    guarded(nullptr, [&] { snapshot->with_database([&](Xapian::Database &database) { first = &database; }); });
    guarded(nullptr, [&] {
        snapshot->with_database([&](Xapian::Database &database) {
            second = &database;
            throw Xapian::DatabaseModifiedError("overwritten");
        });
    });
    claim("one thread has one handle", first == second);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    claim("a broken connection is IO",
          guarded(&error, [&] {
              snapshot->with_database([&](Xapian::Database &) { throw Xapian::NetworkError("gone"); });
          }) == LIBSEARCH_IO);
    claim("another is opened",
          guarded(nullptr, [&] { snapshot->with_database([&](Xapian::Database &database) { third = &database; }); }) ==
                  LIBSEARCH_OK &&
              third != nullptr);
}

int main()
{
    char folder[] = "/tmp/libsearch-stale-XXXXXX";
    if (mkdtemp(folder) == nullptr)
        return 1;
    const std::string path = std::string(folder) + "/db";
    const libsearch_status made =
        guarded(nullptr, [&] { database_create(allocator_default(), nullptr, path, nullptr); });
    claim("a database is made", made == LIBSEARCH_OK);
    if (made == LIBSEARCH_OK) {
        commit(path, "first");
        a_commit_that_was_overwritten_is_left_for_the_newest(path);
        it_is_asked_once_more_and_not_again(path);
        a_handle_that_failed_goes_back_and_a_broken_connection_does_not(path);
    }
    const std::string command = std::string("rm -rf '") + folder + "'";
    return system(command.c_str()) != 0 || wrong > 0;
}
