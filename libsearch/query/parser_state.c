/* SPDX-License-Identifier: MIT */
#include "query/parser_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_WARNINGS = LIBSEARCH_MAX_WARNINGS };

static libsearch_status parser_warn(struct query_parser *parser, size_t position, const char *message)
{
    parser->warning_count++;
    if (parser->warning_count > MAX_WARNINGS)
        return LIBSEARCH_OK;
    if (parser->warning_count == MAX_WARNINGS)
        message = "further warnings are left out";
    return query_warn(parser->allocator, &parser->warnings, position, message, parser->error);
}

libsearch_status parser_complain(struct query_parser *parser, size_t position, const char *format, ...)
{
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if ((parser->flags & LIBSEARCH_PARSE_STRICT) != 0)
        return error_set_at(parser->error, (int64_t)position, LIBSEARCH_SYNTAX, "query: %s", message);
    return parser_warn(parser, position, message);
}

libsearch_status parser_remark(struct query_parser *parser, size_t position, const char *format, ...)
{
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return parser_warn(parser, position, message);
}

struct shown parser_show(libsearch_bytes text)
{
    struct shown shown;
    size_t length = text.length < 40 ? text.length : 40;
    while (length < text.length && length > 0 && ((unsigned char)text.data[length] & 0xC0) == 0x80)
        length--;
    for (size_t i = 0; i < length; i++)
        shown.text[i] = (unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F ? ' ' : text.data[i];
    memcpy(shown.text + length, "…", sizeof "…");
    if (length == text.length)
        shown.text[length] = 0;
    return shown;
}

static libsearch_status parser_tokenizer(struct query_parser *parser, const struct analyzer *analyzer)
{
    if (parser->tokenizer_analyzer == analyzer)
        return LIBSEARCH_OK;
    tokenizer_free(parser->tokenizer);
    parser->tokenizer = NULL;
    parser->tokenizer_analyzer = NULL;
    TRY(tokenizer_new(analyzer, parser->allocator, &parser->tokenizer, parser->error));
    parser->tokenizer_analyzer = analyzer;
    return LIBSEARCH_OK;
}

/* ASCII letters and digits are in every analyzer's words. */
static bool has_ascii_letter(libsearch_bytes text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < 0x80 && syntax_is_word_byte(text.data[i]))
            return true;
    return false;
}

libsearch_status parser_check_tokens(struct query_parser *parser, const struct field *field, size_t position,
                                     libsearch_bytes text)
{
    if (has_ascii_letter(text))
        return LIBSEARCH_OK;
    TRY(parser_tokenizer(parser,
                         field != NULL && field->analyzer != NULL ? field->analyzer : parser->schema->analyzers[0]));
    struct token tokens[16];
    tokenizer_start(parser->tokenizer, text, 0);
    const size_t count = tokenizer_next(parser->tokenizer, tokens, 16);
    if (count == SIZE_MAX)
        return error_no_memory(parser->error);
    if (count > 0)
        return LIBSEARCH_OK;
    return parser_remark(parser, position, "\"%s\" has nothing in it that can be searched", parser_show(text).text);
}

libsearch_status parser_check_words(struct query_parser *parser, const struct field *field, size_t position,
                                    libsearch_bytes text)
{
    for (size_t at = 0; at < text.length;) {
        const size_t start = at;
        while (at < text.length && syntax_space(text, at) == 0)
            at++;
        if (at > start)
            TRY(parser_check_tokens(parser, field, position + start,
                                    (libsearch_bytes){ text.data + start, at - start }));
        else
            at += syntax_space(text, at);
    }
    return LIBSEARCH_OK;
}

libsearch_status parser_unescape(struct query_parser *parser, size_t start, size_t end, bool quoted,
                                 libsearch_bytes *text)
{
    const libsearch_bytes raw = { parser->text.data + start, end - start };
    if (memchr(raw.data, '\\', raw.length) == NULL) {
        *text = raw;
        return LIBSEARCH_OK;
    }
    buffer_clear(&parser->scratch);
    syntax_unescape(raw, quoted, &parser->scratch);
    if (parser->scratch.failed)
        return error_no_memory(parser->error);
    *text = (libsearch_bytes){ (const char *)parser->scratch.data, parser->scratch.length };
    return LIBSEARCH_OK;
}
