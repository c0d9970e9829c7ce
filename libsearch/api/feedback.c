/* SPDX-License-Identifier: MIT */
#include "api/feedback.h"

#include <math.h>
#include <string.h>

#include "query/query_tree.h"
#include "query/query_words.h"

enum { MOST_WORDS = 1000, SIMILAR_WORDS = 30, DEFAULT_MEMORY = 256 << 20 };

/* What of a compound as a whole counts in a union of words. */
static const float WHOLE_WEIGHT = 0.5f;

libsearch_status feedback_check(const libsearch_feedback *options, libsearch_error *error)
{
    if (!(options->share >= 0 && options->share <= 1))
        return error_set(error, LIBSEARCH_INVALID, "feedback: the share is not from 0 to 1");
    if (options->words > MOST_WORDS || options->documents > LIBSEARCH_MAX_FEEDBACK)
        return error_set(error, LIBSEARCH_LIMIT, "feedback: more than %d words or %d documents", MOST_WORDS,
                         LIBSEARCH_MAX_FEEDBACK);
    return LIBSEARCH_OK;
}

/* The parts of the query that is made, each with a reference. */
struct parts {
    const libsearch_allocator *allocator;
    libsearch_query **list;
    uint8_t *occurs;
    size_t count, room;
};

static libsearch_status parts_new(struct parts *parts, size_t room, libsearch_error *error)
{
    parts->room = room;
    parts->list = memory_allocate_array(parts->allocator, room, sizeof(libsearch_query *));
    parts->occurs = memory_allocate_array(parts->allocator, room, 1);
    return parts->list == NULL || parts->occurs == NULL ? error_no_memory(error) : LIBSEARCH_OK;
}

static void parts_free(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        query_release(parts->list[i]);
    memory_free(parts->allocator, parts->list);
    memory_free(parts->allocator, parts->occurs);
}

/* Takes over the reference to `part`. */
static libsearch_status add_boosted(struct parts *parts, libsearch_query *part, float boost, libsearch_error *error)
{
    libsearch_query *boosted = NULL;
    const libsearch_query like = { .kind = QUERY_BOOST, .children = &part, .count = 1, .factor = boost };
    const libsearch_status status = query_new(parts->allocator, &like, &boosted, error);
    query_release(part);
    if (status == LIBSEARCH_OK) {
        parts->occurs[parts->count] = LIBSEARCH_SHOULD;
        parts->list[parts->count++] = boosted;
    }
    return status;
}

/* A word, as often as the question has it. */
static libsearch_status add_word(struct parts *parts, libsearch_bytes word, size_t times, float boost,
                                 libsearch_error *error)
{
    libsearch_query *text = NULL;
    const size_t length = times * (word.length + 1);
    char *repeated = memory_allocate_array(parts->allocator, length, 1);
    if (repeated == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < times; i++) {
        memcpy(repeated + i * (word.length + 1), word.data, word.length);
        repeated[i * (word.length + 1) + word.length] = ' ';
    }
    const libsearch_query like = { .kind = QUERY_TEXT,
                                   .flags = QUERY_FLAG_KEEP_STOPS,
                                   .text = { repeated, length - 1 } };
    const libsearch_status status = query_new(parts->allocator, &like, &text, error);
    memory_free(parts->allocator, repeated);
    TRY(status);
    return add_boosted(parts, text, boost, error);
}

static bool same(libsearch_bytes one, const char *other, size_t length)
{
    return one.length == length && memcmp(one.data, other, length) == 0;
}

/* The weight of a chosen word, which is counted here and no more; 0: it was not chosen. */
static float take_chosen(struct engine_word *words, size_t count, const struct query_word *word, float scale)
{
    for (size_t i = 0; i < count; i++)
        if (same(words[i].term, word->term, word->length)) {
            const float weight = words[i].impact * scale;
            words[i].impact = 0;
            return weight;
        }
    return 0;
}

/* Which words of a plain text count: its stop words only where there is nothing else. */
static bool counts(const struct query_words *words, size_t i)
{
    bool others = false;
    for (size_t j = 0; j < words->count; j++)
        others = others || !words->words[j].stop;
    return !others || !words->words[i].stop;
}

