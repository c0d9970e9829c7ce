/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The seam: every function that the engine's table names, and the only place where C++ meets C. */
#include <libsearch-xapian.h>

#include <filesystem>
#include <sstream>

#include "xapian/plan.hh"
#include "xapian/record.hh"
#include "xapian/search.hh"
#include "xapian/writer.hh"

static void snapshot_unref(engine_snapshot *snapshot);

/* Any number of threads. */
struct engine_index {
    ~engine_index() { snapshot_unref(newest); }
    const libsearch_allocator *allocator = nullptr;
    std::shared_ptr<const location> where;
    std::string analyzer;                      /* the caller's; empty: none */
    analyzers_pointer analyzers;               /* likewise */
    uint64_t can = 0;                          /* LIBSEARCH_CAN_… */
    std::mutex mutex;                          /* of what follows */
    std::string stamp;                         /* from before `newest` was opened */
    std::unique_ptr<Xapian::Database> watched; /* looked at for newer commits where stamps do not tell */
    engine_snapshot *newest = nullptr;         /* a reference */
};

/* A snapshot outlives its index: the count of its references is atomic. */
static void snapshot_unref(engine_snapshot *snapshot)
{
    if (snapshot != nullptr && __atomic_sub_fetch(&snapshot->references, 1, __ATOMIC_ACQ_REL) == 0)
        delete snapshot;
}

static engine_snapshot *snapshot_ref(engine_snapshot *snapshot)
{
    __atomic_add_fetch(&snapshot->references, 1, __ATOMIC_RELAXED);
    return snapshot;
}

/* ----- opening ----- */

static layout_pointer layout_of(const engine_index &index, const Xapian::Database &all)
{
    const auto &where = *index.where;
    if (!where.map.empty())
        return layout_mapped(index.allocator, index.analyzers, all, where.map);
    std::vector<std::shared_ptr<layout>> parts;
    std::vector<std::string> names;
    size_t foreign = 0;
    for (const auto &one : where.shards) {
        auto part =
            layout_load(index.allocator, index.analyzers, where.shards.size() == 1 ? all : shard_open(one), one.name());
        foreign += !part;
        if (part)
            parts.push_back(std::move(part));
        names.push_back(one.name());
    }
    if (parts.empty())
        return layout_foreign(index.allocator, index.analyzers, all,
                              index.analyzer.empty() ? nullptr : index.analyzer.c_str());
    if (foreign > 0)
        fail(LIBSEARCH_INVALID, "databases of ours and of other programs cannot be searched as one");
    return layout_join(parts, names);
}

static engine_snapshot *snapshot_new(const engine_index &index)
{
    std::string stamp;
    auto database = std::make_unique<Xapian::Database>(location_open(*index.where, &stamp));
    const layout_pointer meaning = layout_of(index, *database);
    return new engine_snapshot(index.allocator, index.where, meaning, std::move(database), std::move(stamp));
}

/* The newest commit, pinned. Where nothing has been committed since the last time, the same snapshot. */
static engine_snapshot *newest_snapshot(engine_index &index)
{
    std::lock_guard<std::mutex> lock(index.mutex);
    const bool stamped = location_is_stamped(*index.where);
    const std::string stamp = location_stamp(*index.where);
    if (index.newest != nullptr) {
        bool changed;
        try {
            changed = stamped ? stamp != index.stamp : index.watched == nullptr || index.watched->reopen();
        } catch (const Xapian::Error &) {
            changed = true; /* a server that was started again, say */
        }
        if (!changed)
            return snapshot_ref(index.newest);
        snapshot_unref(index.newest);
        index.newest = nullptr;
    }
    std::string ignored;
    index.watched.reset();
    if (!stamped)
        index.watched = std::make_unique<Xapian::Database>(location_open(*index.where, &ignored));
    index.stamp = stamp;
    index.newest = snapshot_new(index);
    return snapshot_ref(index.newest);
}

/* The program's analyzers, copied; null: none. */
static analyzers_pointer analyzers_of(const libsearch_allocator *allocator, const libsearch_open_options *options)
{
    const libsearch_extensions *extensions = options == nullptr ? nullptr : options->extensions;
    if (extensions == nullptr || extensions->analyzer_count == 0)
        return nullptr;
    struct analyzer_set *set = nullptr;
    called([&](libsearch_error *error) {
        return analyzer_set_new(allocator, extensions->analyzers, extensions->analyzer_count, &set, error);
    });
    return analyzers_pointer(set, analyzer_set_release);
}

