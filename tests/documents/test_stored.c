/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <pthread.h>
#include <string.h>

#include "documents/stored.h"
#include "documents/stored_block.h"
#include "support/failing_allocator.h"
#include "support/random.h"

/* Records that can be had again from their numbers: text of few letters, or bytes that cannot be compressed. */
struct records {
    size_t count;
    size_t *lengths;
    uint64_t seed;
    char *bytes; /* of the longest */
};

static void records_free(struct records *records)
{
    free(records->lengths);
    free(records->bytes);
}

static void records_begin(struct records *records, size_t count, uint64_t seed)
{
    records->count = count;
    records->lengths = calloc(count + 1, sizeof *records->lengths);
    records->seed = seed;
    records->bytes = NULL;
}

static libsearch_bytes record(struct records *records, size_t i)
{
    if (records->bytes == NULL) {
        size_t longest = 1;
        for (size_t j = 0; j < records->count; j++)
            longest = records->lengths[j] > longest ? records->lengths[j] : longest;
        records->bytes = malloc(longest);
    }
    struct test_random content = { records->seed ^ i * 77777 };
    const uint64_t letters = i % 3 == 0 ? 256 : 4;
    for (size_t j = 0; j < records->lengths[i]; j++)
        records->bytes[j] = (char)random_below(&content, letters);
    return (libsearch_bytes){ records->bytes, records->lengths[i] };
}

/* A finished section in memory, copied to exact lengths so that AddressSanitizer sees a step outside. */
struct stored {
    uint8_t *blocks, *table;
    size_t blocks_length, table_length;
};

static void stored_free(struct stored *stored)
{
    free(stored->blocks);
    free(stored->table);
}

static uint8_t *exact(const void *bytes, size_t length)
{
    uint8_t *copy = malloc(length == 0 ? 1 : length);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

/* Writes records by a writer with this allocator; whenever memory is short, it comes back and the call is tried once
 * more. The fullest that the writer said it was goes to *memory. */
static void write_records(const libsearch_allocator *allocator, struct failing_allocator *failing,
                          struct records *records, struct stored *stored, size_t *memory)
{
    struct storage *storage;
    struct section_writer *file;
    struct section_file *back;
    struct stored_writer *writer = NULL;
    struct buffer table;
    size_t most = 0;
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    assert_ok(section_writer_open(storage, "stored", "SG", 1, &file, NULL));
    assert_ok(section_begin(file, 1, NULL));
    buffer_init(&table, allocator_default());
    while (stored_writer_new(allocator, file, &writer, NULL) != LIBSEARCH_OK) {
        assert_non_null(failing);
        assert_int_equal(failing->blocks, 0);
        failing->fail_at = 0;
    }
    for (size_t i = 0; i < records->count; i++) {
        const libsearch_bytes bytes = record(records, i);
        libsearch_status status = stored_writer_add(writer, bytes, NULL);
        if (status == LIBSEARCH_NO_MEMORY && failing != NULL) {
            failing->fail_at = 0;
            status = stored_writer_add(writer, bytes, NULL);
        }
        assert_ok(status);
        most = stored_writer_memory(writer) > most ? stored_writer_memory(writer) : most;
    }
    libsearch_status status = stored_writer_finish(writer, &table, NULL);
    if (status == LIBSEARCH_NO_MEMORY && failing != NULL) {
        failing->fail_at = 0;
        status = stored_writer_finish(writer, &table, NULL);
    }
    assert_ok(status);
    stored_writer_free(writer);
    assert_ok(section_end(file, NULL));
    assert_ok(section_writer_finish(file, false, NULL, NULL));
    assert_ok(section_file_open(storage, "stored", "SG", 1, false, &back, NULL));
    const uint8_t *blocks = section_file_get(back, 1, &stored->blocks_length);
    stored->blocks = exact(blocks, stored->blocks_length);
    stored->table = exact(table.data, table.length);
    stored->table_length = table.length;
    section_file_close(back);
    storage_close(storage);
    buffer_free(&table);
    if (memory != NULL)
        *memory = most;
}

static struct stored_reader *open_stored(const struct stored *stored, size_t count)
{
    struct stored_reader *reader;
    assert_ok(stored_reader_open(allocator_default(), stored->blocks, stored->blocks_length, stored->table,
                                 stored->table_length, (uint32_t)count, "test", &reader, NULL));
    return reader;
}

static void check_all(struct records *records, const struct stored *stored, struct test_random *random)
{
    struct stored_reader *reader = open_stored(stored, records->count);
    struct stored_cursor *cursor;
    struct buffer scratch;
    buffer_init(&scratch, allocator_default());
    assert_ok(stored_cursor_new(reader, &cursor, NULL));
    for (size_t i = 0; i < 2 * records->count; i++) { /* in order, and then in none */
        const size_t document = i < records->count ? i : (size_t)random_below(random, records->count);
        const libsearch_bytes expected = record(records, document);
        libsearch_bytes found;
        assert_ok(stored_cursor_get(cursor, (uint32_t)document, &found, NULL));
        assert_int_equal(found.length, expected.length);
        assert_true(found.length == 0 || memcmp(found.data, expected.data, found.length) == 0);
        if (i % 7 != 0 && i < records->count)
            continue;
        assert_ok(stored_reader_get(reader, (uint32_t)document, &scratch, NULL));
        assert_int_equal(scratch.length, expected.length);
        assert_true(expected.length == 0 || memcmp(scratch.data, expected.data, expected.length) == 0);
    }
    libsearch_bytes none;
    assert_status(stored_cursor_get(cursor, (uint32_t)records->count, &none, NULL), LIBSEARCH_INVALID);
    assert_status(stored_reader_get(reader, UINT32_MAX, &scratch, NULL), LIBSEARCH_INVALID);
    assert_ok(stored_reader_verify(reader, NULL));
    buffer_free(&scratch);
    stored_cursor_free(cursor);
    stored_reader_close(reader);
}

static void every_record_comes_back(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 25; round++) {
        struct records records;
        records_begin(&records, (size_t)random_size(&random, 9), random_u64(&random));
        for (size_t i = 0; i < records.count; i++)
            records.lengths[i] = (size_t)random_size(&random, 1 + (unsigned)round % 17);
        struct stored stored;
        write_records(allocator_default(), NULL, &records, &stored, NULL);
        check_all(&records, &stored, &random);
        stored_free(&stored);
        records_free(&records);
    }
}

