/* SPDX-License-Identifier: MIT */
#include "segment/list_output.h"

#include <string.h>

#include "segment/format.h"

enum { GATHERED_ENOUGH = 1 << 18 };

uint16_t schema_main_field(const struct schema *schema)
{
    for (size_t f = 0; f < schema->count; f++)
        if (schema->fields[f]->in_group && schema->fields[f]->weight == 1.0f)
            return (uint16_t)f;
    return SCHEMA_NO_FIELD;
}

static libsearch_status make_posting_writer(struct list_output *output, libsearch_error *error)
{
    const struct lengths *lengths = output->lengths;
    const float documents = lengths->documents == 0 ? 1.0f : (float)lengths->documents;
    output->plain_codes = lengths_codes(lengths, lengths->plain);
    if (lengths->differ)
        output->weighted_codes = lengths_codes(lengths, lengths->weighted);
    if (output->plain_codes == NULL || (lengths->differ && output->weighted_codes == NULL))
        return error_no_memory(error);
    const struct posting_lengths of = { .plain = output->plain_codes,
                                        .weighted = output->weighted_codes,
                                        .plain_lengths = lengths->plain,
                                        .weighted_lengths = lengths->weighted,
                                        .plain_average = (float)lengths->plain_total / documents,
                                        .weighted_average = (float)lengths->weighted_total / documents,
                                        .side_weights = output->side_weights };
    TRY(posting_writer_new(output->allocator, &of, &output->postings, error));
    return terms_writer_new(output->allocator, &output->terms, error);
}

/* So that most documents of most lists cost one look: whether the term stands before their main field at all. */
static bool note_main_starts(struct list_output *output)
{
    const uint32_t documents = output->lengths->documents;
    const struct field_lengths *of = &output->lengths->fields[output->main_field];
    output->main_starts = memory_allocate(output->allocator, documents * sizeof *output->main_starts);
    if (output->main_starts == NULL)
        return false;
    for (uint32_t d = 0; d < documents; d++)
        output->main_starts[d] = d < of->filled && of->lengths[d] > 0 ? of->starts[d] : UINT32_MAX;
    return true;
}

libsearch_status list_output_init(struct list_output *output, const libsearch_allocator *allocator,
                                  const struct schema *schema, const struct lengths *lengths,
                                  struct section_writer *file, libsearch_error *error)
{
    memset(output, 0, sizeof *output);
    output->allocator = allocator;
    output->lengths = lengths;
    output->file = file;
    buffer_init(&output->gathered, allocator);
    output->side_weights = memory_allocate_array(allocator, schema->count + 1, sizeof *output->side_weights);
    output->group = memory_allocate_array(allocator, schema->count + 1, sizeof *output->group);
    if (output->side_weights == NULL || output->group == NULL) {
        list_output_free(output);
        return error_no_memory(error);
    }
    output->main_field = schema_main_field(schema);
    for (size_t f = 0; f < schema->count && f < lengths->field_count; f++) {
        output->side_weights[f] = schema->fields[f]->weight - 1.0f;
        if (schema->fields[f]->in_group && lengths->fields[f].tokens > 0)
            output->group[output->group_count++] = (uint16_t)f;
    }
    output->main_is_last = output->group_count > 0 && output->group[output->group_count - 1] == output->main_field;
    libsearch_status status = LIBSEARCH_OK;
    if (output->main_is_last && output->group_count > 1 && !note_main_starts(output))
        status = error_no_memory(error);
    if (status == LIBSEARCH_OK)
        status = make_posting_writer(output, error);
    if (status == LIBSEARCH_OK)
        status = section_begin(file, SECTION_POSTINGS, error);
    if (status != LIBSEARCH_OK)
        list_output_free(output);
    return status;
}

void list_output_free(struct list_output *output)
{
    posting_writer_free(output->postings);
    terms_writer_free(output->terms);
    buffer_free(&output->gathered);
    memory_free(output->allocator, output->plain_codes);
    memory_free(output->allocator, output->weighted_codes);
    memory_free(output->allocator, output->side_weights);
    memory_free(output->allocator, output->group);
    memory_free(output->allocator, output->main_starts);
    output->main_starts = NULL;
    output->postings = NULL;
    output->terms = NULL;
    output->plain_codes = output->weighted_codes = NULL;
    output->side_weights = NULL;
    output->group = NULL;
}

