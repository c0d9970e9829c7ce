/* SPDX-License-Identifier: MIT */
#include "search/search.h"

#include <string.h>

#include "query/query_tree.h"
#include "search/count.h"
#include "search/estimate.h"
#include "search/evaluate.h"
#include "search/explain.h"
#include "search/gather.h"
#include "search/plan.h"
#include "search/prune.h"
#include "search/signals.h"
#include "search/top_k.h"

/* By field: how much more than once an occurrence there counts. */
static float *make_side_weights(const struct schema *schema, struct arena *arena)
{
    float *weights = arena_allocate(arena, (schema->count + 1) * sizeof *weights);
    for (size_t f = 0; f < schema->count && weights != NULL; f++)
        weights[f] = schema->fields[f]->weight - 1.0f;
    return weights;
}

/* Plans the query and makes what all segments share. *warnings is the caller's, also when it fails. */
static libsearch_status prepare(struct snapshot *snapshot, const struct search_request *request, bool strict,
                                struct model *model, struct arena *arena, struct plan *plan,
                                struct query_warning **warnings, struct search_context *context, libsearch_error *error)
{
    TRY(model_parse(request->model, model, error));
    *plan = (struct plan){ .arena = arena,
                           .snapshot = snapshot,
                           .model = model,
                           .strict = strict,
                           .warnings = warnings,
                           .poll = search_poll_of,
                           .poll_context = context };
    *context = (struct search_context){
        .request = request, .arena = arena, .side_weights = make_side_weights(snapshot->schema, arena), .error = error
    };
    if (context->side_weights == NULL)
        return error_no_memory(error);
    TRY(search_poll(context));
    TRY(plan_make(plan, request->query, error));
    return signals_open(context, snapshot, request->ranking, &context->signals);
}

/* The live documents of a segment, to be changed by this search alone. */
static struct live *live_of_search(const struct snapshot_segment *where, struct arena *arena)
{
    const uint32_t count = segment_count(where->segment);
    const size_t words = ((size_t)count + 63) / 64;
    struct live *live = arena_allocate(arena, sizeof *live);
    uint64_t *bits = arena_allocate(arena, (words + 1) * sizeof *bits);
    if (live == NULL || bits == NULL)
        return NULL;
    if (where->live != NULL)
        memcpy(bits, where->live->bits, words * sizeof *bits);
    for (size_t w = 0; w < words && where->live == NULL; w++)
        bits[w] = (w + 1) * 64 <= count ? UINT64_MAX : (UINT64_C(1) << count % 64) - 1;
    *live = (struct live){ .bits = bits, .count = count, .deleted = where->live == NULL ? 0 : where->live->deleted };
    return live;
}

/* The snapshot as if the documents that the ranking leaves out were deleted, in the arena's memory. */
static libsearch_status leave_out(struct snapshot *snapshot, const libsearch_ranking *ranking, struct arena *arena,
                                  struct snapshot **out, libsearch_error *error)
{
    if (ranking == NULL || ranking->without_count == 0) {
        *out = snapshot;
        return LIBSEARCH_OK;
    }
    struct snapshot *left = arena_allocate(arena, sizeof *left);
    if (left == NULL)
        return error_no_memory(error);
    /* Not as a whole: other threads count the references meanwhile. */
    *left = (struct snapshot){ .allocator = snapshot->allocator,
                               .commit = snapshot->commit,
                               .generation = snapshot->generation,
                               .schema = snapshot->schema,
                               .segment_count = snapshot->segment_count,
                               .documents = snapshot->documents,
                               .deleted = snapshot->deleted,
                               .bytes = snapshot->bytes,
                               .commit_bytes = snapshot->commit_bytes };
    struct live **own = arena_allocate(arena, (snapshot->segment_count + 1) * sizeof(struct live *));
    left->segments = arena_allocate(arena, (snapshot->segment_count + 1) * sizeof *left->segments);
    if (own == NULL || left->segments == NULL)
        return error_no_memory(error);
    memcpy(left->segments, snapshot->segments, snapshot->segment_count * sizeof *left->segments);
    memset(own, 0, snapshot->segment_count * sizeof(struct live *));
    for (size_t i = 0; i < ranking->without_count; i++) {
        size_t segment;
        uint32_t document;
        if (snapshot_find(snapshot, ranking->without[i], &segment, &document) != LIBSEARCH_OK)
            continue;
        if (own[segment] == NULL)
            own[segment] = live_of_search(&snapshot->segments[segment], arena);
        if (own[segment] == NULL)
            return error_no_memory(error);
        live_delete(own[segment], document);
        left->segments[segment].live = own[segment];
    }
    *out = left;
    return LIBSEARCH_OK;
}

