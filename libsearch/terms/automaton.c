/* SPDX-License-Identifier: MIT */
/* An automaton over the sorted keys.
 *
 * The states along the current key lie on a stack, one level for each letter. The next key keeps the levels of what
 * it has in common with this one. Where a letter leads nowhere, so do all keys that go on from it, and the walk seeks
 * to the next letter that could lead on from the state before; where there is none, from the state before that one.
 *
 *     pattern h?lth, keys … heal | health | hearse | heart | … | hilton
 *     at "hear": h, e, a are open, r is dead; from "hea" only l leads on, and it is behind us;
 *     from "he" all letters lead nowhere but l … so the next key worth a look is >= "hel"
 */
#include "terms/automaton.h"

#include "terms/terms_iterator.h"

enum { POLL_EVERY = 256 };

struct level {
    size_t end; /* bytes of the key up to and with this letter */
    uint32_t letter;
    uint8_t fate;
    uint8_t others; /* where the letters outside the alphabet lead from here: OTHERS_… */
};

enum { OTHERS_UNKNOWN, OTHERS_DEAD, OTHERS_ALIVE };

struct walker {
    const libsearch_allocator *allocator;
    const struct term_walk *walk;
    const struct automaton *automaton;
    struct terms_iterator *iterator;
    struct level *levels; /* level 0: what all keys begin with */
    uint8_t *states;      /* of state_size each; one more than the levels in use */
    size_t level_capacity, state_capacity;
    size_t depth;
    uint64_t matches;
    uint8_t *scratch; /* a state */
    size_t target_length;
    uint8_t target[TERM_KEY_MAX + LETTER_BYTES];
};

static void *state_at(struct walker *walker, size_t depth)
{
    return walker->states + depth * walker->automaton->state_size;
}

static libsearch_status grow_levels(struct walker *walker, libsearch_error *error)
{
    const size_t wanted = walker->depth + 2;
    if (wanted <= walker->level_capacity && wanted <= walker->state_capacity)
        return LIBSEARCH_OK;
    if (!memory_grow(walker->allocator, &walker->levels, &walker->level_capacity, wanted + 30,
                     sizeof *walker->levels) ||
        !memory_grow(walker->allocator, &walker->states, &walker->state_capacity, wanted + 30,
                     walker->automaton->state_size))
        return error_no_memory(error);
    return LIBSEARCH_OK;
}

/* Leaves the levels that the key has in common with the one before it, `shared` bytes. */
static void keep_shared(struct walker *walker, size_t shared)
{
    const struct level *levels = walker->levels;
    while (walker->depth > 0 &&
           (levels[walker->depth].end > shared ||
            (letter_is_stray(levels[walker->depth].letter) && levels[walker->depth - 1].end + LETTER_BYTES > shared)))
        walker->depth--;
}

/* Goes along the key as far as it leads. *dead: the letter that leads nowhere, where the fate is DEAD. */
static libsearch_status follow_key(struct walker *walker, enum automaton_fate *fate, uint32_t *dead,
                                   libsearch_error *error)
{
    const struct automaton *automaton = walker->automaton;
    const struct terms_iterator *iterator = walker->iterator;
    for (;;) {
        struct level *level = &walker->levels[walker->depth];
        *fate = level->fate;
        if (*fate != AUTOMATON_OPEN || level->end == iterator->key_length)
            return LIBSEARCH_OK;
        TRY(grow_levels(walker, error));
        level = &walker->levels[walker->depth];
        uint32_t letter;
        const size_t length = letter_take(iterator->key + level->end, iterator->key_length - level->end, &letter);
        *fate = automaton->step(automaton->pattern, state_at(walker, walker->depth),
                                alphabet_number(automaton->alphabet, letter), state_at(walker, walker->depth + 1));
        if (*fate == AUTOMATON_DEAD) {
            *dead = letter;
            return LIBSEARCH_OK;
        }
        level[1] = (struct level){ .end = level->end + length, .letter = letter, .fate = (uint8_t)*fate };
        walker->depth++;
    }
}

static bool leads_on(struct walker *walker, size_t depth, uint32_t letter)
{
    const struct automaton *automaton = walker->automaton;
    return automaton->step(automaton->pattern, state_at(walker, depth), letter, walker->scratch) != AUTOMATON_DEAD;
}

static bool others_lead_on(struct walker *walker, size_t depth)
{
    struct level *level = &walker->levels[depth];
    if (level->others == OTHERS_UNKNOWN)
        level->others = leads_on(walker, depth, walker->automaton->alphabet->count) ? OTHERS_ALIVE : OTHERS_DEAD;
    return level->others == OTHERS_ALIVE;
}

/* The least key (target) beyond all keys that go on from the current key's deepest level by the dead letter, and that
 * could fit. target_length 0: nothing more fits. Where stray bytes are about, keys that begin alike may be read
 * otherwise: then *seek is false, and the next key is looked at. */
