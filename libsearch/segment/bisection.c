/* SPDX-License-Identifier: MIT */
/* Dhulipala, Kabiljo, Karrer, Ottaviano, Pupyrev and Shalita, “Compressing graphs and indexes with recursive graph
 * bisection”, KDD 2016; with what Mackenzie, Petri and Moffat, “Faster index reordering with bipartite graph
 * partitioning”, SIGIR 2021, found to be enough: costs from a table, and an end as soon as little moves.
 *
 * A range of documents is cut in half, and documents of the two halves are exchanged as long as that makes the lists
 * smaller; then each half is treated alike. The cost of a term that stands in d documents of a half of n is taken to
 * be d log2(n / (d + 1)) bits. The halves being equal, what n contributes cancels out; with f(d) = d log2(d + 1) a
 * document that moves from a half where the term stands a times to one where it stands b times gains
 *
 *     f(a - 1) - f(a) + f(b + 1) - f(b)  =  g(b) - g(a - 1),   g(d) = f(d + 1) - f(d)
 *
 * All numbers are made by +, -, * and / alone, so that every machine finds the same order. */
#include "segment/bisection.h"

#include <string.h>

#include "segment/number_sort.h"

enum {
    LEAF = 16, /* a range as small as this stays as it is */
    ITERATIONS = 20,
    TABLE = 1 << 16 /* entries of g */
};

/* In how many documents of each half a term stands. */
struct degrees {
    uint32_t left, right;
};

struct bisection {
    const struct forward_index *forward;
    uint32_t *order;
    struct degrees *degrees; /* by term; zeros between two ranges */
    uint64_t *keys, *spare;  /* by place in the order: what is sorted */
    float *gains;            /* by place */
    float *table;
    const struct watch_part *part;
    uint64_t done; /* documents gone over, level by level */
};

/* log2 of a positive whole number: its exponent, and of the rest the series of the inverse hyperbolic tangent. */
static double log2_of(uint32_t value)
{
    const unsigned exponent = 31 - (unsigned)__builtin_clz(value);
    const double rest = (double)value / (double)(UINT64_C(1) << exponent);
    const double z = (rest - 1) / (rest + 1), square = z * z; /* z at most 1/3 */
    double power = z, sum = 0;
    for (unsigned i = 1; i < 40; i += 2, power *= square)
        sum += power / i;
    return exponent + sum * 2 / 0.69314718055994530942;
}

static void fill_table(float *table)
{
    double before = 0;
    for (uint32_t d = 0; d < TABLE; d++) {
        const double after = (double)(d + 1) * log2_of(d + 2);
        table[d] = (float)(after - before);
        before = after;
    }
}

/* Past the table g grows as log2 does. */
static inline float g(const struct bisection *bisection, uint32_t d)
{
    if (d < TABLE)
        return bisection->table[d];
    const unsigned shift = 16 - (unsigned)__builtin_clz(d);
    return bisection->table[d >> shift] + (float)shift;
}

static inline const uint32_t *terms_of(const struct bisection *bisection, uint32_t document, const uint32_t **end)
{
    const struct forward_index *forward = bisection->forward;
    *end = forward->of + forward->starts[document + 1];
    return forward->of + forward->starts[document];
}

static void count_degrees(struct bisection *bisection, uint32_t from, uint32_t middle, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        const uint32_t *end, *term = terms_of(bisection, bisection->order[i], &end);
        if (i < middle)
            for (; term < end; term++)
                bisection->degrees[*term].left++;
        else
            for (; term < end; term++)
                bisection->degrees[*term].right++;
    }
}

static void clear_degrees(struct bisection *bisection, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        const uint32_t *end, *term = terms_of(bisection, bisection->order[i], &end);
        for (; term < end; term++)
            bisection->degrees[*term] = (struct degrees){ 0, 0 };
    }
}

/* A key that sorts the greatest gain first. */
static inline uint64_t key_of(float gain, uint32_t place)
{
    uint32_t bits;
    memcpy(&bits, &gain, sizeof bits);
    bits ^= bits >> 31 ? 0 : UINT32_C(0x7FFFFFFF);
    return (uint64_t)bits << 32 | place;
}

