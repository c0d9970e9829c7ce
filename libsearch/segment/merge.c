/* SPDX-License-Identifier: MIT */
#include "segment/merge.h"

#include "segment/field_parts.h"
#include "segment/format.h"

bool merge_room(struct merge *merge, size_t count)
{
    return memory_grow(merge->allocator, &merge->places, &merge->places_capacity, count, sizeof *merge->places) &&
           memory_grow(merge->allocator, &merge->forms, &merge->forms_capacity, count, sizeof *merge->forms);
}

/* Live documents in the order of their new numbers. */
struct document_walk {
    const struct merge *merge;
    uint32_t number;              /* of the next one */
    uint32_t input, document;     /* where the search for it begins */
    const struct merge_input *at; /* after document_walk_next, where it lies: the input, and its old number there */
    uint32_t old;
};

static bool document_walk_next(struct document_walk *walk)
{
    const struct merge *merge = walk->merge;
    if (walk->number == merge->documents)
        return false;
    if (merge->order != NULL) {
        walk->at = &merge->inputs[merge->order[walk->number] >> 32];
        walk->old = (uint32_t)merge->order[walk->number++];
        return true;
    }
    for (;; walk->input++, walk->document = 0) {
        walk->at = &merge->inputs[walk->input];
        const uint32_t count = walk->at->segment->count;
        while (walk->document < count && walk->at->live != NULL && !live_has(walk->at->live, walk->document))
            walk->document++;
        if (walk->document < count)
            break;
    }
    walk->old = walk->document++;
    walk->number++;
    return true;
}

/* Gives the live documents their numbers, in the order in which they come. */
static libsearch_status number_documents(struct merge *merge, const struct segment_input *inputs, bool all_numbers,
                                         libsearch_error *error)
{
    uint64_t documents = 0;
    for (size_t i = 0; i < merge->count; i++) {
        struct merge_input *input = &merge->inputs[i];
        input->segment = inputs[i].segment;
        input->live = inputs[i].live != NULL && inputs[i].live->deleted > 0 ? inputs[i].live : NULL;
        if (input->live != NULL && input->live->count != input->segment->count)
            return error_set(error, LIBSEARCH_INVALID, "%s: live documents of another segment",
                             section_file_name(input->segment->file));
        if (input->segment->field_count > merge->schema->count)
            return error_set(error, LIBSEARCH_INVALID, "%s: more fields than the schema has",
                             section_file_name(input->segment->file));
        documents += input->segment->count - (input->live != NULL ? input->live->deleted : 0);
    }
    if (documents >= SEGMENT_MAX_DOCUMENTS)
        return error_set(error, LIBSEARCH_LIMIT, "too many documents in one segment");
    uint32_t number = 0;
    for (size_t i = 0; i < merge->count; i++) {
        struct merge_input *input = &merge->inputs[i];
        const uint32_t count = input->segment->count;
        input->first = number;
        input->numbers = inputs[i].numbers;
        if (input->numbers == NULL && (input->live != NULL || all_numbers)) {
            input->numbers = memory_allocate(merge->allocator, count * sizeof *input->numbers);
            input->own_numbers = true;
            if (input->numbers == NULL)
                return error_no_memory(error);
        }
        for (uint32_t d = 0; d < count && input->numbers != NULL; d++)
            input->numbers[d] = input->live == NULL || live_has(input->live, d) ? number++ : MERGE_NONE;
        if (input->numbers == NULL)
            number += count;
    }
    merge->documents = number;
    return LIBSEARCH_OK;
}

/* Most blocks of an input are copied as they are: where two rows of blocks end one with the same document, they go on
 * alike. */
static libsearch_status copy_records(struct merge *merge, struct stored_cursor **cursors, struct stored_writer *writer,
                                     libsearch_error *error)
{
    struct document_walk walk = { .merge = merge };
    uint32_t steps = 0;
    while (document_walk_next(&walk)) {
        if (steps++ % 256 == 0)
            TRY(merge_step(merge, MERGE_ORDERED, MERGE_STORED, walk.number / 4096 * 4096, merge->documents, error));
        struct stored_cursor **cursor = &cursors[walk.at - merge->inputs];
        libsearch_bytes record;
        uint32_t copied = 0;
        if (merge->order == NULL)
            TRY(stored_writer_copy(writer, walk.at->segment->stored, walk.at->live, walk.old, &copied, error));
        if (copied > 0) {
            walk.document += copied - 1;
            walk.number += copied - 1;
            continue;
        }
        if (*cursor == NULL)
            TRY(stored_cursor_new(walk.at->segment->stored, cursor, error));
        TRY(stored_cursor_get(*cursor, walk.old, &record, error));
        TRY(stored_writer_add(writer, record, error));
    }
    return LIBSEARCH_OK;
}

