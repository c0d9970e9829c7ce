/* SPDX-License-Identifier: MIT */
#include "query/query_syntax.h"

#include <string.h>

#include "query/query.h"

static bool begins_with(libsearch_bytes text, size_t at, const char *with)
{
    const size_t length = strlen(with);
    return text.length - at >= length && memcmp(text.data + at, with, length) == 0;
}

size_t syntax_space(libsearch_bytes text, size_t at)
{
    if ((unsigned char)text.data[at] <= 0x20)
        return 1;
    if (begins_with(text, at, "\xC2\xA0"))
        return 2;
    return begins_with(text, at, "\xE3\x80\x80") ? 3 : 0;
}

size_t syntax_quote(libsearch_bytes text, size_t at)
{
    if (text.data[at] == '"')
        return 1;
    if (text.data[at] != '\xE2') /* U+201C, U+201D, U+201E, U+201F */
        return 0;
    const bool curly = text.length - at >= 3 && text.data[at + 1] == '\x80' && text.data[at + 2] >= '\x9C' &&
                       text.data[at + 2] <= '\x9F';
    return curly ? 3 : 0;
}

static bool is_punctuation(char c) { return c > 0x20 && c < 0x7F && !syntax_is_word_byte(c); }

size_t syntax_escape(libsearch_bytes text, size_t at)
{
    if (text.data[at] != '\\' || at + 1 >= text.length)
        return 0;
    if (is_punctuation(text.data[at + 1]))
        return 2;
    const size_t quote = syntax_quote(text, at + 1);
    return quote > 0 ? 1 + quote : 0;
}

bool syntax_has_word_byte(libsearch_bytes text)
{
    for (size_t i = 0; i < text.length; i++)
        if (syntax_is_word_byte(text.data[i]))
            return true;
    return false;
}

size_t syntax_word_end(libsearch_bytes text, size_t at)
{
    while (at < text.length) {
        const size_t escape = syntax_escape(text, at);
        if (escape > 0) {
            at += escape;
            continue;
        }
        const char c = text.data[at];
        if (c == '(' || c == ')' || syntax_space(text, at) > 0 || syntax_quote(text, at) > 0)
            break;
        at++;
    }
    return at;
}

bool syntax_is_escaped(libsearch_bytes text, size_t from, size_t at)
{
    size_t backslashes = 0;
    while (at > from && text.data[at - 1] == '\\') {
        backslashes++;
        at--;
    }
    return backslashes % 2 == 1;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c == 0 ? NULL : strchr(digits, c);
    return found == NULL ? -1 : (int)(found - digits);
}

void syntax_unescape(libsearch_bytes text, bool quoted, struct buffer *to)
{
    for (size_t at = 0; at < text.length;) {
        const char *slash = memchr(text.data + at, '\\', text.length - at);
        const size_t plain = slash == NULL ? text.length : (size_t)(slash - text.data);
        buffer_append(to, text.data + at, plain - at);
        at = plain;
        if (at == text.length)
            break;
        const size_t escape = syntax_escape(text, at);
        if (escape > 0) {
            buffer_append(to, text.data + at + 1, escape - 1);
            at += escape;
        } else if (quoted && text.length - at >= 4 && text.data[at + 1] == 'x' && hex_value(text.data[at + 2]) >= 0 &&
                   hex_value(text.data[at + 3]) >= 0) {
            buffer_append_u8(to, (uint8_t)(hex_value(text.data[at + 2]) * 16 + hex_value(text.data[at + 3])));
            at += 4;
        } else {
            buffer_append_u8(to, '\\');
            at++;
        }
    }
}

size_t syntax_regular_end(libsearch_bytes text, size_t at)
{
    if (text.data[at] != '/')
        return 0;
    const size_t start = ++at;
    for (; at < text.length && text.data[at] != '/'; at++) {
        if (syntax_space(text, at) > 0)
            return 0;
        if (text.data[at] == '\\')
            at++;
    }
    if (at >= text.length || at == start)
        return 0;
    const size_t behind = at + 1;
    return behind == text.length || text.data[behind] == ')' || text.data[behind] == '^' ||
                   syntax_space(text, behind) > 0
               ? at
               : 0;
}

