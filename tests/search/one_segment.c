/* SPDX-License-Identifier: MIT */
#include "search/one_segment.h"

#include <stdio.h>
#include <string.h>

#include "support/unit.h"

void one_segment_begin(struct one_segment *one, const libsearch_field *fields, size_t count)
{
    assert_ok(schema_new(allocator_default(), "standard", &one->schema, NULL));
    for (size_t i = 0; i < count; i++)
        assert_ok(schema_add(one->schema, &fields[i], NULL, NULL));
    assert_ok(storage_open_memory(allocator_default(), &one->storage, NULL));
    assert_ok(segment_builder_new(allocator_default(), one->schema, one->storage, "s", &one->builder, NULL));
}

void one_segment_add(struct one_segment *one, uint32_t number, const char *text)
{
    char id[16];
    libsearch_document *document = document_new(allocator_default());
    const struct document_value value = { "text", 4, LIBSEARCH_TEXT, { text, strlen(text) }, 0, 0 };
    assert_ok(document_add(document, &value, NULL));
    assert_ok(
        segment_builder_add(one->builder, (libsearch_bytes){ id, (size_t)sprintf(id, "%u", number) }, document, NULL));
    document_free(document);
}

void one_segment_finish(struct one_segment *one)
{
    uint64_t length;
    assert_ok(segment_builder_finish(one->builder, false, &length, NULL));
    assert_ok(segment_open(allocator_default(), one->schema, one->storage, "s", false, &one->segment, NULL));
    one->where = (struct snapshot_segment){ .segment = one->segment };
    one->snapshot = (struct snapshot){ .allocator = allocator_default(),
                                       .references = 1,
                                       .schema = one->schema,
                                       .segments = &one->where,
                                       .segment_count = 1 };
}

void one_segment_free(struct one_segment *one)
{
    segment_release(one->segment);
    storage_close(one->storage);
    schema_release(one->schema);
}
