/* SPDX-License-Identifier: MIT */
#include "search/gather.h"

#include <string.h>

#include "search/column_view.h"
#include "search/facets.h"
#include "search/signals.h"

/* A match. Its keys are compared one after the other, then its number: the lower is the better. */
struct found {
    uint64_t number;
    float score;
    uint64_t folded; /* how many others the collapsed value has */
};

/* What of the matches a facet counts. */
struct facet_filter {
    const struct plan_node *root; /* NULL: all */
    struct evaluator *evaluator;  /* on the segment that is gone through */
    uint64_t *bits;               /* of the window */
};

struct gathering {
    struct search_context *context;
    const struct search_request *request;
    size_t keys;                  /* for each match, two words for each sort: whether it is missing, and the value */
    struct column_view **sorts;   /* NULL: by score */
    struct column_view *collapse; /* or NULL */
    struct facet_counter **facets;
    struct facet_filter *filters; /* of each facet */
    struct found *heap;           /* the worst at the root */
    uint64_t *heap_keys;
    size_t count, room;
    struct found *groups; /* by rank of the collapsed value; number UINT64_MAX: none yet */
    uint64_t *group_keys;
    uint64_t *one; /* the keys of the match that is looked at */
    uint64_t total;
};

bool gather_wanted(const struct search_request *request)
{
    return request->sort_count > 0 || request->facet_count > 0 || request->collapse != NULL || request->after != NULL;
}

static uint64_t key_of_score(float score)
{
    uint32_t bits;
    const float positive = score > 0 ? score : 0; /* scores are not negative */
    memcpy(&bits, &positive, sizeof bits);
    return UINT32_MAX - bits;
}

/* Of several values the one that comes first in the order: the least, or descending the greatest. */
static void make_keys(const struct gathering *gathering, size_t segment, uint32_t document, float score, uint64_t *keys)
{
    for (size_t i = 0; i < gathering->keys; i++, keys += 2) {
        const struct column_view *view = gathering->sorts[i];
        const unsigned flags = gathering->request->sort_count > 0 ? gathering->request->sort[i].flags : 0;
        const bool falling = (flags & LIBSEARCH_SORT_DESCENDING) != 0;
        if (view == NULL) { /* the best score first; descending says the same of it */
            keys[0] = 0;
            keys[1] = (flags & LIBSEARCH_SORT_ASCENDING_SCORE) != 0 ? ~key_of_score(score) : key_of_score(score);
            continue;
        }
        const uint32_t count = column_view_count(view, segment, document);
        keys[0] = count == 0 && (flags & LIBSEARCH_SORT_MISSING_FIRST) == 0;
        keys[0] += count > 0 && (flags & LIBSEARCH_SORT_MISSING_FIRST) != 0;
        const uint64_t value = count == 0 ? 0 : column_view_value(view, segment, document, falling ? count - 1 : 0);
        keys[1] = falling && count > 0 ? ~value : value;
    }
}

static int compare_keys(const struct gathering *gathering, const uint64_t *one, uint64_t number, const uint64_t *other,
                        uint64_t other_number)
{
    for (size_t i = 0; i < 2 * gathering->keys; i++)
        if (one[i] != other[i])
            return one[i] < other[i] ? -1 : 1;
    return (number > other_number) - (number < other_number);
}

static uint64_t *keys_at(const struct gathering *gathering, uint64_t *keys, size_t i)
{
    return keys + 2 * gathering->keys * i;
}

static bool worse(const struct gathering *gathering, size_t a, size_t b)
{
    return compare_keys(gathering, keys_at(gathering, gathering->heap_keys, a), gathering->heap[a].number,
                        keys_at(gathering, gathering->heap_keys, b), gathering->heap[b].number) > 0;
}

static void exchange(struct gathering *gathering, size_t a, size_t b)
{
    const struct found found = gathering->heap[a];
    gathering->heap[a] = gathering->heap[b];
    gathering->heap[b] = found;
    for (size_t i = 0; i < 2 * gathering->keys; i++) {
        uint64_t *one = keys_at(gathering, gathering->heap_keys, a) + i;
        uint64_t *other = keys_at(gathering, gathering->heap_keys, b) + i;
        const uint64_t kept = *one;
        *one = *other;
        *other = kept;
    }
}

static void sink(struct gathering *gathering, size_t at, size_t count)
{
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && worse(gathering, child + 1, child))
            child++;
        if (!worse(gathering, child, at))
            return;
        exchange(gathering, at, child);
        at = child;
    }
}

static void put_at(struct gathering *gathering, size_t at, const struct found *found, const uint64_t *keys)
{
    gathering->heap[at] = *found;
    memcpy(keys_at(gathering, gathering->heap_keys, at), keys, 2 * gathering->keys * sizeof *keys);
}

