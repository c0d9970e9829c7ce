/* SPDX-License-Identifier: MIT */
#include "segment/biword_gather.h"

#include <string.h>

#include "segment/biwords.h"
#include "segment/list_reader.h"
#include "segment/number_sort.h"

/* So many documents are brought together at a time. */
enum { RUN = 256 };
/* So many common words may stand in one place: each meets each of the next place. An analyzer of the library's puts two
 * there. */
enum { MOST_IN_PLACE = 64 };
/* So many biwords are gathered before they are handed out: sorted, a biword's memory is gone to once for many documents. */
enum { FOUND_ENOUGH = 1 << 20 };

/* Where common words stand in the documents of a run: position << 32 | number of the word; and the biwords that were found
 * in this run and those before: key << 32 | document. */
struct run {
    uint64_t *places, *by_document, *spare;
    uint8_t *documents; /* of each place, from the run's first */
    size_t count, places_capacity, by_document_capacity, spare_capacity, documents_capacity;
    uint32_t *positions; /* of a word in one document */
    size_t positions_capacity;
    uint64_t *found;
    size_t found_count, found_capacity;
};

/* A common word's list, read forward. */
struct common_word {
    struct list_reader reader;
    uint32_t index; /* of the next document of the open block */
    bool ended;
};

/* The words whose lists have at least gather->least documents; more than there may be of them: NOT_FOUND. */
static libsearch_status choose_words(struct biword_gather *gather, struct terms_iterator *iterator,
                                     struct term_entry *entries, libsearch_error *error)
{
    libsearch_bytes key;
    struct term_entry entry;
    libsearch_status status;
    gather->words = 0;
    TRY(terms_iterator_seek_ordinal(iterator, 0, error));
    while ((status = terms_iterator_next(iterator, &key, &entry, NULL, error)) == LIBSEARCH_OK) {
        if (key.data[0] != 0 || key.data[1] != 0)
            return LIBSEARCH_OK; /* the lists behind are of other fields */
        if (!(entry.flags & TERM_LIST) || entry.document_frequency < gather->least)
            continue;
        if (gather->words == BIWORDS_MOST_WORDS)
            return LIBSEARCH_NOT_FOUND;
        if (gather->words > 0 && entry.positions_offset <= gather->names[gather->words - 1])
            return error_set(error, LIBSEARCH_CORRUPT, "%s: positions of lists do not rise",
                             section_file_name(gather->segment->file));
        if (!memory_grow(gather->allocator, &gather->names, &gather->names_capacity, (size_t)gather->words + 1,
                         sizeof *gather->names))
            return error_no_memory(error);
        gather->names[gather->words] = entry.positions_offset;
        entries[gather->words++] = entry;
    }
    return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
}

/* The common words; where they are too many, those that are twice as common. */
static libsearch_status find_words(struct biword_gather *gather, struct term_entry *entries, libsearch_error *error)
{
    struct terms_iterator *iterator;
    libsearch_status status;
    const uint32_t part = gather->segment->count / BIWORDS_PART;
    if (gather->least == 0)
        gather->least = part > BIWORDS_LEAST ? part : BIWORDS_LEAST;
    TRY(terms_iterator_new(gather->segment->terms, gather->allocator, &iterator, error));
    while ((status = choose_words(gather, iterator, entries, error)) == LIBSEARCH_NOT_FOUND)
        gather->least = gather->least < UINT32_MAX / 2 ? 2 * gather->least : UINT32_MAX;
    terms_iterator_free(iterator);
    return status;
}

