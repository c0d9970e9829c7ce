/* SPDX-License-Identifier: MIT */
/* What becomes of the pieces of a compound: acronyms, numbers, apostrophes, glued sentences, and what
 * is left, parts of a whole. */
#include "text/compound.h"

#include <string.h>
#include <strings.h>

/* Whether an ASCII piece is the word, whatever its case. */
static bool piece_is(const struct tokenizer *tokenizer, const struct piece *piece, const char *word)
{
    const size_t length = strlen(word);
    return piece->end - piece->start == length &&
           strncasecmp((const char *)tokenizer->text + piece->start, word, length) == 0;
}

static void join(struct piece *piece, enum join how, char kept)
{
    piece->join = how;
    piece->kept = kept;
}

/* Single letters with dots between are one word: U.S.A., e.g. The number of pieces it takes, or 0. */
static size_t join_acronym(struct piece *pieces, size_t count)
{
    size_t letters = 0;
    while (letters < count && piece_is_initial(&pieces[letters])) {
        letters++;
        if (pieces[letters - 1].connector != CONNECTOR_DOT)
            break;
    }
    if (letters < 2)
        return 0;
    for (size_t i = 0; i + 1 < letters; i++)
        join(&pieces[i], JOIN_MERGE, 0);
    return letters;
}

/* Groups of three digits after a first of one to three, or, as in India, of two before a last of three. */
static bool are_groups(const struct piece *pieces, size_t count)
{
    if (count < 2 || pieces[0].characters > 3 || pieces[count - 1].lead_digits != 3)
        return false;
    for (size_t i = 1; i + 1 < count; i++)
        if (pieces[i].characters != pieces[1].characters || pieces[i].characters < 2 || pieces[i].characters > 3)
            return false;
    return true;
}

/* Numbers with separators. In 1,234,567.8 the groups are merged and the decimal point is kept; a list of
 * numbers falls apart; what has several dots (a date, an address, a version) is a whole with parts. */
static size_t join_number(const struct tokenizer *tokenizer, struct piece *pieces, size_t count, bool after_dot)
{
    size_t run = 1;
    while (run < count && pieces[run - 1].digits && pieces[run].lead_digits > 0 &&
           (pieces[run - 1].connector == CONNECTOR_COMMA || pieces[run - 1].connector == CONNECTOR_DOT))
        run++;
    if (run < 2)
        return 0;
    const bool dotted = after_dot || pieces[run - 1].connector == CONNECTOR_DOT;
    const bool comma = (tokenizer->analyzer->language->flags & LANGUAGE_DECIMAL_COMMA) != 0;
    const enum connector group = comma ? CONNECTOR_DOT : CONNECTOR_COMMA;
    size_t groups = 1; /* pieces joined by the group separator, from the first */
    while (groups < run && pieces[groups - 1].connector == group)
        groups++;
    bool grouped = groups > 1 && are_groups(pieces, groups) && !dotted && (pieces[groups - 1].digits || groups == run);
    if (comma && groups == 2 && pieces[0].lead_digits == 1 && tokenizer->text[pieces[0].start] == '0')
        grouped = false; /* 0.125 */
    const bool decimal = (groups == 1 && run == 2) || (grouped && run == groups + 1);
    for (size_t i = 0; i + 1 < run; i++) {
        if (grouped && i + 1 < groups)
            join(&pieces[i], JOIN_MERGE, 0);
        else if (decimal && !dotted && pieces[i].connector != group)
            join(&pieces[i], JOIN_MERGE, '.');
        else if (comma && run == 2 && !dotted && pieces[i].connector == CONNECTOR_DOT)
            join(&pieces[i], JOIN_MERGE, '.'); /* 3.5 is a decimal point everywhere */
        else
            join(&pieces[i], pieces[i].connector == CONNECTOR_DOT ? JOIN_WHOLE : JOIN_BREAK, 0);
    }
    return run;
}