/* What is known of the matches where not all were looked at. */
static void estimate_total(const struct plan *plan, uint64_t seen, struct search_answer *answer)
{
    const struct estimate guess = estimate_plan(plan);
    const uint64_t about = (uint64_t)(guess.about + 0.5);
    answer->total = guess.least > seen ? guess.least : seen;
    answer->total_upper = guess.most > answer->total ? guess.most : answer->total; /* damaged bytes may say anything */
    answer->total_estimate = about < answer->total         ? answer->total
                             : about > answer->total_upper ? answer->total_upper
                                                           : about;
    answer->total_exact = answer->total == answer->total_upper;
}

/* Whether the next page of an order by score alone is asked for: then only what comes behind the last one enters the best
 * k, and the bounds of blocks hold as ever. */
static bool continues_by_score(const struct search_request *request, const struct search_context *context)
{
    return request->after != NULL && request->sort_count == 0 && request->facet_count == 0 &&
           request->collapse == NULL && context->signals == NULL;
}

/* The score and number of the hit that a page ended with: as gather.c and libsearch_results_cursor have its keys. */
static struct search_hit hit_of_cursor(const struct search_after *after)
{
    struct search_hit hit = { 0, after->number };
    const uint32_t bits = UINT32_MAX - (uint32_t)after->keys[1];
    memcpy(&hit.score, &bits, sizeof hit.score);
    return hit;
}

static libsearch_status run(struct snapshot *whole, const struct search_request *request, struct arena *arena,
                            struct search_answer *answer, struct query_warning **warnings, libsearch_error *error)
{
    struct model model;
    struct plan plan;
    struct search_context context;
    struct snapshot *snapshot;
    struct sieve sieve;
    TRY(leave_out(whole, request->ranking, arena, &snapshot, error));
    TRY(prepare(snapshot, request, false, &model, arena, &plan, warnings, &context, error));
    answer->exhaustive = true;
    const bool continues = continues_by_score(request, &context);
    if (gather_wanted(request) && !continues)
        return gather_run(&context, snapshot, &plan, answer);
    struct top_k top;
    const size_t room = top_k_room(request->count);
    struct search_hit *hits = answer->hits;
    if (room > request->count)
        TRY(search_take(&context, room * sizeof *hits, &hits));
    top_k_init(&top, hits, request->count, room);
    top.context = &context;
    if (continues) {
        top.continues = true;
        top.after = hit_of_cursor(request->after);
    }
    if (context.signals != NULL)
        sieve_init(&sieve, &top, context.signals);
    uint64_t total = 0;
    const bool pruned = !request->exhaustive && request->count > 0 && prune_can(plan.root) &&
                        (context.signals == NULL || signals_have_bounds(context.signals));
    if (pruned)
        norms_fill(plan.group_norms);
    const bool count = request->total == LIBSEARCH_TOTAL_EXACT;
    const bool together = pruned && count && prune_can_count(plan.root);
    for (size_t s = 0; s < snapshot->segment_count && plan.root->kind != PLAN_NONE; s++) {
        const struct snapshot_segment *where = &snapshot->segments[s];
        if (context.signals != NULL)
            sieve_begin(&top, where, s);
        if (pruned)
            TRY(prune_segment(&context, plan.root, where, s, &top, together ? &total : NULL));
        if (request->count == 0 || (pruned && count && !together))
            TRY(request->exhaustive ? evaluate_segment(&context, plan.root, where, s, NULL, &total)
                                    : count_segment(&context, plan.root, where, s, &total));
        else if (!pruned)
            TRY(evaluate_segment(&context, plan.root, where, s, &top, &total));
    }
    if (context.signals != NULL)
        top = sieve.final;
    top_k_finish(&top, request->skipped);
    TRY(context.ended);
    if (hits != answer->hits)
        memcpy(answer->hits, hits, top.count * sizeof *hits);
    answer->hit_count = top.count;
    answer->exhaustive = !pruned;
    answer->total_exact = !pruned || count || plan.root->kind == PLAN_NONE;
    answer->total = answer->total_estimate = answer->total_upper = total;
    if (!answer->total_exact)
        estimate_total(&plan, top.count, answer);
    return LIBSEARCH_OK;
}

