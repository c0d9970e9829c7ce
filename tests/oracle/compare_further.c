/* SPDX-License-Identifier: MIT */
/* What is asked of an answer beyond its best: the page behind a hit, counts of values, and where a score comes from. */
#include "oracle/compare_further.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/query_tree.h"
#include "search/search.h"

enum { DIFFERENCE = 512, MOST = 1 << 15 };

bool compare_page(const struct comparison *comparison, const libsearch_query *query, const char *model,
                  const struct oracle_answer *wanted, struct test_random *random, char *difference)
{
    struct arena arena;
    const size_t at = random_below(random, wanted->count);
    const size_t count = 1 + random_below(random, 40);
    uint32_t bits;
    memcpy(&bits, &wanted->hits[at].score, sizeof bits);
    const uint64_t keys[2] = { 0, UINT32_MAX - bits };
    const struct search_after after = { keys, wanted->hits[at].number };
    struct search_answer found = { .hits = oracle_allocate((count + 1) * sizeof *found.hits) };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    arena_init(&arena, allocator_default());
    const struct search_request request = { .query = query,
                                            .count = count,
                                            .total = (libsearch_total)random_below(random, 3),
                                            .model = model,
                                            .memory = (size_t)1 << 28,
                                            .after = &after,
                                            .results = &arena,
                                            .exhaustive = random_below(random, 3) == 0 };
    const libsearch_status status = search_run(comparison->snapshot, &request, &found, &error);
    const size_t left = wanted->count - at - 1, expected = left < count ? left : count;
    bool same = status == LIBSEARCH_OK && found.hit_count == expected;
    for (size_t i = 0; i < expected && same; i++)
        same = found.hits[i].number == wanted->hits[at + 1 + i].number &&
               memcmp(&found.hits[i].score, &wanted->hits[at + 1 + i].score, sizeof(float)) == 0;
    if (same && request.total == LIBSEARCH_TOTAL_EXACT)
        same = found.total_exact && found.total == wanted->count;
    if (!same)
        snprintf(difference, DIFFERENCE, "%zu behind hit %zu%s: status %d, %zu hits (total %llu), or others", count, at,
                 request.exhaustive ? " exhaustive" : "", (int)status, found.hit_count,
                 (unsigned long long)found.total);
    if (status == LIBSEARCH_OK)
        query_warnings_free(comparison->snapshot->allocator, found.warnings);
    free(found.hits);
    arena_free(&arena);
    return same;
}

/* ----- facets ----- */

static bool has_number(const struct oracle_answer *answer, uint64_t number)
{
    for (size_t i = 0; i < answer->count; i++)
        if (answer->hits[i].number == number)
            return true;
    return false;
}

/* How many of the matches have this tag (as a token of its list), or NULL: any. */
static uint64_t count_tag(const struct comparison *comparison, const struct oracle_answer *matches,
                          const struct oracle_answer *filter, uint16_t list, libsearch_bytes tag)
{
    const struct oracle_words *words = comparison->oracle->words;
    uint64_t count = 0;
    for (size_t i = 0; i < matches->count; i++) {
        const struct oracle_document *document = comparison->oracle->documents[matches->hits[i].number];
        bool has = false;
        if (filter != NULL && !has_number(filter, matches->hits[i].number))
            continue;
        for (size_t t = 0; t < document->token_count && !has; t++)
            has = document->tokens[t].list == list && words->lengths[document->tokens[t].term] == tag.length &&
                  memcmp(words->strings[document->tokens[t].term], tag.data, tag.length) == 0;
        count += has;
    }
    return count;
}

/* How many of the matches have a size within the range, and the sum of all their sizes. */
static uint64_t count_sizes(const struct comparison *comparison, const struct oracle_answer *matches, uint16_t field,
                            const libsearch_facet_range *range, double *sum)
{
    uint64_t count = 0;
    *sum = 0;
    for (size_t i = 0; i < matches->count; i++) {
        const struct oracle_document *document = comparison->oracle->documents[matches->hits[i].number];
        bool has = false;
        for (size_t v = 0; v < document->value_count; v++) {
            if (document->values[v].field != field)
                continue;
            *sum += (double)document->values[v].integer;
            has = has || (document->values[v].integer >= range->low && document->values[v].integer < range->high);
        }
        count += has;
    }
    return count;
}

