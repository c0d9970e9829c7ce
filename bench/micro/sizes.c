/* SPDX-License-Identifier: MIT */
/* What an index's bytes are spent on: section by section, and bits a posting for documents, frequencies and
 * positions.
 *
 *     sizes INDEX
 */
#include <stdio.h>
#include <stdlib.h>

#include "index/index.h"
#include "index/snapshot.h"
#include "io/storage.h"
#include "segment/format.h"
#include "segment/segment_data.h"

static libsearch_error error = LIBSEARCH_ERROR_INIT;

static void check(libsearch_status status)
{
    if (status != LIBSEARCH_OK) {
        fprintf(stderr, "sizes: %s\n", error.message);
        exit(3);
    }
}

static struct {
    uint64_t all, stored, ids, terms, postings, lengths, columns, biwords; /* bytes of sections */
    uint64_t documents, frequencies, rest, guide;                          /* bytes within the postings */
    uint64_t lists, singles, postings_count, places, count;
    uint64_t biword_words, biword_lists, biword_postings;
} sum;

/* A posting list's payload, block by block. What stands before it, to find one's way and to bound scores, is the
 * guide. */
static void add_list(const struct posting_list *list)
{
    const size_t payload = (size_t)(list->payload_end - list->payload);
    uint64_t documents = 0, frequencies = 0;
    struct posting_block block;
    for (uint32_t b = 0; b < list->blocks; b++) {
        const uint8_t *begin = list->payload + (list->offsets != NULL ? load_u32(list->offsets + 4 * (size_t)b) : 0);
        if (!posting_block_documents(list, b, &block))
            exit(3);
        documents += (uint64_t)(block.next - begin);
        begin = block.next;
        if (!posting_block_frequencies(list, &block))
            exit(3);
        frequencies += (uint64_t)(block.next - begin);
    }
    sum.documents += documents;
    sum.frequencies += frequencies;
    if (list->last_documents != NULL) {
        sum.rest += payload - documents - frequencies;
        const uint8_t *end = list->bitmap != NULL ? list->bitmap : list->payload;
        sum.documents += (uint64_t)(list->payload - end);
        sum.guide += (uint64_t)(end - list->last_documents) + POSTING_HEADER;
    }
}

static void add_lists(const struct segment *segment)
{
    struct terms_iterator *iterator;
    libsearch_bytes key;
    struct term_entry entry;
    check(terms_iterator_new(segment->terms, allocator_default(), &iterator, &error));
    check(terms_iterator_seek(iterator, NULL, 0, &error));
    while (terms_iterator_next(iterator, &key, &entry, NULL, &error) == LIBSEARCH_OK) {
        if (!(entry.flags & TERM_LIST))
            continue;
        sum.lists++;
        sum.postings_count += entry.document_frequency;
        sum.places += entry.collection_frequency;
        if (entry.document_frequency == 1) {
            sum.singles++;
            continue;
        }
        struct posting_list list;
        const uint16_t number = (uint16_t)((uint8_t)key.data[0] << 8 | (uint8_t)key.data[1]);
        check(segment_list_of(segment, number, &entry, &list, &error));
        add_list(&list);
    }
    terms_iterator_free(iterator);
}

static uint64_t section(const struct segment *segment, uint32_t id)
{
    size_t length = 0;
    return section_file_get(segment->file, id, &length) != NULL ? length : 0;
}

static void add_segment(const struct segment *segment)
{
    sum.count += segment->count;
    sum.all += segment_bytes(segment);
    sum.stored += section(segment, SECTION_STORED) + section(segment, SECTION_STORED_TABLE);
    sum.ids += section(segment, SECTION_IDS) + section(segment, SECTION_ID_TABLE);
    sum.terms += section(segment, SECTION_TERMS) + section(segment, SECTION_PEAKS);
    sum.postings += section(segment, SECTION_POSTINGS);
    sum.lengths += section(segment, SECTION_PLAIN_LENGTHS) + section(segment, SECTION_PLAIN_CODES) +
                   section(segment, SECTION_WEIGHTED_LENGTHS) + section(segment, SECTION_WEIGHTED_CODES);
    for (uint32_t f = 0; f < segment->field_count; f++) {
        sum.lengths += section(segment, SECTION_FIELD_LENGTHS + f) + section(segment, SECTION_FIELD_STARTS + f);
        sum.columns += section(segment, SECTION_COLUMN + f);
    }
    sum.biwords += section(segment, SECTION_BIWORDS) + section(segment, SECTION_BIWORD_LISTS);
    sum.biword_words += segment->biwords.words;
    sum.biword_lists += segment->biwords.count;
    for (uint32_t i = 0; i < segment->biwords.count; i++)
        sum.biword_postings += load_u32(segment->biwords.documents + 4 * (size_t)i);
    add_lists(segment);
}

static void row(const char *name, uint64_t bytes, uint64_t of, const char *unit)
{
    printf("| %-38s | %12.2f | %7.1f | ", name, (double)bytes / 1e6, 100.0 * (double)bytes / (double)sum.all);
    if (of > 0)
        printf("%.2f bits a %s |\n", 8.0 * (double)bytes / (double)of, unit);
    else
        printf("|\n");
}

int main(int argc, char **argv)
{
    struct storage *storage;
    struct index_store *store;
    struct snapshot *snapshot;
    if (argc != 2) {
        fprintf(stderr, "usage: sizes INDEX\n");
        return 2;
    }
    check(storage_open_posix(allocator_default(), argv[1], false, true, &storage, &error));
    check(index_store_open(allocator_default(), storage, LIBSEARCH_READ_ONLY, NULL, &store, &error));
    check(index_store_snapshot(store, &snapshot, &error));
    for (size_t s = 0; s < snapshot->segment_count; s++)
        add_segment(snapshot->segments[s].segment);
    const uint64_t documents = sum.documents, frequencies = sum.frequencies;
    printf("%llu documents, %llu terms (%llu of them in one document), %llu postings, %llu positions\n\n",
           (unsigned long long)sum.count, (unsigned long long)sum.lists, (unsigned long long)sum.singles,
           (unsigned long long)sum.postings_count, (unsigned long long)sum.places);
    printf(
        "| %-38s | %12s | %7s | each |\n|----------------------------------------|-------------:|--------:|------|\n",
        "what", "MB", "%");
    const uint64_t positions = sum.postings - documents - frequencies - sum.rest - sum.guide;
    const uint64_t listed = sum.postings_count - sum.singles;
    row("postings: documents", documents, listed, "posting");
    row("postings: frequencies", frequencies, listed, "posting");
    row("postings: sides, where positions begin", sum.rest, listed, "posting");
    row("postings: last documents, bounds", sum.guide, listed, "posting");
    row("positions", positions, sum.places, "position");
    row("dictionary", sum.terms, sum.lists, "term");
    row("ids", sum.ids, sum.count, "document");
    row("lengths", sum.lengths, sum.count, "document");
    row("columns", sum.columns, sum.count, "document");
    row("stored fields", sum.stored, sum.count, "document");
    if (sum.biwords > 0)
        row("biwords", sum.biwords, sum.biword_postings, "document that has one");
    row("all", sum.all, sum.postings_count, "posting");
    if (sum.biwords > 0)
        printf("\n%llu biwords of %llu common words\n", (unsigned long long)sum.biword_lists,
               (unsigned long long)sum.biword_words);
    snapshot_release(snapshot);
    index_store_close(store);
    return 0;
}