static void offer(struct gathering *gathering, const struct found *found, const uint64_t *keys)
{
    const struct search_after *after = gathering->request->after;
    if (after != NULL && compare_keys(gathering, keys, found->number, after->keys, after->number) <= 0)
        return;
    if (gathering->count < gathering->room) {
        size_t at = gathering->count++;
        put_at(gathering, at, found, keys);
        for (; at > 0 && worse(gathering, at, (at - 1) / 2); at = (at - 1) / 2)
            exchange(gathering, at, (at - 1) / 2);
    } else if (gathering->room > 0 &&
               compare_keys(gathering, keys, found->number, gathering->heap_keys, gathering->heap[0].number) < 0) {
        put_at(gathering, 0, found, keys);
        sink(gathering, 0, gathering->count);
    }
}

static libsearch_status look_at(struct gathering *gathering, const struct snapshot_segment *where, size_t segment,
                                uint32_t document, float score)
{
    struct found found = { where->base + document, score, 0 };
    gathering->total++;
    if (gathering->context->signals != NULL)
        found.score = score = signals_apply(gathering->context->signals, segment, document, score);
    for (size_t f = 0; f < gathering->request->facet_count; f++) {
        const struct facet_filter *filter = &gathering->filters[f];
        const uint32_t at = document % WINDOW;
        if (filter->root == NULL || (filter->bits[at / 64] >> at % 64 & 1))
            TRY(facet_counter_add(gathering->facets[f], segment, document));
    }
    if (gathering->room == 0)
        return LIBSEARCH_OK;
    make_keys(gathering, segment, document, score, gathering->one);
    if (gathering->collapse == NULL || column_view_count(gathering->collapse, segment, document) == 0) {
        offer(gathering, &found, gathering->one);
        return LIBSEARCH_OK;
    }
    const size_t rank = (size_t)column_view_value(gathering->collapse, segment, document, 0);
    struct found *group = &gathering->groups[rank];
    uint64_t *keys = keys_at(gathering, gathering->group_keys, rank);
    if (group->number == UINT64_MAX || compare_keys(gathering, gathering->one, found.number, keys, group->number) < 0) {
        found.folded = group->number == UINT64_MAX ? 0 : group->folded + 1;
        *group = found;
        memcpy(keys, gathering->one, 2 * gathering->keys * sizeof *keys);
    } else {
        group->folded++;
    }
    return LIBSEARCH_OK;
}

static libsearch_status look_at_segment(struct gathering *gathering, const struct plan_node *root,
                                        const struct snapshot_segment *where, size_t segment)
{
    struct evaluator *evaluator;
    uint64_t bits[WINDOW_WORDS];
    float *scores;
    TRY(evaluator_new(gathering->context, root, where, segment, &evaluator));
    TRY(search_take(gathering->context, WINDOW * sizeof *scores, &scores));
    for (size_t f = 0; f < gathering->request->facet_count; f++)
        if (gathering->filters[f].root != NULL)
            TRY(evaluator_new(gathering->context, gathering->filters[f].root, where, segment,
                              &gathering->filters[f].evaluator));
    for (uint32_t base = evaluator_next(evaluator, 0); base != NO_DOCUMENT;
         base = evaluator_next(evaluator, base + WINDOW)) {
        TRY(search_poll(gathering->context));
        TRY(evaluator_window(evaluator, base, bits, scores));
        for (size_t f = 0; f < gathering->request->facet_count; f++)
            if (gathering->filters[f].root != NULL)
                TRY(evaluator_window(gathering->filters[f].evaluator, base, gathering->filters[f].bits, NULL));
        for (unsigned w = 0; w < WINDOW_WORDS; w++)
            for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
                const unsigned at = w * 64 + (unsigned)__builtin_ctzll(word);
                TRY(look_at(gathering, where, segment, base + at, scores[at]));
            }
    }
    return gathering->context->ended;
}

static libsearch_status plan_filter(struct gathering *gathering, struct plan *plan, size_t f)
{
    struct facet_filter *filter = &gathering->filters[f];
    struct plan_node *root;
    const libsearch_query *query = gathering->request->facets[f].filter;
    if (query == NULL)
        return LIBSEARCH_OK;
    TRY(plan_any(plan, query, 1.0f, false, &root, gathering->context->error));
    filter->root = root;
    return search_take(gathering->context, WINDOW_WORDS * sizeof *filter->bits, &filter->bits);
}

