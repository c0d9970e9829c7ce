/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "segment/field_parts.h"
#include "segment/format.h"
#include "segment/segment_data.h"

static libsearch_status corrupt(const struct segment *segment, const char *what, libsearch_error *error)
{
    return error_set(error, LIBSEARCH_CORRUPT, "%s: %s", section_file_name(segment->file), what);
}

static libsearch_status open_info(struct segment *segment, libsearch_error *error)
{
    size_t length;
    const uint8_t *bytes = section_file_get(segment->file, SECTION_INFO, &length);
    struct cursor cursor = cursor_of(bytes, length);
    segment->count = cursor_u32(&cursor);
    segment->profiles = cursor_u32(&cursor);
    segment->plain_total = cursor_u64(&cursor);
    segment->weighted_total = cursor_u64(&cursor);
    const uint32_t fields = cursor_u32(&cursor);
    cursor_u32(&cursor);
    if (cursor.failed || segment->count > SEGMENT_MAX_DOCUMENTS || segment->profiles < 1 || segment->profiles > 2)
        return corrupt(segment, "section INFO: not a segment's", error);
    if (fields > segment->schema->count)
        return corrupt(segment, "section INFO: more fields than the schema has", error);
    segment->fields = memory_allocate_array(segment->allocator, fields, sizeof *segment->fields);
    segment->columns = memory_allocate_array(segment->allocator, fields, sizeof(struct column *));
    if (segment->fields == NULL || segment->columns == NULL)
        return error_no_memory(error);
    segment->field_count = fields;
    for (uint32_t f = 0; f < fields; f++) {
        segment->fields[f].tokens = cursor_u64(&cursor);
        segment->fields[f].documents = cursor_u32(&cursor);
        cursor_u32(&cursor);
    }
    if (cursor.failed)
        return corrupt(segment, "section INFO: too short", error);
    return LIBSEARCH_OK;
}

static libsearch_status open_numbers(struct segment *segment, uint32_t section, struct numbers *numbers,
                                     libsearch_error *error)
{
    size_t length;
    const uint8_t *bytes = section_file_get(segment->file, section, &length);
    return numbers_open(bytes, length, segment->count, section_file_name(segment->file), numbers, error);
}

static libsearch_status open_codes(struct segment *segment, uint32_t section, const uint8_t **codes,
                                   libsearch_error *error)
{
    size_t length;
    *codes = section_file_get(segment->file, section, &length);
    return length == segment->count ? LIBSEARCH_OK : corrupt(segment, "length codes: not one a document", error);
}

static libsearch_status open_lengths(struct segment *segment, libsearch_error *error)
{
    TRY(open_numbers(segment, SECTION_PLAIN_LENGTHS, &segment->plain_lengths, error));
    TRY(open_codes(segment, SECTION_PLAIN_CODES, &segment->plain_codes, error));
    segment->weighted_lengths = segment->plain_lengths;
    segment->weighted_codes = segment->plain_codes;
    if (segment->profiles == 2) {
        TRY(open_numbers(segment, SECTION_WEIGHTED_LENGTHS, &segment->weighted_lengths, error));
        TRY(open_codes(segment, SECTION_WEIGHTED_CODES, &segment->weighted_codes, error));
    }
    return LIBSEARCH_OK;
}

/* The arrays of a field, where it has them. */
static libsearch_status open_field(struct segment *segment, uint32_t f, libsearch_error *error)
{
    size_t length;
    if (section_file_get(segment->file, SECTION_FIELD_LENGTHS + f, &length) != NULL && length > 0)
        TRY(open_numbers(segment, SECTION_FIELD_LENGTHS + f, &segment->fields[f].lengths, error));
    else if (segment->fields[f].tokens > 0) {
        if (segment->fields[f].tokens != segment->plain_total)
            return corrupt(segment, "a field's lengths are missing", error);
        segment->fields[f].lengths = segment->plain_lengths;
    }
    if (section_file_get(segment->file, SECTION_FIELD_STARTS + f, &length) != NULL && length > 0)
        TRY(open_numbers(segment, SECTION_FIELD_STARTS + f, &segment->fields[f].starts, error));
    const uint8_t *column = section_file_get(segment->file, SECTION_COLUMN + f, &length);
    if (column == NULL || length == 0)
        return LIBSEARCH_OK;
    TRY(column_open(segment->allocator, column, length, segment->count, section_file_name(segment->file),
                    &segment->columns[f], error));
    if (column_is_keyword(segment->columns[f]) != (segment->schema->fields[f]->type == LIBSEARCH_KEYWORD))
        return corrupt(segment, "a column is not of its field's type", error);
    return LIBSEARCH_OK;
}

