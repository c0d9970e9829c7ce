/* SPDX-License-Identifier: MIT */
/* What a word of a query is: plain, or one of the things that its signs make of it. Looking changes nothing, so
 * that the parser can look ahead. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/regular_expression.h"
#include "query/parser_state.h"
#include "query/query_values.h"
#include "schema/document.h"

static libsearch_bytes span(const struct query_parser *parser, size_t from, size_t to)
{
    return (libsearch_bytes){ parser->text.data + from, to - from };
}

size_t parser_factor(libsearch_bytes text, size_t at, float *factor, bool *constant)
{
    if (at >= text.length || text.data[at] != '^')
        return 0;
    at++;
    *constant = at < text.length && text.data[at] == '=';
    at += *constant;
    size_t end = at;
    while (end < text.length && end - at < 64 &&
           (syntax_is_word_byte(text.data[end]) || strchr("+-.", text.data[end]) != NULL) && text.data[end] != 0)
        end++;
    double number;
    if (!value_parse_float((libsearch_bytes){ text.data + at, end - at }, &number) || !isfinite((float)number) ||
        number < 0)
        return 0;
    *factor = (float)number;
    return end;
}

/* Where the factors begin that the word from start to end carries at its end; end when it has none. */
static size_t before_factors(const struct query_parser *parser, size_t start, size_t end)
{
    const libsearch_bytes text = { parser->text.data, end };
    float factor;
    bool constant;
    for (;;) {
        size_t at = end;
        while (at > start && end - at < 70 && text.data[at - 1] != '^')
            at--;
        if (at <= start + 1 || text.data[at - 1] != '^' || syntax_is_escaped(text, start, at - 1) ||
            parser_factor(text, at - 1, &factor, &constant) != end)
            return end;
        end = at - 1;
    }
}

/* A word that ends in ~, ~1 or ~2. */
static bool is_fuzzy(const struct query_parser *parser, struct word *word)
{
    const char *text = parser->text.data;
    size_t end = word->value_end;
    unsigned distance = 0;
    if (end > word->value_start && text[end - 1] >= '0' && text[end - 1] <= '2') {
        distance = (unsigned)(text[end - 1] - '0');
        end--;
    }
    const bool given = end < word->value_end;
    if (end <= word->value_start + 1 || text[end - 1] != '~' ||
        syntax_is_escaped(parser->text, word->value_start, end - 1) || (given && distance == 0) ||
        !syntax_has_word_byte(span(parser, word->value_start, end - 1)))
        return false;
    word->value_end = end - 1;
    word->distance = distance;
    return true;
}

/* /expression/, of words or keywords. */
static bool classify_regular(const struct query_parser *parser, size_t at, struct word *word)
{
    const size_t end = at < parser->text.length ? syntax_regular_end(parser->text, at) : 0;
    struct regular_expression expression;
    if (end == 0)
        return false;
    libsearch_error ignored = LIBSEARCH_ERROR_INIT;
    const libsearch_status status =
        regular_expression_init(&expression, parser->allocator, span(parser, at + 1, end), &ignored);
    if (status == LIBSEARCH_OK)
        regular_expression_free(&expression);
    else if (status != LIBSEARCH_NO_MEMORY) {
        word->fault = WORD_BAD_EXPRESSION;
        return false;
    }
    word->class = WORD_REGULAR;
    word->value_start = at + 1;
    word->value_end = end;
    word->end = end + 1;
    return true;
}

/* The value of a text or keyword field, or a word without a field. */
static void classify_text(const struct query_parser *parser, bool keyword, struct word *word)
{
    const enum syntax_pattern pattern = syntax_pattern(span(parser, word->value_start, word->value_end), keyword);
    if (pattern == SYNTAX_WILDCARD) {
        word->class = WORD_WILDCARD;
    } else if (pattern == SYNTAX_PREFIX) {
        word->class = WORD_PREFIX;
        while (parser->text.data[word->value_end - 1] == '*')
            word->value_end--;
    } else if (is_fuzzy(parser, word)) {
        word->class = WORD_FUZZY;
    } else if (keyword) {
        word->class = WORD_KEYWORD;
    }
}

