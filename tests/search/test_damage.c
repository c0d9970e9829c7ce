/* SPDX-License-Identifier: MIT */
/* Damaged segments: whatever bytes stand in a file, a search answers, or says what is wrong; under AddressSanitizer
 * that means that nothing outside is touched. Answers need not be right, but must be well formed. */
#include "support/unit.h"

#include <string.h>

#include "oracle/pieces.h"
#include "search/search.h"
#include "segment/format.h"

enum { HITS = 120 };

/* The bytes of a segment as it was written, and where its postings lie. */
struct original {
    struct pieces pieces;
    struct mapping bytes;
    size_t postings, postings_length;
};

static void find_postings(struct original *original)
{
    struct section_file *file;
    assert_ok(
        section_file_open(original->pieces.storage, "segment-0", SEGMENT_KIND, SEGMENT_VERSION, false, &file, NULL));
    const uint8_t *postings = section_file_get(file, SECTION_POSTINGS, &original->postings_length);
    assert_non_null(postings);
    const uint8_t *found = memmem(original->bytes.data, original->bytes.length, postings, original->postings_length);
    assert_non_null(found);
    original->postings = (size_t)(found - original->bytes.data);
    section_file_close(file);
}

static uint32_t number_at(const struct original *original, size_t at)
{
    uint32_t number;
    memcpy(&number, original->bytes.data + original->postings + at, sizeof number);
    return number;
}

/* Damage in good form: a last document of a block (one of rising numbers) becomes another document. */
static void damage_numbers(struct test_random *random, const struct original *original, uint8_t *bytes)
{
    const uint32_t documents = original->pieces.world.shape.documents;
    unsigned left = 1 + (unsigned)random_below(random, 4);
    for (unsigned tries = 0; left > 0 && tries < 3000 && original->postings_length > 16; tries++) {
        const size_t at = random_below(random, original->postings_length / 4 - 2) * 4;
        if (number_at(original, at) >= number_at(original, at + 4) || number_at(original, at + 4) >= documents)
            continue;
        const uint32_t number = (uint32_t)random_below(random, documents);
        memcpy(bytes + original->postings + at + 4 * random_below(random, 2), &number, sizeof number);
        left--;
    }
}

static void copy_damaged(struct test_random *random, const struct original *original, struct storage *storage)
{
    struct output *output;
    const size_t length = original->bytes.length;
    uint8_t *bytes = oracle_allocate(length);
    memcpy(bytes, original->bytes.data, length);
    const uint64_t kind = random_below(random, 5);
    if (kind == 4)
        damage_numbers(random, original, bytes);
    for (uint64_t left = kind == 4 ? 0 : 1 + random_size(random, 6); left > 0; left--) {
        const size_t at = random_below(random, 2)
                              ? random_below(random, length)
                              : original->postings + random_below(random, original->postings_length);
        if (kind == 0)
            bytes[at] ^= (uint8_t)(1u << random_below(random, 8));
        else if (kind == 1)
            bytes[at] = (uint8_t)random_u64(random);
        else if (kind == 2)
            bytes[at] = random_below(random, 2) ? 0xFF : 0;
        else
            bytes[at] = bytes[random_below(random, length)];
    }
    assert_ok(storage_create(storage, "damaged", &output, NULL));
    assert_ok(output_append(output, bytes, length, NULL));
    assert_ok(output_close(output, NULL));
    free(bytes);
}

static libsearch_status count_up(void *context, size_t segment, uint32_t document, libsearch_error *error)
{
    const struct snapshot *snapshot = context;
    (void)error;
    assert_true(document < segment_count(snapshot->segments[segment].segment));
    return LIBSEARCH_OK;
}

