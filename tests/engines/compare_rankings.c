/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/compare.h"

enum { DEPTH = 100 };

static const char *const models[MODELS] = { "bm25-xapian", "bm25-xapian:k1=1.2,b=0.75,k3=8,min_normlen=0",
                                            "bm25-xapian:k1=0.9,b=0.4,k3=0,min_normlen=0.2" };

uint64_t tokens_of(libsearch_index *index)
{
    libsearch_info info = LIBSEARCH_INFO_INIT;
    libsearch_snapshot *snapshot = NULL;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
    libsearch_snapshot_free(snapshot);
    return info.tokens;
}

static size_t compare(struct pair *pair, libsearch_bytes words, const char *model, double tolerance)
{
    struct ranking native = ranking_of(pair->indexes[NATIVE], words, DEPTH, model, 0);
    struct ranking xapian = ranking_of(pair->indexes[XAPIAN], words, DEPTH, model, LIBSEARCH_SEARCH_EXHAUSTIVE);
    char *difference = ranking_difference(&native, &xapian, tolerance);
    if (difference != NULL && getenv("LIBSEARCH_VERBOSE") != NULL)
        print_message("%.*s (%s): %s\n", (int)words.length, words.data, model, difference);
    const size_t differs = difference != NULL;
    free(difference);
    ranking_free(&native);
    ranking_free(&xapian);
    return differs;
}

void compare_rankings(void *context, libsearch_bytes words)
{
    struct ranking_comparison *comparison = context;
    libsearch_index *xapian = comparison->pair->indexes[XAPIAN];
    for (size_t m = 0; m < MODELS; m++)
        comparison->differ[m] += compare(comparison->pair, words, models[m], 1e-5);
    struct ranking pruned = ranking_of(xapian, words, DEPTH, models[0], 0);
    struct ranking whole = ranking_of(xapian, words, DEPTH, models[0], LIBSEARCH_SEARCH_EXHAUSTIVE);
    char *difference = ranking_difference(&whole, &pruned, 1e-9);
    comparison->lost += difference != NULL;
    free(difference);
    ranking_free(&pruned);
    ranking_free(&whole);
    comparison->questions++;
}

/* Some words of the documents, three to eight together. */
static void ask_pieces(struct ranking_comparison *comparison, struct sample *sample, size_t count)
{
    struct piece *pieces = malloc(MOST_PIECES * sizeof *pieces);
    for (size_t i = 0; i < count && sample->count > 0; i++) {
        const size_t there = cut_into_pieces(sample->texts[random_below(&sample->random, sample->count)], pieces);
        if (there == 0)
            continue;
        const size_t from = random_below(&sample->random, there), more = 2 + random_below(&sample->random, 6);
        const struct piece *first = pieces + from, *last = pieces + (from + more < there ? from + more : there - 1);
        compare_rankings(comparison,
                         (libsearch_bytes){ first->data, (size_t)(last->data + last->length - first->data) });
    }
    free(pieces);
}

size_t compare_collection_rankings(struct pair *pair, const char *name, struct sample *sample, const char *analyzer)
{
    enum { PIECES = 100, ALL = 1000000 };
    struct ranking_comparison comparison = { .pair = pair };
    char file[512];
    snprintf(file, sizeof file, "%s/queries.tsv", name);
    if (questions_each(file, ALL, compare_rankings, &comparison) == 0)
        questions_each("queries/game-words.tsv", ALL, compare_rankings, &comparison);
    ask_pieces(&comparison, sample, PIECES);
    print_message("%s, %s, rankings: %zu questions: %zu, %zu, %zu differ; pruned, libxapian answers %zu otherwise\n",
                  name, analyzer, comparison.questions, comparison.differ[0], comparison.differ[1],
                  comparison.differ[2], comparison.lost);
    return comparison.differ[0] + comparison.differ[1] + comparison.differ[2];
}
