/* SPDX-License-Identifier: MIT */
/* Which keys the merged dictionary has, what the surface forms count there, and how they are numbered. */
#include "segment/dictionary_walk.h"
#include "segment/list_reader.h"
#include "segment/merge.h"

static libsearch_status damaged_terms(const struct merge_input *input, uint64_t ordinal, const char *what,
                                      libsearch_error *error)
{
    return error_set(error, LIBSEARCH_CORRUPT, "%s: dictionary entry %llu: %s", section_file_name(input->segment->file),
                     (unsigned long long)ordinal, what);
}

struct terms_reader **merge_readers(const struct merge *merge)
{
    struct terms_reader **readers =
        memory_allocate_array(merge->allocator, merge->count, sizeof(struct terms_reader *));
    for (size_t i = 0; i < merge->count && readers != NULL; i++)
        readers[i] = merge->inputs[i].segment->terms;
    return readers;
}

/* Counts the forms of each term, so that form_starts can be filled. */
static libsearch_status count_forms(struct merge_input *input, struct terms_iterator *iterator, libsearch_error *error)
{
    const uint64_t count = terms_reader_count(input->segment->terms);
    libsearch_bytes key;
    struct term_entry entry;
    uint64_t ordinal;
    libsearch_status status;
    while ((status = terms_iterator_next(iterator, &key, &entry, &ordinal, error)) == LIBSEARCH_OK) {
        if (!(entry.flags & TERM_SURFACE))
            continue;
        if (entry.surface_term >= count)
            return damaged_terms(input, ordinal, "its term is none", error);
        input->form_starts[entry.surface_term + 1]++;
    }
    if (status != LIBSEARCH_NOT_FOUND)
        return status;
    for (uint64_t t = 0; t < count; t++)
        input->form_starts[t + 1] += input->form_starts[t];
    return LIBSEARCH_OK;
}

static libsearch_status prepare_input(struct merge *merge, struct merge_input *input, libsearch_error *error)
{
    const uint64_t words = terms_reader_count(input->segment->terms);
    if (words >= UINT32_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "too many words to merge");
    const size_t count = (size_t)words;
    input->united = memory_allocate_array(merge->allocator, count + 1, sizeof *input->united);
    input->form_starts = memory_allocate_array(merge->allocator, count + 1, sizeof *input->form_starts);
    if (input->united == NULL || input->form_starts == NULL)
        return error_no_memory(error);
    struct terms_iterator *iterator;
    TRY(terms_iterator_new(input->segment->terms, merge->allocator, &iterator, error));
    const libsearch_status status = count_forms(input, iterator, error);
    terms_iterator_free(iterator);
    if (status != LIBSEARCH_OK)
        return status;
    const uint32_t forms = input->form_starts[count];
    input->form_words = memory_allocate(merge->allocator, forms * sizeof *input->form_words);
    if (input->form_words == NULL)
        return error_no_memory(error);
    for (uint32_t f = 0; f < forms; f++)
        input->form_words[f] = MERGE_NONE;
    return LIBSEARCH_OK;
}

/* Notes an input's entry for the key of this united number. */
static libsearch_status note_entry(struct merge *merge, struct merge_input *input,
                                   const struct dictionary_cursor *cursor, uint32_t united, libsearch_error *error)
{
    const struct term_entry *entry = &cursor->entry;
    input->united[cursor->ordinal] = united;
    if ((entry->flags & TERM_LIST) && input->live == NULL)
        merge->has_list[united] = 1;
    if (!(entry->flags & TERM_SURFACE))
        return LIBSEARCH_OK;
    const uint32_t start = input->form_starts[entry->surface_term];
    if (entry->surface_form >= input->form_starts[entry->surface_term + 1] - start ||
        input->form_words[start + entry->surface_form] != MERGE_NONE)
        return damaged_terms(input, cursor->ordinal, "its number as a form is not its own", error);
    input->form_words[start + entry->surface_form] = united;
    merge->words[united].count += entry->surface_count;
    return LIBSEARCH_OK;
}

