/* SPDX-License-Identifier: MIT */
/* Walks entries in key order. */
#include "terms/terms_iterator.h"

libsearch_status terms_iterator_new(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                    struct terms_iterator **iterator, libsearch_error *error)
{
    struct terms_iterator *new = memory_allocate(allocator, sizeof *new);
    if (new == NULL)
        return error_no_memory(error);
    memset(new, 0, offsetof(struct terms_iterator, key));
    new->reader = reader;
    new->allocator = allocator;
    const libsearch_status status = terms_iterator_seek_ordinal(new, 0, error);
    if (status != LIBSEARCH_OK) {
        terms_iterator_free(new);
        return status;
    }
    *iterator = new;
    return LIBSEARCH_OK;
}

void terms_iterator_free(struct terms_iterator *iterator)
{
    if (iterator != NULL)
        memory_free(iterator->allocator, iterator);
}

/* Places it before a block of a range; list_count: at the end. */
static void place(struct terms_iterator *iterator, uint32_t range_index, uint64_t block)
{
    iterator->range_index = range_index;
    if (range_index < iterator->reader->list_count)
        iterator->range = terms_reader_range(iterator->reader, range_index);
    iterator->block_number = block;
    iterator->open = iterator->held = iterator->follows = false;
}

static void place_at_range(struct terms_iterator *iterator, uint32_t range_index)
{
    const bool end = range_index == iterator->reader->list_count;
    place(iterator, range_index, end ? 0 : terms_reader_range(iterator->reader, range_index).block);
}

/* Damage: the iterator is at the end then, for what follows cannot be read. */
static libsearch_status damaged(struct terms_iterator *iterator, const uint8_t *at, const char *what,
                                libsearch_error *error)
{
    place_at_range(iterator, iterator->reader->list_count);
    return terms_reader_damaged(iterator->reader, at, what, error);
}

/* Opens the block where the iterator stands, if it is not open. */
static libsearch_status open_block(struct terms_iterator *iterator, libsearch_error *error)
{
    if (!iterator->open) {
        TRY(term_block_open(iterator->reader, &iterator->range, iterator->block_number, &iterator->block, error));
        iterator->next = 0;
        iterator->open = true;
    }
    return LIBSEARCH_OK;
}

/* Leaves an exhausted block for the one behind it. */
static void leave_block(struct terms_iterator *iterator)
{
    if (iterator->block_number + 1 < iterator->range.block_end)
        place(iterator, iterator->range_index, iterator->block_number + 1);
    else
        place_at_range(iterator, iterator->range_index + 1);
    iterator->follows = true;
}

/* The first word of a block comes whole, and may follow any key. */
static libsearch_status take_first_word(struct terms_iterator *iterator, const struct word_shape *shape,
                                        libsearch_error *error)
{
    const uint8_t number[TERMS_LIST_NUMBER] = { (uint8_t)(iterator->range.number >> 8),
                                                (uint8_t)iterator->range.number };
    size_t shared = words_shared(iterator->key, iterator->key_length, number, sizeof number);
    if (shared == sizeof number)
        shared += words_shared(iterator->key + shared, iterator->key_length - shared, shape->bytes, shape->following);
    const size_t length = TERMS_LIST_NUMBER + shape->following;
    if (iterator->follows && shared >= TERMS_LIST_NUMBER &&
        (shared == length ||
         (shared < iterator->key_length && iterator->key[shared] > shape->bytes[shared - TERMS_LIST_NUMBER])))
        return damaged(iterator, shape->bytes, "words out of order", error);
    memcpy(iterator->key, number, sizeof number);
    memcpy(iterator->key + TERMS_LIST_NUMBER, shape->bytes, shape->following);
    iterator->key_length = length;
    iterator->follows = false;
    iterator->next = 1;
    if (shared < iterator->shared)
        iterator->shared = shared;
    return LIBSEARCH_OK;
}

/* Steps to the next word of the open block, which has one. */
static inline libsearch_status step_in_block(struct terms_iterator *iterator, struct word_shape *shape,
                                             libsearch_error *error)
{
    if (!term_block_word(&iterator->block, iterator->next, shape))
        return damaged(iterator, iterator->block.words, "a word runs over its block", error);
    if (iterator->next == 0) {
        if (shape->shared != 0)
            return damaged(iterator, iterator->block.shapes, "a first word shares bytes", error);
        return take_first_word(iterator, shape, error);
    }
    const size_t shared = TERMS_LIST_NUMBER + shape->shared;
    if (shared > iterator->key_length || shape->following == 0 ||
        (shared < iterator->key_length && shape->bytes[0] <= iterator->key[shared]))
        return damaged(iterator, shape->bytes, "words out of order", error);
    if (shape->following <= TERMS_COPY)
        memcpy(iterator->key + shared, shape->bytes, TERMS_COPY);
    else
        memcpy(iterator->key + shared, shape->bytes, shape->following);
    iterator->key_length = shared + shape->following;
    iterator->next++;
    if (shared < iterator->shared)
        iterator->shared = shared;
    return LIBSEARCH_OK;
}

