/* SPDX-License-Identifier: MIT */
/* Writes the merged dictionary key by key, each list from the inputs' lists in their order. */
#include "segment/dictionary_walk.h"
#include "segment/field_parts.h"
#include "segment/list_output.h"
#include "segment/list_reader.h"
#include "segment/merge.h"

struct list_merge {
    struct merge *merge;
    struct list_output output;
    struct list_reader reader;
    struct dictionary_walk walk;
    uint32_t *form_map; /* new numbers of the forms of the term in the input at hand */
    uint32_t form_count;
    size_t form_capacity;
};

/* The new numbers of the forms that an input knows of a term. */
static libsearch_status map_forms(struct list_merge *lists, const struct merge_input *input, uint64_t ordinal,
                                  libsearch_error *error)
{
    const struct merge *merge = lists->merge;
    const uint32_t start = input->form_starts[ordinal];
    lists->form_count = input->form_starts[ordinal + 1] - start;
    if (lists->form_count == 0 && lists->reader.list.positions != NULL)
        return list_reader_damaged(&lists->reader, "a term without a surface form", error);
    if (!memory_grow(merge->allocator, &lists->form_map, &lists->form_capacity, lists->form_count,
                     sizeof *lists->form_map))
        return error_no_memory(error);
    for (uint32_t f = 0; f < lists->form_count; f++)
        lists->form_map[f] = merge->words[input->form_words[start + f]].form;
    return LIBSEARCH_OK;
}

/* Brings the forms that stand at one place into the order of their numbers. */
static void order_ties(const uint32_t *places, uint32_t *forms, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const uint32_t form = forms[i];
        uint32_t at = i;
        for (; at > 0 && places[at - 1] == places[i] && forms[at - 1] > form; at--)
            forms[at] = forms[at - 1];
        forms[at] = form;
    }
}

/* The places of document i of the block and their forms under new numbers; *forms NULL: all 0. */
static libsearch_status read_places(struct list_merge *lists, uint32_t i, const uint32_t **forms,
                                    libsearch_error *error)
{
    struct merge *merge = lists->merge;
    struct posting_positions *positions = &lists->reader.positions;
    const uint32_t count = lists->reader.block.frequencies[i];
    if (count > merge->places_capacity && !merge_room(merge, count))
        return error_no_memory(error);
    if (!posting_positions_read(positions, i, merge->places))
        return list_reader_damaged(&lists->reader, "a block's positions are damaged", error);
    *forms = NULL;
    if (lists->form_map[0] == 0 && posting_positions_no_forms(positions))
        return LIBSEARCH_OK;
    if (!posting_positions_forms(positions, i, merge->forms))
        return list_reader_damaged(&lists->reader, "a block's forms are damaged", error);
    for (uint32_t p = 0; p < count; p++) {
        if (merge->forms[p] >= lists->form_count)
            return list_reader_damaged(&lists->reader, "no such form", error);
        merge->forms[p] = lists->form_map[merge->forms[p]];
    }
    order_ties(merge->places, merge->forms, count);
    *forms = merge->forms;
    return LIBSEARCH_OK;
}

/* Adds an input's documents to the list that is being written. */
static libsearch_status add_input(struct list_merge *lists, const struct merge_input *input, uint16_t list,
                                  libsearch_error *error)
{
    struct merge *merge = lists->merge;
    struct list_reader *reader = &lists->reader;
    const struct posting_block *block = &reader->block;
    const bool with_positions = reader->list.positions != NULL;
    libsearch_status status;
    while ((status = list_reader_next(reader, error)) == LIBSEARCH_OK) {
        TRY(list_reader_rest(reader, error));
        for (uint32_t i = 0; i < block->count; i++) {
            const uint32_t number = merge_number(input, block->documents[i]);
            if (number == MERGE_NONE)
                continue;
            const uint32_t *forms = NULL;
            if (with_positions)
                TRY(read_places(lists, i, &forms, error));
            list_output_document(&lists->output, list == 0, number, block->frequencies[i], merge->places, forms);
        }
    }
    return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
}

/* Writes the list of the key at which the walk stands. */
static libsearch_status write_list(struct list_merge *lists, uint16_t list, struct term_entry *entry,
                                   libsearch_error *error)
{
    struct merge *merge = lists->merge;
    list_output_begin(&lists->output, schema_list_has_positions(merge->schema, list));
    for (size_t i = 0; i < lists->walk.at_count; i++) {
        const struct dictionary_cursor *cursor = &lists->walk.cursors[lists->walk.at[i]];
        const struct merge_input *input = &merge->inputs[lists->walk.at[i]];
        if (!(cursor->entry.flags & TERM_LIST))
            continue;
        TRY(list_reader_open(&lists->reader, input->segment, list, &cursor->entry, error));
        TRY(map_forms(lists, input, cursor->ordinal, error));
        TRY(add_input(lists, input, list, error));
    }
    entry->flags |= TERM_LIST;
    return list_output_end(&lists->output, entry, error);
}

static libsearch_status write_key(struct list_merge *lists, libsearch_bytes key, uint32_t united,
                                  libsearch_error *error)
{
    const struct merge *merge = lists->merge;
    const struct merged_word *word = &merge->words[united];
    const uint16_t list = (uint16_t)((uint8_t)key.data[0] << 8 | (uint8_t)key.data[1]);
    struct term_entry entry = { 0 };
    if (merge->ordinals[united] == MERGE_NONE)
        return LIBSEARCH_OK;
    if (merge->has_list[united])
        TRY(write_list(lists, list, &entry, error));
    if (word->count > 0) {
        entry.flags |= TERM_SURFACE;
        entry.surface_count = word->count;
        entry.surface_form = word->form;
        entry.surface_term = merge->ordinals[word->term];
    }
    return terms_writer_add(lists->output.terms, key.data, key.length, &entry, error);
}

static libsearch_status write_keys(struct list_merge *lists, libsearch_error *error)
{
    libsearch_bytes key;
    libsearch_status status;
    uint32_t united = 0;
    while ((status = dictionary_walk_next(&lists->walk, &key, error)) == LIBSEARCH_OK)
        TRY(write_key(lists, key, united++, error));
    if (status != LIBSEARCH_NOT_FOUND)
        return status;
    return list_output_finish(&lists->output, error);
}

libsearch_status merge_lists(struct merge *merge, libsearch_error *error)
{
    struct list_merge *lists = memory_allocate_array(merge->allocator, 1, sizeof *lists);
    struct terms_reader **readers = merge_readers(merge);
    libsearch_status status = LIBSEARCH_OK;
    if (lists == NULL || readers == NULL) {
        status = error_no_memory(error);
        goto done;
    }
    lists->merge = merge;
    TRY_OR(done, list_output_init(&lists->output, merge->allocator, merge->schema, &merge->lengths, merge->file,
                                  error));
    status = dictionary_walk_init(&lists->walk, merge->allocator, readers, merge->count, error);
    if (status == LIBSEARCH_OK) {
        status = write_keys(lists, error);
        dictionary_walk_free(&lists->walk);
    }
    list_output_free(&lists->output);
    memory_free(merge->allocator, lists->form_map);
done:
    memory_free(merge->allocator, readers);
    memory_free(merge->allocator, lists);
    return status;
}
