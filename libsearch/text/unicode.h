/* SPDX-License-Identifier: MIT */
/* What the Unicode Character Database says about a code point, and UTF-8.
 *
 * unicode_tables.c is written by scripts/generate-unicode-tables. */
#ifndef LIBSEARCH_TEXT_UNICODE_H
#define LIBSEARCH_TEXT_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Word_Break of UAX #29; the order is the generator's. */
enum word_break_class {
    WB_OTHER,
    WB_CR,
    WB_LF,
    WB_NEWLINE,
    WB_EXTEND,
    WB_ZWJ,
    WB_FORMAT,
    WB_REGIONAL_INDICATOR,
    WB_KATAKANA,
    WB_HEBREW_LETTER,
    WB_A_LETTER,
    WB_SINGLE_QUOTE,
    WB_DOUBLE_QUOTE,
    WB_MID_NUM_LET,
    WB_MID_LETTER,
    WB_MID_NUM,
    WB_NUMERIC,
    WB_EXTEND_NUM_LET,
    WB_W_SEG_SPACE
};

enum {
    UNICODE_WORD_BREAK = 31,       /* mask: enum word_break_class */
    UNICODE_PICTOGRAPH = 1 << 5,   /* Extended_Pictographic */
    UNICODE_EMOJI = 1 << 6,        /* Emoji_Presentation: a picture without a variation selector */
    UNICODE_UPPER = 1 << 7,        /* Lu, Lt */
    UNICODE_LOWER = 1 << 8,        /* Ll */
    UNICODE_MARK = 1 << 9,         /* M* */
    UNICODE_LETTER = 1 << 10,      /* L*, Nd, Nl */
    UNICODE_CJK = 1 << 11,         /* letters of Han, kana, Hangul, Bopomofo and their like: cut into pairs */
    UNICODE_UNSPACED = 1 << 12,    /* Line_Break=SA: Thai, Lao, Khmer, Myanmar …, written without spaces */
    UNICODE_SCRIPT_DIGIT = 1 << 13 /* superscript and subscript digits */
};

extern const char unicode_version[];
extern const uint16_t unicode_records[];
extern const uint8_t unicode_stage1[];
extern const uint8_t unicode_stage2[][128];

/* The properties of a code point below 0x110000. */
static inline unsigned unicode_properties(uint32_t point)
{
    return unicode_records[unicode_stage2[unicode_stage1[point >> 7]][point & 127]];
}

static inline enum word_break_class unicode_word_break(unsigned properties)
{
    return (enum word_break_class)(properties & UNICODE_WORD_BREAK);
}

/* Unified ideographs, kana and Hangul syllables, nearly all of CJK text: each folds to itself, and two of
 * them side by side are two characters that never compose. */
static inline bool unicode_is_plain_cjk(uint32_t point)
{
    return (point >= 0x4E00 && point <= 0x9FFF) || (point >= 0x3041 && point <= 0x3096) ||
           (point >= 0x30A1 && point <= 0x30FA) || (point >= 0xAC00 && point <= 0xD7A3);
}

/* The code point that begins at `at` (before `end`), its bytes in *length (1 … 4). What is not UTF-8
 * gives U+FFFD for each maximal subpart (Unicode 15.0, 3.9, “U+FFFD Substitution of Maximal Subparts”):
 * a cut-off character is one, any other byte is one by itself. */
uint32_t utf8_decode_wide(const uint8_t *at, const uint8_t *end, unsigned *length);

static inline uint32_t utf8_decode(const uint8_t *at, const uint8_t *end, unsigned *length)
{
    if (at[0] < 0x80) {
        *length = 1;
        return at[0];
    }
    return utf8_decode_wide(at, end, length);
}

/* Writes a code point that is no surrogate; the number of bytes, 1 … 4. */
unsigned utf8_encode(uint32_t point, char *to);

/* The largest length <= limit at which UTF-8 bytes can be cut without cutting a character. */
size_t utf8_cut(const char *bytes, size_t length, size_t limit);

#endif