static libsearch_status open_documents(struct segment *segment, libsearch_error *error)
{
    const char *name = section_file_name(segment->file);
    size_t first_length, second_length;
    const uint8_t *first = section_file_get(segment->file, SECTION_IDS, &first_length);
    const uint8_t *second = section_file_get(segment->file, SECTION_ID_TABLE, &second_length);
    TRY(ids_open(first, first_length, second, second_length, segment->count, name, &segment->ids, error));
    first = section_file_get(segment->file, SECTION_STORED, &first_length);
    second = section_file_get(segment->file, SECTION_STORED_TABLE, &second_length);
    return stored_reader_open(segment->allocator, first, first_length, second, second_length, segment->count, name,
                              &segment->stored, error);
}

static libsearch_status open_biwords(struct segment *segment, libsearch_error *error)
{
    size_t length, lists_length;
    const uint8_t *section = section_file_get(segment->file, SECTION_BIWORDS, &length);
    const uint8_t *lists = section_file_get(segment->file, SECTION_BIWORD_LISTS, &lists_length);
    return biwords_open(section, length, lists, lists_length, section_file_name(segment->file), &segment->biwords,
                        error);
}

static libsearch_status open_parts(struct segment *segment, libsearch_error *error)
{
    TRY(open_info(segment, error));
    TRY(open_lengths(segment, error));
    for (uint32_t f = 0; f < segment->field_count; f++)
        TRY(open_field(segment, f, error));
    TRY(open_documents(segment, error));
    segment->postings = section_file_get(segment->file, SECTION_POSTINGS, &segment->postings_length);
    size_t length;
    const uint8_t *terms = section_file_get(segment->file, SECTION_TERMS, &length);
    TRY(terms_reader_open(segment->allocator, terms, length, section_file_name(segment->file), &segment->terms, error));
    const uint8_t *peaks = section_file_get(segment->file, SECTION_PEAKS, &length);
    if (peaks != NULL)
        TRY(terms_reader_set_peaks(segment->terms, peaks, length, error));
    return open_biwords(segment, error);
}

static void segment_free(struct segment *segment)
{
    for (size_t f = 0; f < segment->field_count; f++)
        column_close(segment->columns[f]);
    memory_free(segment->allocator, segment->columns);
    memory_free(segment->allocator, segment->fields);
    stored_reader_close(segment->stored);
    terms_reader_close(segment->terms);
    section_file_close(segment->file);
    schema_release(segment->schema);
    memory_free(segment->allocator, segment);
}

libsearch_status segment_open(const libsearch_allocator *allocator, struct schema *schema, struct storage *storage,
                              const char *name, bool copy, struct segment **segment, libsearch_error *error)
{
    struct segment *opened = memory_allocate_array(allocator, 1, sizeof *opened);
    if (opened == NULL)
        return error_no_memory(error);
    opened->allocator = allocator;
    opened->references = 1;
    libsearch_status status =
        section_file_open(storage, name, SEGMENT_KIND, SEGMENT_VERSION, copy, &opened->file, error);
    if (status != LIBSEARCH_OK) {
        memory_free(allocator, opened);
        return status;
    }
    opened->schema = schema_retain(schema);
    status = open_parts(opened, error);
    if (status != LIBSEARCH_OK) {
        segment_free(opened);
        return status;
    }
    *segment = opened;
    return LIBSEARCH_OK;
}

