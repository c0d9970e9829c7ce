/* SPDX-License-Identifier: MIT */
#include "documents/numbers.h"
#include "documents/stored.h"
#include "documents/stored_block.h"

struct stored_reader {
    const libsearch_allocator *allocator;
    char *name;
    const uint8_t *bytes; /* the blocks section */
    size_t length;
    uint32_t documents;
    uint64_t blocks;
    struct numbers firsts, offsets, lengths;
    ZSTD_DCtx *idle; /* one decompressor, taken out (NULL) while somebody uses it */
};

libsearch_status stored_reader_open(const libsearch_allocator *allocator, const uint8_t *blocks, size_t blocks_length,
                                    const uint8_t *table, size_t table_length, uint32_t expected, const char *name,
                                    struct stored_reader **reader, libsearch_error *error)
{
    struct stored_reader opened = {
        .allocator = allocator, .bytes = blocks, .length = blocks_length, .documents = expected
    };
    struct cursor from = cursor_of(table, table_length);
    opened.blocks = cursor_u64(&from);
    if (from.failed || opened.blocks > expected || (opened.blocks == 0) != (expected == 0))
        return error_set_at(error, 0, LIBSEARCH_CORRUPT, "%s: %llu blocks of stored fields for %u documents", name,
                            (unsigned long long)opened.blocks, expected);
    TRY(numbers_take(&from, opened.blocks, name, &opened.firsts, error));
    TRY(numbers_take(&from, opened.blocks + 1, name, &opened.offsets, error));
    TRY(numbers_take(&from, opened.blocks, name, &opened.lengths, error));
    if (cursor_left(&from) > 0 || numbers_at(&opened.offsets, 0) != 0 ||
        numbers_at(&opened.offsets, opened.blocks) != blocks_length ||
        (opened.blocks > 0 && numbers_at(&opened.firsts, 0) != 0))
        return error_set_at(error, 0, LIBSEARCH_CORRUPT, "%s: the table of stored fields does not fit their %zu bytes",
                            name, blocks_length);
    struct stored_reader *made = memory_allocate(allocator, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    opened.name = memory_duplicate(allocator, name, strlen(name));
    if (opened.name == NULL) {
        memory_free(allocator, made);
        return error_no_memory(error);
    }
    *made = opened;
    *reader = made;
    return LIBSEARCH_OK;
}

void stored_reader_close(struct stored_reader *reader)
{
    if (reader == NULL)
        return;
    ZSTD_freeDCtx(reader->idle);
    memory_free(reader->allocator, reader->name);
    memory_free(reader->allocator, reader);
}

static libsearch_status block_damaged(const struct stored_reader *reader, uint64_t number, const char *what,
                                      libsearch_error *error)
{
    const uint64_t offset = numbers_at(&reader->offsets, number);
    return error_set_at(error, (int64_t)(offset <= INT64_MAX ? offset : 0), LIBSEARCH_CORRUPT,
                        "%s: stored fields, block %llu at byte %llu of the section: %s", reader->name,
                        (unsigned long long)number, (unsigned long long)offset, what);
}

static libsearch_status block_at(const struct stored_reader *reader, uint64_t number, struct stored_block *block,
                                 libsearch_error *error)
{
    const bool last = number + 1 == reader->blocks;
    const uint64_t first = numbers_at(&reader->firsts, number);
    const uint64_t end = last ? reader->documents : numbers_at(&reader->firsts, number + 1);
    const uint64_t from = numbers_at(&reader->offsets, number), to = numbers_at(&reader->offsets, number + 1);
    const uint64_t length = numbers_at(&reader->lengths, number);
    if (first >= end || end > reader->documents)
        return block_damaged(reader, number, "holds no document", error);
    if (from >= to || to > reader->length) /* a frame has bytes; a section without any may have no address */
        return block_damaged(reader, number, "lies outside the section", error);
    const uint64_t count = end - first;
    if (length > (count == 1 ? (uint64_t)STORED_MAX_RECORD : STORED_MAX_SHARED) ||
        length < (count - 1) * sizeof(uint16_t))
        return block_damaged(reader, number, "has an impossible length", error);
    const uint8_t *frame = reader->bytes + from;
    /* The frame's own word for it, before any memory is taken. */
    if (ZSTD_getFrameContentSize(frame, (size_t)(to - from)) != length)
        return block_damaged(reader, number, "is no zstd frame of the stated length", error);
    *block =
        (struct stored_block){ number, (uint32_t)first, (uint32_t)count, frame, (size_t)(to - from), (size_t)length };
    return LIBSEARCH_OK;
}

/* A block that begins at or before the document while the next one begins behind it; also where damaged bytes are in
 * no order (the first block begins at 0, as opening saw). */
static uint64_t block_of(const struct stored_reader *reader, uint32_t document)
{
    uint64_t low = 0, high = reader->blocks; /* firsts[low] <= document < firsts[high] */
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        if (numbers_at(&reader->firsts, middle) <= document)
            low = middle;
        else
            high = middle;
    }
    return low;
}

