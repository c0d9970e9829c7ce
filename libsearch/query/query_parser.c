/* SPDX-License-Identifier: MIT */
/* A recursive descent over the text:
 *
 *     list    = { part }                    parts side by side: a boolean; one part alone is itself
 *     part    = and { "OR" and }
 *     and     = signed { "AND" signed }
 *     signed  = [ "+" | "-" | "NOT" ] operand { "^" factor }
 *     operand = words | "phrase" | "(" list ")" | field ":" operand | @function "(" … ")"
 *
 * Operands are parser_operands.c's. Recursion goes through parentheses alone, and is counted. */
#include "query/query_parser.h"

#include <string.h>
#include <time.h>

#include "query/parser_operands.h"

int64_t query_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void parts_free(struct query_parser *parser, struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        query_release(parts->queries[i]);
    memory_free(parser->allocator, parts->queries);
    memory_free(parser->allocator, parts->occurs);
    *parts = (struct parts){ 0 };
}

/* Takes over the reference, also when it fails. */
static libsearch_status parts_add(struct query_parser *parser, struct parts *parts, libsearch_query *query,
                                  libsearch_occur occur)
{
    if (!memory_grow(parser->allocator, &parts->queries, &parts->query_capacity, parts->count + 1,
                     sizeof(libsearch_query *)) ||
        !memory_grow(parser->allocator, &parts->occurs, &parts->occur_capacity, parts->count + 1,
                     sizeof *parts->occurs)) {
        query_release(query);
        return error_no_memory(parser->error);
    }
    parts->queries[parts->count] = query;
    parts->occurs[parts->count++] = (uint8_t)occur;
    return LIBSEARCH_OK;
}

libsearch_status parts_make(struct query_parser *parser, const struct parts *parts, const libsearch_query *like,
                            libsearch_query **query)
{
    libsearch_query node = *like;
    node.children = parts->queries;
    node.occurs = parts->occurs;
    node.count = parts->count;
    return query_new(parser->allocator, &node, query, parser->error);
}

static size_t skip_space(const struct query_parser *parser, size_t at)
{
    while (at < parser->text.length) {
        const size_t space = syntax_space(parser->text, at);
        if (space == 0)
            break;
        at += space;
    }
    return at;
}

enum syntax_operator parser_operator(const struct query_parser *parser, size_t at, size_t *behind)
{
    const libsearch_bytes text = parser->text;
    at = skip_space(parser, at);
    if (at >= text.length || (text.data[at] != 'A' && text.data[at] != 'O' && text.data[at] != 'N'))
        return SYNTAX_NO_OPERATOR;
    const size_t end = syntax_word_end(text, at);
    const enum syntax_operator operator= syntax_operator((libsearch_bytes){ text.data + at, end - at });
    if (operator== SYNTAX_NO_OPERATOR)
        return operator;
    *behind = skip_space(parser, end);
    return *behind < text.length && text.data[*behind] != ')' ? operator: SYNTAX_NO_OPERATOR;
}

/* True for a + or - that is a sign: something stands right behind it that is no sign itself. */
bool parser_is_sign(const struct query_parser *parser, size_t at)
{
    const libsearch_bytes text = parser->text;
    return (text.data[at] == '+' || text.data[at] == '-') && at + 1 < text.length && text.data[at + 1] != ')' &&
           text.data[at + 1] != '+' && text.data[at + 1] != '-' && syntax_space(text, at + 1) == 0;
}

/* Wraps a part that only a boolean can say, so that it can be one of several alternatives. */
static libsearch_status wrap(struct query_parser *parser, struct part *part)
{
    if (part->query == NULL || part->occur == LIBSEARCH_SHOULD || part->occur == LIBSEARCH_MUST) {
        part->occur = LIBSEARCH_SHOULD;
        return LIBSEARCH_OK;
    }
    struct parts one = { 0 };
    libsearch_query *query = NULL;
    libsearch_status status = parts_add(parser, &one, part->query, part->occur);
    part->query = NULL;
    if (status == LIBSEARCH_OK)
        status = parts_make(parser, &one, &(libsearch_query){ .kind = QUERY_BOOLEAN, .position = parser->at }, &query);
    parts_free(parser, &one);
    part->query = query;
    part->occur = LIBSEARCH_SHOULD;
    return status;
}

