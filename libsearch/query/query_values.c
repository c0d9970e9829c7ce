/* SPDX-License-Identifier: MIT */
#include "query/query_values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool value_parse_integer(libsearch_bytes text, int64_t *value)
{
    size_t at = 0;
    const bool negative = text.length > 0 && text.data[0] == '-';
    if (text.length > 0 && (text.data[0] == '-' || text.data[0] == '+'))
        at++;
    if (at == text.length)
        return false;
    int64_t sum = 0;
    for (; at < text.length; at++) {
        if (!is_digit(text.data[at]))
            return false;
        const int digit = text.data[at] - '0';
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_sub_overflow(sum, digit, &sum))
            return false; /* summed below zero, where there is room for INT64_MIN */
    }
    if (!negative && sum == INT64_MIN)
        return false;
    *value = negative ? sum : -sum;
    return true;
}

bool value_parse_boolean(libsearch_bytes text, int64_t *value)
{
    static const char *const words[] = { "false", "no", "true", "yes" };
    for (int i = 0; i < 4; i++)
        if (text.length == strlen(words[i]) && strncasecmp(text.data, words[i], text.length) == 0) {
            *value = i >= 2;
            return true;
        }
    return value_parse_integer(text, value) && (*value == 0 || *value == 1 || !is_digit(text.data[0]));
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The exponent behind e or p; at stands on its first character. */
static bool parse_exponent(libsearch_bytes text, size_t at, int *exponent)
{
    int64_t value;
    if (!value_parse_integer((libsearch_bytes){ text.data + at, text.length - at }, &value))
        return false;
    *exponent = value > 100000 ? 100000 : value < -100000 ? -100000 : (int)value;
    return true;
}

/* Digits (of base 10 or 16) with at most one point; the mantissa is exact while `exact` stays true. */
struct digits {
    uint64_t mantissa;
    int scale; /* powers of the base to multiply with */
    bool exact, any;
};

static size_t parse_digits(libsearch_bytes text, size_t at, int base, struct digits *digits)
{
    bool point = false;
    *digits = (struct digits){ .exact = true };
    for (; at < text.length; at++) {
        const char c = text.data[at];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        const int digit = base == 16 ? hex_digit(c) : is_digit(c) ? c - '0' : -1;
        if (digit < 0)
            break;
        digits->any = true;
        uint64_t next;
        if (!__builtin_mul_overflow(digits->mantissa, (uint64_t)base, &next) &&
            !__builtin_add_overflow(next, (uint64_t)digit, &next)) {
            digits->mantissa = next;
            digits->scale -= point;
        } else {
            digits->exact = digits->exact && digit == 0;
            if (digits->scale < 100000)
                digits->scale += !point;
        }
    }
    return at;
}

static bool parse_magnitude(libsearch_bytes text, double *value)
{
    struct digits digits;
    int exponent = 0;
    if (text.length > 2 && text.data[0] == '0' && (text.data[1] | 0x20) == 'x') {
        const size_t at = parse_digits(text, 2, 16, &digits);
        if (!digits.any ||
            (at < text.length && ((text.data[at] | 0x20) != 'p' || !parse_exponent(text, at + 1, &exponent))))
            return false;
        *value = (double)ldexpl((long double)digits.mantissa, exponent + 4 * digits.scale);
        return isfinite(*value);
    }
    const size_t at = parse_digits(text, 0, 10, &digits);
    if (!digits.any ||
        (at < text.length && ((text.data[at] | 0x20) != 'e' || !parse_exponent(text, at + 1, &exponent))))
        return false;
    /* Powers of ten up to 27 are exact in 64 bits of mantissa, so that one rounding remains to long double and one
     * to double; value_print_float checks what it writes against this. */
    const int power = exponent + digits.scale;
    long double scaled = (long double)digits.mantissa;
    if (power != 0 && digits.mantissa != 0)
        scaled = power > 0 ? scaled * powl(10.0L, power) : scaled / powl(10.0L, -power);
    *value = (double)scaled;
    return isfinite(*value);
}

bool value_parse_float(libsearch_bytes text, double *value)
{
    const bool negative = text.length > 0 && text.data[0] == '-';
    if (text.length > 0 && (text.data[0] == '-' || text.data[0] == '+')) {
        text.data++;
        text.length--;
    }
    double magnitude;
    if (text.length == 3 && memcmp(text.data, "inf", 3) == 0)
        magnitude = HUGE_VAL;
    else if (!parse_magnitude(text, &magnitude))
        return false;
    *value = negative ? -magnitude : magnitude;
    return true;
}

/* A program's locale may have given the point another form. */
static size_t restore_point(char *text)
{
    size_t length = 0;
    for (size_t i = 0; text[i] != 0; i++) {
        if (strchr("0123456789abcdefABCDEFxXpP+-in", text[i]) != NULL)
            text[length++] = text[i];
        else if (length == 0 || text[length - 1] != '.')
            text[length++] = '.';
    }
    text[length] = 0;
    return length;
}

/* The fewest digits that are read back as value (single: rounded to a float). */
static void print_shortest(struct buffer *to, double value, bool single)
{
    char text[64];
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, value);
        const size_t length = restore_point(text);
        double again;
        if (!value_parse_float((libsearch_bytes){ text, length }, &again))
            continue;
        if (single)
            again = (double)(float)again;
        if (!(again < value || again > value)) {
            buffer_append(to, text, length);
            return;
        }
    }
    snprintf(text, sizeof text, "%a", value);
    buffer_append(to, text, restore_point(text));
}

void value_print_float(struct buffer *to, double value) { print_shortest(to, value, false); }

void value_print_single(struct buffer *to, float value) { print_shortest(to, (double)value, true); }
