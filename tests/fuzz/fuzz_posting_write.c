/* SPDX-License-Identifier: MIT */
/* Any list of documents, frequencies, places, forms and sides that is written is read back as it was. */
#include "codec/rounding.h"
#include "fuzz.h"
#include "postings/posting_list.h"
#include "postings/posting_writer.h"

enum { MOST = 700, MOST_FREQUENCY = 40, FIELDS = 4, DOCUMENTS = MOST * 70 };

struct posting {
    uint32_t document, frequency, places[MOST_FREQUENCY], forms[MOST_FREQUENCY];
    struct posting_side sides[FIELDS];
    size_t side_count;
};

static struct posting postings[MOST];

/* What the byte means repeats for up to 16 documents, so that long lists need few bytes. */
static size_t take_postings(struct fuzz_bytes *bytes, bool forms, bool sides)
{
    size_t count = 0;
    uint32_t document = fuzz_u8(bytes);
    while (fuzz_left(bytes) > 0 && count < MOST) {
        const uint8_t shape = fuzz_u8(bytes);
        const uint32_t gap = shape & 0x80 ? fuzz_u8(bytes) % 64 : 0;
        for (unsigned times = 1 + (shape & 15); times > 0 && count < MOST; times--) {
            struct posting *posting = &postings[count++];
            uint32_t place = 0;
            memset(posting, 0, sizeof *posting);
            posting->document = document;
            document += 1 + gap;
            posting->frequency = shape & 0x40 ? 1 + fuzz_u8(bytes) % MOST_FREQUENCY : 1;
            for (uint32_t i = 0; i < posting->frequency; i++) {
                place += shape & 0x20 ? fuzz_u8(bytes) : (uint32_t)count % 3;
                posting->places[i] = place;
                posting->forms[i] = forms && shape & 0x10 ? fuzz_u8(bytes) : 0;
            }
            for (uint16_t field = 0; sides && field < FIELDS && shape & 0x20; field++) {
                const uint32_t frequency = fuzz_u8(bytes) % 3;
                if (frequency > 0)
                    posting->sides[posting->side_count++] = (struct posting_side){ field, frequency };
            }
        }
    }
    return count;
}

static void write_list(size_t count, bool positions, bool forms, bool weighted, struct buffer *to,
                       struct posting_written *written)
{
    static uint8_t codes[DOCUMENTS];
    static uint32_t lengths[DOCUMENTS];
    static const float weights[FIELDS] = { 2, -0.5f, 0, 0.75f };
    for (uint32_t i = 0; codes[DOCUMENTS - 1] == 0 && i < DOCUMENTS; i++) {
        codes[i] = (uint8_t)(10 + i % 50);
        lengths[i] = rounding_least(codes[i]);
    }
    const struct posting_lengths of = { .plain = codes,
                                        .weighted = weighted ? codes : NULL,
                                        .plain_lengths = lengths,
                                        .weighted_lengths = lengths,
                                        .plain_average = 30,
                                        .weighted_average = 40,
                                        .side_weights = weights };
    struct posting_writer *writer;
    FUZZ_REQUIRE(posting_writer_new(allocator_default(), &of, &writer, NULL) == LIBSEARCH_OK);
    posting_writer_begin(writer, positions);
    for (size_t i = 0; i < count; i++)
        posting_writer_add(writer, postings[i].document, postings[i].frequency, positions ? postings[i].places : NULL,
                           forms ? postings[i].forms : NULL, postings[i].sides, postings[i].side_count);
    FUZZ_REQUIRE(posting_writer_end(writer, to, 0, written, NULL) == LIBSEARCH_OK);
    posting_writer_free(writer);
}

/* A single document's sides are in no record. */
static void expect_sides(const struct posting_list *list, const struct posting_block *block,
                         const struct posting *expected)
{
    struct posting_tail tail;
    struct posting_sides sides;
    size_t found = 0, wanted = 0;
    FUZZ_REQUIRE(posting_block_tail(list, block, &tail));
    while (posting_tail_sides(&tail, block->count, &sides))
        for (uint32_t i = 0; i < sides.count; i++, found++) {
            const struct posting *posting = &expected[sides.indexes[i]];
            size_t s = 0;
            while (s < posting->side_count && posting->sides[s].field != sides.field)
                s++;
            FUZZ_REQUIRE(s < posting->side_count && posting->sides[s].frequency == sides.frequencies[i]);
        }
    FUZZ_REQUIRE(!tail.cursor.failed);
    for (uint32_t i = 0; i < block->count && list->document_frequency > 1; i++)
        wanted += expected[i].side_count;
    FUZZ_REQUIRE(found == wanted);
}

static void expect_block(const struct posting_list *list, uint32_t b, bool forms, const struct posting *expected)
{
    struct posting_block block;
    struct posting_tail tail;
    struct posting_positions positions;
    uint32_t read[MOST_FREQUENCY];
    FUZZ_REQUIRE(posting_block_documents(list, b, &block) && posting_block_frequencies(list, &block));
    for (uint32_t i = 0; i < block.count; i++)
        FUZZ_REQUIRE(block.documents[i] == expected[i].document && block.frequencies[i] == expected[i].frequency);
    expect_sides(list, &block, expected);
    FUZZ_REQUIRE(posting_block_tail(list, &block, &tail));
    if (list->positions == NULL)
        return;
    FUZZ_REQUIRE(posting_positions_open(list, &block, tail.positions, &positions));
    for (uint32_t i = 0; i < block.count; i++) {
        FUZZ_REQUIRE(posting_positions_read(&positions, i, read));
        FUZZ_REQUIRE(memcmp(read, expected[i].places, expected[i].frequency * sizeof *read) == 0);
        FUZZ_REQUIRE(posting_positions_forms(&positions, i, read));
        for (uint32_t f = 0; f < expected[i].frequency; f++)
            FUZZ_REQUIRE(read[f] == (forms ? expected[i].forms[f] : 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    const uint8_t kind = fuzz_u8(&bytes);
    const bool positions = kind & 1, forms = positions && kind & 2, sides = kind & 4;
    const size_t count = take_postings(&bytes, forms, sides);
    struct posting_written written;
    struct posting_list list;
    struct buffer section;
    if (count == 0)
        return 0;
    buffer_init(&section, allocator_default());
    write_list(count, positions, forms, kind & 8, &section, &written);
    for (unsigned i = 0; i < POSTING_SLACK; i++)
        buffer_append_u8(&section, 0);
    const struct posting_place place = { written.document_frequency, written.collection_frequency,
                                         written.postings_offset,    written.positions_offset,
                                         written.single_document,    positions };
    FUZZ_REQUIRE(written.document_frequency == count);
    FUZZ_REQUIRE(posting_list_open(section.data, section.length, &place, postings[count - 1].document + 1, "section",
                                   &list, NULL) == LIBSEARCH_OK);
    for (uint32_t b = 0; b < list.blocks; b++)
        expect_block(&list, b, forms, &postings[(size_t)b * POSTING_BLOCK]);
    buffer_free(&section);
    return 0;
}
