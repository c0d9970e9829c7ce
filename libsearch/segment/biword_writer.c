/* SPDX-License-Identifier: MIT */
/* Writes a segment anew with its biwords: all sections are copied as they are. */
#include <string.h>

#include "postings/posting_writer.h"
#include "segment/biword_gather.h"
#include "segment/biwords.h"
#include "segment/format.h"

enum { GATHERED_ENOUGH = 1 << 18, GATHERED_PART = 80 };
#define NO_LIST UINT64_MAX

struct biword_writer {
    const libsearch_allocator *allocator;
    const struct segment *segment;
    struct section_writer *file;
    uint32_t least;
    struct biword_gather gather;
    uint32_t *lengths[2]; /* by profile and document */
    struct posting_writer *postings;
    struct buffer gathered; /* lists not yet given to the file */
    uint64_t written;
    struct buffer names, bases, starts, documents, occurrences, offsets, seconds; /* of the section of their names */
};

static libsearch_status copy_sections(struct biword_writer *writer, libsearch_error *error)
{
    const struct section_file *file = writer->segment->file;
    for (uint32_t i = 0; i < section_file_count(file); i++) {
        uint32_t id;
        size_t length;
        const uint8_t *bytes = section_file_at(file, i, &id, &length);
        if (id != SECTION_BIWORDS && id != SECTION_BIWORD_LISTS)
            TRY(section_put(writer->file, id, bytes, length, error));
    }
    return LIBSEARCH_OK;
}

/* What the lists' bounds are made from: as list_output.c has it. */
static libsearch_status open_postings(struct biword_writer *writer, libsearch_error *error)
{
    const struct segment *segment = writer->segment;
    const struct numbers *numbers[2] = { &segment->plain_lengths, &segment->weighted_lengths };
    for (unsigned p = 0; p < segment->profiles; p++) {
        writer->lengths[p] = memory_allocate(writer->allocator, segment->count * sizeof(uint32_t));
        if (writer->lengths[p] == NULL)
            return error_no_memory(error);
        for (uint32_t d = 0; d < segment->count; d++)
            writer->lengths[p][d] = (uint32_t)numbers_at(numbers[p], d);
    }
    const float documents = (float)segment->count;
    const struct posting_lengths of = { .plain = segment->plain_codes,
                                        .weighted = segment->profiles == 2 ? segment->weighted_codes : NULL,
                                        .plain_lengths = writer->lengths[0],
                                        .weighted_lengths = writer->lengths[segment->profiles - 1],
                                        .plain_average = (float)segment->plain_total / documents,
                                        .weighted_average = (float)segment->weighted_total / documents };
    return posting_writer_new(writer->allocator, &of, &writer->postings, error);
}

static libsearch_status give_to_file(struct biword_writer *writer, size_t length, libsearch_error *error)
{
    struct buffer *gathered = &writer->gathered;
    TRY(section_append(writer->file, gathered->data, length, error));
    writer->written += length;
    memmove(gathered->data, gathered->data + length, gathered->length - length);
    gathered->length -= length;
    return LIBSEARCH_OK;
}

/* Writes the list of a biword, and says where it is. *base: where the lists of its first word begin, NO_LIST: none is
 * written yet. */
static libsearch_status write_biword(struct biword_writer *writer, const struct gathered_biword *biword, uint64_t *base,
                                     libsearch_error *error)
{
    struct cursor cursor = cursor_of(biword->postings.data, biword->postings.length);
    struct posting_written written;
    uint32_t document = UINT32_MAX;
    posting_writer_begin(writer->postings, false);
    for (uint32_t i = 0; i < biword->documents; i++) {
        document += cursor_varint32(&cursor);
        posting_writer_add(writer->postings, document, cursor_varint32(&cursor), NULL, NULL, NULL, 0);
    }
    TRY(posting_writer_end(writer->postings, &writer->gathered, writer->written, &written, error));
    if (biword->documents > 1 && *base == NO_LIST)
        *base = written.postings_offset;
    const uint64_t offset = biword->documents == 1 ? document : written.postings_offset - *base;
    if (offset > UINT32_MAX || biword->occurrences > UINT32_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "%s: the biwords of one word take more than 4 GiB",
                         section_file_name(writer->segment->file));
    buffer_append_u32(&writer->documents, biword->documents);
    buffer_append_u32(&writer->occurrences, (uint32_t)biword->occurrences);
    buffer_append_u32(&writer->offsets, (uint32_t)offset);
    buffer_append_u16(&writer->seconds, (uint16_t)biword->key);
    return writer->gathered.length < GATHERED_ENOUGH ? LIBSEARCH_OK
                                                     : give_to_file(writer, writer->gathered.length / 4 * 4, error);
}

