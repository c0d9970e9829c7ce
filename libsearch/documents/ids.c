/* SPDX-License-Identifier: MIT */
/* The ids section: the end of each id within the bytes (an array as numbers.h lays it out), then the bytes.
 *
 * The table section: u32 slots, a power of two of them, at least 16: 0 empty, else document + 1. Then for each slot a
 * byte: 0 empty, else bits 24 to 31 of the id's hash, 1 where these are 0; so that the search for an id that is not
 * there, which every put makes in every segment, rarely looks at anything else. It is the writer's own table as it
 * stood at the end (string_table.h says how it came to be), and so depends on the sequence of ids alone. */
#include "documents/ids.h"

#include "base/hash.h"
#include "documents/numbers.h"
#include "documents/string_table.h"

enum { SLOT_BYTES = sizeof(uint32_t) + 1 };

struct ids_writer {
    struct string_table table;
};

static inline uint8_t tag_of(uint32_t hash)
{
    const uint8_t tag = (uint8_t)(hash >> 24);
    return tag != 0 ? tag : 1;
}

libsearch_status ids_writer_new(const libsearch_allocator *allocator, struct ids_writer **writer,
                                libsearch_error *error)
{
    struct ids_writer *made = memory_allocate(allocator, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    if (!string_table_init(&made->table, allocator)) {
        memory_free(allocator, made);
        return error_no_memory(error);
    }
    *writer = made;
    return LIBSEARCH_OK;
}

void ids_writer_free(struct ids_writer *writer)
{
    if (writer == NULL)
        return;
    const libsearch_allocator *allocator = writer->table.allocator;
    string_table_free(&writer->table);
    memory_free(allocator, writer);
}

size_t ids_writer_memory(const struct ids_writer *writer)
{
    return sizeof *writer + string_table_memory(&writer->table);
}

libsearch_status ids_writer_add(struct ids_writer *writer, libsearch_bytes id, libsearch_error *error)
{
    if (id.length == 0)
        return error_set(error, LIBSEARCH_INVALID, "a document's id is empty");
    if (id.length > LIBSEARCH_MAX_ID)
        return error_set(error, LIBSEARCH_LIMIT, "an id of %zu bytes is over the limit of %d", id.length,
                         LIBSEARCH_MAX_ID);
    if (writer->table.count >= UINT32_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "too many documents in one segment");
    return string_table_add(&writer->table, id) ? LIBSEARCH_OK : error_no_memory(error);
}

libsearch_status ids_writer_find(const struct ids_writer *writer, libsearch_bytes id, uint32_t *document)
{
    return string_table_find(&writer->table, id, document) ? LIBSEARCH_OK : LIBSEARCH_NOT_FOUND;
}

libsearch_status ids_writer_finish(struct ids_writer *writer, struct buffer *ids, struct buffer *table,
                                   libsearch_error *error)
{
    const struct string_table *from = &writer->table;
    numbers_encode_u64(ids, from->ends, from->count);
    buffer_append(ids, from->bytes, from->bytes_length);
    if (buffer_reserve(table, from->slot_count * SLOT_BYTES) != NULL) {
        for (size_t i = 0; i < from->slot_count; i++)
            buffer_append_u32(table, from->slots[i].number_plus_1);
        for (size_t i = 0; i < from->slot_count; i++)
            buffer_append_u8(table, from->slots[i].number_plus_1 == 0 ? 0 : tag_of(from->slots[i].hash));
    }
    return ids->failed || table->failed ? error_no_memory(error) : LIBSEARCH_OK;
}

libsearch_status ids_open(const uint8_t *ids_section, size_t ids_length, const uint8_t *table_section,
                          size_t table_length, uint32_t expected, const char *name, struct ids *ids,
                          libsearch_error *error)
{
    struct cursor from = cursor_of(ids_section, ids_length);
    struct numbers ends;
    TRY(numbers_take(&from, expected, name, &ends, error));
    const size_t bytes_length = cursor_left(&from);
    const uint64_t last = expected == 0 ? 0 : numbers_at(&ends, expected - 1);
    if (last != bytes_length)
        return error_set_at(error, (int64_t)cursor_position(&from), LIBSEARCH_CORRUPT,
                            "%s: %zu bytes of ids, %llu expected", name, bytes_length, (unsigned long long)last);
    const size_t slots = table_length / SLOT_BYTES;
    if (table_length % SLOT_BYTES != 0 || slots < STRING_TABLE_FIRST_SLOTS || (slots & (slots - 1)) != 0)
        return error_set_at(error, 0, LIBSEARCH_CORRUPT, "%s: table of ids of %zu bytes is no power of two", name,
                            table_length);
    *ids = (struct ids){ .bytes = from.next,
                         .bytes_length = bytes_length,
                         .ends = ends.data,
                         .ends_width = ends.width,
                         .slots = table_section,
                         .tags = table_section + slots * sizeof(uint32_t),
                         .slot_count = slots,
                         .count = expected };
    return LIBSEARCH_OK;
}

libsearch_bytes ids_at(const struct ids *ids, uint32_t document)
{
    const struct numbers ends = { ids->ends, ids->ends_width, ids->count };
    const uint64_t start = document == 0 ? 0 : numbers_at(&ends, document - 1);
    const uint64_t end = numbers_at(&ends, document);
    if (start > end || end > ids->bytes_length)
        return (libsearch_bytes){ NULL, 0 };
    return (libsearch_bytes){ (const char *)ids->bytes + start, (size_t)(end - start) };
}

libsearch_status ids_find(const struct ids *ids, libsearch_bytes id, uint32_t *document)
{
    if (id.length == 0) /* what damaged bytes read as */
        return LIBSEARCH_NOT_FOUND;
    const uint32_t hash = (uint32_t)hash_bytes(id.data, id.length);
    const uint8_t tag = tag_of(hash);
    const uint64_t mask = ids->slot_count - 1;
    uint64_t at = hash & mask;
    for (uint64_t probes = 0; probes < ids->slot_count; probes++, at = (at + 1) & mask) {
        if (ids->tags[at] == 0)
            return LIBSEARCH_NOT_FOUND;
        if (ids->tags[at] != tag)
            continue;
        const uint32_t document_plus_1 = load_u32(ids->slots + 4 * at);
        if (document_plus_1 == 0 || document_plus_1 > ids->count)
            continue;
        const libsearch_bytes found = ids_at(ids, document_plus_1 - 1);
        if (found.length == id.length && memcmp(found.data, id.data, id.length) == 0) {
            *document = document_plus_1 - 1;
            return LIBSEARCH_OK;
        }
    }
    return LIBSEARCH_NOT_FOUND;
}

libsearch_status ids_verify(const struct ids *ids, const char *name, libsearch_error *error)
{
    for (uint32_t document = 0; document < ids->count; document++) {
        const libsearch_bytes id = ids_at(ids, document);
        uint32_t found;
        if (id.length == 0 || id.length > LIBSEARCH_MAX_ID)
            return error_set(error, LIBSEARCH_CORRUPT, "%s: document %u has an id of %zu bytes", name, document,
                             id.length);
        /* a later document may have the id, too */
        if (ids_find(ids, id, &found) != LIBSEARCH_OK || found < document)
            return error_set(error, LIBSEARCH_CORRUPT, "%s: the table of ids does not lead to document %u", name,
                             document);
    }
    return LIBSEARCH_OK;
}
