/* SPDX-License-Identifier: MIT */
/* Text as it comes: where a page's title and date are, and what is left of it. A page's text has a
 * zero after it, which its length does not count. */
#ifndef LSEARCH_LOAD_TEXT_H
#define LSEARCH_LOAD_TEXT_H

#include "record.h"

/* What was found of a page. All point into its text. */
struct page {
    libsearch_bytes title;         /* empty: it has none */
    size_t title_start, title_end; /* the lines that it stood on, to be left out of the text */
    bool has_date;
    int64_t date; /* milliseconds since 1970 */
};

/* Plain text. The title is the first line that is neither boilerplate nor a dateline, where it reads
 * as a headline: short, no sentence, with a paragraph of its own. A text that begins with a sentence
 * has no title: a title that nobody wrote would weigh as much as one that somebody did. */
struct page page_of_text(const char *text, size_t length);

/* Markdown: also front matter's title and date, and # headings. */
struct page page_of_markdown(const char *text, size_t length);

/* Adds title, text and date of a page to a record that keeps copies of them. */
void page_to_record(const struct page *page, const char *text, size_t length, struct record *record);

/* The visible text of an HTML page, in memory of its own: tags, comments, scripts and styles out,
 * entities resolved, blocks on lines of their own. *title (its <title>, else its first heading) and
 * *date (its meta data or first <time>, as written) are memory of their own, or NULL. */
char *html_to_text(const char *html, size_t length, size_t *text_length, char **title, char **date);

/* The character that an entity stands for (name without & and ;), or 0. */
uint32_t html_entity(const char *name, size_t length);

#endif