/* What of the extensions Xapian has no place for is refused, never ignored. */
static void refuse_extensions(const libsearch_open_options *options)
{
    const libsearch_extensions *extensions = options == nullptr ? nullptr : options->extensions;
    if (extensions == nullptr)
        return;
    if (extensions->storage != nullptr)
        fail(LIBSEARCH_UNSUPPORTED, "storage callbacks: Xapian keeps its own files");
    if (extensions->log != nullptr)
        fail(LIBSEARCH_UNSUPPORTED, "a log: Xapian does not say what it does");
    if (extensions->progress != nullptr)
        fail(LIBSEARCH_UNSUPPORTED, "progress: Xapian does not say how far it is, and cannot be stopped");
}

static void prepare_place(const engine_index &index, const char *path, unsigned flags,
                          const libsearch_open_options *options)
{
    if ((flags & LIBSEARCH_PREVIOUS) != 0)
        fail(LIBSEARCH_UNSUPPORTED, "opening the commit before the newest");
    if ((flags & LIBSEARCH_CREATE) == 0)
        return;
    if (!index.where->is_single_path() || !index.where->map.empty())
        fail(LIBSEARCH_INVALID, "%s: only a single local database can be made", path);
    switch (look_at(index.where->shards[0].path)) {
    case found::nothing:
    case found::empty: database_create(index.allocator, index.analyzers, index.where->shards[0].path, options); break;
    case found::other: fail(LIBSEARCH_NOT_AN_INDEX, "%s: holds something else than a Xapian database", path);
    case found::database:
    case found::file: break;
    }
}

/* By where the databases are, and whose. */
static uint64_t abilities_of(const engine_index &index)
{
    const auto &where = *index.where;
    const bool ours = index.newest->meaning->ours && where.map.empty();
    const bool one = where.is_local() && where.is_single_path() &&
                     index.newest->with_database([](Xapian::Database &database) { return database.size(); }) == 1;
    uint64_t can = LIBSEARCH_CAN_SORT | LIBSEARCH_CAN_COUNT_FACETS | LIBSEARCH_CAN_COLLAPSE | LIBSEARCH_CAN_CONTINUE |
                   LIBSEARCH_CAN_EXPLAIN | LIBSEARCH_CAN_SUGGEST;
    if (where.is_local())
        can |= LIBSEARCH_CAN_SORT_BY_SEVERAL;
    if (one)
        can |= LIBSEARCH_CAN_FILTER;
    if (one && ours)
        can |= LIBSEARCH_CAN_BACK_UP;
    if (one && ours && look_at(where.shards[0].path) == found::database)
        can |= LIBSEARCH_CAN_WRITE;
    return can;
}

static uint64_t xapian_can(engine_index *index) noexcept { return index->can; }

static libsearch_status xapian_open(const libsearch_allocator *allocator, const char *path, unsigned flags,
                                    const libsearch_open_options *options, engine_index **index,
                                    libsearch_error *error) noexcept
{
    return guarded(error, [&] {
        auto opened = std::make_unique<engine_index>();
        opened->allocator = allocator;
        opened->where = std::make_shared<const location>(location_parse(path));
        if (options != nullptr && options->analyzer != nullptr)
            opened->analyzer = options->analyzer;
        opened->analyzers = analyzers_of(allocator, options);
        refuse_extensions(options);
        prepare_place(*opened, path, flags, options);
        if ((flags & LIBSEARCH_VERIFY) != 0)
            for (const auto &one : opened->where->shards) {
                std::ostringstream said;
                if (one.path.empty())
                    fail(LIBSEARCH_UNSUPPORTED, "%s: a server's database cannot be verified from here", path);
                if (Xapian::Database::check(one.path, 0, &said) > 0)
                    fail(LIBSEARCH_CORRUPT, "%s: %.400s", one.path.c_str(), said.str().c_str());
            }
        snapshot_unref(newest_snapshot(*opened));
        opened->can = abilities_of(*opened);
        *index = opened.release();
    });
}

