/* SPDX-License-Identifier: MIT */
#include "api/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/feedback.h"
#include "query/query_tree.h"
#include "schema/document.h"

static bool is_weight(float value) { return isfinite(value) && value >= 0 && value <= 1e9f; }

static libsearch_status copy_name(struct arena *arena, const char **name, libsearch_error *error)
{
    if (*name == NULL)
        return error_set(error, LIBSEARCH_INVALID, "ranking: a field is missing");
    *name = arena_duplicate(arena, *name, strlen(*name));
    return *name == NULL ? error_no_memory(error) : LIBSEARCH_OK;
}

static libsearch_status copy_signals(struct arena *arena, libsearch_ranking *ranking, libsearch_error *error)
{
    const char *next = (const char *)ranking->signals;
    if (ranking->signal_count > LIBSEARCH_MAX_SIGNALS)
        return error_set(error, LIBSEARCH_LIMIT, "ranking: more than %d signals", LIBSEARCH_MAX_SIGNALS);
    if (next == NULL && ranking->signal_count > 0)
        return error_set(error, LIBSEARCH_INVALID, "ranking: signals is NULL");
    libsearch_signal *signals = arena_allocate(arena, (ranking->signal_count + 1) * sizeof *signals);
    if (signals == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < ranking->signal_count; i++) {
        libsearch_signal *signal = &signals[i];
        *signal = (libsearch_signal)LIBSEARCH_SIGNAL_INIT;
        TRY(options_copy(signal, sizeof *signal, next, "libsearch_signal", error));
        next += ((const libsearch_signal *)(const void *)next)->size;
        TRY(copy_name(arena, &signal->field, error));
        if (signal->kind < LIBSEARCH_SIGNAL_RECENCY || signal->kind > LIBSEARCH_SIGNAL_LINEAR ||
            (signal->flags & ~(unsigned)LIBSEARCH_SIGNAL_ADD) != 0)
            return error_set(error, LIBSEARCH_INVALID, "ranking: signal %zu has no such kind or flags", i);
        if (!is_weight(signal->weight) || !is_weight(signal->base) || !is_weight(signal->missing) ||
            !isfinite(signal->scale) || !(signal->scale > 0) || !isfinite(signal->origin))
            return error_set(
                error, LIBSEARCH_INVALID,
                "ranking: signal %zu: weight, base and missing are from 0 to 1e9, scale is above 0, origin "
                "is a number",
                i);
    }
    ranking->signals = signals;
    return LIBSEARCH_OK;
}

static libsearch_status copy_scorer(struct arena *arena, libsearch_ranking *ranking, libsearch_error *error)
{
    libsearch_scorer *scorer = arena_allocate(arena, sizeof *scorer);
    if (scorer == NULL)
        return error_no_memory(error);
    *scorer = (libsearch_scorer)LIBSEARCH_SCORER_INIT;
    TRY(options_copy(scorer, sizeof *scorer, ranking->scorer, "libsearch_scorer", error));
    if (scorer->score == NULL || (scorer->fields == NULL && scorer->field_count > 0) || !is_weight(scorer->factor) ||
        !is_weight(scorer->addend))
        return error_set(error, LIBSEARCH_INVALID,
                         "ranking: the scorer has no function or fields, or its bound is not from 0 to 1e9");
    if (scorer->field_count > LIBSEARCH_MAX_SIGNALS)
        return error_set(error, LIBSEARCH_LIMIT, "ranking: the scorer has more than %d fields", LIBSEARCH_MAX_SIGNALS);
    const char **fields = arena_allocate(arena, (scorer->field_count + 1) * sizeof(char *));
    if (fields == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < scorer->field_count; i++) {
        fields[i] = scorer->fields[i];
        TRY(copy_name(arena, &fields[i], error));
    }
    scorer->fields = fields;
    ranking->scorer = scorer;
    return LIBSEARCH_OK;
}

