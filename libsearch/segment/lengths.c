/* SPDX-License-Identifier: MIT */
#include "segment/lengths.h"

#include <string.h>

#include "base/buffer.h"
#include "codec/rounding.h"
#include "documents/numbers.h"
#include "segment/format.h"

void lengths_init(struct lengths *lengths, const libsearch_allocator *allocator)
{
    memset(lengths, 0, sizeof *lengths);
    lengths->allocator = allocator;
}

void lengths_free(struct lengths *lengths)
{
    for (size_t f = 0; f < lengths->field_count; f++) {
        memory_free(lengths->allocator, lengths->fields[f].lengths);
        memory_free(lengths->allocator, lengths->fields[f].starts);
    }
    memory_free(lengths->allocator, lengths->fields);
    memory_free(lengths->allocator, lengths->plain);
    memory_free(lengths->allocator, lengths->weighted);
    lengths->fields = NULL;
    lengths->plain = lengths->weighted = NULL;
    lengths->field_count = 0;
}

size_t lengths_memory(const struct lengths *lengths)
{
    size_t bytes = (lengths->plain_capacity + lengths->weighted_capacity) * 4 + 2 * (size_t)lengths->documents;
    for (size_t f = 0; f < lengths->field_count; f++)
        bytes += (lengths->fields[f].lengths_capacity + lengths->fields[f].starts_capacity) * 4;
    return bytes;
}

bool lengths_add_fields(struct lengths *lengths, size_t count)
{
    if (count <= lengths->field_count)
        return true;
    struct field_lengths *fields =
        memory_reallocate(lengths->allocator, lengths->fields, count * sizeof *lengths->fields);
    if (fields == NULL)
        return false;
    memset(fields + lengths->field_count, 0, (count - lengths->field_count) * sizeof *fields);
    lengths->fields = fields;
    lengths->field_count = count;
    return true;
}

bool lengths_set_field(struct lengths *lengths, uint16_t field, uint32_t words, uint32_t start)
{
    struct field_lengths *of = &lengths->fields[field];
    const size_t wanted = (size_t)lengths->documents + 1;
    if (!memory_grow(lengths->allocator, &of->lengths, &of->lengths_capacity, wanted, sizeof *of->lengths) ||
        !memory_grow(lengths->allocator, &of->starts, &of->starts_capacity, wanted, sizeof *of->starts))
        return false;
    const size_t missed = lengths->documents - of->filled;
    if (missed > 0) {
        memset(of->lengths + of->filled, 0, missed * sizeof *of->lengths);
        memset(of->starts + of->filled, 0, missed * sizeof *of->starts);
    }
    of->lengths[lengths->documents] = words;
    of->starts[lengths->documents] = start;
    of->filled = lengths->documents + 1;
    of->tokens += words;
    of->documents += words > 0;
    of->any_start = of->any_start || start > 0;
    return true;
}

void lengths_drop_fields(struct lengths *lengths)
{
    for (size_t f = 0; f < lengths->field_count; f++) {
        struct field_lengths *of = &lengths->fields[f];
        if (of->filled <= lengths->documents)
            continue;
        of->filled = lengths->documents;
        of->tokens -= of->lengths[lengths->documents];
        of->documents -= of->lengths[lengths->documents] > 0;
    }
}

bool lengths_add_document(struct lengths *lengths, uint32_t plain, uint32_t weighted, bool weighs)
{
    const size_t wanted = (size_t)lengths->documents + 1;
    if (!memory_grow(lengths->allocator, &lengths->plain, &lengths->plain_capacity, wanted, sizeof(uint32_t)) ||
        !memory_grow(lengths->allocator, &lengths->weighted, &lengths->weighted_capacity, wanted, sizeof(uint32_t)))
        return false;
    lengths->plain[lengths->documents] = plain;
    lengths->weighted[lengths->documents] = weighted;
    lengths->plain_total += plain;
    lengths->weighted_total += weighted;
    lengths->differ = lengths->differ || weighs || plain != weighted;
    lengths->documents++;
    return true;
}