static void xapian_close(engine_index *index) noexcept { delete index; }

static libsearch_status check(const char *path, libsearch_report report, void *context, libsearch_error *error) noexcept
{
    return guarded(error, [&] {
        std::ostringstream said;
        const location where = location_parse(path);
        if (!where.is_single_path())
            fail(LIBSEARCH_UNSUPPORTED, "%s: only a single local database can be checked", path);
        shard_open(where.shards[0]);
        const size_t wrong = Xapian::Database::check(where.shards[0].path, 0, &said);
        if (wrong == 0)
            return;
        std::istringstream lines(said.str());
        for (std::string line; std::getline(lines, line);)
            if (report != nullptr && !line.empty())
                report(context, line.c_str());
        fail(LIBSEARCH_CORRUPT, "%s: %zu things are wrong", path, wrong);
    });
}

static libsearch_status xapian_check(const libsearch_allocator *, const char *path,
                                     const libsearch_open_options *options, libsearch_report report, void *context,
                                     libsearch_error *error) noexcept
{
    const libsearch_status status = guarded(error, [&] { refuse_extensions(options); });
    return status != LIBSEARCH_OK ? status : check(path, report, context, error);
}

/* ----- reading ----- */

static libsearch_status xapian_snapshot_open(engine_index *index, engine_snapshot **snapshot,
                                             libsearch_error *error) noexcept
{
    return guarded(error, [&] { *snapshot = newest_snapshot(*index); });
}

static void xapian_snapshot_close(engine_snapshot *snapshot) noexcept { snapshot_unref(snapshot); }

static const struct schema *xapian_snapshot_schema(const engine_snapshot *snapshot) noexcept
{
    return snapshot->meaning->schema;
}

static libsearch_status xapian_search(engine_snapshot *snapshot, const engine_request *request, engine_answer *answer,
                                      libsearch_error *error) noexcept
{
    return guarded(error, [&] { search_run(*snapshot, request, answer); });
}

static libsearch_status xapian_explain(engine_snapshot *snapshot, const libsearch_query *query, const char *model,
                                       const libsearch_ranking *, uint64_t number, struct arena *arena,
                                       libsearch_explanation **list, size_t *count, libsearch_error *error) noexcept
{
    return guarded(error, [&] { search_explain(*snapshot, query, model, number, arena, list, count); });
}

static Xapian::docid number_of(uint64_t number)
{
    if (number == 0 || number > UINT32_MAX)
        fail(LIBSEARCH_NOT_FOUND, "there is no document number %llu", static_cast<unsigned long long>(number));
    return static_cast<Xapian::docid>(number);
}

static libsearch_status xapian_id(engine_snapshot *snapshot, uint64_t number, libsearch_bytes *id,
                                  libsearch_error *error) noexcept
{
    return guarded(error, [&] {
        const std::string *known = snapshot->remembered_id(number);
        if (known != nullptr) {
            *id = bytes_of(*known);
            return;
        }
        *id = snapshot->with_database([&](Xapian::Database &database) {
            const Xapian::Document document = database.get_document(number_of(number));
            return snapshot->remember_id(number, id_of_document(*snapshot->meaning, document));
        });
    });
}

static libsearch_status xapian_find(engine_snapshot *snapshot, libsearch_bytes id, uint64_t *number,
                                    libsearch_error *error) noexcept
{
    return guarded(error, [&] {
        const uint64_t found = snapshot->with_database(
            [&](Xapian::Database &database) { return find_id(*snapshot->meaning, database, id); });
        if (found == 0)
            fail(LIBSEARCH_NOT_FOUND, "there is no document with this id");
        *number = found;
    });
}

static libsearch_status xapian_fetch(engine_snapshot *snapshot, uint64_t number, libsearch_document *document,
                                     libsearch_error *error) noexcept
{
    return guarded(error, [&] {
        snapshot->with_database([&](Xapian::Database &database) {
            const Xapian::Document from = database.get_document(number_of(number));
            document_clear(document);
            if (snapshot->meaning->ours)
                record_decode(*snapshot->meaning, from.get_data(), document);
            else
                record_decode_foreign(*snapshot->meaning, from, document);
        });
    });
}