/* Each word of a question that is nothing but words, and those of the documents that it has as well in one. */
static libsearch_status add_question_words(struct parts *parts, const struct query_words *asked, float share,
                                           float scale, struct engine_word *words, size_t count, libsearch_error *error)
{
    for (size_t i = 0; i < asked->count; i++) {
        const struct query_word *word = &asked->words[i];
        size_t times = 0, first = i;
        for (size_t j = 0; j < asked->count; j++)
            if (asked->words[j].length == word->length && memcmp(asked->words[j].term, word->term, word->length) == 0) {
                first = j < first ? j : first;
                times++;
            }
        if (first < i || !counts(asked, i))
            continue;
        const float weight = (word->whole ? WHOLE_WEIGHT : 1.0f) * (1 - share) + take_chosen(words, count, word, scale);
        TRY(add_word(parts, (libsearch_bytes){ word->surface, word->surface_length }, times, weight, error));
    }
    return LIBSEARCH_OK;
}

static size_t distinct_words(const struct query_words *asked)
{
    size_t distinct = 0;
    for (size_t i = 0; i < asked->count; i++) {
        size_t j = 0;
        while (j < i && (asked->words[j].length != asked->words[i].length ||
                         memcmp(asked->words[j].term, asked->words[i].term, asked->words[i].length) != 0))
            j++;
        distinct += j == i && counts(asked, i) && !asked->words[i].whole;
    }
    return distinct;
}

/* How many leaves a tree has. */
static size_t leaves_of(const libsearch_query *query)
{
    size_t leaves = query->count == 0;
    for (size_t i = 0; i < query->count; i++)
        leaves += leaves_of(query->children[i]);
    return leaves;
}

enum { PLAIN_WORDS = 256 }; /* a question of more is not taken apart */

static libsearch_status compose(libsearch_snapshot *snapshot, const libsearch_query *query,
                                const libsearch_feedback *options, struct engine_word *words, size_t count,
                                struct parts *parts, libsearch_error *error)
{
    const struct schema *schema = snapshot->engine->snapshot_schema(snapshot->handle);
    const struct query_words *asked = NULL;
    if (query != NULL && query->kind == QUERY_TEXT && query->flags == 0 && query->field == NULL)
        TRY(query_words_of(query, schema->analyzers[0], NULL, NULL, &asked, error));
    if (asked != NULL && (asked->cut || asked->count > PLAIN_WORDS || asked->count == 0))
        asked = NULL;
    float sum = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        sum += words[i].impact;
        most = words[i].impact > most ? words[i].impact : most;
    }
    const size_t size = asked != NULL ? distinct_words(asked) : query != NULL ? leaves_of(query) : 1;
    const float scale = query == NULL ? 1 / most : options->share * (float)(size > 0 ? size : 1) / sum;
    TRY(parts_new(parts, count + 1 + (asked != NULL ? asked->count : 0), error));
    if (asked != NULL)
        TRY(add_question_words(parts, asked, options->share, scale, words, count, error));
    else if (query != NULL)
        TRY(add_boosted(parts, query_retain(query), 1 - options->share, error));
    for (size_t i = 0; i < count; i++)
        if (words[i].impact > 0)
            TRY(add_word(parts, words[i].word, 1, words[i].impact * scale, error));
    return LIBSEARCH_OK;
}

