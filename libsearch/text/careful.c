/* SPDX-License-Identifier: MIT */
/* The careful way through a text: one thing at a time, by the tables. */
#include "text/tokenizer.h"
#include "text/unicode.h"
#include "text/word_break.h"

#include <string.h>

void tokenizer_emit(struct tokenizer *tokenizer, const char *surface, size_t length, uint32_t position, size_t start,
                    size_t end, unsigned flags)
{
    tokenizer->pending[tokenizer->pending_count++] =
        (struct token){ surface, (uint32_t)length, position, (uint32_t)start, (uint32_t)end, (uint8_t)flags };
}

enum beginning beginning_of(uint32_t point, unsigned properties)
{
    const enum word_break_class class = unicode_word_break(properties);
    if (properties & (UNICODE_CJK | UNICODE_UNSPACED))
        return properties & UNICODE_LETTER || class == WB_KATAKANA ? BEGINS_RUN : BEGINS_NOTHING;
    if (class == WB_A_LETTER || class == WB_HEBREW_LETTER || class == WB_NUMERIC)
        /* apostrophes that the standard counts as letters */
        return point == 0x2BB || point == 0x2BC || point == 0x5F3 ? BEGINS_NOTHING : BEGINS_WORD;
    if (properties & UNICODE_LETTER && class == WB_OTHER)
        return BEGINS_WORD;
    if (class == WB_REGIONAL_INDICATOR || properties & UNICODE_PICTOGRAPH)
        return BEGINS_PICTURE;
    return BEGINS_NOTHING;
}

static uint32_t decode_at(const struct tokenizer *tokenizer, size_t at, unsigned *bytes)
{
    return utf8_decode(tokenizer->text + at, tokenizer->text + tokenizer->length, bytes);
}

/* Folds [start, end) into the scratch as the surface of one token at the next position. Nothing is left
 * of what is all ignorable, and nothing is written. */
static void emit_folded(struct tokenizer *tokenizer, size_t start, size_t end)
{
    char *surface = tokenizer->words + tokenizer->words_used;
    const size_t length =
        fold_text(&tokenizer->analyzer->fold, tokenizer->text + start, end - start, surface, LIBSEARCH_MAX_TERM);
    if (length == 0)
        return;
    tokenizer->words_used += length;
    tokenizer_emit(tokenizer, surface, length, tokenizer->position++, start, end, 0);
}

/* A picture that people write as one: an emoji by itself or by a variation selector, a flag, a sequence
 * with joiners. Signs such as (c), which are pictures only on demand, are no words. A skin tone does not
 * count, so that one hand finds all hands. */
static void picture_step(struct tokenizer *tokenizer)
{
    const size_t start = tokenizer->at;
    const size_t end = word_break_next(tokenizer->text, tokenizer->length, start);
    tokenizer->at = end;
    char *surface = tokenizer->words + tokenizer->words_used;
    size_t length = 0;
    bool picture = false;
    unsigned bytes;
    for (size_t at = start; at < end; at += bytes) {
        const uint32_t point = decode_at(tokenizer, at, &bytes);
        const unsigned properties = unicode_properties(point);
        const bool indicator = unicode_word_break(properties) == WB_REGIONAL_INDICATOR;
        picture = picture || point == 0xFE0F || indicator || (properties & UNICODE_EMOJI) || point >= 0x1F000 ||
                  (point >= 0x2600 && point <= 0x27BF);
        if ((properties & UNICODE_PICTOGRAPH || indicator) && length + 4 <= LIBSEARCH_MAX_TERM)
            length += utf8_encode(point, surface + length);
    }
    if (!picture || length == 0)
        return;
    tokenizer->words_used += length;
    tokenizer_emit(tokenizer, surface, length, tokenizer->position++, start, end, 0);
}

/* Where the segment begins that `at` lies in: the fast way may come here behind a byte that is in no word, and what
 * begins with a mark belongs to that byte. */
static size_t segment_start(const struct tokenizer *tokenizer, size_t at)
{
    unsigned bytes;
    const enum word_break_class class = unicode_word_break(unicode_properties(decode_at(tokenizer, at, &bytes)));
    const bool mark = class == WB_EXTEND || class == WB_FORMAT || class == WB_ZWJ;
    return mark && at > 0 && tokenizer->text[at - 1] < 0x80 &&
                   word_break_next(tokenizer->text, tokenizer->length, at - 1) > at
               ? at - 1
               : at;
}

/* In plain mode: the segment that begins at `at`, a token if it has a letter, digit or picture. Segments
 * of scripts without spaces, which UAX #29 cuts at every letter, are taken together. */
static void plain_step(struct tokenizer *tokenizer)
{
    const size_t start = segment_start(tokenizer, tokenizer->at);
    size_t end = word_break_next(tokenizer->text, tokenizer->length, start);
    unsigned bytes;
    if (unicode_properties(decode_at(tokenizer, start, &bytes)) & UNICODE_UNSPACED)
        while (end < tokenizer->length && unicode_properties(decode_at(tokenizer, end, &bytes)) & UNICODE_UNSPACED)
            end = word_break_next(tokenizer->text, tokenizer->length, end);
    enum beginning beginning = BEGINS_NOTHING;
    for (size_t at = start; at < end; at += bytes) {
        const uint32_t point = decode_at(tokenizer, at, &bytes);
        beginning = beginning_of(point, unicode_properties(point));
        if (beginning == BEGINS_PICTURE) { /* not always first: a joiner ties it to anything */
            tokenizer->at = at;
            picture_step(tokenizer);
            return;
        }
        if (beginning != BEGINS_NOTHING)
            break;
    }
    tokenizer->at = end;
    if (beginning != BEGINS_NOTHING)
        emit_folded(tokenizer, start, end);
}

void careful_step(struct tokenizer *tokenizer, size_t limit)
{
    if (!tokenizer->analyzer->split) {
        plain_step(tokenizer);
        return;
    }
    while (tokenizer->at < limit) {
        unsigned bytes;
        const uint32_t point = decode_at(tokenizer, tokenizer->at, &bytes);
        switch (beginning_of(point, unicode_properties(point))) {
        case BEGINS_WORD: compound_step(tokenizer); return;
        case BEGINS_RUN: run_step(tokenizer); return;
        case BEGINS_PICTURE: picture_step(tokenizer); return;
        case BEGINS_NOTHING: tokenizer->at += bytes; tokenizer->run_open = false;
        }
    }
}
