/* SPDX-License-Identifier: MIT */
#include "oracle/pieces.h"

#include <string.h>

static struct segment *build(struct pieces *pieces, uint32_t from, uint32_t to)
{
    struct segment_builder *builder;
    struct segment *segment;
    char name[32], id[24];
    uint64_t length;
    sprintf(name, "segment-%u", pieces->named++);
    assert_ok(segment_builder_new(allocator_default(), pieces->world.schema, pieces->storage, name, &builder, NULL));
    for (uint32_t d = from; d < to; d++)
        assert_ok(segment_builder_add(builder, world_id(d, id), pieces->world.documents[d], NULL));
    assert_ok(segment_builder_finish(builder, false, &length, NULL));
    assert_ok(segment_open(allocator_default(), pieces->world.schema, pieces->storage, name, false, &segment, NULL));
    return segment;
}

/* Numbers the documents through all segments. */
static void number(struct pieces *pieces)
{
    uint64_t base = 0;
    for (size_t s = 0; s < pieces->snapshot.segment_count; s++) {
        pieces->segments[s].base = base;
        pieces->segments[s].live = pieces->live[s];
        base += segment_count(pieces->segments[s].segment);
    }
    assert_int_equal(base, pieces->oracle.count);
}

void pieces_make(struct pieces *pieces, struct test_random *random, const struct world_shape *shape, uint32_t count)
{
    memset(pieces, 0, sizeof *pieces);
    world_make(&pieces->world, random, shape);
    assert_ok(storage_open_memory(allocator_default(), &pieces->storage, NULL));
    for (uint32_t s = 0; s < count; s++) {
        const uint32_t from = (uint32_t)((uint64_t)shape->documents * s / count);
        const uint32_t to = (uint32_t)((uint64_t)shape->documents * (s + 1) / count);
        pieces->segments[s].segment = build(pieces, from, to);
    }
    pieces->snapshot = (struct snapshot){ .allocator = allocator_default(),
                                          .references = 1,
                                          .schema = pieces->world.schema,
                                          .segments = pieces->segments,
                                          .segment_count = count };
    pieces->oracle = (struct oracle){ .schema = pieces->world.schema,
                                      .words = &pieces->world.words,
                                      .documents = oracle_allocate(shape->documents * sizeof(struct oracle_document *)),
                                      .live = oracle_allocate(shape->documents * sizeof(bool)),
                                      .count = shape->documents };
    for (uint32_t d = 0; d < shape->documents; d++) {
        pieces->oracle.documents[d] = pieces->world.known[d];
        pieces->oracle.live[d] = true;
    }
    number(pieces);
}

void pieces_free(struct pieces *pieces)
{
    for (size_t s = 0; s < pieces->snapshot.segment_count; s++) {
        segment_release(pieces->segments[s].segment);
        live_free(pieces->live[s]);
    }
    storage_close(pieces->storage);
    free(pieces->oracle.documents);
    free(pieces->oracle.live);
    world_free(&pieces->world);
}

void pieces_delete(struct pieces *pieces, struct test_random *random, uint64_t each)
{
    for (size_t s = 0; s < pieces->snapshot.segment_count; s++) {
        const uint32_t count = segment_count(pieces->segments[s].segment);
        if (random_below(random, 3) == 0 || count == 0)
            continue;
        if (pieces->live[s] == NULL)
            assert_ok(live_new(allocator_default(), count, &pieces->live[s], NULL));
        for (uint32_t d = 0; d < count; d++)
            if (random_below(random, each) == 0) {
                live_delete(pieces->live[s], d);
                pieces->oracle.live[pieces->segments[s].base + d] = false;
            }
    }
    number(pieces);
}

/* Documents of the merged inputs that live, by their new numbers. */
static void renumber(struct pieces *pieces, const struct segment_input *inputs, size_t count, size_t from)
{
    struct oracle_document **documents = oracle_allocate(pieces->oracle.count * sizeof *documents);
    size_t old = from, kept = 0;
    for (size_t i = 0; i < count; i++)
        for (uint32_t d = 0; d < segment_count(inputs[i].segment); d++, old++) {
            const uint32_t now = inputs[i].numbers != NULL  ? inputs[i].numbers[d]
                                 : pieces->oracle.live[old] ? (uint32_t)kept
                                                            : UINT32_MAX;
            assert_int_equal(now == UINT32_MAX, !pieces->oracle.live[old]);
            if (now == UINT32_MAX)
                continue;
            assert_true(now < pieces->oracle.count);
            assert_null(documents[now]);
            documents[now] = pieces->oracle.documents[old];
            kept++;
        }
    for (size_t d = 0; d < kept; d++) {
        assert_non_null(documents[d]);
        pieces->oracle.documents[from + d] = documents[d];
        pieces->oracle.live[from + d] = true;
    }
    for (size_t d = old; d < pieces->oracle.count; d++) {
        pieces->oracle.documents[from + kept + d - old] = pieces->oracle.documents[d];
        pieces->oracle.live[from + kept + d - old] = pieces->oracle.live[d];
    }
    pieces->oracle.count -= old - from - kept;
    free(documents);
}

void pieces_add_biwords(struct pieces *pieces, size_t number, uint32_t least)
{
    struct segment **segment = &pieces->segments[number].segment;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char name[32];
    uint64_t length;
    sprintf(name, "segment-%u", pieces->named++);
    if (segment_add_biwords(allocator_default(), pieces->storage, name, *segment, least, NULL, false, &length,
                            &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    segment_release(*segment);
    assert_ok(segment_open(allocator_default(), pieces->world.schema, pieces->storage, name, false, segment, NULL));
}

void pieces_merge(struct pieces *pieces, size_t first, size_t count, unsigned flags)
{
    struct segment_input inputs[PIECES_MOST];
    char name[32];
    uint64_t length;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    for (size_t i = 0; i < count; i++) {
        struct segment *segment = pieces->segments[first + i].segment;
        inputs[i] = (struct segment_input){ segment, pieces->live[first + i], NULL };
        if (flags != 0 || pieces->named % 2 == 0)
            inputs[i].numbers = oracle_allocate(segment_count(segment) * sizeof(uint32_t));
    }
    sprintf(name, "segment-%u", pieces->named++);
    if (segment_merge(allocator_default(), pieces->world.schema, pieces->storage, name, inputs, count, flags, NULL,
                      false, &length, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    renumber(pieces, inputs, count, pieces->segments[first].base);
    for (size_t i = 0; i < count; i++) {
        segment_release(inputs[i].segment);
        live_free(pieces->live[first + i]);
        pieces->live[first + i] = NULL;
        free(inputs[i].numbers);
    }
    assert_ok(segment_open(allocator_default(), pieces->world.schema, pieces->storage, name, false,
                           &pieces->segments[first].segment, NULL));
    if (pieces->named % 3 == 0)
        pieces_add_biwords(pieces, first, 1 + pieces->named % 4);
    for (size_t i = first + count; i < pieces->snapshot.segment_count; i++) {
        pieces->segments[i - count + 1] = pieces->segments[i];
        pieces->live[i - count + 1] = pieces->live[i];
    }
    pieces->snapshot.segment_count -= count - 1;
    number(pieces);
}
