/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <string.h>

#include "documents/stored.h"
#include "support/failing_allocator.h"
#include "support/random.h"

static const libsearch_type types[] = { LIBSEARCH_TEXT,  LIBSEARCH_KEYWORD, LIBSEARCH_INTEGER,
                                        LIBSEARCH_FLOAT, LIBSEARCH_DATE,    LIBSEARCH_STORED };
enum { TYPES = 6, FIELDS = 150 }; /* so many that their numbers take one and two bytes */

static libsearch_type type_of(size_t field) { return types[field % TYPES]; }
static bool is_stored(size_t field) { return type_of(field) == LIBSEARCH_STORED || field % 5 != 0; }

static struct schema *make_schema(void)
{
    struct schema *schema;
    assert_ok(schema_new(allocator_default(), NULL, &schema, NULL));
    for (size_t i = 0; i < FIELDS; i++) {
        char name[16];
        snprintf(name, sizeof name, "field%zu", i);
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        field.name = name;
        field.type = type_of(i);
        field.flags = is_stored(i) ? 0 : LIBSEARCH_FIELD_NOT_STORED;
        assert_ok(schema_add(schema, &field, NULL, NULL));
    }
    return schema;
}

static libsearch_document *random_document(struct test_random *random)
{
    libsearch_document *document = document_new(allocator_default());
    for (uint64_t values = random_below(random, 30); values > 0; values--) {
        const size_t field = (size_t)random_below(random, FIELDS);
        char name[16], bytes[300];
        struct document_value value = { .field = name,
                                        .field_length = (uint32_t)snprintf(name, sizeof name, "field%zu", field),
                                        .type = type_of(field) };
        if (value.type == LIBSEARCH_INTEGER || value.type == LIBSEARCH_DATE) {
            const uint64_t any = random_size(random, 64);
            value.integer = random_below(random, 2) == 0 ? (int64_t)(any >> 1) : -1 - (int64_t)(any >> 1);
        } else if (value.type == LIBSEARCH_FLOAT) {
            value.number = (double)(int64_t)random_u64(random) / 1024;
        } else {
            value.bytes = (libsearch_bytes){ bytes, (size_t)random_below(random, sizeof bytes) };
            for (size_t i = 0; i < value.bytes.length; i++)
                bytes[i] = (char)random_u64(random);
        }
        assert_ok(document_add(document, &value, NULL));
    }
    return document;
}

static void a_record_gives_back_what_is_stored_in_the_order_of_adding(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct schema *schema = make_schema();
    libsearch_document *back = document_new(allocator_default());
    for (int round = 0; round < 300; round++) {
        libsearch_document *document = random_document(&random);
        struct buffer record;
        buffer_init(&record, allocator_default());
        document_record_encode(schema, document, &record);
        assert_false(record.failed);
        assert_ok(document_record_decode(schema, (libsearch_bytes){ (const char *)record.data, record.length }, "test",
                                         back, NULL));
        size_t next = 0;
        for (size_t i = 0; i < document->count; i++) {
            const struct document_value *value = &document->values[i];
            if (!is_stored(schema_find(schema, value->field, value->field_length)->number))
                continue;
            assert_true(next < back->count);
            const struct document_value *found = &back->values[next++];
            assert_string_equal(found->field, value->field);
            assert_int_equal(found->type, value->type);
            assert_true(found->integer == value->integer);
            assert_true(found->number == value->number);
            assert_int_equal(found->bytes.length, value->bytes.length);
            assert_true(found->bytes.length == 0 ||
                        memcmp(found->bytes.data, value->bytes.data, found->bytes.length) == 0);
        }
        assert_int_equal(next, back->count);
        document_clear(back);
        buffer_free(&record);
        document_free(document);
    }
    document_free(back);
    schema_release(schema);
}

static void the_extremes_of_numbers_come_back(void **state)
{
    (void)state;
    struct schema *schema = make_schema();
    libsearch_document *document = document_new(allocator_default()), *back = document_new(allocator_default());
    const int64_t integers[] = { 0, -1, 1, 63, 64, -64, -65, INT64_MAX, INT64_MIN };
    struct document_value value = { .field = "field2", .field_length = 6, .type = LIBSEARCH_INTEGER };
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        value.integer = integers[i];
        assert_ok(document_add(document, &value, NULL));
    }
    struct buffer record;
    buffer_init(&record, allocator_default());
    document_record_encode(schema, document, &record);
    assert_int_equal(record.data[2], 0); /* 0, -1, 1 in one byte each */
    assert_int_equal(record.data[5], 1);
    assert_int_equal(record.data[8], 2);
    assert_ok(document_record_decode(schema, (libsearch_bytes){ (const char *)record.data, record.length }, "test",
                                     back, NULL));
    for (size_t i = 0; i < back->count; i++)
        assert_true(back->values[i].integer == integers[i]);
    buffer_free(&record);
    document_free(document);
    document_free(back);
    schema_release(schema);
}

