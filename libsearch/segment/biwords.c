/* SPDX-License-Identifier: MIT */
#include "segment/biwords.h"

static libsearch_status damaged(const char *name, const char *what, libsearch_error *error)
{
    return error_set(error, LIBSEARCH_CORRUPT, "%s: section BIWORDS: %s", name, what);
}

libsearch_status biwords_open(const uint8_t *section, size_t length, const uint8_t *lists, size_t lists_length,
                              const char *name, struct biwords *biwords, libsearch_error *error)
{
    *biwords = (struct biwords){ 0 };
    if (section == NULL)
        return LIBSEARCH_OK;
    struct cursor cursor = cursor_of(section, length);
    struct biwords opened = { .lists = lists, .lists_length = lists_length };
    opened.words = cursor_u32(&cursor);
    opened.count = cursor_u32(&cursor);
    opened.least = cursor_u32(&cursor);
    if (cursor_u32(&cursor) != 0 || cursor.failed || opened.words > BIWORDS_MOST_WORDS || lists == NULL)
        return damaged(name, "not what it should be", error);
    const size_t w = opened.words, n = opened.count;
    opened.names = cursor_take(&cursor, 8 * w);
    opened.bases = cursor_take(&cursor, 8 * w);
    opened.starts = cursor_take(&cursor, 4 * (w + 1));
    opened.documents = cursor_take(&cursor, 4 * n);
    opened.occurrences = cursor_take(&cursor, 4 * n);
    opened.offsets = cursor_take(&cursor, 4 * n);
    opened.seconds = cursor_take(&cursor, 2 * n);
    if (cursor.failed || cursor_left(&cursor) > 0)
        return damaged(name, "not as long as its numbers of words say", error);
    for (uint32_t first = 0; first < w; first++)
        if (biwords_start(&opened, first) > biwords_start(&opened, first + 1) ||
            (first > 0 && load_u64(opened.names + 8 * (size_t)first) <= load_u64(opened.names + 8 * (size_t)first - 8)))
            return damaged(name, "its words do not rise", error);
    if (biwords_start(&opened, 0) != 0 || biwords_start(&opened, opened.words) != n)
        return damaged(name, "its words have not all of its biwords", error);
    *biwords = opened;
    return LIBSEARCH_OK;
}

/* The number of a common word; biwords->words: it is none. */
static uint32_t number_of(const struct biwords *biwords, uint64_t name)
{
    uint32_t low = 0;
    for (uint32_t left = biwords->words; left > 0;) {
        const uint32_t half = left / 2;
        const bool below = load_u64(biwords->names + 8 * (size_t)(low + half)) < name;
        low = below ? low + half + 1 : low;
        left = below ? left - half - 1 : half;
    }
    return low < biwords->words && load_u64(biwords->names + 8 * (size_t)low) == name ? low : biwords->words;
}

libsearch_status biwords_list(const struct biwords *biwords, uint32_t first, uint32_t i, uint32_t document_count,
                              const char *name, struct posting_list *list, libsearch_error *error)
{
    struct posting_place place = { .document_frequency = load_u32(biwords->documents + 4 * (size_t)i),
                                   .collection_frequency = load_u32(biwords->occurrences + 4 * (size_t)i) };
    const uint32_t offset = load_u32(biwords->offsets + 4 * (size_t)i);
    if (place.document_frequency == 1)
        place.single_document = offset;
    else
        place.postings_offset = load_u64(biwords->bases + 8 * (size_t)first) + offset;
    return posting_list_open(biwords->lists, biwords->lists_length, &place, document_count, name, list, error);
}

libsearch_status biwords_find(const struct biwords *biwords, uint64_t first, uint64_t second, uint32_t document_count,
                              const char *name, enum biword_known *known, struct posting_list *list,
                              libsearch_error *error)
{
    const uint32_t one = number_of(biwords, first), other = number_of(biwords, second);
    *known = BIWORD_UNKNOWN;
    if (one == biwords->words || other == biwords->words)
        return LIBSEARCH_OK;
    *known = BIWORD_NEVER;
    uint32_t low = biwords_start(biwords, one);
    const uint32_t end = biwords_start(biwords, one + 1);
    for (uint32_t left = end - low; left > 0;) {
        const uint32_t half = left / 2;
        const bool below = biwords_second(biwords, low + half) < other;
        low = below ? low + half + 1 : low;
        left = below ? left - half - 1 : half;
    }
    if (low == end || biwords_second(biwords, low) != other)
        return LIBSEARCH_OK;
    *known = BIWORD_LIST;
    return biwords_list(biwords, one, low, document_count, name, list, error);
}