static void search_damaged(struct test_random *random, const struct original *original, struct segment *segment)
{
    static struct search_hit hits[HITS];
    struct snapshot_segment where = { .segment = segment };
    struct snapshot snapshot = { .allocator = allocator_default(),
                                 .references = 1,
                                 .schema = original->pieces.world.schema,
                                 .segments = &where,
                                 .segment_count = 1 };
    char name[96];
    struct oracle_model model;
    libsearch_query *query = question_random(&original->pieces.world, random, true);
    const struct search_request request = { .query = query,
                                            .count = 1 + random_below(random, HITS),
                                            .total = (libsearch_total)random_below(random, 3),
                                            .model = model_random(&original->pieces.world, random, name, &model),
                                            .memory = (size_t)1 << 28,
                                            .exhaustive = random_below(random, 2) == 0 };
    struct search_answer answer = { .hits = hits };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = search_run(&snapshot, &request, &answer, &error);
    if (status == LIBSEARCH_OK) {
        assert_true(answer.hit_count <= request.count);
        for (size_t i = 0; i < answer.hit_count; i++)
            assert_true(hits[i].number < segment_count(segment));
    } else if (status != LIBSEARCH_CORRUPT && status != LIBSEARCH_LIMIT) {
        fail_msg("status %d: %s", (int)status, error.message);
    } else {
        assert_true(error.message[0] != 0);
    }
    if (random_below(random, 4) == 0)
        search_each(&snapshot, query, count_up, &snapshot, NULL);
    query_release(query);
}

static void damage(uint64_t seed, uint32_t documents, unsigned copies)
{
    struct test_random random = { seed };
    static struct original original;
    struct world_shape shape = world_random_shape(&random, documents);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    pieces_make(&original.pieces, &random, &shape, 1);
    assert_ok(storage_map(original.pieces.storage, "segment-0", false, &original.bytes, NULL));
    find_postings(&original);
    for (unsigned i = 0; i < copies; i++) {
        struct storage *storage;
        struct segment *segment;
        assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
        copy_damaged(&random, &original, storage);
        const libsearch_status status = segment_open(allocator_default(), original.pieces.world.schema, storage,
                                                     "damaged", false, &segment, &error);
        if (status == LIBSEARCH_OK) {
            for (unsigned q = 0; q < 6; q++)
                search_damaged(&random, &original, segment);
            segment_release(segment);
        } else if (status != LIBSEARCH_CORRUPT && status != LIBSEARCH_VERSION && status != LIBSEARCH_NOT_AN_INDEX) {
            fail_msg("opening: %d %s", (int)status, error.message);
        }
        storage_close(storage);
    }
    mapping_release(&original.bytes);
    pieces_free(&original.pieces);
}

static void a_damaged_segment_is_searched_or_refused(void **state)
{
    (void)state;
    uint64_t seed = world_seed("damage");
    for (uint64_t left = world_cases(6000) / 100 + 1; left > 0; left--, seed++) {
        struct test_random random = { ~seed };
        static const uint32_t documents[] = { 3, 40, 300, 1500, 9000 };
        const uint64_t size = random_below(&random, 20);
        print_message("LIBSEARCH_TEST_SEED=%llu LIBSEARCH_TEST_CASES=1\n", (unsigned long long)seed);
        damage(seed, documents[size < 8 ? 1 : size < 14 ? 2 : size < 18 ? 3 : size < 19 ? 4 : 0], 100);
    }
}

/* A list with a bitmap (every document has the word) beside one that is rarer and scores more. */
enum { DOCUMENTS = 6000, FIRST_RARE = 300, EACH_RARE = 10 };

static void build_dense(struct schema **schema, struct storage **storage)
{
    struct segment_builder *builder;
    uint64_t length;
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = "text";
    assert_ok(schema_new(allocator_default(), "standard", schema, NULL));
    assert_ok(schema_add(*schema, &field, NULL, NULL));
    assert_ok(storage_open_memory(allocator_default(), storage, NULL));
    assert_ok(segment_builder_new(allocator_default(), *schema, *storage, "dense", &builder, NULL));
    for (uint32_t d = 0; d < DOCUMENTS; d++) {
        const bool rare = d >= FIRST_RARE && d % EACH_RARE == 0;
        const char *text = rare ? "dense rare" : "dense";
        const struct document_value value = { "text", 4, LIBSEARCH_TEXT, { text, strlen(text) }, 0, 0 };
        libsearch_document *document = document_new(allocator_default());
        char id[24];
        assert_ok(document_add(document, &value, NULL));
        assert_ok(segment_builder_add(builder, world_id(d, id), document, NULL));
        document_free(document);
    }
    assert_ok(segment_builder_finish(builder, false, &length, NULL));
}

