/* SPDX-License-Identifier: MIT */
/* Which words fit a prefix, a pattern with * and ?, or are like another word: by the book. */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/oracle.h"

bool oracle_fits_prefix(const char *word, size_t length, const char *pattern, size_t pattern_length)
{
    return length >= pattern_length && memcmp(word, pattern, pattern_length) == 0;
}

/* Bytes of the character that begins here; a byte that is no UTF-8 is one. The tests' words are well formed. */
static size_t character(const char *at, size_t left)
{
    const unsigned char first = (unsigned char)*at;
    const size_t length = first < 0x80 ? 1 : first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return length <= left ? length : 1;
}

bool oracle_fits_wildcard(const char *word, size_t length, const char *pattern, size_t pattern_length)
{
    if (pattern_length == 0)
        return length == 0;
    if (*pattern == '*')
        for (size_t skipped = 0;; skipped += character(word + skipped, length - skipped)) {
            if (oracle_fits_wildcard(word + skipped, length - skipped, pattern + 1, pattern_length - 1))
                return true;
            if (skipped == length)
                return false;
        }
    if (length == 0)
        return false;
    const size_t taken = character(word, length);
    if (*pattern == '?')
        return oracle_fits_wildcard(word + taken, length - taken, pattern + 1, pattern_length - 1);
    if (*pattern == '\\' && pattern_length > 1) {
        pattern++;
        pattern_length--;
    }
    return *word == *pattern && oracle_fits_wildcard(word + 1, length - 1, pattern + 1, pattern_length - 1);
}

enum { MOST_CHARACTERS = 300 };

static size_t characters(const char *text, size_t length, uint32_t *to)
{
    size_t count = 0;
    for (size_t at = 0, taken; at < length && count < MOST_CHARACTERS; at += taken) {
        taken = character(text + at, length - at);
        to[count] = 0;
        memcpy(&to[count++], text + at, taken);
    }
    return count;
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

bool oracle_fits_fuzzy(const char *word, size_t length, const char *pattern, size_t pattern_length, unsigned distance,
                       unsigned prefix)
{
    static unsigned table[MOST_CHARACTERS + 1][MOST_CHARACTERS + 1];
    uint32_t a[MOST_CHARACTERS], b[MOST_CHARACTERS];
    const size_t a_count = characters(word, length, a), b_count = characters(pattern, pattern_length, b);
    for (size_t i = 0; i < prefix && i < b_count; i++)
        if (i >= a_count || a[i] != b[i])
            return false;
    for (size_t i = 0; i <= a_count; i++)
        for (size_t j = 0; j <= b_count; j++) {
            unsigned *here = &table[i][j];
            if (i == 0 || j == 0) {
                *here = (unsigned)(i + j);
                continue;
            }
            *here = least(table[i - 1][j] + 1, table[i][j - 1] + 1);
            *here = least(*here, table[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                *here = least(*here, table[i - 2][j - 2] + 1);
        }
    return table[a_count][b_count] <= distance;
}

unsigned oracle_fuzzy_distance(const char *pattern, size_t length)
{
    uint32_t letters[MOST_CHARACTERS];
    const size_t count = characters(pattern, length, letters);
    return count < 3 ? 0 : count < 6 ? 1 : 2;
}

bool oracle_fits_regular(const char *word, size_t length, const char *pattern, size_t pattern_length)
{
    char whole[1100], string[300];
    regex_t compiled;
    if (length >= sizeof string || memchr(word, 0, length) != NULL)
        return false;
    snprintf(whole, sizeof whole, "^(%.*s)$", (int)pattern_length, pattern);
    snprintf(string, sizeof string, "%.*s", (int)length, word);
    if (regcomp(&compiled, whole, REG_EXTENDED | REG_NOSUB) != 0)
        abort();
    const bool found = regexec(&compiled, string, 0, NULL, 0) == 0;
    regfree(&compiled);
    return found;
}

static int compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
    for (size_t i = 0; i < a_length && i < b_length; i++)
        if (a[i] != b[i])
            return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
    return (a_length > b_length) - (a_length < b_length);
}

bool oracle_fits_range(const char *word, size_t length, const libsearch_query *query, const char *low,
                       size_t low_length)
{
    const int above = compare(word, length, low, low_length);
    const int below = compare(word, length, query->high_text.data, query->high_text.length);
    return (!query->has_low || above > 0 || (above == 0 && !query->low_open)) &&
           (!query->has_high || below < 0 || (below == 0 && !query->high_open));
}
