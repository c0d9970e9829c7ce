/* SPDX-License-Identifier: MIT */
#include "watch/dictionary.h"

#include <string.h>

#include "base/hash.h"
#include "base/regular_expression.h"

enum { FIRST_BUCKETS = 64 };

void dictionary_init(struct dictionary *dictionary, const libsearch_allocator *allocator)
{
    *dictionary = (struct dictionary){ .allocator = allocator };
}

static void free_expression(const struct dictionary *dictionary, struct regular_expression *expression)
{
    if (expression != NULL)
        regular_expression_free(expression);
    memory_free(dictionary->allocator, expression);
}

void dictionary_free(struct dictionary *dictionary)
{
    for (size_t i = 0; i < dictionary->count; i++) {
        memory_free(dictionary->allocator, dictionary->entries[i].bytes);
        memory_free(dictionary->allocator, dictionary->entries[i].queries);
        free_expression(dictionary, dictionary->entries[i].expression);
    }
    memory_free(dictionary->allocator, dictionary->entries);
    memory_free(dictionary->allocator, dictionary->buckets);
}

uint32_t dictionary_find(const struct dictionary *dictionary, enum key_kind kind, uint16_t list, const char *bytes,
                         size_t length, uint64_t bytes_hash)
{
    if (dictionary->bucket_count == 0)
        return KEY_NONE;
    const uint64_t hash = dictionary_hash(kind, list, bytes_hash);
    for (uint32_t next = dictionary->buckets[hash & (dictionary->bucket_count - 1)]; next != 0;) {
        const struct dictionary_entry *entry = &dictionary->entries[next - 1];
        if (entry->hash == hash && entry->kind == kind && entry->list == list && entry->length == length &&
            (length == 0 || memcmp(entry->bytes, bytes, length) == 0))
            return next - 1;
        next = entry->next;
    }
    return KEY_NONE;
}

static bool grow_buckets(struct dictionary *dictionary)
{
    const size_t count = dictionary->bucket_count == 0 ? FIRST_BUCKETS : dictionary->bucket_count * 2;
    uint32_t *buckets = memory_allocate_array(dictionary->allocator, count, sizeof *buckets);
    if (buckets == NULL)
        return false;
    for (size_t i = 0; i < dictionary->count; i++) {
        struct dictionary_entry *entry = &dictionary->entries[i];
        if (entry->kind == 0)
            continue;
        uint32_t *bucket = &buckets[entry->hash & (count - 1)];
        entry->next = *bucket;
        *bucket = (uint32_t)i + 1;
    }
    memory_free(dictionary->allocator, dictionary->buckets);
    dictionary->buckets = buckets;
    dictionary->bucket_count = count;
    return true;
}

/* What is counted by kind. */
static void count_kind(struct dictionary *dictionary, const struct dictionary_entry *entry, uint32_t more)
{
    if (entry->kind == KEY_FORM)
        dictionary->forms += (size_t)(int32_t)more;
    else if (entry->kind == KEY_FIELD)
        dictionary->fields += (size_t)(int32_t)more;
    else if (entry->kind == KEY_PREFIX && entry->length < DICTIONARY_SHORT)
        dictionary->prefixes[entry->length] += more;
    else if (entry->kind == KEY_PREFIX)
        dictionary->long_prefixes += (size_t)(int32_t)more;
}

