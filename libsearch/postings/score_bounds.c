/* SPDX-License-Identifier: MIT */
#include "postings/score_bounds.h"

#include <string.h>

#include "codec/rounding.h"

/* For choosing among pairs; any choice is correct. Of two pairs the one with the greater f / (1 - b + b l / average)
 * scores more under every k1, so b alone matters: two values stand for those in use. */
enum { NOMINALS = 2 };
static const float NOMINAL_B[NOMINALS] = { 0.75f, 0.4f };

/* 1 / (1 - b + b l / average) by length code. */
static void nominal_norms(float norms[NOMINALS][256], float average)
{
    for (unsigned n = 0; n < NOMINALS; n++)
        for (unsigned code = 0; code < 256; code++) {
            const float ratio = (float)rounding_least((uint8_t)code) / (average > 0 ? average : 1.0f);
            norms[n][code] = 1.0f / (1.0f - NOMINAL_B[n] + NOMINAL_B[n] * ratio);
        }
}

static float nominal(const float *norms, uint8_t frequency, uint8_t length)
{
    return (float)rounding_least(frequency) * norms[length];
}

float peak_factor(float peak_average, float b, float average)
{
    const float at_zero = b < 1.0f ? 0.25f / (1.0f - b) : __builtin_inff();
    const float at_infinity = b > 0.0f ? 0.75f / peak_average * average / b : __builtin_inff();
    return (at_zero > at_infinity ? at_zero : at_infinity) * 1.00001f;
}

struct block_bounds {
    float norms[NOMINALS][256];
    uint8_t least_length[256]; /* by frequency code, where `seen` has it */
    uint64_t seen[4];
};

struct block_bounds *block_bounds_new(const libsearch_allocator *allocator, float average)
{
    struct block_bounds *bounds = memory_allocate_array(allocator, 1, sizeof *bounds);
    if (bounds == NULL)
        return NULL;
    nominal_norms(bounds->norms, average);
    memset(bounds->least_length, 255, sizeof bounds->least_length);
    return bounds;
}

void block_bounds_add(struct block_bounds *bounds, uint32_t frequency, uint8_t length_code)
{
    const uint8_t code = rounding_up(frequency);
    bounds->seen[code / 64] |= UINT64_C(1) << code % 64;
    if (length_code < bounds->least_length[code])
        bounds->least_length[code] = length_code;
}

/* Joins two neighbours of the front so that the block's bound rises least. The front is in falling order of frequency,
 * and so of length; joining i and i + 1 gives the frequency of i and the length of i + 1. What stays below the best pair
 * costs nothing; among those the tightest join is taken. */
static unsigned join_closest(const struct block_bounds *bounds, uint8_t (*front)[2], unsigned count,
                             const float best[NOMINALS])
{
    unsigned chosen = 0;
    float least_loss = __builtin_inff();
    for (unsigned i = 0; i + 1 < count; i++) {
        float loss = 0;
        for (unsigned n = 0; n < NOMINALS; n++) {
            const float joined = nominal(bounds->norms[n], front[i][0], front[i + 1][1]) / best[n];
            loss += joined > 1.0f ? joined : joined * 1e-3f;
        }
        if (loss < least_loss) {
            least_loss = loss;
            chosen = i;
        }
    }
    front[chosen][1] = front[chosen + 1][1];
    memmove(front[chosen + 1], front[chosen + 2], (count - chosen - 2) * sizeof front[0]);
    return count - 1;
}

void block_bounds_take(struct block_bounds *bounds, uint8_t *pairs)
{
    uint8_t front[POSTING_BLOCK + 1][2];
    unsigned count = 0;
    unsigned shortest = 256;
    for (unsigned word = 4; word-- > 0;)
        while (bounds->seen[word] != 0) {
            const unsigned bit = 63 - (unsigned)__builtin_clzll(bounds->seen[word]);
            const unsigned code = word * 64 + bit;
            bounds->seen[word] &= ~(UINT64_C(1) << bit);
            if (bounds->least_length[code] < shortest && count < POSTING_BLOCK) {
                shortest = bounds->least_length[code];
                front[count][0] = (uint8_t)code;
                front[count++][1] = (uint8_t)shortest;
            }
            bounds->least_length[code] = 255;
        }
    float best[NOMINALS] = { 0 };
    for (unsigned i = 0; i < count; i++)
        for (unsigned n = 0; n < NOMINALS; n++) {
            const float score = nominal(bounds->norms[n], front[i][0], front[i][1]);
            best[n] = score > best[n] ? score : best[n];
        }
    while (count > POSTING_PAIRS)
        count = join_closest(bounds, front, count, best);
    for (unsigned i = 0; i < POSTING_PAIRS; i++) {
        pairs[2 * i] = front[i < count ? i : 0][0];
        pairs[2 * i + 1] = front[i < count ? i : 0][1];
    }
}