/* ^2 and ^=2 behind an operand, any number of them. */
static libsearch_status parse_factors(struct query_parser *parser, libsearch_query **query)
{
    float factor = 0;
    bool constant = false;
    size_t end;
    while ((end = parser_factor(parser->text, parser->at, &factor, &constant)) > 0) {
        parser->at = end;
        if (*query == NULL)
            continue;
        libsearch_query *scaled = NULL;
        const libsearch_query like = { .kind = constant ? QUERY_CONSTANT : QUERY_BOOST,
                                       .factor = factor,
                                       .children = query,
                                       .count = 1,
                                       .position = (*query)->position };
        TRY(query_new(parser->allocator, &like, &scaled, parser->error));
        query_release(*query);
        *query = scaled;
    }
    return LIBSEARCH_OK;
}

static libsearch_status parse_signed(struct query_parser *parser, const struct field *scope, bool alone,
                                     struct part *part)
{
    size_t behind;
    bool plus = false, negated = false;
    while (parser_operator(parser, parser->at, &behind) == SYNTAX_NOT) {
        negated = !negated;
        alone = true;
        parser->at = behind;
    }
    if (parser_is_sign(parser, parser->at)) {
        plus = parser->text.data[parser->at] == '+';
        negated = plus ? negated : !negated;
        alone = true;
        parser->at++;
    }
    *part = (struct part){ NULL, LIBSEARCH_SHOULD };
    libsearch_status status = parser_operand(parser, scope, alone, plus && !negated, part);
    if (status == LIBSEARCH_OK)
        status = parse_factors(parser, &part->query);
    if (status == LIBSEARCH_OK && (negated || plus)) {
        if (part->occur != LIBSEARCH_SHOULD) /* -@filter(…) */
            status = wrap(parser, part);
        part->occur = negated ? LIBSEARCH_MUST_NOT : LIBSEARCH_MUST;
    }
    if (status != LIBSEARCH_OK) {
        query_release(part->query);
        part->query = NULL;
    }
    return status;
}

/* Parts joined by AND (each must match) or by OR (each may). */
static libsearch_status parse_chain(struct query_parser *parser, const struct field *scope, bool alone,
                                    enum syntax_operator joint, struct part *part)
{
    size_t behind;
    struct parts parts = { 0 };
    libsearch_status status = LIBSEARCH_OK;
    libsearch_query *joined = NULL;
    const libsearch_query like = { .kind = QUERY_BOOLEAN, .position = parser->at };
    for (bool first = true;; first = false) {
        struct part next = { NULL, LIBSEARCH_SHOULD };
        if (joint == SYNTAX_OR)
            status = parse_chain(parser, scope, alone || !first, SYNTAX_AND, &next);
        else
            status = parse_signed(parser, scope, alone || !first, &next);
        if (status != LIBSEARCH_OK)
            break;
        const bool more = parser_operator(parser, parser->at, &behind) == joint;
        if (!more && parts.count == 0) { /* no chain at all */
            *part = next;
            return LIBSEARCH_OK;
        }
        if (joint == SYNTAX_OR)
            status = wrap(parser, &next);
        else if (next.occur == LIBSEARCH_SHOULD)
            next.occur = LIBSEARCH_MUST;
        if (status != LIBSEARCH_OK) {
            query_release(next.query);
            break;
        }
        if (next.query != NULL)
            TRY_OR(failed, parts_add(parser, &parts, next.query, next.occur));
        if (!more)
            break;
        parser->at = behind;
    }
    if (status == LIBSEARCH_OK && parts.count == 1 && joint == SYNTAX_OR) /* the others came to nothing */
        joined = query_retain(parts.queries[0]);
    else if (status == LIBSEARCH_OK && parts.count > 0)
        status = parts_make(parser, &parts, &like, &joined);
    if (status == LIBSEARCH_OK)
        *part = (struct part){ joined, LIBSEARCH_SHOULD };
failed:
    parts_free(parser, &parts);
    return status;
}

