/* SPDX-License-Identifier: MIT */
#include "segment/collection.h"

#include "io/section_file.h"
#include "segment/format.h"

static void add_field(struct schema *schema, const char *name, libsearch_type type, unsigned flags, float weight)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = name;
    field.type = type;
    field.flags = flags;
    field.weight = weight;
    assert_ok(schema_add(schema, &field, NULL, NULL));
}

/* A text whose words have several forms of one stem, compounds, stop words, numbers and other scripts. */
static size_t make_text(struct test_random *random, char *text, size_t words)
{
    static const char *const some[] = { "the",        "of",          "connect",     "connected",
                                        "connection", "connections", "connect-ed",  "cat-s",
                                        "John's",     "John",        "China-ASEAN", "COVID-19",
                                        "healthy",    "health",      "Straße",      "countries.Over",
                                        "cats",       "cat's",       "中国人" };
    size_t length = 0;
    for (size_t i = 0; i < words; i++) {
        const uint64_t kind = random_below(random, 4);
        if (kind == 0)
            length += (size_t)sprintf(text + length, "%s ", some[random_below(random, sizeof some / sizeof *some)]);
        else if (kind == 1)
            length += (size_t)sprintf(text + length, "word%llu ", (unsigned long long)random_size(random, 12));
        else
            length +=
                (size_t)sprintf(text + length, "%c%c%s ", (int)('a' + random_below(random, 20)),
                                (int)('a' + random_below(random, 3)), random_below(random, 3) == 0 ? "ings" : "ing");
    }
    return length;
}

static void set(libsearch_document *document, const char *field, libsearch_type type, libsearch_bytes bytes,
                int64_t integer, double number)
{
    const struct document_value value = { field, (uint32_t)strlen(field), type, bytes, integer, number };
    assert_ok(document_add(document, &value, NULL));
}

static void set_text(libsearch_document *document, struct test_random *random, const char *field, unsigned bits)
{
    static char text[1 << 18];
    const size_t length = make_text(random, text, (size_t)random_size(random, bits));
    set(document, field, LIBSEARCH_TEXT, (libsearch_bytes){ text, length }, 0, 0);
}

static void fill_full(libsearch_document *document, struct test_random *random)
{
    char keyword[32];
    if (random_below(random, 10) == 0)
        return; /* a document without anything */
    if (random_below(random, 8) > 0)
        set_text(document, random, "title", 3);
    if (random_below(random, 8) > 0)
        set_text(document, random, "text", random_below(random, 50) == 0 ? 13 : 7); /* some fill a block alone */
    if (random_below(random, 4) == 0)
        set_text(document, random, "text", 4);
    if (random_below(random, 3) == 0)
        set_text(document, random, "notes", 5);
    if (random_below(random, 2) == 0)
        set_text(document, random, "loose", 5);
    for (uint64_t i = random_below(random, 4); i > 0; i--) {
        const int length = sprintf(keyword, "tag %llu", (unsigned long long)random_size(random, 7));
        set(document, "tag", LIBSEARCH_KEYWORD, (libsearch_bytes){ keyword, (size_t)length }, 0, 0);
    }
    if (random_below(random, 2) == 0)
        set(document, "place", LIBSEARCH_KEYWORD, (libsearch_bytes){ "", 0 }, 0, 0);
    if (random_below(random, 3) > 0)
        set(document, "size", LIBSEARCH_INTEGER, (libsearch_bytes){ 0 }, (int64_t)random_size(random, 60), 0);
    for (uint64_t i = random_below(random, 3); i > 0; i--)
        set(document, "price", LIBSEARCH_FLOAT, (libsearch_bytes){ 0 }, 0, (double)random_below(random, 50) / 4 - 3);
    set(document, "date", LIBSEARCH_DATE, (libsearch_bytes){ 0 }, (int64_t)random_below(random, 1000) * 86400000, 0);
    if (random_below(random, 5) == 0)
        set_text(document, random, "last", 5);
}

static void add_fields(struct schema *schema, enum collection_shape shape)
{
    if (shape == COLLECTION_PLAIN) {
        add_field(schema, "text", LIBSEARCH_TEXT, 0, 1);
        return;
    }
    add_field(schema, "title", LIBSEARCH_TEXT, 0, 3);
    add_field(schema, "tag", LIBSEARCH_KEYWORD, 0, 0);
    add_field(schema, "text", LIBSEARCH_TEXT, 0, 1);
    add_field(schema, "notes", LIBSEARCH_TEXT, LIBSEARCH_FIELD_OWN_LISTS, 1);
    add_field(schema, "loose", LIBSEARCH_TEXT,
              shape == COLLECTION_FULL ? LIBSEARCH_FIELD_NO_POSITIONS : LIBSEARCH_FIELD_OWN_LISTS, 1);
    add_field(schema, "place", LIBSEARCH_KEYWORD, LIBSEARCH_FIELD_NO_COLUMN, 0);
    add_field(schema, "size", LIBSEARCH_INTEGER, 0, 0);
    add_field(schema, "price", LIBSEARCH_FLOAT, 0, 0);
    add_field(schema, "date", LIBSEARCH_DATE, LIBSEARCH_FIELD_NOT_STORED, 0);
    add_field(schema, "last", LIBSEARCH_TEXT, 0, 0.5f);
    add_field(schema, "never", LIBSEARCH_TEXT, 0, 2);
}