static libsearch_status xapian_info(engine_snapshot *snapshot, libsearch_info *info, libsearch_error *error) noexcept
{
    return guarded(error, [&] {
        info->engine = "xapian";
        info->analyzer = analyzer_name(snapshot->meaning->schema->analyzers[0]);
        info->model = snapshot->model.c_str();
        info->commit = snapshot->commit;
        info->documents = snapshot->documents;
        info->deleted = 0;
        info->segments = snapshot->where->shards.size();
        info->terms = 0; /* Xapian does not count them */
        info->tokens = snapshot->tokens;
        info->bytes = snapshot->bytes;
        info->commit_bytes = bytes_of(snapshot->meaning->commit_bytes);
    });
}

static libsearch_status xapian_suggest(engine_snapshot *snapshot, const engine_suggest *request,
                                       engine_suggestion **list, size_t *count, uint64_t *known,
                                       libsearch_error *error) noexcept
{
    return guarded(error, [&] {
        std::vector<planner::suggestion> found;
        *known = 0;
        snapshot->with_database([&](Xapian::Database &database) {
            found = planner(snapshot->allocator, *snapshot->meaning, database).suggest(request, known);
        });
        auto *made = static_cast<engine_suggestion *>(
            arena_allocate(request->results, (found.size() + 1) * sizeof(engine_suggestion)));
        if (made == nullptr)
            throw std::bad_alloc();
        for (size_t i = 0; i < found.size(); i++) {
            const char *word = arena_duplicate(request->results, found[i].word.data(), found[i].word.size());
            if (word == nullptr)
                throw std::bad_alloc();
            made[i] = { { word, found[i].word.size() }, found[i].frequency, found[i].distance };
        }
        *list = made;
        *count = found.size();
    });
}

/* ----- writing ----- */

static libsearch_status xapian_writer_open(engine_index *index, const libsearch_writer_options *options,
                                           engine_writer **writer, libsearch_error *error) noexcept
{
    return guarded(error, [&] {
        const auto &where = *index->where;
        if (!where.is_single_path() || !where.map.empty() || look_at(where.shards[0].path) != found::database)
            fail(LIBSEARCH_PERMISSION, "only a single local database of ours can be written");
        *writer = new engine_writer(index->allocator, index->analyzers, where.shards[0].path,
                                    options == nullptr ? 0 : options->lock_wait);
    });
}

static void xapian_writer_close(engine_writer *writer) noexcept { delete writer; }

static libsearch_status xapian_add_field(engine_writer *writer, const libsearch_field *field,
                                         libsearch_error *error) noexcept
{
    return guarded(error, [&] { writer->add_field(field); });
}

static libsearch_status xapian_put(engine_writer *writer, libsearch_bytes id, const libsearch_document *document,
                                   bool if_absent, libsearch_error *error) noexcept
{
    return guarded(error, [&] { writer->put(id, document, if_absent); });
}

static libsearch_status xapian_remove(engine_writer *writer, libsearch_bytes id, libsearch_error *error) noexcept
{
    return guarded(error, [&] { writer->remove(id); });
}

static libsearch_status xapian_remove_matching(engine_writer *writer, const libsearch_query *query, uint64_t *count,
                                               libsearch_error *error) noexcept
{
    return guarded(error, [&] { *count = writer->remove_matching(query); });
}

/* A commit is always synced: Xapian decides that when a database is opened. */
static libsearch_status xapian_prepare(engine_writer *writer, libsearch_durability, libsearch_bytes bytes,
                                       libsearch_error *error) noexcept
{
    return guarded(error, [&] { writer->prepare(bytes); });
}

static libsearch_status xapian_finish(engine_writer *writer, libsearch_error *error) noexcept
{
    return guarded(error, [&] { writer->finish(); });
}

static libsearch_status xapian_cancel(engine_writer *writer, libsearch_error *error) noexcept
{
    return guarded(error, [&] { writer->cancel(); });
}

static libsearch_status xapian_refresh(engine_writer *, libsearch_error *error) noexcept
{
    return error_set(error, LIBSEARCH_UNSUPPORTED, "refresh: in a Xapian database documents are seen from the commit");
}

