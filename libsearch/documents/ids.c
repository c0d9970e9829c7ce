/* SPDX-License-Identifier: MIT */
/* The ids section: the end of each id within the bytes (an array as numbers.h lays it out), then the bytes.
 *
 * The table section: u32 slots, a power of two of them, at least 16; 0 empty, else document + 1. An id's search
 * begins at slot (XXH3 of it mod slots) and goes on slot by slot, round the end, to an empty one. The table is the
 * writer's own as it stood at the end: ids are entered in the order of documents, and whenever the entries would
 * pass 3/4 of the slots, the slots are doubled and the old ones are entered anew in their order. So the bytes depend
 * on the sequence of ids alone. */
#include "documents/ids.h"

#include "base/hash.h"
#include "documents/numbers.h"

enum { FIRST_SLOTS = 16 };

/* The low half of the hash beside the document: most wrong slots are passed over without a look at the id, and
 * doubling the table needs no id at all. */
struct id_slot {
    uint32_t hash;
    uint32_t document_plus_1;
};

struct ids_writer {
    const libsearch_allocator *allocator;
    uint8_t *bytes;
    size_t bytes_length, bytes_capacity;
    uint64_t *ends;
    size_t count, ends_capacity;
    struct id_slot *slots;
    size_t slot_count; /* a power of two */
    size_t entries;    /* distinct ids */
};

libsearch_status ids_writer_new(const libsearch_allocator *allocator, struct ids_writer **writer,
                                libsearch_error *error)
{
    struct ids_writer *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->slot_count = FIRST_SLOTS;
    made->slots = memory_allocate_array(allocator, made->slot_count, sizeof *made->slots);
    if (made->slots == NULL) {
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
    memory_free(writer->allocator, writer->bytes);
    memory_free(writer->allocator, writer->ends);
    memory_free(writer->allocator, writer->slots);
    memory_free(writer->allocator, writer);
}

size_t ids_writer_memory(const struct ids_writer *writer)
{
    return sizeof *writer + writer->bytes_capacity + writer->ends_capacity * sizeof *writer->ends +
           writer->slot_count * sizeof *writer->slots;
}

static bool id_equals(const struct ids_writer *writer, uint32_t document, libsearch_bytes id)
{
    const uint64_t start = document == 0 ? 0 : writer->ends[document - 1];
    return writer->ends[document] - start == id.length && memcmp(writer->bytes + start, id.data, id.length) == 0;
}

/* The slot that holds id, or the empty one where it would go. */
static struct id_slot *slot_of(const struct ids_writer *writer, libsearch_bytes id, uint32_t hash)
{
    const size_t mask = writer->slot_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        struct id_slot *slot = &writer->slots[at];
        if (slot->document_plus_1 == 0 || (slot->hash == hash && id_equals(writer, slot->document_plus_1 - 1, id)))
            return slot;
    }
}

static bool double_slots(struct ids_writer *writer)
{
    const size_t slot_count = writer->slot_count * 2, mask = slot_count - 1;
    struct id_slot *slots = memory_allocate_array(writer->allocator, slot_count, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < writer->slot_count; i++) {
        if (writer->slots[i].document_plus_1 == 0)
            continue;
        size_t at = writer->slots[i].hash & mask;
        while (slots[at].document_plus_1 != 0)
            at = (at + 1) & mask;
        slots[at] = writer->slots[i];
    }
    memory_free(writer->allocator, writer->slots);
    writer->slots = slots;
    writer->slot_count = slot_count;
    return true;
}

libsearch_status ids_writer_add(struct ids_writer *writer, libsearch_bytes id, libsearch_error *error)
{
    if (id.length == 0)
        return error_set(error, LIBSEARCH_INVALID, "a document's id is empty");
    if (id.length > LIBSEARCH_MAX_ID)
        return error_set(error, LIBSEARCH_LIMIT, "an id of %zu bytes is over the limit of %d", id.length,
                         LIBSEARCH_MAX_ID);
    if (writer->count >= UINT32_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "too many documents in one segment");
    if (!memory_grow(writer->allocator, &writer->bytes, &writer->bytes_capacity, writer->bytes_length + id.length, 1) ||
        !memory_grow(writer->allocator, &writer->ends, &writer->ends_capacity, writer->count + 1,
                     sizeof *writer->ends))
        return error_no_memory(error);
    const uint32_t hash = (uint32_t)hash_bytes(id.data, id.length);
    struct id_slot *slot = slot_of(writer, id, hash);
    if (slot->document_plus_1 == 0) {
        if ((writer->entries + 1) * 4 > writer->slot_count * 3) {
            if (!double_slots(writer))
                return error_no_memory(error);
            slot = slot_of(writer, id, hash);
        }
        writer->entries++;
    }
    memcpy(writer->bytes + writer->bytes_length, id.data, id.length);
    writer->bytes_length += id.length;
    writer->ends[writer->count++] = writer->bytes_length;
    *slot = (struct id_slot){ hash, (uint32_t)writer->count };
    return LIBSEARCH_OK;
}

libsearch_status ids_writer_find(const struct ids_writer *writer, libsearch_bytes id, uint32_t *document)
{
    if (id.length == 0)
        return LIBSEARCH_NOT_FOUND;
    const struct id_slot *slot = slot_of(writer, id, (uint32_t)hash_bytes(id.data, id.length));
    if (slot->document_plus_1 == 0)
        return LIBSEARCH_NOT_FOUND;
    *document = slot->document_plus_1 - 1;
    return LIBSEARCH_OK;
}

libsearch_status ids_writer_finish(struct ids_writer *writer, struct buffer *ids, struct buffer *table,
                                   libsearch_error *error)
{
    numbers_encode_u64(ids, writer->ends, writer->count);
    buffer_append(ids, writer->bytes, writer->bytes_length);
    if (buffer_reserve(table, writer->slot_count * sizeof(uint32_t)) != NULL)
        for (size_t i = 0; i < writer->slot_count; i++)
            buffer_append_u32(table, writer->slots[i].document_plus_1);
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
    const size_t slots = table_length / sizeof(uint32_t);
    if (table_length % sizeof(uint32_t) != 0 || slots < FIRST_SLOTS || (slots & (slots - 1)) != 0)
        return error_set_at(error, 0, LIBSEARCH_CORRUPT, "%s: table of ids of %zu bytes is no power of two", name,
                            table_length);
    *ids = (struct ids){ .bytes = from.next,
                         .bytes_length = bytes_length,
                         .ends = ends.data,
                         .ends_width = ends.width,
                         .slots = table_section,
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
    const uint64_t mask = ids->slot_count - 1;
    uint64_t at = (uint32_t)hash_bytes(id.data, id.length) & mask;
    for (uint64_t probes = 0; probes < ids->slot_count; probes++, at = (at + 1) & mask) {
        const uint32_t slot = load_u32(ids->slots + 4 * at);
        if (slot == 0)
            return LIBSEARCH_NOT_FOUND;
        if (slot > ids->count)
            continue;
        const libsearch_bytes found = ids_at(ids, slot - 1);
        if (found.length == id.length && memcmp(found.data, id.data, id.length) == 0) {
            *document = slot - 1;
            return LIBSEARCH_OK;
        }
    }
    return LIBSEARCH_NOT_FOUND;
}