static libsearch_status prepare(struct gathering *gathering, struct plan *plan, const struct snapshot *snapshot)
{
    struct search_context *context = gathering->context;
    const struct search_request *request = gathering->request;
    const size_t keys = gathering->keys = request->sort_count > 0 ? request->sort_count : 1;
    TRY(search_take(context, keys * sizeof(struct column_view *), &gathering->sorts));
    TRY(search_take(context, (request->facet_count + 1) * sizeof(struct facet_counter *), &gathering->facets));
    TRY(search_take(context, 2 * keys * sizeof(uint64_t), &gathering->one));
    TRY(search_take(context, (gathering->room + 1) * sizeof *gathering->heap, &gathering->heap));
    TRY(search_take(context, (gathering->room + 1) * 2 * keys * sizeof(uint64_t), &gathering->heap_keys));
    for (size_t i = 0; i < request->sort_count; i++)
        if (request->sort[i].field != NULL)
            TRY(column_view_open(context, snapshot, request->sort[i].field, &gathering->sorts[i]));
    for (size_t i = 0; i < request->facet_count; i++)
        TRY(facet_counter_new(context, snapshot, &request->facets[i], &gathering->facets[i]));
    TRY(search_take(context, (request->facet_count + 1) * sizeof *gathering->filters, &gathering->filters));
    for (size_t i = 0; i < request->facet_count; i++)
        TRY(plan_filter(gathering, plan, i));
    if (request->collapse == NULL)
        return LIBSEARCH_OK;
    TRY(column_view_open(context, snapshot, request->collapse, &gathering->collapse));
    if (gathering->collapse->field->type != LIBSEARCH_KEYWORD)
        return error_set(context->error, LIBSEARCH_INVALID, "collapse: field '%s' has no keywords", request->collapse);
    const size_t groups = gathering->collapse->keyword_count;
    TRY(search_take(context, (groups + 1) * sizeof *gathering->groups, &gathering->groups));
    TRY(search_take(context, (groups + 1) * 2 * keys * sizeof(uint64_t), &gathering->group_keys));
    for (size_t i = 0; i < groups; i++) {
        TRY(search_poll_at(context, i));
        gathering->groups[i].number = UINT64_MAX;
    }
    return LIBSEARCH_OK;
}

/* A step in a large heap takes a microsecond, or some where keys are long. */
static libsearch_status poll_after(struct gathering *gathering, size_t step)
{
    return step % 256 == 255 ? search_poll(gathering->context) : LIBSEARCH_OK;
}

/* Sorts the heap from its worst on, but for the first ones that nobody looks at, and gives it out. */
static libsearch_status finish(struct gathering *gathering, struct search_answer *answer)
{
    const struct search_request *request = gathering->request;
    struct arena *arena = request->results;
    for (size_t i = 0; gathering->collapse != NULL && i < gathering->collapse->keyword_count; i++) {
        TRY(poll_after(gathering, i));
        if (gathering->groups[i].number != UINT64_MAX)
            offer(gathering, &gathering->groups[i], keys_at(gathering, gathering->group_keys, i));
    }
    for (size_t count = gathering->count; count > 1 && count > request->skipped; count--) {
        TRY(poll_after(gathering, count));
        exchange(gathering, 0, count - 1);
        sink(gathering, 0, count - 1);
    }
    answer->hit_count = gathering->count;
    answer->total = answer->total_estimate = answer->total_upper = gathering->total;
    answer->total_exact = true;
    answer->key_count = 2 * gathering->keys;
    answer->keys = arena_allocate(arena, (gathering->count + 1) * answer->key_count * sizeof *answer->keys);
    answer->folded = arena_allocate(arena, (gathering->count + 1) * sizeof *answer->folded);
    answer->facets = arena_allocate(arena, (request->facet_count + 1) * sizeof *answer->facets);
    if (answer->keys == NULL || answer->folded == NULL || answer->facets == NULL)
        return error_no_memory(gathering->context->error);
    for (size_t i = 0; i < gathering->count; i++) {
        TRY(search_poll_at(gathering->context, i));
        answer->hits[i] = (struct search_hit){ gathering->heap[i].score, gathering->heap[i].number };
        answer->folded[i] = gathering->heap[i].folded;
    }
    memcpy(answer->keys, gathering->heap_keys, gathering->count * answer->key_count * sizeof *answer->keys);
    for (size_t i = 0; i < request->facet_count; i++)
        TRY(facet_counter_finish(gathering->facets[i], arena, &answer->facets[i]));
    return LIBSEARCH_OK;
}

libsearch_status gather_run(struct search_context *context, const struct snapshot *snapshot, struct plan *plan,
                            struct search_answer *answer)
{
    const struct plan_node *root = plan->root;
    struct gathering gathering = { .context = context, .request = context->request };
    gathering.room = context->request->count;
    TRY(prepare(&gathering, plan, snapshot));
    for (size_t s = 0; s < snapshot->segment_count && root->kind != PLAN_NONE; s++)
        TRY(look_at_segment(&gathering, root, &snapshot->segments[s], s));
    return finish(&gathering, answer);
}
