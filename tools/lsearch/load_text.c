/* SPDX-License-Identifier: MIT */
#include "load_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "date.h"

enum { LOOK_LINES = 12, HEADLINE_MOST = 250, HEADLINE_WORDS = 40 };

/* A line without the blanks around it; start and end are bytes of the text, end past its newline. */
struct line {
    libsearch_bytes text;
    size_t start, end;
};

static bool next_line(const char *text, size_t length, size_t *position, struct line *line)
{
    if (*position >= length)
        return false;
    const char *newline = memchr(text + *position, '\n', length - *position);
    const size_t end = newline != NULL ? (size_t)(newline - text) : length;
    line->start = *position;
    line->end = newline != NULL ? end + 1 : end;
    size_t from = line->start, to = end;
    while (from < to && isspace((unsigned char)text[from]))
        from++;
    while (to > from && isspace((unsigned char)text[to - 1]))
        to--;
    line->text = bytes_of(text + from, to - from);
    *position = line->end;
    return true;
}

static bool begins(libsearch_bytes line, const char *with)
{
    const size_t length = strlen(with);
    return line.length >= length && strncasecmp(line.data, with, length) == 0;
}

static bool ends(libsearch_bytes line, const char *with)
{
    const size_t length = strlen(with);
    return line.length >= length && memcmp(line.data + line.length - length, with, length) == 0;
}

/* Whether there is a letter of any script in it: punctuation, symbols and digits are none. */
static bool has_letter(libsearch_bytes line)
{
    for (size_t i = 0; i < line.length; i++) {
        const unsigned char c = (unsigned char)line.data[i];
        if (isalpha(c))
            return true;
        const unsigned char second = i + 1 < line.length ? (unsigned char)line.data[i + 1] : 0;
        if (c == 0xC3 && second != 0x97 && second != 0xB7)
            return true; /* Latin-1 letters, but × and ÷ */
        if (c >= 0xC4 && c <= 0xDF)
            return true;
        if (c == 0xE0 || c == 0xE1 || (c >= 0xE4 && c <= 0xED))
            return true; /* from U+0800 on, but U+2000 to 3FFF, which are signs and kana */
        if (c == 0xE3 && second >= 0x81)
            return true; /* kana */
    }
    return false;
}

static size_t count_words(libsearch_bytes line)
{
    size_t words = 0;
    for (size_t i = 0; i < line.length; i++)
        words += line.data[i] != ' ' && (i == 0 || line.data[i - 1] == ' ');
    return words;
}

/* What pages have above their headline: a close button, a menu, a way to share. */
static bool is_boilerplate(libsearch_bytes line)
{
    static const char *const known[] = { "menu",       "share",           "print",
                                         "home",       "search",          "close",
                                         "subscribe",  "advertisement",   "email",
                                         "tweet",      "sign in",         "log in",
                                         "share this", "skip to content", "skip to main content",
                                         "read more" };
    if (!has_letter(line))
        return true;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (line.length == strlen(known[i]) && begins(line, known[i]))
            return true;
    return false;
}

static const char *const date_words[] = { "date", "published", "posted", "updated", "last updated", "created", NULL };

/* The line after a word such as “Updated” and what joins it to the date. */
static libsearch_bytes after_date_word(libsearch_bytes line)
{
    for (size_t i = 0; date_words[i] != NULL; i++)
        if (begins(line, date_words[i])) {
            size_t skip = strlen(date_words[i]);
            while (skip < line.length && strchr(" :|,", line.data[skip]) != NULL && line.data[skip] != '\0')
                skip++;
            return bytes_of(line.data + skip, line.length - skip);
        }
    return line;
}

/* A dateline or a byline: little but a date, or who wrote it. */
static bool is_dateline(libsearch_bytes line)
{
    int64_t date;
    size_t end;
    const libsearch_bytes rest = after_date_word(line);
    if (date_parse_start(rest.data, rest.length, &date, &end) && rest.length - end < 30)
        return true;
    return begins(line, "by ") && line.length < 120 &&
           (count_words(line) <= 5 || date_find(line.data, line.length, line.length, &date));
}

/* Whether it reads as a headline by itself. */
static bool reads_as_headline(libsearch_bytes line)
{
    static const char *const stops[] = { ".", ";", ",", "。", "；", "，", ".]", ".)", ".\"", ".”" };
    if (line.length > HEADLINE_MOST || count_words(line) > HEADLINE_WORDS || !has_letter(line))
        return false;
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        if (ends(line, stops[i]))
            return ends(line, "U.S.") || ends(line, "U.K.") || ends(line, "U.N.");
    return true;
}

/* … and whether what follows leaves it alone on its lines: a blank line, a rule under it, another
 * dateline, or a paragraph on one long line. */
static bool stands_alone(const char *text, size_t length, size_t position, libsearch_bytes headline)
{
    struct line next;
    if (!next_line(text, length, &position, &next))
        return false; /* a page of one line is text */
    if (next.text.length == 0 || is_boilerplate(next.text) || is_dateline(next.text))
        return true;
    return next.text.length > 120 && next.text.length > headline.length * 3 / 2;
}

/* A date near the top: in a short line, or at the very beginning of a longer one (“date 2024-10-01
 * (MENAFN) …”, “BEIJING, Oct 1, 2024 (Reuters) – …”), where no word in small letters stands before. */
static bool find_date(libsearch_bytes line, int64_t *date)
{
    if (line.length <= 120)
        return date_find(line.data, line.length, line.length, date);
    const libsearch_bytes rest = after_date_word(line);
    size_t within = 0;
    while (within < 40 && within < rest.length && !islower((unsigned char)rest.data[within]))
        within++;
    return date_find(rest.data, rest.length, within > 2 ? within - 2 : 0, date);
}

