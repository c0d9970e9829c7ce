/* SPDX-License-Identifier: MIT */
/* Between the two halves of the parser: lists and signs, and the operands that they are made of. */
#ifndef LIBSEARCH_QUERY_PARSER_OPERANDS_H
#define LIBSEARCH_QUERY_PARSER_OPERANDS_H

#include "query/parser_state.h"

/* An operand and how it takes part; query NULL: nothing came of it. */
struct part {
    libsearch_query *query;
    libsearch_occur occur;
};

struct parts {
    libsearch_query **queries; /* a reference held of each */
    uint8_t *occurs;
    size_t count, query_capacity, occur_capacity;
};

void parts_free(struct query_parser *parser, struct parts *parts);
/* query_new after `like` with the parts as children. */
libsearch_status parts_make(struct query_parser *parser, const struct parts *parts, const libsearch_query *like,
                            libsearch_query **query);

/* The operator behind white space at `at`, where an operand follows it; *behind: where that begins. */
enum syntax_operator parser_operator(const struct query_parser *parser, size_t at, size_t *behind);
bool parser_is_sign(const struct query_parser *parser, size_t at);

/* Adds parts up to the end of the text or (closing) a parenthesis. separate: words are not joined. */
libsearch_status parser_list(struct query_parser *parser, const struct field *scope, bool closing, bool separate,
                             struct parts *parts);
/* What a list stands for: NULL for no part, the part itself where it is one, else a boolean. */
libsearch_status parser_collapse(struct query_parser *parser, struct parts *parts, size_t position,
                                 libsearch_query **query);

/* One operand at parser->at, which stands on neither white space nor `)`. alone: a word is not joined with the next
 * ones; keep: a + stands before it. Sets part->query, and part->occur for @filter. */
libsearch_status parser_operand(struct query_parser *parser, const struct field *scope, bool alone, bool keep,
                                struct part *part);

#endif
