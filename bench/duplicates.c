/* SPDX-License-Identifier: MIT */
/* Signatures on known copies: recall and false folds as a curve.
 *
 *     duplicates DOCUMENTS [SHINGLE]      DOCUMENTS: lines of id, size, text with tabs between, as watch/prepare.py makes
 *
 * Each text is altered by a share of 0 to 50 %: words dropped, words swapped with their neighbours, sentences moved; each
 * way by itself and all three, a third of the share each. Recall: the share of altered texts whose estimated similarity to
 * the original reaches the threshold. False folds: the share of texts that reach it with another text of the collection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/analyzer.h"
#include "text/signature.h"

enum { MOST = 20000, MOST_WORDS = 4096, THRESHOLDS = 6 };
static const double thresholds[THRESHOLDS] = { 0.9, 0.85, 0.8, 0.7, 0.6, 0.5 };

static uint64_t state = 8;
static uint64_t random_below(uint64_t bound)
{
    uint64_t mixed = state += UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return (mixed ^ mixed >> 31) % bound;
}

static struct tokenizer *tokenizer;
static unsigned shingle;

static bool sign(const char *text, size_t length, uint64_t *signature)
{
    static struct signature_maker maker;
    struct token tokens[64];
    if (maker.shingle == 0)
        signature_init(&maker);
    signature_start(&maker);
    maker.shingle = shingle;
    tokenizer_start(tokenizer, (libsearch_bytes){ text, length }, 0);
    for (size_t count; (count = tokenizer_next(tokenizer, tokens, 64)) > 0;)
        for (size_t i = 0; i < count; i++)
            if (!(tokens[i].flags & TOKEN_WHOLE))
                signature_add(&maker, tokens[i].surface, tokens[i].length);
    return signature_finish(&maker, signature);
}

enum way { DROP = 1, SWAP = 2, MOVE = 4 };

/* Words, a sentence being what ends in a word with a full stop. */
static size_t cut(char *text, char **words)
{
    size_t count = 0;
    for (char *word = strtok(text, " "); word != NULL && count < MOST_WORDS; word = strtok(NULL, " "))
        words[count++] = word;
    return count;
}

static void move_sentences(char **words, size_t count, double share)
{
    static char *moved[MOST_WORDS];
    size_t starts[MOST_WORDS + 1], sentences = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || words[i - 1][strlen(words[i - 1]) - 1] == '.')
            starts[sentences++] = i;
    starts[sentences] = count;
    size_t order[MOST_WORDS];
    for (size_t i = 0; i < sentences; i++)
        order[i] = i;
    for (size_t i = 0; i < sentences; i++)
        if ((double)random_below(10000) < share * 10000) {
            const size_t other = random_below(sentences), kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
    size_t at = 0;
    for (size_t i = 0; i < sentences; i++)
        for (size_t w = starts[order[i]]; w < starts[order[i] + 1]; w++)
            moved[at++] = words[w];
    memcpy(words, moved, at * sizeof *words);
}

static size_t alter(const char *text, unsigned ways, double share, char *to)
{
    static char *words[MOST_WORDS];
    char *copy = strdup(text);
    size_t count = cut(copy, words), length = 0;
    const double each = share / (double)__builtin_popcount(ways);
    if (ways & MOVE)
        move_sentences(words, count, each);
    for (size_t i = 0; (ways & SWAP) && i + 1 < count; i++)
        if ((double)random_below(10000) < each * 10000 / 2) { /* two words of each swap */
            char *kept = words[i];
            words[i] = words[i + 1];
            words[i + 1] = kept;
            i++;
        }
    for (size_t i = 0; i < count; i++)
        if (!(ways & DROP) || (double)random_below(10000) >= each * 10000)
            length += (size_t)sprintf(to + length, "%s ", words[i]);
    free(copy);
    return length;
}

int main(int argc, char **argv)
{
    static char *texts[MOST];
    static uint64_t signatures[MOST][SIGNATURE_WORDS];
    struct analyzer *analyzer;
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    char *line = NULL;
    size_t capacity = 0, count = 0;
    shingle = argc > 2 ? (unsigned)atoi(argv[2]) : SIGNATURE_SHINGLE;
    if (file == NULL || shingle < 1 || shingle > 8 ||
        analyzer_new(allocator_default(), "english", &analyzer, NULL) != LIBSEARCH_OK ||
        tokenizer_new(analyzer, allocator_default(), &tokenizer, NULL) != LIBSEARCH_OK)
        return 2;
    while (count < MOST && getline(&line, &capacity, file) > 0) {
        char *tab = strchr(line, '\t');
        tab = tab == NULL ? NULL : strchr(tab + 1, '\t');
        if (tab == NULL || strlen(tab) > 16000)
            continue;
        tab[1 + strcspn(tab + 1, "\n")] = 0;
        if (sign(tab + 1, strlen(tab + 1), signatures[count]))
            texts[count++] = strdup(tab + 1);
    }
    static const struct {
        const char *name;
        unsigned ways;
    } kinds[] = { { "words dropped", DROP }, { "words swapped", SWAP }, { "sentences moved", MOVE }, { "all", 7 } };
    static const double shares[] = { 0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5 };
    printf("| %zu texts, shingles of %u | altered |", count, shingle);
    for (size_t t = 0; t < THRESHOLDS; t++)
        printf(" %.2f |", thresholds[t]);
    puts("");
    char *altered = malloc(40000);
    for (size_t k = 0; k < 4; k++)
        for (size_t s = k == 3 ? 0 : 1; s < 7; s++) {
            size_t reached[THRESHOLDS] = { 0 };
            for (size_t i = 0; i < count; i++) {
                uint64_t signature[SIGNATURE_WORDS];
                const size_t length = alter(texts[i], kinds[k].ways, shares[s], altered);
                if (!sign(altered, length, signature))
                    continue;
                const double similarity = signature_similarity(signature_distance(signature, signatures[i]));
                for (size_t t = 0; t < THRESHOLDS; t++)
                    reached[t] += similarity >= thresholds[t];
            }
            printf("| %s | %.0f %% |", kinds[k].name, shares[s] * 100);
            for (size_t t = 0; t < THRESHOLDS; t++)
                printf(" %.3f |", (double)reached[t] / (double)count);
            puts("");
        }
    size_t folds[THRESHOLDS] = { 0 };
    for (size_t i = 0; i < count; i++) {
        unsigned least = SIGNATURE_BITS;
        for (size_t j = 0; j < count; j++) {
            const unsigned distance = i == j ? SIGNATURE_BITS : signature_distance(signatures[i], signatures[j]);
            least = distance < least ? distance : least;
        }
        for (size_t t = 0; t < THRESHOLDS; t++)
            folds[t] += signature_similarity(least) >= thresholds[t];
    }
    printf("| texts that reach it with another | |");
    for (size_t t = 0; t < THRESHOLDS; t++)
        printf(" %zu |", folds[t]);
    puts("");
    return 0;
}
