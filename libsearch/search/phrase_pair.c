/* SPDX-License-Identifier: MIT */
#include "search/phrase_pair.h"

struct side {
    const struct posting_list *list;
    uint32_t shift;
    uint32_t number; /* of the block that is ready; list->blocks: none */
    bool has_positions;
    uint32_t last_read; /* the document of the block whose places were asked for last */
    struct posting_block block;
    struct posting_positions positions;
    uint32_t *room; /* for places that lie in two runs */
    size_t capacity;
};

struct phrase_pair {
    struct arena *arena;
    struct side sides[2];
};

libsearch_status phrase_pair_new(struct search_context *context, const struct posting_list *const lists[2],
                                 const uint32_t shifts[2], struct phrase_pair **pair)
{
    TRY(search_take(context, sizeof **pair, pair));
    (*pair)->arena = context->arena;
    for (unsigned s = 0; s < 2; s++) {
        struct side *side = &(*pair)->sides[s];
        side->list = lists[s];
        side->shift = shifts[s];
        side->number = lists[s]->blocks;
        side->room = NULL;
        side->capacity = 0;
    }
    return LIBSEARCH_OK;
}

/* The places in the side's block b of n documents that lie there and are in the list. Returns how many were found;
 * SIZE_MAX: damaged. */
static size_t locate(struct side *side, uint32_t b, const uint32_t *documents, size_t n, uint8_t *hits, uint8_t *places)
{
    const struct posting_list *list = side->list;
    const bool dense = list->bitmap != NULL;
    if (side->number != b) {
        side->number = list->blocks;
        if (!(dense ? posting_block_bare(list, b, &side->block) : posting_block_documents(list, b, &side->block)))
            return SIZE_MAX;
        side->number = b;
        side->has_positions = false;
    }
    if (!dense)
        return kernel_intersect(documents, n, side->block.documents, side->block.count, hits, places);
    const uint32_t from = b == 0 ? 0 : posting_last_document(list, b - 1) + 1;
    if (n > 0 && documents[0] < from)
        return SIZE_MAX;
    bitmap_places(list->bitmap, from, documents, n, places);
    for (size_t i = 0; i < n; i++) {
        hits[i] = (uint8_t)i;
        if (places[i] >= side->block.count)
            return SIZE_MAX;
    }
    return n;
}

/* Makes places ready to be read forward from document `index` of the block on. */
static bool open_positions(struct side *side, uint8_t index)
{
    if (side->has_positions && side->last_read < index)
        return true;
    struct posting_tail tail;
    side->has_positions = posting_block_frequencies(side->list, &side->block) &&
                          posting_block_tail(side->list, &side->block, &tail) &&
                          posting_positions_open(side->list, &side->block, tail.positions, &side->positions);
    return side->has_positions;
}

static const uint32_t *steps_of(struct phrase_pair *pair, struct side *side, uint8_t index, bool *no_memory)
{
    const uint32_t frequency = side->block.frequencies[index];
    side->last_read = index;
    if (frequency > side->capacity) {
        side->capacity = 0;
        side->room = arena_allocate(pair->arena, 2 * (size_t)frequency * sizeof *side->room);
        *no_memory = side->room == NULL;
        if (*no_memory)
            return NULL;
        side->capacity = 2 * (size_t)frequency;
    }
    return posting_positions_steps(&side->positions, index, side->room);
}

/* Leaves of n documents those whose rarer frequency reaches `least`; places go along. */
static size_t drop_unable(const struct phrase_pair *pair, const struct score_parts *parts, float least,
                          uint32_t *documents, size_t n, uint8_t *const places[2])
{
    float frequencies[POSTING_BLOCK + 16], scores[POSTING_BLOCK + 16];
    uint16_t able[POSTING_BLOCK + 16];
    for (size_t i = 0; i < n; i++) {
        const uint32_t first = pair->sides[0].block.frequencies[places[0][i]];
        const uint32_t second = pair->sides[1].block.frequencies[places[1][i]];
        frequencies[i] = (float)(first < second ? first : second);
    }
    for (size_t i = n; i % 16 != 0; i++) { /* the kernel looks at whole vectors */
        documents[i] = documents[0];
        frequencies[i] = 0;
    }
    kernel_scores(documents, frequencies, n, parts, scores);
    const size_t kept = kernel_at_least(scores, n, least, able);
    for (size_t i = 0; i < kept; i++) {
        documents[i] = documents[able[i]];
        places[0][i] = places[0][able[i]];
        places[1][i] = places[1][able[i]];
    }
    return kept;
}

bool phrase_pair_keep(struct phrase_pair *pair, uint32_t b, const struct score_parts *parts, float least,
                      struct phrase_run *run, bool *no_memory)
{
    struct side *first = &pair->sides[0], *second = &pair->sides[1];
    uint8_t hits[POSTING_BLOCK + 16], at_first[POSTING_BLOCK + 16], at_second[POSTING_BLOCK + 16];
    uint32_t documents[POSTING_BLOCK + 16];
    size_t kept = 0;
    *no_memory = false;
    if (locate(first, b, run->documents, run->count, hits, at_first) != run->count ||
        !posting_block_frequencies(first->list, &first->block))
        return false;
    uint32_t other = 0;
    for (size_t i = 0; i < run->count;) {
        /* Those that lie in one block of the second list. */
        size_t end = run->count;
        if (second->list->last_documents != NULL) {
            other = posting_seek_block(second->list, other, run->documents[i]);
            if (other >= second->list->blocks)
                return false;
            const uint32_t last = posting_last_document(second->list, other);
            if (run->documents[end - 1] > last)
                for (end = i + 1; end < run->count && run->documents[end] <= last; end++) {
                }
        }
        size_t n = end - i;
        memcpy(documents, run->documents + i, n * sizeof *documents);
        if (locate(second, other, documents, n, hits, at_second) != n ||
            !posting_block_frequencies(second->list, &second->block))
            return false;
        if (parts != NULL)
            n = drop_unable(pair, parts, least, documents, n, (uint8_t *[2]){ at_first + i, at_second });
        if (n > 0 && !(open_positions(first, at_first[i]) && open_positions(second, at_second[0])))
            return false;
        for (size_t j = 0; j < n; j++) {
            const uint8_t p = at_first[i + j], q = at_second[j];
            const uint32_t *steps = steps_of(pair, first, p, no_memory);
            const uint32_t *others = steps == NULL ? NULL : steps_of(pair, second, q, no_memory);
            if (others == NULL)
                return false;
            const uint32_t count = kernel_count_pairs(steps, first->block.frequencies[p], first->shift, others,
                                                      second->block.frequencies[q], second->shift);
            run->documents[kept] = documents[j];
            run->counts[kept] = count;
            kept += count > 0;
        }
        i = end;
    }
    run->count = kept;
    return true;
}
