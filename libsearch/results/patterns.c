/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "results/matcher.h"

/* Bytes of the letter at text; a byte that begins none is one of its own. */
static size_t letter_length(const char *text, size_t left)
{
    const unsigned char c = (unsigned char)text[0];
    const size_t length = c < 0xC2 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 1;
    return length <= left ? length : 1;
}

bool pattern_fits(const char *pattern, size_t pattern_length, const char *word, size_t length)
{
    size_t p = 0, w = 0, star = SIZE_MAX, star_word = 0;
    while (w < length) {
        if (p < pattern_length && pattern[p] == '*') {
            star = ++p;
            star_word = w;
        } else if (p < pattern_length && pattern[p] == '?') {
            p++;
            w += letter_length(word + w, length - w);
        } else if (p < pattern_length && pattern[p] == word[w]) {
            p++;
            w++;
        } else if (star != SIZE_MAX) { /* the last star takes one letter more */
            p = star;
            star_word += letter_length(word + star_word, length - star_word);
            w = star_word;
        } else {
            return false;
        }
    }
    while (p < pattern_length && pattern[p] == '*')
        p++;
    return p == pattern_length;
}

enum { MOST_LETTERS = LIBSEARCH_MAX_TERM };

/* Letters as numbers; false where there are too many. */
static bool take_letters(const char *text, size_t length, uint32_t *letters, size_t *count)
{
    *count = 0;
    for (size_t at = 0; at < length;) {
        const size_t width = letter_length(text + at, length - at);
        uint32_t letter = 0;
        memcpy(&letter, text + at, width);
        if (*count == MOST_LETTERS)
            return false;
        letters[(*count)++] = letter;
        at += width;
    }
    return true;
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Optimal string alignment, three rows of its table at a time. */
bool fuzzy_fits(const char *wanted, size_t wanted_length, const char *word, size_t length, unsigned distance,
                unsigned prefix)
{
    uint32_t a[MOST_LETTERS], b[MOST_LETTERS];
    unsigned rows[3][MOST_LETTERS + 1];
    size_t a_count, b_count;
    if (!take_letters(wanted, wanted_length, a, &a_count) || !take_letters(word, length, b, &b_count) ||
        (a_count > b_count ? a_count - b_count : b_count - a_count) > distance)
        return false;
    for (unsigned i = 0; i < prefix && i < a_count; i++) /* as in the search */
        if (i >= b_count || a[i] != b[i])
            return false;
    for (size_t j = 0; j <= b_count; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_count; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        unsigned best = row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_count; j++) {
            unsigned cost = above[j - 1] + (a[i - 1] != b[j - 1]);
            cost = least(cost, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost = least(cost, second[j - 2] + 1);
            row[j] = cost;
            best = least(best, cost);
        }
        if (best > distance)
            return false;
    }
    return rows[a_count % 3][b_count] <= distance;
}