static libsearch_status merge_stored(struct merge *merge, libsearch_error *error)
{
    struct buffer table;
    buffer_init(&table, merge->allocator);
    struct stored_writer *writer = NULL;
    struct stored_cursor **cursors =
        memory_allocate_array(merge->allocator, merge->count, sizeof(struct stored_cursor *));
    libsearch_status status = LIBSEARCH_OK;
    if (cursors == NULL) {
        status = error_no_memory(error);
        goto done;
    }
    TRY_OR(done, section_begin(merge->file, SECTION_STORED, error));
    TRY_OR(done, stored_writer_new(merge->allocator, merge->file, &writer, error));
    TRY_OR(done, copy_records(merge, cursors, writer, error));
    TRY_OR(done, stored_writer_finish(writer, &table, error));
    TRY_OR(done, section_end(merge->file, error));
    TRY_OR(done, section_put(merge->file, SECTION_STORED_TABLE, table.data, table.length, error));
done:
    for (size_t i = 0; i < merge->count && cursors != NULL; i++)
        stored_cursor_free(cursors[i]);
    memory_free(merge->allocator, cursors);
    stored_writer_free(writer);
    buffer_free(&table);
    return status;
}

static libsearch_status copy_ids(struct merge *merge, struct ids_writer *writer, struct buffer *ids,
                                 struct buffer *table, libsearch_error *error)
{
    struct document_walk walk = { .merge = merge };
    while (document_walk_next(&walk)) {
        const libsearch_bytes id = ids_at(&walk.at->segment->ids, walk.old);
        if (id.length == 0)
            return error_set(error, LIBSEARCH_CORRUPT, "%s: the id of document %u is damaged",
                             section_file_name(walk.at->segment->file), walk.old);
        TRY(ids_writer_add(writer, id, error));
    }
    TRY(ids_writer_finish(writer, ids, table, error));
    TRY(section_put(merge->file, SECTION_IDS, ids->data, ids->length, error));
    return section_put(merge->file, SECTION_ID_TABLE, table->data, table->length, error);
}

static libsearch_status merge_ids(struct merge *merge, libsearch_error *error)
{
    struct ids_writer *writer;
    struct buffer ids, table;
    buffer_init(&ids, merge->allocator);
    buffer_init(&table, merge->allocator);
    TRY(ids_writer_new(merge->allocator, &writer, error));
    const libsearch_status status = copy_ids(merge, writer, &ids, &table, error);
    ids_writer_free(writer);
    buffer_free(&ids);
    buffer_free(&table);
    return status;
}

static libsearch_status copy_column(struct merge *merge, uint16_t field, struct column_writer *writer,
                                    struct buffer *section, libsearch_error *error)
{
    const bool keywords = merge->schema->fields[field]->type == LIBSEARCH_KEYWORD;
    struct document_walk walk = { .merge = merge };
    while (document_walk_next(&walk)) {
        if (field >= walk.at->segment->field_count || walk.at->segment->columns[field] == NULL)
            continue;
        const struct column *column = walk.at->segment->columns[field];
        const uint32_t count = column_count(column, walk.old);
        for (uint32_t i = 0; i < count; i++) {
            const uint64_t value = column_value(column, walk.old, i);
            if (!keywords) {
                TRY(column_writer_add_number(writer, walk.number - 1, value, error));
                continue;
            }
            if (value >= column_keyword_count(column))
                return error_set(error, LIBSEARCH_CORRUPT, "%s: column of '%s': no such keyword",
                                 section_file_name(walk.at->segment->file), merge->schema->fields[field]->name);
            TRY(column_writer_add_keyword(writer, walk.number - 1, column_keyword(column, (uint32_t)value), error));
        }
    }
    TRY(column_writer_finish(writer, merge->documents, section, error));
    return section_put(merge->file, SECTION_COLUMN + (uint32_t)field, section->data, section->length, error);
}

static libsearch_status merge_column(struct merge *merge, uint16_t field, libsearch_error *error)
{
    struct column_writer *writer;
    struct buffer section;
    buffer_init(&section, merge->allocator);
    TRY(column_writer_new(merge->allocator, merge->schema->fields[field]->type == LIBSEARCH_KEYWORD, &writer, error));
    const libsearch_status status = copy_column(merge, field, writer, &section, error);
    column_writer_free(writer);
    buffer_free(&section);
    return status;
}

