/* SPDX-License-Identifier: MIT */
/* Biwords: which common words stand right after each other, in which documents, and how often. A phrase of two common
 * words is one list then, and a longer one is looked for only where its words do follow each other (Manning, Raghavan
 * and Schütze, Introduction to Information Retrieval, 2.4.1; Williams, Zobel and Bahle, Fast Phrase Querying with
 * Combined Indexes, 2004).
 *
 * Section BIWORDS, for the lists of the default group:
 *
 *     u32 w       common words: those whose lists have at least `least` documents, all of them
 *     u32 n       biwords
 *     u32 least
 *     u32 zero
 *     u64[w]      where the positions of each begin in section POSTINGS: its name here, rising
 *     u64[w]      where the first of its lists begins in section BIWORD_LISTS, as the first word; 0 where it has none
 *     u32[w + 1]  its first biword; at the end n
 *     u32[n]      documents
 *     u32[n]      occurrences in all of them
 *     u32[n]      where the list begins, from the first word's first one; of one document, which has no list: its number
 *     u16[n]      number of the second word, rising for each first one
 *
 * Section BIWORD_LISTS has the lists as POSTINGS has those without positions: where two common words have no biword, no
 * document has one after the other. */
#ifndef LIBSEARCH_SEGMENT_BIWORDS_H
#define LIBSEARCH_SEGMENT_BIWORDS_H

#include "base/buffer.h"
#include "base/status.h"
#include "postings/posting_list.h"

enum { BIWORDS_HEADER = 16, BIWORDS_MOST_WORDS = 1 << 13, BIWORDS_PART = 32, BIWORDS_LEAST = 128 };

/* As they lie in a segment. words 0: it has none. */
struct biwords {
    uint32_t words, count, least;
    const uint8_t *names, *bases, *starts, *documents, *occurrences, *offsets, *seconds;
    const uint8_t *lists;
    size_t lists_length;
};

/* Opens the two sections (NULL: none). CORRUPT where they are not what they should be. */
libsearch_status biwords_open(const uint8_t *section, size_t length, const uint8_t *lists, size_t lists_length,
                              const char *name, struct biwords *biwords, libsearch_error *error);

enum biword_known {
    BIWORD_UNKNOWN, /* not both are common: nothing is said */
    BIWORD_NEVER,   /* no document has one after the other */
    BIWORD_LIST     /* those that have are in the list */
};

/* The words by the places of their positions in POSTINGS. CORRUPT. */
libsearch_status biwords_find(const struct biwords *biwords, uint64_t first, uint64_t second, uint32_t document_count,
                              const char *name, enum biword_known *known, struct posting_list *list,
                              libsearch_error *error);
/* Biword i of a first word: its list, and the number of its second word. */
libsearch_status biwords_list(const struct biwords *biwords, uint32_t first, uint32_t i, uint32_t document_count,
                              const char *name, struct posting_list *list, libsearch_error *error);

static inline uint32_t biwords_start(const struct biwords *biwords, uint32_t first)
{
    return load_u32(biwords->starts + 4 * (size_t)first);
}
static inline uint32_t biwords_second(const struct biwords *biwords, uint32_t i)
{
    return load_u16(biwords->seconds + 2 * (size_t)i);
}

#endif
