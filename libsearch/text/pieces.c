/* SPDX-License-Identifier: MIT */
/* Reading the pieces of a compound, and what stands between them. */
#include "text/compound.h"
#include "text/unicode.h"

#include <string.h>

static uint32_t decode_at(const struct tokenizer *tokenizer, size_t at, unsigned *bytes)
{
    return utf8_decode(tokenizer->text + at, tokenizer->text + tokenizer->length, bytes);
}

static bool begins_word(const struct tokenizer *tokenizer, size_t at)
{
    if (at >= tokenizer->length)
        return false;
    unsigned bytes;
    const uint32_t point = decode_at(tokenizer, at, &bytes);
    return beginning_of(point, unicode_properties(point)) == BEGINS_WORD;
}

static void piece_add(struct piece *piece, uint32_t point, unsigned properties)
{
    const enum word_break_class class = unicode_word_break(properties);
    const bool digit = class == WB_NUMERIC;
    const bool upper = (properties & UNICODE_UPPER) != 0, lower = (properties & UNICODE_LOWER) != 0;
    if (piece->characters == 0) {
        piece->begins_upper = upper;
        piece->hebrew = class == WB_HEBREW_LETTER;
        piece->digits = true;
        piece->capitals = true;
    }
    piece->title = piece->title || (piece->characters == 1 && piece->begins_upper && lower);
    piece->lead_digits += digit && piece->digits;
    piece->digits = piece->digits && digit;
    piece->capitals = piece->capitals && upper;
    piece->ends_digit = digit;
    piece->ends_lower = lower;
    piece->characters++;
    (void)point;
}

void piece_read(const struct tokenizer *tokenizer, size_t at, struct piece *piece)
{
    memset(piece, 0, sizeof *piece);
    piece->start = at;
    while (at < tokenizer->length) {
        unsigned bytes;
        const uint32_t point = decode_at(tokenizer, at, &bytes);
        const unsigned properties = unicode_properties(point);
        const enum word_break_class class = unicode_word_break(properties);
        if (beginning_of(point, properties) == BEGINS_WORD) {
            piece_add(piece, point, properties);
        } else if (at == piece->start) {
            break;
        } else if (point == 0x200B) { /* a place to break a line, which is no matter of words here */
            if (!begins_word(tokenizer, at + bytes))
                break;
        } else if (!(properties & UNICODE_SCRIPT_DIGIT) && class != WB_EXTEND && class != WB_FORMAT &&
                   class != WB_ZWJ) {
            break;
        }
        at += bytes;
    }
    piece->end = at;
}

static enum connector connector_of(uint32_t point)
{
    switch (point) {
    case '.':
    case 0xFF0E:
    case 0x2024: return CONNECTOR_DOT;
    case ',':
    case 0xFF0C: return CONNECTOR_COMMA;
    case '\'':
    case 0xB4:
    case 0x2BB:
    case 0x2BC:
    case 0x2018:
    case 0x2019:
    case 0x5F3:
    case 0xFF07: return CONNECTOR_APOSTROPHE;
    case '"':
    case 0x5F4: return CONNECTOR_QUOTE;
    case '-':
    case 0x58A:
    case 0x5BE:
    case 0x2010:
    case 0x2011:
    case 0xFE63:
    case 0xFF0D: return CONNECTOR_HYPHEN;
    case '_':
    case 0xFF3F: return CONNECTOR_UNDERSCORE;
    case '&':
    case 0xFF06: return CONNECTOR_AMPERSAND;
    case 0xB7:
    case 0x2027: return CONNECTOR_MIDDLE_DOT;
    default: return CONNECTOR_NONE;
    }
}

bool piece_is_initial(const struct piece *piece) { return piece->characters == 1 && !piece->digits; }

/* The connector behind the last of `count` pieces; *next: where the piece after it begins. */
static enum connector connector_read(const struct tokenizer *tokenizer, const struct piece *pieces, size_t count,
                                     size_t *next)
{
    const struct piece *last = &pieces[count - 1];
    unsigned bytes;
    if (last->end >= tokenizer->length)
        return CONNECTOR_NONE;
    enum connector connector = connector_of(decode_at(tokenizer, last->end, &bytes));
    *next = last->end + bytes;
    if (connector == CONNECTOR_NONE || *next >= tokenizer->length)
        return CONNECTOR_NONE;
    if (begins_word(tokenizer, *next))
        return connector;
    /* an acronym's last dot, then another connector: U.S.-China, U.S.'s */
    if (connector != CONNECTOR_DOT || count < 2 || !piece_is_initial(last) || !piece_is_initial(last - 1) ||
        last[-1].connector != CONNECTOR_DOT)
        return CONNECTOR_NONE;
    connector = connector_of(decode_at(tokenizer, *next, &bytes));
    *next += bytes;
    return (connector == CONNECTOR_HYPHEN || connector == CONNECTOR_APOSTROPHE) && begins_word(tokenizer, *next)
               ? connector
               : CONNECTOR_NONE;
}

size_t pieces_read(const struct tokenizer *tokenizer, size_t at, struct piece *pieces)
{
    size_t count = 0;
    for (;;) {
        piece_read(tokenizer, at, &pieces[count++]);
        if (count == COMPOUND_PIECES)
            return count;
        const enum connector connector = connector_read(tokenizer, pieces, count, &at);
        const struct piece *last = &pieces[count - 1];
        if (connector == CONNECTOR_NONE)
            return count;
        if (connector == CONNECTOR_COMMA && !last->ends_digit)
            return count;
        if (connector == CONNECTOR_QUOTE && !last->hebrew)
            return count;
        pieces[count - 1].connector = connector;
    }
}
