/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "schema/document.h"
#include "support/failing_allocator.h"

static libsearch_status add_text(libsearch_document *document, const char *field, libsearch_bytes text,
                                 libsearch_type type, libsearch_error *error)
{
    const struct document_value value = {
        .field = field, .field_length = (uint32_t)strlen(field), .type = type, .bytes = text
    };
    return document_add(document, &value, error);
}

static libsearch_status add_number(libsearch_document *document, const char *field, libsearch_type type,
                                   int64_t integer, double number)
{
    const struct document_value value = {
        .field = field, .field_length = (uint32_t)strlen(field), .type = type, .integer = integer, .number = number
    };
    return document_add(document, &value, NULL);
}

static void field_names_are_letters_digits_and_three_signs(void **state)
{
    (void)state;
    assert_true(field_name_valid("title", 5));
    assert_true(field_name_valid("a", 1));
    assert_true(field_name_valid("_x-y.z9", 7));
    assert_true(field_name_valid("größe", strlen("größe")));
    assert_false(field_name_valid("", 0));
    assert_false(field_name_valid("9x", 2));
    assert_false(field_name_valid("x y", 3));
    assert_false(field_name_valid("x:y", 3));
    assert_false(field_name_valid("x\0y", 3));
    assert_false(field_name_valid("x\n", 2));
    for (int c = 0; c < 256; c++) {
        const char name[2] = { 'x', (char)c };
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
        const bool good = letter || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
        assert_int_equal(field_name_valid(name, 2), good);
    }
    char name[LIBSEARCH_MAX_FIELD_NAME + 1];
    memset(name, 'n', sizeof name);
    assert_true(field_name_valid(name, LIBSEARCH_MAX_FIELD_NAME - 1));
    assert_true(field_name_valid(name, LIBSEARCH_MAX_FIELD_NAME));
    assert_false(field_name_valid(name, LIBSEARCH_MAX_FIELD_NAME + 1));
}

static void values_are_copied_and_stay_in_the_order_of_adding(void **state)
{
    (void)state;
    libsearch_document *document = document_new(allocator_default());
    char field[] = "title", text[] = "words";
    for (int round = 0; round < 3; round++) {
        assert_ok(add_text(document, field, LIBSEARCH_STRING("first"), LIBSEARCH_TEXT, NULL));
        assert_ok(add_number(document, "year", LIBSEARCH_INTEGER, -5, 0));
        assert_ok(add_number(document, "size", LIBSEARCH_FLOAT, 0, 2.5));
        assert_ok(add_text(document, field, (libsearch_bytes){ text, 5 }, LIBSEARCH_TEXT, NULL));
        assert_ok(add_text(document, "empty", (libsearch_bytes){ NULL, 0 }, LIBSEARCH_KEYWORD, NULL));
        memset(field, 'x', 5);
        memset(text, 'x', 5);
        assert_int_equal(document->count, 5);
        assert_string_equal(document->values[0].field, "title");
        assert_int_equal(document->values[1].integer, -5);
        assert_true(document->values[2].number == 2.5);
        assert_string_equal(document->values[3].field, "title");
        assert_memory_equal(document->values[3].bytes.data, "words", 5);
        assert_int_equal(document->values[4].bytes.length, 0);
        assert_int_equal(document->bytes, 5 + 8 + 8 + 5);
        memcpy(field, "title", 5);
        memcpy(text, "words", 5);
        document_clear(document);
        assert_int_equal(document->count, 0);
        assert_int_equal(document->bytes, 0);
    }
    document_free(document);
    document_free(NULL);
}

static void a_field_has_values_of_one_type_in_a_document(void **state)
{
    (void)state;
    libsearch_document *document = document_new(allocator_default());
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_ok(add_text(document, "a", LIBSEARCH_STRING("x"), LIBSEARCH_TEXT, NULL));
    assert_ok(add_number(document, "b", LIBSEARCH_DATE, 1, 0));
    assert_status(add_text(document, "a", LIBSEARCH_STRING("x"), LIBSEARCH_KEYWORD, &error), LIBSEARCH_INVALID);
    assert_string_equal(error.message, "field a has values of another type in this document");
    assert_status(add_number(document, "b", LIBSEARCH_INTEGER, 1, 0), LIBSEARCH_INVALID);
    assert_int_equal(document->count, 2);
    document_clear(document);
    assert_ok(add_text(document, "a", LIBSEARCH_STRING("x"), LIBSEARCH_KEYWORD, NULL)); /* the next one may differ */
    document_free(document);
}

