/* SPDX-License-Identifier: MIT */
/* Passages as one line of text. */
#include <string.h>

#include "results/snippet.h"

struct line {
    struct buffer *to;
    libsearch_markup markup;
    bool space; /* white space is due before the next character */
    bool begun;
};

static void print_string(struct buffer *to, const char *string) { buffer_append(to, string, strlen(string)); }

/* Bytes of the well-formed character at text (RFC 3629), and its code point; 0: there is none. */
static size_t take_character(const unsigned char *text, size_t left, uint32_t *point)
{
    if (text[0] < 0x80) {
        *point = text[0];
        return 1;
    }
    const size_t length = text[0] < 0xC2 ? 0 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : text[0] < 0xF5 ? 4 : 0;
    if (length == 0 || length > left)
        return 0;
    *point = text[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        *point = *point << 6 | (text[i] & 0x3Fu);
    }
    if ((length == 3 && *point < 0x800) || (length == 4 && (*point < 0x10000 || *point > 0x10FFFF)) ||
        (*point >= 0xD800 && *point <= 0xDFFF))
        return 0;
    return length;
}

static bool is_white(uint32_t point)
{
    return (point >= 0x09 && point <= 0x0D) || point == 0x20 || point == 0x85 || point == 0xA0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 || point == 0x202F ||
           point == 0x205F || point == 0x3000;
}

/* Controls, and what turns the direction of all that follows. */
static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

static void print_character(struct line *line, const char *text, size_t length)
{
    const char *escaped = NULL;
    if (line->space && line->begun)
        buffer_append_u8(line->to, ' ');
    line->space = false;
    line->begun = true;
    if (line->markup == LIBSEARCH_HTML)
        switch (text[0]) {
        case '&': escaped = "&amp;"; break;
        case '<': escaped = "&lt;"; break;
        case '>': escaped = "&gt;"; break;
        case '"': escaped = "&quot;"; break;
        case '\'': escaped = "&#39;"; break;
        default: break;
        }
    if (escaped != NULL)
        print_string(line->to, escaped);
    else
        buffer_append(line->to, text, length);
}

static void print_range(struct line *line, libsearch_bytes text, size_t from, size_t to)
{
    while (from < to) {
        uint32_t point = 0;
        const size_t length = take_character((const unsigned char *)text.data + from, to - from, &point);
        if (length == 0)
            print_character(line, "\xEF\xBF\xBD", 3);
        else if (is_white(point))
            line->space = true;
        else if (!is_control(point))
            print_character(line, text.data + from, length);
        from += length == 0 ? 1 : length;
    }
}

static void print_mark(struct line *line, bool open)
{
    static const char *const marks[3][2] = { { "", "" }, { "</b>", "<b>" }, { "\x1B[22m", "\x1B[1m" } };
    if (open && line->space && line->begun) { /* the space stands before the mark */
        buffer_append_u8(line->to, ' ');
        line->space = false;
    }
    print_string(line->to, marks[line->markup][open]);
}

static void print_dots(struct line *line, bool before)
{
    if (!before && line->begun)
        buffer_append_u8(line->to, ' ');
    print_string(line->to, before ? "… " : "…");
    line->space = false;
}

/* One passage with its marks; *mark: the first that is not before it, and then the first behind it. */
static void print_passage(struct line *line, libsearch_bytes text, libsearch_range passage,
                          const libsearch_range *marks, size_t count, size_t *mark)
{
    size_t at = passage.start;
    for (; *mark < count && marks[*mark].start < passage.end; ++*mark) {
        print_range(line, text, at, marks[*mark].start);
        print_mark(line, true);
        print_range(line, text, marks[*mark].start, marks[*mark].end);
        print_mark(line, false);
        at = marks[*mark].end;
    }
    print_range(line, text, at, passage.end);
}

void snippet_print_passage(libsearch_bytes text, libsearch_range passage, const libsearch_range *marks, size_t count,
                           libsearch_markup markup, struct buffer *to)
{
    struct line line = { .to = to, .markup = markup };
    size_t mark = 0;
    print_passage(&line, text, passage, marks, count, &mark);
}

void snippet_print(libsearch_bytes text, const struct snippet *snippet, libsearch_markup markup, struct buffer *to)
{
    struct line line = { .to = to, .markup = markup };
    size_t mark = 0, end = 0;
    for (size_t i = 0; i < snippet->passage_count; i++) {
        const libsearch_range passage = snippet->passages[i];
        bool left_out = false; /* between the last passage and this */
        for (size_t c = end; c < passage.start && !left_out; c++)
            left_out = (unsigned char)text.data[c] > 0x20;
        if (left_out && i == 0)
            print_dots(&line, true);
        else if (left_out) {
            print_dots(&line, false);
            line.space = true;
        } else {
            line.space = i > 0;
        }
        print_passage(&line, text, passage, snippet->marks, snippet->mark_count, &mark);
        end = passage.end;
    }
    for (; end < text.length && snippet->passage_count > 0; end++)
        if ((unsigned char)text.data[end] > 0x20) {
            print_dots(&line, false);
            break;
        }
}