enum syntax_operator syntax_operator(libsearch_bytes word)
{
    if (word.length == 2 && memcmp(word.data, "OR", 2) == 0)
        return SYNTAX_OR;
    if (word.length == 3 && memcmp(word.data, "AND", 3) == 0)
        return SYNTAX_AND;
    return word.length == 3 && memcmp(word.data, "NOT", 3) == 0 ? SYNTAX_NOT : SYNTAX_NO_OPERATOR;
}

enum syntax_pattern syntax_pattern(libsearch_bytes word, bool keyword)
{
    size_t end = word.length;
    while (end > 0 && word.data[end - 1] == '*')
        end--;
    bool star = end < word.length, inner = false, question = false, letters = false;
    for (size_t i = 0; i < end; i++) {
        const char c = word.data[i];
        if (c == 0 || c == '\\')
            return SYNTAX_PLAIN; /* an escape: the star is meant as itself */
        if (c == '*')
            inner = true;
        else if (c == '?')
            question = true;
        else if (syntax_is_word_byte(c)) {
            letters = true;
            inner = inner || question; /* a question mark counts with a letter behind it: what? is a question */
        } else if (!keyword && strchr("-'_.", c) == NULL) {
            return SYNTAX_PLAIN;
        }
    }
    if (question && star)
        inner = true;
    if (!letters || (!inner && !star))
        return SYNTAX_PLAIN;
    return inner ? SYNTAX_WILDCARD : SYNTAX_PREFIX;
}

static const char *const function_names[] = {
    [SYNTAX_TEXT] = "@text",        [SYNTAX_PHRASE] = "@phrase",   [SYNTAX_PREFIXED] = "@prefix",
    [SYNTAX_PATTERN] = "@wildcard", [SYNTAX_FUZZY] = "@fuzzy",     [SYNTAX_NEAR] = "@near",
    [SYNTAX_BEFORE] = "@before",    [SYNTAX_ATLEAST] = "@atleast", [SYNTAX_MAX] = "@max",
    [SYNTAX_FIELDS] = "@fields",    [SYNTAX_FILTER] = "@filter",   [SYNTAX_REGULAR] = "@regex",
    [SYNTAX_NONE] = "@none",
};

enum syntax_function syntax_function(libsearch_bytes word)
{
    if (word.length == 0 || word.data[0] != '@')
        return SYNTAX_NO_FUNCTION;
    for (int i = SYNTAX_TEXT; i <= SYNTAX_NONE; i++)
        if (strlen(function_names[i]) == word.length && memcmp(function_names[i], word.data, word.length) == 0)
            return (enum syntax_function)i;
    return SYNTAX_NO_FUNCTION;
}

const char *syntax_function_name(enum syntax_function function) { return function_names[function]; }

static const struct {
    const char *name;
    unsigned flag;
} flag_names[] = {
    { "all", QUERY_FLAG_ALL },
    { "exact", QUERY_FLAG_EXACT },
    { "keep", QUERY_FLAG_KEEP_STOPS },
    { "prefix", QUERY_FLAG_LAST_PREFIX },
};

unsigned syntax_flag(libsearch_bytes word)
{
    for (size_t i = 0; i < sizeof flag_names / sizeof flag_names[0]; i++)
        if (strlen(flag_names[i].name) == word.length && memcmp(flag_names[i].name, word.data, word.length) == 0)
            return flag_names[i].flag;
    return 0;
}

void syntax_print_flags(struct buffer *to, unsigned flags)
{
    for (size_t i = 0; i < sizeof flag_names / sizeof flag_names[0]; i++)
        if ((flags & flag_names[i].flag) != 0) {
            buffer_append(to, flag_names[i].name, strlen(flag_names[i].name));
            buffer_append_u8(to, ' ');
        }
}