static bool check_facets(const struct comparison *comparison, const libsearch_facet_counts *facets,
                         const libsearch_facet_range *range, const struct oracle_answer *wanted,
                         const struct oracle_answer *filter, char *difference)
{
    const struct schema *schema = comparison->oracle->schema;
    const uint16_t list = (uint16_t)(schema_find(schema, "tag", 3)->number + 1);
    double sum;
    for (size_t i = 0; i < facets[0].count; i++) {
        const libsearch_facet_value *value = &facets[0].list[i];
        const uint64_t count = count_tag(comparison, wanted, filter, list, value->keyword);
        if (count != value->count) {
            snprintf(difference, DIFFERENCE, "facet %.*s: %llu, should be %llu", (int)value->keyword.length,
                     value->keyword.data, (unsigned long long)value->count, (unsigned long long)count);
            return false;
        }
    }
    const uint64_t count = count_sizes(comparison, wanted, schema_find(schema, "size", 4)->number, range, &sum);
    if (facets[1].documents != wanted->count || facets[1].list[0].count != count || facets[1].sum < sum ||
        facets[1].sum > sum) {
        snprintf(difference, DIFFERENCE, "sizes: %llu of %llu, sum %g, should be %llu of %zu, %g",
                 (unsigned long long)facets[1].list[0].count, (unsigned long long)facets[1].documents, facets[1].sum,
                 (unsigned long long)count, wanted->count, sum);
        return false;
    }
    return true;
}

bool compare_facets(const struct comparison *comparison, const libsearch_query *query,
                    const struct oracle_answer *wanted, struct test_random *random, char *difference)
{
    struct arena arena;
    const int64_t low = (int64_t)random_below(random, 100) - 20;
    const libsearch_facet_range range = { .low = low, .high = low + (int64_t)random_below(random, 60) };
    libsearch_facet facets[2] = { LIBSEARCH_FACET_INIT, LIBSEARCH_FACET_INIT };
    libsearch_query *filter = NULL;
    struct oracle_answer filtered = { .count = 0 };
    const struct oracle_model model = { .kind = ORACLE_DEFAULT, .k1 = 1.2f, .b = 0.75f };
    facets[0].field = "tag";
    facets[0].count = 100;
    facets[1].field = "size";
    facets[1].ranges = &range;
    facets[1].range_count = 1;
    if (random_below(random, 2) == 0) {
        filter = question_text(NULL, world_word(comparison->world, random), QUERY_FLAG_KEEP_STOPS);
        facets[0].filter = filter;
        filtered = oracle_search(comparison->oracle, filter, &model);
    }
    struct search_answer found = { .hits = NULL };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    arena_init(&arena, allocator_default());
    const struct search_request request = {
        .query = query, .memory = (size_t)1 << 28, .facets = facets, .facet_count = 2, .results = &arena
    };
    const libsearch_status status = search_run(comparison->snapshot, &request, &found, &error);
    bool same = status == LIBSEARCH_OK;
    if (!same)
        snprintf(difference, DIFFERENCE, "facets: %.300s", error.message);
    else {
        same = check_facets(comparison, found.facets, &range, wanted, filter == NULL ? NULL : &filtered, difference);
        query_warnings_free(comparison->snapshot->allocator, found.warnings);
    }
    arena_free(&arena);
    oracle_answer_free(&filtered);
    query_release(filter);
    return same;
}

/* ----- explanations ----- */

bool compare_explanation(const struct comparison *comparison, const libsearch_query *query, const char *model,
                         const struct oracle_answer *wanted, struct test_random *random, char *difference)
{
    struct arena arena;
    const struct search_hit *hit = &wanted->hits[random_below(random, wanted->count)];
    const struct snapshot *snapshot = comparison->snapshot;
    size_t segment = snapshot->segment_count - 1, count = 0;
    libsearch_explanation *list = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    while (snapshot->segments[segment].base > hit->number)
        segment--;
    arena_init(&arena, allocator_default());
    const libsearch_status status =
        search_explain(comparison->snapshot, query, model, NULL, segment,
                       (uint32_t)(hit->number - snapshot->segments[segment].base), &arena, &list, &count, &error);
    const bool same = status == LIBSEARCH_OK && count > 0 && list[0].depth == 0 &&
                      memcmp(&list[0].value, &hit->score, sizeof(float)) == 0;
    if (!same)
        snprintf(difference, DIFFERENCE, "explanation of %llu: status %d, %zu lines, root %a, should be %a",
                 (unsigned long long)hit->number, (int)status, count, count > 0 ? (double)list[0].value : 0.0,
                 (double)hit->score);
    arena_free(&arena);
    return same;
}