libsearch_status terms_iterator_step(struct terms_iterator *iterator, size_t *shared, libsearch_error *error)
{
    if (iterator->held) {
        iterator->held = false;
    } else {
        struct word_shape shape;
        if (iterator->open && iterator->next == iterator->block.count)
            leave_block(iterator);
        if (iterator->range_index == iterator->reader->list_count)
            return LIBSEARCH_NOT_FOUND;
        TRY(open_block(iterator, error));
        TRY(step_in_block(iterator, &shape, error));
    }
    *shared = iterator->shared;
    iterator->shared = SIZE_MAX;
    return LIBSEARCH_OK;
}

libsearch_status terms_iterator_value(struct terms_iterator *iterator, struct term_entry *entry, libsearch_error *error)
{
    struct term_block *block = &iterator->block;
    if (block->taken == 0 && iterator->next > 1 && !term_block_skip(block, iterator->next - 1))
        return damaged(iterator, block->kinds, "damaged entry", error);
    while (block->taken < iterator->next)
        if (!term_block_value(block, iterator->reader->count, entry))
            return damaged(iterator, block->kinds + block->taken - 1, "damaged entry", error);
    return LIBSEARCH_OK;
}

libsearch_status terms_iterator_next(struct terms_iterator *iterator, libsearch_bytes *key, struct term_entry *entry,
                                     uint64_t *ordinal, libsearch_error *error)
{
    size_t shared;
    TRY(terms_iterator_step(iterator, &shared, error));
    TRY(terms_iterator_value(iterator, entry, error));
    *key = (libsearch_bytes){ (const char *)iterator->key, iterator->key_length };
    if (ordinal != NULL)
        *ordinal = terms_iterator_ordinal(iterator);
    return LIBSEARCH_OK;
}

/* Steps on in the open block to the first word >= the given one, and holds it; behind the block's end if there is
 * none. `matched` bytes of the word are in common with the key where the iterator stands, which is before it. */
static libsearch_status scan_block(struct terms_iterator *iterator, const uint8_t *word, size_t length, size_t matched,
                                   libsearch_error *error)
{
    while (iterator->next < iterator->block.count) {
        struct word_shape shape;
        TRY(step_in_block(iterator, &shape, error));
        if (shape.shared > matched)
            continue;
        bool reached = shape.shared < matched;
        if (!reached) {
            const size_t left = length - matched;
            const size_t shared = words_shared(word + matched, left, shape.bytes, shape.following);
            reached = shared == left || (shared < shape.following && shape.bytes[shared] > word[matched + shared]);
            matched += shared;
        }
        if (reached) {
            iterator->held = true;
            return LIBSEARCH_OK;
        }
    }
    return LIBSEARCH_OK;
}

libsearch_status terms_iterator_seek(struct terms_iterator *iterator, const void *key, size_t length,
                                     libsearch_error *error)
{
    const struct terms_reader *reader = iterator->reader;
    const uint8_t *bytes = key;
    const uint32_t number = (length > 0 ? (uint32_t)bytes[0] << 8 : 0u) | (length > 1 ? bytes[1] : 0u);
    const bool same = iterator->open && iterator->range.number == number;
    const uint32_t index = same ? iterator->range_index : terms_reader_range_index(reader, number);
    if (length <= TERMS_LIST_NUMBER || index == reader->list_count ||
        terms_reader_range(reader, index).number != number) {
        place_at_range(iterator, index);
        return LIBSEARCH_OK;
    }
    const struct terms_range range = terms_reader_range(reader, index);
    const uint8_t *word = bytes + TERMS_LIST_NUMBER;
    const size_t word_length = length - TERMS_LIST_NUMBER;
    uint64_t block;
    const uint64_t from = same ? iterator->block_number : range.block;
    TRY(term_block_locate(reader, &range, from, word, word_length, &block, error));
    if (same && block == iterator->block_number && iterator->next > 0) {
        /* In the block where it stands: on from there, if that is before the word. */
        const uint8_t *here = iterator->key + TERMS_LIST_NUMBER;
        const size_t here_length = iterator->key_length - TERMS_LIST_NUMBER;
        const size_t matched = words_shared(here, here_length, word, word_length);
        if (matched < word_length && (matched == here_length || here[matched] < word[matched])) {
            iterator->held = false;
            return scan_block(iterator, word, word_length, matched, error);
        }
    }
    place(iterator, index, block);
    TRY(open_block(iterator, error));
    return scan_block(iterator, word, word_length, 0, error);
}

libsearch_status terms_iterator_seek_ordinal(struct terms_iterator *iterator, uint64_t ordinal, libsearch_error *error)
{
    const struct terms_reader *reader = iterator->reader;
    if (ordinal >= reader->count) {
        place_at_range(iterator, reader->list_count);
        return LIBSEARCH_OK;
    }
    uint32_t low = 0, high = reader->list_count; /* the last range that begins at or before it */
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (terms_reader_range(reader, middle).first <= ordinal)
            low = middle;
        else
            high = middle;
    }
    const struct terms_range range = terms_reader_range(reader, low);
    place(iterator, low, range.block + (ordinal - range.first) / TERMS_BLOCK);
    TRY(open_block(iterator, error));
    const unsigned wanted = (unsigned)((ordinal - range.first) % TERMS_BLOCK);
    for (unsigned i = 0; i < wanted; i++) {
        struct word_shape shape;
        TRY(step_in_block(iterator, &shape, error));
    }
    return LIBSEARCH_OK;
}
