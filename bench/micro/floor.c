/* SPDX-License-Identifier: MIT */
/* The floor of indexing: what any inverted index with positions has to do at least. Cuts the text into
 * lower-case words, looks each up in a hash table, keeps the numbers of the words in order, and inverts
 * them by a counting sort into (document, position) pairs grouped by word. No stemming, no compression,
 * no file comes out; words are told apart by 64 bits of hash alone. ASCII letters, digits and all bytes
 * from 0x80 are parts of words.
 *
 *     floor DOCS [scalar]     DOCS as bench/compare prepares it (docs.bin)
 */
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { BLOCK = 32, PADDING = 64 };

static const uint64_t MIX = 0x9e3779b97f4a7c15u;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "floor: %s\n", what);
    exit(3);
}

static void *grown(void *memory, size_t size)
{
    memory = realloc(memory, size);
    if (memory == NULL)
        fail("no memory");
    return memory;
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* ---- the words ---- */

struct slot {
    uint64_t hash; /* never 0 where a word is */
    uint32_t number;
};

static struct slot *slots;
static size_t slot_count, word_count, word_capacity;
static uint32_t *frequencies; /* of each word, by number */

static void grow_slots(size_t count)
{
    struct slot *old = slots;
    size_t old_count = slot_count;
    slots = calloc(count, sizeof *slots);
    if (slots == NULL)
        fail("no memory");
    slot_count = count;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].hash == 0)
            continue;
        size_t at = old[i].hash & (count - 1);
        while (slots[at].hash != 0)
            at = (at + 1) & (count - 1);
        slots[at] = old[i];
    }
    free(old);
}

static uint32_t look_up(uint64_t hash)
{
    size_t at = hash & (slot_count - 1);
    while (slots[at].hash != 0) {
        if (slots[at].hash == hash) {
            frequencies[slots[at].number]++;
            return slots[at].number;
        }
        at = (at + 1) & (slot_count - 1);
    }
    if (word_count == word_capacity) {
        word_capacity = word_capacity ? word_capacity * 2 : 65536;
        frequencies = grown(frequencies, word_capacity * sizeof *frequencies);
    }
    frequencies[word_count] = 1;
    slots[at] = (struct slot){ hash, (uint32_t)word_count };
    uint32_t number = (uint32_t)word_count++;
    if (word_count * 2 > slot_count)
        grow_slots(slot_count * 2);
    return number;
}

/* Eight bytes at a time; the last ones masked, so that bytes behind the word do not count. */
static uint64_t hash_word(const unsigned char *word, size_t length)
{
    uint64_t hash = length * MIX, part;
    for (; length > 8; word += 8, length -= 8) {
        memcpy(&part, word, 8);
        hash = (hash ^ part) * MIX;
        hash ^= hash >> 32;
    }
    memcpy(&part, word, 8);
    part &= ~(uint64_t)0 >> (64 - 8 * length);
    hash = (hash ^ part) * MIX;
    hash ^= hash >> 32;
    hash *= MIX;
    hash ^= hash >> 29;
    return hash | 1;
}

/* ---- the tokens: numbers of words in the order of the text ---- */

static uint32_t *tokens;
static size_t token_count, token_capacity;

static void add_token(const unsigned char *word, size_t length)
{
    uint64_t hash = hash_word(word, length);
    tokens[token_count++] = look_up(hash);
}

static unsigned char lower[256]; /* the lower-case letter of a byte of a word, 0 of any other */

static void tokenize_scalar(const unsigned char *text, size_t length, unsigned char *folded)
{
    size_t start = 0;
    bool inside = false;
    for (size_t i = 0; i <= length; i++) {
        folded[i] = i < length ? lower[text[i]] : 0;
        bool word = folded[i] != 0;
        if (word && !inside)
            start = i;
        else if (!word && inside)
            add_token(folded + start, i - start);
        inside = word;
    }
}

#if defined(__x86_64__)
/* The words of 32 bytes as bits; writes their lower case. */
__attribute__((target("avx2"))) static uint32_t classify(const unsigned char *text, unsigned char *folded)
{
    __m256i bytes = _mm256_loadu_si256((const __m256i *)text);
    __m256i small = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
    /* signed compares: bytes from 0x80 are negative */
    __m256i letter = _mm256_and_si256(_mm256_cmpgt_epi8(small, _mm256_set1_epi8('a' - 1)),
                                      _mm256_cmpgt_epi8(_mm256_set1_epi8('z' + 1), small));
    __m256i digit = _mm256_and_si256(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8('0' - 1)),
                                     _mm256_cmpgt_epi8(_mm256_set1_epi8('9' + 1), bytes));
    _mm256_storeu_si256((__m256i *)folded, _mm256_blendv_epi8(bytes, small, letter));
    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(letter, digit), bytes));
}

