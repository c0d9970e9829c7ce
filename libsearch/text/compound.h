/* SPDX-License-Identifier: MIT */
/* Compounds: pieces of letters and digits, what stands between them, and what becomes of it.
 *
 *     U.S.-China's      pieces  U  S  China  s     connectors  .  .-  '
 *                       joins   U<merge>S<join>China<end, s dropped>
 *                       parts   us  china          whole  uschina                                    */
#ifndef LIBSEARCH_TEXT_COMPOUND_H
#define LIBSEARCH_TEXT_COMPOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/tokenizer.h"

/* What stands between two pieces. */
enum connector {
    CONNECTOR_NONE,
    CONNECTOR_DOT,
    CONNECTOR_COMMA,
    CONNECTOR_APOSTROPHE,
    CONNECTOR_QUOTE, /* " between Hebrew letters, an abbreviation mark */
    CONNECTOR_HYPHEN,
    CONNECTOR_UNDERSCORE,
    CONNECTOR_AMPERSAND,
    CONNECTOR_MIDDLE_DOT
};

/* What becomes of a piece and the next. */
enum join {
    JOIN_BREAK, /* strangers that happen to touch */
    JOIN_WHOLE, /* two parts of one whole */
    JOIN_MERGE, /* one part: the connector goes, or stays as `kept` */
    JOIN_DROP   /* the next piece is only an ending of this one: it goes */
};

/* A run of letters and digits without anything between. */
struct piece {
    size_t start, end;
    uint32_t characters;      /* letters and digits */
    uint32_t lead_digits;     /* how many digits it begins with */
    enum connector connector; /* before the next piece */
    enum join join;           /* to the next piece; of the last one JOIN_BREAK */
    bool digits;              /* nothing but digits */
    bool ends_digit, ends_lower;
    bool begins_upper, title; /* title: a capital, then a small letter */
    bool capitals;            /* nothing but capitals */
    bool hebrew;              /* begins with a Hebrew letter */
    char kept;                /* what a merge leaves between: . ' or 0; '*' stands for a middle dot */
};

/* Reads the piece that begins at `at`. */
void piece_read(const struct tokenizer *tokenizer, size_t at, struct piece *piece);
/* Reads the pieces of the compound that begins at `at`; their number, 1 … COMPOUND_PIECES. */
size_t pieces_read(const struct tokenizer *tokenizer, size_t at, struct piece *pieces);
/* A single letter, as in an acronym with dots. */
bool piece_is_initial(const struct piece *piece);
/* Decides every join. */
void pieces_join(const struct tokenizer *tokenizer, struct piece *pieces, size_t count);

#endif
