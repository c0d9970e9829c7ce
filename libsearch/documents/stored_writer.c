/* SPDX-License-Identifier: MIT */
#include "documents/numbers.h"
#include "documents/stored.h"
#include "documents/stored_block.h"

/* Measured on 150 MB of Wikipedia text, one core, libzstd 1.5.4 (bytes left, speed of writing, time to read one block):
 *
 *                 level 1                      level 3
 *     16 KiB      0.422   264 MB/s   20 us     0.406   215 MB/s   21 us
 *     32 KiB      0.416   282 MB/s   31 us     0.398   208 MB/s   32 us
 *     64 KiB      0.410   316 MB/s   50 us     0.390   207 MB/s   50 us
 *
 * Level 3 costs a quarter more time for 4 % of the stored bytes, larger blocks every fetched document more time
 * for 2 to 3 %: level 1 and 16 KiB. */
enum {
    LEVEL = 1,
    AT_ONCE = 1 << 20, /* what is longer is compressed piece by piece */
    PIECE = 1 << 17
};

struct stored_writer {
    const libsearch_allocator *allocator;
    struct section_writer *file;
    ZSTD_CCtx *zstd;
    libsearch_status failed; /* of a write: the section is of no more use */
    uint8_t *records;        /* of the open block */
    size_t length, capacity;
    uint16_t *ends; /* of its records */
    size_t count, end_capacity;
    uint8_t *compressed;
    size_t compressed_capacity;
    uint32_t documents; /* added so far */
    uint64_t position;  /* bytes written so far */
    uint32_t *firsts;   /* per block written */
    uint64_t *offsets;
    uint32_t *lengths;
    size_t blocks, first_capacity, offset_capacity, length_capacity;
};

libsearch_status stored_writer_new(const libsearch_allocator *allocator, struct section_writer *file,
                                   struct stored_writer **writer, libsearch_error *error)
{
    struct stored_writer *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->file = file;
    made->zstd = ZSTD_createCCtx_advanced(stored_zstd_memory(allocator));
    if (made->zstd == NULL || ZSTD_isError(ZSTD_CCtx_setParameter(made->zstd, ZSTD_c_compressionLevel, LEVEL))) {
        stored_writer_free(made);
        return error_no_memory(error);
    }
    *writer = made;
    return LIBSEARCH_OK;
}

void stored_writer_free(struct stored_writer *writer)
{
    if (writer == NULL)
        return;
    ZSTD_freeCCtx(writer->zstd);
    memory_free(writer->allocator, writer->records);
    memory_free(writer->allocator, writer->ends);
    memory_free(writer->allocator, writer->compressed);
    memory_free(writer->allocator, writer->firsts);
    memory_free(writer->allocator, writer->offsets);
    memory_free(writer->allocator, writer->lengths);
    memory_free(writer->allocator, writer);
}

size_t stored_writer_memory(const struct stored_writer *writer)
{
    return sizeof *writer + ZSTD_sizeof_CCtx(writer->zstd) + writer->capacity +
           writer->end_capacity * sizeof *writer->ends + writer->compressed_capacity +
           writer->first_capacity * sizeof *writer->firsts + writer->offset_capacity * sizeof *writer->offsets +
           writer->length_capacity * sizeof *writer->lengths;
}

static libsearch_status zstd_failed(size_t code, libsearch_error *error)
{
    if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation)
        return error_no_memory(error);
    return error_set(error, LIBSEARCH_IO, "zstd: %s", ZSTD_getErrorName(code));
}

/* Remembers a failed write, after which nothing more can be written. */
static libsearch_status append(struct stored_writer *writer, const void *bytes, size_t length, libsearch_error *error)
{
    const libsearch_status status = section_append(writer->file, bytes, length, error);
    if (status != LIBSEARCH_OK)
        writer->failed = status;
    else
        writer->position += length;
    return status;
}