static void records_of_all_lengths_around_a_block_come_back(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    const size_t lengths[] = { 0,
                               STORED_BLOCK - 1,
                               1,
                               STORED_BLOCK,
                               0,
                               STORED_BLOCK + 1,
                               STORED_BLOCK - 3,
                               1,
                               STORED_BLOCK - 1,
                               STORED_BLOCK - 1,
                               2 * STORED_BLOCK,
                               (1 << 20) - 1,
                               1 << 20,
                               (1 << 20) + 1,
                               3,
                               5 << 20 };
    struct records records;
    records_begin(&records, sizeof lengths / sizeof *lengths, 1);
    memcpy(records.lengths, lengths, sizeof lengths);
    struct stored stored;
    write_records(allocator_default(), NULL, &records, &stored, NULL);
    check_all(&records, &stored, &random);
    stored_free(&stored);
    records_free(&records);
}

static void documents_without_stored_fields_cost_next_to_nothing(void **state)
{
    (void)state;
    struct records records;
    records_begin(&records, 100000, 1);
    struct stored stored;
    write_records(allocator_default(), NULL, &records, &stored, NULL);
    assert_true(stored.blocks_length + stored.table_length < 1000);
    struct stored_reader *reader = open_stored(&stored, 100000);
    assert_ok(stored_reader_verify(reader, NULL));
    stored_reader_close(reader);
    stored_free(&stored);
    records_free(&records);
}

static void the_bytes_depend_on_the_records_alone(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct records records;
    records_begin(&records, 400, random_u64(&random));
    for (size_t i = 0; i < records.count; i++)
        records.lengths[i] = i % 100 == 50 ? 1200000 : (size_t)random_size(&random, 14);
    struct stored first, second;
    write_records(allocator_default(), NULL, &records, &first, NULL);
    struct failing_allocator failing;
    failing_allocator_init(&failing, 12); /* a call that had to be made twice changes nothing */
    write_records(&failing.allocator, &failing, &records, &second, NULL);
    assert_int_equal(failing.fail_at, 0);
    assert_int_equal(first.blocks_length, second.blocks_length);
    assert_memory_equal(first.blocks, second.blocks, first.blocks_length);
    assert_int_equal(first.table_length, second.table_length);
    assert_memory_equal(first.table, second.table, first.table_length);
    stored_free(&first);
    stored_free(&second);
    records_free(&records);
}