static libsearch_status merge_lengths(struct merge *merge, libsearch_error *error)
{
    const struct schema *schema = merge->schema;
    if (!lengths_add_fields(&merge->lengths, schema->count))
        return error_no_memory(error);
    struct document_walk walk = { .merge = merge };
    while (document_walk_next(&walk)) {
        const struct segment *segment = walk.at->segment;
        bool weighs = false;
        for (uint16_t f = 0; f < segment->field_count; f++) {
            const uint32_t words = segment_field_length(segment, f, walk.old);
            if (words == 0)
                continue;
            if (!lengths_set_field(&merge->lengths, f, words, segment_field_start(segment, f, walk.old)))
                return error_no_memory(error);
            weighs = weighs || (schema->fields[f]->in_group && schema->fields[f]->weight != 1.0f);
        }
        if (!lengths_add_document(&merge->lengths, (uint32_t)numbers_at(&segment->plain_lengths, walk.old),
                                  (uint32_t)numbers_at(&segment->weighted_lengths, walk.old), weighs))
            return error_no_memory(error);
    }
    return LIBSEARCH_OK;
}

static libsearch_status merge_all(struct merge *merge, libsearch_error *error)
{
    const struct schema *schema = merge->schema;
    TRY(merge_stored(merge, error));
    TRY(merge_step(merge, MERGE_STORED, MERGE_IDS, 0, 1, error));
    TRY(merge_ids(merge, error));
    for (size_t f = 0; f < schema->count; f++)
        if (field_has_column(schema->fields[f])) {
            TRY(merge_step(merge, MERGE_IDS, MERGE_COLUMNS, f * 4096, schema->count * 4096, error));
            TRY(merge_column(merge, (uint16_t)f, error));
        }
    TRY(merge_step(merge, MERGE_IDS, MERGE_COLUMNS, 1, 1, error));
    TRY(merge_lengths(merge, error));
    TRY(merge_terms(merge, error));
    return merge_lists(merge, error);
}

static void merge_free(struct merge *merge)
{
    for (size_t i = 0; i < merge->count && merge->inputs != NULL; i++) {
        struct merge_input *input = &merge->inputs[i];
        if (input->own_numbers)
            memory_free(merge->allocator, input->numbers);
        memory_free(merge->allocator, input->united);
        memory_free(merge->allocator, input->form_starts);
        memory_free(merge->allocator, input->form_words);
    }
    memory_free(merge->allocator, merge->inputs);
    memory_free(merge->allocator, merge->order);
    memory_free(merge->allocator, merge->words);
    memory_free(merge->allocator, merge->has_list);
    memory_free(merge->allocator, merge->ordinals);
    memory_free(merge->allocator, merge->places);
    memory_free(merge->allocator, merge->forms);
    lengths_free(&merge->lengths);
    if (merge->file != NULL)
        section_writer_discard(merge->file);
}

libsearch_status segment_merge(const libsearch_allocator *allocator, struct schema *schema, struct storage *storage,
                               const char *name, const struct segment_input *inputs, size_t count, unsigned flags,
                               const struct watch_part *part, bool sync, uint64_t *length, libsearch_error *error)
{
    struct merge merge = { .allocator = allocator, .schema = schema, .count = count, .part = part };
    lengths_init(&merge.lengths, allocator);
    libsearch_status status = LIBSEARCH_OK;
    const bool reorder = (flags & LIBSEARCH_REORDER) != 0;
    merge.inputs = memory_allocate_array(allocator, count, sizeof *merge.inputs);
    if (merge.inputs == NULL || !merge_room(&merge, POSTING_BLOCK)) {
        status = error_no_memory(error);
        goto done;
    }
    /* Some of it is copied unread, and damage must not come under a new checksum. */
    for (size_t i = 0; i < count; i++) {
        TRY_OR(done, merge_step(&merge, 0, MERGE_VERIFIED, i * 4096, count * 4096, error));
        TRY_OR(done, segment_verify(inputs[i].segment, error));
    }
    TRY_OR(done, number_documents(&merge, inputs, reorder, error));
    TRY_OR(done, merge_step(&merge, 0, MERGE_VERIFIED, 1, 1, error));
    if (reorder)
        TRY_OR(done, merge_reorder(&merge, error));
    TRY_OR(done, section_writer_open(storage, name, SEGMENT_KIND, SEGMENT_VERSION, &merge.file, error));
    TRY_OR(done, merge_all(&merge, error));
    struct section_writer *file = merge.file;
    merge.file = NULL;
    status = section_writer_finish(file, sync, length, error);
    if (status == LIBSEARCH_OK)
        watch_step(part, 1, 1, NULL); /* it is there: too late to stop it */
done:
    merge_free(&merge);
    return status;
}
