/* SPDX-License-Identifier: MIT */
/* Writing the tokens of a compound: its parts, and the wholes that they make. */
#include "text/compound.h"

#include <string.h>

/* Wholes of more parts than that (the slugs of addresses) nobody asks for. */
#define WHOLE_PARTS 8

/* One part: a word of its own, with its place in the text and in the scratch. */
struct part {
    size_t start, end;
    char *surface;
    size_t length;
    bool number;  /* nothing but digits, and what a number keeps */
    bool decimal; /* with a decimal point */
    bool joined;  /* the next part belongs to the same whole */
};

static size_t append(struct part *part, const char *bytes, size_t length)
{
    if (part->length + length > LIBSEARCH_MAX_TERM)
        return 0;
    memcpy(part->surface + part->length, bytes, length);
    part->length += length;
    return length;
}

/* Folds the part that begins with pieces[i] behind the scratch; the number of pieces it takes. */
static size_t part_read(struct tokenizer *tokenizer, const struct piece *pieces, size_t i, struct part *part)
{
    const size_t first = i;
    *part =
        (struct part){ .start = pieces[i].start, .surface = tokenizer->words + tokenizer->words_used, .number = true };
    for (;; i++) {
        const struct piece *piece = &pieces[i];
        part->length += fold_text(&tokenizer->analyzer->fold, tokenizer->text + piece->start, piece->end - piece->start,
                                  part->surface + part->length, LIBSEARCH_MAX_TERM - part->length);
        part->end = piece->end;
        part->number = part->number && piece->digits;
        if (piece->join != JOIN_MERGE)
            break;
        part->decimal = part->decimal || piece->kept == '.';
        if (piece->kept == '*')
            append(part, "\xC2\xB7", 2);
        else if (piece->kept)
            append(part, &piece->kept, 1);
    }
    /* the dropped ending, and whatever hangs on to it */
    while (pieces[i].join == JOIN_DROP)
        i++;
    part->joined = pieces[i].join == JOIN_WHOLE;
    /* the last dot of an acronym belongs to it */
    if (i > first && piece_is_initial(&pieces[i]) && pieces[i - 1].connector == CONNECTOR_DOT &&
        pieces[i - 1].join == JOIN_MERGE && part->end < tokenizer->length && tokenizer->text[part->end] == '.')
        part->end++;
    return i + 1 - first;
}

/* C++, C#, F#: a single letter and its sign. */
static void add_sign(struct tokenizer *tokenizer, const struct piece *last, struct part *part)
{
    const uint8_t *text = tokenizer->text + part->end;
    const size_t left = tokenizer->length - part->end;
    if (last->end != part->end || part->length != 1 || !piece_is_initial(last))
        return;
    const size_t sign = left >= 2 && text[0] == '+' && text[1] == '+' ? 2 : left >= 1 && text[0] == '#' ? 1 : 0;
    if (sign == 0 || (left > sign && (text[sign] == '+' || text[sign] == '#' ||
                                      (byte_is_wordish(text[sign]) && !(text[sign] >= '0' && text[sign] <= '9')))))
        return;
    append(part, (const char *)text, sign);
    part->end += sign;
}

/* Emits parts[0 … count), which make one whole where they are more than one. */
static void emit_parts(struct tokenizer *tokenizer, const struct part *parts, size_t count)
{
    size_t length = 0;
    bool decimal = false;
    for (size_t i = 0; i < count; i++) {
        length += parts[i].length;
        decimal = decimal || parts[i].decimal;
    }
    /* Two numbers with a hyphen are a range or a score, and a decimal point would mislead. */
    const bool range = count == 2 && parts[0].number && parts[1].number;
    const bool whole = count >= 2 && count <= WHOLE_PARTS && length <= LIBSEARCH_MAX_TERM && !range && !decimal;
    for (size_t i = 0; i < count; i++) {
        tokenizer_emit(tokenizer, parts[i].surface, parts[i].length, tokenizer->position + (uint32_t)i, parts[i].start,
                       parts[i].end, 0);
        if (whole && i == 0)
            tokenizer_emit(tokenizer, parts[0].surface, length, tokenizer->position, parts[0].start,
                           parts[count - 1].end, TOKEN_WHOLE);
    }
    tokenizer->position += (uint32_t)count;
}

void compound_step(struct tokenizer *tokenizer)
{
    struct piece pieces[COMPOUND_PIECES];
    struct part parts[COMPOUND_PIECES];
    const size_t count = pieces_read(tokenizer, tokenizer->at, pieces);
    pieces_join(tokenizer, pieces, count);

    size_t held = 0; /* parts of the whole that is being gathered */
    tokenizer->at = pieces[count - 1].end;
    for (size_t i = 0; i < count;) {
        struct part *part = &parts[held];
        i += part_read(tokenizer, pieces, i, part);
        if (i == count)
            add_sign(tokenizer, &pieces[count - 1], part);
        if (part->end > tokenizer->at)
            tokenizer->at = part->end;
        tokenizer->words_used += part->length;
        if (part->length > 0) /* a part of ignorable letters only is none */
            held++;
        else if (!part->joined && held > 0)
            parts[held - 1].joined = false;
        if (!part->joined || i == count) {
            emit_parts(tokenizer, parts, held);
            held = 0;
        }
    }
    tokenizer->run_open = false;
}