static libsearch_status xapian_rollback(engine_writer *writer, libsearch_error *error) noexcept
{
    return guarded(error, [&] { writer->rollback(); });
}

static libsearch_status xapian_compact(engine_writer *writer, unsigned flags, libsearch_error *error) noexcept
{
    return guarded(error, [&] { writer->compact(flags); });
}

static libsearch_status xapian_select(engine_snapshot *snapshot, const engine_request *request, struct query_set **set,
                                      libsearch_error *error) noexcept
{
    return guarded(error, [&] {
        *set = snapshot->with_database([&](Xapian::Database &database) {
            if (!snapshot->where->is_local() || database.size() != 1)
                fail(LIBSEARCH_UNSUPPORTED, "filters of other than a single local database");
            const std::vector<Xapian::docid> found =
                search_all(snapshot->allocator, *snapshot->meaning, database, request);
            struct query_set *made = nullptr;
            called([&](libsearch_error *cause) {
                const uint64_t limit = static_cast<uint64_t>(database.get_lastdocid()) + 1;
                return query_set_new(snapshot->allocator, snapshot, limit, &made, cause);
            });
            for (const Xapian::docid number : found)
                query_set_add(made, number);
            return made;
        });
    });
}

/* Xapian copies what it has pinned, compact, under the same numbers. */
static libsearch_status xapian_backup(engine_snapshot *snapshot, const char *path,
                                      const libsearch_open_options *options, libsearch_error *error) noexcept
{
    return guarded(error, [&] {
        refuse_extensions(options);
        if (!snapshot->where->is_single_path() || !snapshot->meaning->ours)
            fail(LIBSEARCH_UNSUPPORTED, "a backup of other than a single local database of ours");
        switch (look_at(path)) {
        case found::nothing:
        case found::empty: break;
        case found::other: fail(LIBSEARCH_NOT_AN_INDEX, "%s: holds other files", path);
        case found::database:
        case found::file: fail(LIBSEARCH_EXISTS, "%s: there is a database already", path);
        }
        try {
            snapshot->with_database([&](Xapian::Database &database) {
                database.compact(path, Xapian::Compactor::FULL | Xapian::DBCOMPACT_NO_RENUMBER);
            });
        } catch (...) {
            std::error_code ignored;
            std::filesystem::remove_all(path, ignored);
            throw;
        }
    });
}

/* By name: what the seam has gained beside these is zero, and so refused. */
static libsearch_engine engine_table()
{
    libsearch_engine engine = {};
    engine.size = sizeof(libsearch_engine);
    engine.name = "xapian";
    engine.open = xapian_open;
    engine.close = xapian_close;
    engine.check = xapian_check;
    engine.snapshot_open = xapian_snapshot_open;
    engine.snapshot_close = xapian_snapshot_close;
    engine.snapshot_schema = xapian_snapshot_schema;
    engine.search = xapian_search;
    engine.id = xapian_id;
    engine.find = xapian_find;
    engine.fetch = xapian_fetch;
    engine.info = xapian_info;
    engine.writer_open = xapian_writer_open;
    engine.writer_close = xapian_writer_close;
    engine.add_field = xapian_add_field;
    engine.put = xapian_put;
    engine.remove = xapian_remove;
    engine.remove_matching = xapian_remove_matching;
    engine.prepare = xapian_prepare;
    engine.finish = xapian_finish;
    engine.cancel = xapian_cancel;
    engine.refresh = xapian_refresh;
    engine.rollback = xapian_rollback;
    engine.compact = xapian_compact;
    engine.select = xapian_select;
    engine.backup = xapian_backup;
    engine.suggest = xapian_suggest;
    engine.explain = xapian_explain;
    engine.can = xapian_can;
    engine.abilities = ENGINE_SORTS | ENGINE_FACETS | ENGINE_COLLAPSES | ENGINE_CONTINUES;
    return engine;
}

const libsearch_engine *libsearch_xapian_engine(void)
{
    static const libsearch_engine engine = engine_table();
    return &engine;
}

libsearch_status libsearch_xapian_check(const char *path, libsearch_report report, void *context,
                                        libsearch_error *error)
{
    error_clear(error);
    if (path == nullptr)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_xapian_check: path is NULL");
    return check(path, report, context, error);
}
