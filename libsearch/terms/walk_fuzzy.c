/* SPDX-License-Identifier: MIT */
/* Fuzzy walks.
 *
 * A state is a row of the table of optimal string alignment (Levenshtein's, with neighbours exchanged: Oommen and
 * Loke, 1997) for the letters of the key so far, of which only the band of cells at most `distance` from the diagonal
 * can matter, and the row before it for exchanges. Cells stop counting at distance + 1. When no cell of a row is
 * within the distance, none of a later one is: an exchange costs as much as the substitution in the row between. */
#include "terms/automaton.h"

enum { BAND = 2 * TERM_DISTANCE_MAX + 1 };

struct fuzzy {
    struct alphabet alphabet;
    uint32_t *word; /* numbers of its letters */
    size_t length;
    unsigned distance;
};

/* Cell b of a row after `consumed` letters of the key belongs to consumed - distance + b letters of the word. */
struct fuzzy_state {
    uint32_t consumed;
    uint32_t last; /* number of the letter before */
    uint8_t row[BAND], before[BAND];
};

static uint8_t least(uint8_t a, unsigned b) { return a < b ? a : (uint8_t)b; }

static enum automaton_fate fuzzy_step(const void *pattern, const void *from, uint32_t letter, void *to)
{
    const struct fuzzy *fuzzy = pattern;
    const struct fuzzy_state *state = from;
    const unsigned distance = fuzzy->distance;
    struct fuzzy_state next = { .consumed = state->consumed + 1, .last = letter };
    const unsigned band = 2 * distance + 1;
    const uint8_t far = (uint8_t)(distance + 1);
    uint8_t nearest = far;
    memcpy(next.before, state->row, sizeof next.before);
    for (unsigned b = 0; b < band; b++) {
        const int64_t letters = (int64_t)next.consumed - distance + b; /* of the word */
        uint8_t cell = far;
        if (letters == 0) {
            cell = least(far, next.consumed);
        } else if (letters > 0 && (uint64_t)letters <= fuzzy->length) {
            const uint32_t *word = fuzzy->word + letters; /* behind its letter */
            cell = least(cell, state->row[b] + (word[-1] != letter ? 1u : 0u));
            if (b + 1 < band)
                cell = least(cell, state->row[b + 1] + 1u);
            if (b > 0)
                cell = least(cell, next.row[b - 1] + 1u);
            if (letters >= 2 && word[-2] == letter && word[-1] == state->last)
                cell = least(cell, state->before[b] + 1u);
        }
        next.row[b] = cell;
        nearest = least(nearest, cell);
    }
    memcpy(to, &next, sizeof next);
    return nearest <= distance ? AUTOMATON_OPEN : AUTOMATON_DEAD;
}

static unsigned fuzzy_distance(const void *pattern, const void *at)
{
    const struct fuzzy *fuzzy = pattern;
    const struct fuzzy_state *state = at;
    const int64_t b = (int64_t)fuzzy->length - state->consumed + fuzzy->distance;
    if (b < 0 || b > 2 * (int64_t)fuzzy->distance || state->row[b] > fuzzy->distance)
        return TERM_DISTANCE_MAX + 1;
    return state->row[b];
}

static void fuzzy_first(const struct fuzzy *fuzzy, struct fuzzy_state *first)
{
    *first = (struct fuzzy_state){ .last = fuzzy->alphabet.count };
    for (unsigned b = 0; b < BAND; b++) {
        const uint8_t far = (uint8_t)(fuzzy->distance + 1);
        const bool inside = b >= fuzzy->distance && b - fuzzy->distance <= fuzzy->length;
        first->before[b] = far;
        first->row[b] = inside ? least(far, b - fuzzy->distance) : far;
    }
}

libsearch_status terms_walk_fuzzy(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                  const struct term_walk *walk, const void *word, size_t length, unsigned distance,
                                  unsigned prefix, libsearch_error *error)
{
    const uint8_t *bytes = word;
    if (distance > TERM_DISTANCE_MAX)
        return error_set(error, LIBSEARCH_INVALID, "a fuzzy distance of %u; the most is %d", distance,
                         TERM_DISTANCE_MAX);
    if (length > (size_t)TERM_KEY_MAX + 4 * TERM_DISTANCE_MAX)
        return LIBSEARCH_OK; /* every key is too short */
    struct fuzzy fuzzy = { .distance = distance };
    uint32_t *letters = memory_allocate_array(allocator, length, sizeof *letters);
    libsearch_status status;
    if (letters == NULL)
        return error_no_memory(error);
    size_t at = 0, prefix_length = 0;
    for (unsigned taken = 0; at < length; taken++) {
        at += letter_take(bytes + at, length - at, &letters[fuzzy.length]);
        if (taken < prefix)
            prefix_length = at;
        else
            fuzzy.length++;
    }
    TRY_OR(done, alphabet_init(&fuzzy.alphabet, allocator, letters, fuzzy.length, error));
    for (size_t i = 0; i < fuzzy.length; i++)
        letters[i] = alphabet_number(&fuzzy.alphabet, letters[i]);
    fuzzy.word = letters;

    struct fuzzy_state first;
    fuzzy_first(&fuzzy, &first);
    const struct automaton automaton = {
        .pattern = &fuzzy,
        .alphabet = &fuzzy.alphabet,
        .state_size = sizeof first,
        .first = &first,
        .first_fate = AUTOMATON_OPEN,
        .step = fuzzy_step,
        .distance = fuzzy_distance,
    };
    status = automaton_walk(reader, allocator, walk, &automaton, word, prefix_length, error);
done:
    alphabet_free(&fuzzy.alphabet, allocator);
    memory_free(allocator, letters);
    return status;
}
