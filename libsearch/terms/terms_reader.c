/* SPDX-License-Identifier: MIT */
/* Reads the terms section: opening, and exact lookups (terms_format.h says every byte). */
#include "terms/term_block.h"

void terms_reader_name_damage(const struct terms_reader *reader, const uint8_t *at, const char *what,
                              libsearch_error *error)
{
    const size_t offset = (size_t)(at - reader->section);
    error_set_at(error, (int64_t)offset, LIBSEARCH_CORRUPT, "%s: terms section, byte %zu: %s", reader->name, offset,
                 what);
}

struct terms_range terms_reader_range(const struct terms_reader *reader, uint32_t i)
{
    const uint8_t *row = reader->lists + (size_t)i * TERMS_LIST_BYTES;
    const bool last = i + 1 == reader->list_count;
    return (struct terms_range){
        .number = load_u32(row),
        .block = load_u32(row + 4),
        .block_end = last ? reader->block_count : load_u32(row + TERMS_LIST_BYTES + 4),
        .first = load_u64(row + 8),
        .end = last ? reader->count : load_u64(row + TERMS_LIST_BYTES + 8),
    };
}

uint32_t terms_reader_range_index(const struct terms_reader *reader, uint32_t number)
{
    uint32_t low = 0, high = reader->list_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (load_u32(reader->lists + (size_t)middle * TERMS_LIST_BYTES) < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The tables fill the section exactly, and the ranges fill blocks and entries exactly. */
static libsearch_status check_tables(struct terms_reader *reader, libsearch_error *error)
{
    const uint8_t *section = reader->section;
    if (reader->length < TERMS_HEADER + TERMS_SLACK || load_u32(section) != TERMS_MAGIC)
        return terms_reader_damaged(reader, section, "not a term dictionary", error);
    if (load_u32(section + 4) != TERMS_BLOCK)
        return terms_reader_damaged(reader, section + 4, "unknown block size", error);
    reader->count = load_u64(section + 8);
    reader->blocks_end = load_u64(section + 16);
    reader->block_count = load_u32(section + 24);
    reader->list_count = load_u32(section + 28);
    if (reader->blocks_end < TERMS_HEADER || reader->blocks_end > reader->length - TERMS_SLACK)
        return terms_reader_damaged(reader, section + 16, "the blocks end outside the section", error);
    const size_t tables = ((size_t)reader->blocks_end + TERMS_SLACK + 7) & ~(size_t)7;
    const uint64_t wanted = (uint64_t)reader->list_count * TERMS_LIST_BYTES +
                            (uint64_t)reader->block_count * (TERMS_PREFIX_BYTES + TERMS_OFFSET_BYTES) +
                            TERMS_OFFSET_BYTES;
    if (tables > reader->length || reader->length - tables != wanted)
        return terms_reader_damaged(reader, section + 24, "its tables do not fit the section's length", error);
    reader->lists = section + tables;
    reader->prefixes = reader->lists + (size_t)reader->list_count * TERMS_LIST_BYTES;
    reader->offsets = reader->prefixes + (size_t)reader->block_count * TERMS_PREFIX_BYTES;

    if (reader->list_count > UINT16_MAX + 1 || (reader->list_count == 0 && (reader->count | reader->block_count) != 0))
        return terms_reader_damaged(reader, section + 28, "impossible number of lists", error);
    uint64_t block = 0, first = 0;
    for (uint32_t i = 0; i < reader->list_count; i++) {
        const struct terms_range range = terms_reader_range(reader, i);
        const uint8_t *row = reader->lists + (size_t)i * TERMS_LIST_BYTES;
        if (range.block != block || range.first != first || range.number > UINT16_MAX ||
            (i > 0 && range.number <= load_u32(row - TERMS_LIST_BYTES)) || range.end <= range.first ||
            range.block_end <= range.block ||
            range.block_end - range.block != (range.end - range.first - 1) / TERMS_BLOCK + 1)
            return terms_reader_damaged(reader, row, "impossible range of entries", error);
        block = range.block_end;
        first = range.end;
    }
    return LIBSEARCH_OK;
}

libsearch_status terms_reader_open(const libsearch_allocator *allocator, const uint8_t *section, size_t length,
                                   const char *name, struct terms_reader **reader, libsearch_error *error)
{
    struct terms_reader *new = memory_allocate_array(allocator, 1, sizeof *new);
    if (new == NULL)
        return error_no_memory(error);
    new->allocator = allocator;
    new->section = section;
    new->length = length;
    new->name = memory_duplicate(allocator, name, strlen(name));
    libsearch_status status = new->name == NULL ? error_no_memory(error) : check_tables(new, error);
    if (status != LIBSEARCH_OK) {
        terms_reader_close(new);
        return status;
    }
    *reader = new;
    return LIBSEARCH_OK;
}

libsearch_status terms_reader_set_peaks(struct terms_reader *reader, const uint8_t *peaks, size_t length,
                                        libsearch_error *error)
{
    if (length != reader->block_count)
        return error_set(error, LIBSEARCH_CORRUPT, "%s: %zu peaks of %lu blocks of terms", reader->name, length,
                         (unsigned long)reader->block_count);
    reader->peaks = peaks;
    return LIBSEARCH_OK;
}

void terms_reader_close(struct terms_reader *reader)
{
    if (reader == NULL)
        return;
    memory_free(reader->allocator, reader->name);
    memory_free(reader->allocator, reader);
}

uint64_t terms_reader_count(const struct terms_reader *reader) { return reader->count; }

/* Looks for the word in its block. With `matched` bytes of the word in common with the entry before, which sorts
 * before it: an entry that shares more with its predecessor differs from the word where that one did; one that shares
 * less is beyond the word; else its new bytes decide. */
static libsearch_status search_block(const struct terms_reader *reader, struct term_block *block, const uint8_t *word,
                                     size_t length, unsigned *index, libsearch_error *error)
{
    size_t matched = 0;
    for (unsigned i = 0; i < block->count; i++) {
        struct word_shape shape;
        if (!term_block_word(block, i, &shape))
            return terms_reader_damaged(reader, block->words, "a word runs over its block", error);
        if (shape.shared > matched)
            continue;
        if (shape.shared < matched)
            return LIBSEARCH_NOT_FOUND;
        const size_t left = length - matched;
        const size_t shared = words_shared(word + matched, left, shape.bytes, shape.following);
        if (shared == shape.following && shared == left) {
            *index = i;
            return LIBSEARCH_OK;
        }
        if (shared == left || (shared < shape.following && shape.bytes[shared] > word[matched + shared]))
            return LIBSEARCH_NOT_FOUND;
        matched += shared;
    }
    return LIBSEARCH_NOT_FOUND;
}

libsearch_status terms_reader_find(const struct terms_reader *reader, const void *key, size_t length,
                                   struct term_entry *entry, uint64_t *ordinal, libsearch_error *error)
{
    if (length < TERMS_LIST_NUMBER || length > TERM_KEY_MAX)
        return LIBSEARCH_NOT_FOUND;
    const uint8_t *bytes = key;
    const uint32_t number = (uint32_t)bytes[0] << 8 | bytes[1];
    const uint32_t at = terms_reader_range_index(reader, number);
    if (at == reader->list_count)
        return LIBSEARCH_NOT_FOUND;
    const struct terms_range range = terms_reader_range(reader, at);
    if (range.number != number)
        return LIBSEARCH_NOT_FOUND;

    uint64_t number_of_block;
    struct term_block block;
    unsigned index = 0;
    TRY(term_block_locate(reader, &range, range.block, bytes + TERMS_LIST_NUMBER, length - TERMS_LIST_NUMBER,
                          &number_of_block, error));
    TRY(term_block_open(reader, &range, number_of_block, &block, error));
    TRY(search_block(reader, &block, bytes + TERMS_LIST_NUMBER, length - TERMS_LIST_NUMBER, &index, error));
    struct term_entry found;
    if (!term_block_skip(&block, index) || !term_block_value(&block, reader->count, &found))
        return terms_reader_damaged(reader, block.kinds + index, "damaged entry", error);
    *entry = found;
    if (ordinal != NULL)
        *ordinal = block.first + index;
    return LIBSEARCH_OK;
}