uint8_t *lengths_codes(const struct lengths *lengths, const uint32_t *values)
{
    uint8_t *codes = memory_allocate(lengths->allocator, lengths->documents);
    for (uint32_t i = 0; i < lengths->documents && codes != NULL; i++)
        codes[i] = rounding_down(values[i]);
    return codes;
}

static libsearch_status put_numbers(struct section_writer *file, uint32_t id, struct buffer *scratch,
                                    const uint32_t *values, uint32_t count, libsearch_error *error)
{
    buffer_clear(scratch);
    numbers_encode(scratch, values, count);
    if (scratch->failed)
        return error_no_memory(error);
    return section_put(file, id, scratch->data, scratch->length, error);
}

/* Fills up what later documents left open, and writes the field's arrays; not its lengths where they are the plain
 * ones, as they are when no other field of the group has words. */
static libsearch_status write_field(const struct lengths *lengths, size_t field, struct buffer *scratch,
                                    struct section_writer *file, libsearch_error *error)
{
    const struct field_lengths *of = &lengths->fields[field];
    if (of->tokens == 0)
        return LIBSEARCH_OK;
    uint32_t *full = memory_allocate_array(lengths->allocator, lengths->documents, sizeof *full);
    if (full == NULL)
        return error_no_memory(error);
    memcpy(full, of->lengths, (size_t)of->filled * sizeof *full);
    libsearch_status status = LIBSEARCH_OK;
    if (of->tokens != lengths->plain_total || memcmp(full, lengths->plain, lengths->documents * sizeof *full) != 0)
        status = put_numbers(file, SECTION_FIELD_LENGTHS + (uint32_t)field, scratch, full, lengths->documents, error);
    if (status == LIBSEARCH_OK && of->any_start) {
        memcpy(full, of->starts, (size_t)of->filled * sizeof *full);
        status = put_numbers(file, SECTION_FIELD_STARTS + (uint32_t)field, scratch, full, lengths->documents, error);
    }
    memory_free(lengths->allocator, full);
    return status;
}

static libsearch_status write_all(const struct lengths *lengths, const uint8_t *plain_codes,
                                  const uint8_t *weighted_codes, struct buffer *scratch, struct section_writer *file,
                                  libsearch_error *error)
{
    buffer_append_u32(scratch, lengths->documents);
    buffer_append_u32(scratch, weighted_codes == NULL ? 1 : 2);
    buffer_append_u64(scratch, lengths->plain_total);
    buffer_append_u64(scratch, lengths->weighted_total);
    buffer_append_u32(scratch, (uint32_t)lengths->field_count);
    buffer_append_u32(scratch, 0);
    for (size_t f = 0; f < lengths->field_count; f++) {
        buffer_append_u64(scratch, lengths->fields[f].tokens);
        buffer_append_u32(scratch, lengths->fields[f].documents);
        buffer_append_u32(scratch, 0);
    }
    if (scratch->failed)
        return error_no_memory(error);
    TRY(section_put(file, SECTION_INFO, scratch->data, scratch->length, error));
    TRY(put_numbers(file, SECTION_PLAIN_LENGTHS, scratch, lengths->plain, lengths->documents, error));
    TRY(section_put(file, SECTION_PLAIN_CODES, plain_codes, lengths->documents, error));
    if (weighted_codes != NULL) {
        TRY(put_numbers(file, SECTION_WEIGHTED_LENGTHS, scratch, lengths->weighted, lengths->documents, error));
        TRY(section_put(file, SECTION_WEIGHTED_CODES, weighted_codes, lengths->documents, error));
    }
    for (size_t f = 0; f < lengths->field_count; f++)
        TRY(write_field(lengths, f, scratch, file, error));
    return LIBSEARCH_OK;
}

libsearch_status lengths_write(const struct lengths *lengths, const uint8_t *plain_codes, const uint8_t *weighted_codes,
                               struct section_writer *file, libsearch_error *error)
{
    struct buffer scratch;
    buffer_init(&scratch, lengths->allocator);
    const libsearch_status status = write_all(lengths, plain_codes, weighted_codes, &scratch, file, error);
    buffer_free(&scratch);
    return status;
}
