/* SPDX-License-Identifier: MIT */
#include "search/phrase_pair.h"

struct side {
    const struct posting_list *list;
    unsigned order; /* of the leaf */
    uint32_t shift;
    uint32_t number; /* of the block that is ready; list->blocks: none */
    bool has_positions;
    uint32_t last_read; /* the document of the block whose places were asked for last */
    struct posting_block block;
    struct posting_positions positions;
    uint32_t *room; /* for places that do not lie decoded in one run */
    size_t capacity;
};

struct phrase_pair {
    struct arena *arena;
    struct phrase_matcher *matcher;
    struct side sides[2];
    uint32_t *matched; /* places where both stand as the phrase wants them */
    size_t capacity;
};

libsearch_status phrase_pair_new(struct search_context *context, struct leaf *const leaves[2], const uint32_t shifts[2],
                                 struct phrase_matcher *matcher, struct phrase_pair **pair)
{
    enum { ROOM = 16 };
    TRY(search_take_bare(context, sizeof **pair, pair));
    (*pair)->arena = context->arena;
    (*pair)->matcher = matcher;
    (*pair)->capacity = 0;
    for (unsigned s = 0; s < 2; s++) {
        struct side *side = &(*pair)->sides[s];
        side->list = &leaves[s]->cursor.list;
        side->order = leaves[s]->order;
        side->shift = shifts[s];
        side->number = side->list->blocks;
        side->capacity = ROOM;
        TRY(search_take_bare(context, ROOM * sizeof *side->room, &side->room));
    }
    return LIBSEARCH_OK;
}

/* Makes the frequencies of block b ready. */
static bool open_block(struct side *side, uint32_t b)
{
    if (side->number == b)
        return true;
    side->number = side->list->blocks;
    side->has_positions = false;
    if (!posting_block_bare(side->list, b, &side->block) || !posting_block_frequencies(side->list, &side->block))
        return false;
    side->number = b;
    return true;
}

/* Makes places ready to be read forward from document `index` of the block on; `wanted` documents will be. */
static bool open_positions(struct side *side, uint8_t index, size_t wanted)
{
    enum { FEW = 12 };
    if (side->has_positions && side->last_read < index)
        return true;
    struct posting_tail tail;
    side->has_positions = posting_block_tail(side->list, &side->block, &tail) &&
                          posting_positions_open(side->list, &side->block, tail.positions, &side->positions);
    if (side->has_positions)
        side->positions.few = wanted < FEW;
    return side->has_positions;
}

/* Room for so many places. False: no memory. */
static bool make_room(struct phrase_pair *pair, uint32_t **room, size_t *capacity, size_t places)
{
    if (places <= *capacity)
        return true;
    *capacity = 0;
    *room = arena_allocate(pair->arena, 2 * places * sizeof **room);
    if (*room == NULL)
        return false;
    *capacity = 2 * places;
    return true;
}

static const uint32_t *steps_of(struct phrase_pair *pair, struct side *side, uint8_t index, bool *no_memory)
{
    side->last_read = index;
    *no_memory = !make_room(pair, &side->room, &side->capacity, side->block.frequencies[index]);
    return *no_memory ? NULL : posting_positions_steps(&side->positions, index, side->room);
}

/* Places of two words as steps, and how many they are. */
struct steps {
    const uint32_t *first, *second;
    uint32_t first_count, second_count;
};

/* How often the other words of the phrase stand where the first two do; `count` is how often these do. False: damaged, or
 * no memory (*no_memory). */
static bool match_others(struct phrase_pair *pair, uint32_t document, const struct steps *steps, float least,
                         uint32_t *count, bool *no_memory)
{
    uint32_t found = 0, i = 0, j = 0;
    *no_memory = !make_room(pair, &pair->matched, &pair->capacity, *count);
    if (*no_memory)
        return false;
    uint32_t place = pair->sides[0].shift + steps->first[0], other = pair->sides[1].shift + steps->second[0];
    while (found < *count) {
        if (place == other && (found == 0 || pair->matched[found - 1] != place))
            pair->matched[found++] = place;
        if (other < place) {
            if (++j == steps->second_count)
                break;
            other += steps->second[j];
        } else {
            if (++i == steps->first_count)
                break;
            place += steps->first[i];
        }
    }
    *count = found;
    return phrase_matcher_rest(pair->matcher, document, least, pair->matched, count);
}