static void a_writer_holds_a_block_and_its_table(void **state)
{
    (void)state;
    struct failing_allocator counting;
    failing_allocator_init(&counting, 0);
    struct records records;
    records_begin(&records, 3000, 5);
    for (size_t i = 0; i < records.count; i++)
        records.lengths[i] = i == 1000 ? 20 << 20 : 3000;
    struct stored stored;
    size_t memory;
    write_records(&counting.allocator, NULL, &records, &stored, &memory);
    assert_true(memory < 4 << 20);
    assert_int_equal(counting.blocks, 0);
    stored_free(&stored);
    records_free(&records);
}

static void the_memory_told_is_the_memory_taken(void **state)
{
    (void)state;
    struct failing_allocator counting;
    failing_allocator_init(&counting, 0);
    struct storage *storage;
    struct section_writer *file;
    struct stored_writer *writer;
    static char bytes[4000];
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    assert_ok(section_writer_open(storage, "stored", "SG", 1, &file, NULL));
    assert_ok(section_begin(file, 1, NULL));
    assert_ok(stored_writer_new(&counting.allocator, file, &writer, NULL));
    for (int i = 0; i < 100; i++) {
        assert_ok(stored_writer_add(writer, (libsearch_bytes){ bytes, sizeof bytes }, NULL));
        assert_in_range(stored_writer_memory(writer), counting.bytes, counting.bytes + 256);
    }
    stored_writer_free(writer);
    stored_writer_free(NULL);
    section_writer_discard(file);
    storage_close(storage);
}

static void a_record_without_memory_is_not_there_and_can_be_added_again(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct records records;
    records_begin(&records, 40, 9);
    for (size_t i = 0; i < records.count; i++)
        records.lengths[i] = i == 20 ? 1100000 : 3000;
    for (size_t fail_at = 1; fail_at < 40; fail_at++) {
        struct failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        struct stored stored;
        write_records(&failing.allocator, &failing, &records, &stored, NULL);
        assert_int_equal(failing.blocks, 0);
        check_all(&records, &stored, &random);
        stored_free(&stored);
    }
    records_free(&records);
}

static void readers_without_memory_say_so_and_leave_nothing(void **state)
{
    (void)state;
    struct records records;
    records_begin(&records, 20, 9);
    for (size_t i = 0; i < records.count; i++)
        records.lengths[i] = 3000;
    struct stored stored;
    write_records(allocator_default(), NULL, &records, &stored, NULL);
    for (size_t fail_at = 1; fail_at < 12; fail_at++) {
        struct failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        struct stored_reader *reader = NULL;
        struct stored_cursor *cursor = NULL;
        struct buffer scratch;
        buffer_init(&scratch, &failing.allocator);
        libsearch_bytes found;
        libsearch_status status =
            stored_reader_open(&failing.allocator, stored.blocks, stored.blocks_length, stored.table,
                               stored.table_length, (uint32_t)records.count, "test", &reader, NULL);
        if (status == LIBSEARCH_OK)
            status = stored_reader_get(reader, 3, &scratch, NULL);
        if (status == LIBSEARCH_OK)
            status = stored_cursor_new(reader, &cursor, NULL);
        if (status == LIBSEARCH_OK)
            status = stored_cursor_get(cursor, 3, &found, NULL);
        assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
        assert_int_equal(status == LIBSEARCH_OK, failing.calls < fail_at);
        stored_cursor_free(cursor);
        stored_reader_close(reader);
        buffer_free(&scratch);
        assert_int_equal(failing.blocks, 0);
    }
    stored_reader_close(NULL);
    stored_cursor_free(NULL);
    stored_free(&stored);
    records_free(&records);
}

static libsearch_status refuse(struct output *output, const void *data, size_t length, libsearch_error *error)
{
    (void)output;
    (void)data;
    (void)length;
    return error_set(error, LIBSEARCH_FULL, "no space left");
}

static void after_a_failed_write_every_call_says_so(void **state)
{
    (void)state;
    struct storage *storage;
    struct section_writer *file;
    struct stored_writer *writer;
    struct buffer table;
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    const struct storage_operations *honest = storage->operations;
    struct storage_operations refusing = *honest;
    refusing.write = refuse;
    assert_ok(section_writer_open(storage, "stored", "SG", 1, &file, NULL));
    assert_ok(section_begin(file, 1, NULL));
    assert_ok(stored_writer_new(allocator_default(), file, &writer, NULL));
    storage->operations = &refusing;
    struct records records;
    records_begin(&records, 100, 3);
    for (size_t i = 0; i < records.count; i++)
        records.lengths[i] = 60000;
    size_t added = 0;
    while (added < records.count && stored_writer_add(writer, record(&records, 0), NULL) == LIBSEARCH_OK)
        added++;
    assert_true(added < records.count);
    storage->operations = honest;
    assert_status(stored_writer_add(writer, (libsearch_bytes){ "x", 1 }, NULL), LIBSEARCH_FULL);
    buffer_init(&table, allocator_default());
    assert_status(stored_writer_finish(writer, &table, NULL), LIBSEARCH_FULL);
    buffer_free(&table);
    stored_writer_free(writer);
    section_writer_discard(file);
    storage_close(storage);
    records_free(&records);
}

