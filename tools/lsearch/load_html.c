/* SPDX-License-Identifier: MIT */
/* The text of an HTML page. No tree is built: what people see is what lies between the tags, and the
 * tags say where lines end. Broken pages come through: whatever does not end is closed by the end. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load_text.h"

struct output {
    char *data;
    size_t length, capacity;
};

struct html {
    const char *next, *end;
    struct output text, title, heading;
    char *date;
    enum { DATE_NONE, DATE_TIME, DATE_META } date_from;
    bool in_title, in_heading, had_title, had_heading;
    unsigned kept; /* depth of <pre>: blanks stand as they are */
};

static void append(struct output *out, const char *data, size_t length)
{
    if (out->length + length + 1 > out->capacity) {
        out->capacity = (out->length + length + 1) * 2;
        out->data = reallocate(out->data, out->capacity);
    }
    memcpy(out->data + out->length, data, length);
    out->length += length;
    out->data[out->length] = '\0';
}

static void append_character(struct output *out, uint32_t c)
{
    char text[4];
    size_t length = 0;
    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        c = 0xFFFD;
    if (c < 0x80) {
        text[length++] = (char)c;
    } else if (c < 0x800) {
        text[length++] = (char)(0xC0 | (c >> 6));
        text[length++] = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        text[length++] = (char)(0xE0 | (c >> 12));
        text[length++] = (char)(0x80 | ((c >> 6) & 63));
        text[length++] = (char)(0x80 | (c & 63));
    } else {
        text[length++] = (char)(0xF0 | (c >> 18));
        text[length++] = (char)(0x80 | ((c >> 12) & 63));
        text[length++] = (char)(0x80 | ((c >> 6) & 63));
        text[length++] = (char)(0x80 | (c & 63));
    }
    append(out, text, length);
}

/* A blank between words: one, and none at a line's beginning. */
static void append_blank(struct output *out)
{
    if (out->length != 0 && out->data[out->length - 1] != ' ' && out->data[out->length - 1] != '\n')
        append(out, " ", 1);
}

/* The end of a block: an empty line between blocks. */
static void append_break(struct output *out, bool paragraph)
{
    while (out->length != 0 && out->data[out->length - 1] == ' ')
        out->length--;
    if (out->length == 0)
        return;
    const bool line = out->data[out->length - 1] == '\n';
    const bool empty = line && out->length > 1 && out->data[out->length - 2] == '\n';
    if (!line)
        append(out, "\n", 1);
    if (paragraph && !empty)
        append(out, "\n", 1);
}

static struct output *target(struct html *html) { return html->in_title ? &html->title : &html->text; }

static void put_character(struct html *html, uint32_t c)
{
    struct output *out = target(html);
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0xA0;
    if (blank && html->kept == 0)
        append_blank(out);
    else
        append_character(out, c);
    if (html->in_heading) {
        if (blank)
            append_blank(&html->heading);
        else
            append_character(&html->heading, c);
    }
}

/* &name; &#8217; &#x2019; — and the name without a semicolon where it is one of the oldest. */
static uint32_t read_entity(const char *next, const char *end, size_t *length)
{
    size_t i = 1;
    const size_t left = (size_t)(end - next);
    if (left > 2 && next[1] == '#') {
        const bool hex = next[2] == 'x' || next[2] == 'X';
        uint32_t c = 0;
        size_t digits = 0;
        for (i = hex ? 3 : 2; i < left && (hex ? isxdigit((unsigned char)next[i]) : isdigit((unsigned char)next[i]));
             i++, digits++) {
            const uint32_t digit = (uint32_t)(next[i] <= '9' ? next[i] - '0' : (next[i] | 32) - 'a' + 10);
            c = c > 0x110000 ? c : c * (hex ? 16 : 10) + digit;
        }
        if (digits == 0)
            return 0;
        *length = i < left && next[i] == ';' ? i + 1 : i;
        return c != 0 ? c : 0xFFFD;
    }
    while (i < left && i < 32 && isalnum((unsigned char)next[i]))
        i++;
    const uint32_t c = html_entity(next + 1, i - 1);
    if (c == 0)
        return 0;
    const bool closed = i < left && next[i] == ';';
    if (!closed && c >= 0x100)
        return 0;
    *length = closed ? i + 1 : i;
    return c;
}

