/* SPDX-License-Identifier: MIT */
/* A tree as text. Where the language that people type can say it, it is written so; what that cannot say (a text
 * with flags, a boolean of one part) is written as a function, @name(…). */
#include "query/query_print.h"

#include <stdio.h>
#include <string.h>

#include "base/regular_expression.h"
#include "query/query_syntax.h"
#include "query/query_values.h"

/* Where an operand stands. */
enum place {
    PLACE_LIST,    /* among others: words beside it would be joined with it */
    PLACE_PLUS,    /* behind a +: a word keeps its stop words */
    PLACE_ALONE,   /* behind a -, or before a ^: a word is that word */
    PLACE_SEPARATE /* among a function's arguments: every word for itself */
};

static void print_operand(const libsearch_query *query, enum place place, struct buffer *to);

static void print_string(struct buffer *to, const char *text) { buffer_append(to, text, strlen(text)); }

static void print_unsigned(struct buffer *to, unsigned number)
{
    char text[16];
    const int length = snprintf(text, sizeof text, "%u", number);
    buffer_append(to, text, (size_t)length);
}

/* A word that stands without quotes, escaped. */
static bool is_word(libsearch_bytes word)
{
    if (word.length == 0 || syntax_operator(word) != SYNTAX_NO_OPERATOR)
        return false;
    for (size_t i = 0; i < word.length; i++)
        if (syntax_space(word, i) > 0)
            return false;
    return true;
}

static void print_word(struct buffer *to, libsearch_bytes word)
{
    for (size_t i = 0; i < word.length; i++) {
        const char c = word.data[i];
        if ((c != 0 && strchr("\\\"():^~*?", c) != NULL) || (i == 0 && c != 0 && strchr("+-=@[{/", c) != NULL) ||
            syntax_quote(word, i) > 0)
            buffer_append_u8(to, '\\');
        buffer_append_u8(to, (uint8_t)c);
    }
}

/* Calls print_word for every word of a text and copies what lies between; with `to` NULL, only tells whether the
 * text can be written so. */
static bool print_words(struct buffer *to, libsearch_bytes text)
{
    size_t at = 0;
    for (;;) {
        const size_t start = at;
        while (at < text.length && syntax_space(text, at) == 0)
            at++;
        const libsearch_bytes word = { text.data + start, at - start };
        if (!is_word(word))
            return false;
        if (to != NULL)
            print_word(to, word);
        if (at == text.length)
            return true;
        const size_t space = at;
        for (size_t width; at < text.length && (width = syntax_space(text, at)) > 0; at += width)
            if (text.data[at] == 0)
                return false;
        if (to != NULL)
            buffer_append(to, text.data + space, at - space);
    }
}

static void print_quoted(struct buffer *to, libsearch_bytes text)
{
    buffer_append_u8(to, '"');
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == 0) {
            print_string(to, "\\x00");
            continue;
        }
        if (strchr("\\*", text.data[i]) != NULL || syntax_quote(text, i) > 0)
            buffer_append_u8(to, '\\');
        buffer_append_u8(to, (uint8_t)text.data[i]);
    }
    buffer_append_u8(to, '"');
}

static void print_function(struct buffer *to, enum syntax_function function)
{
    print_string(to, syntax_function_name(function));
    buffer_append_u8(to, '(');
}

static void print_text(const libsearch_query *query, enum place place, struct buffer *to)
{
    const unsigned kept = place == PLACE_PLUS ? query->flags & ~(unsigned)QUERY_FLAG_KEEP_STOPS : query->flags;
    /* What + gives to a word, and what a word without it lacks. */
    const bool as_word = place == PLACE_PLUS ? (query->flags & QUERY_FLAG_KEEP_STOPS) != 0 : true;
    const bool joined = place == PLACE_LIST && query->field == NULL;
    if (is_word(query->text) && kept == QUERY_FLAG_EXACT && as_word) {
        buffer_append_u8(to, '=');
        print_word(to, query->text);
    } else if (is_word(query->text) && kept == 0 && as_word && !joined) {
        print_word(to, query->text);
    } else if (query->flags == 0 && print_words(NULL, query->text)) {
        buffer_append_u8(to, '(');
        print_words(to, query->text);
        buffer_append_u8(to, ')');
    } else {
        print_function(to, SYNTAX_TEXT);
        syntax_print_flags(to, query->flags);
        print_quoted(to, query->text);
        buffer_append_u8(to, ')');
    }
}

