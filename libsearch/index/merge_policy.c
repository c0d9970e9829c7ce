/* SPDX-License-Identifier: MIT */
#include "index/merge_policy.h"

static uint64_t live_bytes(const struct merge_candidate *segment)
{
    const double share = segment->documents == 0 ? 0 : 1.0 - (double)segment->deleted / (double)segment->documents;
    return (uint64_t)((double)segment->bytes * share);
}

static bool is_too_large(const struct merge_candidate *segment) { return live_bytes(segment) > MERGE_MAX_BYTES / 2; }

static unsigned tier_of(const struct merge_candidate *segment)
{
    unsigned tier = 0;
    for (uint64_t size = live_bytes(segment) / MERGE_FLOOR; size > 0; size /= MERGE_FACTOR)
        tier++;
    return tier;
}

static bool fits(const struct merge_candidate *segments, size_t first, size_t count)
{
    uint64_t bytes = 0, documents = 0;
    for (size_t i = first; i < first + count; i++) {
        if (is_too_large(&segments[i]))
            return false;
        bytes += live_bytes(&segments[i]);
        documents += segments[i].documents - segments[i].deleted;
    }
    return bytes <= MERGE_MAX_BYTES && documents <= UINT32_C(0x40000000);
}

/* Ten of one tier with nothing larger between: the leftmost such stretch. */
static bool choose_in_tier(const struct merge_candidate *segments, size_t segment_count, unsigned tier, size_t *first,
                           size_t *count)
{
    size_t begin = 0, found = 0;
    for (size_t i = 0; i < segment_count; i++) {
        const unsigned of_this = tier_of(&segments[i]);
        if (of_this > tier || is_too_large(&segments[i])) {
            found = 0;
            continue;
        }
        if (of_this < tier)
            continue;
        if (found++ == 0)
            begin = i;
        if (found == MERGE_FACTOR) {
            if (fits(segments, begin, i + 1 - begin)) {
                *first = begin;
                *count = i + 1 - begin;
                return true;
            }
            found = 0;
        }
    }
    return false;
}

/* Too many segments in spite of the tiers: the ten neighbours that are cheapest to merge. */
static bool choose_cheapest(const struct merge_candidate *segments, size_t segment_count, size_t *first, size_t *count)
{
    bool found = false;
    uint64_t cheapest = 0;
    for (size_t i = 0; i + MERGE_FACTOR <= segment_count; i++) {
        if (!fits(segments, i, MERGE_FACTOR))
            continue;
        uint64_t bytes = 0;
        for (size_t j = i; j < i + MERGE_FACTOR; j++)
            bytes += live_bytes(&segments[j]);
        if (!found || bytes < cheapest) {
            found = true;
            cheapest = bytes;
            *first = i;
            *count = MERGE_FACTOR;
        }
    }
    return found;
}

bool merge_policy_choose(const struct merge_candidate *segments, size_t segment_count, size_t *first, size_t *count)
{
    unsigned highest = 0;
    size_t counted = 0;
    for (size_t i = 0; i < segment_count; i++) {
        const unsigned tier = tier_of(&segments[i]);
        if (tier > highest)
            highest = tier;
        counted += !is_too_large(&segments[i]);
    }
    for (unsigned tier = 0; tier <= highest; tier++)
        if (choose_in_tier(segments, segment_count, tier, first, count))
            return true;
    for (size_t i = 0; i < segment_count; i++)
        if ((uint64_t)segments[i].deleted * 100 > (uint64_t)segments[i].documents * MERGE_DELETED_PERCENT) {
            *first = i;
            *count = 1;
            return true;
        }
    return counted > MERGE_MAX_SEGMENTS && choose_cheapest(segments, segment_count, first, count);
}
