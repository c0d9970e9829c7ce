/* SPDX-License-Identifier: MIT */
#include "index/ingest.h"

#include <string.h>

#include "index/names.h"

struct ingest {
    const libsearch_allocator *allocator;
    struct storage *storage;
    size_t memory;
    bool sync;
    uint64_t *next_number;
    struct segment_builder *builder; /* NULL: nothing was put */
    uint64_t number;                 /* of the builder's segment */
    struct schema *schema;           /* that the builder knows; compared only */
    uint64_t *deleted;               /* a bit a document of the builder, 1 deleted; words past the end are 0 */
    size_t deleted_words;
    uint32_t deleted_count;
    bool broken;
    struct ingest_segment finished;
};

libsearch_status ingest_new(const libsearch_allocator *allocator, struct storage *storage, size_t memory,
                            unsigned threads, bool sync, uint64_t *next_number, struct ingest **ingest,
                            libsearch_error *error)
{
    (void)threads;
    struct ingest *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->storage = storage;
    made->memory = memory;
    made->sync = sync;
    made->next_number = next_number;
    *ingest = made;
    return LIBSEARCH_OK;
}

libsearch_status ingest_again(const struct ingest *ingest, struct ingest **again, libsearch_error *error)
{
    return ingest_new(ingest->allocator, ingest->storage, ingest->memory, 1, ingest->sync, ingest->next_number, again,
                      error);
}

/* Back to nothing put; the builder is gone already. */
static void ingest_reset(struct ingest *ingest)
{
    ingest->builder = NULL;
    ingest->schema = NULL;
    if (ingest->deleted_words > 0)
        memset(ingest->deleted, 0, ingest->deleted_words * sizeof *ingest->deleted);
    ingest->deleted_count = 0;
}

void ingest_free(struct ingest *ingest)
{
    if (ingest == NULL)
        return;
    if (ingest->builder != NULL)
        segment_builder_discard(ingest->builder);
    memory_free(ingest->allocator, ingest->deleted);
    memory_free(ingest->allocator, ingest);
}

static bool is_deleted(const struct ingest *ingest, uint32_t document)
{
    return document / 64 < ingest->deleted_words && (ingest->deleted[document / 64] >> document % 64 & 1);
}

/* Room for a mark on this document, so that marking cannot fail. */
static bool reserve_mark(struct ingest *ingest, uint32_t document)
{
    const size_t wanted = (size_t)document / 64 + 1;
    size_t capacity = ingest->deleted_words;
    if (wanted <= capacity)
        return true;
    if (!memory_grow(ingest->allocator, &ingest->deleted, &capacity, wanted, sizeof *ingest->deleted))
        return false;
    memset(ingest->deleted + ingest->deleted_words, 0, (capacity - ingest->deleted_words) * sizeof *ingest->deleted);
    ingest->deleted_words = capacity;
    return true;
}

static void mark_deleted(struct ingest *ingest, uint32_t document)
{
    if (is_deleted(ingest, document))
        return;
    ingest->deleted[document / 64] |= UINT64_C(1) << document % 64;
    ingest->deleted_count++;
}

static libsearch_status start_builder(struct ingest *ingest, struct schema *schema, libsearch_error *error)
{
    char name[NAME_SIZE];
    name_segment(name, *ingest->next_number);
    TRY(segment_builder_new(ingest->allocator, schema, ingest->storage, name, &ingest->builder, error));
    ingest->number = (*ingest->next_number)++;
    ingest->schema = schema;
    return LIBSEARCH_OK;
}

libsearch_status ingest_put(struct ingest *ingest, struct schema *schema, libsearch_bytes id,
                            const libsearch_document *document, libsearch_error *error)
{
    if (ingest->builder == NULL)
        TRY(start_builder(ingest, schema, error));
    else if (ingest->schema != schema) {
        segment_builder_set_schema(ingest->builder, schema);
        ingest->schema = schema;
    }
    uint32_t replaced;
    const bool replaces = segment_builder_find(ingest->builder, id, &replaced) == LIBSEARCH_OK;
    if (replaces && !reserve_mark(ingest, replaced))
        return error_no_memory(error);
    const libsearch_status status = segment_builder_add(ingest->builder, id, document, error);
    if (status == LIBSEARCH_IO || status == LIBSEARCH_FULL || status == LIBSEARCH_FINISHED)
        ingest->broken = true;
    if (status == LIBSEARCH_OK && replaces)
        mark_deleted(ingest, replaced);
    return status;
}

enum ingest_found ingest_find(const struct ingest *ingest, libsearch_bytes id)
{
    uint32_t document;
    if (ingest->builder == NULL || segment_builder_find(ingest->builder, id, &document) != LIBSEARCH_OK)
        return INGEST_ABSENT;
    return is_deleted(ingest, document) ? INGEST_DELETED : INGEST_LIVE;
}

libsearch_status ingest_delete(struct ingest *ingest, libsearch_bytes id, libsearch_error *error)
{
    uint32_t document;
    if (ingest->builder == NULL || segment_builder_find(ingest->builder, id, &document) != LIBSEARCH_OK)
        return LIBSEARCH_NOT_FOUND;
    if (!reserve_mark(ingest, document))
        return error_no_memory(error);
    mark_deleted(ingest, document);
    return LIBSEARCH_OK;
}

uint64_t ingest_count(const struct ingest *ingest)
{
    return ingest->builder == NULL ? 0 : segment_builder_count(ingest->builder);
}

bool ingest_is_full(const struct ingest *ingest)
{
    return ingest->builder != NULL && (segment_builder_memory(ingest->builder) > ingest->memory ||
                                       segment_builder_count(ingest->builder) >= SEGMENT_MAX_DOCUMENTS);
}

bool ingest_is_broken(const struct ingest *ingest) { return ingest->broken; }

/* The live documents of the builder's segment; NULL: all. */
static libsearch_status make_live(const struct ingest *ingest, uint32_t count, struct live **live,
                                  libsearch_error *error)
{
    *live = NULL;
    if (ingest->deleted_count == 0)
        return LIBSEARCH_OK;
    TRY(live_new(ingest->allocator, count, live, error));
    for (uint32_t document = 0; document < count; document++)
        if (is_deleted(ingest, document))
            live_delete(*live, document);
    return LIBSEARCH_OK;
}

libsearch_status ingest_finish(struct ingest *ingest, struct ingest_segment **segments, size_t *count,
                               libsearch_error *error)
{
    *count = 0;
    *segments = &ingest->finished;
    if (ingest->builder == NULL)
        return LIBSEARCH_OK;
    const uint32_t documents = segment_builder_count(ingest->builder);
    if (documents == ingest->deleted_count) { /* nothing of it lives, or nothing was added */
        segment_builder_discard(ingest->builder);
        ingest_reset(ingest);
        return LIBSEARCH_OK;
    }
    struct live *live = NULL;
    uint64_t length = 0;
    libsearch_status status = make_live(ingest, documents, &live, error);
    if (status != LIBSEARCH_OK)
        segment_builder_discard(ingest->builder);
    else
        status = segment_builder_finish(ingest->builder, ingest->sync, &length, error);
    ingest_reset(ingest);
    if (status != LIBSEARCH_OK) {
        live_free(live);
        ingest->broken = true;
        return status;
    }
    ingest->finished = (struct ingest_segment){ ingest->number, length, documents, live };
    *count = 1;
    return LIBSEARCH_OK;
}
