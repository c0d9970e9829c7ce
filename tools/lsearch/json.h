/* SPDX-License-Identifier: MIT */
/* Reading JSON (RFC 8259) where it lies: strings are unescaped in place, nothing is copied.
 *
 * Stricter than some readers: no comments, no trailing commas, no bare control characters. More
 * lenient in one thing: bytes that are not UTF-8, and escapes that are half a surrogate pair, come
 * through (the latter as U+FFFD), as dirty text is still text. */
#ifndef LSEARCH_JSON_H
#define LSEARCH_JSON_H

#include "lsearch.h"

enum json_kind {
    JSON_NONE,
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_INTEGER,
    JSON_REAL,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

enum { JSON_DEPTH = 512 };

struct json {
    char *start, *next, *end; /* *end is zero */
    const char *wrong;        /* what was wrong first, at next; NULL: nothing so far */
};

struct json_value {
    enum json_kind kind;
    libsearch_bytes string; /* borrowed; a zero stands after it */
    int64_t integer;
    double real;
};

/* text is changed by reading; text[length] must be there, and zero. */
struct json json_start(char *text, size_t length);

/* The next value. Of an array or object only its beginning is read: go on with json_element or
 * json_member. JSON_NONE: something is wrong. */
struct json_value json_read(struct json *json);

/* Whether the array goes on: its next element is to be read. first: right after its beginning. */
bool json_element(struct json *json, bool first);
/* The same for an object; *name is the next member's, zero-terminated. */
bool json_member(struct json *json, bool first, char **name);

/* Whether nothing but blanks is left. */
bool json_end(struct json *json);

#endif