libsearch_status stored_reader_block(const struct stored_reader *reader, uint32_t document, struct stored_block *block,
                                     libsearch_error *error)
{
    const uint64_t number = document < reader->documents ? block_of(reader, document) : 0;
    if (document >= reader->documents || numbers_at(&reader->firsts, number) != document)
        return LIBSEARCH_NOT_FOUND;
    return block_at(reader, number, block, error);
}

static libsearch_status decompress(const struct stored_reader *reader, ZSTD_DCtx *zstd,
                                   const struct stored_block *block, struct buffer *to, libsearch_error *error)
{
    buffer_clear(to);
    if (buffer_reserve(to, block->length) == NULL)
        return error_no_memory(error);
    const size_t length = ZSTD_decompressDCtx(zstd, to->data, block->length, block->frame, block->frame_length);
    if (ZSTD_isError(length) && ZSTD_getErrorCode(length) == ZSTD_error_memory_allocation)
        return error_no_memory(error);
    if (length != block->length) /* or an error's code, which is no length */
        return block_damaged(reader, block->number, "cannot be decompressed", error);
    to->length = length;
    return LIBSEARCH_OK;
}

/* Where the record of a document of the block lies in its content. */
static libsearch_status record_in(const struct stored_reader *reader, const struct stored_block *block,
                                  const uint8_t *content, uint32_t document, size_t *start, size_t *end,
                                  libsearch_error *error)
{
    const size_t records = block->length - (block->count - 1) * sizeof(uint16_t);
    const uint8_t *ends = content + records;
    const uint32_t i = document - block->first;
    *start = i == 0 ? 0 : load_u16(ends + 2 * (size_t)(i - 1));
    *end = i + 1 == block->count ? records : load_u16(ends + 2 * (size_t)i);
    if (*start > *end || *end > records)
        return block_damaged(reader, block->number, "the records' ends are damaged", error);
    return LIBSEARCH_OK;
}

/* The idle decompressor, or a new one; NULL: no memory. */
static ZSTD_DCtx *take_decompressor(const struct stored_reader *reader)
{
    struct stored_reader *shared = (struct stored_reader *)reader; /* `idle` alone changes after opening, atomically */
    ZSTD_DCtx *taken = __atomic_exchange_n(&shared->idle, NULL, __ATOMIC_ACQ_REL);
    return taken != NULL ? taken : ZSTD_createDCtx_advanced(stored_zstd_memory(reader->allocator));
}

static void give_back(const struct stored_reader *reader, ZSTD_DCtx *zstd)
{
    struct stored_reader *shared = (struct stored_reader *)reader;
    ZSTD_freeDCtx(__atomic_exchange_n(&shared->idle, zstd, __ATOMIC_ACQ_REL));
}

