/* SPDX-License-Identifier: MIT */
#include "watch/tree_bytes.h"

#include <string.h>

#include "query/query_tree.h"

enum { TREE_LENIENT = 1, TREE_FIELD = 2, TREE_CHILDREN = 4, TREE_ALL = 7 };
enum { TREE_LOW = 1, TREE_HIGH = 2, TREE_LOW_OPEN = 4, TREE_HIGH_OPEN = 8 };

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* Recursion is bounded by the tree's depth. */
void tree_encode(const libsearch_query *query, struct buffer *to)
{
    uint32_t factor;
    memcpy(&factor, &query->factor, sizeof factor);
    buffer_append_u8(to, (uint8_t)query->kind);
    buffer_append_u8(to, (uint8_t)((query->lenient ? TREE_LENIENT : 0) | (query->field != NULL ? TREE_FIELD : 0) |
                                   (query->count > 0 ? TREE_CHILDREN : 0)));
    buffer_append_varint(to, query->flags);
    if (query->field != NULL)
        buffer_append_bytes(to, query->field, strlen(query->field));
    buffer_append_bytes(to, query->text.data, query->text.length);
    buffer_append_varint(to, query->number);
    buffer_append_u32(to, factor);
    if (query->kind == QUERY_FUZZY)
        buffer_append_varint(to, (uint64_t)(query->more_prefix + 1)); /* from -1 on */
    if (query->kind == QUERY_RANGE) {
        const bool real = query->type == LIBSEARCH_FLOAT;
        buffer_append_u8(to, (uint8_t)query->type);
        buffer_append_u8(to,
                         (uint8_t)((query->has_low ? TREE_LOW : 0) | (query->has_high ? TREE_HIGH : 0) |
                                   (query->low_open ? TREE_LOW_OPEN : 0) | (query->high_open ? TREE_HIGH_OPEN : 0)));
        buffer_append_bytes(to, query->high_text.data, query->high_text.length);
        buffer_append_u64(to, real ? bits_of(query->low_number) : (uint64_t)query->low_integer);
        buffer_append_u64(to, real ? bits_of(query->high_number) : (uint64_t)query->high_integer);
    }
    if (query->count == 0)
        return;
    buffer_append_varint(to, query->count);
    for (size_t i = 0; i < query->count; i++) {
        buffer_append_u8(to, query->occurs != NULL ? query->occurs[i] : 0);
        tree_encode(query->children[i], to);
    }
}

static libsearch_status damaged(libsearch_error *error)
{
    return error_set(error, LIBSEARCH_CORRUPT, "a saved query's tree is damaged");
}

static libsearch_status decode_at(const libsearch_allocator *allocator, struct cursor *from, unsigned depth,
                                  libsearch_query **query, libsearch_error *error);

/* The children of `like`, as many as are read; the caller's to release. */
static libsearch_status decode_children(const libsearch_allocator *allocator, struct cursor *from, unsigned depth,
                                        libsearch_query *like, libsearch_error *error)
{
    const uint64_t count = cursor_varint(from);
    if (from->failed || count == 0 || count > LIBSEARCH_MAX_CLAUSES || count > cursor_left(from))
        return damaged(error);
    like->children = memory_allocate_array(allocator, (size_t)count, sizeof(libsearch_query *));
    like->occurs = memory_allocate_array(allocator, (size_t)count, 1);
    if (like->children == NULL || like->occurs == NULL)
        return error_no_memory(error);
    for (uint64_t i = 0; i < count; i++) {
        like->occurs[i] = cursor_u8(from);
        TRY(decode_at(allocator, from, depth + 1, &like->children[i], error));
        like->count++;
    }
    return LIBSEARCH_OK;
}

static libsearch_status decode_node(const libsearch_allocator *allocator, struct cursor *from, unsigned depth,
                                    char field[LIBSEARCH_MAX_FIELD_NAME + 1], libsearch_query *like,
                                    libsearch_error *error)
{
    like->kind = (enum query_kind)cursor_u8(from);
    const uint8_t has = cursor_u8(from);
    like->flags = cursor_varint32(from);
    if ((has & TREE_FIELD) != 0) {
        const libsearch_bytes name = cursor_bytes(from);
        if (from->failed || name.length == 0 || name.length > LIBSEARCH_MAX_FIELD_NAME ||
            memchr(name.data, 0, name.length) != NULL)
            return damaged(error);
        memcpy(field, name.data, name.length);
        field[name.length] = 0;
        like->field = field;
    }
    like->text = cursor_bytes(from);
    like->number = cursor_varint32(from);
    const uint32_t factor = cursor_u32(from);
    memcpy(&like->factor, &factor, sizeof factor);
    if (like->kind == QUERY_FUZZY) {
        const uint32_t letters = cursor_varint32(from);
        if (letters > INT32_MAX)
            return damaged(error);
        like->more_prefix = (int)letters - 1;
    }
    if (like->kind == QUERY_RANGE) {
        like->type = (libsearch_type)cursor_u8(from);
        const uint8_t ends = cursor_u8(from);
        like->has_low = (ends & TREE_LOW) != 0;
        like->has_high = (ends & TREE_HIGH) != 0;
        like->low_open = (ends & TREE_LOW_OPEN) != 0;
        like->high_open = (ends & TREE_HIGH_OPEN) != 0;
        like->high_text = cursor_bytes(from);
        const uint64_t low = cursor_u64(from), high = cursor_u64(from);
        if (like->type == LIBSEARCH_FLOAT) {
            like->low_number = from_bits(low);
            like->high_number = from_bits(high);
        } else {
            like->low_integer = (int64_t)low;
            like->high_integer = (int64_t)high;
        }
    }
    if (from->failed || has > TREE_ALL)
        return damaged(error);
    like->lenient = (has & TREE_LENIENT) != 0;
    return (has & TREE_CHILDREN) != 0 ? decode_children(allocator, from, depth, like, error) : LIBSEARCH_OK;
}

static libsearch_status decode_at(const libsearch_allocator *allocator, struct cursor *from, unsigned depth,
                                  libsearch_query **query, libsearch_error *error)
{
    char field[LIBSEARCH_MAX_FIELD_NAME + 1];
    libsearch_query like = { .count = 0 };
    if (depth > LIBSEARCH_MAX_QUERY_DEPTH)
        return damaged(error);
    libsearch_status status = decode_node(allocator, from, depth, field, &like, error);
    if (status == LIBSEARCH_OK) {
        status = query_new(allocator, &like, query, NULL);
        if (status == LIBSEARCH_OK)
            (*query)->lenient = like.lenient;
        else if (status == LIBSEARCH_NO_MEMORY)
            error_no_memory(error);
        else
            status = damaged(error);
    }
    for (size_t i = 0; i < like.count; i++)
        query_release(like.children[i]);
    memory_free(allocator, like.children);
    memory_free(allocator, like.occurs);
    return status;
}

libsearch_status tree_decode(const libsearch_allocator *allocator, struct cursor *from, libsearch_query **query,
                             libsearch_error *error)
{
    return decode_at(allocator, from, 1, query, error);
}
