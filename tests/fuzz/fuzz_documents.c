/* SPDX-License-Identifier: MIT */
/* Any bytes as what a segment keeps of its documents: records, stored blocks, ids, columns, live documents, arrays.
 * What passes the check can be read without surprise. */
#include "documents/columns.h"
#include "documents/ids.h"
#include "documents/live.h"
#include "documents/numbers.h"
#include "documents/stored.h"
#include "fuzz.h"
#include "query/query_support.h"

static void record(const uint8_t *bytes, size_t length)
{
    static struct schema *schema;
    if (schema == NULL)
        schema = make_schema();
    libsearch_document *document = document_new(allocator_default()), *again = document_new(allocator_default());
    struct buffer encoded;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    buffer_init(&encoded, allocator_default());
    const libsearch_status status =
        document_record_decode(schema, (libsearch_bytes){ (const char *)bytes, length }, "file", document, &error);
    if (status == LIBSEARCH_OK) {
        document_record_encode(schema, document, &encoded);
        FUZZ_REQUIRE(!encoded.failed);
        FUZZ_REQUIRE(document_record_decode(schema, (libsearch_bytes){ (char *)encoded.data, encoded.length }, "file",
                                            again, NULL) == LIBSEARCH_OK);
        FUZZ_REQUIRE(again->count == document->count);
    } else {
        FUZZ_REQUIRE(status == LIBSEARCH_CORRUPT && strstr(error.message, "file") != NULL);
    }
    buffer_free(&encoded);
    document_free(document);
    document_free(again);
}

static void column(const uint8_t *bytes, size_t length, uint32_t documents)
{
    struct column *column;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (column_open(allocator_default(), bytes, length, documents, "file", &column, &error) != LIBSEARCH_OK) {
        FUZZ_REQUIRE(error.status == LIBSEARCH_CORRUPT);
        return;
    }
    const bool sound = column_verify(column, NULL) == LIBSEARCH_OK;
    uint64_t *bits = calloc((size_t)documents / 64 + 1, sizeof *bits), least, greatest;
    column_range(column, 3, UINT64_MAX / 2, 0, documents, bits);
    for (uint32_t d = 0; d < documents; d++) {
        bool within = false;
        for (uint32_t i = 0, count = column_count(column, d); i < count && i < 1000; i++) {
            const uint64_t value = column_value(column, d, i);
            within |= value >= 3 && value <= UINT64_MAX / 2;
            FUZZ_REQUIRE(!sound || !column_is_keyword(column) || value < column_keyword_count(column));
        }
        FUZZ_REQUIRE(!sound || within == (bits[d / 64] >> d % 64 & 1) || column_count(column, d) > 1000);
    }
    for (uint32_t b = 0; b < (documents + COLUMN_BLOCK - 1) / COLUMN_BLOCK; b++)
        (void)column_block_bounds(column, b, &least, &greatest);
    for (uint32_t k = 0; column_is_keyword(column) && k < column_keyword_count(column) && k < 300; k++) {
        bool found;
        const libsearch_bytes keyword = column_keyword(column, k);
        const uint32_t at = column_keyword_seek(column, keyword, &found);
        FUZZ_REQUIRE(!sound || (found && at == k));
    }
    free(bits);
    column_close(column);
}

static void ids(struct fuzz_bytes *bytes, uint32_t count)
{
    size_t ids_length, table_length;
    uint8_t *names = fuzz_take(bytes, fuzz_number(bytes, 2), &ids_length), *table = fuzz_rest(bytes, &table_length);
    struct ids ids;
    uint32_t document;
    if (ids_open(names, ids_length, table, table_length, count, "file", &ids, NULL) == LIBSEARCH_OK) {
        (void)ids_verify(&ids, "file", NULL);
        for (uint32_t d = 0; d < count && d < 500; d++)
            if (ids_find(&ids, ids_at(&ids, d), &document) == LIBSEARCH_OK)
                FUZZ_REQUIRE(document < count);
    }
    free(names);
    free(table);
}

static void stored(struct fuzz_bytes *bytes, uint32_t count)
{
    size_t blocks_length, table_length;
    uint8_t *blocks = fuzz_take(bytes, fuzz_number(bytes, 2), &blocks_length), *table = fuzz_rest(bytes, &table_length);
    struct stored_reader *reader;
    struct buffer scratch;
    buffer_init(&scratch, allocator_default());
    if (stored_reader_open(allocator_default(), blocks, blocks_length, table, table_length, count, "file", &reader,
                           NULL) == LIBSEARCH_OK) {
        const bool sound = stored_reader_verify(reader, NULL) == LIBSEARCH_OK;
        for (uint32_t d = 0; d < count && d < 300; d++) {
            const libsearch_status status = stored_reader_get(reader, d, &scratch, NULL);
            FUZZ_REQUIRE(status == LIBSEARCH_OK || (!sound && status == LIBSEARCH_CORRUPT));
        }
        stored_reader_close(reader);
    }
    buffer_free(&scratch);
    free(blocks);
    free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    const uint8_t kind = fuzz_u8(&bytes) % 5;
    const uint32_t count = (uint32_t)fuzz_number(&bytes, 2) % 5000;
    size_t length;
    if (kind == 2)
        ids(&bytes, count);
    else if (kind == 3)
        stored(&bytes, count);
    if (kind == 2 || kind == 3)
        return 0;
    uint8_t *rest = fuzz_rest(&bytes, &length);
    struct live *live;
    struct numbers numbers;
    if (kind == 0)
        record(rest, length);
    else if (kind == 1)
        column(rest, length, count);
    else if (live_decode(allocator_default(), rest, length, count, "file", &live, NULL) == LIBSEARCH_OK)
        live_free(live);
    else if (numbers_open(rest, length, count, "file", &numbers, NULL) == LIBSEARCH_OK && count > 0)
        (void)numbers_at(&numbers, count - 1);
    free(rest);
    return 0;
}