void collection_make(struct collection *collection, struct test_random *random, enum collection_shape shape,
                     uint32_t count)
{
    assert_ok(
        schema_new(allocator_default(), shape == COLLECTION_PLAIN ? "standard" : "english", &collection->schema, NULL));
    add_fields(collection->schema, shape);
    collection->count = count;
    collection->documents = calloc(count + 1, sizeof *collection->documents);
    collection->ids = calloc(count + 1, sizeof *collection->ids);
    for (uint32_t i = 0; i < count; i++) {
        collection->documents[i] = document_new(allocator_default());
        sprintf(collection->ids[i], "id-%u", i);
        if (shape == COLLECTION_PLAIN)
            set_text(collection->documents[i], random, "text", random_below(random, 50) == 0 ? 13 : 8);
        else
            fill_full(collection->documents[i], random);
    }
}

void collection_free(struct collection *collection)
{
    for (uint32_t i = 0; i < collection->count; i++)
        document_free(collection->documents[i]);
    free(collection->documents);
    free(collection->ids);
    schema_release(collection->schema);
}

void collection_build_order(const struct collection *collection, struct storage *storage, const char *name,
                            const uint32_t *order, uint32_t count)
{
    struct segment_builder *builder;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint64_t length;
    assert_ok(segment_builder_new(allocator_default(), collection->schema, storage, name, &builder, &error));
    for (uint32_t i = 0; i < count; i++) {
        const char *id = collection->ids[order[i]];
        if (segment_builder_add(builder, (libsearch_bytes){ id, strlen(id) }, collection->documents[order[i]],
                                &error) != LIBSEARCH_OK)
            fail_msg("%s", error.message);
    }
    if (segment_builder_finish(builder, false, &length, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
}

void collection_build(const struct collection *collection, struct storage *storage, const char *name, uint32_t from,
                      uint32_t to, const bool *chosen)
{
    uint32_t *order = calloc((size_t)(to - from) + 1, sizeof *order), count = 0;
    for (uint32_t i = from; i < to; i++)
        if (chosen == NULL || chosen[i])
            order[count++] = i;
    collection_build_order(collection, storage, name, order, count);
    free(order);
}

struct segment *collection_open(const struct collection *collection, struct storage *storage, const char *name)
{
    struct segment *segment = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (segment_open(allocator_default(), collection->schema, storage, name, false, &segment, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    return segment;
}

void assert_same_segments(struct storage *storage, const char *a, const char *b)
{
    static const uint32_t parts[] = { SECTION_STORED,         SECTION_STORED_TABLE,  SECTION_IDS,
                                      SECTION_ID_TABLE,       SECTION_COLUMN,        SECTION_INFO,
                                      SECTION_PLAIN_LENGTHS,  SECTION_PLAIN_CODES,   SECTION_WEIGHTED_LENGTHS,
                                      SECTION_WEIGHTED_CODES, SECTION_FIELD_LENGTHS, SECTION_FIELD_STARTS,
                                      SECTION_TERMS,          SECTION_PEAKS,         SECTION_POSTINGS };
    struct section_file *files[2];
    assert_ok(section_file_open(storage, a, SEGMENT_KIND, SEGMENT_VERSION, false, &files[0], NULL));
    assert_ok(section_file_open(storage, b, SEGMENT_KIND, SEGMENT_VERSION, false, &files[1], NULL));
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        const uint32_t fields = parts[p] >= 0x10000 ? 32 : 1;
        for (uint32_t f = 0; f < fields; f++) {
            size_t lengths[2];
            const uint8_t *bytes[2];
            for (size_t i = 0; i < 2; i++)
                bytes[i] = section_file_get(files[i], parts[p] + f, &lengths[i]);
            for (size_t at = 0; at < lengths[0] && at < lengths[1]; at++)
                if (bytes[0][at] != bytes[1][at])
                    fail_msg("section %#x differs at %zu of %zu", parts[p] + f, at, lengths[0]);
            if (lengths[0] != lengths[1])
                fail_msg("section %#x has %zu bytes, and %zu", parts[p] + f, lengths[0], lengths[1]);
        }
    }
    struct mapping maps[2];
    assert_ok(storage_map(storage, a, false, &maps[0], NULL));
    assert_ok(storage_map(storage, b, false, &maps[1], NULL));
    assert_int_equal(maps[0].length, maps[1].length);
    assert_memory_equal(maps[0].data, maps[1].data, maps[0].length);
    mapping_release(&maps[0]);
    mapping_release(&maps[1]);
    section_file_close(files[0]);
    section_file_close(files[1]);
}