struct tag {
    char name[16];
    bool closing;
    const char *attributes, *end;
};

static bool tag_is(const struct tag *tag, const char *names)
{
    const char *found = names;
    const size_t length = strlen(tag->name);
    while (length != 0 && (found = strstr(found, tag->name)) != NULL) {
        if ((found == names || found[-1] == ' ') && (found[length] == ' ' || found[length] == '\0'))
            return true;
        found += length;
    }
    return false;
}

/* The value of an attribute; empty when there is none. */
static libsearch_bytes attribute(const struct tag *tag, const char *name)
{
    const size_t length = strlen(name);
    for (const char *c = tag->attributes; c + length < tag->end; c++) {
        if (!isspace((unsigned char)c[0]) || strncasecmp(c + 1, name, length) != 0 || c + 1 + length >= tag->end)
            continue;
        const char *value = c + 1 + length;
        while (value < tag->end && isspace((unsigned char)*value))
            value++;
        if (value >= tag->end || *value++ != '=')
            continue;
        while (value < tag->end && isspace((unsigned char)*value))
            value++;
        const char quote = value < tag->end && (*value == '"' || *value == '\'') ? *value++ : '\0';
        const char *end = value;
        while (end < tag->end && (quote != '\0' ? *end != quote : !isspace((unsigned char)*end)))
            end++;
        return bytes_of(value, (size_t)(end - value));
    }
    return bytes_of("", 0);
}

/* Reads the tag at html->next, quotes and all; html->next goes past it. False: it is a mere <. */
static bool read_tag(struct html *html, struct tag *tag)
{
    const char *c = html->next + 1;
    tag->closing = c < html->end && *c == '/';
    c += tag->closing;
    if (c >= html->end || !isalpha((unsigned char)*c))
        return false;
    size_t length = 0;
    while (c < html->end && isalnum((unsigned char)*c)) {
        if (length + 1 < sizeof tag->name)
            tag->name[length++] = (char)tolower((unsigned char)*c);
        c++;
    }
    tag->name[length] = '\0';
    tag->attributes = c;
    char quote = '\0';
    for (; c < html->end; c++) {
        if (quote != '\0') {
            quote = *c == quote ? '\0' : quote;
        } else if (*c == '>') {
            break;
        } else if ((*c == '"' || *c == '\'') && c[-1] == '=') {
            quote = *c;
        }
    }
    tag->end = c;
    html->next = c < html->end ? c + 1 : c;
    return true;
}

/* Past the closing tag of an element whose content is no text. */
static void skip_element(struct html *html, const char *name)
{
    const size_t length = strlen(name);
    for (const char *c = html->next; (c = memchr(c, '<', (size_t)(html->end - c))) != NULL; c++)
        if ((size_t)(html->end - c) > length + 2 && c[1] == '/' && strncasecmp(c + 2, name, length) == 0 &&
            !isalnum((unsigned char)c[2 + length])) {
            const char *close = memchr(c, '>', (size_t)(html->end - c));
            html->next = close != NULL ? close + 1 : html->end;
            return;
        }
    html->next = html->end;
}

static void take_date(struct html *html, libsearch_bytes value, int from)
{
    if (value.length == 0 || (int)html->date_from >= from)
        return;
    free(html->date);
    html->date = duplicate(value.data, value.length);
    html->date_from = from == DATE_META ? DATE_META : DATE_TIME;
}

