/* SPDX-License-Identifier: MIT */
#include "terms/frequent.h"

#include "terms/term_block.h"

enum { CODES = 256 };

struct held {
    struct frequent_word word;
    uint32_t block;
};

struct frequent_words {
    const struct terms_reader *reader;
    struct arena arena; /* words */
    struct terms_range range;
    uint8_t flags;
    uint32_t *blocks; /* that may have such words, by falling peak, then rising */
    size_t block_count, opened;
    struct held *heap; /* read from blocks and not given yet: the most frequent at its root */
    size_t count, capacity;
    size_t prefix_length;
    uint8_t prefix[TERMS_WORD_MAX];
    uint8_t word[TERMS_WORD_MAX]; /* that is being read */
};

static int compare_words(libsearch_bytes a, libsearch_bytes b)
{
    return words_compare((const uint8_t *)a.data, a.length, (const uint8_t *)b.data, b.length);
}

/* The order in which they are given. */
static bool comes_before(const struct frequent_word *a, const struct frequent_word *b)
{
    return a->frequency != b->frequency ? a->frequency > b->frequency : compare_words(a->word, b->word) < 0;
}

static void rise(struct held *heap, size_t at)
{
    const struct held moved = heap[at];
    for (; at > 0 && comes_before(&moved.word, &heap[(at - 1) / 2].word); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = moved;
}

static void sink(struct held *heap, size_t count)
{
    const struct held moved = heap[0];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && comes_before(&heap[child + 1].word, &heap[child].word))
            child++;
        if (!comes_before(&heap[child].word, &moved.word))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static unsigned code_of(const struct frequent_words *words, uint32_t block)
{
    return words->reader->peaks == NULL ? CODES - 1 : words->reader->peaks[block];
}

/* No word of the block is more frequent. */
static uint64_t bound_of(const struct frequent_words *words, uint32_t block)
{
    const unsigned code = code_of(words, block);
    return code == CODES - 1 ? UINT64_MAX : rounding_least((uint8_t)code);
}

/* Blocks [from, to) by falling peak: each code's place is counted first. */
static libsearch_status order_blocks(struct frequent_words *words, uint64_t from, uint64_t to, libsearch_error *error)
{
    size_t places[CODES + 1] = { 0 };
    words->block_count = (size_t)(to - from);
    words->blocks = memory_allocate_array(words->arena.allocator, words->block_count, sizeof *words->blocks);
    if (words->blocks == NULL)
        return error_no_memory(error);
    for (uint64_t block = from; block < to; block++)
        places[CODES - code_of(words, (uint32_t)block)]++;
    for (size_t code = 1; code <= CODES; code++)
        places[code] += places[code - 1];
    for (uint64_t block = from; block < to; block++)
        words->blocks[places[CODES - 1 - code_of(words, (uint32_t)block)]++] = (uint32_t)block;
    return LIBSEARCH_OK;
}

static libsearch_status find_blocks(struct frequent_words *words, libsearch_error *error)
{
    const struct terms_reader *reader = words->reader;
    uint64_t from, to = words->range.block_end;
    TRY(term_block_locate(reader, &words->range, words->range.block, words->prefix, words->prefix_length, &from,
                          error));
    /* The least word behind all that begin so. */
    uint8_t *behind = words->word;
    size_t length = words->prefix_length;
    memcpy(behind, words->prefix, length);
    while (length > 0 && behind[length - 1] == 0xFF)
        length--;
    if (length > 0) {
        behind[length - 1]++;
        TRY(term_block_locate(reader, &words->range, from, behind, length, &to, error));
        to++;
    }
    return order_blocks(words, from, to < from ? from : to, error);
}

libsearch_status frequent_words_new(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                    uint16_t list, uint8_t flags, const void *prefix, size_t length,
                                    struct frequent_words **words, libsearch_error *error)
{
    struct frequent_words *made = memory_allocate(allocator, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    memset(made, 0, offsetof(struct frequent_words, prefix));
    made->reader = reader;
    made->flags = flags;
    arena_init(&made->arena, allocator);
    const uint32_t index = terms_reader_range_index(reader, list);
    libsearch_status status = LIBSEARCH_OK;
    if (index < reader->list_count && length <= sizeof made->prefix)
        made->range = terms_reader_range(reader, index);
    if (made->range.block_end > 0 && made->range.number == list) {
        if (length > 0)
            memcpy(made->prefix, prefix, length);
        made->prefix_length = length;
        status = find_blocks(made, error);
    }
    if (status != LIBSEARCH_OK) {
        frequent_words_free(made);
        return status;
    }
    *words = made;
    return LIBSEARCH_OK;
}

void frequent_words_free(struct frequent_words *words)
{
    if (words == NULL)
        return;
    const libsearch_allocator *allocator = words->arena.allocator;
    memory_free(allocator, words->blocks);
    memory_free(allocator, words->heap);
    arena_free(&words->arena);
    memory_free(allocator, words);
}

static libsearch_status add_word(struct frequent_words *words, uint32_t block, size_t length, uint64_t frequency,
                                 libsearch_error *error)
{
    const char *kept = arena_duplicate(&words->arena, words->word, length);
    if (kept == NULL ||
        !memory_grow(words->arena.allocator, &words->heap, &words->capacity, words->count + 1, sizeof *words->heap))
        return error_no_memory(error);
    words->heap[words->count] = (struct held){ { { kept, length }, frequency }, block };
    rise(words->heap, words->count++);
    return LIBSEARCH_OK;
}

static libsearch_status read_block(struct frequent_words *words, uint32_t number, libsearch_error *error)
{
    const struct terms_reader *reader = words->reader;
    struct term_block block;
    size_t length = 0;
    TRY(term_block_open(reader, &words->range, number, &block, error));
    for (unsigned i = 0; i < block.count; i++) {
        struct word_shape shape;
        struct term_entry entry;
        if (!term_block_word(&block, i, &shape) || shape.shared > length)
            return terms_reader_damaged(reader, block.words, "a word runs over its block", error);
        memcpy(words->word + shape.shared, shape.bytes, shape.following);
        length = shape.shared + shape.following;
        if (!term_block_value(&block, reader->count, &entry))
            return terms_reader_damaged(reader, block.kinds + i, "damaged entry", error);
        if (!(entry.flags & words->flags) || length < words->prefix_length ||
            memcmp(words->word, words->prefix, words->prefix_length) != 0)
            continue;
        const bool surface = (words->flags & TERM_SURFACE) && (entry.flags & TERM_SURFACE);
        TRY(add_word(words, number, length, surface ? entry.surface_count : entry.document_frequency, error));
    }
    return LIBSEARCH_OK;
}

/* Whether the next block may have a word that comes before all that are held. Blocks of one peak rise, and so do their
 * words: of equal frequency, only one that lies before the best's block can. */
static bool must_open(const struct frequent_words *words)
{
    if (words->opened == words->block_count || words->count == 0)
        return words->opened < words->block_count;
    const struct held *best = &words->heap[0];
    const uint32_t next = words->blocks[words->opened];
    const uint64_t bound = bound_of(words, next);
    return bound > best->word.frequency || (bound == best->word.frequency && next < best->block);
}

libsearch_status frequent_words_next(struct frequent_words *words, struct frequent_word *word, libsearch_error *error)
{
    while (must_open(words))
        TRY(read_block(words, words->blocks[words->opened++], error));
    if (words->count == 0)
        return LIBSEARCH_NOT_FOUND;
    *word = words->heap[0].word;
    words->heap[0] = words->heap[--words->count];
    if (words->count > 1)
        sink(words->heap, words->count);
    return LIBSEARCH_OK;
}