static void a_document_without_stored_fields_is_an_empty_record(void **state)
{
    (void)state;
    struct schema *schema = make_schema();
    libsearch_document *document = document_new(allocator_default());
    const struct document_value value = {
        .field = "field0", .field_length = 6, .type = LIBSEARCH_TEXT, .bytes = LIBSEARCH_STRING("words")
    };
    assert_ok(document_add(document, &value, NULL));
    struct buffer record;
    buffer_init(&record, allocator_default());
    document_record_encode(schema, document, &record);
    assert_int_equal(record.length, 0);
    document_clear(document);
    assert_ok(document_record_decode(schema, (libsearch_bytes){ NULL, 0 }, "test", document, NULL));
    assert_int_equal(document->count, 0);
    buffer_free(&record);
    document_free(document);
    schema_release(schema);
}

static void damaged_records_are_corrupt_or_documents(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct schema *schema = make_schema();
    libsearch_document *back = document_new(allocator_default());
    for (int round = 0; round < 3000; round++) {
        libsearch_document *document = random_document(&random);
        struct buffer record;
        buffer_init(&record, allocator_default());
        document_record_encode(schema, document, &record);
        document_free(document);
        if (record.length > 0) {
            const size_t length = (size_t)random_below(&random, record.length + 1);
            char *bytes = malloc(length == 0 ? 1 : length); /* exactly, for AddressSanitizer */
            memcpy(bytes, record.data, length);
            for (uint64_t flips = random_below(&random, 6); flips > 0 && length > 0; flips--)
                bytes[random_below(&random, length)] ^= (char)(1 << random_below(&random, 8));
            libsearch_error error = LIBSEARCH_ERROR_INIT;
            document_clear(back);
            const libsearch_status status =
                document_record_decode(schema, (libsearch_bytes){ bytes, length }, "test", back, &error);
            assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_CORRUPT);
            if (status == LIBSEARCH_CORRUPT) {
                assert_memory_equal(error.message, "test: ", 6);
                assert_in_range(error.position, 0, length);
            }
            free(bytes);
        }
        buffer_free(&record);
    }
    document_free(back);
    schema_release(schema);
}

static void what_no_stored_field_can_hold_is_corrupt(void **state)
{
    (void)state;
    struct schema *schema = make_schema();
    libsearch_document *back = document_new(allocator_default());
    const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        { "\x01\x01\x00", 3 },                                 /* a keyword field with a text */
        { "\x00\x01\x01x", 4 },                                /* a field that is not stored */
        { "\x96\x01\x01\x00", 4 },                             /* field 150 of 150 */
        { "\x01\x02\x05xx", 5 },                               /* longer than the record */
        { "\x03\x04\x00\x00\x00\x00\x00\x00\xF8\x7F", 10 },    /* NaN */
        { "\x01\x02\x01", 3 },                                 /* nothing behind the length */
        { "\x01\x02", 2 },                                     /* no value */
        { "\x01", 1 },                                         /* no type */
        { "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11 } /* a number of more than 64 bits */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        document_clear(back);
        assert_status(document_record_decode(schema, (libsearch_bytes){ cases[i].bytes, cases[i].length }, "test", back,
                                             NULL),
                      LIBSEARCH_CORRUPT);
    }
    document_free(back);
    schema_release(schema);
}

static void without_memory_a_record_says_so(void **state)
{
    (void)state;
    struct test_random random = { 12 };
    struct schema *schema = make_schema();
    libsearch_document *document = random_document(&random);
    struct buffer record;
    buffer_init(&record, allocator_default());
    document_record_encode(schema, document, &record);
    for (size_t fail_at = 1; fail_at < 10; fail_at++) {
        struct failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        libsearch_document *back = document_new(&failing.allocator);
        if (back != NULL) {
            const libsearch_status status =
                document_record_decode(schema, (libsearch_bytes){ (const char *)record.data, record.length }, "test",
                                       back, NULL);
            assert_int_equal(status, failing.calls >= fail_at ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK);
            document_free(back);
        }
        struct buffer again;
        buffer_init(&again, &failing.allocator);
        failing.calls = 0;
        document_record_encode(schema, document, &again);
        assert_int_equal(again.failed, failing.calls >= fail_at);
        buffer_free(&again);
        assert_int_equal(failing.blocks, 0);
    }
    buffer_free(&record);
    document_free(document);
    schema_release(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_gives_back_what_is_stored_in_the_order_of_adding),
        cmocka_unit_test(the_extremes_of_numbers_come_back),
        cmocka_unit_test(a_document_without_stored_fields_is_an_empty_record),
        cmocka_unit_test(damaged_records_are_corrupt_or_documents),
        cmocka_unit_test(what_no_stored_field_can_hold_is_corrupt),
        cmocka_unit_test(without_memory_a_record_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