static bool is_blank(libsearch_bytes text)
{
    size_t at = 0, width;
    while (at < text.length && (width = syntax_space(text, at)) > 0)
        at += width;
    return at == text.length;
}

static void print_phrase(const libsearch_query *query, struct buffer *to)
{
    const unsigned flags = query->flags & ~(unsigned)QUERY_FLAG_KEEP_STOPS;
    const char last = query->text.length > 0 ? query->text.data[query->text.length - 1] : ' ';
    const bool prefix = (flags & QUERY_FLAG_LAST_PREFIX) != 0;
    if (is_blank(query->text) || (prefix && (last == '*' || (unsigned char)last <= 0x20))) {
        print_function(to, SYNTAX_PHRASE);
        print_unsigned(to, query->number);
        buffer_append_u8(to, ' ');
        syntax_print_flags(to, flags);
        print_quoted(to, query->text);
        buffer_append_u8(to, ')');
        return;
    }
    if ((flags & QUERY_FLAG_EXACT) != 0)
        buffer_append_u8(to, '=');
    print_quoted(to, query->text);
    if (prefix && !to->failed) {
        to->data[to->length - 1] = '*';
        buffer_append_u8(to, '"');
    }
    if (query->number > 0) {
        buffer_append_u8(to, '~');
        print_unsigned(to, query->number);
    }
}

static void print_pattern(const libsearch_query *query, struct buffer *to)
{
    const libsearch_bytes text = query->text;
    const bool is_prefix = query->kind == QUERY_PREFIX;
    bool plain = text.length > 0 && text.data[0] != '-' && is_word(text);
    for (size_t i = 0; i < text.length && plain; i++)
        plain = (is_prefix ? text.data[i] != '*' && text.data[i] != '?' : true) && syntax_quote(text, i) == 0;
    const enum syntax_pattern pattern = syntax_pattern(text, false);
    /* A prefix must be one once its star stands behind it: letters, and nothing but what a pattern may hold. */
    bool allowed = syntax_has_word_byte(text);
    for (size_t i = 0; i < text.length && is_prefix; i++)
        allowed = allowed && (syntax_is_word_byte(text.data[i]) || strchr("-'_.", text.data[i]) != NULL);
    if (plain && (is_prefix ? allowed : pattern == SYNTAX_WILDCARD)) {
        buffer_append(to, text.data, text.length);
        if (is_prefix)
            buffer_append_u8(to, '*');
        return;
    }
    print_function(to, is_prefix ? SYNTAX_PREFIXED : SYNTAX_PATTERN);
    print_quoted(to, text);
    buffer_append_u8(to, ')');
}

static void print_fuzzy(const libsearch_query *query, struct buffer *to)
{
    if (is_word(query->text) && syntax_has_word_byte(query->text) && query->more_prefix == 0) {
        print_word(to, query->text);
        buffer_append_u8(to, '~');
        if (query->number > 0)
            print_unsigned(to, query->number);
        return;
    }
    print_function(to, SYNTAX_FUZZY);
    print_unsigned(to, query->number);
    buffer_append_u8(to, ' ');
    if (query->more_prefix != 0) {
        print_unsigned(to, (unsigned)(query->more_prefix + 1));
        buffer_append_u8(to, ' ');
    }
    print_quoted(to, query->text);
    buffer_append_u8(to, ')');
}