static void a_record_over_the_limit_is_refused(void **state)
{
    (void)state;
    struct storage *storage;
    struct section_writer *file;
    struct stored_writer *writer;
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    assert_ok(section_writer_open(storage, "stored", "SG", 1, &file, NULL));
    assert_ok(section_begin(file, 1, NULL));
    assert_ok(stored_writer_new(allocator_default(), file, &writer, NULL));
    assert_status(stored_writer_add(writer, (libsearch_bytes){ "x", (size_t)STORED_MAX_RECORD + 1 }, NULL),
                  LIBSEARCH_LIMIT);
    stored_writer_free(writer);
    section_writer_discard(file);
    storage_close(storage);
}

static void damaged_bytes_give_an_error_or_a_record(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct records records;
    records_begin(&records, 60, random_u64(&random));
    for (size_t i = 0; i < records.count; i++)
        records.lengths[i] = (size_t)random_size(&random, i % 20 == 7 ? 16 : 11);
    struct stored stored;
    write_records(allocator_default(), NULL, &records, &stored, NULL);
    for (int round = 0; round < 1000; round++) {
        struct stored damaged = { exact(stored.blocks, stored.blocks_length), exact(stored.table, stored.table_length),
                                  stored.blocks_length, stored.table_length };
        for (uint64_t flips = 1 + random_below(&random, 4); flips > 0; flips--) {
            if (random_below(&random, 2) == 0)
                damaged.table[random_below(&random, damaged.table_length)] ^= (uint8_t)(1 + random_below(&random, 255));
            else
                damaged.blocks[random_below(&random, damaged.blocks_length)] = (uint8_t)random_u64(&random);
        }
        struct stored_reader *reader = NULL;
        struct stored_cursor *cursor = NULL;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_status status =
            stored_reader_open(allocator_default(), damaged.blocks, damaged.blocks_length, damaged.table,
                               damaged.table_length, (uint32_t)records.count, "test", &reader, &error);
        if (status == LIBSEARCH_OK) {
            struct buffer scratch;
            buffer_init(&scratch, allocator_default());
            assert_ok(stored_cursor_new(reader, &cursor, NULL));
            for (uint32_t i = 0; i < records.count; i++) {
                libsearch_bytes found = { NULL, 0 };
                const uint32_t document = i % 2 == 0 ? i : (uint32_t)random_below(&random, records.count);
                status = stored_cursor_get(cursor, document, &found, &error);
                assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_CORRUPT);
                if (status == LIBSEARCH_OK && found.length > 0) /* every byte of it is there */
                    free(exact(found.data, found.length));
                /* Where blocks' first documents are damaged, the other way may lead to another block. */
                status = stored_reader_get(reader, document, &scratch, &error);
                assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_CORRUPT);
            }
            stored_reader_verify(reader, &error);
            buffer_free(&scratch);
            stored_cursor_free(cursor);
            stored_reader_close(reader);
        } else {
            assert_int_equal(status, LIBSEARCH_CORRUPT);
            assert_memory_equal(error.message, "test: ", 6);
        }
        stored_free(&damaged);
    }
    for (size_t length = 0; length < stored.table_length; length++) {
        struct stored_reader *reader;
        uint8_t *cut = exact(stored.table, length);
        assert_status(stored_reader_open(allocator_default(), stored.blocks, stored.blocks_length, cut, length,
                                         (uint32_t)records.count, "test", &reader, NULL),
                      LIBSEARCH_CORRUPT);
        free(cut);
    }
    stored_free(&stored);
    records_free(&records);
}