static libsearch_status write_pieces(struct stored_writer *writer, const void *content, size_t length,
                                     libsearch_error *error)
{
    ZSTD_inBuffer from = { content, length, 0 };
    ZSTD_CCtx_reset(writer->zstd, ZSTD_reset_session_only);
    ZSTD_CCtx_setPledgedSrcSize(writer->zstd, length); /* so that the frame tells its content's size */
    size_t left;
    do {
        ZSTD_outBuffer to = { writer->compressed, PIECE, 0 };
        left = ZSTD_compressStream2(writer->zstd, &to, &from, ZSTD_e_end);
        if (ZSTD_isError(left)) {
            const libsearch_status status = zstd_failed(left, error);
            if (from.pos > 0 || writer->position != writer->offsets[writer->blocks])
                writer->failed = status; /* half a block is written */
            return status;
        }
        TRY(append(writer, to.dst, to.pos, error));
    } while (left > 0);
    return LIBSEARCH_OK;
}

/* Room in the table for one more block. */
static bool room_for_block(struct stored_writer *writer)
{
    const libsearch_allocator *allocator = writer->allocator;
    return memory_grow(allocator, &writer->firsts, &writer->first_capacity, writer->blocks + 1,
                       sizeof *writer->firsts) &&
           memory_grow(allocator, &writer->offsets, &writer->offset_capacity, writer->blocks + 2,
                       sizeof *writer->offsets) &&
           memory_grow(allocator, &writer->lengths, &writer->length_capacity, writer->blocks + 1,
                       sizeof *writer->lengths);
}

/* Writes a block of documents that begins with `first`. Where memory is short nothing has happened. */
static libsearch_status write_block(struct stored_writer *writer, uint32_t first, const void *content, size_t length,
                                    libsearch_error *error)
{
    const bool at_once = length <= AT_ONCE;
    if (!room_for_block(writer) || !memory_grow(writer->allocator, &writer->compressed, &writer->compressed_capacity,
                                                at_once ? ZSTD_compressBound(length) : PIECE, 1))
        return error_no_memory(error);
    writer->firsts[writer->blocks] = first;
    writer->offsets[writer->blocks] = writer->position;
    writer->lengths[writer->blocks] = (uint32_t)length;
    if (at_once) {
        const size_t compressed =
            ZSTD_compress2(writer->zstd, writer->compressed, writer->compressed_capacity, content, length);
        if (ZSTD_isError(compressed))
            return zstd_failed(compressed, error);
        TRY(append(writer, writer->compressed, compressed, error));
    } else {
        TRY(write_pieces(writer, content, length, error));
    }
    writer->blocks++;
    return LIBSEARCH_OK;
}

/* The open block's bytes with the ends of its records. */
static size_t open_length(const struct stored_writer *writer)
{
    return writer->length + (writer->count > 1 ? (writer->count - 1) * sizeof(uint16_t) : 0);
}

static libsearch_status close_block(struct stored_writer *writer, libsearch_error *error)
{
    if (writer->count == 0)
        return LIBSEARCH_OK;
    const size_t length = open_length(writer);
    if (!memory_grow(writer->allocator, &writer->records, &writer->capacity, length, 1))
        return error_no_memory(error);
    uint8_t *to = writer->records + writer->length;
    for (size_t i = 0; i + 1 < writer->count; i++) {
        *to++ = (uint8_t)writer->ends[i];
        *to++ = (uint8_t)(writer->ends[i] >> 8);
    }
    TRY(write_block(writer, writer->documents - (uint32_t)writer->count, writer->records, length, error));
    writer->count = 0;
    writer->length = 0;
    return LIBSEARCH_OK;
}