static libsearch_status unite(struct merge *merge, struct dictionary_walk *walk, libsearch_error *error)
{
    libsearch_bytes key;
    libsearch_status status;
    uint64_t most = 1; /* keys that there can be */
    for (size_t i = 0; i < merge->count; i++)
        most += terms_reader_count(merge->inputs[i].segment->terms);
    while ((status = dictionary_walk_next(walk, &key, error)) == LIBSEARCH_OK) {
        const size_t united = merge->united_count;
        if (united >= UINT32_MAX - 1)
            return error_set(error, LIBSEARCH_LIMIT, "too many words in one segment");
        if (!memory_grow(merge->allocator, &merge->words, &merge->words_capacity, united + 1, sizeof *merge->words) ||
            !memory_grow(merge->allocator, &merge->has_list, &merge->lists_capacity, united + 1, 1))
            return error_no_memory(error);
        merge->words[united] = (struct merged_word){ 0, MERGE_NONE, 0 };
        merge->has_list[united] = 0;
        merge->united_count++;
        TRY(merge_step(merge, MERGE_COLUMNS, MERGE_UNITED, united, most, error));
        for (size_t i = 0; i < walk->at_count; i++)
            TRY(note_entry(merge, &merge->inputs[walk->at[i]], &walk->cursors[walk->at[i]], (uint32_t)united, error));
    }
    return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
}

static libsearch_status unite_dictionaries(struct merge *merge, libsearch_error *error)
{
    struct dictionary_walk walk;
    struct terms_reader **readers = merge_readers(merge);
    if (readers == NULL)
        return error_no_memory(error);
    libsearch_status status = dictionary_walk_init(&walk, merge->allocator, readers, merge->count, error);
    memory_free(merge->allocator, readers);
    if (status != LIBSEARCH_OK)
        return status;
    status = unite(merge, &walk, error);
    dictionary_walk_free(&walk);
    return status;
}

/* Says of each form which term it has. */
static libsearch_status find_terms(struct merge *merge, const struct merge_input *input, libsearch_error *error)
{
    const uint64_t count = terms_reader_count(input->segment->terms);
    for (uint64_t t = 0; t < count; t++)
        for (uint32_t f = input->form_starts[t]; f < input->form_starts[t + 1]; f++) {
            struct merged_word *word = &merge->words[input->form_words[f]];
            if (word->term != MERGE_NONE && word->term != input->united[t])
                return damaged_terms(input, t, "a form of it has another term elsewhere", error);
            word->term = input->united[t];
        }
    return LIBSEARCH_OK;
}

/* Takes the forms that stand in deleted documents of the open block from their counts. */
static libsearch_status subtract_block(struct merge *merge, const struct merge_input *input, struct list_reader *reader,
                                       uint64_t ordinal, libsearch_error *error)
{
    const struct posting_block *block = &reader->block;
    const uint32_t start = input->form_starts[ordinal], forms = input->form_starts[ordinal + 1] - start;
    TRY(list_reader_rest(reader, error));
    for (uint32_t i = 0; i < block->count; i++) {
        if (live_has(input->live, block->documents[i]))
            continue;
        if (!merge_room(merge, block->frequencies[i]))
            return error_no_memory(error);
        if (!posting_positions_forms(&reader->positions, i, merge->forms))
            return list_reader_damaged(reader, "a block's forms are damaged", error);
        for (uint32_t p = 0; p < block->frequencies[i]; p++) {
            if (merge->forms[p] >= forms)
                return list_reader_damaged(reader, "no such form", error);
            struct merged_word *word = &merge->words[input->form_words[start + merge->forms[p]]];
            if (word->count == 0)
                return list_reader_damaged(reader, "a form stands there more often than it was counted", error);
            word->count--;
        }
    }
    return LIBSEARCH_OK;
}

/* Looks through a list for what is deleted. */
static libsearch_status subtract_list(struct merge *merge, const struct merge_input *input, struct list_reader *reader,
                                      uint64_t ordinal, libsearch_error *error)
{
    const bool has_forms = reader->list.positions != NULL;
    uint8_t *has_list = &merge->has_list[input->united[ordinal]];
    libsearch_status status;
    while ((status = list_reader_next(reader, error)) == LIBSEARCH_OK) {
        const struct posting_block *block = &reader->block;
        uint32_t alive = 0;
        for (uint32_t i = 0; i < block->count; i++)
            alive += live_has(input->live, block->documents[i]);
        if (alive > 0)
            *has_list = 1;
        if (alive > 0 && !has_forms)
            break;
        if (alive < block->count && has_forms)
            TRY(subtract_block(merge, input, reader, ordinal, error));
    }
    return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
}

