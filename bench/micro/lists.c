/* SPDX-License-Identifier: MIT */
/* Dictionary and posting lists of one segment; scoring, intersection and top k without what is around them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/rounding.h"
#include "index/snapshot.h"
#include "micro.h"
#include "search/kernels.h"
#include "search/top_k.h"
#include "segment/segment_data.h"

enum { LOOKUPS = 4096, HITS = 1 << 16 };

/* ---- the dictionary ---- */

static const struct segment *segment;
static char (*keys)[64];
static size_t *key_lengths;

static void look_up(void *context)
{
    struct term_entry entry;
    (void)context;
    for (size_t i = 0; i < LOOKUPS; i++)
        if (terms_reader_find(segment->terms, keys[i], key_lengths[i], &entry, NULL, &micro_error) != LIBSEARCH_OK)
            micro_fail("a key is gone");
}

/* Keys spread over the dictionary, in a random order. */
static void gather_keys(void)
{
    struct terms_iterator *iterator;
    uint64_t count = terms_reader_count(segment->terms), state = 88172645463325252u;
    keys = micro_allocate(LOOKUPS * sizeof *keys);
    key_lengths = micro_allocate(LOOKUPS * sizeof *key_lengths);
    micro_check(terms_iterator_new(segment->terms, allocator_default(), &iterator, &micro_error));
    for (size_t i = 0; i < LOOKUPS;) {
        libsearch_bytes key;
        struct term_entry entry;
        micro_check(terms_iterator_seek_ordinal(iterator, micro_chance(&state) % count, &micro_error));
        micro_check(terms_iterator_next(iterator, &key, &entry, NULL, &micro_error));
        if (key.length > sizeof *keys)
            continue;
        memcpy(keys[i], key.data, key.length);
        key_lengths[i++] = key.length;
    }
    terms_iterator_free(iterator);
}

/* ---- lists ---- */

enum depth { DOCUMENTS, FREQUENCIES, POSITIONS };

struct walk {
    struct posting_list list;
    enum depth depth;
    uint64_t places, last_positions; /* how many, and where those of the last block begin */
};

static void walk(void *context)
{
    struct walk *of = context;
    struct posting_block block;
    static uint32_t places[1 << 20];
    of->places = 0;
    for (uint32_t b = 0; b < of->list.blocks; b++) {
        struct posting_tail tail;
        struct posting_positions positions;
        struct posting_sides sides;
        if (!posting_block_documents(&of->list, b, &block))
            micro_fail("a list is damaged");
        if (of->depth >= FREQUENCIES && !posting_block_frequencies(&of->list, &block))
            micro_fail("a list is damaged");
        if (of->depth < POSITIONS)
            continue;
        if (!posting_block_tail(&of->list, &block, &tail))
            micro_fail("a list is damaged");
        of->last_positions = tail.positions;
        while (posting_tail_sides(&tail, block.count, &sides))
            ;
        if (!posting_positions_open(&of->list, &block, tail.positions, &positions))
            micro_fail("positions are damaged");
        for (uint32_t i = 0; i < block.count; i++) {
            if (block.frequencies[i] > sizeof places / sizeof *places || !posting_positions_read(&positions, i, places))
                micro_fail("positions are damaged");
            of->places += block.frequencies[i];
        }
    }
}

/* The most frequent list of at most so many documents; false where it has no blocks. */
static bool longest_list(uint32_t most, struct posting_list *list)
{
    struct terms_iterator *iterator;
    libsearch_bytes key;
    struct term_entry entry, best = { 0 };
    micro_check(terms_iterator_new(segment->terms, allocator_default(), &iterator, &micro_error));
    micro_check(terms_iterator_seek(iterator, NULL, 0, &micro_error));
    while (terms_iterator_next(iterator, &key, &entry, NULL, &micro_error) == LIBSEARCH_OK)
        if ((entry.flags & TERM_LIST) && entry.document_frequency <= most &&
            entry.document_frequency > best.document_frequency)
            best = entry;
    terms_iterator_free(iterator);
    if (best.document_frequency < 128)
        return false;
    micro_check(segment_list_of(segment, 0, &best, list, &micro_error));
    return true;
}

static void measure_walks(void)
{
    static const char *const names[] = { "list: documents", "list: and frequencies", "list: and positions" };
    static const uint32_t shares[] = { 1, 8, 64 };
    for (size_t s = 0; s < 3; s++)
        for (enum depth depth = DOCUMENTS; depth <= POSITIONS; depth++) {
            struct walk of = { .depth = depth };
            char name[64];
            if (!longest_list(segment->count / shares[s], &of.list))
                continue;
            const double spent = micro_time(walk, &of);
            snprintf(name, sizeof name, "%s, 1 in %u", names[depth], segment->count / of.list.document_frequency);
            if (depth == POSITIONS)
                micro_row(name, "-", (double)of.places, "positions", spent, of.list.positions, of.last_positions);
            else /* the last block's few bytes are left out */
                micro_row(name, "-", (double)of.list.document_frequency, "postings", spent, of.list.payload,
                          load_u32(of.list.offsets + 4 * ((size_t)of.list.blocks - 1)));
        }
}

/* ---- kernels ---- */

