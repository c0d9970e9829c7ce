/* SPDX-License-Identifier: MIT */
/* The biwords that a segment has are those that its positions make. That their lists are sound is looked at with the
 * others (check_lists.c). */
#include "segment/biword_gather.h"
#include "segment/biwords.h"
#include "segment/check.h"

static libsearch_status damaged(const struct segment *segment, const char *what, libsearch_error *found)
{
    return error_set(found, LIBSEARCH_CORRUPT, "%s: biwords: %s", section_file_name(segment->file), what);
}

/* Compares a list with the documents that were found. */
static libsearch_status compare(const struct segment *segment, const struct posting_list *list,
                                const struct gathered_biword *biword, libsearch_error *found)
{
    struct cursor cursor = cursor_of(biword->postings.data, biword->postings.length);
    struct posting_block block;
    uint32_t document = UINT32_MAX;
    if (list->document_frequency != biword->documents || list->collection_frequency != biword->occurrences)
        return damaged(segment, "a list has not as many documents or occurrences as its words", found);
    for (uint32_t b = 0; b < list->blocks; b++) {
        if (!posting_block_documents(list, b, &block) || !posting_block_frequencies(list, &block))
            return damaged(segment, "a list is damaged", found);
        for (uint32_t i = 0; i < block.count; i++) {
            document += cursor_varint32(&cursor);
            const uint32_t frequency = cursor_varint32(&cursor);
            if (block.documents[i] != document || block.frequencies[i] != frequency)
                return damaged(segment, "a list has other documents than its words", found);
        }
    }
    return LIBSEARCH_OK;
}

static libsearch_status compare_all(const struct segment *segment, const struct biword_gather *gather,
                                    libsearch_error *found)
{
    const struct biwords *biwords = &segment->biwords;
    if (gather->words != biwords->words || gather->count != biwords->count || gather->least != biwords->least)
        return damaged(segment, "not as many words or biwords as there are", found);
    for (uint32_t first = 0; first < biwords->words; first++) {
        if (load_u64(biwords->names + 8 * (size_t)first) != gather->names[first])
            return damaged(segment, "a word that is not common, or none", found);
        bool has_lists = false;
        for (uint32_t i = biwords_start(biwords, first); i < biwords_start(biwords, first + 1); i++) {
            struct posting_list list;
            if (gather->biwords[i].key != (first << 16 | biwords_second(biwords, i)))
                return damaged(segment, "two words that are not next to each other", found);
            TRY(biwords_list(biwords, first, i, segment->count, section_file_name(segment->file), &list, found));
            TRY(compare(segment, &list, &gather->biwords[i], found));
            has_lists = has_lists || list.document_frequency > 1;
        }
        if (!has_lists && load_u64(biwords->bases + 8 * (size_t)first) != 0)
            return damaged(segment, "a word without lists says where they begin", found);
    }
    return LIBSEARCH_OK;
}

libsearch_status check_biwords(struct check *check)
{
    const struct segment *segment = check->segment;
    libsearch_error found = LIBSEARCH_ERROR_INIT;
    struct biword_gather gather;
    const struct watch_part within = watch_within(check->part, CHECK_LISTS, 100, 100);
    libsearch_status status =
        biword_gather(&gather, segment->allocator, segment, segment->biwords.least, &within, &found);
    if (status == LIBSEARCH_LIMIT)
        status = damaged(segment, "more common words in one place than they are made of", &found);
    if (status == LIBSEARCH_OK) {
        status = compare_all(segment, &gather, &found);
        biword_gather_free(&gather);
    }
    return check_found(check, status, &found);
}
