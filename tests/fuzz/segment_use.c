/* SPDX-License-Identifier: MIT */
#include "fuzz/segment_use.h"

#include "fuzz/fuzz.h"
#include "query/query_tree.h"

enum { QUESTIONS = 4, HITS = 50 };

struct pieces *segment_base(void)
{
    static struct pieces pieces;
    if (pieces.storage == NULL) {
        struct test_random random = { 5 };
        struct world_shape shape = world_random_shape(&random, 24);
        shape.fields = WORLD_EVERYTHING;
        shape.words = 30;
        shape.longest = 12;
        shape.repeats = 2;
        shape.analyzer = "english";
        pieces_make(&pieces, &random, &shape, 1);
        pieces_add_biwords(&pieces, 0, 2);
    }
    return &pieces;
}

void segment_write_file(struct storage *storage, const char *name, const uint8_t *bytes, size_t length)
{
    struct output *output;
    storage_remove(storage, name, NULL);
    FUZZ_REQUIRE(storage_create(storage, name, &output, NULL) == LIBSEARCH_OK);
    FUZZ_REQUIRE(output_append(output, bytes, length, NULL) == LIBSEARCH_OK);
    FUZZ_REQUIRE(output_close(output, NULL) == LIBSEARCH_OK);
}

static bool is_expected(libsearch_status status, const libsearch_error *error)
{
    return status == LIBSEARCH_OK ||
           ((status == LIBSEARCH_CORRUPT || status == LIBSEARCH_LIMIT) && error->message[0] != '\0');
}

static void ask(struct snapshot *snapshot, struct test_random *random)
{
    static struct search_hit hits[HITS];
    char name[96];
    struct oracle_model model;
    libsearch_query *query = question_random(&segment_base()->world, random, true);
    const struct search_request request = { .query = query,
                                            .count = 1 + random_below(random, HITS),
                                            .total = (libsearch_total)random_below(random, 3),
                                            .model = model_random(&segment_base()->world, random, name, &model),
                                            .memory = (size_t)1 << 26,
                                            .exhaustive = random_below(random, 2) == 0 };
    struct search_answer answer = { .hits = hits };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = search_run(snapshot, &request, &answer, &error);
    FUZZ_REQUIRE(is_expected(status, &error));
    if (status == LIBSEARCH_OK) {
        FUZZ_REQUIRE(answer.hit_count <= request.count);
        for (size_t i = 0; i < answer.hit_count; i++)
            FUZZ_REQUIRE(hits[i].number < segment_count(snapshot->segments[0].segment));
        query_warnings_free(snapshot->allocator, answer.warnings);
    }
    query_release(query);
}

static void search(struct segment *segment, struct test_random *random)
{
    struct snapshot_segment where = { .segment = segment };
    struct snapshot snapshot = { .allocator = allocator_default(),
                                 .references = 1,
                                 .schema = segment_base()->world.schema,
                                 .segments = &where,
                                 .segment_count = 1 };
    for (unsigned i = 0; i < QUESTIONS; i++)
        ask(&snapshot, random);
}

static void fetch(const struct segment *segment)
{
    for (uint32_t d = 0; d < segment_count(segment) && d < 4; d++) {
        libsearch_document *document = document_new(allocator_default());
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        uint32_t found;
        FUZZ_REQUIRE(is_expected(segment_fetch(segment, segment_base()->world.schema, d, document, &error), &error));
        if (segment_find(segment, segment_id(segment, d), &found) == LIBSEARCH_OK)
            FUZZ_REQUIRE(found < segment_count(segment));
        document_free(document);
    }
}

static void count_line(void *context, const char *line)
{
    ++*(unsigned *)context;
    FUZZ_REQUIRE(line[0] != '\0' && strchr(line, '\n') == NULL);
}

static void merge(struct storage *storage, struct segment *segment, struct test_random *random, bool sound)
{
    const struct segment_input input = { segment, NULL, NULL };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    struct schema *schema = segment_base()->world.schema;
    const libsearch_status status =
        segment_merge(allocator_default(), schema, storage, "merged", &input, 1,
                      random_below(random, 2) == 0 ? 0 : LIBSEARCH_REORDER, NULL, false, NULL, &error);
    FUZZ_REQUIRE(is_expected(status, &error));
    FUZZ_REQUIRE(!sound || status == LIBSEARCH_OK);
    if (status == LIBSEARCH_OK)
        FUZZ_REQUIRE(storage_remove(storage, "merged", NULL) == LIBSEARCH_OK);
}

static void add_biwords(struct storage *storage, struct segment *segment, struct test_random *random, bool sound)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint64_t length;
    const libsearch_status status =
        segment_add_biwords(allocator_default(), storage, "paired", segment, (uint32_t)random_below(random, 4), NULL,
                            false, &length, &error);
    FUZZ_REQUIRE(is_expected(status, &error));
    FUZZ_REQUIRE(!sound || status == LIBSEARCH_OK);
    if (status == LIBSEARCH_OK)
        FUZZ_REQUIRE(storage_remove(storage, "paired", NULL) == LIBSEARCH_OK);
}

void segment_use(struct storage *storage, const char *name, uint64_t seed, bool mended)
{
    struct test_random random = { seed };
    struct segment *segment;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    unsigned lines = 0;
    const libsearch_status status =
        segment_open(allocator_default(), segment_base()->world.schema, storage, name, false, &segment, &error);
    if (status != LIBSEARCH_OK) {
        FUZZ_REQUIRE(status == LIBSEARCH_CORRUPT || status == LIBSEARCH_VERSION || status == LIBSEARCH_NOT_AN_INDEX);
        FUZZ_REQUIRE(strstr(error.message, name) != NULL);
        return;
    }
    FUZZ_REQUIRE(!mended || segment_verify(segment, NULL) == LIBSEARCH_OK);
    const libsearch_status checked = segment_check(segment, NULL, count_line, &lines, &error);
    FUZZ_REQUIRE(checked == LIBSEARCH_OK || checked == LIBSEARCH_CORRUPT);
    FUZZ_REQUIRE((checked == LIBSEARCH_OK) == (lines == 0));
    search(segment, &random);
    fetch(segment);
    merge(storage, segment, &random, checked == LIBSEARCH_OK);
    add_biwords(storage, segment, &random, checked == LIBSEARCH_OK);
    segment_release(segment);
}
