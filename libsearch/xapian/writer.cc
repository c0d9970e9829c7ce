/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/writer.hh"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>

#include "xapian/search.hh"
#include "xapian/terms.hh"

static int64_t now_in_milliseconds()
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

/* What a field may ask for that is not kept here. */
static void check_field(const libsearch_field &field)
{
    if ((field.flags & LIBSEARCH_FIELD_SIGNATURE) != 0)
        fail(LIBSEARCH_UNSUPPORTED, "the engine xapian keeps no signatures of fields, as '%s' asks for", field.name);
}

/* libxapian 1.4 makes the table of stored documents with the first of them, and compresses them only where that happens in
 * the session in which the database itself was made. So one is put, and taken back. */
static void make_table_of_documents(Xapian::WritableDatabase &database)
{
    Xapian::Document first;
    first.set_data("first");
    database.begin_transaction();
    database.add_document(first);
    database.cancel_transaction();
}

void database_create(const libsearch_allocator *allocator, const analyzers_pointer &analyzers, const std::string &path,
                     const libsearch_open_options *options)
{
    layout made;
    called([&](libsearch_error *error) {
        return schema_new_of(allocator, analyzers.get(), options == nullptr ? nullptr : options->analyzer, &made.schema,
                             error);
    });
    for (size_t i = 0; options != nullptr && i < options->field_count; i++) {
        check_field(options->fields[i]);
        called([&](libsearch_error *error) { return schema_add(made.schema, &options->fields[i], nullptr, error); });
    }
    made.place_fields();
    Xapian::WritableDatabase database(path, Xapian::DB_CREATE);
    make_table_of_documents(database);
    database.begin_transaction();
    made.store(database);
    database.commit_transaction();
}

engine_writer::engine_writer(const libsearch_allocator *with, analyzers_pointer known, const std::string &at,
                             int64_t lock_wait)
    : allocator(with), analyzers(std::move(known)), path(at)
{
    open(lock_wait);
    load();
    begin();
}

engine_writer::~engine_writer()
{
    try {
        if (database && !lost)
            database->cancel_transaction();
        if (database)
            database->close();
    } catch (...) { /* nothing was to be kept */
    }
}

void engine_writer::open(int64_t lock_wait)
{
    const int64_t until = now_in_milliseconds() + lock_wait;
    for (;;)
        try {
            database = std::make_unique<Xapian::WritableDatabase>(path, Xapian::DB_OPEN);
            return;
        } catch (const Xapian::DatabaseLockError &) {
            if (now_in_milliseconds() >= until)
                throw;
            const struct timespec pause = { 0, 20000000 };
            nanosleep(&pause, nullptr);
        }
}

void engine_writer::load()
{
    meaning = layout_load(allocator, analyzers, *database, path);
    if (!meaning)
        fail(LIBSEARCH_PERMISSION, "%s: another program's database is only read", path.c_str());
    words = std::make_unique<indexer>(allocator);
    layout_changed = false;
}

void engine_writer::check_usable() const
{
    if (lost)
        fail(LIBSEARCH_FINISHED, "%s: the writer failed before; close it and open another", path.c_str());
    if (prepared)
        fail(LIBSEARCH_INVALID, "%s: a commit is prepared; finish or cancel it first", path.c_str());
}

template <class Work> void engine_writer::change(Work work)
{
    try {
        work();
    } catch (const Xapian::DatabaseError &) {
        lost = true;
        throw;
    } catch (const std::bad_alloc &) {
        lost = true; /* Xapian does not promise what state it leaves */
        throw;
    }
}

/* ----- fields ----- */

void engine_writer::add_field(const libsearch_field *field)
{
    check_usable();
    check_field(*field);
    struct schema *grown;
    called([&](libsearch_error *error) { return schema_copy(meaning->schema, &grown, error); });
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = schema_add(grown, field, nullptr, &error);
    if (status != LIBSEARCH_OK || grown->count == meaning->schema->count) {
        schema_release(grown);
        if (status != LIBSEARCH_OK)
            throw failure{ status, error.message, error.position };
        return;
    }
    schema_release(meaning->schema);
    meaning->schema = grown;
    meaning->place_fields();
    layout_changed = true;
}

