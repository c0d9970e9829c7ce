/* SPDX-License-Identifier: MIT */
/* Random numbers that can be had again: the seed is printed, and taken from LIBSEARCH_SEED where that is set. */
#ifndef TESTS_SUPPORT_RANDOM_H
#define TESTS_SUPPORT_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct test_random {
    uint64_t state;
};

/* A new sequence for the test `name`. */
static inline struct test_random random_start(const char *name)
{
    const char *given = getenv("LIBSEARCH_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const uint64_t seed =
        given != NULL ? strtoull(given, NULL, 0) : (uint64_t)now.tv_sec * 1000003u ^ (uint64_t)now.tv_nsec;
    printf("%s: LIBSEARCH_SEED=%llu\n", name, (unsigned long long)seed);
    fflush(stdout);
    return (struct test_random){ seed };
}

/* SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
static inline uint64_t random_u64(struct test_random *random)
{
    uint64_t mixed = random->state += UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

/* Less than bound. */
static inline uint64_t random_below(struct test_random *random, uint64_t bound) { return random_u64(random) % bound; }

/* A number of at most `bits` bits, each length of number as likely as the others. */
static inline uint64_t random_size(struct test_random *random, unsigned bits)
{
    return random_u64(random) >> (63 - random_below(random, bits));
}

#endif