/* A regular expression made ready; of other kinds NULL. */
static libsearch_status make_expression(const struct dictionary *dictionary, enum key_kind kind, libsearch_bytes bytes,
                                        struct regular_expression **expression, libsearch_error *error)
{
    *expression = NULL;
    if (kind != KEY_REGULAR)
        return LIBSEARCH_OK;
    struct regular_expression *made = memory_allocate_array(dictionary->allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    const libsearch_status status = regular_expression_init(made, dictionary->allocator, bytes, error);
    if (status != LIBSEARCH_OK) {
        memory_free(dictionary->allocator, made);
        return status;
    }
    *expression = made;
    return LIBSEARCH_OK;
}

libsearch_status dictionary_take(struct dictionary *dictionary, enum key_kind kind, uint16_t list,
                                 libsearch_bytes bytes, uint32_t *number, libsearch_error *error)
{
    const uint64_t bytes_hash = hash_bytes(bytes.data, bytes.length);
    *number = dictionary_find(dictionary, kind, list, bytes.data, bytes.length, bytes_hash);
    if (*number != KEY_NONE) {
        dictionary->entries[*number].references++;
        return LIBSEARCH_OK;
    }
    if (dictionary->free == 0 && dictionary->count >= ANCHOR_SURE)
        return error_set(error, LIBSEARCH_LIMIT, "the saved queries have more than %u different words", ANCHOR_SURE);
    if (bytes.length > UINT32_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "a word of a saved query has %zu bytes", bytes.length);
    if (dictionary->used >= dictionary->bucket_count && !grow_buckets(dictionary))
        return error_no_memory(error);
    struct regular_expression *expression;
    TRY(make_expression(dictionary, kind, bytes, &expression, error));
    char *copy = memory_duplicate(dictionary->allocator, bytes.data, bytes.length);
    if (copy == NULL ||
        (dictionary->free == 0 && !memory_grow(dictionary->allocator, &dictionary->entries, &dictionary->capacity,
                                               dictionary->count + 1, sizeof *dictionary->entries))) {
        memory_free(dictionary->allocator, copy);
        free_expression(dictionary, expression);
        return error_no_memory(error);
    }
    const uint32_t made = dictionary->free != 0 ? dictionary->free - 1 : (uint32_t)dictionary->count++;
    struct dictionary_entry *entry = &dictionary->entries[made];
    if (dictionary->free != 0)
        dictionary->free = entry->next;
    const uint64_t hash = dictionary_hash(kind, list, bytes_hash);
    uint32_t *bucket = &dictionary->buckets[hash & (dictionary->bucket_count - 1)];
    *entry = (struct dictionary_entry){ .hash = hash,
                                        .bytes = copy,
                                        .length = (uint32_t)bytes.length,
                                        .list = list,
                                        .kind = (uint8_t)kind,
                                        .next = *bucket,
                                        .expression = expression,
                                        .references = 1 };
    *bucket = made + 1;
    dictionary->used++;
    count_kind(dictionary, entry, 1);
    *number = made;
    return LIBSEARCH_OK;
}

void dictionary_retain(struct dictionary *dictionary, uint32_t number) { dictionary->entries[number].references++; }

void dictionary_release(struct dictionary *dictionary, uint32_t number)
{
    struct dictionary_entry *entry = &dictionary->entries[number];
    if (--entry->references > 0)
        return;
    uint32_t *next = &dictionary->buckets[entry->hash & (dictionary->bucket_count - 1)];
    while (*next != number + 1)
        next = &dictionary->entries[*next - 1].next;
    *next = entry->next;
    count_kind(dictionary, entry, UINT32_MAX);
    memory_free(dictionary->allocator, entry->bytes);
    memory_free(dictionary->allocator, entry->queries);
    free_expression(dictionary, entry->expression);
    *entry = (struct dictionary_entry){ .next = dictionary->free };
    dictionary->free = number + 1;
    dictionary->used--;
}

libsearch_status dictionary_reserve(struct dictionary *dictionary, uint32_t number, libsearch_error *error)
{
    struct dictionary_entry *entry = &dictionary->entries[number];
    return memory_grow(dictionary->allocator, &entry->queries, &entry->query_capacity, entry->query_count + 1,
                       sizeof *entry->queries)
               ? LIBSEARCH_OK
               : error_no_memory(error);
}

void dictionary_anchor(struct dictionary *dictionary, uint32_t number, const struct anchored *query)
{
    struct dictionary_entry *entry = &dictionary->entries[number];
    entry->queries[entry->query_count++] = *query;
}

void dictionary_unanchor(struct dictionary *dictionary, uint32_t number, uint32_t query)
{
    struct dictionary_entry *entry = &dictionary->entries[number];
    for (size_t i = entry->query_count; i-- > 0;)
        if ((entry->queries[i].query & ~ANCHOR_SURE) == query) {
            entry->queries[i] = entry->queries[--entry->query_count];
            return;
        }
}