static void read_meta(struct html *html, const struct tag *tag)
{
    static const char *const names[] = { "article:published_time", "date", "dc.date", "datePublished", "pubdate" };
    libsearch_bytes name = attribute(tag, "property");
    if (name.length == 0)
        name = attribute(tag, "name");
    if (name.length == 0)
        name = attribute(tag, "itemprop");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (name.length == strlen(names[i]) && strncasecmp(name.data, names[i], name.length) == 0)
            take_date(html, attribute(tag, "content"), DATE_META);
}

static void handle_tag(struct html *html, const struct tag *tag)
{
    if (tag_is(tag, "script style noscript template iframe svg object")) {
        append_blank(&html->text);
        if (!tag->closing)
            skip_element(html, tag->name);
    } else if (tag_is(tag, "title")) {
        html->in_title = !tag->closing && !html->had_title;
        html->had_title = true;
    } else if (tag_is(tag, "meta")) {
        read_meta(html, tag);
    } else if (tag_is(tag, "time")) {
        take_date(html, attribute(tag, "datetime"), DATE_TIME);
    } else if (tag_is(tag, "pre textarea")) {
        append_break(&html->text, true);
        html->kept = tag->closing ? (html->kept != 0 ? html->kept - 1 : 0) : html->kept + 1;
    } else if (tag_is(tag, "br li tr dt dd option")) {
        append_break(&html->text, false);
    } else if (tag_is(tag, "td th")) {
        append_blank(&html->text);
    } else if (tag_is(tag, "p div h1 h2 h3 h4 h5 h6 ul ol dl table section article header footer nav main aside form "
                           "fieldset figure figcaption blockquote hr address body head html")) {
        append_break(&html->text, true);
        if (tag_is(tag, "h1 h2")) {
            html->in_heading = !tag->closing && !html->had_heading;
            html->had_heading = true;
        }
    }
}

/* Comments, declarations, processing instructions, CDATA. */
static bool skip_markup(struct html *html)
{
    const size_t left = (size_t)(html->end - html->next);
    const char *end = NULL;
    if (left >= 4 && memcmp(html->next, "<!--", 4) == 0)
        end = memmem(html->next + 4, left - 4, "-->", 3);
    else if (left < 2 || (html->next[1] != '!' && html->next[1] != '?'))
        return false;
    else
        end = memchr(html->next, '>', left);
    if (end == NULL)
        html->next = html->end;
    else
        html->next = end + (*end == '>' ? 1 : 3);
    return true;
}

static char *finish(struct output *out)
{
    while (out->length != 0 && isspace((unsigned char)out->data[out->length - 1]))
        out->length--;
    if (out->length == 0) {
        free(out->data);
        return NULL;
    }
    out->data[out->length] = '\0';
    return out->data;
}

char *html_to_text(const char *html_text, size_t length, size_t *text_length, char **title, char **date)
{
    struct html html = { .next = html_text, .end = html_text + length };
    while (html.next < html.end) {
        struct tag tag;
        size_t taken;
        const char c = *html.next;
        if (c == '<') {
            if (skip_markup(&html))
                continue;
            if (read_tag(&html, &tag)) {
                handle_tag(&html, &tag);
                continue;
            }
        } else if (c == '&') {
            const uint32_t character = read_entity(html.next, html.end, &taken);
            if (character != 0) {
                put_character(&html, character);
                html.next += taken;
                continue;
            }
        } else if ((unsigned char)c >= 0x80) { /* bytes of UTF-8 go through as they are */
            append(target(&html), html.next, 1);
            if (html.in_heading)
                append(&html.heading, html.next, 1);
            html.next++;
            continue;
        }
        put_character(&html, c != '\0' ? (unsigned char)c : ' ');
        html.next++;
    }
    *title = finish(&html.title);
    char *heading = finish(&html.heading);
    if (*title == NULL)
        *title = heading;
    else
        free(heading);
    *date = html.date;
    char *text = finish(&html.text);
    *text_length = html.text.length;
    return text != NULL ? text : duplicate("", 0);
}