/* A field that is not there yet is added as the value's type says. */
void engine_writer::grow(const libsearch_document *document)
{
    for (size_t i = 0; i < document->count; i++) {
        const struct document_value &value = document->values[i];
        const struct field *known = schema_find(meaning->schema, value.field, value.field_length);
        if (known != nullptr && known->type != value.type)
            fail(LIBSEARCH_INVALID, "field %s: a value of another type than the field's", value.field);
    }
    for (size_t i = 0; i < document->count; i++) {
        const struct document_value &value = document->values[i];
        if (schema_find(meaning->schema, value.field, value.field_length) != nullptr)
            continue;
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        field.name = value.field;
        field.type = value.type;
        add_field(&field);
    }
}

/* ----- documents ----- */

void engine_writer::put(libsearch_bytes id, const libsearch_document *document, bool if_absent)
{
    check_usable();
    const std::string term = term_of_id(id);
    Xapian::docid earlier = 0;
    change([&] {
        if (database->get_termfreq(term) > 0)
            earlier = find_id(*meaning, *database, id);
    });
    if (if_absent && earlier != 0)
        fail(LIBSEARCH_EXISTS, "there is a document with this id");
    grow(document);
    const Xapian::Document made = words->make(*meaning, id, document, &layout_changed);
    change([&] {
        if (earlier != 0)
            database->delete_document(earlier);
        database->add_document(made);
    });
}

void engine_writer::remove(libsearch_bytes id)
{
    check_usable();
    Xapian::docid found = 0;
    change([&] { found = find_id(*meaning, *database, id); });
    if (found == 0)
        fail(LIBSEARCH_NOT_FOUND, "there is no document with this id");
    change([&] { database->delete_document(found); });
}

uint64_t engine_writer::remove_matching(const libsearch_query *query)
{
    check_usable();
    std::vector<Xapian::docid> found;
    engine_request request = {};
    request.query = query;
    change([&] { found = search_all(allocator, *meaning, *database, &request); });
    change([&] {
        for (const Xapian::docid number : found)
            database->delete_document(number);
    });
    return found.size();
}

/* ----- commits ----- */

/* Xapian has no commit in two halves: what can fail, fails in finish. */
void engine_writer::prepare(libsearch_bytes given)
{
    check_usable();
    bytes = string_of(given);
    prepared = true;
}

void engine_writer::finish()
{
    if (lost)
        check_usable();
    if (!prepared)
        fail(LIBSEARCH_INVALID, "%s: no commit is prepared", path.c_str());
    prepared = false;
    const uint64_t next = meaning->commit + 1;
    try {
        if (layout_changed)
            meaning->store(*database);
        database->set_metadata("libsearch.commit", std::to_string(next));
        if (bytes != meaning->commit_bytes)
            database->set_metadata("libsearch.bytes", bytes);
        database->commit_transaction();
        begin();
    } catch (...) {
        /* Xapian has dropped what was put. */
        lost = true;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        const libsearch_status cause = status_of_exception(&error);
        fail(LIBSEARCH_FINISHED, "%s: the commit failed (%s): %.400s", path.c_str(),
             cause == LIBSEARCH_FULL ? "no space left" : "the one before stands", error.message);
    }
    meaning->commit = next;
    meaning->commit_bytes = bytes;
    layout_changed = false;
}

void engine_writer::cancel()
{
    if (!prepared)
        fail(LIBSEARCH_INVALID, "%s: no commit is prepared", path.c_str());
    prepared = false;
}

void engine_writer::rollback()
{
    check_usable();
    change([&] {
        database->cancel_transaction();
        begin();
        load();
    });
}

/* ----- compaction ----- */

/* Xapian writes a compact copy elsewhere; the two directories then change places in one step. */
void engine_writer::compact(unsigned flags)
{
    if ((flags & LIBSEARCH_REORDER) != 0)
        fail(LIBSEARCH_UNSUPPORTED, "numbering the documents anew");
    if ((flags & LIBSEARCH_BIWORDS) != 0)
        fail(LIBSEARCH_UNSUPPORTED, "keeping which words follow each other");
    check_usable();
    prepare(bytes_of(meaning->commit_bytes));
    finish();
    const std::string copy = path + ".compact";
    std::filesystem::remove_all(copy);
    try {
        Xapian::Database(path).compact(copy, Xapian::Compactor::FULL | Xapian::DBCOMPACT_NO_RENUMBER);
        if (renameat2(AT_FDCWD, copy.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) != 0)
            fail(LIBSEARCH_UNSUPPORTED, "%s: the file system cannot exchange directories (%s); use xapian-compact",
                 path.c_str(), strerrordesc_np(errno));
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove_all(copy, ignored);
        throw;
    }
    change([&] {
        database->cancel_transaction();
        database->close();
        database.reset();
        std::filesystem::remove_all(copy);
        open(0);
        load();
        begin();
    });
}
