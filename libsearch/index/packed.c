/* SPDX-License-Identifier: MIT */
#include "index/packed.h"

#include <string.h>

/* A document: this head, its values, the bytes of its id, the bytes of the values; then up to the next multiple of
 * 16. */
struct packed_head {
    size_t size;
    size_t count;
    size_t bytes; /* of the document's strings, as it counts them */
    size_t id_length;
};

enum { ALIGNMENT = 8, ROUNDED = 16 };

_Static_assert(sizeof(struct packed_block) % ALIGNMENT == 0 && sizeof(struct packed_head) % ALIGNMENT == 0,
               "what follows them is aligned");

static char *block_data(struct packed_block *block) { return (char *)(block + 1); }

/* Strings are at most LIBSEARCH_MAX_VALUE together, values no more than memory holds: no sum wraps. */
static size_t packed_size(libsearch_bytes id, const libsearch_document *document)
{
    size_t size = sizeof(struct packed_head) + document->count * sizeof(struct document_value) + id.length;
    for (size_t i = 0; i < document->count; i++)
        size += document->values[i].bytes.length;
    return (size + ROUNDED - 1) / ROUNDED * ROUNDED;
}

struct packed_block *packed_new(const libsearch_allocator *allocator, size_t size, struct schema *schema,
                                libsearch_bytes id, const libsearch_document *document)
{
    const size_t wanted = packed_size(id, document);
    if (size < wanted)
        size = wanted;
    struct packed_block *block = memory_allocate(allocator, sizeof *block + size);
    if (block == NULL)
        return NULL;
    *block = (struct packed_block){ .allocator = allocator, .schema = schema_retain(schema), .size = size };
    return block;
}

void packed_free(struct packed_block *block)
{
    schema_release(block->schema);
    memory_free(block->allocator, block);
}

void packed_renew(struct packed_block *block, struct schema *schema)
{
    schema_retain(schema);
    schema_release(block->schema);
    block->schema = schema;
    block->next = NULL;
    block->used = block->taken = 0;
}

bool packed_add(struct packed_block *block, libsearch_bytes id, const libsearch_document *document)
{
    const size_t size = packed_size(id, document);
    if (block->size - block->used < size)
        return false;
    struct packed_head *head = (struct packed_head *)(void *)(block_data(block) + block->used);
    struct document_value *values = (struct document_value *)(void *)(head + 1);
    char *bytes = (char *)(values + document->count);
    *head = (struct packed_head){ size, document->count, document->bytes, id.length };
    memcpy(bytes, id.data, id.length);
    bytes += id.length;
    for (size_t i = 0; i < document->count; i++) {
        const struct document_value *from = &document->values[i];
        values[i] = *from;
        values[i].field = schema_find(block->schema, from->field, from->field_length)->name;
        values[i].bytes.data = bytes;
        if (from->bytes.length > 0)
            memcpy(bytes, from->bytes.data, from->bytes.length);
        bytes += from->bytes.length;
    }
    block->used += size;
    return true;
}

bool packed_next(struct packed_block *block, libsearch_bytes *id, libsearch_document *document)
{
    if (block->taken == block->used)
        return false;
    struct packed_head *head = (struct packed_head *)(void *)(block_data(block) + block->taken);
    struct document_value *values = (struct document_value *)(void *)(head + 1);
    *document = (libsearch_document){ .allocator = block->allocator,
                                      .values = values,
                                      .count = head->count,
                                      .capacity = head->count,
                                      .bytes = head->bytes };
    *id = (libsearch_bytes){ (const char *)(values + head->count), head->id_length };
    block->taken += head->size;
    return true;
}

void packed_again(struct packed_block *block) { block->taken = 0; }