static void a_document_may_have_very_many_fields_and_values(void **state)
{
    (void)state;
    libsearch_document *document = document_new(allocator_default());
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 20000; i++) {
            char name[16];
            snprintf(name, sizeof name, "f%d", i % 3000);
            assert_ok(add_number(document, name, i % 3000 % 2 == 0 ? LIBSEARCH_INTEGER : LIBSEARCH_FLOAT, i, i));
        }
        for (int i = 0; i < 3000; i++) {
            char name[16];
            snprintf(name, sizeof name, "f%d", i);
            assert_status(add_number(document, name, i % 2 == 0 ? LIBSEARCH_FLOAT : LIBSEARCH_INTEGER, 1, 1),
                          LIBSEARCH_INVALID);
        }
        assert_int_equal(document->count, 20000);
        document_clear(document);
    }
    document_free(document);
}

static void a_document_used_again_takes_no_more_memory(void **state)
{
    (void)state;
    struct failing_allocator counting;
    failing_allocator_init(&counting, 0);
    libsearch_document *document = document_new(&counting.allocator);
    size_t after_first = 0;
    for (int round = 0; round < 200; round++) {
        assert_ok(add_text(document, "title", LIBSEARCH_STRING("words"), LIBSEARCH_TEXT, NULL));
        assert_ok(add_text(document, "text", LIBSEARCH_STRING("more words"), LIBSEARCH_TEXT, NULL));
        assert_ok(add_number(document, "year", LIBSEARCH_INTEGER, 1984, 0));
        document_clear(document);
        after_first = round == 0 ? counting.bytes : after_first;
        assert_int_equal(counting.bytes, after_first);
    }
    document_free(document);
}

static void what_is_no_value_is_refused(void **state)
{
    (void)state;
    libsearch_document *document = document_new(allocator_default());
    assert_status(add_number(document, "x", LIBSEARCH_FLOAT, 0, NAN), LIBSEARCH_INVALID);
    assert_ok(add_number(document, "x", LIBSEARCH_FLOAT, 0, INFINITY));
    assert_status(add_number(document, "y", (libsearch_type)0, 0, 0), LIBSEARCH_INVALID);
    assert_status(add_number(document, "y", (libsearch_type)8, 0, 0), LIBSEARCH_INVALID);
    assert_status(add_number(document, "y", LIBSEARCH_BOOLEAN, 2, 0), LIBSEARCH_INVALID);
    assert_ok(add_number(document, "y", LIBSEARCH_BOOLEAN, 1, 0));
    assert_status(add_text(document, "no name", LIBSEARCH_STRING("x"), LIBSEARCH_TEXT, NULL), LIBSEARCH_INVALID);
    const struct document_value nameless = { .field = NULL, .type = LIBSEARCH_TEXT };
    assert_status(document_add(document, &nameless, NULL), LIBSEARCH_INVALID);
    assert_int_equal(document->count, 2);
    document_free(document);
}

static void keywords_have_a_limit(void **state)
{
    (void)state;
    static char bytes[LIBSEARCH_MAX_KEYWORD + 1];
    libsearch_document *document = document_new(allocator_default());
    libsearch_bytes value = { bytes, LIBSEARCH_MAX_KEYWORD - 1 };
    assert_ok(add_text(document, "k", value, LIBSEARCH_KEYWORD, NULL));
    value.length = LIBSEARCH_MAX_KEYWORD;
    assert_ok(add_text(document, "k", value, LIBSEARCH_KEYWORD, NULL));
    value.length = LIBSEARCH_MAX_KEYWORD + 1;
    assert_status(add_text(document, "k", value, LIBSEARCH_KEYWORD, NULL), LIBSEARCH_LIMIT);
    assert_ok(add_text(document, "t", value, LIBSEARCH_TEXT, NULL));
    document_free(document);
}

