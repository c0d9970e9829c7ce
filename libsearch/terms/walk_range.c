/* SPDX-License-Identifier: MIT */
/* The words between two words. */
#include "terms/terms_iterator.h"
#include "terms/walks.h"

enum { POLL_EVERY = 256 };

/* Whether the word is behind the range's end. */
static bool is_behind(const struct term_range *range, const uint8_t *word, size_t length)
{
    if (!range->has_high)
        return false;
    const int order = words_compare(word, length, (const uint8_t *)range->high.data, range->high.length);
    return order > 0 || (order == 0 && range->without_high);
}

static libsearch_status walk_on(struct terms_iterator *iterator, const struct term_walk *walk,
                                const struct term_range *range, libsearch_error *error)
{
    uint64_t matches = 0;
    for (uint64_t keys = 0;; keys++) {
        size_t shared;
        struct term_match match = { .distance = 0 };
        if (walk->poll != NULL && keys % POLL_EVERY == 0)
            TRY(walk->poll(walk->context));
        const libsearch_status status = terms_iterator_step(iterator, &shared, error);
        if (status != LIBSEARCH_OK)
            return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
        const uint8_t *word = iterator->key + TERMS_LIST_NUMBER;
        const size_t length = iterator->key_length - TERMS_LIST_NUMBER;
        if (iterator->key[0] != walk->list >> 8 || iterator->key[1] != (walk->list & 0xFF) ||
            is_behind(range, word, length))
            return LIBSEARCH_OK;
        if (range->without_low && words_compare(word, length, (const uint8_t *)range->low.data, range->low.length) == 0)
            continue;
        TRY(terms_iterator_value(iterator, &match.entry, error));
        if (walk->flags != 0 && !(match.entry.flags & walk->flags))
            continue;
        if (walk->limit != 0 && matches == walk->limit)
            return error_set(error, LIBSEARCH_LIMIT, "more than %llu words match", (unsigned long long)walk->limit);
        matches++;
        match.key = (libsearch_bytes){ (const char *)iterator->key, iterator->key_length };
        match.ordinal = terms_iterator_ordinal(iterator);
        TRY(walk->matched(walk->context, &match));
    }
}

libsearch_status terms_walk_range(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                  const struct term_walk *walk, const struct term_range *range, libsearch_error *error)
{
    struct terms_iterator *iterator = NULL;
    uint8_t *key = memory_allocate(allocator, TERMS_LIST_NUMBER + range->low.length + 1);
    if (key == NULL)
        return error_no_memory(error);
    key[0] = (uint8_t)(walk->list >> 8);
    key[1] = (uint8_t)walk->list;
    if (range->low.length > 0)
        memcpy(key + TERMS_LIST_NUMBER, range->low.data, range->low.length);
    libsearch_status status = terms_iterator_new(reader, allocator, &iterator, error);
    if (status == LIBSEARCH_OK)
        status = terms_iterator_seek(iterator, key, TERMS_LIST_NUMBER + range->low.length, error);
    if (status == LIBSEARCH_OK)
        status = walk_on(iterator, walk, range, error);
    terms_iterator_free(iterator);
    memory_free(allocator, key);
    return status;
}
