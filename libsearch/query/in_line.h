/* SPDX-License-Identifier: MIT */
/* What a sloppy phrase means, whoever looks for it: choices of a place for each of its words.
 *
 * Every place is moved to where the phrase's last word would be, were the phrase to stand right there; a choice is good
 * when the moved places lie within slop of each other. A place of the text serves one word: words that are the same
 * take rising places, and the last word, where it is a prefix, another place than words that it fits. A phrase stands
 * as often as there are places that are the lowest of a good choice (of equal ones, the word that comes first in the
 * phrase is the lower). */
#ifndef LIBSEARCH_QUERY_IN_LINE_H
#define LIBSEARCH_QUERY_IN_LINE_H

#include <libsearch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A word of the phrase, and where it stands in a document: at least once. */
struct in_line_word {
    const uint32_t *places; /* rising; one every `stride` numbers */
    size_t stride, count;
    uint32_t plus;  /* added to a place, it is moved */
    uint32_t shift; /* taken from a moved place, it is the place in the text */
    uint32_t next;  /* 1 + the number of the next word that is the same; 0: none is */
    bool in_last;   /* the last word, a prefix, fits this one, too */
    size_t at;      /* in_line_next's own */
    size_t chosen;  /* which of its places in_line_next chose */
};

struct in_line {
    struct in_line_word *words; /* in the order of the phrase; at least one */
    size_t count;
    uint32_t slop;
    bool begun, stopped, shared;
    size_t lowest;
    /* Asked at each step and every thousand words; false ends it: `stopped`. */
    bool (*go_on)(void *context);
    void *context;
};

/* The next good choice, in words[].chosen; false: there is no more, or it was stopped. Before the first: begun is false
 * and all but at and chosen is filled in. */
bool in_line_next(struct in_line *line);

/* The place in the text that was chosen for a word. */
static inline uint32_t in_line_place(const struct in_line *line, size_t word)
{
    const struct in_line_word *in = &line->words[word];
    return in->places[in->chosen * in->stride] + in->plus - in->shift;
}

/* A word of a phrase as it is compared with others. */
struct in_line_name {
    libsearch_bytes term, form; /* form: empty where any form of the term counts */
};

/* Which words of a phrase are the same: next[i] as in struct in_line_word. order: room for count; scratch, poll: as of
 * merge_sort.h, for elements of order. */
libsearch_status in_line_same(const struct in_line_name *names, size_t count, const struct in_line_name **order,
                              void *scratch, uint32_t *next, libsearch_status (*poll)(void *context),
                              void *poll_context);

#endif
