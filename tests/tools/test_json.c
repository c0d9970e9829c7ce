/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "support/random.h"

struct output {
    char text[4096];
    size_t length;
};

static void put(struct output *out, const char *data, size_t length)
{
    if (out->length + length < sizeof out->text) {
        memcpy(out->text + out->length, data, length);
        out->length += length;
        out->text[out->length] = '\0';
    }
}

/* A value written out plainly: strings in <>, members as name=value. */
static void show(struct json *json, const struct json_value *value, struct output *out)
{
    static const char *const words[] = { "?", "null", "false", "true" };
    char number[64];
    switch (value->kind) {
    case JSON_NONE:
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE: put(out, words[value->kind], strlen(words[value->kind])); break;
    case JSON_INTEGER:
        put(out, number, (size_t)snprintf(number, sizeof number, "%lld", (long long)value->integer));
        break;
    case JSON_REAL: put(out, number, (size_t)snprintf(number, sizeof number, "%.17gr", value->real)); break;
    case JSON_STRING:
        put(out, "<", 1);
        put(out, value->string.data, value->string.length);
        put(out, ">", 1);
        break;
    case JSON_ARRAY:
        put(out, "[", 1);
        for (bool first = true; json_element(json, first); first = false) {
            const struct json_value element = json_read(json);
            put(out, first ? "" : " ", first ? 0 : 1);
            show(json, &element, out);
        }
        put(out, "]", 1);
        break;
    case JSON_OBJECT: {
        char *name;
        put(out, "{", 1);
        for (bool first = true; json_member(json, first, &name); first = false) {
            put(out, first ? "" : " ", first ? 0 : 1);
            put(out, name, strlen(name));
            put(out, "=", 1);
            const struct json_value member = json_read(json);
            show(json, &member, out);
        }
        put(out, "}", 1);
        break;
    }
    }
}

/* What a text is, or "wrong". It is read from memory that is exactly as long as it has to be. */
static const char *read_as(const char *text, size_t length)
{
    static struct output out;
    char *copy = malloc(length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    struct json json = json_start(copy, length);
    out.length = 0;
    const struct json_value value = json_read(&json);
    show(&json, &value, &out);
    const bool good = json_end(&json);
    assert_true(good == (json.wrong == NULL));
    assert_true(json.next >= json.start && json.next <= json.end);
    free(copy);
    return good ? out.text : "wrong";
}

static const char *shown(const char *text) { return read_as(text, strlen(text)); }

static void values_of_every_kind_are_read(void **state)
{
    (void)state;
    assert_string_equal(shown("{\"a\": [1, -2, 0, 2.5, 1e2, true, false, null], \"b\": {}, \"c\": []}"),
                        "{a=[1 -2 0 2.5r 100r true false null] b={} c=[]}");
    assert_string_equal(shown(" \t\r\n \"x\" \n"), "<x>");
    assert_string_equal(shown("[[[]],[{\"\":\"\"}]]"), "[[[]] [{=<>}]]");
    assert_string_equal(shown("9223372036854775807"), "9223372036854775807");
    assert_string_equal(shown("-9223372036854775808"), "-9223372036854775808");
    assert_string_equal(shown("9223372036854775808"), "9.2233720368547758e+18r");
    assert_string_equal(shown("-0.5E-1"), "-0.050000000000000003r");
}

static void escapes_are_resolved(void **state)
{
    (void)state;
    assert_string_equal(shown("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "<\"\\/\b\f\n\r\t>");
    assert_string_equal(shown("\"a\\u0041b\\u00e9c\\u20ACd\\uD83D\\uDE00e\""), "<aAbéc€d😀e>");
    assert_string_equal(shown("\"plain, then \\n and plain again, long enough\""),
                        "<plain, then \n and plain again, long enough>");
}

static void half_a_surrogate_pair_is_a_replacement_character(void **state)
{
    (void)state;
    assert_string_equal(shown("\"a\\uD83Db\""), "<a\xEF\xBF\xBD"
                                                "b>");
    assert_string_equal(shown("\"\\uDE00\\uD83D\\u0041\""), "<\xEF\xBF\xBD\xEF\xBF\xBD"
                                                            "A>");
    assert_string_equal(shown("\"\\uD83D\\uD83D\\uDE00\""), "<\xEF\xBF\xBD😀>");
}

static void bytes_that_are_not_utf8_come_through(void **state)
{
    (void)state;
    assert_string_equal(shown("\"a\xFF\xC3\"") /* the library reads them as U+FFFD */, "<a\xFF\xC3>");
}

static void what_is_not_json_is_wrong(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{",
        "}",
        "[",
        "]",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{a:1}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{\"a\":1 2}",
        "\"",
        "\"a",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"a\tb\"",
        "\"a\nb\"",
        "nul",
        "nulll",
        "True",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "0x10",
        "1 2",
        "{} {}",
        "'a'",
        "[1]]",
        "{\"a\":1}x",
        "// c\n1",
        "NaN",
        "Infinity",
        "\"a\" \"b\"",
        "{1:2}",
        "{\"a\":1,,\"b\":2}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(shown(texts[i]), "wrong") != 0)
            fail_msg("%s is read as %s", texts[i], shown(texts[i]));
    assert_string_equal(read_as("\"a\0b\"", 5), "wrong");
    assert_string_equal(read_as("1\0", 2), "wrong");
    assert_string_equal(read_as("{}\0", 3), "wrong");
}

/* A string of any length and content around the words of eight bytes that are looked at together. */
static void strings_end_where_their_quote_is(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int i = 0; i < 20000; i++) {
        char text[80], expected[80];
        size_t length = 0, wanted = 0;
        text[length++] = '"';
        expected[wanted++] = '<';
        for (uint64_t left = random_below(&random, 30); left > 0; left--) {
            const char c = (char)(0x20 + random_below(&random, 0xE0)); /* also bytes from 0x80 on */
            if (c == '"' || c == '\\' || random_below(&random, 12) == 0) {
                text[length++] = '\\';
                text[length++] = c == '"' ? '"' : '\\';
                expected[wanted++] = c == '"' ? '"' : '\\';
            } else {
                text[length++] = expected[wanted++] = c;
            }
        }
        text[length++] = '"';
        expected[wanted++] = '>';
        expected[wanted] = '\0';
        text[length] = '\0';
        assert_string_equal(read_as(text, length), expected);
        if (length > 2) { /* without its end it has none */
            const char *cut = read_as(text, length - 1);
            assert_string_equal(cut, "wrong");
        }
    }
}

/* Any bytes: it ends, reads nothing outside them (a sanitizer's affair), and says what is wrong. */
static void any_bytes_are_read_or_refused(void **state)
{
    (void)state;
    static const char pieces[] = "{{[[]]}},,::\"\"\"\\\\u0dtrufalsenl-+.eE019 \t\n\x80\xFF\0";
    struct test_random random = random_start(__func__);
    for (int i = 0; i < 100000; i++) {
        char text[40];
        const size_t length = (size_t)random_below(&random, sizeof text);
        for (size_t c = 0; c < length; c++)
            text[c] = pieces[random_below(&random, sizeof pieces - 1)];
        read_as(text, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_kind_are_read),
        cmocka_unit_test(escapes_are_resolved),
        cmocka_unit_test(half_a_surrogate_pair_is_a_replacement_character),
        cmocka_unit_test(bytes_that_are_not_utf8_come_through),
        cmocka_unit_test(what_is_not_json_is_wrong),
        cmocka_unit_test(strings_end_where_their_quote_is),
        cmocka_unit_test(any_bytes_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
