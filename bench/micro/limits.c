/* SPDX-License-Identifier: MIT */
/* What this machine can do at most, for the micro benchmarks to stand beside: reading and copying memory
 * in order, reading it at random, and an empty loop.
 *
 *     limits [MIB]     the size of the large buffer, 512 by default
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPEATS = 5 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static volatile uint64_t wanted; /* results go here, so that no loop is taken out */

static void sum_words(const uint64_t *words, size_t count)
{
    uint64_t a = 0, b = 0, c = 0, d = 0;
    for (size_t i = 0; i + 4 <= count; i += 4) {
        a += words[i];
        b += words[i + 1];
        c += words[i + 2];
        d += words[i + 3];
    }
    wanted = a + b + c + d;
}

/* GB/s of reading size bytes over and over, at least total bytes in one measurement. */
static double read_speed(const uint64_t *words, size_t size, size_t total)
{
    double best = 1e30;
    size_t rounds = total / size + 1;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double start = seconds();
        for (size_t i = 0; i < rounds; i++)
            sum_words(words, size / 8);
        double spent = seconds() - start;
        best = spent < best ? spent : best;
    }
    return (double)size * (double)rounds / best / 1e9;
}

/* Nanoseconds of a load at a random place that does not depend on the one before. */
static double random_load(const uint32_t *numbers, size_t count)
{
    const size_t loads = 4000000;
    double best = 1e30;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        uint64_t state = 88172645463325252u, sum = 0;
        double start = seconds();
        for (size_t i = 0; i < loads; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            sum += numbers[(state >> 20) % count];
        }
        double spent = seconds() - start;
        best = spent < best ? spent : best;
        wanted = sum;
    }
    return best / (double)loads * 1e9;
}

static double empty_loop(size_t turns)
{
    double best = 1e30;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double start = seconds();
        for (size_t i = 0; i < turns; i++)
            __asm__ volatile("" ::: "memory");
        double spent = seconds() - start;
        best = spent < best ? spent : best;
    }
    return best / (double)turns * 1e9;
}

int main(int argc, char **argv)
{
    size_t size = (size_t)(argc > 1 ? strtoull(argv[1], NULL, 10) : 512) << 20;
    uint64_t *memory = malloc(size), *copy = malloc(size);
    if (size == 0 || memory == NULL || copy == NULL) {
        fprintf(stderr, "limits: no memory for twice %zu bytes\n", size);
        return 3;
    }
    for (size_t i = 0; i < size / 8; i++)
        memory[i] = i * 0x9e3779b97f4a7c15u;
    memset(copy, 1, size);
    printf("%-28s %8.1f GB/s\n", "read memory in order", read_speed(memory, size, size));
    printf("%-28s %8.1f GB/s\n", "read 4 MiB (L3)", read_speed(memory, (size_t)4 << 20, (size_t)1 << 29));
    printf("%-28s %8.1f GB/s\n", "read 256 KiB (L2)", read_speed(memory, (size_t)256 << 10, (size_t)1 << 29));
    printf("%-28s %8.1f GB/s\n", "read 16 KiB (L1)", read_speed(memory, (size_t)16 << 10, (size_t)1 << 29));
    double best = 1e30;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double start = seconds();
        memcpy(copy, memory, size);
        double spent = seconds() - start;
        best = spent < best ? spent : best;
        wanted = copy[size / 16];
    }
    printf("%-28s %8.1f GB/s\n", "copy memory", (double)size / best / 1e9);
    printf("%-28s %8.2f ns\n", "random load, whole buffer", random_load((const uint32_t *)memory, size / 4));
    printf("%-28s %8.2f ns\n", "random load, 256 KiB", random_load((const uint32_t *)memory, 65536));
    printf("%-28s %8.2f ns\n", "empty loop, one turn", empty_loop(100000000));
    free(memory);
    free(copy);
    return 0;
}
