/* SPDX-License-Identifier: MIT */
/* bench-suggest INDEX: what a completion and a correction cost, through the public functions, on an index that is
 * there. bench-suggest INDEX WORDS makes it first, of so many different words (a million, say), most of them rare.
 *
 * Completions: after every one, two and three letters that words begin with. Corrections: of the completed words with
 * a letter taken out. Each is asked once unmeasured, and then measured by itself. */
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 1 << 15, WORD = 64, DOCUMENT = 2000 };

static libsearch_error error = LIBSEARCH_ERROR_INIT;

static void check(libsearch_status status)
{
    if (status == LIBSEARCH_OK)
        return;
    fprintf(stderr, "bench-suggest: %s\n", error.message);
    exit(1);
}

static unsigned long long chance(unsigned long long *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 16;
}

/* A word of its own for every number: syllables. */
static size_t make_word(unsigned long long number, char *word)
{
    size_t length = 0;
    number = number * 2654435761u % 4294967296u;
    do {
        word[length++] = "bcdfghjklmnprstvwz"[number % 18];
        number /= 18;
        word[length++] = "aeiou"[number % 5];
        number /= 5;
    } while (number > 0);
    return length;
}

static void make_index(libsearch_index *index, unsigned long long words)
{
    libsearch_writer *writer = NULL;
    libsearch_document *document = libsearch_document_new(index);
    unsigned long long state = 88172645463325252u, next = 0;
    char *text = malloc((size_t)DOCUMENT * WORD), id[32];
    check(libsearch_writer_open(index, NULL, &writer, &error));
    for (unsigned long long number = 0; next < words; number++) {
        size_t length = 0;
        for (int i = 0; i < DOCUMENT; i++) {
            /* Half are new; of the others, the first ones come far more often. */
            const double part = (double)(chance(&state) % 1000000) / 1e6;
            const unsigned long long old = (unsigned long long)((double)words * part * part * part * part);
            length += make_word(i % 2 ? next++ : old, text + length);
            text[length++] = ' ';
        }
        libsearch_document_clear(document);
        check(libsearch_document_set_text(document, "text", (libsearch_bytes){ text, length }));
        const int id_length = snprintf(id, sizeof id, "%llu", number);
        check(libsearch_writer_put(writer, (libsearch_bytes){ id, (size_t)id_length }, document, &error));
    }
    check(libsearch_writer_compact(writer, 0, &error));
    libsearch_writer_close(writer);
    libsearch_document_free(document);
    free(text);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static char words[MOST][WORD];
static double times[MOST];
static size_t count;

static int by_value(const void *a, const void *b)
{
    const double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

typedef libsearch_status suggester(libsearch_snapshot *, libsearch_bytes, const libsearch_suggest_options *,
                                   libsearch_suggestions **, libsearch_error *);

static void measure(libsearch_snapshot *snapshot, const char *name, suggester *suggest)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        const libsearch_bytes text = { words[i], strlen(words[i]) };
        libsearch_suggestions *found = NULL;
        check(suggest(snapshot, text, NULL, &found, &error));
        libsearch_suggestions_free(found);
        const double begin = now();
        check(suggest(snapshot, text, NULL, &found, &error));
        times[i] = now() - begin;
        sum += times[i];
        libsearch_suggestions_free(found);
    }
    if (count == 0)
        return;
    qsort(times, count, sizeof *times, by_value);
    printf("| %-28s | %6zu | %9.1f | %9.1f | %9.1f | %9.1f |\n", name, count, sum / (double)count, times[count / 2],
           times[count * 99 / 100], times[count - 1]);
}

/* Takes the completions of all words for the next ones, cut to their first letters (0: as they are). */
static void go_on(libsearch_snapshot *snapshot, size_t letters)
{
    static char next[MOST][WORD];
    size_t made = 0;
    libsearch_suggest_options options = LIBSEARCH_SUGGEST_OPTIONS_INIT;
    options.count = 100;
    for (size_t i = 0; i < count; i++) {
        libsearch_suggestions *found = NULL;
        const libsearch_bytes text = { words[i], strlen(words[i]) };
        check(libsearch_snapshot_complete(snapshot, text, &options, &found, &error));
        for (size_t s = 0; s < libsearch_suggestions_count(found) && made < MOST; s++) {
            const libsearch_bytes one = libsearch_suggestions_text(found, s);
            const size_t kept = letters > 0 && one.length > letters ? letters : one.length;
            if (kept >= WORD || (made > 0 && strlen(next[made - 1]) == kept && !memcmp(next[made - 1], one.data, kept)))
                continue;
            memcpy(next[made], one.data, kept);
            next[made++][kept] = 0;
        }
        libsearch_suggestions_free(found);
    }
    memcpy(words, next, sizeof words);
    count = made;
}

int main(int argc, char **argv)
{
    libsearch_index *index = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    if (argc < 2) {
        fprintf(stderr, "usage: bench-suggest INDEX [WORDS]\n");
        return 2;
    }
    check(libsearch_open(argv[1], argc > 2 ? LIBSEARCH_CREATE : 0, NULL, &index, &error));
    if (argc > 2)
        make_index(index, strtoull(argv[2], NULL, 10));
    check(libsearch_snapshot_open(index, &snapshot, &error));
    check(libsearch_snapshot_info(snapshot, &info, &error));
    printf("%llu terms, %llu segments; microseconds\n\n", (unsigned long long)info.terms,
           (unsigned long long)info.segments);
    printf("| %-28s | %6s | %9s | %9s | %9s | %9s |\n|---|---:|---:|---:|---:|---:|\n", "", "asked", "mean", "median",
           "p99", "most");
    for (char letter = 'a'; letter <= 'z'; letter++)
        snprintf(words[count++], WORD, "%c", letter);
    measure(snapshot, "completion of one letter", libsearch_snapshot_complete);
    go_on(snapshot, 2);
    measure(snapshot, "completion of two", libsearch_snapshot_complete);
    go_on(snapshot, 3);
    measure(snapshot, "completion of three", libsearch_snapshot_complete);
    go_on(snapshot, 0);
    count = count < 1000 ? count : 1000;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) { /* without its fourth letter */
        const size_t length = strlen(words[i]);
        if (length < 6)
            continue;
        memmove(words[kept], words[i], length + 1);
        memmove(words[kept] + 3, words[kept] + 4, length - 3);
        kept++;
    }
    count = kept;
    measure(snapshot, "correction of a word", libsearch_snapshot_correct);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    return 0;
}
