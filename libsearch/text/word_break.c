/* SPDX-License-Identifier: MIT */
/* The rules are numbered as in UAX #29 revision 41 (Unicode 15.0), section 4.1.1. */
#include "text/word_break.h"

#include <stdbool.h>

#include "text/unicode.h"

static bool is_newline(enum word_break_class class) { return class >= WB_CR && class <= WB_NEWLINE; }
static bool is_ignored(enum word_break_class class) { return class >= WB_EXTEND && class <= WB_FORMAT; }
static bool is_letter(enum word_break_class class) { return class == WB_HEBREW_LETTER || class == WB_A_LETTER; }

static bool is_mid_num_let_q(enum word_break_class class)
{
    return class == WB_MID_NUM_LET || class == WB_SINGLE_QUOTE;
}

/* The class of the first character at or after position that WB4 does not attach to the one before. */
static enum word_break_class class_ahead(const uint8_t *text, size_t length, size_t position)
{
    while (position < length) {
        unsigned bytes;
        const enum word_break_class class =
            unicode_word_break(unicode_properties(utf8_decode(text + position, text + length, &bytes)));
        if (!is_ignored(class))
            return class;
        position += bytes;
    }
    return WB_OTHER;
}

/* Whether rules WB5 to WB13b join `left` and `class`; before: what stands before left, ahead: where
 * the character after class begins. */
static bool joins(enum word_break_class before, enum word_break_class left, enum word_break_class class,
                  const uint8_t *text, size_t length, size_t ahead)
{
    const bool left_letter = is_letter(left);
    if (is_letter(class)) {
        if (left_letter || left == WB_NUMERIC || left == WB_EXTEND_NUM_LET) /* WB5, WB10, WB13b */
            return true;
        if ((left == WB_MID_LETTER || is_mid_num_let_q(left)) && is_letter(before)) /* WB7 */
            return true;
        return left == WB_DOUBLE_QUOTE && before == WB_HEBREW_LETTER && class == WB_HEBREW_LETTER; /* WB7c */
    }
    if (class == WB_NUMERIC) {
        if (left == WB_NUMERIC || left_letter || left == WB_EXTEND_NUM_LET) /* WB8, WB9, WB13b */
            return true;
        return (left == WB_MID_NUM || is_mid_num_let_q(left)) && before == WB_NUMERIC; /* WB11 */
    }
    if (class == WB_KATAKANA)
        return left == WB_KATAKANA || left == WB_EXTEND_NUM_LET; /* WB13, WB13b */
    if (class == WB_EXTEND_NUM_LET)                              /* WB13a */
        return left_letter || left == WB_NUMERIC || left == WB_KATAKANA || left == WB_EXTEND_NUM_LET;
    if (left_letter && (class == WB_MID_LETTER || is_mid_num_let_q(class))) { /* WB6, WB7a */
        if (left == WB_HEBREW_LETTER && class == WB_SINGLE_QUOTE)
            return true;
        return is_letter(class_ahead(text, length, ahead));
    }
    if (left == WB_HEBREW_LETTER && class == WB_DOUBLE_QUOTE) /* WB7b */
        return class_ahead(text, length, ahead) == WB_HEBREW_LETTER;
    if (left == WB_NUMERIC && (class == WB_MID_NUM || is_mid_num_let_q(class))) /* WB12 */
        return class_ahead(text, length, ahead) == WB_NUMERIC;
    return false;
}

size_t word_break_next(const uint8_t *text, size_t length, size_t position)
{
    unsigned bytes;
    enum word_break_class last = /* the character just before */
        unicode_word_break(unicode_properties(utf8_decode(text + position, text + length, &bytes)));
    enum word_break_class left = last;       /* the last one that WB4 does not skip */
    enum word_break_class before = WB_OTHER; /* and the one before that */
    bool odd_indicators = left == WB_REGIONAL_INDICATOR;

    for (position += bytes; position < length; position += bytes) {
        const unsigned properties = unicode_properties(utf8_decode(text + position, text + length, &bytes));
        const enum word_break_class class = unicode_word_break(properties);
        if (last == WB_CR && class == WB_LF) { /* WB3 */
            last = left = class;
            continue;
        }
        if (is_newline(last) || is_newline(class)) /* WB3a, WB3b */
            return position;
        if (is_ignored(class)) { /* WB4 */
            last = class;
            continue;
        }
        const bool joined = (last == WB_ZWJ && (properties & UNICODE_PICTOGRAPH)) ||            /* WB3c */
                            (last == WB_W_SEG_SPACE && class == WB_W_SEG_SPACE) ||              /* WB3d */
                            joins(before, left, class, text, length, position + bytes) ||       /* WB5 … WB13b */
                            (odd_indicators && left == WB_REGIONAL_INDICATOR && class == left); /* WB15, WB16 */
        if (!joined)
            return position;
        odd_indicators = class == WB_REGIONAL_INDICATOR && !(odd_indicators && left == class);
        before = left;
        last = left = class;
    }
    return length;
}