static struct gathered_biword *biword_of(struct biword_gather *gather, uint32_t key)
{
    const uint32_t mask = (UINT32_C(1) << gather->slot_bits) - 1;
    uint32_t slot = (key * UINT32_C(0x9E3779B1)) >> (32 - gather->slot_bits);
    while (gather->slots[slot] != 0) {
        struct gathered_biword *biword = &gather->biwords[gather->slots[slot] - 1];
        if (biword->key == key)
            return biword;
        slot = (slot + 1) & mask;
    }
    if (!memory_grow(gather->allocator, &gather->biwords, &gather->biwords_capacity, (size_t)gather->count + 1,
                     sizeof *gather->biwords))
        return NULL;
    struct gathered_biword *biword = &gather->biwords[gather->count];
    *biword = (struct gathered_biword){ .key = key, .last_document = UINT32_MAX };
    buffer_init(&biword->postings, gather->allocator);
    gather->slots[slot] = ++gather->count;
    return biword;
}

/* Makes the table twice as large where it is half full. */
static bool grow_slots(struct biword_gather *gather)
{
    enum { FIRST_BITS = 10 };
    if (gather->slots != NULL && gather->count < UINT32_C(1) << (gather->slot_bits - 1))
        return true;
    const uint32_t bits = gather->slots == NULL ? FIRST_BITS : gather->slot_bits + 1;
    uint32_t *slots = bits > 31 ? NULL : memory_allocate_array(gather->allocator, (size_t)1 << bits, sizeof *slots);
    if (slots == NULL)
        return false;
    const uint32_t mask = (UINT32_C(1) << bits) - 1;
    for (uint32_t i = 0; i < gather->count; i++) {
        uint32_t slot = (gather->biwords[i].key * UINT32_C(0x9E3779B1)) >> (32 - bits);
        while (slots[slot] != 0)
            slot = (slot + 1) & mask;
        slots[slot] = i + 1;
    }
    memory_free(gather->allocator, gather->slots);
    gather->slots = slots;
    gather->slot_bits = bits;
    return true;
}

/* Adds the documents of one biword: rising, each as often as it stands there. */
static bool add_documents(struct biword_gather *gather, const uint64_t *found, size_t count)
{
    struct gathered_biword *biword = grow_slots(gather) ? biword_of(gather, (uint32_t)(found[0] >> 32)) : NULL;
    if (biword == NULL)
        return false;
    for (size_t from = 0, end; from < count; from = end) {
        const uint32_t document = (uint32_t)found[from];
        for (end = from + 1; end < count && found[end] == found[from];)
            end++;
        buffer_append_varint(&biword->postings, document - biword->last_document);
        buffer_append_varint(&biword->postings, end - from);
        biword->last_document = document;
        biword->documents++;
    }
    biword->occurrences += count;
    return !biword->postings.failed;
}

/* Hands what was found out to its biwords. */
static bool hand_out(struct biword_gather *gather, struct run *run)
{
    if (!memory_grow(gather->allocator, &run->spare, &run->spare_capacity, run->found_count, sizeof *run->spare))
        return false;
    number_sort(run->found, run->spare, run->found_count);
    for (size_t from = 0, end; from < run->found_count; from = end) {
        for (end = from + 1; end < run->found_count && run->found[end] >> 32 == run->found[from] >> 32;)
            end++;
        if (!add_documents(gather, run->found + from, end - from))
            return false;
    }
    run->found_count = 0;
    return true;
}

/* The places behind `from` that have its position. */
static size_t group_end(const uint64_t *places, size_t from, size_t count)
{
    size_t end = from + 1;
    while (end < count && places[end] >> 32 == places[from] >> 32)
        end++;
    return end;
}

/* A word stands twice in one place where it is a compound's part and its whole: that is one place. */
static bool stands_before(const uint64_t *places, size_t from, size_t i)
{
    return i > from && places[i] == places[i - 1];
}