static void a_block_that_lies_about_its_length_takes_no_memory(void **state)
{
    (void)state;
    struct records records;
    records_begin(&records, 1, 1);
    records.lengths[0] = 70000; /* so that its length stands in four bytes, the last of the table */
    struct stored stored;
    write_records(allocator_default(), NULL, &records, &stored, NULL);
    struct stored_reader *reader = open_stored(&stored, 1);
    struct failing_allocator counting;
    failing_allocator_init(&counting, 0);
    struct buffer scratch;
    buffer_init(&scratch, &counting.allocator);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const uint32_t lengths[] = { UINT32_MAX, (uint32_t)STORED_MAX_RECORD + 1, STORED_MAX_RECORD, 70001, 69999, 0 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memcpy(stored.table + stored.table_length - 4, &lengths[i], 4);
        assert_status(stored_reader_get(reader, 0, &scratch, &error), LIBSEARCH_CORRUPT);
        assert_int_equal(counting.calls, 0);
    }
    buffer_free(&scratch);
    stored_reader_close(reader);
    stored_free(&stored);
    records_free(&records);
}

static void a_block_outside_the_section_is_not_looked_at(void **state)
{
    (void)state;
    struct records records;
    records_begin(&records, 3, 1);
    records.lengths[0] = records.lengths[1] = records.lengths[2] = 17000;
    struct stored stored;
    write_records(allocator_default(), NULL, &records, &stored, NULL);
    struct stored_reader *reader = open_stored(&stored, 3);
    struct buffer scratch;
    buffer_init(&scratch, allocator_default());
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    /* u64 blocks, an array of 3 one-byte first documents, and one of 4 offsets, of which this is the second */
    uint8_t *offset = stored.table + 8 + (16 + 3) + 16 + 2;
    const uint16_t outside = (uint16_t)(stored.blocks_length + 1);
    assert_true(stored.blocks_length < UINT16_MAX);
    memcpy(offset, &outside, sizeof outside);
    for (uint32_t document = 0; document < 2; document++) { /* too long, and behind the end */
        assert_status(stored_reader_get(reader, document, &scratch, &error), LIBSEARCH_CORRUPT);
        assert_non_null(strstr(error.message, "lies outside the section"));
    }
    assert_ok(stored_reader_get(reader, 2, &scratch, &error));
    assert_status(stored_reader_verify(reader, &error), LIBSEARCH_CORRUPT);
    buffer_free(&scratch);
    stored_reader_close(reader);
    stored_free(&stored);
    records_free(&records);
}

struct reading {
    const struct stored_reader *reader;
    const size_t *lengths;
    size_t count;
    uint64_t seed;
    bool good;
};

static void *read_at_random(void *argument)
{
    struct reading *reading = argument;
    struct test_random random = { reading->seed };
    struct buffer scratch;
    buffer_init(&scratch, allocator_default());
    reading->good = true;
    for (int i = 0; i < 300; i++) {
        const size_t document = (size_t)random_below(&random, reading->count);
        reading->good &= stored_reader_get(reading->reader, (uint32_t)document, &scratch, NULL) == LIBSEARCH_OK &&
                         scratch.length == reading->lengths[document];
    }
    buffer_free(&scratch);
    return NULL;
}

static void threads_share_a_reader(void **state)
{
    (void)state;
    struct records records;
    records_begin(&records, 200, 4);
    for (size_t i = 0; i < records.count; i++)
        records.lengths[i] = 100 * i;
    struct stored stored;
    write_records(allocator_default(), NULL, &records, &stored, NULL);
    struct stored_reader *reader = open_stored(&stored, records.count);
    pthread_t threads[4];
    struct reading readings[4];
    for (size_t i = 0; i < 4; i++) {
        readings[i] = (struct reading){ reader, records.lengths, records.count, i, false };
        assert_int_equal(pthread_create(&threads[i], NULL, read_at_random, &readings[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_true(readings[i].good);
    }
    stored_reader_close(reader);
    stored_free(&stored);
    records_free(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_comes_back),
        cmocka_unit_test(records_of_all_lengths_around_a_block_come_back),
        cmocka_unit_test(documents_without_stored_fields_cost_next_to_nothing),
        cmocka_unit_test(the_bytes_depend_on_the_records_alone),
        cmocka_unit_test(a_writer_holds_a_block_and_its_table),
        cmocka_unit_test(the_memory_told_is_the_memory_taken),
        cmocka_unit_test(a_record_without_memory_is_not_there_and_can_be_added_again),
        cmocka_unit_test(readers_without_memory_say_so_and_leave_nothing),
        cmocka_unit_test(after_a_failed_write_every_call_says_so),
        cmocka_unit_test(a_record_over_the_limit_is_refused),
        cmocka_unit_test(damaged_bytes_give_an_error_or_a_record),
        cmocka_unit_test(a_block_that_lies_about_its_length_takes_no_memory),
        cmocka_unit_test(a_block_outside_the_section_is_not_looked_at),
        cmocka_unit_test(threads_share_a_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