/* Words begin and end where the bits change. */
__attribute__((target("avx2"))) static void tokenize_avx2(const unsigned char *text, size_t length,
                                                          unsigned char *folded)
{
    size_t start = 0;
    uint32_t inside = 0;
    for (size_t base = 0; base <= length; base += BLOCK) {
        uint32_t word = classify(text + base, folded + base);
        uint32_t changes = word ^ (word << 1 | inside);
        while (changes != 0) {
            size_t at = base + (size_t)__builtin_ctz(changes);
            if (!inside)
                start = at;
            else
                add_token(folded + start, at - start);
            inside ^= 1;
            changes &= changes - 1;
        }
    }
}

static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
#define tokenize_avx2 tokenize_scalar

static bool has_avx2(void) { return false; }
#endif

/* ---- documents ---- */

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    unsigned char header[24];
    uint64_t documents, text_bytes;
    if (file == NULL || fread(header, 1, sizeof header, file) != sizeof header || memcmp(header, "BDOCS1\n", 8) != 0)
        fail("usage: floor DOCS [scalar], DOCS as bench/compare prepares it");
    memcpy(&documents, header + 8, 8);
    memcpy(&text_bytes, header + 16, 8);
    bool avx2 = has_avx2() && !(argc > 2 && strcmp(argv[2], "scalar") == 0);
    for (int i = 0; i < 256; i++)
        lower[i] = (unsigned char)(i >= 'A' && i <= 'Z'                                           ? i + 32
                                   : (i >= 'a' && i <= 'z') || (i >= '0' && i <= '9') || i >= 128 ? i
                                                                                                  : 0);
    grow_slots(65536);
    setvbuf(file, NULL, _IOFBF, 1 << 20);
    uint64_t *ends = grown(NULL, (documents + 1) * sizeof *ends); /* of each document's tokens */
    unsigned char *text = NULL, *folded = NULL;
    size_t capacity = 0;

    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (uint64_t i = 0; i < documents; i++) {
        uint32_t lengths[2];
        if (fread(lengths, 1, sizeof lengths, file) != sizeof lengths)
            fail("the documents end early");
        size_t length = (size_t)lengths[0] + lengths[1];
        if (length + PADDING > capacity) {
            capacity = 2 * (length + PADDING);
            text = grown(text, capacity);
            folded = grown(folded, capacity);
        }
        if (fread(text, 1, length, file) != length)
            fail("the documents end early");
        memset(text + length, 0, PADDING);
        if (token_count + length > token_capacity) {
            token_capacity = token_capacity * 3 / 2 + length;
            tokens = grown(tokens, token_capacity * sizeof *tokens);
        }
        (avx2 ? tokenize_avx2 : tokenize_scalar)(text + lengths[0], lengths[1], folded);
        ends[i] = token_count;
    }
    double cpu_tokens = seconds(CLOCK_PROCESS_CPUTIME_ID);

    uint64_t *places = grown(NULL, (word_count + 1) * sizeof *places), sum = 0;
    for (size_t i = 0; i < word_count; i++) {
        places[i] = sum;
        sum += frequencies[i];
    }
    uint64_t *pairs = grown(NULL, (token_count + 1) * sizeof *pairs);
    size_t token = 0;
    for (uint64_t i = 0; i < documents; i++)
        for (size_t first = token; token < ends[i]; token++)
            pairs[places[tokens[token]]++] = i << 32 | (token - first);
    double cpu_end = seconds(CLOCK_PROCESS_CPUTIME_ID);
    wall = seconds(CLOCK_MONOTONIC) - wall;

    uint64_t check = 0; /* so that the pairs are wanted */
    for (size_t i = 0; i < token_count; i += 4099)
        check = check * 31 + pairs[i];
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("floor (%s): %llu documents, %.1f MB, %zu tokens, %zu words, check %016llx\n", avx2 ? "avx2" : "scalar",
           (unsigned long long)documents, (double)text_bytes / 1e6, token_count, word_count, (unsigned long long)check);
    printf("cpu %.2f s = %.1f MB/s: read, tokenize and look up %.2f s, invert %.2f s; wall %.2f s, peak %.0f MB\n",
           cpu_end - cpu, (double)text_bytes / 1e6 / (cpu_end - cpu), cpu_tokens - cpu, cpu_end - cpu_tokens, wall,
           (double)usage.ru_maxrss / 1e3);
    return 0;
}