/* Documents that lie in one block of each list: their places there. */
struct places {
    size_t count;
    uint32_t documents[POSTING_BLOCK + 16];
    uint8_t first[POSTING_BLOCK], second[POSTING_BLOCK];
};

/* Leaves those whose rarer frequency reaches `least`. */
static void drop_unable(const struct phrase_pair *pair, const struct score_parts *parts, float least,
                        struct places *places)
{
    float frequencies[POSTING_BLOCK + 16];
    uint16_t able[POSTING_BLOCK + 16];
    const size_t n = places->count;
    for (size_t i = 0; i < n; i++) {
        const uint32_t first = pair->sides[0].block.frequencies[places->first[i]];
        const uint32_t second = pair->sides[1].block.frequencies[places->second[i]];
        frequencies[i] = (float)(first < second ? first : second);
    }
    for (size_t i = n; i % 16 != 0; i++) { /* the kernel looks at whole vectors */
        places->documents[i] = places->documents[0];
        frequencies[i] = 0;
    }
    places->count = kernel_able(places->documents, frequencies, n, parts, least, able);
    for (size_t i = 0; i < places->count; i++) {
        places->documents[i] = places->documents[able[i]];
        places->first[i] = places->first[able[i]];
        places->second[i] = places->second[able[i]];
    }
}

/* The candidates from `from` on that lie in one block of the second list, into places; returns the first that does not. */
static size_t take_block(const struct phrase_pair *pair, const struct candidates *candidates, size_t from,
                         uint32_t *block, struct places *places)
{
    const uint32_t *blocks = candidates->blocks + pair->sides[1].order * POSTING_BLOCK;
    const uint8_t *found = candidates->places + pair->sides[1].order * POSTING_BLOCK;
    size_t i = from;
    *block = blocks[candidates->origins[from]];
    for (; i < candidates->count && blocks[candidates->origins[i]] == *block; i++) {
        places->documents[i - from] = candidates->documents[i];
        places->first[i - from] = candidates->origins[i];
        places->second[i - from] = found[candidates->origins[i]];
    }
    places->count = i - from;
    return i;
}

bool phrase_pair_match(struct phrase_pair *pair, const struct candidates *candidates, uint32_t b,
                       const struct score_parts *parts, float least, struct phrase_run *run, bool *no_memory)
{
    struct side *first = &pair->sides[0], *second = &pair->sides[1];
    struct places places;
    uint32_t other;
    *no_memory = false;
    run->count = 0;
    if (candidates->count > 0 && !open_block(first, b))
        return false;
    for (size_t i = 0; i < candidates->count;) {
        i = take_block(pair, candidates, i, &other, &places);
        if (!open_block(second, other))
            return false;
        if (parts != NULL && least > 0)
            drop_unable(pair, parts, least, &places);
        if (places.count > 0 && !(open_positions(first, places.first[0], candidates->count) &&
                                  open_positions(second, places.second[0], places.count)))
            return false;
        for (size_t j = 0; j < places.count; j++) {
            const uint8_t p = places.first[j], q = places.second[j];
            const uint32_t *steps = steps_of(pair, first, p, no_memory);
            const uint32_t *others = steps == NULL ? NULL : steps_of(pair, second, q, no_memory);
            if (others == NULL)
                return false;
            const struct steps both = { steps, others, first->block.frequencies[p], second->block.frequencies[q] };
            uint32_t count =
                kernel_count_pairs(steps, both.first_count, first->shift, others, both.second_count, second->shift);
            if (count > 0 && pair->matcher != NULL &&
                !match_others(pair, places.documents[j], &both, least, &count, no_memory))
                return false;
            run->documents[run->count] = places.documents[j];
            run->counts[run->count] = count;
            run->count += count > 0;
        }
    }
    return true;
}
