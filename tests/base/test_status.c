/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <string.h>

#include "base/status.h"

/* Well-formed UTF-8 as far as lead bytes and their continuations go. */
static bool whole_characters(const char *text)
{
    const unsigned char *next = (const unsigned char *)text;
    while (*next != 0) {
        const size_t length = *next < 0x80 ? 1 : *next < 0xC0 ? 0 : *next < 0xE0 ? 2 : *next < 0xF0 ? 3 : 4;
        if (length == 0)
            return false;
        for (size_t i = 1; i < length; i++)
            if ((next[i] & 0xC0) != 0x80)
                return false;
        next += length;
    }
    return true;
}

static void an_error_says_what_was_said(void **state)
{
    (void)state;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_status(error_set(&error, LIBSEARCH_IO, "%s: %d", "file", 5), LIBSEARCH_IO);
    assert_int_equal(error.status, LIBSEARCH_IO);
    assert_int_equal(error.position, -1);
    assert_string_equal(error.message, "file: 5");
    assert_status(error_set_at(&error, 77, LIBSEARCH_CORRUPT, "here"), LIBSEARCH_CORRUPT);
    assert_int_equal(error.position, 77);
    assert_string_equal(error.message, "here");
    assert_status(error_no_memory(&error), LIBSEARCH_NO_MEMORY);
    assert_string_equal(error.message, "out of memory");
    assert_int_equal(error.position, -1);
    error_clear(&error);
    assert_int_equal(error.status, LIBSEARCH_OK);
    assert_string_equal(error.message, "");
    assert_int_equal(error.size, sizeof error);
}

static void without_an_error_object_the_status_is_returned_all_the_same(void **state)
{
    (void)state;
    assert_status(error_set(NULL, LIBSEARCH_LIMIT, "%d", 1), LIBSEARCH_LIMIT);
    assert_status(error_set_at(NULL, 1, LIBSEARCH_SYNTAX, "%d", 1), LIBSEARCH_SYNTAX);
    assert_status(error_no_memory(NULL), LIBSEARCH_NO_MEMORY);
    error_clear(NULL);
}

static void a_long_message_is_cut_between_characters(void **state)
{
    (void)state;
    const char *const characters[] = { "x", "é", "中", "😀" };
    char text[2048];
    for (size_t kind = 0; kind < 4; kind++)
        for (size_t before = 0; before < 8; before++) {
            text[0] = 0;
            for (size_t i = 0; i < before; i++)
                strcat(text, "a");
            while (strlen(text) < 1000)
                strcat(text, characters[kind]);
            libsearch_error error = LIBSEARCH_ERROR_INIT;
            error_set(&error, LIBSEARCH_INVALID, "%s", text);
            assert_true(whole_characters(error.message));
            const size_t length = strlen(error.message);
            assert_in_range(length, sizeof error.message - 1 - 4, sizeof error.message - 1);
            assert_memory_equal(error.message, text, length);
        }
}

static void a_message_that_just_fits_is_not_cut(void **state)
{
    (void)state;
    char text[sizeof((libsearch_error *)0)->message + 1] = "";
    while (strlen(text) + 2 <= sizeof((libsearch_error *)0)->message - 1)
        strcat(text, "é");
    if (strlen(text) < sizeof((libsearch_error *)0)->message - 1)
        memmove(text + 1, text, strlen(text) + 1), text[0] = 'a';
    assert_int_equal(strlen(text), sizeof((libsearch_error *)0)->message - 1);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    error_set(&error, LIBSEARCH_INVALID, "%s", text);
    assert_string_equal(error.message, text);
}

static void a_message_is_one_line_whatever_a_name_holds(void **state)
{
    (void)state;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    error_set(&error, LIBSEARCH_IO, "%s: gone", "two\nlines\tand\x1b[31m");
    assert_string_equal(error.message, "two?lines?and?[31m: gone");
}

static void bytes_that_are_no_text_do_not_lead_before_the_message(void **state)
{
    (void)state;
    char text[2000];
    memset(text, 0x80, sizeof text - 1);
    text[sizeof text - 1] = 0;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    error_set(&error, LIBSEARCH_IO, "%s", text);
    assert_string_equal(error.message, "");
}

static libsearch_status tried(libsearch_status inner, bool *went_on)
{
    TRY(inner);
    *went_on = true;
    return LIBSEARCH_OK;
}

static void try_leaves_with_the_status_unless_it_is_ok(void **state)
{
    (void)state;
    bool went_on = false;
    assert_status(tried(LIBSEARCH_FULL, &went_on), LIBSEARCH_FULL);
    assert_false(went_on);
    assert_ok(tried(LIBSEARCH_OK, &went_on));
    assert_true(went_on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_says_what_was_said),
        cmocka_unit_test(without_an_error_object_the_status_is_returned_all_the_same),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
        cmocka_unit_test(a_message_that_just_fits_is_not_cut),
        cmocka_unit_test(a_message_is_one_line_whatever_a_name_holds),
        cmocka_unit_test(bytes_that_are_no_text_do_not_lead_before_the_message),
        cmocka_unit_test(try_leaves_with_the_status_unless_it_is_ok),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