void list_output_begin(struct list_output *output, bool with_positions)
{
    posting_writer_begin(output->postings, with_positions);
}

/* Counts how often the document has the term in each side field. Positions and the fields' starts both rise, so one
 * walk over both tells the field of each position: the last that has words and begins at or before it. */
static size_t count_sides(const struct list_output *output, uint32_t document, uint32_t frequency,
                          const uint32_t *positions, struct posting_side *sides)
{
    size_t count = 0;
    size_t g = 0;
    uint16_t field = SCHEMA_NO_FIELD;
    for (uint32_t i = 0; i < frequency; i++) {
        for (; g < output->group_count; g++) {
            const struct field_lengths *of = &output->lengths->fields[output->group[g]];
            if (document >= of->filled || of->lengths[document] == 0)
                continue;
            if (of->starts[document] > positions[i])
                break;
            field = output->group[g];
        }
        if (field == output->main_field || field == SCHEMA_NO_FIELD)
            continue;
        if (count == 0 || sides[count - 1].field != field)
            sides[count++] = (struct posting_side){ field, 0 };
        sides[count - 1].frequency++;
    }
    return count;
}

void list_output_document(struct list_output *output, bool in_group, uint32_t document, uint32_t frequency,
                          const uint32_t *positions, const uint32_t *forms)
{
    const bool only_main =
        !in_group || output->group_count == 0 ||
        (output->main_is_last && (output->group_count == 1 || positions[0] >= output->main_starts[document]));
    if (only_main) {
        posting_writer_add(output->postings, document, frequency, positions, forms, NULL, 0);
        return;
    }
    struct posting_side sides[LIBSEARCH_MAX_FIELDS];
    const size_t count = count_sides(output, document, frequency, positions, sides);
    posting_writer_add(output->postings, document, frequency, positions, forms, sides, count);
}

static libsearch_status give_to_file(struct list_output *output, libsearch_error *error)
{
    TRY(section_append(output->file, output->gathered.data, output->gathered.length, error));
    output->written += output->gathered.length;
    buffer_clear(&output->gathered);
    return LIBSEARCH_OK;
}

libsearch_status list_output_end(struct list_output *output, struct term_entry *entry, libsearch_error *error)
{
    struct posting_written written;
    TRY(posting_writer_end(output->postings, &output->gathered, output->written, &written, error));
    entry->document_frequency = written.document_frequency;
    entry->collection_frequency = written.collection_frequency;
    entry->postings_offset = written.postings_offset;
    entry->positions_offset = written.positions_offset;
    entry->single_document = written.document_frequency == 1 ? written.single_document : 0;
    /* Only whole words are given, so that alignment within the section holds. */
    if (output->gathered.length < GATHERED_ENOUGH)
        return LIBSEARCH_OK;
    const size_t rest = output->gathered.length % 4;
    uint8_t tail[4];
    memcpy(tail, output->gathered.data + output->gathered.length - rest, rest);
    output->gathered.length -= rest;
    TRY(give_to_file(output, error));
    buffer_append(&output->gathered, tail, rest);
    return LIBSEARCH_OK;
}

libsearch_status list_output_finish(struct list_output *output, libsearch_error *error)
{
    static const uint8_t slack[POSTING_SLACK];
    buffer_append(&output->gathered, slack, sizeof slack);
    if (output->gathered.failed)
        return error_no_memory(error);
    TRY(give_to_file(output, error));
    TRY(section_end(output->file, error));
    libsearch_bytes terms;
    TRY(terms_writer_finish(output->terms, &terms, error));
    TRY(section_put(output->file, SECTION_TERMS, terms.data, terms.length, error));
    const libsearch_bytes peaks = terms_writer_peaks(output->terms);
    if (peaks.length > 0)
        TRY(section_put(output->file, SECTION_PEAKS, peaks.data, peaks.length, error));
    return lengths_write(output->lengths, output->plain_codes, output->weighted_codes, output->file, error);
}