libsearch_status parser_list(struct query_parser *parser, const struct field *scope, bool closing, bool separate,
                             struct parts *parts)
{
    const size_t opened = parser->at;
    for (;;) {
        parser->at = skip_space(parser, parser->at);
        if (parser->at >= parser->text.length) {
            if (closing)
                TRY(parser_complain(parser, opened - 1, "this parenthesis is not closed"));
            return LIBSEARCH_OK;
        }
        if (parser->text.data[parser->at] == ')') {
            if (closing) {
                parser->at++;
                return LIBSEARCH_OK;
            }
            TRY(parser_complain(parser, parser->at, "this parenthesis closes nothing"));
            parser->at++;
            continue;
        }
        struct part part = { NULL, LIBSEARCH_SHOULD };
        TRY(parse_chain(parser, scope, separate, SYNTAX_OR, &part));
        if (part.query != NULL)
            TRY(parts_add(parser, parts, part.query, part.occur));
    }
}

libsearch_status parser_collapse(struct query_parser *parser, struct parts *parts, size_t position,
                                 libsearch_query **query)
{
    if (parts->count == 0) {
        *query = NULL;
        return LIBSEARCH_OK;
    }
    if (parts->count == 1 && parts->occurs[0] == LIBSEARCH_SHOULD) {
        *query = query_retain(parts->queries[0]);
        return LIBSEARCH_OK;
    }
    if ((parser->flags & LIBSEARCH_PARSE_ALL) != 0)
        for (size_t i = 0; i < parts->count; i++)
            if (parts->occurs[i] == LIBSEARCH_SHOULD)
                parts->occurs[i] = LIBSEARCH_MUST;
    return parts_make(parser, parts, &(libsearch_query){ .kind = QUERY_BOOLEAN, .position = position }, query);
}

static libsearch_status parse_language(struct query_parser *parser, libsearch_query **query)
{
    struct parts parts = { 0 };
    libsearch_status status = parser_list(parser, NULL, false, false, &parts);
    if (status == LIBSEARCH_OK)
        status = parser_collapse(parser, &parts, 0, query);
    parts_free(parser, &parts);
    return status;
}

/* The whole text as plain words. */
static libsearch_status parse_words(struct query_parser *parser, libsearch_query **query)
{
    const unsigned all = (parser->flags & LIBSEARCH_PARSE_ALL) != 0 ? QUERY_FLAG_ALL : 0;
    TRY(parser_check_words(parser, NULL, 0, parser->text));
    return query_new(parser->allocator, &(libsearch_query){ .kind = QUERY_TEXT, .flags = all, .text = parser->text },
                     query, parser->error);
}

libsearch_status query_parse(const libsearch_allocator *allocator, const struct schema *schema, libsearch_bytes text,
                             unsigned flags, int64_t now, libsearch_query **query, libsearch_error *error)
{
    struct query_parser parser = {
        .allocator = allocator, .schema = schema, .text = text, .flags = flags, .now = now, .error = error
    };
    if (text.length > LIBSEARCH_MAX_VALUE)
        return error_set(error, LIBSEARCH_LIMIT, "query: longer than %d bytes", LIBSEARCH_MAX_VALUE);
    if (text.data == NULL)
        parser.text = (libsearch_bytes){ "", 0 };
    buffer_init(&parser.scratch, allocator);
    libsearch_query *root = NULL;
    libsearch_status status;
    if ((flags & LIBSEARCH_PARSE_WORDS) != 0)
        status = parse_words(&parser, &root);
    else
        status = parse_language(&parser, &root);
    if (status == LIBSEARCH_LIMIT && (flags & (LIBSEARCH_PARSE_STRICT | LIBSEARCH_PARSE_WORDS)) == 0) {
        status = parser_remark(&parser, 0, "nested too deep or of too many parts; all of it is taken for words");
        if (status == LIBSEARCH_OK)
            status = parse_words(&parser, &root);
    }
    if (status == LIBSEARCH_OK && root == NULL) {
        status = parser_remark(&parser, 0, "there is nothing to search for");
        if (status == LIBSEARCH_OK)
            status = query_new(allocator, &(libsearch_query){ .kind = QUERY_NONE }, &root, error);
    }
    tokenizer_free(parser.tokenizer);
    buffer_free(&parser.scratch);
    if (status != LIBSEARCH_OK) {
        query_warnings_free(allocator, parser.warnings);
        query_release(root);
        return status;
    }
    root->warnings = parser.warnings;
    root->lenient = (flags & LIBSEARCH_PARSE_STRICT) == 0;
    error_clear(error);
    *query = root;
    return LIBSEARCH_OK;
}