/* field:[1 TO 9]: the text goes on behind the word's end, up to the bracket. */
static bool classify_brackets(const struct query_parser *parser, struct word *word, libsearch_query *like)
{
    const libsearch_bytes text = parser->text;
    const size_t start = word->value_start;
    if (start >= text.length || (text.data[start] != '[' && text.data[start] != '{'))
        return false;
    size_t end = start + 1;
    while (end < text.length && end - start < 200 && text.data[end] != ']' && text.data[end] != '}')
        end++;
    if (end >= text.length || (text.data[end] != ']' && text.data[end] != '}') ||
        !parser_range_ends(word->field, span(parser, start + 1, end), text.data[start] == '{', text.data[end] == '}',
                           parser->now, like))
        return false;
    word->class = WORD_RANGE;
    word->end = end + 1;
    return true;
}

static bool classify_word_range(const struct query_parser *parser, struct word *word)
{
    struct word_range range;
    if (!parser_word_range(parser->text, word->value_start, &range))
        return false;
    word->class = WORD_WORD_RANGE;
    word->end = range.end;
    return true;
}

static void classify_value(const struct query_parser *parser, struct word *word, libsearch_query *like)
{
    const size_t start = word->value_start, end = word->value_end;
    const libsearch_bytes value = span(parser, start, end);
    switch (word->field->type) {
    case LIBSEARCH_TEXT:
        if (classify_word_range(parser, word))
            break;
        if (value.length > 1 && value.data[0] == '=') {
            word->class = WORD_EXACT;
            word->value_start++;
            break;
        }
        classify_text(parser, false, word);
        break;
    case LIBSEARCH_KEYWORD:
        if (!classify_word_range(parser, word))
            classify_text(parser, true, word);
        break;
    case LIBSEARCH_INTEGER:
    case LIBSEARCH_FLOAT:
    case LIBSEARCH_BOOLEAN:
    case LIBSEARCH_DATE:
        if (classify_brackets(parser, word, like))
            break;
        if (parser_range_value(word->field, value, parser->now, like))
            word->class = WORD_RANGE;
        else
            word->fault = WORD_BAD_VALUE;
        break;
    case LIBSEARCH_STORED: word->fault = WORD_FIELD_NOT_SEARCHED; break;
    }
}

/* name:…; true when the word has a field's form, whether or not there is one. */
static bool classify_field(const struct query_parser *parser, size_t core_end, struct word *word, libsearch_query *like)
{
    const libsearch_bytes text = parser->text;
    const char *colon = memchr(text.data + word->start, ':', core_end - word->start);
    if (colon == NULL)
        return false;
    const size_t name_length = (size_t)(colon - (text.data + word->start));
    if (!field_name_valid(text.data + word->start, name_length))
        return false;
    const size_t value = word->start + name_length + 1;
    const bool word_follows = value < core_end;
    const bool quote = !word_follows && value < text.length && syntax_quote(text, value) > 0;
    const bool group = !word_follows && value < text.length && text.data[value] == '(';
    const struct field *field = schema_find(parser->schema, text.data + word->start, name_length);
    if (field == NULL) {
        /* Note: a title; http://… */
        const bool url = core_end - value >= 2 && memcmp(text.data + value, "//", 2) == 0;
        if ((word_follows || quote || group) && !url)
            word->fault = WORD_UNKNOWN_FIELD;
        return true;
    }
    word->field = field;
    word->value_start = value;
    word->value_end = core_end;
    if (field->type == LIBSEARCH_STORED)
        word->fault = WORD_FIELD_NOT_SEARCHED;
    else if ((field->type == LIBSEARCH_TEXT || field->type == LIBSEARCH_KEYWORD) &&
             classify_regular(parser, value, word))
        return true;
    else if (word->fault != WORD_NO_FAULT)
        word->class = WORD_PLAIN;
    else if (quote)
        word->class = WORD_QUOTE;
    else if (group)
        word->class = WORD_GROUP;
    else if (!word_follows)
        word->fault = WORD_NO_VALUE;
    else if (core_end - value == 1 && text.data[value] == '*')
        word->class = WORD_EXISTS;
    else if (core_end - value == 1 && text.data[value] == '=' && core_end < text.length &&
             syntax_quote(text, core_end) > 0)
        word->class = WORD_EXACT_QUOTE;
    else if (core_end < text.length && text.data[core_end] == '(' &&
             (word->function = syntax_function(span(parser, value, core_end))) != SYNTAX_NO_FUNCTION)
        word->class = WORD_FUNCTION;
    else {
        word->class = WORD_TEXT;
        classify_value(parser, word, like);
    }
    if (word->fault != WORD_NO_FAULT)
        word->class = WORD_PLAIN;
    return true;
}

