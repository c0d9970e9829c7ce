/* SPDX-License-Identifier: MIT */
#include "search/top_k.h"

#include <string.h>

#include "search/evaluate.h"

void top_k_init(struct top_k *top, struct search_hit *hits, size_t k, size_t room)
{
    top->hits = hits;
    top->count = 0;
    top->k = k;
    top->room = room;
    top->sieve = NULL;
    top->context = NULL;
    top->continues = false;
    top->threshold = k == 0 ? __builtin_inff() : -1.0f;
}

/* The order of the answers. */
static inline bool better(const struct search_hit *a, const struct search_hit *b)
{
    return a->score != b->score ? a->score > b->score : a->number < b->number;
}

static inline void swap(struct search_hit *a, struct search_hit *b)
{
    const struct search_hit kept = *a;
    *a = *b;
    *b = kept;
}

enum { MANY = 4096 }; /* hits, before and after which there is a poll */

/* Whether it is time to give up. */
static bool is_over(struct search_context *context, size_t count)
{
    return count > MANY && context != NULL && search_poll(context) != LIBSEARCH_OK;
}

/* Brings the k best of `count` hits to the front, in no order (quickselect: Hoare, “Algorithm 65: Find”, 1961). */
static void select_best(struct search_hit *hits, size_t count, size_t k, struct search_context *context)
{
    size_t low = 0, high = count;
    while (high - low > 1 && !is_over(context, high - low)) {
        const size_t middle = low + (high - low) / 2;
        if (better(&hits[middle], &hits[low]))
            swap(&hits[middle], &hits[low]);
        if (better(&hits[high - 1], &hits[low]))
            swap(&hits[high - 1], &hits[low]);
        if (better(&hits[high - 1], &hits[middle]))
            swap(&hits[high - 1], &hits[middle]);
        const struct search_hit pivot = hits[middle];
        size_t i = low, j = high - 1;
        for (;;) {
            while (better(&hits[i], &pivot))
                i++;
            while (better(&pivot, &hits[j]))
                j--;
            if (i >= j)
                break;
            swap(&hits[i++], &hits[j--]);
        }
        /* All before i are at least as good as the pivot, all from i on at most as good. */
        i = i > j ? i : j + 1;
        if (k <= i && i < high)
            high = i;
        else if (i > low && i < high)
            low = i;
        else
            return;
        if (k <= low)
            return;
    }
}

enum { BUCKETS = 1024, MOST_TIES = 128 };

/* Scores dealt out to buckets of equal width: an equal or higher score is in an equal or higher bucket, as each step of
 * rounding keeps the order. */
struct deal {
    float least, scale;
};

/* False where that cannot be done: all scores equal, or no finite numbers. */
static bool deal_open(const struct search_hit *hits, size_t count, struct deal *deal)
{
    float least = hits[0].score, most = hits[0].score;
    for (size_t i = 1; i < count; i++) {
        least = hits[i].score < least ? hits[i].score : least;
        most = hits[i].score > most ? hits[i].score : most;
    }
    deal->least = least;
    deal->scale = (float)(BUCKETS - 1) / (most - least);
    return most > least && deal->scale > 0 && deal->scale < __builtin_inff() && (most - least) * deal->scale < BUCKETS;
}

static inline unsigned bucket_of(const struct deal *deal, const struct search_hit *hit)
{
    const unsigned bucket = (unsigned)(int)((hit->score - deal->least) * deal->scale);
    return bucket < BUCKETS ? bucket : BUCKETS - 1; /* what is no number counts as much */
}

/* Brings the k best of `count` hits to the front, in no order, count > k > 0: those in buckets above the one with the
 * k-th, and the best of that one. No branch hangs on a score. */
static void keep_best(struct search_hit *hits, size_t count, size_t k, struct search_context *context)
{
    uint32_t counts[BUCKETS] = { 0 };
    struct search_hit ties[MOST_TIES + 1];
    struct deal deal;
    if (!deal_open(hits, count, &deal)) {
        select_best(hits, count, k, context);
        return;
    }
    if (is_over(context, count))
        return;
    for (size_t i = 0; i < count; i++)
        counts[bucket_of(&deal, &hits[i])]++;
    unsigned last = BUCKETS - 1; /* the bucket of the k-th */
    size_t above = 0;
    while (above + counts[last] < k)
        above += counts[last--];
    if (counts[last] > MOST_TIES) {
        select_best(hits, count, k, context);
        return;
    }
    size_t kept = 0, tied = 0;
    if (is_over(context, count))
        return;
    for (size_t i = 0; i < count; i++) {
        const struct search_hit hit = hits[i];
        const unsigned bucket = bucket_of(&deal, &hit);
        ties[tied] = hit;
        tied += bucket == last;
        hits[kept] = hit;
        kept += bucket > last;
    }
    select_best(ties, tied, k - kept, NULL);
    for (size_t i = 0; kept < k; i++)
        hits[kept++] = ties[i];
}