/* Finds the biwords of a document; its places rise. */
static libsearch_status search_document(struct biword_gather *gather, struct run *run, uint32_t document,
                                        const uint64_t *places, size_t count, libsearch_error *error)
{
    for (size_t from = 0, end; from < count; from = end) {
        end = group_end(places, from, count);
        if (end - from > MOST_IN_PLACE)
            return error_set(error, LIBSEARCH_LIMIT, "%s: document %u: more than %d common words in one place",
                             section_file_name(gather->segment->file), document, MOST_IN_PLACE);
        if (end == count || places[end] >> 32 != (places[from] >> 32) + 1)
            continue;
        const size_t next_end = group_end(places, end, count);
        if (next_end - end > MOST_IN_PLACE)
            continue; /* told when it is its turn */
        if (!memory_grow(gather->allocator, &run->found, &run->found_capacity,
                         run->found_count + (end - from) * (next_end - end), sizeof *run->found))
            return error_no_memory(error);
        for (size_t i = from; i < end; i++)
            for (size_t j = end; j < next_end; j++)
                if (!stands_before(places, from, i) && !stands_before(places, end, j))
                    run->found[run->found_count++] =
                        (uint64_t)((uint32_t)places[i] << 16 | (uint32_t)places[j]) << 32 | document;
    }
    return LIBSEARCH_OK;
}

static bool run_room(const libsearch_allocator *allocator, struct run *run, size_t count)
{
    return memory_grow(allocator, &run->places, &run->places_capacity, count, sizeof *run->places) &&
           memory_grow(allocator, &run->by_document, &run->by_document_capacity, count, sizeof *run->by_document) &&
           memory_grow(allocator, &run->spare, &run->spare_capacity, count, sizeof *run->spare) &&
           memory_grow(allocator, &run->documents, &run->documents_capacity, count, sizeof *run->documents);
}

/* Adds where a word stands in the documents of [base, base + RUN). */
static libsearch_status add_word(struct biword_gather *gather, struct run *run, struct common_word *word,
                                 uint32_t number, uint32_t base, libsearch_error *error)
{
    struct list_reader *reader = &word->reader;
    while (!word->ended) {
        if (word->index == reader->block.count) {
            const libsearch_status status = list_reader_next(reader, error);
            word->ended = status == LIBSEARCH_NOT_FOUND;
            if (word->ended)
                break;
            TRY(status);
            TRY(list_reader_rest(reader, error));
            word->index = 0;
        }
        const uint32_t document = reader->block.documents[word->index];
        if (document - base >= RUN)
            break;
        const uint32_t frequency = reader->block.frequencies[word->index];
        if (!run_room(gather->allocator, run, run->count + frequency) ||
            !memory_grow(gather->allocator, &run->positions, &run->positions_capacity, frequency, sizeof(uint32_t)))
            return error_no_memory(error);
        if (!posting_positions_read(&reader->positions, word->index, run->positions))
            return list_reader_damaged(reader, "a block's positions are damaged", error);
        for (uint32_t i = 0; i < frequency; i++) {
            run->places[run->count] = (uint64_t)run->positions[i] << 32 | number;
            run->documents[run->count++] = (uint8_t)(document - base);
        }
        word->index++;
    }
    return LIBSEARCH_OK;
}

/* Brings the places of each document together, and finds their biwords. */
static libsearch_status search_run(struct biword_gather *gather, struct run *run, uint32_t base, libsearch_error *error)
{
    size_t ends[RUN + 1] = { 0 };
    for (size_t i = 0; i < run->count; i++)
        ends[run->documents[i] + 1]++;
    for (size_t d = 1; d <= RUN; d++)
        ends[d] += ends[d - 1];
    for (size_t i = 0; i < run->count; i++) /* moves each start to its end */
        run->by_document[ends[run->documents[i]]++] = run->places[i];
    for (size_t d = 0, from = 0; d < RUN; from = ends[d++]) {
        number_sort(run->by_document + from, run->spare, ends[d] - from);
        TRY(search_document(gather, run, base + (uint32_t)d, run->by_document + from, ends[d] - from, error));
    }
    return run->found_count < FOUND_ENOUGH || hand_out(gather, run) ? LIBSEARCH_OK : error_no_memory(error);
}

