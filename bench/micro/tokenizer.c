/* SPDX-License-Identifier: MIT */
/* The analyzers on real text: cutting it into surface forms, and stemming each of them anew (an index
 * stems a form once). The least time of several passes over up to 64 MiB of text in memory.
 *
 *     tokenizer DOCS [ANALYZER…]     DOCS as bench/compare prepares it (docs.bin)
 */
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "text/analyzer.h"

enum { PASSES = 5, BATCH = 64, MAX_TEXT = 64 << 20, MAX_DOCUMENTS = 1 << 20 };

static char *text;
static size_t text_size, document_count;
static libsearch_bytes documents[MAX_DOCUMENTS];

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "tokenizer: %s\n", what);
    exit(3);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void read_documents(const char *path)
{
    FILE *file = fopen(path, "rb");
    char header[24], id[65536];
    uint32_t lengths[2];
    text = malloc(MAX_TEXT);
    if (file == NULL || text == NULL || fread(header, 1, sizeof header, file) != sizeof header ||
        memcmp(header, "BDOCS1\n", 8) != 0)
        fail("no documents file");
    while (document_count < MAX_DOCUMENTS && fread(lengths, 1, sizeof lengths, file) == sizeof lengths) {
        if (lengths[0] > sizeof id || text_size + lengths[1] > MAX_TEXT ||
            fread(id, 1, lengths[0], file) != lengths[0] || fread(text + text_size, 1, lengths[1], file) != lengths[1])
            break;
        documents[document_count++] = (libsearch_bytes){ text + text_size, lengths[1] };
        text_size += lengths[1];
    }
    fclose(file);
}

/* Seconds of one pass over all documents; with stems, every token's term too. */
static double pass(struct tokenizer *tokenizer, bool stems, size_t *count)
{
    struct token tokens[BATCH];
    char term[LIBSEARCH_MAX_TERM + 1];
    size_t got, sum = 0;
    *count = 0;
    double start = seconds();
    for (size_t i = 0; i < document_count; i++) {
        tokenizer_start(tokenizer, documents[i], 0);
        while ((got = tokenizer_next(tokenizer, tokens, BATCH)) > 0) {
            if (got == SIZE_MAX)
                fail("no memory");
            *count += got;
            for (size_t j = 0; j < got && stems; j++)
                sum += tokenizer_term(tokenizer, tokens[j].surface, tokens[j].length, term);
        }
    }
    double spent = seconds() - start;
    if (stems && sum == 0)
        fail("no terms");
    return spent;
}

static void measure(const char *name)
{
    struct analyzer *analyzer;
    struct tokenizer *tokenizer;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (analyzer_new(allocator_default(), name, &analyzer, &error) != LIBSEARCH_OK ||
        tokenizer_new(analyzer, allocator_default(), &tokenizer, &error) != LIBSEARCH_OK)
        fail(error.message);
    for (int stems = 0; stems <= 1; stems++) {
        double best = 1e30;
        size_t count = 0;
        for (int i = 0; i < PASSES; i++) {
            double spent = pass(tokenizer, stems != 0, &count);
            best = spent < best ? spent : best;
        }
        printf("%-16s %-22s %8.1f MB/s %8.1f M tokens/s\n", name, stems ? "tokens and their stems" : "tokens",
               (double)text_size / best / 1e6, (double)count / best / 1e6);
    }
    tokenizer_free(tokenizer);
    analyzer_free(analyzer);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        fail("usage: tokenizer DOCS [ANALYZER...]");
    read_documents(argv[1]);
    if (argc == 2) {
        measure("standard");
        measure("plain-english");
        measure("english");
    }
    for (int i = 2; i < argc; i++)
        measure(argv[i]);
    free(text);
    return 0;
}