static void values_and_documents_have_a_limit(void **state)
{
    (void)state;
    libsearch_document *document = document_new(allocator_default());
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    /* The bytes are not looked at before the length is. */
    assert_status(add_text(document, "t", (libsearch_bytes){ "x", (size_t)LIBSEARCH_MAX_VALUE + 1 }, LIBSEARCH_TEXT,
                           &error),
                  LIBSEARCH_LIMIT);
    assert_status(add_text(document, "t", (libsearch_bytes){ "x", SIZE_MAX }, LIBSEARCH_STORED, &error),
                  LIBSEARCH_LIMIT);
    assert_ok(add_text(document, "t", LIBSEARCH_STRING("x"), LIBSEARCH_TEXT, NULL));
    assert_status(add_text(document, "t", (libsearch_bytes){ "x", LIBSEARCH_MAX_VALUE }, LIBSEARCH_TEXT, &error),
                  LIBSEARCH_LIMIT);
    assert_string_equal(error.message, "a document of 1073741825 bytes is over the limit of 1073741824");
    assert_int_equal(document->count, 1);
    document_free(document);
}

static void a_value_may_have_a_gigabyte(void **state)
{
    (void)state;
    if (getenv("LIBSEARCH_LONG") == NULL) {
        print_message("needs 2 GiB of memory: only with LIBSEARCH_LONG=1\n");
        skip();
    }
    char *bytes = calloc(1, LIBSEARCH_MAX_VALUE);
    libsearch_document *document = document_new(allocator_default());
    assert_ok(add_text(document, "t", (libsearch_bytes){ bytes, LIBSEARCH_MAX_VALUE }, LIBSEARCH_TEXT, NULL));
    assert_ok(add_text(document, "t", (libsearch_bytes){ bytes, 0 }, LIBSEARCH_TEXT, NULL));
    assert_status(add_text(document, "t", (libsearch_bytes){ bytes, 1 }, LIBSEARCH_TEXT, NULL), LIBSEARCH_LIMIT);
    document_clear(document);
    assert_ok(add_text(document, "t", (libsearch_bytes){ bytes, LIBSEARCH_MAX_VALUE - 1 }, LIBSEARCH_TEXT, NULL));
    assert_ok(add_text(document, "t", (libsearch_bytes){ bytes, 1 }, LIBSEARCH_TEXT, NULL));
    document_free(document);
    free(bytes);
}

static void a_document_has_at_most_16_million_values(void **state)
{
    (void)state;
    if (getenv("LIBSEARCH_LONG") == NULL) {
        print_message("needs 2 GiB of memory: only with LIBSEARCH_LONG=1\n");
        skip();
    }
    libsearch_document *document = document_new(allocator_default());
    for (size_t i = 0; i < DOCUMENT_MAX_VALUES; i++)
        if (add_number(document, "n", LIBSEARCH_INTEGER, 1, 0) != LIBSEARCH_OK)
            fail();
    assert_status(add_number(document, "n", LIBSEARCH_INTEGER, 1, 0), LIBSEARCH_LIMIT);
    document_free(document);
}

static void without_memory_a_document_is_as_it_was(void **state)
{
    (void)state;
    for (size_t fail_at = 1; fail_at < 40; fail_at++) {
        struct failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        libsearch_document *document = document_new(&failing.allocator);
        if (document == NULL)
            continue;
        static char text[3000];
        for (size_t i = 0; i < 100; i++) {
            char name[16];
            snprintf(name, sizeof name, "f%zu", i % 60);
            const libsearch_bytes bytes = { text, sizeof text };
            if (add_text(document, name, bytes, LIBSEARCH_TEXT, NULL) != LIBSEARCH_OK) {
                assert_int_equal(document->count, i);
                assert_int_equal(document->bytes, i * sizeof text);
                failing.fail_at = 0;
                assert_ok(add_text(document, name, bytes, LIBSEARCH_TEXT, NULL));
            }
            const libsearch_status wrong = add_number(document, name, LIBSEARCH_DATE, 0, 0);
            assert_true(wrong == LIBSEARCH_INVALID || (wrong == LIBSEARCH_NO_MEMORY && failing.fail_at != 0));
        }
        document_free(document);
        assert_int_equal(failing.blocks, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(field_names_are_letters_digits_and_three_signs),
        cmocka_unit_test(values_are_copied_and_stay_in_the_order_of_adding),
        cmocka_unit_test(a_field_has_values_of_one_type_in_a_document),
        cmocka_unit_test(a_document_may_have_very_many_fields_and_values),
        cmocka_unit_test(a_document_used_again_takes_no_more_memory),
        cmocka_unit_test(what_is_no_value_is_refused),
        cmocka_unit_test(keywords_have_a_limit),
        cmocka_unit_test(values_and_documents_have_a_limit),
        cmocka_unit_test(a_value_may_have_a_gigabyte),
        cmocka_unit_test(a_document_has_at_most_16_million_values),
        cmocka_unit_test(without_memory_a_document_is_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