/* Writes "damaged": "dense" with the last document of the dense list's block b being another. */
static void damage_last_document(struct storage *storage, uint32_t b, uint32_t document)
{
    uint32_t lasts[] = { 127, 255, 383, 511 }; /* the list's first blocks */
    struct mapping original;
    struct output *output;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ /* numbers in files are little endian */
    for (unsigned i = 0; i < 4; i++)
        lasts[i] = __builtin_bswap32(lasts[i]);
    document = __builtin_bswap32(document);
#endif
    assert_ok(storage_map(storage, "dense", false, &original, NULL));
    uint8_t *bytes = oracle_allocate(original.length);
    memcpy(bytes, original.data, original.length);
    uint8_t *found = memmem(bytes, original.length, lasts, sizeof lasts);
    assert_non_null(found);
    memcpy(found + 4 * (size_t)b, &document, sizeof document);
    assert_ok(storage_create(storage, "damaged", &output, NULL));
    assert_ok(output_append(output, bytes, original.length, NULL));
    assert_ok(output_close(output, NULL));
    free(bytes);
    mapping_release(&original);
}

static libsearch_status search_dense(struct schema *schema, struct storage *storage, const char *name, unsigned flags)
{
    struct search_hit hits[1];
    struct search_answer answer = { .hits = hits };
    struct snapshot_segment where = { 0 };
    struct snapshot snapshot = {
        .allocator = allocator_default(), .references = 1, .schema = schema, .segments = &where, .segment_count = 1
    };
    libsearch_query *query = question_text(NULL, "rare dense", QUERY_FLAG_KEEP_STOPS | flags);
    const struct search_request request = { .query = query, .count = 1, .memory = SIZE_MAX };
    assert_ok(segment_open(allocator_default(), schema, storage, name, false, &where.segment, NULL));
    const libsearch_status status = search_run(&snapshot, &request, &answer, NULL);
    if (status == LIBSEARCH_OK) {
        assert_int_equal(answer.hit_count, 1);
        assert_int_equal(hits[0].number, FIRST_RARE);
    }
    segment_release(where.segment);
    query_release(query);
    return status;
}

static void a_dense_list_whose_blocks_end_elsewhere_is_damaged(void **state)
{
    (void)state;
    /* Document 300 of the rare list is looked for in block 1 of the dense one, which then begins behind it, at 640, a
     * word of the bitmap; or in block 2, and so are those after it: more than it can hold. */
    static const struct {
        uint32_t block, last;
    } damages[] = { { 0, 639 }, { 2, 639 } };
    struct schema *schema;
    struct storage *storage;
    build_dense(&schema, &storage);
    for (unsigned all = 0; all < 2; all++) {
        const unsigned flags = all ? QUERY_FLAG_ALL : 0;
        assert_ok(search_dense(schema, storage, "dense", flags));
        for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
            damage_last_document(storage, damages[i].block, damages[i].last);
            const libsearch_status status = search_dense(schema, storage, "damaged", flags);
            if (status != LIBSEARCH_CORRUPT)
                fail_msg("block %u, %s: %d", damages[i].block, all ? "all words" : "any word", (int)status);
            assert_ok(storage_remove(storage, "damaged", NULL));
        }
    }
    storage_close(storage);
    schema_release(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_segment_is_searched_or_refused),
        cmocka_unit_test(a_dense_list_whose_blocks_end_elsewhere_is_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
