/* SPDX-License-Identifier: MIT */
#include "search/top_k.h"

#include <stdlib.h>

void top_k_init(struct top_k *top, struct search_hit *hits, size_t k)
{
    top->hits = hits;
    top->count = 0;
    top->k = k;
    top->threshold = k == 0 ? __builtin_inff() : -1.0f;
}

static inline bool worse(const struct search_hit *a, const struct search_hit *b)
{
    return a->score != b->score ? a->score < b->score : a->number > b->number;
}

static void sift_down(struct search_hit *hits, size_t count, size_t at)
{
    const struct search_hit moved = hits[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && worse(&hits[child + 1], &hits[child]))
            child++;
        if (!worse(&hits[child], &moved))
            break;
        hits[at] = hits[child];
    }
    hits[at] = moved;
}

void top_k_add(struct top_k *top, float score, uint64_t number)
{
    const struct search_hit hit = { score, number };
    if (top->count < top->k) {
        size_t at = top->count++;
        for (; at > 0 && worse(&hit, &top->hits[(at - 1) / 2]); at = (at - 1) / 2)
            top->hits[at] = top->hits[(at - 1) / 2];
        top->hits[at] = hit;
    } else {
        if (top->k == 0 || !worse(&top->hits[0], &hit))
            return;
        top->hits[0] = hit;
        sift_down(top->hits, top->count, 0);
    }
    if (top->count == top->k && top->hits[0].score > top->threshold)
        top->threshold = top->hits[0].score;
}

void top_k_finish(struct top_k *top)
{
    /* A heap with the worst at the root, taken apart from the root, is sorted best first. */
    for (size_t count = top->count; count > 1;) {
        const struct search_hit root = top->hits[0];
        count--;
        top->hits[0] = top->hits[count];
        top->hits[count] = root;
        sift_down(top->hits, count, 0);
    }
}