libsearch_status search_run(struct snapshot *snapshot, const struct search_request *request,
                            struct search_answer *answer, libsearch_error *error)
{
    struct arena arena;
    size_t budget;
    search_arena_init(&arena, snapshot->allocator, request->memory, &budget);
    if (request->results != NULL)
        request->results->budget = &budget; /* of the search, until it is over */
    struct query_warning *warnings = NULL;
    libsearch_status status = run(snapshot, request, &arena, answer, &warnings, error);
    if (status == LIBSEARCH_NO_MEMORY && (arena.refused || (request->results != NULL && request->results->refused)))
        status = search_over_memory(error);
    if (request->results != NULL)
        request->results->budget = NULL;
    arena_free(&arena);
    if (status == LIBSEARCH_OK)
        answer->warnings = warnings;
    else
        query_warnings_free(snapshot->allocator, warnings);
    return status;
}

libsearch_status search_explain(struct snapshot *snapshot, const libsearch_query *query, const char *model,
                                const libsearch_ranking *ranking, size_t segment, uint32_t document,
                                struct arena *results, libsearch_explanation **list, size_t *count,
                                libsearch_error *error)
{
    const struct search_request request = { .query = query, .model = model, .ranking = ranking, .memory = SIZE_MAX };
    struct query_warning *warnings = NULL;
    struct search_context context;
    struct model parsed;
    struct plan plan;
    struct arena arena;
    arena_init(&arena, snapshot->allocator);
    libsearch_status status = prepare(snapshot, &request, false, &parsed, &arena, &plan, &warnings, &context, error);
    if (status == LIBSEARCH_OK)
        status = explain_document(&context, plan.root, &snapshot->segments[segment], segment, document, results, list,
                                  count);
    query_warnings_free(snapshot->allocator, warnings);
    arena_free(&arena);
    return status;
}

static libsearch_status each(struct snapshot *snapshot, const struct search_request *request, struct arena *arena,
                             libsearch_status (*call)(void *context, size_t segment, uint32_t document,
                                                      libsearch_error *error),
                             void *call_context, libsearch_error *error)
{
    struct model model;
    struct plan plan;
    struct search_context context;
    struct query_warning *warnings = NULL; /* stays so: nothing is lenient here */
    TRY(prepare(snapshot, request, true, &model, arena, &plan, &warnings, &context, error));
    if (plan.root->kind == PLAN_NONE)
        return LIBSEARCH_OK;
    for (size_t s = 0; s < snapshot->segment_count; s++) {
        struct evaluator *evaluator;
        uint64_t bits[WINDOW_WORDS];
        TRY(evaluator_new(&context, plan.root, &snapshot->segments[s], s, &evaluator));
        for (uint32_t base = evaluator_next(evaluator, 0); base != NO_DOCUMENT;
             base = evaluator_next(evaluator, base + WINDOW)) {
            TRY(search_poll(&context));
            TRY(evaluator_window(evaluator, base, bits, NULL));
            for (unsigned w = 0; w < WINDOW_WORDS; w++)
                for (uint64_t word = bits[w]; word != 0; word &= word - 1)
                    TRY(call(call_context, s, base + w * 64 + (unsigned)__builtin_ctzll(word), error));
        }
    }
    return context.ended;
}

libsearch_status search_each(struct snapshot *snapshot, const libsearch_query *query,
                             libsearch_status (*call)(void *context, size_t segment, uint32_t document,
                                                      libsearch_error *error),
                             void *context, libsearch_error *error)
{
    const struct search_request request = { .query = query, .memory = SIZE_MAX };
    return search_select(snapshot, &request, call, context, error);
}

libsearch_status search_select(struct snapshot *snapshot, const struct search_request *request,
                               libsearch_status (*call)(void *context, size_t segment, uint32_t document,
                                                        libsearch_error *error),
                               void *context, libsearch_error *error)
{
    struct arena arena;
    arena_init(&arena, snapshot->allocator);
    const libsearch_status status = each(snapshot, request, &arena, call, context, error);
    arena_free(&arena);
    return status;
}