static void look_for_date(struct page *page, const char *text, size_t length)
{
    struct line line;
    bool updated = false; /* what was found is only when it was last changed */
    size_t position = 0;
    for (int seen = 0; seen < LOOK_LINES && next_line(text, length, &position, &line);) {
        if (line.text.length == 0)
            continue;
        seen++;
        int64_t date;
        if (!find_date(line.text, &date))
            continue;
        const bool change = begins(line.text, "updated") || begins(line.text, "last updated");
        if (!page->has_date || (updated && !change)) {
            page->has_date = true;
            page->date = date;
            updated = change;
        }
        if (!updated)
            return;
    }
}

struct page page_of_text(const char *text, size_t length)
{
    struct page page = { .title = { text, 0 } };
    struct line line;
    size_t position = 0;
    bool signs = true; /* no letter so far */
    look_for_date(&page, text, length);
    for (int seen = 0; seen < LOOK_LINES && next_line(text, length, &position, &line);) {
        if (line.text.length == 0)
            continue;
        seen++;
        if (is_boilerplate(line.text) || is_dateline(line.text)) {
            signs = signs && !has_letter(line.text);
            continue;
        }
        if (reads_as_headline(line.text) && stands_alone(text, length, position, line.text)) {
            page.title = line.text;
            page.title_start = signs ? 0 : line.start; /* a × above it is nothing to read */
            page.title_end = line.end;
        }
        break;
    }
    return page;
}

/* name: value in front matter, without quotes. */
static bool front_value(libsearch_bytes line, const char *name, libsearch_bytes *value)
{
    if (!begins(line, name))
        return false;
    size_t from = strlen(name), to = line.length;
    while (from < to && isspace((unsigned char)line.data[from]))
        from++;
    if (to - from >= 2 && (line.data[from] == '"' || line.data[from] == '\'') && line.data[to - 1] == line.data[from]) {
        from++;
        to--;
    }
    *value = bytes_of(line.data + from, to - from);
    return true;
}

/* Reads the block between two lines of ---; returns where the text goes on. */
static size_t read_front_matter(struct page *page, const char *text, size_t length)
{
    struct line line;
    size_t position = 0, end;
    if (!next_line(text, length, &position, &line) || line.text.length != 3 || !begins(line.text, "---"))
        return 0;
    struct page found = *page;
    while (next_line(text, length, &position, &line)) {
        libsearch_bytes value;
        if (line.text.length == 3 && (begins(line.text, "---") || begins(line.text, "..."))) {
            found.title_end = line.end; /* the whole block is left out of the text */
            *page = found;
            return line.end;
        }
        if (front_value(line.text, "title:", &value))
            found.title = value;
        else if (front_value(line.text, "date:", &value))
            found.has_date = date_parse_start(value.data, value.length, &found.date, &end);
    }
    return 0; /* it never ends: it was a rule */
}

/* # Heading, or a heading with a rule under it. */
static bool find_heading(struct page *page, const char *text, size_t length, size_t position)
{
    struct line line, under;
    while (next_line(text, length, &position, &line)) {
        size_t marks = strspn(line.text.length != 0 ? line.text.data : " ", "#"), to = line.text.length;
        if (to == 0)
            continue;
        size_t after = position;
        const bool ruled = next_line(text, length, &after, &under) && under.text.length >= 3 &&
                           strspn(under.text.data, "=") >= under.text.length;
        if (!ruled && (marks == 0 || marks > 6 || marks >= to || line.text.data[marks] != ' '))
            return false; /* the text begins without one */
        if (ruled)
            marks = 0;
        while (marks < to && line.text.data[marks] == ' ')
            marks++;
        while (!ruled && to > marks && (line.text.data[to - 1] == '#' || line.text.data[to - 1] == ' '))
            to--;
        if (to == marks)
            return false;
        page->title = bytes_of(line.text.data + marks, to - marks);
        page->title_start = line.start;
        page->title_end = ruled ? under.end : line.end;
        return true;
    }
    return false;
}

struct page page_of_markdown(const char *text, size_t length)
{
    struct page page = { .title = { text, 0 } };
    const size_t body = read_front_matter(&page, text, length);
    if (page.title.length == 0) {
        struct page rest = { .title = { text, 0 } };
        if (!find_heading(&rest, text, length, body)) {
            rest = page_of_text(text + body, length - body);
            rest.title_start += body;
            rest.title_end += body;
        }
        if (rest.title.length != 0) {
            page.title = rest.title;
            page.title_start = body != 0 ? 0 : rest.title_start;
            page.title_end = rest.title_end;
        }
    }
    if (!page.has_date)
        look_for_date(&page, text + body, length - body);
    return page;
}

void page_to_record(const struct page *page, const char *text, size_t length, struct record *record)
{
    const size_t before = page->title_start, after = length - page->title_end;
    char *body = record_keep(record, text, length);
    if (page->title.length != 0) {
        char *title = record_keep(record, page->title.data, page->title.length);
        record_add_string(record, "title", bytes_of(title, page->title.length));
    }
    memmove(body + before, body + page->title_end, after);
    size_t start = 0, end = before + after;
    while (start < end && isspace((unsigned char)body[start]))
        start++;
    while (end > start && isspace((unsigned char)body[end - 1]))
        end--;
    record_add_string(record, "text", bytes_of(body + start, end - start));
    if (page->has_date)
        record_add(record, "date", VALUE_DATE, (struct value){ .integer = page->date });
}
