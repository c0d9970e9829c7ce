/* SPDX-License-Identifier: MIT */
/* The ids section: the end of each group of 16 ids within the bytes, the end of each id within its group (two arrays as
 * numbers.h lays them out: most ends take one byte), then the bytes.
 *
 * The table section: slots, a power of two of them, at least 16. The document of each, with as many bits as the greatest
 * document needs, lowest bit first, 0 where the slot is empty; they fill whole bytes. Then for each slot a byte: 0 empty,
 * else bits 24 to 31 of the id's hash, 1 where these are 0; so that the search for an id that is not there, which every
 * put makes in every segment, rarely looks at anything else. It is the writer's own table as it stood at the end
 * (string_table.h says how it came to be), and so depends on the sequence of ids alone. */
#include "documents/ids.h"

#include "base/hash.h"
#include "documents/numbers.h"
#include "documents/string_table.h"

enum { GROUP = 16 };

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

/* Bits of the greatest document's number. */
static unsigned width_of(size_t count) { return count < 2 ? 0 : 32 - (unsigned)__builtin_clz((uint32_t)(count - 1)); }

static void encode_ends(const struct ids_writer *writer, uint64_t *groups, uint32_t *ends, struct buffer *to)
{
    const struct string_table *from = &writer->table;
    const size_t group_count = (from->count + GROUP - 1) / GROUP;
    for (size_t i = 0; i < from->count; i++) {
        groups[i / GROUP] = from->ends[i];
        ends[i] = (uint32_t)(from->ends[i] - (i < GROUP ? 0 : groups[i / GROUP - 1]));
    }
    numbers_encode_u64(to, groups, group_count);
    numbers_encode(to, ends, from->count);
}

static void encode_table(const struct ids_writer *writer, struct buffer *to)
{
    const struct string_table *from = &writer->table;
    const unsigned width = width_of(from->count);
    const size_t documents = from->slot_count / 8 * width;
    uint8_t *at = buffer_reserve(to, documents + from->slot_count);
    if (at == NULL)
        return;
    to->length += documents + from->slot_count;
    uint64_t gathered = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < from->slot_count; i++) {
        const uint32_t number_plus_1 = from->slots[i].number_plus_1;
        gathered |= (uint64_t)(number_plus_1 == 0 ? 0 : number_plus_1 - 1) << bits;
        for (bits += width; bits >= 8; bits -= 8) {
            *at++ = (uint8_t)gathered;
            gathered >>= 8;
        }
    }
    for (size_t i = 0; i < from->slot_count; i++)
        *at++ = from->slots[i].number_plus_1 == 0 ? 0 : tag_of(from->slots[i].hash);
}

libsearch_status ids_writer_finish(struct ids_writer *writer, struct buffer *ids, struct buffer *table,
                                   libsearch_error *error)
{
    const libsearch_allocator *allocator = writer->table.allocator;
    const size_t count = writer->table.count;
    uint64_t *groups = memory_allocate_array(allocator, count / GROUP + 1, sizeof *groups);
    uint32_t *ends = memory_allocate_array(allocator, count, sizeof *ends);
    const bool room = groups != NULL && ends != NULL;
    if (room) {
        encode_ends(writer, groups, ends, ids);
        buffer_append(ids, writer->table.bytes, writer->table.bytes_length);
        encode_table(writer, table);
    }
    memory_free(allocator, groups);
    memory_free(allocator, ends);
    return !room || ids->failed || table->failed ? error_no_memory(error) : LIBSEARCH_OK;
}

libsearch_status ids_open(const uint8_t *ids_section, size_t ids_length, const uint8_t *table_section,
                          size_t table_length, uint32_t expected, const char *name, struct ids *ids,
                          libsearch_error *error)
{
    struct cursor from = cursor_of(ids_section, ids_length);
    struct numbers groups, ends;
    const uint64_t group_count = ((uint64_t)expected + GROUP - 1) / GROUP;
    TRY(numbers_take(&from, group_count, name, &groups, error));
    TRY(numbers_take(&from, expected, name, &ends, error));
    const size_t bytes_length = cursor_left(&from);
    const uint64_t last = expected == 0 ? 0 : numbers_at(&groups, group_count - 1);
    if (last != bytes_length)
        return error_set_at(error, (int64_t)cursor_position(&from), LIBSEARCH_CORRUPT,
                            "%s: %zu bytes of ids, %llu expected", name, bytes_length, (unsigned long long)last);
    const unsigned width = width_of(expected);
    const size_t slots = table_length / (8 + width) * 8;
    if (table_length % (8 + width) != 0 || slots < STRING_TABLE_FIRST_SLOTS || (slots & (slots - 1)) != 0)
        return error_set_at(error, 0, LIBSEARCH_CORRUPT, "%s: table of ids of %zu bytes is no power of two", name,
                            table_length);
    *ids = (struct ids){ .bytes = from.next,
                         .bytes_length = bytes_length,
                         .groups = groups,
                         .ends = ends,
                         .documents = table_section,
                         .document_width = width,
                         .tags = table_section + slots / 8 * width,
                         .slot_count = slots,
                         .count = expected };
    return LIBSEARCH_OK;
}

libsearch_bytes ids_at(const struct ids *ids, uint32_t document)
{
    const uint32_t group = document / GROUP;
    const uint64_t group_start = group == 0 ? 0 : numbers_at(&ids->groups, group - 1);
    const uint64_t group_end = numbers_at(&ids->groups, group);
    const uint64_t start = document % GROUP == 0 ? 0 : numbers_at(&ids->ends, document - 1);
    const uint64_t end = numbers_at(&ids->ends, document);
    if (group_start > group_end || group_end > ids->bytes_length || start > end || end > group_end - group_start)
        return (libsearch_bytes){ NULL, 0 };
    return (libsearch_bytes){ (const char *)ids->bytes + group_start + start, (size_t)(end - start) };
}

/* What stands in a slot. Reading it may reach into the tags: there are at least 16. */
static inline uint32_t document_at(const struct ids *ids, uint64_t slot)
{
    const uint64_t bit = slot * ids->document_width;
    return (uint32_t)(load_u64(ids->documents + bit / 8) >> bit % 8 & ((UINT64_C(1) << ids->document_width) - 1));
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
        const uint32_t candidate = document_at(ids, at);
        if (candidate >= ids->count)
            continue;
        const libsearch_bytes found = ids_at(ids, candidate);
        if (found.length == id.length && memcmp(found.data, id.data, id.length) == 0) {
            *document = candidate;
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
