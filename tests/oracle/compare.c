/* SPDX-License-Identifier: MIT */
#include "oracle/compare.h"

#include "oracle/rankings.h"

#include <string.h>

#include "oracle/compare_further.h"
#include "oracle/processor.h"
#include "query/query_print.h"
#include "query/query_tree.h"
#include "search/search.h"

enum { DIFFERENCE = 512 };

static bool same_float(float a, float b) { return memcmp(&a, &b, sizeof a) == 0; }

static bool compare_answer(const struct search_request *request, const struct search_answer *found,
                           const struct oracle_answer *wanted, char *difference)
{
    const size_t count = request->count < wanted->count ? request->count : wanted->count;
    const int asked = (int)request->count;
    if (found->hit_count != count) {
        snprintf(difference, DIFFERENCE, "top %d%s: %zu hits, should be %zu", asked,
                 request->exhaustive ? " exhaustive" : "", found->hit_count, count);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (found->hits[i].number != wanted->hits[i].number ||
            !same_float(found->hits[i].score, wanted->hits[i].score)) {
            snprintf(difference, DIFFERENCE, "top %d%s: hit %zu is %llu with %a, should be %llu with %a", asked,
                     request->exhaustive ? " exhaustive" : "", i, (unsigned long long)found->hits[i].number,
                     (double)found->hits[i].score, (unsigned long long)wanted->hits[i].number,
                     (double)wanted->hits[i].score);
            return false;
        }
    if (request->total == LIBSEARCH_TOTAL_NONE)
        return true;
    const bool exact = request->total == LIBSEARCH_TOTAL_EXACT || found->total_exact;
    if ((request->total == LIBSEARCH_TOTAL_EXACT && !found->total_exact) ||
        (exact ? found->total != wanted->count : found->total > wanted->count || found->total < count) ||
        found->total_upper < wanted->count || found->total_estimate < found->total ||
        found->total_estimate > found->total_upper || (exact && found->total_upper != found->total)) {
        snprintf(difference, DIFFERENCE, "top %d%s, total %d: %llu (exact: %d), should be %zu", asked,
                 request->exhaustive ? " exhaustive" : "", (int)request->total, (unsigned long long)found->total,
                 found->total_exact, wanted->count);
        return false;
    }
    return true;
}

struct numbers_seen {
    const struct snapshot *snapshot;
    uint64_t *numbers;
    size_t count;
};

static libsearch_status see(void *context, size_t segment, uint32_t document, libsearch_error *error)
{
    struct numbers_seen *seen = context;
    (void)error;
    seen->numbers[seen->count++] = seen->snapshot->segments[segment].base + document;
    return LIBSEARCH_OK;
}

static int by_number(const void *a, const void *b)
{
    const struct search_hit *one = a, *other = b;
    return (one->number > other->number) - (one->number < other->number);
}

/* search_each, against the matches in order of number. */
static bool compare_each(struct comparison *comparison, const libsearch_query *query, struct oracle_answer *wanted,
                         char *difference)
{
    struct numbers_seen seen = { comparison->snapshot, oracle_allocate(comparison->oracle->count * sizeof(uint64_t)),
                                 0 };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = search_each(comparison->snapshot, query, see, &seen, &error);
    bool same = status == LIBSEARCH_OK && seen.count == wanted->count;
    qsort(wanted->hits, wanted->count, sizeof *wanted->hits, by_number);
    for (size_t i = 0; i < seen.count && same; i++)
        same = seen.numbers[i] == wanted->hits[i].number;
    if (!same)
        snprintf(difference, DIFFERENCE, "each: %zu, should be %zu, or not the same (status %d %.200s)", seen.count,
                 wanted->count, (int)status, error.message);
    free(seen.numbers);
    return same;
}

static bool compare_status(struct comparison *comparison, const struct search_request *request,
                           const struct oracle_answer *wanted, char *difference)
{
    struct search_answer found = { .hits = oracle_allocate((request->count + 1) * sizeof *found.hits) };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = search_run(comparison->snapshot, request, &found, &error);
    bool same = status == wanted->status;
    if (!same)
        snprintf(difference, DIFFERENCE, "status %d (%.300s), should be %d", (int)status, error.message,
                 (int)wanted->status);
    else if (status == LIBSEARCH_OK)
        same = compare_answer(request, &found, wanted, difference);
    if (status == LIBSEARCH_OK)
        query_warnings_free(comparison->snapshot->allocator, found.warnings);
    free(found.hits);
    return same;
}

bool compare_query(struct comparison *comparison, const libsearch_query *query, const char *model,
                   const struct oracle_model *oracle_model, struct test_random *random, char *difference)
{
    struct oracle_answer wanted = oracle_search(comparison->oracle, query, oracle_model);
    if (comparison->ranking != NULL)
        oracle_rank(comparison->oracle, comparison->snapshot, comparison->ranking, &wanted);
    const size_t counts[] = { 1, 10, 100, 1000, random_below(random, random_below(random, 2) ? 20 : 1200) };
    bool same = true;
    for (size_t c = 0; c < 5 && same; c++)
        for (unsigned pruned = 0; pruned < 2 && same; pruned++) {
            const struct search_request request = { .query = query,
                                                    .count = counts[c],
                                                    .total = (libsearch_total)random_below(random, 3),
                                                    .model = model,
                                                    .ranking = comparison->ranking,
                                                    .memory = (size_t)1 << 28,
                                                    .exhaustive = pruned == 0 };
            same = compare_status(comparison, &request, &wanted, difference);
        }
    if (same && wanted.status == LIBSEARCH_OK && comparison->ranking == NULL && !query->lenient &&
        random_below(random, 4) == 0 && wanted.count > 0) {
        same = compare_page(comparison, query, model, &wanted, random, difference) &&
               compare_explanation(comparison, query, model, &wanted, random, difference);
        if (same && comparison->world != NULL && comparison->world->shape.fields == WORLD_EVERYTHING)
            same = compare_facets(comparison, query, &wanted, random, difference);
    }
    if (same && wanted.status == LIBSEARCH_OK && comparison->ranking == NULL && !query->lenient &&
        random_below(random, 4) == 0)
        same = compare_each(comparison, query, &wanted, difference);
    oracle_answer_free(&wanted);
    return same;
}

/* A text or phrase without its word number `word`; NULL: it has no so many, or only one. */
static libsearch_query *without_word(const libsearch_query *query, size_t word)
{
    char text[1024];
    size_t length = 0, at = 0, words = 0;
    if ((query->kind != QUERY_TEXT && query->kind != QUERY_PHRASE) || query->text.length >= sizeof text)
        return NULL;
    for (; at < query->text.length; at++) {
        if (words != word)
            text[length++] = query->text.data[at];
        words += query->text.data[at] == ' ';
    }
    if (word >= words || words < 2)
        return NULL;
    libsearch_query like = *query;
    like.text = (libsearch_bytes){ text, length };
    return question_new(&like);
}

/* Looks for the smallest part of the question that differs: its children in turn, or its text without a word. What is
 * made for it stays. */
static const libsearch_query *shrink(struct comparison *comparison, const libsearch_query *query, const char *model,
                                     const struct oracle_model *oracle_model, struct test_random *random,
                                     char *difference)
{
    char other[DIFFERENCE];
    libsearch_query *less = NULL;
    for (size_t i = 0; i < query->count || (less = without_word(query, i)) != NULL; i++) {
        const libsearch_query *part = i < query->count ? query->children[i] : less;
        if (!compare_query(comparison, part, model, oracle_model, random, other)) {
            strcpy(difference, other);
            return shrink(comparison, part, model, oracle_model, random, difference);
        }
    }
    return query;
}

static void print_question(const char *title, const libsearch_query *query)
{
    struct buffer text;
    buffer_init(&text, allocator_default());
    query_print(query, &text);
    print_message("%s (kind %d, flags %#x, number %u): %.*s\n", title, (int)query->kind, query->flags, query->number,
                  (int)text.length, (const char *)text.data);
    buffer_free(&text);
}

static void print_document(const struct comparison *comparison, const char *difference)
{
    const char *at = strstr(difference, "should be ");
    unsigned long long number;
    if (at == NULL || sscanf(at, "should be %llu with", &number) != 1 || number >= comparison->oracle->count ||
        strstr(at, "with") == NULL)
        return;
    const struct oracle_document *document = comparison->oracle->documents[number];
    print_message("document %llu: ", number);
    for (size_t i = 0; i < document->token_count && i < 60; i++) {
        const struct oracle_token *token = &document->tokens[i];
        print_message("%u/%u@%u %s  ", token->list, token->field, token->position,
                      comparison->oracle->words->strings[token->term]);
    }
    print_message("\n");
}

void compare_random(struct comparison *comparison, struct test_random *random)
{
    struct random_ranking ranking;
    const libsearch_ranking *before = comparison->ranking;
    if (comparison->world->shape.fields == WORLD_EVERYTHING && random_below(random, 3) == 0)
        comparison->ranking = ranking_random(&ranking, comparison->snapshot, random);
    char name[96], difference[DIFFERENCE];
    struct oracle_model oracle_model;
    const char *model = model_random(comparison->world, random, name, &oracle_model);
    libsearch_query *query = question_random(comparison->world, random, comparison->patterns);
    processor_take((enum processor)random_below(random, 3));
    if (!compare_query(comparison, query, model, &oracle_model, random, difference)) {
        world_print(comparison->world);
        for (size_t s = 0; s < comparison->snapshot->segment_count; s++)
            print_message("segment %zu: %u documents, %u deleted\n", s,
                          segment_count(comparison->snapshot->segments[s].segment),
                          comparison->snapshot->segments[s].live == NULL
                              ? 0
                              : comparison->snapshot->segments[s].live->deleted);
        if (comparison->ranking != NULL)
            ranking_print(comparison->ranking);
        print_question("question", query);
        print_message("%s\n", difference);
        const libsearch_query *part = shrink(comparison, query, model, &oracle_model, random, difference);
        print_question("smallest part", part);
        print_document(comparison, difference);
        fail_msg("processor %d, model %s: %s", (int)processor_taken(), model == NULL ? "NULL" : model, difference);
    }
    query_release(query);
    comparison->ranking = before;
}
