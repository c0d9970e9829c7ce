/* SPDX-License-Identifier: MIT */
/* Numbers the documents of a merge anew: gathers the terms of each document, and gives them to bisection.c. */
#include "codec/rounding.h"
#include "segment/bisection.h"
#include "segment/dictionary_walk.h"
#include "segment/list_reader.h"
#include "segment/merge.h"

/* Terms that stand in few documents bring none together, and such as stand everywhere tell none apart. */
enum {
    LEAST_FREQUENCY = 8,
    GREATEST_SHARE = 3 /* of this many documents one */
};
/* Postings that are looked at; where there are more, the rarer terms are left out. */
#define MOST_POSTINGS (UINT64_C(1) << 28)

struct reorder {
    struct merge *merge;
    struct list_reader reader;
    uint64_t postings[256]; /* of all terms of each frequency, by its rounding_down code */
    uint32_t least, greatest;
    uint64_t *starts; /* by document in the order of coming */
    uint32_t *terms;
    uint32_t term_count;
};

static uint32_t frequency_at(const struct dictionary_walk *walk)
{
    uint64_t frequency = 0;
    for (size_t i = 0; i < walk->at_count; i++)
        if (walk->cursors[walk->at[i]].entry.flags & TERM_LIST)
            frequency += walk->cursors[walk->at[i]].entry.document_frequency;
    return frequency < UINT32_MAX ? (uint32_t)frequency : UINT32_MAX;
}

/* Chooses the least frequency that keeps the postings within their bound. */
static void choose_least(struct reorder *reorder)
{
    uint64_t sum = 0;
    unsigned code = 256;
    while (code > LEAST_FREQUENCY && sum + reorder->postings[code - 1] <= MOST_POSTINGS)
        sum += reorder->postings[--code];
    reorder->least = code > 255 ? UINT32_MAX : rounding_least((uint8_t)code);
}

static libsearch_status note_frequency(struct reorder *reorder, const struct dictionary_walk *walk, libsearch_bytes key,
                                       libsearch_error *error)
{
    (void)key, (void)error;
    const uint32_t frequency = frequency_at(walk);
    if (frequency <= reorder->greatest)
        reorder->postings[rounding_down(frequency)] += frequency;
    return LIBSEARCH_OK;
}

/* Calls `each` for every live document of the key's lists, by its number in the order of coming. */
static libsearch_status each_document(struct reorder *reorder, const struct dictionary_walk *walk, libsearch_bytes key,
                                      void (*each)(struct reorder *reorder, uint32_t document), libsearch_error *error)
{
    const uint16_t list = (uint16_t)((uint8_t)key.data[0] << 8 | (uint8_t)key.data[1]);
    const struct posting_block *block = &reorder->reader.block;
    for (size_t c = 0; c < walk->at_count; c++) {
        const struct merge_input *input = &reorder->merge->inputs[walk->at[c]];
        const struct term_entry *entry = &walk->cursors[walk->at[c]].entry;
        libsearch_status status;
        if (!(entry->flags & TERM_LIST))
            continue;
        TRY(list_reader_open(&reorder->reader, input->segment, list, entry, error));
        while ((status = list_reader_next(&reorder->reader, error)) == LIBSEARCH_OK)
            for (uint32_t i = 0; i < block->count; i++) {
                const uint32_t number = merge_number(input, block->documents[i]);
                if (number != MERGE_NONE)
                    each(reorder, number);
            }
        if (status != LIBSEARCH_NOT_FOUND)
            return status;
    }
    return LIBSEARCH_OK;
}

static void count_term(struct reorder *reorder, uint32_t document) { reorder->starts[document]++; }

/* Starts have been moved to the ends of the documents' terms, and come back as they are filled from there. */
static void note_term(struct reorder *reorder, uint32_t document)
{
    reorder->terms[--reorder->starts[document]] = reorder->term_count;
}

static bool is_chosen(const struct reorder *reorder, const struct dictionary_walk *walk)
{
    const uint32_t frequency = frequency_at(walk);
    return frequency >= reorder->least && frequency <= reorder->greatest;
}

static libsearch_status count_terms(struct reorder *reorder, const struct dictionary_walk *walk, libsearch_bytes key,
                                    libsearch_error *error)
{
    return is_chosen(reorder, walk) ? each_document(reorder, walk, key, count_term, error) : LIBSEARCH_OK;
}