libsearch_status stored_writer_add(struct stored_writer *writer, libsearch_bytes record, libsearch_error *error)
{
    if (writer->failed != LIBSEARCH_OK)
        return error_set(error, writer->failed, "stored fields: writing failed before");
    if (record.length > STORED_MAX_RECORD)
        return error_set(error, LIBSEARCH_LIMIT, "a document's stored fields of %zu bytes are over the limit",
                         record.length);
    if (writer->documents == UINT32_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "too many documents in one segment");
    /* A full block is closed only now, so that a document is in or out, whatever fails. */
    if (record.length >= STORED_BLOCK || open_length(writer) >= STORED_BLOCK)
        TRY(close_block(writer, error));
    if (record.length >= STORED_BLOCK) {
        TRY(write_block(writer, writer->documents, record.data, record.length, error));
        writer->documents++;
        return LIBSEARCH_OK;
    }
    if (!memory_grow(writer->allocator, &writer->records, &writer->capacity, STORED_MAX_SHARED, 1) ||
        !memory_grow(writer->allocator, &writer->ends, &writer->end_capacity, writer->count + 1, sizeof *writer->ends))
        return error_no_memory(error);
    if (record.length > 0)
        memcpy(writer->records + writer->length, record.data, record.length);
    writer->length += record.length;
    writer->ends[writer->count++] = (uint16_t)writer->length;
    writer->documents++;
    return LIBSEARCH_OK;
}

static bool all_live(const struct live *live, const struct stored_block *block)
{
    uint32_t i = 0;
    while (live != NULL && i < block->count && live_has(live, block->first + i))
        i++;
    return live == NULL || i == block->count;
}

static bool is_large(const struct stored_block *block) { return block->count == 1 && block->length >= STORED_BLOCK; }

/* Whether the block would end where it does, whatever comes: it is full, or a large record follows it. */
static bool is_complete(const struct stored_reader *reader, const struct live *live, const struct stored_block *block)
{
    struct stored_block next;
    return block->length >= STORED_BLOCK ||
           (stored_reader_block(reader, block->first + block->count, &next, NULL) == LIBSEARCH_OK && is_large(&next) &&
            all_live(live, &next));
}

libsearch_status stored_writer_copy(struct stored_writer *writer, const struct stored_reader *reader,
                                    const struct live *live, uint32_t document, uint32_t *count, libsearch_error *error)
{
    struct stored_block block;
    *count = 0;
    if (writer->failed != LIBSEARCH_OK)
        return LIBSEARCH_OK;
    const libsearch_status found = stored_reader_block(reader, document, &block, error);
    if (found != LIBSEARCH_OK)
        return found == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : found;
    const bool between = writer->count == 0 || open_length(writer) >= STORED_BLOCK || is_large(&block);
    if (!between || !all_live(live, &block) || !is_complete(reader, live, &block) ||
        block.count > UINT32_MAX - writer->documents)
        return LIBSEARCH_OK;
    TRY(close_block(writer, error));
    if (!room_for_block(writer))
        return error_no_memory(error);
    writer->firsts[writer->blocks] = writer->documents;
    writer->offsets[writer->blocks] = writer->position;
    writer->lengths[writer->blocks] = (uint32_t)block.length;
    TRY(append(writer, block.frame, block.frame_length, error));
    writer->blocks++;
    writer->documents += block.count;
    *count = block.count;
    return LIBSEARCH_OK;
}

libsearch_status stored_writer_finish(struct stored_writer *writer, struct buffer *table, libsearch_error *error)
{
    if (writer->failed != LIBSEARCH_OK)
        return error_set(error, writer->failed, "stored fields: writing failed before");
    TRY(close_block(writer, error));
    if (!memory_grow(writer->allocator, &writer->offsets, &writer->offset_capacity, writer->blocks + 1,
                     sizeof *writer->offsets))
        return error_no_memory(error);
    writer->offsets[writer->blocks] = writer->position;
    buffer_append_u64(table, writer->blocks);
    numbers_encode(table, writer->firsts, writer->blocks);
    numbers_encode_u64(table, writer->offsets, writer->blocks + 1);
    numbers_encode(table, writer->lengths, writer->blocks);
    return table->failed ? error_no_memory(error) : LIBSEARCH_OK;
}
