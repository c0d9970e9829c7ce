/* SPDX-License-Identifier: MIT */
/* What is typed, answered as the oracle answers it: to the bit, pruned and exhaustively. */
#include "fuzz.h"
#include "oracle/pieces.h"
#include "query/query_parser.h"
#include "query/query_tree.h"

enum { WORLDS = 3, LONGEST = 160, MOST_STARS = 6 };

/* Small collections of every kind of field, the same ones each time; one of them with documents deleted. */
static struct comparison *world(unsigned which)
{
    static struct pieces pieces[WORLDS];
    static struct comparison comparisons[WORLDS];
    if (comparisons[which].world == NULL) {
        struct test_random random = { 20 + which };
        struct world_shape shape = world_random_shape(&random, which == 1 ? 400 : 60);
        shape.fields = WORLD_EVERYTHING;
        pieces_make(&pieces[which], &random, &shape, which == 0 ? 1 : 3);
        if (which == 2)
            pieces_delete(&pieces[which], &random, 4);
        comparisons[which] = (struct comparison){ .world = &pieces[which].world,
                                                  .snapshot = &pieces[which].snapshot,
                                                  .oracle = &pieces[which].oracle };
    }
    return &comparisons[which];
}

/* Parts that a field cannot do are told; the oracle knows nothing of them. */
static bool can_be_asked(struct snapshot *snapshot, const libsearch_query *query)
{
    static struct search_hit hits[1];
    struct search_answer answer = { .hits = hits };
    const struct search_request request = { .query = query, .count = 1, .memory = (size_t)1 << 28 };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = search_run(snapshot, &request, &answer, &error);
    if (status == LIBSEARCH_OK)
        query_warnings_free(snapshot->allocator, answer.warnings);
    FUZZ_REQUIRE(status == LIBSEARCH_OK || status == LIBSEARCH_LIMIT || status == LIBSEARCH_INVALID ||
                 status == LIBSEARCH_UNSUPPORTED);
    return status == LIBSEARCH_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    const uint8_t choice = fuzz_u8(&bytes);
    struct comparison *comparison = world(choice % WORLDS);
    struct test_random random = { choice };
    struct oracle_model model;
    char name[96], difference[512];
    libsearch_query *query = NULL;
    size_t length, stars = 0;
    const char *const ranking = model_random(comparison->world, &random, name, &model);
    char *text = (char *)fuzz_take(&bytes, LONGEST, &length);
    for (size_t i = 0; i < length; i++) {
        stars += text[i] == '*';
        random.state = random.state * 31 + (uint8_t)text[i];
    }
    if (stars <= MOST_STARS &&
        query_parse(allocator_default(), comparison->world->schema, (libsearch_bytes){ text, length },
                    LIBSEARCH_PARSE_STRICT, INT64_C(1727870400000), &query, NULL) == LIBSEARCH_OK) {
        if (can_be_asked(comparison->snapshot, query) &&
            !compare_query(comparison, query, ranking, &model, &random, difference)) {
            fprintf(stderr, "%.*s: %s\n", (int)length, text, difference);
            abort();
        }
        query_release(query);
    }
    free(text);
    return 0;
}
