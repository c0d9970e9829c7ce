/* SPDX-License-Identifier: MIT */
/* The core's parts by themselves: text, codecs, writing, posting lists, queries; each beside its limit, an empty loop
 * that reads the same bytes. One table.
 *
 *     micro DOCS [PART…]     DOCS as bench/compare prepares it (docs.bin); PART: text, codecs, writing, lists, queries
 */
#include "micro.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"
#include "index/snapshot.h"

enum { REPEATS = 16 };
static const double STRETCH =
    0.004; /* seconds of one measurement at least: short ones fall between the neighbours' work */

libsearch_bytes micro_documents[MICRO_DOCUMENTS];
size_t micro_document_count, micro_text_size;
const char *micro_text;
libsearch_error micro_error = LIBSEARCH_ERROR_INIT;
enum micro_level micro_level = MICRO_AVX512;

void micro_fail(const char *what)
{
    fprintf(stderr, "micro: %s\n", what);
    exit(3);
}

void micro_check(libsearch_status status)
{
    if (status != LIBSEARCH_OK)
        micro_fail(micro_error.message);
}

void *micro_allocate(size_t size)
{
    void *memory = aligned_alloc(64, (size + 127) / 64 * 64);
    if (memory == NULL)
        micro_fail("no memory");
    memset(memory, 0, size);
    return memory;
}

/* ---- what the processor has ---- */

bool micro_has(enum micro_level level)
{
#if LIBSEARCH_X86
    const bool avx2 =
        __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                        __builtin_cpu_supports("avx512vbmi2");
    return level == MICRO_BASE || (level == MICRO_AVX2 ? avx2 : avx512);
#else
    return level == MICRO_BASE;
#endif
}

const char *micro_level_name(enum micro_level level)
{
    static const char *const names[] = { LIBSEARCH_X86 ? "base (SSE2)" : "base", "AVX2", "AVX-512" };
    return names[level];
}

/* In place of base/cpu.c. */
bool cpu_has_avx2(void) { return micro_level >= MICRO_AVX2 && micro_has(MICRO_AVX2); }
bool cpu_has_avx512(void) { return micro_level >= MICRO_AVX512 && micro_has(MICRO_AVX512); }

/* ---- the clock ---- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double micro_time(void (*action)(void *), void *context)
{
    double start = seconds(), best = 1e30;
    action(context);
    const double once = seconds() - start;
    const size_t turns = once < STRETCH ? (size_t)(STRETCH / (once + 1e-8)) + 1 : 1;
    const int repeats = once < 0.2 ? REPEATS : 5;
    for (int repeat = 0; repeat < repeats; repeat++) {
        start = seconds();
        for (size_t i = 0; i < turns; i++)
            action(context);
        const double spent = (seconds() - start) / (double)turns;
        best = spent < best ? spent : best;
    }
    return best;
}

/* ---- the table ---- */

struct stretch {
    const uint8_t *bytes;
    size_t size;
};

static volatile uint64_t wanted; /* so that no loop is taken out */

static void read_stretch(void *context)
{
    const struct stretch *stretch = context;
    const uint64_t *words = (const uint64_t *)(const void *)(stretch->bytes - (uintptr_t)stretch->bytes % 8);
    uint64_t sums[8] = { 0 };
    size_t count = stretch->size / 8;
    for (size_t i = 0; i + 8 <= count; i += 8)
        for (size_t j = 0; j < 8; j++)
            sums[j] += words[i + j];
    for (size_t j = 1; j < 8; j++)
        sums[0] += sums[j];
    wanted = sums[0];
}

double micro_reading(const void *bytes, size_t size)
{
    struct stretch stretch = { bytes, size };
    return (double)size / micro_time(read_stretch, &stretch);
}

static double memory_speed; /* bytes a second */

static void measure_memory(void)
{
    const size_t size = (size_t)256 << 20;
    void *memory = micro_allocate(size);
    memory_speed = micro_reading(memory, size);
    free(memory);
}

void micro_row(const char *part, const char *form, double items, const char *unit, double spent, const void *bytes,
               size_t size)
{
    printf("| %-32s | %-11s | %9.3f | %-17s | %9.2f |", part, form, items / spent / 1e6, unit, spent / items * 1e9);
    if (size == 0) {
        printf(" %8s | %8s | %7s |\n", "-", "-", "-");
    } else {
        const double limit = bytes != NULL && size >= 256 ? micro_reading(bytes, size) : memory_speed;
        printf(" %8.2f | %8.1f | %7.1f |\n", (double)size / spent / 1e9, limit / 1e9, spent * limit / (double)size);
    }
    fflush(stdout);
}

/* ---- documents ---- */

/* Every so many documents of all, so that what is taken is like the whole. */
static void read_documents(const char *path)
{
    FILE *file = fopen(path, "rb");
    char magic[8], *text = micro_allocate(MICRO_TEXT + 64);
    uint64_t header[2]; /* documents, bytes of text */
    uint32_t lengths[2];
    if (file == NULL || fread(magic, 1, sizeof magic, file) != sizeof magic || memcmp(magic, "BDOCS1\n", 8) != 0 ||
        fread(header, 1, sizeof header, file) != sizeof header)
        micro_fail("usage: micro DOCS [PART...], DOCS as bench/compare prepares it");
    const uint64_t each = header[1] / MICRO_TEXT + 1;
    for (uint64_t i = 0;
         micro_document_count < MICRO_DOCUMENTS && fread(lengths, 1, sizeof lengths, file) == sizeof lengths; i++) {
        if (i % each != 0) {
            if (fseek(file, (long)lengths[0] + lengths[1], SEEK_CUR) != 0)
                break;
            continue;
        }
        if (micro_text_size + lengths[1] > MICRO_TEXT || fseek(file, lengths[0], SEEK_CUR) != 0 ||
            fread(text + micro_text_size, 1, lengths[1], file) != lengths[1])
            break;
        micro_documents[micro_document_count++] = (libsearch_bytes){ text + micro_text_size, lengths[1] };
        micro_text_size += lengths[1];
    }
    fclose(file);
    micro_text = text;
    if (micro_document_count == 0)
        micro_fail("no documents");
}

static bool is_asked_for(int argc, char **argv, const char *part)
{
    bool asked = argc == 2;
    for (int i = 2; i < argc; i++)
        asked |= strcmp(argv[i], part) == 0;
    return asked;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        micro_fail("usage: micro DOCS [PART...], DOCS as bench/compare prepares it");
    read_documents(argv[1]);
    measure_memory();
    printf("%zu documents, %.1f MB of text; memory is read at %.1f GB/s\n\n", micro_document_count,
           (double)micro_text_size / 1e6, memory_speed / 1e9);
    printf("| %-32s | %-11s | %9s | %-17s | %9s | %8s | %8s | %7s |\n", "part", "form", "million/s", "of what",
           "ns each", "GB/s", "limit", "x limit");
    printf("|----------------------------------|-------------|----------:|-------------------|----------:|---------:|"
           "---------:|--------:|\n");
    if (is_asked_for(argc, argv, "text"))
        micro_texts();
    if (is_asked_for(argc, argv, "codecs"))
        micro_codecs();
    const bool lists = is_asked_for(argc, argv, "lists"), queries = is_asked_for(argc, argv, "queries");
    if (lists || queries || is_asked_for(argc, argv, "writing")) {
        struct snapshot *snapshot;
        micro_writing(&snapshot);
        if (lists)
            micro_lists(snapshot);
        if (queries)
            micro_queries(snapshot);
        snapshot_release(snapshot);
    }
    if (is_asked_for(argc, argv, "codecs"))
        micro_widths();
    return 0;
}
