/* SPDX-License-Identifier: MIT */
/* Any bytes as a posting list, and any word of the dictionary about it: nothing is read outside the section, and what is
 * given holds what posting_list.h promises. */
#include "fuzz.h"
#include "postings/posting_list.h"

static void read_positions(const struct posting_list *list, const struct posting_block *block, uint64_t offset)
{
    struct posting_positions positions;
    if (!posting_positions_open(list, block, offset, &positions))
        return;
    for (uint32_t i = 0; i < block->count; i++) {
        if (block->frequencies[i] > 1 << 16) /* of a single document the dictionary says how many */
            continue;
        uint32_t *places = malloc(block->frequencies[i] * sizeof *places + 1);
        posting_positions_read(&positions, i, places);
        posting_positions_forms(&positions, i, places);
        free(places);
    }
}

/* A list that is one bitmap is asked in other ways, too, which must say the same. */
static void ask_bitmap(const struct posting_list *list, uint32_t b, const struct posting_block *block)
{
    const uint32_t last = posting_last_document(list, list->blocks - 1);
    for (uint32_t i = 0; i < block->count; i++) {
        FUZZ_REQUIRE(block->documents[i] > last || posting_bitmap_has(list, last, block->documents[i]));
        FUZZ_REQUIRE(posting_place_in_block(list, b, block->documents[i]) < POSTING_BLOCK);
    }
}

/* Frequencies without documents, some of them before all. */
static void ask_bare(const struct posting_list *list, uint32_t b)
{
    struct posting_block bare;
    uint32_t some[3];
    if (!posting_block_bare(list, b, &bare))
        return;
    FUZZ_REQUIRE(bare.count >= 1 && bare.count <= POSTING_BLOCK);
    const uint8_t places[3] = { 0, (uint8_t)(bare.count / 2), (uint8_t)(bare.count - 1) };
    const unsigned asked = bare.count < 3 ? 1 : 3; /* each place once */
    const bool sound = posting_block_frequencies_at(&bare, places, asked, some);
    if (posting_block_frequencies(list, &bare) && sound)
        for (unsigned i = 0; i < asked; i++)
            FUZZ_REQUIRE(some[i] == bare.frequencies[places[i]]);
}

static void read_block(const struct posting_list *list, uint32_t b)
{
    struct posting_block block;
    struct posting_tail tail;
    struct posting_sides sides;
    struct posting_bitmap bitmap;
    volatile uint64_t sum = 0;
    if (posting_block_bitmap(list, b, &bitmap))
        for (uint32_t i = 0; i < bitmap.count; i++)
            sum += load_u64(bitmap.words + 8 * (size_t)i);
    ask_bare(list, b);
    if (!posting_block_documents(list, b, &block))
        return;
    FUZZ_REQUIRE(block.count <= POSTING_BLOCK);
    for (uint32_t i = 0; i < block.count; i++)
        FUZZ_REQUIRE(block.documents[i] < list->document_count &&
                     (i == 0 || block.documents[i] > block.documents[i - 1]));
    if (list->bitmap != NULL)
        ask_bitmap(list, b, &block);
    if (!posting_block_frequencies(list, &block) || !posting_block_tail(list, &block, &tail))
        return;
    const uint64_t offset = tail.positions;
    while (posting_tail_sides(&tail, block.count, &sides))
        for (uint32_t i = 0; i < sides.count; i++)
            FUZZ_REQUIRE(sides.indexes[i] < block.count);
    read_positions(list, &block, offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    const uint8_t kind = fuzz_u8(&bytes);
    struct posting_place place = { .document_frequency = (uint32_t)fuzz_number(&bytes, 2),
                                   .collection_frequency = fuzz_number(&bytes, 3),
                                   .postings_offset = fuzz_number(&bytes, kind & 1 ? 8 : 1),
                                   .positions_offset = fuzz_number(&bytes, kind & 2 ? 8 : 2),
                                   .single_document = (uint32_t)fuzz_number(&bytes, 2),
                                   .with_positions = kind & 4 };
    const uint32_t documents = (uint32_t)fuzz_number(&bytes, kind & 8 ? 4 : 2) & 0x3FFFFFFF;
    const size_t left = fuzz_left(&bytes);
    struct posting_list list;
    uint8_t *section = calloc(left + POSTING_SLACK, 1);
    if (left > 0)
        memcpy(section, bytes.next, left);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status =
        posting_list_open(section, left + POSTING_SLACK, &place, documents, "section", &list, &error);
    FUZZ_REQUIRE(status == LIBSEARCH_OK || (status == LIBSEARCH_CORRUPT && error.message[0] != '\0'));
    if (status == LIBSEARCH_OK) {
        for (uint32_t b = 0; b < list.blocks; b++)
            read_block(&list, b);
        if (list.last_documents != NULL)
            FUZZ_REQUIRE(posting_seek_block(&list, 0, documents / 2) <= list.blocks);
    }
    free(section);
    return 0;
}
