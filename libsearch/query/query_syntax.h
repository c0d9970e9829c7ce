/* SPDX-License-Identifier: MIT */
/* The characters of the query language (docs/query-language.md), for the parser and for printing, which writes
 * what the parser reads back. Nothing here looks at a schema. */
#ifndef LIBSEARCH_QUERY_QUERY_SYNTAX_H
#define LIBSEARCH_QUERY_QUERY_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Bytes of the white space at text[at]: up to 0x20, no-break and ideographic space; 0 where there is none. */
size_t syntax_space(libsearch_bytes text, size_t at);

/* Bytes of the quotation mark at text[at], " or a curly one; 0 where there is none. */
size_t syntax_quote(libsearch_bytes text, size_t at);

/* Bytes of the escaped character (with its backslash) at text[at]: a backslash before ASCII punctuation or a
 * quotation mark. Before all else a backslash is a character like others: 0. */
size_t syntax_escape(libsearch_bytes text, size_t at);

/* True for what words are made of: ASCII letters and digits, and all that is not ASCII. */
static inline bool syntax_is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}
/* True where text has a byte of a word. */
bool syntax_has_word_byte(libsearch_bytes text);

/* The end of the word that begins at text[at]: white space, a quotation mark or a parenthesis. */
size_t syntax_word_end(libsearch_bytes text, size_t at);

/* True when the byte at text[at] stands behind an escaping backslash; `from` is where the word begins. */
bool syntax_is_escaped(libsearch_bytes text, size_t from, size_t at);

/* Appends text without its escapes. quoted: \xHH is a byte, too. */
void syntax_unescape(libsearch_bytes text, bool quoted, struct buffer *to);

/* The end of a regular expression between slashes that begins at text[at] (where its second slash stands): it has no
 * white space, and what follows it ends a word. 0: there is none. */
size_t syntax_regular_end(libsearch_bytes text, size_t at);

enum syntax_operator { SYNTAX_NO_OPERATOR, SYNTAX_AND, SYNTAX_OR, SYNTAX_NOT };
enum syntax_operator syntax_operator(libsearch_bytes word);

/* What the stars and question marks of a word mean. In a keyword, any character may stand beside them. */
enum syntax_pattern {
    SYNTAX_PLAIN,  /* nothing */
    SYNTAX_PREFIX, /* one or more stars at its end */
    SYNTAX_WILDCARD
};
enum syntax_pattern syntax_pattern(libsearch_bytes word, bool keyword);

/* Functions: @name(…). */
enum syntax_function {
    SYNTAX_NO_FUNCTION,
    SYNTAX_TEXT,
    SYNTAX_PHRASE,
    SYNTAX_PREFIXED,
    SYNTAX_PATTERN,
    SYNTAX_FUZZY,
    SYNTAX_NEAR,
    SYNTAX_BEFORE,
    SYNTAX_ATLEAST,
    SYNTAX_MAX,
    SYNTAX_FIELDS,
    SYNTAX_FILTER,
    SYNTAX_REGULAR,
    SYNTAX_NONE
};
/* The function that a word like @near names. */
enum syntax_function syntax_function(libsearch_bytes word);
const char *syntax_function_name(enum syntax_function function);

/* The flag that a word among a function's arguments names, or 0. */
unsigned syntax_flag(libsearch_bytes word);
/* Appends the names of flags, a space behind each. */
void syntax_print_flags(struct buffer *to, unsigned flags);

#endif