static libsearch_status search_all(struct biword_gather *gather, struct common_word *words, struct run *run,
                                   const struct watch_part *part, libsearch_error *error)
{
    for (uint32_t base = 0; base < gather->segment->count; base += RUN) {
        run->count = 0;
        if (base % (16 * RUN) == 0)
            TRY(watch_step(part, base, gather->segment->count, error));
        for (uint32_t w = 0; w < gather->words; w++)
            TRY(add_word(gather, run, &words[w], w, base, error));
        if (run->count > 0)
            TRY(search_run(gather, run, base, error));
    }
    return hand_out(gather, run) ? LIBSEARCH_OK : error_no_memory(error);
}

/* Puts the biwords in order. */
static libsearch_status sort_biwords(struct biword_gather *gather, libsearch_error *error)
{
    const size_t count = gather->count;
    uint64_t *keys = memory_allocate(gather->allocator, count * sizeof *keys);
    uint64_t *spare = memory_allocate(gather->allocator, count * sizeof *spare);
    struct gathered_biword *sorted = memory_allocate(gather->allocator, count * sizeof *sorted);
    const bool room = keys != NULL && spare != NULL && sorted != NULL;
    for (size_t i = 0; i < count && room; i++)
        keys[i] = (uint64_t)gather->biwords[i].key << 32 | i;
    if (room)
        number_sort(keys, spare, count);
    for (size_t i = 0; i < count && room; i++)
        sorted[i] = gather->biwords[(uint32_t)keys[i]];
    memory_free(gather->allocator, keys);
    memory_free(gather->allocator, spare);
    if (!room) {
        memory_free(gather->allocator, sorted);
        return error_no_memory(error);
    }
    memory_free(gather->allocator, gather->biwords);
    gather->biwords = sorted;
    gather->biwords_capacity = count;
    return LIBSEARCH_OK;
}

static libsearch_status gather_words(struct biword_gather *gather, struct term_entry *entries,
                                     const struct watch_part *part, libsearch_error *error)
{
    struct run run = { 0 };
    TRY(find_words(gather, entries, error));
    struct common_word *words = memory_allocate_array(gather->allocator, gather->words, sizeof *words);
    libsearch_status status = words == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    for (uint32_t w = 0; w < gather->words && status == LIBSEARCH_OK; w++)
        status = list_reader_open(&words[w].reader, gather->segment, 0, &entries[w], error);
    if (status == LIBSEARCH_OK)
        status = search_all(gather, words, &run, part, error);
    if (status == LIBSEARCH_OK)
        status = sort_biwords(gather, error);
    memory_free(gather->allocator, words);
    memory_free(gather->allocator, run.places);
    memory_free(gather->allocator, run.by_document);
    memory_free(gather->allocator, run.spare);
    memory_free(gather->allocator, run.documents);
    memory_free(gather->allocator, run.positions);
    memory_free(gather->allocator, run.found);
    return status;
}

libsearch_status biword_gather(struct biword_gather *gather, const libsearch_allocator *allocator,
                               const struct segment *segment, uint32_t least, const struct watch_part *part,
                               libsearch_error *error)
{
    *gather = (struct biword_gather){ .allocator = allocator, .segment = segment, .least = least };
    struct term_entry *entries = memory_allocate_array(allocator, BIWORDS_MOST_WORDS, sizeof *entries);
    const libsearch_status status =
        entries == NULL ? error_no_memory(error) : gather_words(gather, entries, part, error);
    memory_free(allocator, entries);
    if (status != LIBSEARCH_OK)
        biword_gather_free(gather);
    return status;
}

void biword_gather_free(struct biword_gather *gather)
{
    for (uint32_t i = 0; i < gather->count; i++)
        buffer_free(&gather->biwords[i].postings);
    memory_free(gather->allocator, gather->biwords);
    memory_free(gather->allocator, gather->names);
    memory_free(gather->allocator, gather->slots);
}