static libsearch_status copy_rescorer(struct arena *arena, const libsearch_search_options *options,
                                      libsearch_ranking *ranking, libsearch_error *error)
{
    libsearch_rescorer *rescorer = arena_allocate(arena, sizeof *rescorer);
    if (rescorer == NULL)
        return error_no_memory(error);
    *rescorer = (libsearch_rescorer)LIBSEARCH_RESCORER_INIT;
    TRY(options_copy(rescorer, sizeof *rescorer, ranking->rescorer, "libsearch_rescorer", error));
    if (rescorer->rescore == NULL)
        return error_set(error, LIBSEARCH_INVALID, "ranking: the rescorer has no function");
    if (rescorer->count > LIBSEARCH_MAX_RESULTS)
        return error_set(error, LIBSEARCH_LIMIT, "ranking: more than %d results to rescore", LIBSEARCH_MAX_RESULTS);
    if (options->sort_count > 0 || options->collapse != NULL || options->after.length > 0)
        return error_set(error, LIBSEARCH_INVALID, "ranking: a rescorer goes with no sort, collapse or cursor");
    ranking->rescorer = rescorer;
    return LIBSEARCH_OK;
}

static libsearch_status copy_feedback(struct arena *arena, libsearch_ranking *ranking, libsearch_error *error)
{
    libsearch_feedback *feedback = arena_allocate(arena, sizeof *feedback);
    if (feedback == NULL)
        return error_no_memory(error);
    *feedback = (libsearch_feedback)LIBSEARCH_FEEDBACK_INIT;
    TRY(options_copy(feedback, sizeof *feedback, ranking->feedback, "libsearch_feedback", error));
    ranking->feedback = feedback;
    return feedback_check(feedback, error);
}

