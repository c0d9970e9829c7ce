/* SPDX-License-Identifier: MIT */
/* A set of saved queries in a file: a checksummed file of one section (io/section_file.h), kind "WA". Numbers are
 * varints, strings a varint length and that many bytes.
 *
 *     the schema, as schema_encode writes it
 *     queries; for each its id, u8 (1: as it was given), parse flags, and its text as it was given, else its tree as
 *     tree_bytes.h has it
 *
 * docs/format.md has the same for readers in other languages. */
#include <string.h>

#include "io/section_file.h"
#include "watch/watch_set.h"

#define SET_KIND "WA"
enum { SET_VERSION = 1, SET_AS_GIVEN = 1 };
static const char NEW_ENDING[] = ".new";

/* The lock is held shared. */
static void encode(const struct watch_set *set, struct buffer *to)
{
    schema_encode(set->schema, to);
    buffer_append_varint(to, set->count);
    for (uint32_t i = 0; i < set->places; i++) {
        const struct saved_query *query = set->queries[i];
        if (query == NULL)
            continue;
        const libsearch_bytes id = saved_query_id(query), kept = saved_query_kept(query);
        buffer_append_bytes(to, id.data, id.length);
        buffer_append_u8(to, query->as_given ? SET_AS_GIVEN : 0);
        buffer_append_varint(to, query->flags);
        buffer_append_bytes(to, kept.data, kept.length);
    }
}

/* What an earlier try left behind goes first; the new file counts once it has its name, and that is synced. */
static libsearch_status write(struct storage *storage, const char *name, const char *temporary,
                              const struct buffer *bytes, libsearch_error *error)
{
    bool exists;
    TRY(storage_exists(storage, temporary, &exists, error));
    if (exists)
        TRY(storage_remove(storage, temporary, error));
    TRY(small_file_write(storage, temporary, SET_KIND, SET_VERSION, bytes->data, bytes->length, true, NULL, error));
    TRY(storage_rename(storage, temporary, name, error));
    return storage_sync_directory(storage, error);
}

libsearch_status watch_set_save(struct watch_set *set, struct storage *storage, const char *name,
                                libsearch_error *error)
{
    struct buffer bytes;
    const size_t length = strlen(name);
    char *temporary = memory_allocate(set->allocator, length + sizeof NEW_ENDING);
    if (temporary == NULL)
        return error_no_memory(error);
    memcpy(temporary, name, length);
    memcpy(temporary + length, NEW_ENDING, sizeof NEW_ENDING);
    buffer_init(&bytes, set->allocator);
    pthread_rwlock_rdlock(&set->lock);
    encode(set, &bytes);
    pthread_rwlock_unlock(&set->lock);
    const libsearch_status status =
        bytes.failed ? error_no_memory(error) : write(storage, name, temporary, &bytes, error);
    buffer_free(&bytes);
    memory_free(set->allocator, temporary);
    return status;
}

static libsearch_status damaged(const struct cursor *from, const char *name, const char *what, libsearch_error *error)
{
    return error_set_at(error, (int64_t)cursor_position(from), LIBSEARCH_CORRUPT, "%s: at %zu of its section: %s", name,
                        cursor_position(from), what);
}

static libsearch_status decode_query(struct watch_set *set, struct cursor *from, const char *name,
                                     libsearch_error *error)
{
    const libsearch_bytes id = cursor_bytes(from);
    const uint8_t kind = cursor_u8(from);
    const uint32_t flags = cursor_varint32(from);
    const libsearch_bytes kept = cursor_bytes(from);
    const unsigned known = LIBSEARCH_PARSE_STRICT | LIBSEARCH_PARSE_WORDS | LIBSEARCH_PARSE_ALL;
    if (from->failed || id.length == 0 || id.length > LIBSEARCH_MAX_ID || kept.length > UINT32_MAX)
        return damaged(from, name, "no saved query", error);
    if (kind > SET_AS_GIVEN || (flags & ~known) != 0 || (kind == 0 && flags != 0))
        return damaged(from, name, "a saved query of a kind that there is not", error);
    const size_t before = set->count;
    libsearch_error reason = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = watch_set_add_kept(set, id, kept, kind == SET_AS_GIVEN, flags, &reason);
    if (status == LIBSEARCH_NO_MEMORY)
        return error_no_memory(error);
    if (status != LIBSEARCH_OK)
        return damaged(from, name, reason.message, error);
    return set->count > before ? LIBSEARCH_OK : damaged(from, name, "an id that was there already", error);
}

static libsearch_status decode(const libsearch_allocator *allocator, struct analyzer_set *known, libsearch_bytes data,
                               const char *name, struct watch_set **set, libsearch_error *error)
{
    struct cursor from = cursor_of(data.data, data.length);
    struct schema *schema;
    struct watch_set *made;
    TRY(schema_decode(allocator, known, &from, name, &schema, error));
    libsearch_status status = watch_set_new_like(allocator, schema, &made, error);
    schema_release(schema);
    TRY(status);
    const uint64_t count = cursor_varint(&from);
    if (from.failed || count > cursor_left(&from) / 4)
        status = damaged(&from, name, "the number of queries", error);
    for (uint64_t i = 0; i < count && status == LIBSEARCH_OK; i++)
        status = decode_query(made, &from, name, error);
    if (status == LIBSEARCH_OK && cursor_left(&from) > 0)
        status = damaged(&from, name, "bytes behind the last query", error);
    if (status != LIBSEARCH_OK) {
        watch_set_free(made);
        return status;
    }
    *set = made;
    return LIBSEARCH_OK;
}

libsearch_status watch_set_load(const libsearch_allocator *allocator, struct analyzer_set *known,
                                struct storage *storage, const char *name, struct watch_set **set,
                                libsearch_error *error)
{
    struct section_file *file;
    libsearch_bytes data;
    TRY(small_file_read(storage, name, SET_KIND, SET_VERSION, &file, &data, error));
    const libsearch_status status = decode(allocator, known, data, name, set, error);
    section_file_close(file);
    return status;
}
