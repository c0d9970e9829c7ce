/* SPDX-License-Identifier: MIT */
#include "watch/word_patterns.h"

#include <string.h>

#include "results/matcher.h"

enum { MOST_LETTERS = 1024, MOST_BYTES = 8 * MOST_LETTERS };

/* Bytes of the letter at text; a byte that begins none is one of its own. */
static size_t letter_length(const char *text, size_t left)
{
    const unsigned char first = (unsigned char)text[0];
    const size_t length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
    if (length > left)
        return 1;
    for (size_t i = 1; i < length; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            return 1;
    return length;
}

/* One part of a wildcard: its bytes behind a backslash, and how many it takes with it. */
static size_t part_at(libsearch_bytes pattern, size_t at, char *sign, libsearch_bytes *letter)
{
    const char *text = pattern.data + at;
    const size_t left = pattern.length - at;
    *sign = *text == '*' || *text == '?' ? *text : 0;
    if (*sign != 0)
        return 1;
    const size_t escape = *text == '\\' && left > 1;
    *letter = (libsearch_bytes){ text + escape, letter_length(text + escape, left - escape) };
    return escape + letter->length;
}

libsearch_status word_pattern_check(libsearch_bytes wildcard, libsearch_error *error)
{
    size_t letters = 0;
    bool literal = true;
    if (wildcard.length > MOST_BYTES)
        return error_set(error, LIBSEARCH_LIMIT, "a pattern of more than %d bytes", MOST_BYTES);
    for (size_t at = 0; at < wildcard.length;) {
        char sign;
        libsearch_bytes letter;
        at += part_at(wildcard, at, &sign, &letter);
        literal = literal && sign == 0;
        letters += !literal && sign != '*';
    }
    return letters > MOST_LETTERS ? error_set(error, LIBSEARCH_LIMIT, "a pattern of more than %d letters", MOST_LETTERS)
                                  : LIBSEARCH_OK;
}

enum key_kind word_pattern_fuzzy(unsigned distance, libsearch_bytes word)
{
    if (distance == 0) {
        size_t letters = 0;
        for (size_t i = 0; i < word.length; i++)
            letters += ((unsigned char)word.data[i] & 0xC0) != 0x80;
        distance = letters < 3 ? 0 : letters < 6 ? 1 : 2;
    }
    return distance == 0 ? KEY_FUZZY_0 : distance == 1 ? KEY_FUZZY_1 : KEY_FUZZY_2;
}

void word_pattern_beginning(enum key_kind kind, libsearch_bytes pattern, char room[WORD_PATTERN_BEGINNING],
                            libsearch_bytes *beginning)
{
    if (kind == KEY_PREFIX) {
        *beginning = pattern;
        return;
    }
    *beginning = (libsearch_bytes){ room, 0 };
    if (kind != KEY_WILDCARD) { /* the first letter is always right */
        if (pattern.length > 0)
            *beginning = (libsearch_bytes){ pattern.data, letter_length(pattern.data, pattern.length) };
        return;
    }
    for (size_t at = 0; at < pattern.length;) {
        char sign;
        libsearch_bytes letter;
        at += part_at(pattern, at, &sign, &letter);
        if (sign != 0 || beginning->length + letter.length > WORD_PATTERN_BEGINNING)
            return;
        memcpy(room + beginning->length, letter.data, letter.length);
        beginning->length += letter.length;
    }
}

/* The last star takes one letter more whenever what is behind it does not fit: linear in word times pattern. */
static bool wildcard_fits(libsearch_bytes pattern, const char *word, size_t length)
{
    size_t p = 0, w = 0, star = SIZE_MAX, star_word = 0;
    for (;;) {
        char sign = 1;
        libsearch_bytes letter = { NULL, 0 };
        const size_t width = p < pattern.length ? part_at(pattern, p, &sign, &letter) : 0;
        if (sign == '*') {
            star = p += width;
            star_word = w;
            continue;
        }
        if (w == length && p == pattern.length)
            return true;
        if (w < length && sign == '?') {
            p += width;
            w += letter_length(word + w, length - w);
            continue;
        }
        if (w < length && sign == 0 && letter_length(word + w, length - w) == letter.length &&
            memcmp(letter.data, word + w, letter.length) == 0) {
            p += width;
            w += letter.length;
            continue;
        }
        if (star == SIZE_MAX || star_word >= length)
            return false;
        star_word += letter_length(word + star_word, length - star_word);
        w = star_word;
        p = star;
    }
}

bool word_pattern_fits(enum key_kind kind, const char *pattern, size_t pattern_length, const char *word, size_t length)
{
    if (kind == KEY_PREFIX)
        return length >= pattern_length && (pattern_length == 0 || memcmp(word, pattern, pattern_length) == 0);
    if (kind == KEY_WILDCARD)
        return wildcard_fits((libsearch_bytes){ pattern, pattern_length }, word, length);
    return fuzzy_fits(pattern, pattern_length, word, length, (unsigned)(kind - KEY_FUZZY_0), 1);
}
