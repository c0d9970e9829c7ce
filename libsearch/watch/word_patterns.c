/* SPDX-License-Identifier: MIT */
#include "watch/word_patterns.h"

#include <string.h>

#include "base/regular_expression.h"
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

/* Edits of a fuzzy word; 0: by its length. */
static unsigned distance_of(unsigned distance, libsearch_bytes word)
{
    if (distance == 0) {
        size_t letters = 0;
        for (size_t i = 0; i < word.length; i++)
            letters += ((unsigned char)word.data[i] & 0xC0) != 0x80;
        distance = letters < 3 ? 0 : letters < 6 ? 1 : 2;
    }
    return distance < 2 ? distance : 2;
}

static void append(struct buffer *to, libsearch_bytes bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        buffer_append_u8(to, (uint8_t)bytes.data[i]);
}

libsearch_status word_pattern_key(const libsearch_query *query, libsearch_bytes text, libsearch_bytes high,
                                  struct buffer *room, enum key_kind *kind, libsearch_bytes *bytes,
                                  libsearch_error *error)
{
    const unsigned distance = distance_of(query->number, text);
    *bytes = text;
    switch (query->kind) {
    case QUERY_PREFIX: *kind = KEY_PREFIX; return LIBSEARCH_OK;
    case QUERY_WILDCARD: *kind = KEY_WILDCARD; return LIBSEARCH_OK;
    case QUERY_REGULAR: *kind = KEY_REGULAR; return LIBSEARCH_OK;
    case QUERY_RANGE:
        *kind = KEY_WORDS;
        buffer_append_u8(room, (uint8_t)((query->has_low ? KEY_WORDS_LOW : 0) | (query->has_high ? KEY_WORDS_HIGH : 0) |
                                         (query->low_open ? KEY_WORDS_LOW_OPEN : 0) |
                                         (query->high_open ? KEY_WORDS_HIGH_OPEN : 0)));
        buffer_append_u32(room, (uint32_t)text.length);
        append(room, text);
        append(room, high);
        break;
    default:
        if (query->more_prefix == 0) {
            *kind = (enum key_kind)(KEY_FUZZY_0 + distance);
            return LIBSEARCH_OK;
        }
        *kind = KEY_FUZZY_FROM;
        buffer_append_u8(room, (uint8_t)distance);
        buffer_append_u32(room, (uint32_t)(query->more_prefix + 1));
        append(room, text);
    }
    *bytes = (libsearch_bytes){ (const char *)room->data, room->length };
    return room->failed ? error_no_memory(error) : LIBSEARCH_OK;
}

enum { HEAD = 5 }; /* a byte and a u32 */

static uint32_t head_of(const char *pattern)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < 4; i++)
        number |= (uint32_t)(unsigned char)pattern[1 + i] << 8 * i;
    return number;
}

/* What all words from one to another begin with: what both ends do. */
static libsearch_bytes shared_beginning(libsearch_bytes pattern)
{
    const unsigned flags = (unsigned char)pattern.data[0];
    const size_t low = head_of(pattern.data), high = pattern.length - HEAD - low;
    const char *one = pattern.data + HEAD, *other = one + low;
    size_t length = 0;
    if ((flags & KEY_WORDS_LOW) == 0 || (flags & KEY_WORDS_HIGH) == 0)
        return (libsearch_bytes){ one, 0 };
    while (length < low && length < high && one[length] == other[length])
        length++;
    return (libsearch_bytes){ one, length };
}

/* The letters and digits that a regular expression without alternatives begins with. */
static libsearch_bytes literal_beginning(libsearch_bytes pattern)
{
    size_t length = 0;
    if (pattern.length == 0 || memchr(pattern.data, '|', pattern.length) != NULL)
        return (libsearch_bytes){ pattern.data, 0 };
    while (length < pattern.length && ((pattern.data[length] >= 'a' && pattern.data[length] <= 'z') ||
                                       (pattern.data[length] >= 'A' && pattern.data[length] <= 'Z') ||
                                       (pattern.data[length] >= '0' && pattern.data[length] <= '9')))
        length++;
    if (length > 0 && length < pattern.length && strchr("*?{", pattern.data[length]) != NULL)
        length--; /* maybe none of it */
    return (libsearch_bytes){ pattern.data, length };
}

void word_pattern_beginning(enum key_kind kind, libsearch_bytes pattern, char room[WORD_PATTERN_BEGINNING],
                            libsearch_bytes *beginning)
{
    if (kind == KEY_PREFIX) {
        *beginning = pattern;
        return;
    }
    *beginning = (libsearch_bytes){ room, 0 };
    if (kind == KEY_REGULAR || kind == KEY_WORDS) {
        *beginning = kind == KEY_WORDS ? shared_beginning(pattern) : literal_beginning(pattern);
        return;
    }
    if (kind == KEY_FUZZY_FROM && head_of(pattern.data) == 0)
        return;
    if (kind == KEY_FUZZY_FROM)
        pattern = (libsearch_bytes){ pattern.data + HEAD, pattern.length - HEAD };
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

static int compare_words(const char *word, size_t length, const char *end, size_t end_length)
{
    const size_t shorter = length < end_length ? length : end_length;
    const int order = shorter == 0 ? 0 : memcmp(word, end, shorter);
    return order != 0 ? order : (length > end_length) - (length < end_length);
}

static bool lies_within(const char *pattern, size_t pattern_length, const char *word, size_t length)
{
    const unsigned flags = (unsigned char)pattern[0];
    const size_t low = head_of(pattern);
    const int above = compare_words(word, length, pattern + HEAD, low);
    const int below = compare_words(word, length, pattern + HEAD + low, pattern_length - HEAD - low);
    return ((flags & KEY_WORDS_LOW) == 0 || above > 0 || (above == 0 && (flags & KEY_WORDS_LOW_OPEN) == 0)) &&
           ((flags & KEY_WORDS_HIGH) == 0 || below < 0 || (below == 0 && (flags & KEY_WORDS_HIGH_OPEN) == 0));
}

bool word_pattern_fits(const struct dictionary_entry *pattern, const char *word, size_t length)
{
    const char *bytes = pattern->bytes;
    switch ((enum key_kind)pattern->kind) {
    case KEY_PREFIX:
        return length >= pattern->length && (pattern->length == 0 || memcmp(word, bytes, pattern->length) == 0);
    case KEY_WILDCARD: return wildcard_fits((libsearch_bytes){ bytes, pattern->length }, word, length);
    case KEY_REGULAR: return regular_expression_fits(pattern->expression, word, length);
    case KEY_WORDS: return lies_within(bytes, pattern->length, word, length);
    case KEY_FUZZY_FROM:
        return fuzzy_fits(bytes + HEAD, pattern->length - HEAD, word, length, (unsigned char)bytes[0], head_of(bytes));
    default: return fuzzy_fits(bytes, pattern->length, word, length, (unsigned)(pattern->kind - KEY_FUZZY_0), 1);
    }
}