static void find_target(struct walker *walker, uint32_t dead, bool *seek)
{
    const struct alphabet *alphabet = walker->automaton->alphabet;
    size_t depth = walker->depth;
    uint32_t letter = dead;
    *seek = false;
    walker->target_length = 0;
    for (;; letter = walker->levels[depth].letter, depth--) {
        if (alphabet->stray || letter_is_stray(letter) || (depth > 0 && letter_is_stray(walker->levels[depth].letter)))
            return;
        const size_t end = walker->levels[depth].end;
        uint32_t next = letter + 1; /* sorts before every letter behind this one, and is none itself */
        if (!others_lead_on(walker, depth)) {
            uint32_t number = alphabet_lower_bound(alphabet, next);
            while (number < alphabet->count && !leads_on(walker, depth, number))
                number++;
            if (number == alphabet->count) {
                if (depth == 0)
                    break;
                continue;
            }
            next = alphabet->letters[number];
        } else {
            /* The bytes of the letter with the last one raised: none is 0xFF. */
            uint8_t bytes[LETTER_BYTES];
            next = letter + (1u << (32 - 8 * letter_put(letter, bytes)));
        }
        memcpy(walker->target, walker->iterator->key, end);
        walker->target_length = end + letter_put(next, walker->target + end);
        break;
    }
    *seek = true;
}

static libsearch_status call_back(struct walker *walker, unsigned distance, libsearch_error *error)
{
    struct terms_iterator *iterator = walker->iterator;
    const struct term_walk *walk = walker->walk;
    struct term_match match = { .distance = distance };
    TRY(terms_iterator_value(iterator, &match.entry, error));
    if (walk->flags != 0 && !(match.entry.flags & walk->flags))
        return LIBSEARCH_OK;
    if (walk->limit != 0 && walker->matches == walk->limit)
        return error_set(error, LIBSEARCH_LIMIT, "more than %llu words match", (unsigned long long)walk->limit);
    walker->matches++;
    match.key = (libsearch_bytes){ (const char *)iterator->key, iterator->key_length };
    match.ordinal = terms_iterator_ordinal(iterator);
    return walk->matched(walk->context, &match);
}

/* Looks at the current key; false in *more: no later one fits. */
static libsearch_status look_at_key(struct walker *walker, size_t shared, bool *more, libsearch_error *error)
{
    const struct automaton *automaton = walker->automaton;
    enum automaton_fate fate;
    uint32_t dead = 0;
    *more = true;
    keep_shared(walker, shared);
    TRY(follow_key(walker, &fate, &dead, error));
    if (fate != AUTOMATON_DEAD) {
        const unsigned distance = automaton->distance(automaton->pattern, state_at(walker, walker->depth));
        return distance <= TERM_DISTANCE_MAX ? call_back(walker, distance, error) : LIBSEARCH_OK;
    }
    bool seek;
    find_target(walker, dead, &seek);
    if (!seek)
        return LIBSEARCH_OK;
    *more = walker->target_length > 0;
    return *more ? terms_iterator_seek(walker->iterator, walker->target, walker->target_length, error) : LIBSEARCH_OK;
}

static libsearch_status walk_keys(struct walker *walker, const uint8_t *base, size_t base_length,
                                  libsearch_error *error)
{
    struct terms_iterator *iterator = walker->iterator;
    const struct term_walk *walk = walker->walk;
    uint64_t least_ordinal = 0;
    size_t shared;
    bool more = true;
    TRY(terms_iterator_seek(iterator, base, base_length, error));
    for (uint64_t keys = 0; more; keys++) {
        if (walk->poll != NULL && keys % POLL_EVERY == 0)
            TRY(walk->poll(walk->context));
        const libsearch_status status = terms_iterator_step(iterator, &shared, error);
        if (status != LIBSEARCH_OK)
            return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
        if (iterator->key_length < base_length ||
            (shared < base_length && memcmp(iterator->key, base, base_length) != 0))
            return LIBSEARCH_OK;
        /* Seeking goes forward, unless the section is damaged: then this ends the walk. */
        if (terms_iterator_ordinal(iterator) < least_ordinal)
            return terms_reader_damaged(iterator->reader, iterator->block.shapes, "words out of order", error);
        least_ordinal = terms_iterator_ordinal(iterator) + 1;
        TRY(look_at_key(walker, shared, &more, error));
    }
    return LIBSEARCH_OK;
}

libsearch_status automaton_walk(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                const struct term_walk *walk, const struct automaton *automaton, const void *prefix,
                                size_t length, libsearch_error *error)
{
    libsearch_status status;
    if (length > TERMS_WORD_MAX)
        return LIBSEARCH_OK;
    const size_t base_length = TERMS_LIST_NUMBER + length;
    uint8_t *base = memory_allocate(allocator, base_length);
    struct walker *walker = memory_allocate(allocator, sizeof *walker);
    if (base == NULL || walker == NULL) {
        memory_free(allocator, base);
        memory_free(allocator, walker);
        return error_no_memory(error);
    }
    memset(walker, 0, offsetof(struct walker, target));
    walker->allocator = allocator;
    walker->walk = walk;
    walker->automaton = automaton;
    base[0] = (uint8_t)(walk->list >> 8);
    base[1] = (uint8_t)walk->list;
    if (length > 0)
        memcpy(base + TERMS_LIST_NUMBER, prefix, length);

    TRY_OR(done, grow_levels(walker, error));
    walker->scratch = memory_allocate(allocator, automaton->state_size);
    if (walker->scratch == NULL) {
        status = error_no_memory(error);
        goto done;
    }
    walker->levels[0] = (struct level){ .end = base_length, .fate = (uint8_t)automaton->first_fate };
    memcpy(state_at(walker, 0), automaton->first, automaton->state_size);
    TRY_OR(done, terms_iterator_new(reader, allocator, &walker->iterator, error));
    status = walk_keys(walker, base, base_length, error);
done:
    terms_iterator_free(walker->iterator);
    memory_free(allocator, walker->levels);
    memory_free(allocator, walker->states);
    memory_free(allocator, walker->scratch);
    memory_free(allocator, walker);
    memory_free(allocator, base);
    return status;
}