libsearch_status feedback_expand(libsearch_snapshot *snapshot, const libsearch_query *query,
                                 const struct engine_source *sources, size_t count, const libsearch_feedback *options,
                                 const struct feedback_limits *limits, libsearch_query **expanded,
                                 libsearch_error *error)
{
    struct arena arena;
    struct engine_word *words = NULL;
    size_t word_count = 0;
    if (snapshot->engine->expand == NULL)
        return error_set(error, LIBSEARCH_UNSUPPORTED, "the %s engine knows no words of documents",
                         snapshot->engine->name);
    arena_init(&arena, snapshot->allocator);
    const struct engine_expand request = { .sources = sources,
                                           .source_count = count,
                                           .words = options->words,
                                           .bytes = options->max_bytes,
                                           .others = query == NULL,
                                           .deadline = limits->deadline,
                                           .memory = limits->memory,
                                           .cancel = limits->cancel,
                                           .results = &arena };
    struct parts parts = { .allocator = query != NULL ? query->allocator : allocator_default() };
    libsearch_status status = snapshot->engine->expand(snapshot->handle, &request, &words, &word_count, error);
    if (status == LIBSEARCH_OK && word_count == 0 && query != NULL) {
        *expanded = query_retain(query);
    } else if (status == LIBSEARCH_OK) {
        status = compose(snapshot, query, options, words, word_count, &parts, error);
        const libsearch_query like = {
            .kind = QUERY_BOOLEAN, .children = parts.list, .occurs = parts.occurs, .count = parts.count
        };
        if (status == LIBSEARCH_OK)
            status = query_new(parts.allocator, &like, expanded, error);
        parts_free(&parts);
    }
    arena_free(&arena);
    return status;
}

static libsearch_status find_sources(libsearch_snapshot *snapshot, const libsearch_bytes *ids, const float *weights,
                                     size_t count, struct engine_source *sources, libsearch_error *error)
{
    for (size_t i = 0; i < count; i++) {
        sources[i] = (struct engine_source){ .weight = weights == NULL ? 1 : weights[i] };
        if (!isfinite(sources[i].weight) || sources[i].weight < 0)
            return error_set(error, LIBSEARCH_INVALID, "libsearch_query_feedback: weight %zu is not from 0 on", i);
        TRY(snapshot->engine->find(snapshot->handle, ids[i], &sources[i].number, error));
    }
    return LIBSEARCH_OK;
}

libsearch_status libsearch_query_feedback(libsearch_snapshot *snapshot, const libsearch_query *query,
                                          const libsearch_bytes *ids, const float *weights, size_t count,
                                          const libsearch_feedback *options, libsearch_query **expanded,
                                          libsearch_error *error)
{
    static const struct feedback_limits limits = { .memory = DEFAULT_MEMORY };
    libsearch_feedback known = LIBSEARCH_FEEDBACK_INIT;
    error_clear(error);
    if (snapshot == NULL || (ids == NULL && count > 0) || expanded == NULL)
        return argument_missing(error, "libsearch_query_feedback",
                                snapshot == NULL   ? "snapshot"
                                : expanded == NULL ? "expanded"
                                                   : "ids");
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_feedback", error));
    TRY(feedback_check(&known, error));
    if (count > LIBSEARCH_MAX_FEEDBACK)
        return error_set(error, LIBSEARCH_LIMIT, "libsearch_query_feedback: more than %d documents",
                         LIBSEARCH_MAX_FEEDBACK);
    struct engine_source *sources = memory_allocate_array(snapshot->allocator, count, sizeof *sources);
    if (sources == NULL)
        return error_no_memory(error);
    libsearch_status status = find_sources(snapshot, ids, weights, count, sources, error);
    if (status == LIBSEARCH_OK)
        status = feedback_expand(snapshot, query, sources, count, &known, &limits, expanded, error);
    memory_free(snapshot->allocator, sources);
    return status;
}

libsearch_status libsearch_query_similar(libsearch_snapshot *snapshot, libsearch_bytes text, size_t words,
                                         libsearch_query **query, libsearch_error *error)
{
    static const struct feedback_limits limits = { .memory = DEFAULT_MEMORY };
    libsearch_feedback options = LIBSEARCH_FEEDBACK_INIT;
    error_clear(error);
    if (snapshot == NULL || query == NULL || (text.data == NULL && text.length > 0))
        return argument_missing(error, "libsearch_query_similar",
                                snapshot == NULL ? "snapshot"
                                : query == NULL  ? "query"
                                                 : "text.data");
    options.words = words == 0 ? SIMILAR_WORDS : words;
    TRY(feedback_check(&options, error));
    const struct engine_source source = { .text = { text.data == NULL ? "" : text.data, text.length }, .weight = 1 };
    return feedback_expand(snapshot, NULL, &source, 1, &options, &limits, query, error);
}