/* Keeps the k best, and learns the threshold from the worst of them. */
static void shrink(struct top_k *top)
{
    if (top->count > top->k)
        keep_best(top->hits, top->count, top->k, top->context);
    top->count = top->count < top->k ? top->count : top->k;
    if (top->count < top->k)
        return;
    float worst = top->hits[0].score;
    for (size_t i = 1; i < top->count; i++)
        worst = top->hits[i].score < worst ? top->hits[i].score : worst;
    if (worst > top->threshold)
        top->threshold = worst;
}

/* Few: kept in order, so that the threshold is always as high as can be. */
static void insert(struct top_k *top, const struct search_hit *hit)
{
    size_t at = top->count;
    if (top->count == top->k) {
        if (!better(hit, &top->hits[top->k - 1]))
            return;
        at--;
    } else {
        top->count++;
    }
    for (; at > 0 && better(hit, &top->hits[at - 1]); at--)
        top->hits[at] = top->hits[at - 1];
    top->hits[at] = *hit;
    if (top->count == top->k && top->hits[top->k - 1].score > top->threshold)
        top->threshold = top->hits[top->k - 1].score;
}

void top_k_add(struct top_k *top, float score, uint64_t number)
{
    const struct search_hit hit = { score, number };
    if (top->sieve != NULL) {
        sieve_add(top, score, number);
        return;
    }
    if (top->continues && !better(&top->after, &hit))
        return;
    if (top->k <= TOP_K_FEW) {
        if (top->k > 0)
            insert(top, &hit);
        return;
    }
    top->hits[top->count++] = hit;
    if (top->count == top->room || (top->count == top->k && top->threshold < 0))
        shrink(top);
}

static void sort_hits(struct search_hit *hits, size_t count, struct search_context *context)
{
    enum { INSERTION = 16 };
    while (count > INSERTION) {
        if (is_over(context, count))
            return;
        select_best(hits, count, count / 2, context);
        sort_hits(hits + count / 2, count - count / 2, context);
        count /= 2;
    }
    for (size_t i = 1; i < count; i++) {
        const struct search_hit hit = hits[i];
        size_t at = i;
        for (; at > 0 && better(&hit, &hits[at - 1]); at--)
            hits[at] = hits[at - 1];
        hits[at] = hit;
    }
}

/* Sorts `count` hits with as many more of room behind them: dealt out to their buckets, then each of these sorted. */
static void sort_dealt(struct search_hit *hits, size_t count, struct search_context *context)
{
    uint32_t starts[BUCKETS + 1] = { 0 }; /* where the next of each bucket goes, the best bucket first */
    struct search_hit *dealt = hits + count;
    struct deal deal;
    if (count > UINT32_MAX || !deal_open(hits, count, &deal)) {
        sort_hits(hits, count, context);
        return;
    }
    if (is_over(context, count))
        return;
    for (size_t i = 0; i < count; i++)
        starts[BUCKETS - bucket_of(&deal, &hits[i])]++;
    for (unsigned b = 1; b <= BUCKETS; b++)
        starts[b] += starts[b - 1];
    if (is_over(context, count))
        return;
    for (size_t i = 0; i < count; i++)
        dealt[starts[BUCKETS - 1 - bucket_of(&deal, &hits[i])]++] = hits[i];
    size_t sorted = 0; /* hits since the last poll */
    for (unsigned b = 0; b < BUCKETS; b++) {
        const size_t from = b == 0 ? 0 : starts[b - 1];
        sorted += starts[b] - from;
        if (is_over(context, sorted))
            return;
        sorted = sorted > MANY ? 0 : sorted;
        if (starts[b] - from > 1)
            sort_hits(dealt + from, starts[b] - from, context);
    }
    memcpy(hits, dealt, count * sizeof *hits);
}

void top_k_finish(struct top_k *top, size_t skipped)
{
    if (top->k <= TOP_K_FEW)
        return;
    shrink(top);
    if (skipped >= top->count)
        return;
    if (skipped > 0)
        select_best(top->hits, top->count, skipped, top->context);
    sort_dealt(top->hits + skipped, top->count - skipped, top->context);
}