/* Whether the parser would find it again between slashes. */
static bool is_regular(const libsearch_query *query)
{
    struct regular_expression expression;
    struct buffer text;
    buffer_init(&text, query->allocator);
    buffer_append_u8(&text, '/');
    buffer_append(&text, query->text.data, query->text.length);
    buffer_append_u8(&text, '/');
    bool found =
        !text.failed && memchr(query->text.data, 0, query->text.length) == NULL &&
        syntax_regular_end((libsearch_bytes){ (const char *)text.data, text.length }, 0) == query->text.length + 1 &&
        regular_expression_init(&expression, query->allocator, query->text, NULL) == LIBSEARCH_OK;
    if (found)
        regular_expression_free(&expression);
    buffer_free(&text);
    return found;
}

static void print_regular(const libsearch_query *query, struct buffer *to)
{
    if (is_regular(query)) {
        buffer_append_u8(to, '/');
        buffer_append(to, query->text.data, query->text.length);
        buffer_append_u8(to, '/');
        return;
    }
    print_function(to, SYNTAX_REGULAR);
    print_quoted(to, query->text);
    buffer_append_u8(to, ')');
}

static void print_word_range(const libsearch_query *query, struct buffer *to)
{
    buffer_append_u8(to, query->low_open ? '{' : '[');
    if (query->has_low)
        print_quoted(to, query->text);
    else
        buffer_append_u8(to, '*');
    print_string(to, " TO ");
    if (query->has_high)
        print_quoted(to, query->high_text);
    else
        buffer_append_u8(to, '*');
    buffer_append_u8(to, query->high_open ? '}' : ']');
}

static void print_end(const libsearch_query *query, bool high, struct buffer *to)
{
    char text[32];
    if (!(high ? query->has_high : query->has_low)) {
        buffer_append_u8(to, '*');
    } else if (query->type == LIBSEARCH_FLOAT) {
        value_print_float(to, high ? query->high_number : query->low_number);
    } else if (query->type == LIBSEARCH_BOOLEAN) {
        print_string(to, (high ? query->high_integer : query->low_integer) != 0 ? "true" : "false");
    } else if (query->type == LIBSEARCH_DATE) {
        value_print_date(to, high ? query->high_integer : query->low_integer, high);
    } else {
        /* With its sign a number means milliseconds over a date field, too. */
        snprintf(text, sizeof text, "%+lld", (long long)(high ? query->high_integer : query->low_integer));
        print_string(to, text);
    }
}

static void print_range(const libsearch_query *query, struct buffer *to)
{
    if (query->type == LIBSEARCH_BOOLEAN && query->has_low && query->has_high &&
        query->low_integer == query->high_integer) {
        print_end(query, false, to);
        return;
    }
    buffer_append_u8(to, '[');
    print_end(query, false, to);
    print_string(to, " TO ");
    print_end(query, true, to);
    buffer_append_u8(to, ']');
}

static void print_part(libsearch_occur occur, const libsearch_query *query, enum place place, struct buffer *to)
{
    switch (occur) {
    case LIBSEARCH_SHOULD: print_operand(query, place, to); break;
    case LIBSEARCH_MUST:
        buffer_append_u8(to, '+');
        print_operand(query, PLACE_PLUS, to);
        break;
    case LIBSEARCH_MUST_NOT:
        buffer_append_u8(to, '-');
        print_operand(query, PLACE_ALONE, to);
        break;
    case LIBSEARCH_FILTER:
        print_function(to, SYNTAX_FILTER);
        print_operand(query, PLACE_LIST, to);
        buffer_append_u8(to, ')');
        break;
    }
}

static void print_parts(const libsearch_query *query, enum place place, struct buffer *to)
{
    for (size_t i = 0; i < query->count; i++) {
        if (i > 0)
            buffer_append_u8(to, ' ');
        print_part((libsearch_occur)query->occurs[i], query->children[i], place, to);
    }
}