static uint32_t *documents, *others;
static float *frequencies, *scores;
static struct score_parts parts;
static uint16_t *indexes;

static void score(void *context)
{
    (void)context;
    for (size_t i = 0; i < HITS; i += 128)
        kernel_scores(documents + i, frequencies + i, 128, &parts, scores + i);
}

static void at_least(void *context)
{
    (void)context;
    for (size_t i = 0; i < HITS; i += 4096)
        kernel_at_least(scores + i, 4096, *(float *)context, indexes);
}

static void intersect(void *context)
{
    uint8_t hits[128], places[128];
    (void)context;
    for (size_t i = 0; i < HITS; i += 128)
        kernel_intersect(documents + i, 128, others + i, 128, hits, places);
}

/* Every sixteenth document of a block asked for in the other. */
static void intersect_few(void *context)
{
    uint32_t few[128];
    uint8_t hits[128], places[128];
    (void)context;
    for (size_t i = 0; i < HITS; i += 128) {
        for (size_t j = 0; j < 8; j++)
            few[j] = documents[i + 16 * j];
        kernel_intersect(few, 8, others + i, 128, hits, places);
    }
}

static void count_below(void *context)
{
    uint32_t sum = 0;
    (void)context;
    for (size_t i = 0; i < HITS; i += 128)
        sum += kernel_count_below(documents + i, 128, others[i + 64]);
    __asm__ volatile("" ::"r"(sum));
}

static void measure_kernels(void)
{
    struct model model;
    static struct norms norms;
    uint64_t state = 88172645463325252u;
    micro_check(model_parse("bm25:k1=1.2,b=0.75", &model, &micro_error));
    norms_init(&norms, &model, (double)segment->plain_total / segment->count);
    parts = (struct score_parts){ .weight = 4.2f, .norms = &norms, .lengths = segment->plain_lengths };
    documents = micro_allocate(HITS * sizeof *documents);
    others = micro_allocate(HITS * sizeof *others);
    frequencies = micro_allocate(HITS * sizeof *frequencies);
    scores = micro_allocate(HITS * sizeof *scores);
    indexes = micro_allocate((4096 + 16) * sizeof *indexes);
    for (size_t i = 0; i < HITS; i++) { /* blocks of 128 rising documents */
        const uint32_t gap = segment->count / 128 > 1 ? segment->count / 128 : 1;
        documents[i] = (uint32_t)(i % 128) * gap + micro_chance(&state) % gap;
        others[i] = micro_chance(&state) % 2 ? documents[i] : (uint32_t)(i % 128) * gap + micro_chance(&state) % gap;
        frequencies[i] = (float)(1 + micro_chance(&state) % 4);
    }
    score(NULL);
    float least = 0;
    for (size_t i = 0; i < HITS; i++)
        least = scores[i] > least ? scores[i] : least;
    least *= 0.95f;
    for (enum micro_level level = MICRO_BASE; level <= MICRO_AVX512; level++) {
        if (!micro_has(level))
            continue;
        micro_level = level;
        const char *form = micro_level_name(level);
        micro_row("scoring", form, HITS, "postings", micro_time(score, NULL), documents, HITS * 8);
        micro_row("scores above a threshold", form, HITS, "scores", micro_time(at_least, &least), scores, HITS * 4);
        micro_row("intersection of two blocks", form, HITS, "candidates", micro_time(intersect, NULL), documents,
                  HITS * 8);
        micro_row("8 documents asked for in a block", form, HITS / 16, "candidates", micro_time(intersect_few, NULL),
                  others, HITS * 4);
        micro_row("place in a block of 128", form, HITS / 128, "searches", micro_time(count_below, NULL), documents,
                  HITS * 4);
    }
    micro_level = MICRO_AVX512;
}

/* ---- top k ---- */

struct best {
    size_t k;
    struct search_hit *hits;
    const float *scores;
};

static void take_best(void *context)
{
    const struct best *of = context;
    struct top_k top;
    top_k_init(&top, of->hits, of->k, top_k_room(of->k));
    for (size_t i = 0; i < HITS; i++)
        if (of->scores[i] >= top.threshold)
            top_k_add(&top, of->scores[i], i);
    top_k_finish(&top);
}

static void measure_top_k(void)
{
    static const size_t sizes[] = { 10, 100, 1000 };
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < HITS; i++)
        scores[i] = (float)(micro_chance(&state) >> 8);
    for (size_t s = 0; s < 3; s++) {
        char name[64];
        struct best of = { .k = sizes[s], .scores = scores };
        of.hits = micro_allocate(top_k_room(of.k) * sizeof *of.hits);
        snprintf(name, sizeof name, "best %zu of %d, any order", of.k, HITS);
        micro_row(name, "-", HITS, "scores", micro_time(take_best, &of), scores, HITS * sizeof *scores);
        free(of.hits);
    }
}

void micro_lists(const struct snapshot *snapshot)
{
    if (snapshot->segment_count != 1)
        micro_fail("more than one segment");
    segment = snapshot->segments[0].segment;
    gather_keys();
    micro_row("lookup of a term", "-", LOOKUPS, "terms", micro_time(look_up, NULL), NULL, 0);
    measure_walks();
    measure_kernels();
    measure_top_k();
}
