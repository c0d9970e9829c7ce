/* SPDX-License-Identifier: MIT */
#include "index/ingest.h"

#include "index/crew.h"
#include "index/marks.h"
#include "index/names.h"

struct ingest {
    const libsearch_allocator *allocator;
    struct storage *storage;
    struct ingest_options options;
    uint64_t *next_number;
    struct crew *crew; /* NULL: one thread, and all below is used */

    struct segment_builder *builder; /* NULL: nothing was put */
    uint64_t number;                 /* of the builder's segment */
    struct schema *schema;           /* that the builder knows; compared only */
    struct marks marks;
    bool broken;
    struct ingest_segment finished;
};

libsearch_status ingest_new(const libsearch_allocator *allocator, struct storage *storage,
                            const struct ingest_options *options, uint64_t *next_number, struct ingest **ingest,
                            libsearch_error *error)
{
    struct ingest *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->storage = storage;
    made->options = *options;
    made->next_number = next_number;
    if (options->threads > 1) {
        const libsearch_status status = crew_new(allocator, storage, options, next_number, &made->crew, error);
        if (status != LIBSEARCH_OK) {
            memory_free(allocator, made);
            return status;
        }
    }
    *ingest = made;
    return LIBSEARCH_OK;
}

libsearch_status ingest_again(const struct ingest *ingest, struct ingest **again, libsearch_error *error)
{
    return ingest_new(ingest->allocator, ingest->storage, &ingest->options, ingest->next_number, again, error);
}

void ingest_free(struct ingest *ingest)
{
    if (ingest == NULL)
        return;
    crew_free(ingest->crew);
    if (ingest->builder != NULL)
        segment_builder_discard(ingest->builder);
    memory_free(ingest->allocator, ingest->marks.bits);
    memory_free(ingest->allocator, ingest);
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
    if (ingest->crew != NULL)
        return crew_put(ingest->crew, schema, id, document, error);
    if (ingest->builder == NULL)
        TRY(start_builder(ingest, schema, error));
    else if (ingest->schema != schema) {
        segment_builder_set_schema(ingest->builder, schema);
        ingest->schema = schema;
    }
    uint32_t replaced;
    const bool replaces = segment_builder_find(ingest->builder, id, &replaced) == LIBSEARCH_OK;
    if (replaces && !marks_reserve(ingest->allocator, &ingest->marks, replaced))
        return error_no_memory(error);
    const libsearch_status status = segment_builder_add(ingest->builder, id, document, error);
    if (status == LIBSEARCH_IO || status == LIBSEARCH_FULL || status == LIBSEARCH_FINISHED)
        ingest->broken = true;
    if (status == LIBSEARCH_OK && replaces)
        marks_set(&ingest->marks, replaced);
    return status;
}

enum ingest_found ingest_find(const struct ingest *ingest, libsearch_bytes id)
{
    uint32_t document;
    if (ingest->crew != NULL)
        return crew_find(ingest->crew, id);
    if (ingest->builder == NULL || segment_builder_find(ingest->builder, id, &document) != LIBSEARCH_OK)
        return INGEST_ABSENT;
    return marks_has(&ingest->marks, document) ? INGEST_DELETED : INGEST_LIVE;
}

libsearch_status ingest_delete(struct ingest *ingest, libsearch_bytes id, libsearch_error *error)
{
    uint32_t document;
    if (ingest->crew != NULL)
        return crew_delete(ingest->crew, id, error);
    if (ingest->builder == NULL || segment_builder_find(ingest->builder, id, &document) != LIBSEARCH_OK)
        return error_set(error, LIBSEARCH_NOT_FOUND, "there is no document with this id");
    if (!marks_reserve(ingest->allocator, &ingest->marks, document))
        return error_no_memory(error);
    marks_set(&ingest->marks, document);
    return LIBSEARCH_OK;
}

bool ingest_has_documents(const struct ingest *ingest)
{
    if (ingest->crew != NULL)
        return crew_has_documents(ingest->crew);
    return ingest->builder != NULL && segment_builder_count(ingest->builder) > 0;
}

bool ingest_is_due(struct ingest *ingest)
{
    if (ingest->crew != NULL)
        return crew_is_due(ingest->crew);
    return ingest->builder != NULL && (segment_builder_memory(ingest->builder) > ingest->options.memory ||
                                       segment_builder_count(ingest->builder) >= SEGMENT_MAX_DOCUMENTS);
}

bool ingest_is_broken(const struct ingest *ingest)
{
    return ingest->crew != NULL ? crew_is_broken(ingest->crew) : ingest->broken;
}

libsearch_status ingest_take(struct ingest *ingest, bool all, struct ingest_segment **segments, size_t *count,
                             libsearch_error *error)
{
    if (ingest->crew != NULL)
        return crew_take(ingest->crew, all, segments, count, error);
    *count = 0;
    *segments = &ingest->finished;
    if (ingest->builder == NULL) /* coverage:unreachable: writers ask where there are documents */
        return LIBSEARCH_OK;     /* coverage:unreachable */
    struct ingest_segment finished = { .number = ingest->number, .documents = segment_builder_count(ingest->builder) };
    libsearch_status status = LIBSEARCH_OK;
    if (finished.documents == ingest->marks.count) /* nothing of it lives, or nothing was added */
        segment_builder_discard(ingest->builder);
    else {
        status = marks_to_live(ingest->allocator, &ingest->marks, finished.documents, &finished.live, error);
        if (status != LIBSEARCH_OK)
            segment_builder_discard(ingest->builder);
        else
            status = segment_builder_finish(ingest->builder, ingest->options.sync, &finished.length, error);
        *count = 1;
    }
    ingest->builder = NULL;
    marks_clear(&ingest->marks);
    if (status != LIBSEARCH_OK) {
        live_free(finished.live);
        ingest->broken = true;
        return status;
    }
    ingest->finished = finished;
    return LIBSEARCH_OK;
}
