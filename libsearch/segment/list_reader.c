/* SPDX-License-Identifier: MIT */
#include "segment/list_reader.h"

libsearch_status list_reader_damaged(const struct list_reader *reader, const char *what, libsearch_error *error)
{
    return error_set_at(error, (int64_t)reader->offset, LIBSEARCH_CORRUPT, "%s: postings at %llu: %s",
                        section_file_name(reader->segment->file), (unsigned long long)reader->offset, what);
}

libsearch_status list_reader_open(struct list_reader *reader, const struct segment *segment, uint16_t list,
                                  const struct term_entry *entry, libsearch_error *error)
{
    reader->segment = segment;
    reader->offset = entry->postings_offset;
    reader->next_block = 0;
    reader->before = UINT32_MAX;
    return segment_list_of(segment, list, entry, &reader->list, error);
}

libsearch_status list_reader_next(struct list_reader *reader, libsearch_error *error)
{
    struct posting_block *block = &reader->block;
    if (reader->next_block == reader->list.blocks)
        return LIBSEARCH_NOT_FOUND;
    if (!posting_block_documents(&reader->list, reader->next_block, block))
        return list_reader_damaged(reader, "a block's documents are damaged", error);
    if (reader->before != UINT32_MAX && block->documents[0] <= reader->before)
        return list_reader_damaged(reader, "documents fall", error);
    reader->before = block->documents[block->count - 1];
    reader->next_block++;
    return LIBSEARCH_OK;
}

libsearch_status list_reader_rest(struct list_reader *reader, libsearch_error *error)
{
    if (!posting_block_frequencies(&reader->list, &reader->block))
        return list_reader_damaged(reader, "a block's frequencies are damaged", error);
    if (reader->list.positions == NULL)
        return LIBSEARCH_OK;
    if (!posting_block_tail(&reader->list, &reader->block, &reader->tail) ||
        !posting_positions_open(&reader->list, &reader->block, reader->tail.positions, &reader->positions))
        return list_reader_damaged(reader, "a block's positions are damaged", error);
    return LIBSEARCH_OK;
}