void parser_classify(const struct query_parser *parser, size_t at, const struct field *scope, struct word *word,
                     libsearch_query *like)
{
    const libsearch_bytes text = parser->text;
    const size_t end = syntax_word_end(text, at);
    const size_t core = before_factors(parser, at, end);
    const bool texts = scope == NULL || scope->type == LIBSEARCH_TEXT;
    const char next = end < text.length ? text.data[end] : ' ';
    *word = (struct word){
        .class = WORD_PLAIN, .start = at, .end = core, .value_start = at, .value_end = core, .field = scope
    };
    if ((texts || scope->type == LIBSEARCH_KEYWORD) && classify_regular(parser, at, word))
        return;
    if (word->fault != WORD_NO_FAULT)
        return;
    if (syntax_operator(span(parser, at, core)) != SYNTAX_NO_OPERATOR && core == end) {
        word->fault = WORD_OPERATOR_ALONE;
    } else if (core - at == 3 && memcmp(text.data + at, "*:*", 3) == 0) {
        word->class = WORD_ALL;
    } else if (core == end && next == '(' &&
               (word->function = syntax_function(span(parser, at, core))) != SYNTAX_NO_FUNCTION) {
        word->class = WORD_FUNCTION;
    } else if (texts && text.data[at] == '=' && core - at > 1) {
        word->class = WORD_EXACT;
        word->value_start++;
    } else if (texts && text.data[at] == '=' && core - at == 1 && end < text.length && syntax_quote(text, end) > 0) {
        word->class = WORD_EXACT_QUOTE;
    } else if (!classify_field(parser, core, word, like)) {
        if (texts)
            classify_text(parser, false, word);
        else
            classify_value(parser, word, like);
    }
    if (word->class == WORD_PLAIN) {
        word->value_start = at;
        word->value_end = core;
    }
}

libsearch_status parser_report_fault(struct query_parser *parser, const struct word *word)
{
    const libsearch_bytes whole = span(parser, word->start, word->end);
    const char *colon = memchr(whole.data, ':', whole.length);
    const size_t name = colon == NULL ? 0 : (size_t)(colon - whole.data);
    const struct shown shown = parser_show(whole);
    const struct shown field = parser_show(span(parser, word->start, word->start + name));
    switch (word->fault) {
    case WORD_NO_FAULT: break;
    case WORD_OPERATOR_ALONE:
        return parser_complain(parser, word->start, "%s has nothing to join; it is taken for a word", shown.text);
    case WORD_UNKNOWN_FIELD:
        return parser_complain(parser, word->start, "there is no field \"%s\"; its name is taken for a word",
                               field.text);
    case WORD_FIELD_NOT_SEARCHED:
        return parser_complain(parser, word->start, "the field \"%s\" is only stored, not searched", field.text);
    case WORD_NO_VALUE:
        return parser_complain(parser, word->start, "nothing follows the field \"%s\"; it is taken for a word",
                               field.text);
    case WORD_BAD_EXPRESSION:
        return parser_complain(parser, word->start, "\"%s\" is no regular expression; it is taken for words",
                               shown.text);
    case WORD_BAD_VALUE:
        return parser_complain(parser, word->start, "\"%s\" has no %s in it; it is taken for words", shown.text,
                               word->field->type == LIBSEARCH_INTEGER   ? "whole number or range of them"
                               : word->field->type == LIBSEARCH_DATE    ? "date or range of dates"
                               : word->field->type == LIBSEARCH_BOOLEAN ? "true or false"
                                                                        : "number or range of numbers");
    }
    return LIBSEARCH_OK;
}