static libsearch_status write_lists(struct biword_writer *writer, const struct watch_part *part, libsearch_error *error)
{
    static const uint8_t slack[POSTING_SLACK];
    const struct biword_gather *gather = &writer->gather;
    uint32_t next = 0;
    TRY(section_begin(writer->file, SECTION_BIWORD_LISTS, error));
    for (uint32_t first = 0; first < gather->words; first++) {
        uint64_t base = NO_LIST;
        TRY(watch_step(part, next, gather->count, error));
        buffer_append_u64(&writer->names, gather->names[first]);
        buffer_append_u32(&writer->starts, next);
        for (; next < gather->count && gather->biwords[next].key >> 16 == first; next++)
            TRY(write_biword(writer, &gather->biwords[next], &base, error));
        buffer_append_u64(&writer->bases, base == NO_LIST ? 0 : base);
    }
    buffer_append_u32(&writer->starts, next);
    buffer_append(&writer->gathered, slack, sizeof slack);
    if (writer->gathered.failed)
        return error_no_memory(error);
    TRY(give_to_file(writer, writer->gathered.length, error));
    return section_end(writer->file, error);
}

static libsearch_status write_names(struct biword_writer *writer, libsearch_error *error)
{
    struct buffer *parts[] = { &writer->names,       &writer->bases,   &writer->starts, &writer->documents,
                               &writer->occurrences, &writer->offsets, &writer->seconds };
    struct buffer head;
    buffer_init(&head, writer->allocator);
    buffer_append_u32(&head, writer->gather.words);
    buffer_append_u32(&head, writer->gather.count);
    buffer_append_u32(&head, writer->gather.least);
    buffer_append_u32(&head, 0);
    libsearch_status status =
        head.failed ? error_no_memory(error) : section_begin(writer->file, SECTION_BIWORDS, error);
    if (status == LIBSEARCH_OK)
        status = section_append(writer->file, head.data, head.length, error);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == LIBSEARCH_OK; i++)
        status = parts[i]->failed ? error_no_memory(error)
                                  : section_append(writer->file, parts[i]->data, parts[i]->length, error);
    buffer_free(&head);
    return status == LIBSEARCH_OK ? section_end(writer->file, error) : status;
}

static libsearch_status write_all(struct biword_writer *writer, const struct watch_part *part, libsearch_error *error)
{
    const struct watch_part finding = watch_within(part, 0, GATHERED_PART, 100),
                            writing = watch_within(part, GATHERED_PART, 100, 100);
    TRY(copy_sections(writer, error));
    TRY(biword_gather(&writer->gather, writer->allocator, writer->segment, writer->least, &finding, error));
    libsearch_status status = open_postings(writer, error);
    if (status == LIBSEARCH_OK)
        status = write_lists(writer, &writing, error);
    if (status == LIBSEARCH_OK)
        status = write_names(writer, error);
    biword_gather_free(&writer->gather);
    return status;
}

libsearch_status segment_add_biwords(const libsearch_allocator *allocator, struct storage *storage, const char *name,
                                     const struct segment *segment, uint32_t least, const struct watch_part *part,
                                     bool sync, uint64_t *length, libsearch_error *error)
{
    struct biword_writer writer = { .allocator = allocator, .segment = segment, .least = least };
    struct buffer *buffers[] = { &writer.gathered,  &writer.names,       &writer.bases,   &writer.starts,
                                 &writer.documents, &writer.occurrences, &writer.offsets, &writer.seconds };
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        buffer_init(buffers[i], allocator);
    libsearch_status status = segment_verify(segment, error);
    if (status == LIBSEARCH_OK)
        status = section_writer_open(storage, name, SEGMENT_KIND, SEGMENT_VERSION, &writer.file, error);
    if (status == LIBSEARCH_OK) {
        status = write_all(&writer, part, error);
        if (status == LIBSEARCH_OK)
            status = section_writer_finish(writer.file, sync, length, error);
        else
            section_writer_discard(writer.file);
    }
    posting_writer_free(writer.postings);
    memory_free(allocator, writer.lengths[0]);
    memory_free(allocator, writer.lengths[1]);
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        buffer_free(buffers[i]);
    if (status == LIBSEARCH_OK)
        watch_step(part, 1, 1, NULL); /* it is there: too late to stop it */
    return status;
}
