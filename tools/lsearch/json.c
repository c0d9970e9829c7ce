/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct json json_start(char *text, size_t length)
{
    return (struct json){ .start = text, .next = text, .end = text + length };
}

static bool fail(struct json *json, const char *wrong)
{
    if (json->wrong == NULL)
        json->wrong = wrong;
    return false;
}

static void skip_blanks(struct json *json)
{
    while (*json->next == ' ' || *json->next == '\n' || *json->next == '\t' || *json->next == '\r')
        json->next++;
}

static bool take(struct json *json, char c)
{
    skip_blanks(json);
    if (*json->next != c || json->next == json->end)
        return false;
    json->next++;
    return true;
}

/* The first quote, backslash or control character at or after c. Eight bytes at a time: a byte below
 * 0x20, or equal to a wanted one, is found by the borrow that a subtraction makes (Mycroft). The test
 * has no false negatives, and whoever stops at a false positive goes on by bytes. */
static char *find_special(char *c, const char *end)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    for (; end - c >= 8; c += 8) {
        uint64_t word;
        memcpy(&word, c, sizeof word);
        const uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
        const uint64_t found = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
        if ((found & highs) != 0)
            break;
    }
    while (c < end && *c != '"' && *c != '\\' && (unsigned char)*c >= 0x20)
        c++;
    return c;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The four digits at c as a number, or -1. The zero at the end stops it. */
static int32_t hex_four(const char *c)
{
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        const int digit = hex_digit(c[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Writes a character as UTF-8, which is never longer than its escape. Returns where it ends. */
static char *write_character(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | (c >> 6));
        *out++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | (c >> 12));
        *out++ = (char)(0x80 | ((c >> 6) & 63));
        *out++ = (char)(0x80 | (c & 63));
    } else {
        *out++ = (char)(0xF0 | (c >> 18));
        *out++ = (char)(0x80 | ((c >> 12) & 63));
        *out++ = (char)(0x80 | ((c >> 6) & 63));
        *out++ = (char)(0x80 | (c & 63));
    }
    return out;
}

/* The escape at json->next, which is a backslash, to out. Returns where it ends there, or NULL. */
static char *read_escape(struct json *json, char *out)
{
    static const char names[] = "\"\\/bfnrt", characters[] = "\"\\/\b\f\n\r\t";
    const char name = json->next[1];
    const char *known = name != '\0' ? strchr(names, name) : NULL;
    if (known != NULL) {
        json->next += 2;
        *out = characters[known - names];
        return out + 1;
    }
    const int32_t first = name == 'u' ? hex_four(json->next + 2) : -1;
    if (first < 0) {
        fail(json, "an escape that there is not");
        return NULL;
    }
    json->next += 6;
    uint32_t c = (uint32_t)first;
    if (c >= 0xD800 && c < 0xE000) {
        const int32_t low = c < 0xDC00 && json->next[0] == '\\' && json->next[1] == 'u' ? hex_four(json->next + 2) : -1;
        if (low >= 0xDC00 && low < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
            json->next += 6;
        } else {
            c = 0xFFFD;
        }
    }
    return write_character(out, c);
}

/* A string; next stands behind its first quote. */
static bool read_string(struct json *json, libsearch_bytes *string)
{
    char *const start = json->next;
    char *out = find_special(start, json->end);
    json->next = out;
    while (json->next < json->end && *json->next == '\\') {
        out = read_escape(json, out);
        if (out == NULL)
            return false;
        char *const from = json->next;
        json->next = find_special(from, json->end);
        memmove(out, from, (size_t)(json->next - from));
        out += json->next - from;
    }
    if (json->next >= json->end)
        return fail(json, "a string that does not end");
    if (*json->next != '"')
        return fail(json, "a control character in a string");
    json->next++;
    *out = '\0'; /* at the latest where the quote stood */
    *string = bytes_of(start, (size_t)(out - start));
    return true;
}

static char *skip_digits(char *c)
{
    while (*c >= '0' && *c <= '9')
        c++;
    return c;
}

/* -? (0 | 1-9 digits) (. digits)? (e sign? digits)? */
static struct json_value read_number(struct json *json)
{
    struct json_value value = { .kind = JSON_INTEGER };
    char *c = json->next + (*json->next == '-');
    char *digits = c;
    c = *c == '0' ? c + 1 : skip_digits(c);
    bool good = c > digits;
    if (good && *c == '.') {
        value.kind = JSON_REAL;
        digits = c + 1;
        c = skip_digits(digits);
        good = c > digits;
    }
    if (good && (*c == 'e' || *c == 'E')) {
        value.kind = JSON_REAL;
        digits = c + 1 + (c[1] == '+' || c[1] == '-');
        c = skip_digits(digits);
        good = c > digits;
    }
    if (!good) {
        fail(json, "a number that is not complete");
        return (struct json_value){ JSON_NONE, { 0 }, 0, 0 };
    }
    errno = 0;
    value.integer = value.kind == JSON_INTEGER ? strtoll(json->next, NULL, 10) : 0;
    if (value.kind == JSON_REAL || errno != 0) {
        value.kind = JSON_REAL;
        value.real = strtod(json->next, NULL);
    }
    json->next = c;
    return value;
}

static bool take_word(struct json *json, const char *word)
{
    const size_t length = strlen(word);
    if ((size_t)(json->end - json->next) < length || memcmp(json->next, word, length) != 0)
        return false;
    json->next += length;
    return true;
}

struct json_value json_read(struct json *json)
{
    struct json_value value = { .kind = JSON_NONE };
    skip_blanks(json);
    const char c = *json->next;
    if (json->wrong != NULL)
        return value;
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(json);
    if (c == '"') {
        json->next++;
        value.kind = read_string(json, &value.string) ? JSON_STRING : JSON_NONE;
    } else if (c == '{' || c == '[') {
        json->next++;
        value.kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
    } else if (take_word(json, "null")) {
        value.kind = JSON_NULL;
    } else if (take_word(json, "true")) {
        value.kind = JSON_TRUE;
    } else if (take_word(json, "false")) {
        value.kind = JSON_FALSE;
    } else {
        fail(json, json->next >= json->end ? "it ends too early" : "no value");
    }
    return value;
}

bool json_element(struct json *json, bool first)
{
    if (json->wrong != NULL || take(json, ']'))
        return false;
    if (first || take(json, ','))
        return true;
    return fail(json, "neither , nor ]");
}

bool json_member(struct json *json, bool first, char **name)
{
    libsearch_bytes string;
    if (json->wrong != NULL || take(json, '}'))
        return false;
    if (!first && !take(json, ','))
        return fail(json, "neither , nor }");
    if (!take(json, '"'))
        return fail(json, "no name in quotes");
    if (!read_string(json, &string))
        return false;
    if (!take(json, ':'))
        return fail(json, "no : after a name");
    *name = json->start + (string.data - json->start);
    return true;
}

bool json_end(struct json *json)
{
    skip_blanks(json);
    return json->wrong == NULL && (json->next == json->end || fail(json, "more after its end"));
}