static libsearch_status no_document(const struct stored_reader *reader, uint32_t document, libsearch_error *error)
{
    return error_set(error, LIBSEARCH_INVALID, "%s: there is no document %u among %u", reader->name, document,
                     reader->documents);
}

libsearch_status stored_reader_get(const struct stored_reader *reader, uint32_t document, struct buffer *scratch,
                                   libsearch_error *error)
{
    if (document >= reader->documents)
        return no_document(reader, document, error);
    struct stored_block block;
    TRY(block_at(reader, block_of(reader, document), &block, error));
    ZSTD_DCtx *zstd = take_decompressor(reader);
    if (zstd == NULL)
        return error_no_memory(error);
    const libsearch_status status = decompress(reader, zstd, &block, scratch, error);
    give_back(reader, zstd);
    if (status != LIBSEARCH_OK)
        return status;
    size_t start, end;
    TRY(record_in(reader, &block, scratch->data, document, &start, &end, error));
    memmove(scratch->data, scratch->data + start, end - start);
    scratch->length = end - start;
    return LIBSEARCH_OK;
}

struct stored_cursor {
    const struct stored_reader *reader;
    ZSTD_DCtx *zstd;
    struct buffer content; /* of the block, when it is loaded */
    struct stored_block block;
    bool loaded;
};

libsearch_status stored_cursor_new(const struct stored_reader *reader, struct stored_cursor **cursor,
                                   libsearch_error *error)
{
    struct stored_cursor *made = memory_allocate_array(reader->allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->reader = reader;
    buffer_init(&made->content, reader->allocator);
    made->zstd = ZSTD_createDCtx_advanced(stored_zstd_memory(reader->allocator));
    if (made->zstd == NULL) {
        stored_cursor_free(made);
        return error_no_memory(error);
    }
    *cursor = made;
    return LIBSEARCH_OK;
}

void stored_cursor_free(struct stored_cursor *cursor)
{
    if (cursor == NULL)
        return;
    ZSTD_freeDCtx(cursor->zstd);
    buffer_free(&cursor->content);
    memory_free(cursor->reader->allocator, cursor);
}

static libsearch_status cursor_load(struct stored_cursor *cursor, uint32_t document, libsearch_error *error)
{
    const struct stored_reader *reader = cursor->reader;
    uint64_t number = cursor->block.number + 1;
    if (!cursor->loaded || number >= reader->blocks || numbers_at(&reader->firsts, number) > document ||
        (number + 1 < reader->blocks && numbers_at(&reader->firsts, number + 1) <= document))
        number = block_of(reader, document);
    cursor->loaded = false;
    TRY(block_at(reader, number, &cursor->block, error));
    TRY(decompress(reader, cursor->zstd, &cursor->block, &cursor->content, error));
    cursor->loaded = true;
    return LIBSEARCH_OK;
}

libsearch_status stored_cursor_get(struct stored_cursor *cursor, uint32_t document, libsearch_bytes *record,
                                   libsearch_error *error)
{
    if (document >= cursor->reader->documents)
        return no_document(cursor->reader, document, error);
    /* Unsigned: a document before the block is far behind its end. */
    if (!cursor->loaded || document - cursor->block.first >= cursor->block.count)
        TRY(cursor_load(cursor, document, error));
    size_t start, end;
    TRY(record_in(cursor->reader, &cursor->block, cursor->content.data, document, &start, &end, error));
    *record = (libsearch_bytes){ (const char *)cursor->content.data + start, end - start };
    return LIBSEARCH_OK;
}

libsearch_status stored_reader_verify(const struct stored_reader *reader, libsearch_error *error)
{
    struct stored_cursor *cursor = NULL;
    TRY(stored_cursor_new(reader, &cursor, error));
    libsearch_status status = LIBSEARCH_OK;
    for (uint32_t document = 0; document < reader->documents && status == LIBSEARCH_OK; document++) {
        libsearch_bytes record;
        status = stored_cursor_get(cursor, document, &record, error);
    }
    stored_cursor_free(cursor);
    return status;
}
