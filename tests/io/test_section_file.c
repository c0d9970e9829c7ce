/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "io/section_file.h"
#include "support/failing_allocator.h"

static struct storage *new_storage(void)
{
    struct storage *storage;
    assert_int_equal(storage_open_memory(allocator_default(), &storage, NULL), LIBSEARCH_OK);
    return storage;
}

/* Sections 7 ("seven"), 3 (empty), 5 (200 bytes of 5). */
static void write_example(struct storage *storage, const char *name)
{
    struct section_writer *writer;
    uint64_t length = 0;
    uint8_t fives[200];
    memset(fives, 5, sizeof fives);
    assert_int_equal(section_writer_open(storage, name, "TT", 2, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(section_put(writer, 7, "seven", 5, NULL), LIBSEARCH_OK);
    assert_int_equal(section_put(writer, 3, NULL, 0, NULL), LIBSEARCH_OK);
    assert_int_equal(section_begin(writer, 5, NULL), LIBSEARCH_OK);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(section_position(writer), i);
        assert_int_equal(section_append(writer, fives, 1, NULL), LIBSEARCH_OK);
    }
    assert_int_equal(section_end(writer, NULL), LIBSEARCH_OK);
    assert_int_equal(section_writer_finish(writer, true, &length, NULL), LIBSEARCH_OK);
    assert_int_equal(length, 64 + 64 + 200 + 56 + 3 * 32 + 40);
}

static struct section_file *open_example(struct storage *storage, bool copy)
{
    struct section_file *file;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (section_file_open(storage, "example", "TT", 2, copy, &file, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    return file;
}

static void sections_come_back_as_they_were_put(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    write_example(storage, "example");
    for (int copy = 0; copy < 2; copy++) {
        struct section_file *file = open_example(storage, copy);
        size_t length;
        const uint8_t *section = section_file_get(file, 7, &length);
        assert_int_equal(length, 5);
        assert_memory_equal(section, "seven", 5);
        assert_int_equal((uintptr_t)section % 64, 0);
        assert_non_null(section_file_get(file, 3, &length));
        assert_int_equal(length, 0);
        section = section_file_get(file, 5, &length);
        assert_int_equal(length, 200);
        assert_int_equal((uintptr_t)section % 64, 0);
        assert_int_equal(section[199], 5);
        for (uint32_t id = 0; id < 10; id++)
            if (id != 3 && id != 5 && id != 7)
                assert_null(section_file_get(file, id, &length));
        assert_int_equal(section_file_version(file), 2);
        assert_int_equal(section_file_length(file), 520);
        assert_string_equal(section_file_name(file), "example");
        assert_int_equal(section_file_verify(file, NULL, NULL, NULL), LIBSEARCH_OK);
        section_file_close(file);
    }
    storage_close(storage);
}

static void a_file_without_sections_is_whole(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    struct section_writer *writer;
    struct section_file *file;
    assert_int_equal(section_writer_open(storage, "none", "TT", 1, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(section_writer_finish(writer, false, NULL, NULL), LIBSEARCH_OK);
    assert_int_equal(section_file_open(storage, "none", "TT", 1, false, &file, NULL), LIBSEARCH_OK);
    assert_int_equal(section_file_verify(file, NULL, NULL, NULL), LIBSEARCH_OK);
    section_file_close(file);
    storage_close(storage);
}

static void a_thousand_sections_in_any_order_are_found(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    struct section_writer *writer;
    struct section_file *file;
    assert_int_equal(section_writer_open(storage, "many", "TT", 1, &writer, NULL), LIBSEARCH_OK);
    for (uint32_t i = 0; i < 1000; i++) {
        const uint32_t id = i * 7919 % 1000 * 4000000;
        const uint8_t bytes[] = { (uint8_t)id, (uint8_t)(id >> 8), (uint8_t)(id >> 16), (uint8_t)(id >> 24) };
        assert_int_equal(section_put(writer, id, bytes, sizeof bytes, NULL), LIBSEARCH_OK);
    }
    assert_int_equal(section_writer_finish(writer, false, NULL, NULL), LIBSEARCH_OK);
    assert_int_equal(section_file_open(storage, "many", "TT", 1, false, &file, NULL), LIBSEARCH_OK);
    for (uint32_t i = 0; i < 1000; i++) {
        size_t length;
        const uint8_t *section = section_file_get(file, i * 4000000, &length);
        assert_int_equal(length, 4);
        assert_int_equal(load_u32(section), i * 4000000);
        assert_null(section_file_get(file, i * 4000000 + 1, &length));
    }
    section_file_close(file);
    storage_close(storage);
}

/* A copy of the example under the name "example", changed. */
static void put_bytes(struct storage *storage, const uint8_t *bytes, size_t length)
{
    struct output *output;
    storage_remove(storage, "example", NULL);
    assert_int_equal(storage_create(storage, "example", &output, NULL), LIBSEARCH_OK);
    assert_int_equal(output_append(output, bytes, length, NULL), LIBSEARCH_OK);
    assert_int_equal(output_close(output, NULL), LIBSEARCH_OK);
}

static uint8_t *take_bytes(struct storage *storage, size_t *length)
{
    struct mapping mapping;
    write_example(storage, "original");
    assert_int_equal(storage_map(storage, "original", true, &mapping, NULL), LIBSEARCH_OK);
    uint8_t *bytes = malloc(mapping.length);
    memcpy(bytes, mapping.data, mapping.length);
    *length = mapping.length;
    mapping_release(&mapping);
    return bytes;
}

/* Opens and verifies; sections, where they are handed out, can be read to their ends. */
static libsearch_status open_and_verify(struct storage *storage, libsearch_error *error)
{
    struct section_file *file;
    const libsearch_status status = section_file_open(storage, "example", "TT", 2, true, &file, error);
    if (status != LIBSEARCH_OK)
        return status;
    unsigned sum = 0;
    for (uint32_t id = 0; id < 10; id++) {
        size_t length;
        const uint8_t *section = section_file_get(file, id, &length);
        for (size_t i = 0; i < length; i++)
            sum += section[i];
    }
    const libsearch_status verified = section_file_verify(file, NULL, NULL, error);
    section_file_close(file);
    return sum == UINT32_MAX ? LIBSEARCH_IO : verified;
}

static void every_flipped_bit_is_found(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    size_t length;
    uint8_t *bytes = take_bytes(storage, &length);
    for (size_t i = 0; i < 8 * length; i++) {
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        put_bytes(storage, bytes, length);
        const libsearch_status status = open_and_verify(storage, &error);
        if (status != LIBSEARCH_CORRUPT || strstr(error.message, "memory/example: ") == NULL)
            fail_msg("bit %zu of byte %zu: status %d, %s", i % 8, i / 8, (int)status, error.message);
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    free(bytes);
    storage_close(storage);
}

static void every_other_length_is_found(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    size_t length;
    uint8_t *bytes = take_bytes(storage, &length);
    bytes = realloc(bytes, length + 100);
    memset(bytes + length, 0, 100);
    for (size_t cut = 0; cut < length + 100; cut++) {
        put_bytes(storage, bytes, cut);
        assert_int_equal(open_and_verify(storage, NULL), cut == length ? LIBSEARCH_OK : LIBSEARCH_CORRUPT);
    }
    free(bytes);
    storage_close(storage);
}

/* Mends the checksum of header, table and footer, as somebody would who wants to get past it. */
static void mend(uint8_t *bytes, size_t length, size_t table)
{
    struct hash_state *hash = hash_state_new(allocator_default());
    hash_state_update(hash, bytes, 16);
    hash_state_update(hash, bytes + table, length - table - 8);
    const uint64_t sum = hash_state_digest(hash);
    for (int i = 0; i < 8; i++)
        bytes[length - 8 + (size_t)i] = (uint8_t)(sum >> (8 * i));
    hash_state_free(hash);
}

static void a_table_that_lies_hands_out_nothing_beyond_the_file(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    size_t length;
    uint8_t *bytes = take_bytes(storage, &length);
    const size_t table = length - 40 - 3 * 32;
    const uint64_t values[] = {
        0, 1, 63, 64, 65, 128, 200, 256, 384, 519, 520, 521, UINT32_MAX, INT64_MAX, UINT64_MAX - 63, UINT64_MAX
    };
    /* every field of eight bytes in table and footer, but the checksums */
    for (size_t at = table; at < length - 8; at += 8)
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            uint8_t old[8];
            memcpy(old, bytes + at, 8);
            for (int i = 0; i < 8; i++)
                bytes[at + (size_t)i] = (uint8_t)(values[v] >> (8 * i));
            mend(bytes, length, table);
            put_bytes(storage, bytes, length);
            const libsearch_status status = open_and_verify(storage, NULL);
            assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_CORRUPT || status == LIBSEARCH_VERSION);
            /* an id may be any number; everything else has but one value */
            const bool is_id = at < length - 40 && (at - table) % 32 == 0;
            const bool same = memcmp(old, bytes + at, 8) == 0;
            if (status == LIBSEARCH_OK && !is_id && !same)
                fail_msg("offset %zu takes the value %llu", at, (unsigned long long)values[v]);
            memcpy(bytes + at, old, 8);
        }
    free(bytes);
    storage_close(storage);
}

static void a_table_that_names_a_section_twice_is_refused(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    size_t length;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint8_t *bytes = take_bytes(storage, &length);
    const size_t table = length - 40 - 3 * 32;
    memcpy(bytes + table + 2 * 32, bytes + table, 4);
    mend(bytes, length, table);
    put_bytes(storage, bytes, length);
    assert_int_equal(open_and_verify(storage, &error), LIBSEARCH_CORRUPT);
    assert_non_null(strstr(error.message, "the same section twice"));
    free(bytes);
    storage_close(storage);
}

static void a_file_has_sections_up_to_its_limit(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    struct section_writer *writer;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_int_equal(section_writer_open(storage, "most", "TT", 1, &writer, NULL), LIBSEARCH_OK);
    for (uint32_t id = 0; id < SECTION_FILE_MAX_SECTIONS; id++)
        if (section_put(writer, id, NULL, 0, &error) != LIBSEARCH_OK)
            fail_msg("section %u: %s", id, error.message);
    assert_int_equal(section_put(writer, SECTION_FILE_MAX_SECTIONS, NULL, 0, &error), LIBSEARCH_LIMIT);
    assert_non_null(strstr(error.message, "most: more than"));
    section_writer_discard(writer);
    storage_close(storage);
}

/* Allocations of the writer and of the reader fail one after the other. */
static void an_allocation_that_fails_leaves_no_file_and_no_memory(void **state)
{
    (void)state;
    size_t cases = 0;
    for (size_t fail_at = 1;; fail_at++) {
        struct storage *storage;
        struct failing_allocator failing;
        struct section_writer *writer;
        struct section_file *file = NULL;
        bool exists;
        failing_allocator_init(&failing, 0);
        assert_int_equal(storage_open_memory(&failing.allocator, &storage, NULL), LIBSEARCH_OK);
        failing.fail_at = failing.calls + fail_at;
        libsearch_status status = section_writer_open(storage, "file", "TT", 1, &writer, NULL);
        if (status == LIBSEARCH_OK) {
            for (uint32_t id = 0; id < 300 && status == LIBSEARCH_OK; id++)
                status = section_put(writer, id, "x", 1, NULL);
            if (status == LIBSEARCH_OK)
                status = section_writer_finish(writer, false, NULL, NULL);
            else
                section_writer_discard(writer);
        }
        if (status == LIBSEARCH_OK)
            status = section_file_open(storage, "file", "TT", 1, true, &file, NULL);
        else {
            failing.fail_at = 0;
            assert_int_equal(storage_exists(storage, "file", &exists, NULL), LIBSEARCH_OK);
            if (exists)
                fail_msg("allocation %zu failed, and there is a file", fail_at);
        }
        if (file != NULL)
            section_file_close(file);
        assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
        storage_close(storage);
        assert_int_equal(failing.blocks, 0);
        if (status == LIBSEARCH_OK)
            break;
        cases++;
    }
    printf("%zu cases\n", cases);
    assert_true(cases > 5);
}

static void another_kind_and_a_newer_version_are_told_apart(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    struct section_file *file;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    write_example(storage, "example");
    assert_int_equal(section_file_open(storage, "example", "SG", 2, false, &file, &error), LIBSEARCH_CORRUPT);
    assert_non_null(strstr(error.message, "another kind"));
    assert_int_equal(section_file_open(storage, "example", "TT", 1, false, &file, &error), LIBSEARCH_VERSION);
    assert_int_equal(section_file_open(storage, "missing", "TT", 1, false, &file, &error), LIBSEARCH_NOT_FOUND);
    storage_close(storage);
}

static void count_line(void *context, const char *line)
{
    assert_non_null(strstr(line, "example"));
    ++*(int *)context;
}

static void all_damages_are_reported_one_by_one(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    size_t length;
    uint8_t *bytes = take_bytes(storage, &length);
    struct section_file *file;
    int lines = 0;
    bytes[20] = 1;  /* between header and first section */
    bytes[64] = 0;  /* section 7 */
    bytes[150] = 0; /* section 5 */
    put_bytes(storage, bytes, length);
    assert_int_equal(section_file_open(storage, "example", "TT", 2, false, &file, NULL), LIBSEARCH_OK);
    assert_int_equal(section_file_verify(file, count_line, &lines, NULL), LIBSEARCH_CORRUPT);
    assert_int_equal(lines, 3);
    section_file_close(file);
    free(bytes);
    storage_close(storage);
}

static void a_misused_writer_leaves_no_file(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    struct section_writer *writer;
    bool exists;
    assert_int_equal(section_writer_open(storage, "bad", "TT", 1, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(section_append(writer, "x", 1, NULL), LIBSEARCH_INVALID);
    assert_int_equal(section_writer_finish(writer, true, NULL, NULL), LIBSEARCH_INVALID);
    assert_int_equal(section_writer_open(storage, "bad", "TT", 1, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(section_begin(writer, 1, NULL), LIBSEARCH_OK);
    assert_int_equal(section_begin(writer, 2, NULL), LIBSEARCH_INVALID);
    assert_int_equal(section_writer_finish(writer, true, NULL, NULL), LIBSEARCH_INVALID);
    assert_int_equal(section_writer_open(storage, "bad", "TT", 1, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(section_begin(writer, 1, NULL), LIBSEARCH_OK);
    assert_int_equal(section_writer_finish(writer, true, NULL, NULL), LIBSEARCH_INVALID);
    assert_int_equal(section_writer_open(storage, "bad", "TT", 1, &writer, NULL), LIBSEARCH_OK);
    assert_int_equal(section_put(writer, 1, "x", 1, NULL), LIBSEARCH_OK);
    assert_int_equal(section_end(writer, NULL), LIBSEARCH_INVALID);
    section_writer_discard(writer);
    assert_int_equal(storage_exists(storage, "bad", &exists, NULL), LIBSEARCH_OK);
    assert_false(exists);
    storage_close(storage);
}

static void a_small_file_is_checked_whole_when_it_is_read(void **state)
{
    (void)state;
    struct storage *storage = new_storage();
    struct section_file *file;
    libsearch_bytes data;
    uint64_t length;
    assert_int_equal(small_file_write(storage, "small", "TT", 1, "content", 7, true, &length, NULL), LIBSEARCH_OK);
    assert_int_equal(small_file_write(storage, "small", "TT", 1, "again", 5, true, &length, NULL), LIBSEARCH_EXISTS);
    assert_int_equal(small_file_read(storage, "small", "TT", 1, &file, &data, NULL), LIBSEARCH_OK);
    assert_int_equal(data.length, 7);
    assert_memory_equal(data.data, "content", 7);
    section_file_close(file);
    write_example(storage, "large");
    assert_int_equal(small_file_read(storage, "large", "TT", 2, &file, &data, NULL), LIBSEARCH_CORRUPT);
    storage_close(storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_come_back_as_they_were_put),
        cmocka_unit_test(a_file_without_sections_is_whole),
        cmocka_unit_test(a_thousand_sections_in_any_order_are_found),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(every_other_length_is_found),
        cmocka_unit_test(a_table_that_lies_hands_out_nothing_beyond_the_file),
        cmocka_unit_test(a_table_that_names_a_section_twice_is_refused),
        cmocka_unit_test(a_file_has_sections_up_to_its_limit),
        cmocka_unit_test(an_allocation_that_fails_leaves_no_file_and_no_memory),
        cmocka_unit_test(another_kind_and_a_newer_version_are_told_apart),
        cmocka_unit_test(all_damages_are_reported_one_by_one),
        cmocka_unit_test(a_misused_writer_leaves_no_file),
        cmocka_unit_test(a_small_file_is_checked_whole_when_it_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