static bool is_contraction(const struct tokenizer *tokenizer, const struct piece *stem, const struct piece *ending)
{
    if (piece_is(tokenizer, ending, "t"))
        return (tokenizer->text[stem->end - 1] | 0x20) == 'n';
    return piece_is(tokenizer, ending, "ll") || piece_is(tokenizer, ending, "re") ||
           piece_is(tokenizer, ending, "ve") || piece_is(tokenizer, ending, "d") || piece_is(tokenizer, ending, "m");
}

static bool is_elided(const struct tokenizer *tokenizer, const struct piece *piece)
{
    for (const char *const *word = tokenizer->analyzer->language->elisions; word && *word; word++)
        if (piece_is(tokenizer, piece, *word))
            return true;
    return false;
}

static void join_apostrophe(const struct tokenizer *tokenizer, struct piece *piece, bool first)
{
    const struct piece *next = piece + 1;
    const unsigned flags = tokenizer->analyzer->language->flags;
    const bool ends = next->connector != CONNECTOR_APOSTROPHE;
    if (is_elided(tokenizer, piece))
        join(piece, JOIN_BREAK, 0);
    else if ((flags & LANGUAGE_SUFFIXES) && piece->begins_upper)
        join(piece, JOIN_DROP, 0);
    else if (ends && piece_is(tokenizer, next, "s"))
        join(piece, JOIN_DROP, 0);
    else if ((flags & LANGUAGE_CONTRACTIONS) && ends && is_contraction(tokenizer, piece, next))
        join(piece, JOIN_MERGE, '\'');
    else if (first && ends && piece->characters <= 2 && next->characters >= 3) /* O'Brien, d'Artagnan, l'homme */
        join(piece, JOIN_WHOLE, 0);
    else
        join(piece, JOIN_MERGE, 0);
}

/* Two sentences whose space was lost: a capital behind the dot, after a small letter or before one; but
 * not Ph.D and M.Sc. */
static bool is_glued(const struct piece *piece)
{
    const struct piece *next = piece + 1;
    return next->begins_upper && (piece->ends_lower || next->title) &&
           (!piece->begins_upper || piece->characters + next->characters > 4);
}

/* first: no apostrophe stands before the piece. */
static void join_rest(const struct tokenizer *tokenizer, struct piece *piece, bool first)
{
    const struct piece *next = piece + 1;
    switch (piece->connector) {
    case CONNECTOR_APOSTROPHE: join_apostrophe(tokenizer, piece, first); return;
    case CONNECTOR_QUOTE: join(piece, JOIN_MERGE, 0); return;
    case CONNECTOR_DOT: join(piece, is_glued(piece) ? JOIN_BREAK : JOIN_WHOLE, 0); return;
    case CONNECTOR_AMPERSAND:
        join(piece,
             piece->capitals && next->capitals && piece->characters <= 3 && next->characters <= 3 ? JOIN_WHOLE
                                                                                                  : JOIN_BREAK,
             0);
        return;
    case CONNECTOR_MIDDLE_DOT:
        join(piece, JOIN_MERGE, tokenizer->analyzer->language->flags & LANGUAGE_MIDDLE_DOT ? '*' : 0);
        return;
    case CONNECTOR_HYPHEN:
    case CONNECTOR_UNDERSCORE: join(piece, JOIN_WHOLE, 0); return;
    case CONNECTOR_COMMA:
    case CONNECTOR_NONE: join(piece, JOIN_BREAK, 0); return;
    }
}

void pieces_join(const struct tokenizer *tokenizer, struct piece *pieces, size_t count)
{
    for (size_t i = 0; i < count;) {
        size_t taken = 0;
        if (i + 1 < count && pieces[i].connector == CONNECTOR_DOT && piece_is_initial(&pieces[i]))
            taken = join_acronym(pieces + i, count - i);
        else if (i + 1 < count && pieces[i].digits)
            taken = join_number(tokenizer, pieces + i, count - i, i > 0 && pieces[i - 1].connector == CONNECTOR_DOT);
        if (taken == 0)
            taken = 1;
        i += taken;
        if (i < count)
            join_rest(tokenizer, &pieces[i - 1], i < 2 || pieces[i - 2].connector != CONNECTOR_APOSTROPHE);
        else
            join(&pieces[count - 1], JOIN_BREAK, 0);
    }
}