enum { THRESHOLD_LEVELS = 64 };

struct list_thresholds {
    const libsearch_allocator *allocator;
    float norms[NOMINALS][256];
    uint32_t counts[THRESHOLD_LEVELS][256]; /* by frequency and length, while they are taken */
    uint8_t *pairs;                         /* frequency (rounded down), length */
    size_t count, capacity;
    bool failed;
};

struct list_thresholds *list_thresholds_new(const libsearch_allocator *allocator, float average)
{
    struct list_thresholds *thresholds = memory_allocate_array(allocator, 1, sizeof *thresholds);
    if (thresholds == NULL)
        return NULL;
    thresholds->allocator = allocator;
    nominal_norms(thresholds->norms, average);
    return thresholds;
}

void list_thresholds_free(struct list_thresholds *thresholds)
{
    if (thresholds == NULL)
        return;
    memory_free(thresholds->allocator, thresholds->pairs);
    memory_free(thresholds->allocator, thresholds);
}

void list_thresholds_reset(struct list_thresholds *thresholds)
{
    thresholds->count = 0;
    thresholds->failed = false;
}

bool list_thresholds_failed(const struct list_thresholds *thresholds) { return thresholds->failed; }

void list_thresholds_add(struct list_thresholds *thresholds, uint32_t frequency, uint8_t length_code)
{
    if (!memory_grow(thresholds->allocator, &thresholds->pairs, &thresholds->capacity, 2 * thresholds->count + 2, 1)) {
        thresholds->failed = true;
        return;
    }
    thresholds->pairs[2 * thresholds->count] = rounding_down(frequency);
    thresholds->pairs[2 * thresholds->count + 1] = length_code;
    thresholds->count++;
}

/* Goes down the frequencies; at each one `lengths` counts the documents that have it or a higher one. The k shortest
 * of those give one candidate pair. Kept are the one with the best nominal score and, for models in which lengths
 * count little, the one with the highest frequency. Frequencies above 63 count as 63: it stays a lower bound. */
void list_thresholds_take(struct list_thresholds *thresholds, uint8_t *to)
{
    static const uint32_t wanted[POSTING_THRESHOLD_KINDS] = { 10, 100, 1000 };
    memset(to, 0, POSTING_THRESHOLD_BYTES);
    if (thresholds->failed)
        return;
    uint64_t seen = 0; /* levels whose row in counts is in use */
    for (size_t i = 0; i < thresholds->count; i++) {
        const uint8_t frequency = thresholds->pairs[2 * i];
        const unsigned level = frequency < THRESHOLD_LEVELS ? frequency : THRESHOLD_LEVELS - 1;
        if (!(seen >> level & 1))
            memset(thresholds->counts[level], 0, sizeof thresholds->counts[level]);
        seen |= UINT64_C(1) << level;
        thresholds->counts[level][thresholds->pairs[2 * i + 1]]++;
    }
    float best[POSTING_THRESHOLD_KINDS] = { 0 };
    uint32_t lengths[256] = { 0 };
    for (seen &= ~UINT64_C(1); seen != 0;) {
        const unsigned level = 63 - (unsigned)__builtin_clzll(seen);
        seen &= ~(UINT64_C(1) << level);
        for (unsigned code = 0; code < 256; code++)
            lengths[code] += thresholds->counts[level][code];
        uint64_t sum = 0;
        unsigned kind = 0;
        for (unsigned code = 0; code < 256 && kind < POSTING_THRESHOLD_KINDS; code++)
            for (sum += lengths[code]; kind < POSTING_THRESHOLD_KINDS && sum >= wanted[kind]; kind++) {
                uint8_t *pair = to + (size_t)kind * POSTING_THRESHOLD_PAIRS * 2;
                const float score = nominal(thresholds->norms[0], (uint8_t)level, (uint8_t)code);
                if (score > best[kind]) {
                    best[kind] = score;
                    pair[0] = (uint8_t)level;
                    pair[1] = (uint8_t)code;
                }
                if (pair[2] == 0) {
                    pair[2] = (uint8_t)level;
                    pair[3] = (uint8_t)code;
                }
            }
    }
}