struct segment *segment_retain(struct segment *segment)
{
    __atomic_add_fetch(&segment->references, 1, __ATOMIC_RELAXED);
    return segment;
}

void segment_release(struct segment *segment)
{
    if (segment != NULL && __atomic_sub_fetch(&segment->references, 1, __ATOMIC_ACQ_REL) == 0)
        segment_free(segment);
}

const char *segment_name(const struct segment *segment) { return section_file_name(segment->file); }
uint32_t segment_count(const struct segment *segment) { return segment->count; }
uint64_t segment_bytes(const struct segment *segment) { return section_file_length(segment->file); }
const uint8_t *segment_file_bytes(const struct segment *segment, size_t *length)
{
    *length = (size_t)section_file_length(segment->file);
    return section_file_bytes(segment->file);
}
uint64_t segment_checksum(const struct segment *segment) { return section_file_checksum(segment->file); }
uint64_t segment_term_count(const struct segment *segment) { return terms_reader_count(segment->terms); }

libsearch_bytes segment_id(const struct segment *segment, uint32_t document) { return ids_at(&segment->ids, document); }

libsearch_status segment_find(const struct segment *segment, libsearch_bytes id, uint32_t *document)
{
    return ids_find(&segment->ids, id, document);
}

libsearch_status segment_fetch(const struct segment *segment, const struct schema *schema, uint32_t number,
                               libsearch_document *document, libsearch_error *error)
{
    struct buffer scratch;
    buffer_init(&scratch, segment->allocator);
    libsearch_status status = stored_reader_get(segment->stored, number, &scratch, error);
    if (status == LIBSEARCH_OK)
        status = document_record_decode(schema, (libsearch_bytes){ (const char *)scratch.data, scratch.length },
                                        section_file_name(segment->file), document, error);
    buffer_free(&scratch);
    return status;
}

libsearch_status segment_list_of(const struct segment *segment, uint16_t list, const struct term_entry *entry,
                                 struct posting_list *postings, libsearch_error *error)
{
    const struct posting_place place = { .document_frequency = entry->document_frequency,
                                         .collection_frequency = entry->collection_frequency,
                                         .postings_offset = entry->postings_offset,
                                         .positions_offset = entry->positions_offset,
                                         .single_document = entry->single_document,
                                         .with_positions = schema_list_has_positions(segment->schema, list) };
    return posting_list_open(segment->postings, segment->postings_length, &place, segment->count,
                             section_file_name(segment->file), postings, error);
}

libsearch_status segment_list(const struct segment *segment, uint16_t list, const void *word, size_t length,
                              struct posting_list *postings, libsearch_error *error)
{
    uint8_t key[TERM_KEY_MAX];
    if (length > sizeof key - 2)
        return LIBSEARCH_NOT_FOUND;
    key[0] = (uint8_t)(list >> 8);
    key[1] = (uint8_t)list;
    if (length > 0)
        memcpy(key + 2, word, length);
    struct term_entry entry;
    TRY(terms_reader_find(segment->terms, key, length + 2, &entry, NULL, error));
    if (!(entry.flags & TERM_LIST))
        return LIBSEARCH_NOT_FOUND;
    return segment_list_of(segment, list, &entry, postings, error);
}

libsearch_status segment_biword(const struct segment *segment, const struct posting_list *first,
                                const struct posting_list *second, enum biword_known *known, struct posting_list *list,
                                libsearch_error *error)
{
    *known = BIWORD_UNKNOWN;
    if (segment->biwords.words == 0 || first->positions == NULL || second->positions == NULL)
        return LIBSEARCH_OK;
    return biwords_find(&segment->biwords, (uint64_t)(first->positions - segment->postings),
                        (uint64_t)(second->positions - segment->postings), segment->count,
                        section_file_name(segment->file), known, list, error);
}

bool segment_has_biwords(const struct segment *segment) { return segment->biwords.lists != NULL; }