/* True for a boolean that a list of operands stands for: one of a single plain part would be that part. */
static bool is_list(const libsearch_query *query)
{
    return query->kind == QUERY_BOOLEAN && query->number == 0 &&
           (query->count > 1 || (query->count == 1 && query->occurs[0] != LIBSEARCH_SHOULD));
}

static void print_counted(const libsearch_query *query, struct buffer *to)
{
    if (query->kind == QUERY_DISJUNCTION_MAX) {
        print_function(to, SYNTAX_MAX);
        value_print_single(to, query->factor);
    } else {
        print_function(to, query->kind == QUERY_BOOLEAN               ? SYNTAX_ATLEAST
                           : (query->flags & QUERY_FLAG_ORDERED) != 0 ? SYNTAX_BEFORE
                                                                      : SYNTAX_NEAR);
        print_unsigned(to, query->number);
    }
    buffer_append_u8(to, ' ');
    print_parts(query, PLACE_SEPARATE, to);
    buffer_append_u8(to, ')');
}

static void print_factor(const libsearch_query *query, enum place place, struct buffer *to)
{
    const libsearch_query *child = query->children[0];
    const bool nested = child->kind == QUERY_BOOST || child->kind == QUERY_CONSTANT;
    if (nested)
        buffer_append_u8(to, '(');
    print_operand(child, nested ? PLACE_LIST : place == PLACE_PLUS ? PLACE_PLUS : PLACE_ALONE, to);
    print_string(to, nested ? ")^" : "^");
    if (query->kind == QUERY_CONSTANT)
        buffer_append_u8(to, '=');
    value_print_single(to, query->factor);
}

static void print_operand(const libsearch_query *query, enum place place, struct buffer *to)
{
    if (query->field != NULL) {
        print_string(to, query->field);
        buffer_append_u8(to, ':');
    }
    switch (query->kind) {
    case QUERY_ALL: print_string(to, "*:*"); break;
    case QUERY_NONE:
        print_function(to, SYNTAX_NONE);
        buffer_append_u8(to, ')');
        break;
    case QUERY_TEXT: print_text(query, place, to); break;
    case QUERY_PHRASE: print_phrase(query, to); break;
    case QUERY_KEYWORD: print_quoted(to, query->text); break;
    case QUERY_RANGE:
        if (query->type == LIBSEARCH_KEYWORD)
            print_word_range(query, to);
        else
            print_range(query, to);
        break;
    case QUERY_REGULAR: print_regular(query, to); break;
    case QUERY_PREFIX:
    case QUERY_WILDCARD: print_pattern(query, to); break;
    case QUERY_FUZZY: print_fuzzy(query, to); break;
    case QUERY_BOOLEAN:
        if (is_list(query)) {
            buffer_append_u8(to, '(');
            print_parts(query, PLACE_LIST, to);
            buffer_append_u8(to, ')');
            break;
        }
        print_counted(query, to);
        break;
    case QUERY_NEAR:
    case QUERY_DISJUNCTION_MAX: print_counted(query, to); break;
    case QUERY_BOOST:
    case QUERY_CONSTANT: print_factor(query, place, to); break;
    case QUERY_FIELDS:
        print_function(to, SYNTAX_FIELDS);
        print_parts(query, PLACE_SEPARATE, to);
        buffer_append_u8(to, ')');
        break;
    case QUERY_EXISTS: buffer_append_u8(to, '*'); break;
    case QUERY_SET: break; /* libsearch_query_print does not let it come here */
    }
}

void query_print(const libsearch_query *query, struct buffer *to)
{
    if (is_list(query))
        print_parts(query, PLACE_LIST, to);
    else if (query->kind == QUERY_TEXT && query->field == NULL && query->flags == 0 && print_words(NULL, query->text))
        print_words(to, query->text);
    else
        print_operand(query, PLACE_LIST, to);
}