libsearch_status ranking_copy(const libsearch_engine *engine, const libsearch_search_options *options,
                              struct arena *arena, libsearch_ranking **copy, libsearch_error *error)
{
    *copy = NULL;
    if (options->ranking == NULL)
        return LIBSEARCH_OK;
    libsearch_ranking *made = arena_allocate(arena, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    *made = (libsearch_ranking)LIBSEARCH_RANKING_INIT;
    TRY(options_copy(made, sizeof *made, options->ranking, "libsearch_ranking", error));
    TRY(copy_signals(arena, made, error));
    if (made->scorer != NULL)
        TRY(copy_scorer(arena, made, error));
    if (made->rescorer != NULL)
        TRY(copy_rescorer(arena, options, made, error));
    if (made->feedback != NULL)
        TRY(copy_feedback(arena, made, error));
    if (made->without == NULL && made->without_count > 0)
        return error_set(error, LIBSEARCH_INVALID, "ranking: without is NULL");
    if (made->without_count > LIBSEARCH_MAX_RESULTS)
        return error_set(error, LIBSEARCH_LIMIT, "ranking: more than %d documents to do without",
                         LIBSEARCH_MAX_RESULTS);
    const bool of_engine = made->signal_count > 0 || made->scorer != NULL || made->without_count > 0;
    if (of_engine && !(engine->abilities & ENGINE_RANKS))
        return error_set(error, LIBSEARCH_UNSUPPORTED,
                         "the %s engine has no signals, scorers or documents to do without", engine->name);
    *copy = made;
    return LIBSEARCH_OK;
}

size_t ranking_count(const libsearch_ranking *ranking, const libsearch_search_options *options)
{
    const size_t wanted = options->offset + options->count; /* at most LIBSEARCH_MAX_RESULTS */
    return ranking->rescorer->count > wanted ? ranking->rescorer->count : wanted;
}

struct rescored {
    struct engine_hit hit;
    libsearch_bytes id;
    libsearch_document *document;
    size_t before; /* its place in the first stage */
};

static int better(const void *a, const void *b)
{
    const struct rescored *one = a, *other = b;
    if (one->hit.score > other->hit.score || one->hit.score < other->hit.score)
        return one->hit.score > other->hit.score ? -1 : 1;
    return (one->before > other->before) - (one->before < other->before);
}

/* Puts result `from` in place `to`; what was there is gone. */
static void put(libsearch_results *results, size_t to, const struct rescored *from)
{
    results->hits[to] = from->hit;
    results->ids[to] = from->id;
    results->documents[to] = from->document;
}

static libsearch_status rescore_all(libsearch_results *results, const libsearch_rescorer *rescorer,
                                    struct rescored *list, size_t count, libsearch_error *error)
{
    for (size_t i = 0; i < count; i++) {
        float score = results->hits[i].score;
        const libsearch_status status = rescorer->rescore(rescorer->context, results, i, &score, error);
        if (status != LIBSEARCH_OK && (error == NULL || error->status != status))
            return error_set(error, status, "the second stage failed at result %zu", i);
        TRY(status);
        if (isnan(score))
            return error_set(error, LIBSEARCH_INVALID, "the second stage gave no number for result %zu", i);
        list[i] = (struct rescored){ results->hits[i], results->ids[i], NULL, i };
        list[i].hit.score = score;
    }
    for (size_t i = 0; i < count; i++)
        list[i].document = results->documents[i]; /* fetched by the program, maybe */
    return LIBSEARCH_OK;
}

libsearch_status ranking_rescore(libsearch_results *results, const libsearch_ranking *ranking,
                                 const libsearch_search_options *options, libsearch_error *error)
{
    const libsearch_rescorer *rescorer = ranking->rescorer;
    const size_t count = results->count < rescorer->count ? results->count : rescorer->count;
    const libsearch_allocator *allocator = results->snapshot->allocator;
    struct rescored *list = memory_allocate_array(allocator, count, sizeof *list);
    if (list == NULL)
        return error_no_memory(error);
    const libsearch_status status = rescore_all(results, rescorer, list, count, error);
    if (status == LIBSEARCH_OK) {
        qsort(list, count, sizeof *list, better);
        for (size_t i = 0; i < count; i++)
            put(results, i, &list[i]);
        /* What lies before the page and behind it goes. */
        const size_t first = options->offset < results->count ? options->offset : results->count;
        const size_t left = results->count - first < options->count ? results->count - first : options->count;
        for (size_t i = 0; i < results->count; i++)
            if (i < first || i >= first + left)
                document_free(results->documents[i]);
        memmove(results->hits, results->hits + first, left * sizeof *results->hits);
        memmove(results->ids, results->ids + first, left * sizeof *results->ids);
        memmove(results->documents, results->documents + first, left * sizeof(libsearch_document *));
        results->count = left;
        results->rescored = count > first ? count - first : 0;
    }
    memory_free(allocator, list);
    return status;
}

libsearch_status ranking_feed_back(libsearch_snapshot *snapshot, const libsearch_feedback *feedback,
                                   const struct engine_request *search, libsearch_query **expanded,
                                   libsearch_error *error)
{
    const struct feedback_limits limits = { search->deadline, search->memory, search->cancel };
    const struct engine_request first = { .query = search->query,
                                          .count = feedback->documents,
                                          .total = LIBSEARCH_TOTAL_NONE,
                                          .model = search->model,
                                          .deadline = search->deadline,
                                          .memory = search->memory,
                                          .cancel = search->cancel,
                                          .flags = search->flags,
                                          .ranking = search->ranking,
                                          .results = search->results };
    struct engine_answer answer = { 0 };
    struct engine_source *sources = memory_allocate_array(snapshot->allocator, feedback->documents, sizeof *sources);
    answer.hits = memory_allocate_array(snapshot->allocator, feedback->documents, sizeof *answer.hits);
    libsearch_status status = sources == NULL || answer.hits == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK && feedback->documents > 0)
        status = snapshot->engine->search(snapshot->handle, &first, &answer, error);
    for (size_t i = 0; status == LIBSEARCH_OK && i < answer.hit_count; i++)
        sources[i] = (struct engine_source){ .number = answer.hits[i].number, .weight = answer.hits[i].score };
    if (status == LIBSEARCH_OK)
        status =
            feedback_expand(snapshot, search->query, sources, answer.hit_count, feedback, &limits, expanded, error);
    query_warnings_free(snapshot->allocator, answer.warnings);
    memory_free(snapshot->allocator, answer.hits);
    memory_free(snapshot->allocator, sources);
    return status;
}

int libsearch_results_exhaustive(const libsearch_results *results) { return results != NULL && results->exhaustive; }
