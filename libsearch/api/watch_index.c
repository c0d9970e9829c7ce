/* SPDX-License-Identifier: MIT */
/* Saved queries that an index keeps: libsearch_watch_add_snapshot of <libsearch/watch.h>. */
#include <stdio.h>
#include <string.h>

#include "api/handles.h"
#include "query/query_set.h"
#include "schema/document.h"

/* Lines about a query begin with its id. */
struct telling {
    libsearch_report report;
    void *context;
    libsearch_bytes id;
};

enum { LINE = 1024, ID_MOST = 200 };

static void tell(void *context, const char *line)
{
    const struct telling *telling = context;
    char whole[LINE];
    if (telling->report == NULL)
        return;
    const size_t length = telling->id.length < ID_MOST ? telling->id.length : ID_MOST;
    snprintf(whole, sizeof whole, "%.*s: %s", (int)length, telling->id.data, line);
    for (char *c = whole; *c != 0; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    telling->report(telling->context, whole);
}

static libsearch_status check_field(const libsearch_snapshot *snapshot, const char *name, libsearch_error *error)
{
    const struct field *field = schema_find(snapshot->engine->snapshot_schema(snapshot->handle), name, strlen(name));
    if (field == NULL)
        return error_set(error, LIBSEARCH_NOT_FOUND, "the index has no field '%s'", name);
    const bool bytes =
        field->type == LIBSEARCH_TEXT || field->type == LIBSEARCH_KEYWORD || field->type == LIBSEARCH_STORED;
    return bytes && (field->flags & LIBSEARCH_FIELD_NOT_STORED) == 0
               ? LIBSEARCH_OK
               : error_set(error, LIBSEARCH_INVALID, "field '%s' keeps no text, and so no queries", name);
}

/* Of one document. *count grows where it was saved. */
static libsearch_status add_one(libsearch_watch *watch, const libsearch_snapshot *snapshot, uint64_t number,
                                const char *field, unsigned flags, struct telling *telling, uint64_t *count,
                                libsearch_document *document, libsearch_error *error)
{
    libsearch_error reason = LIBSEARCH_ERROR_INIT;
    libsearch_document_clear(document);
    TRY(snapshot->engine->id(snapshot->handle, number, &telling->id, error));
    TRY(snapshot->engine->fetch(snapshot->handle, number, document, error));
    const libsearch_bytes text = libsearch_document_bytes(document, field);
    if (text.data == NULL)
        return LIBSEARCH_OK;
    const libsearch_status status = libsearch_watch_add_text(watch, telling->id, text, flags, tell, telling, &reason);
    if (status == LIBSEARCH_OK) {
        ++*count;
        return LIBSEARCH_OK;
    }
    if (status != LIBSEARCH_INVALID && status != LIBSEARCH_UNSUPPORTED && status != LIBSEARCH_LIMIT &&
        status != LIBSEARCH_SYNTAX)
        return error_set(error, status, "%s", reason.message);
    tell(telling, reason.message);
    return LIBSEARCH_OK;
}

libsearch_status libsearch_watch_add_snapshot(libsearch_watch *watch, libsearch_snapshot *snapshot, const char *field,
                                              unsigned flags, libsearch_report report, void *context, uint64_t *count,
                                              libsearch_error *error)
{
    struct telling telling = { report, context, { NULL, 0 } };
    struct query_set *all = NULL;
    uint64_t added = 0;
    error_clear(error);
    if (watch == NULL || snapshot == NULL || field == NULL)
        return argument_missing(error, "libsearch_watch_add_snapshot",
                                watch == NULL      ? "watch"
                                : snapshot == NULL ? "snapshot"
                                                   : "field");
    const unsigned known = LIBSEARCH_PARSE_STRICT | LIBSEARCH_PARSE_WORDS | LIBSEARCH_PARSE_ALL;
    if ((flags & ~known) != 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_watch_add_snapshot: there are no flags %#x",
                         flags & ~known);
    if (snapshot->engine->select == NULL)
        return error_set(error, LIBSEARCH_UNSUPPORTED, "the %s engine does not list its documents",
                         snapshot->engine->name);
    TRY(check_field(snapshot, field, error));
    libsearch_document *document = document_new(snapshot->allocator);
    if (document == NULL)
        return error_no_memory(error);
    libsearch_status status = snapshot_select_all(snapshot, SIZE_MAX, 0, NULL, &all, error);
    for (uint64_t from = 0; status == LIBSEARCH_OK && from < all->limit; from += 64)
        for (uint64_t word = query_set_word(all, from); status == LIBSEARCH_OK && word != 0; word &= word - 1)
            status = add_one(watch, snapshot, from + (uint64_t)__builtin_ctzll(word), field, flags, &telling, &added,
                             document, error);
    query_set_release(all);
    document_free(document);
    if (status == LIBSEARCH_OK && count != NULL)
        *count = added;
    return status;
}
