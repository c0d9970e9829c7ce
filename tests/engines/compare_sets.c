/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/compare.h"

enum { LISTED = 2000, FEW = 300 };

struct set_comparison {
    struct pair *pair;
    const char *kind;
    size_t asked, matched, refused, different;
};

static bool answer(libsearch_index *index, const libsearch_query *query, size_t count, unsigned flags,
                   libsearch_results **results, libsearch_error *error)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.count = count;
    options.total = LIBSEARCH_TOTAL_EXACT;
    options.flags = flags;
    options.model = "bm25-xapian";
    return libsearch_search_query(index, query, &options, results, error) == LIBSEARCH_OK;
}

static int compare_ids(const void *a, const void *b)
{
    const libsearch_bytes *x = a, *y = b;
    const size_t least = x->length < y->length ? x->length : y->length;
    const int order = memcmp(x->data, y->data, least);
    return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

static libsearch_bytes *ids_of(const libsearch_results *results, bool sorted)
{
    const size_t count = libsearch_results_count(results);
    libsearch_bytes *ids = calloc(count + 1, sizeof *ids);
    for (size_t i = 0; i < count; i++)
        ids[i] = libsearch_results_id(results, i);
    if (sorted && count > 0)
        qsort(ids, count, sizeof *ids, compare_ids);
    return ids;
}

/* The same total, and the same ids. */
static bool same(libsearch_results *const results[2], bool sorted)
{
    int exact[2];
    const size_t count = libsearch_results_count(results[0]);
    if (libsearch_results_total(results[0], &exact[0]) != libsearch_results_total(results[1], &exact[1]) || !exact[0] ||
        !exact[1] || count != libsearch_results_count(results[1]))
        return false;
    libsearch_bytes *a = ids_of(results[0], sorted), *b = ids_of(results[1], sorted);
    bool equal = true;
    for (size_t i = 0; equal && i < count; i++)
        equal = compare_ids(&a[i], &b[i]) == 0;
    free(a);
    free(b);
    return equal;
}

static void differs(struct set_comparison *comparison, const libsearch_query *query, const char *how, uint64_t native,
                    uint64_t xapian)
{
    char *text = NULL;
    assert_ok(libsearch_query_print(query, &text, NULL));
    print_error("%s, %s: native %llu, xapian %llu: %s\n", comparison->kind, how, (unsigned long long)native,
                (unsigned long long)xapian, text);
    libsearch_text_free(text);
    comparison->different++;
}

static bool refused(struct set_comparison *comparison, const libsearch_query *query, const libsearch_error *error)
{
    if (error->status != LIBSEARCH_UNSUPPORTED && error->status != LIBSEARCH_LIMIT)
        fail_msg("%s", error->message);
    comparison->refused++;
    if (getenv("LIBSEARCH_VERBOSE") != NULL) {
        char *text = NULL;
        assert_ok(libsearch_query_print(query, &text, NULL));
        print_message("refused: %s (%s)\n", text, error->message);
        libsearch_text_free(text);
    }
    return false;
}

/* Asks both; false where the xapian engine says that it cannot. */
static bool compare_as(struct set_comparison *comparison, const libsearch_query *query, const char *how, size_t count,
                       unsigned flags, bool sorted, uint64_t *total)
{
    libsearch_results *results[2] = { NULL, NULL };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (!answer(comparison->pair->indexes[XAPIAN], query, count, flags, &results[XAPIAN], &error))
        return refused(comparison, query, &error);
    if (!answer(comparison->pair->indexes[NATIVE], query, count, flags, &results[NATIVE], &error))
        fail_msg("native: %s", error.message);
    *total = libsearch_results_total(results[NATIVE], NULL);
    if (!same(results, sorted))
        differs(comparison, query, how, *total, libsearch_results_total(results[XAPIAN], NULL));
    libsearch_results_free(results[0]);
    libsearch_results_free(results[1]);
    return true;
}

/* Frees the query. */
static void compare(struct set_comparison *comparison, libsearch_query *query)
{
    uint64_t total = 0;
    if (query == NULL)
        return;
    libsearch_query *constant = libsearch_query_constant(query, 1);
    assert_non_null(constant);
    comparison->asked++;
    if (compare_as(comparison, constant, "with one score", LISTED, 0, false, &total)) {
        comparison->matched += total > 0;
        compare_as(comparison, query, "as it is", total <= FEW ? (size_t)total + 1 : 0, LIBSEARCH_SEARCH_EXHAUSTIVE,
                   true, &total);
    }
    libsearch_query_free(constant);
    libsearch_query_free(query);
}

/* ----- questions of pieces ----- */

struct pool {
    struct test_random random;
    struct piece pieces[MOST_PIECES];
    size_t count; /* of a text that was drawn */
};

static bool draw(struct pool *pool, struct sample *sample)
{
    pool->count = 0;
    for (int tries = 0; tries < 100 && pool->count < 2 && sample->count > 0; tries++)
        pool->count = cut_into_pieces(sample->texts[random_below(&pool->random, sample->count)], pool->pieces);
    return pool->count >= 2;
}

static size_t below(struct pool *pool, size_t bound) { return (size_t)random_below(&pool->random, bound); }

/* So many pieces from one on, as they stand in the text. */
static libsearch_bytes run_of(const struct pool *pool, size_t from, size_t count)
{
    const struct piece *first = &pool->pieces[from];
    const struct piece *last = &pool->pieces[from + count <= pool->count ? from + count - 1 : pool->count - 1];
    return (libsearch_bytes){ first->data, (size_t)(last->data + last->length - first->data) };
}

static libsearch_bytes one_of(struct pool *pool) { return run_of(pool, below(pool, pool->count), 1); }

/* Letters and digits of ASCII alone: one word, whatever the analyzer. */
static bool is_plain(libsearch_bytes bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        if (!(bytes.data[i] >= 'a' && bytes.data[i] <= 'z') && !(bytes.data[i] >= 'A' && bytes.data[i] <= 'Z'))
            return false;
    return bytes.length > 0;
}

static libsearch_query *made_phrase(struct pool *pool)
{
    const size_t from = below(pool, pool->count);
    return libsearch_query_phrase(NULL, run_of(pool, from, 2 + below(pool, 4)), 0);
}

/* As it is written, and the last word only begun. */
static libsearch_query *made_special_phrase(struct pool *pool)
{
    const size_t from = below(pool, pool->count);
    libsearch_bytes text = run_of(pool, from, 2 + below(pool, 2));
    if (below(pool, 2) == 0)
        return libsearch_query_phrase_as(NULL, text, 0, LIBSEARCH_WORDS_EXACT);
    if (!is_plain((libsearch_bytes){ text.data + text.length - 1, 1 }) || text.length < 4)
        return NULL;
    return libsearch_query_phrase_as(NULL, text, 0, LIBSEARCH_WORDS_LAST_PREFIX);
}

/* Two words that need not be neighbours, in either order. */
static libsearch_query *made_sloppy_phrase(struct pool *pool)
{
    const size_t from = below(pool, pool->count), next = from + 1 + below(pool, 4);
    if (next >= pool->count)
        return NULL;
    libsearch_bytes a = run_of(pool, from, 1), b = run_of(pool, next, 1);
    if (!is_plain(a) || !is_plain(b))
        return NULL;
    char text[512];
    const bool turned = below(pool, 2) == 0;
    const int length = snprintf(text, sizeof text, "%.*s %.*s", (int)(turned ? b : a).length, (turned ? b : a).data,
                                (int)(turned ? a : b).length, (turned ? a : b).data);
    if (length < 0 || (size_t)length >= sizeof text)
        return NULL;
    return libsearch_query_phrase(NULL, (libsearch_bytes){ text, (size_t)length }, (unsigned)(1 + below(pool, 6)));
}

/* Two to four pieces of a stretch of the text, in their order or not. */
static libsearch_query *made_near(struct pool *pool)
{
    libsearch_query *parts[4];
    const size_t count = 2 + below(pool, 3), from = below(pool, pool->count);
    const size_t most = pool->count - from < 12 ? pool->count - from : 12;
    const unsigned distance = (unsigned)below(pool, 14);
    const bool ordered = below(pool, 2) == 0;
    size_t at = from;
    for (size_t i = 0; i < count; i++) {
        at = ordered && at + 3 < from + most ? at + 1 + below(pool, 3) : from + below(pool, most);
        const libsearch_bytes piece = run_of(pool, at, 1);
        parts[i] = below(pool, 8) == 0 && is_plain(piece) && piece.length > 3
                       ? libsearch_query_prefix(NULL, (libsearch_bytes){ piece.data, piece.length - 1 })
                       : libsearch_query_text(NULL, piece);
    }
    libsearch_query *made = libsearch_query_near((const libsearch_query *const *)parts, count, distance, ordered);
    for (size_t i = 0; i < count; i++)
        libsearch_query_free(parts[i]);
    return made;
}

static libsearch_query *made_boolean(struct pool *pool, unsigned depth)
{
    enum { MOST = 5 };
    libsearch_query *parts[MOST];
    libsearch_occur occurs[MOST];
    size_t should = 0;
    const size_t count = 2 + below(pool, MOST - 1);
    for (size_t i = 0; i < count; i++) {
        static const libsearch_occur all[] = { LIBSEARCH_MUST, LIBSEARCH_SHOULD, LIBSEARCH_SHOULD, LIBSEARCH_MUST_NOT,
                                               LIBSEARCH_FILTER };
        const size_t kind = below(pool, 10);
        occurs[i] = all[below(pool, 5)];
        should += occurs[i] == LIBSEARCH_SHOULD;
        parts[i] = depth > 0 && kind < 3 ? made_boolean(pool, depth - 1)
                   : kind == 3           ? made_phrase(pool)
                   : kind == 4
                       ? libsearch_query_text_as(NULL, run_of(pool, below(pool, pool->count), 3), LIBSEARCH_WORDS_ALL)
                   : kind == 5 ? libsearch_query_text("title", one_of(pool))
                   : kind == 6 ? libsearch_query_text("text", one_of(pool))
                               : libsearch_query_text(NULL, one_of(pool));
    }
    libsearch_query *made = libsearch_query_boolean(occurs, (const libsearch_query *const *)parts, count,
                                                    (unsigned)below(pool, should + 1));
    for (size_t i = 0; i < count; i++)
        libsearch_query_free(parts[i]);
    return made;
}

static libsearch_query *made_of_kind(struct pool *pool, const char *kind)
{
    return strcmp(kind, "phrase") == 0           ? made_phrase(pool)
           : strcmp(kind, "special phrase") == 0 ? made_special_phrase(pool)
           : strcmp(kind, "sloppy phrase") == 0  ? made_sloppy_phrase(pool)
           : strcmp(kind, "near") == 0           ? made_near(pool)
                                                 : made_boolean(pool, 2);
}

/* ----- questions of collections ----- */

static void compare_typed(void *context, libsearch_bytes question)
{
    struct set_comparison *comparison = context;
    libsearch_query *query = NULL;
    assert_ok(libsearch_query_parse(comparison->pair->indexes[NATIVE], question, 0, &query, NULL));
    compare(comparison, query);
}

static void compare_all_words(void *context, libsearch_bytes question)
{
    compare(context, libsearch_query_text_as(NULL, question, LIBSEARCH_WORDS_ALL));
}

static void compare_two_words(void *context, libsearch_bytes question)
{
    char text[4096];
    struct piece pieces[MOST_PIECES];
    snprintf(text, sizeof text, "%.*s", (int)question.length, question.data);
    const size_t count = cut_into_pieces(text, pieces);
    for (size_t i = 0; i + 1 < count && i < 6; i++) {
        const libsearch_bytes a = { pieces[i].data, pieces[i].length },
                              b = { pieces[i + 1].data, pieces[i + 1].length };
        libsearch_query *parts[2] = { libsearch_query_text(NULL, a), libsearch_query_text(NULL, b) };
        compare(context,
                libsearch_query_phrase(NULL, (libsearch_bytes){ a.data, (size_t)(b.data + b.length - a.data) }, 0));
        compare(context, libsearch_query_near((const libsearch_query *const *)parts, 2, 5, 0));
        libsearch_query_free(parts[0]);
        libsearch_query_free(parts[1]);
    }
}

/* ----- all of them ----- */

size_t compare_made_sets(struct pair *pair, struct sample *sample, const char *name, size_t count)
{
    static const char *const kinds[] = { "boolean", "phrase", "special phrase", "sloppy phrase", "near" };
    struct pool *pool = calloc(1, sizeof *pool);
    size_t different = 0;
    pool->random = sample->random;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct set_comparison comparison = { .pair = pair, .kind = kinds[k] };
        for (size_t i = 0; i < count; i++)
            if (draw(pool, sample))
                compare(&comparison, made_of_kind(pool, kinds[k]));
        print_message("%s, %s: %zu asked, %zu with matches, %zu refused by xapian, %zu different\n", name, kinds[k],
                      comparison.asked, comparison.matched, comparison.refused, comparison.different);
        different += comparison.different;
    }
    free(pool);
    return different;
}

static size_t compare_questions(struct pair *pair, const char *name, const char *file, const char *kind, size_t most,
                                void (*each)(void *context, libsearch_bytes question))
{
    struct set_comparison comparison = { .pair = pair, .kind = kind };
    if (questions_each(file, most, each, &comparison) > 0)
        print_message("%s, %s of %s: %zu asked, %zu with matches, %zu refused by xapian, %zu different\n", name, kind,
                      file, comparison.asked, comparison.matched, comparison.refused, comparison.different);
    return comparison.different;
}

size_t compare_collection_sets(struct pair *pair, const char *name)
{
    enum { ALL = 1000000 };
    char own[512];
    snprintf(own, sizeof own, "%s/queries.tsv", name);
    return compare_questions(pair, name, own, "all words", ALL, compare_all_words) +
           compare_questions(pair, name, own, "two words", ALL, compare_two_words) +
           compare_questions(pair, name, "queries/game.tsv", "typed", ALL, compare_typed) +
           compare_questions(pair, name, "queries/terabyte.tsv", "all words", 500, compare_all_words);
}
