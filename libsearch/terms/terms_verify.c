/* SPDX-License-Identifier: MIT */
/* Checks every byte of the dictionary against terms_format.h. */
#include "terms/terms_iterator.h"

struct verification {
    struct terms_iterator *iterator;
    uint8_t *lists;               /* a bit for each entry that is a list */
    uint64_t postings, positions; /* of the list before */
    uint32_t number;              /* its list number */
    bool any_list;
    struct term_peak peak; /* of the block so far */
};

/* Nothing lies between blocks, nor between the parts of one. */
static libsearch_status verify_block_ends(const struct terms_reader *reader, const struct term_block *block,
                                          uint64_t number, libsearch_error *error)
{
    const uint8_t *at = reader->offsets + (number + 1) * TERMS_OFFSET_BYTES;
    const uint64_t end = load_u32(at) | (uint64_t)at[4] << 32;
    if (block->words != block->words_end)
        return terms_reader_damaged(reader, block->words, "words are left over in the block", error);
    if (block->postings_steps != block->postings_steps_end || block->positions_steps != block->positions_steps_end ||
        block->others != block->end)
        return terms_reader_damaged(reader, block->kinds, "values are left over in the block", error);
    if (block->singles_taken != block->singles)
        return terms_reader_damaged(reader, block->documents, "documents are left over in the block", error);
    if (number + 1 == reader->block_count && end != reader->blocks_end)
        return terms_reader_damaged(reader, at, "the blocks end elsewhere", error);
    return LIBSEARCH_OK;
}

static libsearch_status verify_entry(struct verification *v, const struct term_entry *entry, libsearch_error *error)
{
    const struct terms_iterator *iterator = v->iterator;
    const struct terms_reader *reader = iterator->reader;
    const struct term_block *block = &iterator->block;
    if (iterator->next == 1 &&
        load_u64(reader->prefixes + iterator->block_number * TERMS_PREFIX_BYTES) !=
            word_prefix(iterator->key + TERMS_LIST_NUMBER, iterator->key_length - TERMS_LIST_NUMBER))
        return terms_reader_damaged(reader, reader->prefixes + iterator->block_number * TERMS_PREFIX_BYTES,
                                    "not the beginning of the block's first word", error);
    if (entry->flags & TERM_LIST) {
        const uint64_t ordinal = terms_iterator_ordinal(iterator);
        if (v->any_list && v->number == iterator->range.number &&
            (entry->postings_offset < v->postings || entry->positions_offset < v->positions))
            return terms_reader_damaged(reader, block->kinds + block->taken - 1, "offsets fall", error);
        v->any_list = true;
        v->number = iterator->range.number;
        v->postings = entry->postings_offset;
        v->positions = entry->positions_offset;
        v->lists[ordinal / 8] |= (uint8_t)(1 << ordinal % 8);
    }
    if (iterator->next == 1)
        v->peak = (struct term_peak){ .has_surface = false };
    term_peak_raise(&v->peak, entry);
    if (iterator->next < block->count)
        return LIBSEARCH_OK;
    if (reader->peaks != NULL && reader->peaks[iterator->block_number] != term_peak_code(&v->peak))
        return error_set(error, LIBSEARCH_CORRUPT, "%s: the peak of block %llu of the terms is %u, not %u",
                         reader->name, (unsigned long long)iterator->block_number, term_peak_code(&v->peak),
                         reader->peaks[iterator->block_number]);
    return verify_block_ends(reader, block, iterator->block_number, error);
}

static libsearch_status verify_zeros(const struct terms_reader *reader, libsearch_error *error)
{
    for (const uint8_t *at = reader->section + reader->blocks_end; at < reader->lists; at++)
        if (*at != 0)
            return terms_reader_damaged(reader, at, "not zero behind the blocks", error);
    if (reader->block_count == 0 && reader->blocks_end != TERMS_HEADER)
        return terms_reader_damaged(reader, reader->section + TERMS_HEADER, "bytes without a block", error);
    return LIBSEARCH_OK;
}

libsearch_status terms_reader_verify(const struct terms_reader *reader, libsearch_error *error)
{
    struct verification v = { .number = 0 };
    struct term_entry entry;
    size_t shared;
    libsearch_status status;
    v.lists = memory_allocate_array(reader->allocator, (size_t)(reader->count / 8 + 1), 1);
    if (v.lists == NULL)
        return error_no_memory(error);
    TRY_OR(done, verify_zeros(reader, error));
    TRY_OR(done, terms_iterator_new(reader, reader->allocator, &v.iterator, error));
    while ((status = terms_iterator_step(v.iterator, &shared, error)) == LIBSEARCH_OK) {
        TRY_OR(done, terms_iterator_value(v.iterator, &entry, error));
        TRY_OR(done, verify_entry(&v, &entry, error));
    }
    if (status != LIBSEARCH_NOT_FOUND)
        goto done;
    /* Now that all lists are known, so are the terms that are none. */
    TRY_OR(done, terms_iterator_seek_ordinal(v.iterator, 0, error));
    while ((status = terms_iterator_step(v.iterator, &shared, error)) == LIBSEARCH_OK) {
        TRY_OR(done, terms_iterator_value(v.iterator, &entry, error));
        if ((entry.flags & TERM_SURFACE) && !(v.lists[entry.surface_term / 8] >> entry.surface_term % 8 & 1)) {
            status = terms_reader_damaged(reader, v.iterator->block.kinds + v.iterator->next - 1,
                                          "a surface form's term is no list", error);
            goto done;
        }
    }
    if (status == LIBSEARCH_NOT_FOUND)
        status = LIBSEARCH_OK;
done:
    terms_iterator_free(v.iterator);
    memory_free(reader->allocator, v.lists);
    return status;
}