static libsearch_status subtract_deleted(struct merge *merge, const struct merge_input *input,
                                         struct list_reader *reader, struct terms_iterator *iterator,
                                         libsearch_error *error)
{
    libsearch_bytes key;
    struct term_entry entry;
    uint64_t ordinal;
    libsearch_status status;
    while ((status = terms_iterator_next(iterator, &key, &entry, &ordinal, error)) == LIBSEARCH_OK) {
        if (!(entry.flags & TERM_LIST))
            continue;
        const uint16_t list = (uint16_t)((uint8_t)key.data[0] << 8 | (uint8_t)key.data[1]);
        TRY(list_reader_open(reader, input->segment, list, &entry, error));
        TRY(subtract_list(merge, input, reader, ordinal, error));
    }
    return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
}

/* What lives in an input that has deletions. */
static libsearch_status recount_input(struct merge *merge, const struct merge_input *input, libsearch_error *error)
{
    struct terms_iterator *iterator;
    struct list_reader *reader = memory_allocate(merge->allocator, sizeof *reader);
    if (reader == NULL)
        return error_no_memory(error);
    libsearch_status status = terms_iterator_new(input->segment->terms, merge->allocator, &iterator, error);
    if (status == LIBSEARCH_OK) {
        status = subtract_deleted(merge, input, reader, iterator, error);
        terms_iterator_free(iterator);
    }
    memory_free(merge->allocator, reader);
    return status;
}

static libsearch_status give_ordinals(struct merge *merge, libsearch_error *error)
{
    merge->ordinals = memory_allocate(merge->allocator, merge->united_count * sizeof *merge->ordinals);
    if (merge->ordinals == NULL)
        return error_no_memory(error);
    uint32_t ordinal = 0;
    for (size_t u = 0; u < merge->united_count; u++) {
        struct merged_word *word = &merge->words[u];
        if (word->term == MERGE_NONE || !merge->has_list[word->term])
            word->count = 0;
        merge->ordinals[u] = word->count > 0 || merge->has_list[u] ? ordinal++ : MERGE_NONE;
    }
    return LIBSEARCH_OK;
}

/* Numbers the forms of each term by falling counts, ties in the order of their bytes: as builders do. starts: by
 * united number + 1, zeros; of: room for every word. */
static void number_forms(struct merge *merge, uint32_t *starts, uint32_t *of)
{
    const size_t count = merge->united_count;
    for (size_t u = 0; u < count; u++)
        if (merge->words[u].count > 0)
            starts[merge->words[u].term + 1]++;
    for (size_t u = 0; u < count; u++)
        starts[u + 1] += starts[u];
    for (size_t u = 0; u < count; u++) /* moves each term's start to its end */
        if (merge->words[u].count > 0)
            of[starts[merge->words[u].term]++] = (uint32_t)u;
    uint32_t start = 0;
    for (size_t term = 0; term < count; start = starts[term++]) {
        uint32_t *forms = of + start;
        const uint32_t end = starts[term] - start;
        for (uint32_t i = 1; i < end; i++) {
            const uint32_t moved = forms[i];
            uint32_t at = i;
            for (; at > 0 && merge->words[forms[at - 1]].count < merge->words[moved].count; at--)
                forms[at] = forms[at - 1];
            forms[at] = moved;
        }
        for (uint32_t i = 0; i < end; i++)
            merge->words[forms[i]].form = i;
    }
}

libsearch_status merge_terms(struct merge *merge, libsearch_error *error)
{
    for (size_t i = 0; i < merge->count; i++)
        TRY(prepare_input(merge, &merge->inputs[i], error));
    TRY(unite_dictionaries(merge, error));
    for (size_t i = 0; i < merge->count; i++)
        TRY(find_terms(merge, &merge->inputs[i], error));
    for (size_t i = 0; i < merge->count; i++)
        if (merge->inputs[i].live != NULL)
            TRY(recount_input(merge, &merge->inputs[i], error));
    TRY(give_ordinals(merge, error));
    uint32_t *starts = memory_allocate_array(merge->allocator, merge->united_count + 1, sizeof *starts);
    uint32_t *of = memory_allocate(merge->allocator, merge->united_count * sizeof *of);
    if (starts != NULL && of != NULL)
        number_forms(merge, starts, of);
    const libsearch_status status = starts != NULL && of != NULL ? LIBSEARCH_OK : error_no_memory(error);
    memory_free(merge->allocator, starts);
    memory_free(merge->allocator, of);
    return status;
}