/* What each document of a half gains by moving to the other one; sorted. */
static void rank_half(struct bisection *bisection, uint32_t from, uint32_t to, bool left)
{
    for (uint32_t i = from; i < to; i++) {
        const uint32_t *end, *term = terms_of(bisection, bisection->order[i], &end);
        float gain = 0;
        for (; term < end; term++) {
            const struct degrees degrees = bisection->degrees[*term];
            gain += left ? g(bisection, degrees.right) - g(bisection, degrees.left - 1)
                         : g(bisection, degrees.left) - g(bisection, degrees.right - 1);
        }
        bisection->gains[i] = gain;
        bisection->keys[i] = key_of(gain, i);
    }
    number_sort(bisection->keys + from, bisection->spare + from, to - from);
}

static void exchange(struct bisection *bisection, uint32_t left, uint32_t right)
{
    const uint32_t *end, *term = terms_of(bisection, bisection->order[left], &end);
    for (; term < end; term++) {
        bisection->degrees[*term].left--;
        bisection->degrees[*term].right++;
    }
    term = terms_of(bisection, bisection->order[right], &end);
    for (; term < end; term++) {
        bisection->degrees[*term].right--;
        bisection->degrees[*term].left++;
    }
    const uint32_t moved = bisection->order[left];
    bisection->order[left] = bisection->order[right];
    bisection->order[right] = moved;
}

/* Exchanges the documents that gain by it, those that gain most with each other; how many pairs. */
static uint32_t exchange_pairs(struct bisection *bisection, uint32_t from, uint32_t middle, uint32_t to)
{
    rank_half(bisection, from, middle, true);
    rank_half(bisection, middle, to, false);
    uint32_t pairs = 0;
    for (; from + pairs < middle && middle + pairs < to; pairs++) {
        const uint32_t left = (uint32_t)bisection->keys[from + pairs];
        const uint32_t right = (uint32_t)bisection->keys[middle + pairs];
        if (bisection->gains[left] + bisection->gains[right] <= 0)
            break;
        exchange(bisection, left, right);
    }
    return pairs;
}

/* One level of the halving goes over every document once; below SMALL nobody is told of it. */
enum { SMALL = 4096 };

static libsearch_status tell(struct bisection *bisection, uint32_t documents, libsearch_error *error)
{
    if (documents < SMALL)
        return LIBSEARCH_OK;
    uint64_t levels = 1;
    for (uint32_t left = bisection->forward->documents; left >= 2 * SMALL; left /= 2)
        levels++;
    bisection->done += documents;
    return watch_step(bisection->part, bisection->done, levels * bisection->forward->documents, error);
}

static libsearch_status bisect(struct bisection *bisection, uint32_t from, uint32_t to, libsearch_error *error)
{
    if (to - from <= LEAF)
        return LIBSEARCH_OK;
    TRY(tell(bisection, to - from, error));
    const uint32_t middle = from + (to - from) / 2;
    count_degrees(bisection, from, middle, to);
    for (unsigned i = 0; i < ITERATIONS; i++)
        if (exchange_pairs(bisection, from, middle, to) <= (to - from) / 128)
            break;
    clear_degrees(bisection, from, to);
    TRY(bisect(bisection, from, middle, error));
    return bisect(bisection, middle, to, error);
}

libsearch_status graph_bisection(const libsearch_allocator *allocator, const struct forward_index *forward,
                                 const struct watch_part *part, uint32_t *order, libsearch_error *error)
{
    struct bisection bisection = { .forward = forward, .order = order, .part = part };
    bisection.degrees = memory_allocate_array(allocator, forward->terms, sizeof *bisection.degrees);
    bisection.keys = memory_allocate(allocator, forward->documents * sizeof *bisection.keys);
    bisection.spare = memory_allocate(allocator, forward->documents * sizeof *bisection.spare);
    bisection.gains = memory_allocate(allocator, forward->documents * sizeof *bisection.gains);
    bisection.table = memory_allocate(allocator, TABLE * sizeof *bisection.table);
    const bool room = bisection.degrees != NULL && bisection.keys != NULL && bisection.spare != NULL &&
                      bisection.gains != NULL && bisection.table != NULL;
    libsearch_status status = room ? LIBSEARCH_OK : error_no_memory(error);
    if (room) {
        fill_table(bisection.table);
        status = bisect(&bisection, 0, forward->documents, error);
    }
    memory_free(allocator, bisection.degrees);
    memory_free(allocator, bisection.keys);
    memory_free(allocator, bisection.spare);
    memory_free(allocator, bisection.gains);
    memory_free(allocator, bisection.table);
    return status;
}
