/* SPDX-License-Identifier: MIT */
/* Writes the merged dictionary key by key, each list from the inputs' lists in their order; where documents are
 * reordered, each list is read whole before it is written. */
#include <string.h>

#include "segment/dictionary_walk.h"
#include "segment/field_parts.h"
#include "segment/list_output.h"
#include "segment/list_reader.h"
#include "segment/merge.h"
#include "segment/number_sort.h"

/* A document of the list at hand, when documents come in another order than they are written. */
struct kept_document {
    uint32_t number, frequency;
    size_t start; /* of its places and forms in those of the merge */
};

struct list_merge {
    struct merge *merge;
    struct list_output output;
    struct list_reader reader;
    struct dictionary_walk walk;
    uint32_t *form_map; /* new numbers of the forms of the term in the input at hand */
    uint32_t form_count;
    size_t form_capacity;
    struct kept_document *kept;
    size_t kept_count, kept_capacity, kept_places;
    uint64_t *keys, *spare_keys;
    size_t keys_capacity, spare_capacity;
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

/* The places of document i of the block, and their forms under new numbers; *has_forms false: all are 0, and none is
 * written. */
static libsearch_status read_places(struct list_merge *lists, uint32_t i, uint32_t *places, uint32_t *forms,
                                    bool *has_forms, libsearch_error *error)
{
    struct posting_positions *positions = &lists->reader.positions;
    const uint32_t count = lists->reader.block.frequencies[i];
    if (!posting_positions_read(positions, i, places))
        return list_reader_damaged(&lists->reader, "a block's positions are damaged", error);
    *has_forms = lists->form_map[0] != 0 || !posting_positions_no_forms(positions);
    if (!*has_forms)
        return LIBSEARCH_OK;
    if (!posting_positions_forms(positions, i, forms))
        return list_reader_damaged(&lists->reader, "a block's forms are damaged", error);
    for (uint32_t p = 0; p < count; p++) {
        if (forms[p] >= lists->form_count)
            return list_reader_damaged(&lists->reader, "no such form", error);
        forms[p] = lists->form_map[forms[p]];
    }
    order_ties(places, forms, count);
    return LIBSEARCH_OK;
}

/* Adds document i of the block to the list that is being written. */
static libsearch_status add_document(struct list_merge *lists, uint16_t list, uint32_t i, uint32_t number,
                                     libsearch_error *error)
{
    struct merge *merge = lists->merge;
    const uint32_t frequency = lists->reader.block.frequencies[i];
    bool has_forms = false;
    if (lists->reader.list.positions != NULL) {
        if (frequency > merge->places_capacity && !merge_room(merge, frequency))
            return error_no_memory(error);
        TRY(read_places(lists, i, merge->places, merge->forms, &has_forms, error));
    }
    list_output_document(&lists->output, list == 0, number, frequency, merge->places, has_forms ? merge->forms : NULL);
    return LIBSEARCH_OK;
}

/* Keeps document i of the block until all documents of the list are there. */
static libsearch_status keep_document(struct list_merge *lists, uint32_t i, uint32_t number, libsearch_error *error)
{
    struct merge *merge = lists->merge;
    const uint32_t frequency = lists->reader.block.frequencies[i];
    const size_t start = lists->kept_places;
    if (!memory_grow(merge->allocator, &lists->kept, &lists->kept_capacity, lists->kept_count + 1, sizeof *lists->kept))
        return error_no_memory(error);
    lists->kept[lists->kept_count++] = (struct kept_document){ number, frequency, start };
    if (lists->reader.list.positions == NULL)
        return LIBSEARCH_OK;
    bool has_forms = false;
    if (start + frequency > merge->places_capacity && !merge_room(merge, start + frequency))
        return error_no_memory(error);
    TRY(read_places(lists, i, merge->places + start, merge->forms + start, &has_forms, error));
    if (!has_forms)
        memset(merge->forms + start, 0, frequency * sizeof *merge->forms);
    lists->kept_places = start + frequency;
    return LIBSEARCH_OK;
}

/* Adds an input's documents to the list that is being written, or keeps them where they come in another order. */
static libsearch_status add_input(struct list_merge *lists, const struct merge_input *input, uint16_t list,
                                  libsearch_error *error)
{
    struct list_reader *reader = &lists->reader;
    const bool keep = lists->merge->order != NULL;
    libsearch_status status;
    while ((status = list_reader_next(reader, error)) == LIBSEARCH_OK) {
        TRY(list_reader_rest(reader, error));
        for (uint32_t i = 0; i < reader->block.count; i++) {
            const uint32_t number = merge_number(input, reader->block.documents[i]);
            if (number == MERGE_NONE)
                continue;
            if (keep)
                TRY(keep_document(lists, i, number, error));
            else
                TRY(add_document(lists, list, i, number, error));
        }
    }
    return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
}

/* Writes what was kept, in the order of the new numbers. */
static libsearch_status write_kept(struct list_merge *lists, uint16_t list, libsearch_error *error)
{
    const struct merge *merge = lists->merge;
    const size_t count = lists->kept_count;
    if (!memory_grow(merge->allocator, &lists->keys, &lists->keys_capacity, count, sizeof *lists->keys) ||
        !memory_grow(merge->allocator, &lists->spare_keys, &lists->spare_capacity, count, sizeof *lists->spare_keys))
        return error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        lists->keys[i] = (uint64_t)lists->kept[i].number << 32 | i;
    number_sort(lists->keys, lists->spare_keys, count);
    for (size_t i = 0; i < count; i++) {
        const struct kept_document *kept = &lists->kept[(uint32_t)lists->keys[i]];
        list_output_document(&lists->output, list == 0, kept->number, kept->frequency, merge->places + kept->start,
                             merge->forms + kept->start);
    }
    lists->kept_count = lists->kept_places = 0;
    return LIBSEARCH_OK;
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
    if (merge->order != NULL)
        TRY(write_kept(lists, list, error));
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
    while ((status = dictionary_walk_next(&lists->walk, &key, error)) == LIBSEARCH_OK) {
        TRY(merge_step(lists->merge, MERGE_UNITED, 100, united, lists->merge->united_count, error));
        TRY(write_key(lists, key, united++, error));
    }
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
    TRY_OR(done,
           list_output_init(&lists->output, merge->allocator, merge->schema, &merge->lengths, merge->file, error));
    status = dictionary_walk_init(&lists->walk, merge->allocator, readers, merge->count, error);
    if (status == LIBSEARCH_OK) {
        status = write_keys(lists, error);
        dictionary_walk_free(&lists->walk);
    }
    list_output_free(&lists->output);
    memory_free(merge->allocator, lists->form_map);
    memory_free(merge->allocator, lists->kept);
    memory_free(merge->allocator, lists->keys);
    memory_free(merge->allocator, lists->spare_keys);
done:
    memory_free(merge->allocator, readers);
    memory_free(merge->allocator, lists);
    return status;
}