static libsearch_status note_terms(struct reorder *reorder, const struct dictionary_walk *walk, libsearch_bytes key,
                                   libsearch_error *error)
{
    if (!is_chosen(reorder, walk))
        return LIBSEARCH_OK;
    TRY(each_document(reorder, walk, key, note_term, error));
    reorder->term_count++;
    return LIBSEARCH_OK;
}

/* Walks all dictionaries once. */
static libsearch_status walk_keys(struct reorder *reorder,
                                  libsearch_status (*each)(struct reorder *reorder, const struct dictionary_walk *walk,
                                                           libsearch_bytes key, libsearch_error *error),
                                  libsearch_error *error)
{
    struct dictionary_walk walk;
    libsearch_bytes key;
    struct terms_reader **readers = merge_readers(reorder->merge);
    if (readers == NULL)
        return error_no_memory(error);
    libsearch_status status =
        dictionary_walk_init(&walk, reorder->merge->allocator, readers, reorder->merge->count, error);
    memory_free(reorder->merge->allocator, readers);
    if (status != LIBSEARCH_OK)
        return status;
    while ((status = dictionary_walk_next(&walk, &key, error)) == LIBSEARCH_OK) {
        status = each(reorder, &walk, key, error);
        if (status != LIBSEARCH_OK)
            break;
    }
    dictionary_walk_free(&walk);
    return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
}

static libsearch_status gather_terms(struct reorder *reorder, libsearch_error *error)
{
    const libsearch_allocator *allocator = reorder->merge->allocator;
    const uint32_t documents = reorder->merge->documents;
    reorder->greatest = documents / GREATEST_SHARE;
    TRY(walk_keys(reorder, note_frequency, error));
    choose_least(reorder);
    reorder->starts = memory_allocate_array(allocator, (size_t)documents + 1, sizeof *reorder->starts);
    if (reorder->starts == NULL)
        return error_no_memory(error);
    TRY(walk_keys(reorder, count_terms, error));
    for (uint32_t d = 1; d <= documents; d++)
        reorder->starts[d] += reorder->starts[d - 1];
    if (reorder->starts[documents] <= SIZE_MAX)
        reorder->terms = memory_allocate_array(allocator, (size_t)reorder->starts[documents], sizeof *reorder->terms);
    if (reorder->terms == NULL)
        return error_no_memory(error);
    return walk_keys(reorder, note_terms, error);
}

/* Gives the documents the numbers of their places in the new order. */
static libsearch_status renumber(struct merge *merge, const uint32_t *order, libsearch_error *error)
{
    const libsearch_allocator *allocator = merge->allocator;
    uint64_t *places = memory_allocate(allocator, merge->documents * sizeof *places); /* by number of coming */
    merge->order = memory_allocate(allocator, merge->documents * sizeof *merge->order);
    if (places == NULL || merge->order == NULL) {
        memory_free(allocator, places);
        return error_no_memory(error);
    }
    for (size_t i = 0; i < merge->count; i++)
        for (uint32_t d = 0; d < merge->inputs[i].segment->count; d++)
            if (merge->inputs[i].numbers[d] != MERGE_NONE)
                places[merge->inputs[i].numbers[d]] = (uint64_t)i << 32 | d;
    for (uint32_t number = 0; number < merge->documents; number++) {
        const uint64_t place = places[order[number]];
        merge->order[number] = place;
        merge->inputs[place >> 32].numbers[(uint32_t)place] = number;
    }
    memory_free(allocator, places);
    return LIBSEARCH_OK;
}

libsearch_status merge_reorder(struct merge *merge, libsearch_error *error)
{
    const libsearch_allocator *allocator = merge->allocator;
    struct reorder *reorder = memory_allocate_array(allocator, 1, sizeof *reorder);
    uint32_t *order = memory_allocate(allocator, merge->documents * sizeof *order);
    libsearch_status status = LIBSEARCH_OK;
    if (reorder == NULL || order == NULL) {
        status = error_no_memory(error);
        goto done;
    }
    reorder->merge = merge;
    TRY_OR(done, gather_terms(reorder, error));
    const struct forward_index forward = { merge->documents, reorder->term_count, reorder->starts, reorder->terms };
    for (uint32_t d = 0; d < merge->documents; d++)
        order[d] = d;
    const struct watch_part part = watch_within(merge->part, MERGE_VERIFIED, MERGE_ORDERED, 100);
    TRY_OR(done, graph_bisection(allocator, &forward, &part, order, error));
    status = renumber(merge, order, error);
done:
    if (reorder != NULL) {
        memory_free(allocator, reorder->starts);
        memory_free(allocator, reorder->terms);
    }
    memory_free(allocator, reorder);
    memory_free(allocator, order);
    return status;
}
