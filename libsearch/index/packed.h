/* SPDX-License-Identifier: MIT */
/* Copies of documents, one behind the other in large blocks, on their way from the thread that puts to one that
 * indexes. */
#ifndef LIBSEARCH_INDEX_PACKED_H
#define LIBSEARCH_INDEX_PACKED_H

#include "schema/document.h"
#include "schema/schema.h"

struct packed_block {
    _Alignas(8) const
        libsearch_allocator *allocator; /* as what lies behind the header is, also where pointers are smaller */
    struct packed_block *next;
    struct schema *schema; /* retained: the documents' fields are in it, and their names are its own */
    size_t size, used;     /* of the memory behind this header */
    size_t taken;          /* by packed_next */
};

/* A block of at least `size` bytes with room for this document; NULL: memory is short. */
struct packed_block *packed_new(const libsearch_allocator *allocator, size_t size, struct schema *schema,
                                libsearch_bytes id, const libsearch_document *document);
void packed_free(struct packed_block *block); /* the one, not those after it */
/* Empties it for documents of a schema. */
void packed_renew(struct packed_block *block, struct schema *schema);
/* Copies the document to the end; false: there is no room. */
bool packed_add(struct packed_block *block, libsearch_bytes id, const libsearch_document *document);
/* The next document, lying in the block: its values and their count are set, and nothing else. False: at the end. */
bool packed_next(struct packed_block *block, libsearch_bytes *id, libsearch_document *document);
/* Begins anew with the first. */
void packed_again(struct packed_block *block);

#endif
